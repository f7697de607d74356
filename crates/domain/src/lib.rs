//! What the words mean: facts → associations → credits → metrics → points → designations.
//!
//! Pure: no I/O, no async, no clock, no randomness, no float in a result. A module uses only modules declared above it,
//! so the list below is the architecture.

/// Names as people write them, and as they are compared.
pub mod names;

/// Days, months and half-open intervals of days.
pub mod time;

/// Exact decimal amounts.
pub mod amount;

/// Exact fractions: metric values and points.
pub mod fraction;

/// Cells of the exchange format.
pub mod cells;

/// The closed lists of words that tables use.
pub mod words;

/// Facts: what we were told.
pub mod facts;

/// Attach types: the kinds of tie.
pub mod attach;

/// The rulebook: the program's rules as dated, sourced data.
pub mod rulebook;
