//! The rules of the claim process: proof, reasons, the operator's calendar. File: `associations/cpor.toml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::names::Name;
use crate::rulebook::Sourced;
use crate::rulebook::associations::{Clock, CporRules};
use crate::time::Day;
use crate::words::Activity;

/// The clocks that the claim process starts; a rulebook has them all.
pub const CLOCKS: [&str; 8] =
    ["review-start", "review", "answer", "dispute", "dispute-answer", "customer-opt-out", "arbitration", "arbitration-proof"];

/// The reasons for rejections that come from the process itself.
pub const PROCESS_REASONS: [&str; 2] = ["customer-declined", "no-response"];

/// What proof of execution must show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofRules {
    /// Months for which a proof is fresh, counted from the day that it is dated.
    pub fresh_months: Sourced<i32>,
    /// What must be shown for each workload, by the item's name.
    pub checklist: BTreeMap<Name, ChecklistItem>,
}

/// Something that proof must show for each workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChecklistItem {
    /// What must be shown, in words for partners.
    pub shows: String,
    /// The activities that it is asked for; empty: all.
    #[serde(default)]
    pub activities: Vec<Activity>,
    /// Where it comes from.
    pub source: String,
    /// Where sources leave a choice: the reading taken.
    #[serde(default)]
    pub choice: Option<String>,
}

/// The reasons that decisions name, by what is decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonRules {
    /// Why the partner is asked for more.
    pub information: BTreeMap<Name, Reason>,
    /// Why a claim is rejected.
    pub rejection: BTreeMap<Name, Reason>,
    /// Why one of two competing claims wins.
    pub arbitration: BTreeMap<Name, Reason>,
}

/// A reason that a decision names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// The reason, in words for partners.
    pub because: String,
    /// What the partner can do about it.
    pub cure: String,
    /// Whether a rejection for it can be disputed.
    #[serde(default)]
    pub disputable: bool,
    /// Whether reviewers may give it; others come from the process itself.
    #[serde(default = "yes")]
    pub by_reviewers: bool,
    /// Where it comes from.
    pub source: String,
}

fn yes() -> bool {
    true
}

/// The operator's calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Days of the week without business, 1 for Monday to 7 for Sunday.
    pub weekend: Sourced<Vec<i32>>,
    /// Holidays of every year, `MM-DD`.
    pub yearly: Sourced<Vec<String>>,
    /// Other holidays.
    pub holidays: Sourced<Vec<Day>>,
}

impl Calendar {
    /// Whether there is business on a day.
    #[must_use]
    pub fn is_business_day(&self, day: Day) -> bool {
        let text = day.to_string();
        let yearly = self.yearly.value.iter().any(|holiday| text.ends_with(&format!("-{holiday}")));
        !(self.weekend.value.contains(&day.weekday()) || yearly || self.holidays.value.contains(&day))
    }

    /// The business day that lies `days` business days after a day; should the calendar have no business days at all, that many days later.
    #[must_use]
    pub fn after(&self, day: Day, days: u32) -> Day {
        let limit = 366 + 7 * i32::try_from(days).unwrap_or(i32::MAX / 14);
        let mut business = (1..limit).map(|later| day.plus(later)).filter(|day| self.is_business_day(*day));
        match days {
            0 => day,
            days => business.nth(days as usize - 1).unwrap_or_else(|| day.plus(i32::try_from(days).unwrap_or(i32::MAX))),
        }
    }
}

impl CporRules {
    /// The last day that is in time by a clock that starts on a day.
    #[must_use]
    pub fn due(&self, clock: &Clock, start: Day) -> Day {
        match clock.unit.as_str() {
            "business-days" => self.calendar.after(start, clock.days),
            _ => start.plus(i32::try_from(clock.days).unwrap_or(i32::MAX)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sourced<T>(value: T) -> Sourced<T> {
        Sourced { value, source: "s".to_owned(), choice: None, note: None }
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn weekends_and_holidays_are_no_business_days() {
        let calendar = Calendar {
            weekend: sourced(vec![6, 7]),
            yearly: sourced(vec!["12-25".to_owned()]),
            holidays: sourced(vec![day("2023-12-26")]),
        };
        // a Friday, and the Wednesday after Christmas
        assert_eq!(calendar.after(day("2023-12-22"), 1), day("2023-12-27"));
        assert_eq!(calendar.after(day("2024-03-04"), 5), day("2024-03-11"));
        assert_eq!(calendar.after(day("2024-03-09"), 0), day("2024-03-09"));
        let closed = Calendar { weekend: sourced((1..=7).collect()), ..calendar };
        assert_eq!(closed.after(day("2024-03-04"), 5), day("2024-03-09"));
    }
}
