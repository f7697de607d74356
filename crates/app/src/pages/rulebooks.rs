//! The rulebook: every value with its source.

use std::slice;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::Response;

use crate::pages::frame::Frame;
use crate::pages::grid::{Cell, Column, Grid, GridPart};
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::show;
use crate::pages::visit::{Visit, html, page};
use crate::pages::workspace::OPERATOR_ROLES;

/// The pages of the rulebook.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new().route("/operator/rulebooks", page(show))
}

#[derive(Template)]
#[template(path = "pages/rulebooks.html")]
struct RulebooksPage {
    frame: Frame,
    heading: String,
    grid: GridPart,
    contradictions: Vec<(String, String, String, String)>,
}

/// Shows the rulebook that scores follow.
///
/// # Errors
///
/// A visitor who does not act for the operator.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    visit.operator(&OPERATOR_ROLES)?;
    let rulebook = visit.rulebook();
    let columns = vec![
        Column::text("place", "Place"),
        Column::text("value", "Value"),
        Column::text("document", "Document").choice(),
        Column::text("source", "Source"),
        Column::text("choice", "Reading taken"),
        Column::text("note", "Note"),
    ];
    let row = |entry: &domain::rulebook::entries::Entry| {
        let document = entry.source.split('#').next().and_then(|id| rulebook.sources.get(id)).map(|source| source.title.clone());
        let text = |text: &Option<String>| text.as_ref().map_or_else(Cell::none, |text| Cell::lines(slice::from_ref(text)));
        vec![
            Cell::text(entry.path.clone()),
            Cell::text(entry.shown()),
            text(&document),
            Cell::text(entry.source.clone()),
            text(&entry.choice),
            text(&entry.note),
        ]
    };
    let rows = rulebook.entries().iter().map(row).collect();
    let grid = Grid::new(visit, "values", columns, rows).named(&format!("rulebook-{}", rulebook.program.version));
    if let Some(file) = grid.download() {
        return file;
    }
    let contradiction = |one: &domain::rulebook::Contradiction| (one.topic.clone(), one.one.clone(), one.other.clone(), one.taken.clone());
    html(&RulebooksPage {
        frame: visit.frame("Rulebooks"),
        heading: format!("{} ({}): {}", rulebook.program.title, rulebook.program.version, show::count(grid.total(), "value")),
        grid: grid.part(),
        contradictions: rulebook.contradictions.iter().map(contradiction).collect(),
    })
}
