//! Coverage: customers by months, and whether an association holds and what is used there.

use askama::Template;
use axum::response::Response;
use domain::attach::AttachSet;
use domain::customers::Customer;
use domain::designations::Score;
use domain::evidence::Extent;
use domain::reasons::Reason;
use domain::rights::{Act, On};
use domain::time::{Interval, Month};

use crate::pages::customers::{NONE, Tabs};
use crate::pages::frame::{Frame, Here, named};
use crate::pages::grid::{Cell, Column, Grid, GridPart, Piece, Value};
use crate::pages::parts::AsOfForm;
use crate::pages::problem::Problem;
use crate::pages::visit::{Visit, html};
use crate::pages::{paths, show};

/// How many months the map has.
const MONTHS: i32 = 13;

#[derive(Template)]
#[template(path = "pages/coverage.html")]
struct CoveragePage {
    frame: Frame,
    partner: String,
    heading: String,
    left_out: Option<String>,
    as_of: AsOfForm,
    tabs: Tabs,
    states: &'static [State],
    grid: GridPart,
}

/// What a customer is in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Usage is credited.
    Credited,
    /// Some usage is credited, some is not.
    Partly,
    /// An association holds, and nothing is used.
    Held,
    /// There is usage that is not credited.
    Missed,
    /// Neither.
    Nothing,
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            Self::Credited => "credited",
            Self::Partly => "partly credited",
            Self::Held => "held, nothing used",
            Self::Missed => "used, not credited",
            Self::Nothing => "",
        }
    }

    const fn sign(self) -> &'static str {
        match self {
            Self::Credited => "●",
            Self::Partly => "◐",
            Self::Held => "○",
            Self::Missed => "✕",
            Self::Nothing => "·",
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Credited => "is-credited",
            Self::Partly => "is-partly",
            Self::Held => "is-held",
            Self::Missed => "is-missed",
            Self::Nothing => "is-nothing",
        }
    }
}

/// Shows the map.
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
    let months: Vec<Month> = first.month.trailing(MONTHS).collect();
    let rows = customers.iter().map(|customer| row(visit, first, customer, &months)).collect::<Result<Vec<_>, _>>()?;
    let name = format!("{}-coverage-{}", first.global_partner_id, first.as_of);
    let grid = Grid::new(visit, "customers", columns(&months), rows).named(&name).empty(NONE);
    if let Some(file) = grid.download() {
        return file;
    }
    let extent = visit.extent(&first.global_partner_id);
    let partner = named(&first.partner_name, &first.global_partner_id);
    let page = CoveragePage {
        frame: visit.frame(&format!("Coverage, {partner}")).about(visit, &scores, &own, Here::Customers),
        partner,
        heading: heading(&customers, first.month, extent),
        left_out: extent.told().map(show::capital),
        as_of: AsOfForm::of(visit)?,
        tabs: Tabs::new(visit, first, false)?,
        states: match extent {
            Extent::Concerning => &[State::Credited, State::Partly, State::Held, State::Missed],
            Extent::Covered => &[State::Credited, State::Held],
        },
        grid: grid.part(),
    };
    html(&page)
}

/// How many customers missed credit; who does not see what is missed, is told how many got some.
fn heading(customers: &[Customer], month: Month, extent: Extent) -> String {
    let are = |wanted: &[State]| customers.iter().filter(|customer| wanted.contains(&state(customer, month).0)).count();
    match (extent, are(&[State::Missed])) {
        (Extent::Covered, _) => {
            let credited = are(&[State::Credited, State::Partly]);
            format!("Usage of {} is credited to you in {month}", show::counted(credited, "customers"))
        }
        (Extent::Concerning, 0) => format!("No customer used anything uncredited in {month}"),
        (Extent::Concerning, some) => format!("{} used something in {month} that is not credited to you", show::counted(some, "customers")),
    }
}

fn columns(months: &[Month]) -> Vec<Column> {
    let mut columns = vec![Column::text("name", "Customer"), Column::text("tenant_id", "Tenant ID").file_only()];
    columns.extend(months.iter().map(|month| Column::text(&month.to_string(), &month.to_string())));
    columns.extend([Column::count("months_credited", "Months credited"), Column::text("now", "Last month").choice()]);
    columns
}

fn row(visit: &Visit, score: &Score, customer: &Customer, months: &[Month]) -> Result<Vec<Cell>, Problem> {
    let states: Vec<(State, String)> = months.iter().map(|month| state(customer, *month)).collect();
    let credited = states.iter().filter(|(state, _)| matches!(state, State::Credited | State::Partly)).count();
    let now = states.last().map_or("", |(state, _)| state.word()).to_owned();
    let mut cells = vec![
        Cell::text(customer.name.clone()).link(paths::customer(&score.global_partner_id, &customer.tenant, visit.asked_as_of()?)),
        Cell::id(&customer.tenant),
    ];
    cells.extend(states.into_iter().map(|(state, why)| {
        let value = if state == State::Nothing { Value::None } else { Value::Text(state.word().to_owned()) };
        let said = if why.is_empty() { state.word().to_owned() } else { format!("{}: {why}", state.word()) };
        let mut cell = Cell::new(value);
        cell.pieces = vec![Piece::Mark(state.class(), state.sign(), if said.is_empty() { "nothing".to_owned() } else { said })];
        cell
    }));
    cells.extend([Cell::count(credited, "months"), Cell::text(if now.is_empty() { "nothing".to_owned() } else { now })]);
    Ok(cells)
}

/// What a customer is in a month, and through what, or why not.
fn state(customer: &Customer, month: Month) -> (State, String) {
    let days = Interval { from: month.first_day(), to: month.last_day().plus(1) };
    let held = customer.associations.iter().filter(|association| association.credited.iter().any(|held| held.and(days).is_some()));
    let held: AttachSet = held.map(|association| association.attach).collect();
    let of_month = || customer.usage.iter().filter(|usage| usage.month == month);
    let credited: AttachSet = of_month().flat_map(|usage| usage.attach.iter()).collect();
    // What is no consumption at all is nothing that could be credited.
    let missed: Option<Reason> = of_month().filter_map(|usage| usage.failure).find(|reason| *reason != Reason::OfferExcluded);
    let kinds = |kinds: AttachSet| show::list(&kinds.iter().map(|attach| attach.shown().to_owned()).collect::<Vec<_>>());
    match (credited != AttachSet::NONE, missed) {
        (true, None) => (State::Credited, kinds(credited)),
        (true, Some(reason)) => (State::Partly, format!("{}; the rest {}", kinds(credited), reason.code())),
        (false, Some(reason)) => (State::Missed, reason.code().to_owned()),
        (false, None) if held != AttachSet::NONE => (State::Held, kinds(held)),
        (false, None) => (State::Nothing, String::new()),
    }
}
