//! What a later row restates: the key of each register, the unit of each table of facts.

use std::collections::HashSet;
use std::hash::Hash;

use domain::amount::Amount;
use domain::cells::Row;
use domain::facts::{
    Certification, Claim, Consumption, Csp, Customer, Enrolment, ExchangeRate, GroupMember, ManagementGroup, PalLink, Partner,
    PartnerOfRecord, Person, Principal, ResourceOwner, Revenue, RoleAssignment, Subscription, WorkloadUsage,
};
use domain::names::Name;
use domain::time::{Day, Month};

use crate::tables::TableRow;

/// Names that were met, each held once.
#[derive(Debug, Default)]
pub struct Names(HashSet<Name>);

impl Names {
    /// Makes `name` share its text with an equal one that was met before.
    pub fn share(&mut self, name: &mut Name) {
        match self.0.get(name) {
            Some(known) => *name = known.clone(),
            None => {
                self.0.insert(name.clone());
            }
        }
    }

    fn share_any(&mut self, name: &mut Option<Name>) {
        if let Some(name) = name {
            self.share(name);
        }
    }
}

/// A row that a later row can restate.
pub trait Restated: TableRow + Clone + Eq + Hash {
    /// What stays the same when a row is restated.
    type Key: Clone + Eq + Hash;
    /// By what the lake's files are sorted.
    type Order: Ord;

    /// The row's key.
    fn key(&self) -> Self::Key;
    /// The row's place in a sorted file.
    fn order(&self) -> Self::Order;
}

/// Texts of cells.
type Texts = Vec<Option<String>>;

/// A row of a register: what holds over a time.
pub trait Register: Restated {}

/// A row of facts by day or month.
pub trait Fact: Restated {
    /// The month that the row belongs to.
    fn month(&self) -> Month;
    /// The row's amount: dollars, or paid seats.
    fn amount(&self) -> Amount;
    /// Makes the row share its names with rows met before.
    fn share_names(&mut self, names: &mut Names);
}

/// Does `$act!(table: Row, …)` with every register.
macro_rules! each_register {
    ($act:ident) => {
        $act! {
            partners: Partner, customers: Customer, subscriptions: Subscription, principals: Principal, group_members: GroupMember,
            pal_links: PalLink, role_assignments: RoleAssignment, management_groups: ManagementGroup, resource_owners: ResourceOwner,
            partner_of_record: PartnerOfRecord, csp: Csp, claims: Claim, people: Person, certifications: Certification, enrolments: Enrolment,
            exchange_rates: ExchangeRate
        }
    };
}
pub(crate) use each_register;

/// Does `$act!(table: Row, …)` with every table of facts.
macro_rules! each_fact {
    ($act:ident) => {
        $act! { consumption: Consumption, workload_usage: WorkloadUsage, revenue: Revenue }
    };
}
pub(crate) use each_fact;

macro_rules! registers {
    ($($row:ident: $($key:literal)*;)*) => {$(
        impl Restated for $row {
            type Key = Texts;
            type Order = (Texts, Texts);

            fn key(&self) -> Texts {
                key_texts::<Self>(self, &[$($key),*])
            }
            fn order(&self) -> (Texts, Texts) {
                (self.key(), self.write())
            }
        }
        impl Register for $row {}
    )*};
}

registers! {
    Partner: "partner_id";
    Customer: "tenant_id";
    Subscription: "subscription_id";
    Principal: "tenant_id" "principal_id";
    GroupMember: "tenant_id" "group_id" "principal_id" "from";
    PalLink: "tenant_id" "principal_id" "partner_id" "linked_on";
    RoleAssignment: "tenant_id" "principal_id" "role" "scope" "assigned_on";
    ManagementGroup: "tenant_id" "management_group_id" "child" "from";
    ResourceOwner: "tenant_id" "product" "resource_id" "principal_id" "capacity" "from";
    PartnerOfRecord: "subscription_id" "tenant_id" "product" "partner_id" "from";
    Csp: "subscription_id" "partner_id" "tier" "from";
    Claim: "claim_id";
    Person: "person_id" "partner_id" "linked_on";
    Certification: "person_id" "certification" "earned_on";
    Enrolment: "global_partner_id" "area" "enrolled_on";
    ExchangeRate: "month" "currency";
}

