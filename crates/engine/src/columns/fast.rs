//! Parquet files of `consumption` whose columns have the usual types: read without turning cells into texts.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int32Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Schema};
use domain::amount::Amount;
use domain::cells::{CellProblem, Row};
use domain::facts::Consumption;
use domain::time::Day;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection};
use parquet::basic::Encoding;
use parquet::file::metadata::{ColumnChunkMetaData, PageIndexPolicy};
use parquet::file::statistics::Statistics;

use super::{BATCH_ROWS, Columns, Dictionary, Lines, Texts};
use crate::credits::Only;
use crate::files::{FileForm, TableFile};
use crate::problems::{Problems, RowProblem, Severity};
use crate::source::pages_of;
use crate::tables::at_row;

/// A Parquet file of `consumption` whose columns have the usual types: dates, strings and decimals.
pub(crate) struct Fast {
    path: PathBuf,
    shown: Arc<str>,
    metadata: ArrowReaderMetadata,
    /// The file's places of the columns that are read.
    wanted: Vec<usize>,
    /// The file's places of those of them that a file may lack.
    optional: Vec<usize>,
    /// The file's place of the column of tenants.
    tenant: usize,
}

/// The fast reading of a file, with what it tells of its pages if that is asked for; nothing when the file is no Parquet file or has other types, to be read as texts.
pub(crate) fn fast_reader(file: &TableFile, pages: PageIndexPolicy) -> Option<Fast> {
    if file.form != FileForm::Parquet {
        return None;
    }
    let open = File::open(&file.path).ok()?;
    let metadata = ArrowReaderMetadata::load(&open, options().with_page_index_policy(pages)).ok()?;
    let schema = metadata.schema();
    let wanted: Vec<usize> = (0..schema.fields().len()).filter(|ix| place_of(schema.field(*ix).name()).is_some()).collect();
    let is_usual = |ix: &usize| {
        let column = &Consumption::COLUMNS[place_of(schema.field(*ix).name()).unwrap_or_default()];
        match (column.name, schema.field(*ix).data_type()) {
            ("usage_date", DataType::Date32) => true,
            ("acr_usd", DataType::Decimal128(_, scale)) => (0..=18).contains(scale),
            ("usage_date" | "acr_usd", _) => false,
            (_, kind) => *kind == DataType::Utf8,
        }
    };
    let needed = Consumption::COLUMNS.iter().filter(|column| column.required);
    let has = |name: &str| wanted.iter().any(|ix| schema.field(*ix).name().trim().eq_ignore_ascii_case(name));
    // a column of columns would shift the places
    let is_flat = metadata.parquet_schema().num_columns() == schema.fields().len();
    if !is_flat || !wanted.iter().all(is_usual) || !needed.into_iter().all(|column| has(column.name)) {
        return None;
    }
    let tenant = wanted.iter().copied().find(|ix| schema.field(*ix).name().trim().eq_ignore_ascii_case("tenant_id"))?;
    let is_optional = |ix: &usize| place_of(schema.field(*ix).name()).is_some_and(|place| !Consumption::COLUMNS[place].required);
    let optional = wanted.iter().copied().filter(is_optional).collect();
    Some(Fast { path: file.path.clone(), shown: Arc::from(file.shown.as_str()), metadata, wanted, optional, tenant })
}

fn options() -> ArrowReaderOptions {
    ArrowReaderOptions::new().with_skip_arrow_metadata(true)
}

/// Whether every page of a column points into one dictionary.
fn is_coded(column: &ColumnChunkMetaData) -> bool {
    let only = |mask: &parquet::basic::EncodingMask| mask.is_only(Encoding::PLAIN_DICTIONARY) || mask.is_only(Encoding::RLE_DICTIONARY);
    column.dictionary_page_offset().is_some() && column.page_encoding_stats_mask().is_some_and(only)
}

fn place_of(name: &str) -> Option<usize> {
    Consumption::COLUMNS.iter().position(|column| column.name.eq_ignore_ascii_case(name.trim()))
}

