//! Two different reviewers for every decision on a claim, an arbitration or a dispute: the one place that says so, for every way in.
//!
//! A decision stands when two reviewers have voted alike. When the first two differ, both votes stay and a third reviewer settles it: nobody's
//! vote is lost, and nobody can vote again until the answer suits. There is no exemption.

use std::collections::BTreeSet;

use super::{Claim, Decision, Verdict, Vote};
use crate::names::Name;
use crate::parties::User;
use crate::record::actor::{Actor, Organisation};
use crate::record::desk::{Acted, Desk};
use crate::record::entry::By;
use crate::record::refusal::Refusal;
use crate::rights::{Act, On, allows};
use crate::time::Day;

/// How many reviewers must vote alike.
const ALIKE: usize = 2;

/// Who is a party to a decision, and so takes no part in it.
#[derive(Debug, Clone, Default)]
pub struct Parties {
    /// The customers.
    pub tenants: BTreeSet<Name>,
    /// The users who wrote what is decided on.
    pub authors: BTreeSet<Name>,
}

impl Parties {
    /// The parties of claims.
    #[must_use]
    pub fn of<'c>(claims: impl IntoIterator<Item = &'c Claim>) -> Self {
        let mut parties = Self::default();
        for claim in claims {
            parties.tenants.insert(claim.tenant_id.clone());
            parties.authors.extend(claim.authors.iter().cloned());
        }
        parties
    }

    /// Why a reviewer may not decide; nothing when they may.
    fn refuse(&self, actor: &Actor) -> Option<&'static str> {
        if self.authors.contains(&actor.user) {
            return Some("wrote it");
        }
        let of_customer = actor.identity.as_ref().is_some_and(|identity| self.tenants.contains(&identity.tenant_id));
        of_customer.then_some("has an identity in the customer's tenant")
    }
}

/// What became of a vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Count {
    /// It is the first one: another reviewer is needed.
    First,
    /// It differs from the first one: a third reviewer settles it.
    Split,
    /// Two reviewers voted alike.
    Decided(Decision),
}

/// Refuses everybody who may not decide between the parties.
///
/// # Errors
/// When the actor is no reviewer, or belongs to a party, or wrote what is decided on.
pub fn must_review(actor: &Actor, parties: &Parties, what: &str) -> Result<(), Refusal> {
    let why = if allows(actor, Act::ClaimDecide, &On::program()) { parties.refuse(actor) } else { Some("is no reviewer of the operator") };
    let Some(why) = why else { return Ok(()) };
    let message = format!("`{}` may not {what}: the user {why}", actor.user);
    Err(Refusal::forbidden("not-a-reviewer", message, "ask a reviewer of the operator who belongs to no party of the claim"))
}

/// Refuses whoever wrote what is decided on.
///
/// # Errors
/// When the actor did.
pub fn must_not_be_author(actor: &Actor, parties: &Parties, what: &str) -> Result<(), Refusal> {
    if !parties.authors.contains(&actor.user) {
        return Ok(());
    }
    let message = format!("`{}` may not {what}: the user wrote it", actor.user);
    Err(Refusal::forbidden("role-missing", message, "ask somebody else who has the role"))
}

/// Casts the actor's vote; votes that have decided are taken out of `votes` into the decision.
///
/// # Errors
/// When the actor may not decide, or has voted already.
pub fn vote(
    actor: &Actor,
    parties: &Parties,
    votes: &mut Vec<Vote>,
    verdict: Verdict,
    note: Option<String>,
    on: Day,
) -> Result<Count, Refusal> {
    must_review(actor, parties, "decide on this")?;
    if votes.iter().any(|vote| vote.by == actor.user) {
        let message = format!("`{}` has voted already, and a decision needs two different reviewers", actor.user);
        return Err(Refusal::conflict("same-reviewer", message, "ask another reviewer for the second vote"));
    }
    votes.push(Vote { by: actor.user.clone(), on, verdict: verdict.clone(), note });
    if votes.iter().filter(|vote| is_alike(&vote.verdict, &verdict)).count() >= ALIKE {
        return Ok(Count::Decided(Decision { on, verdict, votes: std::mem::take(votes) }));
    }
    Ok(if votes.len() == 1 { Count::First } else { Count::Split })
}

/// Whether two verdicts come to the same, for whatever reason.
fn is_alike(one: &Verdict, other: &Verdict) -> bool {
    match (one, other) {
        (Verdict::Approve, Verdict::Approve) | (Verdict::Reject { .. }, Verdict::Reject { .. }) => true,
        (Verdict::For { claim_id: one, .. }, Verdict::For { claim_id: other, .. }) => one == other,
        _ => false,
    }
}

/// The users who may decide between the parties.
///
/// # Errors
/// When the registers cannot be read.
pub fn reviewers(desk: &Desk<'_>, parties: &Parties) -> Acted<Vec<Name>> {
    let users = desk.list::<User>(&By::default())?;
    let operators = users.iter().filter(|user| user.organisation == Organisation::Operator);
    Ok(operators.filter(|user| parties.refuse(&user.actor()).is_none()).map(|user| user.user_id.clone()).collect())
}

/// A warning when too few users may decide between the parties; nothing when there are enough.
///
/// # Errors
/// When the registers cannot be read.
pub fn warning(desk: &Desk<'_>, parties: &Parties) -> Acted<Option<String>> {
    let found = reviewers(desk, parties)?.len();
    Ok((found < ALIKE).then(|| {
        let are = match found {
            0 => "no user may".to_owned(),
            _ => "only 1 user may".to_owned(),
        };
        format!("{are} decide on it, and two must: add reviewers of the operator who belong to no party (`user add USER --operator --role reviewer`)")
    }))
}
