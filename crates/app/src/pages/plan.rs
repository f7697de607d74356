//! Plan: the cheapest way to a designation, what other values would give, and what moves the score most.

use askama::Template;
use axum::response::Response;
use domain::designations::Score;
use domain::fraction::Fraction;
use domain::names::Name;
use domain::plan::{Lever, Metric, Outlook, Step, Values};
use domain::rulebook::MetricName;

use crate::pages::charts::{Swing, Tornado};
use crate::pages::designation::{TrackLink, track, track_links};
use crate::pages::frame::{Frame, Here, named};
use crate::pages::grid::{Cell, Column, Grid, GridPart, Value};
use crate::pages::parts::AsOfForm;
use crate::pages::problem::{Problem, pieces};
use crate::pages::visit::{Visit, html};
use crate::pages::{paths, show};
use crate::planning::{self, Plan, Wishes};
use crate::views::hidden::Hidden;
use domain::rights::On;

#[derive(Template)]
#[template(path = "pages/plan.html")]
struct PlanPage {
    frame: Frame,
    partner: String,
    title: String,
    heading: String,
    as_of: AsOfForm,
    areas: Vec<AreaLink>,
    tracks: Vec<TrackLink>,
    said: String,
    path: GridPart,
    outcome: Option<String>,
    refused: Vec<Vec<(bool, String)>>,
    action: String,
    kept: Vec<(&'static str, String)>,
    fresh: String,
    metrics: Vec<MetricFields>,
    tornado: Tornado,
}

/// An area, to plan for.
struct AreaLink {
    name: String,
    points: String,
    href: String,
    is_current: bool,
}

/// A metric with what can be given for it.
struct MetricFields {
    name: &'static str,
    word: &'static str,
    effort: String,
    levers: Vec<LeverField>,
}

/// A value to try.
struct LeverField {
    id: String,
    place: String,
    label: String,
    value: String,
    hint: String,
}

/// Shows the plan for an area; without one, for the area that is closest to its line.
///
/// # Errors
///
/// A partner, an area, a track or a day that is none, or facts that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let scores = visit.scores()?;
    let own = visit.partner(&scores)?;
    let score = asked(visit, &own)?;
    let rules = &visit.rulebook().areas[&score.area];
    let shown = track(visit, rules, score)?;
    let read = visit.reading.outlooks(&score.global_partner_id, &score.area, score.as_of);
    let outlooks = read.map_err(|error| Problem::unread(&error))?;
    let (wishes, refused) = wishes(visit);
    let plan = Plan::of(score, &outlooks, shown.track.as_ref(), &wishes).expect("an area has the tracks of its scores");
    let as_of = visit.asked_as_of()?;
    let line = visit.rulebook().program.qualifying_points.value;
    let file = |what: &str| format!("{}-{}-{what}-{}", score.global_partner_id, score.area, score.as_of);
    let path = path_grid(visit, &plan).named(&file("plan"));
    let swings = swings(plan.outlook, &shown.score);
    let numbers = swing_grid(visit, &swings).named(&file("levers"));
    if let Some(file) = path.download().or_else(|| numbers.download()) {
        return file;
    }
    let tracks = track_links(score, shown, |track| paths::plan_of(&score.global_partner_id, &score.area, Some(track), as_of));
    let swings: Vec<Swing> = swings.into_iter().map(|(_, swing)| swing).collect();
    html(&PlanPage {
        frame: visit.frame(&format!("Plan, {}", named(&score.partner_name, &score.global_partner_id))).about(
            visit,
            &scores,
            &own,
            Here::Plan,
        ),
        partner: named(&score.partner_name, &score.global_partner_id),
        title: show::short_title(&rules.title).to_owned(),
        heading: show::capital(&plan.heading(line)),
        as_of: AsOfForm::of(visit)?,
        areas: own.iter().map(|other| area_link(visit, other, score)).collect(),
        tracks,
        said: said(&plan, line),
        path: path.part(),
        outcome: outcome(&plan, &wishes),
        refused,
        action: visit.path().to_owned(),
        kept: kept(visit, score),
        fresh: paths::plan_of(&score.global_partner_id, &score.area, shown.track.as_ref(), as_of),
        metrics: plan.outlook.metrics.iter().map(|metric| fields(visit, metric)).collect(),
        tornado: Tornado::new(&shown.score, &swings, numbers.part()),
    })
}

