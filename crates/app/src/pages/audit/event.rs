//! One event: who, what, when, before and after; and the proof that it is in the log.

use askama::Template;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use domain::record::event::Event;

use super::READERS;
use crate::audit::proof;
use crate::pages::frame::Frame;
use crate::pages::problem::Problem;
use crate::pages::visit::{Visit, html};
use crate::pages::{named, paths, show, story, told};

#[derive(Template)]
#[template(path = "pages/event.html")]
struct EventPage {
    frame: Frame,
    heading: String,
    facts: Vec<(String, String)>,
    changes: Vec<(String, String, String)>,
    proven: String,
    steps: usize,
    at: String,
    before: Option<String>,
    after: Option<String>,
}

/// Shows the event.
///
/// # Errors
///
/// A visitor who may not read the log, or an event that is not there.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    visit.operator(&READERS)?;
    let home = visit.home()?;
    let unread = |error: anyhow::Error| Problem::unread(&error);
    let last = home.state().map_err(unread)?.1;
    let sequence = visit.param("sequence").parse::<u64>().ok().filter(|sequence| (1..=last).contains(sequence));
    let sequence = sequence.ok_or_else(|| Problem::nowhere(visit.path()))?;
    let event = home.events(sequence - 1, 1).map_err(unread)?.into_iter().next().ok_or_else(|| Problem::nowhere(visit.path()))?;
    let proof = proof::of_event(home, sequence).map_err(unread)?;
    if visit.value("proof").is_some() {
        let text = serde_json::to_string_pretty(&proof).map_err(|error| Problem::broken(&error.to_string()))?;
        let named = format!("attachment; filename=\"event-{sequence}.json\"");
        return Ok(([(header::CONTENT_TYPE, "application/json".to_owned()), (header::CONTENT_DISPOSITION, named)], text).into_response());
    }
    let shown = proof::show(&proof, &[home.verifier_key().map_err(unread)?], &[]);
    let proven = match &shown {
        Ok(shown) => format!(
            "It is in the log of {}: the hashes lead from it to the signed root {}.",
            show::count(usize::try_from(shown.events).unwrap_or(usize::MAX), "event"),
            shown.root
        ),
        Err(error) => format!("Its proof does not hold: {error}. Run `counterfoil audit verify` on an export."),
    };
    let what = &event.what;
    let changes = what.changes.iter().map(|(field, change)| {
        (field.clone(), story::value_of(field, change.before.as_ref()), story::value_of(field, change.after.as_ref()))
    });
    let at = paths::operator_event(sequence);
    html(&EventPage {
        frame: visit.frame(&format!("Event {sequence}")),
        heading: format!("Event {sequence}: {}", told::what(&what.kind)),
        facts: facts(&event),
        changes: changes.collect(),
        proven,
        steps: proof.path.len(),
        before: (sequence > 1).then(|| paths::operator_event(sequence - 1)),
        after: (sequence < last).then(|| paths::operator_event(sequence + 1)),
        at,
    })
}

fn facts(event: &Event) -> Vec<(String, String)> {
    let what = &event.what;
    let mut facts = vec![
        ("Kind", what.kind.clone()),
        ("About", format!("{} {}", what.register, what.id)),
        ("By", what.actor.to_string()),
        ("For", named::organisation(what.organisation.as_ref())),
        ("Recorded", event.recorded_at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()),
        ("Holds from", what.effective_on.to_string()),
    ];
    facts.extend(what.reason.clone().map(|reason| ("Why", reason)));
    facts.into_iter().filter(|(_, value)| !value.is_empty()).map(|(what, value)| (what.to_owned(), value)).collect()
}
