//! Views: the shapes in which answers leave the program.

/// Explanations.
pub mod explain;

/// Scores.
pub mod score;
