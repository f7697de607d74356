//! The log: events with what was before and after, proofs, checkpoints, verifying now, and the whole log as a file.

/// One event.
mod event;

use std::io::Cursor;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use domain::names::Name;
use domain::rights::Act;
use domain::time::Day;
use store::log::Asked;

use crate::audit::{export, verify};
use crate::pages::acting::{Sent, form};
use crate::pages::frame::Frame;
use crate::pages::grid::{Cell, Column, Grid, GridPart, Value};
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::visit::{Visit, html, page};
use crate::pages::{show, story};

/// Who reads the log.
pub const READERS: Act = Act::LogRead;

/// How many events a page of the log looks at, the latest first.
const EVENTS_MAX: u32 = 2_000;

/// The pages of the log.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new()
        .route("/operator/audit", page(show))
        .route("/operator/audit/checkpoints", page(checkpoints))
        .route("/operator/audit/verify", form(verify_now))
        .route("/operator/audit/export", page(file))
        .route("/operator/audit/{sequence}", page(event::show))
}

#[derive(Template)]
#[template(path = "pages/audit.html")]
struct AuditPage {
    frame: Frame,
    heading: String,
    asked: Vec<(&'static str, &'static str, &'static str, String)>,
    is_asked: bool,
    earlier: Option<String>,
    grid: GridPart,
}

/// What the log is picked by: the name in the address, the label, the kind of field.
const PICKS: [(&str, &str, &str); 5] = [
    ("register", "Register", "text"),
    ("entry", "Entry", "text"),
    ("actor", "User", "text"),
    ("kind", "Kind, such as user-added", "text"),
    ("since", "Recorded since", "date"),
];

/// Shows the log, the latest events first.
///
/// # Errors
///
/// A visitor who may not read the log, a day that is none, or a log that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    visit.operator(&READERS)?;
    let home = visit.home()?;
    let since =
        visit.value("since").map(|text| text.parse::<Day>().map_err(|_| Problem::bad_day(text, visit.reading.today()))).transpose()?;
    let actor = visit.value("actor").map(|actor| Name::new(actor).to_string());
    let before = visit.value("before").and_then(|text| text.parse().ok()).unwrap_or_default();
    let asked = Asked {
        before,
        register: visit.value("register"),
        entry: visit.value("entry"),
        actor: actor.as_deref(),
        kind: visit.value("kind"),
        since: since.map(Day::start),
        most: EVENTS_MAX,
    };
    let events = home.picked(&asked).map_err(|error| Problem::unread(&error))?;
    let grid =
        story::grid(visit, &events).named("log").empty("No event is asked for so. Acts, imports and months that are closed make events.");
    if let Some(file) = grid.download() {
        return file;
    }
    let last = events.last().map_or(0, |event| event.sequence);
    let is_full = events.len() == EVENTS_MAX as usize && last > 1;
    let is_asked = PICKS.iter().any(|(key, _, _)| visit.value(key).is_some());
    let heading = match (events.len(), is_asked) {
        (0, _) => "No events".to_owned(),
        (some, true) => format!("{} as asked for", show::count(some, "event")),
        (some, false) if is_full => format!("The latest {} of the log", show::count(some, "event")),
        (some, false) => format!("{} in the log", show::count(some, "event")),
    };
    let earlier = is_full.then(|| {
        let mut values = visit.values();
        values.insert("before".to_owned(), last.to_string());
        let values: Vec<(&str, Option<String>)> = values.iter().map(|(key, value)| (key.as_str(), Some(value.clone()))).collect();
        crate::pages::paths::with_query("/operator/audit", &values)
    });
    let asked = PICKS.map(|(key, label, kind)| (key, label, kind, visit.value(key).unwrap_or_default().to_owned()));
    html(&AuditPage { frame: visit.frame("Audit"), heading, asked: asked.into(), is_asked, earlier, grid: grid.part() })
}

#[derive(Template)]
#[template(path = "pages/checkpoints.html")]
struct CheckpointsPage {
    frame: Frame,
    heading: String,
    key: String,
    verified: Vec<String>,
    altered: Option<String>,
    grid: GridPart,
}

/// Shows the checkpoints.
///
/// # Errors
///
/// A visitor who may not read the log, or checkpoints that cannot be read.
pub fn checkpoints(visit: &Visit) -> Result<Response, Problem> {
    checkpoints_with(visit, Vec::new(), None)
}

