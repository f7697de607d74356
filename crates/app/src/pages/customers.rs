//! A partner's customers: what ties it to each, what it influences there, and where they count.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use domain::amount::Amount;
use domain::customers::Customer;
use domain::designations::Score;
use domain::rights::{Act, On};
use domain::time::{Day, Month};

use crate::pages::frame::{Frame, Here, named};
use crate::pages::given::{self, Given};
use crate::pages::grid::{Cell, Column, Grid, GridPart, Piece};
use crate::pages::parts::AsOfForm;
use crate::pages::problem::Problem;
use crate::pages::visit::{Visit, html};
use crate::pages::{paths, show};
use crate::views::hidden::Hidden;

/// What is said when a partner has no customer.
pub const NONE: &str =
    "No association of this partner names a customer yet. Import links, roles, partners of record, resale or claims, and they appear here.";

#[derive(Template)]
#[template(path = "pages/customers.html")]
struct CustomersPage {
    frame: Frame,
    partner: String,
    heading: String,
    as_of: AsOfForm,
    tabs: Tabs,
    month: Month,
    grid: GridPart,
}

/// The two ways to look at customers.
#[derive(Debug, Template)]
#[template(path = "parts/customer_tabs.html")]
pub struct Tabs {
    list: String,
    coverage: String,
    is_list: bool,
}

impl Tabs {
    /// The tabs of a partner.
    ///
    /// # Errors
    ///
    /// A day that is none.
    pub fn new(visit: &Visit, score: &Score, is_list: bool) -> Result<Self, Problem> {
        let (id, as_of) = (&score.global_partner_id, visit.asked_as_of()?);
        Ok(Self { list: paths::customers(id, as_of), coverage: paths::coverage(id, as_of), is_list })
    }
}

/// Shows the list.
///
/// # Errors
///
/// A partner or a day that is none, or facts that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let scores = visit.scores()?;
    let own = visit.partner(&scores)?;
    visit.must(Act::ExplanationRead, &On::account(&own[0].global_partner_id), "see these customers")?;
    let first = own[0];
    let customers = visit.customers(first)?;
    let hidden = visit.hidden(&On::account(&first.global_partner_id));
    let given = given::given(visit, &own)?;
    let none = Vec::new();
    let row = |customer: &Customer| row(visit, first, customer, given.get(customer.tenant.as_str()).unwrap_or(&none));
    let rows = customers.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    let name = format!("{}-customers-{}", first.global_partner_id, first.as_of);
    let grid =
        Grid::new(visit, "customers", columns(first.month), rows).sorted("-acr_twelve_months_usd").named(&name).empty(NONE).masked(&hidden);
    if let Some(file) = grid.download() {
        return file;
    }
    let partner = named(&first.partner_name, &first.global_partner_id);
    let page = CustomersPage {
        frame: visit.frame(&format!("Customers, {partner}")).about(visit, &scores, &own, Here::Customers),
        partner,
        heading: heading(&customers, first, &hidden),
        as_of: AsOfForm::of(visit)?,
        tabs: Tabs::new(visit, first, true)?,
        month: first.month,
        grid: grid.part(),
    };
    html(&page)
}

/// How many there are, how many are tied today, and what is influenced.
#[must_use]
pub fn heading(customers: &[Customer], score: &Score, hidden: &Hidden) -> String {
    let tied = customers.iter().filter(|customer| customer.held_on(score.as_of).iter().next().is_some()).count();
    let influenced: Amount = customers.iter().map(|customer| customer.influenced(score.month.minus(11), score.month)).sum();
    match customers.len() {
        0 => "No customer yet".to_owned(),
        all => format!(
            "{}, {tied} with an association today; {} influenced in twelve months",
            show::counted(all, "customers"),
            hidden.money(influenced)
        ),
    }
}

fn columns(month: Month) -> Vec<Column> {
    vec![
        Column::text("name", "Customer"),
        Column::text("tenant_id", "Tenant ID").file_only(),
        Column::text("cloud", "Cloud").choice(),
        Column::text("segment", "Segment").choice(),
        Column::text("associations", "Associations today").choice(),
        Column::amount("acr_month_usd", &format!("Influenced ACR {month}")).total(),
        Column::amount("acr_twelve_months_usd", &format!("Twelve months to {month}")).total(),
        Column::amount("active_users", &format!("Active users {month}")).total(),
        Column::text("counts_in", "Counts in, metrics").choice(),
    ]
}

fn row(visit: &Visit, score: &Score, customer: &Customer, given: &[Given]) -> Result<Vec<Cell>, Problem> {
    let month = score.month;
    let kinds: Vec<String> = customer.held_on(score.as_of).iter().map(|attach| attach.shown().to_owned()).collect();
    Ok(vec![
        Cell::text(customer.name.clone()).link(paths::customer(&score.global_partner_id, &customer.tenant, visit.asked_as_of()?)),
        Cell::id(&customer.tenant),
        Cell::text(customer.cloud.as_str()),
        Cell::text(customer.segment.as_ref().map(ToString::to_string).unwrap_or_default()),
        if kinds.is_empty() { none_today(customer, score.as_of) } else { Cell::lines(&kinds) },
        Cell::dollars(customer.influenced(month, month)),
        Cell::dollars(customer.influenced(month.minus(11), month)),
        Cell::number(customer.active_users(month), "users"),
        counts_in(visit, given),
    ])
}

/// What stands where no association gives credit today: whether there was one, or there is one that gives nothing.
fn none_today(customer: &Customer, as_of: Day) -> Cell {
    let recorded = customer.associations.iter().filter(|association| association.recorded.holds_on(as_of));
    let told = match recorded.filter_map(|association| association.failure).next() {
        Some(reason) => format!("none: {}", reason.code()),
        None if customer.associations.iter().any(|association| !association.credited.is_empty()) => "none: ended".to_owned(),
        None => "none".to_owned(),
    };
    Cell::text("none").tagged(vec!["none".to_owned()]).note(told.trim_start_matches("none").trim_start_matches(": ").to_owned())
}

/// The designations that the customer counts in, with how many metrics of each.
fn counts_in(visit: &Visit, given: &[Given]) -> Cell {
    let mut metrics: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for given in given.iter().filter(|given| given.counted && !given.adds.is_zero()) {
        let metrics = metrics.entry(given.area.as_str()).or_default();
        if !metrics.contains(&given.metric.shown()) {
            metrics.push(given.metric.shown());
        }
    }
    let title = |area: &str| visit.area_title(&domain::names::Name::new(area));
    let tags: Vec<String> = metrics.keys().map(|area| title(area)).collect();
    let mut cell = Cell::lines(&tags);
    cell.pieces = metrics.iter().map(|(area, metrics)| Piece::Figure(title(area), metrics.len().to_string())).collect();
    if tags.is_empty() {
        cell = Cell::text("nothing").tagged(vec!["nothing".to_owned()]);
    }
    cell
}
