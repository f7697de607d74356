//! Files that are written: CSV, and what is said when they cannot be.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use crate::formulas;
use crate::lake::LakeError;

/// A file that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The file cannot be written.
    #[error("cannot write `{path}`; check the disk and the folder's rights")]
    Write {
        /// The file.
        path: String,
        /// The reason.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The folder to export to holds tables.
    #[error("`{folder}` holds tables already, `{table}` for one; export to an empty folder")]
    NotEmpty {
        /// The folder.
        folder: String,
        /// A table that is there.
        table: String,
    },
    /// What is to be written cannot be read.
    #[error(transparent)]
    Read(#[from] crate::source::FileError),
}

impl OutputError {
    pub(crate) fn write(path: &Path, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Write { path: path.display().to_string(), source: Box::new(source) }
    }
}

impl From<LakeError> for OutputError {
    fn from(error: LakeError) -> Self {
        match error {
            LakeError::Write { path, source } => Self::Write { path, source },
            LakeError::Read(error) => Self::Write { path: "the lake".to_owned(), source: Box::new(error) },
        }
    }
}

/// A CSV file that is being written.
pub(crate) struct CsvFile {
    path: PathBuf,
    writer: csv::Writer<BufWriter<File>>,
    rows: u64,
}

impl CsvFile {
    /// Creates the file and the folders above it.
    pub(crate) fn create(path: &Path) -> Result<Self, OutputError> {
        let error = |source| OutputError::write(path, source);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(error)?;
        }
        let file = BufWriter::new(File::create(path).map_err(error)?);
        Ok(Self { path: path.to_owned(), writer: csv::Writer::from_writer(file), rows: 0 })
    }

    /// Adds a row; texts that a spreadsheet would run are made safe.
    pub(crate) fn write<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> Result<(), OutputError> {
        self.rows += 1;
        let safe = cells.map(formulas::safe);
        let mut written = safe.map(|cell| self.writer.write_field(cell.as_ref()));
        let written = written.by_ref().collect::<Result<(), _>>();
        written.and_then(|()| self.writer.write_record(None::<&[u8]>)).map_err(|error| OutputError::write(&self.path, error))
    }

    /// Ends the file; returns its number of rows, the header among them.
    pub(crate) fn finish(self) -> Result<u64, OutputError> {
        let error = |source| OutputError::write(&self.path, source);
        let file = self.writer.into_inner().map_err(|failed| error(failed.into_error()))?;
        file.into_inner().map_err(|failed| error(failed.into_error()))?.sync_all().map_err(error)?;
        Ok(self.rows)
    }
}
