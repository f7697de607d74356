//! `store`: the registers beside the log that they come from.

use anyhow::Result;

use crate::cli::Setting;
use crate::home::{Comparison, Home};
use crate::output::Paint;
use crate::output::table::{self, counted};
use crate::problem::{Exit, say};

/// The registers beside the log that they come from
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  counterfoil store rebuild --check
  counterfoil store rebuild")]
pub enum StoreCommand {
    /// Replay the log into empty registers, and tell where those that stand differ
    Rebuild(RebuildArgs),
}

/// Replay the log into empty registers, and tell where those that stand differ
///
/// Registers are what the events of the log add up to, and nothing else: they can be made again at any time. Differences are told before they are mended;
/// what was written past the log is lost with them.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil store rebuild --check
  counterfoil store rebuild -o json --query differences")]
pub struct RebuildArgs {
    /// Compare only, and change nothing
    #[arg(long)]
    check: bool,
}

/// Rebuilds registers.
///
/// # Errors
/// When there is no home, or an event does not fit those before it.
pub fn run(command: &StoreCommand, setting: &Setting) -> Result<Exit> {
    let StoreCommand::Rebuild(args) = command;
    let home = Home::open(&setting.home()?)?;
    let comparison = home.compare(!args.check)?;
    setting.output.print(&comparison, |paint| told(&comparison, paint))?;
    if comparison.differences.is_empty() {
        return Ok(Exit::Done);
    }
    if args.check {
        say("nothing was changed; `counterfoil store rebuild` makes the registers what the log says\n");
        return Ok(Exit::Attention);
    }
    say("the registers are now what the log says\n");
    Ok(Exit::Done)
}

fn told(comparison: &Comparison, paint: Paint) -> String {
    let adds = format!("{} add up to {}", counted(comparison.events, "event"), entries(comparison.entries));
    if comparison.differences.is_empty() {
        return format!("{}\nroot {}\n", paint.good(&format!("{adds}, and the registers are just that")), comparison.root);
    }
    let rows = comparison.differences.iter().map(|found| vec![found.register.clone(), found.id.clone(), found.told.clone()]);
    let lines = table::lines(&["REGISTER", "ENTRY", "DIFFERENCE"], &rows.collect::<Vec<_>>(), &[]);
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    format!("{}\n{lines}", paint.warn(&format!("{adds}; the registers differ")))
}

fn entries(count: u64) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{} entries", table::count(count)) }
}
