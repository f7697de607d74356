//! A dataset folder (or the lake) as facts.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

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
#[derive(Debug, Clone, Default)]
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

/// The rows of a file, and whether it could be read.
type Loaded = (Dataset, Result<(), FileError>);

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
#[derive(Debug, Clone, Default)]
pub struct Origins {
    files: Vec<String>,
    indexes: HashMap<String, u32>,
    rows: BTreeMap<&'static str, Arc<Vec<(u32, u32)>>>,
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
            Arc::make_mut(rows).retain(|_| keep.next().unwrap_or(true));
        }
    }

    /// Takes the origins of the rows of `table` from others whose files are all among these, in the same places.
    pub(crate) fn share(&mut self, table: &'static str, others: &Self) {
        match others.rows.get(table) {
            Some(rows) => drop(self.rows.insert(table, Arc::clone(rows))),
            None => drop(self.rows.remove(table)),
        }
    }

    /// Adds the origins of rows that are put behind these.
    fn absorb(&mut self, other: &Self) {
        let places: Vec<u32> = other.files.iter().map(|shown| self.file(shown)).collect();
        for (table, rows) in &other.rows {
            let own = Arc::make_mut(self.rows.entry(table).or_default());
            own.extend(rows.iter().map(|(file, line)| (places[*file as usize], *line)));
        }
    }

    /// The place of a file.
    pub(crate) fn file(&mut self, shown: &str) -> u32 {
        if let Some(file) = self.indexes.get(shown) {
            return *file;
        }
        let file = u32::try_from(self.files.len()).expect("a program comes from fewer than four billion files");
        self.files.push(shown.to_owned());
        self.indexes.insert(shown.to_owned(), file);
        file
    }

    /// Adds the origin of the next row of `table`.
    pub(crate) fn push(&mut self, table: &'static str, shown: &str, line: u64) {
        let file = self.file(shown);
        let rows = Arc::make_mut(self.rows.entry(table).or_default());
        rows.push((file, u32::try_from(line).unwrap_or(u32::MAX)));
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

    /// Reads what registers say together with the rows.
    pub(crate) fn merge(&mut self, entries: &Entries) -> Result<(), FileError> {
        for merged in standing::merge(&mut self.program, entries).map_err(|source| FileError::Entry { source })? {
            self.origins.retain(merged.table, &merged.kept);
            for sequence in merged.added {
                self.origins.push(merged.table, EVENT, sequence);
            }
        }
        Ok(())
    }

    /// Reads the given files without checks across rows.
    pub(crate) fn read_files(files: Vec<TableFile>, problems: Problems) -> Result<Self, DatasetError> {
        let mut dataset = Self { problems, ..Self::default() };
        let errors = dataset.load_all_of(&files);
        dataset.consumption = files.into_iter().filter(|file| file.table == Consumption::TABLE).collect();
        if !errors.is_empty() {
            return Err(DatasetError { files: errors });
        }
        Ok(dataset)
    }

    /// Reads files, after the rows that are there, every processor a file at a time; of consumption only the header is checked. Returns the
    /// files that will not do. The result is that of reading one file after the other.
    pub(crate) fn load_all_of(&mut self, files: &[TableFile]) -> Vec<FileError> {
        let next = AtomicUsize::new(0);
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(files.len());
        // the largest first, so that no processor is left with one at the end
        let mut order: Vec<usize> = (0..files.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(std::fs::metadata(&files[*at].path).map_or(0, |file| file.len())));
        let read_some = || {
            let mut read = Vec::new();
            while let Some(at) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                read.push((*at, Self::of_file(&files[*at])));
            }
            read
        };
        let mut read: Vec<(usize, Loaded)> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(read_some)).collect();
            workers.into_iter().flat_map(|worker| worker.join().expect("reading does not panic")).collect()
        });
        read.sort_by_key(|(at, _)| *at);
        let mut errors = Vec::new();
        for (_, (dataset, outcome)) in read {
            self.absorb(dataset);
            errors.extend(outcome.err());
        }
        errors
    }

    /// The rows of one file, and whether it could be read.
    fn of_file(file: &TableFile) -> Loaded {
        let mut dataset = Self::default();
        let read = match file.table {
            Consumption::TABLE => check_header(file, Consumption::COLUMNS, &mut dataset.problems),
            _ => dataset.load(file),
        };
        (dataset, read)
    }

    /// Puts the rows of another dataset behind these.
    fn absorb(&mut self, other: Self) {
        macro_rules! append {
            ($($table:ident: $row:ident),*) => {$(
                if self.program.$table.is_empty() {
                    self.program.$table = other.program.$table;
                } else if !other.program.$table.is_empty() {
                    self.program.$table.extend(other.program.$table.iter().cloned());
                }
            )*};
        }
        each_table!(append);
        self.origins.absorb(&other.origins);
        self.problems.absorb(other.problems);
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

    pub(crate) fn load(&mut self, file: &TableFile) -> Result<(), FileError> {
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
