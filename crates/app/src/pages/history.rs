//! The months before: scores over two windows as a grid, and the score of the month before.

use std::sync::Arc;

use domain::designations::{Score, WindowRow};

use crate::pages::grid::{Cell, Column, Grid};
use crate::pages::problem::Problem;
use crate::pages::visit::Visit;

/// The best score of each month of the window, and of the window before it, oldest first.
///
/// # Errors
///
/// Facts that cannot be read.
pub fn months(visit: &Visit, score: &Score) -> Result<Vec<WindowRow>, Problem> {
    let Some(first) = score.window.first() else { return Ok(Vec::new()) };
    let day = first.month.minus(1).last_day();
    let earlier = visit.reading.scores(day).map_err(|error| Problem::unread(&error))?;
    let mut months: Vec<WindowRow> = same(&earlier, score).map(|score| score.window.clone()).unwrap_or_default();
    months.extend(score.window.iter().cloned());
    Ok(months)
}

/// Months with their scores, a row for each; files are called `name`.
pub fn grid<'v>(visit: &'v Visit, months: &[WindowRow], name: &str) -> Grid<'v> {
    let columns =
        vec![Column::text("month", "Month"), Column::fraction("score", "Best score"), Column::text("qualified", "Qualified").choice()];
    let row =
        |row: &WindowRow| vec![Cell::month(row.month), Cell::points(&row.score), Cell::text(if row.qualified { "yes" } else { "no" })];
    Grid::new(visit, "months", columns, months.iter().map(row).collect()).prefixed("score_").named(name)
}

/// Every score as of the last day of the month before the scored one.
///
/// # Errors
///
/// Facts that cannot be read.
pub fn month_before(visit: &Visit, score: &Score) -> Result<Arc<Vec<Score>>, Problem> {
    visit.reading.scores(score.month.minus(1).last_day()).map_err(|error| Problem::unread(&error))
}

/// The score of the same partner in the same area.
#[must_use]
pub fn same<'s>(scores: &'s [Score], score: &Score) -> Option<&'s Score> {
    scores.iter().find(|other| other.global_partner_id == score.global_partner_id && other.area == score.area)
}
