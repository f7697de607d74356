//! What customers say, and how associations end.

use super::clocks::OPT_OUT;
use super::drafts::said;
use super::rights::{must_be, must_be_clockwork, must_claim, must_own_tenant};
use super::{Claim, Product, arbitrations, holdings, reviews, telling};
use crate::facts::Subscription;
use crate::names::Name;
use crate::record::desk::{Acted, Desk};
use crate::record::refusal::Refusal;
use crate::time::Day;
use crate::words::ClaimState;

/// States in which a claim waits for a decision.
const PENDING: [ClaimState; 4] = [ClaimState::Submitted, ClaimState::UnderReview, ClaimState::ActionRequired, ClaimState::Dispute];
/// The reason code of what a customer declined.
const CUSTOMER_DECLINED: &str = "customer-declined";

/// Lets the customer accept a claim before the time to opt out is over.
///
/// # Errors
/// When the actor is no global admin of the customer, or there is nothing to accept.
pub fn accept(desk: &mut Desk<'_>, id: &str) -> Acted<Claim> {
    let mut claim: Claim = desk.get(id)?;
    must_own_tenant(desk, &claim, "accept this claim")?;
    must_be(&claim, &PENDING, "accepted by the customer")?;
    if let Some(on) = claim.accepted_on {
        let message = format!("claim `{id}` was accepted on {on}");
        return Err(Refusal::conflict("accepted-already", message, "nothing is left to do; it can still be declined at any time").into());
    }
    claim.accepted_on = Some(desk.today());
    claim.stop(&[OPT_OUT]);
    desk.put("claim-accepted", &claim, desk.today(), None)?;
    Ok(claim)
}

/// Lets the customer decline a claim: before the approval it is rejected for good, afterwards the association ends today.
///
/// # Errors
/// When the actor is no global admin of the customer, or the claim is over or was never handed in.
pub fn decline(desk: &mut Desk<'_>, id: &str, reason: Option<&str>) -> Acted<Claim> {
    let claim: Claim = desk.get(id)?;
    must_own_tenant(desk, &claim, "decline this claim")?;
    if claim.state == ClaimState::Approved {
        return revoke(desk, id, reason);
    }
    must_be(&claim, &PENDING, "declined by the customer")?;
    reviews::reject(desk, claim, Name::new(CUSTOMER_DECLINED), reason)
}

/// Lets the customer end an association that they had accepted.
///
/// # Errors
/// When the actor is no global admin of the customer, or the claim is not approved.
pub fn revoke(desk: &mut Desk<'_>, id: &str, reason: Option<&str>) -> Acted<Claim> {
    let claim: Claim = desk.get(id)?;
    must_own_tenant(desk, &claim, "revoke this association")?;
    must_be(&claim, &[ClaimState::Approved], "revoked")?;
    let today = desk.today();
    end_products(desk, claim, |_| Some(today), "claim-revoked", Some(reason.unwrap_or(CUSTOMER_DECLINED)))
}

/// Lets the partner end the association.
///
/// # Errors
/// When the actor may not, the claim is not approved, or no reason is given.
pub fn end(desk: &mut Desk<'_>, id: &str, reason: &str) -> Acted<Claim> {
    let claim: Claim = desk.get(id)?;
    must_claim(desk, &claim, "end this association")?;
    must_be(&claim, &[ClaimState::Approved], "ended")?;
    let reason = said(reason)?;
    let today = desk.today();
    end_products(desk, claim, |_| Some(today), "claim-ended", Some(&reason))
}

/// Ends what a claim holds on subscriptions that are over; nothing when none is. The program does this by itself.
pub(super) fn end_with_subscriptions(desk: &mut Desk<'_>, claim: Claim) -> Acted<Option<Claim>> {
    must_be_clockwork(desk, "end an association with its subscription")?;
    let today = desk.today();
    let mut over: Vec<(Name, Day)> = Vec::new();
    for product in claim.products.iter().filter(|product| product.held_to.is_none_or(|to| to > today)) {
        let Some(id) = &product.subscription_id else { continue };
        let Some(subscription) = desk.find::<Subscription>(id.as_str())? else { continue };
        let is_gone = subscription.status.as_ref().is_some_and(|status| ["deleted", "disabled"].contains(&status.as_str()));
        let ended = subscription.ends_on.filter(|day| *day <= today).or(is_gone.then_some(today));
        over.extend(ended.map(|day| (id.clone(), day)));
    }
    if over.is_empty() {
        return Ok(None);
    }
    let ended_on = |product: &Product| over.iter().find(|(id, _)| Some(id) == product.subscription_id.as_ref()).map(|(_, day)| *day);
    end_products(desk, claim, ended_on, "claim-ended", Some("the subscription ended")).map(Some)
}

/// Ends products of an approved claim on days; a claim that has nothing left is ended.
fn end_products(
    desk: &mut Desk<'_>,
    mut claim: Claim,
    ends_on: impl Fn(&Product) -> Option<Day>,
    kind: &str,
    reason: Option<&str>,
) -> Acted<Claim> {
    let today = desk.today();
    let mut ended: Vec<Product> = Vec::new();
    for product in &mut claim.products {
        let Some(day) = ends_on(product).filter(|_| product.held_to.is_none_or(|to| to > today)) else { continue };
        product.held_to = Some(product.held_from.map_or(day, |from| from.max(day)));
        ended.push(product.clone());
    }
    let is_left = claim.products.iter().any(|product| product.held_to.is_none_or(|to| to > today));
    let last = ended.iter().filter_map(|product| product.held_to).max().unwrap_or(today);
    if !is_left {
        claim.state = ClaimState::Ended;
        claim.ended_on = Some(last);
        claim.clocks.clear();
        claim.votes.clear();
    }
    desk.put(if is_left { "claim-reduced" } else { kind }, &claim, last, reason)?;
    let held: Vec<Product> = ended.into_iter().filter(|product| product.held_from.is_some()).collect();
    holdings::put(desk, &claim, &held)?;
    let why = reason.unwrap_or("no reason was given");
    let text = format!("The association of claim {} is over: {why}.", claim.claim_id);
    if kind != "claim-ended" || desk.actor.is_clockwork() {
        telling::partner(desk, &claim, "claim-over", text.clone())?;
    }
    if kind == "claim-ended" {
        telling::customer(desk, &claim, "claim-over", text)?;
    }
    if !is_left {
        arbitrations::void_all(desk, &claim, "the claim ended")?;
    }
    Ok(claim)
}
