//! Crediting at volume: usage rows in, credited sums out. The same meaning as `domain`'s row-by-row crediting.
//!
//! ```text
//!   files ─▶ decode ─┬─▶ place 0 ─┐      decode: only the needed columns; hash names, those in a dictionary once
//!            decode ─┴─▶ place 1 ─┴─▶    place:  places seen before cost one look-up; new ones get dated segments of *partner sets*
//! ```
//!
//! Every row's tenant decides which placer it goes to, so no two placers share a customer: nothing is locked, and nothing is
//! merged at the end but lists. A row costs two look-ups however many partners are tied to it, because partner sets are
//! interned and expanded to partners only after summing. A place is a resource group where no grant tells its resources apart.

#[cfg(test)]
mod equals_domain;

/// Who is tied to which scope, and on which days.
mod grants;

/// Dated segments of partner sets for a place in a customer's cloud.
mod segments;

/// The estates that rows name.
mod estates;

/// Summing rows by place, service, month and partner set.
mod place;

/// Decoding usage files into columns, and routing rows by tenant.
mod scan;

/// Credits by group.
mod groups;

/// Which customers and subscriptions rows name together.
mod named;

/// The customers and months that are credited when not everything is.
mod only;

/// Sums as rows.
#[cfg(feature = "cluster")]
pub(crate) mod wire;

use std::collections::BTreeMap;

use domain::amount::Amount;
use domain::attach::AttachSet;
use domain::credits::{ConsumptionCell, ConsumptionCredits, MonthSet, ScoredMonths};
use domain::estates::{MonthsTouched, Strays};
use domain::lines::{ConsumptionAreas, FlaggedTie, LineKey, flag};
use domain::names::Name;
use domain::partners::AccountIx;
use domain::register::Register;
use domain::ties::Tie;
use domain::time::Month;
use hashbrown::HashMap;

use crate::files::TableFile;
use crate::problems::Problems;
use crate::source::FileError;

pub(crate) use only::Only;

pub use grants::PlaceTie;
pub use named::named_together;

pub use groups::{Group, GroupBy, Groups, credited_groups};

/// Which names of a row its sum is kept by.
#[derive(Debug, Clone, Copy)]
struct Kept {
    tenant: bool,
    subscription: bool,
    service: bool,
}

/// What usage is credited by: which names of a row are kept, and what a set of ties becomes.
trait Crediting: Sync {
    /// The tenant and the subscription, as far as they are kept.
    type Base: Send;
    /// What is credited, one for each share of a set of ties.
    type Share: Clone + Eq + std::hash::Hash + Send;

    fn kept(&self) -> Kept;
    /// The base of a tenant and a subscription as spelled; those that are not kept are blank.
    fn base(&self, tenant: &str, subscription: &str) -> Self::Base;
    fn shares(&self, ties: &[&PlaceTie]) -> Vec<Self::Share>;
}

/// Sums by base, service, month and set of shares.
struct Sums<C: Crediting> {
    bases: Vec<C::Base>,
    /// Services as spelled; one blank one when they are not kept.
    services: Vec<String>,
    sets: Vec<Vec<C::Share>>,
    cells: Vec<SumCell>,
    /// The customers and subscriptions that rows name together.
    estates: Vec<(Name, Name)>,
}

/// A sum.
#[derive(Clone, Copy)]
struct SumCell {
    base: u32,
    service: u32,
    set: u32,
    month: Month,
    sum: Amount,
}

/// Sums of every placer, with the first month seen and what was wrong with rows.
struct Credited<C: Crediting> {
    parts: Vec<Sums<C>>,
    first: Option<Month>,
}

impl<C: Crediting> Credited<C> {
    fn strays(&self, register: &Register<'_>) -> Strays {
        let named = self.parts.iter().flat_map(|part| &part.estates);
        named.filter(|(tenant, subscription)| register.is_stray(tenant, subscription)).cloned().collect()
    }

