//! The shape of scores: keys in their order, decimals as texts with two places, and the exact fraction beside each.

use domain::designations::{Score, TrackScore, WindowRow};
use domain::fraction::Fraction;
use domain::points::{MetricScore, Note, PartScore};
use domain::rulebook::Rulebook;
use serde::Serialize;

/// A partner in an area.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct ScoreView {
    global_partner_id: String,
    area: String,
    rulebook: String,
    as_of: String,
    month: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provisional: Option<bool>,
    tracks: Vec<TrackView>,
    window: Vec<WindowView>,
}

#[derive(Debug, Serialize, schemars::JsonSchema)]
struct TrackView {
    track: Option<String>,
    chosen: bool,
    #[serde(flatten)]
    score: ScoreNumber,
    qualified: bool,
    metrics: Vec<MetricView>,
}

#[derive(Debug, Serialize, schemars::JsonSchema)]
struct MetricView {
    metric: &'static str,
    #[serde(flatten)]
    number: Number,
    max: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    parts: Vec<PartView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    notes: Vec<NoteView>,
}

#[derive(Debug, Serialize, schemars::JsonSchema)]
struct PartView {
    part: String,
    #[serde(flatten)]
    number: Number,
}

/// What a reader must know beside a number.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct NoteView {
    code: &'static str,
    message: String,
}

#[derive(Debug, Serialize, schemars::JsonSchema)]
struct WindowView {
    month: String,
    #[serde(flatten)]
    score: ScoreNumber,
    qualified: bool,
}

#[derive(Debug, Serialize, schemars::JsonSchema)]
struct ScoreNumber {
    score: String,
    score_exact: String,
}

#[derive(Debug, Serialize, schemars::JsonSchema)]
struct Number {
    value: String,
    value_exact: String,
    points: String,
    points_exact: String,
}

impl ScoreView {
    /// The shape of a score by `rulebook`.
    pub fn new(score: &Score, rulebook: &Rulebook) -> Self {
        Self {
            global_partner_id: score.global_partner_id.to_string(),
            area: score.area.to_string(),
            rulebook: rulebook.program.version.clone(),
            as_of: score.as_of.to_string(),
            month: score.month.to_string(),
            status: score.status.as_str(),
            provisional: score.is_provisional.then_some(true),
            tracks: score.tracks.iter().map(TrackView::new).collect(),
            window: score.window.iter().map(WindowView::new).collect(),
        }
    }
}

impl TrackView {
    fn new(track: &TrackScore) -> Self {
        Self {
            track: track.track.as_ref().map(ToString::to_string),
            chosen: track.chosen,
            score: ScoreNumber::new(&track.score),
            qualified: track.qualified,
            metrics: track.metrics.iter().map(MetricView::new).collect(),
        }
    }
}

impl MetricView {
    fn new(metric: &MetricScore) -> Self {
        Self {
            metric: metric.metric.as_str(),
            number: Number::new(&metric.value, &metric.points),
            max: metric.max.to_string(),
            parts: metric.parts.iter().map(PartView::new).collect(),
            notes: metric.notes.iter().map(NoteView::new).collect(),
        }
    }
}

impl PartView {
    fn new(part: &PartScore) -> Self {
        Self { part: part.part.to_string(), number: Number::new(&part.value, &part.points) }
    }
}

impl NoteView {
    fn new(note: &Note) -> Self {
        Self { code: note.code(), message: note.sentence() }
    }
}

impl WindowView {
    fn new(row: &WindowRow) -> Self {
        Self { month: row.month.to_string(), score: ScoreNumber::new(&row.score), qualified: row.qualified }
    }
}

impl ScoreNumber {
    fn new(score: &Fraction) -> Self {
        Self { score: score.shown(), score_exact: score.exact() }
    }
}

impl Number {
    fn new(value: &Fraction, points: &Fraction) -> Self {
        Self { value: value.shown(), value_exact: value.exact(), points: points.shown(), points_exact: points.exact() }
    }
}
