//! What changed since the month before: points by metric, and what moved them.

use std::collections::BTreeMap;

use domain::designations::{Score, TrackScore};
use domain::explain::Node;
use domain::fraction::Fraction;
use domain::points::MetricScore;

use crate::pages::charts::{Step, Waterfall, change};
use crate::pages::grid::{Cell, Column, Grid, Value};
use crate::pages::problem::Problem;
use crate::pages::visit::Visit;
use crate::pages::{history, show, tree};
use crate::views::hidden::Hidden;
use domain::rights::On;

/// How many customers or people a metric names.
const NAMED_MAX: usize = 4;

/// From the score of the month before to this one.
pub struct Changes {
    months: (String, String),
    before: Fraction,
    after: Fraction,
    steps: Vec<Step>,
}

impl Changes {
    /// The numbers, a row for each metric; files are called `name`.
    pub fn grid<'v>(&self, visit: &'v Visit, name: &str) -> Grid<'v> {
        let columns = vec![
            Column::text("metric", "Metric"),
            Column::fraction("before", &self.months.0).total(),
            Column::fraction("after", &self.months.1).total(),
            Column::fraction("change", "Change").total(),
            Column::text("moved", "What moved it"),
        ];
        let row = |step: &Step| {
            vec![
                Cell::text(step.label.clone()),
                Cell::points(&step.before),
                Cell::points(&step.after),
                Cell { unit: "points", ..Cell::shown(change(&step.before, &step.after), Value::Fraction(&step.after - &step.before)) },
                Cell::lines(&step.moved),
            ]
        };
        Grid::new(visit, "metrics", columns, self.steps.iter().map(row).collect()).prefixed("change_").named(name)
    }

    /// The drawing, with its numbers.
    pub fn chart(&self, numbers: &Grid<'_>) -> Waterfall {
        Waterfall::new(&self.months, &self.before, &self.after, &self.steps, numbers.part())
    }
}

/// What changed in a track since the month before; none when the data do not reach it.
///
/// # Errors
///
/// Facts that cannot be read.
pub fn since_last_month(visit: &Visit, score: &Score, track: &TrackScore, now: &Node) -> Result<Option<Changes>, Problem> {
    let earlier = history::month_before(visit, score)?;
    let Some(before) = history::same(&earlier, score) else { return Ok(None) };
    let Some(track_before) = before.tracks.iter().find(|other| other.track == track.track) else { return Ok(None) };
    let root = visit.explanation(before)?;
    let tree_before = tree::track(&root, track.track.as_ref());
    let hidden = visit.hidden(&On::account(&score.global_partner_id));
    let steps = track.metrics.iter().map(|metric| {
        let old = track_before.metrics.iter().find(|old| old.metric == metric.metric);
        let trees = tree::metric(tree_before, metric.metric).zip(tree::metric(now, metric.metric));
        Step {
            label: metric.metric.shown().to_owned(),
            before: old.map_or_else(Fraction::zero, |old| old.points.clone()),
            after: metric.points.clone(),
            moved: moved(old, metric, trees, &hidden),
        }
    });
    let months = (before.month.to_string(), score.month.to_string());
    Ok(Some(Changes { months, before: track_before.score.clone(), after: track.score.clone(), steps: steps.collect() }))
}

/// What moved a metric: its value, and who came, went, grew or shrank most.
fn moved(old: Option<&MetricScore>, metric: &MetricScore, trees: Option<(&Node, &Node)>, hidden: &Hidden) -> Vec<String> {
    let mut told = Vec::new();
    let Some(old) = old.filter(|old| old.value != metric.value) else { return told };
    told.push(format!("{} → {}", show::quantity(&old.value, metric.unit), show::quantity(&metric.value, metric.unit)));
    let Some((before, now)) = trees else { return told };
    let mut sums: BTreeMap<String, (Fraction, &'static str)> = BTreeMap::new();
    add(now, metric.unit, &Fraction::whole(1), hidden, &mut sums);
    add(before, metric.unit, &Fraction::whole(-1), hidden, &mut sums);
    let size = |value: &Fraction| if value.is_negative() { Fraction::zero() - value.clone() } else { value.clone() };
    let mut changed: Vec<(String, Fraction, &'static str)> =
        sums.into_iter().filter(|(_, (sum, _))| !sum.is_zero()).map(|(name, (sum, unit))| (name, sum, unit)).collect();
    // what is hidden is not told by its order either
    let is_hidden = |unit: &str| hidden.revenue.is_some() && unit == "dollars";
    if changed.iter().all(|(_, _, unit)| !is_hidden(unit)) {
        changed.sort_by(|one, other| size(&other.1).cmp(&size(&one.1)).then_with(|| one.0.cmp(&other.0)));
    }
    let more = changed.len().saturating_sub(NAMED_MAX);
    let tell = |(name, sum, unit): &(String, Fraction, &'static str)| {
        if is_hidden(unit) {
            return format!("{name}: a hidden amount");
        }
        let sign = if sum.is_negative() { "" } else { "+" };
        format!("{name} {sign}{}", show::quantity(sum, unit))
    };
    told.extend(changed.iter().take(NAMED_MAX).map(tell));
    told.extend((more > 0).then(|| format!("and {more} more")));
    told
}

/// Adds up what each customer, person or service gives below a metric, `times` as often.
fn add(node: &Node, unit: &'static str, times: &Fraction, hidden: &Hidden, sums: &mut BTreeMap<String, (Fraction, &'static str)>) {
    let inner = tree::rows_unit(node, unit);
    // Where the terms do not add up to the value, as for growth, the second one is what the first is compared with.
    let terms = node.children.iter().filter(|child| child.counted && matches!(child.kind, "term" | "part"));
    for (at, child) in terms.enumerate() {
        let is_less = if node.adds_up { child.adds.is_negative() && !child.value.is_negative() } else { at == 1 };
        let times = if is_less { Fraction::zero() - times.clone() } else { times.clone() };
        add(child, tree::unit_of(child, inner), &times, hidden, sums);
    }
    for leaf in node.children.iter().filter(|leaf| leaf.counted && matches!(leaf.kind, "customer" | "person" | "service")) {
        let unit = if hidden.revenue.is_some() && leaf.is_money(inner) { "dollars" } else { tree::unit_of(leaf, inner) };
        let is_hidden = leaf.kind == "person" && hidden.persons.is_some();
        let entry =
            sums.entry(if is_hidden { "people (hidden)".to_owned() } else { leaf.label.clone() }).or_insert((Fraction::zero(), unit));
        entry.0 = &entry.0 + &(leaf.adds.clone() * times.clone());
    }
}
