//! Answers, row by row, in cells that keep exact numbers exact.

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::cast;
use arrow_cast::display::array_value_to_string;
use arrow_schema::{DataType, SchemaRef};
use domain::amount::Amount;
use domain::time::Day;

use crate::sheet::{Cell, Kind};

/// The answer to a question.
pub struct Answer {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    most: usize,
}

impl Answer {
    pub(super) fn new(schema: SchemaRef, batches: Vec<RecordBatch>, rows_max: Option<usize>) -> Self {
        Self { schema, batches, most: rows_max.unwrap_or(usize::MAX) }
    }

    /// The columns: their names and what they hold. Columns of one name are numbered from the second on, as files and JSON tell them apart
    /// by their names.
    #[must_use]
    pub fn columns(&self) -> Vec<(String, Kind)> {
        let mut columns: Vec<(String, Kind)> = Vec::new();
        for field in self.schema.fields() {
            let numbered = (2..).map(|number| format!("{}_{number}", field.name()));
            let free = std::iter::once(field.name().clone()).chain(numbered);
            let taken = |name: &String| columns.iter().any(|(own, _)| own == name) || is_later(&self.schema, name, columns.len());
            let name = free.into_iter().find(|name| !taken(name)).expect("there are names without end");
            columns.push((name, kind(field.data_type())));
        }
        columns
    }

    /// How many rows there are to show.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all().min(self.most)
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all() == 0
    }

    /// Whether there are more rows than are shown.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.all() > self.most
    }

    fn all(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// The rows to show.
    pub fn rows(&self) -> impl Iterator<Item = Vec<Cell<'static>>> + '_ {
        let rows = self.batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)));
        rows.take(self.most).map(|(batch, row)| batch.columns().iter().map(|column| cell(column, row)).collect())
    }
}

/// Whether a numbered name is that of a column of its own.
fn is_later(schema: &SchemaRef, name: &str, at: usize) -> bool {
    schema.field(at).name() != name && schema.fields().iter().any(|field| field.name() == name)
}

fn kind(of: &DataType) -> Kind {
    match of {
        DataType::Date32 => Kind::Day,
        DataType::Decimal128(_, 0..=18) => Kind::Amount,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 | DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => {
            Kind::Count
        }
        DataType::UInt64 => Kind::Count,
        _ => Kind::Text,
    }
}

/// A cell; what is null is blank, and what is of no kind is a text.
fn cell(column: &ArrayRef, row: usize) -> Cell<'static> {
    if column.is_null(row) {
        return Cell::text("");
    }
    let text = || Cell::text(array_value_to_string(column, row).unwrap_or_default());
    match (kind(column.data_type()), column.data_type()) {
        (Kind::Day, _) => Cell::Day(Day::from_epoch_days(column.as_primitive::<Date32Type>().value(row))),
        (Kind::Amount, DataType::Decimal128(_, scale)) => {
            let places = Amount::SCALE - u32::from(scale.unsigned_abs());
            let steps = column.as_primitive::<Decimal128Type>().value(row).checked_mul(10_i128.pow(places));
            steps.map_or_else(text, |steps| Cell::Amount(Amount::from_steps(steps)))
        }
        (Kind::Count, _) => {
            let whole = cast(&column.slice(row, 1), &DataType::Int64).ok();
            whole.filter(|whole| whole.is_valid(0)).map_or_else(text, |whole| Cell::Count(whole.as_primitive::<Int64Type>().value(0)))
        }
        _ => text(),
    }
}
