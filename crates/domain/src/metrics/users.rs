//! Active users and deployments since the association began.

use std::collections::{BTreeMap, BTreeSet};

use super::seats::{Pair, Pairs, in_track, pairs};
use super::{Figure, Leaf, Measurement, Measuring, Quantity, Table, Term, difference};
use crate::attach::AttachSet;
use crate::fraction::Fraction;
use crate::names::Name;
use crate::reasons::Reason;
use crate::rulebook::PartKind;
use crate::rulebook::designations::{SeatsTest, UserBase};
use crate::time::Month;

/// A pair of tenant and workload as an option sees it at the scored month.
struct Standing<'a> {
    tenant: &'a Name,
    workload: &'a Name,
    /// Whether it is covered, and its tenant in the track, in the scored month.
    counts_now: bool,
    /// The same a year earlier.
    counted_before: bool,
    /// Why it does not count now.
    reason: Option<Reason>,
    /// The first covered month of the thirteen.
    first: Option<Month>,
    /// Seats and users by month, on the rows that the option credits.
    months: BTreeMap<Month, Pair>,
}

impl Standing<'_> {
    fn at(&self, month: Month) -> Pair {
        self.months.get(&month).copied().unwrap_or_default()
    }
}

/// The pairs of the account's tenants that are in the track now or were a year ago.
fn standings<'a>(asked: &Measuring<'a, '_>, accepts: AttachSet, seats: &SeatsTest) -> Vec<Standing<'a>> {
    let of_track = pairs(asked, seats.accepts.value, &seats.workloads);
    let mut of_option: Pairs<'a> = pairs(asked, accepts, &seats.workloads);
    let (now, before) = (in_track(&of_track, seats, asked.month), in_track(&of_track, seats, asked.year_before()));
    let listed: BTreeSet<&Name> = seats.workloads.iter().flat_map(|list| asked.rulebook.list(list)).collect();
    let mut standings = Vec::new();
    for tenant in now.union(&before).copied() {
        for (tenant, workload) in asked.coverage.pairs(tenant).iter().copied().filter(|(_, workload)| listed.contains(workload)) {
            let covering = asked.coverage.of(tenant, workload, asked.month);
            let covered = |covering: &crate::credits::Covering| {
                covering.iter().any(|(account, attach)| *account == asked.account && attach.meets(accepts))
            };
            let first = covering.iter().position(covered);
            let (Some(first), Some(oldest), Some(newest)) = (first, covering.first(), covering.last()) else { continue };
            let (was_covered, is_covered) = (covered(oldest), covered(newest));
            let reason = if !is_covered {
                Some(Reason::NotCovered)
            } else if now.contains(tenant) {
                None
            } else {
                Some(Reason::NotInTrack)
            };
            standings.push(Standing {
                tenant,
                workload,
                counts_now: reason.is_none(),
                counted_before: was_covered && before.contains(tenant),
                reason,
                first: i32::try_from(first).ok().map(|first| asked.year_before().plus(first)),
                months: of_option.remove(&(tenant, workload)).unwrap_or_default(),
            });
        }
    }
    standings
}

/// Σ over pairs that count now of (users now − users in the base month) − Σ over lost pairs of the users a year ago.
pub(super) fn growth(asked: &Measuring<'_, '_>, kind: &PartKind) -> Measurement {
    let PartKind::ActiveUserGrowth { accepts, seats, base } = kind else { return Measurement::default() };
    let standings = standings(asked, accepts.value, seats);
    let base_of = |standing: &Standing<'_>| {
        let first = standing.first.unwrap_or(asked.month);
        match base.value {
            UserBase::FirstCoveredMonth => first,
            UserBase::MonthBefore => first.minus(1),
            UserBase::SameMonthLastYear => asked.year_before(),
        }
    };
    let grown = standings.iter().filter(|standing| standing.counts_now || !standing.counted_before).map(|standing| {
        let (now, base) = (standing.at(asked.month), base_of(standing));
        let figures = vec![
            Figure::of(Quantity::Users, asked.month, now.users),
            Figure::of(Quantity::Users, base, standing.at(base).users),
            Figure::of(Quantity::Seats, asked.month, now.seats),
        ];
        let value = if standing.counts_now { (now.users - standing.at(base).users).into() } else { Fraction::zero() };
        Leaf { reason: standing.reason, figures, ..Leaf::number(standing.tenant, Some(standing.workload), value) }
    });
    let lost = standings.iter().filter(|standing| standing.counted_before && !standing.counts_now).map(|standing| {
        let year_ago = standing.at(asked.year_before());
        let leaf = Leaf::number(standing.tenant, Some(standing.workload), year_ago.users.into());
        Leaf { figures: year_ago.figures(asked.year_before()), ..leaf }
    });
    let now = Term::sum(asked, || format!("users gained since the association began, in {}", asked.month), grown);
    let before = Term::sum(asked, || format!("users of {} that are lost", asked.year_before()), lost);
    difference(asked, "users", now, before, (Table::Usage, asked.year_before()))
}

/// Tenants with a pair that counts now, is active and was not when the association began − those active a year ago.
pub(super) fn deployments(asked: &Measuring<'_, '_>, kind: &PartKind) -> Measurement {
    let PartKind::ActiveDeployments { accepts, seats, active_share, .. } = kind else { return Measurement::default() };
    let standings = standings(asked, accepts.value, seats);
    let share = &active_share.value;
    let judge_now = |standing: &Standing<'_>| {
        let first = standing.first.filter(|first| *first > asked.year_before());
        match standing.reason {
            Some(reason) => Err(reason),
            None if !standing.at(asked.month).is_active(share) => Err(Reason::NotActive),
            None if first.is_some_and(|first| standing.at(first).is_active(share)) => Err(Reason::AlreadyPassing),
            None => Ok(()),
        }
    };
    let judge_before = |standing: &Standing<'_>| match standing.at(asked.year_before()).is_active(share) {
        _ if !standing.counted_before => Err(Reason::NotCovered),
        true => Ok(()),
        false => Err(Reason::NotActive),
    };
    let now = deployed(asked, &standings, asked.month, judge_now);
    let before = deployed(asked, &standings, asked.year_before(), judge_before);
    difference(asked, "deployments", now, before, (Table::Usage, asked.year_before()))
}

/// The tenants with a pair that passes; of each tenant the pair that came furthest is shown.
fn deployed(
    asked: &Measuring<'_, '_>,
    standings: &[Standing<'_>],
    month: Month,
    judge: impl Fn(&Standing<'_>) -> Result<(), Reason>,
) -> Term {
    let mut best: BTreeMap<&Name, Leaf> = BTreeMap::new();
    for standing in standings {
        let leaf = Leaf::count(standing.tenant, Some(standing.workload), judge(standing), standing.at(month).figures(month));
        let known = best.entry(standing.tenant).or_insert_with(|| leaf.clone());
        if known.reason.is_some() && (leaf.reason.is_none() || leaf.reason > known.reason) {
            *known = leaf;
        }
    }
    let shown = best.into_values().filter(|leaf| leaf.reason.is_none() || leaf.figures.iter().any(|figure| !figure.value.is_zero()));
    Term::sum(asked, || format!("customers with an active workload in {month}"), shown)
}
