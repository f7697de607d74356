//! The dictionary: what columns mean, and how fresh the figures in them are.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use engine::sheet;

use super::{Column, Grid, Kind};
use crate::output::files::FileFormat;
use crate::output::rows::Rows;
use crate::pages::problem::Problem;

static MEANINGS: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| toml::from_str(include_str!("columns.toml")).expect("a test reads the dictionary"));

/// What the column of a name means; nothing when nobody has written it down, which a test rules out.
#[must_use]
pub fn meaning(key: &str) -> Option<&'static str> {
    MEANINGS.get(key).map(String::as_str)
}

/// The dictionary of a grid as a file: each column with its heading, what it holds and what it means; then how far the facts reach.
pub fn written(grid: &Grid<'_>) -> Result<Response, Problem> {
    let columns = ["column", "heading", "holds", "meaning"].map(|name| (name, sheet::Kind::Text));
    let line = |texts: [&str; 4]| texts.map(|text| sheet::Cell::text(text.to_owned())).to_vec();
    let mut lines: Vec<Vec<sheet::Cell<'static>>> = Vec::new();
    for column in &grid.columns {
        lines.push(line([&column.key, &column.label, holds(column.kind), meaning(&column.key).unwrap_or_default()]));
        if column.kind == Kind::Fraction {
            lines.push(line([&format!("{}_exact", column.key), &column.label, "the exact fraction", "The same, not rounded."]));
        }
    }
    for (what, reach) in grid.visit.reading.freshness() {
        lines.push(line(["", &what, "how fresh it is", &reach]));
    }
    let rows = Rows { columns: &columns, rows: &mut lines.into_iter() };
    let format = FileFormat::named("csv").ok_or_else(|| Problem::broken("CSV is written no more"))?;
    let bytes = rows.into_bytes(format).map_err(|error| Problem::broken(&format!("{error:#}")))?;
    let named = format!("attachment; filename=\"{}-columns.csv\"", grid.file_name);
    Ok(([(header::CONTENT_TYPE, format.media_type().to_owned()), (header::CONTENT_DISPOSITION, named)], bytes).into_response())
}

impl Column {
    /// What the column means.
    pub(super) fn meaning(&self) -> &'static str {
        meaning(&self.key).unwrap_or_default()
    }
}

fn holds(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Day => "a day, YYYY-MM-DD",
        Kind::Amount => "an exact decimal number",
        Kind::Count => "a whole number",
        Kind::Fraction => "a rounded number",
    }
}
