//! `ledger`: the batches that were imported, what became of their rows, and undoing them.

/// Later imports that undoing a batch concerns.
pub mod later;

/// Rows that a batch refused, as files to mend.
pub mod refused;

/// Batches for reading.
pub mod tables;

/// A row's journey.
pub mod trace;

use std::path::PathBuf;

use anyhow::Result;
use domain::rights::{Act, On};
use domain::rulebook::{Rulebook, suggest};
use store::ledger::Batch;

use crate::cli::Setting;
use crate::commands::asker::Asker;
use crate::commands::import;
use crate::home::Home;
use crate::problem::{Exit, Refusal, say};
use crate::views::hidden::Hidden;
use crate::views::import::ImportView;
use crate::views::ledger::{BatchView, ProblemView};

/// The ledger: batches that were imported, and what became of every row
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  counterfoil ledger list
  counterfoil ledger show
  counterfoil ledger undo 20240731T101112000000 --reason \"wrong customer\"
  counterfoil ledger trace consumption.csv:41")]
pub enum LedgerCommand {
    /// Batches, the latest first: when, source, format, rows per fate, dollars, state
    List(ListArgs),
    /// One batch: its files, what became of their rows, months before and after, problems
    Show(ShowArgs),
    /// Take a batch out again: what it superseded comes back, what it added goes
    Undo(UndoArgs),
    /// A row's journey: from file and line to fate, table row, credits, metrics and points
    Trace(trace::TraceArgs),
}

/// Batches, the latest first: when, source, format, rows per fate, dollars, state
///
/// DOLLARS is the sum over consumption and revenue rows that came in, whatever became of them.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil ledger list
  counterfoil ledger list --limit 5 -o json --query \"[?state=='undone'].undo\"")]
pub struct ListArgs {
    /// How many
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: u32,
}

/// One batch: its files, what became of their rows, months before and after, problems
///
/// A file adds up when its rows are the sum of its fates. Duplicate rows were there already; superseded rows are older ones that
/// rows of the batch restated, and are not rows of its files.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil ledger show
  counterfoil ledger show 20240731T101112000000 --offset 20
  counterfoil ledger show -o csv --query problems
  counterfoil ledger show --refused mend/     # mend the rows in it, then `counterfoil import mend/`")]
pub struct ShowArgs {
    /// The batch, as `ledger list` names it [default: the latest]
    #[arg(value_name = "BATCH")]
    batch: Option<String>,

    /// Write the refused rows, as they stood and with what is wrong beside them, as files to mend into this new or empty folder
    #[arg(long, value_name = "FOLDER")]
    refused: Option<PathBuf>,

    /// How many problems to tell
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,

    /// How many problems to pass over
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: usize,
}

/// Take a batch out again: what it superseded comes back, what it added goes
///
/// The home is then as if the batch had never been imported. Rows that another batch brought as well stay. The ledger keeps the batch,
/// marked as undone, with who, when and why; its files can be imported again.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil ledger undo 20240731T101112000000 --reason \"wrong customer\"
  counterfoil ledger undo 20240731T101112000000 --reason \"sent twice\" -o json")]
pub struct UndoArgs {
    /// The batch, as `ledger list` names it
    #[arg(value_name = "BATCH")]
    batch: String,

    /// Why, for those who read the ledger later
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: String,
}

/// A reason, which must say something.
pub fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("say why, for those who read the ledger later".to_owned()) } else { Ok(text.to_owned()) }
}

/// Tells of the ledger, or undoes a batch.
///
/// # Errors
/// When there is no home, no such batch, or the batch cannot be undone.
pub fn run(command: &LedgerCommand, setting: &Setting) -> Result<Exit> {
    let home = Home::open(&setting.home()?)?;
    let asker = Asker::of_home(setting)?;
    match command {
        LedgerCommand::Undo(_) => asker.must(Act::ImportsKeep, &On::program(), "undo an import")?,
        _ => asker.must(Act::ImportsRead, &On::program(), "see what was imported")?,
    }
    let hidden = asker.hidden(&On::program());
    match command {
        LedgerCommand::List(args) => list(&home, args.limit, &hidden, setting),
        LedgerCommand::Show(args) => {
            if args.refused.is_some() {
                asker.must(Act::RevenueRead, &On::program(), "see rows as they stood")?;
            }
            show(&home, args, &hidden, setting)
        }
        LedgerCommand::Undo(args) => undo(&home, args, setting),
        LedgerCommand::Trace(args) => trace::run(&home, args, &hidden, setting),
    }
}

