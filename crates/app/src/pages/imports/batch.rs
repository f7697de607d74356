//! One import: what became of its rows, its files, months before and after, what is wrong and how to mend it; and undoing it.

use std::collections::BTreeMap;

use askama::Template;
use axum::Form;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::rights::{Act, On};
use engine::fates::Fate;
use serde::Deserialize;
use store::ledger::Batch;

use super::{amount, amount_cell, frame, home, refused, rows, rows_cell, text_cell};
use crate::commands::ledger;
use crate::output::table::count;
use crate::pages::frame::Frame;
use crate::pages::grid::{Cell, Column, Grid, GridPart};
use crate::pages::paths;
use crate::pages::problem::Problem;
use crate::pages::show::instant;
use crate::pages::visit::{Visit, answer_with, html};
use crate::problem::Refusal;
use crate::views::import::{FileView, MonthView, TableView, TotalView, UndoView};
use crate::views::ledger::{BatchView, ProblemView};

#[derive(Template)]
#[template(path = "pages/import.html")]
struct ImportPage {
    frame: Frame,
    heading: String,
    batch_id: String,
    recorded_at: String,
    source: String,
    told: Option<&'static str>,
    undo: Option<UndoView>,
    undone_at: String,
    undo_href: String,
    undone: Vec<String>,
    tables: GridPart,
    rules: Option<GridPart>,
    sum: String,
    files: GridPart,
    months: Option<GridPart>,
    has_problems: bool,
    has_losses: bool,
    problems: GridPart,
    refused: Vec<refused::Link>,
    /// Whom to ask for the rows that were kept out, when the visitor may not see them.
    whom_to_ask: Option<String>,
    left_out: u64,
}

#[derive(Template)]
#[template(path = "pages/import_undo.html")]
struct UndoPage {
    frame: Frame,
    batch_id: String,
    source: String,
    action: String,
    back: String,
    outcome: String,
    later: Vec<String>,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Reason {
    reason: String,
}

/// The batch of the path.
pub fn batch(visit: &Visit, home: &crate::home::Home) -> Result<Batch, Problem> {
    let asked = visit.param("batch");
    let found = home.batch(asked).map_err(|error| Problem::unread(&error))?;
    found.map_or_else(
        || {
            let batches = home.batches(12).map_err(|error| Problem::unread(&error))?;
            let known = batches
                .iter()
                .map(|batch| (batch.batch_id.clone(), format!("{} {}", batch.recorded_at, batch.source), paths::import(&batch.batch_id)));
            Err(Problem::unknown("import", asked, known.collect()))
        },
        Ok,
    )
}

/// Shows an import.
///
/// # Errors
///
/// An import that is none, or a ledger that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let home = match home(visit)? {
        Ok(home) => home,
        Err(none) => return Ok(none),
    };
    let batch = batch(visit, home)?;
    let hidden = visit.hidden(&On::program());
    let view = ledger::view(home, &batch, 0, usize::MAX).map_err(|error| Problem::unread(&error))?.masked(&hidden);
    let of = |what: &str| format!("{what}-{}", batch.batch_id);
    let tables = tables(visit, &view.import.tables).named(&of("tables"));
    let rules = rules(visit, &view.import.rules).named(&of("rules"));
    let files = files(visit, &view.import.files).named(&of("files"));
    let months = months(visit, &view.import.months).named(&of("months"));
    let problems = problems(visit, &view.problems).named(&of("problems"));
    if let Some(file) = [&tables, &rules, &files, &months, &problems].into_iter().find_map(Grid::download) {
        return file;
    }
    let quarantined = view.import.of(Fate::Quarantined);
    let sees_rows = visit.may(Act::RevenueRead, &On::program());
    let refused = if sees_rows { refused::links(home, &batch).map_err(|error| Problem::unread(&error))? } else { Vec::new() };
    let import = &view.import;
    let told = match visit.value("told") {
        Some("imported") => Some("Imported. Every page counts these rows from now on."),
        Some("undone") => Some("Undone. The home is as if this had never been imported; its files can be imported again."),
        _ => None,
    };
    html(&ImportPage {
        frame: frame(visit, "Import"),
        heading: heading(&view, quarantined),
        batch_id: batch.batch_id.clone(),
        recorded_at: instant(&batch.recorded_at),
        source: batch.source.clone(),
        told,
        undo: import.undo.clone(),
        undone_at: import.undo.as_ref().map(|undo| instant(&undo.undone_at)).unwrap_or_default(),
        undo_href: paths::import_undo(&batch.batch_id),
        undone: import.undo.iter().flat_map(undone).collect(),
        tables: tables.part(),
        rules: (rules.total() > 0).then(|| rules.part()),
        sum: ledger::tables::reconciled(import),
        files: files.part(),
        months: (months.total() > 0).then(|| months.part()),
        has_problems: !view.problems.is_empty(),
        has_losses: sees_rows && (quarantined > 0 || batch.files.iter().any(|file| file.error.is_some())),
        problems: problems.part(),
        left_out: quarantined.saturating_sub(refused.iter().map(|link| link.kept).sum()),
        refused,
        whom_to_ask: hidden.revenue.filter(|_| quarantined > 0),
    })
}

