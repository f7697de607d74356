//! Plans: what values would give, and the cheapest way, over random programs.

use domain::credits::credit_consumption;
use domain::designations::{Scoring, score_program, scored_months};
use domain::fraction::Fraction;
use domain::names::Name;
use domain::plan::{Efforts, Outlook, Path, Values, cheapest, outlooks};
use domain::register::Register;
use domain::rulebook::MetricName;
use proptest::prelude::*;

use crate::properties::{RULES, as_of, program};

const METRICS: [MetricName; 5] = [
    MetricName::NetCustomerAdds,
    MetricName::IntermediateCertifications,
    MetricName::AdvancedCertifications,
    MetricName::UsageGrowth,
    MetricName::Deployments,
];

fn efforts(each: [i64; 5]) -> Efforts {
    METRICS.into_iter().zip(each.map(Fraction::whole)).collect()
}

/// The values after a path; `less` leaves out one step of one of its levers.
fn values(outlook: &Outlook, path: &Path, less: Option<usize>) -> Values {
    let after = path.steps.iter().enumerate().map(|(ix, step)| {
        let metric = outlook.metrics.iter().find(|metric| metric.name() == step.metric).unwrap();
        let lever = metric.levers.iter().find(|lever| lever.part == step.lever.part).unwrap();
        ((step.metric, lever.part.clone()), lever.after(step.count - i64::from(less == Some(ix))))
    });
    after.collect()
}

#[test]
fn from_nothing_the_cheapest_way_is_worked_out_by_hand() {
    // 3 customers; 2 + 5 people and 2 + 5 people, gates first; 1 percent; 1 service would be 30 + 20 + 20 + 1 + 2 = 73 in 19 steps, and
    // one advanced certification less with one percent more is as good: 70 in 19 steps
    let lone = RULES.clone();
    let partner = domain::facts::Partner {
        partner_id: Name::new("11"),
        global_partner_id: Name::new("10"),
        name: String::new(),
        country: None,
        kind: domain::words::PartnerKind::Location,
        active: domain::words::Flag(true),
    };
    let program = domain::facts::Program { partners: vec![partner], ..domain::facts::Program::default() };
    let register = Register::new(&program, &lone);
    let scoring = Scoring::new(&register, &program, credit_consumption(&register, &[], &scored_months(&lone, as_of())), as_of());
    let account = register.partners.account(&Name::new("10")).unwrap();
    let infrastructure = &lone.areas[&Name::new("infrastructure")];
    let outlook = outlooks(&scoring, account, infrastructure).remove(0);

    let path = cheapest(&outlook, &efforts([1; 5])).unwrap();
    assert_eq!(path.effort, Fraction::whole(19));
    assert_eq!(path.score, Fraction::whole(73));
    let gates: Vec<i64> = path.steps.iter().map(|step| step.gates).collect();
    assert_eq!(gates, [0, 2, 2, 0, 0]);

    // where a customer costs far more than all else, one is had for the floor, and the rest is made up for
    let path = cheapest(&outlook, &efforts([100, 1, 1, 1, 1])).unwrap();
    assert_eq!(path.steps[0].count, 1, "{path:?}");
    assert!(outlook.with(&values(&outlook, &path, None)).qualified);

    // a metric that cannot be moved stays below the floor
    let mut none = efforts([1; 5]);
    none.remove(&MetricName::UsageGrowth);
    assert_eq!(cheapest(&outlook, &none), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn an_outlook_gives_what_is_scored_and_its_cheapest_way_qualifies_with_no_step_to_spare(program in program(), each in prop::array::uniform5(1..9_i64)) {
        let register = Register::new(&program, &RULES);
        let consumption = credit_consumption(&register, &program.consumption, &scored_months(&RULES, as_of()));
        let scoring = Scoring::new(&register, &program, consumption, as_of());
        for score in score_program(&program, &RULES, as_of()) {
            let account = register.partners.account(&score.global_partner_id).unwrap();
            for (outlook, track) in outlooks(&scoring, account, &RULES.areas[&score.area]).iter().zip(&score.tracks) {
                let as_is = outlook.with(&Values::new());
                prop_assert_eq!(&as_is.score, &track.score);
                prop_assert_eq!(as_is.qualified, track.qualified);
                let Some(path) = cheapest(outlook, &efforts(each)) else { continue };
                prop_assert_eq!(track.qualified, path.steps.is_empty());
                let after = outlook.with(&values(outlook, &path, None));
                prop_assert!(after.qualified && after.score == path.score, "{after:?} {path:?}");
                for ix in 0..path.steps.len() {
                    prop_assert!(!outlook.with(&values(outlook, &path, Some(ix))).qualified, "a step to spare: {path:?}");
                }
            }
        }
    }
}
