//! Partners that live on Azure usage.

use domain::words::{Agreement, Tier};

use crate::demo::cast::{BRIGHTWATER, CLOUDHARBOUR, Company, FJORDLYS, HARROW, KESTREL, TALLGRASS};
use crate::demo::estates::{Estate, Shape, calibrate};
use crate::demo::scene::Scene;
use crate::demo::services::Profile;
use crate::demo::ties::Way;

/// What a company's customers on Azure look like.
pub struct Book<'a> {
    /// The customers' country.
    pub country: &'a str,
    /// What they use Azure for; one after the other.
    pub profiles: &'a [Profile],
    /// The agreement of their subscriptions.
    pub agreement: Agreement,
    /// How many are always over 1,000 dollars a month, and their median.
    pub steady: (usize, f64),
    /// How many are always below.
    pub small: usize,
    /// The places of the months in which new customers start.
    pub new: &'a [usize],
    /// Further customers.
    pub others: &'a [Shape],
    /// Growth of the last twelve months over the twelve before, percent; without it, as it falls.
    pub growth: Option<f64>,
}

impl Scene {
    /// The estates of a company's customers: further ones first, then new, steady and small ones.
    pub fn book(&mut self, book: &Book<'_>) -> Vec<Estate> {
        let mut shapes = book.others.to_vec();
        for first in book.new {
            shapes.push(Shape::New(*first, self.dice.between(1400.0, 3600.0)));
        }
        for _ in 0..book.steady.0 {
            shapes.push(Shape::Steady(self.dice.lognormal(book.steady.1, 0.75).clamp(1600.0, 48_000.0)));
        }
        for _ in 0..book.small {
            shapes.push(Shape::Small(self.dice.between(70.0, 640.0)));
        }
        let profile = |index: usize| book.profiles[index % book.profiles.len()];
        let mut estates: Vec<Estate> =
            shapes.into_iter().enumerate().map(|(index, shape)| self.estate(book.country, profile(index), book.agreement, shape)).collect();
        if let Some(growth) = book.growth {
            calibrate(&mut estates, growth);
        }
        estates
    }

    /// Links a consultant of the company in each estate, one way after the other, before its usage began.
    pub fn link_book(&mut self, company: &Company, estates: &[Estate]) {
        for (index, estate) in estates.iter().enumerate() {
            let since = self.before_usage(estate);
            self.admin_link(estate, company.location(index), Way::ALL[index % Way::ALL.len()], since);
        }
    }

    /// Makes the company the partner of record of each estate's subscriptions, before its usage began.
    pub fn record_book(&mut self, company: &Company, estates: &[Estate]) {
        for (index, estate) in estates.iter().enumerate() {
            let since = self.before_usage(estate);
            for subscription in &estate.subscriptions {
                self.of_record(subscription, company.location(index), since, None);
            }
        }
    }

    /// A day before the usage of an estate began.
    pub fn before_usage(&mut self, estate: &Estate) -> domain::time::Day {
        let days = -self.dice.range(0, 20);
        if estate.first == 0 { self.long_ago() } else { self.first_day(estate.first).plus(days) }
    }

    /// Writes the consumption of estates.
    pub fn consume_all(&mut self, estates: &[Estate]) {
        for estate in estates {
            self.consume(estate);
        }
    }
}

/// 68.2 in Data & AI: a customer fell below 1,000 dollars two months ago, so one add of three is gone.
pub fn fjordlys(scene: &mut Scene) {
    scene.begin(1);
    let estates = scene.book(&Book {
        country: "NO",
        profiles: &[Profile::Data, Profile::Data, Profile::Apps],
        agreement: Agreement::Ea,
        steady: (15, 4600.0),
        small: 3,
        new: &[17, 18, 19],
        others: &[Shape::Falls(27)],
        growth: Some(14.2),
    });
    let (recorded, linked): (Vec<Estate>, Vec<Estate>) =
        estates.into_iter().enumerate().fold((Vec::new(), Vec::new()), |mut split, (index, estate)| {
            if index % 3 == 2 {
                split.0.push(estate)
            } else {
                split.1.push(estate)
            }
            split
        });
    scene.link_book(&FJORDLYS, &linked);
    scene.record_book(&FJORDLYS, &recorded);
    // Two locations reach the same customer: credited once, with duplicate flags on the second.
    let since = scene.at(-14, 6);
    scene.admin_link(&linked[5], FJORDLYS.location(1), Way::User, since);
    scene.consume_all(&linked);
    scene.consume_all(&recorded);
    // A service that was refunded in full, and what never counts.
    scene.extra(&linked[6], 21, "Azure Quantum", None, 412.5);
    scene.extra(&linked[6], 22, "Azure Quantum", None, -412.5);
    scene.extra(&linked[7], 25, "Azure Support", Some("support"), 1000.0);
    scene.extra(&linked[8], 24, "Azure OpenAI Service", Some("trial"), 200.0);
    scene.team(
        &FJORDLYS,
        &[(2, &["AZ-305", "AZ-104", "DP-203"]), (1, &["DP-203", "DP-300"]), (1, &["AI-102", "DP-100"]), (2, &["PL-300"]), (1, &["AZ-204"])],
    );
}

