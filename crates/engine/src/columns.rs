//! Usage rows as columns: Parquet files of the usual types read without turning cells into texts.

use std::fs::File;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use arrow_array::RecordBatch;
use arrow_array::builder::StringViewBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type};
use arrow_array::{Array, ArrayRef, Date32Array, Decimal128Array, StringViewArray};
use arrow_schema::{DataType, Schema};
use domain::amount::Amount;
use domain::cells::Row;
use domain::facts::Consumption;
use domain::names::Name;
use domain::time::{Day, Month};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

use crate::files::{FileForm, TableFile};
use crate::problems::{Problems, RowProblem, Severity};
use crate::tables::at_row;

/// Rows decoded at a time.
const BATCH_ROWS: usize = 16 * 1024;

/// Rows of `consumption` as columns.
pub(crate) struct Columns {
    tenant: StringViewArray,
    subscription: StringViewArray,
    service: StringViewArray,
    resource: Option<StringViewArray>,
    offer: Option<StringViewArray>,
    /// The tested day of each row, in days since 1970, and its month, in months since year 0; a row that cannot be taken has
    /// no day.
    pub days: Vec<Option<(i32, i32)>>,
    amounts: Decimal128Array,
    /// What makes an amount's steps steps of [`Amount::SCALE`].
    factor: i128,
}

/// The names of a row, as spelled; absent ones are blank.
pub(crate) struct RowNames<'c> {
    pub tenant: &'c str,
    pub subscription: &'c str,
    pub resource: &'c str,
    pub service: &'c str,
    pub offer: &'c str,
}

impl Columns {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.days.len()
    }

    /// The names of a row.
    #[inline]
    pub fn names(&self, row: usize) -> RowNames<'_> {
        RowNames {
            tenant: self.tenant.value(row),
            subscription: self.subscription.value(row),
            resource: text(self.resource.as_ref(), row),
            service: self.service.value(row),
            offer: text(self.offer.as_ref(), row),
        }
    }

    /// The amount of a row, in steps of [`Amount::SCALE`].
    #[inline]
    pub fn steps(&self, row: usize) -> i128 {
        if self.amounts.is_null(row) { 0 } else { self.amounts.value(row) * self.factor }
    }
}

#[inline]
fn text(column: Option<&StringViewArray>, row: usize) -> &str {
    column.filter(|column| column.is_valid(row)).map_or("", |column| column.value(row))
}

/// Rows gathered one by one, from files that are read as texts.
#[derive(Default)]
pub(crate) struct Gathered {
    names: [StringViewBuilder; 5],
    days: Vec<Option<(i32, i32)>>,
    amounts: Vec<i128>,
}

impl Gathered {
    /// How many rows are gathered before they are sent on.
    pub const ROWS: usize = BATCH_ROWS;

    /// How many rows are gathered.
    pub fn len(&self) -> usize {
        self.days.len()
    }

    /// Adds a row.
    pub fn push(&mut self, row: &Consumption) {
        let optional = |name: &Option<Name>| name.as_ref().map_or("", Name::as_str).to_owned();
        let names =
            [row.tenant_id.as_str(), row.subscription_id.as_str(), &row.service, &optional(&row.resource_id), &optional(&row.offer)];
        for (builder, name) in self.names.iter_mut().zip(names) {
            builder.append_value(name);
        }
        self.days.push(Some((row.tested_day().epoch_days(), months_since_year_0(row.usage_date.month()))));
        self.amounts.push(row.acr_usd.steps());
    }

    /// The gathered rows as columns.
    pub fn finish(self) -> Columns {
        let [tenant, subscription, service, resource, offer] = self.names.map(|mut builder| builder.finish());
        let amounts = Decimal128Array::from(self.amounts);
        Columns { tenant, subscription, service, resource: Some(resource), offer: Some(offer), days: self.days, amounts, factor: 1 }
    }
}

fn months_since_year_0(month: Month) -> i32 {
    month.months_since(Month::new(0, 1))
}

/// The month of every day from 1970 to 2100, so that a row does not work it out.
static MONTHS: LazyLock<Vec<i32>> =
    LazyLock::new(|| (0..47_847).map(|day| months_since_year_0(Day::from_epoch_days(day).month())).collect());

fn month_of(day: i32) -> i32 {
    let known = usize::try_from(day).ok().and_then(|day| MONTHS.get(day));
    known.copied().unwrap_or_else(|| months_since_year_0(Day::from_epoch_days(day).month()))
}

/// A Parquet file of `consumption` whose columns have the usual types: dates, strings and decimals.
pub(crate) struct Fast {
    path: PathBuf,
    shown: String,
    metadata: ArrowReaderMetadata,
    mask: ProjectionMask,
}

