//! One customer: its associations on a timeline, what is used there, and what each metric makes of it.

/// Associations as bars over days.
mod timeline;

use askama::Template;
use axum::response::Response;
use domain::attach::AttachSet;
use domain::customers::{Customer, Usage};
use domain::designations::Score;
use domain::evidence::Extent;
use domain::fraction::Fraction;
use domain::metrics::Table;
use domain::names::Name;
use domain::rights::{Act, On};

use crate::pages::charts::Columns;
use crate::pages::customer::timeline::Timeline;
use crate::pages::frame::{Frame, Here, named};
use crate::pages::given::{self, Given};
use crate::pages::grid::{Cell, Column, Grid, GridPart, Piece, Value};
use crate::pages::parts::AsOfForm;
use crate::pages::problem::Problem;
use crate::pages::visit::{Visit, html};
use crate::pages::{influence, paths, show};

#[derive(Template)]
#[template(path = "pages/customer.html")]
struct CustomerPage {
    frame: Frame,
    partner: String,
    customers_href: String,
    name: String,
    about: Vec<(&'static str, String)>,
    heading: String,
    as_of: AsOfForm,
    timeline: Timeline,
    chart: Option<Columns>,
    made: GridPart,
    usage: GridPart,
    left_out: Option<String>,
}

/// Shows a customer.
///
/// # Errors
///
/// A partner, a customer or a day that is none, or facts that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let scores = visit.scores()?;
    let own = visit.partner(&scores)?;
    visit.must(Act::ExplanationRead, &On::account(&own[0].global_partner_id), "see this customer")?;
    let first = own[0];
    let customers = visit.customers(first)?;
    let asked = Name::new(visit.param("tenant"));
    let customer = customers.iter().find(|customer| customer.tenant == asked).ok_or_else(|| unknown(visit, first, &customers, &asked))?;
    let hidden = visit.hidden(&On::account(&first.global_partner_id));
    let extent = visit.extent(&first.global_partner_id);
    let given = given::given(visit, &own)?.remove(customer.tenant.as_str()).unwrap_or_default();
    let file = |what: &str| format!("{}-{}-{what}-{}", first.global_partner_id, customer.tenant, first.as_of);
    let usage = Grid::new(visit, "lines", usage_columns(), customer.usage.iter().rev().map(usage_row).collect());
    let usage = usage
        .prefixed("usage_")
        .named(&file("usage"))
        .empty(match extent {
            Extent::Concerning => "No usage of this customer is in the facts.",
            Extent::Covered => "No usage of this customer is on the days and workloads of your associations.",
        })
        .masked(&hidden);
    let made = made_rows(visit, first, &given)?;
    let made = Grid::new(visit, "places", made_columns(), made).prefixed("made_").named(&file("metrics"));
    let made = made.empty("No metric looks at this customer.").masked(&hidden);
    let influence = influence::of_customer(customer, first.month);
    let numbers = influence.grid(visit, &file("acr")).masked(&hidden);
    if let Some(file) = [&usage, &made, &numbers].into_iter().find_map(Grid::download) {
        return file;
    }
    let partner = named(&first.partner_name, &first.global_partner_id);
    let page = CustomerPage {
        frame: visit.frame(&format!("{}, {partner}", customer.name)).about(visit, &scores, &own, Here::Customers),
        partner,
        customers_href: paths::customers(&first.global_partner_id, visit.asked_as_of()?),
        name: customer.name.clone(),
        about: about(customer),
        heading: heading(customer, first, &given),
        as_of: AsOfForm::of(visit)?,
        timeline: Timeline::new(customer, first.as_of, &hidden),
        chart: Some(influence.chart(&numbers)).filter(|chart| hidden.revenue.is_none() && !chart.is_empty()),
        made: made.part(),
        usage: usage.part(),
        left_out: extent.told().map(show::capital),
    };
    html(&page)
}

fn unknown(visit: &Visit, score: &Score, customers: &[Customer], asked: &Name) -> Problem {
    let as_of = visit.asked_as_of().ok().flatten();
    let known = customers.iter().map(|customer| {
        let address = paths::customer(&score.global_partner_id, &customer.tenant, as_of);
        (customer.tenant.to_string(), customer.name.clone(), address)
    });
    Problem::unknown("customer", asked.as_str(), known.collect())
}

fn heading(customer: &Customer, score: &Score, given: &[Given]) -> String {
    let held = customer.associations.iter().filter(|association| association.holds_on(score.as_of)).count();
    let metrics = metrics_that(given, |given| given.counted && !given.adds.is_zero());
    let tied = match held {
        0 => "no association today".to_owned(),
        some => format!("{} today", show::counted(some, "associations")),
    };
    format!("{}: {tied}, counts in {}", customer.name, show::counted(metrics, "metrics"))
}

