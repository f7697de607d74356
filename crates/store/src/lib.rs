//! SQL: the ledger of imports, the manifest of the lake, the log of events and the registers, on SQLite and PostgreSQL.
//!
//! One dialect serves both. What differs between them, and what is therefore written here:
//!
//! | found | so we write |
//! | --- | --- |
//! | a `BOOLEAN` cannot be read on SQLite through a driver chosen at run time | words with a `CHECK` |
//! | `SUM(BIGINT)` and `COUNT(*)` differ in type | `CAST(… AS BIGINT)` |
//! | decimals, dates, instants cannot be read through such a driver | `TEXT`: exact decimals, ISO days, UTC instants of fixed width |
//! | SQLite names no constraint in its errors | checks are made before writing; constraints are the second line of defence |

/// What people sign in with.
pub mod accounts;

/// Acts beside imports: batches that are undone, months that are closed and reopened.
pub mod acts;

/// Answers to requests that carried a key.
pub mod answers;

/// Checkpoints of the log, and registers that are made again from it.
pub mod checkpoints;

/// A database that is open.
mod connection;

/// The ledger: batches, their files, what became of rows.
pub mod ledger;

/// The log of events, and the registers that they add up to.
pub mod log;

/// The manifest: the files that the lake consists of.
pub mod manifest;

/// E-mail: what users want, and the outbox.
pub mod mail;

/// Sign-ins by identity providers that have begun.
pub mod pending;

/// Sign-ins of programs that have no browser.
pub mod devices;

/// How far webhooks have been told.
pub mod posts;

/// Reading cells of result rows.
mod row;

/// Sessions of people who are signed in, and links that are good once.
pub mod sessions;

/// Every statement, by its file under `sql`.
mod statements;

/// Exports that were found in storage that is watched.
pub mod watched;

pub use connection::{Store, StoreError};
pub use statements::STATEMENTS;
