//! A partner's people: who counts for which step, with which certificate, and what expires when.

/// Invitations, leavers, and who would be missed.
mod team;

use askama::Template;
use axum::response::Response;
use domain::designations::Score;
use domain::names::Name;
use domain::rights::{Act, On};
use domain::roster::{Held, Member, Roster, Rung, Step};
use domain::time::{Day, Interval};

use crate::pages::acting::Sent;
use crate::pages::customer::reason;
use crate::pages::fields::{ActForm, Refused};
use crate::pages::frame::{Frame, Here, named};
use crate::pages::grid::{Cell, Column, Grid, GridPart};
use crate::pages::parts::AsOfForm;
use crate::pages::people::team::Team;
use crate::pages::problem::Problem;
use crate::pages::visit::{Visit, html};
use crate::pages::{paths, show};

#[derive(Template)]
#[template(path = "pages/people.html")]
struct PeoplePage {
    frame: Frame,
    partner: String,
    heading: String,
    as_of: AsOfForm,
    steps: GridPart,
    ladder: GridPart,
    roster: GridPart,
    told: Option<&'static str>,
    factor: String,
    missed: GridPart,
    team: Option<GridPart>,
    forms: Vec<ActForm>,
}

pub use team::take;

/// Shows the people.
///
/// # Errors
///
/// A partner or a day that is none, or facts that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    page_with(visit, None, None)
}

/// Shows the people, with an act that was refused.
fn page_with(visit: &Visit, sent: Option<&Sent>, refused: Option<&Refused<'_>>) -> Result<Response, Problem> {
    let scores = visit.scores()?;
    let own = visit.partner(&scores)?;
    visit.must(Act::PersonsRead, &On::account(&own[0].global_partner_id), "see these people")?;
    let first = own[0];
    let roster = visit.reading.roster(&first.global_partner_id, first.as_of).map_err(|error| Problem::unread(&error))?;
    let file = |what: &str| format!("{}-{what}-{}", first.global_partner_id, first.as_of);
    let steps = roster.steps.iter().map(|step| step_row(visit, first, &roster, step)).collect::<Result<_, _>>()?;
    let steps = Grid::new(visit, "steps", step_columns(), steps).prefixed("steps_").named(&file("steps"));
    let steps = steps.empty("No metric of the designations counts people.");
    let ladder = roster.ladder.iter().map(|rung| rung_row(visit, &roster, rung)).collect();
    let ladder = Grid::new(visit, "days", rung_columns(), ladder).prefixed("ladder_").named(&file("expiry"));
    let ladder = ladder.empty("No certificate expires within twelve months.");
    let lines = roster.people.iter().flat_map(|member| member_rows(visit, &roster, member, first.as_of)).collect();
    let people = Grid::new(visit, "lines", roster_columns(), lines).prefixed("people_").named(&file("people"));
    let people =
        people.empty("Nobody has linked a learning profile to this partner. Import people and certificates, and they appear here.");
    let missed = team::missed(visit, &roster, &file("missed"));
    let team = Team::of(visit, &first.global_partner_id)?;
    let linked = team.as_ref().map(|team| team.grid(visit, &file("links")));
    let asked = steps.download().or_else(|| ladder.download()).or_else(|| people.download()).or_else(|| missed.download());
    if let Some(file) = asked.or_else(|| linked.as_ref()?.download()) {
        return file;
    }
    let place = paths::people(&first.global_partner_id, None);
    let partner = named(&first.partner_name, &first.global_partner_id);
    let page = PeoplePage {
        frame: visit.frame(&format!("People, {partner}")).about(visit, &scores, &own, Here::People),
        partner,
        heading: heading(&roster),
        as_of: AsOfForm::of(visit)?,
        steps: steps.part(),
        ladder: ladder.part(),
        roster: people.part(),
        told: team::told(visit),
        factor: team::bus_factor(&roster),
        missed: missed.part(),
        team: linked.map(|linked| linked.part()),
        forms: team.map(|team| team.forms(&place, sent, refused)).unwrap_or_default(),
    };
    html(&page)
}

/// How many there are, how many count, and what goes next.
#[must_use]
pub fn heading(roster: &Roster) -> String {
    let linked = roster.people.iter().filter(|member| member.failure.is_none()).count();
    let counted = roster.people.iter().filter(|member| member.certificates.iter().any(|held| !held.steps.is_empty())).count();
    let next = roster.ladder.iter().find(|rung| rung.at_risk() > domain::fraction::Fraction::zero());
    let people = format!("{} linked, {counted} counted in a step", show::counted(linked, "people"));
    match next {
        Some(rung) => format!("{people}; {} points go on {} unless certificates are renewed", show::points(&rung.at_risk()), rung.day),
        None => people,
    }
}

fn step_columns() -> Vec<Column> {
    vec![
        Column::text("step", "Step"),
        Column::text("designation", "Designation").choice(),
        Column::text("metric", "Metric"),
        Column::fraction("people", "People who count"),
        Column::count("needed", "Needed"),
        Column::text("state", "State").choice(),
        Column::fraction("points", "Points"),
        Column::text("who", "Who"),
    ]
}

