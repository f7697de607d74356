//! Parquet, in record batches of the columns that are wanted.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_cast::cast;
use arrow_schema::{DataType, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};

use super::{FileError, Line};

/// Rows of one batch.
const BATCH_ROWS: usize = 8_192;

/// The rows of a file whose schema is read.
pub struct ParquetBody {
    builder: ParquetRecordBatchReaderBuilder<File>,
}

/// Opens a file that somebody hands in. A schema of Arrow's that it carries besides Parquet's own tells more of its columns, but may be
/// anything, and the reader panics at kinds that it does not know: such a file is read by Parquet's types alone.
pub fn builder(file: File) -> Result<ParquetRecordBatchReaderBuilder<File>, ParquetError> {
    let again = file.try_clone()?;
    let told = catch_unwind(AssertUnwindSafe(|| ParquetRecordBatchReaderBuilder::try_new(file)));
    let by_parquet = |_| {
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        ParquetRecordBatchReaderBuilder::try_new_with_options(again, options)
    };
    told.unwrap_or_else(by_parquet)
}

/// The header, the places of columns of floating point numbers, and the rows.
pub fn open(file: File, shown: &str) -> Result<(Vec<String>, Vec<usize>, ParquetBody), FileError> {
    let length = file.metadata().map_err(|source| FileError::open(shown, source))?.len();
    if length == 0 {
        return Err(FileError::broken(shown, 0, "it has no bytes"));
    }
    let builder = builder(file).map_err(|error| FileError::broken(shown, 0, error))?;
    if !is_sound(builder.metadata(), length) {
        return Err(FileError::broken(shown, 0, "its footer names places outside the file"));
    }
    let fields = builder.schema().fields();
    let header = fields.iter().map(|field| field.name().trim().to_owned()).collect();
    let floats = fields.iter().enumerate().filter(|(_, field)| field.data_type().is_floating()).map(|(at, _)| at).collect();
    Ok((header, floats, ParquetBody { builder }))
}

/// Whether the footer speaks of places within a file of `length` bytes: the reader takes them for true.
fn is_sound(metadata: &ParquetMetaData, length: u64) -> bool {
    let is_within = |column: &ColumnChunkMetaData| {
        let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
        let (start, size) = (u64::try_from(start), u64::try_from(column.compressed_size()));
        let end = start.ok().zip(size.ok()).and_then(|(start, size)| start.checked_add(size));
        column.data_page_offset() >= 0 && column.num_values() >= 0 && end.is_some_and(|end| end <= length)
    };
    let groups = metadata.row_groups();
    metadata.file_metadata().num_rows() >= 0 && groups.iter().all(|group| group.num_rows() >= 0 && group.columns().iter().all(is_within))
}

impl ParquetBody {
    /// See [`super::Source::read`].
    pub fn read(
        self,
        shown: &str,
        header: &[String],
        pick: &[Option<usize>],
        take: &mut dyn FnMut(Line<'_>) -> bool,
    ) -> Result<u64, FileError> {
        let schema = self.builder.schema().clone();
        for at in pick.iter().flatten() {
            let found = schema.field(*at).data_type();
            if !is_text_like(found) {
                return Err(FileError::ColumnType { file: shown.to_owned(), column: header[*at].clone(), found: found.to_string() });
            }
        }
        let mask = ProjectionMask::roots(self.builder.parquet_schema(), pick.iter().flatten().copied());
        let reader = self.builder.with_projection(mask).with_batch_size(BATCH_ROWS).build();
        let mut rows = 0;
        for batch in reader.map_err(|error| FileError::broken(shown, 0, error))? {
            let batch = batch.map_err(|error| FileError::broken(shown, rows, error))?;
            let texts = |at: usize| texts(batch.column_by_name(schema.field(at).name()));
            let columns: Result<Vec<_>, _> = pick.iter().map(|at| at.map_or(Ok(None), texts)).collect();
            let columns = columns.map_err(|error| FileError::broken(shown, rows, error))?;
            for row in 0..batch.num_rows() {
                rows += 1;
                let cells: Vec<Option<&str>> = columns
                    .iter()
                    .map(|column| column.as_ref().filter(|column| column.is_valid(row)).map(|column| column.value(row)))
                    .map(|text| text.filter(|text| !text.is_empty()))
                    .collect();
                if !take((rows, Ok(&cells))) {
                    return Ok(rows);
                }
            }
        }
        Ok(rows)
    }
}

/// Whether every value of the type has a text that a cell may hold.
fn is_text_like(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => is_text_like(values),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Binary | DataType::LargeBinary | DataType::BinaryView => true,
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) | DataType::Boolean | DataType::Null => true,
        kind => kind.is_numeric(),
    }
}

/// A column as texts: ISO days and instants, decimals in full, floating point numbers in their shortest form.
pub fn texts(column: Option<&ArrayRef>) -> Result<Option<StringArray>, arrow_schema::ArrowError> {
    let Some(column) = column else { return Ok(None) };
    let column = match column.data_type() {
        // a day without a clock: an instant at midnight prints as such
        DataType::Date64 => cast(column, &DataType::Timestamp(TimeUnit::Millisecond, None))?,
        // an instant of any zone is kept, and shown, in UTC
        DataType::Timestamp(unit, Some(_)) => cast(&cast(column, &DataType::Int64)?, &DataType::Timestamp(*unit, None))?,
        DataType::Dictionary(_, values) => cast(column, values)?,
        _ => column.clone(),
    };
    let texts = cast(&column, &DataType::Utf8)?;
    Ok(Some(texts.as_string::<i32>().clone()))
}
