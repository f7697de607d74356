//! Properties of scores and explanations over random programs.

use std::sync::LazyLock;

use domain::amount::Amount;
use domain::credits::{Credits, ScoredMonths, credit_consumption};
use domain::designations::{Score, Scoring, score_program, scored_months};
use domain::evidence::{About, Evidence, Extent, RowsOf};
use domain::explain::{Node, explain};
use domain::facts::{
    Certification, Claim, Consumption, Csp, PalLink, Partner, PartnerOfRecord, Person, Program, ResourceOwner, Revenue, RoleAssignment,
    Subscription, WorkloadUsage,
};
use domain::fraction::Fraction;
use domain::names::Name;
use domain::points::{MetricScore, score_metric};
use domain::register::Register;
use domain::rulebook::Rulebook;
use domain::time::{Day, Month};
use domain::words::{Activity, Capacity, ClaimState, Flag, Grain, PartnerKind, Tier};
use proptest::prelude::*;

pub static RULES: LazyLock<Rulebook> = LazyLock::new(|| Rulebook::parse(&crate::rulebook::files()).expect("the rulebook has no problem"));

/// The day that the programs are scored at.
pub fn as_of() -> Day {
    Day::from_ymd(2023, 12, 31).expect("the day exists")
}

/// A day up to twenty-six months before the as-of day, or a little after it.
fn day() -> impl Strategy<Value = Day> {
    (-30..800_i32).prop_map(|back| as_of().plus(-back))
}

fn held() -> impl Strategy<Value = (Day, Option<Day>)> {
    (day(), prop::option::weighted(0.4, 0..600)).prop_map(|(from, days)| (from, days.map(|days| from.plus(days))))
}

fn month() -> impl Strategy<Value = Month> {
    (0..26_i32).prop_map(|back| as_of().month().minus(back))
}

fn one_of(names: &'static [&'static str]) -> impl Strategy<Value = Name> {
    prop::sample::select(names).prop_map(Name::new)
}

fn tenant() -> impl Strategy<Value = Name> {
    one_of(&["t1", "t2", "t3"])
}

fn subscription() -> impl Strategy<Value = Name> {
    one_of(&["s1", "s2", "s3", "s4"])
}

fn partner() -> impl Strategy<Value = Name> {
    one_of(&["11", "12", "21", "22", "29", "20", "77"])
}

fn workload() -> impl Strategy<Value = Name> {
    one_of(&["teams", "exchange", "intune", "defender-office-365", "power-apps", "sales", "customer-insights", "business-central"])
}

prop_compose! {
    fn associations()(
        links in prop::collection::vec((tenant(), one_of(&["p1", "p2"]), partner(), held()), 0..5),
        roles in prop::collection::vec((tenant(), one_of(&["p1", "p2"]), one_of(&["/", "/subscriptions/s1", "/subscriptions/s2/resourcegroups/g"]), held()), 0..5),
        owners in prop::collection::vec((tenant(), one_of(&["power-apps", "customer-insights"]), one_of(&["p1", "p2"]), held()), 0..4),
        records in prop::collection::vec((subscription(), partner(), held()), 0..5),
        chains in prop::collection::vec((subscription(), partner(), prop::sample::select(vec![Tier::DirectBill, Tier::IndirectReseller]), held()), 0..5),
        claims in prop::collection::vec((partner(), tenant(), prop::sample::select(Activity::ALL.to_vec()), prop::option::of(workload()), prop::option::of(subscription()), held(), prop::sample::select(vec![None, Some(ClaimState::Approved), Some(ClaimState::Rejected)])), 0..10),
        people in prop::collection::vec((one_of(&["a", "b", "c", "d", "e"]), partner(), held()), 0..8),
        certificates in prop::collection::vec((one_of(&["a", "b", "c", "d", "e"]), one_of(&["az-104", "az-305", "az-500", "sc-200", "dp-300", "az-204", "ms-102", "pl-100", "az-220"]), held()), 0..14),
    ) -> Program {
        Program {
            pal_links: links.into_iter().map(|(tenant_id, principal_id, partner_id, (linked_on, unlinked_on))| PalLink { tenant_id, principal_id, partner_id, linked_on, unlinked_on }).collect(),
            role_assignments: roles.into_iter().map(|(tenant_id, principal_id, scope, (assigned_on, removed_on))| RoleAssignment { tenant_id, principal_id, role: "Reader".to_owned(), scope, assigned_on, removed_on }).collect(),
            resource_owners: owners.into_iter().map(|(tenant_id, product, principal_id, (from, to))| {
                let capacity = if product.as_str() == "power-apps" { Capacity::Owner } else { Capacity::LastActive };
                ResourceOwner { tenant_id, product, resource_id: Name::new("r"), principal_id, capacity, from, environment: None, to }
            }).collect(),
            partner_of_record: records.into_iter().map(|(subscription, partner_id, (from, to))| PartnerOfRecord { partner_id, from, subscription_id: Some(subscription), tenant_id: None, product: None, to }).collect(),
            csp: chains.into_iter().map(|(subscription_id, partner_id, tier, (from, to))| Csp { subscription_id, partner_id, tier, from, to }).collect(),
            claims: claims.into_iter().enumerate().map(|(ix, (partner_id, tenant_id, activity, workload, subscription_id, (approved, ended_on), state))| Claim {
                claim_id: Name::new(&format!("c{ix}")), partner_id, tenant_id, activity, workload, subscription_id, submitted_on: None, approved_on: Some(approved), ended_on, state,
            }).collect(),
            people: people.into_iter().map(|(person_id, partner_id, (linked_on, unlinked_on))| Person { person_id, partner_id, linked_on, name: None, unlinked_on }).collect(),
            certifications: certificates.into_iter().map(|(person_id, certification, (earned_on, expires_on))| Certification { person_id, certification, earned_on, expires_on }).collect(),
            ..Program::default()
        }
    }
}

