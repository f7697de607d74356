//! The story of an entry: every event about it, for the operator.

use domain::record::event::Event;
use serde_json::Value as Json;

use crate::pages::audit::READERS;
use crate::pages::grid::{Cell, Column, Grid, Piece, Value};
use crate::pages::problem::Problem;
use crate::pages::visit::Visit;
use crate::pages::{named, paths, show, told};

/// The longest value of a field that a list shows, in characters.
const SHOWN_MAX: usize = 60;

/// How many changed fields a list shows of an event; its own page has all.
const LINES_MAX: usize = 4;

/// Every event about entries, the latest first.
///
/// # Errors
///
/// A log that cannot be read.
pub fn events_of(visit: &Visit, entries: &[(&'static str, String)]) -> Result<Vec<Event>, Problem> {
    let home = visit.home()?;
    let mut events = Vec::new();
    for (register, id) in entries {
        events.extend(home.events_of(register, id).map_err(|error| Problem::unread(&error))?);
    }
    events.sort_by_key(|event| std::cmp::Reverse(event.sequence));
    Ok(events)
}

/// Events as a grid.
#[must_use]
pub fn grid<'v>(visit: &'v Visit, events: &[Event]) -> Grid<'v> {
    let columns = vec![
        Column::text("event", "Event").unbroken(),
        Column::text("recorded_at", "When").unbroken(),
        Column::text("what", "What").choice(),
        Column::text("about", "About"),
        Column::text("by", "By").choice(),
        Column::text("of", "For").choice(),
        Column::day("effective_on", "Holds from"),
        Column::text("reason", "Why"),
        Column::text("changes", "What changed"),
    ];
    // the page of an event is the log's, which not everybody reads
    let reads_log = visit.operator(&READERS).is_ok();
    let rows = events.iter().map(|event| row(event, reads_log)).collect();
    Grid::new(visit, "events", columns, rows).prefixed("events_").empty("Nobody has changed it here: this is what imports tell.")
}

fn row(event: &Event, reads_log: bool) -> Vec<Cell> {
    let what = &event.what;
    let at = event.recorded_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let number = i64::try_from(event.sequence).unwrap_or(i64::MAX);
    let changes: Vec<String> = what
        .changes
        .iter()
        .map(|(field, change)| {
            let (before, after) = (shown(field, change.before.as_ref()), shown(field, change.after.as_ref()));
            match (&change.before, &change.after) {
                (None, _) => format!("{field}: {after}"),
                (_, None) => format!("{field}: {before} → nothing"),
                _ => format!("{field}: {before} → {after}"),
            }
        })
        .collect();
    let place = Cell::shown(number.to_string(), Value::Count(number));
    vec![
        if reads_log { place.link(paths::operator_event(event.sequence)) } else { place },
        Cell::shown(show::instant(&at), Value::Text(at)),
        Cell::text(told::what(&what.kind)),
        Cell::text(format!("{} {}", what.register, what.id)),
        Cell::text(what.actor.as_str()),
        Cell::text(named::organisation(what.organisation.as_ref())),
        Cell::day(Some(what.effective_on)),
        what.reason.as_ref().map_or_else(Cell::none, |reason| Cell::text(reason.clone())),
        first_lines(&changes),
    ]
}

/// The first of the lines, and how many more there are; files have them all.
fn first_lines(lines: &[String]) -> Cell {
    let all = Cell::lines(lines);
    match lines.len().checked_sub(LINES_MAX + 1) {
        None => all,
        Some(more) => Cell { value: all.value, ..Cell::lines(&lines[..LINES_MAX]) }.with(Piece::Line(format!("and {} more", more + 1))),
    }
}

fn shown(field: &str, value: Option<&Json>) -> String {
    let text = value_of(field, value);
    if text.chars().count() > SHOWN_MAX { text.chars().take(SHOWN_MAX).chain(['…']).collect() } else { text }
}

/// A value of a field as people read it. Of votes only who cast them is shown: what they are for is told with the decision.
#[must_use]
pub fn value_of(field: &str, value: Option<&Json>) -> String {
    match value {
        None => String::new(),
        Some(Json::Array(votes)) if field == "votes" => {
            let by = votes.iter().filter_map(|vote| vote.get("by").and_then(Json::as_str));
            format!("cast by {}", by.collect::<Vec<_>>().join(", "))
        }
        Some(Json::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    }
}
