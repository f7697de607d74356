//! Sight: what an actor may see of registers. The operator sees all, a partner what is of its locations, a customer what is of its tenant.

use std::collections::{BTreeMap, BTreeSet};

use crate::chains::Chain;
use crate::enrolment::Enrolment;
use crate::facts::{Customer, Partner, Subscription};
use crate::names::Name;
use crate::of_record::RecordOfPartner;
use crate::of_record::request::Request;
use crate::record::actor::Organisation;
use crate::record::desk::{Acted, Desk};
use crate::record::entry::{By, Entry};

/// Whom an entry is of, for those who may see it.
pub trait Seen: Entry {
    /// The partners that it is of: locations or accounts.
    fn partners(&self) -> Vec<&Name>;

    /// The customer's tenant that it is of, as far as known.
    fn tenant(&self) -> Option<&Name>;

    /// The subscription that it is on, and where its tenant is kept: imports do not tell it.
    fn on_subscription(&mut self) -> Option<(&Name, &mut Option<Name>)> {
        None
    }
}

/// The entries that are meant and that the actor may see, in the order of their ids.
///
/// # Errors
/// When the registers cannot be read.
pub fn seen<E: Seen>(desk: &Desk<'_>, by: &By) -> Acted<Vec<E>> {
    let sight = Sight::of(desk)?;
    let mut entries = desk.list::<E>(&By { tenant_id: None, ..by.clone() })?;
    let mut tenants: Option<BTreeMap<Name, Name>> = None;
    for entry in &mut entries {
        let Some((subscription, tenant @ None)) = entry.on_subscription() else { continue };
        if tenants.is_none() {
            let rows = desk.list::<Subscription>(&By::default())?.into_iter();
            tenants = Some(rows.map(|row| (row.subscription_id, row.tenant_id)).collect());
        }
        *tenant = tenants.as_ref().and_then(|tenants| tenants.get(subscription)).cloned();
    }
    entries.retain(|entry| by.tenant_id.is_none() || entry.tenant() == by.tenant_id.as_ref());
    entries.retain(|entry| sight.sees(entry));
    Ok(entries)
}

/// What an actor may see.
pub enum Sight {
    /// Everything.
    All,
    /// What is of these locations or accounts.
    Partners(BTreeSet<Name>),
    /// What is of this tenant.
    Tenant(Name),
    /// Nothing.
    Nothing,
}

impl Sight {
    /// What the actor at a desk may see.
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn of(desk: &Desk<'_>) -> Acted<Self> {
        if desk.actor.roles.is_empty() && !desk.actor.is_clockwork() {
            return Ok(Self::Nothing);
        }
        Ok(match &desk.actor.organisation {
            Some(Organisation::Operator) => Self::All,
            Some(Organisation::Customer(tenant)) => Self::Tenant(tenant.clone()),
            Some(Organisation::Partner(global)) => match &desk.actor.location {
                Some(own) => Self::Partners(BTreeSet::from([own.clone()])),
                None => {
                    let partners = desk.list::<Partner>(&By::default())?.into_iter().filter(|row| row.global_partner_id == *global);
                    Self::Partners(partners.map(|row| row.partner_id).chain([global.clone()]).collect())
                }
            },
            None => Self::Nothing,
        })
    }

    /// Whether it takes an entry in.
    pub fn sees(&self, entry: &impl Seen) -> bool {
        match self {
            Self::All => true,
            Self::Partners(own) => entry.partners().into_iter().any(|partner| own.contains(partner)),
            Self::Tenant(own) => entry.tenant() == Some(own),
            Self::Nothing => false,
        }
    }
}

/// Declares whom entries are of.
macro_rules! seen {
    ($( $entry:ty, |$of:tt| $partners:expr, |$at:tt| $tenant:expr $(, |$on:ident| $kept:expr)?; )*) => {$(
        impl Seen for $entry {
            fn partners(&self) -> Vec<&Name> {
                let $of = self;
                $partners
            }

            fn tenant(&self) -> Option<&Name> {
                let $at = self;
                $tenant
            }
            $(
                fn on_subscription(&mut self) -> Option<(&Name, &mut Option<Name>)> {
                    let $on = self;
                    $kept
                }
            )?
        }
    )*};
}

seen! {
    Customer, |_| Vec::new(), |it| Some(&it.tenant_id);
    Subscription, |_| Vec::new(), |it| Some(&it.tenant_id);
    RecordOfPartner, |it| it.partner_id.iter().collect(), |it| it.tenant_id.as_ref(), |it| Some((it.subscription_id.as_ref()?, &mut it.tenant_id));
    Request, |it| vec![&it.partner_id], |it| Some(&it.tenant_id);
    Chain, |it| it.last_sellers(), |it| it.tenant_id.as_ref(), |it| Some((&it.subscription_id, &mut it.tenant_id));
    Enrolment, |it| vec![&it.partner_id], |_| None;
}
