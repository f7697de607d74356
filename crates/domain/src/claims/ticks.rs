//! What clocks do when they run out: a job of the program's own, which can run as often as it likes.

use serde::Serialize;

use super::checks::{NOT_PROVISIONED_YET, problems};
use super::clocks::{ANSWER, DISPUTE, OPT_OUT};
use super::rights::must_be_clockwork;
use super::{Claim, endings, reviews, submissions};
use crate::names::Name;
use crate::record::desk::{Acted, Desk};
use crate::record::entry::By;
use crate::record::refusal::Refusal;
use crate::words::ClaimState;

/// A claim that was moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Moved {
    /// The claim.
    pub claim_id: Name,
    /// Its state now.
    pub state: ClaimState,
    /// What moved it.
    pub why: String,
}

/// Moves every claim whose clock has run out, tries claims again that wait for a subscription, and ends those whose subscription ended.
///
/// # Errors
/// When the actor is not the program itself, or the registers cannot be read.
pub fn tick(desk: &mut Desk<'_>) -> Acted<Vec<Moved>> {
    must_be_clockwork(desk, "move claims whose clocks ran out")?;
    let mut moved = Vec::new();
    let states = [
        ClaimState::Draft,
        ClaimState::Submitted,
        ClaimState::UnderReview,
        ClaimState::ActionRequired,
        ClaimState::Dispute,
        ClaimState::Rejected,
        ClaimState::Approved,
    ];
    // all are listed before any is moved: a claim moves once
    let mut claims = Vec::new();
    for state in states {
        claims.extend(desk.list::<Claim>(&By { state: Some(state.to_string()), ..By::default() })?);
    }
    for claim in claims {
        let moves = [tried_again, silently_accepted, unanswered, undisputed, with_subscription];
        let mut claim = claim;
        for step in moves {
            if let Some((now, why)) = step(desk, claim.clone())? {
                moved.push(Moved { claim_id: now.claim_id.clone(), state: now.state, why });
                claim = now;
            }
        }
    }
    Ok(moved)
}

type Step = Acted<Option<(Claim, String)>>;

/// A claim that waits for a subscription: handed in when it is known, and a draft again when the time is over.
fn tried_again(desk: &mut Desk<'_>, mut claim: Claim) -> Step {
    let Some(waiting) = claim.waiting.clone() else { return Ok(None) };
    let found = problems(desk, &claim)?;
    let is_unknown = found.iter().any(|problem| problem.code == NOT_PROVISIONED_YET);
    let why = match Refusal::together(found) {
        None => {
            let claim = submissions::hand_in(desk, claim, waiting.since)?;
            return Ok(Some((claim, format!("the subscription `{}` is known now", waiting.subscription_id))));
        }
        Some(_) if is_unknown && desk.today() <= waiting.until => return Ok(None),
        Some(refusal) => refusal.all().map(|refusal| refusal.message.as_str()).collect::<Vec<_>>().join("; "),
    };
    claim.waiting = None;
    desk.put("claim-waited-in-vain", &claim, desk.today(), Some(&why))?;
    Ok(Some((claim, why)))
}

/// A customer who said nothing in time has accepted.
fn silently_accepted(desk: &mut Desk<'_>, mut claim: Claim) -> Step {
    if claim.accepted_on.is_some() || !claim.has_run_out(OPT_OUT, desk.today()) {
        return Ok(None);
    }
    claim.accepted_on = claim.clocks.get(OPT_OUT).map(|clock| clock.due_on.plus(1));
    claim.stop(&[OPT_OUT]);
    let why = "the customer did not opt out in time";
    desk.put("claim-accepted-by-silence", &claim, desk.today(), Some(why))?;
    Ok(Some((claim, why.to_owned())))
}

/// A partner who did not answer in time is rejected.
fn unanswered(desk: &mut Desk<'_>, claim: Claim) -> Step {
    if claim.state != ClaimState::ActionRequired || !claim.has_run_out(ANSWER, desk.today()) {
        return Ok(None);
    }
    let claim = reviews::reject(desk, claim, Name::new("no-response"), None)?;
    Ok(Some((claim, "no answer came in time".to_owned())))
}

/// A rejection that was not disputed in time is final.
fn undisputed(desk: &mut Desk<'_>, mut claim: Claim) -> Step {
    if claim.state != ClaimState::Rejected || !claim.has_run_out(DISPUTE, desk.today()) {
        return Ok(None);
    }
    claim.state = ClaimState::RejectedFinal;
    claim.clocks.clear();
    let why = "the rejection was not disputed in time";
    desk.put("claim-rejected-finally", &claim, desk.today(), Some(why))?;
    Ok(Some((claim, why.to_owned())))
}

/// An association ends with its subscription.
fn with_subscription(desk: &mut Desk<'_>, claim: Claim) -> Step {
    if claim.state != ClaimState::Approved {
        return Ok(None);
    }
    Ok(endings::end_with_subscriptions(desk, claim)?.map(|claim| (claim, "the subscription ended".to_owned())))
}
