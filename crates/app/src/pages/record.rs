//! Partners of record: what names the partner, what is new and names nobody, and requests to customers.

/// One request.
mod request;

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::facts::{Customer, Subscription};
use domain::names::Name;
use domain::of_record::request::{Request, RequestState, ask};
use domain::of_record::watch::{Watched, Why, watch};
use domain::of_record::{RecordOfPartner, is_over};
use domain::record::entry::{By, Entry as _};
use domain::sight::seen;

use crate::pages::acting::{Sent, form, see};
use crate::pages::fields::{ActForm, Field, Refused};
use crate::pages::frame::{Frame, Here};
use crate::pages::grid::{Cell, Column, Grid, GridPart, Value};
use crate::pages::partner_workspace::Workspace;
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::visit::{Visit, html, page};
use crate::pages::{paths, show};

#[derive(Template)]
#[template(path = "pages/record.html")]
struct RecordPage {
    frame: Frame,
    partner: String,
    heading: String,
    told: Option<&'static str>,
    ask: Option<ActForm>,
    watched: GridPart,
    requests: GridPart,
    held: GridPart,
}

/// The routes of these pages.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new()
        .route("/partners/{partner}/record", page(show).merge(form(take)))
        .route("/partners/{partner}/record/requests/{request}", page(request::show).merge(form(request::take)))
}

/// What the registers tell a partner about its partners of record.
struct Told {
    held: Vec<RecordOfPartner>,
    watched: Vec<Watched>,
    requests: Vec<Request>,
    subscriptions: BTreeMap<Name, Subscription>,
    customers: BTreeMap<Name, String>,
    over: Vec<Name>,
}

impl Told {
    fn of(visit: &Visit, workspace: &Workspace) -> Result<Self, Problem> {
        visit.read(|desk| {
            let own = &workspace.accounts;
            let mut held = seen::<RecordOfPartner>(desk, &By::default())?;
            held.retain(|entry| entry.partner_id.as_ref().is_some_and(|partner| own.contains(partner)));
            let mut requests = seen::<Request>(desk, &By::default())?;
            requests.retain(|request| own.contains(&request.partner_id));
            let rows = desk.list::<Subscription>(&By::default())?;
            let over = rows.iter().filter(|row| is_over(desk, row)).map(|row| row.subscription_id.clone()).collect();
            let customers = desk.list::<Customer>(&By::default())?.into_iter().map(|row| (row.tenant_id, row.name));
            Ok(Self {
                held,
                watched: watch(desk)?,
                requests,
                over,
                subscriptions: rows.into_iter().map(|row| (row.subscription_id.clone(), row)).collect(),
                customers: customers.collect(),
            })
        })
    }

    fn customer(&self, tenant: Option<&Name>) -> String {
        let Some(tenant) = tenant else { return String::new() };
        self.customers.get(tenant).filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| tenant.to_string())
    }
}

fn show(visit: &Visit) -> Result<Response, Problem> {
    render(visit, None, &visit.value("ask").unwrap_or_default().replace(' ', "\n"), visit.value("partner").unwrap_or_default())
}

