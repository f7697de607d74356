//! Plans: what more of something would give, and the cheapest way to a designation.
//!
//! What a plan says follows from the same points as the score: a metric is measured once, then asked what it would give with other values.

/// The cheapest way.
mod path;

use std::collections::BTreeMap;

pub use path::{Efforts, Path, Step, cheapest};

use crate::designations::Scoring;
use crate::fraction::Fraction;
use crate::names::Name;
use crate::partners::AccountIx;
use crate::points::{Measured, combine, part_points, score_metric};
use crate::reasons::Reason;
use crate::rulebook::{AreaRules, Floor, MetricName, MetricRule, MissingBaseline, PartKind, PartRule, PartialUnits, ProgramRules};

/// A track as it stands, to be asked what other values would give.
#[derive(Debug, Clone)]
pub struct Outlook {
    /// The track's name; none where the area has no tracks.
    pub track: Option<Name>,
    /// Its metrics, in the order of the rulebook.
    pub metrics: Vec<Metric>,
    qualifying: Fraction,
    floor: Floor,
    partial: PartialUnits,
}

/// A metric and what it can be moved by.
#[derive(Debug, Clone)]
pub struct Metric {
    rule: MetricRule,
    /// The levers, one for each part of the metric.
    pub levers: Vec<Lever>,
}

impl Metric {
    /// A metric with a lever for each part of its rule.
    #[must_use]
    pub fn new(rule: MetricRule, levers: Vec<Lever>) -> Self {
        Self { rule, levers }
    }

    /// Which metric.
    #[must_use]
    pub fn name(&self) -> MetricName {
        self.rule.metric
    }

    /// The most points that it can give.
    #[must_use]
    pub fn max(&self) -> i64 {
        self.rule.max.value
    }
}

/// Something of which more gives points: a part of a metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lever {
    /// The part's name; none for the only part of a metric.
    pub part: Option<Name>,
    /// The unit: `customers`, `people`, `percent`, `services`, `deployments`, `users`.
    pub unit: &'static str,
    /// The value as measured, with its sign.
    pub value: Fraction,
    /// The gates that are not met: people who must hold one of the certifications before anybody counts.
    pub gates: Vec<GateLack>,
    /// The people in the scoring step who count as soon as every gate is met; none when gates are met, or there are no gates.
    pub waiting: i64,
    /// Whether it gives nothing whatever the value: the months that it compares with are missing.
    pub is_blind: bool,
}

/// A gate that is not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateLack {
    /// How many more people must hold one.
    pub people: i64,
    /// The certifications.
    pub any_of: Vec<Name>,
}

/// Values by metric and part.
pub type Values = BTreeMap<(MetricName, Option<Name>), Fraction>;

/// What values would give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The points of each metric, in the order of the rulebook.
    pub points: Vec<(MetricName, Fraction)>,
    /// Their sum.
    pub score: Fraction,
    /// Whether it has the points, and every metric reaches the floor.
    pub qualified: bool,
}

/// How every track of an area stands for an account, as of the day of the scoring.
#[must_use]
pub fn outlooks(scoring: &Scoring<'_>, account: AccountIx, area: &AreaRules) -> Vec<Outlook> {
    let program = &scoring.register().rulebook.program;
    // people who wait behind a gate are told by leaves
    let asked = scoring.measuring(account, scoring.as_of(), true);
    let metric = |rule: &MetricRule| {
        let measured = score_metric(&asked, rule);
        Metric::new(rule.clone(), (0..rule.parts.len()).map(|ix| lever(rule, &measured, ix, scoring)).collect())
    };
    let tracks = area.tracks.iter();
    tracks.map(|track| Outlook::new(track.track.clone(), track.metrics.iter().map(metric).collect(), program)).collect()
}

