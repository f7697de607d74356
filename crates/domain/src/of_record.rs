//! Partners of record (DPOR): the customer says who serves a subscription. One entry for each subscription, or for a product that the
//! whole tenant holds.

/// How a partner asks to be designated.
pub mod request;

/// Subscriptions that have no partner of record, and should be looked at.
pub mod watch;

use serde::{Deserialize, Serialize};

use crate::chains::Chain;
use crate::facts::{Partner, PartnerOfRecord, Program, Subscription};
use crate::names::Name;
use crate::notices;
use crate::parties::location;
use crate::record::desk::{ActError, Acted, Desk};
use crate::record::entry::{By, Entry};
use crate::record::factual::Factual;
use crate::record::refusal::Refusal;
use crate::record::spans::{Span, Spans};
use crate::rights::{Act, On, must};
use crate::time::Day;
use crate::words::words;

/// Who is partner of record of a subscription, or of a tenant's product, from day to day: never two on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RecordOfPartner {
    /// The subscription; nothing for a product that the whole tenant holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<Name>,
    /// The customer's tenant, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<Name>,
    /// The product that the whole tenant holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Name>,
    /// Who is partner of record until somebody changes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_id: Option<Name>,
    /// The partners of record, the earliest first.
    pub holders: Spans<Designee>,
}

/// A partner of record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Designee {
    /// The location.
    pub partner_id: Name,
}

impl Entry for RecordOfPartner {
    const REGISTER: &'static str = "partner-of-record";

    fn id(&self) -> String {
        id(self.subscription_id.as_ref(), self.tenant_id.as_ref(), self.product.as_ref())
    }
}

fn id(subscription: Option<&Name>, tenant: Option<&Name>, product: Option<&Name>) -> String {
    match (subscription, tenant, product) {
        (Some(subscription), _, _) => subscription.to_string(),
        (None, Some(tenant), Some(product)) => format!("{tenant}/{product}"),
        _ => String::new(),
    }
}

impl Factual for RecordOfPartner {
    type Row = PartnerOfRecord;

    const TABLE: &'static str = "partner_of_record";

    fn table(program: &Program) -> &Vec<PartnerOfRecord> {
        &program.partner_of_record
    }

    fn table_mut(program: &mut Program) -> &mut Vec<PartnerOfRecord> {
        &mut program.partner_of_record
    }

    fn id_of(row: &PartnerOfRecord) -> String {
        id(row.subscription_id.as_ref(), row.tenant_id.as_ref(), row.product.as_ref())
    }

    fn of_rows(rows: &[&PartnerOfRecord]) -> Self {
        let span = |row: &&PartnerOfRecord| Span { from: row.from, to: row.to, held: Designee { partner_id: row.partner_id.clone() } };
        let holders = Spans::of(rows.iter().map(span).collect());
        let first = rows.first().expect("an entry has a row");
        Self {
            subscription_id: first.subscription_id.clone(),
            tenant_id: first.tenant_id.clone(),
            product: first.product.clone().filter(|_| first.subscription_id.is_none()),
            partner_id: holders.open().map(|span| span.held.partner_id.clone()),
            holders,
        }
    }

    fn rows(&self) -> Vec<PartnerOfRecord> {
        let row = |span: &Span<Designee>| PartnerOfRecord {
            partner_id: span.held.partner_id.clone(),
            from: span.from,
            subscription_id: self.subscription_id.clone(),
            tenant_id: self.tenant_id.clone().filter(|_| self.subscription_id.is_none()),
            product: self.product.clone(),
            to: span.to,
        };
        self.holders.all().iter().map(row).collect()
    }
}

words! {
    /// What saving a partner of record did.
    Saved {
        /// There was none before.
        Set = "set",
        /// Another one was there before.
        Changed = "changed",
        /// The same one was there before: nothing changed.
        Unchanged = "unchanged",
    }
}

/// The partner that an ID stands for, as the customer is shown it before saving.
///
/// # Errors
/// When the ID is unknown, a global account or closed; or nobody is signed in for an organisation.
pub fn validate(desk: &Desk<'_>, partner: &Name) -> Acted<Partner> {
    must(&desk.actor, Act::PartnerLookUp, &On::default(), "look up partners")?;
    location(desk, partner)
}

