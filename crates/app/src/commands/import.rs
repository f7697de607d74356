//! `import`: files into the home, with a fate for every row.

/// New exports as they land.
mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use domain::names::Name;
use domain::rights::{Act, On};
use domain::rulebook::Rulebook;
use engine::formats::{Format, format_named};
use engine::import::Outcome;

use crate::bringing::Brought;
use crate::cli::Setting;
use crate::commands::asker::Asker;
use crate::commands::ledger::tables;
use crate::home::{Home, Writing};
use crate::problem::{Exit, Refusal, say};
use crate::progress::Steps;
use crate::views::import::ImportView;

/// Read files into the home, with a fate for every row
///
/// Rows are accepted, duplicate, superseded by a later file, quarantined with reason and cure, or ignored by a rule of the
/// format. A bad row never stops the good ones. The same file again changes nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil import my-exports/
  counterfoil import focus-2024-07.csv --dry-run
  counterfoil import export.csv --source azure-cost-ea   # its header shall not decide
  counterfoil import roles.json --tenant 8f3c0c6e-0000-4000-8000-000000000001 --strict
  counterfoil import az://costs/exports --pattern '*.csv.gz'
  counterfoil import --watch s3://bucket/exports --every 10m
  counterfoil import --watched   # what was taken, and what became of it
  counterfoil ledger show        # what became of every row of the latest import
  counterfoil ledger undo BATCH --reason \"wrong file\"")]
pub struct ImportArgs {
    /// Files, folders of files, or URLs: `s3://…`, `az://…`, `abfss://…`, `file:///…`
    #[arg(value_name = "PATH", required_unless_present_any = ["watch", "watched"])]
    paths: Vec<PathBuf>,

    /// Of a folder or URL only the files that fit; `*` stands for any letters
    #[arg(long, value_name = "PATTERN")]
    pattern: Option<String>,

    /// The format, when headers shall not decide; a wrong name lists those that there are
    #[arg(long, visible_alias = "source", value_name = "FORMAT", value_parser = format)]
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

    /// Take new exports from a URL or folder as they land, each once, in the order in which they were made
    #[arg(long, value_name = "URL", conflicts_with_all = ["paths", "dry_run"])]
    watch: Option<String>,

    /// How long to wait between two looks
    #[arg(long, value_name = "SPAN", default_value = "5m", value_parser = watch::every, requires = "watch")]
    every: Duration,

    /// Look once, take what is there, and end
    #[arg(long, requires = "watch", conflicts_with = "every")]
    once: bool,

    /// List the exports that were taken from watched storage, and what became of them
    #[arg(long, conflicts_with_all = ["paths", "watch", "dry_run", "strict", "pattern", "format", "tenant"])]
    watched: bool,
}

fn format(name: &str) -> Result<Format, String> {
    format_named(name).map_err(|error| error.to_string())
}

/// Imports.
///
/// # Errors
/// When the home cannot be used, or a path cannot be imported.
pub fn run(args: &ImportArgs, setting: &Setting) -> Result<Exit> {
    if args.watched {
        return watch::list(setting);
    }
    let home = Home::open_or_make(&setting.home()?)?;
    Asker::of_home(setting)?.must(Act::ImportsKeep, &On::program(), "import")?;
    if let Some(url) = &args.watch {
        return watch::run(args, url, &home, setting);
    }
    let mut views = Vec::new();
    let mut exit = Exit::Done;
    for path in &args.paths {
        let brought = Brought::of(&home, path, args.pattern.as_deref())?;
        let outcome = one(args, &home, &brought, setting)?;
        views.push(ImportView::of_outcome(brought.shown, &outcome, !args.dry_run));
        setting.tell_rows(&outcome.problems);
        if !outcome.problems.is_empty() {
            exit = Exit::Attention;
        }
    }
    setting.output.print(&views, |paint| views.iter().map(|view| tables::summary(view, paint)).collect())?;
    if args.dry_run {
        say("nothing was changed: this was a dry run\n");
    }
    Ok(exit)
}

/// Imports one path, and keeps it unless that is not wanted.
fn one(args: &ImportArgs, home: &Home, brought: &Brought, setting: &Setting) -> Result<Outcome> {
    let writing = write(home)?;
    let tenant = args.tenant.as_deref().map(Name::new);
    let outcome = read(&writing, &brought.path, args.format, tenant, setting.rulebook()?).map_err(|error| brought.told(error))?;
    if args.strict && outcome.problems.has_losses() {
        writing.discard()?;
        setting.tell_rows(&outcome.problems);
        let message = format!("`{}` has rows that cannot be taken, and `--strict` is given: nothing of it was imported", brought.shown);
        return Err(Refusal::refused(message).hint("correct them, or leave `--strict` out").into());
    }
    match args.dry_run {
        true => writing.discard()?,
        false => writing.keep(&brought.shown, &outcome)?,
    }
    Ok(outcome)
}

/// Takes the right to change a home; says so when another program has it.
///
/// # Errors
/// When the home cannot be locked.
pub fn write(home: &Home) -> Result<Writing<'_>> {
    home.write(|| say("another import or undo is under way in this home; waiting for it to end\n"))
}

/// Reads a path into the lake of a home, with progress; nothing holds until it is kept.
///
/// # Errors
/// When the path cannot be imported.
pub fn read(writing: &Writing<'_>, path: &Path, format: Option<Format>, tenant: Option<Name>, rulebook: Arc<Rulebook>) -> Result<Outcome> {
    let mut steps = Steps::new();
    let outcome = writing.import(path, format, tenant, rulebook, &mut |at| {
        steps.tell(&format!("importing {} ({} of {}), {} rows", at.file, at.index + 1, at.files, at.rows));
    })?;
    steps.end();
    Ok(outcome?)
}