/// The area that is asked for, or the one that lacks least of those that do not qualify.
fn asked<'s>(visit: &Visit, own: &[&'s Score]) -> Result<&'s Score, Problem> {
    let Some(area) = visit.value("area").map(Name::new) else {
        let open = own.iter().filter(|score| !score.chosen().qualified);
        return Ok(open.max_by(|a, b| a.chosen().score.cmp(&b.chosen().score).then_with(|| b.area.cmp(&a.area))).unwrap_or(&own[0]));
    };
    own.iter().find(|score| score.area == area).copied().ok_or_else(|| {
        let known = own.iter().map(|score| {
            let rules = &visit.rulebook().areas[&score.area];
            (score.area.to_string(), rules.title.clone(), paths::plan_of(&score.global_partner_id, &score.area, None, None))
        });
        Problem::unknown("area", area.as_str(), known.collect())
    })
}

/// What the address asks for, and what of it cannot be used.
fn wishes(visit: &Visit) -> (Wishes, Vec<Vec<(bool, String)>>) {
    let (mut wishes, mut refused) = (Wishes::default(), Vec::new());
    for (key, value) in visit.values().into_iter().filter(|(_, value)| !value.trim().is_empty()) {
        let tried = match key.split_once('.') {
            Some(("with", place)) => wishes.clone().value(place, &value),
            Some(("effort", metric)) => wishes.clone().effort(metric, &value),
            _ => continue,
        };
        match tried {
            Ok(fitting) => wishes = fitting,
            Err(refusal) => {
                let cure = refusal.hints.first().map(|hint| format!(": {hint}")).unwrap_or_default();
                refused.push(pieces(&format!("{}{cure}.", show::capital(&refusal.message))));
            }
        }
    }
    (wishes, refused)
}

fn kept(visit: &Visit, score: &Score) -> Vec<(&'static str, String)> {
    let others = ["track", "as_of"].into_iter().filter_map(|key| Some((key, visit.value(key)?.to_owned())));
    [("area", score.area.to_string())].into_iter().chain(others).collect()
}

fn area_link(visit: &Visit, other: &Score, score: &Score) -> AreaLink {
    let rules = &visit.rulebook().areas[&other.area];
    AreaLink {
        name: show::short_title(&rules.title).to_owned(),
        points: show::points(&other.chosen().score),
        href: paths::plan_of(&other.global_partner_id, &other.area, None, visit.asked_as_of().ok().flatten()),
        is_current: other.area == score.area,
    }
}

fn said(plan: &Plan<'_>, line: i64) -> String {
    match &plan.path {
        None => format!(
            "Every metric must give something, and all together {line} points. What is marked `no`, or compares with months that are missing, cannot be moved."
        ),
        Some(path) if path.steps.is_empty() => {
            "The track has its points, and every metric gives its part. See below what it would lose with one step less.".to_owned()
        }
        Some(path) => format!(
            "Of all ways to {line} points with something in every metric, this one takes the least work: {}. What is won must also last: the score is that of one month.",
            planning::days(&path.effort)
        ),
    }
}

fn outcome(plan: &Plan<'_>, wishes: &Wishes) -> Option<String> {
    let known: Vec<(MetricName, Option<Name>)> =
        planning::levers(plan.outlook).map(|(metric, lever)| (metric, lever.part.clone())).collect();
    let values: Values =
        wishes.values.iter().filter(|(place, _)| known.contains(place)).map(|(place, value)| (place.clone(), value.clone())).collect();
    if values.is_empty() {
        return None;
    }
    let outcome = plan.outlook.with(&values);
    let verdict = if outcome.qualified { "and the track qualifies" } else { "and the track does not qualify" };
    let moved = outcome.points.iter().zip(&plan.track.metrics).filter(|((_, after), before)| *after != before.points);
    let moved: Vec<String> = moved
        .map(|((metric, after), before)| format!("{} {} → {}", metric.shown(), show::points(&before.points), show::points(after)))
        .collect();
    let moved = if moved.is_empty() { "No metric moves".to_owned() } else { moved.join(", ") };
    Some(format!("{} points instead of {}, {verdict}. {moved}.", show::points(&outcome.score), show::points(&plan.track.score)))
}