fn checkpoints_with(visit: &Visit, verified: Vec<String>, altered: Option<String>) -> Result<Response, Problem> {
    visit.operator(&READERS)?;
    let home = visit.home()?;
    let kept = home.checkpoints().map_err(|error| Problem::unread(&error))?;
    let columns = vec![
        Column::count("events", "Events"),
        Column::text("made_at", "Made").unbroken(),
        Column::text("root", "Root"),
        Column::text("key", "Signed by"),
        Column::text("note", "Note").file_only(),
    ];
    let row = |kept: &store::checkpoints::Checkpoint| {
        let at = kept.made_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        vec![
            Cell::new(Value::Count(i64::try_from(kept.sequence).unwrap_or(i64::MAX))),
            Cell::shown(show::instant(&at), Value::Text(at)),
            Cell::text(kept.note.lines().nth(2).unwrap_or_default()),
            Cell::text(kept.verifier_key.split('+').next().unwrap_or_default()),
            Cell::text(kept.note.clone()),
        ]
    };
    let grid = Grid::new(visit, "checkpoints", columns, kept.iter().map(row).collect()).sorted("-events").named("checkpoints");
    let grid = grid.empty("There is no checkpoint yet. Decisions, imports and every 64 events make one.");
    if let Some(file) = grid.download() {
        return file;
    }
    let heading = match (&altered, verified.is_empty(), kept.last()) {
        (Some(_), _, _) => "The log does not hold".to_owned(),
        (None, false, _) => "The log is whole and unaltered".to_owned(),
        (None, true, Some(last)) => format!(
            "{}, the last over {}",
            show::count(kept.len(), "checkpoint"),
            show::count(usize::try_from(last.sequence).unwrap_or(usize::MAX), "event")
        ),
        (None, true, None) => "No checkpoint yet".to_owned(),
    };
    let key = home.verifier_key().map_err(|error| Problem::unread(&error))?.to_string();
    html(&CheckpointsPage { frame: visit.frame("Checkpoints"), heading, key, verified, altered, grid: grid.part() })
}

/// Exports the log, verifies the export as an outsider would, and compares the registers with what the log adds up to.
///
/// # Errors
///
/// A visitor who may not read the log, or a log that cannot be read.
pub fn verify_now(visit: &Visit, _: &Sent) -> Result<Response, Problem> {
    visit.operator(&READERS)?;
    let home = visit.home()?;
    let unread = |error: anyhow::Error| Problem::unread(&error);
    let mut content = Vec::new();
    export::export(home, &mut content).map_err(unread)?;
    let verified = match verify::verify(Cursor::new(content), &[], &[]) {
        Ok(verified) => verified,
        Err(altered) => {
            return checkpoints_with(
                visit,
                Vec::new(),
                Some(format!("{altered}. Keep the log as evidence; a checkpoint that others hold tells which one is right.")),
            );
        }
    };
    let compared = home.compare(false).map_err(unread)?;
    let count = |number: u64, thing: &str| show::count(usize::try_from(number).unwrap_or(usize::MAX), thing);
    let mut told = vec![
        format!(
            "{}: every leaf hashed, none missing, out of order or earlier than the one before; what each says was before is what was.",
            count(verified.events, "event")
        ),
        format!("{}: each signed, and its root that of the events up to it.", count(verified.checkpoints, "checkpoint")),
        format!("Root {}.", verified.root),
        format!("Signed by {}.", verified.keys.join(", ")),
    ];
    if compared.differences.is_empty() {
        told.push(format!("Registers: {} just as the log adds them up.", count(compared.entries, "entry").replace("entrys", "entries")));
        return checkpoints_with(visit, told, None);
    }
    let lines: Vec<String> = compared.differences.iter().take(10).map(|one| format!("{} {}: {}", one.register, one.id, one.told)).collect();
    let altered = format!(
        "The log holds, but {} of the registers differ from it: {}. `counterfoil store rebuild` makes them what the log says.",
        compared.differences.len(),
        lines.join("; ")
    );
    checkpoints_with(visit, Vec::new(), Some(altered))
}

/// Gives the whole log as a file.
///
/// # Errors
///
/// As [`verify_now`].
pub fn file(visit: &Visit) -> Result<Response, Problem> {
    visit.operator(&READERS)?;
    let mut content = Vec::new();
    export::export(visit.home()?, &mut content).map_err(|error| Problem::unread(&error))?;
    let headers = [(header::CONTENT_TYPE, "application/jsonl"), (header::CONTENT_DISPOSITION, "attachment; filename=\"log.jsonl\"")];
    Ok((headers, content).into_response())
}
