//! A dataset folder (or the lake) as facts.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use domain::cells::Row;
use domain::facts::{
    Certification, Claim, Consumption, Csp, Customer, Enrolment, ExchangeRate, GroupMember, ManagementGroup, PalLink, Partner,
    PartnerOfRecord, Person, Principal, Program, ResourceOwner, Revenue, RoleAssignment, Subscription, WorkloadUsage,
};
use domain::standing::{self, Entries};

use crate::checks;
use crate::files::{TableFile, find_tables};
use crate::problems::Problems;
use crate::source::FileError;
use crate::tables::{TableRow, check_header, each_table, read_rows};

/// The facts of a dataset folder.
#[derive(Debug, Default)]
pub struct Dataset {
    /// The rows of every table; of `consumption` only after [`Dataset::load_consumption`].
    pub program: Program,
    /// The files of the table `consumption`, for streaming, in the order of their names.
    pub consumption: Vec<TableFile>,
    /// What could not be taken as it is.
    pub problems: Problems,
    /// Where the rows of [`Dataset::program`] came from.
    pub origins: Origins,
}

/// The origin of rows that registers say: the "line" is the place in the log of the last event about the entry.
pub const EVENT: &str = "event";

/// Files that will not do, each with its reason.
#[derive(Debug, thiserror::Error)]
#[error("{}", .files.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct DatasetError {
    /// The reasons, in the order of the files.
    pub files: Vec<FileError>,
}

impl From<FileError> for DatasetError {
    fn from(error: FileError) -> Self {
        Self { files: vec![error] }
    }
}

/// The file and line of every row of a program, in the order of the program's rows. For rows of the lake it is the batch,
/// file and line that they came from.
#[derive(Debug, Default)]
pub struct Origins {
    files: Vec<String>,
    indexes: HashMap<String, u32>,
    rows: BTreeMap<&'static str, Vec<(u32, u32)>>,
}

impl Origins {
    /// The file and the line (row number in a Parquet file) of row `index` of `table`; nothing when the row was not read
    /// from a file.
    #[must_use]
    pub fn of(&self, table: &str, index: usize) -> Option<(&str, u64)> {
        let (file, line) = *self.rows.get(table)?.get(index)?;
        Some((self.files.get(file as usize)?, u64::from(line)))
    }

    /// Keeps the origins of the rows of `table` that are kept.
    pub(crate) fn retain(&mut self, table: &'static str, keep: &[bool]) {
        if let Some(rows) = self.rows.get_mut(table) {
            let mut keep = keep.iter().copied();
            rows.retain(|_| keep.next().unwrap_or(true));
        }
    }

    /// Adds the origin of the next row of `table`.
    pub(crate) fn push(&mut self, table: &'static str, shown: &str, line: u64) {
        let file = match self.indexes.get(shown) {
            Some(file) => *file,
            None => {
                let file = u32::try_from(self.files.len()).expect("a program comes from fewer than four billion files");
                self.files.push(shown.to_owned());
                self.indexes.insert(shown.to_owned(), file);
                file
            }
        };
        self.rows.entry(table).or_default().push((file, u32::try_from(line).unwrap_or(u32::MAX)));
    }
}

impl Dataset {
    /// Reads a dataset folder: every table but `consumption`, whose files are listed. Rows that cannot be taken are kept out
    /// and told in [`Dataset::problems`]; so is a file that breaks off, whose rows before stay.
    ///
    /// # Errors
    /// When the folder cannot be read or holds no table, when a table is there in two forms, or when the header of a file
    /// will not do; every such file is told.
    pub fn open(folder: &Path) -> Result<Self, DatasetError> {
        let mut problems = Problems::default();
        let files = find_tables(folder, &mut problems)?;
        Self::open_files(files, problems)
    }

    /// Reads a dataset folder as [`Dataset::open`] does, and the rows of `consumption` too.
    ///
    /// # Errors
    /// As [`Dataset::open`].
    pub fn load_all(folder: &Path) -> Result<Self, DatasetError> {
        let mut dataset = Self::open(folder)?;
        dataset.load_consumption()?;
        Ok(dataset)
    }

    /// Reads the given files, which may be several for one table; `problems` is what was met while finding them.
    ///
    /// # Errors
    /// When the header of a file will not do; every such file is told.
    pub fn open_files(files: Vec<TableFile>, problems: Problems) -> Result<Self, DatasetError> {
        let mut dataset = Self::read_files(files, problems)?;
        checks::check(&mut dataset);
        Ok(dataset)
    }

    /// Reads the given files as [`Dataset::open_files`] does, together with what registers say.
    ///
    /// # Errors
    /// As [`Dataset::open_files`], and when an entry is of another shape than its register's.
    pub fn open_files_with(files: Vec<TableFile>, problems: Problems, entries: &Entries) -> Result<Self, DatasetError> {
        let mut dataset = Self::read_files(files, problems)?;
        for merged in standing::merge(&mut dataset.program, entries).map_err(|source| FileError::Entry { source })? {
            dataset.origins.retain(merged.table, &merged.kept);
            for sequence in merged.added {
                dataset.origins.push(merged.table, EVENT, sequence);
            }
        }
        checks::check(&mut dataset);
        Ok(dataset)
    }

    /// Reads the given files without checks across rows.
    pub(crate) fn read_files(files: Vec<TableFile>, problems: Problems) -> Result<Self, DatasetError> {
        let mut dataset = Self { problems, ..Self::default() };
        let mut errors = Vec::new();
        for file in files {
            let read = if file.table == Consumption::TABLE {
                let checked = check_header(&file, Consumption::COLUMNS, &mut dataset.problems);
                dataset.consumption.push(file);
                checked
            } else {
                dataset.load(&file)
            };
            errors.extend(read.err());
        }
        if !errors.is_empty() {
            return Err(DatasetError { files: errors });
        }
        Ok(dataset)
    }

    /// Reads the rows of `consumption` into [`Dataset::program`], after those that are there. For the clear crediting, and for
    /// small programs; volumes are streamed.
    ///
    /// # Errors
    /// When a file cannot be opened any more.
    pub fn load_consumption(&mut self) -> Result<(), DatasetError> {
        for file in self.consumption.clone() {
            self.load(&file)?;
        }
        checks::check_consumption(self);
        Ok(())
    }

    fn load(&mut self, file: &TableFile) -> Result<(), FileError> {
        macro_rules! load_by_name {
            ($($table:ident: $row:ident),*) => {
                match file.table {
                    $( stringify!($table) => self.load_rows::<$row>(file), )*
                    other => unreachable!("a file of the unknown table `{other}`"),
                }
            };
        }
        each_table!(load_by_name)
    }

    fn load_rows<R: TableRow>(&mut self, file: &TableFile) -> Result<(), FileError> {
        let origins = &mut self.origins;
        let rows = R::rows_mut(&mut self.program);
        let mut refused = Problems::default();
        read_rows::<R>(file, &mut self.problems, |read| match read.row {
            Ok(row) => {
                rows.push(row);
                let (shown, line) = read.origin.unwrap_or((&file.shown, read.line));
                origins.push(R::TABLE, shown, line);
            }
            Err(problem) => refused.push(*problem),
        })?;
        self.problems.absorb(refused);
        Ok(())
    }
}
