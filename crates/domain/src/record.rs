//! The system of record: who acts, what they change, and the log of it.
//!
//! A *register* is a list of entries of one kind (partners, claims, links …). Entries change only through a [`crate::record::desk::Desk`], at which
//! one actor acts at one instant: it reads entries, asks the rules, and puts entries back. Every entry that is put back becomes an
//! [`crate::record::event::Event`] with what was before and after; registers are what the events add up to, and nothing else.

/// Who acts, and for whom.
pub mod actor;

/// Why something is not done, with what would cure it.
pub mod refusal;

/// Entries of registers.
pub mod entry;

/// Events: what changed, when, by whom and why.
pub mod event;

/// Who holds a thing from when to when: at most one at a time.
pub mod spans;

/// A desk: one actor acts at one instant.
pub mod desk;

/// The Merkle tree over the log: what proves that it was only ever added to.
pub mod merkle;

/// Registers in memory: what a list of events adds up to.
pub mod memory;

/// Entries that are facts too: what is imported and what is recorded, read together.
pub mod factual;

/// Loads: acts on many rows at once, which the log tells in one event each.
pub mod load;
