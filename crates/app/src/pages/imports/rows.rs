//! The journey of source rows: from file and line to fate, table row, credits and metrics; explanations lead here.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use domain::names::Name;
use domain::rights::On;

use super::{frame, home};
use crate::commands::ledger::trace::journeys;
use crate::pages::frame::Frame;
use crate::pages::problem::{Problem, pieces};
use crate::pages::visit::{Visit, html};
use crate::pages::{paths, show};
use crate::program::OpenProgram;
use crate::views::journey::{JourneyView, PlaceView};
use crate::views::ledger::ProblemView;

#[derive(Template)]
#[template(path = "pages/import_rows.html")]
struct RowsPage {
    frame: Frame,
    heading: String,
    place: String,
    as_of: String,
    journeys: Vec<JourneyView>,
    visit: Links,
}

/// The ways on from a journey.
struct Links {
    as_of: Option<domain::time::Day>,
}

impl Links {
    fn import(&self, batch_id: &str) -> String {
        paths::import(batch_id)
    }

    fn row(&self, place: &str) -> String {
        paths::import_rows(place, self.as_of)
    }

    /// What became of a row.
    fn told(&self, journey: &JourneyView) -> Vec<(bool, String)> {
        pieces(&show::capital(&journey.told))
    }

    /// What is wrong with a row and what mends it, as sentences: code, then words.
    fn problem(&self, problem: &ProblemView) -> Vec<(bool, String)> {
        let column = if problem.column.is_empty() { String::new() } else { format!("`{}`: ", problem.column) };
        let cure = if problem.cure.is_empty() { String::new() } else { format!(" {}.", show::capital(&problem.cure)) };
        pieces(&format!("{column}{}.{cure}", problem.message))
    }

    fn designation(&self, place: &PlaceView) -> String {
        let track = place.track.as_deref().map(Name::new);
        paths::designation(&Name::new(&place.global_partner_id), &Name::new(&place.area), track.as_ref(), self.as_of)
    }
}

/// Shows where rows came from and where they went; without a place, asks for one.
///
/// # Errors
///
/// A place that is none, or facts that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let home = match home(visit)? {
        Ok(home) => home,
        Err(none) => return Ok(none),
    };
    let place = visit.value("place").unwrap_or_default().to_owned();
    let as_of = visit.as_of()?;
    // explanations name several files with blanks between them, and may end in `and 5 more`
    let places: Vec<String> =
        place.split(" and ").next().unwrap_or_default().split(' ').filter(|one| !one.is_empty()).map(str::to_owned).collect();
    let journeys = if places.is_empty() {
        Vec::new()
    } else {
        let program = OpenProgram::from_home(home, Arc::new(visit.rulebook().clone())).map_err(|error| Problem::unread(&error))?;
        journeys(home, &program, &places, as_of).map_err(|error| Problem::refused("There is no such row", &error))?
    };
    let hidden = visit.hidden(&On::program());
    let journeys: Vec<JourneyView> = journeys.into_iter().map(|view| view.masked(&hidden)).collect();
    let heading = match journeys.as_slice() {
        [] => "Follow a row".to_owned(),
        [only] => format!("{}, line {}", only.file, only.line),
        several => format!("{} rows", several.len()),
    };
    html(&RowsPage {
        frame: frame(visit, "Rows"),
        heading,
        place,
        as_of: as_of.to_string(),
        journeys,
        visit: Links { as_of: visit.asked_as_of()? },
    })
}
