//! Estates: the rows of a program found by customer, so that what a change touches can be credited and scored by itself.
//!
//! Who is credited for a customer's usage depends on the rows about that customer and its subscriptions, and on nothing else but the
//! partners. So a program that holds only those rows ([`Estates::narrowed`](crate::estates::Estates::narrowed)) credits them as the
//! whole program does.

/// What differs between two programs.
mod touched;

/// The rows of a table by a name in them.
mod indexed;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use indexed::Indexed;

use crate::facts::{
    Certification, Claim, Consumption, Csp, Customer, Enrolment, GroupMember, ManagementGroup, PalLink, PartnerOfRecord, Person, Principal,
    Program, ResourceOwner, Revenue, RoleAssignment, Subscription, WorkloadUsage,
};
use crate::names::Name;
use crate::partners::Partners;
use crate::register::Register;

pub use touched::{MonthsTouched, Touched};

/// Subscriptions that rows of a customer name and that are not known as the customer's own: the customer and the subscription.
pub type Strays = BTreeSet<(Name, Name)>;

/// Places of rows in the tables of workload usage and of revenue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsagePlaces {
    /// Those of workload usage.
    pub usage: Vec<usize>,
    /// Those of revenue.
    pub revenue: Vec<usize>,
}

/// Declares the tables whose rows are about one customer each.
macro_rules! tables_of_customers {
    ($($table:ident: $row:ident),* $(,)?) => {
        /// The tables whose rows are about one customer each, by tenant.
        #[derive(Debug, Clone)]
        struct OfCustomers {
            $( $table: Indexed<$row>, )*
        }

        impl OfCustomers {
            fn new(program: &Program, before: Option<&Self>) -> Self {
                Self { $( $table: Indexed::new(&program.$table, before.map(|before| &before.$table), |row| Some(&row.tenant_id)), )* }
            }

            /// Puts the rows of tenants in the place of those of the whole program.
            fn narrow(&self, tenants: &BTreeSet<Name>, program: &mut Program) {
                $( program.$table = self.$table.rows_of(tenants); )*
            }
        }
    };
}

tables_of_customers! {
    customers: Customer,
    principals: Principal,
    group_members: GroupMember,
    pal_links: PalLink,
    role_assignments: RoleAssignment,
    management_groups: ManagementGroup,
    resource_owners: ResourceOwner,
    claims: Claim,
    consumption: Consumption,
    workload_usage: WorkloadUsage,
    revenue: Revenue,
}

/// A program whose rows are found by customer, subscription, person and account.
#[derive(Debug, Clone)]
pub struct Estates {
    program: Program,
    partners: Arc<Partners>,
    customers: OfCustomers,
    subscriptions: Indexed<Subscription>,
    subscriptions_of: Indexed<Subscription>,
    of_record: Indexed<PartnerOfRecord>,
    of_record_tenant: Indexed<PartnerOfRecord>,
    csp: Indexed<Csp>,
    people: Indexed<Person>,
    people_of: Indexed<Person>,
    certifications: Indexed<Certification>,
    enrolments: Indexed<Enrolment>,
    named: Arc<Named>,
}

/// Which customers' rows name a subscription as theirs, though it is not known as such.
#[derive(Debug, Clone, Default)]
struct Named {
    tenants: HashMap<Name, BTreeSet<Name>>,
    subscriptions: HashMap<Name, BTreeSet<Name>>,
}

impl Named {
    fn learn(&mut self, tenant: &Name, subscription: &Name) {
        self.tenants.entry(subscription.clone()).or_default().insert(tenant.clone());
        self.subscriptions.entry(tenant.clone()).or_default().insert(subscription.clone());
    }
}

impl Estates {
    /// Finds the rows of a program; `strays` are those of consumption that is not among its rows.
    #[must_use]
    pub fn new(program: &Program, strays: &Strays) -> Self {
        Self::of(program, strays, None)
    }

