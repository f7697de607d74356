//! Evidence: the rows that concern a partner, each credited or with the first condition that failed.

use std::collections::{BTreeMap, BTreeSet};

use crate::amount::Amount;
use crate::attach::AttachSet;
use crate::estates::UsagePlaces;
use crate::facts::{Consumption, PalLink, Program, Revenue, WorkloadUsage};
use crate::metrics::Table;
use crate::names::Name;
use crate::partners::AccountIx;
use crate::reasons::Reason;
use crate::record::actor::Actor;
use crate::register::{Register, tidy_scope};
use crate::rights::{Act, On, allows};
use crate::ties::{Subject, Tie};
use crate::time::{Day, Interval, Month};

/// Which of the rows that concern a partner somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extent {
    /// All of them; those that are not credited with the reason.
    Concerning,
    /// Those that an association of the partner covers: of a day on which it holds, and of what it is for.
    Covered,
}

impl Extent {
    /// What of the rows that concern a global account an actor sees, as the policies tell.
    #[must_use]
    pub fn of(actor: &Actor, account: &Name) -> Self {
        if allows(actor, Act::UncoveredRead, &On::account(account)) { Self::Concerning } else { Self::Covered }
    }

    /// What is said where rows are left out; nothing where none are.
    #[must_use]
    pub const fn told(self) -> Option<&'static str> {
        match self {
            Self::Concerning => None,
            Self::Covered => Some("usage outside the days and the workloads of the partner's associations is not shown to the partner"),
        }
    }
}

/// Which rows are told one by one; of others only what they add up to by customer, item, month and verdict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowsOf {
    /// None: enough for what is not asked for its rows, and far smaller.
    Nobody,
    /// All of them.
    All,
    /// Those of a customer.
    Customer(Name),
    /// Those of a service or workload.
    Item(Name),
}

impl RowsOf {
    /// Whether rows of a customer and an item are told one by one.
    #[must_use]
    pub fn has(&self, tenant: &Name, item: &Name) -> bool {
        match self {
            Self::Nobody => false,
            Self::All => true,
            Self::Customer(only) => only == tenant,
            Self::Item(only) => only == item,
        }
    }
}

/// Whose evidence is asked for, up to when, and how far down.
#[derive(Debug, Clone)]
pub struct About {
    /// The global account.
    pub account: AccountIx,
    /// The scored month.
    pub month: Month,
    /// Which rows are told one by one.
    pub rows: RowsOf,
}

/// Rows of one table that share customer, month, names and verdict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowGroup {
    /// The customer.
    pub tenant: Name,
    /// The service or workload.
    pub item: Name,
    /// The month.
    pub month: Month,
    /// The subscription; nothing where rows are not told one by one.
    pub subscription: Option<Name>,
    /// The resource; nothing where rows are not told one by one.
    pub resource: Option<Name>,
    /// The attach types through which the account is tied to the rows; none when it is not.
    pub attach: AttachSet,
    /// The associations, in words, each with the location that it names; none where rows are not told one by one.
    pub associations: Vec<String>,
    /// Why the account is not tied to the rows, or why nobody can be.
    pub failure: Option<Reason>,
    /// Whether an association of the account covers the rows, though their offer may be none that counts.
    pub covered: bool,
}

/// Where a row came from: a file, and the line or row in it.
pub type Origin<'o> = (&'o str, u64);

/// What the rows of a group add up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowSums {
    /// Where the rows came from: lines by file, at most [`RowSums::LINES_MAX`] of them.
    pub origins: BTreeMap<String, Vec<u64>>,
    /// How many rows.
    pub rows: u64,
    /// Azure consumed revenue or revenue, dollars.
    pub dollars: Amount,
    /// Paid seats.
    pub seats: Amount,
    /// Active users.
    pub users: Amount,
    /// Units that are not users.
    pub quantity: Amount,
}

impl RowSums {
    /// How many lines are kept: a month of days.
    pub const LINES_MAX: u64 = 31;

    fn add(&mut self, origin: Option<Origin<'_>>) {
        self.rows += 1;
        if let Some((file, line)) = origin.filter(|_| self.rows <= Self::LINES_MAX) {
            self.origins.entry(file.to_owned()).or_default().push(line);
        }
    }

