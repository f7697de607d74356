//! `cluster`: a scheduler and its executors, and `--cluster` of commands that credit.

/// A home's crediting on a cluster.
#[cfg(feature = "cluster")]
mod on;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use anyhow::Result;

use crate::cli::Setting;
use crate::commands::ProgramArgs;
use crate::problem::{Exit, Refusal};
use crate::program::OpenProgram;

/// Several machines that credit together
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  counterfoil cluster scheduler --bind 10.0.0.4:50050
  counterfoil cluster executor --scheduler http://10.0.0.4:50050 --bind 10.0.0.5
  counterfoil credit --cluster http://10.0.0.4:50050 --out credits.parquet")]
pub enum ClusterCommand {
    /// Hand out work to executors
    Scheduler(SchedulerArgs),
    /// Do work that a scheduler hands out
    Executor(ExecutorArgs),
}

/// Hand out work to executors
///
/// Whoever reaches a scheduler or an executor can use it: keep both on a network of their own.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil cluster scheduler
  counterfoil cluster scheduler --bind 10.0.0.4:50050 --lost-after 60")]
pub struct SchedulerArgs {
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value_t = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 50050))]
    bind: SocketAddr,

    /// The name by which executors reach it, when that is not the address
    #[arg(long, value_name = "NAME")]
    host: Option<String>,

    /// After how many silent seconds an executor is lost, and its work given to others
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(2..))]
    lost_after: u64,
}

/// Do work that a scheduler hands out
///
/// Credentials of the home's storage come from the same variables as a home's own.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil cluster executor --scheduler http://10.0.0.4:50050 --bind 10.0.0.5
  counterfoil cluster executor --scheduler http://10.0.0.4:50050 --bind 10.0.0.5 --port 50051 --slots 4")]
pub struct ExecutorArgs {
    /// The scheduler
    #[arg(long, value_name = "URL")]
    scheduler: String,

    /// The address to listen on
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    bind: IpAddr,

    /// The first of its two ports, one after the other; without it any free ones
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..65535))]
    port: Option<u16>,

    /// The name by which others reach it, when that is not the address
    #[arg(long, value_name = "NAME")]
    host: Option<String>,

    /// How many shares of customers it works on at once; each uses every processor
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..1000))]
    slots: u16,

    /// The folder for sums until they are fetched; without it one of its own that goes with it
    #[arg(long, value_name = "FOLDER")]
    work_dir: Option<PathBuf>,
}

/// Where crediting is done.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ClusterArgs {
    /// Credit on the executors of this scheduler, such as `http://10.0.0.4:50050`
    #[arg(long, value_name = "URL", conflicts_with = "dataset")]
    cluster: Option<String>,
}

impl ClusterArgs {
    /// The program, opened for reading, to be credited where that is asked for.
    ///
    /// # Errors
    /// When it cannot be opened, or there is no cluster.
    pub fn open(&self, args: &ProgramArgs, setting: &Setting) -> Result<OpenProgram> {
        let Some(url) = &self.cluster else { return args.open(setting) };
        if setting.known_at().is_some() {
            let refusal = Refusal::usage("`--known-at` looks back on files that executors do not have");
            return Err(refusal.hint("leave `--cluster` or `--known-at` out").into());
        }
        open_on(url, setting)
    }
}

#[cfg(feature = "cluster")]
use on::open_on;

#[cfg(not(feature = "cluster"))]
fn open_on(_: &str, _: &Setting) -> Result<OpenProgram> {
    Err(not_built().into())
}

/// Runs a part of a cluster.
///
/// # Errors
/// When it cannot listen, or the scheduler is not there.
#[cfg(feature = "cluster")]
pub fn run(command: &ClusterCommand) -> Result<Exit> {
    match command {
        ClusterCommand::Scheduler(args) => on::scheduler(args),
        ClusterCommand::Executor(args) => on::executor(args),
    }
}

/// Refuses: this build has no clusters.
///
/// # Errors
/// Always.
#[cfg(not(feature = "cluster"))]
pub fn run(_: &ClusterCommand) -> Result<Exit> {
    Err(not_built().into())
}

#[cfg(not(feature = "cluster"))]
fn not_built() -> Refusal {
    Refusal::usage("this build of counterfoil has no clusters").hint("build it with `cargo build --release --features cluster`")
}
