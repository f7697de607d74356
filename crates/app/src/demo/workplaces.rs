//! Workplaces: seats and active users of workloads, and revenue of business applications, month by month.

use domain::facts::{ResourceOwner, Revenue, WorkloadUsage};
use domain::names::Name;
use domain::time::Day;
use domain::words::{Agreement, Capacity};

use super::scene::{MONTHS, NOW, Scene, Tenant, YEAR_AGO, dollars, number, whole};

/// How seats and their active share move from a year ago, or from the first month if that is later, to now.
#[derive(Debug, Clone, Copy)]
pub struct Curve {
    /// The place of the first month with rows.
    pub first: usize,
    /// The place of the last month with rows.
    pub last: usize,
    /// Paid seats then and now.
    pub seats: (f64, f64),
    /// The active share of the seats then and now.
    pub share: (f64, f64),
}

impl Curve {
    /// A curve over every month.
    pub fn throughout(seats: (f64, f64), share: (f64, f64)) -> Self {
        Self { first: 0, last: NOW, seats, share }
    }

    /// A curve that starts at a place.
    pub fn from(first: usize, seats: (f64, f64), share: (f64, f64)) -> Self {
        Self { first, last: NOW, seats, share }
    }
}

/// Where a place lies between the start of a curve (0) and now (1); before a year ago it is negative, and changes little.
fn way(first: usize, place: usize) -> f64 {
    let start = first.max(YEAR_AGO);
    let way = (number(place) - number(start)) / (number(NOW) - number(start)).max(1.0);
    if way < 0.0 { way / 6.0 } else { way }
}

fn along((then, now): (f64, f64), way: f64) -> f64 {
    then + (now - then) * way
}

/// A customer's Office 365.
#[derive(Debug, Clone)]
pub struct Workplace {
    /// The customer.
    pub tenant: Tenant,
    /// Its Office 365 subscription.
    pub subscription: Name,
}

impl Scene {
    /// A new customer with an Office 365 subscription.
    pub fn workplace(&mut self, country: &str, segment: &str, agreement: Agreement, starts_on: Day) -> Workplace {
        let tenant = self.customer(country, segment);
        self.workplace_of(tenant, agreement, starts_on)
    }

    /// An Office 365 subscription of a customer.
    pub fn workplace_of(&mut self, tenant: Tenant, agreement: Agreement, starts_on: Day) -> Workplace {
        let subscription = self.subscription(&tenant, "office-365", agreement, starts_on);
        Workplace { tenant, subscription }
    }

    /// Writes seats and active users of a workload.
    pub fn uses(&mut self, place: &Workplace, workload: &str, curve: Curve) {
        for at in curve.first..=curve.last {
            let way = way(curve.first, at);
            let is_given = at == curve.first || at == YEAR_AGO || at == NOW;
            let noise = if is_given { 0.0 } else { self.dice.between(-0.012, 0.012) };
            let seats = along(curve.seats, way).round().max(1.0);
            let share = (along(curve.share, way) + noise).clamp(0.06, 0.95);
            let month = self.month(at);
            self.program.workload_usage.push(WorkloadUsage {
                month,
                tenant_id: place.tenant.id.clone(),
                workload: workload.into(),
                subscription_id: Some(place.subscription.clone()),
                resource_id: None,
                paid_seats: whole(seats),
                active_users: whole(seats * share),
                quantity: whole(0.0),
            });
        }
    }

    /// Writes active users (for Customer Insights: profiles) of a business application, from the month at a place on.
    pub fn works_with(&mut self, subject: &App<'_>, first: usize, (then, now): (f64, f64)) {
        for at in first..MONTHS {
            let is_given = at == first || at == YEAR_AGO || at == NOW;
            let noise = if is_given { 1.0 } else { self.dice.between(0.985, 1.015) };
            let units = (along((then, now), way(first, at)) * noise).round().max(1.0);
            let (users, quantity) = if subject.workload == "customer-insights" { (0.0, units) } else { (units, 0.0) };
            let month = self.month(at);
            self.program.workload_usage.push(WorkloadUsage {
                month,
                tenant_id: subject.tenant.clone(),
                workload: subject.workload.into(),
                subscription_id: subject.subscription.cloned(),
                resource_id: subject.resource.cloned(),
                paid_seats: whole(users * 1.25),
                active_users: whole(users),
                quantity: whole(quantity),
            });
        }
    }

    /// Writes the revenue of a business application in the months between two places.
    pub fn pays(&mut self, subject: &App<'_>, (first, last): (usize, usize), (then, now): (f64, f64)) {
        for at in first..=last {
            let noise = if at == first || at == YEAR_AGO || at == NOW { 1.0 } else { self.dice.between(0.97, 1.03) };
            let month = self.month(at);
            self.program.revenue.push(Revenue {
                month,
                tenant_id: subject.tenant.clone(),
                workload: subject.workload.into(),
                revenue_usd: dollars(along((then, now), way(first, at)) * noise),
                subscription_id: subject.subscription.cloned(),
            });
        }
    }

    /// Makes an account the owner of a new app, flow, dataset or instance.
    pub fn owns(&mut self, tenant: &Tenant, product: &str, principal: &Name, from: Day) -> Name {
        let resource = Name::from(self.dice.guid());
        self.owns_too(tenant, product, &resource, principal, from);
        resource
    }

    /// Makes an account a further owner of a resource.
    pub fn owns_too(&mut self, tenant: &Tenant, product: &str, resource: &Name, principal: &Name, from: Day) {
        let is_owned = self.program.resource_owners.iter().any(|row| row.resource_id == *resource);
        let capacity = match product {
            "power-automate" => Capacity::Creator,
            "power-bi" => Capacity::Publisher,
            "customer-insights" => Capacity::LastActive,
            _ if is_owned => Capacity::CoOwner,
            _ => Capacity::Owner,
        };
        self.program.resource_owners.push(ResourceOwner {
            tenant_id: tenant.id.clone(),
            product: product.into(),
            resource_id: resource.clone(),
            principal_id: principal.clone(),
            capacity,
            from,
            environment: None,
            to: None,
        });
    }
}

/// A business application of a customer.
#[derive(Debug, Clone, Copy)]
pub struct App<'a> {
    /// The customer.
    pub tenant: &'a Name,
    /// The workload.
    pub workload: &'a str,
    /// The subscription, if the rows name one.
    pub subscription: Option<&'a Name>,
    /// The app, flow, dataset or instance, if the rows name one.
    pub resource: Option<&'a Name>,
}