    /// Where the rows came from, `file:line,line`; nothing when it is not known.
    #[must_use]
    pub fn told(&self) -> Option<String> {
        let of_file = |(file, lines): (&String, &Vec<u64>)| {
            let lines: Vec<String> = lines.iter().map(u64::to_string).collect();
            format!("{file}:{}", lines.join(","))
        };
        let files: Vec<String> = self.origins.iter().map(of_file).collect();
        let more = self.rows.saturating_sub(Self::LINES_MAX);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!files.is_empty()).then(|| format!("{}{more}", files.join(" ")))
    }
}

/// The rows that concern an account, as of a scored month: those of tenants and subscriptions that an association names.
pub struct Evidence<'a> {
    register: &'a Register<'a>,
    account: AccountIx,
    month: Month,
    rows: RowsOf,
    extent: Extent,
    ids: BTreeSet<Name>,
    tenants: BTreeSet<Name>,
    subscriptions: BTreeSet<Name>,
    consumption: BTreeMap<RowGroup, RowSums>,
    usage: BTreeMap<RowGroup, RowSums>,
    revenue: BTreeMap<RowGroup, RowSums>,
}

impl<'a> Evidence<'a> {
    /// Judges the rows of workload usage and revenue, whose origins are asked for by table and place in it; consumption is added
    /// row by row.
    #[must_use]
    pub fn new<'o>(
        register: &'a Register<'a>,
        program: &Program,
        about: About,
        origin: impl Fn(&'static str, usize) -> Option<Origin<'o>>,
    ) -> Self {
        let all = UsagePlaces { usage: (0..program.workload_usage.len()).collect(), revenue: (0..program.revenue.len()).collect() };
        Self::among(register, program, about, &all, origin)
    }

    /// The same, where it is known among which rows of workload usage and revenue those lie that concern the account.
    #[must_use]
    pub fn among<'o>(
        register: &'a Register<'a>,
        program: &Program,
        about: About,
        places: &UsagePlaces,
        origin: impl Fn(&'static str, usize) -> Option<Origin<'o>>,
    ) -> Self {
        let About { account, month, rows } = about;
        let id = register.partners.account_id(account);
        let own = program.partners.iter().filter(|row| row.global_partner_id == *id || row.partner_id == *id);
        let ids: BTreeSet<Name> = own.map(|row| row.partner_id.clone()).chain([id.clone()]).collect();
        let (tenants, subscriptions) = Register::reach(program, &ids.iter().collect());
        let mut evidence = Self {
            register,
            account,
            month,
            rows,
            extent: Extent::Concerning,
            ids,
            tenants,
            subscriptions,
            consumption: BTreeMap::new(),
            usage: BTreeMap::new(),
            revenue: BTreeMap::new(),
        };
        evidence.add_usage(program, &places.usage, &origin);
        evidence.add_revenue(program, &places.revenue, &origin);
        evidence
    }

    /// The same evidence, of which only the rows of an extent are left.
    #[must_use]
    pub fn within(mut self, extent: Extent) -> Self {
        if extent == Extent::Covered {
            for groups in [&mut self.consumption, &mut self.usage, &mut self.revenue] {
                groups.retain(|group, _| group.covered);
            }
        }
        Self { extent, ..self }
    }

    /// Which rows it holds.
    #[must_use]
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// The groups of rows of a table.
    #[must_use]
    pub fn of(&self, table: Table) -> &BTreeMap<RowGroup, RowSums> {
        match table {
            Table::Consumption => &self.consumption,
            Table::Usage => &self.usage,
            Table::Revenue => &self.revenue,
        }
    }

    /// Which rows are told one by one.
    #[must_use]
    pub fn rows(&self) -> &RowsOf {
        &self.rows
    }

    /// The scored month.
    #[must_use]
    pub fn month(&self) -> Month {
        self.month
    }

    /// The partner IDs of the account and its locations, closed ones as well.
    #[must_use]
    pub fn ids(&self) -> &BTreeSet<Name> {
        &self.ids
    }

    /// The tenants that an association of the account names.
    #[must_use]
    pub fn tenants(&self) -> &BTreeSet<Name> {
        &self.tenants
    }

    /// Whether rows of a tenant or a subscription concern the account.
    #[must_use]
    pub fn concerns(&self, tenant: &Name, subscription: Option<&Name>) -> bool {
        self.tenants.contains(tenant) || subscription.is_some_and(|subscription| self.subscriptions.contains(subscription))
    }

    /// Whether an association of the account covers a row of consumption up to the scored month.
    #[must_use]
    pub fn covers_consumption(&self, row: &Consumption) -> bool {
        row.usage_date.month() <= self.month
            && self.concerns(&row.tenant_id, Some(&row.subscription_id))
            && !self.own(self.register.ties_of_consumption(row, self.month)).is_empty()
    }