fn lever(rule: &MetricRule, measured: &Measured, ix: usize, scoring: &Scoring<'_>) -> Lever {
    let (part, found) = (&rule.parts[ix], &measured.parts[ix]);
    let program = &scoring.register().rulebook.program;
    let mut lever = Lever {
        part: part.part.clone(),
        unit: found.unit,
        value: found.value.clone(),
        gates: Vec::new(),
        waiting: 0,
        is_blind: program.missing_baseline.value == MissingBaseline::NoScore && !measured.score.notes.is_empty(),
    };
    if let PartKind::CertifiedPeople { gates, .. } = &part.measure {
        let open = gates.iter().filter(|gate| gate.holds_on(scoring.as_of()));
        // the last term is the scoring step, those before it are the gates that hold on the day
        for (gate, term) in open.zip(&found.terms) {
            let people = (1..=gate.people).filter(|needed| Fraction::whole(*needed) > term.value).count();
            if people > 0 {
                lever.gates.push(GateLack { people: i64::try_from(people).unwrap_or(i64::MAX), any_of: gate.any_of.clone() });
            }
        }
        let step = found.terms.last().map(|term| term.leaves.as_slice()).unwrap_or_default();
        let waiting = step.iter().filter(|leaf| leaf.reason == Some(Reason::GateNotMet)).count();
        lever.waiting = i64::try_from(waiting).unwrap_or(i64::MAX);
    }
    lever
}

impl Outlook {
    /// A track from its metrics.
    #[must_use]
    pub fn new(track: Option<Name>, metrics: Vec<Metric>, program: &ProgramRules) -> Self {
        let qualifying = Fraction::whole(program.qualifying_points.value);
        Self { track, metrics, qualifying, floor: program.floor.value, partial: program.partial_units.value }
    }

    /// What the track would give with other values; what is not named stays as it is.
    #[must_use]
    pub fn with(&self, values: &Values) -> Outcome {
        let points: Vec<(MetricName, Fraction)> = self
            .metrics
            .iter()
            .map(|metric| {
                let own = |lever: &Lever| values.get(&(metric.name(), lever.part.clone())).unwrap_or(&lever.value).clone();
                (metric.name(), self.points(metric, &metric.levers.iter().map(own).collect::<Vec<_>>()))
            })
            .collect();
        let score: Fraction = points.iter().map(|(_, points)| points.clone()).sum();
        let qualified = score >= self.qualifying && points.iter().all(|(_, points)| self.floor.is_reached_by(points));
        Outcome { points, score, qualified }
    }

    /// What a metric gives with values for its parts.
    fn points(&self, metric: &Metric, values: &[Fraction]) -> Fraction {
        let part = |((rule, lever), value): ((&PartRule, &Lever), &Fraction)| match lever.is_blind {
            true => Fraction::zero(),
            false => part_points(rule, value, self.partial),
        };
        let points: Vec<Fraction> = metric.rule.parts.iter().zip(&metric.levers).zip(values).map(part).collect();
        combine(&metric.rule, values, &points).1.min(Fraction::whole(metric.max()))
    }
}

impl Lever {
    /// How much of the unit one step is: one, or a hundred users or a thousand dollars.
    #[must_use]
    pub fn step(&self) -> i64 {
        match self.unit {
            "users" => 100,
            "dollars" => 1000,
            _ => 1,
        }
    }

    /// People who must pass a gate before the first step counts.
    #[must_use]
    pub fn lacking(&self) -> i64 {
        self.gates.iter().map(|gate| gate.people).sum()
    }

    /// The value after some steps; behind gates the first steps are those that meet them.
    #[must_use]
    pub fn after(&self, steps: i64) -> Fraction {
        let lacking = self.lacking();
        match steps < lacking {
            true => self.value.clone(),
            false => self.value.clone() + Fraction::whole(self.waiting + (steps - lacking) * self.step()),
        }
    }

    /// The value with one step less.
    #[must_use]
    pub fn before(&self) -> Fraction {
        match self.unit {
            "percent" => self.value.clone() - Fraction::whole(self.step()),
            _ => (self.value.clone() - Fraction::whole(self.step())).floor_zero().min(self.value.clone()),
        }
    }
}
