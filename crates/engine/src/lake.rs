//! The lake: accepted rows, as sorted Parquet files under `HOME/lake`.
//!
//! The lake holds *parts*, which are read, and *pieces*, from which parts can be made again. There is one part per register, and
//! one per table of facts, source and month: what stands. There is one piece per batch and part: all that the batch brought.
//! Settling the pieces of a part in the order of their batches gives the part; that is how a batch is undone.
//!
//! A file is never changed: an act writes new files beside the old ones, then the manifest (kept by whoever calls) names the new
//! ones, then [`Lake::sweep`](crate::lake::Lake::sweep) deletes what it does not name. Such leftovers are never read.

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use domain::amount::Amount;
use domain::standing::Entries;
use domain::time::Month;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::batches::batch_with_origin;
use crate::dataset::{Dataset, DatasetError};
use crate::fault;
use crate::files::{FileForm, TableFile};
use crate::imported::Imported;
use crate::problems::Problems;
use crate::restatements::Restated;
use crate::source::FileError;
use crate::tables::read_rows;

/// Rows of one row group: few enough for all names of it to fit a dictionary, which crediting hashes once.
pub const ROW_GROUP_ROWS: usize = 65_536;
/// Rows of one page at most: crediting a customer again reads the pages that its rows are on.
const PAGE_ROWS: usize = 4_096;
/// Rows handed to the writer at once.
const BATCH_ROWS: usize = 16_384;

/// How the paths of pieces with suggestions end.
const SUGGESTED: &str = ".suggested.parquet";

/// How the paths of pieces with mended rows end.
const MENDED: &str = ".mended.parquet";

/// A file of the lake, as the manifest names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LakeFile {
    /// The table that the file holds rows of.
    pub table: &'static str,
    /// The format that the rows came by, for facts; empty for registers.
    pub source: String,
    /// The month of the rows, for facts.
    pub month: Option<Month>,
    /// Where the file is, relative to the lake, with `/`.
    pub path: String,
    /// How many rows it holds.
    pub rows: u64,
    /// The sum of their amounts, for facts; nothing when a version wrote it that did not tell.
    pub amount: Option<Amount>,
    /// The batch that a piece is of, or whose rows came to a part last.
    pub batch_id: String,
}

impl LakeFile {
    /// Whether both are of the same register, or of the same table, source and month.
    #[must_use]
    pub fn is_same_part(&self, other: &Self) -> bool {
        (self.table, &self.source, self.month) == (other.table, &other.source, other.month)
    }

    /// The path of a piece with what rows let us know of and the lake knew already, beside the piece with the rows themselves.
    pub(crate) fn suggested(path: &str) -> String {
        path.replace(".parquet", SUGGESTED)
    }

    /// Whether the piece holds what rows let us know of and the lake knew already.
    #[must_use]
    pub fn is_suggested(&self) -> bool {
        self.path.ends_with(SUGGESTED)
    }

    /// The path of a piece with rows that were refused and then mended.
    pub(crate) fn mended(path: &str) -> String {
        path.replace(".parquet", MENDED)
    }

    /// Whether the piece holds rows that were refused and then mended: they join the rows of their unit and restate nothing.
    #[must_use]
    pub fn is_mended(&self) -> bool {
        self.path.ends_with(MENDED)
    }

    /// Whether the piece was all of its part when its batch came.
    pub(crate) fn is_whole(&self) -> bool {
        !self.path.starts_with("pieces/")
    }

    /// The folder of the part's files, relative to the lake.
    pub(crate) fn folder(&self) -> String {
        match self.month {
            Some(month) => format!("{}/{}/{month}", self.table, self.source),
            None => self.table.to_owned(),
        }
    }
}

