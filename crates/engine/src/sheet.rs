//! Sheets: rows of typed cells under a header, as a Parquet file.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{Date32Builder, Decimal128Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use domain::amount::Amount;
use domain::time::Day;

use crate::lake::{LakeError, ParquetFile};

/// Rows handed to the writer at once.
const BATCH_ROWS: usize = 65_536;
/// Digits of an amount, and how many of them stand behind the point.
const AMOUNT: DataType = DataType::Decimal128(38, 18);

/// What a column of a sheet holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Texts.
    Text,
    /// Days.
    Day,
    /// Exact amounts.
    Amount,
    /// Whole numbers.
    Count,
}

/// A cell of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// A day.
    Day(Day),
    /// An exact amount.
    Amount(Amount),
    /// A whole number.
    Count(i64),
}

impl<'a> Cell<'a> {
    /// A text.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }
}

impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Day(day) => day.fmt(f),
            Self::Amount(amount) => amount.fmt(f),
            Self::Count(count) => count.fmt(f),
        }
    }
}

/// A column that is being filled.
enum Filling {
    Text(StringBuilder),
    Day(Date32Builder),
    Amount(Decimal128Builder),
    Count(Int64Builder),
}

impl Filling {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Day => Self::Day(Date32Builder::new()),
            Kind::Amount => Self::Amount(Decimal128Builder::new().with_data_type(AMOUNT)),
            Kind::Count => Self::Count(Int64Builder::new()),
        }
    }

    /// Adds a cell; one that is not of the column's kind becomes nothing.
    fn push(&mut self, cell: &Cell<'_>) {
        match (self, cell) {
            (Self::Text(column), Cell::Text(text)) => column.append_value(text),
            (Self::Text(column), _) => column.append_null(),
            (Self::Day(column), Cell::Day(day)) => column.append_value(day.epoch_days()),
            (Self::Day(column), _) => column.append_null(),
            (Self::Amount(column), Cell::Amount(amount)) => column.append_value(amount.steps()),
            (Self::Amount(column), _) => column.append_null(),
            (Self::Count(column), Cell::Count(count)) => column.append_value(*count),
            (Self::Count(column), _) => column.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(column) => Arc::new(column.finish()),
            Self::Day(column) => Arc::new(column.finish()),
            Self::Amount(column) => Arc::new(column.finish()),
            Self::Count(column) => Arc::new(column.finish()),
        }
    }
}

fn schema(columns: &[(&str, Kind)]) -> SchemaRef {
    let field = |(name, kind): &(&str, Kind)| {
        let of = match kind {
            Kind::Text => DataType::Utf8,
            Kind::Day => DataType::Date32,
            Kind::Amount => AMOUNT,
            Kind::Count => DataType::Int64,
        };
        Field::new(*name, of, true)
    };
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

/// Rows of cells as a batch.
///
/// # Errors
/// When a row has not as many cells as there are columns.
pub fn batch<'c>(columns: &[(&str, Kind)], rows: impl Iterator<Item = Vec<Cell<'c>>>) -> Result<RecordBatch, ArrowError> {
    let mut filling: Vec<Filling> = columns.iter().map(|(_, kind)| Filling::new(*kind)).collect();
    for row in rows {
        filling.iter_mut().zip(&row).for_each(|(column, cell)| column.push(cell));
    }
    RecordBatch::try_new(schema(columns), filling.iter_mut().map(Filling::finish).collect())
}

/// A Parquet file that is being written, row by row.
pub struct Sheet {
    file: ParquetFile,
    schema: SchemaRef,
    columns: Vec<Filling>,
    pending: usize,
}

impl Sheet {
    /// Creates the file with its columns.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(path: &Path, columns: &[(&str, Kind)]) -> Result<Self, LakeError> {
        let schema = schema(columns);
        let file = ParquetFile::create(path, Arc::clone(&schema))?;
        Ok(Self { file, schema, columns: columns.iter().map(|(_, kind)| Filling::new(*kind)).collect(), pending: 0 })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn push(&mut self, row: &[Cell<'_>]) -> Result<(), LakeError> {
        self.columns.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
        self.pending += 1;
        if self.pending == BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    /// Ends the file; returns how many rows it has.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(mut self) -> Result<u64, LakeError> {
        self.flush()?;
        self.file.finish()
    }

    fn flush(&mut self) -> Result<(), LakeError> {
        self.pending = 0;
        let columns = self.columns.iter_mut().map(Filling::finish).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns).expect("every row has a cell for every column");
        self.file.write(&batch)
    }
}

#[cfg(test)]
mod tests {
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;

    #[test]
    fn cells_come_back_with_their_types() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sheet.parquet");
        let mut sheet =
            Sheet::create(&path, &[("who", Kind::Text), ("on", Kind::Day), ("usd", Kind::Amount), ("flag", Kind::Count)]).unwrap();
        let day: Day = "2024-02-29".parse().unwrap();
        sheet.push(&[Cell::text("a"), Cell::Day(day), Cell::Amount("1.25".parse().unwrap()), Cell::Count(1)]).unwrap();
        assert_eq!(sheet.finish().unwrap(), 1);

        let file = std::fs::File::open(&path).unwrap();
        let batch = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().next().unwrap().unwrap();
        let types: Vec<String> = batch.schema().fields().iter().map(|field| field.data_type().to_string()).collect();
        assert_eq!(types, ["Utf8", "Date32", "Decimal128(38, 18)", "Int64"]);
        assert_eq!(arrow_cast::display::array_value_to_string(batch.column(1), 0).unwrap(), "2024-02-29");
        assert_eq!(arrow_cast::display::array_value_to_string(batch.column(2), 0).unwrap(), "1.250000000000000000");
    }
}
