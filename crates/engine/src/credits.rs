//! Crediting at volume: usage rows in, credited sums out. The same meaning as `domain`'s row-by-row crediting.
//!
//! ```text
//!   files ─▶ decode ─┬─▶ place 0 ─┐      decode: only the needed columns, strings as views; hash the raw bytes of a row's names
//!            decode ─┴─▶ place 1 ─┴─▶    place:  names seen before cost one look-up; new ones get dated segments of *partner sets*
//! ```
//!
//! Every row's tenant decides which placer it goes to, so no two placers share a customer: nothing is locked, and nothing is
//! merged at the end but lists. A row costs two look-ups however many partners are tied to it, because partner sets are
//! interned and expanded to partners only after summing.

#[cfg(test)]
mod equals_domain;

/// Credits by group.
mod groups;

/// Summing rows by names, month and partner set.
mod place;

/// Decoding usage files into columns, and routing rows by tenant.
mod scan;

/// Dated segments of partner sets for a place in a customer's cloud.
mod segments;

use std::collections::BTreeMap;

use domain::amount::Amount;
use domain::attach::AttachSet;
use domain::credits::{ConsumptionCell, ConsumptionCredits, MonthSet, ScoredMonths};
use domain::lines::{ConsumptionAreas, FlaggedTie, LineKey, flag};
use domain::names::Name;
use domain::partners::AccountIx;
use domain::register::Register;
use domain::ties::Tie;
use domain::time::Month;

use crate::columns::RowNames;
use crate::files::TableFile;
use crate::problems::Problems;
use crate::source::FileError;

pub use groups::{Group, GroupBy, Groups, credited_groups};
pub use segments::PlaceTie;

/// What usage is credited by: which names of a row are kept, and what a set of ties becomes.
trait Crediting: Sync {
    /// The names of a row that its sum is kept by.
    type Subject: Clone + Eq + std::hash::Hash + Send;
    /// What is credited, one for each share of a set of ties.
    type Share: Clone + Eq + std::hash::Hash + Send;

    /// The names that the subject is made of, as spelled; the others are blank.
    fn kept<'n>(&self, names: &RowNames<'n>) -> [&'n str; 3];
    fn subject(&self, kept: [&str; 3]) -> Self::Subject;
    fn shares(&self, ties: &[&PlaceTie]) -> Vec<Self::Share>;
}

/// Sums by subject, month and set of shares.
struct Sums<C: Crediting> {
    subjects: Vec<C::Subject>,
    sets: Vec<Vec<C::Share>>,
    /// Subject, set, month, sum.
    cells: Vec<(u32, u32, Month, Amount)>,
}

/// Sums of every placer, with the first month seen and what was wrong with rows.
struct Credited<C: Crediting> {
    parts: Vec<Sums<C>>,
    first: Option<Month>,
}

impl<C: Crediting> Credited<C> {
    fn each(&self, mut take: impl FnMut(&C::Subject, &C::Share, Month, Amount)) {
        for part in &self.parts {
            for (subject, set, month, amount) in &part.cells {
                for share in &part.sets[*set as usize] {
                    take(&part.subjects[*subject as usize], share, *month, *amount);
                }
            }
        }
    }
}

/// Credits consumption by account, ready for scoring at `months`.
///
/// # Errors
/// When a file cannot be read; rows that cannot be taken are told in `problems`.
pub fn credit_consumption(
    files: &[TableFile],
    register: &Register<'_>,
    months: &ScoredMonths,
    problems: &mut Problems,
) -> Result<ConsumptionCredits, FileError> {
    let crediting = ByAccount { register, months };
    let credited = scan::run(files, register, months, &crediting, problems)?;
    type Key = (Name, Name, Month, AttachSet, MonthSet);
    let accounts = register.partners.accounts().count();
    let mut by_account: Vec<Vec<(Key, Amount)>> = vec![Vec::new(); accounts];
    credited.each(|(tenant, service), (account, attach, scored), month, amount| {
        let scored = scored.and(months.from(month));
        if !scored.is_empty() {
            by_account[account.0 as usize].push(((tenant.clone(), service.clone(), month, *attach, scored), amount));
        }
    });
    let cells = by_account.into_iter().map(|mut sums| {
        sums.sort_unstable();
        let mut cells: Vec<ConsumptionCell> = Vec::new();
        for ((tenant, service, month, attach, scored), acr) in sums {
            let cell = ConsumptionCell { tenant, service, month, attach, scored, acr };
            match cells.last_mut() {
                Some(last) if ConsumptionCell { acr: last.acr, ..cell.clone() } == *last => last.acr += acr,
                _ => cells.push(cell),
            }
        }
        cells
    });
    Ok(ConsumptionCredits { by_account: cells.collect(), first: credited.first })
}