/// What undoing an import did, table by table.
fn undone(undo: &UndoView) -> Vec<String> {
    let told = |table: &String, total: &TotalView, did: [&str; 2]| {
        let did = if total.rows == 1 { did[0] } else { did[1] };
        let sum = if total.amount == "0" { String::new() } else { format!(": {}", amount(table, &total.amount)) };
        format!("{} of {table} {did}{sum}", rows(total.rows))
    };
    let removed = undo.removed.iter().map(|(table, total)| told(table, total, ["was taken out", "were taken out"]));
    removed.chain(undo.restored.iter().map(|(table, total)| told(table, total, ["was put back", "were put back"]))).collect()
}

fn heading(view: &BatchView, quarantined: u64) -> String {
    let rows = rows(view.import.rows);
    match (view.import.undo.is_some(), quarantined) {
        (true, _) => format!("{rows}, undone"),
        (false, 0) if view.import.of(Fate::Accepted) == 0 => format!("{rows}, nothing new"),
        (false, 0) => format!("{rows}, none kept out"),
        (false, some) => format!("{rows}, {} kept out", count(some)),
    }
}

fn tables<'v>(visit: &'v Visit, tables: &[TableView]) -> Grid<'v> {
    let columns = vec![
        Column::text("table", "Table"),
        Column::count("rows", "Rows").total(),
        Column::count("accepted", "Accepted").total(),
        Column::count("duplicate", "Duplicate").total(),
        Column::count("superseded", "Superseded").total(),
        Column::count("quarantined", "Quarantined").total(),
        Column::count("ignored", "Ignored").total(),
        Column::amount("amount", "Amount"),
    ];
    let row = |view: &TableView| {
        let mut cells = vec![Cell::text(view.table.clone()), rows_cell(view.rows)];
        cells.extend(Fate::ALL.map(|fate| rows_cell(view.fates.get(fate.as_str()).copied().unwrap_or_default())));
        cells.push(amount_cell(&view.table, Some(&view.amount)));
        cells
    };
    Grid::new(visit, "tables", columns, tables.iter().map(row).collect()).prefixed("tables_").empty("No row came in.")
}

fn rules<'v>(visit: &'v Visit, rules: &BTreeMap<String, u64>) -> Grid<'v> {
    let columns = vec![Column::text("rule", "Rule"), Column::count("rows", "Rows left out").total()];
    let row = |(rule, rows): (&String, &u64)| vec![Cell::text(rule.clone()), rows_cell(*rows)];
    Grid::new(visit, "rules", columns, rules.iter().map(row).collect()).prefixed("rules_")
}

fn months<'v>(visit: &'v Visit, months: &[MonthView]) -> Grid<'v> {
    let columns = vec![
        Column::text("month", "Month"),
        Column::text("table", "Table").choice(),
        Column::text("source", "Source").choice(),
        Column::text("act", "By").choice(),
        Column::count("rows_before", "Rows before"),
        Column::count("rows_after", "After"),
        Column::amount("amount_before", "Amount before"),
        Column::amount("amount_after", "After"),
        Column::amount("credited_before", "Credited before"),
        Column::amount("credited_after", "After"),
    ];
    // nothing credited is told, and is not the same as not worked out
    let credited = |sum: Option<&str>| {
        sum.map_or_else(Cell::none, |sum| sum.parse().map_or_else(|_| amount_cell("consumption", Some(sum)), Cell::dollars))
    };
    let row = |of: &MonthView| {
        vec![
            Cell::text(of.month.clone()),
            Cell::text(of.table.clone()),
            Cell::text(of.source.clone()),
            Cell::text(of.act.clone()),
            rows_cell(of.rows_before),
            rows_cell(of.rows_after),
            amount_cell(&of.table, Some(&of.amount_before)),
            amount_cell(&of.table, Some(&of.amount_after)),
            credited(of.credited_before.as_deref()),
            credited(of.credited_after.as_deref()),
        ]
    };
    Grid::new(visit, "lines", columns, months.iter().map(row).collect()).prefixed("months_")
}