    /// Whether an association of the account covers a row of workload usage up to the scored month.
    #[must_use]
    pub fn covers_usage(&self, row: &WorkloadUsage) -> bool {
        row.month <= self.month
            && self.concerns(&row.tenant_id, row.subscription_id.as_ref())
            && !self.own(self.register.ties_of_usage(row, self.month)).is_empty()
    }

    /// Whether an association of the account covers a row of revenue up to the scored month.
    #[must_use]
    pub fn covers_revenue(&self, row: &Revenue) -> bool {
        row.month <= self.month
            && self.concerns(&row.tenant_id, row.subscription_id.as_ref())
            && !self.own(self.register.ties_of_revenue(row, self.month)).is_empty()
    }

    /// Judges a row of consumption, if it concerns the account and is not after the scored month.
    pub fn add_consumption(&mut self, row: &Consumption, origin: Option<Origin<'_>>) {
        let month = row.usage_date.month();
        if month > self.month || !self.concerns(&row.tenant_id, Some(&row.subscription_id)) {
            return;
        }
        let ties = self.own(self.register.ties_of_consumption(row, self.month));
        let covered = !ties.is_empty();
        let (ties, failure) = if self.register.counts_offer(row) {
            let failure = ties.is_empty().then(|| self.why_no_consumption(row));
            (ties, failure)
        } else {
            (Vec::new(), Some(Reason::OfferExcluded))
        };
        let item = Name::new(&row.service);
        let is_told = self.rows.has(&row.tenant_id, &item);
        let group = RowGroup {
            tenant: row.tenant_id.clone(),
            item,
            month,
            subscription: is_told.then(|| row.subscription_id.clone()),
            resource: row.resource_id.clone().filter(|_| is_told),
            attach: ties.iter().map(|tie| tie.attach).collect(),
            associations: if is_told { self.told(&ties) } else { Vec::new() },
            failure,
            covered,
        };
        let sums = self.consumption.entry(group).or_default();
        sums.add(origin.filter(|_| is_told));
        sums.dollars += row.acr_usd;
    }

