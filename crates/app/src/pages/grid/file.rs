//! The whole grid as a file: every row that is asked for, on all pages, in the order of the page.

use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use engine::sheet;

use super::{Cell, Column, Grid, Kind, Value, asked, dictionary};
use crate::output::files::FileFormat;
use crate::output::rows::Rows;
use crate::pages::problem::Problem;

/// What is asked for when the columns are.
pub const DICTIONARY: &str = "columns";

/// The file that the address asks for.
pub fn asked(grid: &Grid<'_>) -> Option<Result<Response, Problem>> {
    let word = asked::value(grid, "download")?;
    if word == DICTIONARY {
        return Some(dictionary::written(grid));
    }
    Some(FileFormat::named(&word).map_or_else(|| Err(unknown(grid, &word)), |format| written(grid, format)))
}

fn unknown(grid: &Grid<'_>, word: &str) -> Problem {
    let known = FileFormat::ALL.into_iter().map(|format| {
        let ending = format.ending();
        let address = asked::address(grid, asked::kept(grid, &asked::filters(grid)), Some(("download", ending.to_owned())));
        (ending.to_owned(), ending.to_uppercase(), address)
    });
    Problem::unknown("format", word, known.collect())
}

fn written(grid: &Grid<'_>, format: FileFormat) -> Result<Response, Problem> {
    let columns: Vec<(String, sheet::Kind)> =
        grid.columns.iter().enumerate().flat_map(|(at, column)| file_columns(column, grid.hides(at))).collect();
    let columns: Vec<(&str, sheet::Kind)> = columns.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
    let rows = asked::rows(grid);
    let hides: Vec<bool> = (0..grid.columns.len()).map(|at| grid.hides(at)).collect();
    let of_row = |row: &[Cell]| {
        let cells = row.iter().zip(&grid.columns).zip(&hides);
        cells.flat_map(|((cell, column), hides)| file_cells(cell, column, *hides)).collect()
    };
    let mut cells = rows.into_iter().map(of_row);
    let bytes = Rows { columns: &columns, rows: &mut cells }.into_bytes(format).map_err(|error| Problem::broken(&format!("{error:#}")))?;
    let named = format!("attachment; filename=\"{}.{}\"", grid.file_name, format.ending());
    Ok(([(header::CONTENT_TYPE, format.media_type().to_owned()), (header::CONTENT_DISPOSITION, named)], bytes).into_response())
}

/// The columns of a file; where something is hidden, texts say so.
fn file_columns(column: &Column, hides: bool) -> Vec<(String, sheet::Kind)> {
    let own = |kind| vec![(column.key.clone(), if hides { sheet::Kind::Text } else { kind })];
    match column.kind {
        Kind::Text => own(sheet::Kind::Text),
        Kind::Day => own(sheet::Kind::Day),
        Kind::Amount => own(sheet::Kind::Amount),
        Kind::Count => own(sheet::Kind::Count),
        Kind::Fraction => vec![(column.key.clone(), sheet::Kind::Text), (format!("{}_exact", column.key), sheet::Kind::Text)],
    }
}

fn file_cells(cell: &Cell, column: &Column, hides: bool) -> Vec<sheet::Cell<'static>> {
    match (&cell.value, column.kind) {
        (Value::Hidden(told), Kind::Fraction) => vec![sheet::Cell::text(told.clone()), sheet::Cell::text(told.clone())],
        (Value::Fraction(fraction), _) => vec![sheet::Cell::text(fraction.shown()), sheet::Cell::text(fraction.exact())],
        (_, Kind::Fraction) => vec![sheet::Cell::text(""), sheet::Cell::text("")],
        (value, _) if hides => vec![sheet::Cell::text(value.text())],
        (Value::Day(day), _) => vec![sheet::Cell::Day(*day)],
        (Value::Amount(amount), _) => vec![sheet::Cell::Amount(*amount)],
        (Value::Count(count), _) => vec![sheet::Cell::Count(*count)],
        (value, _) => vec![sheet::Cell::text(value.text())],
    }
}
