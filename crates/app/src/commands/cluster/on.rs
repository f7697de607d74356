//! A home's crediting on a cluster, and the parts of one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use engine::cluster::{ClusterError, ExecutorSetting, SchedulerSetting, Where, run_executor, run_scheduler};
use tokio::runtime::Runtime;
use tokio::signal;
use ureq::Agent;

use super::{ExecutorArgs, SchedulerArgs};
use crate::cli::Setting;
use crate::home::Home;
use crate::problem::{Exit, say};
use crate::program::OpenProgram;
use crate::progress;

/// How long executors are waited for.
const EXECUTORS_WAIT: Duration = Duration::from_secs(20);

/// How often it is asked whether there are any.
const EXECUTORS_ASKED: Duration = Duration::from_millis(200);

/// Opens a home's program, to be credited by the executors of a scheduler.
pub fn open_on(url: &str, setting: &Setting) -> Result<OpenProgram> {
    let url = url.trim_end_matches('/');
    progress::during("waiting for executors", || ready(url))?;
    let home = Home::open(&setting.home()?)?;
    let program = OpenProgram::from_home(&home, setting.rulebook_in(&home)?)?;
    let files = setting.rulebook_files_in(&home)?;
    let place = Where::Cluster(url.to_owned());
    let session = progress::during("writing the job", || home.session(place, &program.dataset().program, &files))?;
    Ok(program.on(session))
}

/// Waits until a scheduler has executors.
fn ready(url: &str) -> Result<()> {
    engine::cluster::scheduler(url)?;
    let agent: Agent = Agent::config_builder().timeout_global(Some(Duration::from_secs(5))).http_status_as_error(false).build().into();
    let since = Instant::now();
    loop {
        let answer = agent.get(&format!("{url}/readyz")).call();
        let answer = answer.map_err(|source| ClusterError::NoScheduler { url: url.to_owned(), source: Box::new(source) })?;
        if answer.status().is_success() {
            return Ok(());
        }
        if since.elapsed() > EXECUTORS_WAIT {
            return Err(ClusterError::NoExecutors { url: url.to_owned() }.into());
        }
        std::thread::sleep(EXECUTORS_ASKED);
    }
}

pub fn scheduler(args: &SchedulerArgs) -> Result<Exit> {
    let setting = SchedulerSetting { bind: args.bind, host: args.host.clone(), lost_after: args.lost_after };
    let runtime = runtime()?;
    let told = |address| say(&format!("listening on http://{address}, for executors and `--cluster`\n"));
    run_scheduler(&setting, &runtime, stopped(), told).with_context(|| format!("no scheduler at `{}`", args.bind))?;
    Ok(Exit::Done)
}

pub fn executor(args: &ExecutorArgs) -> Result<Exit> {
    let setting = ExecutorSetting {
        scheduler: args.scheduler.trim_end_matches('/').to_owned(),
        bind: args.bind,
        ports: args.port.map(|port| (port, port + 1)),
        host: args.host.clone(),
        slots: args.slots.into(),
        work_dir: args.work_dir.clone(),
    };
    let told = |port| say(&format!("working for `{}`; sums are fetched from port {port}\n", setting.scheduler));
    run_executor(&setting, &runtime()?, told)?;
    Ok(Exit::Done)
}

fn runtime() -> Result<Arc<Runtime>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    Ok(Arc::new(runtime.context("the system gives no threads")?))
}

/// Until the process is told to stop.
async fn stopped() {
    #[cfg(unix)]
    {
        let terminated = async {
            match signal::unix::signal(signal::unix::SignalKind::terminate()) {
                Ok(mut told) => drop(told.recv().await),
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = signal::ctrl_c() => {}
            () = terminated => {}
        }
    }
    #[cfg(not(unix))]
    {
        // without a way to be told, it runs on
        let _ = signal::ctrl_c().await;
    }
}
