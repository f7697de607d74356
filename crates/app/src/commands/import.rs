//! `import`: files into the home, with a fate for every row.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use domain::names::Name;
use domain::rights::{Act, On};
use domain::rulebook::Rulebook;
use engine::formats::{Format, format_named};
use engine::import::Outcome;

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
  counterfoil ledger show        # what became of every row of the latest import
  counterfoil ledger undo BATCH --reason \"wrong file\"")]
pub struct ImportArgs {
    /// Files, or folders of files
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

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
}

fn format(name: &str) -> Result<Format, String> {
    format_named(name).map_err(|error| error.to_string())
}

/// Imports.
///
/// # Errors
/// When the home cannot be used, or a path cannot be imported.
pub fn run(args: &ImportArgs, setting: &Setting) -> Result<Exit> {
    let home = Home::open_or_make(&setting.home()?)?;
    Asker::of_home(setting)?.must(Act::ImportsKeep, &On::program(), "import")?;
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
    setting.output.print(&views, |paint| views.iter().map(|view| tables::summary(view, paint)).collect())?;
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
    let writing = write(home)?;
    let outcome = read(&writing, path, args.format, args.tenant.as_deref().map(Name::new), setting.rulebook()?)?;
    if args.strict && outcome.problems.has_losses() {
        writing.discard()?;
        setting.tell_rows(&outcome.problems);
        let message = format!("`{}` has rows that cannot be taken, and `--strict` is given: nothing of it was imported", path.display());
        return Err(Refusal::refused(message).hint("correct them, or leave `--strict` out").into());
    }
    match args.dry_run {
        true => writing.discard()?,
        false => writing.keep(&path.display().to_string(), &outcome)?,
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
