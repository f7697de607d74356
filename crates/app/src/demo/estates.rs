//! Estates: what a customer runs on Azure, and what it consumes month by month.

use domain::facts::Consumption;
use domain::names::Name;
use domain::time::{Day, Month};
use domain::words::{Agreement, Cloud, Grain};

use super::dice::{Dice, exp};
use super::scene::{MONTHS, NOW, Scene, Tenant, YEAR_AGO, cents, dollars, number};
use super::services::{Profile, Service};

/// How many of the last months are told day by day; those before, and all months of small customers, are told as months.
const DAILY: usize = 3;

/// What a month of the year does to consumption, January first.
const SEASON: [f64; 12] = [0.98, 0.97, 1.02, 1.0, 1.01, 1.02, 0.96, 0.94, 1.01, 1.03, 1.04, 0.99];

/// How the consumption of a customer moves, in dollars a month.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Always over 1,000: about this much in the last month.
    Steady(f64),
    /// Always far below 1,000.
    Small(f64),
    /// Nothing before the month at this place, over 1,000 from it on.
    New(usize, f64),
    /// A little over 1,000, and a little less from the month at this place on.
    Falls(usize),
    /// Steady until the month at this place, then nothing.
    Gone(usize, f64),
}

/// What a customer runs on Azure.
#[derive(Debug, Clone)]
pub struct Estate {
    /// The customer.
    pub tenant: Tenant,
    /// Its subscriptions.
    pub subscriptions: Vec<Name>,
    /// The month at this place is the first with consumption.
    pub first: usize,
    shape: Shape,
    resources: Vec<Resource>,
    acr: Vec<f64>,
}

#[derive(Debug, Clone)]
struct Resource {
    subscription: Name,
    service: &'static str,
    id: Name,
    weight: f64,
}

impl Estate {
    /// The resource groups of a subscription, as ARM ids.
    pub fn groups(&self, subscription: &Name) -> Vec<String> {
        let own = self.resources.iter().filter(|resource| resource.subscription == *subscription);
        let group = |resource: &Resource| resource.id.as_str().split("/providers/").next().map(ToOwned::to_owned);
        let mut groups: Vec<String> = own.filter_map(group).collect();
        groups.sort();
        groups.dedup();
        groups
    }
}

impl Scene {
    /// A new customer in the public cloud, with what it runs on Azure.
    pub fn estate(&mut self, country: &str, profile: Profile, agreement: Agreement, shape: Shape) -> Estate {
        let segment = if matches!(shape, Shape::Steady(now) if now > 9000.0) { "enterprise" } else { "smb" };
        let tenant = self.customer_in(Cloud::Public, country, segment);
        self.estate_of(tenant, profile, agreement, shape)
    }

    /// What a customer runs on Azure.
    pub fn estate_of(&mut self, tenant: Tenant, profile: Profile, agreement: Agreement, shape: Shape) -> Estate {
        let first = if let Shape::New(first, _) = shape { first } else { 0 };
        let starts_on = if first == 0 { self.long_ago() } else { self.first_day(first) };
        let count = if matches!(shape, Shape::Steady(now) if now > 6000.0) { 2 } else { 1 };
        let product = if agreement == Agreement::CspModern { "azure-plan" } else { "azure" };
        let subscriptions: Vec<Name> = (0..count).map(|_| self.subscription(&tenant, product, agreement, starts_on)).collect();
        let mut resources = Vec::new();
        for (index, service) in profile.services(&mut self.dice).into_iter().enumerate() {
            let subscription = subscriptions[index % subscriptions.len()].clone();
            resources.push(self.resource(&tenant, subscription, service));
        }
        let acr = self.acr(shape);
        Estate { tenant, subscriptions, first, shape, resources, acr }
    }

    fn resource(&mut self, tenant: &Tenant, subscription: Name, service: &Service) -> Resource {
        let id = format!(
            "/subscriptions/{subscription}/resourcegroups/rg-{}/providers/{}/{}-{}{:02}",
            service.group,
            service.kind,
            service.short,
            &tenant.slug[..tenant.slug.len().min(8)],
            self.dice.range(1, 12)
        );
        Resource { subscription, service: service.name, id: id.into(), weight: service.weight * self.dice.between(0.6, 1.4) }
    }

    /// The consumption of every month, in dollars.
    fn acr(&mut self, shape: Shape) -> Vec<f64> {
        let trend = self.dice.between(0.003, 0.011);
        let season = |scene: &Self, place: usize| SEASON[usize::try_from(scene.month(place).month_of_year() - 1).unwrap_or_default()];
        let natural = |scene: &mut Self, place: usize, now: f64| {
            let noise = scene.dice.between(0.96, 1.04);
            now * noise * season(scene, place) / season(scene, NOW) * exp(trend * (number(place) - number(NOW)))
        };
        let month = |scene: &mut Self, place: usize| match shape {
            Shape::Steady(now) => natural(scene, place, now).max(1150.0),
            Shape::Small(now) => natural(scene, place, now).min(850.0),
            Shape::New(first, _) if place < first => 0.0,
            Shape::New(first, now) => {
                let ramp = (0.5 + 0.2 * number(place - first)).min(1.0);
                (natural(scene, place, now) * ramp).max(1120.0)
            }
            Shape::Falls(from) if place < from => scene.dice.between(1060.0, 1390.0),
            Shape::Falls(_) => scene.dice.between(905.0, 985.0),
            Shape::Gone(from, _) if place >= from => 0.0,
            Shape::Gone(_, now) => natural(scene, place, now).max(1150.0),
        };
        (0..MONTHS).map(|place| month(self, place)).collect()
    }

