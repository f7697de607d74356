//! Resale: who sells which subscription, what moved, and enrolments in the models of resale.

/// One enrolment.
mod enrolment;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::Response;
use domain::chains::{Chain, Sale};
use domain::enrolment::{Enrolment, enrolment_id};
use domain::facts::Customer;
use domain::names::Name;
use domain::record::entry::By;
use domain::record::spans::Span;
use domain::sight::seen;
use domain::words::Tier;

use crate::pages::acting::form;
use crate::pages::frame::{Frame, Here};
use crate::pages::grid::{Cell, Column, Grid, GridPart};
use crate::pages::partner_workspace::Workspace;
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::visit::{Visit, html, page};
use crate::pages::{paths, show};

#[derive(Template)]
#[template(path = "pages/resale.html")]
struct ResalePage {
    frame: Frame,
    partner: String,
    heading: String,
    models: Vec<Model>,
    chains: GridPart,
    moves: GridPart,
}

/// A model of resale, and how the partner stands in it.
struct Model {
    title: String,
    href: String,
    state: String,
}

/// The routes of these pages.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new()
        .route("/partners/{partner}/resale", page(show))
        .route("/partners/{partner}/resale/{model}", page(enrolment::show).merge(form(enrolment::take)))
}

fn show(visit: &Visit) -> Result<Response, Problem> {
    let workspace = Workspace::of(visit)?;
    let (own, chains, enrolments, customers) = visit.read(|desk| {
        let own: BTreeSet<Name> = workspace.accounts.iter().cloned().collect();
        let customers = desk.list::<Customer>(&By::default())?.into_iter().map(|row| (row.tenant_id, row.name));
        let mut chains = seen::<Chain>(desk, &By::default())?;
        chains.retain(|chain| chain.last_sellers().into_iter().any(|seller| own.contains(seller)));
        let models = [Tier::DirectBill, Tier::IndirectProvider, Tier::IndirectReseller];
        let found = models.map(|model| desk.find::<Enrolment>(&enrolment_id(workspace.id(), model)));
        let mut enrolments = Vec::new();
        for (model, found) in models.into_iter().zip(found) {
            enrolments.push((model, found?));
        }
        Ok((own, chains, enrolments, customers.collect::<BTreeMap<_, _>>()))
    })?;
    let told = Told { own, customers };
    let file = |what: &str| format!("{}-{what}", workspace.id());
    let rows = chains.iter().map(|chain| told.row(&workspace, chain)).collect();
    let grid = Grid::new(visit, "subscriptions", columns(), rows).prefixed("sold_").named(&file("resale")).sorted("-since");
    let grid = grid.empty("You sell no subscription. The operator records sales; whoever sells is enrolled first.");
    let rows = chains.iter().flat_map(|chain| told.moves(chain)).collect();
    let moves = Grid::new(visit, "sales", move_columns(), rows).prefixed("moves_").named(&file("sales")).sorted("-from");
    let moves = moves.empty("Nothing was sold yet.");
    if let Some(file) = grid.download().or_else(|| moves.download()) {
        return file;
    }
    let rules = &visit.rulebook().associations.csp.models;
    let model = |(model, enrolment): &(Tier, Option<Enrolment>)| Model {
        title: rules.get(model).map_or_else(|| show::spoken(model.as_str()), |rules| rules.title.clone()),
        href: workspace.at(&format!("resale/{model}")),
        state: enrolment.as_ref().map_or_else(|| "not enrolled".to_owned(), enrolment::state),
    };
    let sold = chains.iter().filter(|chain| chain.sales.open().is_some()).count();
    html(&ResalePage {
        frame: workspace.frame(visit, "Resale", Here::Resale),
        partner: workspace.name(),
        heading: if sold == 0 { "You sell no subscription".to_owned() } else { format!("You sell {}", show::count(sold, "subscription")) },
        models: enrolments.iter().map(model).collect(),
        chains: grid.part(),
        moves: moves.part(),
    })
}

/// Whose locations are the partner's, and what customers are called.
struct Told {
    own: BTreeSet<Name>,
    customers: BTreeMap<Name, String>,
}

impl Told {
    fn customer(&self, tenant: Option<&Name>) -> String {
        let Some(tenant) = tenant else { return String::new() };
        self.customers.get(tenant).filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| tenant.to_string())
    }

    /// The places that the partner has in a sale.
    fn places(&self, sale: &Sale) -> Vec<String> {
        let own = sale.sellers.iter().filter(|seller| self.own.contains(&seller.partner_id));
        own.map(|seller| seller.tier.as_str().replace('-', " ")).collect()
    }

    fn row(&self, workspace: &Workspace, chain: &Chain) -> Vec<Cell> {
        let open = chain.sales.open();
        let tenant = chain.tenant_id.as_ref();
        let customer = Cell::text(self.customer(tenant));
        vec![
            Cell::id(&chain.subscription_id),
            tenant.map_or_else(|| customer.clone(), |tenant| customer.clone().link(paths::customer(workspace.id(), tenant, None))),
            tenant.map_or_else(Cell::none, Cell::id),
            Cell::lines(&open.map(|span| sellers(&span.held)).unwrap_or_default()),
            Cell::lines(&open.map(|span| self.places(&span.held)).unwrap_or_default()),
            Cell::day(open.map(|span| span.from)),
            Cell::text(if open.is_some() { "sold" } else { "not sold any more" }),
        ]
    }

    /// A row for each sale of a subscription.
    fn moves(&self, chain: &Chain) -> Vec<Vec<Cell>> {
        let all = chain.sales.all();
        let row = |(at, span): (usize, &Span<Sale>)| {
            let what = match (at, self.places(&span.held).is_empty()) {
                (0, _) => "sold",
                (_, false) => "moved here",
                (_, true) => "moved away",
            };
            vec![
                Cell::id(&chain.subscription_id),
                Cell::text(self.customer(chain.tenant_id.as_ref())),
                Cell::text(what),
                Cell::lines(&sellers(&span.held)),
                Cell::day(Some(span.from)),
                Cell::day(span.to),
            ]
        };
        all.iter().enumerate().map(row).collect()
    }
}

fn sellers(sale: &Sale) -> Vec<String> {
    sale.sellers.iter().map(|seller| format!("{} ({})", seller.partner_id, seller.tier.as_str().replace('-', " "))).collect()
}

fn columns() -> Vec<Column> {
    vec![
        Column::text("subscription_id", "Subscription").unbroken(),
        Column::text("customer", "Customer"),
        Column::text("tenant_id", "Tenant").file_only(),
        Column::text("chain", "Sold by, first to last"),
        Column::text("place", "Your place").choice(),
        Column::day("since", "Since"),
        Column::text("state", "State").choice(),
    ]
}

fn move_columns() -> Vec<Column> {
    vec![
        Column::text("subscription_id", "Subscription").unbroken(),
        Column::text("customer", "Customer"),
        Column::text("what", "What").choice(),
        Column::text("chain", "Sold by, first to last"),
        Column::day("from", "From"),
        Column::day("to", "Until before"),
    ]
}
