//! Resale (CSP): sales of subscriptions begin, move and end.

use crate::chains::{Chain, Sale, Seller};
use crate::enrolment::{Enrolment, EnrolmentState, enrolment_id};
use crate::facts::{Partner, Subscription};
use crate::names::Name;
use crate::notices;
use crate::of_record;
use crate::parties::location;
use crate::record::actor::Organisation;
use crate::record::desk::{Acted, Desk};
use crate::record::entry::Entry as _;
use crate::record::refusal::Refusal;
use crate::rights::{Act, On, must};
use crate::time::Day;
use crate::words::Tier;

/// Who is to sell a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sellers {
    /// A direct-bill partner.
    Direct(Name),
    /// An indirect provider together with an indirect reseller.
    Indirect {
        /// Buys from the vendor.
        provider: Name,
        /// Buys from the provider.
        reseller: Name,
    },
}

impl Sellers {
    fn tiers(&self) -> Vec<(Tier, &Name)> {
        match self {
            Self::Direct(partner) => vec![(Tier::DirectBill, partner)],
            Self::Indirect { provider, reseller } => vec![(Tier::IndirectProvider, provider), (Tier::IndirectReseller, reseller)],
        }
    }
}

/// Records the sale of a subscription that nobody sells. A partner of record of it ends: resale is recognised by itself.
///
/// # Errors
/// When the actor neither runs the account that buys from the vendor nor manages the program, the subscription is unknown, over, sold
/// already or not of a resale agreement, a seller is not enrolled, or the day is out of its days.
pub fn sell(desk: &mut Desk<'_>, subscription: &Name, sellers: &Sellers, on: Day) -> Acted<Chain> {
    let (sale, accounts) = check_sellers(desk, sellers)?;
    let buys = accounts.first().zip(sale.first()).map(|(account, location)| On::default().and_location(account, location));
    must(&desk.actor, Act::ResaleRecord, &buys.unwrap_or_default(), "record this sale")?;
    let (row, chain) = read(desk, subscription)?;
    if let Some(sale) = chain.sales.open() {
        let message = format!("`{subscription}` has been sold by {} since {}", sale.held.shown(), sale.from);
        return Err(Refusal::conflict("already-sold", message, "move it instead").into());
    }
    check_days(desk, &row, on)?;
    begin(desk, &row, chain, sale, on, "chain-sold", None)
}

/// Moves a subscription to another chain, which takes its history over.
///
/// # Errors
/// As for [`sell`]; and when nobody sells the subscription, or the actor neither runs the account that has it now nor manages the program.
pub fn shift(desk: &mut Desk<'_>, subscription: &Name, sellers: &Sellers, on: Day, reason: Option<&str>) -> Acted<Chain> {
    let (row, chain) = read(desk, subscription)?;
    must_have(desk, &chain, "move this subscription")?;
    let (sale, _) = check_sellers(desk, sellers)?;
    check_days(desk, &row, on)?;
    if chain.sales.open().is_some_and(|now| now.held == sale) {
        let message = format!("`{subscription}` is sold by {} already", sale.shown());
        return Err(Refusal::conflict("already-sold", message, "name the chain that it moves to").into());
    }
    begin(desk, &row, chain, sale, on, "chain-moved", reason)
}

/// Ends the sale of a subscription.
///
/// # Errors
/// When nobody sells it, the actor neither runs the account that has it nor manages the program, or the day is out of its days.
pub fn stop(desk: &mut Desk<'_>, subscription: &Name, on: Day, reason: Option<&str>) -> Acted<Chain> {
    let (row, chain) = read(desk, subscription)?;
    must_have(desk, &chain, "end this sale")?;
    check_days(desk, &row, on)?;
    end(desk, &row, on, reason)?;
    Chain::of(desk, subscription, &row.tenant_id)
}

/// Ends the chain of a subscription, if one holds: whoever ended the subscription had the right to it.
///
/// # Errors
/// When the chain began later, or the registers cannot be read.
pub fn end(desk: &mut Desk<'_>, row: &Subscription, on: Day, reason: Option<&str>) -> Acted {
    let mut chain = Chain::of(desk, &row.subscription_id, &row.tenant_id)?;
    let Some(last) = chain.sales.on(desk.today()).map(|span| span.held.clone()) else { return Ok(()) };
    if on >= desk.today() {
        chain.sales.cut(on);
    } else {
        chain.sales.end(on)?;
    }
    chain.partner_id = None;
    desk.put("chain-ended", &chain, on, reason)?;
    tell_sellers(desk, &last, &chain, "chain-ended", &format!("The sale of {} ended on {on}.", row.subscription_id))
}

fn read(desk: &Desk<'_>, subscription: &Name) -> Acted<(Subscription, Chain)> {
    let row: Subscription = desk.get(subscription.as_str())?;
    let chain = Chain::of(desk, &row.subscription_id, &row.tenant_id)?;
    Ok((row, chain))
}

