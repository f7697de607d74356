//! Competing claims: somebody claims what another partner holds.
//!
//! An arbitration compares the claim that holds with the one that wants. The holder is asked for proof and has its time to give it; then two
//! reviewers decide. Who loses is disassociated on the day of the decision, for the contested products only, and may claim again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::clocks::{ARBITRATION, ARBITRATION_PROOF, running};
use super::four_eyes::{self, Count, Parties};
use super::holdings::{self, holders, scope};
use super::rights::{account_of, must_be};
use super::{Claim, Decision, Product, Running, Verdict, Vote, reviews, telling};
use crate::names::Name;
use crate::record::desk::{Acted, Desk};
use crate::record::entry::{By, Entry};
use crate::record::refusal::Refusal;
use crate::rulebook::suggest;
use crate::time::Day;
use crate::words::{ClaimState, words};

words! {
    /// The state of an arbitration.
    ArbitrationState {
        /// The reviewers have not decided.
        Open = "open",
        /// Two reviewers have decided.
        Decided = "decided",
        /// There is nothing to decide any more.
        Void = "void",
    }
}

/// An arbitration between a claim that holds and one that wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Arbitration {
    /// The arbitration's id.
    pub arbitration_id: Name,
    /// The customer's tenant.
    pub tenant_id: Name,
    /// The location of the partner who holds.
    pub partner_id: Name,
    /// The claim that holds.
    pub incumbent: Name,
    /// The claim that wants.
    pub challenger: Name,
    /// What both are on.
    pub scopes: Vec<String>,
    /// Its state.
    pub state: ArbitrationState,
    /// The day on which it was opened.
    pub opened_on: Day,
    /// The day on which it was decided, or had nothing to decide any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_on: Option<Day>,
    /// The clocks that run.
    pub clocks: BTreeMap<Name, Running>,
    /// Votes, until two are alike.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub votes: Vec<Vote>,
    /// The decision, with its votes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

impl Entry for Arbitration {
    const REGISTER: &'static str = "arbitration";

    fn id(&self) -> String {
        self.arbitration_id.to_string()
    }
}

/// The open arbitrations of a claim, on either side.
///
/// # Errors
/// When the registers cannot be read.
pub fn open_of(desk: &Desk<'_>, claim: &Claim) -> Acted<Vec<Arbitration>> {
    let mut open = Vec::new();
    for id in &claim.arbitrations {
        open.extend(desk.find::<Arbitration>(id.as_str())?.filter(|arbitration| arbitration.state == ArbitrationState::Open));
    }
    if claim.state == ClaimState::Approved {
        open.extend(against(desk, claim)?);
    }
    Ok(open)
}

/// The open arbitrations in which a claim is the one that holds.
fn against(desk: &Desk<'_>, claim: &Claim) -> Acted<Vec<Arbitration>> {
    let by = By {
        tenant_id: Some(claim.tenant_id.clone()),
        partner_id: Some(claim.partner_id.clone()),
        state: Some(ArbitrationState::Open.to_string()),
        ..By::default()
    };
    let open = desk.list::<Arbitration>(&by)?;
    Ok(open.into_iter().filter(|arbitration| arbitration.incumbent == claim.claim_id).collect())
}

/// Whether a claim competes with another one.
pub(super) fn is_contested(desk: &Desk<'_>, claim: &Claim) -> Acted<bool> {
    Ok(!open_of(desk, claim)?.is_empty())
}

/// What a claim may do about another one that holds what it wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    /// Hold it too: the same location by another activity.
    Share,
    /// Take its place: it corrects that claim.
    Replace,
    /// Compete with it.
    Compete,
}

pub(super) fn stand(desk: &Desk<'_>, claim: &Claim, holder: &Claim) -> Acted<Stand> {
    let is_own = account_of(desk, &claim.partner_id)? == account_of(desk, &holder.partner_id)?;
    Ok(if is_own && claim.corrects.as_ref() == Some(&holder.claim_id) {
        Stand::Replace
    } else if claim.partner_id == holder.partner_id {
        Stand::Share
    } else {
        Stand::Compete
    })
}