/// In how many metrics a customer has a place of a kind.
fn metrics_that(given: &[Given], is: impl Fn(&Given) -> bool) -> usize {
    let mut metrics: Vec<_> = given.iter().filter(|given| is(given)).map(|given| (&given.area, given.metric.as_str())).collect();
    metrics.sort();
    metrics.dedup();
    metrics.len()
}

fn about(customer: &Customer) -> Vec<(&'static str, String)> {
    let facts = [
        ("Tenant", customer.tenant.to_string()),
        ("Cloud", customer.cloud.to_string()),
        ("Segment", customer.segment.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("Country", customer.country.clone().unwrap_or_default()),
    ];
    facts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

fn made_columns() -> Vec<Column> {
    vec![
        Column::text("metric", "Metric"),
        Column::text("designation", "Designation").choice(),
        Column::text("term", "Where"),
        Column::text("counts", "Counts").choice(),
        Column::fraction("value", "Value"),
        Column::fraction("adds", "Adds"),
        Column::text("unit", "Unit"),
        Column::text("reason", "Why not, and what would cure it"),
    ]
}

/// Places of metrics that look at the customer; those that count first.
fn made_rows(visit: &Visit, score: &Score, given: &[Given]) -> Result<Vec<Vec<Cell>>, Problem> {
    let (as_of, zero) = (visit.asked_as_of()?, Fraction::zero());
    let row = |given: &Given| {
        let place = paths::step(&score.global_partner_id, &given.area, given.metric, &given.path, as_of);
        let term = match &given.item {
            Some(item) => format!("{}: {item}", given.term),
            None => given.term.clone(),
        };
        let unit = given.unit;
        let number = |number: &Fraction| Cell { unit: if given.is_money { "dollars" } else { unit }, ..Cell::fraction(number, unit) };
        vec![
            Cell::text(given.metric.shown()).link(place),
            Cell::text(visit.area_title(&given.area)),
            Cell::text(show::capital(&term)),
            Cell::text(if given.counted { "counts" } else { "does not count" }),
            number(&given.value),
            number(if given.counted { &given.adds } else { &zero }),
            Cell::text(unit),
            reason(given.reason),
        ]
    };
    let (counted, others): (Vec<&Given>, Vec<&Given>) = given.iter().partition(|given| given.counted);
    Ok(counted.into_iter().chain(others).map(row).collect())
}

/// A reason: its code and what would cure it; nothing when there is none.
pub fn reason(reason: Option<domain::reasons::Reason>) -> Cell {
    let Some(reason) = reason else { return Cell::none() };
    let mut cell = Cell::text(reason.code());
    cell.pieces = vec![Piece::Code(reason.code().to_owned()), Piece::Text(format!("{}.", show::capital(reason.cure())))];
    cell
}

fn usage_columns() -> Vec<Column> {
    vec![
        Column::text("month", "Month").choice(),
        Column::text("item", "Service or workload").choice(),
        Column::text("kind", "Kind").choice(),
        Column::text("credited", "Credited").choice(),
        Column::text("through", "Through, or why not"),
        Column::amount("dollars_usd", "Dollars").total(),
        Column::amount("seats", "Paid seats"),
        Column::amount("users", "Active users"),
        Column::amount("quantity", "Units"),
        Column::count("rows", "Rows").total(),
    ]
}

fn usage_row(usage: &Usage) -> Vec<Cell> {
    let is_credited = usage.attach != AttachSet::NONE;
    let kinds: Vec<String> = usage.attach.iter().map(|attach| attach.shown().to_owned()).collect();
    let is_users = usage.table == Table::Usage;
    let number = |amount: domain::amount::Amount, unit| if is_users { Cell::number(amount, unit) } else { Cell::none() };
    vec![
        Cell::month(usage.month),
        Cell::shown(show::service(usage.item.as_str()), Value::Text(usage.item.to_string())),
        Cell::text(match usage.table {
            Table::Consumption => "Azure consumption",
            Table::Usage => "Workload usage",
            Table::Revenue => "Revenue",
        }),
        Cell::text(if is_credited { "credited" } else { "not credited" }),
        if is_credited { Cell::lines(&kinds) } else { reason(usage.failure) },
        if is_users { Cell::none() } else { Cell::dollars(usage.sums.dollars) },
        number(usage.sums.seats, "seats"),
        number(usage.sums.users, "users"),
        number(usage.sums.quantity, "units"),
        Cell::count(usize::try_from(usage.sums.rows).unwrap_or(usize::MAX), "rows"),
    ]
}
