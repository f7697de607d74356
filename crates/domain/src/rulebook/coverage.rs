//! Which thresholds the worked examples stand on both sides of.
//!
//! An example says what it covers as `PLACE:SIDE`, the place as in [`crate::rulebook::entries`]. Alternatives in braces are
//! written out: `{data-ai,infrastructure}/deployments/max:{at,below}` stands for four.

use std::collections::BTreeSet;

use crate::rulebook::{Rulebook, suggest};

/// A value of the rulebook at which a result turns, and the two sides that examples must show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threshold {
    /// The place of the value.
    pub path: String,
    /// The two sides.
    pub sides: [&'static str; 2],
}

/// Values that a register or a process needs and that no score turns on.
const NOT_SCORED: [&str; 9] = [
    "cpor.calendar.",
    "cpor.clocks.",
    "cpor.proof.",
    "cpor.reasons.",
    "cpor.unknown_subscription_days",
    "csp.direct_bill_revenue_floor_usd",
    "dpor.holders_per_subscription",
    "people.cool_off_days",
    "people.links_per_year",
];

/// The two sides of a field at whose value a result turns; nothing for other fields.
fn sides(field: &str) -> Option<[&'static str; 2]> {
    match field {
        "minimum_usd" | "minimum_total_usd" | "minimum_base" | "minimum" | "active_share" | "people" | "pairs" | "max"
        | "qualifying_points" | "floor" => Some(["at", "below"]),
        "up_to" | "above" | "revenue_over_usd" | "base_zero" => Some(["at", "above"]),
        "counts_until" | "until" => Some(["before", "on"]),
        "retired_on" => Some(["on", "after"]),
        "revenue_lag_months" => Some(["after", "before"]),
        "months" | "window_months" | "renewal_days" => Some(["inside", "outside"]),
        _ => None,
    }
}

impl Rulebook {
    /// Every threshold of the rulebook. `from` is one where seats begin (at, below) and where a gate begins (before, on).
    #[must_use]
    pub fn thresholds(&self) -> Vec<Threshold> {
        let entries = self.entries();
        let scored = entries.into_iter().filter(|entry| !NOT_SCORED.iter().any(|place| entry.path.starts_with(place)));
        let threshold = |path: String, field: &str| {
            let sides = match field {
                "from" if path.contains("seats.") => Some(["at", "below"]),
                "from" => Some(["before", "on"]),
                _ => sides(field),
            };
            sides.map(|sides| Threshold { path, sides })
        };
        scored.filter_map(|entry| threshold(entry.path.clone(), entry.field())).collect()
    }

    /// The sides of thresholds that nothing covers, as `PLACE:SIDE`, in order of place.
    #[must_use]
    pub fn uncovered<'a>(&self, covers: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        let covered: BTreeSet<String> = covers.into_iter().flat_map(spread).collect();
        let all = self.thresholds().into_iter().flat_map(|threshold| threshold.sides.map(|side| format!("{}:{side}", threshold.path)));
        all.filter(|side| !covered.contains(side)).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// What an example says that it covers and that is no side of a threshold, with what to write instead.
    #[must_use]
    pub fn not_thresholds(&self, cover: &str) -> Vec<(String, String)> {
        let known: Vec<String> =
            self.thresholds().into_iter().flat_map(|threshold| threshold.sides.map(|side| format!("{}:{side}", threshold.path))).collect();
        let unknown = spread(cover).into_iter().filter(|side| !known.contains(side));
        unknown
            .map(|side| {
                let nearest = suggest::nearest(&side, known.iter().map(String::as_str));
                let cure = nearest.map_or("`rulebook show` lists the values".to_owned(), |known| format!("did you mean `{known}`?"));
                (side, cure)
            })
            .collect()
    }
}

/// Writes out the alternatives in braces.
#[must_use]
pub fn spread(text: &str) -> Vec<String> {
    let Some((before, (inner, after))) = text.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) else {
        return vec![text.to_owned()];
    };
    let rest = spread(after);
    inner.split(',').flat_map(|word| rest.iter().map(move |rest| format!("{before}{}{rest}", word.trim()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_in_braces_are_written_out() {
        assert_eq!(spread("{a,b}/x:{at,below}"), ["a/x:at", "a/x:below", "b/x:at", "b/x:below"]);
        assert_eq!(spread("floor:at"), ["floor:at"]);
    }
}
