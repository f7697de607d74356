//! The folder that the demo is written to: one CSV file for each table.

use std::path::{Path, PathBuf};

use domain::cells::Row;
use domain::facts::Program;

/// A table that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write `{}`", .file.display())]
pub struct WriteError {
    /// The file.
    pub file: PathBuf,
    /// What happened.
    #[source]
    pub cause: csv::Error,
}

/// Writes every table of `program` into `folder`, which is made if it is not there. The same rows give the same bytes.
///
/// # Errors
/// When the folder cannot be made or a file cannot be written.
pub fn write(program: &Program, folder: &Path) -> Result<(), WriteError> {
    std::fs::create_dir_all(folder).map_err(|error| WriteError { file: folder.to_owned(), cause: error.into() })?;
    table(&program.partners, folder)?;
    table(&program.customers, folder)?;
    table(&program.subscriptions, folder)?;
    table(&program.principals, folder)?;
    table(&program.group_members, folder)?;
    table(&program.pal_links, folder)?;
    table(&program.role_assignments, folder)?;
    table(&program.management_groups, folder)?;
    table(&program.resource_owners, folder)?;
    table(&program.partner_of_record, folder)?;
    table(&program.csp, folder)?;
    table(&program.claims, folder)?;
    table(&program.consumption, folder)?;
    table(&program.workload_usage, folder)?;
    table(&program.revenue, folder)?;
    table(&program.people, folder)?;
    table(&program.certifications, folder)?;
    table(&program.enrolments, folder)
}

fn table<R: Row>(rows: &[R], folder: &Path) -> Result<(), WriteError> {
    let file = folder.join(R::TABLE).with_extension("csv");
    let written = || -> Result<(), csv::Error> {
        let mut writer = csv::Writer::from_path(&file)?;
        writer.write_record(R::COLUMNS.iter().map(|column| column.name))?;
        for row in rows {
            writer.write_record(row.write().into_iter().map(Option::unwrap_or_default))?;
        }
        Ok(writer.flush()?)
    };
    written().map_err(|cause| WriteError { file: file.clone(), cause })
}
