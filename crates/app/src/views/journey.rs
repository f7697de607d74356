//! The shape of a row's journey: from file and line to fate, table row, credits, metrics and points.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ledger::ProblemView;
use crate::views::hidden::Hidden;

/// What became of a line of a source file.
#[derive(Debug, Serialize)]
pub struct JourneyView {
    /// The batch.
    pub batch_id: String,
    /// The file.
    pub file: String,
    /// The line.
    pub line: u64,
    /// `in-lake`, `duplicate`, `superseded`, `quarantined`, `undone`, `ignored`, `no-row`, or `not-told` when the ledger does not hold it.
    pub state: &'static str,
    /// What that means here, in words.
    pub told: String,
    /// Where rows are from that stand in its place: `BATCH:FILE:LINE`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<String>,
    /// The table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// The row of the table, by column.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub row: BTreeMap<&'static str, String>,
    /// What was wrong with the row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<ProblemView>,
    /// To whom the row is credited as of the day; nothing when it is no row of usage, or not in the lake.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credits: Option<Vec<CreditView>>,
    /// Why it is credited to nobody, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncredited: Option<String>,
    /// The metrics that it is in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<PlaceView>,
}

impl JourneyView {
    /// The journey, without the dollars that are hidden from the reader.
    #[must_use]
    pub fn masked(mut self, hidden: &Hidden) -> Self {
        if let Some(told) = &hidden.revenue {
            let money = self.row.iter_mut().filter(|(column, _)| column.ends_with("_usd"));
            money.for_each(|(_, value)| value.clone_from(told));
        }
        self.problems.iter_mut().for_each(|problem| problem.mask(hidden));
        self
    }
}

/// A credit.
#[derive(Debug, Serialize)]
pub struct CreditView {
    /// The global account.
    pub global_partner_id: String,
    /// Its name.
    pub partner_name: String,
    /// The location that the association names.
    pub partner_id: String,
    /// The kind of association.
    pub attach: &'static str,
    /// The association, in words.
    pub association: String,
}

/// A metric that holds the row.
#[derive(Debug, Serialize)]
pub struct PlaceView {
    /// The global account.
    pub global_partner_id: String,
    /// The area.
    pub area: String,
    /// The track.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track: Option<String>,
    /// The metric.
    pub metric: String,
    /// The points of the metric.
    pub points: String,
    /// Where in the metric.
    pub path: Vec<String>,
    /// Whether it counts.
    pub counted: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}
