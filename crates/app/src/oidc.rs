//! OpenID Connect: identity providers that vouch for users, each for the organisations that the operator lets it vouch for.
//!
//! The home's file `identity.toml` names them. A browser is sent to a provider with a state, a nonce and a challenge (PKCE); it comes back
//! with a code, for which the provider gives a signed ID token. Its claims say who signs in and in which roles; the register of users is
//! told when those differ, so a role that was taken away there is taken away here.

/// The file that names the providers.
mod config;

/// Requests to providers.
mod http;

/// What claims say of a user.
mod claims;

/// What is written down of a user.
mod telling;

/// The way to a provider and back.
mod flow;

pub use config::{Provider, Providers};
pub use flow::{Begun, GOOD_FOR};

#[cfg(test)]
mod tests;
