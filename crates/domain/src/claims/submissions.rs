//! Handing in, taking back, and waiting for a subscription that is not known yet.

use super::checks::{NOT_PROVISIONED_YET, problems};
use super::clocks::{OPT_OUT, REVIEW_START};
use super::rights::{must_be, must_claim};
use super::{Claim, Waiting, arbitrations, incentives, telling};
use crate::facts::Subscription;
use crate::record::desk::{Acted, Desk};
use crate::record::refusal::Refusal;
use crate::time::Day;
use crate::words::ClaimState;

/// Hands a draft in. One that lacks nothing but a subscription that is not known yet waits for it, and is handed in by itself.
///
/// # Errors
/// When the actor may not, the claim is no draft, or something is missing: all of it is told.
pub fn submit(desk: &mut Desk<'_>, id: &str) -> Acted<Claim> {
    let claim: Claim = desk.get(id)?;
    must_claim(desk, &claim, "hand this claim in")?;
    must_be(&claim, &[ClaimState::Draft], "handed in")?;
    let found = problems(desk, &claim)?;
    if found.iter().any(|problem| problem.code != NOT_PROVISIONED_YET) {
        return Err(Refusal::together(found).expect("there is a problem").into());
    }
    let today = desk.today();
    match (found.is_empty(), &claim.waiting) {
        (true, _) => hand_in(desk, claim, today),
        (false, Some(waiting)) => {
            let message = format!("the claim waits for the subscription `{}` since {}", waiting.subscription_id, waiting.since);
            Err(Refusal::conflict(NOT_PROVISIONED_YET, message, format!("it is tried again by itself until {}", waiting.until)).into())
        }
        (false, None) => wait(desk, claim),
    }
}

/// Lets a claim wait for its first unknown subscription.
fn wait(desk: &mut Desk<'_>, mut claim: Claim) -> Acted<Claim> {
    let days = i32::try_from(desk.rulebook.associations.cpor.unknown_subscription_days.value).unwrap_or(i32::MAX);
    let mut unknown = None;
    for id in claim.products.iter().filter(|product| product.is_wanted()).filter_map(|product| product.subscription_id.clone()) {
        if desk.find::<Subscription>(id.as_str())?.is_none() {
            unknown = Some(id);
            break;
        }
    }
    let since = desk.today();
    claim.waiting = unknown.map(|subscription_id| Waiting { since, until: since.plus(days), subscription_id });
    desk.put("claim-waiting", &claim, since, Some(NOT_PROVISIONED_YET))?;
    Ok(claim)
}

/// Hands a claim in that lacks nothing: its customer is told, and has its time to opt out. A claim that waited counts from the day on which
/// its partner handed it in.
pub(super) fn hand_in(desk: &mut Desk<'_>, mut claim: Claim, submitted_on: Day) -> Acted<Claim> {
    let today = desk.today();
    claim.state = ClaimState::Submitted;
    claim.submitted_on = Some(submitted_on);
    claim.waiting = None;
    claim.start(desk.rulebook, REVIEW_START, today);
    claim.start(desk.rulebook, OPT_OUT, today);
    claim.incentive = Some(incentives::judge(desk, &claim, submitted_on));
    arbitrations::contest(desk, &mut claim)?;
    desk.put("claim-submitted", &claim, today, None)?;
    telling::consent(desk, &claim)?;
    Ok(claim)
}

/// Takes a claim back that was not decided for; a draft is deleted that way.
///
/// # Errors
/// When the actor may not, or the claim is approved or over.
pub fn withdraw(desk: &mut Desk<'_>, id: &str, reason: Option<&str>) -> Acted<Claim> {
    let mut claim: Claim = desk.get(id)?;
    must_claim(desk, &claim, "take this claim back")?;
    if claim.state == ClaimState::Approved {
        let message = format!("claim `{id}` is approved");
        return Err(Refusal::conflict("wrong-state", message, "end it: `claim end`, with the reason").into());
    }
    let states = [
        ClaimState::Draft,
        ClaimState::Submitted,
        ClaimState::UnderReview,
        ClaimState::ActionRequired,
        ClaimState::Rejected,
        ClaimState::Dispute,
    ];
    must_be(&claim, &states, "taken back")?;
    arbitrations::void_all(desk, &claim, "the claim was taken back")?;
    claim.state = ClaimState::Withdrawn;
    claim.waiting = None;
    claim.clocks.clear();
    claim.votes.clear();
    desk.put("claim-withdrawn", &claim, desk.today(), reason)?;
    Ok(claim)
}
