//! Insights: what a partner influences, by kind of association, customer, service and month.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use domain::amount::Amount;
use domain::attach::AttachType;
use domain::customers::{Customer, Usage};
use domain::metrics::Table;
use domain::names::Name;
use domain::rights::{Act, On};
use domain::time::Month;

use crate::pages::charts::Columns;
use crate::pages::frame::{Frame, Here, named};
use crate::pages::grid::{Cell, Column, Grid, GridPart};
use crate::pages::influence;
use crate::pages::parts::AsOfForm;
use crate::pages::problem::Problem;
use crate::pages::visit::{Visit, html};
use crate::pages::{paths, show};

/// How many months are added up.
const MONTHS: i32 = 13;

#[derive(Template)]
#[template(path = "pages/insights.html")]
struct InsightsPage {
    frame: Frame,
    partner: String,
    heading: String,
    as_of: AsOfForm,
    chart: Option<Columns>,
    kinds: GridPart,
    customers: GridPart,
    services: GridPart,
    all: GridPart,
}

/// Dollars by kind of association; what is credited by several counts once, for the first.
type Sums = BTreeMap<AttachType, Amount>;

/// Shows what the partner influences.
///
/// # Errors
///
/// A partner or a day that is none, or facts that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let scores = visit.scores()?;
    let own = visit.partner(&scores)?;
    let first = own[0];
    let id = &first.global_partner_id;
    visit.must(Act::ExplanationRead, &On::account(id), "see what is influenced")?;
    let customers = visit.customers(first)?;
    let hidden = visit.hidden(&On::account(id));
    let file = |what: &str| format!("{id}-{what}-{}", first.as_of);
    let influence = influence::of_partner(&customers, first.month);
    let numbers = influence.grid(visit, &file("influenced-acr")).masked(&hidden);
    let lines: Vec<Line<'_>> = customers.iter().flat_map(|customer| lines(customer, first.month)).collect();
    let used: Vec<AttachType> = AttachType::ALL.iter().copied().filter(|kind| lines.iter().any(|line| line.kind == *kind)).collect();
    let kinds = by_kind(visit, &lines, &used).named(&file("influenced-acr-by-kind")).masked(&hidden);
    let by_customer = summed(&lines, |line| (line.customer.name.clone(), line.customer.tenant.clone()));
    let place = |tenant: &Name| Some(paths::customer(id, tenant, visit.asked_as_of().ok().flatten()));
    let by_customer = table(visit, "customers", ["customer", "Customer", "tenant_id"], &used, &by_customer, place);
    let by_customer = by_customer.prefixed("customer_").named(&file("influenced-acr-by-customer")).sorted("-total_usd").masked(&hidden);
    let by_service = summed(&lines, |line| (show::service(line.usage.item.as_str()), line.usage.item.clone()));
    let by_service = table(visit, "services", ["service", "Service", "service_id"], &used, &by_service, |_| None);
    let by_service = by_service.prefixed("service_").named(&file("influenced-acr-by-service")).sorted("-total_usd").masked(&hidden);
    let all = every(visit, &lines).named(&file("influenced-acr-rows")).masked(&hidden);
    let asked = numbers.download().or_else(|| kinds.download()).or_else(|| by_customer.download()).or_else(|| by_service.download());
    if let Some(file) = asked.or_else(|| all.download()) {
        return file;
    }
    let chart = influence.chart(&numbers);
    let total: Amount = lines.iter().map(|line| line.usage.sums.dollars).sum();
    let partner = named(&first.partner_name, id);
    html(&InsightsPage {
        frame: visit.frame(&format!("Insights, {partner}")).about(visit, &scores, &own, Here::Insights),
        partner,
        heading: format!(
            "{} of influenced ACR in {MONTHS} months, at {}",
            show::capital(&hidden.money(total)),
            show::counted(by_customer.total(), "customers")
        ),
        as_of: AsOfForm::of(visit)?,
        chart: (hidden.revenue.is_none() && !chart.is_empty()).then_some(chart),
        kinds: kinds.part(),
        customers: by_customer.part(),
        services: by_service.part(),
        all: all.part(),
    })
}

/// Credited consumption of a customer, of one month and service.
struct Line<'c> {
    customer: &'c Customer,
    usage: &'c Usage,
    kind: AttachType,
}

fn lines(customer: &Customer, month: Month) -> impl Iterator<Item = Line<'_>> {
    let within = move |usage: &&Usage| usage.table == Table::Consumption && usage.month > month.minus(MONTHS) && usage.month <= month;
    let line = move |usage| {
        let usage: &Usage = usage;
        Some(Line { customer, usage, kind: usage.attach.iter().next()? })
    };
    customer.usage.iter().filter(within).filter_map(line)
}

