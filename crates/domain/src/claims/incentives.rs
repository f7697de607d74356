//! Incentives: judged on the day of submission, earned when a milestone is reached.

use serde::{Deserialize, Serialize};

use super::rights::{must_act, must_be};
use super::{Claim, four_eyes};
use crate::record::desk::{Acted, Desk};
use crate::record::refusal::Refusal;
use crate::rights::Act;
use crate::time::Day;
use crate::words::{ClaimState, words};

words! {
    /// How a claim stands with the incentive.
    IncentiveState {
        /// The activity makes an association only.
        NotOffered = "not-offered",
        /// The partner wants the association only.
        OptedOut = "opted-out",
        /// By the rules of the day of submission an incentive can be earned.
        Eligible = "eligible",
        /// A milestone was reached.
        Earned = "earned",
    }
}

/// What was found about the incentive of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Incentive {
    /// How the claim stands with it.
    pub state: IncentiveState,
    /// The day by whose rules it was judged: that of the submission.
    pub judged_on: Day,
    /// The version of the rulebook that it was judged by.
    pub rulebook: String,
    /// The day on which the milestone was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milestone_on: Option<Day>,
}

/// Judges the incentive of a claim that is handed in on a day.
pub(super) fn judge(desk: &Desk<'_>, claim: &Claim, judged_on: Day) -> Incentive {
    let offered = desk.rulebook.associations.cpor.activities.get(&claim.activity).is_some_and(|rules| rules.incentive.value);
    let state = match (offered, claim.incentive_opt_out) {
        (false, _) => IncentiveState::NotOffered,
        (true, true) => IncentiveState::OptedOut,
        (true, false) => IncentiveState::Eligible,
    };
    Incentive { state, judged_on, rulebook: desk.rulebook.program.version.clone(), milestone_on: None }
}

/// Records that a milestone was reached: from then on the incentive is earned. Program managers do.
///
/// # Errors
/// When the actor may not, the claim is not approved, or no incentive can be earned by it.
pub fn reach_milestone(desk: &mut Desk<'_>, id: &str, on: Day, what: &str) -> Acted<Claim> {
    let mut claim: Claim = desk.get(id)?;
    must_act(desk, Act::MilestoneRecord, &claim, "record a milestone")?;
    four_eyes::must_not_be_author(&desk.actor, &four_eyes::Parties::of([&claim]), "record a milestone of it")?;
    must_be(&claim, &[ClaimState::Approved], "given a milestone")?;
    let what = super::drafts::said(what)?;
    if on > desk.today() || claim.approved_on.is_some_and(|approved| on < approved) {
        let message = format!("a milestone of {on} is not within the days of the claim");
        return Err(Refusal::invalid("day-not-held", message, "give a day since the approval, up to today").into());
    }
    match &mut claim.incentive {
        Some(incentive) if incentive.state == IncentiveState::Eligible => {
            incentive.state = IncentiveState::Earned;
            incentive.milestone_on = Some(on);
        }
        other => {
            let state = other.as_ref().map_or(IncentiveState::NotOffered, |incentive| incentive.state);
            let message = format!("the incentive of claim `{id}` is `{state}`");
            return Err(
                Refusal::conflict("incentive-not-eligible", message, "a milestone is recorded where an incentive can be earned").into()
            );
        }
    }
    desk.put("claim-milestone-reached", &claim, on, Some(&what))?;
    Ok(claim)
}
