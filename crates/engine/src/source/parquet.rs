//! Parquet, in record batches of the columns that are wanted.

use std::collections::BTreeSet;
use std::fs::File;
use std::ops::{Bound, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BooleanArray, StringArray};
use arrow_cast::cast;
use arrow_schema::{DataType, TimeUnit};
use domain::names::Name;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowPredicateFn, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowFilter, RowSelection};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData};
use parquet::file::page_index::column_index::ColumnIndexMetaData;

use super::{FileError, Line};

/// Rows of one batch.
const BATCH_ROWS: usize = 8_192;

/// The rows of a file whose schema is read.
pub struct ParquetBody {
    builder: ParquetRecordBatchReaderBuilder<File>,
}

/// Opens a file that somebody hands in. A schema of Arrow's that it carries besides Parquet's own tells more of its columns, but may be
/// anything, and the reader panics at kinds that it does not know: such a file is read by Parquet's types alone.
/// `pages` says whether what the file tells of its pages is read, too.
pub fn builder(file: File, pages: PageIndexPolicy) -> Result<ParquetRecordBatchReaderBuilder<File>, ParquetError> {
    let again = file.try_clone()?;
    let options = || ArrowReaderOptions::new().with_page_index_policy(pages);
    let told = catch_unwind(AssertUnwindSafe(|| ParquetRecordBatchReaderBuilder::try_new_with_options(file, options())));
    told.unwrap_or_else(|_| ParquetRecordBatchReaderBuilder::try_new_with_options(again, options().with_skip_arrow_metadata(true)))
}

/// The header, the places of columns of floating point numbers, and the rows.
/// `pages` says whether what the file tells of its pages is read, too.
pub fn open(file: File, shown: &str, pages: PageIndexPolicy) -> Result<(Vec<String>, Vec<usize>, ParquetBody), FileError> {
    let length = file.metadata().map_err(|source| FileError::open(shown, source))?.len();
    if length == 0 {
        return Err(FileError::broken(shown, 0, "it has no bytes"));
    }
    let builder = builder(file, pages).map_err(|error| FileError::broken(shown, 0, error))?;
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
    /// Only the rows whose column at a place names one of `wanted`, which the file spells as they are compared. Pages that hold none are not
    /// read, and of the others the rest of a row only where it is wanted.
    pub fn of(self, column: usize, wanted: &BTreeSet<Name>) -> Self {
        let file = self.builder.metadata();
        let may_be_between = |least: &[u8], most: &[u8]| match (std::str::from_utf8(least), std::str::from_utf8(most)) {
            (Ok(least), Ok(most)) if least <= most => {
                wanted.range::<str, _>((Bound::Included(least), Bound::Included(most))).next().is_some()
            }
            _ => true,
        };
        let (mut groups, mut rows_before, mut ranges) = (Vec::new(), 0, Vec::new());
        for group in 0..file.num_row_groups() {
            let (rows, pages) = pages_of(file, group, column, may_be_between);
            if !pages.is_empty() {
                groups.push(group);
                ranges.extend(pages.into_iter().map(|page| page.start + rows_before..page.end + rows_before));
                rows_before += rows;
            }
        }
        let selection = RowSelection::from_consecutive_ranges(ranges.into_iter(), rows_before);
        let mask = ProjectionMask::roots(self.builder.parquet_schema(), [column]);
        let wanted = wanted.clone();
        let is_wanted = ArrowPredicateFn::new(mask, move |batch| {
            let names = texts(batch.columns().first())?.unwrap_or_else(|| StringArray::new_null(batch.num_rows()));
            Ok(names.iter().map(|name| Some(name.is_some_and(|name| wanted.contains(name)))).collect::<BooleanArray>())
        });
        let filter = RowFilter::new(vec![Box::new(is_wanted)]);
        Self { builder: self.builder.with_row_groups(groups).with_row_selection(selection).with_row_filter(filter) }
    }

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

/// How many rows a row group has, and where in it the pages lie that may hold what is wanted, by the least and the most that the file tells
/// of a column; all of it when it tells nothing.
pub(crate) fn pages_of(
    file: &ParquetMetaData,
    group: usize,
    column: usize,
    may_be_between: impl Fn(&[u8], &[u8]) -> bool,
) -> (usize, Vec<Range<usize>>) {
    let rows = usize::try_from(file.row_group(group).num_rows()).unwrap_or_default();
    let statistics = file.row_group(group).column(column).statistics();
    if let Some((least, most)) = statistics.and_then(|told| told.min_bytes_opt().zip(told.max_bytes_opt()))
        && !may_be_between(least, most)
    {
        return (rows, Vec::new());
    }
    let index = file.column_index().and_then(|index| index.get(group)?.get(column));
    let pages = file.offset_index().and_then(|index| index.get(group)?.get(column));
    let (Some(ColumnIndexMetaData::BYTE_ARRAY(index)), Some(pages)) = (index, pages) else {
        return (rows, std::iter::once(0..rows).collect());
    };
    let starts = pages.page_locations().iter().map(|page| usize::try_from(page.first_row_index).unwrap_or_default());
    let starts: Vec<usize> = starts.chain([rows]).collect();
    let is_wanted = |page: &usize| match (index.min_value(*page), index.max_value(*page)) {
        (Some(least), Some(most)) => may_be_between(least, most),
        _ => true,
    };
    (rows, (0..starts.len() - 1).filter(is_wanted).map(|page| starts[page]..starts[page + 1]).collect())
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