    fn each(&self, mut take: impl FnMut(&C::Base, &str, &C::Share, Month, Amount)) {
        for part in &self.parts {
            for cell in &part.cells {
                let (base, service) = (&part.bases[cell.base as usize], &part.services[cell.service as usize]);
                for share in &part.sets[cell.set as usize] {
                    take(base, service, share, cell.month, cell.sum);
                }
            }
        }
    }
}

/// The consumption to credit, and where that is done.
#[derive(Clone, Copy)]
pub enum Usage<'u> {
    /// The rows of files, here.
    Files(&'u [TableFile]),
    /// A home's, by the executors of a cluster.
    #[cfg(feature = "cluster")]
    Cluster(&'u crate::cluster::Session),
}

impl<'u> From<&'u [TableFile]> for Usage<'u> {
    fn from(files: &'u [TableFile]) -> Self {
        Self::Files(files)
    }
}

impl<'u> From<&'u Vec<TableFile>> for Usage<'u> {
    fn from(files: &'u Vec<TableFile>) -> Self {
        Self::Files(files)
    }
}

/// What is to be summed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ask {
    /// What accounts are credited with, as of some months.
    Accounts(ScoredMonths),
    /// Lines as of a month.
    Lines(Month),
    /// Groups as of a month.
    Groups(Month, Vec<GroupBy>),
}

impl Usage<'_> {
    #[cfg_attr(not(feature = "cluster"), expect(unused_variables, reason = "only a cluster has to be told what is asked"))]
    fn sums<C: wired::Wired>(
        self,
        register: &Register<'_>,
        months: &ScoredMonths,
        crediting: &C,
        ask: impl FnOnce() -> Ask,
        problems: &mut Problems,
    ) -> Result<Credited<C>, FileError> {
        match self {
            Self::Files(files) => scan::run(files, register, months, crediting, None, problems),
            // what is wrong with a home's rows was told when they were imported
            #[cfg(feature = "cluster")]
            Self::Cluster(session) => {
                let batches = session.sums(&ask()).map_err(|source| FileError::Cluster { source: Box::new(source) })?;
                wire::read(crediting, &batches).ok_or(FileError::NoSums)
            }
        }
    }
}

/// Credits the customers of a share, from one name to before another, and gives their sums as rows; names of subscriptions that are not known
/// as those customers' come with them.
#[cfg(feature = "cluster")]
pub(crate) fn share_of(
    ask: &Ask,
    share: usize,
    files: &[TableFile],
    register: &Register<'_>,
    between: (&str, Option<&str>),
) -> Result<(Vec<arrow_array::RecordBatch>, Strays), FileError> {
    fn run<C: wire::Wired>(
        crediting: &C,
        share: usize,
        files: &[TableFile],
        (register, months): (&Register<'_>, &ScoredMonths),
        (from, to): (&str, Option<&str>),
    ) -> Result<(Vec<arrow_array::RecordBatch>, Strays), FileError> {
        let only = Only::Between(from, to);
        let credited = scan::run(files, register, months, crediting, Some(&only), &mut Problems::default())?;
        let strays = credited.strays(register);
        Ok((wire::write(crediting, share, &credited).map_err(|_| FileError::NoSums)?, strays))
    }
    match ask {
        Ask::Accounts(months) => run(&ByAccount { register, months }, share, files, (register, months), between),
        Ask::Lines(month) => run(&ByLine { register }, share, files, (register, &ScoredMonths::new([*month])), between),
        Ask::Groups(month, by) => run(&groups::ByGroup { register, by }, share, files, (register, &ScoredMonths::new([*month])), between),
    }
}

/// What a cluster has to be able to do with what usage is credited by.
mod wired {
    #[cfg(feature = "cluster")]
    pub(super) use super::wire::Wired;

    /// Everything here.
    #[cfg(not(feature = "cluster"))]
    pub(super) trait Wired: super::Crediting {}

    #[cfg(not(feature = "cluster"))]
    impl<C: super::Crediting> Wired for C {}
}

/// Credits consumption by account, ready for scoring at `months`.
///
/// # Errors
/// When a file cannot be read; rows that cannot be taken are told in `problems`.
pub fn credit_consumption<'u>(
    usage: impl Into<Usage<'u>>,
    register: &Register<'_>,
    months: &ScoredMonths,
    problems: &mut Problems,
) -> Result<ConsumptionCredits, FileError> {
    let crediting = ByAccount { register, months };
    let credited = usage.into().sums(register, months, &crediting, || Ask::Accounts(months.clone()), problems)?;
    Ok(by_account(&credited, register, months))
}