fn key_texts<R: Row>(row: &R, key: &[&str]) -> Texts {
    let cells = R::COLUMNS.iter().zip(row.write());
    let of_key = cells.filter(|(column, _)| key.contains(&column.name));
    of_key.map(|(_, text)| text.map(|text| text.to_lowercase())).collect()
}

impl Restated for Consumption {
    type Key = (Name, Name, Day);
    type Order = (Name, Name, Option<Name>, Day, String, Amount);

    fn key(&self) -> Self::Key {
        (self.tenant_id.clone(), self.subscription_id.clone(), self.usage_date)
    }
    fn order(&self) -> Self::Order {
        (
            self.tenant_id.clone(),
            self.subscription_id.clone(),
            self.resource_id.clone(),
            self.usage_date,
            self.service.clone(),
            self.acr_usd,
        )
    }
}

impl Fact for Consumption {
    fn month(&self) -> Month {
        self.usage_date.month()
    }
    fn amount(&self) -> Amount {
        self.acr_usd
    }
    fn share_names(&mut self, names: &mut Names) {
        names.share(&mut self.tenant_id);
        names.share(&mut self.subscription_id);
        names.share_any(&mut self.resource_id);
        names.share_any(&mut self.offer);
    }
}

impl Restated for WorkloadUsage {
    type Key = (Name, Option<Name>, Month, Name);
    type Order = (Name, Name, Option<Name>, Option<Name>, Month, [Amount; 3]);

    fn key(&self) -> Self::Key {
        (self.tenant_id.clone(), self.subscription_id.clone(), self.month, self.workload.clone())
    }
    fn order(&self) -> Self::Order {
        (
            self.tenant_id.clone(),
            self.workload.clone(),
            self.subscription_id.clone(),
            self.resource_id.clone(),
            self.month,
            [self.paid_seats, self.active_users, self.quantity],
        )
    }
}

impl Fact for WorkloadUsage {
    fn month(&self) -> Month {
        self.month
    }
    fn amount(&self) -> Amount {
        self.paid_seats
    }
    fn share_names(&mut self, names: &mut Names) {
        names.share(&mut self.tenant_id);
        names.share(&mut self.workload);
        names.share_any(&mut self.subscription_id);
        names.share_any(&mut self.resource_id);
    }
}

impl Restated for Revenue {
    type Key = (Name, Option<Name>, Month, Name);
    type Order = (Name, Name, Option<Name>, Month, Amount);

    fn key(&self) -> Self::Key {
        (self.tenant_id.clone(), self.subscription_id.clone(), self.month, self.workload.clone())
    }
    fn order(&self) -> Self::Order {
        (self.tenant_id.clone(), self.workload.clone(), self.subscription_id.clone(), self.month, self.revenue_usd)
    }
}

impl Fact for Revenue {
    fn month(&self) -> Month {
        self.month
    }
    fn amount(&self) -> Amount {
        self.revenue_usd
    }
    fn share_names(&mut self, names: &mut Names) {
        names.share(&mut self.tenant_id);
        names.share(&mut self.workload);
        names.share_any(&mut self.subscription_id);
    }
}

/// The amount cell of a row that could not be read; 0 when it is no number either.
#[must_use]
pub fn amount_of_cells(table: &str, cells: &[Option<&str>]) -> Amount {
    let (name, columns) = match table {
        "consumption" => ("acr_usd", Consumption::COLUMNS),
        "workload_usage" => ("paid_seats", WorkloadUsage::COLUMNS),
        "revenue" => ("revenue_usd", Revenue::COLUMNS),
        _ => return Amount::ZERO,
    };
    let place = columns.iter().position(|column| column.name == name);
    let text = place.and_then(|place| *cells.get(place)?);
    text.and_then(|text| text.trim().parse().ok()).unwrap_or(Amount::ZERO)
}