    /// Writes the consumption of an estate: days for the last months, months for those before.
    pub fn consume(&mut self, estate: &Estate) {
        let weights: f64 = estate.resources.iter().map(|resource| resource.weight).sum();
        // Days have rolls of their own, so that how finely usage is told changes nothing else.
        let mut dice = self.dice.clone();
        for (place, acr) in estate.acr.iter().enumerate().filter(|(_, acr)| **acr > 0.0) {
            let mut left = cents(*acr);
            for (index, resource) in estate.resources.iter().enumerate() {
                let is_last = index + 1 == estate.resources.len();
                let share = if is_last { left } else { cents(acr * resource.weight / weights) };
                left -= share;
                let month = self.month(place);
                if place + DAILY < MONTHS || matches!(estate.shape, Shape::Small(_)) {
                    self.row(estate, resource, month.first_day(), Grain::Month, share);
                } else {
                    self.days(estate, resource, month, share, &mut dice);
                }
            }
        }
    }

    /// Spreads the cents of a month over its days, less on weekends; the last day takes what is left.
    fn days(&mut self, estate: &Estate, resource: &Resource, month: Month, share: i64, dice: &mut Dice) {
        let (first, count) = (month.first_day(), month.last_day().epoch_days() - month.first_day().epoch_days() + 1);
        let is_weekend = |day: Day| (day.epoch_days() + 3).rem_euclid(7) >= 5;
        let weight = |day: i32| if is_weekend(first.plus(day)) { 0.8 } else { 1.0 };
        let weights: Vec<f64> = (0..count).map(|day| weight(day) * dice.between(0.93, 1.07)).collect();
        let (total, whole) = (weights.iter().sum::<f64>(), to_dollars(share));
        let mut left = share;
        for (day, weight) in (0..count).zip(weights) {
            let part = if day + 1 == count { left } else { cents(whole * weight / total) };
            left -= part;
            if part != 0 {
                self.row(estate, resource, first.plus(day), Grain::Day, part);
            }
        }
    }

    fn row(&mut self, estate: &Estate, resource: &Resource, usage_date: Day, grain: Grain, share: i64) {
        self.program.consumption.push(Consumption {
            usage_date,
            tenant_id: estate.tenant.id.clone(),
            subscription_id: resource.subscription.clone(),
            service: resource.service.to_owned(),
            acr_usd: dollars(to_dollars(share)),
            resource_id: Some(resource.id.clone()),
            offer: None,
            grain,
        });
    }

    /// A row of a month without a resource: support, trials, refunds.
    pub fn extra(&mut self, estate: &Estate, place: usize, service: &str, offer: Option<&str>, acr: f64) {
        let usage_date = self.first_day(place);
        self.program.consumption.push(Consumption {
            usage_date,
            tenant_id: estate.tenant.id.clone(),
            subscription_id: estate.subscriptions[0].clone(),
            service: service.to_owned(),
            acr_usd: dollars(acr),
            resource_id: None,
            offer: offer.map(Name::from),
            grain: Grain::Month,
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "a made-up amount is far below 2^53 cents")]
fn to_dollars(cents: i64) -> f64 {
    cents as f64 / 100.0
}

/// Bends the trend of the steady customers until the last twelve months are `percent` over the twelve before, all together.
pub fn calibrate(estates: &mut [Estate], percent: f64) {
    let (mut low, mut high) = (-0.06, 0.06);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if growth(estates, middle) < percent { low = middle } else { high = middle }
    }
    for estate in estates.iter_mut().filter(|estate| matches!(estate.shape, Shape::Steady(_))) {
        estate.acr = (0..MONTHS).map(|place| bent(estate, place, low)).collect();
    }
}

fn bent(estate: &Estate, place: usize, trend: f64) -> f64 {
    match estate.shape {
        Shape::Steady(_) => (estate.acr[place] * exp(trend * (number(place) - number(NOW)))).max(1150.0),
        _ => estate.acr[place],
    }
}

fn growth(estates: &[Estate], trend: f64) -> f64 {
    let sum =
        |from: usize| -> f64 { estates.iter().map(|estate| (from..from + 12).map(|place| bent(estate, place, trend)).sum::<f64>()).sum() };
    let (now, before) = (sum(YEAR_AGO + 1), sum(YEAR_AGO - 11));
    100.0 * (now - before) / before
}
