//! A designation of a partner: the answer, its metrics with their arithmetic, its tracks and its window.

use askama::Template;
use axum::response::Response;
use domain::designations::{Score, TrackScore};
use domain::explain::Node;
use domain::names::Name;
use domain::points::{MetricScore, Note};
use domain::rights::On;
use domain::rulebook::{AreaRules, Floor};
use domain::time::Day;

use crate::pages::answers::{self, Lack};
use crate::pages::charts::{Columns, PointsBar, ScoreBar, Waterfall};
use crate::pages::frame::{Frame, Here, named};
use crate::pages::parts::{AsOfForm, StatusMark};
use crate::pages::problem::Problem;
use crate::pages::tree;
use crate::pages::visit::{Visit, html};
use crate::pages::{changes, history, paths, show};
use crate::views::hidden::Hidden;

#[derive(Template)]
#[template(path = "pages/designation.html")]
struct DesignationPage {
    frame: Frame,
    partner: String,
    title: String,
    heading: String,
    as_of: AsOfForm,
    status: StatusMark,
    bar: ScoreBar,
    missing: Vec<String>,
    plan: String,
    tracks: Vec<TrackLink>,
    metrics: Vec<MetricCard>,
    total: String,
    chart: Columns,
    changes: Option<Waterfall>,
    window_months: usize,
    floor: &'static str,
}

/// A track of the switch.
pub struct TrackLink {
    /// Its name.
    pub name: String,
    /// Its points.
    pub points: String,
    /// The same page for it.
    pub href: String,
    /// Whether it is the one that counts.
    pub counts: bool,
    /// Whether it is shown.
    pub is_current: bool,
}

/// A metric with its arithmetic.
struct MetricCard {
    name: &'static str,
    href: String,
    points: String,
    max: i64,
    bar: PointsBar,
    blocks: bool,
    value: String,
    arithmetic: Vec<Arithmetic>,
    parts: Vec<PartLine>,
    notes: Vec<String>,
}

/// How a part of a metric comes to its value.
struct Arithmetic {
    part: String,
    text: String,
}

/// A named part of a metric.
struct PartLine {
    name: String,
    value: String,
    points: String,
}

/// Shows a designation.
///
/// # Errors
///
/// A partner, an area, a track or a day that is none, or facts that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let scores = visit.scores()?;
    let own = visit.partner(&scores)?;
    let (rules, score) = visit.area(&own)?;
    let track = track(visit, rules, score)?;
    let program = &visit.rulebook().program;
    let root = visit.explanation(score)?;
    let line = program.qualifying_points.value;
    let title = show::short_title(&rules.title).to_owned();
    let mut missing = Lack::of(track, program).sentences(program);
    missing.extend(answers::standing(score));
    let action = paths::designation(&score.global_partner_id, &score.area, None, None);
    let kept = visit.value("track").map(|track| ("track", track.to_owned())).into_iter().collect();
    let partner = named(&score.partner_name, &score.global_partner_id);
    let months = history::months(visit, score)?;
    let file = |what: &str| format!("{}-{}-{what}-{}", score.global_partner_id, score.area, score.as_of);
    let numbers = history::grid(visit, &months, &file("months"));
    let hidden = visit.hidden(&On::account(&score.global_partner_id));
    let changes = changes::since_last_month(visit, score, track, tree::track(&root, track.track.as_ref()))?;
    let moved = changes.as_ref().map(|changes| changes.grid(visit, &file("changes")));
    if let Some(file) = numbers.download().or_else(|| moved.as_ref()?.download()) {
        return file;
    }
    let as_of = visit.asked_as_of()?;
    let page = DesignationPage {
        frame: visit.frame(&format!("{title}, {partner}")).about(visit, &scores, &own, Here::Designation(&score.area)),
        partner,
        heading: answers::heading(score, track, program),
        as_of: AsOfForm::new(action, score.as_of, visit.reading.today(), kept),
        status: StatusMark::new(score),
        bar: ScoreBar::new(&track.score, line, track.qualified),
        missing,
        plan: paths::plan_of(&score.global_partner_id, &score.area, track.track.as_ref(), as_of),
        tracks: track_links(score, track, |name| paths::designation(&score.global_partner_id, &score.area, Some(name), as_of)),
        metrics: metric_cards(score, track, tree::track(&root, track.track.as_ref()), program.floor.value, visit.asked_as_of()?, &hidden),
        total: show::points(&track.score),
        chart: Columns::scores(&months, line, numbers.part()),
        changes: changes.zip(moved).map(|(changes, moved)| changes.chart(&moved)),
        window_months: score.window.len(),
        floor: program.floor.value.shown(),
        title,
    };
    html(&page)
}

