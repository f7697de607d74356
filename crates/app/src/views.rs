//! Views: the shapes in which answers leave the program.

/// Which activity to choose.
pub mod choosing;

/// Claims.
pub mod claim;

/// Explanations.
pub mod explain;

/// What is hidden from somebody's role.
pub mod hidden;

/// Imports.
pub mod import;

/// A row's journey.
pub mod journey;

/// The ledger: batches with their problems, months.
pub mod ledger;

/// What people are told of other people.
pub mod persons;

/// Plans.
pub mod plan;

/// Whose scores somebody may read.
pub mod readable;

/// Scores.
pub mod score;
