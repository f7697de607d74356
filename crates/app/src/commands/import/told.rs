//! Imports for reading: sums per table that add up to the file, the ledger, and what was wrong.

use std::collections::BTreeMap;

use anyhow::Result;
use engine::fates::Fate;
use serde::Serialize;
use store::ledger::Problem;

use crate::cli::Setting;
use crate::home::Home;
use crate::output::Paint;
use crate::output::table::{self, count};
use crate::problem::{Exit, Refusal};
use crate::views::import::{ImportView, TableView};

/// What became of the rows of an import.
pub fn summary(view: &ImportView, paint: Paint) -> String {
    let batch = view.batch_id.as_ref().map_or_else(|| "not recorded".to_owned(), |id| format!("batch {id}"));
    let mut text = format!("{}\n", paint.strong(&format!("{}: {batch}", view.source)));
    let mut lines: Vec<Vec<String>> = view.tables.iter().map(table_row).collect();
    if lines.len() > 1 {
        let sums = Fate::ALL.map(|fate| count(view.of(fate)));
        lines.push(["total".to_owned(), count(view.rows)].into_iter().chain(sums).chain([String::new()]).collect());
    }
    let header = ["TABLE", "ROWS", "ACCEPTED", "DUPLICATE", "SUPERSEDED", "QUARANTINED", "IGNORED", "AMOUNT"];
    for line in table::lines(&header, &lines, &[1, 2, 3, 4, 5, 6, 7]) {
        text.push_str(&format!("  {line}\n"));
    }
    for (rule, rows) in &view.rules {
        text.push_str(&format!("  ignored by rule: {rows} × {rule}\n"));
    }
    for file in &view.files {
        if let Some(error) = &file.error {
            text.push_str(&format!("  {}\n", paint.warn(&format!("not read: {error}"))));
        }
    }
    for (batch, files) in repeated(view) {
        let which = if let [only] = files.as_slice() { format!("`{only}` is") } else { format!("{} files are", files.len()) };
        text.push_str(&format!("  {which} what batch {batch} imported already\n"));
    }
    text.push_str(&format!("  {}\n", reconciled(view)));
    text
}

/// The files that were imported before, by batch.
fn repeated(view: &ImportView) -> BTreeMap<&str, Vec<&str>> {
    let mut batches: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in &view.files {
        if let Some(batch) = &file.same_as {
            batches.entry(batch).or_default().push(&file.file);
        }
    }
    batches
}

/// The sentence that adds up: rows that came in are the rows of all fates but older ones.
fn reconciled(view: &ImportView) -> String {
    let word = |fate: Fate| format!("{} {fate}", count(view.of(fate)));
    let fates = Fate::ALL.into_iter().filter(|fate| *fate != Fate::Superseded && view.of(*fate) > 0).map(word).collect::<Vec<_>>();
    let sum = if fates.is_empty() { "none".to_owned() } else { fates.join(" + ") };
    let older = view.of(Fate::Superseded);
    let superseded = if older == 0 { String::new() } else { format!("; {} superseded", rows(older, "older ")) };
    format!("{} came in = {sum}{superseded}", rows(view.rows, ""))
}

/// `1 row`, `1,000 older rows`.
fn rows(number: u64, which: &str) -> String {
    format!("{} {which}row{}", count(number), if number == 1 { "" } else { "s" })
}

fn table_row(view: &TableView) -> Vec<String> {
    let fates = Fate::ALL.map(|fate| view.fates.get(fate.as_str()).map_or_else(|| "–".to_owned(), |rows| count(*rows)));
    let amount = if view.amount == "0" { String::new() } else { view.amount.clone() };
    [view.table.clone(), count(view.rows)].into_iter().chain(fates).chain([amount]).collect()
}

/// Tells the ledger.
///
/// # Errors
/// When it cannot be read.
pub fn list(home: &Home, limit: u32, setting: &Setting) -> Result<Exit> {
    let views: Vec<ImportView> = home.batches(limit)?.iter().map(ImportView::of_batch).collect();
    let row = |view: &ImportView| {
        let fates = Fate::ALL.map(|fate| count(view.of(fate)));
        let id = view.batch_id.clone().unwrap_or_default();
        let at = view.recorded_at.clone().unwrap_or_default();
        [id, at, count(view.rows)].into_iter().chain(fates).chain([view.source.clone()]).collect::<Vec<_>>()
    };
    setting.output.print(&views, |_| {
        let header = ["BATCH", "RECORDED", "ROWS", "ACCEPTED", "DUPL.", "SUPERS.", "QUAR.", "IGN.", "SOURCE"];
        let rows: Vec<Vec<String>> = views.iter().map(row).collect();
        table::lines(&header, &rows, &[2, 3, 4, 5, 6, 7]).iter().map(|line| format!("{line}\n")).collect()
    })?;
    Ok(Exit::Done)
}

/// A problem of the ledger.
#[derive(Debug, Serialize)]
struct ProblemView<'a> {
    severity: &'a str,
    table: &'a str,
    file: &'a str,
    line: Option<u64>,
    column: &'a str,
    value: &'a str,
    reason: &'a str,
    message: &'a str,
    cure: &'a str,
    rows: u64,
}

/// Tells what was wrong with rows of an import.
///
/// # Errors
/// When there is no such import, or the ledger cannot be read.
pub fn problems(home: &Home, batch: Option<&str>, setting: &Setting) -> Result<Exit> {
    let batches = home.batches(u32::MAX >> 1)?;
    let ids: Vec<&str> = batches.iter().map(|batch| batch.batch_id.as_str()).collect();
    let id = match batch {
        None => {
            ids.first().copied().ok_or_else(|| Refusal::refused("nothing was imported yet").hint("`counterfoil import FOLDER` imports"))?
        }
        Some(id) if ids.contains(&id) => id,
        Some(id) => return Err(Refusal::usage(format!("there is no batch `{id}`")).hint("`counterfoil import list` names them").into()),
    };
    let kept = home.problems(id)?;
    let views: Vec<ProblemView<'_>> = kept.iter().map(view).collect();
    setting.output.print(&views, |paint| kept.iter().map(|problem| line(problem, paint)).collect())?;
    Ok(Exit::Done)
}

fn view(problem: &Problem) -> ProblemView<'_> {
    ProblemView {
        severity: &problem.severity,
        table: &problem.table,
        file: &problem.file,
        line: problem.line,
        column: &problem.column,
        value: &problem.value,
        reason: &problem.reason,
        message: &problem.message,
        cure: &problem.cure,
        rows: problem.rows,
    }
}

fn line(problem: &Problem, paint: Paint) -> String {
    let place = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
    let column = if problem.column.is_empty() { String::new() } else { format!(" {}:", problem.column) };
    let rows = if problem.rows > 1 { format!(" ({} rows)", problem.rows) } else { String::new() };
    let cure = if problem.cure.is_empty() { String::new() } else { format!("  {}\n", paint.faint(&format!("hint: {}", problem.cure))) };
    format!("{}{place}:{column} {}{rows} ({})\n{cure}", problem.file, problem.message, problem.severity)
}
