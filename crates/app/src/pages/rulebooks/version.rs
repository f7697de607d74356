//! One version of the rulebook: what it changes, whom it moves, and publishing it.

use std::slice;
use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use domain::impact::{Impact, Stand, impacts};
use domain::record::entry::Entry as _;
use domain::rights::{Act, On};
use domain::rulebook::Rulebook;
use domain::versions::{self, RulebookVersion, VersionState, short};

use crate::commands::rulebook::diff::{self, ChangeView};
use crate::commands::rulebook::preview::{moved_by, verdict};
use crate::pages::acting::Sent;
use crate::pages::ask::{Ask, Question, done_or_again};
use crate::pages::fields::Field;
use crate::pages::frame::Frame;
use crate::pages::grid::{Cell, Column, Grid, GridPart};
use crate::pages::parts::AsOfForm;
use crate::pages::problem::Problem;
use crate::pages::visit::{Visit, html};
use crate::pages::workspace::OPERATOR_ROLES;
use crate::pages::{paths, show};
use crate::rules;

#[derive(Template)]
#[template(path = "pages/rulebook.html")]
struct VersionPage {
    frame: Frame,
    heading: String,
    as_of: AsOfForm,
    lead: String,
    facts: Vec<(&'static str, String)>,
    verdict: String,
    moved: GridPart,
    changed: GridPart,
    forms: Vec<(&'static str, Ask)>,
}

/// Shows a version.
///
/// # Errors
///
/// A visitor who does not act for the operator, a version that is not there, or one that cannot be used any more.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    visit.operator(&OPERATOR_ROLES)?;
    let (version, rulebook) = read(visit)?;
    let as_of = visit.as_of()?;
    let before = visit.reading.scores(as_of).map_err(|error| Problem::unread(&error))?;
    let after = visit.reading.scores_by(&version.sha256, &rulebook, as_of).map_err(|error| Problem::unread(&error))?;
    let impacts = impacts(&before, &after);
    let name = format!("rulebook-{}", version.version);
    let moved = Grid::new(visit, "scores", moved_columns(), impacts.iter().map(|one| moved_row(visit, one)).collect::<Result<_, _>>()?);
    let moved = moved.prefixed("moved_").named(&format!("{name}-scores-{as_of}")).empty("No score moves.");
    let changes = diff::views(visit.rulebook(), &rulebook);
    let changed = Grid::new(visit, "values", changed_columns(), changes.iter().map(changed_row).collect()).prefixed("changed_");
    let changed = changed.named(&format!("{name}-changes")).empty("Nothing differs from the rulebook in force.");
    if let Some(file) = moved.download().or_else(|| changed.download()) {
        return file;
    }
    html(&VersionPage {
        frame: visit.frame(&format!("Rulebook {}", version.version)),
        heading: format!("Rulebook {}: {}", version.version, version.state),
        as_of: AsOfForm::of(visit)?,
        lead: lead(&version, changes.len()),
        facts: facts(&version),
        verdict: show::capital(&verdict(&impacts)),
        moved: moved.part(),
        changed: changed.part(),
        forms: forms(visit, &version)?,
    })
}

/// Asks whether to publish or withdraw the version, on a page of its own.
///
/// # Errors
///
/// As [`show()`].
pub fn question(visit: &Visit) -> Result<Response, Problem> {
    visit.operator(&Act::RulebookKeep)?;
    asked(visit)?.page(visit)
}

/// Publishes the version.
///
/// # Errors
///
/// A home that cannot be read or written.
pub fn publish(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    visit.operator(&Act::RulebookKeep)?;
    let (home, id) = (visit.home()?, visit.param("rulebook"));
    let done = visit.act("It was not published", |desk| home.publish_rulebook(desk, id, Some(sent.text("instead_of"))));
    done_or_again(visit, sent, done, |_| "/operator/rulebooks?done=publish".to_owned(), || asked(visit))
}

/// Withdraws the version.
///
/// # Errors
///
/// A home that cannot be read or written.
pub fn withdraw(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    visit.operator(&Act::RulebookKeep)?;
    let done = visit.act("It was not withdrawn", |desk| versions::withdraw(desk, visit.param("rulebook"), sent.given("reason")));
    done_or_again(visit, sent, done, |_| "/operator/rulebooks?done=withdraw".to_owned(), || asked(visit))
}

/// The version of the address, with its rules.
fn read(visit: &Visit) -> Result<(RulebookVersion, Arc<Rulebook>), Problem> {
    let (home, id) = (visit.home()?, visit.param("rulebook"));
    let version = visit.read(|desk| desk.get::<RulebookVersion>(id))?;
    let files = home.rulebook_files(&version.sha256).map_err(|error| Problem::unread(&error))?;
    let rulebook = Rulebook::parse(&files).map_err(|problems| Problem::unread(&rules::refusal(&problems).into()))?;
    Ok((version, Arc::new(rulebook)))
}

/// The question of the address, which ends with what is to be done.
fn asked(visit: &Visit) -> Result<Question, Problem> {
    let (version, _) = read(visit)?;
    let act = visit.path().rsplit('/').next().unwrap_or_default().to_owned();
    let at = paths::operator_rulebook(&version.sha256);
    let publishes = act == "publish";
    Ok(Question {
        heading: format!("{} rulebook {}?", if publishes { "Publish" } else { "Withdraw" }, version.version),
        crumbs: vec![("Rulebooks".to_owned(), "/operator/rulebooks".to_owned()), (version.version.clone(), at.clone())],
        said: vec![if publishes { "Every score of the home follows it from then on." } else { "It is not published any more." }.to_owned()],
        facts: facts(&version).into_iter().map(|(what, value)| (what.to_owned(), value)).collect(),
        ask: ask(visit, &version, publishes)?.or_back(&at),
    })
}

fn ask(visit: &Visit, version: &RulebookVersion, publishes: bool) -> Result<Ask, Problem> {
    let at = paths::operator_rulebook(&version.sha256);
    if !publishes {
        let reason = Field::line("reason", "Why").hint("For those who read the log later.");
        return Ok(Ask::new(&format!("{at}/withdraw"), "Withdraw it", vec![reason]).grave());
    }
    let standing = visit.read(|desk| versions::in_force(desk))?.map(|standing| standing.sha256).unwrap_or_default();
    Ok(Ask::new(&format!("{at}/publish"), "Publish it", vec![Field::hidden("instead_of", &standing)]))
}

/// The forms of whoever may use them, while it is proposed.
fn forms(visit: &Visit, version: &RulebookVersion) -> Result<Vec<(&'static str, Ask)>, Problem> {
    if version.state != VersionState::Proposed || !visit.may(Act::RulebookKeep, &On::program()) {
        return Ok(Vec::new());
    }
    let is_own = visit.actor()?.user == version.proposed_by && visit.home()?.has_users().map_err(|error| Problem::unread(&error))?;
    let publish = if is_own { None } else { Some(("Publish", ask(visit, version, true)?)) };
    Ok(publish.into_iter().chain([("Withdraw", ask(visit, version, false)?)]).collect())
}

fn lead(version: &RulebookVersion, differences: usize) -> String {
    let differs = format!("It differs from the rulebook in force in {}.", show::counted(differences, "places"));
    match version.state {
        VersionState::Proposed => format!("It waits for another program manager than {} to publish it. {differs}", version.proposed_by),
        VersionState::Published => "Every score of the home follows it.".to_owned(),
        VersionState::Replaced => format!("It was in force until another one was published. {differs}"),
        VersionState::Withdrawn => format!("It was taken back before it was published. {differs}"),
    }
}

fn facts(version: &RulebookVersion) -> Vec<(&'static str, String)> {
    let published = version.published_on.zip(version.published_by.as_ref()).map(|(on, by)| format!("{on} by {by}"));
    let told = [
        ("Title", Some(version.title.clone())),
        ("Proposed", Some(format!("{} by {}", version.proposed_on, version.proposed_by))),
        ("Note", version.note.clone()),
        ("Published", published),
        ("Hash", Some(short(&version.id()).to_owned())),
    ];
    told.into_iter().filter_map(|(what, value)| Some((what, value?))).collect()
}

fn moved_columns() -> Vec<Column> {
    vec![
        Column::text("effect", "Effect").choice(),
        Column::text("partner", "Partner"),
        Column::text("designation", "Designation").choice(),
        Column::fraction("score_before", "Points now"),
        Column::fraction("score_after", "Points then"),
        Column::text("status_before", "Status now").choice(),
        Column::text("status_after", "Status then").choice(),
        Column::text("moved_by", "Moved by"),
    ]
}

fn moved_row(visit: &Visit, impact: &Impact) -> Result<Vec<Cell>, Problem> {
    let (before, after) = (impact.before.as_ref(), impact.after.as_ref());
    let points = |stand: Option<&Stand>| stand.map_or_else(Cell::none, |stand| Cell::points(&stand.score));
    let status = |stand: Option<&Stand>| stand.map_or_else(Cell::none, |stand| Cell::text(stand.status.shown()));
    let href = paths::designation(&impact.global_partner_id, &impact.area, None, visit.asked_as_of()?);
    Ok(vec![
        Cell::text(impact.effect().shown()),
        Cell::text(format!("{} {}", impact.global_partner_id, impact.partner_name)).link(href),
        Cell::text(visit.area_title(&impact.area)),
        points(before),
        points(after),
        status(before),
        status(after),
        Cell::text(moved_by(impact)),
    ])
}

fn changed_columns() -> Vec<Column> {
    vec![
        Column::text("rulebook_file", "File").choice().unbroken(),
        Column::text("rule_place", "Place"),
        Column::text("became", "What").choice(),
        Column::text("value_before", "In force"),
        Column::text("value_after", "Here"),
    ]
}

fn changed_row(change: &ChangeView) -> Vec<Cell> {
    let text = |text: &Option<String>| text.as_ref().map_or_else(Cell::none, |text| Cell::lines(slice::from_ref(text)));
    vec![
        Cell::text(change.file.clone()),
        Cell::text(change.place.clone()),
        Cell::text(change.became.shown()),
        text(&change.before),
        text(&change.after),
    ]
}
