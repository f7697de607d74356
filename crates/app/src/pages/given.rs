//! What the metrics make of each customer: the places in explanations that name it, counted and not counted.

use std::collections::BTreeMap;

use domain::designations::Score;
use domain::explain::Node;
use domain::fraction::Fraction;
use domain::names::Name;
use domain::reasons::Reason;
use domain::rulebook::MetricName;

use crate::pages::problem::Problem;
use crate::pages::visit::Visit;
use crate::pages::{show, tree};

/// What a metric makes of a customer, in one place of its explanation.
#[derive(Debug, Clone)]
pub struct Given {
    /// The area.
    pub area: Name,
    /// The metric.
    pub metric: MetricName,
    /// The part and the term within the metric, in words.
    pub term: String,
    /// The workload or the like, where the place is one of it.
    pub item: Option<String>,
    /// The steps from the metric to the place, as addresses have them.
    pub path: String,
    /// The customer's number there.
    pub value: Fraction,
    /// Its unit.
    pub unit: &'static str,
    /// Whether the numbers are dollars, whatever unit they name.
    pub is_money: bool,
    /// What it adds to the term's value, with the sign that the term has in the metric.
    pub adds: Fraction,
    /// Whether it counts.
    pub counted: bool,
    /// Why it does not.
    pub reason: Option<Reason>,
}

/// What the metrics make of customers, by tenant: areas in their order, tracks that count only.
///
/// # Errors
///
/// Facts that cannot be read.
pub fn given(visit: &Visit, own: &[&Score]) -> Result<BTreeMap<String, Vec<Given>>, Problem> {
    let mut found: BTreeMap<String, Vec<Given>> = BTreeMap::new();
    for score in own {
        let root = visit.explanation(score)?;
        let track = tree::track(&root, score.chosen().track.as_ref());
        for metric in &score.chosen().metrics {
            let Some(node) = tree::metric(track, metric.metric) else { continue };
            let mut walk = Walk { area: &score.area, metric: metric.metric, found: &mut found };
            walk.down(
                node,
                Way { steps: Vec::new(), words: Vec::new(), unit: metric.unit, is_money: false, is_subtracted: false, counts: true },
            );
        }
    }
    Ok(found)
}

/// The way from a metric to a node.
#[derive(Clone)]
struct Way {
    steps: Vec<usize>,
    words: Vec<String>,
    unit: &'static str,
    is_money: bool,
    is_subtracted: bool,
    counts: bool,
}

struct Walk<'w> {
    area: &'w Name,
    metric: MetricName,
    found: &'w mut BTreeMap<String, Vec<Given>>,
}

impl Walk<'_> {
    fn down(&mut self, node: &Node, way: Way) {
        for (at, child) in node.children.iter().enumerate() {
            let mut next = way.clone();
            next.steps.push(at);
            next.unit = tree::unit_of(child, tree::rows_unit(node, way.unit));
            next.is_money = child.is_money(next.unit);
            if child.kind == "customer" {
                self.take(child, next);
                continue;
            }
            next.words.push(if child.kind == "part" { show::spoken(&child.label) } else { child.label.clone() });
            next.is_subtracted ^= child.kind == "term" && child.counted && child.adds.is_negative() && !child.value.is_negative();
            next.counts &= child.counted;
            self.down(child, next);
        }
    }

    fn take(&mut self, node: &Node, way: Way) {
        let Some(tenant) = tree::key(node, "tenant_id") else { return };
        let adds = if way.is_subtracted { Fraction::zero() - node.adds.clone() } else { node.adds.clone() };
        let given = Given {
            area: self.area.clone(),
            metric: self.metric,
            term: way.words.join(": "),
            item: tree::key(node, "item").map(str::to_owned),
            path: way.steps.iter().map(usize::to_string).collect::<Vec<_>>().join("."),
            value: node.value.clone(),
            unit: way.unit,
            is_money: way.is_money,
            adds: if way.counts { adds } else { Fraction::zero() },
            counted: node.counted && way.counts,
            reason: node.reason,
        };
        self.found.entry(tenant.to_owned()).or_default().push(given);
    }
}
