//! Partners that live on Modern Work.

use domain::words::{Activity, Agreement, ClaimState, Tier};

use crate::demo::cast::{CLOUDHARBOUR, LUMEN, NORDVIK};
use crate::demo::scene::{NOW, Scene};
use crate::demo::ties::Claiming;
use crate::demo::workplaces::{Curve, Workplace};

/// Small customers, bought through a distributor and sold on: Modern Work for small customers, enrolled.
pub fn nordvik(scene: &mut Scene) {
    scene.begin(4);
    let workloads = ["exchange", "teams", "sharepoint", "proplus"];
    for index in 0..24 {
        let place = resold(scene, index, -40);
        let seats = scene.dice.lognormal(85.0, 0.6).clamp(16.0, 260.0);
        let last = if index < 2 { NOW - 4 } else { NOW };
        for workload in workloads {
            let (then, gain) = (scene.dice.between(0.48, 0.72), scene.dice.between(0.03, 0.12));
            let grown = seats * scene.dice.between(1.0, 1.09);
            scene.uses(&place, workload, Curve { last, ..Curve::throughout((seats, grown), (then, then + gain)) });
        }
    }
    for index in 0..12 {
        let first = 18 + index % 7;
        let place = resold(scene, index, i32::try_from(first).unwrap_or_default() - 28);
        let seats = scene.dice.lognormal(70.0, 0.5).clamp(18.0, 220.0);
        // Some customers were in full use when they came: an add, but no deployment.
        let (then, now) = if index % 3 == 0 { (0.55, 0.7) } else { (0.14, 0.62) };
        for workload in workloads {
            let now = now + scene.dice.between(0.0, 0.08);
            scene.uses(&place, workload, Curve::from(first, (seats, seats * 1.05), (then, now)));
        }
    }
    scene.team(&NORDVIK, &[(1, &["MS-700", "MD-102"]), (1, &["MS-102", "MS-203"]), (1, &["AZ-104"]), (1, &["SC-300"])]);
    let (enrolled, anniversary) = (scene.at(-4, 31), scene.at(8, 31));
    scene.enrol(&NORDVIK, "modern-work", enrolled, anniversary);
}

/// A small customer, sold by the company and the distributor from a month on.
fn resold(scene: &mut Scene, index: usize, months: i32) -> Workplace {
    let from = scene.at(months, 1);
    let place = scene.workplace("DK", "smb", Agreement::CspModern, from);
    scene.sold(&place.subscription, CLOUDHARBOUR.location(index), Tier::IndirectProvider, from, None);
    scene.sold(&place.subscription, NORDVIK.location(index), Tier::IndirectReseller, from, None);
    place
}

/// Enterprise customers: still over 70 in all, but a competitor took over the four claims that gave the deployments.
pub fn lumen(scene: &mut Scene) {
    scene.begin(5);
    // Claimed for years: growth, and as many deployments now as a year ago.
    for index in 0..14 {
        let since = scene.long_ago();
        let place = scene.workplace("DE", "enterprise", Agreement::Ea, since);
        let seats = scene.dice.lognormal(900.0, 0.5).clamp(380.0, 4000.0);
        for (workload, activity) in [("teams", Activity::OsuM365), ("exchange", Activity::OsuM365), ("yammer", Activity::UsageAssociation)]
        {
            let then = scene.dice.between(0.46, 0.6);
            let gain = scene.dice.between(0.01, 0.07);
            scene.uses(&place, workload, Curve::throughout((seats, seats * 1.02), (then, then + gain)));
            if workload != "yammer" || index % 2 == 0 {
                claim(scene, LUMEN.location(index), &place, workload, activity, since.plus(40));
            }
        }
        if index % 4 == 0 {
            scene.of_record_office(&place.tenant, LUMEN.location(index), since.plus(90));
        }
    }
    // In full use when they were claimed: adds, but no deployments.
    for index in 0..6 {
        let first = 19 + index % 4;
        let from = scene.first_day(first);
        let place = scene.workplace("AT", "enterprise", Agreement::Ea, from);
        let seats = scene.dice.between(340.0, 900.0);
        for workload in ["teams", "sharepoint"] {
            scene.uses(&place, workload, Curve::throughout((seats, seats), (0.56, 0.63)));
            claim(scene, LUMEN.location(index), &place, workload, Activity::OsuM365, from.plus(3));
        }
    }
    superseded(scene);
    scene.team(&LUMEN, &[(2, &["MS-700", "MS-102"]), (1, &["MS-203"]), (1, &["MD-102", "SC-300"]), (1, &["MS-900"])]);
    let (enrolled, anniversary) = (scene.at(-10, 15), scene.at(2, 15));
    scene.enrol(&LUMEN, "modern-work", enrolled, anniversary);
}

/// Barely used when they were claimed, well used now, and taken over last month.
fn superseded(scene: &mut Scene) {
    for index in 0..4 {
        let (start, lost) = (scene.at(-10, 3), scene.at(0, 20));
        let place = scene.workplace("DE", "enterprise", Agreement::Ea, start);
        let seats = scene.dice.between(420.0, 1100.0);
        scene.uses(&place, "teams", Curve::throughout((seats, seats), (0.2, 0.58)));
        scene.uses(&place, "exchange", Curve::throughout((seats, seats), (0.5, 0.55)));
        let claiming = |partner| Claiming {
            partner,
            tenant: &place.tenant.id,
            activity: Activity::OsuM365,
            workload: Some("teams"),
            subscription: None,
        };
        scene.claim(&claiming(LUMEN.location(index)), start.plus(2), Some(start.plus(19)), Some(lost), ClaimState::Superseded);
        scene.claim(&claiming(NORDVIK.location(0)), lost.plus(-34), Some(lost), None, ClaimState::Approved);
    }
}

fn claim(scene: &mut Scene, partner: &str, place: &Workplace, workload: &str, activity: Activity, approved: domain::time::Day) {
    let claiming = Claiming { partner, tenant: &place.tenant.id, activity, workload: Some(workload), subscription: None };
    scene.claimed(&claiming, approved);
}