prop_compose! {
    fn usage()(
        consumption in prop::collection::vec((day(), tenant(), subscription(), prop::sample::select(vec!["Key Vault", "Storage", "Virtual Machines"]), -200..4000_i64, any::<bool>()), 0..40),
        workloads in prop::collection::vec((month(), tenant(), workload(), prop::option::of(subscription()), 0..600_i64, 0..500_i64), 0..60),
        revenue in prop::collection::vec((month(), tenant(), workload(), prop::option::of(subscription()), -100..9000_i64), 0..40),
    ) -> Program {
        Program {
            consumption: consumption.into_iter().map(|(usage_date, tenant_id, subscription_id, service, dollars, in_group)| Consumption {
                usage_date, tenant_id, resource_id: in_group.then(|| Name::new(&format!("/subscriptions/{subscription_id}/resourcegroups/g/providers/x"))),
                subscription_id, service: service.to_owned(), acr_usd: Amount::whole(dollars), offer: None, grain: Grain::Day,
            }).collect(),
            workload_usage: workloads.into_iter().map(|(month, tenant_id, workload, subscription_id, seats, users)| WorkloadUsage {
                month, tenant_id, workload, subscription_id, resource_id: Some(Name::new("r")), paid_seats: Amount::whole(seats), active_users: Amount::whole(users), quantity: Amount::whole(users * 1000),
            }).collect(),
            revenue: revenue.into_iter().map(|(month, tenant_id, workload, subscription_id, dollars)| Revenue { month, tenant_id, workload, revenue_usd: Amount::whole(dollars), subscription_id }).collect(),
            ..Program::default()
        }
    }
}

prop_compose! {
    pub fn program()(associations in associations(), usage in usage(), is_office in any::<bool>()) -> Program {
        let partner = |id: &str, account: &str, kind, is_open| Partner {
            partner_id: Name::new(id), global_partner_id: Name::new(account), name: id.to_owned(), country: None, kind, active: Flag(is_open),
        };
        let location = |id, account| partner(id, account, PartnerKind::Location, true);
        Program {
            partners: vec![location("11", "10"), location("12", "10"), location("21", "20"), location("22", "20"), partner("29", "20", PartnerKind::Location, false), partner("20", "20", PartnerKind::Global, true)].into(),
            subscriptions: vec![Subscription { subscription_id: Name::new("s4"), tenant_id: Name::new("t1"), product: is_office.then(|| Name::new("office-365")), agreement: None, status: None, starts_on: None, ends_on: None, predecessor_id: None }].into(),
            consumption: usage.consumption,
            workload_usage: usage.workload_usage,
            revenue: usage.revenue,
            ..associations
        }
    }
}

fn explained(program: &Program, score: &Score) -> Node {
    explained_within(program, score, Extent::Concerning)
}

/// The explanation of a score, down to the rows of an extent.
pub fn explained_within(program: &Program, score: &Score, extent: Extent) -> Node {
    explained_down_to(program, score, extent, RowsOf::All)
}

/// The explanation of a score with the rows that are asked for.
fn explained_down_to(program: &Program, score: &Score, extent: Extent, rows: RowsOf) -> Node {
    let register = Register::new(program, &RULES);
    let consumption = credit_consumption(&register, &program.consumption, &scored_months(&RULES, as_of()));
    let scoring = Scoring::new(&register, program, consumption, as_of());
    let account = register.partners.account(&score.global_partner_id).expect("the account was scored");
    let mut evidence = Evidence::new(&register, program, About { account, month: as_of().closed_month(), rows }, |_, _| None);
    program.consumption.iter().for_each(|row| evidence.add_consumption(row, None));
    explain(&scoring, &evidence.within(extent), account, &RULES.areas[&score.area])
}

