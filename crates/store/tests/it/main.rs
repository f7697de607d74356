//! The ledger and the manifest, on SQLite always and on PostgreSQL when `TEST_POSTGRES_URL` names a database.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set stops its test")]

mod acts;
mod claims;
mod databases;
mod ledger;
mod log;
mod statements;
