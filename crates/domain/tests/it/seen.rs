//! A partner sees a customer's usage only inside the days and the workloads of its associations: on made-up programs, against the clear
//! crediting, row by row.

use domain::amount::Amount;
use domain::customers::{Customer, customers};
use domain::designations::score_program;
use domain::evidence::{About, Evidence, Extent, RowSums, RowsOf};
use domain::facts::Program;
use domain::metrics::Table;
use domain::names::Name;
use domain::partners::AccountIx;
use domain::register::Register;
use domain::ties::Tie;
use proptest::prelude::*;

use crate::properties::{RULES, as_of, explained_within, program};

/// The program with other figures in every row that no association of the account covers.
fn otherwise(program: &Program, register: &Register<'_>, account: AccountIx) -> Program {
    let (month, mut other) = (as_of().closed_month(), program.clone());
    let covers = |ties: Vec<Tie>| ties.iter().any(|tie| register.partners.account_of(tie.location) == account);
    let more = |amount: &mut Amount| *amount += "1000000.01".parse().expect("an amount");
    for row in other.consumption.iter_mut().filter(|row| !covers(register.ties_of_consumption(row, month))) {
        more(&mut row.acr_usd);
    }
    for row in other.workload_usage.iter_mut().filter(|row| !covers(register.ties_of_usage(row, month))) {
        [&mut row.paid_seats, &mut row.active_users, &mut row.quantity].into_iter().for_each(more);
    }
    for row in other.revenue.iter_mut().filter(|row| !covers(register.ties_of_revenue(row, month))) {
        more(&mut row.revenue_usd);
    }
    other
}

fn evidence<'a>(register: &'a Register<'a>, program: &Program, account: AccountIx, extent: Extent) -> Evidence<'a> {
    let mut evidence = Evidence::new(register, program, About { account, month: as_of().closed_month(), rows: RowsOf::All }, |_, _| None);
    program.consumption.iter().for_each(|row| evidence.add_consumption(row, None));
    evidence.within(extent)
}

/// The customers of an account as a partner's user sees them.
fn seen(program: &Program, account: &Name) -> Vec<Customer> {
    let register = Register::new(program, &RULES);
    let account = register.partners.account(account).expect("the account is one of the program");
    customers(&register, program, &evidence(&register, program, account, Extent::Covered))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn what_a_partner_sees_does_not_depend_on_usage_that_no_association_of_it_covers(program in program()) {
        let register = Register::new(&program, &RULES);
        let scores = score_program(&program, &RULES, as_of());
        for account in register.partners.accounts() {
            let other = otherwise(&program, &register, account);
            let id = register.partners.account_id(account);
            prop_assert_eq!(seen(&program, id), seen(&other, id));
            for score in scores.iter().filter(|score| score.global_partner_id == *id) {
                let tree = explained_within(&program, score, Extent::Covered);
                prop_assert_eq!(&tree, &explained_within(&other, score, Extent::Covered));
                prop_assert!(tree.unsound().is_empty());
            }
        }
    }

    #[test]
    fn rows_are_covered_one_by_one_as_they_are_together(program in program()) {
        let register = Register::new(&program, &RULES);
        for account in register.partners.accounts() {
            let covered = evidence(&register, &program, account, Extent::Covered);
            let sum = |table, of: fn(&RowSums) -> Amount| covered.of(table).values().map(of).sum::<Amount>();
            let consumption = program.consumption.iter().filter(|row| covered.covers_consumption(row));
            prop_assert_eq!(consumption.map(|row| row.acr_usd).sum::<Amount>(), sum(Table::Consumption, |sums| sums.dollars));
            let usage = program.workload_usage.iter().filter(|row| covered.covers_usage(row));
            prop_assert_eq!(usage.map(|row| row.paid_seats).sum::<Amount>(), sum(Table::Usage, |sums| sums.seats));
            let revenue = program.revenue.iter().filter(|row| covered.covers_revenue(row));
            prop_assert_eq!(revenue.map(|row| row.revenue_usd).sum::<Amount>(), sum(Table::Revenue, |sums| sums.dollars));
        }
    }

    #[test]
    fn all_that_is_credited_to_a_partner_is_seen_by_it(program in program()) {
        let register = Register::new(&program, &RULES);
        for account in register.partners.accounts() {
            let (all, covered) = (evidence(&register, &program, account, Extent::Concerning), evidence(&register, &program, account, Extent::Covered));
            for table in [Table::Consumption, Table::Usage, Table::Revenue] {
                let credited = all.of(table).iter().filter(|(group, _)| group.failure.is_none());
                prop_assert!(credited.clone().all(|(group, sums)| covered.of(table).get(group) == Some(sums)));
            }
        }
    }
}
