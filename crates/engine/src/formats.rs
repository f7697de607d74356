//! Import formats: what a file is recognised by, and which rows it gives.

mod az_role_assignments;
mod dataset;
mod focus;
mod recognise;

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;

use domain::amount::Amount;
use domain::facts::Principal;
use domain::names::Name;

pub use recognise::{find_sources, format_named};

use crate::lake::LakeError;
use crate::problems::{Problems, RowProblem};
use crate::source::FileError;
use crate::staging::{StagedRow, Staging};

/// An import format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// A dataset folder, or one file of it: the exchange format.
    Dataset,
    /// FOCUS cost and usage, 1.0 to 1.3, with the columns that Azure adds when they are there.
    Focus,
    /// The JSON of `az role assignment list`, or of a Resource Graph query for role assignments.
    AzRoleAssignments,
}

impl Format {
    /// Every format, in the order in which files are tried.
    pub const ALL: [Self; 3] = [Self::Dataset, Self::Focus, Self::AzRoleAssignments];

    /// The name that `--format` takes; facts remember it as their source.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dataset => "dataset",
            Self::Focus => "focus",
            Self::AzRoleAssignments => "az-role-assignments",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why a path cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// `--format` names none.
    #[error("there is no import format `{name}`; {cure}")]
    NoFormat {
        /// The name given.
        name: String,
        /// What is meant, or which there are.
        cure: String,
    },
    /// The header is of no format.
    #[error(
        "`{file}` is of no known format; the nearest is `{nearest}`, which also needs {missing}; the header has {found}; name the format with `--format` if the file is meant to be one"
    )]
    Unknown {
        /// The file.
        file: String,
        /// The nearest format.
        nearest: Format,
        /// What it lacks.
        missing: String,
        /// What the header has.
        found: String,
    },
    /// The file's ending is of no format.
    #[error("`{file}` is of no known format; expected `.csv`, `.csv.gz`, `.csv.zst`, `.parquet` or `.json`, or a dataset folder")]
    Ending {
        /// The file.
        file: String,
    },
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
}

/// A file to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its format.
    pub format: Format,
    /// The table that its rows go to.
    pub table: &'static str,
    /// Where it is.
    pub path: PathBuf,
    /// The file as messages name it.
    pub shown: String,
}

/// What formats need to know beside the file.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The tenant of rows that name none.
    pub tenant: Option<Name>,
    /// The tenant of each subscription that the register knows.
    pub tenants: HashMap<Name, Name>,
}

/// Where a format hands its rows to.
pub struct Intake<'a> {
    file: u32,
    staging: &'a mut Staging,
    rows: u64,
    failed: Option<LakeError>,
}

impl<'a> Intake<'a> {
    /// For the file at place `file` of the import.
    pub fn new(file: u32, staging: &'a mut Staging) -> Self {
        Self { file, staging, rows: 0, failed: None }
    }

    /// Takes a row in.
    pub fn accept<R: StagedRow>(&mut self, line: u64, row: R) {
        self.rows += 1;
        if self.failed.is_none() {
            self.failed = row.stage(self.staging, (self.file, line)).err();
        }
    }

    /// Takes a principal in that the row at `line` lets us know of, unless the register has it.
    pub fn suggest(&mut self, line: u64, principal: Principal) {
        self.staging.suggested.push((principal, (self.file, line)));
    }

    /// Keeps a row out, with what is wrong with it.
    pub fn quarantine(&mut self, problem: RowProblem, amount: Amount) {
        self.rows += 1;
        self.staging.quarantine(self.file, problem, amount);
    }

    /// Leaves a row of `table` out by a rule.
    pub fn ignore(&mut self, table: &'static str, rule: &'static str, amount: Amount) {
        self.rows += 1;
        self.staging.ignore(self.file, table, rule, amount);
    }

    /// Says something about the file, or about a row that stays.
    pub fn remark(&mut self, problem: RowProblem) {
        self.staging.problems.push(problem);
    }

    /// Rows seen so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    fn finish(self, read: Result<(), FileError>, remarks: Problems) -> Result<u64, ReadError> {
        self.staging.problems.absorb(remarks);
        match self.failed {
            Some(error) => Err(ReadError::Lake(error)),
            None => read.map(|()| self.rows).map_err(ReadError::File),
        }
    }
}

/// Why a source could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file will not do; others may.
    #[error(transparent)]
    File(FileError),
    /// Rows cannot be kept; the import stops.
    #[error(transparent)]
    Lake(LakeError),
}

/// Reads one file into staging and returns the number of its rows. `progress` is told the number of rows read so far.
///
/// # Errors
/// When the file will not do, or when rows cannot be kept.
pub fn read(
    source: &SourceFile,
    context: &Context,
    file: u32,
    staging: &mut Staging,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, ReadError> {
    let mut intake = Intake::new(file, staging);
    let mut remarks = Problems::default();
    let read = match source.format {
        Format::Dataset => dataset::read(source, &mut intake, &mut remarks, progress),
        Format::Focus => focus::read(source, context, &mut intake, &mut remarks, progress),
        Format::AzRoleAssignments => az_role_assignments::read(source, context, &mut intake),
    };
    intake.finish(read, remarks)
}

/// After how many rows progress is told.
const PROGRESS_ROWS: u64 = 8_192;

/// Tells progress now and then.
fn tell(progress: &mut dyn FnMut(u64), rows: u64) {
    if rows.is_multiple_of(PROGRESS_ROWS) {
        progress(rows);
    }
}
