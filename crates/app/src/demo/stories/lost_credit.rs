//! Partners whose work is not credited.

use domain::words::{Agreement, Cloud, PrincipalKind, Tier};

use super::azure::Book;
use crate::demo::cast::{BRIGHTWATER, CAPITOL, TALLGRASS};
use crate::demo::estates::{Estate, Shape};
use crate::demo::scene::Scene;
use crate::demo::services::Profile;
use crate::demo::ties::Way;

/// Consultants hold roles all over their customers' tenants and never linked: a lot of usage, no credit.
pub fn tallgrass(scene: &mut Scene) {
    scene.begin(6);
    let estates = scene.book(&Book {
        country: "CA",
        profiles: &[Profile::Data, Profile::Servers],
        agreement: Agreement::Ea,
        steady: (18, 8200.0),
        small: 1,
        new: &[17, 19, 22, 23],
        others: &[],
        growth: Some(24.0),
    });
    for (index, estate) in estates.iter().enumerate() {
        let (since, label) = (scene.before_usage(estate), format!("Consultant {} (Tallgrass IT Partners)", index % 7 + 1));
        scene.consultant(estate, Way::ALL[index % Way::ALL.len()], &label, since);
    }
    scene.consume_all(&estates);
    // The two customers who named them partner of record.
    let recorded = scene.book(&Book {
        country: "CA",
        profiles: &[Profile::Data],
        agreement: Agreement::Mca,
        steady: (2, 2600.0),
        small: 0,
        new: &[],
        others: &[],
        growth: Some(6.5),
    });
    scene.record_book(&TALLGRASS, &recorded);
    scene.consume_all(&recorded);
    scene.team(
        &TALLGRASS,
        &[(3, &["AZ-305", "AZ-104", "DP-203"]), (3, &["DP-300", "AZ-700"]), (2, &["AI-102"]), (1, &["PL-300", "AZ-140"]), (1, &["AZ-801"])],
    );
}

/// Links in order, but the linked accounts hold no role, or lost it.
pub fn brightwater(scene: &mut Scene) {
    scene.begin(7);
    let estates = scene.book(&Book {
        country: "IE",
        profiles: &[Profile::Data, Profile::Apps],
        agreement: Agreement::Mca,
        steady: (9, 4300.0),
        small: 1,
        new: &[18, 21, 23],
        others: &[],
        growth: Some(21.0),
    });
    let partner = BRIGHTWATER.location(0);
    for (index, estate) in estates.iter().enumerate() {
        let since = scene.before_usage(estate);
        let label = format!("Brightwater analyst {}", index % 5 + 1);
        let principal = scene.principal(&estate.tenant, PrincipalKind::Guest, &label);
        scene.link(&estate.tenant, &principal, partner, since, None);
        if index % 4 == 1
            && let Some(row) = scene.program.principals.last_mut()
        {
            // The analyst left, and the customer deleted the account.
            row.deleted_on = Some(since.plus(400));
        }
        if index % 4 == 3 {
            // Access was reviewed and taken away, the link stayed.
            let (scope, reviewed) = (format!("/subscriptions/{}", estate.subscriptions[0]), scene.at(-8, 30));
            scene.role(&estate.tenant, &principal, "Contributor", &scope, since, Some(reviewed));
        }
    }
    scene.consume_all(&estates);
    let recorded = scene.book(&Book {
        country: "IE",
        profiles: &[Profile::Data],
        agreement: Agreement::Mca,
        steady: (4, 3300.0),
        small: 1,
        new: &[20],
        others: &[],
        growth: Some(11.3),
    });
    scene.record_book(&BRIGHTWATER, &recorded);
    scene.consume_all(&recorded);
    scene.team(&BRIGHTWATER, &[(2, &["AZ-305", "AZ-104"]), (3, &["DP-203"]), (1, &["PL-300", "DP-500"]), (1, &["PL-400", "AZ-204"])]);
    let (enrolled, anniversary) = (scene.at(-21, 30), scene.at(-9, 30));
    scene.enrol(&BRIGHTWATER, "data-ai", enrolled, anniversary);
}

/// Customers in the clouds of the US Government and China, where links give nothing; resale does.
pub fn capitol(scene: &mut Scene) {
    scene.begin(8);
    let mut apart: Vec<Estate> = Vec::new();
    for index in 0..14 {
        let (cloud, country) = if index < 10 { (Cloud::UsGovernment, "US") } else { (Cloud::China, "CN") };
        let tenant = scene.customer_in(cloud, country, "public-sector");
        let now = scene.dice.lognormal(5600.0, 0.6).clamp(1700.0, 30_000.0);
        apart.push(scene.estate_of(tenant, Profile::Servers, Agreement::Ea, Shape::Steady(now)));
    }
    scene.link_book(&CAPITOL, &apart);
    scene.consume_all(&apart);
    for index in 0..2 {
        let tenant = scene.customer_in(Cloud::UsGovernment, "US", "public-sector");
        let sold = scene.estate_of(tenant, Profile::Servers, Agreement::CspModern, Shape::Steady(2100.0));
        for subscription in &sold.subscriptions {
            let since = scene.before_usage(&sold);
            scene.sold(subscription, CAPITOL.location(index), Tier::DirectBill, since, None);
            // Partner of record on a resold subscription gives nothing: the sale itself is the association.
            scene.of_record(subscription, CAPITOL.location(index), since.plus(60), None);
        }
        scene.consume(&sold);
    }
    let public = scene.book(&Book {
        country: "SG",
        profiles: &[Profile::Apps],
        agreement: Agreement::Mca,
        steady: (3, 2800.0),
        small: 1,
        new: &[22],
        others: &[],
        growth: Some(9.1),
    });
    scene.link_book(&CAPITOL, &public);
    scene.consume_all(&public);
    scene.team(&CAPITOL, &[(2, &["AZ-104", "AZ-700"]), (1, &["AZ-305", "AZ-400"]), (1, &["AZ-305", "AZ-204"]), (1, &["AZ-600"])]);
}