/// Opens arbitrations with the claims that hold what a claim wants, and closes those that have nothing to decide any more. The claim itself
/// is not put.
pub(super) fn contest(desk: &mut Desk<'_>, claim: &mut Claim) -> Acted<Vec<Arbitration>> {
    let mut wanted: BTreeMap<Name, (Claim, Vec<String>)> = BTreeMap::new();
    for product in claim.products.iter().filter(|product| product.is_wanted()) {
        for holder in holders(desk, claim, product)? {
            if stand(desk, claim, &holder)? == Stand::Compete {
                let scopes = &mut wanted.entry(holder.claim_id.clone()).or_insert((holder, Vec::new())).1;
                scopes.push(scope(claim, product));
            }
        }
    }
    for id in claim.arbitrations.clone() {
        let mut arbitration: Arbitration = desk.get(id.as_str())?;
        if arbitration.state != ArbitrationState::Open {
            continue;
        }
        match wanted.remove(&arbitration.incumbent) {
            Some((_, scopes)) => {
                arbitration.scopes = scopes;
                desk.put("arbitration-changed", &arbitration, desk.today(), None)?;
            }
            None => void(desk, arbitration, "nothing is contested any more")?,
        }
    }
    let mut opened = Vec::new();
    for (incumbent, (holder, scopes)) in wanted {
        let today = desk.today();
        let clocks = [ARBITRATION, ARBITRATION_PROOF].map(|clock| (Name::new(clock), running(desk.rulebook, clock, today)));
        let arbitration = Arbitration {
            arbitration_id: Name::new(&desk.new_id("arbitration")?),
            tenant_id: claim.tenant_id.clone(),
            partner_id: holder.partner_id.clone(),
            incumbent,
            challenger: claim.claim_id.clone(),
            scopes,
            state: ArbitrationState::Open,
            opened_on: today,
            closed_on: None,
            clocks: clocks.into(),
            votes: Vec::new(),
            decision: None,
        };
        desk.put("arbitration-opened", &arbitration, today, None)?;
        let scopes = arbitration.scopes.join(", ");
        let due = arbitration.clocks.get(ARBITRATION_PROOF).map(|clock| clock.due_on.to_string()).unwrap_or_default();
        let text =
            format!("Another partner claims {scopes}, which you hold. Add your latest proof by {due}; then both proofs are compared.");
        telling::partner(desk, &holder, "arbitration-opened", text)?;
        let text = format!("{scopes} is held by another partner: both proofs are compared. Yours can still be added to.");
        telling::partner(desk, claim, "arbitration-opened", text)?;
        claim.arbitrations.push(arbitration.arbitration_id.clone());
        opened.push(arbitration);
    }
    Ok(opened)
}

/// Closes the open arbitrations of a claim without a decision.
pub(super) fn void_all(desk: &mut Desk<'_>, claim: &Claim, why: &str) -> Acted {
    let mut open = open_of(desk, claim)?;
    if claim.state != ClaimState::Approved {
        open.extend(against(desk, claim)?);
    }
    open.into_iter().try_for_each(|arbitration| void(desk, arbitration, why))
}

fn void(desk: &mut Desk<'_>, mut arbitration: Arbitration, why: &str) -> Acted {
    arbitration.state = ArbitrationState::Void;
    arbitration.closed_on = Some(desk.today());
    arbitration.clocks.clear();
    desk.put("arbitration-voided", &arbitration, desk.today(), Some(why))
}

/// Votes for one of two competing claims; the second vote that is alike decides: the loser loses what is contested today.
///
/// # Errors
/// When the actor may not decide, has voted already, the customer or the holder still has time, or the claim or the reason will not do.
pub fn vote(desk: &mut Desk<'_>, id: &str, winner: &Name, reason: &Name, note: Option<&str>) -> Acted<(Arbitration, Count)> {
    let mut arbitration: Arbitration = desk.get(id)?;
    let (incumbent, challenger): (Claim, Claim) = (desk.get(arbitration.incumbent.as_str())?, desk.get(arbitration.challenger.as_str())?);
    let parties = Parties::of([&incumbent, &challenger]);
    four_eyes::must_review(&desk.actor, &parties, "decide between these claims")?;
    if arbitration.state != ArbitrationState::Open {
        let message = format!("arbitration `{id}` is `{}`", arbitration.state);
        return Err(Refusal::conflict("wrong-state", message, "there is nothing to decide; `claim show` tells how it ended").into());
    }
    if ![&incumbent.claim_id, &challenger.claim_id].contains(&winner) {
        let message = format!("claim `{winner}` is not in arbitration `{id}`");
        let cure = format!("vote for `{}`, which holds, or for `{}`, which wants", incumbent.claim_id, challenger.claim_id);
        return Err(Refusal::invalid("not-a-party", message, cure).into());
    }
    let reasons = &desk.rulebook.associations.cpor.reasons.arbitration;
    if !reasons.contains_key(reason) {
        let cure = suggest::cure(reason.as_str(), reasons.keys().map(Name::as_str));
        return Err(Refusal::invalid("reason-unknown", format!("there is no reason `{reason}` for such a decision"), cure).into());
    }
    must_be_ripe(desk, &arbitration, &incumbent, &challenger)?;
    let verdict = Verdict::For { claim_id: winner.clone(), reason: reason.clone() };
    let count = four_eyes::vote(&desk.actor, &parties, &mut arbitration.votes, verdict, note.map(str::to_owned), desk.today())?;
    if let Count::Decided(decision) = &count {
        arbitration.state = ArbitrationState::Decided;
        arbitration.closed_on = Some(desk.today());
        arbitration.clocks.clear();
        arbitration.decision = Some(decision.clone());
        desk.put("arbitration-decided", &arbitration, desk.today(), Some(reason.as_str()))?;
        if *winner == challenger.claim_id {
            lose(desk, incumbent, &arbitration.scopes, reason.as_str())?;
            reviews::settle(desk, challenger, "claim-approved", Some(reason.as_str()))?;
        } else {
            lose(desk, challenger, &arbitration.scopes, reason.as_str())?;
        }
    } else {
        desk.put("arbitration-voted", &arbitration, desk.today(), None)?;
    }
    Ok((arbitration, count))
}