/// The kind as partners know it: links, partner of record, claims, resale.
fn family(kind: AttachType) -> &'static str {
    match kind.as_str() {
        "pal" => "PAL: admin links",
        "dpor" => "DPOR: partner of record",
        word if word.starts_with("csp") => "CSP: resale",
        _ => "CPOR: claims",
    }
}

fn by_kind<'v>(visit: &'v Visit, lines: &[Line<'_>], used: &[AttachType]) -> Grid<'v> {
    let columns = vec![
        Column::text("kind", "Kind"),
        Column::text("attach_type", "Association"),
        Column::count("customers", "Customers"),
        Column::amount("dollars_usd", "Influenced ACR").total(),
    ];
    let row = |kind: &AttachType| {
        let own = || lines.iter().filter(|line| line.kind == *kind);
        let customers: std::collections::BTreeSet<&Name> = own().map(|line| &line.customer.tenant).collect();
        let dollars = own().map(|line| line.usage.sums.dollars).sum();
        vec![Cell::text(family(*kind)), Cell::text(kind.shown()), Cell::count(customers.len(), "customers"), Cell::dollars(dollars)]
    };
    let grid = Grid::new(visit, "kinds", columns, used.iter().map(row).collect()).prefixed("kind_");
    grid.empty("Nothing is credited in these months.")
}

/// Sums by something that has a name and an ID.
fn summed(lines: &[Line<'_>], by: impl Fn(&Line<'_>) -> (String, Name)) -> BTreeMap<(String, Name), Sums> {
    let mut sums: BTreeMap<(String, Name), Sums> = BTreeMap::new();
    for line in lines {
        *sums.entry(by(line)).or_default().entry(line.kind).or_default() += line.usage.sums.dollars;
    }
    sums
}

/// Sums as a grid, a column for each kind; `words` are the key and the heading of the names, and the key of the IDs.
fn table<'v>(
    visit: &'v Visit,
    what: &'static str,
    words: [&str; 3],
    used: &[AttachType],
    sums: &BTreeMap<(String, Name), Sums>,
    place: impl Fn(&Name) -> Option<String>,
) -> Grid<'v> {
    let [key, label, id_key] = words;
    let row = |((name, id), sums): (&(String, Name), &Sums)| {
        let name = Cell::text(name.clone());
        let mut cells = vec![place(id).map_or_else(|| name.clone(), |place| name.clone().link(place)), Cell::id(id)];
        cells.extend(amounts(used, sums));
        cells
    };
    let mut columns = vec![Column::text(key, label), Column::text(id_key, "ID").file_only()];
    columns.extend(amount_columns(used));
    Grid::new(visit, what, columns, sums.iter().map(row).collect()).empty("Nothing is credited in these months.")
}

fn amount_columns(used: &[AttachType]) -> Vec<Column> {
    let mut columns: Vec<Column> =
        used.iter().map(|kind| Column::amount(&format!("{}_usd", kind.as_str()), kind.shown()).total()).collect();
    columns.push(Column::amount("total_usd", "Total").total());
    columns
}

fn amounts(used: &[AttachType], sums: &Sums) -> Vec<Cell> {
    let total: Amount = sums.values().copied().sum();
    let cell = |kind: &AttachType| sums.get(kind).map_or_else(Cell::none, |dollars| Cell::dollars(*dollars));
    used.iter().map(cell).chain([Cell::dollars(total)]).collect()
}

/// Every sum: customer, service, month, kind.
fn every<'v>(visit: &'v Visit, lines: &[Line<'_>]) -> Grid<'v> {
    let columns = vec![
        Column::text("customer", "Customer"),
        Column::text("tenant_id", "Tenant").file_only(),
        Column::text("service", "Service").choice(),
        Column::text("month", "Month").choice(),
        Column::text("kind", "Association").choice(),
        Column::amount("dollars_usd", "Influenced ACR").total(),
    ];
    let row = |line: &Line<'_>| {
        vec![
            Cell::text(line.customer.name.clone()),
            Cell::id(&line.customer.tenant),
            Cell::text(show::service(line.usage.item.as_str())),
            Cell::month(line.usage.month),
            Cell::text(line.kind.shown()),
            Cell::dollars(line.usage.sums.dollars),
        ]
    };
    Grid::new(visit, "rows", columns, lines.iter().map(row).collect()).prefixed("all_").empty("Nothing is credited in these months.")
}
