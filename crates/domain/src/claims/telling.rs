//! What partners and customers are told about claims.

use super::rights::account_of;
use super::{Claim, Product};
use crate::names::Name;
use crate::notices;
use crate::record::actor::Organisation;
use crate::record::desk::{Acted, Desk};

/// The products of a claim in a few words.
fn products(claim: &Claim) -> String {
    claim.products.iter().map(Product::shown).collect::<Vec<_>>().join(", ")
}

/// Tells the partner of a claim.
pub(super) fn partner(desk: &mut Desk<'_>, claim: &Claim, kind: &str, text: String) -> Acted {
    let account = account_of(desk, &claim.partner_id)?;
    notices::tell_at(desk, (&account, &claim.partner_id), kind, text, claim)
}

/// Tells the customer of a claim.
pub(super) fn customer(desk: &mut Desk<'_>, claim: &Claim, kind: &str, text: String) -> Acted {
    notices::tell(desk, Organisation::Customer(claim.tenant_id.clone()), kind, text, claim)
}

/// Asks the customer for consent: who wants what, what they would see, and until when silence is acceptance.
pub(super) fn consent(desk: &mut Desk<'_>, claim: &Claim) -> Acted {
    let until = claim.clocks.get(super::clocks::OPT_OUT).map(|clock| clock.due_on.to_string()).unwrap_or_default();
    let text = format!(
        "The partner {} says that it serves you with {}, and asks to be recognised for it. While that holds it sees how many seats of these \
         you have bought and how much they are used, and nothing else. If you do not decline by {until}, it counts as accepted; you can \
         decline or revoke at any time later.",
        claim.partner_id,
        products(claim)
    );
    customer(desk, claim, "claim-consent-asked", text)
}

/// Tells both sides that the association holds.
pub(super) fn approved(desk: &mut Desk<'_>, claim: &Claim) -> Acted {
    let (id, products) = (&claim.claim_id, products(claim));
    partner(desk, claim, "claim-approved", format!("Your claim {id} on {products} is approved."))?;
    let text = format!("The partner {} is now your partner of record for {products}. You can revoke it at any time.", claim.partner_id);
    customer(desk, claim, "claim-approved", text)
}

/// Tells the partner why a claim was rejected, and what can be done.
pub(super) fn rejected(desk: &mut Desk<'_>, claim: &Claim, reason: &Name) -> Acted {
    let rules = desk.rulebook.associations.cpor.reasons.rejection.get(reason);
    let (because, cure) = rules.map_or_else(|| (reason.to_string(), String::new()), |rules| (rules.because.clone(), rules.cure.clone()));
    partner(desk, claim, "claim-rejected", format!("Your claim {} is rejected: {because}. What you can do: {cure}.", claim.claim_id))
}
