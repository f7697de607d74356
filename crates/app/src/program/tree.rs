//! The tree behind a score: area → track → metric → part → term → customer or person.

use domain::designations::{Scoring, TrackScore};
use domain::explain::{Node, RuleRef};
use domain::fraction::Fraction;
use domain::metrics::{Leaf, Measurement, Term};
use domain::partners::AccountIx;
use domain::points::score_metric;
use domain::rulebook::{AreaRules, MetricRule, PartRule, Rulebook, TrackRules};

/// The tree behind the score of an account in an area.
pub fn explain(scoring: &Scoring<'_>, account: AccountIx, area: &AreaRules) -> Node {
    let score = scoring.score(account, area);
    let tracks = area.tracks.iter().zip(&score.tracks).map(|(rules, track)| track_node(scoring, account, area, (rules, track)));
    let mut node = Node { kind: "area", label: area.title.clone(), value: score.chosen().score.clone(), unit: "points", ..bare() };
    node.keys = vec![("partner", score.global_partner_id.to_string()), ("area", area.area.to_string())];
    node.children = tracks.collect();
    node
}

fn track_node(scoring: &Scoring<'_>, account: AccountIx, area: &AreaRules, (rules, track): (&TrackRules, &TrackScore)) -> Node {
    let name = rules.track.as_ref().map(ToString::to_string);
    let label = name.as_ref().map_or_else(|| "the only track".to_owned(), |name| format!("track {name}"));
    let mut node = Node { kind: "track", label, value: track.score.clone(), unit: "points", counted: track.chosen, ..bare() };
    node.keys = name.into_iter().map(|name| ("track", name)).collect();
    node.adds_up = true;
    node.children = rules.metrics.iter().map(|rule| metric_node(scoring, account, area, rule)).collect();
    node
}

fn metric_node(scoring: &Scoring<'_>, account: AccountIx, area: &AreaRules, rule: &MetricRule) -> Node {
    let measured = score_metric(&scoring.measuring(account, scoring.as_of(), true), rule);
    let score = measured.score;
    let mut node = Node { kind: "metric", label: rule.metric.shown().to_owned(), value: score.value, unit: score.unit, ..bare() };
    node.keys = vec![("metric", rule.metric.as_str().to_owned())];
    node.points = Some(score.points);
    node.arithmetic = Some(format!("at most {} points", rule.max.value));
    node.notes = score.notes.into_iter().map(|note| note.sentence()).collect();
    let parts = rule.parts.iter().zip(measured.parts).zip(measured.part_points.into_iter().zip(measured.used));
    let parts = parts.map(|((rule, part), (points, used))| Node {
        counted: used,
        points: Some(points),
        ..part_node(scoring.register().rulebook, area, (rule, part))
    });
    node.children = parts.collect();
    node
}

fn part_node(rulebook: &Rulebook, area: &AreaRules, (rule, part): (&PartRule, Measurement)) -> Node {
    let label = rule.part.as_ref().map_or_else(|| "the metric's only part".to_owned(), |part| format!("part {part}"));
    let mut node = Node { kind: "part", label, value: part.value, unit: part.unit, ..bare() };
    node.keys = rule.part.iter().map(|part| ("part", part.to_string())).collect();
    node.arithmetic = Some(part.arithmetic);
    node.rules.push(RuleRef {
        field: format!("{}/points_per_unit", area.area),
        value: rule.points_per_unit.value.exact(),
        version: rulebook.program.version.clone(),
        source: rule.points_per_unit.source.clone(),
    });
    node.children = part.terms.into_iter().map(|term| term_node(term, part.unit)).collect();
    node
}

fn term_node(term: Term, unit: &'static str) -> Node {
    let mut node = Node { kind: "term", label: term.label, value: term.value, unit, ..bare() };
    (node.adds_up, node.subtracted) = (true, term.subtracted);
    node.children = term.leaves.into_iter().map(|leaf| leaf_node(leaf, unit)).collect();
    node
}

fn leaf_node(leaf: Leaf, unit: &'static str) -> Node {
    let kind = match (&leaf.person, &leaf.tenant) {
        (Some(_), _) => "person",
        (None, Some(_)) => "customer",
        (None, None) => "service",
    };
    let keys = [("person_id", leaf.person), ("tenant_id", leaf.tenant), ("item", leaf.item)];
    let keys: Vec<(&'static str, String)> = keys.into_iter().filter_map(|(key, name)| Some((key, name?.to_string()))).collect();
    let label = keys.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", ");
    let figure = |(label, value): (String, Fraction)| Node { kind: "figure", label, value, ..bare() };
    let mut node = Node { kind, label, keys, value: leaf.value, unit, counted: leaf.reason.is_none(), reason: leaf.reason, ..bare() };
    node.children = leaf.figures.into_iter().map(figure).collect();
    node
}

fn bare() -> Node {
    Node {
        kind: "area",
        label: String::new(),
        keys: Vec::new(),
        value: Fraction::zero(),
        unit: "",
        points: None,
        adds_up: false,
        subtracted: false,
        counted: true,
        reason: None,
        arithmetic: None,
        rules: Vec::new(),
        associations: Vec::new(),
        notes: Vec::new(),
        rows: 0,
        children: Vec::new(),
    }
}