/// Makes a partner the partner of record of a subscription, or of the whole tenant for a product that the tenant holds.
///
/// # Errors
/// When the actor is not a Global admin of the tenant, the subscription is unknown, over or sold by a CSP, or the ID will not do.
pub fn save(desk: &mut Desk<'_>, subscription: &Name, partner: &Name) -> Acted<Saved> {
    let subscription: Subscription = desk.get(subscription.as_str())?;
    must_set(desk, &subscription)?;
    check_open(desk, &subscription)?;
    let partner = location(desk, partner)?;
    let mut entry = entry_of(desk, &subscription)?;
    let before = holder(desk, &subscription)?;
    if before.as_ref() == Some(&partner.partner_id) {
        return Ok(Saved::Unchanged);
    }
    let today = desk.today();
    entry.holders.cut(today);
    entry.holders.hold(today, Designee { partner_id: partner.partner_id.clone() })?;
    entry.partner_id = Some(partner.partner_id.clone());
    end_others(desk, &subscription, &entry.id(), today)?;
    desk.put(if before.is_some() { "partner-of-record-changed" } else { "partner-of-record-set" }, &entry, today, None)?;
    if let Some(before) = &before {
        tell(desk, before, &entry, "partner-of-record-lost", "is not partner of record any more of")?;
    }
    tell(desk, &partner.partner_id, &entry, "partner-of-record-won", "is now partner of record of")?;
    request::answer(desk, &subscription.subscription_id, &partner.partner_id)?;
    Ok(if before.is_some() { Saved::Changed } else { Saved::Set })
}

/// Takes the partner of record away.
///
/// # Errors
/// When the actor is not a Global admin of the tenant, the subscription is unknown, or nobody is partner of record.
pub fn remove(desk: &mut Desk<'_>, subscription: &Name, reason: Option<&str>) -> Acted<Name> {
    let subscription: Subscription = desk.get(subscription.as_str())?;
    must_set(desk, &subscription)?;
    end(desk, &subscription, desk.today(), reason)?.ok_or_else(|| {
        let message = format!("the subscription `{}` has no partner of record", subscription.subscription_id);
        Refusal::conflict("no-partner-of-record", message, "there is nothing to remove").into()
    })
}

/// Ends the partner of record of a subscription that is over, sold by a CSP, or whose customer wants none; gives who it was.
///
/// # Errors
/// When the registers cannot be read.
pub fn end(desk: &mut Desk<'_>, subscription: &Subscription, on: Day, reason: Option<&str>) -> Acted<Option<Name>> {
    let Some(before) = holder(desk, subscription)? else { return Ok(None) };
    let mut entry = entry_of(desk, subscription)?;
    end_others(desk, subscription, &entry.id(), on)?;
    if entry.holders.on(desk.today()).is_some() {
        entry.holders.cut(on);
        entry.partner_id = None;
        desk.put("partner-of-record-removed", &entry, on, reason)?;
    }
    tell(desk, &before, &entry, "partner-of-record-lost", "is not partner of record any more of")?;
    Ok(Some(before))
}

/// Which subscriptions of a tenant a bulk designation is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Filter {
    /// Only those of a product.
    pub product: Option<Name>,
    /// Only those in a state.
    pub status: Option<Name>,
    /// Only those without a partner of record.
    pub without: bool,
}

/// What became of a subscription in a bulk designation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Designated {
    /// The subscription.
    pub subscription_id: Name,
    /// The product.
    pub product: Option<Name>,
    /// What saving did; nothing when it was refused.
    pub saved: Option<Saved>,
    /// The reason code of the refusal.
    pub code: Option<&'static str>,
    /// Why it was refused.
    pub message: Option<String>,
    /// What would cure it.
    pub cure: Option<String>,
}

/// Makes a partner the partner of record of every subscription that a filter picks: one act, with a result for each.
///
/// # Errors
/// When the actor is not a Global admin of the tenant, the ID will not do, or the filter picks nothing.
pub fn save_all(desk: &mut Desk<'_>, tenant: &Name, filter: &Filter, partner: &Name) -> Acted<Vec<Designated>> {
    must(&desk.actor, Act::RecordSet, &On::tenant(tenant), "set the partner of record")?;
    location(desk, partner)?;
    let mut picked = desk.list::<Subscription>(&By { tenant_id: Some(tenant.clone()), ..By::default() })?;
    picked.retain(|row| filter.product.is_none() || row.product == filter.product);
    picked.retain(|row| filter.status.is_none() || row.status == filter.status);
    let mut results = Vec::new();
    for row in picked {
        if filter.without && holder(desk, &row)?.is_some() {
            continue;
        }
        let none = Designated {
            subscription_id: row.subscription_id.clone(),
            product: row.product.clone(),
            saved: None,
            code: None,
            message: None,
            cure: None,
        };
        results.push(match save(desk, &row.subscription_id, partner) {
            Ok(saved) => Designated { saved: Some(saved), ..none },
            Err(ActError::Refused(why)) => Designated { code: Some(why.code), message: Some(why.message), cure: Some(why.cure), ..none },
            Err(failed) => return Err(failed),
        });
    }
    if results.is_empty() {
        let message = format!("no subscription of the tenant `{tenant}` is picked by the filter");
        return Err(Refusal::invalid("nothing-picked", message, "`subscription list` tells those that there are").into());
    }
    Ok(results)
}