/// Credits the consumption of some customers in some months, from files of the lake: pages that hold none of it are not read. The first
/// month that is told is one of what was read. What is wrong with rows was told when everything was credited.
///
/// # Errors
/// When a file cannot be read.
pub fn credit_touched(
    files: &[TableFile],
    register: &Register<'_>,
    months: &ScoredMonths,
    touched: &BTreeMap<Name, MonthsTouched>,
) -> Result<ConsumptionCredits, FileError> {
    let crediting = ByAccount { register, months };
    let credited = scan::run(files, register, months, &crediting, Some(&Only::new(touched)), &mut Problems::default())?;
    Ok(by_account(&credited, register, months))
}

/// Sums as cells of accounts.
fn by_account(credited: &Credited<ByAccount<'_>>, register: &Register<'_>, months: &ScoredMonths) -> ConsumptionCredits {
    type Key = (Name, Name, Month, AttachSet, MonthSet);
    let accounts = register.partners.accounts().count();
    let mut by_account: Vec<Vec<(Key, Amount)>> = vec![Vec::new(); accounts];
    let mut services: HashMap<String, Name> = HashMap::new();
    credited.each(|tenant, service, (account, attach, scored), month, amount| {
        let scored = scored.and(months.from(month));
        if !scored.is_empty() {
            let service = services.entry_ref(service).or_insert_with(|| Name::new(service)).clone();
            by_account[account.0 as usize].push(((tenant.clone(), service, month, *attach, scored), amount));
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
        cells.into_iter().collect()
    });
    let strays = credited.strays(register);
    ConsumptionCredits { by_account: cells.collect(), first: credited.first, strays }
}

struct ByAccount<'r> {
    register: &'r Register<'r>,
    months: &'r ScoredMonths,
}

impl Crediting for ByAccount<'_> {
    type Base = Name;
    type Share = (AccountIx, AttachSet, MonthSet);

    fn kept(&self) -> Kept {
        Kept { tenant: true, subscription: false, service: true }
    }

    fn base(&self, tenant: &str, _: &str) -> Name {
        Name::new(tenant)
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
pub fn credited_lines<'u>(
    usage: impl Into<Usage<'u>>,
    register: &Register<'_>,
    month: Month,
    problems: &mut Problems,
) -> Result<BTreeMap<LineKey, Amount>, FileError> {
    let months = ScoredMonths::new([month]);
    let crediting = ByLine { register };
    let credited = usage.into().sums(register, &months, &crediting, || Ask::Lines(month), problems)?;
    let areas = ConsumptionAreas::new(register.rulebook);
    let mut lines = BTreeMap::new();
    credited.each(|(tenant, subscription), service, tie, row_month, amount| {
        let service = service.trim();
        let key = LineKey {
            month: row_month,
            tenant: tenant.clone(),
            subscription: subscription.clone(),
            service: service.to_owned(),
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
    type Base = (Name, Name);
    type Share = FlaggedTie;

    fn kept(&self) -> Kept {
        Kept { tenant: true, subscription: true, service: true }
    }

    fn base(&self, tenant: &str, subscription: &str) -> (Name, Name) {
        (Name::new(tenant), Name::new(subscription))
    }

    fn shares(&self, ties: &[&PlaceTie]) -> Vec<FlaggedTie> {
        let tie = |tie: &&PlaceTie| Tie { attach: tie.attach, role: tie.role.clone(), location: tie.location, association: String::new() };
        flag(&ties.iter().map(tie).collect::<Vec<_>>(), &self.register.partners)
    }
}
