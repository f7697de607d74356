//! Paid seats: tenants with enough seats on a workload, and protected users.

use std::collections::{BTreeMap, BTreeSet};

use super::{Figure, Leaf, Measurement, Measuring, Quantity, Table, Term, difference};
use crate::amount::Amount;
use crate::attach::AttachSet;
use crate::fraction::Fraction;
use crate::names::Name;
use crate::reasons::Reason;
use crate::rulebook::designations::SeatsTest;
use crate::rulebook::{PartKind, Sourced};
use crate::time::Month;

/// Seats and active users of a pair of tenant and workload.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pair {
    pub seats: Amount,
    pub users: Amount,
}

impl Pair {
    /// Whether at least `share` of the paid seats are active; a pair without seats is not.
    pub fn is_active(self, share: &Fraction) -> bool {
        self.seats > Amount::ZERO && Fraction::from(self.users) >= share * &Fraction::from(self.seats)
    }

    /// The figures that explain a pair in a month.
    pub fn figures(self, month: Month) -> Vec<Figure> {
        vec![Figure::of(Quantity::Seats, month, self.seats), Figure::of(Quantity::Users, month, self.users)]
    }
}

/// Pairs of tenant and workload by month, on the rows that the attach types credit.
pub(super) type Pairs<'a> = BTreeMap<(&'a Name, &'a Name), BTreeMap<Month, Pair>>;

/// The account's pairs on listed workloads, for the scored month.
pub(super) fn pairs<'a>(asked: &Measuring<'a, '_>, accepts: AttachSet, workloads: &[Name]) -> Pairs<'a> {
    let listed: BTreeSet<&Name> = workloads.iter().flat_map(|list| asked.rulebook.list(list)).collect();
    let scored = asked.scored();
    let mut pairs: Pairs<'a> = BTreeMap::new();
    let cells = asked.credits.usage[asked.account.0 as usize].iter();
    for cell in cells.filter(|cell| cell.scored.meets(scored) && cell.attach.meets(accepts) && listed.contains(&cell.workload)) {
        let pair = pairs.entry((&cell.tenant, &cell.workload)).or_default().entry(cell.month).or_default();
        pair.seats += cell.seats;
        pair.users += cell.users;
    }
    pairs
}

/// Whether a number of seats is in the range of a test.
pub(super) fn in_range(test: &SeatsTest, seats: Amount) -> bool {
    test.from.as_ref().is_none_or(|least| seats >= Amount::whole(least.value))
        && test.above.as_ref().is_none_or(|limit| seats > Amount::whole(limit.value))
        && test.up_to.as_ref().is_none_or(|most| seats <= Amount::whole(most.value))
}

/// The tenants with at least one pair in range in a month.
pub(super) fn in_track<'a>(pairs: &Pairs<'a>, test: &SeatsTest, month: Month) -> BTreeSet<&'a Name> {
    let seated = pairs.iter().filter(|(_, by_month)| by_month.get(&month).is_some_and(|pair| in_range(test, pair.seats)));
    seated.map(|((tenant, _), _)| *tenant).collect()
}

/// d12 of the tenants with a workload whose seats, and activity where asked, are in range.
pub(super) fn customers(asked: &Measuring<'_, '_>, test: &SeatsTest, active_share: Option<&Sourced<Fraction>>) -> Measurement {
    let pairs = pairs(asked, test.accepts.value, &test.workloads);
    let judge = |pair: Pair| match active_share {
        _ if !in_range(test, pair.seats) => Err(Reason::BelowThreshold),
        Some(share) if !pair.is_active(&share.value) => Err(Reason::NotActive),
        _ => Ok(()),
    };
    let term = |month: Month| {
        let mut best: BTreeMap<&Name, Leaf> = BTreeMap::new();
        for ((tenant, workload), by_month) in &pairs {
            let Some(pair) = by_month.get(&month) else { continue };
            let leaf = Leaf::count(tenant, Some(workload), judge(*pair), pair.figures(month));
            let known = best.entry(*tenant).or_insert_with(|| leaf.clone());
            if known.reason.is_some() && (leaf.reason.is_none() || leaf.reason == Some(Reason::NotActive)) {
                *known = leaf;
            }
        }
        Term::sum(asked, || format!("customers in {month}"), best.into_values())
    };
    let unit = if active_share.is_some() { "deployments" } else { "customers" };
    difference(asked, unit, term(asked.month), term(asked.year_before()), (Table::Usage, asked.year_before()))
}

/// d12 of the active users with a paid seat: for each pair the lesser of the two numbers.
pub(super) fn protected_users(asked: &Measuring<'_, '_>, kind: &PartKind) -> Measurement {
    let PartKind::ProtectedUserGrowth { accepts, workloads, .. } = kind else { return Measurement::default() };
    let pairs = pairs(asked, accepts.value, std::slice::from_ref(workloads));
    let term = |month: Month| {
        let leaves = pairs.iter().filter_map(|((tenant, workload), by_month)| {
            let pair = by_month.get(&month)?;
            let protected = Fraction::from(pair.users.min(pair.seats));
            Some(Leaf { figures: pair.figures(month), ..Leaf::number(tenant, Some(workload), protected) })
        });
        Term::sum(asked, || format!("active users with a paid seat in {month}"), leaves)
    };
    difference(asked, "users", term(asked.month), term(asked.year_before()), (Table::Usage, asked.year_before()))
}
