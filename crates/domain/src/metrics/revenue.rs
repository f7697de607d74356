//! Business Applications: pairs with revenue, and monthly customer value (MCV).

use std::collections::{BTreeMap, BTreeSet};

use super::{Figure, Leaf, Measurement, Measuring, Quantity, Table, Term, difference};
use crate::amount::Amount;
use crate::attach::AttachSet;
use crate::fraction::Fraction;
use crate::names::Name;
use crate::reasons::Reason;
use crate::rulebook::{PartKind, RateUnit, Sourced};
use crate::time::Month;

type Sums<'a, T> = BTreeMap<(&'a Name, &'a Name), BTreeMap<Month, T>>;

/// Credited revenue of pairs of tenant and listed workload, by month.
pub(crate) fn revenue_of<'a>(asked: &Measuring<'a, '_>, accepts: AttachSet, workloads: &Name) -> Sums<'a, Amount> {
    let listed: BTreeSet<&Name> = asked.rulebook.list(workloads).collect();
    let scored = asked.scored();
    let mut sums: Sums<'a, Amount> = BTreeMap::new();
    let cells = asked.credits.revenue[asked.account.0 as usize].iter();
    for cell in cells.filter(|cell| cell.scored.meets(scored) && cell.attach.meets(accepts) && listed.contains(&cell.workload)) {
        *sums.entry((&cell.tenant, &cell.workload)).or_default().entry(cell.month).or_default() += cell.revenue;
    }
    sums
}

/// d12 of the pairs with enough revenue in the month.
pub(super) fn pairs(asked: &Measuring<'_, '_>, kind: &PartKind) -> Measurement {
    let PartKind::RevenuePairs { accepts, workloads, minimum_usd } = kind else { return Measurement::default() };
    let sums = revenue_of(asked, accepts.value, workloads);
    let term = |month: Month| {
        let leaves = sums.iter().filter_map(|((tenant, workload), by_month)| {
            let revenue = *by_month.get(&month)?;
            let passes = if revenue >= minimum_usd.value { Ok(()) } else { Err(Reason::BelowThreshold) };
            Some(Leaf::count(tenant, Some(workload), passes, vec![Figure::of(Quantity::Revenue, month, revenue)]))
        });
        Term::sum(asked, || format!("customer workloads in {month}"), leaves)
    };
    difference(asked, "customers", term(asked.month), term(asked.year_before()), (Table::Revenue, asked.year_before()))
}

/// Monthly customer value of pairs of tenant and rate-card row, by month: units × rate on the rows that the row's family accepts.
fn mcv<'a>(asked: &Measuring<'a, '_>, accepts: &BTreeMap<Name, Sourced<AttachSet>>) -> Sums<'a, Fraction> {
    let scored = asked.scored();
    let mut units: Sums<'a, (Amount, &Fraction)> = BTreeMap::new();
    for cell in asked.credits.usage[asked.account.0 as usize].iter().filter(|cell| cell.scored.meets(scored)) {
        let Some((row, rate)) = asked.rulebook.rate_row(&cell.workload) else { continue };
        if !accepts.get(&rate.family).is_some_and(|accepted| cell.attach.meets(accepted.value)) {
            continue;
        }
        let sum = units.entry((&cell.tenant, row)).or_default().entry(cell.month).or_insert((Amount::ZERO, &rate.rate));
        sum.0 += match rate.unit {
            RateUnit::ActiveUsers => cell.users,
            RateUnit::Quantity => cell.quantity,
        };
    }
    let value = |(units, rate): (Amount, &Fraction)| &Fraction::from(units) * rate;
    let months = |by_month: BTreeMap<Month, (Amount, &Fraction)>| by_month.into_iter().map(|(month, sum)| (month, value(sum))).collect();
    units.into_iter().map(|(pair, by_month)| (pair, months(by_month))).collect()
}

/// Growth in percent of the value of all pairs over the same month a year earlier.
pub(super) fn mcv_growth(asked: &Measuring<'_, '_>, kind: &PartKind) -> Measurement {
    let PartKind::McvGrowth { accepts, minimum_base } = kind else { return Measurement::default() };
    let sums = mcv(asked, accepts);
    let term = |month: Month| {
        let leaves = sums.iter().filter_map(|((tenant, row), by_month)| {
            let value = by_month.get(&month)?.clone();
            let figures = vec![Figure::of(Quantity::Mcv, month, value.clone())];
            Some(Leaf { figures, ..Leaf::number(tenant, Some(row), value) })
        });
        Term::sum(asked, || format!("MCV of {month}"), leaves)
    };
    let (now, before) = (term(asked.month), term(asked.year_before()));
    let minimum = Fraction::from(minimum_base.value);
    let (value, arithmetic) = if before.value < minimum || before.value <= Fraction::zero() {
        (Fraction::zero(), asked.told(|| format!("base {} is under {}", before.value.brief(), minimum.brief())))
    } else {
        let value = Fraction::whole(100) * (&now.value - &before.value) / before.value.clone();
        let told = || {
            let (now, before) = (now.value.brief(), before.value.brief());
            format!("100 × ({now} − {before}) ÷ {before} = {}", value.brief())
        };
        let arithmetic = asked.told(told);
        (value, arithmetic)
    };
    Measurement { value, unit: "percent", arithmetic, terms: vec![now, before], base: Some((Table::Usage, asked.year_before())) }
}

/// d12 of the pairs of tenant and rate-card row with enough value in the month.
pub(super) fn mcv_deployments(asked: &Measuring<'_, '_>, kind: &PartKind) -> Measurement {
    let PartKind::McvDeployments { accepts, minimum } = kind else { return Measurement::default() };
    let sums = mcv(asked, accepts);
    let least = Fraction::from(minimum.value);
    let term = |month: Month| {
        let leaves = sums.iter().filter_map(|((tenant, row), by_month)| {
            let value = by_month.get(&month)?;
            let passes = if *value >= least { Ok(()) } else { Err(Reason::BelowThreshold) };
            Some(Leaf::count(tenant, Some(row), passes, vec![Figure::of(Quantity::Mcv, month, value.clone())]))
        });
        Term::sum(asked, || format!("customer workloads in {month}"), leaves)
    };
    difference(asked, "deployments", term(asked.month), term(asked.year_before()), (Table::Usage, asked.year_before()))
}
