//! Months of facts: what is there, closed or open, how they were restated; closing and reopening them.

use askama::Template;
use axum::Form;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::rights::On;
use domain::time::Month;
use serde::Deserialize;

use super::{amount, amount_cell, frame, home, rows, rows_cell, text_cell};
use crate::commands::{import, ledger, period};
use crate::home::Act;
use crate::pages::frame::Frame;
use crate::pages::grid::{Cell, Column, Grid, GridPart, Value};
use crate::pages::paths;
use crate::pages::problem::Problem;
use crate::pages::show::instant;
use crate::pages::visit::{Visit, answer_with, html};
use crate::problem::Refusal;
use crate::views::ledger::{EventView, PartView, PeriodView};

#[derive(Template)]
#[template(path = "pages/import_months.html")]
struct MonthsPage {
    frame: Frame,
    heading: String,
    told: Option<String>,
    action: String,
    grid: GridPart,
    open: Vec<String>,
    closed: Vec<String>,
    events: Option<GridPart>,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Turn {
    month: String,
    act: String,
    reason: String,
}

/// Shows the months.
///
/// # Errors
///
/// A ledger that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let home = match home(visit)? {
        Ok(home) => home,
        Err(none) => return Ok(none),
    };
    let hidden = visit.hidden(&On::program());
    let periods = period::views(home).map_err(|error| Problem::unread(&error))?;
    let periods: Vec<PeriodView> = periods.into_iter().map(|period| period.masked(&hidden)).collect();
    let columns = vec![
        Column::text("month", "Month"),
        Column::text("state", "State").choice(),
        Column::text("table", "Table").choice(),
        Column::text("source", "Source").choice(),
        Column::count("rows", "Rows"),
        Column::amount("amount", "Amount"),
        Column::count("restated", "Restated"),
        Column::text("before", "Before the last time"),
        Column::text("after", "After it"),
    ];
    let lines = periods.iter().flat_map(|period| period.parts.iter().map(|part| row(period, part))).collect();
    let grid = Grid::new(visit, "lines", columns, lines).named("months").empty("There are no facts by month yet.");
    let events = events(visit, &periods);
    if let Some(file) = [&grid, &events].into_iter().find_map(Grid::download) {
        return file;
    }
    let months = |state: &str| periods.iter().filter(|period| period.state == state).map(|period| period.month.clone()).collect::<Vec<_>>();
    let closed = months("closed");
    let heading = match closed.len() {
        0 => "Every month takes rows".to_owned(),
        1 => format!("{} is closed", closed[0]),
        some => format!("{some} months are closed"),
    };
    let told = visit.value("closed").map(|month| format!("{month} is closed: rows that would change it are kept out."));
    let told = told.or_else(|| visit.value("reopened").map(|month| format!("{month} takes rows again.")));
    html(&MonthsPage {
        frame: frame(visit, "Months"),
        heading,
        told,
        action: paths::import_months(),
        grid: grid.part(),
        open: months("open"),
        closed,
        events: (events.total() > 0).then(|| events.part()),
    })
}

/// How months were closed and reopened, the latest first.
fn events<'v>(visit: &'v Visit, periods: &[PeriodView]) -> Grid<'v> {
    let columns = vec![
        Column::text("month", "Month"),
        Column::text("act", "What was done").choice(),
        Column::text("done_at", "When").unbroken(),
        Column::text("done_by", "By").choice(),
        Column::text("reason", "Because"),
    ];
    let row = |month: &str, event: &EventView| {
        vec![
            Cell::text(month),
            Cell::text(if event.act == "close" { "closed" } else { "reopened" }),
            Cell::shown(instant(&event.done_at), Value::Text(event.done_at.clone())),
            Cell::text(event.done_by.clone()),
            Cell::text(event.reason.clone()),
        ]
    };
    let rows = periods.iter().flat_map(|period| period.events.iter().map(|event| row(&period.month, event))).collect();
    Grid::new(visit, "acts", columns, rows).prefixed("acts_").sorted("-done_at").named("months-closed-and-reopened")
}

fn row(period: &PeriodView, part: &PartView) -> Vec<Cell> {
    let told = |number: u64, sum: &str, credited: Option<&str>| {
        let credited = credited.map(|credited| format!(", {} credited", amount(&part.table, credited))).unwrap_or_default();
        format!("{}, {}{credited}", rows(number), amount(&part.table, sum))
    };
    let last = part.restated.last();
    vec![
        Cell::text(period.month.clone()),
        Cell::text(period.state),
        Cell::text(part.table.clone()),
        Cell::text(part.source.clone()),
        rows_cell(part.rows),
        amount_cell(&part.table, part.amount.as_deref()),
        Cell::count(part.restated.len(), "times"),
        text_cell(last.map(|last| told(last.rows_before, &last.amount_before, last.credited_before.as_deref())).as_deref()),
        text_cell(last.map(|last| told(last.rows_after, &last.amount_after, last.credited_after.as_deref())).as_deref()),
    ]
}

/// Closes or reopens a month.
pub async fn turn(visit: Visit, form: Form<Turn>) -> Response {
    let Turn { month, act, reason } = form.0;
    answer_with(visit, move |visit| {
        let home = match home(visit)? {
            Ok(home) => home,
            Err(none) => return Ok(none),
        };
        super::must_keep(visit)?;
        let refused = |error: anyhow::Error| Problem::refused("The month stays as it is", &error);
        let usage = |said: String| refused(Refusal::usage(said).hint("go back and correct it").into());
        let asked: Month = month.trim().parse().map_err(|_| usage(format!("`{month}` is no month; expected YYYY-MM, such as 2024-07")))?;
        let (act, word) = match act.as_str() {
            "close" => (Act::Close, "closed"),
            "reopen" => (Act::Reopen, "reopened"),
            other => return Err(usage(format!("`{other}` is not done to months; expected `close` or `reopen`"))),
        };
        let reason = ledger::reason(&reason).map_err(usage)?;
        import::write(&home.by(&visit.actor()?)).and_then(|writing| writing.turn(asked, act, &reason)).map_err(refused)?;
        Ok(Redirect::to(&paths::with_query(&paths::import_months(), &[(word, Some(asked.to_string()))])).into_response())
    })
    .await
}