/// The track that is asked for, or the one that counts.
///
/// # Errors
///
/// A track that the area does not have.
pub fn track<'s>(visit: &Visit, rules: &AreaRules, score: &'s Score) -> Result<&'s TrackScore, Problem> {
    let Some(asked) = visit.value("track").map(Name::new) else { return Ok(score.chosen()) };
    let found = score.tracks.iter().find(|track| track.track.as_ref() == Some(&asked));
    let as_of = visit.asked_as_of()?;
    found.ok_or_else(|| {
        let known = rules.tracks.iter().filter_map(|track| track.track.as_ref()).map(|track| {
            let address = paths::designation(&score.global_partner_id, &score.area, Some(track), as_of);
            (track.to_string(), show::spoken(track.as_str()), address)
        });
        Problem::unknown("track", asked.as_str(), known.collect())
    })
}

/// The switch of tracks; none where the area has no tracks.
pub fn track_links(score: &Score, shown: &TrackScore, address: impl Fn(&Name) -> String) -> Vec<TrackLink> {
    let named = score.tracks.iter().filter_map(|track| Some((track, track.track.as_ref()?)));
    let links = named.map(|(track, name)| TrackLink {
        name: show::spoken(name.as_str()),
        points: show::points(&track.score),
        href: address(name),
        counts: track.chosen,
        is_current: track.track == shown.track,
    });
    links.collect()
}

fn metric_cards(score: &Score, track: &TrackScore, tree: &Node, floor: Floor, as_of: Option<Day>, hidden: &Hidden) -> Vec<MetricCard> {
    let card = |metric: &MetricScore| {
        let blocks = !floor.is_reached_by(&metric.points);
        let node = tree::metric(tree, metric.metric);
        MetricCard {
            name: metric.metric.shown(),
            href: paths::metric(&score.global_partner_id, &score.area, metric.metric, track.track.as_ref(), as_of),
            points: show::points(&metric.points),
            max: metric.max,
            bar: PointsBar::new(&metric.points, metric.max, blocks),
            blocks,
            value: show::quantity(&metric.value, metric.unit),
            arithmetic: node.map(|node| arithmetic(node, hidden)).unwrap_or_default(),
            parts: metric.parts.iter().map(|part| part_line(part, node, metric.unit, hidden)).collect(),
            notes: metric.notes.iter().map(|note: &Note| show::capital(&note.sentence())).collect(),
        }
    };
    track.metrics.iter().map(card).collect()
}

/// The arithmetic of a metric and of its parts, as far as they have one.
fn arithmetic(node: &Node, hidden: &Hidden) -> Vec<Arithmetic> {
    let told = |part: String, node| Some(Arithmetic { part, text: hidden.arithmetic(node)?.to_owned() });
    let own = told(String::new(), node).into_iter();
    let parts = node.children.iter().filter(|child| child.kind == "part");
    let of_parts = parts.filter_map(|child| {
        let part = child.keys.iter().find(|(key, _)| *key == "part").map_or_else(String::new, |(_, part)| show::spoken(part));
        told(part, child)
    });
    let mut told: Vec<Arithmetic> = own.chain(of_parts).collect();
    told.dedup_by(|one, other| one.text == other.text);
    told
}

/// A part as a line; the explanation knows its unit where the metric adds points.
fn part_line(part: &domain::points::PartScore, node: Option<&Node>, unit: &'static str, hidden: &Hidden) -> PartLine {
    let is_own = |child: &&Node| child.keys.iter().any(|(key, value)| *key == "part" && *value == part.part.as_str());
    let unit = node.and_then(|node| node.children.iter().find(is_own)).map_or(unit, |child| child.unit);
    PartLine { name: show::spoken(part.part.as_str()), value: hidden.quantity(&part.value, unit), points: show::points(&part.points) }
}
