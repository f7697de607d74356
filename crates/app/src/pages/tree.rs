//! Ways through an explanation: to a track, to a metric, and from there by steps.

use domain::evidence::RowsOf;
use domain::explain::Node;
use domain::names::Name;
use domain::rulebook::MetricName;

/// A key of a node.
#[must_use]
pub fn key<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.keys.iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_str())
}

/// The node of a track; the root itself where the area has no tracks.
#[must_use]
pub fn track<'a>(root: &'a Node, track: Option<&Name>) -> &'a Node {
    let mut tracks = root.children.iter().filter(|child| child.kind == "track");
    match track {
        Some(name) => tracks.find(|child| key(child, "track") == Some(name.as_str())).unwrap_or(root),
        None => tracks.next().unwrap_or(root),
    }
}

/// The node of a metric within a track.
#[must_use]
pub fn metric(track: &Node, metric: MetricName) -> Option<&Node> {
    track.children.iter().find(|child| child.kind == "metric" && key(child, "metric") == Some(metric.as_str()))
}

/// A place in an explanation. Nodes that are the only child of their parent are passed through: they are one place with it.
#[derive(Debug)]
pub struct Place<'a> {
    /// The nodes that make the place, outermost first; never empty.
    pub nodes: Vec<&'a Node>,
    /// The steps from the metric to its last node.
    pub steps: Vec<usize>,
    /// The unit of what its rows add up to. A node without a unit has its parent's, where it adds to the parent's value.
    pub unit: &'static str,
}

impl<'a> Place<'a> {
    /// The place of a node that was reached by `steps`, below a place whose rows are counted in `inherited`.
    fn new(node: &'a Node, mut steps: Vec<usize>, inherited: &'static str) -> Self {
        let mut nodes = vec![node];
        let mut unit = unit_of(node, inherited);
        let mut inner = node;
        while let [only] = inner.children.as_slice() {
            if (only.children.is_empty() && !only.has_more) || !only.counted {
                break;
            }
            steps.push(0);
            nodes.push(only);
            unit = unit_of(only, rows_unit(inner, unit));
            inner = only;
        }
        Self { nodes, steps, unit: rows_unit(inner, unit) }
    }

    /// The node whose children are shown.
    #[must_use]
    pub fn node(&self) -> &'a Node {
        self.nodes.last().expect("a place is made with a node")
    }

    /// The rows behind the place, where they were not asked for.
    #[must_use]
    pub fn rows_wanted(&self, above: &[Place<'a>]) -> Option<RowsOf> {
        if !self.node().has_more {
            return None;
        }
        let nodes = || above.iter().chain([self]).rev().flat_map(|place| place.nodes.iter().rev());
        let named = |wanted| nodes().find_map(|node| key(node, wanted)).map(Name::new);
        Some(named("tenant_id").map(RowsOf::Customer).or_else(|| named("item").map(RowsOf::Item)).unwrap_or(RowsOf::All))
    }

    /// The steps to a child, as an address writes them.
    #[must_use]
    pub fn path_to(&self, child: usize) -> String {
        let steps = self.steps.iter().chain([&child]);
        steps.map(usize::to_string).collect::<Vec<_>>().join(".")
    }

    /// The steps to the place, as an address writes them; none at the top.
    #[must_use]
    pub fn path(&self) -> Option<String> {
        let written: Vec<String> = self.steps.iter().map(usize::to_string).collect();
        (!written.is_empty()).then(|| written.join("."))
    }
}

/// The unit of a node's value: its own, else that of the level it stands in, else that of what it is the sum of.
#[must_use]
pub fn unit_of(node: &Node, inherited: &'static str) -> &'static str {
    let mut inner = node;
    while inner.unit.is_empty() && inherited.is_empty() && inner.adds_up {
        let Some(child) = inner.children.iter().find(|child| child.counted) else { break };
        inner = child;
    }
    if inner.unit.is_empty() { inherited } else { inner.unit }
}

/// The unit that the rows of a node have when they name none.
#[must_use]
pub fn rows_unit(node: &Node, unit: &'static str) -> &'static str {
    if node.adds_up { unit } else { "" }
}

/// The places on the way along `path` (`0.3.1`), from `top` to the one asked for; none when there is no such step.
#[must_use]
pub fn places<'a>(top: &'a Node, path: &str) -> Option<Vec<Place<'a>>> {
    let mut places = vec![Place::new(top, Vec::new(), "")];
    let mut node = top;
    let mut steps = Vec::new();
    for step in path.split('.').filter(|step| !step.is_empty()) {
        let step: usize = step.parse().ok()?;
        node = node.children.get(step)?;
        steps.push(step);
        let (reached, unit) = places.last().map_or((0, ""), |place: &Place<'_>| (place.steps.len(), place.unit));
        if steps.len() > reached {
            places.push(Place::new(node, steps.clone(), unit));
        }
    }
    Some(places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::fraction::Fraction;

    fn node(label: &str, children: Vec<Node>) -> Node {
        Node {
            kind: "term",
            label: label.to_owned(),
            keys: Vec::new(),
            value: Fraction::zero(),
            unit: "",
            points: None,
            adds: Fraction::zero(),
            adds_up: true,
            counted: true,
            reason: None,
            arithmetic: None,
            rules: Vec::new(),
            associations: Vec::new(),
            notes: Vec::new(),
            notes_on_people: Vec::new(),
            rows: 0,
            has_more: false,
            children,
        }
    }

    fn labels(path: &str) -> Option<Vec<String>> {
        let leaf = |label| node(label, vec![]);
        let part = node("part", vec![node("now", vec![leaf("a"), leaf("b")]), node("before", vec![leaf("c")])]);
        let top = node("metric", vec![part]);
        Some(
            places(&top, path)?
                .iter()
                .map(|place| place.nodes.iter().map(|node| node.label.as_str()).collect::<Vec<_>>().join("+"))
                .collect(),
        )
    }

    #[test]
    fn an_only_child_is_one_place_with_its_parent() {
        assert_eq!(labels("").unwrap(), ["metric+part"]);
        assert_eq!(labels("0").unwrap(), ["metric+part"]);
        assert_eq!(labels("0.0").unwrap(), ["metric+part", "now"]);
        assert_eq!(labels("0.1").unwrap(), ["metric+part", "before"]);
        assert_eq!(labels("0.0.1").unwrap(), ["metric+part", "now", "b"]);
    }

    #[test]
    fn a_step_that_is_not_there_is_no_place() {
        assert!(labels("0.2").is_none());
        assert!(labels("1").is_none());
        assert!(labels("0.x").is_none());
    }
}
