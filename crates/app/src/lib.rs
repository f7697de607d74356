//! The outside: what the program `counterfoil` is made of. Its commands, pages, clock and configuration.

/// The REST API.
pub mod api;

/// Proving the log to whom it concerns.
mod audit;

/// The command line: what can be asked, and how.
pub mod cli;

/// Asking a server in SQL.
mod asking;

/// What is imported from object storage, brought to this machine.
mod bringing;

/// The clock: the only place that asks what day it is.
mod clock;

/// The commands, one file each.
mod commands;

/// The demo: a made-up program, made from a seed.
pub mod demo;

/// The home: the folder with the ledger and the lake.
pub mod home;

/// Identity: how somebody proves to be a user of the home.
pub mod identity;

/// The rest of a row's journey: to whom it is credited, and which metrics it is in.
mod journey;

/// E-mail: digests of what waits, through an outbox.
pub mod mail;

/// OpenID Connect: identity providers that vouch for users.
pub mod oidc;

/// Output: one answer as a table, JSON, YAML or separated text.
mod output;

/// The pages: what a browser shows.
pub mod pages;

/// Planning: efforts as people give them, and ways in words.
mod planning;

/// Problems: how a command ends, and what is said when it cannot do what was asked.
mod problem;

/// A program opened for reading: facts and rulebook, ready for questions.
mod program;

/// Progress of work that takes over a second.
mod progress;

/// The rulebook: the one that the program carries, or one from a folder.
pub mod rules;

/// Files that are kept by their content.
mod contents;

/// Proofs: files that people add to claims.
pub mod proofs;

/// Secrets of tokens.
mod secrets;

/// Servers that the program is signed in to.
mod servers;

/// Views: the shapes in which answers leave the program.
mod views;

/// Watching object storage for exports.
mod watching;

/// Webhooks: events, sent to the addresses that asked for them.
pub mod webhooks;
