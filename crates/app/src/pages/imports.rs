//! Imports: the ledger, files to drop, what became of their rows, undoing, and months that are closed.
//!
//! These pages act. Each act is a plain form, sent back to the page that tells what came of it; forms of other sites are refused
//! by the guards.

/// One import.
mod batch;

/// Months of facts.
mod months;

/// Rows that were refused, to mend.
mod refused;

/// The journey of rows.
mod rows;

/// Files that are dropped.
mod upload;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use axum::routing::{get, post};
use domain::amount::Amount;
use domain::rights::{Act, On};
use engine::fates::Fate;
use engine::formats::Format;

use crate::home::Home;
use crate::pages::frame::Frame;
use crate::pages::grid::{Cell, Column, Grid, GridPart, Value};
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::show::instant;
use crate::pages::visit::{Visit, answer, html, page};
use crate::pages::{paths, show};
use crate::views::import::ImportView;

/// How many batches the page lists.
const LISTED_MAX: u32 = 1_000;

#[derive(Template)]
#[template(path = "pages/imports.html")]
struct ImportsPage {
    frame: Frame,
    heading: String,
    told: Option<String>,
    grid: GridPart,
    upload_max: String,
    formats: Vec<&'static str>,
}

#[derive(Template)]
#[template(path = "pages/imports_none.html")]
struct NonePage {
    frame: Frame,
    origin: String,
}

/// The routes of these pages.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new()
        .route("/imports", page(list).merge(post(upload::take)).layer(DefaultBodyLimit::max(upload::BODY_BYTES_MAX)))
        .route("/imports/months", page(months::show).merge(post(months::turn)))
        .route("/imports/rows", page(rows::show))
        .route("/imports/{batch}", page(batch::show))
        .route("/imports/{batch}/refused/{file}", page(refused::show))
        .route("/imports/{batch}/undo", get(async |visit: Visit| answer(visit, batch::ask_undo).await).post(batch::undo))
}

/// Refuses whoever may not import, undo imports or close months.
///
/// # Errors
///
/// That it is not for the visitor's role, and whom to ask.
fn must_keep(visit: &Visit) -> Result<(), Problem> {
    visit.must(Act::ImportsKeep, &On::program(), "change what is imported")
}

/// The home of the visit, for those of the operator; without one, the page that says why there is no ledger.
///
/// # Errors
///
/// A visitor who does not act for the operator, or a template that cannot be written.
fn home(visit: &Visit) -> Result<Result<&Home, Response>, Problem> {
    match visit.reading.home() {
        Some(home) if visit.may(Act::ImportsRead, &On::program()) => Ok(Ok(home)),
        Some(_) => Err(Problem::nowhere(&visit.address)),
        None => html(&NonePage { frame: frame(visit, "No ledger here"), origin: visit.reading.origin() }).map(Err),
    }
}

/// A frame around one of these pages.
fn frame(visit: &Visit, title: &str) -> Frame {
    Frame { is_imports: true, ..visit.frame(title) }
}

/// Shows the ledger.
///
/// # Errors
///
/// A ledger that cannot be read.
fn list(visit: &Visit) -> Result<Response, Problem> {
    let home = match home(visit)? {
        Ok(home) => home,
        Err(none) => return Ok(none),
    };
    let batches = home.batches(LISTED_MAX).map_err(|error| Problem::unread(&error))?;
    let hidden = visit.hidden(&On::program());
    let views: Vec<ImportView> = batches.iter().map(|batch| ImportView::of_batch(batch).masked(&hidden)).collect();
    let columns = vec![
        Column::text("recorded_at", "Recorded, UTC").unbroken(),
        Column::text("batch", "Batch").file_only(),
        Column::text("source", "Source"),
        Column::text("state", "State").choice(),
        Column::count("rows", "Rows"),
        Column::count("accepted", "Accepted"),
        Column::count("duplicate", "Duplicate"),
        Column::count("superseded", "Superseded"),
        Column::count("quarantined", "Quarantined"),
        Column::count("ignored", "Ignored"),
        Column::amount("dollars", "Dollars"),
        Column::text("format", "Format").choice(),
    ];
    let rows = views.iter().map(row).collect();
    let grid = Grid::new(visit, "imports", columns, rows).sorted("-recorded_at").empty("Nothing was imported yet. Drop a file above.");
    if let Some(file) = grid.download() {
        return file;
    }
    let standing = views.iter().filter(|view| view.undo.is_none()).count();
    let heading = match standing {
        0 => "Nothing was imported yet".to_owned(),
        some => format!("{} in the home", show::count(some, "import")),
    };
    let told = visit.value("told").map(|count| format!("{count} files were imported, each as an import of its own."));
    html(&ImportsPage {
        frame: frame(visit, "Imports"),
        heading,
        told,
        grid: grid.part(),
        upload_max: format!("{} MiB", upload::BODY_BYTES_MAX >> 20),
        formats: Format::ALL.iter().map(|format| format.name()).collect(),
    })
}

fn row(view: &ImportView) -> Vec<Cell> {
    let (id, at) = (view.batch_id.clone().unwrap_or_default(), view.recorded_at.as_deref().unwrap_or_default());
    let fates = Fate::ALL.map(|fate| rows_cell(view.of(fate)));
    let mut cells = vec![
        Cell::shown(instant(at).trim_end_matches(" UTC"), Value::Text(at.to_owned())).link(paths::import(&id)),
        Cell::text(id),
        Cell::text(view.source.clone()),
        Cell::text(view.state.unwrap_or_default()),
        rows_cell(view.rows),
    ];
    cells.extend(fates);
    cells.push(amount_cell("consumption", Some(&view.dollars)));
    cells.push(Cell::text(view.formats().join(", ")).tagged(view.formats()));
    cells
}

/// A number of rows.
fn rows_cell(rows: u64) -> Cell {
    Cell::count(usize::try_from(rows).unwrap_or(usize::MAX), "rows")
}

/// The sum of a table's amounts, in its unit; nothing of a table that has none.
fn amount_cell(table: &str, sum: Option<&str>) -> Cell {
    match sum.map(str::parse::<Amount>) {
        Some(Ok(Amount::ZERO)) => Cell::none(),
        Some(Ok(seats)) if table == "workload_usage" => {
            Cell { unit: "seats", ..Cell::shown(amount(table, &seats.to_string()), Value::Amount(seats)) }
        }
        Some(Ok(dollars)) => Cell::dollars(dollars),
        _ if sum.is_some_and(|sum| sum.starts_with("hidden")) => Cell::hidden(sum.unwrap_or_default()),
        // a sum can be larger than what a row may hold
        _ => text_cell(sum),
    }
}

/// The sum of a table's amounts in words: `$1,200.00`, `35 seats`.
fn amount(table: &str, sum: &str) -> String {
    let unit = if table == "workload_usage" { "seats" } else { "dollars" };
    sum.parse::<Amount>().map_or_else(|_| sum.to_owned(), |sum| show::quantity(&sum.into(), unit))
}

/// How many rows, in words.
fn rows(number: u64) -> String {
    show::count(usize::try_from(number).unwrap_or(usize::MAX), "row")
}

/// A text, sorted as a text, empty when there is none.
fn text_cell(text: Option<&str>) -> Cell {
    text.map_or_else(|| Cell::new(Value::None), Cell::text)
}
