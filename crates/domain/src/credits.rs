//! Credits: usage summed by the account that it is credited to, ready to be measured.

/// The cells of an account.
mod of_account;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use crate::amount::Amount;
use crate::attach::AttachSet;
use crate::estates::{Estates, Strays, Touched};
use crate::facts::{Consumption, Program};
use crate::names::Name;
use crate::partners::AccountIx;
use crate::register::Register;
use crate::ties::{Subject, Tie};
use crate::time::Month;

pub use of_account::{OfAccount, OfCustomer};

/// The months that scores are taken at. Resale chains are looked up as of each, so credits can differ between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoredMonths(Vec<Month>);

/// A set of scored months.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonthSet(u32);

impl ScoredMonths {
    /// At most this many months are scored together.
    pub const MAX: usize = 32;

    /// The months, in order and once each.
    ///
    /// # Panics
    /// When there are more than [`ScoredMonths::MAX`].
    #[must_use]
    pub fn new(months: impl IntoIterator<Item = Month>) -> Self {
        let months: BTreeSet<Month> = months.into_iter().collect();
        assert!(months.len() <= Self::MAX, "at most {} months are scored together", Self::MAX);
        Self(months.into_iter().collect())
    }

    /// The months.
    pub fn iter(&self) -> impl Iterator<Item = Month> + '_ {
        self.0.iter().copied()
    }

    /// The last of the months.
    #[must_use]
    pub fn last(&self) -> Option<Month> {
        self.0.last().copied()
    }

    /// All of the months that are not before `month`: those at which usage of `month` counts.
    #[must_use]
    pub fn from(&self, month: Month) -> MonthSet {
        let (first, count) = (self.0.partition_point(|scored| *scored < month), self.0.len());
        // each of a set's bits is a month
        MonthSet(u32::MAX.checked_shl(first as u32).unwrap_or(0) & u32::MAX.checked_shr(32 - count as u32).unwrap_or(0))
    }

    /// The set of one month; empty when it is not scored.
    #[must_use]
    pub fn only(&self, month: Month) -> MonthSet {
        self.0.iter().position(|scored| *scored == month).map_or(MonthSet(0), |ix| MonthSet(1 << ix))
    }
}

impl MonthSet {
    /// Whether the sets share a month.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets together.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The months in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether there is no month in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Consumption credited to an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConsumptionCell {
    /// The customer.
    pub tenant: Name,
    /// The service.
    pub service: Name,
    /// The month.
    pub month: Month,
    /// The attach types through which the account is tied to the rows.
    pub attach: AttachSet,
    /// The scored months for which that is so.
    pub scored: MonthSet,
    /// Azure consumed revenue, US dollars.
    pub acr: Amount,
}

/// Workload usage credited to an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsageCell {
    /// The customer.
    pub tenant: Name,
    /// The workload.
    pub workload: Name,
    /// The month.
    pub month: Month,
    /// The attach types through which the account is tied to the rows.
    pub attach: AttachSet,
    /// The scored months for which that is so.
    pub scored: MonthSet,
    /// Paid seats.
    pub seats: Amount,
    /// Active users.
    pub users: Amount,
    /// Units that are not users.
    pub quantity: Amount,
}

/// Revenue credited to an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RevenueCell {
    /// The customer.
    pub tenant: Name,
    /// The workload.
    pub workload: Name,
    /// The month.
    pub month: Month,
    /// The attach types through which the account is tied to the rows.
    pub attach: AttachSet,
    /// The scored months for which that is so.
    pub scored: MonthSet,
    /// Revenue, US dollars.
    pub revenue: Amount,
}

/// The first month that each table of usage holds; none when it is empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FirstMonths {
    /// Of consumption.
    pub consumption: Option<Month>,
    /// Of workload usage.
    pub usage: Option<Month>,
    /// Of revenue.
    pub revenue: Option<Month>,
}

/// The usage of a program as credited, by account (see [`crate::partners::AccountIx`]), cells sorted by tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credits {
    /// The months that scores are taken at.
    pub months: ScoredMonths,
    /// Azure consumption.
    pub consumption: Vec<OfAccount<ConsumptionCell>>,
    /// Workload usage.
    pub usage: Vec<OfAccount<UsageCell>>,
    /// Revenue.
    pub revenue: Vec<OfAccount<RevenueCell>>,
    /// Where the data begin.
    pub first: FirstMonths,
}

