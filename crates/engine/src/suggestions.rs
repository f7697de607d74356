//! What rows of one table let us know of others: taken in unless the register has it.

use std::collections::{HashMap, HashSet};

use domain::facts::{Claim, Csp, Customer, Person, Principal, Program, Subscription};
use domain::names::Name;
use domain::time::{Interval, Month};
use domain::words::{Cloud, Tier};

/// A row of a register that other rows let us know of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Suggestion {
    /// A principal, by the role that it holds.
    Principal(Principal),
    /// A customer, by a bill.
    Customer(Customer),
    /// A subscription, by a bill.
    Subscription(Subscription),
    /// Who sells a subscription, by a month's bill.
    Csp(Csp),
    /// A claim, by the usage that it covers.
    Claim(Claim),
    /// Whom a certified person belongs to, by a certificate.
    Person(Person),
}

/// A customer of whom the tenant is known, and perhaps the name.
#[must_use]
pub fn customer(tenant_id: Name, name: Option<&str>) -> Customer {
    let name = name.map_or_else(|| tenant_id.to_string(), str::to_owned);
    Customer { tenant_id, name, domains: None, country: None, cloud: Cloud::default(), segment: None }
}

/// A subscription of which the tenant is known.
#[must_use]
pub fn subscription(subscription_id: Name, tenant_id: Name) -> Subscription {
    Subscription {
        subscription_id,
        tenant_id,
        product: None,
        agreement: None,
        status: None,
        starts_on: None,
        ends_on: None,
        predecessor_id: None,
    }
}

/// Who sells a subscription in a month, the one who buys from the vendor first: a direct-bill partner, or a provider and its reseller.
#[must_use]
pub fn chain(subscription_id: &Name, partner: Option<Name>, reseller: Option<Name>, month: Month) -> Vec<Csp> {
    let first = if reseller.is_some() { Tier::IndirectProvider } else { Tier::DirectBill };
    let sold = |partner_id: Name, tier: Tier| Csp {
        subscription_id: subscription_id.clone(),
        partner_id,
        tier,
        from: month.first_day(),
        to: Some(month.plus(1).first_day()),
    };
    let rows = [partner.map(|partner| sold(partner, first)), reseller.map(|reseller| sold(reseller, Tier::IndirectReseller))];
    rows.into_iter().flatten().collect()
}

/// The rows of a program, as suggestions.
pub fn suggestions(program: &Program) -> impl Iterator<Item = Suggestion> + '_ {
    let principals = program.principals.iter().cloned().map(Suggestion::Principal);
    let customers = program.customers.iter().cloned().map(Suggestion::Customer);
    let subscriptions = program.subscriptions.iter().cloned().map(Suggestion::Subscription);
    let csp = program.csp.iter().cloned().map(Suggestion::Csp);
    let claims = program.claims.iter().cloned().map(Suggestion::Claim);
    let people = program.people.iter().cloned().map(Suggestion::Person);
    principals.chain(customers).chain(subscriptions).chain(csp).chain(claims).chain(people)
}

/// What registers know already.
#[derive(Debug, Default)]
pub struct Known {
    pairs: HashSet<(&'static str, Name, Name)>,
    chains: HashMap<(Name, u8), Vec<Interval>>,
}

impl Known {
    /// What the registers of a program know.
    pub fn add(&mut self, program: &Program) {
        self.pairs.extend(program.principals.iter().map(principal));
        self.pairs.extend(program.customers.iter().map(|row| one("customers", &row.tenant_id)));
        self.pairs.extend(program.subscriptions.iter().map(|row| one("subscriptions", &row.subscription_id)));
        self.pairs.extend(program.claims.iter().map(|row| one("claims", &row.claim_id)));
        self.pairs.extend(program.people.iter().map(person));
        for row in &program.csp {
            self.chains.entry(place_in_chain(row)).or_default().push(row.held());
        }
    }

    /// Whether a suggestion is new; then it is known from now on.
    pub fn learn(&mut self, suggestion: &Suggestion) -> bool {
        match suggestion {
            Suggestion::Principal(row) => self.pairs.insert(principal(row)),
            Suggestion::Customer(row) => self.pairs.insert(one("customers", &row.tenant_id)),
            Suggestion::Subscription(row) => self.pairs.insert(one("subscriptions", &row.subscription_id)),
            Suggestion::Claim(row) => self.pairs.insert(one("claims", &row.claim_id)),
            Suggestion::Person(row) => self.pairs.insert(person(row)),
            Suggestion::Csp(row) => {
                let known = self.chains.entry(place_in_chain(row)).or_default();
                let is_new = !known.iter().any(|held| held.and(row.held()) == Some(row.held()));
                known.push(row.held());
                is_new
            }
        }
    }
}

fn one(table: &'static str, id: &Name) -> (&'static str, Name, Name) {
    (table, id.clone(), Name::new(""))
}

fn principal(row: &Principal) -> (&'static str, Name, Name) {
    ("principals", row.tenant_id.clone(), row.principal_id.clone())
}

fn person(row: &Person) -> (&'static str, Name, Name) {
    ("people", row.person_id.clone(), row.partner_id.clone())
}

/// A subscription and a place in the chain that sells it.
fn place_in_chain(row: &Csp) -> (Name, u8) {
    let place = match row.tier {
        Tier::DirectBill | Tier::IndirectProvider => 1,
        Tier::IndirectReseller => 2,
    };
    (row.subscription_id.clone(), place)
}
