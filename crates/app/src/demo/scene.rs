//! The scene: a program in the making.

use domain::amount::Amount;
use domain::facts::{Customer, Enrolment, Partner, Program, Subscription};
use domain::names::Name;
use domain::time::{Day, Month};
use domain::words::{Agreement, Cloud, Flag, PartnerKind};

use super::cast::{ALL, CLOSED, Company};
use super::dice::Dice;
use super::names;

/// How many months of usage there are: the oldest that a score of the six months' window compares with, to the last closed one.
pub const MONTHS: usize = 29;
/// The place of the last closed month among them.
pub const NOW: usize = MONTHS - 1;
/// The place of the same month a year earlier.
pub const YEAR_AGO: usize = NOW - 12;

/// A program in the making: its rows so far, and the chance of the story that is being told.
pub struct Scene {
    /// The chance of the present story.
    pub dice: Dice,
    /// The rows so far.
    pub program: Program,
    /// The last closed month.
    pub last: Month,
    seed: u64,
    customers: std::vec::IntoIter<String>,
    pub(super) people: std::vec::IntoIter<String>,
    pub(super) claims: u32,
}

/// A customer's tenant.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// The tenant's ID.
    pub id: Name,
    /// The customer's name as it stands in a domain.
    pub slug: String,
}

impl Scene {
    /// A scene with its partners and nothing else.
    pub fn new(seed: u64, as_of: Day) -> Self {
        let mut dice = Dice::new(seed, 0);
        let (customers, people) = (names::companies(&mut dice).into_iter(), names::people(&mut dice).into_iter());
        let mut scene = Self { dice, program: Program::default(), last: as_of.closed_month(), seed, customers, people, claims: 0 };
        for company in ALL {
            scene.partner(company.global, company, &company.locations[0], PartnerKind::Global, true);
            for location in company.locations {
                scene.partner(location.0, company, location, PartnerKind::Location, true);
            }
        }
        scene.partner(CLOSED.0, &super::cast::HARROW, &CLOSED, PartnerKind::Location, false);
        scene
    }

    fn partner(&mut self, id: &str, company: &Company, place: &(&str, &str, &str), kind: PartnerKind, active: bool) {
        let name = match kind {
            PartnerKind::Global => company.name.to_owned(),
            PartnerKind::Location => format!("{}, {}", company.name, place.1),
        };
        let country = Some(place.2.to_owned());
        let global_partner_id = company.global.into();
        self.program.partners.push(Partner { partner_id: id.into(), global_partner_id, name, country, kind, active: Flag(active) });
    }

    /// Starts a story: its chance has nothing in common with that of the others, so one can be changed by itself.
    pub fn begin(&mut self, story: u64) {
        self.dice = Dice::new(self.seed, story);
    }

    /// A day by its distance from the last closed month, in months, and its day of the month.
    pub fn at(&self, months: i32, day: i32) -> Day {
        let month = self.last.plus(months);
        month.first_day().plus(day - 1).min(month.last_day())
    }

    /// The month at a place among the months of usage.
    pub fn month(&self, place: usize) -> Month {
        self.last.minus(distance(place))
    }

    /// The first day of the month at a place among the months of usage.
    pub fn first_day(&self, place: usize) -> Day {
        self.month(place).first_day()
    }

    /// A day two to four years ago.
    pub fn long_ago(&mut self) -> Day {
        let (months, day) = (self.dice.range(-52, -32), self.dice.range(1, 28));
        self.at(months, day)
    }

    /// A new customer in the public cloud.
    pub fn customer(&mut self, country: &str, segment: &str) -> Tenant {
        self.customer_in(Cloud::Public, country, segment)
    }

    /// A new customer.
    pub fn customer_in(&mut self, cloud: Cloud, country: &str, segment: &str) -> Tenant {
        let name = self.customers.next().expect("there are more names than customers");
        let tenant = Tenant { id: Name::from(self.dice.guid()), slug: names::slug(&name) };
        let top = match cloud {
            Cloud::Public => country.to_lowercase().replace("gb", "co.uk").replace("us", "com").replace("au", "com.au"),
            Cloud::China => "cn".to_owned(),
            Cloud::UsGovernment => "us".to_owned(),
        };
        let onmicrosoft = if cloud == Cloud::UsGovernment { "onmicrosoft.us" } else { "onmicrosoft.com" };
        self.program.customers.push(Customer {
            tenant_id: tenant.id.clone(),
            domains: Some(format!("{slug}.example.{top};{slug}.{onmicrosoft}", slug = tenant.slug)),
            name,
            country: Some(country.to_owned()),
            cloud,
            segment: Some(segment.into()),
        });
        tenant
    }

    /// A new subscription of a customer.
    pub fn subscription(&mut self, tenant: &Tenant, product: &str, agreement: Agreement, starts_on: Day) -> Name {
        let subscription_id = Name::from(self.dice.guid());
        self.program.subscriptions.push(Subscription {
            subscription_id: subscription_id.clone(),
            tenant_id: tenant.id.clone(),
            product: Some(product.into()),
            agreement: Some(agreement),
            status: Some("active".into()),
            starts_on: Some(starts_on),
            ends_on: None,
            predecessor_id: None,
        });
        subscription_id
    }

    /// Enrols a company in an area.
    pub fn enrol(&mut self, company: &Company, area: &str, enrolled_on: Day, anniversary_on: Day) {
        let row = Enrolment { global_partner_id: company.global.into(), area: area.into(), enrolled_on, anniversary_on };
        self.program.enrolments.push(row);
    }
}

/// How many months a place among the months of usage lies before the last one.
pub fn distance(place: usize) -> i32 {
    i32::try_from(NOW).unwrap_or_default() - i32::try_from(place).unwrap_or_default()
}

/// A count as a number to calculate with.
pub fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Dollars as an exact amount of whole cents.
pub fn dollars(amount: f64) -> Amount {
    Amount::from_steps(i128::from(cents(amount)) * (Amount::ONE / 100))
}

/// Dollars as whole cents.
#[expect(clippy::cast_possible_truncation, reason = "a made-up amount is far below 2^53 cents")]
pub fn cents(amount: f64) -> i64 {
    (amount * 100.0).round() as i64
}

/// A count of seats, users or units.
#[expect(clippy::cast_possible_truncation, reason = "a made-up count is far below 2^53")]
pub fn whole(count: f64) -> Amount {
    Amount::whole(count.round() as i64)
}
