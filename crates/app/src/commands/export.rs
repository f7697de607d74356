//! `export`: the facts as a dataset folder.

use std::path::PathBuf;

use anyhow::Result;
use engine::export::{ExportForm, export};
use serde::Serialize;

use crate::cli::Setting;
use crate::commands::ProgramArgs;
use crate::output::table::{self, count};
use crate::problem::{Exit, Refusal, say};
use crate::progress;
use domain::rights::{Act, On};

/// Write the facts as a dataset folder
///
/// One file per table. Imported into another home, or asked with `--dataset`, it gives the same scores.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil export backup-2024-07/
  counterfoil export backup-2024-07/ --parquet
  counterfoil export as-parquet/ --dataset my-exports/ --parquet")]
pub struct ExportArgs {
    /// The folder to write; made when it is not there, and empty when it is
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,

    /// Parquet instead of CSV
    #[arg(long)]
    parquet: bool,

    #[command(flatten)]
    program: ProgramArgs,
}

#[derive(Debug, Serialize)]
struct ExportRow {
    table: &'static str,
    file: String,
    rows: u64,
}

/// Exports the facts.
///
/// # Errors
/// When the program cannot be opened, the folder holds something already, or cannot be written.
pub fn run(args: &ExportArgs, setting: &Setting) -> Result<Exit> {
    let is_taken = std::fs::read_dir(&args.folder).is_ok_and(|mut entries| entries.next().is_some());
    if is_taken {
        let message = format!("`{}` is not empty", args.folder.display());
        return Err(Refusal::refused(message).hint("name a folder that is empty or not there yet; nothing is overwritten").into());
    }
    let asker = args.program.asker(setting)?;
    asker.must(Act::RevenueRead, &On::program(), "export what customers' usage is worth")?;
    asker.must(Act::PersonsRead, &On::program(), "export who partners' people are")?;
    let program = args.program.open(setting)?;
    let (form, ending) = if args.parquet { (ExportForm::Parquet, "parquet") } else { (ExportForm::Csv, "csv") };
    let written = progress::during("exporting", || export(program.dataset(), &args.folder, form))?;
    let rows: Vec<ExportRow> = written
        .into_iter()
        .map(|file| ExportRow { table: file.table, file: format!("{}.{ending}", file.table), rows: file.rows })
        .collect();
    setting.output.print(&rows, |_| {
        let cells: Vec<Vec<String>> = rows.iter().map(|row| vec![row.table.to_owned(), count(row.rows), row.file.clone()]).collect();
        table::lines(&["TABLE", "ROWS", "FILE"], &cells, &[1]).iter().map(|line| format!("{line}\n")).collect()
    })?;
    say(&format!("{} tables in `{}`\n", rows.len(), args.folder.display()));
    Ok(setting.tell_rows(&program.problems()))
}