fn list(home: &Home, limit: u32, hidden: &Hidden, setting: &Setting) -> Result<Exit> {
    let views: Vec<ImportView> = home.batches(limit)?.iter().map(|batch| ImportView::of_batch(batch).masked(hidden)).collect();
    setting.output.print(&views, |_| tables::list(&views))?;
    if views.is_empty() {
        say("nothing was imported yet; `counterfoil import FOLDER` imports\n");
    }
    Ok(Exit::Done)
}

/// The batch of an id; the latest one without.
///
/// # Errors
/// When there is none; the nearest one is suggested.
pub fn named(home: &Home, batch_id: Option<&str>) -> Result<Batch> {
    let Some(id) = batch_id else {
        let latest = home.batches(1)?.into_iter().next();
        return Ok(latest.ok_or_else(|| Refusal::refused("nothing was imported yet").hint("`counterfoil import FOLDER` imports"))?);
    };
    if let Some(batch) = home.batch(id)? {
        return Ok(batch);
    }
    let batches = home.batches(u32::MAX >> 1)?;
    let near = suggest::nearest(id, batches.iter().map(|batch| batch.batch_id.as_str()));
    let hint = near.map_or_else(|| "`counterfoil ledger list` names them".to_owned(), |near| format!("did you mean `{near}`?"));
    Err(Refusal::usage(format!("there is no batch `{id}`")).hint(hint).into())
}

/// A batch with everything that is known of it.
///
/// # Errors
/// When the ledger cannot be read.
pub fn view(home: &Home, batch: &Batch, offset: usize, limit: usize) -> Result<BatchView> {
    let problems = home.problems(&batch.batch_id)?;
    let mut import = ImportView::of_batch(batch);
    import.add_months(home.month_changes()?.iter().filter(|change| change.batch_id == batch.batch_id));
    Ok(BatchView {
        import,
        problems_kept: problems.len(),
        problems: problems.iter().skip(offset).take(limit).map(ProblemView::new).collect(),
    })
}

fn show(home: &Home, args: &ShowArgs, hidden: &Hidden, setting: &Setting) -> Result<Exit> {
    let batch = named(home, args.batch.as_deref())?;
    let view = view(home, &batch, args.offset, args.limit)?.masked(hidden);
    setting.output.print(&view, |paint| {
        let mut text = tables::summary(&view.import, paint);
        let undone = view.import.undo.as_ref().map(|undo| tables::undone(undo, paint));
        text.push_str(&undone.unwrap_or_default());
        text.push_str(&tables::files(&view.import.files, paint));
        text.push_str(&tables::months(&view.import.months, paint));
        text.push_str(&tables::problems(&view.problems, args.offset, view.problems_kept, paint));
        text
    })?;
    if let Some(folder) = &args.refused {
        refused::write(home, &batch, folder)?;
    }
    Ok(Exit::Done)
}

fn undo(home: &Home, args: &UndoArgs, setting: &Setting) -> Result<Exit> {
    let later = later::told(home, &home.lake()?, &named(home, Some(&args.batch))?)?;
    let batch = take_back(home, &args.batch, &args.reason, &*setting.rulebook()?)?;
    let view = view(home, &named(home, Some(&args.batch))?, 0, 0)?;
    setting.output.print(&view.import, |paint| {
        let undone = view.import.undo.as_ref().map(|undo| tables::undone(undo, paint)).unwrap_or_default();
        let months: Vec<_> = view.import.months.iter().filter(|month| month.act == "undo").cloned().collect();
        format!("{}: batch {}\n{undone}{}", view.import.source, batch.batch_id, tables::months(&months, paint))
    })?;
    later.iter().for_each(|told| say(&format!("{told}\n")));
    Ok(Exit::Done)
}

/// Undoes a batch; returns it as it was.
///
/// # Errors
/// When there is none, when it is undone already, or when something stands in the way.
pub fn take_back(home: &Home, batch_id: &str, reason: &str, rulebook: &Rulebook) -> Result<Batch> {
    let writing = import::write(home)?;
    let batch = named(home, Some(batch_id))?;
    if let Some(undo) = &batch.undo {
        let message = format!("batch `{}` was undone already, {} by {}: {}", batch.batch_id, undo.undone_at, undo.undone_by, undo.reason);
        return Err(Refusal::refused(message).hint("import its files again, if they shall be there").into());
    }
    writing.undo(&batch, reason, rulebook)?;
    Ok(batch)
}
