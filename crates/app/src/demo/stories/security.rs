//! A security company that the gates of December 2023 caught.

use domain::names::Name;
use domain::time::Day;
use domain::words::{Activity, Agreement, ClaimState};

use super::azure::Book;
use crate::demo::cast::{FJORDLYS, VANTAGE};
use crate::demo::estates::Shape;
use crate::demo::scene::{Scene, YEAR_AGO};
use crate::demo::services::Profile;
use crate::demo::ties::Claiming;
use crate::demo::workplaces::{Curve, Workplace};

/// Over 70 until the end of November 2023. Since then the gates ask for two people each, and there is one of each.
pub fn vantage(scene: &mut Scene) {
    scene.begin(10);
    let steady: Vec<Shape> = (0..12).map(|index| Shape::Steady(2900.0 + 420.0 * f64::from(index * index % 17))).collect();
    let others: Vec<Shape> = [Shape::New(17, 3400.0), Shape::New(22, 1500.0)].into_iter().chain(steady).collect();
    let estates = scene.book(&Book {
        country: "AU",
        profiles: &[Profile::Protection],
        agreement: Agreement::Mca,
        steady: (0, 0.0),
        small: 3,
        new: &[],
        others: &others,
        growth: Some(3.2),
    });
    scene.link_book(&VANTAGE, &estates);
    scene.consume_all(&estates);
    // The same tenants' Microsoft 365, claimed for years.
    for (index, estate) in estates.iter().skip(2).take(7).enumerate() {
        let since = scene.long_ago();
        let place = scene.workplace_of(estate.tenant.clone(), Agreement::Ea, since);
        let seats = scene.dice.lognormal(320.0, 0.5).clamp(60.0, 1500.0);
        for workload in ["aad-premium", "defender-endpoint"] {
            scene.uses(&place, workload, Curve::throughout((seats, seats * 1.03), (0.34, 0.42)));
            approved(scene, index, &place, workload, since.plus(30));
        }
    }
    // Won last year: two in use, one not yet.
    for index in 0..3_usize {
        let first = YEAR_AGO + 3 + index;
        let from = scene.first_day(first);
        let place = scene.workplace("AU", "smb", Agreement::Ea, from);
        let now = if index == 2 { 0.11 } else { 0.55 };
        for workload in ["defender-office-365", "intune"] {
            scene.uses(&place, workload, Curve::from(first, (140.0, 165.0), (0.09, now)));
            approved(scene, index, &place, workload, from.plus(12));
        }
        if index == 2 {
            // Fewer than 25 seats on each workload: 40 in all do not make a customer.
            let small = scene.workplace("AU", "smb", Agreement::Ea, from);
            for workload in ["defender-identity", "information-protection"] {
                scene.uses(&small, workload, Curve::from(first, (20.0, 20.0), (0.5, 0.6)));
                approved(scene, index, &small, workload, from.plus(12));
            }
        }
    }
    withdrawn(scene, &estates[3].tenant.id);
    // MS-500 retired at the end of June 2023 and counts until the end of June 2024.
    let gate = scene.person(VANTAGE.location(0), &["AZ-500"]);
    let (earned, expires) = (scene.at(-22, 3), scene.at(7, 3));
    scene.holds(&gate, "MS-500", earned, Some(expires));
    scene.team(&VANTAGE, &[(2, &["SC-100", "SC-300"]), (2, &["SC-300"]), (1, &["SC-400"]), (1, &["SC-100", "AZ-104"])]);
}

fn approved(scene: &mut Scene, index: usize, place: &Workplace, workload: &str, approved_on: Day) {
    let activity = if workload == "defender-office-365" { Activity::UsageAssociation } else { Activity::OsuM365 };
    let partner = VANTAGE.location(index);
    let claiming = Claiming { partner, tenant: &place.tenant.id, activity, workload: Some(workload), subscription: None };
    scene.claimed(&claiming, approved_on);
}

/// A competitor thought better of it.
fn withdrawn(scene: &mut Scene, tenant: &Name) {
    let partner = FJORDLYS.location(2);
    let claiming = Claiming { partner, tenant, activity: Activity::OsuM365, workload: Some("aad-premium"), subscription: None };
    let submitted = scene.at(-5, 14);
    scene.claim(&claiming, submitted, None, None, ClaimState::Withdrawn);
}