/// The fast reading of a file; nothing when the file is no Parquet file or has other types, to be read as texts.
pub(crate) fn fast_reader(file: &TableFile) -> Option<Fast> {
    if file.form != FileForm::Parquet {
        return None;
    }
    let open = File::open(&file.path).ok()?;
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let plain = ArrowReaderMetadata::load(&open, options.clone()).ok()?;
    let views: Schema = Schema::new(
        plain
            .schema()
            .fields()
            .iter()
            .map(|field| match field.data_type() {
                DataType::Utf8 => field.as_ref().clone().with_data_type(DataType::Utf8View),
                _ => field.as_ref().clone(),
            })
            .collect::<Vec<_>>(),
    );
    let wanted: Vec<usize> = (0..views.fields().len()).filter(|ix| place_of(views.field(*ix).name()).is_some()).collect();
    let is_usual = |ix: &usize| {
        let column = &Consumption::COLUMNS[place_of(views.field(*ix).name()).unwrap_or_default()];
        match (column.name, views.field(*ix).data_type()) {
            ("usage_date", DataType::Date32) => true,
            ("acr_usd", DataType::Decimal128(_, scale)) => (0..=18).contains(scale),
            ("usage_date" | "acr_usd", _) => false,
            (_, kind) => *kind == DataType::Utf8View,
        }
    };
    let needed = Consumption::COLUMNS.iter().filter(|column| column.required);
    let has = |name: &str| wanted.iter().any(|ix| views.field(*ix).name().trim().eq_ignore_ascii_case(name));
    if !wanted.iter().all(is_usual) || !needed.into_iter().all(|column| has(column.name)) {
        return None;
    }
    let metadata = ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), options.with_schema(Arc::new(views))).ok()?;
    let mask = ProjectionMask::roots(metadata.parquet_schema(), wanted);
    Some(Fast { path: file.path.clone(), shown: file.shown.clone(), metadata, mask })
}

fn place_of(name: &str) -> Option<usize> {
    Consumption::COLUMNS.iter().position(|column| column.name.eq_ignore_ascii_case(name.trim()))
}

impl Fast {
    /// How many row groups the file has.
    pub fn row_groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// Reads a row group. Rows that cannot be taken, and a file that breaks off, are told in `problems`.
    pub fn read(&self, group: usize, problems: &mut Problems, mut take: impl FnMut(Columns)) {
        let groups = self.metadata.metadata().row_groups();
        let mut line: u64 = groups[..group].iter().map(|group| u64::try_from(group.num_rows()).unwrap_or_default()).sum();
        let reader = File::open(&self.path).map_err(|error| error.to_string()).and_then(|file| {
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
            let builder = builder.with_projection(self.mask.clone()).with_row_groups(vec![group]).with_batch_size(BATCH_ROWS);
            builder.build().map_err(|error| error.to_string())
        });
        let reader = match reader {
            Ok(reader) => reader,
            Err(error) => return problems.push(self.broken(&error)),
        };
        for batch in reader {
            match batch {
                Ok(batch) => {
                    take(self.columns(&batch, line, problems));
                    line += batch.num_rows() as u64;
                }
                Err(error) => return problems.push(self.broken(&error.to_string())),
            }
        }
    }

    fn broken(&self, error: &str) -> RowProblem {
        let message = format!("the file breaks off: {error}");
        let problem = RowProblem::of_file(Consumption::TABLE, &self.shown, "file-broken", message, "export the file again".to_owned());
        RowProblem { severity: Severity::Unreadable, ..problem }
    }

    fn columns(&self, batch: &RecordBatch, line: u64, problems: &mut Problems) -> Columns {
        let column = |name: &str| -> Option<&ArrayRef> {
            let place = batch.schema_ref().fields().iter().position(|field| field.name().trim().eq_ignore_ascii_case(name))?;
            Some(batch.column(place))
        };
        let texts = |name: &str| column(name).map(|column| column.as_string_view().clone());
        let needed = |name: &str| texts(name).expect("the fast reading checked that the column is there");
        let dates = column("usage_date").expect("checked").as_primitive::<Date32Type>();
        let amounts = column("acr_usd").expect("checked").as_primitive::<Decimal128Type>().clone();
        let scale = u32::try_from(amounts.scale()).unwrap_or_default();
        let factor = 10_i128.pow(Amount::SCALE - scale);
        let (tenant, subscription, service) = (needed("tenant_id"), needed("subscription_id"), needed("service"));
        let grain = texts("grain");
        let most = Amount::ROW_MAX.steps() / factor;
        let mut days = Vec::with_capacity(batch.num_rows());
        for row in 0..batch.num_rows() {
            let is_plain = dates.is_valid(row)
                && [&tenant, &subscription, &service].iter().all(|column| column.is_valid(row) && !column.value(row).is_empty())
                && (-most..=most).contains(&amounts.value(row));
            let month_grain = text(grain.as_ref(), row);
            let read = if is_plain && month_grain.is_empty() {
                let day = dates.value(row);
                Ok((day, month_of(day)))
            } else {
                typed(batch, row).map(|row| (row.tested_day().epoch_days(), months_since_year_0(row.usage_date.month())))
            };
            days.push(read.map_err(|problem| {
                problems.push(at_row(Consumption::TABLE, Consumption::COLUMNS, &self.shown, line + row as u64 + 1, problem));
            }));
        }
        let days = days.into_iter().map(Result::ok).collect();
        Columns { tenant, subscription, service, resource: texts("resource_id"), offer: texts("offer"), days, amounts, factor }
    }
}

/// A row read as texts, for rows that are not plain.
fn typed(batch: &RecordBatch, row: usize) -> Result<Consumption, domain::cells::CellProblem> {
    let mut cells: Vec<Option<String>> = vec![None; Consumption::COLUMNS.len()];
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        let Some(place) = place_of(field.name()).filter(|_| column.is_valid(row)) else { continue };
        cells[place] = Some(match field.data_type() {
            DataType::Utf8View => column.as_string_view().value(row).to_owned(),
            DataType::Date32 => Day::from_epoch_days(as_dates(column).value(row)).to_string(),
            _ => column.as_primitive::<Decimal128Type>().value_as_string(row),
        });
    }
    Consumption::read(&cells.iter().map(Option::as_deref).collect::<Vec<_>>())
}

fn as_dates(column: &ArrayRef) -> &Date32Array {
    column.as_primitive::<Date32Type>()
}
