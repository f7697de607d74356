//! Sight: what an actor may see of registers, as the policies tell. The operator sees all, a partner what is of its locations, a customer
//! what is of its tenant.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize as _;
use serde_json::Value;

use crate::chains::Chain;
use crate::claims::Claim;
use crate::enrolment::Enrolment;
use crate::facts::{Customer, Partner, Subscription};
use crate::names::Name;
use crate::of_record::RecordOfPartner;
use crate::of_record::request::Request;
use crate::record::actor::{Actor, Organisation};
use crate::record::desk::{Acted, Desk};
use crate::record::entry::{By, Entry, Fields};
use crate::rights::{Act, On, allows};

/// An entry that is listed for those who may see it.
pub trait Seen: Entry {
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

/// What an actor may see: entries of any register, asked of the policies. Entries that are alike for the actor are asked about once.
pub struct Sight {
    actor: Actor,
    /// The global account of every partner ID, for those who act for a partner.
    accounts: Arc<BTreeMap<Name, Name>>,
    /// The subscriptions of the tenant, for those who act for a customer: imports do not tell the tenant of what is on them.
    subscriptions: BTreeSet<Name>,
    told: RefCell<BTreeMap<On, bool>>,
}

impl Sight {
    /// What the actor at a desk may see.
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn of(desk: &Desk<'_>) -> Acted<Self> {
        let all = By::default();
        let partners = if is_of_partner(&desk.actor) { desk.list::<Partner>(&all)? } else { Vec::new() };
        let subscriptions = match own_tenant(&desk.actor) {
            Some(tenant) => desk.list::<Subscription>(&By { tenant_id: Some(tenant.clone()), ..all })?,
            None => Vec::new(),
        };
        Ok(Self::new(desk.actor.clone(), partners, subscriptions))
    }

    /// What an actor may see. `partners` are needed for those who act for a partner, the tenant's `subscriptions` for those who act for a
    /// customer.
    pub fn new(actor: Actor, partners: impl IntoIterator<Item = Partner>, subscriptions: impl IntoIterator<Item = Subscription>) -> Self {
        Self::with_accounts(actor, Arc::new(accounts(partners)), subscriptions)
    }

    /// The same, where the global account of every partner ID is known already.
    #[must_use]
    pub fn with_accounts(actor: Actor, accounts: Arc<BTreeMap<Name, Name>>, subscriptions: impl IntoIterator<Item = Subscription>) -> Self {
        let subscriptions = subscriptions.into_iter().map(|row| row.subscription_id).collect();
        Self { actor, accounts, subscriptions, told: RefCell::default() }
    }

    /// The partner IDs that roll up to the account that the actor acts for, and its own: whatever names one partner and none of these is not
    /// theirs. Nothing for those who act for no partner.
    #[must_use]
    pub fn own_partner_ids(&self) -> Option<BTreeSet<Name>> {
        let Some(Organisation::Partner(own)) = &self.actor.organisation else { return None };
        let ids = self.accounts.iter().filter(|(_, account)| *account == own).map(|(id, _)| id.clone());
        Some(ids.chain([own.clone()]).collect())
    }

    /// Whether an entry may be seen.
    pub fn sees<E: Entry>(&self, entry: &E) -> bool {
        self.sees_fields(E::REGISTER, &entry.fields())
    }

    /// Whether an entry of a register may be seen.
    pub fn sees_fields(&self, register: &str, fields: &Fields) -> bool {
        let on = self.on(register, fields);
        *self.told.borrow_mut().entry(on).or_insert_with_key(|on| allows(&self.actor, Act::EntrySee, on))
    }