/// Consumption credited by account, with the first month seen: what the engine computes at volume.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConsumptionCredits {
    /// Cells by account, sorted.
    pub by_account: Vec<OfAccount<ConsumptionCell>>,
    /// The first month of the table; none when it is empty.
    pub first: Option<Month>,
    /// The subscriptions that rows name as those of customers whose they are not known to be.
    pub strays: Strays,
}

/// How each account is tied to a row: the attach types, and the scored months for which they hold.
type AccountTies = Vec<(AccountIx, AttachSet, MonthSet)>;

/// Groups the ties of a row, found for each scored month, by account.
fn by_account(register: &Register<'_>, ties: impl Iterator<Item = (MonthSet, Vec<Tie>)>) -> AccountTies {
    let mut grouped: BTreeMap<(AccountIx, AttachSet), MonthSet> = BTreeMap::new();
    for (scored, ties) in ties {
        let mut sets: BTreeMap<AccountIx, AttachSet> = BTreeMap::new();
        for tie in ties {
            let set = sets.entry(register.partners.account_of(tie.location)).or_default();
            *set = set.or(AttachSet::of(tie.attach));
        }
        for key in sets {
            let months = grouped.entry(key).or_default();
            *months = months.or(scored);
        }
    }
    grouped.into_iter().map(|((account, attach), scored)| (account, attach, scored)).collect()
}

/// The ties of a row of `month` at each scored month that reads it; asked once when no chain can differ.
fn at_each<'a>(
    months: &'a ScoredMonths,
    month: Month,
    differs: bool,
    ties: impl Fn(Month) -> Vec<Tie> + 'a,
) -> impl Iterator<Item = (MonthSet, Vec<Tie>)> + 'a {
    let readers = months.iter().filter(move |scored| *scored >= month);
    readers.take(if differs { usize::MAX } else { 1 }).map(move |scored| {
        let set = if differs { months.only(scored) } else { months.from(month) };
        (set, ties(scored))
    })
}

/// Credits `rows` of consumption row by row: the reference that the engine must equal.
#[must_use]
pub fn credit_consumption(register: &Register<'_>, rows: &[Consumption], months: &ScoredMonths) -> ConsumptionCredits {
    type Key = (Name, Name, Month, AttachSet, MonthSet);
    let mut sums: Vec<BTreeMap<Key, Amount>> = vec![BTreeMap::new(); register.partners.accounts().count()];
    let mut strays = Strays::new();
    let is_read = |row: &&Consumption| months.last().is_some_and(|last| row.usage_date.month() <= last);
    for row in rows.iter().filter(|row| register.rulebook.counts_offer(row.offer.as_ref())).filter(is_read) {
        let month = row.usage_date.month();
        if register.is_stray(&row.tenant_id, &row.subscription_id) {
            strays.insert((row.tenant_id.clone(), row.subscription_id.clone()));
        }
        let ties = at_each(months, month, register.has_chain(&row.subscription_id), |scored| register.ties_of_consumption(row, scored));
        for (account, attach, scored) in by_account(register, ties) {
            let key = (row.tenant_id.clone(), Name::new(&row.service), month, attach, scored);
            *sums[account.0 as usize].entry(key).or_default() += row.acr_usd;
        }
    }
    let cell = |((tenant, service, month, attach, scored), acr)| ConsumptionCell { tenant, service, month, attach, scored, acr };
    ConsumptionCredits {
        by_account: sums.into_iter().map(|sums| sums.into_iter().map(cell).collect()).collect(),
        first: rows.iter().map(|row| row.usage_date.month()).min(),
        strays,
    }
}

impl Credits {
    /// Credits workload usage and revenue of `program`, and takes in its consumption as credited.
    #[must_use]
    pub fn new(register: &Register<'_>, program: &Program, months: ScoredMonths, consumption: ConsumptionCredits) -> Self {
        let first = FirstMonths {
            consumption: consumption.first,
            usage: program.workload_usage.iter().map(|row| row.month).min(),
            revenue: program.revenue.iter().map(|row| row.month).min(),
        };
        let usage = credit_usage(register, program, &months);
        let revenue = credit_revenue(register, program, &months);
        Self { usage, revenue, consumption: consumption.by_account, months, first }
    }

