//! Plans: what values would give, and the cheapest way, over random programs.

use domain::credits::credit_consumption;
use domain::designations::{Scoring, score_program, scored_months};
use domain::facts::{Partner, Program};
use domain::fraction::Fraction;
use domain::names::Name;
use domain::plan::{Efforts, Outlook, Path, Values, cheapest, outlooks};
use domain::register::Register;
use domain::rulebook::{MetricName, Rulebook};
use domain::words::{Flag, PartnerKind};
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

/// Asks the outlook on infrastructure of a partner who has nothing.
fn with_nothing(rulebook: &Rulebook, ask: impl FnOnce(&Outlook)) {
    let partner = Partner {
        partner_id: Name::new("11"),
        global_partner_id: Name::new("10"),
        name: String::new(),
        country: None,
        kind: PartnerKind::Location,
        active: Flag(true),
    };
    let program = Program { partners: vec![partner].into(), ..Program::default() };
    let register = Register::new(&program, rulebook);
    let credited = credit_consumption(&register, &[], &scored_months(rulebook, as_of()));
    let scoring = Scoring::new(&register, &program, credited, as_of());
    let account = register.partners.account(&Name::new("10")).unwrap();
    ask(&outlooks(&scoring, account, &rulebook.areas[&Name::new("infrastructure")]).remove(0));
}

#[test]
fn from_nothing_the_cheapest_way_is_worked_out_by_hand() {
    // 3 customers; 2 + 5 people and 2 + 5 people, gates first; 1 percent; 1 service would be 30 + 20 + 20 + 1 + 2 = 73 in 19 steps, and
    // one advanced certification less with one percent more is as good: 70 in 19 steps
    with_nothing(&RULES, |outlook| {
        let path = cheapest(outlook, &efforts([1; 5])).unwrap();
        assert_eq!(path.effort, Fraction::whole(19));
        assert_eq!(path.score, Fraction::whole(73));
        let gates: Vec<i64> = path.steps.iter().map(|step| step.gates).collect();
        assert_eq!(gates, [0, 2, 2, 0, 0]);

        // where a customer costs far more than all else, one is had for the floor, and the rest is made up for
        let path = cheapest(outlook, &efforts([100, 1, 1, 1, 1])).unwrap();
        assert_eq!(path.steps[0].count, 1, "{path:?}");
        assert!(outlook.with(&values(outlook, &path, None)).qualified);

        // a metric that cannot be moved stays below the floor
        let mut none = efforts([1; 5]);
        none.remove(&MetricName::UsageGrowth);
        assert_eq!(cheapest(outlook, &none), None);
    });
}

/// The least effort of all numbers of steps, tried one by one: points of each metric by its steps, put together in every way.
fn least(outlook: &Outlook, each: [i64; 5]) -> Option<Fraction> {
    let choices: Vec<Vec<(Fraction, Fraction)>> = outlook
        .metrics
        .iter()
        .zip(each)
        .map(|(metric, effort)| {
            let points = |count: i64| {
                let values = Values::from([((metric.name(), None), metric.levers[0].after(count))]);
                let found = outlook.with(&values).points.into_iter().find(|(name, _)| *name == metric.name());
                found.map(|(_, points)| (points, Fraction::whole(count * effort))).unwrap()
            };
            (0..=20).map(points).filter(|(points, _)| RULES.program.floor.value.is_reached_by(points)).collect()
        })
        .collect();
    let mut all = vec![(Fraction::zero(), Fraction::zero())];
    for metric in &choices {
        // more steps at the maximum cost more and give nothing
        let useful = metric.iter().enumerate().filter(|(ix, choice)| *ix == 0 || metric[ix - 1].0 < choice.0);
        let useful: Vec<_> = useful.map(|(_, choice)| choice).collect();
        all = all.iter().flat_map(|(points, effort)| useful.iter().map(move |(more, cost)| (points + more, effort + cost))).collect();
    }
    all.into_iter().filter(|(points, _)| *points >= Fraction::whole(70)).map(|(_, effort)| effort).min()
}

#[test]
fn no_other_way_is_cheaper() {
    with_nothing(&RULES, |outlook| {
        for each in [[1, 1, 1, 1, 1], [10, 4, 8, 3, 6], [9, 1, 1, 7, 2], [1, 9, 9, 1, 1], [3, 5, 2, 8, 13]] {
            let path = cheapest(outlook, &efforts(each)).unwrap();
            assert_eq!(Some(path.effort), least(outlook, each), "{each:?}");
        }
    });
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
