//! A partner with the wrong ID, its distributor, and customers of nobody.

use domain::words::{Agreement, Tier};

use super::azure::Book;
use crate::demo::cast::{CLOUDHARBOUR, OSTMARK};
use crate::demo::scene::Scene;
use crate::demo::services::Profile;
use crate::demo::ties::Way;

/// How many customers the demo has.
pub const CUSTOMERS: usize = 300;

/// Close to 70 in Infrastructure: six customers' links carry the global ID, among them two new ones.
pub fn ostmark(scene: &mut Scene) {
    scene.begin(9);
    let mut book = Book {
        country: "AT",
        profiles: &[Profile::Servers, Profile::Servers, Profile::Apps],
        agreement: Agreement::Mca,
        steady: (11, 4100.0),
        small: 2,
        new: &[25],
        others: &[],
        growth: Some(15.9),
    };
    let linked = scene.book(&book);
    scene.link_book(&OSTMARK, &linked);
    scene.consume_all(&linked);
    book = Book { steady: (4, 6100.0), small: 0, new: &[19, 22], growth: Some(31.0), ..book };
    let wrong = scene.book(&book);
    for (index, estate) in wrong.iter().enumerate() {
        let since = scene.before_usage(estate);
        if index % 3 == 2 {
            for subscription in &estate.subscriptions {
                scene.of_record(subscription, OSTMARK.global, since, None);
            }
        } else {
            scene.admin_link(estate, OSTMARK.global, Way::ALL[index % Way::ALL.len()], since);
        }
    }
    scene.consume_all(&wrong);
    scene.team(
        &OSTMARK,
        &[(2, &["AZ-305", "AZ-104", "AZ-700"]), (2, &["AZ-140", "AZ-800"]), (1, &["AZ-801"]), (1, &["AZ-140"]), (1, &["MS-900", "AZ-204"])],
    );
}

/// A distributor that sells directly too: tier 1 of other partners' chains. Infrastructure is earned, not yet enrolled.
pub fn cloudharbour(scene: &mut Scene) {
    scene.begin(12);
    let direct = scene.book(&Book {
        country: "NL",
        profiles: &[Profile::Servers, Profile::Apps],
        agreement: Agreement::CspModern,
        steady: (11, 3700.0),
        small: 4,
        new: &[17, 19, 20, 22, 24],
        others: &[],
        growth: Some(22.0),
    });
    for (index, estate) in direct.iter().enumerate() {
        let since = scene.before_usage(estate);
        for subscription in &estate.subscriptions {
            scene.sold(subscription, CLOUDHARBOUR.location(index), Tier::DirectBill, since, None);
        }
    }
    scene.consume_all(&direct);
    let resold = scene.book(&Book {
        country: "AT",
        profiles: &[Profile::Servers],
        agreement: Agreement::CspModern,
        steady: (6, 2600.0),
        small: 2,
        new: &[],
        others: &[],
        growth: Some(13.0),
    });
    for (index, estate) in resold.iter().enumerate() {
        let since = scene.before_usage(estate);
        for subscription in &estate.subscriptions {
            scene.sold(subscription, CLOUDHARBOUR.location(index), Tier::IndirectProvider, since, None);
            scene.sold(subscription, OSTMARK.location(index), Tier::IndirectReseller, since, None);
        }
    }
    scene.consume_all(&resold);
    scene.team(&CLOUDHARBOUR, &[(2, &["AZ-104", "AZ-305", "AZ-700"]), (1, &["AZ-140"]), (1, &["MS-900"]), (1, &["AZ-800"])]);
}

/// Customers whom no partner is associated with.
pub fn bystanders(scene: &mut Scene) {
    scene.begin(13);
    while scene.program.customers.len() < CUSTOMERS {
        let now = scene.dice.lognormal(900.0, 0.9).clamp(60.0, 9000.0);
        let shape = if now < 800.0 { crate::demo::estates::Shape::Small(now) } else { crate::demo::estates::Shape::Steady(now) };
        let estate = scene.estate("BE", Profile::Apps, Agreement::WebDirect, shape);
        scene.consume(&estate);
    }
}
