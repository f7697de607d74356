//! Reviews: beginning, asking for more, answers, votes, disputes.

use super::arbitrations::{self, Arbitration, Stand, stand};
use super::checks::problems;
use super::clocks::{ANSWER, DISPUTE, DISPUTE_ANSWER, OPT_OUT, REVIEW, REVIEW_START};
use super::drafts::{add_comment, said};
use super::four_eyes::{self, Count, Parties};
use super::holdings::{self, holders, scope};
use super::rights::{must_be, must_claim};
use super::{Claim, InfoRequest, Product, Rejection, Side, Verdict, telling};
use crate::names::Name;
use crate::record::desk::{Acted, Desk};
use crate::record::refusal::Refusal;
use crate::rulebook::suggest;
use crate::words::ClaimState;

/// What became of a vote on a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voted {
    /// The claim as it stands now.
    pub claim: Claim,
    /// What the vote came to.
    pub count: Count,
    /// Arbitrations that were opened because somebody else holds what was to be approved.
    pub contested: Vec<Arbitration>,
    /// That too few users may decide.
    pub warning: Option<String>,
}

/// Begins the review of a claim that was handed in.
///
/// # Errors
/// When the actor may not review it, or it is in another state.
pub fn start(desk: &mut Desk<'_>, id: &str) -> Acted<Claim> {
    let mut claim: Claim = desk.get(id)?;
    four_eyes::must_review(&desk.actor, &Parties::of([&claim]), "review this claim")?;
    must_be(&claim, &[ClaimState::Submitted], "taken into review")?;
    claim.state = ClaimState::UnderReview;
    claim.stop(&[REVIEW_START]);
    claim.start(desk.rulebook, REVIEW, desk.today());
    desk.put("claim-review-started", &claim, desk.today(), None)?;
    Ok(claim)
}

/// Asks the partner for more.
///
/// # Errors
/// When the actor may not review the claim, it is not under review, or a reason is unknown.
pub fn request_information(desk: &mut Desk<'_>, id: &str, reasons: &[Name], note: Option<&str>) -> Acted<Claim> {
    let mut claim: Claim = desk.get(id)?;
    four_eyes::must_review(&desk.actor, &Parties::of([&claim]), "ask the partner for more")?;
    must_be(&claim, &[ClaimState::UnderReview], "asked for more")?;
    let known = &desk.rulebook.associations.cpor.reasons.information;
    if let Some(strange) = reasons.iter().find(|reason| !known.contains_key(*reason)) {
        let cure = suggest::cure(strange.as_str(), known.keys().map(Name::as_str));
        return Err(Refusal::invalid("reason-unknown", format!("there is no reason `{strange}` to ask for more"), cure).into());
    }
    let note = note.map(said).transpose()?;
    if reasons.is_empty() && note.is_none() {
        let cure = suggest::cure("", known.keys().map(Name::as_str));
        return Err(Refusal::invalid("reason-missing", "nothing says what is asked for", cure).into());
    }
    claim.asked = Some(InfoRequest { reasons: reasons.to_vec(), note, by: desk.actor.user.clone(), on: desk.today() });
    claim.state = ClaimState::ActionRequired;
    // what was voted on will change
    claim.votes.clear();
    claim.stop(&[REVIEW]);
    claim.start(desk.rulebook, ANSWER, desk.today());
    let due = claim.clocks.get(ANSWER).map(|clock| clock.due_on.to_string()).unwrap_or_default();
    let codes = reasons.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
    desk.put("claim-information-requested", &claim, desk.today(), Some(&codes).filter(|codes| !codes.is_empty()).map(String::as_str))?;
    let text = format!("Your claim {id} needs an answer by {due}: `claim show` tells what is asked for. Without one it is rejected.");
    telling::partner(desk, &claim, "claim-answer-asked", text)?;
    Ok(claim)
}

/// Answers what was asked for; the review goes on.
///
/// # Errors
/// When the actor may not, nothing was asked, or the claim still lacks something.
pub fn answer(desk: &mut Desk<'_>, id: &str, text: &str) -> Acted<Claim> {
    let mut claim: Claim = desk.get(id)?;
    must_claim(desk, &claim, "answer for this claim")?;
    must_be(&claim, &[ClaimState::ActionRequired], "answered")?;
    let text = said(text)?;
    if let Some(refusal) = Refusal::together(problems(desk, &claim)?) {
        return Err(refusal.into());
    }
    add_comment(desk, &mut claim, Side::Partner, text)?;
    claim.asked = None;
    claim.state = ClaimState::UnderReview;
    claim.stop(&[ANSWER]);
    claim.start(desk.rulebook, REVIEW, desk.today());
    arbitrations::contest(desk, &mut claim)?;
    desk.put("claim-answered", &claim, desk.today(), None)?;
    Ok(claim)
}

