//! SQL for analysts: one query over named tables, which nobody can change.
//!
//! DataFusion plans and runs the query. It sees the tables that are handed to it and nothing else: no file, no setting, no other table.

/// Answers, row by row.
mod answer;

/// What may be asked, and what is said of what may not.
mod question;

use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use datafusion::dataframe::DataFrame;
use datafusion::error::DataFusionError;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{ParquetReadOptions, SQLOptions, SessionConfig, SessionContext};
use domain::cells::Row;
use domain::facts::{Consumption, Program};

use crate::batches::{batch, batch_of_table};
use crate::files::{FileForm, TableFile};
use crate::problems::Problems;
use crate::sheet::{self, Cell, Kind};
use crate::tables::read_rows;

pub use answer::Answer;
pub use question::{Question, SqlError};

/// Bytes that a query may hold at once.
const MEMORY_MAX: usize = 2 << 30;

/// Room for plans of queries that nest deeply: debug builds do not optimise the crates that walk them.
const STACK: usize = 64 << 20;

/// Rows handed on at once when files are read as texts.
const BATCH_ROWS: usize = 65_536;

/// The rows of a table.
pub enum TableRows {
    /// Rows in memory.
    Batch(RecordBatch),
    /// Files of consumption, read as the query needs them.
    Consumption(Vec<TableFile>),
}

impl TableRows {
    /// The rows of a table of a program; nothing when there is no such table.
    #[must_use]
    pub fn of_table(program: &Program, table: &str) -> Option<Self> {
        let batch = batch_of_table(program, table)?;
        Some(Self::Batch(batch.expect("a table's rows have its columns")))
    }

    /// Rows of cells.
    ///
    /// # Errors
    /// When a row has not as many cells as there are columns.
    pub fn of_cells<'c>(columns: &[(&str, Kind)], rows: impl Iterator<Item = Vec<Cell<'c>>>) -> Result<Self, SqlError> {
        sheet::batch(columns, rows).map(Self::Batch).map_err(|error| SqlError::Failed { message: error.to_string() })
    }
}

impl Question {
    /// Answers the question from the tables that it names, with at most `rows_max` rows when that is given.
    ///
    /// # Errors
    /// When the question names columns or functions that are not there, cannot be answered, or takes longer than `patience`.
    pub fn answer(&self, tables: Vec<(String, TableRows)>, rows_max: Option<usize>, patience: Duration) -> Result<Answer, SqlError> {
        std::thread::scope(|scope| {
            let asked = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || {
                let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build();
                let runtime = runtime.map_err(|error| SqlError::Failed { message: error.to_string() })?;
                let answered = runtime.block_on(async {
                    let answering = tokio::spawn(answered(self.text().to_owned(), tables, rows_max.filter(|_| !self.is_explained())));
                    match tokio::time::timeout(patience, answering).await {
                        Ok(answered) => answered.map_err(|error| SqlError::Failed { message: error.to_string() })?,
                        Err(_) => Err(SqlError::TooSlow { seconds: patience.as_secs() }),
                    }
                });
                runtime.shutdown_background();
                answered
            });
            let asked = asked.map_err(|error| SqlError::Failed { message: error.to_string() })?;
            asked.join().unwrap_or_else(|_| Err(SqlError::Failed { message: "the query could not be planned".to_owned() }))
        })
    }
}

async fn answered(text: String, tables: Vec<(String, TableRows)>, rows_max: Option<usize>) -> Result<Answer, SqlError> {
    let known: Vec<String> = tables.iter().map(|(name, _)| name.clone()).collect();
    let explained = |error: DataFusionError| question::explained(&error, &known);
    let no_disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
    let runtime = RuntimeEnvBuilder::new().with_memory_limit(MEMORY_MAX, 1.0).with_disk_manager_builder(no_disk).build_arc();
    let context = SessionContext::new_with_config_rt(SessionConfig::new(), runtime.map_err(explained)?);
    for (name, rows) in tables {
        match rows {
            TableRows::Batch(batch) => drop(context.register_batch(name.as_str(), batch).map_err(explained)?),
            TableRows::Consumption(files) => {
                let rows = consumption(&context, &files).await.map_err(explained)?;
                context.register_table(name.as_str(), rows.into_view()).map_err(explained)?;
            }
        }
    }
    let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let mut asked = context.sql_with_options(&text, options).await.map_err(explained)?;
    if let Some(most) = rows_max {
        // one more tells whether there are more
        asked = asked.limit(0, Some(most + 1)).map_err(explained)?;
    }
    let schema = Arc::new(asked.schema().as_arrow().clone());
    let batches = asked.collect().await.map_err(explained)?;
    Ok(Answer::new(schema, batches, rows_max))
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
    let mut read: Vec<Consumption> = Vec::new();
    for file in files {
        let taken = read_rows::<Consumption>(file, &mut Problems::default(), |row| read.extend(row.row));
        taken.map_err(|error| DataFusionError::External(Box::new(error)))?;
    }
    let batches: Result<Vec<RecordBatch>, _> = match read.is_empty() {
        true => batch::<Consumption>([].iter()).map(|empty| vec![empty]),
        false => read.chunks(BATCH_ROWS).map(|rows| batch(rows.iter())).collect(),
    };
    context.read_batches(batches?)
}
