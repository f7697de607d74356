//! Proving the log: checkpoints that its key signs, an export of the whole log, and checks that need nothing but what was exported.

/// Signed notes and checkpoints.
pub mod note;

/// The key that signs checkpoints.
pub mod key;

/// The whole log in one file.
pub mod export;

/// Checks that an exported log is whole and unaltered.
pub mod verify;

/// Proofs of one event, and of one log continuing another.
pub mod proof;
