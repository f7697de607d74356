//! A partner that lives on Business Applications.

use domain::names::Name;
use domain::time::Day;
use domain::words::{Activity, Agreement, ClaimState, PrincipalKind, Tier};

use crate::demo::cast::{ALDER, CLOUDHARBOUR};
use crate::demo::scene::{NOW, Scene, Tenant};
use crate::demo::ties::Claiming;
use crate::demo::workplaces::App;

/// A customer's Dynamics 365.
struct Suite {
    tenant: Tenant,
    subscription: Name,
    since: Day,
}

/// Close to 70 in Business Applications, enterprise: every metric counts, none is full.
pub fn alder(scene: &mut Scene) {
    scene.begin(11);
    engagement(scene);
    accounting(scene);
    resold(scene);
    won(scene);
    platform(scene);
    paperwork(scene);
    scene.team(
        &ALDER,
        &[
            (2, &["MB-210", "MB-230"]),
            (2, &["MB-800"]),
            (2, &["PL-200", "PL-400"]),
            (1, &["MB-310", "MB-500", "MB-700"]),
            (1, &["MB-330", "MB-335"]),
            (1, &["PL-300", "DP-500"]),
            (1, &["PL-500", "PL-600"]),
            (1, &["MB-260", "PL-600"]),
            (1, &["MB-700"]),
            (1, &["MS-900"]),
        ],
    );
    // MB-320 counts until the end of June 2024; PL-100 and MB-600 do not count any more.
    let retiring = scene.person(ALDER.location(1), &[]);
    let (earned, expires) = (scene.at(-19, 20), scene.at(6, 20));
    scene.holds(&retiring, "MB-320", earned, Some(expires));
    scene.holds(&retiring, "PL-100", earned, None);
    let architect = scene.person(ALDER.location(0), &[]);
    let earned = scene.at(-37, 2);
    scene.holds(&architect, "MB-600", earned, None);
}

fn suite(scene: &mut Scene, agreement: Agreement, since: Day) -> Suite {
    let tenant = scene.customer("GB", "enterprise");
    let subscription = scene.subscription(&tenant, "dynamics-365", agreement, since);
    Suite { tenant, subscription, since }
}

impl Suite {
    fn app<'a>(&'a self, workload: &'a str) -> App<'a> {
        App { tenant: &self.tenant.id, workload, subscription: Some(&self.subscription), resource: None }
    }

    fn claiming<'a>(&'a self, index: usize, activity: Activity, workload: Option<&'a str>) -> Claiming<'a> {
        Claiming { partner: ALDER.location(index), tenant: &self.tenant.id, activity, workload, subscription: Some(&self.subscription) }
    }
}

/// Sales and customer service for years: usage claims on the rate-card row, revenue claims on the product.
fn engagement(scene: &mut Scene) {
    for index in 0..6_usize {
        let since = scene.long_ago();
        let suite = suite(scene, Agreement::Ea, since);
        let users = scene.dice.lognormal(70.0, 0.35).clamp(40.0, 150.0);
        scene.works_with(&suite.app("sales"), 0, (users, users * 1.062));
        scene.works_with(&suite.app("customer-service"), 0, (users * 0.5, users * 0.52));
        scene.pays(&suite.app("sales"), (0, NOW), (users * 92.0, users * 97.0));
        scene.pays(&suite.app("customer-service"), (0, NOW), (users * 21.0 + 1600.0, users * 22.0 + 1600.0));
        scene.claimed(&suite.claiming(index, Activity::OsuBizapps, Some("customer-engagement")), suite.since.plus(25));
        scene.claimed(&suite.claiming(index, Activity::Revrec, None), suite.since.plus(20));
    }
}

/// Finance, of which the customer named them partner of record; and Business Central, sold by a presales claim.
fn accounting(scene: &mut Scene) {
    for index in 0..3_usize {
        let since = scene.long_ago();
        let suite = suite(scene, Agreement::Mca, since);
        let users = scene.dice.between(110.0, 240.0);
        scene.works_with(&suite.app("finance"), 0, (users, users * 1.06));
        scene.pays(&suite.app("finance"), (0, NOW), (users * 48.0, users * 50.0));
        scene.of_record(&suite.subscription, ALDER.location(index), suite.since.plus(12), None);
    }
    for index in 0..3_usize {
        let since = scene.long_ago();
        let suite = suite(scene, Agreement::Ea, since);
        let users = scene.dice.between(16.0, 34.0);
        scene.works_with(&suite.app("business-central"), 0, (users, users * 1.05));
        // Two of them stopped paying: lost.
        let last = if index < 2 { NOW - 3 } else { NOW };
        scene.pays(&suite.app("business-central"), (0, last), (users * 74.0 + 900.0, users * 76.0 + 900.0));
        scene.claimed(&suite.claiming(index, Activity::Osa, Some("business-central")), suite.since.plus(18));
    }
}

