//! Registers: partners, customers and all that is kept of them, each entry with its history and the acts of program managers.

/// What program managers do to an entry.
mod acts;

/// One entry.
mod entry;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::Response;
use domain::accounts::resolve::{Resolved, resolve};
use domain::names::Name;
use domain::record::entry::{By, Fields};
use domain::rights::{Act, On, allows};
use serde_json::Value as Json;

use crate::pages::acting::form;
use crate::pages::frame::Frame;
use crate::pages::grid::{Cell, Column, Grid, GridPart, Value};
use crate::pages::problem::{Problem, pieces};
use crate::pages::reading::Reading;
use crate::pages::story;
use crate::pages::visit::{Visit, html, page};
use crate::pages::workspace::OPERATOR_ROLES;
use crate::pages::{paths, show};

/// The pages of registers.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new()
        .route("/operator/registers", page(index))
        .route("/operator/registers/{register}", page(list))
        .route("/operator/registers/{register}/new", page(acts::ask_new).merge(form(acts::add)))
        .route("/operator/registers/{register}/{id}", page(entry::show))
        .route("/operator/registers/{register}/{id}/{act}", page(acts::ask).merge(form(acts::take)))
}

/// A register as its page shows it.
pub struct Register {
    /// Its name in addresses.
    pub key: &'static str,
    /// Its name in the log.
    pub register: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What it holds.
    pub about: &'static str,
    /// Fields that a list shows.
    fields: &'static [&'static str],
    /// Fields that a list is picked by.
    choices: &'static [&'static str],
    /// What adds an entry; nothing when entries come by other ways.
    pub new: Option<&'static str>,
}

/// Every register that has a page.
pub const REGISTERS: [Register; 9] = [
    Register {
        key: "partners",
        register: "partner",
        title: "Partners",
        about: "Global accounts and their locations.",
        fields: &["partner_id", "name", "kind", "global_partner_id", "country", "active"],
        choices: &["kind", "country", "active"],
        new: Some("Add a partner"),
    },
    Register {
        key: "customers",
        register: "customer",
        title: "Customers",
        about: "Tenants with their domains, cloud and segment.",
        fields: &["tenant_id", "name", "domains", "country", "cloud", "segment"],
        choices: &["country", "cloud", "segment"],
        new: Some("Add a customer"),
    },
    Register {
        key: "subscriptions",
        register: "subscription",
        title: "Subscriptions",
        about: "What customers have bought, and under which agreement.",
        fields: &["subscription_id", "tenant_id", "product", "agreement", "status", "starts_on", "ends_on", "predecessor_id"],
        choices: &["product", "agreement", "status"],
        new: Some("Add a subscription"),
    },
    Register {
        key: "principals",
        register: "principal",
        title: "Principals",
        about: "Users, guests, service principals, groups and delegated identities in tenants.",
        fields: &["principal_id", "tenant_id", "name", "kind", "deleted_on"],
        choices: &["kind"],
        new: None,
    },
    Register {
        key: "people",
        register: "profile-link",
        title: "People",
        about: "Certified people, and the location that their learning profile is linked to.",
        fields: &["person_id", "name", "partner_id"],
        choices: &[],
        new: None,
    },
    Register {
        key: "enrolments",
        register: "csp-enrolment",
        title: "Enrolments",
        about: "Partners who enrol for resale; program managers decide.",
        fields: &["partner_id", "model", "state", "location_id", "credit_approved_on", "verified_on", "agreed_on"],
        choices: &["model", "state"],
        new: None,
    },
    Register {
        key: "links",
        register: "link",
        title: "Admin links",
        about: "Identities in tenants that are tied to a location.",
        fields: &["principal_id", "tenant_id", "partner_id", "state", "version"],
        choices: &["state"],
        new: None,
    },
    Register {
        key: "chains",
        register: "chain",
        title: "Resale chains",
        about: "Who sells which subscription.",
        fields: &["subscription_id", "tenant_id", "partner_id"],
        choices: &[],
        new: None,
    },
    Register {
        key: "users",
        register: "user",
        title: "Users",
        about: "Who may act, for whom, in which roles.",
        fields: &["user_id", "name", "organisation", "roles", "location", "active"],
        choices: &["organisation", "active"],
        new: Some("Add a user"),
    },
];

impl Register {
    /// The register of the path.
    ///
    /// # Errors
    ///
    /// A register that has no page.
    pub fn of(visit: &Visit) -> Result<&'static Self, Problem> {
        REGISTERS.iter().find(|register| register.key == visit.param("register")).ok_or_else(|| Problem::nowhere(visit.path()))
    }

    /// Where its list is.
    #[must_use]
    pub fn href(&self) -> String {
        format!("/operator/registers/{}", self.key)
    }

    /// Where an entry is.
    #[must_use]
    pub fn entry_href(&self, id: &str) -> String {
        format!("{}/{}", self.href(), paths::encoded(id))
    }
}

