//! Influenced ACR by month as charts: stacked by the attach type that credits it, and apart what nobody credits.

use std::collections::BTreeMap;

use domain::amount::Amount;
use domain::attach::AttachType;
use domain::customers::{Customer, Usage};
use domain::metrics::Table;
use domain::reasons::Reason;
use domain::time::Month;

use crate::pages::charts::{Columns, Series};
use crate::pages::show;

/// How many months the charts have.
const MONTHS: i32 = 13;

/// Dollars by kind and month; none for what is not credited.
type Sums = BTreeMap<Option<AttachType>, BTreeMap<Month, Amount>>;

/// What a partner influences, by attach type.
#[must_use]
pub fn of_partner(customers: &[Customer], month: Month) -> Columns {
    let mut sums = Sums::new();
    customers.iter().for_each(|customer| add(&mut sums, customer, month, false));
    chart("Influenced ACR", sums, month)
}

/// What is influenced at a customer, and what of it nobody credits to the partner.
#[must_use]
pub fn of_customer(customer: &Customer, month: Month) -> Columns {
    let mut sums = Sums::new();
    add(&mut sums, customer, month, true);
    chart("ACR of the customer", sums, month)
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

fn chart(what: &str, mut sums: Sums, month: Month) -> Columns {
    let months: Vec<Month> = month.trailing(MONTHS).collect();
    let missed = sums.remove(&None);
    let series = |name: &str, class: &'static str, by_month: &BTreeMap<Month, Amount>| Series {
        name: name.to_owned(),
        class,
        values: months.iter().map(|month| by_month.get(month).copied().unwrap_or_default().into()).collect(),
    };
    let mut all: Vec<Series> =
        sums.iter().filter_map(|(kind, by_month)| kind.map(|kind| series(kind.shown(), kind.as_str(), by_month))).collect();
    all.extend(missed.map(|by_month| series("Not credited", "missed", &by_month)));
    Columns::stacked(what, months.iter().map(ToString::to_string).collect(), all, |value| show::quantity(value, "dollars"))
}