impl Arbitration {
    /// Until when the holder is asked for proof, which has not come yet.
    #[must_use]
    pub fn awaits_proof(&self, incumbent: &Claim, today: Day) -> Option<Day> {
        let due = self.clocks.get(ARBITRATION_PROOF).map(|clock| clock.due_on).filter(|due| *due >= today);
        due.filter(|_| !incumbent.proofs.iter().any(|proof| proof.added_on >= self.opened_on))
    }
}

/// Refuses to decide while somebody still has time to say something.
fn must_be_ripe(desk: &Desk<'_>, arbitration: &Arbitration, incumbent: &Claim, challenger: &Claim) -> Acted {
    must_be(challenger, &[ClaimState::UnderReview, ClaimState::Approved], "compared with another one")?;
    reviews::must_not_await_customer(desk, challenger)?;
    if let Some(due) = arbitration.awaits_proof(incumbent, desk.today()) {
        let message = format!("the partner of claim `{}`, which holds, is asked for proof until {due}", incumbent.claim_id);
        return Err(Refusal::conflict("holder-still-asked", message, format!("decide when the proof is there, or after {due}")).into());
    }
    Ok(())
}

/// Lets a claim lose products of scopes today; a claim that has nothing left is superseded.
pub(super) fn lose(desk: &mut Desk<'_>, mut claim: Claim, scopes: &[String], reason: &str) -> Acted<Claim> {
    let today = desk.today();
    let mut lost: Vec<Product> = Vec::new();
    let on_scopes: Vec<bool> = claim.products.iter().map(|product| scopes.contains(&scope(&claim, product))).collect();
    for (product, is_lost) in claim.products.iter_mut().zip(on_scopes) {
        if is_lost && product.held_to.is_none_or(|to| to > today) {
            product.held_to = Some(today);
            lost.push(product.clone());
        }
    }
    let is_left = claim.products.iter().any(|product| product.held_to.is_none_or(|to| to > today));
    if !is_left {
        claim.state = ClaimState::Superseded;
        claim.ended_on = Some(today);
        claim.clocks.clear();
        claim.votes.clear();
    }
    let kind = if is_left { "claim-reduced" } else { "claim-superseded" };
    desk.put(kind, &claim, today, Some(reason))?;
    let because = desk.rulebook.associations.cpor.reasons.arbitration.get(reason).map_or(reason, |rules| &rules.because).to_owned();
    let text = format!(
        "Your claim {} lost {} to another claim: {because}. You may claim again with new proof.",
        claim.claim_id,
        scopes.join(", ")
    );
    telling::partner(desk, &claim, "claim-lost", text)?;
    let held: Vec<Product> = lost.into_iter().filter(|product| product.held_from.is_some()).collect();
    holdings::put(desk, &claim, &held)?;
    // other claims that compete with this one for the same have nothing to compete with any more
    for other in against(desk, &claim)? {
        let left: Vec<String> = other.scopes.iter().filter(|scope| !scopes.contains(scope)).cloned().collect();
        if left.is_empty() {
            void(desk, other, "the claim that held lost it")?;
        } else if left.len() < other.scopes.len() {
            desk.put("arbitration-changed", &Arbitration { scopes: left, ..other }, today, None)?;
        }
    }
    if !is_left {
        void_all(desk, &claim, "the claim lost what it was on")?;
    }
    Ok(claim)
}
