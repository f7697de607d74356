//! The whole grid as a file: every row that is asked for, on all pages, in the order of the page.

use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use engine::sheet;

use super::{Cell, Column, Grid, Kind, Value, asked};
use crate::output::Format;
use crate::output::rows::Rows;
use crate::pages::problem::Problem;

/// The formats that a grid is offered in: the word in the address, what it is called, and the type of its content.
pub const FORMATS: [(&str, Format, &str); 4] = [
    ("csv", Format::Csv, "text/csv; charset=utf-8"),
    ("tsv", Format::Tsv, "text/tab-separated-values; charset=utf-8"),
    ("json", Format::Json, "application/json"),
    ("jsonl", Format::Jsonl, "application/x-ndjson"),
];

/// The file that the address asks for.
pub fn asked(grid: &Grid<'_>) -> Option<Result<Response, Problem>> {
    let word = asked::value(grid, "download")?;
    let found = FORMATS.into_iter().find(|(ending, ..)| *ending == word);
    Some(found.map_or_else(|| Err(unknown(grid, &word)), |(ending, format, kind)| written(grid, ending, format, kind)))
}

fn unknown(grid: &Grid<'_>, word: &str) -> Problem {
    let known = FORMATS.into_iter().map(|(ending, ..)| {
        let address = asked::address(grid, asked::kept(grid, &asked::filters(grid)), Some(("download", ending.to_owned())));
        (ending.to_owned(), ending.to_uppercase(), address)
    });
    Problem::unknown("format", word, known.collect())
}

fn written(grid: &Grid<'_>, ending: &str, format: Format, kind: &'static str) -> Result<Response, Problem> {
    let columns: Vec<(String, sheet::Kind)> = grid.columns.iter().flat_map(file_columns).collect();
    let columns: Vec<(&str, sheet::Kind)> = columns.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
    let is_separated = matches!(format, Format::Csv | Format::Tsv);
    let rows = asked::rows(grid);
    let mut cells = rows
        .into_iter()
        .map(|row| row.iter().zip(&grid.columns).flat_map(|(cell, column)| file_cells(cell, column, is_separated)).collect());
    let mut bytes = Vec::new();
    Rows { columns: &columns, rows: &mut cells }.write(&mut bytes, format).map_err(|error| Problem::broken(&format!("{error:#}")))?;
    let named = format!("attachment; filename=\"{}.{ending}\"", grid.file_name);
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, named)], bytes).into_response())
}

fn file_columns(column: &Column) -> Vec<(String, sheet::Kind)> {
    let own = |kind| vec![(column.key.clone(), kind)];
    match column.kind {
        Kind::Text => own(sheet::Kind::Text),
        Kind::Day => own(sheet::Kind::Day),
        Kind::Amount => own(sheet::Kind::Amount),
        Kind::Count => own(sheet::Kind::Count),
        Kind::Fraction => vec![(column.key.clone(), sheet::Kind::Text), (format!("{}_exact", column.key), sheet::Kind::Text)],
    }
}

fn file_cells(cell: &Cell, column: &Column, is_separated: bool) -> Vec<sheet::Cell<'static>> {
    let text = |text: String| sheet::Cell::text(if is_separated { safe(text) } else { text });
    match (&cell.value, column.kind) {
        (Value::Fraction(fraction), _) => vec![sheet::Cell::text(fraction.shown()), sheet::Cell::text(fraction.exact())],
        (_, Kind::Fraction) => vec![sheet::Cell::text(""), sheet::Cell::text("")],
        (Value::Day(day), _) => vec![sheet::Cell::Day(*day)],
        (Value::Amount(amount), _) => vec![sheet::Cell::Amount(*amount)],
        (Value::Count(count), _) => vec![sheet::Cell::Count(*count)],
        (value, _) => vec![text(value.text())],
    }
}

/// A text that no spreadsheet takes for a formula.
fn safe(text: String) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    if is_formula { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_begins_like_a_formula_is_quoted() {
        assert_eq!(safe("=HYPERLINK(\"x\")".to_owned()), "'=HYPERLINK(\"x\")");
        assert_eq!(safe("@sum".to_owned()), "'@sum");
        assert_eq!(safe("Key Vault".to_owned()), "Key Vault");
    }
}
