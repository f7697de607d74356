//! Export: facts as a dataset folder, in a stable order.

use std::path::Path;

use domain::cells::Row;
use domain::facts::{
    Certification, Claim, Consumption, Csp, Customer, Enrolment, ExchangeRate, GroupMember, ManagementGroup, PalLink, Partner,
    PartnerOfRecord, Person, Principal, ResourceOwner, Revenue, RoleAssignment, Subscription, WorkloadUsage,
};

use crate::batches::{batch, schema};
use crate::dataset::Dataset;
use crate::files::find_tables;
use crate::lake::ParquetFile;
use crate::output::CsvFile;
pub use crate::output::OutputError;
use crate::problems::Problems;
use crate::restatements::{Fact, Register, Restated, each_register};
use crate::tables::read_rows;

/// Rows handed to a file at once.
const CHUNK_ROWS: usize = 16_384;

/// The form of the files to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExportForm {
    /// `NAME.csv`.
    #[default]
    Csv,
    /// `NAME.parquet`.
    Parquet,
}

/// A table that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedTable {
    /// The table.
    pub table: &'static str,
    /// How many rows it has.
    pub rows: u64,
}

/// Writes a dataset to `folder`: a file per table that has rows. Registers, usage and revenue are sorted; consumption, when it
/// is not in memory, is streamed in the order of its files, which in the lake are sorted.
///
/// # Errors
/// When the folder holds tables already, or when a file cannot be read or written.
pub fn export(dataset: &Dataset, folder: &Path, form: ExportForm) -> Result<Vec<ExportedTable>, OutputError> {
    std::fs::create_dir_all(folder).map_err(|error| OutputError::write(folder, error))?;
    if let Some(file) = find_tables(folder, &mut Problems::default()).unwrap_or_default().first() {
        return Err(OutputError::NotEmpty { folder: folder.display().to_string(), table: file.shown.clone() });
    }
    let mut exported = Vec::new();
    macro_rules! export_registers {
        ($($table:ident: $row:ident),*) => { $( exported.extend(write_sorted::<$row>(&dataset.program.$table, folder, form)?); )* };
    }
    each_register!(export_registers);
    exported.extend(if dataset.program.consumption.is_empty() {
        stream_consumption(dataset, folder, form)?
    } else {
        write_facts::<Consumption>(&dataset.program.consumption, folder, form)?
    });
    exported.extend(write_facts::<WorkloadUsage>(&dataset.program.workload_usage, folder, form)?);
    exported.extend(write_facts::<Revenue>(&dataset.program.revenue, folder, form)?);
    Ok(exported)
}

fn write_sorted<R: Register>(rows: &[R], folder: &Path, form: ExportForm) -> Result<Option<ExportedTable>, OutputError> {
    let mut sorted: Vec<&R> = rows.iter().collect();
    sorted.sort_by_cached_key(|row| Restated::order(*row));
    write_rows(&sorted, folder, form)
}

/// Facts are sorted by month first, as in the lake.
fn write_facts<R: Fact>(rows: &[R], folder: &Path, form: ExportForm) -> Result<Option<ExportedTable>, OutputError> {
    let mut sorted: Vec<&R> = rows.iter().collect();
    sorted.sort_by_cached_key(|row| (row.month(), row.order()));
    write_rows(&sorted, folder, form)
}

fn write_rows<R: Row>(rows: &[&R], folder: &Path, form: ExportForm) -> Result<Option<ExportedTable>, OutputError> {
    if rows.is_empty() {
        return Ok(None);
    }
    let mut file = TableWriter::create::<R>(folder, form)?;
    rows.chunks(CHUNK_ROWS).try_for_each(|chunk| file.write(chunk.iter().copied()))?;
    Ok(Some(ExportedTable { table: R::TABLE, rows: file.finish()? }))
}

fn stream_consumption(dataset: &Dataset, folder: &Path, form: ExportForm) -> Result<Option<ExportedTable>, OutputError> {
    if dataset.consumption.is_empty() {
        return Ok(None);
    }
    let mut writer = TableWriter::create::<Consumption>(folder, form)?;
    let mut chunk: Vec<Consumption> = Vec::with_capacity(CHUNK_ROWS);
    let mut failed = None;
    for file in &dataset.consumption {
        // what is wrong with rows was told when they were imported or the folder was opened
        read_rows::<Consumption>(file, &mut Problems::default(), |read| {
            chunk.extend(read.row.ok());
            if chunk.len() >= CHUNK_ROWS {
                failed = failed.take().or_else(|| writer.write(chunk.iter()).err());
                chunk.clear();
            }
        })?;
    }
    if let Some(error) = failed {
        return Err(error);
    }
    writer.write(chunk.iter())?;
    Ok(Some(ExportedTable { table: Consumption::TABLE, rows: writer.finish()? }))
}

/// A file of one table that is being written.
enum TableWriter {
    Csv(CsvFile),
    Parquet(ParquetFile),
}

impl TableWriter {
    fn create<R: Row>(folder: &Path, form: ExportForm) -> Result<Self, OutputError> {
        match form {
            ExportForm::Csv => {
                let mut file = CsvFile::create(&folder.join(format!("{}.csv", R::TABLE)))?;
                file.write(R::COLUMNS.iter().map(|column| column.name))?;
                Ok(Self::Csv(file))
            }
            ExportForm::Parquet => {
                let path = folder.join(format!("{}.parquet", R::TABLE));
                Ok(Self::Parquet(ParquetFile::create(&path, schema(R::COLUMNS, false))?))
            }
        }
    }

    fn write<'a, R: Row + 'a>(&mut self, mut rows: impl Iterator<Item = &'a R>) -> Result<(), OutputError> {
        match self {
            Self::Csv(file) => rows.try_for_each(|row| {
                let cells = row.write();
                file.write(cells.iter().map(|cell| cell.as_deref().unwrap_or_default()))
            }),
            Self::Parquet(file) => {
                let batch = batch::<R>(rows).map_err(|error| OutputError::write(Path::new(R::TABLE), error))?;
                Ok(file.write(&batch)?)
            }
        }
    }

    /// Ends the file; returns its number of rows.
    fn finish(self) -> Result<u64, OutputError> {
        match self {
            Self::Csv(file) => Ok(file.finish()? - 1),
            Self::Parquet(file) => Ok(file.finish()?),
        }
    }
}
