//! Influenced ACR by month, as charts and as grids: stacked by the attach type that credits it, and apart what nobody credits.

use std::collections::BTreeMap;

use domain::amount::Amount;
use domain::attach::AttachType;
use domain::customers::{Customer, Usage};
use domain::metrics::Table;
use domain::reasons::Reason;
use domain::time::Month;

use crate::pages::charts::{Columns, Series};
use crate::pages::grid::{Cell, Column, Grid};
use crate::pages::visit::Visit;

/// How many months the charts have.
const MONTHS: i32 = 13;

/// Dollars by kind and month; none for what is not credited.
type Sums = BTreeMap<Option<AttachType>, BTreeMap<Month, Amount>>;

/// Influenced ACR by month and kind.
pub struct Influence {
    what: &'static str,
    months: Vec<String>,
    series: Vec<Series>,
}

/// What a partner influences, by attach type.
#[must_use]
pub fn of_partner(customers: &[Customer], month: Month) -> Influence {
    let mut sums = Sums::new();
    customers.iter().for_each(|customer| add(&mut sums, customer, month, false));
    Influence::new("Influenced ACR", sums, month)
}

/// What is influenced at a customer, and what of it nobody credits to the partner.
#[must_use]
pub fn of_customer(customer: &Customer, month: Month) -> Influence {
    let mut sums = Sums::new();
    add(&mut sums, customer, month, true);
    Influence::new("ACR of the customer", sums, month)
}

impl Influence {
    fn new(what: &'static str, mut sums: Sums, month: Month) -> Self {
        let months: Vec<Month> = month.trailing(MONTHS).collect();
        let missed = sums.remove(&None);
        let series = |name: &str, class: &'static str, by_month: &BTreeMap<Month, Amount>| Series {
            name: name.to_owned(),
            class,
            values: months.iter().map(|month| by_month.get(month).copied().unwrap_or_default()).collect(),
        };
        let mut all: Vec<Series> =
            sums.iter().filter_map(|(kind, by_month)| kind.map(|kind| series(kind.shown(), kind.as_str(), by_month))).collect();
        all.extend(missed.map(|by_month| series("Not credited", "missed", &by_month)));
        Self { what, months: months.iter().map(ToString::to_string).collect(), series: all }
    }

    /// The numbers, a row for each month; files are called `name`.
    pub fn grid<'v>(&self, visit: &'v Visit, name: &str) -> Grid<'v> {
        let mut columns = vec![Column::text("month", "Month")];
        columns.extend(self.series.iter().map(|series| Column::amount(&format!("{}_usd", series.class), &series.name).total()));
        columns.push(Column::amount("total_usd", "Total").total());
        let row = |(at, month): (usize, &String)| {
            let values: Vec<Amount> = self.series.iter().map(|series| series.values[at]).collect();
            let total = values.iter().copied().sum();
            [Cell::text(month.clone())].into_iter().chain(values.into_iter().chain([total]).map(Cell::dollars)).collect()
        };
        Grid::new(visit, "months", columns, self.months.iter().enumerate().map(row).collect()).prefixed("influence_").named(name)
    }

    /// The drawing, with its numbers.
    pub fn chart(&self, numbers: &Grid<'_>) -> Columns {
        Columns::stacked(self.what, "dollars", &self.months, &self.series, numbers.part())
    }
}

fn add(sums: &mut Sums, customer: &Customer, month: Month, with_missed: bool) {
    let within = |usage: &&Usage| usage.table == Table::Consumption && usage.month > month.minus(MONTHS) && usage.month <= month;
    for usage in customer.usage.iter().filter(within) {
        // A row counts once, for the first of its kinds by priority.
        let kind = usage.attach.iter().next();
        if kind.is_some() || with_missed && usage.failure != Some(Reason::OfferExcluded) {
            *sums.entry(kind).or_default().entry(usage.month).or_default() += usage.sums.dollars;
        }
    }
}