fn files<'v>(visit: &'v Visit, files: &[FileView]) -> Grid<'v> {
    let columns = vec![
        Column::text("file", "File"),
        Column::text("format", "Format"),
        Column::count("rows", "Rows"),
        Column::count("accepted", "Accepted"),
        Column::count("duplicate", "Duplicate"),
        Column::count("quarantined", "Quarantined"),
        Column::count("ignored", "Ignored"),
        Column::text("adds_up", "Adds up"),
        Column::text("note", "Note"),
        Column::text("hash", "Hash").file_only(),
    ];
    let row = |file: &FileView| {
        let fate = |fate: Fate| rows_cell(file.fates.get(fate.as_str()).copied().unwrap_or_default());
        let same = file.same_as.as_ref().map(|batch| format!("the same as in batch {batch}"));
        let note = file.error.clone().or(same);
        let mut cells = vec![Cell::text(file.file.clone()), Cell::text(file.format.clone()), rows_cell(file.rows)];
        cells.extend([Fate::Accepted, Fate::Duplicate, Fate::Quarantined, Fate::Ignored].map(fate));
        cells.push(Cell::text(if file.adds_up { "yes" } else { "no" }));
        cells.push(text_cell(note.as_deref()));
        cells.push(Cell::text(file.hash.clone()));
        cells
    };
    Grid::new(visit, "files", columns, files.iter().map(row).collect()).prefixed("files_")
}

fn problems<'v>(visit: &'v Visit, problems: &[ProblemView]) -> Grid<'v> {
    let columns = vec![
        Column::text("place", "Place"),
        Column::text("severity", "Kind").choice(),
        Column::text("reason", "Reason").choice(),
        Column::text("column", "Column"),
        Column::text("value", "Value"),
        Column::text("message", "What is wrong"),
        Column::text("cure", "What mends it"),
        Column::count("rows", "Rows"),
    ];
    let row = |problem: &ProblemView| {
        let line = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
        vec![
            Cell::text(format!("{}{line}", problem.file)),
            Cell::text(problem.severity.clone()),
            Cell::text(problem.reason.clone()),
            Cell::text(problem.column.clone()),
            Cell::text(problem.value.clone()),
            Cell::said(&problem.message),
            Cell::said(&problem.cure),
            rows_cell(problem.rows),
        ]
    };
    Grid::new(visit, "problems", columns, problems.iter().map(row).collect()).prefixed("problems_")
}

/// Asks why an import shall be undone.
///
/// # Errors
///
/// An import that is none or undone already, or a ledger that cannot be read.
pub fn ask_undo(visit: &Visit) -> Result<Response, Problem> {
    let home = match home(visit)? {
        Ok(home) => home,
        Err(none) => return Ok(none),
    };
    let batch = batch(visit, home)?;
    if batch.undo.is_some() {
        return Ok(Redirect::to(&paths::import(&batch.batch_id)).into_response());
    }
    let view = crate::views::import::ImportView::of_batch(&batch);
    let later = home.lake().and_then(|lake| ledger::later::told(home, &lake, &batch)).map_err(|error| Problem::unread(&error))?;
    html(&UndoPage {
        later,
        frame: frame(visit, "Undo an import"),
        action: paths::import_undo(&batch.batch_id),
        back: paths::import(&batch.batch_id),
        outcome: outcome(view.of(Fate::Accepted), view.of(Fate::Superseded)),
        batch_id: batch.batch_id,
        source: batch.source,
    })
}

/// What becomes of rows when an import is undone that brought some and superseded some.
fn outcome(brought: u64, superseded: u64) -> String {
    let goes = match brought {
        0 => "it brought no row that counts".to_owned(),
        1 => "the one row that it brought goes, unless another import brought it as well".to_owned(),
        some => format!("the {} that it brought go, unless another import brought them as well", rows(some)),
    };
    let comes = match superseded {
        0 => "it superseded none".to_owned(),
        1 => "the one row that it superseded comes back".to_owned(),
        some => format!("the {} that it superseded come back", rows(some)),
    };
    format!("{goes}; {comes}")
}

/// Undoes an import.
pub async fn undo(visit: Visit, form: Form<Reason>) -> Response {
    let reason = form.0.reason;
    answer_with(visit, move |visit| {
        let home = match home(visit)? {
            Ok(home) => home,
            Err(none) => return Ok(none),
        };
        super::must_keep(visit)?;
        let batch = batch(visit, home)?;
        let refused = |error: anyhow::Error| Problem::refused("The import cannot be undone", &error);
        let reason = ledger::reason(&reason).map_err(|said| refused(Refusal::usage(said).hint("go back and give a reason").into()))?;
        ledger::take_back(&home.by(&visit.actor()?), &batch.batch_id, &reason, visit.rulebook()).map_err(refused)?;
        Ok(Redirect::to(&paths::with_query(&paths::import(&batch.batch_id), &[("told", Some("undone".to_owned()))])).into_response())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undoing_tells_what_goes_and_what_comes_back_in_the_singular_and_the_plural() {
        assert_eq!(outcome(0, 0), "it brought no row that counts; it superseded none");
        assert_eq!(
            outcome(1, 1),
            "the one row that it brought goes, unless another import brought it as well; the one row that it superseded comes back"
        );
        assert_eq!(
            outcome(1_200, 3),
            "the 1,200 rows that it brought go, unless another import brought them as well; the 3 rows that it superseded come back"
        );
    }
}