/// Votes on a claim under review, or on the dispute of its rejection; the second vote that is alike decides.
///
/// # Errors
/// When the actor may not decide, has voted already, the customer still has time to opt out, another claim competes, or the reason will not do.
pub fn vote(desk: &mut Desk<'_>, id: &str, verdict: Verdict, note: Option<&str>) -> Acted<Voted> {
    let mut claim: Claim = desk.get(id)?;
    let parties = Parties::of([&claim]);
    four_eyes::must_review(&desk.actor, &parties, "decide on this claim")?;
    if claim.state == ClaimState::Submitted {
        let message = format!("the review of claim `{id}` has not begun");
        return Err(Refusal::conflict("wrong-state", message, format!("begin it: `claim review {id}`")).into());
    }
    must_be(&claim, &[ClaimState::UnderReview, ClaimState::Dispute], "decided on")?;
    must_fit(desk, &claim, &verdict)?;
    let count = four_eyes::vote(&desk.actor, &parties, &mut claim.votes, verdict, note.map(str::to_owned), desk.today())?;
    let mut contested = Vec::new();
    match &count {
        Count::Decided(decision) => {
            claim.decisions.push(decision.clone());
            match &decision.verdict {
                Verdict::Reject { reason } => claim = reject(desk, claim, reason.clone(), note)?,
                _ => (claim, contested) = settle(desk, claim, "claim-approved", None)?,
            }
        }
        Count::First | Count::Split => desk.put("claim-voted", &claim, desk.today(), None)?,
    }
    let warning = if matches!(count, Count::Decided(_)) { None } else { four_eyes::warning(desk, &parties)? };
    Ok(Voted { claim, count, contested, warning })
}

/// Refuses a verdict that does not fit the claim as it stands.
fn must_fit(desk: &Desk<'_>, claim: &Claim, verdict: &Verdict) -> Acted {
    match verdict {
        Verdict::Reject { reason } => {
            let known = desk.rulebook.associations.cpor.reasons.rejection.iter().filter(|(_, rules)| rules.by_reviewers);
            let known: Vec<&str> = known.map(|(name, _)| name.as_str()).collect();
            if !known.contains(&reason.as_str()) {
                let cure = suggest::cure(reason.as_str(), known);
                return Err(Refusal::invalid("reason-unknown", format!("there is no reason `{reason}` for a rejection"), cure).into());
            }
        }
        Verdict::For { .. } => {
            let message = "a vote for one of two claims is cast in their arbitration";
            return Err(Refusal::invalid("wrong-vote", message, "approve or reject this claim, or vote in the arbitration").into());
        }
        Verdict::Approve => {
            must_not_await_customer(desk, claim)?;
            let open = arbitrations::open_of(desk, claim)?;
            if let Some(first) = open.iter().find(|arbitration| arbitration.challenger == claim.claim_id) {
                let (scope, holder) = (first.scopes.join(", "), &first.partner_id);
                let message = format!("{scope} is held by partner {holder}, by claim `{}`", first.incumbent);
                let cure = format!("decide between both: `claim arbitrate {}`", first.arbitration_id);
                return Err(Refusal::conflict("scope-held", message, cure).into());
            }
        }
    }
    Ok(())
}

/// Refuses to approve what the customer may still opt out of.
pub(super) fn must_not_await_customer(desk: &Desk<'_>, claim: &Claim) -> Result<(), Refusal> {
    match claim.clocks.get(OPT_OUT).filter(|_| claim.awaits_customer(desk.today())) {
        Some(clock) => {
            let message = format!("the customer {} may opt out until {}", claim.tenant_id, clock.due_on);
            let cure = format!("approve it after {}, or when the customer has accepted", clock.due_on);
            Err(Refusal::conflict("customer-may-opt-out", message, cure))
        }
        None => Ok(()),
    }
}