    /// Finds the rows of a program that shares tables with this one's: of those nothing is done again.
    #[must_use]
    pub fn renewed(&self, program: &Program, strays: &Strays) -> Self {
        Self::of(program, strays, Some(self))
    }

    fn of(program: &Program, strays: &Strays, before: Option<&Self>) -> Self {
        let partners = before.filter(|before| before.program.partners.are_shared(&program.partners));
        let partners = partners.map_or_else(|| Arc::new(Partners::new(&program.partners)), |before| Arc::clone(&before.partners));
        let subscriptions =
            Indexed::new(&program.subscriptions, before.map(|before| &before.subscriptions), |row| Some(&row.subscription_id));
        Self {
            partners,
            customers: OfCustomers::new(program, before.map(|before| &before.customers)),
            subscriptions_of: Indexed::new(&program.subscriptions, before.map(|before| &before.subscriptions_of), |row| {
                Some(&row.tenant_id)
            }),
            of_record: Indexed::new(&program.partner_of_record, before.map(|before| &before.of_record), |row| row.subscription_id.as_ref()),
            of_record_tenant: Indexed::new(&program.partner_of_record, before.map(|before| &before.of_record_tenant), |row| {
                row.tenant_id.as_ref()
            }),
            csp: Indexed::new(&program.csp, before.map(|before| &before.csp), |row| Some(&row.subscription_id)),
            people: Indexed::new(&program.people, before.map(|before| &before.people), |row| Some(&row.person_id)),
            people_of: Indexed::new(&program.people, before.map(|before| &before.people_of), |row| Some(&row.partner_id)),
            certifications: Indexed::new(&program.certifications, before.map(|before| &before.certifications), |row| Some(&row.person_id)),
            enrolments: Indexed::new(&program.enrolments, before.map(|before| &before.enrolments), |row| Some(&row.global_partner_id)),
            named: named(program, strays, &subscriptions, before),
            subscriptions,
            program: program.clone(),
        }
    }

    /// The whole program.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Its partners.
    #[must_use]
    pub fn partners(&self) -> &Arc<Partners> {
        &self.partners
    }

    /// The program with the rows of some customers only, and with the people and enrolments of some global accounts: credits of those
    /// customers, and scores of accounts that are credited for no others, are those of the whole program.
    #[must_use]
    pub fn narrowed(&self, tenants: &BTreeSet<Name>, accounts: &BTreeSet<Name>) -> Program {
        let mut program = Program { partners: self.program.partners.clone(), ..Program::default() };
        self.customers.narrow(tenants, &mut program);
        let subscriptions: BTreeSet<Name> = tenants.iter().flat_map(|tenant| self.subscriptions_named(tenant)).cloned().collect();
        program.subscriptions = self.subscriptions.rows_of(&subscriptions);
        program.csp = self.csp.rows_of(&subscriptions);
        program.partner_of_record = self.of_record.rows_also_of(&subscriptions, &self.of_record_tenant, tenants);
        let persons: BTreeSet<Name> =
            self.locations_of(accounts).flat_map(|id| self.people_of.of(id)).map(|row| row.person_id.clone()).collect();
        program.people = self.people.rows_of(&persons);
        program.certifications = self.certifications.rows_of(&persons);
        program.enrolments = self.enrolments.rows_of(accounts);
        program
    }

    /// The customers of whom rows may concern some partner IDs: those that their associations name, and those whose rows name a subscription
    /// that they sell or are partner of record of, as far as is known; and these subscriptions.
    #[must_use]
    pub fn concerned(&self, partner_ids: &BTreeSet<&Name>) -> (BTreeSet<Name>, BTreeSet<Name>) {
        let (mut tenants, subscriptions) = Register::reach(&self.program, partner_ids);
        tenants.extend(subscriptions.iter().flat_map(|subscription| self.tenants_of(subscription)).cloned());
        (tenants, subscriptions)
    }

    /// The places of workload usage and of revenue of some customers in their tables.
    #[must_use]
    pub fn usage_places(&self, tenants: &BTreeSet<Name>) -> UsagePlaces {
        UsagePlaces { usage: self.customers.workload_usage.places_of(tenants), revenue: self.customers.revenue.places_of(tenants) }
    }

