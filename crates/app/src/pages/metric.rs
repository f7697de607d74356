//! Why a metric has its number: the explanation, a level at a time, down to rows.

/// The rules that decide a level.
mod rules;

/// The rows of a level, split into counted and not counted.
mod rows;

/// A level as grids.
mod tables;

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use domain::designations::{Score, TrackScore};
use domain::explain::Node;
use domain::points::MetricScore;
use domain::rights::{Act, On};
use domain::rulebook::{AreaRules, PartKind};

use crate::pages::designation;
use crate::pages::frame::{Frame, Here, named};
use crate::pages::grid::{Grid, GridPart};
use crate::pages::metric::rows::Picked;
use crate::pages::metric::tables::{Level, Table};
use crate::pages::parts::AsOfForm;
use crate::pages::problem::Problem;
use crate::pages::tree::{self, Place};
use crate::pages::visit::{Visit, html};
use crate::pages::{paths, show};
use crate::views::hidden::Hidden;

#[derive(Template)]
#[template(path = "pages/metric.html")]
struct MetricPage {
    frame: Frame,
    crumbs: Vec<(String, String)>,
    current: String,
    heading: String,
    as_of: AsOfForm,
    /// Why the place itself does not count: code and cure.
    reason: Option<(&'static str, String)>,
    arithmetic: Vec<String>,
    notes: Vec<String>,
    associations: Vec<String>,
    rules: Option<GridPart>,
    has_rows: bool,
    gates: Option<Rows>,
    counted: Rows,
    not_counted: Option<Rows>,
    /// Why rows do not count: code, how many, the address of those rows, whether only those are shown.
    reasons: Vec<(&'static str, usize, String, bool)>,
}

/// Rows under a heading.
struct Rows {
    heading: String,
    same: Vec<(String, String)>,
    grid: GridPart,
}

impl Rows {
    fn new(heading: &str, table: &Table<'_>) -> Self {
        let (found, total) = (table.grid.found(), table.grid.total());
        let heading = if found == total { format!("{heading}: {total}") } else { format!("{heading}: {found} of {total}") };
        Self { heading, same: table.same.clone(), grid: table.grid.part() }
    }
}

/// What the address of an explanation names.
struct Named<'s> {
    rules: &'s AreaRules,
    score: &'s Score,
    track: &'s TrackScore,
    metric: &'s MetricScore,
}

impl Named<'_> {
    /// The address of a step of the explanation, with other values of the query.
    fn address(&self, visit: &Visit, path: Option<String>, more: &[(&str, Option<String>)]) -> String {
        let value = |key: &str| visit.value(key).map(str::to_owned);
        let mut values = vec![("track", value("track")), ("as_of", value("as_of")), ("path", path)];
        values.extend_from_slice(more);
        paths::with_query(&self.path(), &values)
    }

    fn path(&self) -> String {
        paths::metric_path(&self.score.global_partner_id, &self.score.area, self.metric.metric)
    }
}

