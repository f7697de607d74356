//! SQL for analysts: one query over named tables, which nobody can change.
//!
//! DataFusion plans and runs the query. It sees the tables that are handed to it and nothing else: no file, no setting, no other table.

/// Answers, row by row.
mod answer;

/// How much an answer holds.
mod held;

/// What may be asked, and what is said of what may not.
mod question;

/// The rows of tables that are asked.
mod rows;

use std::sync::Arc;
use std::time::Duration;

use arrow_schema::SchemaRef;
use datafusion::dataframe::DataFrame;
use datafusion::error::DataFusionError;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{SQLOptions, SessionConfig, SessionContext};
use futures_util::TryStreamExt as _;

use held::Held;

pub use answer::Answer;
pub use question::{Question, SqlError};
pub use rows::{PickedConsumption, Table, TableRows};

/// Bytes that a query may hold at once, its answer among them.
const MEMORY_MAX: usize = 2 << 30;

/// Room for plans of queries that nest deeply: debug builds do not optimise the crates that walk them.
const STACK: usize = 64 << 20;

/// How far an answer may go.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Rows at most; the answer tells whether there are more.
    pub rows_max: Option<usize>,
    /// Bytes of the answer at most, as it is held while it is handed on.
    pub bytes_max: usize,
    /// How long the query may take.
    pub patience: Duration,
}

impl Question {
    /// Answers the question from the tables that it names.
    ///
    /// # Errors
    /// When the question names columns or functions that are not there, cannot be answered, or goes beyond the bounds.
    pub fn answer(&self, tables: Vec<Table>, bounds: Bounds) -> Result<Answer, SqlError> {
        let rows_max = bounds.rows_max.filter(|_| !self.is_explained());
        let bounds = Bounds { rows_max, ..bounds };
        std::thread::scope(|scope| {
            let asked = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || {
                let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build();
                let runtime = runtime.map_err(|error| SqlError::Failed { message: error.to_string() })?;
                let answered = runtime.block_on(async {
                    let answering = tokio::spawn(answered(self.text().to_owned(), tables, bounds));
                    match tokio::time::timeout(bounds.patience, answering).await {
                        Ok(answered) => answered.map_err(|error| SqlError::Failed { message: error.to_string() })?,
                        Err(_) => Err(SqlError::TooSlow { seconds: bounds.patience.as_secs() }),
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

#[cfg(feature = "cluster")]
impl Question {
    /// Answers the question on a cluster: consumption is read by its executors, other tables travel with the job.
    ///
    /// # Errors
    /// As [`Question::answer`], and when the cluster cannot do its part.
    pub fn answer_on(&self, session: &crate::cluster::Session, tables: Vec<Table>, bounds: Bounds) -> Result<Answer, SqlError> {
        let known: Vec<String> = tables.iter().map(|table| table.name.clone()).collect();
        let rows_max = bounds.rows_max.filter(|_| !self.is_explained());
        let away = |error| SqlError::Cluster { source: Box::new(error) };
        let mut registered = Vec::new();
        for Table { name, rows, without } in tables {
            let table = match rows {
                TableRows::Consumption(_) => session.consumption(),
                TableRows::Batches(batches) => session.rows(&name, &batches).map_err(away)?,
            };
            registered.push((name, table, without));
        }
        let ask = |context: SessionContext| {
            let (registered, text) = (registered.clone(), self.text().to_owned());
            async move {
                for (name, table, without) in registered {
                    match without.is_empty() {
                        true => context.register_table(name.as_str(), table)?,
                        false => context.register_table(name.as_str(), context.read_table(table)?.drop_columns(&without)?.into_view())?,
                    };
                }
                let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
                let asked = context.sql_with_options(&text, options).await?;
                match rows_max {
                    // one more tells whether there are more
                    Some(most) => asked.limit(0, Some(most + 1)),
                    None => Ok(asked),
                }
            }
        };
        let answered = std::thread::scope(|scope| {
            // plans that nest deeply need room
            let asked = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || session.run(&ask));
            asked.map(std::thread::ScopedJoinHandle::join)
        });
        match answered {
            Ok(Ok(Ok((schema, batches)))) => Ok(Answer::new(schema, batches, rows_max)),
            Ok(Ok(Err(crate::cluster::ClusterError::Question { source }))) => Err(question::explained(&source, &known)),
            Ok(Ok(Err(error))) => Err(away(error)),
            _ => Err(SqlError::Failed { message: "the query could not be planned".to_owned() }),
        }
    }
}

async fn answered(text: String, tables: Vec<Table>, bounds: Bounds) -> Result<Answer, SqlError> {
    let known: Vec<String> = tables.iter().map(|table| table.name.clone()).collect();
    let explained = |error: DataFusionError| question::explained(&error, &known);
    let no_disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
    let runtime = RuntimeEnvBuilder::new().with_memory_limit(MEMORY_MAX, 1.0).with_disk_manager_builder(no_disk).build_arc();
    let context = SessionContext::new_with_config_rt(SessionConfig::new(), runtime.map_err(explained)?);
    for Table { name, rows, without } in tables {
        let rows = rows.read(&context).await.and_then(|rows| rows.drop_columns(&without)).map_err(explained)?;
        context.register_table(name.as_str(), rows.into_view()).map_err(explained)?;
    }
    let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let mut asked = context.sql_with_options(&text, options).await.map_err(explained)?;
    if let Some(most) = bounds.rows_max {
        // one more tells whether there are more
        asked = asked.limit(0, Some(most + 1)).map_err(explained)?;
    }
    let schema: SchemaRef = Arc::new(asked.schema().as_arrow().clone());
    collected(asked, schema, &bounds).await.map_err(|error| match error {
        Beyond::Bytes => SqlError::TooLong { mebibytes: bounds.bytes_max >> 20 },
        Beyond::Failed(error) => explained(error),
    })
}

/// Why rows are not collected.
enum Beyond {
    Bytes,
    Failed(DataFusionError),
}

impl From<DataFusionError> for Beyond {
    fn from(error: DataFusionError) -> Self {
        Self::Failed(error)
    }
}

/// The rows of an answer; what they hold counts to what the query may hold.
async fn collected(asked: DataFrame, schema: SchemaRef, bounds: &Bounds) -> Result<Answer, Beyond> {
    let mut held = Held::default();
    let memory = MemoryConsumer::new("answer").register(&asked.task_ctx().runtime_env().memory_pool);
    let mut rows = asked.execute_stream().await?;
    let mut batches = Vec::new();
    while let Some(batch) = rows.try_next().await? {
        memory.try_grow(held.add(&batch))?;
        if memory.size() > bounds.bytes_max {
            return Err(Beyond::Bytes);
        }
        batches.push(batch);
    }
    Ok(Answer::new(schema, batches, bounds.rows_max))
}