    /// The subscriptions that are a customer's, or that rows of it name.
    fn subscriptions_named<'a>(&'a self, tenant: &Name) -> impl Iterator<Item = &'a Name> {
        let own = self.subscriptions_of.of(tenant).map(|row| &row.subscription_id);
        own.chain(self.named.subscriptions.get(tenant).into_iter().flatten())
    }

    /// The customers whose a subscription is, or whose rows name it.
    fn tenants_of<'a>(&'a self, subscription: &Name) -> impl Iterator<Item = &'a Name> {
        let own = self.subscriptions.of(subscription).map(|row| &row.tenant_id);
        own.chain(self.named.tenants.get(subscription).into_iter().flatten())
    }

    /// The locations that roll up to some accounts.
    fn locations_of<'a>(&'a self, accounts: &'a BTreeSet<Name>) -> impl Iterator<Item = &'a Name> {
        let is_of = |account| accounts.contains(self.partners.account_id(account));
        self.partners.locations().iter().filter(move |location| is_of(location.account)).map(|location| &location.partner_id)
    }

    /// The account that an ID of a location stands for.
    fn account_of(&self, partner_id: &Name) -> Option<&Name> {
        let location = self.partners.location(partner_id)?;
        Some(self.partners.account_id(self.partners.account_of(location)))
    }

    /// The accounts that associations with a customer name.
    fn accounts_on<'a>(&'a self, tenant: &Name) -> impl Iterator<Item = &'a Name> {
        let of = &self.customers;
        let subscriptions: Vec<&Name> = self.subscriptions_named(tenant).collect();
        let sold = subscriptions.into_iter().flat_map(|subscription| {
            let of_record = self.of_record.of(subscription).map(|row| &row.partner_id);
            of_record.chain(self.csp.of(subscription).map(|row| &row.partner_id))
        });
        let linked = of.pal_links.of(tenant).map(|row| &row.partner_id);
        let claimed = of.claims.of(tenant).map(|row| &row.partner_id);
        let recorded = self.of_record_tenant.of(tenant).map(|row| &row.partner_id);
        linked.chain(claimed).chain(recorded).chain(sold).filter_map(|id| self.account_of(id))
    }
}

/// The subscriptions that rows name as those of customers whose they are not known to be.
fn named(program: &Program, strays: &Strays, subscriptions: &Indexed<Subscription>, before: Option<&Estates>) -> Arc<Named> {
    let is_same = |before: &&Estates| {
        let (old, new) = (&before.program, program);
        let are_shared = old.subscriptions.are_shared(&new.subscriptions) && old.consumption.are_shared(&new.consumption);
        let are_told = strays.iter().all(|(tenant, name)| before.named.subscriptions.get(tenant).is_some_and(|names| names.contains(name)));
        are_shared && are_told && old.workload_usage.are_shared(&new.workload_usage) && old.revenue.are_shared(&new.revenue)
    };
    if let Some(before) = before.filter(is_same) {
        return Arc::clone(&before.named);
    }
    let mut named = Named::default();
    let consumption = program.consumption.iter().map(|row| (&row.tenant_id, Some(&row.subscription_id)));
    let usage = program.workload_usage.iter().map(|row| (&row.tenant_id, row.subscription_id.as_ref()));
    let revenue = program.revenue.iter().map(|row| (&row.tenant_id, row.subscription_id.as_ref()));
    let pairs = consumption.chain(usage).chain(revenue).filter_map(|(tenant, subscription)| Some((tenant, subscription?)));
    let is_own = |tenant: &Name, subscription: &Name| subscriptions.of(subscription).any(|row| row.tenant_id == *tenant);
    for (tenant, subscription) in pairs.chain(strays.iter().map(|(tenant, name)| (tenant, name))) {
        if !is_own(tenant, subscription) {
            named.learn(tenant, subscription);
        }
    }
    Arc::new(named)
}