/// Business Central bought through the distributor.
fn resold(scene: &mut Scene) {
    for index in 0..3_usize {
        let since = scene.long_ago();
        let suite = suite(scene, Agreement::CspModern, since);
        let users = scene.dice.between(11.0, 24.0);
        scene.works_with(&suite.app("business-central"), 0, (users, users * 1.08));
        scene.pays(&suite.app("business-central"), (0, NOW), (users * 70.0 + 800.0, users * 71.0 + 800.0));
        scene.sold(&suite.subscription, CLOUDHARBOUR.location(index), Tier::IndirectProvider, since, None);
        scene.sold(&suite.subscription, ALDER.location(index), Tier::IndirectReseller, since, None);
    }
}

/// Won in the last year: presales claims, the revenue of which counts a month later.
fn won(scene: &mut Scene) {
    for index in 0..5_usize {
        let first = 18 + index;
        let from = scene.first_day(first);
        let suite = suite(scene, Agreement::Mca, from);
        let workload = ["sales", "field-service", "business-central", "finance", "customer-service"][index];
        let users = [(18.0, 62.0), (21.0, 57.0), (4.0, 12.0), (40.0, 118.0), (9.0, 31.0)][index];
        scene.works_with(&suite.app(workload), first, users);
        scene.pays(&suite.app(workload), (first, NOW), (1650.0, 2300.0));
        scene.claimed(&suite.claiming(index, Activity::Osa, Some(workload)), from.plus(6));
    }
}

/// Power Platform and Customer Insights: consultants who are linked, and own what is used.
fn platform(scene: &mut Scene) {
    let products = [
        ("power-apps", (95.0, 108.0)),
        ("power-apps", (60.0, 66.0)),
        ("power-apps", (34.0, 46.0)),
        ("power-automate", (52.0, 58.0)),
        ("power-bi", (140.0, 151.0)),
        ("customer-insights", (160_000.0, 171_000.0)),
    ];
    for (index, (product, users)) in products.into_iter().enumerate() {
        let since = scene.long_ago();
        let tenant = scene.customer("US", "smb");
        let maker = scene.principal(&tenant, PrincipalKind::Guest, "Maker (Alder & Finch)");
        scene.link(&tenant, &maker, ALDER.location(index), since, None);
        let resource = scene.owns(&tenant, product, &maker, since.plus(45));
        if index == 1 {
            // A co-owner from the customer, not linked, takes nothing away.
            let own = scene.principal(&tenant, PrincipalKind::User, "Citizen developer");
            scene.owns_too(&tenant, product, &resource, &own, since.plus(300));
        }
        let app = App { tenant: &tenant.id, workload: product, subscription: None, resource: Some(&resource) };
        scene.works_with(&app, 0, users);
        scene.pays(&App { resource: None, ..app }, (0, NOW), (420.0, 460.0));
    }
}

/// Claims that do not hold: on their way, refused, disputed, taken back, over.
fn paperwork(scene: &mut Scene) {
    let states = [
        (ClaimState::Draft, 0),
        (ClaimState::Submitted, 0),
        (ClaimState::UnderReview, 0),
        (ClaimState::ActionRequired, -1),
        (ClaimState::Rejected, -2),
        (ClaimState::Dispute, -2),
        (ClaimState::RejectedFinal, -6),
        (ClaimState::Withdrawn, -4),
    ];
    let since = scene.long_ago();
    let suite = suite(scene, Agreement::Ea, since);
    scene.works_with(&suite.app("sales"), 0, (44.0, 49.0));
    scene.pays(&suite.app("sales"), (0, NOW), (3900.0, 4200.0));
    for (index, (state, months)) in states.into_iter().enumerate() {
        let submitted = scene.at(months, 5 + i32::try_from(index).unwrap_or_default());
        let activity = if index % 2 == 0 { Activity::OsuBizapps } else { Activity::Revrec };
        scene.claim(&suite.claiming(index, activity, Some("sales")), submitted, None, None, state);
    }
    let (submitted, approved, ended) = (scene.at(-26, 2), scene.at(-25, 9), scene.at(-15, 30));
    scene.claim(&suite.claiming(0, Activity::OsuBizapps, Some("sales")), submitted, Some(approved), Some(ended), ClaimState::Ended);
}
