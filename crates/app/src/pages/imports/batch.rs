//! One import: what became of its rows, its files, months before and after, what is wrong and how to mend it; and undoing it.

use askama::Template;
use axum::Form;
use axum::response::{IntoResponse as _, Redirect, Response};
use engine::fates::Fate;
use serde::Deserialize;
use store::ledger::Batch;

use super::{frame, home, refused, rows_cell, text_cell};
use crate::commands::ledger;
use crate::pages::frame::Frame;
use crate::pages::grid::{Cell, Column, Grid, GridPart};
use crate::pages::problem::Problem;
use crate::pages::visit::{Visit, answer_with, html};
use crate::pages::{paths, show};
use crate::problem::Refusal;
use crate::views::import::{FileView, MonthView, TableView, UndoView};
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
    undo_href: String,
    tables: Vec<TableRow>,
    rules: Vec<(String, u64)>,
    sum: String,
    files: GridPart,
    months: Vec<MonthView>,
    has_problems: bool,
    has_losses: bool,
    problems: GridPart,
    refused: Vec<refused::Link>,
    left_out: u64,
}

/// A table with its rows by fate, in the order of fates.
struct TableRow {
    table: String,
    rows: String,
    fates: Vec<String>,
    amount: String,
}

#[derive(Template)]
#[template(path = "pages/import_undo.html")]
struct UndoPage {
    frame: Frame,
    batch_id: String,
    source: String,
    action: String,
    back: String,
    accepted: String,
    superseded: String,
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
    let view = ledger::view(home, &batch, 0, usize::MAX).map_err(|error| Problem::unread(&error))?;
    let files = files(visit, &view.import.files);
    let problems = problems(visit, &batch.batch_id, &view.problems);
    if let Some(file) = [&files, &problems].into_iter().find_map(Grid::download) {
        return file;
    }
    let quarantined = view.import.of(Fate::Quarantined);
    let refused = refused::links(home, &batch).map_err(|error| Problem::unread(&error))?;
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
        recorded_at: super::instant(&batch.recorded_at),
        source: batch.source.clone(),
        told,
        undo: import.undo.clone(),
        undo_href: paths::import_undo(&batch.batch_id),
        tables: import.tables.iter().map(table).collect(),
        rules: import.rules.clone().into_iter().collect(),
        sum: ledger::tables::reconciled(import),
        files: files.part(),
        months: import.months.clone(),
        has_problems: !view.problems.is_empty(),
        has_losses: quarantined > 0 || batch.files.iter().any(|file| file.error.is_some()),
        problems: problems.part(),
        left_out: quarantined.saturating_sub(refused.iter().map(|link| link.kept).sum()),
        refused,
    })
}

fn heading(view: &BatchView, quarantined: u64) -> String {
    let rows = show::count(usize::try_from(view.import.rows).unwrap_or(usize::MAX), "row");
    match (view.import.undo.is_some(), quarantined) {
        (true, _) => format!("{rows}, undone"),
        (false, 0) if view.import.of(Fate::Accepted) == 0 => format!("{rows}, nothing new"),
        (false, 0) => format!("{rows}, none kept out"),
        (false, some) => format!("{rows}, {some} kept out"),
    }
}

fn table(view: &TableView) -> TableRow {
    let fate = |fate: Fate| view.fates.get(fate.as_str()).map_or_else(|| "–".to_owned(), ToString::to_string);
    TableRow {
        table: view.table.clone(),
        rows: view.rows.to_string(),
        fates: Fate::ALL.map(fate).into(),
        amount: if view.amount == "0" { String::new() } else { view.amount.clone() },
    }
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
        Column::text("hash", "Hash"),
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

fn problems<'v>(visit: &'v Visit, batch_id: &str, problems: &[ProblemView]) -> Grid<'v> {
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
            Cell::text(problem.message.clone()),
            Cell::text(problem.cure.clone()),
            rows_cell(problem.rows),
        ]
    };
    let name = format!("problems-{batch_id}");
    Grid::new(visit, "problems", columns, problems.iter().map(row).collect()).prefixed("problems_").named(&name)
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
    let rows = |fate: Fate| show::count(usize::try_from(view.of(fate)).unwrap_or(usize::MAX), "row");
    html(&UndoPage {
        frame: frame(visit, "Undo an import"),
        action: paths::import_undo(&batch.batch_id),
        back: paths::import(&batch.batch_id),
        accepted: rows(Fate::Accepted),
        superseded: rows(Fate::Superseded),
        batch_id: batch.batch_id,
        source: batch.source,
    })
}

/// Undoes an import.
pub async fn undo(visit: Visit, form: Form<Reason>) -> Response {
    let reason = form.0.reason;
    answer_with(visit, move |visit| {
        let home = match home(visit)? {
            Ok(home) => home,
            Err(none) => return Ok(none),
        };
        let batch = batch(visit, home)?;
        let refused = |error: anyhow::Error| Problem::refused("The import cannot be undone", &error);
        let reason = ledger::reason(&reason).map_err(|said| refused(Refusal::usage(said).hint("go back and give a reason").into()))?;
        ledger::take_back(home, &batch.batch_id, &reason).map_err(refused)?;
        Ok(Redirect::to(&paths::with_query(&paths::import(&batch.batch_id), &[("told", Some("undone".to_owned()))])).into_response())
    })
    .await
}
