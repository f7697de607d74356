//! Running an example: the score against what was expected.

use serde::Serialize;

use crate::designations::{Score, TrackScore, score_program};
use crate::examples::{Example, Expected};
use crate::fraction::Fraction;
use crate::names::Name;
use crate::rulebook::Rulebook;

/// A result that is not the expected one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// What the result is of: `900 modern-work smb deployments points`.
    pub of: String,
    /// What the example expects.
    pub expected: String,
    /// What the rules give.
    pub got: String,
}

/// Scores the facts of an example and compares every expected result; no failure means that the example holds.
#[must_use]
pub fn run(example: &Example, rulebook: &Rulebook) -> Vec<Failure> {
    let scores = score_program(&example.given, rulebook, example.as_of);
    let mut failures = Vec::new();
    for expected in &example.expect {
        let partner = expected.partner.clone().or_else(|| only_partner(&scores));
        for area in expected.area.names() {
            let of = partner.iter().chain([area]).map(Name::as_str).collect::<Vec<_>>().join(" ");
            let score = scores.iter().find(|score| partner.as_ref() == Some(&score.global_partner_id) && score.area == *area);
            match score {
                Some(score) => compare(&of, expected, score, &mut failures),
                None => failures.push(Failure { of, expected: "a score".to_owned(), got: "none".to_owned() }),
            }
        }
    }
    failures
}

/// The global account of the scores when there is only one.
fn only_partner(scores: &[Score]) -> Option<Name> {
    let first = &scores.first()?.global_partner_id;
    scores.iter().all(|score| score.global_partner_id == *first).then(|| first.clone())
}

/// Compares the results of one area.
fn compare(of: &str, expected: &Expected, score: &Score, failures: &mut Vec<Failure>) {
    let mut differ = Differ { of: of.to_owned(), failures };
    differ.text("status", expected.status.as_ref(), || score.status.as_str().to_owned());
    differ.text("chosen track", expected.chosen.as_ref(), || track_name(score.chosen()));
    if let Some(month) = expected.month {
        differ.of = format!("{of} {month}");
        let Some(row) = score.window.iter().find(|row| row.month == month) else { return differ.none("a row of the window") };
        differ.fraction("score", expected.score.as_ref(), &row.score);
        differ.flag("qualified", expected.qualified, row.qualified);
        return;
    }
    let track = match &expected.track {
        Some(name) => score.tracks.iter().find(|track| track.track.as_ref() == Some(name)),
        None => Some(score.chosen()),
    };
    let Some(track) = track else { return differ.none("a track of that name") };
    differ.of = format!("{of} {}", track_name(track)).trim_end().to_owned();
    differ.fraction("score", expected.score.as_ref(), &track.score);
    differ.flag("qualified", expected.qualified, track.qualified);
    let Some(name) = expected.metric else { return };
    differ.of = format!("{} {}", differ.of, name.as_str());
    let Some(metric) = track.metrics.iter().find(|metric| metric.metric == name) else { return differ.none("a metric of that name") };
    let Some(name) = &expected.part else {
        differ.fraction("value", expected.value.as_ref(), &metric.value);
        differ.fraction("points", expected.points.as_ref(), &metric.points);
        return;
    };
    differ.of = format!("{} {name}", differ.of);
    let Some(part) = metric.parts.iter().find(|part| part.part == *name) else { return differ.none("a part of that name") };
    differ.fraction("value", expected.value.as_ref(), &part.value);
    differ.fraction("points", expected.points.as_ref(), &part.points);
}

fn track_name(track: &TrackScore) -> String {
    track.track.as_ref().map(Name::to_string).unwrap_or_default()
}

/// Gathers differences.
struct Differ<'a> {
    of: String,
    failures: &'a mut Vec<Failure>,
}

impl Differ<'_> {
    fn push(&mut self, what: &str, expected: String, got: String) {
        if expected != got {
            self.failures.push(Failure { of: format!("{} {what}", self.of), expected, got });
        }
    }

    fn none(&mut self, expected: &str) {
        self.failures.push(Failure { of: self.of.clone(), expected: expected.to_owned(), got: "none".to_owned() });
    }

    fn text(&mut self, what: &str, expected: Option<&Name>, got: impl FnOnce() -> String) {
        if let Some(expected) = expected {
            self.push(what, expected.to_string(), got());
        }
    }

    fn fraction(&mut self, what: &str, expected: Option<&Fraction>, got: &Fraction) {
        if let Some(expected) = expected {
            self.push(what, expected.exact(), got.exact());
        }
    }

    fn flag(&mut self, what: &str, expected: Option<bool>, got: bool) {
        if let Some(expected) = expected {
            self.push(what, expected.to_string(), got.to_string());
        }
    }
}