    fn add_usage<'o>(&mut self, program: &Program, places: &[usize], origin: &impl Fn(&'static str, usize) -> Option<Origin<'o>>) {
        for (ix, row) in places.iter().map(|ix| (*ix, &program.workload_usage[*ix])) {
            if row.month > self.month || !self.concerns(&row.tenant_id, row.subscription_id.as_ref()) {
                continue;
            }
            let ties = self.own(self.register.ties_of_usage(row, self.month));
            let subject = Subject { tenant: &row.tenant_id, subscription: row.subscription_id.as_ref(), workload: Some(&row.workload) };
            let is_told = self.rows.has(&row.tenant_id, &row.workload);
            let group = RowGroup {
                tenant: row.tenant_id.clone(),
                item: row.workload.clone(),
                month: row.month,
                subscription: row.subscription_id.clone().filter(|_| is_told),
                resource: row.resource_id.clone().filter(|_| is_told),
                attach: ties.iter().map(|tie| tie.attach).collect(),
                associations: if is_told { self.told(&ties) } else { Vec::new() },
                failure: ties.is_empty().then(|| self.why_not(subject, row.month.last_day())),
                covered: !ties.is_empty(),
            };
            let sums = self.usage.entry(group).or_default();
            sums.add(origin("workload_usage", ix).filter(|_| is_told));
            sums.seats += row.paid_seats;
            sums.users += row.active_users;
            sums.quantity += row.quantity;
        }
    }

    fn add_revenue<'o>(&mut self, program: &Program, places: &[usize], origin: &impl Fn(&'static str, usize) -> Option<Origin<'o>>) {
        for (ix, row) in places.iter().map(|ix| (*ix, &program.revenue[*ix])) {
            if row.month > self.month || !self.concerns(&row.tenant_id, row.subscription_id.as_ref()) {
                continue;
            }
            let ties = self.own(self.register.ties_of_revenue(row, self.month));
            let subject = Subject { tenant: &row.tenant_id, subscription: row.subscription_id.as_ref(), workload: Some(&row.workload) };
            let is_told = self.rows.has(&row.tenant_id, &row.workload);
            let group = RowGroup {
                tenant: row.tenant_id.clone(),
                item: row.workload.clone(),
                month: row.month,
                subscription: row.subscription_id.clone().filter(|_| is_told),
                resource: None,
                attach: ties.iter().map(|tie| tie.attach).collect(),
                associations: if is_told { self.told(&ties) } else { Vec::new() },
                failure: ties.is_empty().then(|| self.why_not(subject, row.month.last_day())),
                covered: !ties.is_empty(),
            };
            let sums = self.revenue.entry(group).or_default();
            sums.add(origin("revenue", ix).filter(|_| is_told));
            sums.dollars += row.revenue_usd;
        }
    }

    fn own(&self, ties: Vec<Tie>) -> Vec<Tie> {
        ties.into_iter().filter(|tie| self.register.partners.account_of(tie.location) == self.account).collect()
    }

    fn told(&self, ties: &[Tie]) -> Vec<String> {
        let tell = |tie: &Tie| format!("{} {}: {}", self.register.partners.partner_id(tie.location), tie.attach.shown(), tie.association);
        ties.iter().map(tell).collect()
    }

    /// The first condition that failed, of the account's association that came furthest.
    fn why_no_consumption(&self, row: &Consumption) -> Reason {
        let day = row.tested_day();
        let links = self.register.links_in(&row.tenant_id).filter(|link| self.ids.contains(&link.partner_id));
        let of_links = links.map(|link| self.why_no_link(link, row, day));
        let subject = Subject { tenant: &row.tenant_id, subscription: Some(&row.subscription_id), workload: None };
        of_links.chain([self.why_not(subject, day)]).max_by_key(|reason| progress(*reason)).unwrap_or(Reason::NoAssociation)
    }

    fn why_no_link(&self, link: &PalLink, row: &Consumption, day: Day) -> Reason {
        let register = self.register;
        if register.partners.location(&link.partner_id).is_none() {
            return Reason::IdNotEligible;
        }
        if let Some(reason) = outside(link.held(), day) {
            return reason;
        }
        if register.excludes_links(&link.tenant_id) {
            return Reason::CloudExcluded;
        }
        if !register.can_link(&link.tenant_id, &link.principal_id, day) {
            return Reason::IdentityGone;
        }
        let scopes = register.covering_scopes(&row.tenant_id, &row.subscription_id, row.resource_id.as_ref(), day);
        let roles = register.held_roles(link, day);
        let covering = roles.iter().filter(|role| scopes.contains(&tidy_scope(role.scope.as_str())));
        match covering.map(|role| outside(role.held(), day)).max_by_key(|reason| reason.map_or(99, progress)) {
            Some(Some(reason)) => reason,
            Some(None) => Reason::RoleNotEligible,
            _ if roles.iter().any(|role| role.held().holds_on(day)) => Reason::ScopeEmpty,
            _ => Reason::LinkWithoutRole,
        }
    }

    /// Why no partner of record, chain or claim of the account ties a subject on a day.
    fn why_not(&self, subject: Subject<'_>, day: Day) -> Reason {
        let mut reasons = vec![Reason::NoAssociation];
        for (partner_id, held) in self.register.dated_ties_of(subject, self.month) {
            if !self.ids.contains(partner_id) {
                continue;
            }
            reasons.push(match held {
                None => Reason::HeldByAnother,
                Some(held) => outside(held, day).unwrap_or(Reason::IdNotEligible),
            });
        }
        for (claim, is_on) in self.register.claims_in(subject) {
            if !self.ids.contains(&claim.partner_id) {
                continue;
            }
            reasons.push(match claim.held() {
                _ if !is_on => Reason::NotCovered,
                None => Reason::ClaimNotApproved,
                Some(held) => outside(held, day).unwrap_or(Reason::IdNotEligible),
            });
        }
        reasons.into_iter().max_by_key(|reason| progress(*reason)).unwrap_or(Reason::NoAssociation)
    }
}

fn outside(held: Interval, day: Day) -> Option<Reason> {
    if day < held.from {
        Some(Reason::BeforeAssociation)
    } else if held.holds_on(day) {
        None
    } else {
        Some(Reason::Ended)
    }
}

/// How far an association came before a condition failed: the furthest one is told.
const fn progress(reason: Reason) -> u8 {
    match reason {
        Reason::NoAssociation => 0,
        Reason::NotCovered => 1,
        Reason::IdNotEligible => 2,
        Reason::ClaimNotApproved => 3,
        Reason::HeldByAnother => 4,
        Reason::BeforeAssociation => 5,
        Reason::Ended => 6,
        Reason::CloudExcluded => 7,
        Reason::IdentityGone => 8,
        Reason::LinkWithoutRole => 9,
        _ => 10,
    }
}
