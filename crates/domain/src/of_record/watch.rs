//! The watch: subscriptions that are new or replaced another one, and have no partner of record. A designation is never inherited.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::facts::{Partner, Subscription};
use crate::names::Name;
use crate::of_record::{RecordOfPartner, check_open, holder};
use crate::record::actor::Organisation;
use crate::record::desk::{ActError, Acted, Desk};
use crate::record::entry::{By, Entry};
use crate::time::Day;
use crate::words::words;

words! {
    /// Why a subscription is on the watch.
    Why {
        /// It began a short while ago.
        New = "new",
        /// It replaced a subscription.
        Succeeded = "succeeded",
    }
}

/// A subscription without a partner of record that should be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Watched {
    /// The subscription.
    pub subscription_id: Name,
    /// The customer's tenant.
    pub tenant_id: Name,
    /// The product.
    pub product: Option<Name>,
    /// Its first day.
    pub starts_on: Option<Day>,
    /// Why it is on the watch.
    pub why: Why,
    /// The subscription that it replaced.
    pub predecessor_id: Option<Name>,
    /// The last partner of record of that one.
    pub former_partner_id: Option<Name>,
}

/// The watch as the actor may see it: the operator all, a customer its own, a partner the successors of what it was partner of record of,
/// and what is new at customers where it is partner of record.
///
/// # Errors
/// When the registers cannot be read.
pub fn watch(desk: &Desk<'_>) -> Acted<Vec<Watched>> {
    let tenant_id = match &desk.actor.organisation {
        Some(Organisation::Customer(tenant)) => Some(tenant.clone()),
        _ => None,
    };
    let subscriptions = desk.list::<Subscription>(&By { tenant_id, ..By::default() })?;
    let records = desk.list::<RecordOfPartner>(&By::default())?;
    let last = |entry: &RecordOfPartner| Some((entry.id(), entry.holders.all().last()?.held.partner_id.clone()));
    let last: BTreeMap<String, Name> = records.iter().filter_map(last).collect();
    let since = desk.today().plus(-i32::try_from(desk.rulebook.associations.dpor.new_subscription_days.value).unwrap_or(i32::MAX));
    let mut watched = Vec::new();
    for row in subscriptions {
        let is_new = row.starts_on.is_some_and(|starts| starts > since && starts <= desk.today());
        let why = if row.predecessor_id.is_some() { Why::Succeeded } else { Why::New };
        if (why == Why::New && !is_new) || is_refused(desk, &row)? || holder(desk, &row)?.is_some() {
            continue;
        }
        watched.push(Watched {
            former_partner_id: row.predecessor_id.as_ref().and_then(|before| last.get(before.as_str()).cloned()),
            subscription_id: row.subscription_id,
            tenant_id: row.tenant_id,
            product: row.product,
            starts_on: row.starts_on,
            why,
            predecessor_id: row.predecessor_id,
        });
    }
    seen_by(desk, watched, &records)
}

fn is_refused(desk: &Desk<'_>, row: &Subscription) -> Acted<bool> {
    match check_open(desk, row) {
        Ok(()) => Ok(false),
        Err(ActError::Refused(_)) => Ok(true),
        Err(failed) => Err(failed),
    }
}

/// Leaves in what the actor may see.
fn seen_by(desk: &Desk<'_>, mut watched: Vec<Watched>, records: &[RecordOfPartner]) -> Acted<Vec<Watched>> {
    match &desk.actor.organisation {
        Some(Organisation::Operator | Organisation::Customer(_)) => {}
        Some(Organisation::Partner(global)) => {
            let own = desk.list::<Partner>(&By::default())?;
            let own: BTreeSet<Name> = own.into_iter().filter(|row| row.global_partner_id == *global).map(|row| row.partner_id).collect();
            let mut tenants: BTreeSet<Name> = BTreeSet::new();
            for entry in records.iter().filter(|entry| entry.partner_id.as_ref().is_some_and(|id| own.contains(id))) {
                match (&entry.tenant_id, &entry.subscription_id) {
                    (Some(tenant), _) => tenants.insert(tenant.clone()),
                    (None, Some(id)) => desk.find::<Subscription>(id.as_str())?.is_some_and(|row| tenants.insert(row.tenant_id)),
                    _ => false,
                };
            }
            watched.retain(|row| match &row.former_partner_id {
                Some(former) => own.contains(former),
                None => tenants.contains(&row.tenant_id),
            });
        }
        None => watched.clear(),
    }
    Ok(watched)
}
