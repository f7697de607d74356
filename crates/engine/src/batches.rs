//! Rows as Arrow columns, in the canonical types of the lake: text, date32, decimal128(38, 18), boolean.

use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Date32Builder, Decimal128Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::ArrowError;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use domain::amount::Amount;
use domain::cells::{CellKind, Column, Row};
use domain::facts::Program;
use domain::time::Day;

use crate::tables::{ORIGIN_COLUMNS, each_table};

/// The precision of amounts in files.
const PRECISION: u8 = 38;
/// The decimal places of amounts in files.
const SCALE: i8 = 18;

/// The Arrow type of a kind of column.
#[must_use]
pub fn arrow_type(kind: CellKind) -> DataType {
    match kind {
        CellKind::Text => DataType::Utf8,
        CellKind::Day | CellKind::Month => DataType::Date32,
        CellKind::Amount => DataType::Decimal128(PRECISION, SCALE),
        CellKind::Flag => DataType::Boolean,
    }
}

/// The schema of a table; with the origin columns when `with_origin`.
#[must_use]
pub fn schema(columns: &[Column], with_origin: bool) -> SchemaRef {
    let mut fields: Vec<Field> = columns.iter().map(|column| Field::new(column.name, arrow_type(column.kind), true)).collect();
    if with_origin {
        fields.push(Field::new(ORIGIN_COLUMNS[0], DataType::Utf8, true));
        fields.push(Field::new(ORIGIN_COLUMNS[1], DataType::Int64, true));
    }
    Arc::new(Schema::new(fields))
}

/// A column that is being filled with texts of cells.
pub enum Filling {
    /// Texts.
    Text(StringBuilder),
    /// Days.
    Day(Date32Builder),
    /// Amounts.
    Amount(Decimal128Builder),
    /// Flags.
    Flag(BooleanBuilder),
}

impl Filling {
    /// An empty column of the kind.
    #[must_use]
    pub fn new(kind: CellKind) -> Self {
        match kind {
            CellKind::Text => Self::Text(StringBuilder::new()),
            CellKind::Day | CellKind::Month => Self::Day(Date32Builder::new()),
            CellKind::Amount => Self::Amount(Decimal128Builder::new().with_data_type(DataType::Decimal128(PRECISION, SCALE))),
            CellKind::Flag => Self::Flag(BooleanBuilder::new()),
        }
    }

    /// Adds a cell, written by a row; a text that is not of the column's kind becomes nothing.
    pub fn push(&mut self, text: Option<&str>) {
        match self {
            Self::Text(column) => column.append_option(text),
            Self::Day(column) => column.append_option(text.and_then(|text| text.parse::<Day>().ok()).map(Day::epoch_days)),
            Self::Amount(column) => column.append_option(text.and_then(|text| text.parse::<Amount>().ok()).map(Amount::steps)),
            Self::Flag(column) => column.append_option(text.map(|text| text == "true")),
        }
    }

    /// The column.
    pub fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(column) => Arc::new(column.finish()),
            Self::Day(column) => Arc::new(column.finish()),
            Self::Amount(column) => Arc::new(column.finish()),
            Self::Flag(column) => Arc::new(column.finish()),
        }
    }
}

/// Rows as a batch without origins.
///
/// # Errors
/// Never for rows of one table.
pub fn batch<'a, R: Row + 'a>(rows: impl Iterator<Item = &'a R>) -> Result<RecordBatch, ArrowError> {
    let mut columns = fillings::<R>();
    rows.for_each(|row| push(&mut columns, row));
    RecordBatch::try_new(schema(R::COLUMNS, false), columns.iter_mut().map(Filling::finish).collect())
}

/// Rows as a batch with the batch and file, and the line, of each.
///
/// # Errors
/// Never for rows of one table.
pub fn batch_with_origin<'a, R: Row + 'a>(rows: impl Iterator<Item = (&'a R, &'a str, u64)>) -> Result<RecordBatch, ArrowError> {
    let mut columns = fillings::<R>();
    let (mut batches, mut lines) = (StringBuilder::new(), Int64Builder::new());
    for (row, batch, line) in rows {
        push(&mut columns, row);
        batches.append_value(batch);
        lines.append_option(i64::try_from(line).ok());
    }
    let mut arrays: Vec<ArrayRef> = columns.iter_mut().map(Filling::finish).collect();
    arrays.push(Arc::new(batches.finish()));
    arrays.push(Arc::new(lines.finish()));
    RecordBatch::try_new(schema(R::COLUMNS, true), arrays)
}

/// The rows of a table of a program as a batch; nothing when there is no such table.
///
/// # Errors
/// Never for the tables of a program.
pub fn batch_of_table(program: &Program, table: &str) -> Option<Result<RecordBatch, ArrowError>> {
    macro_rules! by_name {
        ($($table:ident: $row:ident),*) => {
            match table {
                $( stringify!($table) => Some(batch(program.$table.iter())), )*
                _ => None,
            }
        };
    }
    each_table!(by_name)
}

fn fillings<R: Row>() -> Vec<Filling> {
    R::COLUMNS.iter().map(|column| Filling::new(column.kind)).collect()
}

fn push<R: Row>(columns: &mut [Filling], row: &R) {
    columns.iter_mut().zip(row.write()).for_each(|(column, text)| column.push(text.as_deref()));
}