/// 63.5 in Data & AI, two people short: one left for a competitor, a certificate of another ran out.
pub fn harrow(scene: &mut Scene) {
    scene.begin(2);
    let estates = scene.book(&Book {
        country: "GB",
        profiles: &[Profile::Data],
        agreement: Agreement::Mca,
        steady: (15, 5200.0),
        small: 2,
        new: &[26, 27],
        others: &[],
        growth: Some(17.5),
    });
    scene.link_book(&HARROW, &estates);
    scene.consume_all(&estates);
    scene.team(&HARROW, &[(2, &["AZ-305", "AZ-104", "DP-203"]), (1, &["DP-100", "AI-102"]), (1, &["PL-300", "DP-500"])]);
    let (linked, left, joined) = (scene.at(-30, 4), scene.at(-1, 22), scene.at(0, 1));
    let leaver = scene.person_since(HARROW.location(0), linked, Some(left));
    scene.earns(&leaver, "DP-203");
    scene.earns(&leaver, "AZ-305");
    let name = scene.program.people.last().and_then(|row| row.name.clone()).unwrap_or_default();
    scene.works_for(&leaver, &name, TALLGRASS.location(0), joined, None);
    let lapsed = scene.person(HARROW.location(1), &[]);
    let (earned, expired) = (scene.at(-27, 9), scene.at(-3, 18));
    scene.holds(&lapsed, "DP-300", earned, Some(expired));
    // Linked to a location that has closed since: gives nothing.
    scene.person(crate::demo::cast::CLOSED.0, &["DP-203", "AZ-104"]);
}

/// Infrastructure: over 70, enrolled a year ago, and the renewal is due since the end of February.
pub fn kestrel(scene: &mut Scene) {
    scene.begin(3);
    let mut book = Book {
        country: "US",
        profiles: &[Profile::Servers, Profile::Servers, Profile::Apps],
        agreement: Agreement::WebDirect,
        steady: (11, 5400.0),
        small: 1,
        new: &[18, 20],
        others: &[Shape::Gone(23, 2200.0)],
        growth: None,
    };
    let linked = scene.book(&book);
    book = Book { agreement: Agreement::CspModern, steady: (8, 3900.0), small: 1, new: &[17, 21, 24], others: &[], ..book };
    let sold = scene.book(&book);
    let mut all: Vec<Estate> = linked.iter().chain(&sold).cloned().collect();
    calibrate(&mut all, 18.4);
    let (linked, sold) = all.split_at(linked.len());
    scene.link_book(&KESTREL, linked);
    for (index, estate) in sold.iter().enumerate() {
        let since = scene.before_usage(estate);
        for subscription in &estate.subscriptions {
            scene.sold(subscription, KESTREL.location(index), Tier::DirectBill, since, None);
        }
    }
    scene.consume_all(&all);
    moved_chain(scene);
    changed_hands(scene);
    scene.team(
        &KESTREL,
        &[(2, &["AZ-104", "AZ-700", "AZ-305"]), (1, &["AZ-800", "AZ-104"]), (2, &["AZ-140"]), (1, &["AZ-204"]), (1, &["AZ-400", "AZ-305"])],
    );
    // Retired at the end of July 2023; in its grace until the end of July 2024.
    let retiring = scene.person(KESTREL.location(3), &[]);
    let (earned, expires) = (scene.at(-20, 14), scene.at(8, 14));
    scene.holds(&retiring, "AZ-220", earned, Some(expires));
    let (enrolled, anniversary) = (scene.at(-12, 28), scene.at(0, 28));
    scene.enrol(&KESTREL, "infrastructure", enrolled, anniversary);
}

/// A subscription that moved from a distributor's chain: its whole history follows the new one.
fn moved_chain(scene: &mut Scene) {
    let moved = scene.estate("US", Profile::Servers, Agreement::CspModern, Shape::Steady(2400.0));
    let (from, on) = (scene.at(-33, 1), scene.at(-1, 15));
    for subscription in &moved.subscriptions {
        scene.sold(subscription, CLOUDHARBOUR.location(0), Tier::IndirectProvider, from, Some(on));
        scene.sold(subscription, "6104241", Tier::IndirectReseller, from, Some(on));
        scene.sold(subscription, KESTREL.location(1), Tier::DirectBill, on, None);
    }
    scene.consume(&moved);
}

/// A customer who named another partner of record: usage before the day stays with the old one.
fn changed_hands(scene: &mut Scene) {
    let estate = scene.estate("US", Profile::Apps, Agreement::WebDirect, Shape::Steady(3100.0));
    let (from, on) = (scene.at(-30, 9), scene.at(-2, 11));
    for subscription in &estate.subscriptions {
        scene.of_record(subscription, BRIGHTWATER.location(0), from, Some(on));
        scene.of_record(subscription, KESTREL.location(0), on, None);
    }
    scene.consume(&estate);
}
