//! Groups as a Parquet file.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use arrow_array::{ArrayRef, Date32Array, Decimal128Array, DictionaryArray, StringArray, UInt32Array};
use arrow_schema::{DataType, Field, Schema};
use domain::partners::Partners;
use hashbrown::HashMap;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, compute_leaves};
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::{GroupBy, GroupRow, Groups};

/// Rows of one row group: small enough that every processor has some to encode, and that little is held at a time.
const ROW_GROUP_ROWS: usize = 512 * 1024;

/// What the cells of a column are.
enum Cells {
    /// Names, and how a row tells which.
    Names(Arc<StringArray>, Box<dyn Fn(&GroupRow) -> u32 + Sync>),
    /// First days of months.
    Months,
    /// Sums.
    Sums,
}

impl Groups {
    /// Writes the columns of `by`, and the sums as `acr_usd`, as a Parquet file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_parquet(&self, path: &Path, by: &[GroupBy], partners: &Partners) -> Result<(), ParquetError> {
        let columns: Vec<Cells> = by.iter().map(|column| self.cells(*column, partners)).chain([Cells::Sums]).collect();
        let fields = by.iter().map(|column| column.column()).chain(["acr_usd"]).zip(&columns);
        let schema = Arc::new(Schema::new(fields.map(|(name, cells)| Field::new(name, cells.kind(), true)).collect::<Vec<_>>()));
        // Sums hardly repeat: a dictionary of them would be built in vain.
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_column_dictionary_enabled("acr_usd".into(), false)
            .build();
        let writer = ArrowWriter::try_new(File::create(path)?, Arc::clone(&schema), Some(properties))?;
        let (mut file, factory) = writer.into_serialized_writer()?;
        let groups = self.len().div_ceil(ROW_GROUP_ROWS);
        let writers: Vec<Vec<ArrowColumnWriter>> =
            (0..groups).map(|group| factory.create_column_writers(group)).collect::<Result<_, _>>()?;
        let encode =
            |at: usize, writer| self.encoded(at / columns.len(), &columns[at % columns.len()], schema.field(at % columns.len()), writer);
        let mut chunks = in_parallel(writers.into_iter().flatten().collect(), encode).into_iter();
        for _ in 0..groups {
            let mut rows = file.next_row_group()?;
            for chunk in chunks.by_ref().take(columns.len()) {
                chunk?.append_to_row_group(&mut rows)?;
            }
            rows.close()?;
        }
        file.close()?;
        Ok(())
    }

    /// A column of a row group.
    fn encoded(&self, group: usize, cells: &Cells, field: &Field, mut writer: ArrowColumnWriter) -> Result<ArrowColumnChunk, ParquetError> {
        let rows = self.rows.iter().flatten().skip(group * ROW_GROUP_ROWS).take(ROW_GROUP_ROWS);
        for leaf in compute_leaves(field, &cells.array(rows)?)? {
            writer.write(&leaf)?;
        }
        writer.close()
    }

    fn cells(&self, column: GroupBy, partners: &Partners) -> Cells {
        let of_base = |place: usize| {
            let names: BTreeSet<&str> = self.bases.iter().map(|base| &*base[place]).collect();
            let keys: HashMap<&str, u32> = names.iter().copied().zip(0..).collect();
            let keys: Vec<u32> = self.bases.iter().map(|base| keys[&*base[place]]).collect();
            Cells::Names(Arc::new(StringArray::from_iter_values(names)), Box::new(move |row| keys[row.part(1) as usize]))
        };
        match column {
            GroupBy::GlobalPartner => {
                let ids = partners.accounts().map(|account| partners.account_id(account).as_str());
                Cells::Names(Arc::new(StringArray::from_iter_values(ids)), Box::new(|row| row.part(0)))
            }
            GroupBy::Tenant => of_base(0),
            GroupBy::Subscription => of_base(1),
            GroupBy::Service => Cells::Names(Arc::new(StringArray::from_iter_values(&self.services)), Box::new(|row| row.part(2))),
            GroupBy::Month => Cells::Months,
        }
    }
}

impl Cells {
    fn kind(&self) -> DataType {
        match self {
            Self::Names(..) => DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8)),
            Self::Months => DataType::Date32,
            Self::Sums => DataType::Decimal128(38, 18),
        }
    }

    fn array<'r>(&self, rows: impl Iterator<Item = &'r GroupRow>) -> Result<ArrayRef, ParquetError> {
        Ok(match self {
            Self::Names(names, of) => {
                let keys: UInt32Array = rows.map(|row| Some(of(row))).collect();
                Arc::new(DictionaryArray::try_new(keys, Arc::clone(names) as ArrayRef)?)
            }
            Self::Months => {
                let mut known = (0, 0);
                let days = rows.map(|row| {
                    if known.0 != row.part(3) {
                        known = (row.part(3), row.month().first_day().epoch_days());
                    }
                    Some(known.1)
                });
                Arc::new(days.collect::<Date32Array>())
            }
            Self::Sums => Arc::new(Decimal128Array::from_iter_values(rows.map(|row| row.acr.steps())).with_precision_and_scale(38, 18)?),
        })
    }
}

/// Gives each of `inputs`, with its place, to `work`, every processor one at a time; the outcomes in the order of the inputs.
fn in_parallel<I: Send, O: Send>(inputs: Vec<I>, work: impl Fn(usize, I) -> O + Sync) -> Vec<O> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(inputs.len());
    let inputs: Vec<Mutex<Option<I>>> = inputs.into_iter().map(|input| Mutex::new(Some(input))).collect();
    let (next, work) = (AtomicUsize::new(0), &work);
    let work_some = || {
        let mut done = Vec::new();
        while let Some((at, input)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            inputs.get(at).map(|input| (at, input))
        } {
            let input = input.lock().expect("no thread panics while it holds the lock").take();
            done.extend(input.map(|input| (at, work(at, input))));
        }
        done
    };
    let mut done: Vec<(usize, O)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work_some)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("encoding does not panic")).collect()
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}
