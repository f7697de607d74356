//! Crediting, and questions in SQL, on several machines.
//!
//! ```text
//!   client: home ─▶ job (registers by share, in the home's storage) ─▶ plan ─▶ scheduler ─▶ executors ─▶ sums ─▶ client
//! ```
//!
//! Customers are cut into *shares*, each a range of tenants. Whoever asks (the client) writes a *job* beside the home's lake: for every
//! share the registers of its customers only. The plan that then runs has one partition for each share. An executor that gets a partition
//! reads the share's registers and, of the lake's files, the row groups that may hold its customers, and credits them by the same code as a
//! single process. What comes back are the sums that a thread of a single process would have handed over, so the rest is the same, too.
//!
//! Ballista distributes plans and finds lost executors; DataFusion runs them. Only `session` knows whether a plan runs here or there.

/// Reading a share on an executor.
mod part;

/// What runs: a table whose partitions are shares.
mod node;

/// What a plan says, and in which words it travels.
mod plan;

/// Scheduler and executors as processes.
mod processes;

/// A plan run here or on a cluster.
mod session;

/// Cutting customers into shares, and writing a job.
mod shares;

pub use processes::{ExecutorSetting, SchedulerSetting, run_executor, run_scheduler, scheduler};
pub use session::{Session, Where};

use crate::dataset::DatasetError;
use crate::lake::LakeError;
use crate::objects::ObjectsError;
use crate::source::FileError;

/// Why a cluster cannot do its part.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// Nobody answers at the URL.
    #[error("no scheduler answers at `{url}`; start one with `counterfoil cluster scheduler`, or look at the URL")]
    NoScheduler {
        /// The URL.
        url: String,
        /// What happened.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The URL is none.
    #[error("`{url}` is no scheduler's URL: {message}; expected such as `http://10.0.0.4:50050`")]
    Url {
        /// The URL.
        url: String,
        /// What is wrong with it.
        message: String,
    },
    /// No executor took the work, or none is left.
    #[error("no executor of `{url}` takes the work; start some with `counterfoil cluster executor --scheduler {url}`")]
    NoExecutors {
        /// The scheduler.
        url: String,
    },
    /// Two parts are of different builds.
    #[error("{message}")]
    Versions {
        /// Which ones.
        message: String,
    },
    /// The storage cannot be used.
    #[error("the home's storage cannot be used for the job")]
    Objects(#[from] ObjectsError),
    /// The job cannot be written here first.
    #[error("the job cannot be written")]
    Lake(#[from] LakeError),
    /// A share's registers cannot be read.
    #[error("the registers of a share cannot be read")]
    Dataset(#[from] DatasetError),
    /// A share's usage cannot be read.
    #[error("the usage of a share cannot be read")]
    File(#[from] FileError),
    /// A file on this machine cannot be used.
    #[error("a file for the work cannot be used")]
    Io(#[from] std::io::Error),
    /// A Parquet file cannot be read.
    #[error("a file of the lake cannot be read")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A question is none that can be planned.
    #[error("the question cannot be answered")]
    Question {
        /// Why not.
        source: Box<datafusion::error::DataFusionError>,
    },
    /// Anything else.
    #[error("the cluster could not answer: {message}")]
    Failed {
        /// What was said.
        message: String,
    },
}
