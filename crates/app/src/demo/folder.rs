//! The folder that the demo is written to: one CSV file for each table, written as every export is; of several copies a folder for each
//! table, with a file for each copy.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

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

/// Writes every table of a copy of the demo into `folder`: beside those of the other copies.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_copy(program: &Program, folder: &Path, copy: u32) -> Result<()> {
    let alone = folder.join(".copy");
    write(program, &alone)?;
    let place = || format!("cannot write to `{}`", folder.display());
    for file in fs::read_dir(&alone).with_context(place)? {
        let path = file.with_context(place)?.path();
        let of_table = folder.join(path.file_stem().unwrap_or_default());
        fs::create_dir_all(&of_table).with_context(place)?;
        fs::rename(&path, of_table.join(format!("{copy:03}.csv"))).with_context(place)?;
    }
    fs::remove_dir(&alone).with_context(place)
}
