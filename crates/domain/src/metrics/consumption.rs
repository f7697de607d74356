//! Azure consumption: customers over a minimum, growth, distinct services.

use std::collections::{BTreeMap, BTreeSet};

use super::{Figure, Leaf, Measurement, Measuring, Quantity, Table, Term, difference};
use crate::amount::Amount;
use crate::attach::AttachSet;
use crate::credits::ConsumptionCell;
use crate::fraction::Fraction;
use crate::names::Name;
use crate::reasons::Reason;
use crate::rulebook::PartKind;
use crate::rulebook::designations::{GrowthIn, MonthsTest};
use crate::time::Month;

/// The account's consumption that a part reads: accepted attach types, listed services, rows that hold for the scored month.
fn cells<'a>(
    asked: &Measuring<'a, '_>,
    accepts: AttachSet,
    services: Option<&Name>,
) -> impl Iterator<Item = &'a ConsumptionCell> + use<'a> {
    let scored = asked.scored();
    let (rulebook, account) = (asked.rulebook, asked.account.0 as usize);
    let listed: Option<BTreeSet<&Name>> = services.map(|list| rulebook.list(list).collect());
    // cells of a customer and a service stand together
    let mut last: Option<(&Name, bool)> = None;
    asked.credits.consumption[account].iter().filter(move |cell| {
        if !cell.scored.meets(scored) || !cell.attach.meets(accepts) {
            return false;
        }
        let Some(list) = &listed else { return true };
        match last.filter(|(service, _)| **service == cell.service) {
            Some((_, is_listed)) => is_listed,
            None => {
                let is_listed = list.contains(&cell.service);
                last = Some((&cell.service, is_listed));
                is_listed
            }
        }
    })
}

/// Consumption of each tenant by month, of the `months` months up to each of `ends`; cells are in the order of tenants.
fn by_tenant<'a>(
    cells: impl Iterator<Item = &'a ConsumptionCell>,
    months: i32,
    ends: [Month; 2],
) -> Vec<(&'a Name, BTreeMap<Month, Amount>)> {
    let mut sums: Vec<(&Name, BTreeMap<Month, Amount>)> = Vec::new();
    for cell in cells.filter(|cell| ends.iter().any(|end| cell.month <= *end && end.months_since(cell.month) < months)) {
        if sums.last().is_none_or(|(tenant, _)| **tenant != cell.tenant) {
            sums.push((&cell.tenant, BTreeMap::new()));
        }
        if let Some((_, by_month)) = sums.last_mut() {
            *by_month.entry(cell.month).or_default() += cell.acr;
        }
    }
    sums
}

/// d12 of the tenants that pass: one of the last months by itself, or their sum.
pub(super) fn customers(asked: &Measuring<'_, '_>, kind: &PartKind) -> Measurement {
    let PartKind::ConsumingCustomers { accepts, services, minimum_usd, months, test } = kind else {
        return Measurement::default();
    };
    let (now, before) = (asked.month, asked.year_before());
    let sums = by_tenant(cells(asked, accepts.value, services.as_ref()), months.value, [now, before]);
    let term = |end: Month| {
        let leaves = sums.iter().filter_map(|(tenant, by_month)| {
            let read: Vec<(Month, Amount)> = by_month.range(end.minus(months.value - 1)..=end).map(|(m, acr)| (*m, *acr)).collect();
            if read.is_empty() {
                return None;
            }
            let passes = match test.value {
                MonthsTest::AnyMonth => read.iter().any(|(_, acr)| *acr >= minimum_usd.value),
                MonthsTest::Sum => read.iter().map(|(_, acr)| *acr).sum::<Amount>() >= minimum_usd.value,
            };
            let figures =
                if asked.explains { read.iter().map(|(month, acr)| Figure::of(Quantity::Acr, *month, *acr)).collect() } else { Vec::new() };
            Some(Leaf::count(tenant, None, if passes { Ok(()) } else { Err(Reason::BelowThreshold) }, figures))
        });
        Term::sum(format!("customers in {end}"), asked.explains, leaves)
    };
    difference("customers", term(now), term(before), (Table::Consumption, before.minus(months.value - 1)))
}