    /// The credits with those of the customers that a change touches in the place of the old ones. `anew` are the credits of just these
    /// customers, consumption of just the months that are touched, but with the first month of all of it; `estates` are those after the change.
    #[must_use]
    pub fn replaced(&self, estates: &Estates, touched: &Touched, anew: &Self) -> Self {
        let accounts = estates.partners().accounts().map(|account| touched.accounts.contains(estates.partners().account_id(account)));
        let accounts: Vec<bool> = accounts.collect();
        let is_consumed = |cell: &ConsumptionCell| touched.consumption.get(&cell.tenant).is_some_and(|months| months.has(cell.month));
        let (consuming, tenants) = (touched.consumption.keys(), touched.tenants.iter());
        let program = estates.program();
        Self {
            months: self.months.clone(),
            consumption: replace(&self.consumption, &anew.consumption, &accounts, |old, anew| {
                old.replaced(anew, consuming.clone(), is_consumed)
            }),
            usage: replace(&self.usage, &anew.usage, &accounts, |old, anew| old.replaced(anew, tenants.clone(), |_| true)),
            revenue: replace(&self.revenue, &anew.revenue, &accounts, |old, anew| old.replaced(anew, tenants.clone(), |_| true)),
            first: FirstMonths {
                consumption: anew.first.consumption,
                usage: program.workload_usage.iter().map(|row| row.month).min(),
                revenue: program.revenue.iter().map(|row| row.month).min(),
            },
        }
    }
}

/// The cells of each account, those of touched ones replaced.
fn replace<C: Clone>(
    old: &[OfAccount<C>],
    anew: &[OfAccount<C>],
    accounts: &[bool],
    replaced: impl Fn(&OfAccount<C>, &OfAccount<C>) -> OfAccount<C>,
) -> Vec<OfAccount<C>> {
    let cells =
        old.iter().zip(anew).zip(accounts).map(|((old, anew), is_touched)| if *is_touched { replaced(old, anew) } else { old.clone() });
    cells.collect()
}

fn credit_usage(register: &Register<'_>, program: &Program, months: &ScoredMonths) -> Vec<OfAccount<UsageCell>> {
    type Key = (Name, Name, Month, AttachSet, MonthSet);
    let mut sums: Vec<BTreeMap<Key, [Amount; 3]>> = vec![BTreeMap::new(); register.partners.accounts().count()];
    for row in &program.workload_usage {
        let subject = Subject { tenant: &row.tenant_id, subscription: row.subscription_id.as_ref(), workload: Some(&row.workload) };
        let ties = at_each(months, row.month, register.may_be_resold(subject), |scored| register.ties_of_usage(row, scored));
        for (account, attach, scored) in by_account(register, ties) {
            let key = (row.tenant_id.clone(), row.workload.clone(), row.month, attach, scored);
            let sum = sums[account.0 as usize].entry(key).or_default();
            sum[0] += row.paid_seats;
            sum[1] += row.active_users;
            sum[2] += row.quantity;
        }
    }
    let cell = |((tenant, workload, month, attach, scored), [seats, users, quantity]): (Key, [Amount; 3])| UsageCell {
        tenant,
        workload,
        month,
        attach,
        scored,
        seats,
        users,
        quantity,
    };
    sums.into_iter().map(|sums| sums.into_iter().map(cell).collect()).collect()
}

fn credit_revenue(register: &Register<'_>, program: &Program, months: &ScoredMonths) -> Vec<OfAccount<RevenueCell>> {
    type Key = (Name, Name, Month, AttachSet, MonthSet);
    let mut sums: Vec<BTreeMap<Key, Amount>> = vec![BTreeMap::new(); register.partners.accounts().count()];
    for row in &program.revenue {
        let subject = Subject { tenant: &row.tenant_id, subscription: row.subscription_id.as_ref(), workload: Some(&row.workload) };
        let ties = at_each(months, row.month, register.may_be_resold(subject), |scored| register.ties_of_revenue(row, scored));
        for (account, attach, scored) in by_account(register, ties) {
            let key = (row.tenant_id.clone(), row.workload.clone(), row.month, attach, scored);
            *sums[account.0 as usize].entry(key).or_default() += row.revenue_usd;
        }
    }
    let cell = |((tenant, workload, month, attach, scored), revenue)| RevenueCell { tenant, workload, month, attach, scored, revenue };
    sums.into_iter().map(|sums| sums.into_iter().map(cell).collect()).collect()
}

