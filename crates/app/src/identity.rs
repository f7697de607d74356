//! Identity: how somebody proves to be a user of the home. Passwords, codes, links that are good once, sessions.
//!
//! Who a user is and what they may do stays with the register of users: whatever is here only names one. Secrets are kept as hashes (but
//! for those that codes are made from), and never appear in messages or logs.

/// Codes of an authenticator app.
pub mod codes;

/// Programs that have no browser.
pub mod device;

/// The first run.
pub mod first_run;

/// Links that are good once.
pub mod links;

/// Passwords.
pub mod passwords;

/// Sessions.
pub mod sessions;

/// Signing in.
pub mod sign_in;
