//! What is true of the roster of every partner, on made-up programs.

use domain::credits::credit_consumption;
use domain::designations::{Scoring, scored_months};
use domain::facts::Program;
use domain::fraction::Fraction;
use domain::register::Register;
use domain::roster::{Roster, roster};
use domain::time::Day;
use proptest::prelude::*;

use crate::properties::{RULES, as_of, program};

fn all(program: &Program, day: Day) -> Vec<Roster> {
    let register = Register::new(program, &RULES);
    let consumption = credit_consumption(&register, &program.consumption, &scored_months(&RULES, day));
    let scoring = Scoring::new(&register, program, consumption, day);
    register.partners.accounts().map(|account| roster(&scoring, program, account)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_step_counts_nobody_but_the_partners_people_and_as_many_as_it_says(program in program()) {
        for roster in all(&program, as_of()) {
            for step in &roster.steps {
                let counted: Vec<_> = step.people.iter().filter(|(.., reason)| reason.is_none()).collect();
                prop_assert_eq!(Fraction::whole(i64::try_from(counted.len()).unwrap()), step.value.clone());
                for (person, certification, _) in counted {
                    let member = roster.people.iter().find(|member| member.person == *person).expect("who counts is on the roster");
                    prop_assert_eq!(member.failure, None);
                    prop_assert!(step.any_of.contains(certification));
                    prop_assert!(member.certificates.iter().any(|held| held.certification == *certification && held.failure.is_none()));
                }
            }
        }
    }

    #[test]
    fn a_certificate_counts_in_a_step_or_has_a_reason(program in program()) {
        for held in all(&program, as_of()).iter().flat_map(|roster| &roster.people).flat_map(|member| &member.certificates) {
            prop_assert_eq!(held.steps.is_empty(), held.failure.is_some());
        }
    }

    #[test]
    fn every_rung_of_the_ladder_goes_on_from_the_one_before(program in program()) {
        for roster in all(&program, as_of()) {
            prop_assert!(roster.ladder.is_sorted_by(|one, other| one.day < other.day));
            prop_assert!(roster.ladder.iter().all(|rung| rung.day > as_of() && rung.day < as_of().plus_months(12)));
            for step in roster.steps.iter().filter(|step| step.points.is_some()) {
                let own = roster.ladder.iter().flat_map(|rung| &rung.changes).filter(|(area, metric, ..)| (area, *metric) == (&step.area, step.metric));
                let mut points = step.points.clone().unwrap();
                for (_, _, before, after) in own {
                    prop_assert_eq!(&points, before);
                    points = after.clone();
                }
            }
        }
    }
}
