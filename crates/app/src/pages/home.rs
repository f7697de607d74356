//! A partner's Home: a card for each designation.

use askama::Template;
use axum::response::Response;
use domain::designations::{Score, Status};
use domain::points::MetricScore;
use domain::rights::{Act, On};
use domain::rulebook::ProgramRules;
use domain::time::{Day, Month};

use crate::pages::answers::{self, Lack};
use crate::pages::charts::{Columns, PointsBar, ScoreBar, Spark};
use crate::pages::frame::{Frame, Here, named};
use crate::pages::parts::{AsOfForm, StatusMark};
use crate::pages::problem::Problem;
use crate::pages::visit::{Visit, html};
use crate::pages::{customers, influence, paths, people, show};

#[derive(Template)]
#[template(path = "pages/home.html")]
struct HomePage {
    frame: Frame,
    name: String,
    id: String,
    heading: String,
    as_of: AsOfForm,
    line: i64,
    cards: Vec<Card>,
    influence: Columns,
    /// What is told in place of the chart.
    hidden: Option<String>,
    customers: String,
    customers_href: String,
    people: String,
    people_href: String,
    month: Month,
}

/// A designation on Home.
struct Card {
    title: String,
    href: String,
    status: StatusMark,
    points: String,
    bar: ScoreBar,
    /// The track that counts, where the area has tracks.
    track: Option<String>,
    metrics: Vec<MetricLine>,
    missing: Vec<String>,
    window: Spark,
    window_from: String,
    window_to: String,
}

/// A metric on a card.
struct MetricLine {
    name: &'static str,
    href: String,
    points: String,
    max: i64,
    blocks: bool,
    is_incomplete: bool,
    bar: PointsBar,
}

/// Shows a partner's Home.
///
/// # Errors
///
/// A partner or a day that is none, or facts that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let scores = visit.scores()?;
    let own = visit.partner(&scores)?;
    let as_of = visit.asked_as_of()?;
    let rules = &visit.rulebook().program;
    let first = own[0];
    let name = named(&first.partner_name, &first.global_partner_id);
    let action = paths::home(&first.global_partner_id, None);
    let customers = visit.customers(first)?;
    let roster = visit.reading.roster(&first.global_partner_id, first.as_of).map_err(|error| Problem::unread(&error))?;
    let on = On::account(&first.global_partner_id);
    let hidden = visit.hidden(&on);
    let sees_customers = visit.may(Act::ExplanationRead, &on);
    let influence = influence::of_partner(if sees_customers { &customers } else { &[] }, first.month);
    let numbers = influence.grid(visit, &format!("{}-influenced-acr-{}", first.global_partner_id, first.as_of)).masked(&hidden);
    if let Some(file) = numbers.download() {
        return file;
    }
    let page = HomePage {
        frame: visit.frame(&name).about(visit, &scores, &own, Here::Home),
        heading: heading(visit, &own, rules),
        name,
        id: first.global_partner_id.to_string(),
        as_of: AsOfForm::new(action, first.as_of, visit.reading.today(), Vec::new()),
        line: rules.qualifying_points.value,
        cards: own.iter().map(|score| card(visit, score, as_of)).collect(),
        influence: influence.chart(&numbers),
        hidden: hidden.revenue.as_deref().map(show::capital),
        customers: if sees_customers { customers::heading(&customers, first, &hidden) } else { "Not for your role".to_owned() },
        customers_href: paths::customers(&first.global_partner_id, as_of),
        people: hidden.persons.as_deref().map_or_else(|| people::heading(&roster), show::capital),
        people_href: paths::people(&first.global_partner_id, as_of),
        month: first.month,
    };
    html(&page)
}

/// How many designations are qualified, and which one needs care: one that no longer qualifies, or the closest.
fn heading(visit: &Visit, own: &[&Score], rules: &ProgramRules) -> String {
    let qualified = own.iter().filter(|score| score.status != Status::InProgress).count();
    let counted = format!("{qualified} of {} qualified", show::count(own.len(), "designation"));
    let title_of = |score: &Score| {
        let rules = visit.rulebook().areas.get(&score.area);
        rules.map_or_else(|| score.area.to_string(), |rules| show::short_title(&rules.title).to_owned())
    };
    let open = |score: &&&Score| !score.chosen().qualified && !score.chosen().score.is_zero();
    // What is held and about to be lost comes first.
    if let Some(held) = own.iter().filter(open).find(|score| score.status != Status::InProgress) {
        let lack = Lack::of(held.chosen(), rules);
        return match &lack.points {
            Some(points) => format!("{counted}, but {} is {} points short now", title_of(held), show::points(points)),
            None => format!("{counted}, but {} is under the floor in {} now", title_of(held), show::list(&lack.blocking)),
        };
    }
    let open = own.iter().filter(open);
    // The first of those with the most points, so that a tie goes by the order of areas.
    let closest = open.reduce(|best, score| if score.chosen().score > best.chosen().score { score } else { best });
    let Some(closest) = closest else { return counted };
    let title = title_of(closest);
    let lack = Lack::of(closest.chosen(), rules);
    match (&lack.points, lack.blocking.as_slice()) {
        (Some(points), _) => format!("{counted}; {title} is closest, {} points short", show::points(points)),
        (None, blocking) => format!("{counted}; {title} has the points, but is under the floor in {}", show::list(blocking)),
    }
}

fn card(visit: &Visit, score: &Score, as_of: Option<Day>) -> Card {
    let rulebook = visit.rulebook();
    let (rules, track) = (&rulebook.program, score.chosen());
    let line = rules.qualifying_points.value;
    let title = rulebook.areas.get(&score.area).map_or(score.area.as_str(), |rules| show::short_title(&rules.title));
    let mut missing = Lack::of(track, rules).sentences(rules);
    missing.extend(answers::standing(score));
    let month = |row: Option<&domain::designations::WindowRow>| row.map_or_else(String::new, |row| row.month.to_string());
    Card {
        title: title.to_owned(),
        href: paths::designation(&score.global_partner_id, &score.area, None, as_of),
        status: StatusMark::new(score),
        points: show::points(&track.score),
        bar: ScoreBar::new(&track.score, line, track.qualified),
        track: track.track.as_ref().map(|track| show::spoken(track.as_str())),
        metrics: track.metrics.iter().map(|metric| metric_line(score, metric, rules, as_of)).collect(),
        missing,
        window: Spark::new(&score.window, line),
        window_from: month(score.window.first()),
        window_to: month(score.window.last()),
    }
}

fn metric_line(score: &Score, metric: &MetricScore, rules: &ProgramRules, as_of: Option<Day>) -> MetricLine {
    let blocks = !rules.floor.value.is_reached_by(&metric.points);
    let track = score.chosen().track.as_ref();
    MetricLine {
        name: metric.metric.shown(),
        href: paths::metric(&score.global_partner_id, &score.area, metric.metric, track, as_of),
        points: show::points(&metric.points),
        max: metric.max,
        blocks,
        is_incomplete: !metric.notes.is_empty(),
        bar: PointsBar::new(&metric.points, metric.max, blocks),
    }
}
