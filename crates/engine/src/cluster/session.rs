//! A plan run here or on a cluster: nothing else knows which.

use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use ballista_core::extension::{SessionConfigExt as _, SessionStateExt as _};
use datafusion::error::DataFusionError;
use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use domain::cells::Row as _;
use domain::facts::{Consumption, Program};
use tokio::runtime::Runtime;

use super::ClusterError;
use super::node::{Codec, Shares};
use super::plan::{Job, Plan, What, build};
use super::shares::{self, JOBS};
use crate::credits::{Ask, wire};
use crate::lake::{Lake, ParquetFile};
use crate::objects::Objects;
use crate::sheet;

/// How often a plan is run when an executor that had finished its share is gone before its sums were fetched.
const RUNS_MAX: usize = 3;

/// About how many shares there are: more than most clusters have executors, so that a lost one costs little.
const SHARES: usize = 16;

/// Where plans run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Where {
    /// In this process.
    Here,
    /// On the executors of the scheduler at a URL.
    Cluster(String),
}

/// A job under way: written when it is opened, gone when it is dropped.
pub struct Session {
    place: Where,
    job: Arc<Job>,
    objects: Objects,
    runtime: Arc<Runtime>,
    aside: tempfile::TempDir,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("place", &self.place).field("job", &self.job).finish_non_exhaustive()
    }
}

impl Session {
    /// Writes the job of crediting a home's lake by registers and rules into the home's storage, in a folder called `name`.
    ///
    /// # Errors
    /// When the lake cannot be read, or the storage not be written.
    pub fn open(
        place: Where,
        name: &str,
        storage: &Objects,
        lake: &Lake,
        (program, rulebook): (&Program, &[(String, String)]),
        runtime: &Arc<Runtime>,
    ) -> Result<Self, ClusterError> {
        let files = lake.files.iter().filter(|file| file.table == Consumption::TABLE).map(|file| file.path.clone()).collect();
        let cuts = shares::cuts(lake, program, SHARES)?;
        let job = Job { storage: storage.url().to_owned(), folder: format!("{JOBS}/{name}"), cuts, files };
        let session =
            Self { place, job: Arc::new(job), objects: storage.clone(), runtime: Arc::clone(runtime), aside: tempfile::tempdir()? };
        shares::write(&session.job, program, rulebook, storage, session.aside.path())?;
        Ok(session)
    }

    /// How many shares the customers are cut into.
    #[must_use]
    pub fn shares(&self) -> usize {
        self.job.shares()
    }

    /// The sums of every share.
    pub(crate) fn sums(&self, ask: &Ask) -> Result<Vec<RecordBatch>, ClusterError> {
        let columns = sheet::batch(&wire::COLUMNS, std::iter::empty()).map_err(parquet::errors::ParquetError::from)?;
        let table = self.table(What::Sums(ask.clone()), &columns);
        let (_, batches) = self.run(&|context: SessionContext| {
            let table = Arc::clone(&table);
            async move { context.read_table(table) }
        })?;
        Ok(batches)
    }

    /// The consumption of the lake, to be scanned by executors.
    pub(crate) fn consumption(&self) -> Arc<Shares> {
        let columns = crate::batches::batch::<Consumption>(std::iter::empty()).expect("a table's rows have its columns");
        self.table(What::Consumption, &columns)
    }

    /// A table of rows, at least one batch of them, which becomes a file of the job.
    pub(crate) fn rows(&self, name: &str, rows: &[RecordBatch]) -> Result<Arc<Shares>, ClusterError> {
        let first = rows.first().ok_or_else(|| ClusterError::Failed { message: format!("the table `{name}` has no columns") })?;
        let path = format!("tables/{name}.parquet");
        let mut file = ParquetFile::create(&self.aside.path().join(&path), first.schema())?;
        for batch in rows {
            file.write(batch)?;
        }
        file.finish()?;
        self.objects.below(&self.job.folder).put(std::slice::from_ref(&path), self.aside.path(), &mut |_| {})?;
        Ok(self.table(What::Table(path), first))
    }

    fn table(&self, what: What, columns: &RecordBatch) -> Arc<Shares> {
        let plan = Plan { job: Arc::clone(&self.job), what, schema: columns.schema(), columns: None };
        Arc::new(Shares { plan, runtime: Arc::clone(&self.runtime) })
    }

    /// Runs what `ask` asks of a context, again when an executor was lost with what it had worked out.
    pub(crate) fn run<F>(&self, ask: &dyn Fn(SessionContext) -> F) -> Result<(SchemaRef, Vec<RecordBatch>), ClusterError>
    where
        F: Future<Output = Result<DataFrame, DataFusionError>>,
    {
        let mut runs = 0;
        loop {
            runs += 1;
            let context = self.context().map_err(|error| self.explained(&error))?;
            let frame = self.runtime.block_on(ask(context)).map_err(|source| ClusterError::Question { source: Box::new(source) })?;
            let schema = Arc::new(frame.schema().as_arrow().clone());
            match self.runtime.block_on(frame.collect()) {
                Ok(batches) => return Ok((schema, batches)),
                Err(error) if runs < RUNS_MAX && is_lost(&error.to_string()) => {}
                Err(error) => return Err(self.explained(&error)),
            }
        }
    }

    fn context(&self) -> Result<SessionContext, DataFusionError> {
        let Where::Cluster(url) = &self.place else { return Ok(SessionContext::new()) };
        let codec = Codec::new("the client", &self.runtime);
        let config = SessionConfig::new_with_ballista()
            .with_ballista_logical_extension_codec(codec.clone())
            .with_ballista_physical_extension_codec(codec)
            .with_information_schema(false)
            .with_ballista_job_name(self.job.folder.rsplit('/').next().unwrap_or_default());
        let state = SessionStateBuilder::new().with_default_features().with_config(config).build();
        Ok(SessionContext::new_with_state(state.upgrade_for_ballista(url.clone())?))
    }

    fn explained(&self, error: &DataFusionError) -> ClusterError {
        let text = error.strip_backtrace();
        let url = match &self.place {
            Where::Cluster(url) => url.clone(),
            Where::Here => String::new(),
        };
        if let Some((_, told)) = text.split_once("the client is counterfoil ") {
            let told = told.split_once(" everywhere").map_or(told, |(told, _)| told);
            return ClusterError::Versions { message: format!("the client is counterfoil {told} everywhere") };
        }
        if text.contains("Ballista client") && text.contains("cannot be used with") {
            return ClusterError::Versions { message: format!("{text}; this is counterfoil {}", build()) };
        }
        if text.contains("transport error") || text.contains("Could not connect to scheduler") {
            return ClusterError::NoScheduler { url, source: text.into() };
        }
        if text.contains("no executors") || text.contains("No executors") {
            return ClusterError::NoExecutors { url };
        }
        ClusterError::Failed { message: text }
    }

    /// A folder for files on their way.
    #[must_use]
    pub fn aside(&self) -> &Path {
        self.aside.path()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let job = self.objects.below(&self.job.folder);
        // what cannot be deleted is left over; `counterfoil doctor` tells
        if let Ok(objects) = job.list() {
            let _ = job.delete(&objects.into_iter().map(|object| object.path).collect::<Vec<_>>());
        }
    }
}

/// Whether an executor was gone before its part of the answer was fetched.
fn is_lost(message: &str) -> bool {
    ["FetchFailed", "Fetch failed", "GrpcConnectionError", "tcp connect error", "error reading a body", "h2 protocol error"]
        .iter()
        .any(|told| message.contains(told))
}