/// Growth of the total over the same months a year earlier, in percent or dollars.
pub(super) fn growth(asked: &Measuring<'_, '_>, kind: &PartKind) -> Measurement {
    let PartKind::ConsumptionGrowth { accepts, services, months, growth_in, minimum_total_usd, base_zero } = kind else {
        return Measurement::default();
    };
    let (now, before) = (asked.month, asked.year_before());
    let sums = by_tenant(cells(asked, accepts.value, services.as_ref()), months.value, [now, before]);
    let total = |end: Month| -> (Amount, Term) {
        let label = format!("ACR of the {} months to {end}", months.value);
        let mut total = Amount::ZERO;
        let mut leaves = Vec::new();
        for (tenant, by_month) in &sums {
            let read = by_month.range(end.minus(months.value - 1)..=end);
            let sum: Amount = read.clone().map(|(_, acr)| *acr).sum();
            total += sum;
            if asked.explains && read.clone().next().is_some() {
                let figures = read.map(|(month, acr)| Figure::of(Quantity::Acr, *month, *acr)).collect();
                leaves.push(Leaf { figures, ..Leaf::number(tenant, None, sum.into()) });
            }
        }
        (total, Term { label, subtracted: false, value: total.into(), leaves })
    };
    let ((current, now_term), (base, before_term)) = (total(now), total(before));
    let needs = (Table::Consumption, before.minus(months.value - 1));
    if growth_in.value == GrowthIn::Dollars {
        return difference("dollars", now_term, before_term, needs);
    }
    let too_small = minimum_total_usd.as_ref().is_some_and(|minimum| current < minimum.value);
    let (a1, a0) = (Fraction::from(current), Fraction::from(base));
    let (value, arithmetic) = if too_small || base <= Amount::ZERO {
        let value = Fraction::whole(base_zero.as_ref().map_or(0, |zero| zero.value));
        let minimum = minimum_total_usd.as_ref().map_or(Amount::ZERO, |minimum| minimum.value);
        let why = if too_small { format!("total {current} is under {minimum}") } else { format!("base {base} is not above 0") };
        (value, why)
    } else {
        let value = Fraction::whole(100) * (&a1 - &a0) / a0.clone();
        let arithmetic = format!("100 × ({} − {}) ÷ {} = {}", a1.brief(), a0.brief(), a0.brief(), value.brief());
        (value, arithmetic)
    };
    Measurement { value, unit: "percent", arithmetic, terms: vec![now_term, before_term], base: Some(needs) }
}

/// The services with a sum above zero over the last months, excluded ones left out; a level.
pub(super) fn services(asked: &Measuring<'_, '_>, kind: &PartKind) -> Measurement {
    let PartKind::DistinctServices { accepts, months, excluded, .. } = kind else { return Measurement::default() };
    let mut sums: BTreeMap<&Name, Amount> = BTreeMap::new();
    let is_read = |cell: &&ConsumptionCell| cell.month <= asked.month && asked.month.months_since(cell.month) < months.value;
    let mut read = cells(asked, accepts.value, None).filter(is_read).peekable();
    while let Some(cell) = read.next() {
        let mut acr = cell.acr;
        // cells of a customer and a service stand together
        while let Some(next) = read.next_if(|next| next.service == cell.service) {
            acr += next.acr;
        }
        *sums.entry(&cell.service).or_default() += acr;
    }
    let leaves = sums.iter().map(|(service, acr)| {
        let counts = if asked.rulebook.is_on(&excluded.value, service) {
            Err(Reason::ServiceExcluded)
        } else if *acr > Amount::ZERO {
            Ok(())
        } else {
            Err(Reason::BelowThreshold)
        };
        let from = asked.month.minus(months.value - 1);
        let figures = vec![Figure { quantity: Quantity::Acr, from, to: asked.month, value: (*acr).into() }];
        Leaf { tenant: None, ..Leaf::count(service, Some(service), counts, figures) }
    });
    let term = Term::sum(format!("services in the {} months to {}", months.value, asked.month), asked.explains, leaves);
    let arithmetic = format!("{} services", term.value.brief());
    Measurement { value: term.value.clone(), unit: "services", arithmetic, terms: vec![term], base: None }
}
