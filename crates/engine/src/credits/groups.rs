//! Credits by group: each usage row once per global account, whatever number of ties it has there.

/// Groups as a file.
mod written;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use domain::amount::Amount;
use domain::credits::ScoredMonths;
use domain::names::Name;
use domain::partners::AccountIx;
use domain::register::Register;
use domain::time::Month;

use super::grants::PlaceTie;
use super::{Ask, Crediting, Kept, SumCell, Sums, Usage};
use crate::problems::Problems;
use crate::source::FileError;

/// A column that credits can be grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupBy {
    /// The global account.
    GlobalPartner,
    /// The customer's tenant.
    Tenant,
    /// The subscription.
    Subscription,
    /// The service, as spelled.
    Service,
    /// The month.
    Month,
}

impl GroupBy {
    /// Every column.
    pub const ALL: [Self; 5] = [Self::GlobalPartner, Self::Tenant, Self::Subscription, Self::Service, Self::Month];

    /// The name of the column.
    #[must_use]
    pub const fn column(self) -> &'static str {
        match self {
            Self::GlobalPartner => "global_partner_id",
            Self::Tenant => "tenant_id",
            Self::Subscription => "subscription_id",
            Self::Service => "service",
            Self::Month => "month",
        }
    }
}

/// Tenant and subscription, as far as grouped by; blank otherwise.
pub(super) type GroupBase = [Arc<str>; 2];

/// One group; what is not grouped by is blank or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<'g> {
    /// The global account.
    pub account: Option<AccountIx>,
    /// The tenant.
    pub tenant: &'g str,
    /// The subscription.
    pub subscription: &'g str,
    /// The service.
    pub service: &'g str,
    /// The month.
    pub month: Option<Month>,
}

/// Credits by group, sorted by account, tenant, subscription, service and month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    by_account: bool,
    by_month: bool,
    bases: Vec<GroupBase>,
    services: Vec<Arc<str>>,
    /// In order, in pieces.
    rows: Vec<Vec<GroupRow>>,
}

/// A group with its sum. The key is account, base, service and month, 32 bits each, so that rows are sorted as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct GroupRow {
    key: u128,
    acr: Amount,
}

impl GroupRow {
    /// Part 0 is the account, 1 the base, 2 the service, 3 the month, in months since year 0.
    #[expect(clippy::cast_possible_truncation, reason = "32 bits are meant")]
    const fn part(&self, part: u32) -> u32 {
        (self.key >> (96 - 32 * part)) as u32
    }

    fn month(&self) -> Month {
        Month::new(0, 1).plus(i32::try_from(self.part(3)).unwrap_or(i32::MAX))
    }
}

impl Groups {
    /// How many groups there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.iter().map(Vec::len).sum()
    }

    /// Whether nothing is credited.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The groups with their sums.
    pub fn iter(&self) -> impl Iterator<Item = (Group<'_>, Amount)> {
        self.rows.iter().flatten().map(|row| {
            let [tenant, subscription] = &self.bases[row.part(1) as usize];
            let account = self.by_account.then(|| AccountIx(row.part(0)));
            let service = &self.services[row.part(2) as usize];
            (Group { account, tenant, subscription, service, month: self.by_month.then(|| row.month()) }, row.acr)
        })
    }
}

/// Consumption credited up to `month`, chains as of `month`, summed by the columns of `by`.
///
/// # Errors
/// When a file cannot be read; rows that cannot be taken are told in `problems`.
pub fn credited_groups<'u>(
    usage: impl Into<Usage<'u>>,
    register: &Register<'_>,
    month: Month,
    by: &[GroupBy],
    problems: &mut Problems,
) -> Result<Groups, FileError> {
    let months = ScoredMonths::new([month]);
    let crediting = ByGroup { register, by };
    let parts = usage.into().sums(register, &months, &crediting, || Ask::Groups(month, by.to_vec()), problems)?.parts;
    let (bases, base_ranks) = in_order(parts.iter().map(|part| part.bases.clone()).collect());
    let services = |part: &Sums<_>| part.services.iter().map(|service| Arc::from(service.trim())).collect();
    let (services, service_ranks) = in_order(parts.iter().map(services).collect());
    let parts: Vec<RankedSums<'_, '_>> =
        parts.iter().zip(base_ranks).zip(service_ranks).map(|((sums, bases), services)| RankedSums { sums, bases, services }).collect();
    let (by_account, by_month) = (by.contains(&GroupBy::GlobalPartner), by.contains(&GroupBy::Month));
    let rows = if by_account {
        let counts = sums_of_accounts(&parts);
        std::thread::scope(|scope| {
            let (parts, counts) = (&parts, &counts);
            let runs = runs_of_accounts(counts).into_iter();
            let rows: Vec<_> = runs.map(|run| scope.spawn(move || groups_of_accounts(parts, &run, counts, by_month))).collect();
            rows.into_iter().map(|rows| rows.join().expect("sorting does not panic")).collect()
        })
    } else {
        vec![groups_of_all(&parts, by_month)]
    };
    Ok(Groups { by_account, by_month, bases, services, rows })
}

/// Sums of a placer with the places of its bases and services in the order of all.
struct RankedSums<'s, 'r> {
    sums: &'s Sums<ByGroup<'r>>,
    bases: Vec<u32>,
    services: Vec<u32>,
}

