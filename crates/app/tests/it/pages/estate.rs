use std::sync::LazyLock;

use domain::amount::Amount;
use domain::credits::credit_consumption;
use domain::customers::Customer;
use domain::designations::{Scoring, scored_months};
use domain::evidence::{About, Evidence, RowsOf};
use domain::facts::Program;
use domain::names::Name;
use domain::register::Register;
use domain::roster::Roster;
use domain::time::{Day, Month};

use super::program::RULEBOOK;

/// Facts of one partner with customers and people in every state; the other partners have none.
static FACTS: LazyLock<Program> = LazyLock::new(|| {
    let mut facts: Program = serde_json::from_str(include_str!("estate.json")).unwrap();
    for (at, customer) in facts.customers.clone().iter().enumerate() {
        let subscription = format!("5b{at:06x}-0000-4000-8000-00000000cafe");
        for back in 0..15 {
            let month = Month::new(2024, 7).minus(back);
            let dollars = Amount::whole(i64::try_from(at).unwrap() * 900 + i64::from(back) * 40 + 120);
            let rows = [("Key Vault", dollars), ("Azure SQL Database", Amount::whole(75) + dollars)];
            facts.consumption.extend(rows.map(|(service, acr_usd)| domain::facts::Consumption {
                usage_date: month.first_day().plus(9),
                tenant_id: customer.tenant_id.clone(),
                subscription_id: Name::new(&subscription),
                service: service.to_owned(),
                acr_usd,
                resource_id: None,
                offer: None,
                grain: domain::words::Grain::Day,
            }));
            facts.workload_usage.push(domain::facts::WorkloadUsage {
                month,
                tenant_id: customer.tenant_id.clone(),
                workload: Name::new("teams"),
                subscription_id: None,
                resource_id: None,
                paid_seats: Amount::whole(300),
                active_users: Amount::whole(200 - i64::from(back)),
                quantity: Amount::ZERO,
            });
        }
    }
    facts
});

/// Asks for what a partner has as of a day; nothing for partners without facts.
fn ask<T: Default>(account: &Name, as_of: Day, tell: impl FnOnce(&Register<'_>, &Scoring<'_>, &Evidence<'_>) -> T) -> T {
    let register = Register::new(&FACTS, &RULEBOOK);
    let Some(found) = register.partners.account(account) else { return T::default() };
    let consumption = credit_consumption(&register, &FACTS.consumption, &scored_months(&RULEBOOK, as_of));
    let scoring = Scoring::new(&register, &FACTS, consumption, as_of);
    let mut evidence =
        Evidence::new(&register, &FACTS, About { account: found, month: as_of.closed_month(), rows: RowsOf::All }, |_, _| None);
    FACTS.consumption.iter().for_each(|row| evidence.add_consumption(row, None));
    tell(&register, &scoring, &evidence)
}

/// The customers of a partner.
pub fn customers(account: &Name, as_of: Day) -> Vec<Customer> {
    ask(account, as_of, |register, _, evidence| domain::customers::customers(register, &FACTS, evidence))
}

/// The people of a partner.
pub fn roster(account: &Name, as_of: Day) -> Roster {
    let none = || Roster { people: Vec::new(), steps: Vec::new(), ladder: Vec::new() };
    ask(account, as_of, |register, scoring, _| {
        register.partners.account(account).map(|found| domain::roster::roster(scoring, &FACTS, found))
    })
    .unwrap_or_else(none)
}