struct ByAccount<'r> {
    register: &'r Register<'r>,
    months: &'r ScoredMonths,
}

impl Crediting for ByAccount<'_> {
    type Subject = (Name, Name);
    type Share = (AccountIx, AttachSet, MonthSet);

    fn kept<'n>(&self, names: &RowNames<'n>) -> [&'n str; 3] {
        [names.tenant, "", names.service]
    }

    fn subject(&self, [tenant, _, service]: [&str; 3]) -> Self::Subject {
        (Name::new(tenant), Name::new(service))
    }

    /// The attach types of each account, for each scored month; equal ones together.
    fn shares(&self, ties: &[&PlaceTie]) -> Vec<Self::Share> {
        let mut shares: BTreeMap<(AccountIx, AttachSet), MonthSet> = BTreeMap::new();
        for scored in self.months.iter().map(|month| self.months.only(month)) {
            let mut attached: BTreeMap<AccountIx, AttachSet> = BTreeMap::new();
            for tie in ties.iter().filter(|tie| tie.months.meets(scored)) {
                let set = attached.entry(self.register.partners.account_of(tie.location)).or_default();
                *set = set.or(AttachSet::of(tie.attach));
            }
            for key in attached {
                let months = shares.entry(key).or_default();
                *months = months.or(scored);
            }
        }
        shares.into_iter().map(|((account, attach), months)| (account, attach, months)).collect()
    }
}

/// The credited lines up to `month`, chains as of `month`, ordered by all columns.
///
/// # Errors
/// When a file cannot be read; rows that cannot be taken are told in `problems`.
pub fn credited_lines(
    files: &[TableFile],
    register: &Register<'_>,
    month: Month,
    problems: &mut Problems,
) -> Result<BTreeMap<LineKey, Amount>, FileError> {
    let months = ScoredMonths::new([month]);
    let crediting = ByLine { register };
    let credited = scan::run(files, register, &months, &crediting, problems)?;
    let areas = ConsumptionAreas::new(register.rulebook);
    let mut lines = BTreeMap::new();
    credited.each(|(tenant, subscription, service), tie, row_month, amount| {
        let key = LineKey {
            month: row_month,
            tenant: tenant.clone(),
            subscription: subscription.clone(),
            service: service.clone(),
            areas: areas.of(tie.attach, &Name::new(service)),
            account: register.partners.account_id(register.partners.account_of(tie.location)).clone(),
            partner: register.partners.partner_id(tie.location).clone(),
            attach: tie.attach,
            role: tie.role.as_ref().map(|role| role.spelled().to_owned()).unwrap_or_default(),
            duplicate_in_account: tie.duplicate_in_account,
            duplicate_in_attach: tie.duplicate_in_attach,
            duplicate_in_location: tie.duplicate_in_location,
        };
        *lines.entry(key).or_insert(Amount::ZERO) += amount;
    });
    Ok(lines)
}

struct ByLine<'r> {
    register: &'r Register<'r>,
}

impl Crediting for ByLine<'_> {
    type Subject = (Name, Name, String);
    type Share = FlaggedTie;

    fn kept<'n>(&self, names: &RowNames<'n>) -> [&'n str; 3] {
        [names.tenant, names.subscription, names.service]
    }

    fn subject(&self, [tenant, subscription, service]: [&str; 3]) -> Self::Subject {
        (Name::new(tenant), Name::new(subscription), service.trim().to_owned())
    }

    fn shares(&self, ties: &[&PlaceTie]) -> Vec<FlaggedTie> {
        let tie = |tie: &&PlaceTie| Tie { attach: tie.attach, role: tie.role.clone(), location: tie.location, association: String::new() };
        flag(&ties.iter().map(tie).collect::<Vec<_>>(), &self.register.partners)
    }
}
