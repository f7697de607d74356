//! `import`: files into the home, with a fate for every row.

mod told;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use domain::names::Name;
use domain::rulebook::Rulebook;
use engine::formats::{Format, format_named};
use engine::import::Outcome;

use crate::cli::Setting;
use crate::home::Home;
use crate::problem::{Exit, Refusal, say};
use crate::progress::Steps;
use crate::views::import::ImportView;

pub use told::summary;

/// Read files into the home, with a fate for every row
///
/// Rows are accepted, duplicate, superseded by a later file, quarantined with reason and cure, or ignored by a rule of the
/// format. A bad row never stops the good ones. The same file again changes nothing.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "\
Examples:
  counterfoil import my-exports/
  counterfoil import focus-2024-07.csv --dry-run
  counterfoil import roles.json --tenant 8f3c0c6e-0000-4000-8000-000000000001 --strict
  counterfoil import list"
)]
pub struct ImportArgs {
    #[command(subcommand)]
    command: Option<ImportCommand>,

    /// Files, or folders of files
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// The format, when headers shall not decide; a wrong name lists those that there are
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    format: Option<Format>,

    /// The tenant of rows that name none
    #[arg(long, value_name = "GUID")]
    tenant: Option<String>,

    /// Import nothing when a row cannot be taken
    #[arg(long)]
    strict: bool,

    /// Tell what would become of the rows, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// What can be asked about imports.
#[derive(Debug, clap::Subcommand)]
enum ImportCommand {
    /// The ledger: earlier imports, the latest first
    List(ListArgs),
    /// What was wrong with rows of an import
    Problems(ProblemsArgs),
}

/// The ledger: earlier imports, the latest first
#[derive(Debug, clap::Args)]
struct ListArgs {
    /// How many
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: u32,
}

/// What was wrong with rows of an import
#[derive(Debug, clap::Args)]
struct ProblemsArgs {
    /// The batch's id, as `import list` tells it [default: the latest]
    #[arg(value_name = "BATCH")]
    batch: Option<String>,
}

fn format(name: &str) -> Result<Format, String> {
    format_named(name).map_err(|error| error.to_string())
}

/// Imports, or tells of earlier imports.
///
/// # Errors
/// When the home cannot be used, or a path cannot be imported.
pub fn run(args: &ImportArgs, setting: &Setting) -> Result<Exit> {
    match &args.command {
        Some(ImportCommand::List(list)) => told::list(&Home::open(&setting.home()?)?, list.limit, setting),
        Some(ImportCommand::Problems(asked)) => told::problems(&Home::open(&setting.home()?)?, asked.batch.as_deref(), setting),
        None => import(args, setting),
    }
}

fn import(args: &ImportArgs, setting: &Setting) -> Result<Exit> {
    let home = Home::open_or_make(&setting.home()?)?;
    let mut views = Vec::new();
    let mut exit = Exit::Done;
    for path in &args.paths {
        let outcome = one(args, &home, path, setting)?;
        views.push(ImportView::of_outcome(path.display().to_string(), &outcome, !args.dry_run));
        setting.tell_rows(&outcome.problems);
        if !outcome.problems.is_empty() {
            exit = Exit::Attention;
        }
    }
    setting.output.print(&views, |paint| views.iter().map(|view| told::summary(view, paint)).collect())?;
    if args.dry_run {
        say("nothing was changed: this was a dry run\n");
    }
    Ok(exit)
}

/// Imports one path, and keeps it unless that is not wanted.
fn one(args: &ImportArgs, home: &Home, path: &Path, setting: &Setting) -> Result<Outcome> {
    if !path.exists() {
        return Err(Refusal::refused(format!("there is no file or folder `{}`", path.display())).hint("check the spelling").into());
    }
    let outcome = read(home, path, args.format, args.tenant.as_deref().map(Name::new), setting.rulebook()?)?;
    if args.strict && outcome.problems.has_losses() {
        home.discard(&outcome)?;
        setting.tell_rows(&outcome.problems);
        let message = format!("`{}` has rows that cannot be taken, and `--strict` is given: nothing of it was imported", path.display());
        return Err(Refusal::refused(message).hint("correct them, or leave `--strict` out").into());
    }
    match args.dry_run {
        true => home.discard(&outcome)?,
        false => home.keep(path, &outcome)?,
    }
    Ok(outcome)
}

/// Reads a path into the lake of a home, with progress; nothing holds until the home keeps it.
///
/// # Errors
/// When the path cannot be imported.
pub fn read(home: &Home, path: &Path, format: Option<Format>, tenant: Option<Name>, rulebook: Arc<Rulebook>) -> Result<Outcome> {
    let mut steps = Steps::new();
    let outcome = home.import(path, format, tenant, rulebook, &mut |at| {
        steps.tell(&format!("importing {} ({} of {}), {} rows", at.file, at.index + 1, at.files, at.rows));
    })?;
    steps.end();
    Ok(outcome?)
}