impl Fast {
    /// How many row groups the file has.
    pub fn row_groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// The rows of a row group on pages that may hold what is wanted, by what a file of the lake tells of them; nothing when no page does.
    /// Names are spelled there as they are compared.
    pub fn select(&self, group: usize, only: &Only<'_>) -> Option<RowSelection> {
        let may_be_between = |least: &[u8], most: &[u8]| only.may_be_between(least, most);
        let (rows, ranges) = pages_of(self.metadata.metadata(), group, self.tenant, may_be_between);
        (!ranges.is_empty()).then(|| RowSelection::from_consecutive_ranges(ranges.into_iter(), rows))
    }

    /// Reads a row group, or some of its rows. Rows that cannot be taken, and a file that breaks off, are told in `problems`; lines are
    /// right when all rows are read.
    pub fn read(&self, group: usize, rows: Option<RowSelection>, problems: &mut Problems, mut take: impl FnMut(Columns)) {
        let groups = self.metadata.metadata().row_groups();
        let mut line: u64 = groups[..group].iter().map(|group| u64::try_from(group.num_rows()).unwrap_or_default()).sum();
        let reader = File::open(&self.path).map_err(|error| error.to_string()).and_then(|file| {
            let metadata = self.metadata_of(group).map_err(|error| error.to_string())?;
            let mask = ProjectionMask::roots(metadata.parquet_schema(), self.filled(group));
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata);
            let builder = builder.with_projection(mask).with_row_groups(vec![group]).with_batch_size(BATCH_ROWS);
            let builder = match rows {
                Some(rows) => builder.with_row_selection(rows),
                None => builder,
            };
            builder.build().map_err(|error| error.to_string())
        });
        let reader = match reader {
            Ok(reader) => reader,
            Err(error) => return problems.push(self.broken(&error)),
        };
        let mut hashed = Hashed::default();
        for batch in reader {
            match batch {
                Ok(batch) => {
                    take(self.columns(&batch, &mut hashed, line, problems));
                    line += batch.num_rows() as u64;
                }
                Err(error) => return problems.push(self.broken(&error.to_string())),
            }
        }
    }

    /// The wanted columns that have a value in a row group; what has none is as if the file lacked it.
    fn filled(&self, group: usize) -> impl Iterator<Item = usize> {
        let group = self.metadata.metadata().row_group(group);
        let is_filled = move |place: &usize| {
            let nulls = group.column(*place).statistics().and_then(Statistics::null_count_opt);
            !self.optional.contains(place) || nulls.is_none_or(|nulls| Ok(nulls) != u64::try_from(group.num_rows()))
        };
        self.wanted.iter().copied().filter(is_filled)
    }

    /// How a row group is read: columns whose pages point into one dictionary keep it, other texts come as views.
    fn metadata_of(&self, group: usize) -> Result<ArrowReaderMetadata, parquet::errors::ParquetError> {
        let file = self.metadata.metadata();
        let fields = self.metadata.schema().fields().iter().zip(file.row_group(group).columns()).map(|(field, column)| {
            let kind = match field.data_type() {
                DataType::Utf8 if is_coded(column) => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
                DataType::Utf8 => DataType::Utf8View,
                other => other.clone(),
            };
            field.as_ref().clone().with_data_type(kind)
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        ArrowReaderMetadata::try_new(Arc::clone(file), options().with_schema(schema))
    }

    fn broken(&self, error: &str) -> RowProblem {
        let message = format!("the file breaks off: {error}");
        let problem = RowProblem::of_file(Consumption::TABLE, &self.shown, "file-broken", message, "export the file again".to_owned());
        RowProblem { severity: Severity::Unreadable, ..problem }
    }

    fn columns(&self, batch: &RecordBatch, hashed: &mut Hashed, line: u64, problems: &mut Problems) -> Columns {
        let column = |name: &str| -> Option<&ArrayRef> {
            let place = batch.schema_ref().fields().iter().position(|field| field.name().trim().eq_ignore_ascii_case(name))?;
            Some(batch.column(place))
        };
        let mut texts = |name: &str| column(name).map_or(Texts::Blank, |column| hashed.texts(column));
        let (tenant, subscription, service) = (texts("tenant_id"), texts("subscription_id"), texts("service"));
        let (resource, offer, grain) = (texts("resource_id"), texts("offer"), texts("grain"));
        let dates = column("usage_date").expect("checked").as_primitive::<Date32Type>();
        let amounts = column("acr_usd").expect("checked").as_primitive::<Decimal128Type>().clone();
        let factor = 10_i128.pow(Amount::SCALE - u32::try_from(amounts.scale()).unwrap_or_default());
        let most = Amount::ROW_MAX.steps() / factor;
        let are_full = [&tenant, &subscription, &service].iter().all(|names| names.is_full());
        let mut days = Vec::with_capacity(batch.num_rows());
        for row in 0..batch.num_rows() {
            let is_plain = are_full && dates.is_valid(row) && (-most..=most).contains(&amounts.value(row));
            let day = is_plain.then(|| tested_day(dates.value(row), grain.get(row))).flatten();
            if day.is_some() {
                days.push(day);
                continue;
            }
            let read = typed(batch, row).map_err(|problem| {
                problems.push(at_row(Consumption::TABLE, Consumption::COLUMNS, &self.shown, line + row as u64 + 1, problem));
            });
            days.push(read.ok().map(|row| row.tested_day().epoch_days()));
        }
        let (file, lines) = (Arc::clone(&self.shown), Lines::After(line));
        Columns { tenant, subscription, service, resource, offer, days, file, lines, amounts, factor }
    }
}

/// The tested day of a row of a date and a grain; nothing when the row needs a closer look.
fn tested_day(date: i32, grain: &str) -> Option<i32> {
    match grain {
        "" | "day" => Some(date),
        "month" => {
            let month = Day::from_epoch_days(date).month();
            (month.first_day().epoch_days() == date).then(|| month.last_day().epoch_days())
        }
        _ => None,
    }
}

/// The dictionaries of a row group, hashed when first met.
#[derive(Default)]
struct Hashed(Vec<Arc<Dictionary>>);

impl Hashed {
    fn texts(&mut self, column: &ArrayRef) -> Texts {
        let Some(column) = column.as_dictionary_opt::<Int32Type>() else { return Texts::Views(column.as_string_view().clone()) };
        let names = column.values().as_string::<i32>();
        let known = self.0.iter().find(|known| known.is_of(names)).map(Arc::clone);
        let dictionary = known.unwrap_or_else(|| {
            let dictionary = Arc::new(Dictionary::new(names.clone()));
            self.0.push(Arc::clone(&dictionary));
            dictionary
        });
        Texts::Coded(column.keys().clone(), dictionary)
    }
}

/// A row read as texts, for rows that are not plain.
fn typed(batch: &RecordBatch, row: usize) -> Result<Consumption, CellProblem> {
    let mut cells: Vec<Option<String>> = vec![None; Consumption::COLUMNS.len()];
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        let Some(place) = place_of(field.name()).filter(|_| column.is_valid(row)) else { continue };
        cells[place] = Some(match field.data_type() {
            DataType::Date32 => Day::from_epoch_days(column.as_primitive::<Date32Type>().value(row)).to_string(),
            DataType::Decimal128(..) => column.as_primitive::<Decimal128Type>().value_as_string(row),
            DataType::Utf8View => column.as_string_view().value(row).to_owned(),
            _ => {
                let coded = column.as_dictionary::<Int32Type>();
                let place = usize::try_from(coded.keys().value(row)).unwrap_or_default();
                coded.values().as_string::<i32>().value(place).to_owned()
            }
        });
    }
    Consumption::read(&cells.iter().map(Option::as_deref).collect::<Vec<_>>())
}
