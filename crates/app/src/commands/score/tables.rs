//! Scores and explanations for reading.

use domain::designations::{Score, TrackScore};
use domain::explain::Node;
use domain::points::MetricScore;
use domain::rulebook::{MetricName, Rulebook};

use crate::output::{Paint, table};
use crate::views::hidden::Hidden;

const METRICS: [(MetricName, &str); 5] = [
    (MetricName::NetCustomerAdds, "ADDS"),
    (MetricName::IntermediateCertifications, "INTERM."),
    (MetricName::AdvancedCertifications, "ADV."),
    (MetricName::UsageGrowth, "GROWTH"),
    (MetricName::Deployments, "DEPLOYS"),
];

/// One line for each partner and area: the track that counts, its score against the points to reach, and its metrics.
pub fn overview(scores: &[Score], paint: Paint) -> String {
    let mut header = vec!["AREA", "SCORE"];
    header.extend(METRICS.map(|(_, short)| short));
    header.push("STATUS");
    let rows: Vec<Vec<String>> = scores.iter().map(overview_row).collect();
    let lines = table::lines(&header, &rows, &[1, 2, 3, 4, 5, 6]);
    let (Some(header), Some(first)) = (lines.first(), scores.first()) else {
        return "no partner, so no score\n".to_owned();
    };
    let mut text = format!("as of {}, usage up to {}; 70 points qualify\n\n", first.as_of, first.month);
    let mut partner = None;
    for (score, line) in scores.iter().zip(&lines[1..]) {
        if partner != Some(&score.global_partner_id) {
            let gap = if partner.is_some() { "\n" } else { "" };
            let heading = format!("{} {}", score.global_partner_id, score.partner_name);
            text.push_str(&format!("{gap}{}\n  {}\n", paint.strong(&heading), paint.faint(header)));
            partner = Some(&score.global_partner_id);
        }
        let line = if score.chosen().qualified { paint.good(line) } else { line.clone() };
        text.push_str(&format!("  {line}\n"));
        for note in notes(score.chosen()) {
            text.push_str(&format!("    {}\n", paint.warn(&note)));
        }
    }
    text
}

fn overview_row(score: &Score) -> Vec<String> {
    let track = score.chosen();
    let mut cells = vec![named(&score.area.to_string(), track), track.score.shown()];
    for (name, _) in METRICS {
        let metric = track.metrics.iter().find(|metric| metric.metric == name);
        cells.push(metric.map_or_else(|| "–".to_owned(), |metric| format!("{}/{}{}", metric.points.brief(), metric.max, mark(metric))));
    }
    let provisional = if score.is_provisional { ", provisional" } else { "" };
    cells.push(format!("{}{provisional}", score.status.shown().to_lowercase()));
    cells
}

/// `business-applications, smb`, or the area alone where there are no tracks.
fn named(area: &str, track: &TrackScore) -> String {
    track.track.as_ref().map_or_else(|| area.to_owned(), |track| format!("{area}, {track}"))
}

fn mark(metric: &MetricScore) -> &'static str {
    if metric.notes.is_empty() { "" } else { "*" }
}

/// What must be known beside the numbers of a track: each sentence once, with the metrics that it is about.
fn notes(track: &TrackScore) -> Vec<String> {
    let mut told: Vec<(String, Vec<&str>)> = Vec::new();
    for metric in &track.metrics {
        for note in &metric.notes {
            let sentence = note.sentence();
            match told.iter_mut().find(|(known, _)| *known == sentence) {
                Some((_, metrics)) => metrics.push(metric.metric.as_str()),
                None => told.push((sentence, vec![metric.metric.as_str()])),
            }
        }
    }
    told.into_iter().map(|(sentence, metrics)| format!("* {}: {sentence}", metrics.join(", "))).collect()
}

/// Every track with its metrics and parts, and the window.
pub fn details(scores: &[Score], rulebook: &Rulebook, paint: Paint) -> String {
    let mut text = String::new();
    for score in scores {
        let heading = format!("{} {}, {}", score.global_partner_id, score.partner_name, score.area);
        let provisional = if score.is_provisional { " (provisional: see the notes marked *)" } else { "" };
        text.push_str(&format!("{}\n", paint.strong(&heading)));
        text.push_str(&format!(
            "as of {}, usage up to {}, rulebook {}: {}{provisional}\n",
            score.as_of,
            score.month,
            rulebook.program.version,
            score.status.shown().to_lowercase(),
        ));
        for track in &score.tracks {
            text.push_str(&track_lines(track, rulebook.program.qualifying_points.value, paint));
        }
        text.push_str(&format!("  window  {}\n\n", window(score)));
    }
    text
}

