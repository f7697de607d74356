//! Explanations: the tree behind a score, down to the rows that count and those that do not.

use serde::Serialize;

use crate::fraction::Fraction;
use crate::reasons::Reason;

/// A node of an explanation: area → track → metric → part → term → customer or person → figure → rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node {
    /// What kind of node: `area`, `track`, `metric`, `part`, `term`, `customer`, `person`, `service`, `figure`, `rows`.
    pub kind: &'static str,
    /// What it is, in words.
    pub label: String,
    /// What it is about: names of keys (`area`, `track`, `metric`, `tenant_id`, `month`, …) with their values.
    pub keys: Vec<(&'static str, String)>,
    /// Its number, exact.
    pub value: Fraction,
    /// The unit of the number.
    pub unit: &'static str,
    /// Its points, for metrics and parts.
    pub points: Option<Fraction>,
    /// Whether the counted children add up to the value (those subtracted with a minus).
    pub adds_up: bool,
    /// Whether the parent subtracts the value.
    pub subtracted: bool,
    /// Whether the parent counts it.
    pub counted: bool,
    /// Why it does not count.
    pub reason: Option<Reason>,
    /// The arithmetic with the partner's own numbers.
    pub arithmetic: Option<String>,
    /// The rules that decided.
    pub rules: Vec<RuleRef>,
    /// The associations that gave the credit, in words.
    pub associations: Vec<String>,
    /// What a reader must know beside the number.
    pub notes: Vec<String>,
    /// How many rows a node of rows stands for.
    pub rows: u64,
    /// What it consists of.
    pub children: Vec<Node>,
}

/// A rule as an explanation cites it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleRef {
    /// The field of the rulebook: `data-ai/net-customer-adds/minimum_usd`.
    pub field: String,
    /// Its value.
    pub value: String,
    /// The version of the rulebook.
    pub version: String,
    /// The source of the value.
    pub source: String,
}