/// Refuses who neither runs the account that sells the subscription now nor manages the program.
fn must_have(desk: &Desk<'_>, chain: &Chain, what: &str) -> Acted {
    let sale = chain.on(desk.today());
    let first = sale.and_then(Sale::first).map(|id| desk.find::<Partner>(id.as_str())).transpose()?.flatten();
    let on = first.map_or_else(On::default, |partner| On::partner(&partner));
    must(&desk.actor, Act::ResaleRecord, &on.entry(Subscription::REGISTER, &chain.subscription_id), what)?;
    if sale.is_none() {
        let message = format!("nobody sells `{}`", chain.subscription_id);
        return Err(Refusal::conflict("not-sold", message, "record a sale first").into());
    }
    Ok(())
}

/// The chain of sellers, and their accounts.
fn check_sellers(desk: &Desk<'_>, sellers: &Sellers) -> Acted<(Sale, Vec<Name>)> {
    let mut accounts: Vec<Name> = Vec::new();
    let mut sale = Vec::new();
    for (tier, id) in sellers.tiers() {
        let partner = location(desk, id)?;
        let account = partner.global_partner_id.clone();
        if accounts.contains(&account) {
            let message = format!("`{id}` is of the same account as its provider");
            return Err(Refusal::invalid("same-account", message, "name it as direct bill, or name another reseller").into());
        }
        check_enrolled(desk, &account, tier)?;
        accounts.push(account);
        sale.push(Seller { tier, partner_id: partner.partner_id });
    }
    Ok((Sale::new(sale), accounts))
}

fn check_enrolled(desk: &Desk<'_>, account: &Name, tier: Tier) -> Acted {
    if !desk.rulebook.associations.csp.enrolment_required.value {
        return Ok(());
    }
    let found = desk.find::<Enrolment>(&enrolment_id(account, tier))?;
    match found.map(|enrolment| enrolment.state) {
        Some(EnrolmentState::Active) => Ok(()),
        state => {
            let state = state.map_or("there is none".to_owned(), |state| format!("it is {state}"));
            let message = format!("`{account}` has no active enrolment as {tier}: {state}");
            let cure = "finish the enrolment; a program manager admits a partner who was enrolled before";
            Err(Refusal::conflict("not-enrolled", message, cure).into())
        }
    }
}

fn check_days(desk: &Desk<'_>, row: &Subscription, on: Day) -> Acted {
    let id = &row.subscription_id;
    let refused = |code, message, cure: String| Err(Refusal::conflict(code, message, cure).into());
    let agreements = &desk.rulebook.associations.csp.agreements.value;
    if let Some(agreement) = row.agreement.filter(|agreement| !agreements.contains(agreement)) {
        let known: Vec<&str> = agreements.iter().map(|agreement| agreement.as_str()).collect();
        let cure = format!("subscriptions of {} are sold by a chain; ask the operator to correct the agreement", known.join(" or "));
        return refused("subscription-not-csp", format!("the subscription `{id}` is of the agreement `{agreement}`"), cure);
    }
    if on > desk.today() {
        return refused("too-late", format!("{on} is still to come"), format!("take {} or an earlier day", desk.today()));
    }
    if let Some(starts) = row.starts_on.filter(|starts| on < *starts) {
        return refused("too-early", format!("the subscription `{id}` begins on {starts}"), format!("take {starts} or a later day"));
    }
    if row.ends_on.is_some_and(|ends| on > ends) || of_record::is_over(desk, row) {
        return refused("subscription-ended", format!("the subscription `{id}` is over"), "take the one that replaced it".to_owned());
    }
    Ok(())
}

fn begin(desk: &mut Desk<'_>, row: &Subscription, mut chain: Chain, sale: Sale, on: Day, kind: &str, reason: Option<&str>) -> Acted<Chain> {
    let before = chain.on(desk.today()).cloned();
    if on >= desk.today() {
        chain.sales.cut(on);
    }
    chain.sales.hold(on, sale.clone())?;
    chain.partner_id = sale.first().cloned();
    desk.put(kind, &chain, on, reason)?;
    of_record::end(desk, row, desk.today(), Some("the subscription is sold by a CSP"))?;
    let text = format!("The subscription {} is sold by {}, from {on}.", row.subscription_id, sale.shown());
    notices::tell(desk, Organisation::Customer(row.tenant_id.clone()), kind, text.clone(), &chain)?;
    if let Some(before) = &before {
        tell_sellers(desk, before, &chain, kind, &text)?;
    }
    tell_sellers(desk, &sale, &chain, kind, &text)?;
    Ok(chain)
}

fn tell_sellers(desk: &mut Desk<'_>, sale: &Sale, chain: &Chain, kind: &str, text: &str) -> Acted {
    for seller in &sale.sellers {
        if let Some(partner) = desk.find::<Partner>(seller.partner_id.as_str())? {
            notices::tell_at(desk, (&partner.global_partner_id, &partner.partner_id), kind, text.to_owned(), chain)?;
        }
    }
    Ok(())
}