/// Who is partner of record of a subscription now.
///
/// # Errors
/// When the registers cannot be read.
pub fn holder(desk: &Desk<'_>, subscription: &Subscription) -> Acted<Option<Name>> {
    let own = entry_of(desk, subscription)?;
    let others = others(desk, subscription, &own.id())?;
    let holding = std::iter::once(&own).chain(&others).filter_map(|entry| entry.holders.on(desk.today()));
    Ok(holding.max_by_key(|span| span.from).map(|span| span.held.partner_id.clone()))
}

/// The entry that a subscription's partner of record stands in, which may be the tenant's.
///
/// # Errors
/// When the registers cannot be read.
pub fn entry_of(desk: &Desk<'_>, subscription: &Subscription) -> Acted<RecordOfPartner> {
    let tenant_id = subscription.tenant_id.clone();
    let none = if is_tenant_wide(desk, subscription) {
        let product = subscription.product.clone();
        RecordOfPartner { subscription_id: None, tenant_id: Some(tenant_id), product, partner_id: None, holders: Spans::default() }
    } else {
        let subscription_id = Some(subscription.subscription_id.clone());
        RecordOfPartner { subscription_id, tenant_id: Some(tenant_id), product: None, partner_id: None, holders: Spans::default() }
    };
    let found = desk.find::<RecordOfPartner>(&none.id())?;
    Ok(found.map_or(none.clone(), |entry| RecordOfPartner { tenant_id: none.tenant_id, ..entry }))
}

fn is_tenant_wide(desk: &Desk<'_>, subscription: &Subscription) -> bool {
    subscription.product.as_ref() == Some(&desk.rulebook.associations.dpor.tenant_product.value)
}

/// Entries on single subscriptions of a product that the whole tenant holds, as older records tell them: they hold for the tenant too.
fn others(desk: &Desk<'_>, subscription: &Subscription, own: &str) -> Acted<Vec<RecordOfPartner>> {
    if !is_tenant_wide(desk, subscription) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for sister in desk.list::<Subscription>(&By { tenant_id: Some(subscription.tenant_id.clone()), ..By::default() })? {
        if sister.product == subscription.product && sister.subscription_id.as_str() != own {
            found.extend(desk.find::<RecordOfPartner>(sister.subscription_id.as_str())?);
        }
    }
    found.retain(|entry| entry.holders.on(desk.today()).is_some());
    Ok(found)
}

fn end_others(desk: &mut Desk<'_>, subscription: &Subscription, own: &str, on: Day) -> Acted {
    for mut entry in others(desk, subscription, own)? {
        entry.holders.cut(on);
        entry.partner_id = None;
        desk.put("partner-of-record-removed", &entry, on, Some("the product is held by the whole tenant"))?;
    }
    Ok(())
}

fn must_set(desk: &Desk<'_>, subscription: &Subscription) -> Acted {
    let on = On::tenant(&subscription.tenant_id).entry(Subscription::REGISTER, &subscription.subscription_id);
    Ok(must(&desk.actor, Act::RecordSet, &on, "set the partner of record")?)
}

/// Refuses a subscription that is over, or that a CSP sells.
///
/// # Errors
/// When it is.
pub fn check_open(desk: &Desk<'_>, subscription: &Subscription) -> Acted {
    let (rules, id) = (&desk.rulebook.associations.dpor, &subscription.subscription_id);
    if is_over(desk, subscription) {
        let message = format!("the subscription `{id}` is over");
        return Err(Refusal::conflict("subscription-ended", message, "take the subscription that replaced it").into());
    }
    let is_csp = subscription.agreement.is_some_and(|agreement| rules.excluded_agreements.value.contains(&agreement));
    if is_csp || Chain::of(desk, id, &subscription.tenant_id)?.on(desk.today()).is_some() {
        let message = format!("the subscription `{id}` is sold by a CSP, who is recognised for it without being designated");
        return Err(Refusal::conflict("subscription-is-csp", message, "nothing needs to be done for the partner who sells it").into());
    }
    Ok(())
}

/// Whether a subscription is over.
#[must_use]
pub fn is_over(desk: &Desk<'_>, subscription: &Subscription) -> bool {
    let ended = &desk.rulebook.associations.dpor.ended_statuses.value;
    let is_ended = subscription.status.as_ref().is_some_and(|status| ended.contains(status));
    is_ended || subscription.ends_on.is_some_and(|ends| ends <= desk.today())
}

fn tell(desk: &mut Desk<'_>, location: &Name, entry: &RecordOfPartner, kind: &str, what: &str) -> Acted {
    // a partner that is not known any more cannot be told
    let Some(partner) = desk.find::<Partner>(location.as_str())? else { return Ok(()) };
    let on = match (&entry.subscription_id, &entry.product, &entry.tenant_id) {
        (Some(subscription), _, _) => format!("the subscription {subscription}"),
        (None, Some(product), Some(tenant)) => format!("{product} in the tenant {tenant}"),
        _ => String::new(),
    };
    let text = format!("{} ({location}) {what} {on}, from {}.", partner.name, desk.today());
    notices::tell_at(desk, (&partner.global_partner_id, location), kind, text, entry)
}
