//! Files at volume: reads files into facts, keeps the lake of accepted rows, writes credits.

/// Fault points: where tests end the program as if it were killed.
pub mod fault;

/// Object storage: folders, S3 and Azure, each by its URL.
pub mod objects;

/// Exports in a listing of objects: which of them belong together, which is complete, and their order.
pub mod exports;

/// What is said of rows and files that could not be taken as they are.
pub mod problems;

/// The nearest known name to a misspelt one.
pub mod spelling;

/// Texts that a spreadsheet would run as formulas, and how they travel in separated text.
pub mod formulas;

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

/// What a later row restates: the key of each register, the unit of each table of facts.
pub mod restatements;

/// What becomes of old and new rows of one table when they meet.
pub mod merge;

/// Lines of a file, as runs.
pub mod lines;

/// What became of every row of an import, counted.
pub mod fates;

/// Rows as Arrow columns, in the canonical types of the lake.
pub mod batches;

/// The lake: accepted rows, as sorted Parquet files.
pub mod lake;

/// What was imported, as it was read: what is the same in the lake later is not read again.
pub mod imported;

/// What rows of one table let us know of others: taken in unless the register has it.
pub mod suggestions;

/// New rows that wait for their table to be settled.
pub mod staging;

/// Import formats: what a file is recognised by, and which rows it gives.
pub mod formats;

/// Rows that an import refused, as they stood in the source: kept, and written as a file to mend and to import.
pub mod refused;

/// Import: from source files to a changed lake, with a fate for every row.
pub mod import;

/// The vendor's own figures: the Azure usage download and the scorecard.
pub mod downloads;

/// Undoing a batch: parts are made again from the pieces of the batches that stand.
pub mod undo;

/// The lake as it was known earlier.
pub mod known;

/// The journey of a source row through the lake.
pub mod trace;

/// Files that are written, and what is said when they cannot be.
mod output;

/// Sheets: rows of typed cells under a header, as a Parquet file.
pub mod sheet;

/// Workbooks: rows of typed cells under a header, as an Excel file.
pub mod workbook;

/// Bills as credited: the rows of a FOCUS file, each with the associations that it is credited through.
pub mod bills;

/// Export: the facts of a dataset as a dataset folder.
pub mod export;

/// SQL for analysts, over tables that it is handed.
pub mod sql;

/// Crediting, and questions in SQL, on several machines.
#[cfg(feature = "cluster")]
pub mod cluster;
