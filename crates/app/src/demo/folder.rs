//! The folder that the demo is written to: one CSV file for each table, written as every export is.

use std::path::Path;

use domain::facts::Program;
use engine::dataset::Dataset;
use engine::export::{ExportForm, OutputError, export};

/// Writes every table of `program` into `folder`, which is made if it is not there. The same rows give the same bytes.
///
/// # Errors
/// When the folder holds tables already, or cannot be written.
pub fn write(program: &Program, folder: &Path) -> Result<(), OutputError> {
    let dataset = Dataset { program: program.clone(), ..Dataset::default() };
    export(&dataset, folder, ExportForm::Csv).map(|_| ())
}
