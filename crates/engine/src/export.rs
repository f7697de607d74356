//! Export: the facts of a dataset as a dataset folder.

use std::path::Path;

use domain::cells::Row;
use domain::facts::{
    Certification, Claim, Consumption, Csp, Customer, Enrolment, GroupMember, ManagementGroup, PalLink, Partner, PartnerOfRecord, Person,
    Principal, ResourceOwner, Revenue, RoleAssignment, Subscription, TABLES, WorkloadUsage,
};

use crate::batches::{batch, schema};
use crate::dataset::Dataset;
use crate::lake::{LakeError, ParquetFile};
use crate::problems::Problems;
use crate::source::FileError;
use crate::tables::{TableRow, each_table, read_rows};

/// Rows that wait to be written.
const BATCH_ROWS: usize = 16_384;

/// The form of exported files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Comma-separated text.
    Csv,
    /// Parquet.
    Parquet,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The table.
    pub table: &'static str,
    /// The file's name.
    pub name: String,
    /// How many rows it has.
    pub rows: u64,
}

/// Why an export ended.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] LakeError),
    /// A file cannot be written as text.
    #[error("cannot write `{file}`; check the folder's rights and the disk")]
    Text {
        /// The file.
        file: String,
        /// The reason.
        source: csv::Error,
    },
    /// Consumption cannot be read.
    #[error(transparent)]
    Read(#[from] FileError),
}

/// Writes every table that has rows into `folder`, which is made if it is not there. Consumption is streamed; its rows that
/// cannot be taken are left out, as everywhere.
///
/// # Errors
/// When a file cannot be written, or consumption cannot be read.
pub fn export(dataset: &Dataset, folder: &Path, form: Form) -> Result<Vec<Exported>, ExportError> {
    let mut written = Vec::new();
    for (table, _) in TABLES {
        macro_rules! export_by_name {
            ($($name:ident: $row:ident),*) => {
                match *table {
                    $( stringify!($name) => export_table::<$row>(dataset, folder, form)?, )*
                    other => unreachable!("the unknown table `{other}`"),
                }
            };
        }
        written.extend(each_table!(export_by_name));
    }
    Ok(written)
}

fn export_table<R: TableRow + Clone>(dataset: &Dataset, folder: &Path, form: Form) -> Result<Option<Exported>, ExportError> {
    let rows = R::rows(&dataset.program);
    let streams = R::TABLE == Consumption::TABLE && rows.is_empty();
    if rows.is_empty() && !(streams && !dataset.consumption.is_empty()) {
        return Ok(None);
    }
    let mut writer = Writer::<R>::create(folder, form)?;
    rows.iter().try_for_each(|row| writer.push(row.clone()))?;
    if streams {
        for file in &dataset.consumption {
            let mut failed = None;
            read_rows::<R>(file, &mut Problems::default(), |read| {
                if let (Ok(row), None) = (read.row, &failed) {
                    failed = writer.push(row).err();
                }
            })?;
            failed.map_or(Ok(()), Err)?;
        }
    }
    writer.finish().map(Some)
}

/// A file of one table that is being written.
struct Writer<R> {
    name: String,
    out: Out,
    pending: Vec<R>,
    rows: u64,
}

enum Out {
    Csv(csv::Writer<std::fs::File>, String),
    Parquet(ParquetFile),
}

impl<R: TableRow> Writer<R> {
    fn create(folder: &Path, form: Form) -> Result<Self, ExportError> {
        let ending = if form == Form::Csv { "csv" } else { "parquet" };
        let name = format!("{}.{ending}", R::TABLE);
        let path = folder.join(&name);
        let shown = path.display().to_string();
        let out = match form {
            Form::Parquet => Out::Parquet(ParquetFile::create(&path, schema(R::COLUMNS, false))?),
            Form::Csv => {
                let text = |source| ExportError::Text { file: shown.clone(), source };
                std::fs::create_dir_all(folder).map_err(|error| text(error.into()))?;
                let mut writer = csv::Writer::from_path(&path).map_err(text)?;
                writer.write_record(R::COLUMNS.iter().map(|column| column.name)).map_err(text)?;
                Out::Csv(writer, shown)
            }
        };
        Ok(Self { name, out, pending: Vec::new(), rows: 0 })
    }

    fn push(&mut self, row: R) -> Result<(), ExportError> {
        self.rows += 1;
        match &mut self.out {
            Out::Csv(writer, shown) => {
                let cells = row.write().into_iter().map(Option::unwrap_or_default);
                writer.write_record(cells).map_err(|source| ExportError::Text { file: shown.clone(), source })
            }
            Out::Parquet(_) => {
                self.pending.push(row);
                if self.pending.len() == BATCH_ROWS { self.flush() } else { Ok(()) }
            }
        }
    }

    fn flush(&mut self) -> Result<(), ExportError> {
        if let Out::Parquet(file) = &mut self.out {
            let rows = batch(self.pending.iter()).expect("rows of one table make a batch");
            file.write(&rows)?;
            self.pending.clear();
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Exported, ExportError> {
        self.flush()?;
        match self.out {
            Out::Parquet(file) => {
                file.finish()?;
            }
            Out::Csv(mut writer, file) => writer.flush().map_err(|error| ExportError::Text { file, source: error.into() })?,
        }
        Ok(Exported { table: R::TABLE, name: self.name, rows: self.rows })
    }
}
