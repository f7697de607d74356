//! Points: values turned into points, under a maximum, on exact fractions.

use crate::credits::FirstMonths;
use crate::fraction::Fraction;
use crate::metrics::{Measurement, Measuring, Table};
use crate::names::Name;
use crate::rulebook::designations::Combine;
use crate::rulebook::{MetricName, MetricRule, MissingBaseline, PartRule, PartialUnits};
use crate::time::Month;

/// What a metric gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricScore {
    /// Which metric.
    pub metric: MetricName,
    /// Its value, as the rulebook combines the parts.
    pub value: Fraction,
    /// The unit of the value.
    pub unit: &'static str,
    /// Its points, between nothing and the maximum.
    pub points: Fraction,
    /// The most that it can give.
    pub max: i64,
    /// The named parts, with their own values and uncapped points; empty for a metric without parts.
    pub parts: Vec<PartScore>,
    /// What a reader must know beside the number.
    pub notes: Vec<Note>,
}

/// What a named part of a metric gives by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartScore {
    /// The part's name.
    pub part: Name,
    /// Its own value, with its sign.
    pub value: Fraction,
    /// Its points, floored at zero, without the maximum.
    pub points: Fraction,
}

/// What a reader must know beside a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Note {
    /// The value looks at months before the first month of the data, which count as zeros.
    BaselineIncomplete {
        /// The earliest month that the value looks at.
        needed: Month,
        /// The first month of the data; none when there are none.
        first: Option<Month>,
    },
}

impl Note {
    /// The code of the note.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::BaselineIncomplete { .. } => "baseline-incomplete",
        }
    }

    /// The note as a sentence.
    #[must_use]
    pub fn sentence(self) -> String {
        match self {
            Self::BaselineIncomplete { needed, first: Some(first) } => {
                format!("needs data from {needed}, the data begin in {first}: earlier months count as zero")
            }
            Self::BaselineIncomplete { needed, first: None } => {
                format!("needs data from {needed}, there are none: every month counts as zero")
            }
        }
    }
}

/// A metric as measured: its score, and what each part measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// What the metric gives.
    pub score: MetricScore,
    /// What each part measured, in the order of the rule.
    pub parts: Vec<Measurement>,
    /// The points of each part, floored at zero, without the maximum.
    pub part_points: Vec<Fraction>,
    /// Which parts make the metric: the best one, or all.
    pub used: Vec<bool>,
}

/// Measures a metric and turns its value into points.
#[must_use]
pub fn score_metric(asked: &Measuring<'_, '_>, rule: &MetricRule) -> Measured {
    let parts: Vec<Measurement> = rule.parts.iter().map(|part| asked.measure(&part.measure)).collect();
    let notes: Vec<Note> = parts.iter().filter_map(|part| baseline_note(part, &asked.credits.first)).collect();
    let scores_nothing = |part: &Measurement| {
        asked.rulebook.program.missing_baseline.value == MissingBaseline::NoScore && baseline_note(part, &asked.credits.first).is_some()
    };
    let points = |(rule, part): (&PartRule, &Measurement)| {
        if scores_nothing(part) { Fraction::zero() } else { part_points(rule, &part.value, asked.rulebook.program.partial_units.value) }
    };
    let part_points: Vec<Fraction> = rule.parts.iter().zip(&parts).map(points).collect();
    let values: Vec<Fraction> = parts.iter().map(|part| part.value.clone()).collect();
    let (value, points, used) = combine(rule, &values, &part_points);
    let named = rule.parts.iter().zip(&parts).zip(&part_points).filter(|_| rule.combine != Combine::One);
    let named = named.filter_map(|((rule, part), points)| {
        let part_name = rule.part.clone()?;
        Some(PartScore { part: part_name, value: part.value.clone(), points: points.clone() })
    });
    let unit = match rule.combine {
        Combine::AddPoints => "points",
        _ => parts.first().map_or("", |part| part.unit),
    };
    let mut notes: Vec<Note> = notes;
    notes.sort_unstable();
    notes.dedup();
    let max = rule.max.value;
    let score =
        MetricScore { metric: rule.metric, value, unit, points: points.min(Fraction::whole(max)), max, parts: named.collect(), notes };
    Measured { score, parts, part_points, used }
}

/// Points of a part: units times points per unit, never below zero.
pub(crate) fn part_points(rule: &PartRule, value: &Fraction, partial: PartialUnits) -> Fraction {
    let units = match partial {
        PartialUnits::Linear => value.clone(),
        PartialUnits::Whole => value.floor(),
    };
    (units * rule.points_per_unit.value.clone()).floor_zero()
}

/// The value and the uncapped points of a metric, from the values and points of its parts, and which parts make it.
pub(crate) fn combine(rule: &MetricRule, values: &[Fraction], points: &[Fraction]) -> (Fraction, Fraction, Vec<bool>) {
    let all = vec![true; values.len()];
    let total = || points.iter().cloned().sum::<Fraction>();
    match rule.combine {
        Combine::One | Combine::Best => {
            let mut best = 0;
            for (ix, candidate) in points.iter().enumerate() {
                if *candidate > points[best] {
                    best = ix;
                }
            }
            let value = values.get(best).cloned().unwrap_or_default();
            let used = (0..values.len()).map(|ix| ix == best).collect();
            (value, points.get(best).cloned().unwrap_or_default(), used)
        }
        Combine::AddUnits => (values.iter().cloned().map(Fraction::floor_zero).sum(), total(), all),
        Combine::AddPoints => (total(), total(), all),
    }
}

fn baseline_note(part: &Measurement, firsts: &FirstMonths) -> Option<Note> {
    let (table, needed) = part.base?;
    let first = match table {
        Table::Consumption => firsts.consumption,
        Table::Usage => firsts.usage,
        Table::Revenue => firsts.revenue,
    };
    first.is_none_or(|first| needed < first).then_some(Note::BaselineIncomplete { needed, first })
}