/// A file of the lake that cannot be written or read back.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// The file cannot be written.
    #[error("cannot write `{path}`; check the disk and the folder's rights")]
    Write {
        /// The file.
        path: String,
        /// The reason.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The lake's own files will not do.
    #[error("the lake cannot be read; run `doctor`, or import the sources again into a fresh home")]
    Read(#[from] DatasetError),
}

impl LakeError {
    fn write(path: &Path, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Write { path: path.display().to_string(), source: Box::new(source) }
    }
}

/// The lake's folder and the files that the manifest names.
#[derive(Debug, Clone, Default)]
pub struct Lake {
    /// The folder.
    pub root: PathBuf,
    /// The parts.
    pub files: Vec<LakeFile>,
    /// The pieces; a piece that is all of its part is the same file.
    pub pieces: Vec<LakeFile>,
    /// The pieces of batches that were undone: they count only for what was known before.
    pub undone: Vec<LakeFile>,
}

/// Rows of the lake.
#[derive(Debug)]
pub(crate) struct Kept<R> {
    /// The rows.
    pub rows: Vec<R>,
    /// The batch and file, and the line, that each came from.
    pub origins: Vec<(Arc<str>, u64)>,
}

impl<R> Default for Kept<R> {
    fn default() -> Self {
        Self { rows: Vec::new(), origins: Vec::new() }
    }
}

impl<R> Kept<R> {
    /// The row at a place with its origin, as [`Lake::write`] takes it.
    pub fn at(&self, place: usize) -> (&R, &str, u64) {
        (&self.rows[place], &*self.origins[place].0, self.origins[place].1)
    }

    /// Every row with its origin.
    pub fn iter(&self) -> impl Iterator<Item = (&R, &str, u64)> {
        (0..self.rows.len()).map(|place| self.at(place))
    }
}

impl Lake {
    /// The lake as table files, in the order of tables, sources and months.
    #[must_use]
    pub fn table_files(&self) -> Vec<TableFile> {
        let mut files: Vec<&LakeFile> = self.files.iter().collect();
        files.sort_by(|a, b| (a.table, &a.source, a.month, &a.path).cmp(&(b.table, &b.source, b.month, &b.path)));
        files.into_iter().map(|file| self.table_file(file)).collect()
    }

    /// One file of the lake.
    #[must_use]
    pub fn table_file(&self, file: &LakeFile) -> TableFile {
        TableFile { table: file.table, path: self.root.join(&file.path), shown: format!("lake/{}", file.path), form: FileForm::Parquet }
    }

    /// Reads the lake as a dataset: every table but `consumption`, whose files are listed.
    ///
    /// # Errors
    /// When a file that the manifest names is not there or cannot be read.
    pub fn open(&self) -> Result<Dataset, DatasetError> {
        Dataset::open_files(self.table_files(), Problems::default())
    }

    /// The facts of the lake together with what registers say; consumption stays in its files.
    ///
    /// # Errors
    /// As [`Lake::open`], and when an entry is of another shape than its register's.
    pub fn open_with(&self, entries: &Entries) -> Result<Dataset, DatasetError> {
        Imported::read(self.clone(), None)?.standing(entries)
    }

    /// Every file that the manifest names, some of them more than once.
    pub fn named(&self) -> impl Iterator<Item = &LakeFile> {
        self.files.iter().chain(&self.pieces).chain(&self.undone)
    }

    /// Files that neither parts nor pieces name: an act that broke off left them, or a later act replaced them.
    #[must_use]
    pub fn leftovers(&self) -> Vec<PathBuf> {
        let known: HashSet<PathBuf> = self.named().map(|file| self.root.join(&file.path)).collect();
        let mut open = vec![self.root.clone()];
        let mut found = Vec::new();
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    open.push(path);
                } else if !known.contains(&path) {
                    found.push(path);
                }
            }
        }
        found.sort();
        found
    }

    /// Deletes every leftover; returns how many there were. No other act on the lake may be under way.
    ///
    /// # Errors
    /// When a file cannot be deleted.
    pub fn sweep(&self) -> Result<usize, LakeError> {
        let leftovers = self.leftovers();
        self.delete(&leftovers)?;
        Ok(leftovers.len())
    }

    /// Deletes files below the folder, and folders that are then empty; a file that is gone is well.
    ///
    /// # Errors
    /// When a file cannot be deleted.
    pub fn delete(&self, files: &[PathBuf]) -> Result<(), LakeError> {
        for path in files {
            fault::point();
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(LakeError::write(path, error)),
                _ => {}
            }
            let within = |folder: &&Path| folder.starts_with(&self.root) && *folder != self.root;
            // a folder with something in it stays
            path.ancestors().skip(1).take_while(within).take_while(|folder| std::fs::remove_dir(folder).is_ok()).for_each(drop);
        }
        Ok(())
    }

    /// Reads files of one table; `tidy` is handed every row.
    pub(crate) fn read<R: Restated>(&self, files: &[&LakeFile], mut tidy: impl FnMut(&mut R)) -> Result<Kept<R>, LakeError> {
        let mut kept = Kept::default();
        let mut met: HashSet<Arc<str>> = HashSet::new();
        for file in files {
            let file = self.table_file(file);
            let mut problems = Problems::default();
            let mut unread = 0_u64;
            let read = read_rows::<R>(&file, &mut problems, |read| {
                let Ok(mut row) = read.row else {
                    unread += 1;
                    return;
                };
                tidy(&mut row);
                kept.rows.push(row);
                let (origin, line) = read.origin.unwrap_or(("", 0));
                let origin = met.get(origin).cloned().unwrap_or_else(|| {
                    let origin: Arc<str> = origin.into();
                    met.insert(origin.clone());
                    origin
                });
                kept.origins.push((origin, line));
            });
            read.map_err(|error| LakeError::Read(error.into()))?;
            if unread > 0 || problems.has_losses() {
                let message = "rows of the lake cannot be read back";
                return Err(LakeError::Read(FileError::broken(&file.shown, kept.rows.len() as u64, message).into()));
            }
        }
        Ok(kept)
    }

    /// Writes rows, in the order given, with the batch and file, and the line, of each; returns how many there are.
    pub(crate) fn write<'a, R: Restated + 'a>(
        &self,
        path: &str,
        rows: impl Iterator<Item = (&'a R, &'a str, u64)>,
    ) -> Result<u64, LakeError> {
        let path = self.root.join(path);
        let mut rows = rows.peekable();
        let mut file = ParquetFile::create(&path, crate::batches::schema(R::COLUMNS, true))?;
        while rows.peek().is_some() {
            let batch = batch_with_origin::<R>(rows.by_ref().take(BATCH_ROWS)).map_err(|error| LakeError::write(&path, error))?;
            file.write(&batch)?;
        }
        file.finish()
    }
}

