//! One entry of a register: its fields, its history, and what program managers may do to it.

use askama::Template;
use axum::response::Response;
use domain::names::Name;
use domain::rights::{Act, On, allows};

use super::acts::{self, TOLD};
use super::{Register, label, shown};
use crate::pages::frame::Frame;
use crate::pages::grid::GridPart;
use crate::pages::problem::Problem;
use crate::pages::story;
use crate::pages::visit::{Visit, html};
use crate::pages::workspace::OPERATOR_ROLES;

#[derive(Template)]
#[template(path = "pages/entry.html")]
struct EntryPage {
    frame: Frame,
    title: &'static str,
    href: String,
    heading: String,
    told: Option<String>,
    facts: Vec<(String, String)>,
    acts: Vec<(&'static str, String)>,
    story: GridPart,
}

/// Shows the entry.
///
/// # Errors
///
/// A visitor who does not act for the operator, or an entry that is not there.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let actor = visit.operator(&OPERATOR_ROLES)?;
    let register = Register::of(visit)?;
    let id = Name::new(visit.param("id")).to_string();
    let found = visit.home()?.entry(register.register, &id).map_err(|error| Problem::unread(&error))?;
    let (_, fields) = found.ok_or_else(|| Problem::nowhere(visit.path()))?;
    let events = story::events_of(visit, &[(register.register, id.clone())])?;
    let grid = story::grid(visit, &events);
    if let Some(file) = grid.download() {
        return file;
    }
    let name = fields.get("name").and_then(serde_json::Value::as_str).unwrap_or_default();
    let at = register.entry_href(&id);
    let is_manager = allows(&actor, Act::RegisterKeep, &On::program());
    let open = acts::of(register.register).iter().filter(|_| is_manager);
    html(&EntryPage {
        frame: visit.frame(&id),
        title: register.title,
        href: register.href(),
        heading: if name.is_empty() { id.clone() } else { format!("{name} ({id})") },
        told: visit.told(&TOLD),
        facts: fields.iter().map(|(field, value)| (label(field), shown(field, Some(value)))).collect(),
        acts: open.map(|(act, label)| (*label, format!("{at}/{act}"))).collect(),
        story: grid.part(),
    })
}
