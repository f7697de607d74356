//! The rows of tables that are asked: in memory, or in files that are read as a query needs them.

use arrow_array::RecordBatch;
use datafusion::dataframe::DataFrame;
use datafusion::error::DataFusionError;
use datafusion::prelude::{ParquetReadOptions, SessionContext};
use domain::cells::Row as _;
use domain::facts::{Consumption, Program};

use super::SqlError;
use crate::batches::{batch, batch_of_table};
use crate::files::{FileForm, TableFile};
use crate::problems::Problems;
use crate::sheet::{self, Cell, Kind};
use crate::tables::read_rows;

/// Rows handed on at once when they are not read from Parquet.
const BATCH_ROWS: usize = 65_536;

/// A table that can be asked.
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: TableRows,
    /// Columns that it is asked without: no query sees them.
    pub without: Vec<&'static str>,
}

/// The rows of a table.
pub enum TableRows {
    /// Rows in memory: at least one batch, which may be empty.
    Batches(Vec<RecordBatch>),
    /// Files of consumption, read as the query needs them.
    Consumption(Vec<TableFile>),
}

impl TableRows {
    /// The rows of a table of a program; nothing when there is no such table.
    #[must_use]
    pub fn of_table(program: &Program, table: &str) -> Option<Self> {
        let batch = batch_of_table(program, table)?;
        Some(Self::Batches(vec![batch.expect("a table's rows have its columns")]))
    }

    /// Rows of cells.
    ///
    /// # Errors
    /// When a row has not as many cells as there are columns.
    pub fn of_cells<'c>(columns: &[(&str, Kind)], rows: impl Iterator<Item = Vec<Cell<'c>>>) -> Result<Self, SqlError> {
        let batch = sheet::batch(columns, rows).map_err(|error| SqlError::Failed { message: error.to_string() })?;
        Ok(Self::Batches(vec![batch]))
    }

    /// The rows as what a query reads.
    pub(super) async fn read(&self, context: &SessionContext) -> Result<DataFrame, DataFusionError> {
        match self {
            Self::Batches(batches) => context.read_batches(batches.iter().cloned()),
            Self::Consumption(files) => consumption(context, files).await,
        }
    }
}

/// Rows of consumption that are picked one by one.
#[derive(Default)]
pub struct PickedConsumption {
    rows: Vec<Consumption>,
    batches: Vec<RecordBatch>,
}

impl PickedConsumption {
    /// Picks a row.
    pub fn pick(&mut self, row: &Consumption) {
        self.rows.push(row.clone());
        if self.rows.len() == BATCH_ROWS {
            self.pack();
        }
    }

    /// How many rows were picked.
    #[must_use]
    pub fn len(&self) -> usize {
        self.batches.len() * BATCH_ROWS + self.rows.len()
    }

    /// Whether no row was picked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows that were picked.
    #[must_use]
    pub fn rows(mut self) -> TableRows {
        if !self.rows.is_empty() || self.batches.is_empty() {
            self.pack();
        }
        TableRows::Batches(self.batches)
    }

    fn pack(&mut self) {
        self.batches.push(batch(self.rows.iter()).expect("rows of one table have its columns"));
        self.rows.clear();
    }
}

/// The rows of files of consumption: Parquet files as they are asked for, others as texts.
async fn consumption(context: &SessionContext, files: &[TableFile]) -> Result<DataFrame, DataFusionError> {
    let names: Vec<&str> = Consumption::COLUMNS.iter().map(|column| column.name).collect();
    if !files.is_empty() && files.iter().all(|file| file.form == FileForm::Parquet) {
        let paths: Vec<String> = files.iter().map(|file| file.path.display().to_string()).collect();
        let rows = context.read_parquet(paths, ParquetReadOptions::default().skip_metadata(true)).await?;
        let has_all = names.iter().all(|name| rows.schema().has_column_with_unqualified_name(name));
        if has_all {
            return rows.select_columns(&names);
        }
    }
    let mut picked = PickedConsumption::default();
    for file in files {
        let taken = read_rows::<Consumption>(file, &mut Problems::default(), |row| {
            if let Ok(row) = row.row {
                picked.pick(&row);
            }
        });
        taken.map_err(|error| DataFusionError::External(Box::new(error)))?;
    }
    let TableRows::Batches(batches) = picked.rows() else { return context.read_empty() };
    context.read_batches(batches)
}