impl RankedSums<'_, '_> {
    /// The key of a sum's group, but for the account.
    fn key(&self, cell: &SumCell, by_month: bool) -> u128 {
        let month = if by_month { u128::from(months_since_year_0(cell.month)) } else { 0 };
        let (base, service) = (self.bases[cell.base as usize], self.services[cell.service as usize]);
        u128::from(base) << 64 | u128::from(service) << 32 | month
    }
}

/// The distinct values of all lists in order, and the place of each list's values among them.
fn in_order<T: Ord + Clone>(lists: Vec<Vec<T>>) -> (Vec<T>, Vec<Vec<u32>>) {
    let mut all: Vec<T> = lists.iter().flatten().cloned().collect();
    all.sort_unstable();
    all.dedup();
    let rank = |value: &T| u32::try_from(all.binary_search(value).unwrap_or_default()).expect("fewer than 2^32 names");
    let ranks = lists.iter().map(|list| list.iter().map(rank).collect()).collect();
    (all, ranks)
}

/// How many sums each account has before equal groups become one, by its number.
fn sums_of_accounts(parts: &[RankedSums<'_, '_>]) -> Vec<usize> {
    let mut counts: Vec<usize> = Vec::new();
    for part in parts {
        let mut cells_of_set = vec![0; part.sums.sets.len()];
        part.sums.cells.iter().for_each(|cell| cells_of_set[cell.set as usize] += 1);
        for (set, cells) in part.sums.sets.iter().zip(cells_of_set) {
            for account in set {
                let account = account.0 as usize;
                counts.resize(counts.len().max(account + 1), 0);
                counts[account] += cells;
            }
        }
    }
    counts
}

/// Accounts in runs with about as many sums each, one run for each processor.
fn runs_of_accounts(counts: &[usize]) -> Vec<Range<usize>> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = counts.iter().sum::<usize>().div_ceil(threads);
    let (mut runs, mut from, mut taken) = (Vec::new(), 0, 0);
    for (account, count) in counts.iter().enumerate() {
        taken += count;
        if taken >= share {
            runs.push(from..account + 1);
            (from, taken) = (account + 1, 0);
        }
    }
    runs.push(from..counts.len());
    runs
}

/// The groups of a run of accounts, in order, each once. Sums are laid down by account before they are sorted, so that what is sorted at a
/// time stays in the cache.
fn groups_of_accounts(parts: &[RankedSums<'_, '_>], run: &Range<usize>, counts: &[usize], by_month: bool) -> Vec<GroupRow> {
    let mut next = Vec::with_capacity(run.len());
    let count = counts[run.clone()].iter().fold(0, |before, count| {
        next.push(before);
        before + count
    });
    let mut rows = vec![GroupRow { key: 0, acr: Amount::ZERO }; count];
    for part in parts {
        for cell in &part.sums.cells {
            let key = part.key(cell, by_month);
            for account in &part.sums.sets[cell.set as usize] {
                if let Some(next) = (account.0 as usize).checked_sub(run.start).and_then(|at| next.get_mut(at)) {
                    rows[*next] = GroupRow { key: u128::from(account.0) << 96 | key, acr: cell.sum };
                    *next += 1;
                }
            }
        }
    }
    let mut from = 0;
    for to in next {
        rows[from..to].sort_unstable_by_key(|row| row.key);
        from = to;
    }
    merged(rows)
}

/// The groups of everybody, in order, each once.
fn groups_of_all(parts: &[RankedSums<'_, '_>], by_month: bool) -> Vec<GroupRow> {
    let cells = parts.iter().flat_map(|part| part.sums.cells.iter().map(move |cell| (part, cell)));
    // a row counts once for each of the accounts that share it
    let rows = cells.flat_map(|(part, cell)| {
        let row = GroupRow { key: part.key(cell, by_month), acr: cell.sum };
        part.sums.sets[cell.set as usize].iter().map(move |_| row)
    });
    let mut rows: Vec<GroupRow> = rows.collect();
    rows.sort_unstable_by_key(|row| row.key);
    merged(rows)
}

/// Rows in order, with equal groups as one.
fn merged(mut rows: Vec<GroupRow>) -> Vec<GroupRow> {
    rows.dedup_by(|next, kept| {
        let is_same = next.key == kept.key;
        if is_same {
            kept.acr += next.acr;
        }
        is_same
    });
    rows
}

fn months_since_year_0(month: Month) -> u32 {
    u32::try_from(month.months_since(Month::new(0, 1))).unwrap_or_default()
}

pub(super) struct ByGroup<'r> {
    pub register: &'r Register<'r>,
    pub by: &'r [GroupBy],
}

impl Crediting for ByGroup<'_> {
    type Base = GroupBase;
    type Share = AccountIx;

    fn kept(&self) -> Kept {
        let [tenant, subscription, service] =
            [GroupBy::Tenant, GroupBy::Subscription, GroupBy::Service].map(|column| self.by.contains(&column));
        Kept { tenant, subscription, service }
    }

    fn base(&self, tenant: &str, subscription: &str) -> GroupBase {
        [Name::new(tenant).as_str().into(), Name::new(subscription).as_str().into()]
    }

    fn shares(&self, ties: &[&PlaceTie]) -> Vec<AccountIx> {
        let accounts = ties.iter().map(|tie| self.register.partners.account_of(tie.location));
        accounts.collect::<BTreeSet<_>>().into_iter().collect()
    }
}