#[derive(Template)]
#[template(path = "pages/registers.html")]
struct IndexPage {
    frame: Frame,
    given: String,
    resolved: Option<Found>,
    registers: Vec<(String, &'static str, &'static str)>,
}

/// What an ID turned out to be.
struct Found {
    use_id: Option<String>,
    why: Vec<(bool, String)>,
    choices: Vec<(String, String)>,
}

/// Shows the registers, and what an ID stands for.
///
/// # Errors
///
/// A visitor who does not act for the operator.
fn index(visit: &Visit) -> Result<Response, Problem> {
    visit.operator(&OPERATOR_ROLES)?;
    let given = visit.value("id").unwrap_or_default().to_owned();
    let resolved = if given.is_empty() { None } else { Some(visit.read(|desk| resolve(desk, &given))?) };
    let registers = REGISTERS.iter().map(|register| (register.href(), register.title, register.about)).collect();
    html(&IndexPage { frame: visit.frame("Registers"), given, resolved: resolved.as_ref().map(found), registers })
}

fn found(resolved: &Resolved) -> Found {
    let choice = |choice: &domain::accounts::resolve::Choice| {
        let country = choice.country.as_ref().map(|country| format!(", {country}")).unwrap_or_default();
        (
            format!("/operator/registers/partners/{}", paths::encoded(choice.partner_id.as_str())),
            format!("{} ({}{country})", choice.partner_id, choice.name),
        )
    };
    Found {
        use_id: resolved.partner_id.as_ref().map(Name::to_string),
        why: pieces(&show::capital(&resolved.why)),
        choices: resolved.choices.iter().map(choice).collect(),
    }
}

#[derive(Template)]
#[template(path = "pages/register.html")]
struct ListPage {
    frame: Frame,
    heading: String,
    about: &'static str,
    told: Option<String>,
    new: Option<(&'static str, String)>,
    grid: GridPart,
}

/// Shows a register.
///
/// # Errors
///
/// A visitor who does not act for the operator, or a register that cannot be read.
fn list(visit: &Visit) -> Result<Response, Problem> {
    let actor = visit.operator(&OPERATOR_ROLES)?;
    let register = Register::of(visit)?;
    let entries = visit.home()?.entries(register.register, &By::default(), "").map_err(|error| Problem::unread(&error))?;
    let columns = register.fields.iter().map(|field| {
        let column = Column::text(field, &label(field));
        if register.choices.contains(field) { column.choice() } else { column }
    });
    let rows = entries.iter().map(|(id, _, fields)| row(register, id, fields)).collect();
    let grid = Grid::new(visit, "entries", columns.collect(), rows).named(register.key);
    let grid = grid.empty("There is none yet. Imports bring them, and acts.");
    if let Some(file) = grid.download() {
        return file;
    }
    let is_manager = allows(&actor, Act::RegisterKeep, &On::program());
    html(&ListPage {
        frame: visit.frame(register.title),
        heading: format!("{}: {}", register.title, grid.total()),
        about: register.about,
        told: visit.told(&acts::TOLD),
        new: register.new.filter(|_| is_manager).map(|label| (label, format!("{}/new", register.href()))),
        grid: grid.part(),
    })
}

fn row(register: &Register, id: &str, fields: &Fields) -> Vec<Cell> {
    let cell = |(at, field): (usize, &&'static str)| {
        let text = shown(field, fields.get(*field));
        let value = if text.is_empty() {
            Value::None
        } else if field.ends_with("_id") {
            Value::Id(Name::new(&text))
        } else {
            Value::Text(text.clone())
        };
        let cell = Cell::shown(text, value);
        if at == 0 { cell.link(register.entry_href(id)) } else { cell }
    };
    register.fields.iter().enumerate().map(cell).collect()
}

/// A field's name as people read it: `global_partner_id` → `Global partner ID`.
pub fn label(field: &str) -> String {
    let words = field.replace('_', " ");
    show::capital(&words.strip_suffix(" id").map_or_else(|| words.clone(), |words| format!("{words} ID")))
}

/// A field of an entry as lists and pages show it.
pub fn shown(field: &str, value: Option<&Json>) -> String {
    match value {
        Some(Json::Bool(flag)) => if *flag { "yes" } else { "no" }.to_owned(),
        Some(Json::Array(all)) if all.iter().all(Json::is_string) => all.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(", "),
        Some(Json::Object(of)) if field == "organisation" => {
            of.iter().map(|(kind, id)| format!("{kind} {}", id.as_str().unwrap_or_default())).collect::<Vec<_>>().join(", ")
        }
        value => story::value_of(field, value),
    }
}
