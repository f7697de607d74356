//! Files at volume: reads files into facts, keeps the lake of accepted rows, writes credits.

/// What is said of rows and files that could not be taken as they are.
pub mod problems;

/// The nearest known name to a misspelt one.
pub mod spelling;

/// The files of a dataset folder: which table each holds, and in which form.
pub mod files;

/// One file as rows of text cells, whatever its form.
pub mod source;

/// Rows of a table of the exchange format, read from a file.
pub mod tables;

/// Checks that need more than one row: unknown ids, overlapping exclusive intervals, odd amounts.
pub mod checks;

/// A dataset folder (or the lake) as facts.
pub mod dataset;

/// Usage rows as columns.
mod columns;

/// Crediting at volume.
pub mod credits;