/// Reads what the address names.
fn read<'s>(visit: &'s Visit, own: &[&'s Score]) -> Result<Named<'s>, Problem> {
    let (rules, score) = visit.area(own)?;
    let track = designation::track(visit, rules, score)?;
    let asked = visit.param("metric").to_lowercase();
    let as_of = visit.asked_as_of()?;
    let metric = track.metrics.iter().find(|metric| metric.metric.as_str() == asked).ok_or_else(|| {
        let known = track.metrics.iter().map(|metric| {
            let address = paths::metric(&score.global_partner_id, &score.area, metric.metric, track.track.as_ref(), as_of);
            (metric.metric.as_str().to_owned(), metric.metric.shown().to_owned(), address)
        });
        Problem::unknown("metric", &asked, known.collect())
    })?;
    Ok(Named { rules, score, track, metric })
}

/// The explanation down to what the page shows: rows only where it shows them, since there may be very many.
fn explanation(visit: &Visit, named: &Named<'_>) -> Result<Arc<Node>, Problem> {
    let root = visit.explanation(named.score)?;
    let wanted = places(visit, named, &root)?.split_last().and_then(|(place, above)| place.rows_wanted(above));
    match wanted {
        Some(rows) => visit.explanation_down_to(named.score, &rows),
        None => Ok(root),
    }
}

/// The places on the way to the step that the address names.
fn places<'t>(visit: &Visit, named: &Named<'_>, root: &'t Node) -> Result<Vec<Place<'t>>, Problem> {
    let track = tree::track(root, named.track.track.as_ref());
    let top = tree::metric(track, named.metric.metric);
    let top = top.ok_or_else(|| Problem::broken(&format!("the explanation has no `{}`", named.metric.metric.as_str())))?;
    let path = visit.value("path").unwrap_or_default();
    tree::places(top, path).ok_or_else(|| Problem::no_step(path, named.address(visit, None, &[])))
}

/// Shows a level of the explanation.
///
/// # Errors
///
/// A partner, an area, a track, a metric, a step or a day that is none, or facts that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let scores = visit.scores()?;
    let own = visit.partner(&scores)?;
    visit.must(Act::ExplanationRead, &On::account(&own[0].global_partner_id), "see what is behind this metric")?;
    let named_here = read(visit, &own)?;
    let score = named_here.score;
    let root = explanation(visit, &named_here)?;
    let places = places(visit, &named_here, &root)?;
    let place = places.last().expect("the way to a place holds the place");
    let picked = Picked::new(place.node());
    let title = show::short_title(&named_here.rules.title).to_owned();
    let partner = named(&score.partner_name, &score.global_partner_id);
    let shown = named_here.metric.metric.shown();
    let kept_for_day = visit.value("track").map(|track| ("track", track.to_owned())).into_iter().collect();
    let above: Vec<&Node> = places.iter().flat_map(|place| place.nodes.iter().copied()).collect();
    let has_imports = visit.reading.home().is_some() && visit.may(Act::ImportsRead, &On::program());
    let hidden = visit.hidden(&On::account(&score.global_partner_id));
    let level = Level { visit, hidden: &hidden, named: &named_here, place, above: &above, picked: &picked, has_imports };
    let (gates, counted, not_counted) = (level.gates(), level.counted(), level.not_counted());
    let rules = rules::grid(&level);
    if let Some(file) = [&counted.grid, &not_counted.grid, &gates.grid, &rules].into_iter().find_map(Grid::download) {
        return file;
    }
    let is_top = places.len() == 1;
    let mut notes = together(place, |node| hidden.notes(node));
    notes.extend(visit.extent(&score.global_partner_id).told().filter(|_| has_usage(&named_here)).map(str::to_owned));
    let page = MetricPage {
        frame: visit.frame(&format!("{}, {title}, {partner}", tables::named(place.node(), &hidden))).about(
            visit,
            &scores,
            &own,
            Here::Designation(&score.area),
        ),
        crumbs: crumbs(visit, &named_here, &places, (&partner, &title), &hidden)?,
        current: if is_top { shown.to_owned() } else { tables::named(place.nodes[0], &hidden) },
        heading: if is_top { heading(named_here.metric) } else { place_heading(&places, &hidden) },
        as_of: AsOfForm::new(named_here.path(), score.as_of, visit.reading.today(), kept_for_day),
        reason: place.nodes[0].reason.map(|reason| (reason.code(), show::capital(reason.cure()))),
        arithmetic: arithmetic(place, &hidden),
        notes: notes.iter().map(|note| show::capital(note)).collect(),
        associations: together(place, |node| node.associations.iter()).iter().map(|told| hidden.association(told)).collect(),
        rules: (rules.total() > 0).then(|| rules.part()),
        has_rows: !place.node().children.is_empty(),
        reasons: reasons(visit, &named_here, place, &picked),
        gates: (gates.grid.total() > 0).then(|| Rows::new("Gates, each of which must be met", &gates)),
        counted: Rows::new("Counted", &counted),
        not_counted: (not_counted.grid.total() > 0).then(|| Rows::new("Not counted", &not_counted)),
    };
    html(&page)
}

