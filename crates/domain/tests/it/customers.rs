//! What is true of the customers of every partner, on made-up programs.

use domain::amount::Amount;
use domain::customers::{Customer, customers};
use domain::evidence::{About, Evidence, RowsOf};
use domain::facts::Program;
use domain::metrics::Table;
use domain::names::Name;
use domain::reasons::Reason;
use domain::register::Register;
use domain::time::{Day, Interval, Month};
use proptest::prelude::*;

use crate::properties::{RULES, as_of, program};

/// The customers of every account.
fn all(program: &Program) -> Vec<(Vec<Customer>, Amount)> {
    let register = Register::new(program, &RULES);
    let of = |account| {
        let mut evidence =
            Evidence::new(&register, program, About { account, month: as_of().closed_month(), rows: RowsOf::All }, |_, _| None);
        program.consumption.iter().for_each(|row| evidence.add_consumption(row, None));
        let groups = evidence.of(Table::Consumption).iter();
        let credited = groups.filter(|(group, _)| group.failure.is_none()).map(|(_, sums)| sums.dollars).sum();
        (customers(&register, program, &evidence), credited)
    };
    register.partners.accounts().map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whatever_is_credited_in_a_month_has_an_association_that_holds_in_it(program in program()) {
        for (customers, _) in all(&program) {
            for customer in customers {
                for usage in customer.credited() {
                    let month = Interval { from: usage.month.first_day(), to: usage.month.last_day().plus(1) };
                    for attach in usage.attach.iter() {
                        let holds = customer.associations.iter().any(|association| {
                            association.attach == attach && association.credited.iter().any(|days| days.and(month).is_some())
                        });
                        prop_assert!(holds, "{attach} gave credit in {} for {usage:?}, and none of {:#?} holds", usage.month, customer.associations);
                    }
                }
            }
        }
    }

    #[test]
    fn what_the_customers_influence_is_what_the_account_is_credited(program in program()) {
        for (customers, credited) in all(&program) {
            let influenced: Amount = customers.iter().map(|customer| customer.influenced(Month::new(1990, 1), as_of().closed_month())).sum();
            prop_assert_eq!(influenced, credited);
        }
    }
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn a_link_gives_credit_on_the_days_on_which_a_role_is_held_and_says_why_when_there_is_none() {
    let facts = r#"
        [[partners]]
        partner_id = "11"
        global_partner_id = "10"
        name = "Adatum"
        [[customers]]
        tenant_id = "t1"
        name = "Contoso"
        [[principals]]
        tenant_id = "t1"
        principal_id = "p1"
        name = "adele"
        deleted_on = "2023-10-01"
        [[pal_links]]
        tenant_id = "t1"
        principal_id = "p1"
        partner_id = "11"
        linked_on = "2023-01-01"
        [[pal_links]]
        tenant_id = "t1"
        principal_id = "p2"
        partner_id = "11"
        linked_on = "2023-01-01"
        [[group_members]]
        tenant_id = "t1"
        group_id = "g1"
        principal_id = "p1"
        from = "2023-03-01"
        to = "2023-05-01"
        [[role_assignments]]
        tenant_id = "t1"
        principal_id = "g1"
        role = "Owner"
        scope = "/"
        assigned_on = "2022-01-01"
        [[role_assignments]]
        tenant_id = "t1"
        principal_id = "p1"
        role = "Reader"
        scope = "/subscriptions/s1"
        assigned_on = "2023-09-01"
    "#;
    let program: Program = toml::from_str(facts).unwrap();
    let found = all(&program).remove(0).0.remove(0);
    assert_eq!((found.tenant, found.name.as_str()), (Name::new("t1"), "Contoso"));
    let [with_role, without] = found.associations.as_slice() else { panic!("two links: {:#?}", found.associations) };
    let days = |from, to| Interval { from: day(from), to: day(to) };
    assert_eq!(with_role.credited, [days("2023-03-01", "2023-05-01"), days("2023-09-01", "2023-10-01")]);
    assert_eq!(with_role.through, ["Owner on /", "Reader on /subscriptions/s1"]);
    assert_eq!((with_role.recorded, with_role.failure), (Interval::new(day("2023-01-01"), None), None));
    assert_eq!((without.label.as_str(), without.failure), ("link of p2", Some(Reason::LinkWithoutRole)));
}