/// Asks a customer.
fn take(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let workspace = Workspace::of(visit)?;
    let text = sent.text("subscriptions");
    let subscriptions: Vec<Name> = text.split([',', ';', '\n', '\r', ' ']).filter_map(Name::new_if_any).collect();
    let partner = Name::new(sent.text("partner_id"));
    match visit.tried(|desk| ask(desk, &partner, &subscriptions, &visit.origin))? {
        Ok(request) => {
            let place = workspace.at(&format!("record/requests/{}", paths::encoded(request.request_id.as_str())));
            Ok(see(&paths::with_query(&place, &[("done", Some("asked".to_owned()))])))
        }
        Err(refusal) => {
            let refused = Refused { act: "ask", text, refusal: &refusal };
            let page = render(visit, Some(&refused), text, partner.as_str())?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

fn render(visit: &Visit, refused: Option<&Refused<'_>>, text: &str, partner: &str) -> Result<Response, Problem> {
    let workspace = Workspace::of(visit)?;
    let told = Told::of(visit, &workspace)?;
    let file = |what: &str| format!("{}-{what}", workspace.id());
    let held =
        Grid::new(visit, "subscriptions", held_columns(), told.held.iter().map(|entry| held_row(&workspace, &told, entry)).collect());
    let held = held.prefixed("held_").named(&file("partner-of-record")).sorted("-since");
    let held = held.empty("No subscription names you. Ask a customer above; its Global admin decides.");
    let watched =
        Grid::new(visit, "subscriptions", watched_columns(), told.watched.iter().map(|row| watched_row(&workspace, &told, row)).collect());
    let watched = watched.prefixed("new_").named(&file("without-partner-of-record")).sorted("-starts");
    let watched = watched.empty("Every new or replaced subscription that you may see has a partner of record.");
    let requests =
        Grid::new(visit, "requests", request_columns(), told.requests.iter().map(|row| request_row(&workspace, &told, row)).collect());
    let requests = requests.prefixed("asked_").named(&file("requests")).sorted("-on").empty("Nobody was asked yet.");
    if let Some(file) = held.download().or_else(|| watched.download()).or_else(|| requests.download()) {
        return file;
    }
    let may = workspace.acts(&Workspace::CLAIMING);
    html(&RecordPage {
        frame: workspace.frame(visit, "Partner of record", Here::Record),
        partner: workspace.name(),
        heading: heading(told.held.len(), told.watched.len()),
        told: visit.value("done").filter(|done| *done == "withdrawn").map(|_| "The request is taken back."),
        ask: may.then(|| ask_form(&workspace, refused, text, partner)),
        watched: watched.part(),
        requests: requests.part(),
        held: held.part(),
    })
}

fn heading(held: usize, watched: usize) -> String {
    let names = if held == 1 { "names" } else { "name" };
    let told = format!("{} {names} you partner of record", show::count(held, "subscription"));
    match watched {
        0 => told,
        1 => format!("{told}; 1 new one names nobody"),
        some => format!("{told}; {some} new ones name nobody"),
    }
}

fn ask_form(workspace: &Workspace, refused: Option<&Refused<'_>>, text: &str, partner: &str) -> ActForm {
    let subscriptions = Field::long("subscriptions", "Subscriptions, all of one customer").value(text);
    let subscriptions = subscriptions.hint("IDs, one a line. They may be another partner's now: the customer decides.").required();
    let location = Field::one("partner_id", "Your location", workspace.location_choices()).value(partner);
    ActForm::of(
        &workspace.at("record"),
        "ask",
        (
            "Ask a customer",
            "Writes a message with a link to each subscription's page. Nothing is sent and nothing changes until the customer saves.",
            "Write the request",
        ),
        vec![subscriptions, location],
        refused,
    )
}

fn held_columns() -> Vec<Column> {
    vec![
        Column::text("on", "Subscription").unbroken(),
        Column::text("customer", "Customer"),
        Column::text("tenant_id", "Tenant").file_only(),
        Column::text("product", "Product").choice(),
        Column::text("partner_id", "Location").choice(),
        Column::day("since", "Partner of record since"),
        Column::text("state", "Subscription is").choice(),
    ]
}

fn held_row(workspace: &Workspace, told: &Told, entry: &RecordOfPartner) -> Vec<Cell> {
    let subscription = entry.subscription_id.as_ref().and_then(|id| told.subscriptions.get(id));
    let tenant = entry.tenant_id.as_ref();
    let customer = Cell::text(told.customer(tenant));
    let product = subscription.and_then(|row| row.product.as_ref()).or(entry.product.as_ref());
    let is_over = entry.subscription_id.as_ref().is_some_and(|id| told.over.contains(id));
    let status = subscription.and_then(|row| row.status.as_ref()).map(Name::to_string);
    vec![
        Cell::text(entry.subscription_id.as_ref().map_or_else(|| "the whole tenant".to_owned(), Name::to_string)),
        tenant.map_or_else(|| customer.clone(), |tenant| customer.clone().link(paths::customer(workspace.id(), tenant, None))),
        tenant.map_or_else(Cell::none, Cell::id),
        Cell::text(product.map(|product| show::spoken(product.as_str())).unwrap_or_default()),
        entry.partner_id.as_ref().map_or_else(Cell::none, Cell::id),
        Cell::day(entry.holders.open().map(|span| span.from)),
        Cell::text(if is_over { "over".to_owned() } else { status.unwrap_or_else(|| "active".to_owned()) }),
    ]
}

fn watched_columns() -> Vec<Column> {
    vec![
        Column::text("subscription_id", "Subscription").unbroken(),
        Column::text("ask", "Ask for it"),
        Column::text("customer", "Customer"),
        Column::text("tenant_id", "Tenant").file_only(),
        Column::text("product", "Product").choice(),
        Column::day("starts", "Since"),
        Column::text("why", "Why it is here").choice(),
        Column::text("replaces", "Replaces"),
        Column::text("former", "Former partner"),
    ]
}

fn watched_row(workspace: &Workspace, told: &Told, row: &Watched) -> Vec<Cell> {
    let why = match row.why {
        Why::New => "new",
        Why::Succeeded => "replaced another one",
    };
    let ask = paths::with_query(&workspace.at("record"), &[("ask", Some(row.subscription_id.to_string()))]);
    vec![
        Cell::id(&row.subscription_id),
        Cell::shown("Ask", Value::None).link(format!("{ask}#ask")),
        Cell::text(told.customer(Some(&row.tenant_id))),
        Cell::id(&row.tenant_id),
        Cell::text(row.product.as_ref().map(|product| show::spoken(product.as_str())).unwrap_or_default()),
        Cell::day(row.starts_on),
        Cell::text(why),
        row.predecessor_id.as_ref().map_or_else(Cell::none, Cell::id),
        row.former_partner_id.as_ref().map_or_else(Cell::none, Cell::id),
    ]
}

fn request_columns() -> Vec<Column> {
    vec![
        Column::text("request", "Request").unbroken(),
        Column::text("customer", "Customer"),
        Column::text("tenant_id", "Tenant").file_only(),
        Column::text("partner_id", "Location"),
        Column::day("on", "Asked on"),
        Column::text("done", "Done"),
        Column::text("state", "State").choice(),
        Column::text("replaces", "For the one that replaced"),
    ]
}

fn request_row(workspace: &Workspace, told: &Told, row: &Request) -> Vec<Cell> {
    let done = row.subscriptions.iter().filter(|asked| asked.done).count();
    let state = match row.state {
        RequestState::Open => "waits for the customer",
        RequestState::Done => "done",
        RequestState::Withdrawn => "taken back",
    };
    vec![
        Cell::id(&row.request_id).link(workspace.at(&format!("record/requests/{}", paths::encoded(&row.id())))),
        Cell::text(told.customer(Some(&row.tenant_id))),
        Cell::id(&row.tenant_id),
        Cell::id(&row.partner_id),
        Cell::day(Some(row.requested_on)),
        Cell::text(format!("{done} of {}", row.subscriptions.len())),
        Cell::text(state),
        row.carried_from.as_ref().map_or_else(Cell::none, Cell::id),
    ]
}