fn fields(visit: &Visit, metric: &Metric) -> MetricFields {
    let word = metric.name().as_str();
    let hidden = visit.hidden(&On::account(&Name::new(visit.param("partner"))));
    let given = |key: String| visit.value(&key).unwrap_or_default().to_owned();
    let made_up = planning::EFFORTS.iter().find(|(own, _)| *own == metric.name()).map_or_else(String::new, |(_, days)| days.to_string());
    let effort = given(format!("effort.{word}"));
    let lever = |lever: &Lever| {
        let place = planning::place(metric.name(), lever.part.as_ref());
        LeverField {
            id: place.replace('/', "-"),
            label: lever
                .part
                .as_ref()
                .map_or_else(|| show::capital(unit(lever)), |part| format!("{} ({})", show::spoken(part.as_str()), unit(lever))),
            value: given(format!("with.{place}")),
            hint: hint(lever, &hidden),
            place,
        }
    };
    MetricFields {
        name: metric.name().shown(),
        word,
        effort: if effort.is_empty() { made_up } else { effort },
        levers: metric.levers.iter().map(lever).collect(),
    }
}

fn unit(lever: &Lever) -> &'static str {
    match lever.unit {
        "percent" => "percentage points of growth",
        "users" => "active users",
        unit => unit,
    }
}

fn hint(lever: &Lever, hidden: &Hidden) -> String {
    let now = format!("Now {}.", hidden.quantity(&lever.value, lever.unit));
    let gates: Vec<String> = lever.gates.iter().map(planning::gate).collect();
    match (gates.is_empty(), lever.is_blind) {
        (_, true) => format!("{now} It gives nothing yet: months that it compares with are missing."),
        (false, _) => format!("{now} Nobody counts before: {}.", show::list(&gates)),
        _ => now,
    }
}

fn path_grid<'v>(visit: &'v Visit, plan: &Plan<'_>) -> Grid<'v> {
    let columns = vec![
        Column::text("metric", "Metric"),
        Column::text("plan_do", "Do"),
        Column::fraction("plan_from", "From"),
        Column::fraction("plan_to", "To"),
        Column::fraction("points_before", "Points now"),
        Column::fraction("points_after", "Points then"),
        Column::fraction("effort_days", "Days of work").total(),
    ];
    let row = |step: &Step| {
        vec![
            Cell::text(lever_name(step.metric, &step.lever)),
            Cell::text(planning::told(step)),
            Cell::fraction(&step.lever.value, step.lever.unit),
            Cell::fraction(&step.to, step.lever.unit),
            Cell::points(&step.points.0),
            Cell::points(&step.points.1),
            Cell { unit: "days", ..Cell::shown(step.effort.brief(), Value::Fraction(step.effort.clone())) },
        ]
    };
    let rows = plan.path.iter().flat_map(|path| &path.steps).map(row).collect();
    let empty = if plan.path.is_some() { "There is nothing to do." } else { "There is no way with what can be moved." };
    let hidden = visit.hidden(&On::account(&plan.score.global_partner_id));
    Grid::new(visit, "steps", columns, rows).prefixed("path_").empty(empty).masked(&hidden)
}

fn lever_name(metric: MetricName, lever: &Lever) -> String {
    let part = lever.part.as_ref().map(|part| format!(", {}", show::spoken(part.as_str())));
    format!("{}{}", metric.shown(), part.unwrap_or_default())
}

/// What each lever swings around the score, the widest first.
fn swings<'o>(outlook: &'o Outlook, score: &Fraction) -> Vec<(&'o Lever, Swing)> {
    let swing = |(metric, lever): (MetricName, &'o Lever)| {
        let with = |value: Fraction| outlook.with(&Values::from([((metric, lever.part.clone()), value)])).score;
        let (less, more) = (with(lever.before()).min(score.clone()), with(lever.after(lever.lacking() + 1)).max(score.clone()));
        (lever, Swing { label: lever_name(metric, lever), less, more })
    };
    let mut swings: Vec<(&Lever, Swing)> = planning::levers(outlook).map(swing).collect();
    swings.sort_by_key(|(_, swing)| std::cmp::Reverse(&swing.more - &swing.less));
    swings
}

fn swing_grid<'v>(visit: &'v Visit, swings: &[(&Lever, Swing)]) -> Grid<'v> {
    let columns = vec![
        Column::text("lever", "Lever"),
        Column::text("step", "One step"),
        Column::fraction("score_less", "Score with one less"),
        Column::fraction("score_more", "Score with one more"),
        Column::fraction("swing", "Between them"),
    ];
    let row = |(lever, swing): &(&Lever, Swing)| {
        vec![
            Cell::text(swing.label.clone()),
            Cell::text(planning::amount(lever.step(), lever.unit)),
            Cell::points(&swing.less),
            Cell::points(&swing.more),
            Cell::points(&(&swing.more - &swing.less)),
        ]
    };
    Grid::new(visit, "levers", columns, swings.iter().map(row).collect()).prefixed("lever_")
}
