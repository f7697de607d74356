//! Result tables as files: CSV or Parquet, by the file's ending.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Builder, Decimal128Builder, Int64Builder, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema};
use domain::amount::Amount;
use domain::time::Day;

use crate::files::{Compression, FileForm};
use crate::lake::{LakeError, ParquetFile};

/// Rows handed to the Parquet writer at once.
const BATCH_ROWS: usize = 16_384;
/// The level of Zstandard for text.
const ZSTD_LEVEL: i32 = 3;

/// What a column of a result holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    /// Texts.
    Text,
    /// Days; months by their first day.
    Day,
    /// Whole numbers.
    Count,
    /// Exact decimals; in Parquet decimal128(38, 18).
    Amount,
}

/// A cell of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// A text.
    Text(&'a str),
    /// A day.
    Day(Day),
    /// A whole number.
    Count(i64),
    /// An exact decimal.
    Amount(Amount),
    /// Nothing.
    Blank,
}

/// A file that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The file's ending tells no form.
    #[error("`{path}` has no known ending; expected `.csv`, `.csv.gz`, `.csv.zst` or `.parquet`")]
    Ending {
        /// The file.
        path: String,
    },
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

/// Writes rows to `path`, in the order given, in the form that its ending tells; returns how many there are. A cell of another
/// kind than its column's is left blank.
///
/// # Errors
/// When the ending is of no known form, or when the file cannot be written.
pub fn write_table<'a>(
    path: &Path,
    columns: &[(&str, OutputKind)],
    rows: impl IntoIterator<Item = Vec<Value<'a>>>,
) -> Result<u64, OutputError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match FileForm::of_name(&name) {
        None => Err(OutputError::Ending { path: path.display().to_string() }),
        Some((_, FileForm::Parquet)) => write_parquet(path, columns, rows),
        Some((_, FileForm::Csv(_))) => write_csv(path, columns, rows),
    }
}

/// Writes rows as CSV.
///
/// # Errors
/// When the file cannot be written.
pub fn write_csv<'a>(
    path: &Path,
    columns: &[(&str, OutputKind)],
    rows: impl IntoIterator<Item = Vec<Value<'a>>>,
) -> Result<u64, OutputError> {
    let mut file = CsvFile::create(path)?;
    file.write(columns.iter().map(|(name, _)| *name))?;
    for row in rows {
        let texts: Vec<String> = row.iter().map(text).collect();
        file.write(texts.iter().map(String::as_str))?;
    }
    Ok(file.finish()? - 1)
}

fn text(value: &Value<'_>) -> String {
    match value {
        Value::Text(text) => (*text).to_owned(),
        Value::Day(day) => day.to_string(),
        Value::Count(count) => count.to_string(),
        Value::Amount(amount) => amount.to_string(),
        Value::Blank => String::new(),
    }
}

/// Writes rows as Parquet.
///
/// # Errors
/// When the file cannot be written.
pub fn write_parquet<'a>(
    path: &Path,
    columns: &[(&str, OutputKind)],
    rows: impl IntoIterator<Item = Vec<Value<'a>>>,
) -> Result<u64, OutputError> {
    let fields: Vec<Field> = columns.iter().map(|(name, kind)| Field::new(*name, arrow_type(*kind), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let mut file = ParquetFile::create(path, schema.clone())?;
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let mut filling: Vec<Filling> = columns.iter().map(|(_, kind)| Filling::new(*kind)).collect();
        for row in rows.by_ref().take(BATCH_ROWS) {
            filling.iter_mut().zip(row).for_each(|(column, value)| column.push(&value));
        }
        let arrays = filling.iter_mut().map(Filling::finish).collect();
        let batch = RecordBatch::try_new(schema.clone(), arrays).map_err(|error| OutputError::write(path, error))?;
        file.write(&batch)?;
    }
    Ok(file.finish()?)
}

fn arrow_type(kind: OutputKind) -> DataType {
    match kind {
        OutputKind::Text => DataType::Utf8,
        OutputKind::Day => DataType::Date32,
        OutputKind::Count => DataType::Int64,
        OutputKind::Amount => DataType::Decimal128(38, 18),
    }
}

/// A column that is being filled.
enum Filling {
    Text(StringBuilder),
    Day(Date32Builder),
    Count(Int64Builder),
    Amount(Decimal128Builder),
}

impl Filling {
    fn new(kind: OutputKind) -> Self {
        match kind {
            OutputKind::Text => Self::Text(StringBuilder::new()),
            OutputKind::Day => Self::Day(Date32Builder::new()),
            OutputKind::Count => Self::Count(Int64Builder::new()),
            OutputKind::Amount => Self::Amount(Decimal128Builder::new().with_data_type(arrow_type(kind))),
        }
    }

    fn push(&mut self, value: &Value<'_>) {
        match (self, value) {
            (Self::Text(column), Value::Text(text)) => column.append_value(text),
            (Self::Day(column), Value::Day(day)) => column.append_value(day.epoch_days()),
            (Self::Count(column), Value::Count(count)) => column.append_value(*count),
            (Self::Amount(column), Value::Amount(amount)) => column.append_value(amount.steps()),
            (Self::Text(column), _) => column.append_null(),
            (Self::Day(column), _) => column.append_null(),
            (Self::Count(column), _) => column.append_null(),
            (Self::Amount(column), _) => column.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(column) => Arc::new(column.finish()),
            Self::Day(column) => Arc::new(column.finish()),
            Self::Count(column) => Arc::new(column.finish()),
            Self::Amount(column) => Arc::new(column.finish()),
        }
    }
}

/// A CSV file that is being written, compressed as its ending tells.
pub(crate) struct CsvFile {
    path: PathBuf,
    writer: csv::Writer<Packed>,
    rows: u64,
}

enum Packed {
    Plain(BufWriter<File>),
    Gzip(flate2::write::GzEncoder<BufWriter<File>>),
    Zstd(zstd::Encoder<'static, BufWriter<File>>),
}

impl Write for Packed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Gzip(file) => file.write(bytes),
            Self::Zstd(file) => file.write(bytes),
        }
    }
    fn flush(&mut self) -> std::io::Result<()> {
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
        let error = |source| OutputError::write(path, source);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(error)?;
        }
        let file = BufWriter::new(File::create(path).map_err(error)?);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let packed = match FileForm::of_name(&name) {
            Some((_, FileForm::Csv(Compression::Gzip))) => {
                Packed::Gzip(flate2::write::GzEncoder::new(file, flate2::Compression::default()))
            }
            Some((_, FileForm::Csv(Compression::Zstd))) => Packed::Zstd(zstd::Encoder::new(file, ZSTD_LEVEL).map_err(error)?),
            _ => Packed::Plain(file),
        };
        Ok(Self { path: path.to_owned(), writer: csv::Writer::from_writer(packed), rows: 0 })
    }

    /// Adds a row.
    pub(crate) fn write<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> Result<(), OutputError> {
        self.rows += 1;
        self.writer.write_record(cells).map_err(|error| OutputError::write(&self.path, error))
    }

    /// Ends the file; returns its number of rows, the header among them.
    pub(crate) fn finish(self) -> Result<u64, OutputError> {
        let error = |source| OutputError::write(&self.path, source);
        let packed = self.writer.into_inner().map_err(|failed| error(failed.into_error()))?;
        let file = match packed {
            Packed::Plain(file) => file,
            Packed::Gzip(file) => file.finish().map_err(error)?,
            Packed::Zstd(file) => file.finish().map_err(error)?,
        };
        file.into_inner().map_err(|failed| error(failed.into_error()))?.sync_all().map_err(error)?;
        Ok(self.rows)
    }
}