fn step_row(visit: &Visit, score: &Score, roster: &Roster, step: &Step) -> Result<Vec<Cell>, Problem> {
    let place = paths::metric(&score.global_partner_id, &step.area, step.metric, None, visit.asked_as_of()?);
    let who: Vec<String> = step
        .people
        .iter()
        .filter(|(.., reason)| reason.is_none())
        .map(|(person, item, _)| format!("{}: {}", name_of(roster, person), code(item)))
        .collect();
    let spare = step.needed.map(|needed| step.value.clone() - domain::fraction::Fraction::whole(needed));
    let state = match spare {
        None => "scores",
        Some(spare) if spare.is_negative() => "not met",
        Some(spare) if spare.is_zero() => "met, nobody to spare",
        Some(_) => "met",
    };
    Ok(vec![
        Cell::text(show::capital(&step.label)).link(place),
        Cell::text(visit.area_title(&step.area)),
        Cell::text(step.metric.shown()),
        Cell::fraction(&step.value, "people"),
        step.needed.map_or_else(Cell::none, |needed| Cell::count(usize::try_from(needed).unwrap_or_default(), "people")),
        Cell::text(state),
        step.points.as_ref().map_or_else(Cell::none, Cell::points),
        Cell::lines(&who),
    ])
}

fn rung_columns() -> Vec<Column> {
    vec![
        Column::day("day", "From this day"),
        Column::text("expires", "Expires"),
        Column::text("changes", "What the metrics give then"),
        Column::fraction("points_at_risk", "Points at risk").total(),
    ]
}

fn rung_row(visit: &Visit, roster: &Roster, rung: &Rung) -> Vec<Cell> {
    let expires: Vec<String> = rung.expiring.iter().map(|(person, item)| format!("{}: {}", name_of(roster, person), code(item))).collect();
    let changes: Vec<String> = rung
        .changes
        .iter()
        .map(|(area, metric, before, after)| {
            let metric = metric.shown().to_lowercase();
            format!("{}, {metric}: {} → {}", visit.area_title(area), show::points(before), show::points(after))
        })
        .collect();
    let changes = if changes.is_empty() { Cell::text("no metric changes") } else { Cell::lines(&changes) };
    vec![Cell::day(Some(rung.day)), Cell::lines(&expires), changes, Cell::points(&rung.at_risk())]
}

fn roster_columns() -> Vec<Column> {
    vec![
        Column::text("name", "Person"),
        Column::text("person_id", "Person ID").file_only(),
        Column::text("links", "Linked"),
        Column::text("certification", "Certificate").choice(),
        Column::day("earned_on", "Earned"),
        Column::day("expires_on", "Expires"),
        Column::text("counts", "Counts").choice(),
        Column::text("steps", "For the steps"),
        Column::text("reason", "Why not, and what would cure it").choice(),
    ]
}

/// A line for each certificate of a person; one without certificates has a line as well.
fn member_rows(visit: &Visit, roster: &Roster, member: &Member, as_of: Day) -> Vec<Vec<Cell>> {
    let links: Vec<String> = member.links.iter().map(|(partner_id, days)| format!("{partner_id} {}", in_words(*days))).collect();
    let head = || vec![Cell::text(member.name.clone()), Cell::id(&member.person), Cell::lines(&links)];
    if member.certificates.is_empty() {
        let mut row = head();
        row.extend([Cell::none(), Cell::none(), Cell::none(), Cell::text("no"), Cell::none()]);
        row.push(if member.failure.is_some() { reason(member.failure) } else { Cell::text("no certificate on record") });
        return vec![row];
    }
    let line = |held: &Held| {
        let mut row = head();
        let steps: Vec<String> = held.steps.iter().map(|at| step_name(visit, &roster.steps[*at])).collect();
        let ends = if held.valid.to == Day::NEVER { None } else { Some(held.valid.to) };
        let soon = ends.is_some_and(|ends| ends > as_of && ends <= as_of.plus_months(3));
        let certificate = Cell::code(code(&held.certification));
        row.extend([
            held.title.as_ref().map_or_else(|| certificate.clone(), |title| certificate.clone().note(title.clone())),
            Cell::day(Some(held.valid.from)),
            if soon { Cell::day(ends).note("soon") } else { Cell::day(ends) },
            Cell::text(if held.steps.is_empty() { "no" } else { "yes" }),
            Cell::lines(&steps),
            if held.steps.is_empty() { reason(member.failure.or(held.failure)) } else { Cell::none() },
        ]);
        row
    };
    member.certificates.iter().map(line).collect()
}

fn step_name(visit: &Visit, step: &Step) -> String {
    let what = if step.needed.is_some() { "gate" } else { "scoring" };
    format!("{}, {}: {what}", visit.area_title(&step.area), step.metric.shown().to_lowercase())
}

/// A certification as people write it.
fn code(certification: &Name) -> String {
    certification.as_str().to_uppercase()
}

fn name_of<'r>(roster: &'r Roster, person: &'r Name) -> &'r str {
    roster.people.iter().find(|member| member.person == *person).map_or(person.as_str(), |member| &member.name)
}

fn in_words(days: Interval) -> String {
    if days.to == Day::NEVER { format!("from {}", days.from) } else { format!("from {} until before {}", days.from, days.to) }
}
