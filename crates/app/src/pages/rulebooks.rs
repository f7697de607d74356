//! Rulebooks: the versions of the home, and every value of the one in force with its source.

/// One version: what it changes, whom it moves.
mod version;

use std::slice;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::Response;
use domain::versions::{RulebookVersion, short};

use crate::pages::acting::form;
use crate::pages::frame::Frame;
use crate::pages::grid::{Cell, Column, Grid, GridPart};
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::visit::{Visit, html, page};
use crate::pages::workspace::OPERATOR_ROLES;
use crate::pages::{paths, show};

/// The pages of the rulebook.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new()
        .route("/operator/rulebooks", page(show))
        .route("/operator/rulebooks/{rulebook}", page(version::show))
        .route("/operator/rulebooks/{rulebook}/publish", page(version::question).merge(form(version::publish)))
        .route("/operator/rulebooks/{rulebook}/withdraw", page(version::question).merge(form(version::withdraw)))
}

#[derive(Template)]
#[template(path = "pages/rulebooks.html")]
struct RulebooksPage {
    frame: Frame,
    heading: String,
    told: Option<String>,
    versions: Option<GridPart>,
    grid: GridPart,
    contradictions: Vec<(String, String, String, String)>,
}

/// What was done.
const TOLD: [(&str, &str); 2] =
    [("publish", "The rulebook is in force: every score follows it."), ("withdraw", "The rulebook is withdrawn.")];

/// Shows the rulebooks, and the one that scores follow.
///
/// # Errors
///
/// A visitor who does not act for the operator, or a home that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    visit.operator(&OPERATOR_ROLES)?;
    let rulebook = visit.rulebook();
    let columns = vec![
        Column::text("rule_place", "Place"),
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
    let versions = versions(visit)?;
    if let Some(file) = grid.download().or_else(|| versions.as_ref().and_then(Grid::download)) {
        return file;
    }
    let contradiction = |one: &domain::rulebook::Contradiction| (one.topic.clone(), one.one.clone(), one.other.clone(), one.taken.clone());
    html(&RulebooksPage {
        frame: visit.frame("Rulebooks"),
        heading: format!("{} ({}): {}", rulebook.program.title, rulebook.program.version, show::count(grid.total(), "value")),
        told: visit.told(&TOLD),
        versions: versions.as_ref().map(Grid::part),
        grid: grid.part(),
        contradictions: rulebook.contradictions.iter().map(contradiction).collect(),
    })
}

/// The versions of the home; nothing for a dataset folder, which keeps none.
fn versions(visit: &Visit) -> Result<Option<Grid<'_>>, Problem> {
    let Some(home) = visit.reading.home() else { return Ok(None) };
    let columns = vec![
        Column::text("version", "Version"),
        Column::text("state", "State").choice(),
        Column::text("proposed", "Proposed"),
        Column::text("published", "Published"),
        Column::text("note", "Note"),
        Column::text("rulebook_hash", "Hash").unbroken(),
    ];
    let row = |version: &RulebookVersion| {
        let published = version.published_on.zip(version.published_by.as_ref());
        vec![
            Cell::text(version.version.clone()).link(paths::operator_rulebook(&version.sha256)),
            Cell::text(version.state.as_str()),
            Cell::text(format!("{} by {}", version.proposed_on, version.proposed_by)),
            published.map_or_else(Cell::none, |(on, by)| Cell::text(format!("{on} by {by}"))),
            version.note.clone().map_or_else(Cell::none, Cell::text),
            Cell::text(short(&version.sha256)),
        ]
    };
    let rows = home.rulebook_versions().map_err(|error| Problem::unread(&error))?;
    let grid = Grid::new(visit, "rulebooks", columns, rows.iter().map(row).collect()).prefixed("versions_").named("rulebooks");
    Ok(Some(grid.empty("No rulebook was proposed yet: the one that the program carries is in force.")))
}