fn track_lines(track: &TrackScore, goal: i64, paint: Paint) -> String {
    let name = track.track.as_ref().map_or_else(|| "score".to_owned(), |name| format!("track {name}"));
    let chosen = if track.chosen && track.track.is_some() { ", the one that counts" } else { "" };
    let judged = if track.qualified { paint.good("qualified") } else { "not qualified".to_owned() };
    let mut text = format!("  {name}{chosen}: {} of {goal}, {judged}\n", track.score.shown());
    let mut rows = Vec::new();
    for metric in &track.metrics {
        rows.push(vec![
            format!("{}{}", metric.metric.as_str(), mark(metric)),
            metric.value.shown(),
            metric.unit.to_owned(),
            metric.points.shown(),
            format!("of {}", metric.max),
        ]);
        for part in &metric.parts {
            rows.push(vec![format!("  {}", part.part), part.value.shown(), String::new(), part.points.shown(), String::new()]);
        }
    }
    for line in table::lines(&["METRIC", "VALUE", "UNIT", "POINTS", ""], &rows, &[1, 3]) {
        text.push_str(&format!("    {line}\n"));
    }
    for note in notes(track) {
        text.push_str(&format!("    {}\n", paint.warn(&note)));
    }
    text
}

/// `2024-03 70.00 ✓ · 2024-04 …`
fn window(score: &Score) -> String {
    let row =
        |row: &domain::designations::WindowRow| format!("{} {}{}", row.month, row.score.shown(), if row.qualified { " ✓" } else { "" });
    score.window.iter().map(row).collect::<Vec<_>>().join(" · ")
}

/// A node and the levels below it, indented; what does not count says why and what would cure it.
pub fn tree(node: &Node, depth: usize, hidden: &Hidden, paint: Paint) -> String {
    let mut text = String::new();
    branch((node, ""), depth, 0, (hidden, paint), &mut text);
    text
}

fn branch((node, inherited): (&Node, &'static str), depth: usize, level: usize, (hidden, paint): (&Hidden, Paint), text: &mut String) {
    let indent = "  ".repeat(level);
    let sign = if node.adds.is_negative() { "− " } else { "" };
    let unit = if node.unit.is_empty() { String::new() } else { format!(" {}", node.unit) };
    let points = node.points.as_ref().map(|points| format!(" → {} points", points.brief())).unwrap_or_default();
    let rows = if node.rows > 1 { format!(" ({} rows)", node.rows) } else { String::new() };
    let within = node.unit_within(inherited);
    let money = hidden.revenue.as_ref().filter(|_| node.is_money(inherited));
    let behind = hidden.revenue.as_ref().filter(|_| node.children.iter().any(|child| child.is_money(within))).or(money);
    let label = hidden.persons.as_ref().filter(|_| node.kind == "person").unwrap_or(&node.label);
    let line = match money {
        Some(told) => format!("{label}: {told}{rows}{points}"),
        None => format!("{sign}{label}: {}{unit}{rows}{points}", node.value.brief()),
    };
    let line = match node.counted {
        true if level < 2 => paint.strong(&line),
        true => line,
        false => paint.faint(&line),
    };
    text.push_str(&format!("{indent}{line}\n"));
    let mut below: Vec<String> = node.arithmetic.iter().map(|arithmetic| format!("= {}", behind.unwrap_or(arithmetic))).collect();
    below.extend(node.reason.map(|reason| paint.warn(&format!("not counted, {}: {}", reason.code(), reason.cure()))));
    below.extend(node.associations.iter().map(|association| format!("by {}", hidden.association(association))));
    below.extend(hidden.notes(node).map(|note| paint.warn(&format!("* {note}"))));
    below.extend(node.keys.iter().filter(|(key, _)| *key == "lines").map(|(_, lines)| paint.faint(&format!("from {lines}"))));
    below.extend(
        node.rules.iter().map(|rule| paint.faint(&format!("rule {} = {} [{}, {}]", rule.field, rule.value, rule.version, rule.source))),
    );
    for line in below {
        text.push_str(&format!("{indent}  {line}\n"));
    }
    if depth == 0 && !node.children.is_empty() {
        let count = node.children.len();
        text.push_str(&format!("{indent}  {}\n", paint.faint(&format!("… {count} more below; `--depth` shows them"))));
        return;
    }
    for child in &node.children {
        branch((child, within), depth - 1, level + 1, (hidden, paint), text);
    }
}
