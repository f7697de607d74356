//! The shape of explanations: a tree of nodes, with only the keys that say something.

use std::collections::BTreeMap;

use domain::explain::{Node, RuleRef};
use serde::Serialize;

/// A node with what it consists of.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct NodeView<'a> {
    kind: &'static str,
    label: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(default)]
    keys: BTreeMap<&'static str, &'a str>,
    value: String,
    value_exact: String,
    unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    points_exact: Option<String>,
    counted: bool,
    /// What it adds to its parent, with its sign.
    adds: String,
    adds_exact: String,
    adds_up: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cure: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arithmetic: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schemars(default)]
    rules: &'a [RuleRef],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schemars(default)]
    associations: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schemars(default)]
    notes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    children: Vec<NodeView<'a>>,
    /// How many children lie deeper than was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    children_left_out: Option<usize>,
}

/// What stands where a figure or a name is not for the reader's role.
pub const MASKED: &str = "not for your role";

impl<'a> NodeView<'a> {
    /// The same for somebody who may not see what usage is worth in money, or who the people are: points and scores stay.
    #[must_use]
    pub fn for_eyes(mut self, revenue: bool, persons: bool) -> Self {
        if !revenue && self.unit == "dollars" {
            for text in [&mut self.value, &mut self.value_exact, &mut self.adds, &mut self.adds_exact] {
                MASKED.clone_into(text);
            }
        }
        if !revenue {
            self.arithmetic = self.arithmetic.map(|_| MASKED);
            self.notes = &[];
        }
        if !persons && (self.kind == "person" || self.keys.contains_key("person_id")) {
            self.label = MASKED;
            self.keys.remove("person_id");
        }
        self.children = self.children.into_iter().map(|child| child.for_eyes(revenue, persons)).collect();
        self
    }

    /// The shape of a node, with `depth` levels below it.
    pub fn new(node: &'a Node, depth: usize) -> Self {
        let children = if depth == 0 { &[] } else { node.children.as_slice() };
        Self {
            kind: node.kind,
            label: &node.label,
            keys: node.keys.iter().map(|(key, value)| (*key, value.as_str())).collect(),
            value: node.value.shown(),
            value_exact: node.value.exact(),
            unit: node.unit,
            points: node.points.as_ref().map(domain::fraction::Fraction::shown),
            points_exact: node.points.as_ref().map(domain::fraction::Fraction::exact),
            counted: node.counted,
            adds: node.adds.shown(),
            adds_exact: node.adds.exact(),
            adds_up: node.adds_up,
            reason: node.reason.map(domain::reasons::Reason::code),
            cure: node.reason.map(domain::reasons::Reason::cure),
            arithmetic: node.arithmetic.as_deref(),
            rules: &node.rules,
            associations: &node.associations,
            notes: &node.notes,
            rows: (node.rows > 0).then_some(node.rows),
            children: children.iter().map(|child| Self::new(child, depth - 1)).collect(),
            children_left_out: (depth == 0 && !node.children.is_empty()).then_some(node.children.len()),
        }
    }
}
