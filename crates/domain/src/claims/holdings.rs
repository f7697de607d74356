//! Scopes, and who holds them: one partner a scope and day.

use serde::{Deserialize, Serialize};

use super::{Claim, Product};
use crate::names::Name;
use crate::record::desk::{Acted, Desk};
use crate::record::entry::{By, Entry};
use crate::record::spans::{Span, Spans};
use crate::rulebook::Rulebook;
use crate::time::Day;
use crate::words::ClaimState;

/// A scope and its holders from day to day: a workload of a tenant, or a product of a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Holding {
    /// The scope: `TENANT/WORKLOAD` or `SUBSCRIPTION/PRODUCT`.
    pub scope: String,
    /// The customer's tenant.
    pub tenant_id: Name,
    /// The subscription, where the scope is a product of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<Name>,
    /// The partner who holds it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_id: Option<Name>,
    /// Who held it when.
    pub holders: Spans<Holder>,
}

/// Who holds a scope, and by which claims: a partner may hold it by a presales and by a usage claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Holder {
    /// The partner location; not `partner_id`, which is the present one's.
    pub partner: Name,
    /// The claims, in the order of their ids.
    pub claims: Vec<Name>,
}

impl Entry for Holding {
    const REGISTER: &'static str = "holding";

    fn id(&self) -> String {
        self.scope.clone()
    }
}

/// The scope of a product of a claim.
#[must_use]
pub fn scope(claim: &Claim, product: &Product) -> String {
    let workload = product.workload.as_ref().map_or("*", Name::as_str);
    format!("{}/{workload}", product.subscription_id.as_ref().unwrap_or(&claim.tenant_id))
}

/// Whether two products of claims on one tenant are on the same scope.
fn is_same_scope(rulebook: &Rulebook, one: &Product, other: &Product) -> bool {
    let is_same_product = match (&one.workload, &other.workload) {
        (Some(one), Some(other)) => rulebook.is_same_product(one, other),
        _ => one.subscription_id.is_some(),
    };
    one.subscription_id == other.subscription_id && is_same_product
}

/// The claims that hold the scope of a product today, besides the claim itself.
///
/// # Errors
/// When the registers cannot be read.
pub fn holders(desk: &Desk<'_>, claim: &Claim, product: &Product) -> Acted<Vec<Claim>> {
    let (rulebook, today) = (desk.rulebook, desk.today());
    let by = By { tenant_id: Some(claim.tenant_id.clone()), state: Some(ClaimState::Approved.to_string()), ..By::default() };
    let mut claims = desk.list::<Claim>(&by)?;
    claims.retain(|other| {
        let holds = |held: &&Product| held.held().is_some_and(|days| days.holds_on(today)) && is_same_scope(rulebook, held, product);
        other.claim_id != claim.claim_id && other.products.iter().any(|held| holds(&held))
    });
    Ok(claims)
}

/// Writes down who holds the scopes of a claim's products, as its products say. The claim itself must have been put.
///
/// # Errors
/// When the registers cannot be read.
pub(super) fn put(desk: &mut Desk<'_>, claim: &Claim, products: &[Product]) -> Acted {
    let today = desk.today();
    for product in products {
        let scope = scope(claim, product);
        let before: Option<Holding> = desk.find(&scope)?;
        let mut claims = holders(desk, claim, product)?;
        if product.held().is_some_and(|days| days.holds_on(today)) {
            claims.push(claim.clone());
        }
        claims.sort_by(|a, b| a.claim_id.cmp(&b.claim_id));
        let partner_id = claims.first().map(|claim| claim.partner_id.clone());
        let held =
            partner_id.clone().map(|partner| Holder { partner, claims: claims.iter().map(|claim| claim.claim_id.clone()).collect() });
        let spans = match &before {
            Some(before) => before.holders.all().to_vec(),
            None => earlier(desk, claim, product)?,
        };
        let ends_on = product.held_to.filter(|_| held.is_none()).unwrap_or(today);
        let holders = change(spans, held, ends_on);
        let kind = if partner_id.is_some() { "scope-held" } else { "scope-freed" };
        let (tenant_id, subscription_id) = (claim.tenant_id.clone(), product.subscription_id.clone());
        desk.put(kind, &Holding { scope, tenant_id, subscription_id, partner_id, holders }, ends_on, None)?;
    }
    Ok(())
}

/// Who held a scope, as claims tell it that were imported.
fn earlier(desk: &Desk<'_>, claim: &Claim, product: &Product) -> Acted<Vec<Span<Holder>>> {
    let others = desk.list::<Claim>(&By { tenant_id: Some(claim.tenant_id.clone()), ..By::default() })?;
    let mut spans = Vec::new();
    for other in &others {
        let same = other.products.iter().filter(|held| is_same_scope(desk.rulebook, held, product));
        for days in same.filter_map(Product::held) {
            let held = Holder { partner: other.partner_id.clone(), claims: vec![other.claim_id.clone()] };
            spans.push(Span { from: days.from, to: (days.to != Day::NEVER).then_some(days.to), held });
        }
    }
    Ok(Spans::of(spans).all().to_vec())
}

/// The spans with another holder, or none, from a day on.
fn change(spans: Vec<Span<Holder>>, held: Option<Holder>, on: Day) -> Spans<Holder> {
    let mut spans: Vec<Span<Holder>> = spans.into_iter().filter(|span| span.from < on || held.as_ref() == Some(&span.held)).collect();
    let Some(last) = spans.last_mut().filter(|last| last.to.is_none_or(|to| to > on)) else {
        spans.extend(held.map(|held| Span { from: on, to: None, held }));
        return Spans::of(spans);
    };
    if held.as_ref() != Some(&last.held) {
        last.to = Some(on);
        spans.extend(held.map(|held| Span { from: on, to: None, held }));
    }
    Spans::of(spans)
}
