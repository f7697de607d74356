//! The list of partners, with the score of each in every area; with one partner, its Home.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::designations::{Score, Status};
use domain::names::Name;
use domain::time::Day;

use crate::pages::frame::{Frame, named};
use crate::pages::parts::{AsOfForm, Pager, SortLink};
use crate::pages::problem::Problem;
use crate::pages::visit::{Visit, html};
use crate::pages::{paths, show};

#[derive(Template)]
#[template(path = "pages/partners.html")]
struct PartnersPage {
    frame: Frame,
    heading: String,
    as_of: AsOfForm,
    asked: String,
    kept: Vec<(&'static str, String)>,
    clear_href: String,
    columns: Vec<SortLink>,
    rows: Vec<PartnerRow>,
    has_provisional: bool,
    pager: Pager,
}

#[derive(Template)]
#[template(path = "pages/empty.html")]
struct EmptyPage {
    frame: Frame,
    origin: String,
}

/// A partner of the list.
struct PartnerRow {
    id: String,
    name: String,
    href: String,
    qualified: usize,
    cells: Vec<AreaCell>,
}

/// A partner's score in an area.
struct AreaCell {
    href: String,
    points: String,
    title: String,
    is_qualified: bool,
    is_provisional: bool,
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
    let scores = visit.scores()?;
    let asked_day = visit.asked_as_of()?;
    let mut listed = list(&scores);
    match listed.as_slice() {
        [] => return html(&EmptyPage { frame: visit.frame("No facts yet"), origin: visit.reading.origin() }),
        [only] => return Ok(Redirect::to(&paths::home(only.id, asked_day)).into_response()),
        _ => {}
    }
    let total = listed.len();
    let qualified = listed.iter().filter(|partner| partner.qualified() > 0).count();
    let asked = visit.value("q").unwrap_or_default().to_owned();
    let wanted = asked.to_lowercase();
    listed.retain(|partner| partner.name.to_lowercase().contains(&wanted) || partner.id.as_str().contains(&wanted));
    sort(&mut listed, visit.value("sort"));
    let day = asked_day.map(|day| day.to_string());
    let q = visit.value("q").map(str::to_owned);
    let sorted = visit.value("sort").map(str::to_owned);
    let (pager, shown) = Pager::new("partners", visit.page_number("page"), listed.len(), |number| {
        let values = [("q", q.clone()), ("sort", sorted.clone()), ("as_of", day.clone()), ("page", Some(number.to_string()))];
        paths::with_query("/", &values)
    });
    let mut frame = visit.frame("Partners").scored(&scores[0]);
    frame.is_list = true;
    let kept = [("q", q.clone()), ("as_of", day.clone())];
    let page = PartnersPage {
        frame,
        heading: heading(total, qualified),
        as_of: AsOfForm::new("/".to_owned(), visit.as_of()?, visit.reading.today(), set(&[("q", &q), ("sort", &sorted)])),
        kept: set(&[("sort", &sorted), ("as_of", &day)]),
        clear_href: paths::with_query("/", &[("sort", sorted.clone()), ("as_of", day)]),
        columns: columns(visit, &kept),
        has_provisional: listed.iter().flat_map(|partner| &partner.scores).any(|score| score.is_provisional),
        rows: listed[shown].iter().map(|partner| row(visit, partner, asked_day)).collect(),
        asked,
        pager,
    };
    html(&page)
}

fn heading(total: usize, qualified: usize) -> String {
    match qualified {
        0 => format!("{}, none qualified yet", show::count(total, "partner")),
        some => format!("{some} of {} hold a designation or qualify for one", show::count(total, "partner")),
    }
}

/// The values that are set, as a form keeps them.
fn set(values: &[(&'static str, &Option<String>)]) -> Vec<(&'static str, String)> {
    values.iter().filter_map(|(key, value)| Some((*key, value.as_ref()?.clone()))).collect()
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

/// Sorts by a column; the order of IDs, in which they come, is the last word.
fn sort(listed: &mut [Listed<'_>], sort: Option<&str>) {
    let Some(sort) = sort else { return };
    let key = sort.trim_start_matches('-');
    let in_area =
        |partner: &Listed<'_>| partner.scores.iter().find(|score| score.area.as_str() == key).map(|score| score.chosen().score.clone());
    match key {
        "id" => listed.sort_by_cached_key(|partner| partner.id.id_order()),
        "name" => listed.sort_by_cached_key(|partner| partner.name.to_lowercase()),
        "qualified" => listed.sort_by_key(Listed::qualified),
        _ => listed.sort_by_cached_key(in_area),
    }
    if sort.starts_with('-') {
        listed.reverse();
    }
}

fn columns(visit: &Visit, kept: &[(&str, Option<String>)]) -> Vec<SortLink> {
    let sort = visit.value("sort");
    let column = |label, key, is_number| SortLink::new(label, key, is_number, sort, "/", kept);
    let mut columns = vec![column("Partner", "name", false), column("ID", "id", false), column("Qualified", "qualified", true)];
    for rules in visit.reading.rulebook().areas.values() {
        let mut link = column("", rules.area.as_str(), true);
        link.label = show::short_title(&rules.title).to_owned();
        columns.push(link);
    }
    columns
}

fn row(visit: &Visit, partner: &Listed<'_>, as_of: Option<Day>) -> PartnerRow {
    let rulebook = visit.reading.rulebook();
    let cells = partner.scores.iter().map(|score| {
        let title = rulebook.areas.get(&score.area).map_or(score.area.as_str(), |rules| show::short_title(&rules.title));
        AreaCell {
            href: paths::designation(partner.id, &score.area, None, as_of),
            points: show::points(&score.chosen().score),
            title: format!("{title}: {}", score.status.shown().to_lowercase()),
            is_qualified: score.status != Status::InProgress,
            is_provisional: score.is_provisional,
        }
    });
    PartnerRow {
        id: partner.id.to_string(),
        name: partner.name.clone(),
        href: paths::home(partner.id, as_of),
        qualified: partner.qualified(),
        cells: cells.collect(),
    }
}
