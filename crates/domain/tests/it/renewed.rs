//! A change credits and scores only what it touches, and gives what the whole program gives.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use domain::credits::{ConsumptionCredits, credit_consumption};
use domain::designations::{Scored, scored_months};
use domain::estates::{Estates, Strays, Touched};
use domain::facts::{Consumption, Program};
use domain::register::Register;
use proptest::prelude::*;

use crate::properties::{RULES, as_of, program};

/// Every score of a whole program.
fn whole(program: &Program) -> Scored {
    let register = Register::new(program, &RULES);
    let consumption = credit_consumption(&register, &program.consumption, &scored_months(&RULES, as_of()));
    Scored::new(&register, program, consumption, as_of()).with_scores(&register, program)
}

/// The scores after a change; nothing when the change touches everything.
fn renewed(scored: &Scored, before: &Estates, after: &Estates) -> Option<(Scored, Touched)> {
    let touched = before.touched(after, &BTreeMap::new())?;
    let rows = &after.program().consumption;
    let credit = |register: &Register<'_>, months: &_| {
        let is_touched =
            |row: &&Consumption| touched.consumption.get(&row.tenant_id).is_some_and(|months| months.has(row.usage_date.month()));
        let rows_touched: Vec<Consumption> = rows.iter().filter(is_touched).cloned().collect();
        let first = rows.iter().map(|row| row.usage_date.month()).min();
        Ok::<_, Infallible>(ConsumptionCredits { first, ..credit_consumption(register, &rows_touched, months) })
    };
    let Ok(renewed) = scored.renewed(after, &RULES, &touched, credit);
    Some((renewed, touched))
}

/// Puts tables of another program, or some of their rows, in the place of a program's own.
fn changed(program: &mut Program, other: &Program, table: usize, keep: usize) {
    macro_rules! tables {
        ($($table:ident)*) => {
            let mut place = 0;
            $(
                if table == place {
                    let mut rows = program.$table.to_vec();
                    rows.truncate(keep);
                    rows.extend(other.$table.iter().take(3).cloned());
                    program.$table = rows.into();
                }
                place += 1;
            )*
            debug_assert_eq!(place, TABLES);
        };
    }
    tables!(customers subscriptions principals group_members pal_links role_assignments management_groups resource_owners partner_of_record csp claims consumption workload_usage revenue people certifications enrolments);
}

/// How many tables a change can be of: all but partners and exchange rates.
const TABLES: usize = 17;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn renewed_scores_are_those_of_the_whole_program(
        start in program(),
        changes in prop::collection::vec((program(), 0..TABLES, 0..12_usize), 1..6),
    ) {
        let mut now = start;
        let mut estates = Estates::new(&now, &Strays::new());
        let mut scored = whole(&now);
        for (other, table, keep) in changes {
            changed(&mut now, &other, table, keep);
            let after = estates.renewed(&now, &Strays::new());
            let (anew, touched) = renewed(&scored, &estates, &after).expect("partners stay");
            let expected = whole(&now);
            prop_assert_eq!(&anew.credits, &expected.credits, "credits after a change of table {}: {:?}", table, &touched);
            prop_assert_eq!(&anew.scores, &expected.scores, "scores after a change of table {}: {:?}", table, &touched);
            (estates, scored) = (after, anew);
        }
    }
}

#[test]
fn a_change_of_nothing_touches_nothing() {
    let program = Program::default();
    let estates = Estates::new(&program, &Strays::new());
    let same = estates.renewed(&Program::default(), &Strays::new());
    assert_eq!(estates.touched(&same, &BTreeMap::new()), Some(Touched::default()));
    assert!(estates.touched(&same, &BTreeMap::from([("t".into(), BTreeSet::new())])).is_some_and(|touched| !touched.is_empty()));
}
