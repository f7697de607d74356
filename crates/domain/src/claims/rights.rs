//! Who may act on a claim.

use super::Claim;
use crate::facts::Partner;
use crate::names::Name;
use crate::record::actor::{Organisation, Role};
use crate::record::desk::{Acted, Desk};
use crate::record::refusal::Refusal;
use crate::words::ClaimState;

/// The roles in which users of a partner claim.
pub(super) const CLAIMING: [Role; 3] = [Role::AccountAdmin, Role::IncentiveAdmin, Role::IncentiveUser];

/// The global account of a partner ID; the ID itself when it is not known.
pub(super) fn account_of(desk: &Desk<'_>, partner: &Name) -> Acted<Name> {
    Ok(desk.find::<Partner>(partner.as_str())?.map_or_else(|| partner.clone(), |row| row.global_partner_id))
}

/// Refuses everybody but users who claim for the partner location.
pub(super) fn must_claim(desk: &Desk<'_>, partner: &Name, what: &str) -> Acted {
    let account = account_of(desk, partner)?;
    let is_own_location = desk.actor.location.as_ref().is_none_or(|own| own == partner);
    let may = desk.actor.is_partner(&account, &CLAIMING) && is_own_location;
    Ok(desk.actor.must(may, &format!("a user of partner {account} with the role `incentive-admin` or `incentive-user`"), what)?)
}

/// Refuses everybody but the customer's global admins.
pub(super) fn must_own_tenant(desk: &Desk<'_>, claim: &Claim, what: &str) -> Acted {
    let may = desk.actor.is_customer(&claim.tenant_id, &[Role::GlobalAdmin]);
    Ok(desk.actor.must(may, &format!("a global admin of the customer {}", claim.tenant_id), what)?)
}

/// Refuses everybody but the program's own clockwork.
pub(super) fn must_be_clockwork(desk: &Desk<'_>, what: &str) -> Acted {
    Ok(desk.actor.must(desk.actor.is_clockwork(), "nobody: the program does this by itself", what)?)
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
    let is_limited = desk.actor.location.as_ref().is_some_and(|own| *own != claim.partner_id);
    Ok(match &desk.actor.organisation {
        Some(Organisation::Operator) => true,
        Some(Organisation::Partner(own)) => !is_limited && *own == account_of(desk, &claim.partner_id)?,
        Some(Organisation::Customer(tenant)) => *tenant == claim.tenant_id && (claim.submitted_on.is_some() || claim.approved_on.is_some()),
        None => false,
    })
}
