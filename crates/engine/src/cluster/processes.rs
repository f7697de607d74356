//! Scheduler and executors as processes.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use ballista_core::config::TaskSchedulingPolicy;
use ballista_core::extension::SessionConfigExt as _;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service_with_listener};
use datafusion::prelude::SessionConfig;
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::ClusterError;
use super::node::Codec;

/// The largest message between parts, in bytes.
const MESSAGE_MAX: u32 = 64 << 20;

/// How a scheduler runs.
#[derive(Debug, Clone)]
pub struct SchedulerSetting {
    /// Where it listens; port 0 is any free one.
    pub bind: SocketAddr,
    /// Under which name executors reach it, when that is not where it listens.
    pub host: Option<String>,
    /// After how many seconds of silence an executor is lost, at least 2.
    pub lost_after: u64,
}

/// How an executor runs.
#[derive(Debug, Clone)]
pub struct ExecutorSetting {
    /// The scheduler's URL.
    pub scheduler: String,
    /// Where it listens.
    pub bind: IpAddr,
    /// Its two ports: for sums that are fetched, and for the scheduler; nothing for free ones.
    pub ports: Option<(u16, u16)>,
    /// Under which name others reach it, when that is not where it listens.
    pub host: Option<String>,
    /// How many shares it works on at once.
    pub slots: usize,
    /// The folder for sums until they are fetched; nothing for one of its own.
    pub work_dir: Option<PathBuf>,
}

/// Runs a scheduler until `stop` is done; `told` is called with its address when it listens.
///
/// # Errors
/// When it cannot listen.
pub fn run_scheduler(
    setting: &SchedulerSetting,
    runtime: &Arc<Runtime>,
    stop: impl Future<Output = ()>,
    told: impl FnOnce(SocketAddr),
) -> Result<(), ClusterError> {
    runtime.block_on(async {
        let listener = TcpListener::bind(setting.bind).await?;
        let address = listener.local_addr()?;
        let codec = Codec::new("the scheduler", runtime);
        let own = address.ip().to_string();
        let lost_after = setting.lost_after.max(2);
        let logical = codec.clone();
        let config = SchedulerConfig {
            bind_host: own.clone(),
            external_host: setting.host.clone().unwrap_or(own),
            bind_port: address.port(),
            scheduling_policy: TaskSchedulingPolicy::PullStaged,
            executor_timeout_seconds: lost_after,
            expire_dead_executor_interval_seconds: (lost_after / 4).max(1),
            no_executors_grace_period_seconds: lost_after,
            finished_job_data_clean_up_interval_seconds: 60,
            grpc_server_max_decoding_message_size: MESSAGE_MAX,
            grpc_server_max_encoding_message_size: MESSAGE_MAX,
            grpc_client_max_message_size: MESSAGE_MAX,
            override_config_producer: Some(Arc::new(move || {
                SessionConfig::new_with_ballista()
                    .with_ballista_logical_extension_codec(logical.clone())
                    .with_ballista_physical_extension_codec(logical.clone())
            })),
            override_logical_codec: Some(codec.clone()),
            override_physical_codec: Some(codec),
            ..SchedulerConfig::default()
        };
        let cluster = BallistaCluster::new_from_config(&config).await.map_err(failed)?;
        let scheduler = create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(cluster, Arc::new(config)).await.map_err(failed)?;
        told(address);
        tokio::select! {
            served = start_grpc_service_with_listener(listener, scheduler) => served.map_err(failed),
            () = stop => Ok(()),
        }
    })
}

/// Runs an executor until the process is told to stop: what it works on is then finished first.
///
/// # Errors
/// When the scheduler cannot be reached, or a port is taken.
pub fn run_executor(setting: &ExecutorSetting, runtime: &Arc<Runtime>, told: impl FnOnce(u16)) -> Result<(), ClusterError> {
    let (host, port) = scheduler(&setting.scheduler)?;
    let (fetch, own) = match setting.ports {
        Some(ports) => ports,
        None => free_ports(setting.bind)?,
    };
    let codec = Codec::new("an executor", runtime);
    let work_dir = match &setting.work_dir {
        Some(folder) => (folder.clone(), None),
        None => {
            let folder = tempfile::Builder::new().prefix("counterfoil-executor-").tempdir()?;
            (folder.path().to_owned(), Some(folder))
        }
    };
    std::fs::create_dir_all(&work_dir.0)?;
    let config = ExecutorProcessConfig {
        bind_host: setting.bind.to_string(),
        external_host: Some(setting.host.clone().unwrap_or_else(|| setting.bind.to_string())),
        port: fetch,
        grpc_port: own,
        scheduler_host: host,
        scheduler_port: port,
        scheduler_connect_timeout_seconds: 20,
        vcores: setting.slots,
        task_scheduling_policy: TaskSchedulingPolicy::PullStaged,
        work_dir: Some(work_dir.0.display().to_string()),
        executor_heartbeat_interval_seconds: 1,
        grpc_max_decoding_message_size: MESSAGE_MAX,
        grpc_max_encoding_message_size: MESSAGE_MAX,
        override_logical_codec: Some(codec.clone()),
        override_physical_codec: Some(codec),
        ..ExecutorProcessConfig::default()
    };
    told(fetch);
    let ran = runtime.block_on(start_executor_process(Arc::new(config)));
    ran.map_err(|error| match error.to_string() {
        message if message.contains("Timed out attempting to connect") || message.contains("Could not connect") => {
            ClusterError::NoScheduler { url: setting.scheduler.clone(), source: message.into() }
        }
        message => ClusterError::Failed { message },
    })
}

/// The host and the port of a scheduler's URL.
///
/// # Errors
/// When the text is no such URL.
pub fn scheduler(url: &str) -> Result<(String, u16), ClusterError> {
    let bad = |message: &str| ClusterError::Url { url: url.to_owned(), message: message.to_owned() };
    let rest = url.strip_prefix("http://").ok_or_else(|| bad("it does not begin with `http://`"))?;
    let (host, port) = rest.trim_end_matches('/').rsplit_once(':').ok_or_else(|| bad("it names no port"))?;
    let port = port.parse().map_err(|_| bad("its port is no number up to 65535"))?;
    if host.is_empty() { Err(bad("it names no host")) } else { Ok((host.to_owned(), port)) }
}

/// Two ports that are free now.
fn free_ports(bind: IpAddr) -> Result<(u16, u16), ClusterError> {
    let (one, two) = (std::net::TcpListener::bind((bind, 0))?, std::net::TcpListener::bind((bind, 0))?);
    Ok((one.local_addr()?.port(), two.local_addr()?.port()))
}

fn failed(error: ballista_core::error::BallistaError) -> ClusterError {
    ClusterError::Failed { message: error.to_string() }
}
