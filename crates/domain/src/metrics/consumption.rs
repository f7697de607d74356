//! Azure consumption: customers over a minimum, growth, distinct services.

use std::collections::BTreeSet;

use super::running::By;
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
pub(super) fn cells<'a>(
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

/// d12 of the tenants that pass: one of the last months by itself, or their sum.
pub(super) fn customers(asked: &Measuring<'_, '_>, kind: &PartKind) -> Measurement {
    let PartKind::ConsumingCustomers { accepts, services, minimum_usd, months, test } = kind else {
        return Measurement::default();
    };
    let (now, before) = (asked.month, asked.year_before());
    let running = asked.memory.of(asked, accepts.value, services.as_ref(), By::Customer);
    let term = |end: Month| {
        let leaves = running.each.iter().filter_map(|(tenant, by_month)| {
            let mut read = by_month.read(end, months.value).peekable();
            read.peek()?;
            let figures = asked.figures(Quantity::Acr, by_month.read(end, months.value));
            let passes = match test.value {
                MonthsTest::AnyMonth => read.any(|(_, acr)| acr >= minimum_usd.value),
                MonthsTest::Sum => read.map(|(_, acr)| acr).sum::<Amount>() >= minimum_usd.value,
            };
            Some(Leaf::count(tenant, None, if passes { Ok(()) } else { Err(Reason::BelowThreshold) }, figures))
        });
        Term::sum(asked, || format!("customers in {end}"), leaves)
    };
    difference(asked, "customers", term(now), term(before), (Table::Consumption, before.minus(months.value - 1)))
}

/// Growth of the total over the same months a year earlier, in percent or dollars.
pub(super) fn growth(asked: &Measuring<'_, '_>, kind: &PartKind) -> Measurement {
    let PartKind::ConsumptionGrowth { accepts, services, months, growth_in, minimum_total_usd, base_zero } = kind else {
        return Measurement::default();
    };
    let (now, before) = (asked.month, asked.year_before());
    let running = asked.memory.of(asked, accepts.value, services.as_ref(), By::Customer);
    let total = |end: Month| -> (Amount, Term) {
        let total: Amount = running.total.read(end, months.value).map(|(_, acr)| acr).sum();
        let shown = running.each.iter().filter(|_| asked.explains);
        let leaves = shown.filter_map(|(tenant, by_month)| {
            by_month.read(end, months.value).next()?;
            let sum: Amount = by_month.read(end, months.value).map(|(_, acr)| acr).sum();
            let figures = asked.figures(Quantity::Acr, by_month.read(end, months.value));
            Some(Leaf { figures, ..Leaf::number(tenant, None, sum.into()) })
        });
        let label = asked.told(|| format!("ACR of the {} months to {end}", months.value));
        (total, Term { label, subtracted: false, value: total.into(), leaves: leaves.collect() })
    };
    let ((current, now_term), (base, before_term)) = (total(now), total(before));
    let needs = (Table::Consumption, before.minus(months.value - 1));
    if growth_in.value == GrowthIn::Dollars {
        return difference(asked, "dollars", now_term, before_term, needs);
    }
    let too_small = minimum_total_usd.as_ref().is_some_and(|minimum| current < minimum.value);
    let (a1, a0) = (Fraction::from(current), Fraction::from(base));
    let (value, arithmetic) = if too_small || base <= Amount::ZERO {
        let value = Fraction::whole(base_zero.as_ref().map_or(0, |zero| zero.value));
        let minimum = minimum_total_usd.as_ref().map_or(Amount::ZERO, |minimum| minimum.value);
        let why = || if too_small { format!("total {current} is under {minimum}") } else { format!("base {base} is not above 0") };
        (value, asked.told(why))
    } else {
        let value = Fraction::whole(100) * (&a1 - &a0) / a0.clone();
        let arithmetic = asked.told(|| format!("100 × ({} − {}) ÷ {} = {}", a1.brief(), a0.brief(), a0.brief(), value.brief()));
        (value, arithmetic)
    };
    Measurement { value, unit: "percent", arithmetic, terms: vec![now_term, before_term], base: Some(needs) }
}

/// The services with a sum above zero over the last months, excluded ones left out; a level.
pub(super) fn services(asked: &Measuring<'_, '_>, kind: &PartKind) -> Measurement {
    let PartKind::DistinctServices { accepts, months, excluded, .. } = kind else { return Measurement::default() };
    let running = asked.memory.of(asked, accepts.value, None, By::Service);
    let leaves = running.each.iter().filter_map(|(service, by_month)| {
        by_month.read(asked.month, months.value).next()?;
        let acr: Amount = by_month.read(asked.month, months.value).map(|(_, acr)| acr).sum();
        let counts = if asked.rulebook.is_on(&excluded.value, service) {
            Err(Reason::ServiceExcluded)
        } else if acr > Amount::ZERO {
            Ok(())
        } else {
            Err(Reason::BelowThreshold)
        };
        let from = asked.month.minus(months.value - 1);
        let figures = vec![Figure { quantity: Quantity::Acr, from, to: asked.month, value: acr.into() }];
        Some(Leaf { tenant: None, ..Leaf::count(service, Some(service), counts, figures) })
    });
    let term = Term::sum(asked, || format!("services in the {} months to {}", months.value, asked.month), leaves);
    let arithmetic = asked.told(|| format!("{} services", term.value.brief()));
    Measurement { value: term.value.clone(), unit: "services", arithmetic, terms: vec![term], base: None }
}
