//! What differs between two programs: the customers, months and accounts that a change touches.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use super::Estates;
use crate::facts::{GroupMember, ManagementGroup, PalLink, Program, RoleAssignment, Rows};
use crate::names::Name;
use crate::time::{Day, Interval, Month};

/// What a change touches: nothing else is credited or scored otherwise than before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// The customers whose associations or usage differ.
    pub tenants: BTreeSet<Name>,
    /// The customers whose consumption is credited anew, with its months.
    pub consumption: BTreeMap<Name, MonthsTouched>,
    /// The global accounts whose scores may differ.
    pub accounts: BTreeSet<Name>,
}

/// Months that a change touches: single ones, and all from one on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MonthsTouched {
    /// The first of the months that are all touched.
    pub from: Option<Month>,
    /// Single months.
    pub single: BTreeSet<Month>,
}

impl MonthsTouched {
    /// All months from one on.
    #[must_use]
    pub fn since(month: Month) -> Self {
        Self { from: Some(month), single: BTreeSet::new() }
    }

    /// Whether a month is touched.
    #[must_use]
    pub fn has(&self, month: Month) -> bool {
        self.from.is_some_and(|from| from <= month) || self.single.contains(&month)
    }

    fn absorb(&mut self, other: &Self) {
        self.from = self.from.into_iter().chain(other.from).min();
        self.single.extend(&other.single);
    }
}

impl Touched {
    /// Whether nothing is touched.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes in what another change touches.
    pub fn absorb(&mut self, other: &Self) {
        self.tenants.extend(other.tenants.iter().cloned());
        self.accounts.extend(other.accounts.iter().cloned());
        for (tenant, months) in &other.consumption {
            self.consumption.entry(tenant.clone()).or_default().absorb(months);
        }
    }

    fn consumption_since(&mut self, tenant: &Name, day: Day) {
        let months = MonthsTouched::since(day.month());
        self.tenants.insert(tenant.clone());
        self.consumption.entry(tenant.clone()).or_default().absorb(&months);
    }
}

impl Estates {
    /// What differs from these estates to others, when consumption of some months of some customers was imported or undone besides.
    /// Nothing when everything may be credited otherwise, because partners or exchange rates differ.
    #[must_use]
    pub fn touched(&self, after: &Self, usage: &BTreeMap<Name, BTreeSet<Month>>) -> Option<Touched> {
        let (old, new) = (&self.program, &after.program);
        let is_same = |table: bool, equals: &dyn Fn() -> bool| table || equals();
        let partners = is_same(old.partners.are_shared(&new.partners), &|| old.partners == new.partners);
        let rates = is_same(old.exchange_rates.are_shared(&new.exchange_rates), &|| old.exchange_rates == new.exchange_rates);
        if !partners || !rates {
            return None;
        }
        let mut touched = Touched::default();
        self.touch_dated(after, &mut touched);
        self.touch_undated(after, &mut touched);
        for (tenant, months) in usage {
            touched.tenants.insert(tenant.clone());
            touched.consumption.entry(tenant.clone()).or_default().single.extend(months);
        }
        for estates in [self, after] {
            let accounts = touched.tenants.iter().flat_map(|tenant| estates.accounts_on(tenant));
            let accounts: BTreeSet<Name> = accounts.cloned().collect();
            touched.accounts.extend(accounts);
        }
        self.touch_people(after, &mut touched);
        Some(touched)
    }

    /// Rows that credit consumption on the days on which they hold.
    fn touch_dated(&self, after: &Self, touched: &mut Touched) {
        let (old, new) = (&self.program, &after.program);
        macro_rules! dated {
            ($($table:ident: $row:ident, $from:ident = $always:expr, $to:ident;)*) => {$(
                let tenants: BTreeSet<&Name> = differing(&old.$table, &new.$table).into_iter().map(|row| &row.tenant_id).collect();
                for tenant in tenants {
                    let rows = [self, after].map(|estates| estates.customers.$table.of(tenant).collect::<Vec<&$row>>());
                    let kind = |row: &$row| $row { $from: $always, $to: None, ..row.clone() };
                    touched.tenants.insert(tenant.clone());
                    if let Some(day) = first_day(&rows, kind, $row::held) {
                        touched.consumption_since(tenant, day);
                    }
                }
            )*};
        }
        dated! {
            group_members: GroupMember, from = Day::ALWAYS, to;
            pal_links: PalLink, linked_on = Day::ALWAYS, unlinked_on;
            role_assignments: RoleAssignment, assigned_on = Day::ALWAYS, removed_on;
            management_groups: ManagementGroup, from = None, to;
        }
        for row in differing(&old.partner_of_record, &new.partner_of_record) {
            let of = |estates: &Self| -> Vec<Name> {
                let subscriptions = row.subscription_id.iter().flat_map(|subscription| estates.tenants_of(subscription));
                subscriptions.chain(&row.tenant_id).cloned().collect()
            };
            for tenant in of(self).into_iter().chain(of(after)) {
                touched.consumption_since(&tenant, row.from);
            }
        }
        // history follows the current chain
        for row in differing(&old.csp, &new.csp) {
            for tenant in self.tenants_of(&row.subscription_id).chain(after.tenants_of(&row.subscription_id)) {
                touched.consumption_since(tenant, Day::ALWAYS);
            }
        }
    }

