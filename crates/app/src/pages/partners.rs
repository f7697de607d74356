//! The list of partners, with the score of each in every area; with one partner, its Home.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::designations::{Score, Status};
use domain::names::Name;
use domain::time::Day;

use crate::pages::frame::{Frame, named};
use crate::pages::grid::{Cell, Column, Grid, GridPart, Piece};
use crate::pages::parts::AsOfForm;
use crate::pages::problem::Problem;
use crate::pages::visit::{Visit, html};
use crate::pages::{paths, show};

#[derive(Template)]
#[template(path = "pages/partners.html")]
struct PartnersPage {
    frame: Frame,
    heading: String,
    as_of: AsOfForm,
    has_provisional: bool,
    grid: GridPart,
}

#[derive(Template)]
#[template(path = "pages/empty.html")]
struct EmptyPage {
    frame: Frame,
    origin: String,
}

/// A partner with its scores, before it is shown.
struct Listed<'s> {
    id: &'s Name,
    name: String,
    scores: Vec<&'s Score>,
}

impl Listed<'_> {
    fn qualified(&self) -> usize {
        self.scores.iter().filter(|score| score.status != Status::InProgress).count()
    }
}

/// Shows the list.
///
/// # Errors
///
/// A day that is none, or facts that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    if let Some(own) = visit.landing() {
        return Ok(Redirect::to(&own).into_response());
    }
    let scores = visit.scores()?;
    let asked_day = visit.asked_as_of()?;
    let listed = list(&scores);
    match listed.as_slice() {
        [] => return html(&EmptyPage { frame: visit.frame("No facts yet"), origin: visit.reading.origin() }),
        [only] => return Ok(Redirect::to(&paths::home(only.id, asked_day)).into_response()),
        _ => {}
    }
    let total = listed.len();
    let qualified = listed.iter().filter(|partner| partner.qualified() > 0).count();
    let rows = listed.iter().map(|partner| row(visit, partner, asked_day)).collect();
    let grid = Grid::new(visit, "partners", columns(visit), rows).named(&format!("partners-{}", visit.as_of()?));
    if let Some(file) = grid.download() {
        return file;
    }
    let mut frame = visit.frame("Partners").scored(&scores[0]);
    frame.is_list = true;
    let page = PartnersPage {
        frame,
        heading: heading(total, qualified),
        as_of: AsOfForm::of(visit)?,
        has_provisional: scores.iter().any(|score| score.is_provisional),
        grid: grid.part(),
    };
    html(&page)
}

fn heading(total: usize, qualified: usize) -> String {
    match qualified {
        0 => format!("{}, none qualified yet", show::count(total, "partner")),
        some => format!("{some} of {} hold a designation or qualify for one", show::count(total, "partner")),
    }
}

fn list(scores: &[Score]) -> Vec<Listed<'_>> {
    let mut places: BTreeMap<&Name, usize> = BTreeMap::new();
    let mut listed: Vec<Listed<'_>> = Vec::new();
    for score in scores {
        let id = &score.global_partner_id;
        let place = *places.entry(id).or_insert(listed.len());
        if place == listed.len() {
            listed.push(Listed { id, name: named(&score.partner_name, id), scores: Vec::new() });
        }
        listed[place].scores.push(score);
    }
    listed
}

fn columns(visit: &Visit) -> Vec<Column> {
    let mut columns =
        vec![Column::text("name", "Partner"), Column::text("global_partner_id", "ID"), Column::count("qualified", "Qualified")];
    let areas = visit.rulebook().areas.values();
    columns.extend(areas.map(|rules| Column::fraction(rules.area.as_str(), show::short_title(&rules.title))));
    columns
}

fn row(visit: &Visit, partner: &Listed<'_>, as_of: Option<Day>) -> Vec<Cell> {
    let qualified = Cell::count(partner.qualified(), "designations").note(format!("of {}", partner.scores.len()));
    let mut cells = vec![Cell::text(partner.name.clone()).link(paths::home(partner.id, as_of)), Cell::id(partner.id), qualified];
    let areas = visit.rulebook().areas.values();
    cells.extend(areas.map(|rules| {
        let Some(score) = partner.scores.iter().find(|score| score.area == rules.area) else { return Cell::none() };
        let address = paths::designation(partner.id, &score.area, None, as_of);
        let mut cell = Cell::points(&score.chosen().score).link(address);
        if score.status != Status::InProgress {
            cell = cell.before(Piece::Tick("held or qualified"));
        }
        if score.is_provisional {
            cell = cell.with(Piece::Sign("*", "provisional: months are missing from the data".to_owned()));
        }
        cell
    }));
    cells
}
