//! Customers: what ties a partner to each of them, over which days, and what is credited there, month by month.

/// The associations of a partner with its customers, as intervals.
mod associations;

use std::collections::{BTreeMap, BTreeSet};

use crate::amount::Amount;
use crate::attach::{AttachSet, AttachType};
use crate::evidence::{Evidence, RowSums};
use crate::facts::Program;
use crate::metrics::Table;
use crate::names::Name;
use crate::reasons::Reason;
use crate::register::Register;
use crate::time::{Day, Interval, Month};
use crate::words::Cloud;

/// A customer of a partner, as of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The tenant.
    pub tenant: Name,
    /// The customer's name, or its tenant ID when it is not known.
    pub name: String,
    /// The cloud that the tenant lives in.
    pub cloud: Cloud,
    /// The segment.
    pub segment: Option<Name>,
    /// The country.
    pub country: Option<String>,
    /// What ties the partner to the customer: by attach type, then from the earliest on.
    pub associations: Vec<Association>,
    /// The rows that concern the partner, added up: by month, then by table and item.
    pub usage: Vec<Usage>,
}

/// An association of a partner with a customer, as the facts record it, and the days on which it can give credit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Association {
    /// Its kind.
    pub attach: AttachType,
    /// The days that were recorded; open ends are [`Day::NEVER`].
    pub recorded: Interval,
    /// What it is, in words: `link of adele@…`, `claim CLM-17 on teams`.
    pub label: String,
    /// The partner ID that it names.
    pub partner_id: Name,
    /// The subscription that it is on, where it is on one.
    pub subscription: Option<Name>,
    /// The days on which it can give credit, in order and apart: for links those on which a role is held.
    pub credited: Vec<Interval>,
    /// What gives it those days, in words: roles with their scopes.
    pub through: Vec<String>,
    /// Why it gives nothing on any day.
    pub failure: Option<Reason>,
}

/// Rows of a customer that share month, table, item and verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The month.
    pub month: Month,
    /// The table.
    pub table: Table,
    /// The service or workload.
    pub item: Name,
    /// The attach types through which the rows are credited; none when they are not.
    pub attach: AttachSet,
    /// Why they are not credited.
    pub failure: Option<Reason>,
    /// What they add up to.
    pub sums: Sums,
}

/// What rows add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
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

impl Sums {
    fn add(&mut self, rows: &RowSums) {
        self.rows += rows.rows;
        self.dollars += rows.dollars;
        self.seats += rows.seats;
        self.users += rows.users;
        self.quantity += rows.quantity;
    }
}

impl Association {
    /// Whether it can give credit on a day.
    #[must_use]
    pub fn holds_on(&self, day: Day) -> bool {
        self.credited.iter().any(|days| days.holds_on(day))
    }
}

impl Customer {
    /// The kinds of association that can give credit on a day.
    #[must_use]
    pub fn held_on(&self, day: Day) -> AttachSet {
        self.associations.iter().filter(|association| association.holds_on(day)).map(|association| association.attach).collect()
    }

    /// The rows that are credited.
    pub fn credited(&self) -> impl Iterator<Item = &Usage> {
        self.usage.iter().filter(|usage| usage.attach != AttachSet::NONE)
    }

    /// Azure consumed revenue credited in a span of months, both ends included: what is influenced.
    #[must_use]
    pub fn influenced(&self, from: Month, to: Month) -> Amount {
        let within = self.credited().filter(|usage| usage.table == Table::Consumption && (from..=to).contains(&usage.month));
        within.map(|usage| usage.sums.dollars).sum()
    }

    /// Active users credited in a month, workload by workload: someone who uses two workloads counts in both.
    #[must_use]
    pub fn active_users(&self, month: Month) -> Amount {
        self.credited().filter(|usage| usage.table == Table::Usage && usage.month == month).map(|usage| usage.sums.users).sum()
    }
}

/// The customers of the account whose `evidence` it is: those that an association of it names, by name.
#[must_use]
pub fn customers<'a>(register: &Register<'a>, program: &'a Program, evidence: &Evidence<'_>) -> Vec<Customer> {
    let mut associations = associations::of(register, program, evidence);
    let mut usage = usage(evidence);
    let tenants: BTreeSet<Name> = associations.keys().chain(usage.keys()).chain(evidence.tenants()).cloned().collect();
    let known: BTreeMap<&Name, &crate::facts::Customer> = program.customers.iter().map(|row| (&row.tenant_id, row)).collect();
    let customer = |tenant: Name| {
        let row = known.get(&tenant);
        Customer {
            name: register.customer_name(&tenant),
            cloud: row.map_or_else(Cloud::default, |row| row.cloud),
            segment: row.and_then(|row| row.segment.clone()),
            country: row.and_then(|row| row.country.clone()),
            associations: associations.remove(&tenant).unwrap_or_default(),
            usage: usage.remove(&tenant).unwrap_or_default(),
            tenant,
        }
    };
    let mut customers: Vec<Customer> = tenants.into_iter().map(customer).collect();
    customers.sort_by_cached_key(|customer| (customer.name.to_lowercase(), customer.tenant.clone()));
    customers
}

/// Usage by tenant: rows of the evidence, added up over subscriptions and resources.
fn usage(evidence: &Evidence<'_>) -> BTreeMap<Name, Vec<Usage>> {
    type Key = (Name, Month, u8, Name, AttachSet, Option<Reason>);
    let mut sums: BTreeMap<Key, (Table, Sums)> = BTreeMap::new();
    for (place, table) in (0_u8..).zip([Table::Consumption, Table::Usage, Table::Revenue]) {
        for (group, rows) in evidence.of(table) {
            let key = (group.tenant.clone(), group.month, place, group.item.clone(), group.attach, group.failure);
            sums.entry(key).or_insert((table, Sums::default())).1.add(rows);
        }
    }
    let mut usage: BTreeMap<Name, Vec<Usage>> = BTreeMap::new();
    for ((tenant, month, _, item, attach, failure), (table, sums)) in sums {
        usage.entry(tenant).or_default().push(Usage { month, table, item, attach, failure, sums });
    }
    usage
}
