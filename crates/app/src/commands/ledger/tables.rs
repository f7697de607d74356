//! Batches for reading: sums per table that add up to the file, months before and after, and what was wrong.

use std::collections::BTreeMap;

use engine::fates::Fate;

use crate::output::Paint;
use crate::output::table::{self, count};
use crate::views::import::{FileView, ImportView, MonthView, TableView, UndoView};
use crate::views::ledger::ProblemView;

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
pub fn reconciled(view: &ImportView) -> String {
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

/// The ledger, a batch a line.
pub fn list(views: &[ImportView]) -> String {
    let row = |view: &ImportView| {
        let fates = Fate::ALL.map(|fate| count(view.of(fate)));
        let cells = [view.batch_id.clone().unwrap_or_default(), view.recorded_at.clone().unwrap_or_default(), view.formats().join(", ")];
        let ends = [view.dollars.clone(), view.state.unwrap_or_default().to_owned(), view.source.clone()];
        cells.into_iter().chain([count(view.rows)]).chain(fates).chain(ends).collect::<Vec<_>>()
    };
    let header = ["BATCH", "RECORDED", "FORMAT", "ROWS", "ACCEPTED", "DUPL.", "SUPERS.", "QUAR.", "IGN.", "DOLLARS", "STATE", "SOURCE"];
    let rows: Vec<Vec<String>> = views.iter().map(row).collect();
    table::lines(&header, &rows, &[3, 4, 5, 6, 7, 8, 9]).iter().map(|line| format!("{line}\n")).collect()
}

/// The files of a batch, with what became of their rows.
pub fn files(files: &[FileView], paint: Paint) -> String {
    let fate = |file: &FileView, fate: Fate| file.fates.get(fate.as_str()).map_or_else(|| "–".to_owned(), |rows| count(*rows));
    let row = |file: &FileView| {
        let fates = [Fate::Accepted, Fate::Duplicate, Fate::Quarantined, Fate::Ignored].map(|of| fate(file, of));
        let adds_up = if file.adds_up { "yes" } else { "NO" };
        let ends = [adds_up.to_owned(), file.hash.clone()];
        [file.file.clone(), file.format.clone(), count(file.rows)].into_iter().chain(fates).chain(ends).collect::<Vec<_>>()
    };
    let rows: Vec<Vec<String>> = files.iter().map(row).collect();
    let header = ["FILE", "FORMAT", "ROWS", "ACCEPTED", "DUPL.", "QUAR.", "IGN.", "ADDS UP", "HASH"];
    let lines = table::lines(&header, &rows, &[2, 3, 4, 5, 6]);
    format!("\n{}\n{}", paint.strong("Files"), lines.iter().map(|line| format!("  {line}\n")).collect::<String>())
}

/// Months of facts before and after.
pub fn months(months: &[MonthView], paint: Paint) -> String {
    if months.is_empty() {
        return String::new();
    }
    let row = |of: &MonthView| {
        let credited = [&of.credited_before, &of.credited_after].map(|credited| credited.clone().unwrap_or_default());
        let ends = [count(of.rows_before), count(of.rows_after), of.amount_before.clone(), of.amount_after.clone()];
        let ends = ends.into_iter().chain(credited);
        [of.month.clone(), of.table.clone(), of.source.clone(), of.act.clone()].into_iter().chain(ends).collect::<Vec<_>>()
    };
    let rows: Vec<Vec<String>> = months.iter().map(row).collect();
    let header = ["MONTH", "TABLE", "SOURCE", "BY", "ROWS BEFORE", "AFTER", "AMOUNT BEFORE", "AFTER", "CREDITED BEFORE", "AFTER"];
    let lines = table::lines(&header, &rows, &[4, 5, 6, 7, 8, 9]);
    format!("\n{}\n{}", paint.strong("Months, before and after"), lines.iter().map(|line| format!("  {line}\n")).collect::<String>())
}

/// That a batch was undone, and what it did.
pub fn undone(undo: &UndoView, paint: Paint) -> String {
    let mut text = format!("\n{}\n", paint.warn(&format!("undone {} by {}: {}", undo.undone_at, undo.undone_by, undo.reason)));
    for (what, tables) in [("rows taken out", &undo.removed), ("rows put back", &undo.restored)] {
        for (table, total) in tables {
            let amount = if total.amount == "0" { String::new() } else { format!(", amount {}", total.amount) };
            text.push_str(&format!("  {what}: {} of {table}{amount}\n", count(total.rows)));
        }
    }
    text
}

/// Problems, `offset` of them passed over.
pub fn problems(problems: &[ProblemView], offset: usize, all: usize, paint: Paint) -> String {
    if all == 0 {
        return String::new();
    }
    let mut text = format!("\n{}\n", paint.strong("Problems"));
    problems.iter().for_each(|problem| text.push_str(&line(problem, paint)));
    let next = offset + problems.len();
    if next < all {
        text.push_str(&format!("  … {} of {all} told; `--offset {next}` goes on, `--limit {all}` tells them all\n", problems.len()));
    }
    text
}

fn line(problem: &ProblemView, paint: Paint) -> String {
    let place = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
    let column = if problem.column.is_empty() { String::new() } else { format!(" {}:", problem.column) };
    let rows = if problem.rows > 1 { format!(" ({} rows)", problem.rows) } else { String::new() };
    let cure = if problem.cure.is_empty() { String::new() } else { format!("    {}\n", paint.faint(&format!("hint: {}", problem.cure))) };
    format!("  {}{place}:{column} {}{rows} ({})\n{cure}", problem.file, problem.message, problem.severity)
}