/// What each metric of each area gives an account as of the last day of a month, measured among the months of a window with words for none,
/// and by itself with words.
fn among_and_alone(program: &Program, month: Month) -> Vec<(MetricScore, MetricScore)> {
    let register = Register::new(program, &RULES);
    let credited = |months: ScoredMonths| {
        let consumption = credit_consumption(&register, &program.consumption, &months);
        Scoring::of(&register, program, Credits::new(&register, program, months, consumption), as_of())
    };
    let (among, alone) = (credited(scored_months(&RULES, as_of())), credited(ScoredMonths::new([month])));
    let rules = || RULES.areas.values().flat_map(|area| &area.tracks).flat_map(|track| &track.metrics);
    let mut measured = Vec::new();
    for account in register.partners.accounts() {
        for day in scored_months(&RULES, as_of()).iter().map(Month::last_day) {
            for rule in rules() {
                let score = score_metric(&among.measuring(account, day, false), rule).score;
                if day == month.last_day() {
                    measured.push((score, score_metric(&alone.measuring(account, day, true), rule).score));
                }
            }
        }
    }
    measured
}

/// Takes the rows away that are not of a customer, or all of them.
fn without_rows(node: &mut Node, only: Option<&Name>) {
    let is_told = |row: &Node| only.is_some_and(|only| row.keys.contains(&("tenant_id", only.to_string())));
    let before = node.children.len();
    node.children.retain(|child| child.kind != "rows" || is_told(child));
    node.has_more = node.children.len() < before;
    node.children.iter_mut().for_each(|child| without_rows(child, only));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn an_explanation_down_to_fewer_rows_is_the_whole_one_without_the_others(program in program(), extent in prop::sample::select(vec![Extent::Concerning, Extent::Covered])) {
        for score in score_program(&program, &RULES, as_of()) {
            let whole = explained_within(&program, &score, extent);
            for only in [None, Some(Name::new("t1"))] {
                let mut cut = whole.clone();
                without_rows(&mut cut, only.as_ref());
                let rows = only.map_or(RowsOf::Nobody, RowsOf::Customer);
                prop_assert_eq!(&explained_down_to(&program, &score, extent, rows), &cut);
            }
        }
    }

    #[test]
    fn a_month_of_the_window_is_measured_as_it_is_by_itself(program in program(), back in 0..12_usize) {
        let months: Vec<Month> = scored_months(&RULES, as_of()).iter().collect();
        for (among, alone) in among_and_alone(&program, months[back % months.len()]) {
            prop_assert_eq!(among, alone);
        }
    }

    #[test]
    fn points_stay_within_their_bounds_and_add_up_to_the_score(program in program()) {
        for score in score_program(&program, &RULES, as_of()) {
            for track in &score.tracks {
                for metric in &track.metrics {
                    prop_assert!(!metric.points.is_negative() && metric.points <= Fraction::whole(metric.max));
                }
                let sum: Fraction = track.metrics.iter().map(|metric| metric.points.clone()).sum();
                prop_assert_eq!(&sum, &track.score);
                prop_assert!(sum <= Fraction::whole(100));
            }
            prop_assert_eq!(score.tracks.iter().filter(|track| track.chosen).count(), 1);
            let last = score.window.last().expect("a window has months");
            prop_assert!(last.score >= score.chosen().score, "the as-of day is a day of the window");
        }
    }

    #[test]
    fn what_an_explanation_counts_adds_up_at_every_level(program in program()) {
        for score in score_program(&program, &RULES, as_of()) {
            let tree = explained(&program, &score);
            prop_assert_eq!(&tree.value, &score.chosen().score);
            let unsound: Vec<_> = tree.unsound().into_iter().map(|node| (node.label.clone(), node.value.exact(), node.children.iter().map(|child| (child.label.clone(), child.adds.exact())).collect::<Vec<_>>())).collect();
            prop_assert!(unsound.is_empty(), "{} {}: {unsound:#?}", score.global_partner_id, score.area);
        }
    }

    #[test]
    fn the_order_of_rows_changes_no_score(program in program()) {
        let mut turned = program.clone();
        turned.pal_links.reverse();
        turned.role_assignments.reverse();
        turned.resource_owners.reverse();
        turned.claims.reverse();
        turned.csp.reverse();
        turned.partner_of_record.reverse();
        turned.people.reverse();
        turned.certifications.reverse();
        turned.consumption.reverse();
        turned.workload_usage.reverse();
        turned.revenue.reverse();
        prop_assert_eq!(score_program(&program, &RULES, as_of()), score_program(&turned, &RULES, as_of()));
    }
}
