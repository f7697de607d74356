//! Clocks of a claim: what runs, until when, and what is overdue.

use super::{Claim, Running};
use crate::names::Name;
use crate::rulebook::Rulebook;
use crate::time::Day;

/// From submission until a review begins.
pub const REVIEW_START: &str = "review-start";
/// From the beginning of a review until its decision.
pub const REVIEW: &str = "review";
/// From a request for more until the answer.
pub const ANSWER: &str = "answer";
/// From a rejection until it is final.
pub const DISPUTE: &str = "dispute";
/// From a dispute until its decision.
pub const DISPUTE_ANSWER: &str = "dispute-answer";
/// From the notice to the customer until silence is acceptance.
pub const OPT_OUT: &str = "customer-opt-out";
/// From the opening of an arbitration until its decision.
pub const ARBITRATION: &str = "arbitration";
/// From the opening of an arbitration until the holder's proof.
pub const ARBITRATION_PROOF: &str = "arbitration-proof";

/// A clock of the rulebook that starts on a day.
#[must_use]
pub fn running(rulebook: &Rulebook, clock: &str, on: Day) -> Running {
    let rules = &rulebook.associations.cpor;
    let due_on = rules.clocks.get(clock).map_or(on, |clock| rules.due(clock, on));
    Running { started_on: on, due_on }
}

impl Claim {
    /// Starts a clock.
    pub(super) fn start(&mut self, rulebook: &Rulebook, clock: &str, on: Day) {
        self.clocks.insert(Name::new(clock), running(rulebook, clock, on));
    }

    /// Stops clocks.
    pub(super) fn stop(&mut self, clocks: &[&str]) {
        self.clocks.retain(|name, _| !clocks.contains(&name.as_str()));
    }

    /// Whether a clock runs and its time is over on a day.
    #[must_use]
    pub fn has_run_out(&self, clock: &str, on: Day) -> bool {
        self.clocks.get(clock).is_some_and(|running| running.due_on < on)
    }

    /// Whether the customer may still opt out before the approval.
    #[must_use]
    pub fn awaits_customer(&self, on: Day) -> bool {
        self.accepted_on.is_none() && self.clocks.contains_key(OPT_OUT) && !self.has_run_out(OPT_OUT, on)
    }
}
