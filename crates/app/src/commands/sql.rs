//! `sql`: questions in SQL over facts, associations, credits and scores.

use std::io::Read;
use std::path::PathBuf;

use anyhow::{Context, Result};
use engine::sheet::{Cell, Kind};
use engine::sql::{Bounds, Question};

use crate::cli::Setting;
use crate::commands::ProgramArgs;
use crate::commands::cluster::ClusterArgs;
use crate::output::files::FileFormat;
use crate::output::rows::Rows;
use crate::output::table::count;
use crate::problem::{Exit, Refusal, say};
use crate::program::tables::{self, Described, Offer, PATIENCE, Tables};
use crate::progress;

/// Rows that the table for reading shows.
const SHOWN_MAX: usize = 200;

/// A question in SQL.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil sql --tables
  counterfoil sql \"select global_partner_id, sum(acr_usd) as usd from credits where duplicate_in_account = 0 group by 1 order by 2 desc\"
  counterfoil sql \"select * from associations where \\\"to\\\" is null\" --out open.xlsx
  counterfoil sql --file growth.sql --dataset my-exports/ --as-of 2024-06-30")]
pub struct SqlArgs {
    /// One query that reads; `-` reads it from standard input
    #[arg(value_name = "QUERY", required_unless_present_any = ["file", "tables"], conflicts_with_all = ["file", "tables"])]
    asked: Option<String>,

    /// A file with the query
    #[arg(long, value_name = "FILE", conflicts_with = "tables")]
    file: Option<PathBuf>,

    /// List the tables with their columns instead
    #[arg(long)]
    tables: bool,

    /// Write the whole answer into a file; its ending tells the format: csv, tsv, json, jsonl, yaml, xlsx, parquet
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    #[command(flatten)]
    program: ProgramArgs,

    #[command(flatten)]
    cluster: ClusterArgs,
}

/// Answers a question in SQL.
///
/// # Errors
/// When the program cannot be opened, or the question cannot be answered.
pub fn run(args: &SqlArgs, setting: &Setting) -> Result<Exit> {
    if let Some(path) = &args.out {
        FileFormat::of(path)?;
    }
    let question = if args.tables { None } else { Some(question(args)?) };
    let asker = args.program.asker(setting)?;
    let Some(question) = question else {
        described(&tables::offer(&asker)?, setting)?;
        return Ok(Exit::Done);
    };
    let program = args.cluster.open(&args.program, setting)?;
    let tables = Tables::new(&program, args.program.as_of(), &asker)?;
    let most = (args.out.is_none() && setting.output.is_for_reading()).then_some(SHOWN_MAX);
    let bounds = Bounds { rows_max: most, bytes_max: usize::MAX, patience: PATIENCE };
    let answer = progress::during("answering", || tables.ask(&question, bounds))?;
    let columns = answer.columns();
    let columns: Vec<(&str, Kind)> = columns.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
    let mut rows = answer.rows();
    let rows = Rows { columns: &columns, rows: &mut rows };
    match &args.out {
        Some(path) => {
            let written = rows.write_file(path)?;
            say(&format!("{} rows in `{}`\n", count(written), path.display()));
        }
        None => setting.output.print_rows(rows)?,
    }
    if answer.has_more() {
        say(&format!("the first {SHOWN_MAX} rows; `--out FILE` or `-o csv` gives all of them\n"));
    } else if answer.is_empty() {
        say("no row\n");
    }
    Ok(Exit::Done)
}

/// The query: given, from a file, or from standard input.
fn question(args: &SqlArgs) -> Result<Question> {
    let text = match (&args.asked, &args.file) {
        (Some(query), _) if query == "-" => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
            text
        }
        (Some(query), _) => query.clone(),
        (None, Some(file)) => std::fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))?,
        (None, None) => String::new(),
    };
    Question::read(&text).map_err(|error| Refusal::usage(error.to_string()).hint("`counterfoil sql --help` has examples").into())
}

fn described(offer: &Offer, setting: &Setting) -> Result<()> {
    let columns = ["table", "column", "holds", "meaning"].map(|name| (name, Kind::Text));
    let of_table = |table: &Described| {
        let name = table.name;
        table
            .columns
            .iter()
            .map(move |column| [name, column.name, column.holds, column.meaning].map(Cell::text).to_vec())
            .collect::<Vec<_>>()
    };
    let mut rows = offer.tables.iter().flat_map(of_table);
    setting.output.print_rows(Rows { columns: &columns, rows: &mut rows })?;
    for (table, column, refusal) in &offer.kept_back {
        let what = column.map_or_else(|| format!("`{table}`"), |column| format!("`{column}` of `{table}`"));
        say(&format!("{what} is hidden: {}\n", refusal.cure));
    }
    if let Some(note) = offer.note {
        say(&format!("{note}\n"));
    }
    Ok(())
}