/// Lets a claim take what it wants and nobody else holds; for the rest it competes.
pub(super) fn settle(desk: &mut Desk<'_>, mut claim: Claim, kind: &str, reason: Option<&str>) -> Acted<(Claim, Vec<Arbitration>)> {
    let today = desk.today();
    let mut taken: Vec<Product> = Vec::new();
    for at in 0..claim.products.len() {
        let product = claim.products[at].clone();
        if !product.is_wanted() {
            continue;
        }
        let mut replaced = Vec::new();
        let mut is_free = true;
        for holder in holders(desk, &claim, &product)? {
            match stand(desk, &claim, &holder)? {
                Stand::Share => {}
                Stand::Replace => replaced.push(holder),
                Stand::Compete => is_free = false,
            }
        }
        if is_free {
            for holder in replaced {
                let scope = scope(&claim, &product);
                arbitrations::lose(desk, holder, &[scope], &format!("corrected by {}", claim.claim_id))?;
            }
            claim.products[at].held_from = Some(today);
            taken.push(claim.products[at].clone());
        }
    }
    let contested = arbitrations::contest(desk, &mut claim)?;
    claim.votes.clear();
    claim.stop(&[REVIEW, DISPUTE_ANSWER, OPT_OUT]);
    if taken.is_empty() {
        if claim.state != ClaimState::Approved {
            claim.state = ClaimState::UnderReview;
        }
        claim.accepted_on.get_or_insert(today);
        desk.put("claim-contested", &claim, today, reason)?;
    } else {
        claim.state = ClaimState::Approved;
        claim.rejection = None;
        claim.approved_on.get_or_insert(today);
        claim.accepted_on.get_or_insert(today);
        desk.put(kind, &claim, today, reason)?;
        holdings::put(desk, &claim, &taken)?;
        telling::approved(desk, &claim)?;
    }
    Ok((claim, contested))
}

/// Rejects a claim: for good when it was disputed before, or when the reason cannot be disputed.
pub(super) fn reject(desk: &mut Desk<'_>, mut claim: Claim, reason: Name, note: Option<&str>) -> Acted<Claim> {
    let today = desk.today();
    let reasons = &desk.rulebook.associations.cpor.reasons.rejection;
    let is_disputable = claim.disputed_on.is_none() && reasons.get(&reason).is_some_and(|rules| rules.disputable);
    arbitrations::void_all(desk, &claim, "the claim was rejected")?;
    claim.state = if is_disputable { ClaimState::Rejected } else { ClaimState::RejectedFinal };
    claim.rejection = Some(Rejection { reason: reason.clone(), on: today, note: note.map(str::to_owned) });
    claim.asked = None;
    claim.votes.clear();
    claim.clocks.clear();
    if is_disputable {
        claim.start(desk.rulebook, DISPUTE, today);
    }
    let kind = if is_disputable { "claim-rejected" } else { "claim-rejected-finally" };
    desk.put(kind, &claim, today, Some(reason.as_str()))?;
    telling::rejected(desk, &claim, &reason)?;
    Ok(claim)
}

/// Disputes a rejection, once and in time.
///
/// # Errors
/// When the actor may not, the claim is not rejected, was disputed before, or the time is over.
pub fn dispute(desk: &mut Desk<'_>, id: &str, text: &str) -> Acted<Claim> {
    let mut claim: Claim = desk.get(id)?;
    must_claim(desk, &claim, "dispute this rejection")?;
    must_be(&claim, &[ClaimState::Rejected], "disputed")?;
    let text = said(text)?;
    if let Some(before) = claim.disputed_on {
        let message = format!("claim `{id}` was disputed on {before}, and that is possible once");
        return Err(Refusal::conflict("disputed-already", message, "make a new claim; `claim clone` takes its fields over").into());
    }
    if claim.has_run_out(DISPUTE, desk.today()) {
        let message = format!("the time to dispute the rejection of claim `{id}` is over");
        return Err(Refusal::conflict("too-late", message, "make a new claim; `claim clone` takes its fields over").into());
    }
    add_comment(desk, &mut claim, Side::Partner, text)?;
    claim.state = ClaimState::Dispute;
    claim.disputed_on = Some(desk.today());
    claim.stop(&[DISPUTE]);
    claim.start(desk.rulebook, DISPUTE_ANSWER, desk.today());
    desk.put("claim-disputed", &claim, desk.today(), None)?;
    Ok(claim)
}
