//! Disclosure: which figures about a customer an association opens to its partner: what the customer is told before it consents.
//!
//! Nothing here is a list of its own: an association opens the tables that some measurement of the rulebook reads for its attach type, with
//! the columns that these tables have, for its workloads and days.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::attach::AttachType;
use crate::cells::Row as _;
use crate::claims::Claim;
use crate::facts::{Consumption, Revenue, WorkloadUsage};
use crate::names::Name;
use crate::rulebook::{PartKind, Rulebook};
use crate::time::Day;
use crate::words::words;

words! {
    /// A table of figures about what customers use.
    Figures {
        /// What Azure charged, by day, subscription and service.
        Consumption = "consumption",
        /// Seats and active users, by month and workload.
        WorkloadUsage = "workload-usage",
        /// Revenue, by month and workload.
        Revenue = "revenue",
    }
}

impl Figures {
    /// The table in words for customers.
    #[must_use]
    pub const fn told(self) -> &'static str {
        match self {
            Self::Consumption => "What you use of Azure, and what it costs",
            Self::WorkloadUsage => "How much you have bought, and how much of it is used",
            Self::Revenue => "What you pay for business applications",
        }
    }

    /// The columns that are seen: all of the table's but the tenant, who is known already, and what only tells how a row is stored.
    #[must_use]
    pub fn columns(self) -> Vec<&'static str> {
        let all = match self {
            Self::Consumption => Consumption::COLUMNS,
            Self::WorkloadUsage => WorkloadUsage::COLUMNS,
            Self::Revenue => Revenue::COLUMNS,
        };
        all.iter().map(|column| column.name).filter(|name| !["tenant_id", "grain"].contains(name)).collect()
    }
}

/// What a column holds, in words for customers.
#[must_use]
pub fn column(name: &str) -> &str {
    match name {
        "usage_date" => "day",
        "subscription_id" => "subscription ID",
        "service" => "Azure service",
        "acr_usd" => "amount in US dollars",
        "resource_id" => "resource ID",
        "offer" => "offer",
        "month" => "month",
        "workload" => "workload",
        "paid_seats" => "number of paid seats",
        "active_users" => "number of active users",
        "quantity" => "number of units",
        "revenue_usd" => "revenue in US dollars",
        other => other,
    }
}

/// Figures that an association opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Opened {
    /// What they are about: a workload, or a product of a subscription.
    pub about: String,
    /// The table.
    pub figures: Figures,
    /// The first day that is seen; nothing while the association has not begun.
    pub from: Option<Day>,
    /// Months that lie between the begin of the association and the first day that is seen.
    pub lag_months: i32,
    /// The first day that is not seen any more; nothing while no end is known.
    pub to: Option<Day>,
}

/// What a claim opens while it holds, product by product; what it will open when it is approved while it does not.
#[must_use]
pub fn of_claim(rulebook: &Rulebook, claim: &Claim) -> Vec<Opened> {
    let Some(rules) = rulebook.associations.cpor.activities.get(&claim.activity) else { return Vec::new() };
    let mut opened = Vec::new();
    for product in &claim.products {
        let workload = product.workload.as_ref();
        let ties = workload.zip(rules.workloads.as_ref()).is_none_or(|(workload, list)| rulebook.is_on(&list.value, workload));
        if !ties || product.held_to.is_some() && product.held_from.is_none() {
            continue;
        }
        let lagged = rules.revenue_lag_months.as_ref().map(|lag| (AttachType::CporRevrec, lag.value));
        for (attach, lag_months) in std::iter::once((rules.attach, 0)).chain(lagged) {
            for figures in by_workload(rulebook, attach, workload) {
                let from = product.held_from.map(|from| from.plus_months(lag_months));
                opened.push(Opened { about: product.shown(), figures, from, lag_months, to: product.held_to });
            }
        }
    }
    opened
}

/// The tables that an attach type opens on a subscription of a product; nothing known of the product: all that it can open.
#[must_use]
pub fn of_product(rulebook: &Rulebook, attach: AttachType, product: Option<&Name>) -> BTreeSet<Figures> {
    let mut figures = by_workload(rulebook, attach, None);
    let brings = product.and_then(|product| rulebook.associations.cpor.products.get(product)).map(|lists| &lists.value);
    match brings {
        // what brings no workload is metered: Azure
        Some(lists) if lists.is_empty() => figures.retain(|figures| *figures == Figures::Consumption),
        Some(_) => figures.retain(|figures| *figures != Figures::Consumption),
        None => {}
    }
    figures
}

/// The tables that some measurement reads for an attach type, of rows of a workload or of any.
fn by_workload(rulebook: &Rulebook, attach: AttachType, workload: Option<&Name>) -> BTreeSet<Figures> {
    let on = |lists: &[Name]| workload.is_none_or(|workload| lists.iter().any(|list| rulebook.is_on(list, workload)));
    let opens = |measure: &PartKind| match measure {
        PartKind::ConsumingCustomers { accepts, .. }
        | PartKind::ConsumptionGrowth { accepts, .. }
        | PartKind::DistinctServices { accepts, .. } => (accepts.value.has(attach) && workload.is_none()).then_some(Figures::Consumption),
        PartKind::SeatedCustomers { seats, .. } => {
            (seats.accepts.value.has(attach) && on(&seats.workloads)).then_some(Figures::WorkloadUsage)
        }
        PartKind::ActiveUserGrowth { accepts, seats, .. } | PartKind::ActiveDeployments { accepts, seats, .. } => {
            (accepts.value.has(attach) && on(&seats.workloads)).then_some(Figures::WorkloadUsage)
        }
        PartKind::ProtectedUserGrowth { accepts, workloads, .. } => {
            (accepts.value.has(attach) && on(std::slice::from_ref(workloads))).then_some(Figures::WorkloadUsage)
        }
        PartKind::RevenuePairs { accepts, workloads, .. } => {
            (accepts.value.has(attach) && on(std::slice::from_ref(workloads))).then_some(Figures::Revenue)
        }
        PartKind::McvGrowth { accepts, .. } | PartKind::McvDeployments { accepts, .. } => {
            let family = workload.map(|workload| rulebook.rate_row(workload).map(|(_, rate)| &rate.family));
            let taken = |name: &Name| family.is_none_or(|family| family == Some(name));
            accepts.iter().any(|(name, set)| taken(name) && set.value.has(attach)).then_some(Figures::WorkloadUsage)
        }
        PartKind::CertifiedPeople { .. } => None,
    };
    let metrics = rulebook.areas.values().flat_map(|area| &area.tracks).flat_map(|track| &track.metrics);
    metrics.flat_map(|metric| &metric.parts).filter_map(|part| opens(&part.measure)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_that_is_seen_has_words_of_its_own() {
        for figures in [Figures::Consumption, Figures::WorkloadUsage, Figures::Revenue] {
            for name in figures.columns() {
                assert!(!column(name).contains('_'), "{name}");
            }
        }
    }
}