/// Whether the metric looks at usage, and not at people alone.
fn has_usage(named: &Named<'_>) -> bool {
    let mut rules = named.rules.tracks.iter().flat_map(|track| &track.metrics).filter(|rule| rule.metric == named.metric.metric);
    rules.any(|rule| rule.parts.iter().any(|part| !matches!(part.measure, PartKind::CertifiedPeople { .. })))
}

fn heading(metric: &MetricScore) -> String {
    let value = match metric.unit {
        "points" => String::new(),
        unit => format!("{}, ", show::quantity(&metric.value, unit)),
    };
    format!("{}: {value}{} of {} points", metric.metric.shown(), show::points(&metric.points), metric.max)
}

fn place_heading(places: &[Place<'_>], hidden: &Hidden) -> String {
    let [.., above, place] = places else { return String::new() };
    let node = place.nodes[0];
    let unit = tree::unit_of(node, above.unit);
    let label = tables::named(node, hidden);
    if hidden.revenue.is_some() && node.is_money(unit) {
        return format!("{label}: a hidden amount");
    }
    if matches!(node.kind, "customer" | "person" | "service") && unit != "dollars" {
        let counts = if node.counted { "counts" } else { "does not count" };
        return format!("{label} {counts}");
    }
    let points = node.points.as_ref().map_or_else(String::new, |points| format!(", {} points", show::points(points)));
    format!("{label}: {}{points}", show::quantity(&node.value, unit))
}

/// Labels and addresses of the pages above this one.
fn crumbs(
    visit: &Visit,
    named: &Named<'_>,
    places: &[Place<'_>],
    (partner, title): (&str, &str),
    hidden: &Hidden,
) -> Result<Vec<(String, String)>, Problem> {
    let (id, area, as_of) = (&named.score.global_partner_id, &named.score.area, visit.asked_as_of()?);
    let track = named.track.track.as_ref();
    let asked_track = track.filter(|_| visit.value("track").is_some());
    let mut crumbs = vec![(partner.to_owned(), paths::home(id, as_of))];
    let of_track = track.map_or_else(String::new, |track| format!(", {}", show::spoken(track.as_str())));
    crumbs.push((format!("{title}{of_track}"), paths::designation(id, area, asked_track, as_of)));
    for (at, place) in places.iter().enumerate().take(places.len() - 1) {
        let label = if at == 0 { named.metric.metric.shown().to_owned() } else { tables::named(place.nodes[0], hidden) };
        let path = if at == 0 { None } else { place.path() };
        crumbs.push((label, named.address(visit, path, &[])));
    }
    Ok(crumbs)
}

/// The arithmetic of a place; when it is with hidden dollars, whom to ask.
fn arithmetic(place: &Place<'_>, hidden: &Hidden) -> Vec<String> {
    let told = together(place, |node| node.arithmetic.iter());
    let is_money =
        |node: &&Node| node.is_money(place.unit) || node.children.iter().any(|child| child.is_money(node.unit_within(place.unit)));
    match &hidden.revenue {
        Some(hidden) if !told.is_empty() && place.nodes.iter().any(is_money) => vec![hidden.clone()],
        _ => told,
    }
}

/// What the nodes of a place say, each thing once.
fn together<'a, I: IntoIterator<Item = &'a String>>(place: &Place<'a>, said: impl Fn(&'a Node) -> I) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for text in place.nodes.iter().flat_map(|node| said(node)) {
        if !told.contains(text) {
            told.push(text.clone());
        }
    }
    told
}

/// Reasons with the ways to their rows; a second click shows all again.
fn reasons(visit: &Visit, named: &Named<'_>, place: &Place<'_>, picked: &Picked<'_>) -> Vec<(&'static str, usize, String, bool)> {
    let chosen = visit.value("not_reason");
    let link = |(reason, rows): &(domain::reasons::Reason, usize)| {
        let is_current = chosen == Some(reason.code());
        let wanted = (!is_current).then(|| reason.code().to_owned());
        (reason.code(), *rows, named.address(visit, place.path(), &[("not_reason", wanted)]), is_current)
    };
    picked.reasons.iter().map(link).collect()
}