/// Who covers a pair of tenant and workload in a month: accounts with the attach types of their ties.
pub type Covering = Vec<(AccountIx, AttachSet)>;

/// A tenant and a workload.
type Pair<'a> = (&'a Name, &'a Name);

/// The thirteen months up to a scored one, of the pairs asked for so far.
type Known<'a> = HashMap<(Pair<'a>, Month), Rc<Vec<Covering>>>;

/// The months with rows, by the subscription that the rows name.
type MonthsBySubscription<'a> = BTreeMap<Option<&'a Name>, BTreeSet<Month>>;

/// Coverage of pairs of tenant and workload, month by month, whether or not there was usage in the month.
///
/// A pair is covered in a month when a tie holds on its last day for the tenant, the workload and any subscription (or none)
/// found on the pair's rows in the twelve months up to, and in, the scored month.
pub struct Coverage<'a> {
    register: &'a Register<'a>,
    rows: HashMap<Pair<'a>, MonthsBySubscription<'a>>,
    pairs: HashMap<&'a Name, Vec<Pair<'a>>>,
    known: RefCell<Known<'a>>,
}

impl<'a> Coverage<'a> {
    /// How many months are looked at: the scored one and the twelve before.
    pub const MONTHS: i32 = 13;

    /// Prepares the pairs of `program`.
    #[must_use]
    pub fn new(register: &'a Register<'a>, program: &'a Program) -> Self {
        let mut rows: HashMap<_, BTreeMap<_, BTreeSet<Month>>> = HashMap::new();
        for row in &program.workload_usage {
            let subscriptions = rows.entry((&row.tenant_id, &row.workload)).or_default();
            subscriptions.entry(row.subscription_id.as_ref()).or_default().insert(row.month);
        }
        let mut pairs: HashMap<&Name, Vec<Pair<'_>>> = HashMap::new();
        for pair @ (tenant, _) in rows.keys().copied().collect::<BTreeSet<_>>() {
            pairs.entry(tenant).or_default().push(pair);
        }
        Self { register, rows, pairs, known: RefCell::default() }
    }

    /// The pairs of a tenant that have rows.
    pub fn pairs(&self, tenant: &Name) -> &[Pair<'a>] {
        self.pairs.get(tenant).map_or(&[], Vec::as_slice)
    }

    /// Who covers a pair in each of the thirteen months up to `scored`, oldest first.
    #[must_use]
    pub fn of(&self, tenant: &'a Name, workload: &'a Name, scored: Month) -> Rc<Vec<Covering>> {
        let key = ((tenant, workload), scored);
        if let Some(known) = self.known.borrow().get(&key) {
            return Rc::clone(known);
        }
        let covering = Rc::new(self.compute(tenant, workload, scored));
        self.known.borrow_mut().insert(key, Rc::clone(&covering));
        covering
    }

    fn compute(&self, tenant: &'a Name, workload: &'a Name, scored: Month) -> Vec<Covering> {
        let first = scored.minus(Self::MONTHS - 1);
        let rows = self.rows.get(&(tenant, workload)).into_iter().flatten();
        let found = rows.filter(|(_, months)| months.range(first..=scored).next().is_some());
        let subscriptions: Vec<Option<&Name>> = found.map(|(subscription, _)| *subscription).collect();
        let of_month = |month: Month| {
            let ties = subscriptions.iter().flat_map(|subscription| {
                let subject = Subject { tenant, subscription: *subscription, workload: Some(workload) };
                self.register.ties_on(subject, month.last_day(), scored)
            });
            let mut sets: BTreeMap<AccountIx, AttachSet> = BTreeMap::new();
            for tie in ties {
                let set = sets.entry(self.register.partners.account_of(tie.location)).or_default();
                *set = set.or(AttachSet::of(tie.attach));
            }
            sets.into_iter().collect()
        };
        scored.trailing(Self::MONTHS).map(of_month).collect()
    }
}
