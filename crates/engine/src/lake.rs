//! The lake: accepted rows, as sorted Parquet files under `HOME/lake`.
//!
//! There is one file per register, and one per table of facts, source and month. A file is never changed: a batch writes new
//! files beside the old ones, then the manifest (kept by whoever calls) names the new ones, then the old ones are deleted.
//! Files that the manifest does not name are leftovers and are never read.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use domain::time::Month;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::batches::batch_with_origin;
use crate::dataset::{Dataset, DatasetError};
use crate::files::{FileForm, TableFile};
use crate::problems::Problems;
use crate::restatements::Restated;

/// Rows of one row group.
pub const ROW_GROUP_ROWS: usize = 262_144;
/// Rows handed to the writer at once.
const BATCH_ROWS: usize = 16_384;

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
    /// The batch that wrote it.
    pub batch_id: String,
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
#[derive(Debug, Clone)]
pub struct Lake {
    /// The folder.
    pub root: PathBuf,
    /// The files.
    pub files: Vec<LakeFile>,
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

    /// Deletes files that the manifest does not name any more; what is gone already is fine.
    ///
    /// # Errors
    /// When a file cannot be deleted.
    pub fn delete(&self, dropped: &[LakeFile]) -> Result<(), LakeError> {
        for file in dropped {
            let path = self.root.join(&file.path);
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(LakeError::write(&path, error)),
                _ => {}
            }
        }
        Ok(())
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
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .build();
        let writer = ArrowWriter::try_new(file, schema, Some(properties)).map_err(|error| LakeError::write(path, error))?;
        Ok(Self { path: path.to_owned(), writer, rows: 0 })
    }

    /// Adds rows.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        self.rows += batch.num_rows() as u64;
        self.writer.write(batch).map_err(|error| LakeError::write(&self.path, error))
    }

    /// Ends a row group, so that no more of the file is held in memory.
    pub(crate) fn flush(&mut self) -> Result<(), LakeError> {
        self.writer.flush().map_err(|error| LakeError::write(&self.path, error))
    }

    /// Ends the file and waits until it is on the disk; returns its number of rows.
    pub(crate) fn finish(self) -> Result<u64, LakeError> {
        let file = self.writer.into_inner().map_err(|error| LakeError::write(&self.path, error))?;
        file.sync_all().map_err(|error| LakeError::write(&self.path, error))?;
        Ok(self.rows)
    }
}
