//! Views: the shapes in which answers leave the program.

/// Explanations.
pub mod explain;

/// Imports.
pub mod import;

/// Scores.
pub mod score;