    /// Rows that say what is so always, and rows that do not credit consumption.
    fn touch_undated(&self, after: &Self, touched: &mut Touched) {
        let (old, new) = (&self.program, &after.program);
        for row in differing(&old.subscriptions, &new.subscriptions) {
            let named = self.tenants_of(&row.subscription_id).chain(after.tenants_of(&row.subscription_id));
            for tenant in named.chain([&row.tenant_id]) {
                touched.consumption_since(tenant, Day::ALWAYS);
            }
        }
        macro_rules! always {
            ($($table:ident),*) => { $(
                for row in differing(&old.$table, &new.$table) {
                    touched.consumption_since(&row.tenant_id, Day::ALWAYS);
                }
            )* };
        }
        always!(customers, principals, consumption);
        macro_rules! besides {
            ($($table:ident),*) => { $(
                touched.tenants.extend(differing(&old.$table, &new.$table).into_iter().map(|row| row.tenant_id.clone()));
            )* };
        }
        besides!(resource_owners, claims, workload_usage, revenue);
    }

    /// Rows about people and enrolments: whose person somebody is depends on all links of the person.
    fn touch_people(&self, after: &Self, touched: &mut Touched) {
        let (old, new): (&Program, &Program) = (&self.program, &after.program);
        let mut persons: BTreeSet<Name> = differing(&old.people, &new.people).into_iter().map(|row| row.person_id.clone()).collect();
        persons.extend(differing(&old.certifications, &new.certifications).into_iter().map(|row| row.person_id.clone()));
        for estates in [self, after] {
            let links = persons.iter().flat_map(|person| estates.people.of(person));
            touched.accounts.extend(links.filter_map(|row| estates.account_of(&row.partner_id)).cloned());
        }
        touched.accounts.extend(differing(&old.enrolments, &new.enrolments).into_iter().map(|row| row.global_partner_id.clone()));
    }
}

/// The rows that are in one of the tables oftener than in the other.
fn differing<'a, T: Eq + Hash>(before: &'a Rows<T>, after: &'a Rows<T>) -> Vec<&'a T> {
    if before.are_shared(after) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let (mut old, mut new) = (before.as_slice(), after.as_slice());
    // most changes take a row out, or put one in: the rows around it are the same in both
    loop {
        match (old, new) {
            ([one, rest @ ..], [other, others @ ..]) if one == other => (old, new) = (rest, others),
            ([one, rest @ ..], [other, ..]) if rest.first() == Some(other) => {
                found.push((one, 1));
                old = rest;
            }
            ([one, ..], [other, others @ ..]) if others.first() == Some(one) => {
                found.push((other, -1));
                new = others;
            }
            _ => break,
        }
    }
    let mut times: HashMap<&T, i64> = HashMap::new();
    let rest = old.iter().map(|row| (row, 1)).chain(new.iter().map(|row| (row, -1)));
    for (row, time) in rest.chain(found) {
        *times.entry(row).or_default() += time;
    }
    times.into_iter().filter(|(_, times)| *times != 0).map(|(row, _)| row).collect()
}

/// The first day on which rows of any kind hold before and not after, or the other way round; a kind is a row without its days.
fn first_day<T: Eq + Hash>(sides: &[Vec<&T>; 2], kind: impl Fn(&T) -> T, held: impl Fn(&T) -> Interval) -> Option<Day> {
    let mut kinds: HashMap<T, [Vec<Interval>; 2]> = HashMap::new();
    for (side, rows) in sides.iter().enumerate() {
        for row in rows {
            kinds.entry(kind(row)).or_default()[side].push(held(row));
        }
    }
    let holds = |side: &[Interval], day: Day| side.iter().any(|held| held.holds_on(day));
    let first = |[before, after]: &[Vec<Interval>; 2]| {
        let days = before.iter().chain(after).flat_map(|held| [held.from, held.to]);
        days.filter(|day| holds(before, *day) != holds(after, *day)).min()
    };
    kinds.values().filter_map(first).min()
}