/// A Parquet file that is being written.
pub(crate) struct ParquetFile {
    path: PathBuf,
    writer: ArrowWriter<File>,
    rows: u64,
}

impl ParquetFile {
    /// Creates the file and the folders above it.
    pub(crate) fn create(path: &Path, schema: arrow_schema::SchemaRef) -> Result<Self, LakeError> {
        let error = |source| LakeError::write(path, source);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(error)?;
        }
        let file = File::create(path).map_err(error)?;
        fault::point();
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .set_data_page_row_count_limit(PAGE_ROWS)
            .build();
        let writer = ArrowWriter::try_new(file, schema, Some(properties)).map_err(|error| LakeError::write(path, error))?;
        Ok(Self { path: path.to_owned(), writer, rows: 0 })
    }

    /// Adds rows.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        self.rows += batch.num_rows() as u64;
        fault::point();
        self.writer.write(batch).map_err(|error| LakeError::write(&self.path, error))
    }

    /// Ends a row group, so that no more of the file is held in memory.
    pub(crate) fn flush(&mut self) -> Result<(), LakeError> {
        self.writer.flush().map_err(|error| LakeError::write(&self.path, error))
    }

    /// Ends the file and waits until it is on the disk; returns its number of rows.
    pub(crate) fn finish(self) -> Result<u64, LakeError> {
        let file = self.writer.into_inner().map_err(|error| LakeError::write(&self.path, error))?;
        fault::point();
        file.sync_all().map_err(|error| LakeError::write(&self.path, error))?;
        fault::point();
        Ok(self.rows)
    }
}
