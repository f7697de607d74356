//! The shape of explanations: a tree of nodes, with only the keys that say something.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use domain::explain::{Node, RuleRef};
use serde::Serialize;

use crate::views::hidden::Hidden;

/// A node with what it consists of.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct NodeView<'a> {
    kind: &'static str,
    label: Cow<'a, str>,
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
    arithmetic: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schemars(default)]
    rules: &'a [RuleRef],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    associations: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    notes: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    children: Vec<NodeView<'a>>,
    /// How many children lie deeper than was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    children_left_out: Option<usize>,
    /// Whether there are rows behind it that were not asked for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schemars(default)]
    rows_left_out: bool,
}

/// How many levels below a metric customers lie at the least, behind whom there are rows.
const CUSTOMERS_BELOW_METRIC: usize = 2;

/// Whether an explanation of so many levels shows rows, or how many there are; it begins so many levels above metrics.
#[must_use]
pub fn shows_rows(depth: usize, above_metrics: usize) -> bool {
    depth >= above_metrics + CUSTOMERS_BELOW_METRIC
}

/// The tenants of the customers that an explanation names.
#[must_use]
pub fn customers_in(node: &Node) -> BTreeSet<&str> {
    let own = node.keys.iter().filter(|(key, _)| *key == "tenant_id").map(|(_, tenant)| tenant.as_str());
    own.chain(node.children.iter().flat_map(customers_in)).collect()
}

impl<'a> NodeView<'a> {
    /// The shape of a node, with `depth` levels below it, without what is hidden from the reader.
    #[must_use]
    pub fn new(node: &'a Node, depth: usize, hidden: &Hidden) -> Self {
        Self::within(node, depth, hidden, "")
    }

    fn within(node: &'a Node, depth: usize, hidden: &Hidden, unit: &'static str) -> Self {
        let children = if depth == 0 { &[] } else { node.children.as_slice() };
        let unit_within = node.unit_within(unit);
        let money = hidden.revenue.as_deref().filter(|_| node.is_money(unit));
        let behind = hidden.revenue.as_deref().filter(|_| node.children.iter().any(|child| child.is_money(unit_within)));
        let person = hidden.persons.as_deref().filter(|_| node.kind == "person");
        let number = |shown: String| money.map_or(shown, str::to_owned);
        let keys = node.keys.iter().filter(|(key, _)| hidden.persons.is_none() || *key != "person_id");
        Self {
            kind: node.kind,
            label: person.map_or(Cow::Borrowed(node.label.as_str()), |told| Cow::Owned(told.to_owned())),
            keys: keys.map(|(key, value)| (*key, value.as_str())).collect(),
            value: number(node.value.shown()),
            value_exact: number(node.value.exact()),
            unit: node.unit,
            points: node.points.as_ref().map(domain::fraction::Fraction::shown),
            points_exact: node.points.as_ref().map(domain::fraction::Fraction::exact),
            counted: node.counted,
            adds: number(node.adds.shown()),
            adds_exact: number(node.adds.exact()),
            adds_up: node.adds_up,
            reason: node.reason.map(domain::reasons::Reason::code),
            cure: node.reason.map(domain::reasons::Reason::cure),
            arithmetic: node
                .arithmetic
                .as_deref()
                .map(|told| behind.or(money).map_or(Cow::Borrowed(told), |hidden| Cow::Owned(hidden.to_owned()))),
            rules: &node.rules,
            associations: node.associations.iter().map(|told| hidden.association(told)).collect(),
            notes: hidden.notes(node).map(String::as_str).collect(),
            rows: (node.rows > 0).then_some(node.rows),
            children: children.iter().map(|child| Self::within(child, depth - 1, hidden, unit_within)).collect(),
            children_left_out: (depth == 0 && !node.children.is_empty()).then_some(node.children.len()),
            rows_left_out: node.has_more,
        }
    }
}
