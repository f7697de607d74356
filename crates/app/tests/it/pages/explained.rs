use domain::designations::{Score, TrackScore};
use domain::explain::{Node, RuleRef};
use domain::fraction::Fraction;
use domain::points::MetricScore;
use domain::reasons::Reason;
use domain::rulebook::Rulebook;
use domain::rulebook::designations::Combine;

use super::program::unit;

const REASONS: [Reason; 6] = [
    Reason::BelowThreshold,
    Reason::NoAssociation,
    Reason::BelowThreshold,
    Reason::LinkWithoutRole,
    Reason::BelowThreshold,
    Reason::BeforeAssociation,
];

fn node(kind: &'static str, label: String, value: Fraction, unit: &'static str, children: Vec<Node>) -> Node {
    Node {
        kind,
        label,
        keys: Vec::new(),
        adds: value.clone(),
        value,
        unit,
        points: None,
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

/// The explanation of a made-up score: leaves add up wherever they say so.
pub fn explain(score: &Score, rulebook: &Rulebook) -> Node {
    let tracks = score.tracks.iter().enumerate().map(|(at, track)| explain_track(score, track, at, rulebook)).collect();
    let mut area = node("area", score.area.to_string(), score.chosen().score.clone(), "points", tracks);
    area.keys = vec![("area", score.area.to_string())];
    area
}

fn explain_track(score: &Score, track: &TrackScore, at: usize, rulebook: &Rulebook) -> Node {
    let rules = &rulebook.areas[&score.area].tracks[at];
    let metrics = track.metrics.iter().zip(&rules.metrics).map(|(metric, rule)| {
        let parts = rule.parts.iter().zip(&metric.parts).map(|(part, own)| {
            let mut node = explain_part(score, own.value.clone(), unit(&part.measure));
            node.label = own.part.to_string();
            node.keys = vec![("part", own.part.to_string())];
            node.points = Some(own.points.clone());
            match rule.combine {
                Combine::AddPoints => node.adds = own.points.clone(),
                Combine::AddUnits => node.adds = own.value.clone().floor_zero(),
                _ => node.counted = own.value == metric.value,
            }
            node
        });
        let mut node = match metric.parts.as_slice() {
            [] => explain_part(score, metric.value.clone(), metric.unit),
            _ => node("metric", String::new(), metric.value.clone(), metric.unit, parts.collect()),
        };
        if metric.unit == "people" {
            let mut gate = explain_part(score, Fraction::whole(2), "people").children.swap_remove(0);
            (gate.kind, gate.counted, gate.label) = ("gate", false, "gate: 2 people with AZ-305".to_owned());
            node.children.insert(0, gate);
        }
        explain_metric(score, metric, node)
    });
    let mut node = node("track", "track".to_owned(), track.score.clone(), "points", metrics.collect());
    node.keys = track.track.iter().map(|track| ("track", track.to_string())).collect();
    node
}

fn explain_metric(score: &Score, metric: &MetricScore, mut node: Node) -> Node {
    node.kind = "metric";
    node.label = metric.metric.shown().to_owned();
    node.adds = metric.points.clone();
    node.keys = vec![("metric", metric.metric.as_str().to_owned())];
    node.points = Some(metric.points.clone());
    node.notes = metric.notes.iter().map(|note| note.sentence()).collect();
    let rule = |field: &str, value: String, source: &str| RuleRef {
        field: format!("{}/{}/{field}", score.area, metric.metric.as_str()),
        value,
        version: "2023-10".to_owned(),
        source: source.to_owned(),
    };
    node.rules = vec![
        rule("max", metric.max.to_string(), "playbook#requirements"),
        rule("points_per_unit", "10".to_owned(), "partner-center-docs-2023#partner-capability-score"),
    ];
    node
}

fn explain_part(score: &Score, value: Fraction, unit: &'static str) -> Node {
    let (before, months) = (Fraction::whole(if unit == "customers" { 200 } else { 3 }), ("2024-07", "2023-07"));
    let now = &value + &before;
    let (terms, arithmetic) = if unit == "percent" {
        let dollars = Fraction::whole(125_000);
        let current = &dollars + &(value.clone() * Fraction::whole(1250));
        let arithmetic = format!("100 × ({} − {}) ÷ {} = {}", current.shown(), dollars.shown(), dollars.shown(), value.shown());
        let customers = |total: &Fraction, month: &str| customers(score, total, "dollars", month, 12);
        let terms = vec![
            node("term", format!("ACR of the 12 months to {}", months.0), current.clone(), "dollars", customers(&current, months.0)),
            node("term", format!("ACR of the 12 months to {}", months.1), dollars.clone(), "dollars", customers(&dollars, months.1)),
        ];
        (terms, arithmetic)
    } else {
        let term = |total: &Fraction, month: &str| {
            node("term", format!("{unit} in {month}"), total.clone(), unit, customers(score, total, unit, month, 40))
        };
        let arithmetic = format!("{} − {} = {}", now.shown(), before.shown(), value.shown());
        let mut earlier = term(&before, months.1);
        earlier.adds = Fraction::zero() - before.clone();
        (vec![term(&now, months.0), earlier], arithmetic)
    };
    let mut node = node("part", unit.to_owned(), value, unit, terms);
    node.adds_up = unit != "percent";
    node.arithmetic = Some(arithmetic);
    node
}

/// Customers that make `total`, and some that do not count.
fn customers(score: &Score, total: &Fraction, unit: &'static str, month: &str, not_counted: usize) -> Vec<Node> {
    let is_money = unit == "dollars";
    let number: usize = if is_money { 8 } else { total.exact().parse().unwrap_or(0) };
    let each = if is_money { total.clone() / Fraction::whole(8) } else { Fraction::whole(1) };
    let mut leaves: Vec<Node> = (0..number).map(|at| customer(score, at, each.clone(), unit, month)).collect();
    leaves.extend((0..not_counted).map(|at| {
        let mut leaf = customer(score, number + at, Fraction::zero(), unit, month);
        leaf.counted = false;
        leaf.adds = Fraction::zero();
        leaf.reason = Some(REASONS[at % REASONS.len()]);
        leaf.associations.clear();
        leaf
    }));
    leaves
}

fn customer(score: &Score, at: usize, value: Fraction, unit: &'static str, month: &str) -> Node {
    let tenant = format!("{at:08x}-77aa-4c1e-9b02-{:012x}", at * 7919);
    let usage = Fraction::new(i64::try_from(at).unwrap() * 137_731 + 99_950, 100);
    let mut rows = node("rows", "Key Vault, 1f0e2d3c, daily rows".to_owned(), usage.clone(), "dollars", Vec::new());
    rows.rows = 31;
    rows.keys = vec![("subscription_id", format!("5b{at:06x}-0000-4000-8000-00000000cafe")), ("service", "Key Vault".to_owned())];
    rows.associations = vec![format!("PAL of {}1: Owner on the subscription, 2023-01-05 to open", score.global_partner_id)];
    let figure = node("figure", format!("ACR {month}"), usage, "dollars", vec![rows]);
    let own_unit = if unit == "dollars" { unit } else { "" };
    let mut leaf = node("customer", format!("=Customer {at}"), value, own_unit, vec![figure]);
    leaf.adds_up = false;
    leaf.keys = vec![("tenant_id", tenant)];
    leaf.associations = vec!["PAL".to_owned(), "CSP tier 1".to_owned(), "DPOR".to_owned()][..1 + at % 3].to_vec();
    leaf
}
