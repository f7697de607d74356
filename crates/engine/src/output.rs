//! Files that are written: CSV, and what is said when they cannot be.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::files::Compression;
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
    writer: csv::Writer<Box<Encoder>>,
    rows: u64,
}

/// What compresses a file on its way to the disk.
enum Encoder {
    Plain(BufWriter<File>),
    Gzip(flate2::write::GzEncoder<File>),
    Zstd(zstd::Encoder<'static, File>),
}

impl Encoder {
    fn new(file: File, compression: Compression) -> io::Result<Self> {
        Ok(match compression {
            Compression::Plain => Self::Plain(BufWriter::new(file)),
            Compression::Gzip => Self::Gzip(flate2::write::GzEncoder::new(file, flate2::Compression::default())),
            Compression::Zstd => Self::Zstd(zstd::Encoder::new(file, zstd::DEFAULT_COMPRESSION_LEVEL)?),
        })
    }

    /// Ends the text, and waits until it is on the disk.
    fn finish(self) -> io::Result<()> {
        let file = match self {
            Self::Plain(file) => file.into_inner().map_err(io::IntoInnerError::into_error)?,
            Self::Gzip(file) => file.finish()?,
            Self::Zstd(file) => file.finish()?,
        };
        file.sync_all()
    }
}

impl Write for Encoder {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Gzip(file) => file.write(bytes),
            Self::Zstd(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Gzip(file) => file.flush(),
            Self::Zstd(file) => file.flush(),
        }
    }
}

impl CsvFile {
    /// Creates the file and the folders above it.
    pub(crate) fn create(path: &Path) -> Result<Self, OutputError> {
        Self::create_as(path, Compression::Plain, b',')
    }

    /// Creates the file, compressed, its cells apart by `delimiter`, and the folders above it.
    pub(crate) fn create_as(path: &Path, compression: Compression, delimiter: u8) -> Result<Self, OutputError> {
        let error = |source| OutputError::write(path, source);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(error)?;
        }
        let file = Encoder::new(File::create(path).map_err(error)?, compression).map_err(error)?;
        Ok(Self { path: path.to_owned(), writer: csv::WriterBuilder::new().delimiter(delimiter).from_writer(Box::new(file)), rows: 0 })
    }

    /// Adds a row; texts that a spreadsheet would run are made safe.
    pub(crate) fn write<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> Result<(), OutputError> {
        self.rows += 1;
        let safe = cells.map(formulas::safe);
        let mut written = safe.map(|cell| self.writer.write_field(cell.as_ref()));
        let written = written.by_ref().collect::<Result<(), _>>();
        written.and_then(|()| self.writer.write_record(None::<&[u8]>)).map_err(|error| OutputError::write(&self.path, error))
    }

    /// Adds a row whose cells stay as they are.
    pub(crate) fn write_exact<'a>(&mut self, cells: impl Iterator<Item = &'a [u8]>) -> Result<(), OutputError> {
        self.rows += 1;
        self.writer.write_record(cells).map_err(|error| OutputError::write(&self.path, error))
    }

    /// Ends the file; returns its number of rows, the header among them.
    pub(crate) fn finish(self) -> Result<u64, OutputError> {
        let error = |source| OutputError::write(&self.path, source);
        let file = self.writer.into_inner().map_err(|failed| error(failed.into_error()))?;
        file.finish().map_err(error)?;
        Ok(self.rows)
    }
}