    /// Whose an entry is, as far as that is the actor's: what is of others is the same to them whoever the others are.
    fn on(&self, register: &str, fields: &Fields) -> On {
        let name = |field: &str| fields.get(field).and_then(Value::as_str).map(Name::new);
        let mut on = On::default().in_register(register);
        if let Some(organisation) = fields.get("organisation").and_then(|of| Organisation::deserialize(of).ok()) {
            if self.actor.organisation.as_ref() == Some(&organisation) {
                on = On::organisation(&organisation).in_register(register);
            }
            on = on.within(name("location").as_ref().filter(|at| self.actor.location.as_ref() == Some(at)));
        } else {
            for partner in name("partner_id").into_iter().chain(last_holders(fields)) {
                let account = self.accounts.get(&partner).unwrap_or(&partner);
                if self.actor.organisation.as_ref() == Some(&Organisation::Partner(account.clone())) {
                    on = on.and_account(account).within(self.actor.location.as_ref().filter(|own| **own == partner));
                }
            }
            let is_here = || name("subscription_id").is_some_and(|id| self.subscriptions.contains(&id));
            if let Some(own) = own_tenant(&self.actor)
                && name("tenant_id").map_or_else(is_here, |tenant| tenant == *own)
            {
                on = on.and_tenant(own);
            }
        }
        let is_draft = register == Claim::REGISTER && ["submitted_on", "approved_on"].iter().all(|day| !fields.contains_key(*day));
        self.of_themselves(on.draft(is_draft), &name)
    }

    /// The same, with what is the user's, the identity's or the person's own.
    fn of_themselves(&self, mut on: On, name: &impl Fn(&str) -> Option<Name>) -> On {
        if name("user_id").as_ref() == Some(&self.actor.user) {
            on = on.of_user(&self.actor.user);
        }
        if let Some(own) = &self.actor.identity
            && (name("tenant_id").as_ref(), name("principal_id").as_ref()) == (Some(&own.tenant_id), Some(&own.object_id))
        {
            on = on.of_identity(own);
        }
        if let Some(own) = &self.actor.person_id
            && name("person_id").as_ref() == Some(own)
        {
            on = on.of_person(own);
        }
        on
    }
}

/// The global account of every partner ID.
pub fn accounts(partners: impl IntoIterator<Item = Partner>) -> BTreeMap<Name, Name> {
    partners.into_iter().map(|row| (row.partner_id, row.global_partner_id)).collect()
}

fn is_of_partner(actor: &Actor) -> bool {
    matches!(actor.organisation, Some(Organisation::Partner(_)))
}

fn own_tenant(actor: &Actor) -> Option<&Name> {
    match &actor.organisation {
        Some(Organisation::Customer(tenant)) => Some(tenant),
        _ => None,
    }
}

/// The partners who hold an association, or held it last: what has ended stays in their lists until somebody else holds it.
fn last_holders(fields: &Fields) -> Vec<Name> {
    let spans = ["holders", "links", "sales"].into_iter().filter_map(|field| fields.get(field)?.as_array()?.last());
    let sellers = |span: &Value| span.get("sellers").and_then(Value::as_array).cloned().unwrap_or_default();
    let held = spans.flat_map(|span| sellers(span).into_iter().chain([span.clone()]));
    held.filter_map(|held| held.get("partner_id").and_then(Value::as_str).map(Name::new)).collect()
}

/// Declares of which customer entries are.
macro_rules! seen {
    ($( $entry:ty, |$of:tt| $tenant:expr $(, |$on:ident| $kept:expr)?; )*) => {$(
        impl Seen for $entry {
            fn tenant(&self) -> Option<&Name> {
                let $of = self;
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
    Customer, |it| Some(&it.tenant_id);
    Subscription, |it| Some(&it.tenant_id);
    RecordOfPartner, |it| it.tenant_id.as_ref(), |it| Some((it.subscription_id.as_ref()?, &mut it.tenant_id));
    Request, |it| Some(&it.tenant_id);
    Chain, |it| it.tenant_id.as_ref(), |it| Some((&it.subscription_id, &mut it.tenant_id));
    Enrolment, |_| None;
}
