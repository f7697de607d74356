//! Who may act on a claim.

use super::Claim;
use crate::facts::Partner;
use crate::names::Name;
use crate::record::desk::{Acted, Desk};
use crate::record::entry::Entry as _;
use crate::record::refusal::Refusal;
use crate::rights::{Act, On, allows, must};
use crate::words::ClaimState;

/// The global account of a partner ID; the ID itself when it is not known.
pub(super) fn account_of(desk: &Desk<'_>, partner: &Name) -> Acted<Name> {
    Ok(desk.find::<Partner>(partner.as_str())?.map_or_else(|| partner.clone(), |row| row.global_partner_id))
}

/// A partner's location, as what a new claim is about.
pub(super) fn on_location(desk: &Desk<'_>, partner: &Name) -> Acted<On> {
    Ok(On::default().and_location(&account_of(desk, partner)?, partner))
}

/// A claim, as what an act is about.
///
/// # Errors
/// When the registers cannot be read.
pub fn on_claim(desk: &Desk<'_>, claim: &Claim) -> Acted<On> {
    let is_draft = claim.submitted_on.is_none() && claim.approved_on.is_none();
    let on = on_location(desk, &claim.partner_id)?.and_tenant(&claim.tenant_id).draft(is_draft);
    Ok(on.entry(Claim::REGISTER, &claim.claim_id))
}

/// Refuses whoever may not do an act on a claim.
pub(super) fn must_act(desk: &Desk<'_>, act: Act, claim: &Claim, what: &str) -> Acted {
    Ok(must(&desk.actor, act, &on_claim(desk, claim)?, what)?)
}

/// Refuses everybody but users who claim for the partner location.
pub(super) fn must_claim_for(desk: &Desk<'_>, partner: &Name, what: &str) -> Acted {
    Ok(must(&desk.actor, Act::ClaimFile, &on_location(desk, partner)?, what)?)
}

/// Refuses everybody but users who claim for the location of a claim.
pub(super) fn must_claim(desk: &Desk<'_>, claim: &Claim, what: &str) -> Acted {
    must_act(desk, Act::ClaimFile, claim, what)
}

/// Refuses everybody but the customer's Global admins.
pub(super) fn must_own_tenant(desk: &Desk<'_>, claim: &Claim, what: &str) -> Acted {
    must_act(desk, Act::ClaimConsent, claim, what)
}

/// Refuses everybody but the program's own clockwork.
pub(super) fn must_be_clockwork(desk: &Desk<'_>, what: &str) -> Acted {
    Ok(must(&desk.actor, Act::ClockMove, &On::program(), what)?)
}

/// Refuses when a claim is in none of the states.
pub(super) fn must_be(claim: &Claim, states: &[ClaimState], what: &str) -> Result<(), Refusal> {
    if states.contains(&claim.state) {
        return Ok(());
    }
    let known = states.iter().map(|state| format!("`{state}`")).collect::<Vec<_>>().join(" or ");
    let message = format!("claim `{}` is `{}`, and only a claim that is {known} can be {what}", claim.claim_id, claim.state);
    let cure = match claim.state {
        ClaimState::Ended | ClaimState::Superseded | ClaimState::Withdrawn | ClaimState::RejectedFinal => {
            "this claim is over; make a new one, `claim clone` takes its fields over"
        }
        ClaimState::Rejected => "dispute the rejection, or make a new claim; `claim clone` takes its fields over",
        _ => "`claim show` tells what comes next for it",
    };
    Err(Refusal::conflict("wrong-state", message, cure))
}

/// Whether the actor may read a claim: its partner, its customer once it is handed in, and the operator.
///
/// # Errors
/// When the registers cannot be read.
pub fn may_see(desk: &Desk<'_>, claim: &Claim) -> Acted<bool> {
    Ok(allows(&desk.actor, Act::EntrySee, &on_claim(desk, claim)?))
}
