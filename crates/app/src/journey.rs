//! The rest of a row's journey: to whom it is credited, and which metrics of theirs it is in.

use anyhow::Result;
use domain::evidence::{Extent, RowsOf};
use domain::explain::Node;
use domain::facts::Program;
use domain::names::Name;
use domain::reasons::Reason;
use domain::register::Register;
use domain::ties::Tie;
use domain::time::{Day, Month};

use crate::program::OpenProgram;

/// A credit that a row gave.
#[derive(Debug, Clone)]
pub struct Credit {
    /// The location that the association names.
    pub partner_id: Name,
    /// The global account.
    pub account: Name,
    /// The account's name.
    pub account_name: String,
    /// The kind of association.
    pub attach: &'static str,
    /// The association, in words.
    pub association: String,
}

/// A place in an explanation that holds the row.
#[derive(Debug, Clone)]
pub struct Place {
    /// The global account.
    pub account: Name,
    /// The area.
    pub area: Name,
    /// The track; nothing when the area has none.
    pub track: Option<String>,
    /// The metric.
    pub metric: String,
    /// The points of the metric.
    pub points: String,
    /// Labels from below the metric down to the customer or service.
    pub path: Vec<String>,
    /// Whether it counts, all the way up.
    pub counted: bool,
    /// Why it does not.
    pub reason: Option<Reason>,
}

/// The names by which an explanation groups a usage row.
struct Group<'a> {
    tenant: &'a Name,
    month: Month,
    item: Name,
    subscription: Option<&'a Name>,
    resource: Option<&'a Name>,
}

impl<'a> Group<'a> {
    /// The group of the only row of `row`; nothing when it is no row of usage.
    fn of(row: &'a Program) -> Option<Self> {
        if let Some(row) = row.consumption.first() {
            let (subscription, resource) = (Some(&row.subscription_id), row.resource_id.as_ref());
            return Some(Self {
                tenant: &row.tenant_id,
                month: row.usage_date.month(),
                item: Name::new(&row.service),
                subscription,
                resource,
            });
        }
        if let Some(row) = row.workload_usage.first() {
            let (subscription, resource) = (row.subscription_id.as_ref(), row.resource_id.as_ref());
            return Some(Self { tenant: &row.tenant_id, month: row.month, item: row.workload.clone(), subscription, resource });
        }
        let row = row.revenue.first()?;
        let subscription = row.subscription_id.as_ref();
        Some(Self { tenant: &row.tenant_id, month: row.month, item: row.workload.clone(), subscription, resource: None })
    }

    fn is(&self, node: &Node) -> bool {
        let key = |name: &str| node.keys.iter().find(|(key, _)| *key == name).map(|(_, value)| Name::new(value));
        key("tenant_id").as_ref() == Some(self.tenant)
            && key("item").as_ref() == Some(&self.item)
            && key("month") == Some(Name::new(&self.month.to_string()))
            && key("subscription_id").as_ref() == self.subscription
            && key("resource_id").as_ref() == self.resource
    }
}

/// To whom the only row of `row` is credited as of a day; nothing when it is no row of usage.
pub fn credits(program: &OpenProgram, row: &Program, as_of: Day) -> Option<Vec<Credit>> {
    let register = Register::new(&program.dataset().program, program.rulebook());
    let month = as_of.closed_month();
    let ties = if let Some(row) = row.consumption.first() {
        if register.counts_offer(row) { register.ties_of_consumption(row, month) } else { Vec::new() }
    } else if let Some(row) = row.workload_usage.first() {
        register.ties_of_usage(row, month)
    } else {
        register.ties_of_revenue(row.revenue.first()?, month)
    };
    let credit = |tie: Tie| {
        let account = register.partners.account_of(tie.location);
        Credit {
            partner_id: register.partners.partner_id(tie.location).clone(),
            account: register.partners.account_id(account).clone(),
            account_name: register.partners.account_name(account).to_owned(),
            attach: tie.attach.shown(),
            association: tie.association,
        }
    };
    Some(ties.into_iter().map(credit).collect())
}

/// The offer of the only row of `row`, when it is the reason that nobody is credited.
pub fn excluded_offer<'r>(program: &OpenProgram, row: &'r Program) -> Option<&'r Name> {
    row.consumption.first()?.offer.as_ref().filter(|offer| !program.rulebook().counts_offer(Some(offer)))
}

/// Where the explanations of an account hold the only row of `row`.
///
/// # Errors
/// When consumption cannot be read.
pub fn places(program: &OpenProgram, row: &Program, account: &Name, as_of: Day) -> Result<Vec<Place>> {
    let Some(group) = Group::of(row) else { return Ok(Vec::new()) };
    let rows = RowsOf::Customer(group.tenant.clone());
    let mut places = Vec::new();
    for area in program.rulebook().areas.keys() {
        let tree = program.explain(account, area, as_of, Extent::Concerning, &rows)?;
        let start = Place {
            account: account.clone(),
            area: area.clone(),
            track: None,
            metric: String::new(),
            points: String::new(),
            path: Vec::new(),
            counted: true,
            reason: None,
        };
        walk(&tree, &group, start, &mut places);
    }
    Ok(places)
}

fn walk(node: &Node, group: &Group<'_>, above: Place, places: &mut Vec<Place>) {
    let mut here = above;
    let key = |name: &str| node.keys.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone());
    here.counted &= node.counted;
    here.reason = here.reason.or(node.reason);
    match node.kind {
        "area" => {}
        "track" => here.track = key("track"),
        "metric" => {
            here.metric = key("metric").unwrap_or_default();
            here.points = node.points.as_ref().map(domain::fraction::Fraction::shown).unwrap_or_default();
        }
        "rows" => {
            if group.is(node) {
                places.push(here);
            }
            return;
        }
        _ => here.path.push(node.label.clone()),
    }
    node.children.iter().for_each(|child| walk(child, group, here.clone(), places));
}
