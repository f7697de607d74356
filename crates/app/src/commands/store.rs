//! `store`: the registers beside the log that they come from, and where files are kept.

use anyhow::Result;

use crate::cli::Setting;
use crate::commands::import;
use crate::home::{Comparison, Home, Place};
use crate::output::Paint;
use crate::output::table::{self, counted};
use crate::problem::{Exit, say};

/// The registers beside the log that they come from, and where files are kept
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  counterfoil store rebuild --check
  counterfoil store rebuild
  counterfoil store move s3://bucket/counterfoil")]
pub enum StoreCommand {
    /// Replay the log into empty registers, and tell where those that stand differ
    Rebuild(RebuildArgs),
    /// Copy the home's lake, proofs and rulebooks into object storage, and keep them there from then on
    Move(MoveArgs),
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

/// Copy the home's lake, proofs and rulebooks into object storage, and keep them there from then on
///
/// What is there already is not copied again, so a move that broke off goes on, and files that went missing from the storage are put back
/// from the home's folder. The folder keeps its copies: of the lake they are what is read; those of proofs and rulebooks may be deleted.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil store move s3://bucket/counterfoil
  counterfoil store move az://counterfoil/home")]
pub struct MoveArgs {
    /// Where to: `s3://…`, `az://…`, `abfss://…`, `file:///…`
    #[arg(value_name = "URL")]
    url: String,
}

/// Rebuilds registers, or moves files.
///
/// # Errors
/// When there is no home, an event does not fit those before it, or the storage cannot be used.
pub fn run(command: &StoreCommand, setting: &Setting) -> Result<Exit> {
    match command {
        StoreCommand::Rebuild(args) => rebuild(args, setting),
        StoreCommand::Move(args) => move_files(args, setting),
    }
}

fn move_files(args: &MoveArgs, setting: &Setting) -> Result<Exit> {
    // where files shall be is what this changes
    let home = Home::open(Place { storage: None, ..setting.home()? })?;
    let moved = import::write(&home)?.move_to(&args.url)?;
    setting.output.print(&moved, |paint| {
        let files = format!("{} of the lake, {} of them copied now", counted(moved.files, "file"), table::count(moved.put));
        let kept = paint.good(&format!("the home keeps its files in {}", moved.storage));
        format!("{kept}\n{files}; {} of proofs and rulebooks\n", counted(moved.contents, "file"))
    })?;
    say("start `serve` and what else has this home open again, so that they use it too\n");
    Ok(Exit::Done)
}

fn rebuild(args: &RebuildArgs, setting: &Setting) -> Result<Exit> {
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
