//! A level as a file for spreadsheets: all rows that are asked for, gates and rows that count first.

use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use domain::explain::Node;
use engine::formulas::safe;

use crate::pages::metric::rows::{Asked, Picked, Row};
use crate::pages::metric::{places, read};
use crate::pages::problem::Problem;
use crate::pages::tree;
use crate::pages::visit::Visit;

/// Sends the level as CSV.
///
/// # Errors
///
/// As the page of the same level.
pub fn download(visit: &Visit) -> Result<Response, Problem> {
    let scores = visit.scores()?;
    let own = visit.partner(&scores)?;
    let named = read(visit, &own)?;
    let score = named.score;
    let root = visit.reading.explain(&score.global_partner_id, &score.area, score.as_of).map_err(|error| Problem::unread(&error))?;
    let places = places(visit, &named, &root)?;
    let place = places.last().expect("the way to a place holds the place");
    let picked = Picked::new(place.node(), &Asked::of(visit));
    let text = written(&picked, place.unit).map_err(|error| Problem::broken(&error.to_string()))?;
    let name: String = format!("{}-{}-{}-{}", score.global_partner_id, score.area, named.metric.metric.as_str(), score.as_of);
    let name: String = name.chars().map(|letter| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' }).collect();
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
    ];
    Ok((headers, text).into_response())
}

fn written(picked: &Picked<'_>, inherited: &'static str) -> Result<Vec<u8>, csv::Error> {
    let rows: Vec<Row<'_>> = picked.gates.iter().chain(&picked.counted).chain(&picked.not_counted).copied().collect();
    let mut keys: Vec<&'static str> = Vec::new();
    for (key, _) in rows.iter().flat_map(|(_, row)| &row.keys) {
        if !keys.contains(key) {
            keys.push(key);
        }
    }
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let before = ["counted", "kind", "label"];
    let after = ["value", "value_exact", "adds", "adds_exact", "unit", "points", "rows", "figures", "associations", "reason", "cure"];
    writer.write_record(before.iter().chain(&keys).chain(&after))?;
    for (_, row) in rows {
        writer.write_record(record(row, &keys, inherited))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

fn record(row: &Node, keys: &[&'static str], inherited: &'static str) -> Vec<String> {
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let mut cells = vec![yes(row.counted), row.kind.to_owned(), safe(&row.label).into_owned()];
    cells.extend(
        keys.iter().map(|key| row.keys.iter().find(|(own, _)| own == key).map_or_else(String::new, |(_, value)| safe(value).into_owned())),
    );
    let figures = row.children.iter().filter(|child| child.kind == "figure");
    let figures: Vec<String> = figures.map(|figure| format!("{}: {}", figure.label, figure.value.shown())).collect();
    cells.extend([
        row.value.shown(),
        row.value.exact(),
        row.adds.shown(),
        row.adds.exact(),
        tree::unit_of(row, inherited).to_owned(),
        row.points.as_ref().map_or_else(String::new, domain::fraction::Fraction::shown),
        row.rows.to_string(),
        safe(&figures.join("; ")).into_owned(),
        safe(&row.associations.join("; ")).into_owned(),
        row.reason.map_or_else(String::new, |reason| reason.code().to_owned()),
        row.reason.map_or_else(String::new, |reason| reason.cure().to_owned()),
    ]);
    cells
}
