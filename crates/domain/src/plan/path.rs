//! The cheapest way to a designation: how many steps of each lever, so that the sum of their efforts is the least.
//!
//! Every metric has its choices: so many steps, so many points, so much effort. Choices of one metric after the other are put together;
//! of those that cost more and give no more none is kept, so the answer is exact and the work small.

use std::collections::BTreeMap;

use super::{Lever, Metric, Outlook};
use crate::fraction::Fraction;
use crate::rulebook::MetricName;
use crate::rulebook::designations::Combine;

/// The most steps that a lever is asked for: what takes more is out of reach.
const STEPS_MAX: i64 = 200;

/// The effort of one step of each metric's levers, in whatever unit they are given; nothing: the metric cannot be moved.
pub type Efforts = BTreeMap<MetricName, Fraction>;

/// The cheapest way: what to do more of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// What to do, in the order of the rulebook; empty when the track qualifies as it is.
    pub steps: Vec<Step>,
    /// The effort of all steps.
    pub effort: Fraction,
    /// The score after them.
    pub score: Fraction,
}

/// Steps of a lever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The metric.
    pub metric: MetricName,
    /// What is moved, as it stands.
    pub lever: Lever,
    /// How many steps.
    pub count: i64,
    /// How many of them only meet gates.
    pub gates: i64,
    /// The value after them.
    pub to: Fraction,
    /// The points of the metric before and after all its steps.
    pub points: (Fraction, Fraction),
    /// Their effort.
    pub effort: Fraction,
}

impl Step {
    /// How much more of the unit, beyond the gates.
    #[must_use]
    pub fn more(&self) -> i64 {
        (self.count - self.gates) * self.lever.step()
    }
}

/// So many steps of each lever of a metric, and what they give.
#[derive(Clone)]
struct Choice {
    counts: Vec<i64>,
    points: Fraction,
    effort: Fraction,
}

/// Choices for the metrics so far.
#[derive(Clone)]
struct Way {
    counts: Vec<Vec<i64>>,
    points: Fraction,
    effort: Fraction,
}

/// The cheapest way to qualify; none when no number of steps is enough.
#[must_use]
pub fn cheapest(outlook: &Outlook, efforts: &Efforts) -> Option<Path> {
    let mut ways = vec![Way { counts: Vec::new(), points: Fraction::zero(), effort: Fraction::zero() }];
    for metric in &outlook.metrics {
        let mut choices = outlook.choices(metric, efforts.get(&metric.name()));
        choices.retain(|choice| outlook.floor.is_reached_by(&choice.points));
        let put_together = ways.iter().flat_map(|way| choices.iter().map(|choice| way.and(choice)));
        ways = thinned(put_together.collect(), &outlook.qualifying);
    }
    let way = ways.into_iter().find(|way| way.points >= outlook.qualifying)?;
    let steps = outlook.metrics.iter().zip(&way.counts).flat_map(|(metric, counts)| outlook.steps(metric, counts, efforts));
    Some(Path { steps: steps.collect(), effort: way.effort, score: way.points })
}

impl Way {
    fn and(&self, choice: &Choice) -> Self {
        let mut counts = self.counts.clone();
        counts.push(choice.counts.clone());
        Self { counts, points: &self.points + &choice.points, effort: &self.effort + &choice.effort }
    }
}

/// The ways of which none is both dearer and no better than another; what is beyond the points needed is no better.
fn thinned(mut ways: Vec<Way>, needed: &Fraction) -> Vec<Way> {
    ways.sort_by(|a, b| a.effort.cmp(&b.effort).then_with(|| b.points.cmp(&a.points)).then_with(|| a.counts.cmp(&b.counts)));
    let mut best: Option<Fraction> = None;
    ways.retain(|way| {
        let is_better = best.as_ref().is_none_or(|best| way.points > *best && best < needed);
        if is_better {
            best = Some(way.points.clone());
        }
        is_better
    });
    ways
}

impl Outlook {
    /// The choices of a metric: those of its levers one by one where the best part counts, together where parts add up.
    fn choices(&self, metric: &Metric, effort: Option<&Fraction>) -> Vec<Choice> {
        let none = vec![0; metric.levers.len()];
        let mut all = vec![none.clone()];
        let levers = metric.levers.iter().enumerate().filter(|(_, lever)| effort.is_some() && !lever.is_blind);
        for (ix, lever) in levers {
            let base = match metric.rule.combine {
                Combine::One | Combine::Best => vec![none.clone()],
                Combine::AddUnits | Combine::AddPoints => all.clone(),
            };
            let last = self.enough(metric, ix, lever);
            all.extend(base.iter().flat_map(|counts| (1..=last).map(move |count| set(counts, ix, count))));
        }
        let choice = |counts: Vec<i64>| {
            let values: Vec<Fraction> = metric.levers.iter().zip(&counts).map(|(lever, count)| lever.after(*count)).collect();
            let steps: i64 = counts.iter().sum();
            let effort = Fraction::whole(steps) * effort.cloned().unwrap_or_default();
            Choice { points: self.points(metric, &values), effort, counts }
        };
        all.into_iter().map(choice).collect()
    }

    /// The steps after which a lever gives no more.
    fn enough(&self, metric: &Metric, ix: usize, lever: &Lever) -> i64 {
        let mut values: Vec<Fraction> = metric.levers.iter().map(|lever| lever.value.clone()).collect();
        let max = Fraction::whole(metric.max());
        let reaches = |count: &i64| {
            values[ix] = lever.after(*count);
            self.points(metric, &values) >= max
        };
        (0..STEPS_MAX).find(reaches).unwrap_or(STEPS_MAX)
    }

    fn steps(&self, metric: &Metric, counts: &[i64], efforts: &Efforts) -> Vec<Step> {
        let before: Vec<Fraction> = metric.levers.iter().map(|lever| lever.value.clone()).collect();
        let after: Vec<Fraction> = metric.levers.iter().zip(counts).map(|(lever, count)| lever.after(*count)).collect();
        let points = (self.points(metric, &before), self.points(metric, &after));
        let moved = metric.levers.iter().zip(counts).zip(after).filter(|((_, count), _)| **count > 0);
        let step = |((lever, count), to): ((&Lever, &i64), Fraction)| Step {
            metric: metric.name(),
            lever: lever.clone(),
            count: *count,
            gates: lever.lacking().min(*count),
            to,
            points: points.clone(),
            effort: Fraction::whole(*count) * efforts.get(&metric.name()).cloned().unwrap_or_default(),
        };
        moved.map(step).collect()
    }
}

fn set(counts: &[i64], ix: usize, count: i64) -> Vec<i64> {
    let mut counts = counts.to_vec();
    counts[ix] = count;
    counts
}
