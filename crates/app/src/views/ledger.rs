//! The shape of the ledger: a batch with its problems, months with what happened to them.

use std::collections::{BTreeMap, BTreeSet};

use domain::amount::Amount;
use domain::time::Month;
use serde::Serialize;
use store::acts::{MonthChange, PeriodEvent};
use store::ledger::Problem;

use crate::views::hidden::Hidden;

use super::import::{ImportView, MonthView};

/// A batch with its problems.
#[derive(Debug, Serialize)]
pub struct BatchView {
    /// The batch.
    #[serde(flatten)]
    pub import: ImportView,
    /// How many problems the ledger keeps of it in full.
    pub problems_kept: usize,
    /// Problems, as many as were asked for.
    pub problems: Vec<ProblemView>,
}

/// What was wrong with a row, or with a file.
#[derive(Debug, Clone, Serialize)]
pub struct ProblemView {
    /// `warning`, `quarantined` or `unreadable`.
    pub severity: String,
    /// The table.
    pub table: String,
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: Option<u64>,
    /// The column.
    pub column: String,
    /// The value found.
    pub value: String,
    /// The kind of trouble.
    pub reason: String,
    /// What is wrong.
    pub message: String,
    /// What would cure it.
    pub cure: String,
    /// How many rows the problem is about.
    pub rows: u64,
}

impl BatchView {
    /// The batch, without the dollars that are hidden from the reader: what was wrong with a row quotes it.
    #[must_use]
    pub fn masked(mut self, hidden: &Hidden) -> Self {
        self.import = self.import.masked(hidden);
        self.problems.iter_mut().for_each(|problem| problem.mask(hidden));
        self
    }
}

impl ProblemView {
    /// Puts whom to ask in place of a value of dollars that was found.
    pub fn mask(&mut self, hidden: &Hidden) {
        let has_value = ["consumption", "revenue"].contains(&self.table.as_str()) && !self.value.is_empty();
        if let Some(told) = hidden.revenue.as_ref().filter(|_| has_value) {
            self.message = self.message.replace(&self.value, "…");
            self.value.clone_from(told);
        }
    }

    /// A problem of the ledger.
    pub fn new(problem: &Problem) -> Self {
        let Problem { severity, table, file, line, column, value, reason, message, cure, rows } = problem.clone();
        Self { severity, table, file, line, column, value, reason, message, cure, rows }
    }
}

/// A month of facts.
#[derive(Debug, Serialize)]
pub struct PeriodView {
    /// The month.
    pub month: String,
    /// `open` or `closed`.
    pub state: &'static str,
    /// What is there, per table and source.
    pub parts: Vec<PartView>,
    /// That it was closed and reopened, in order.
    pub events: Vec<EventView>,
}

/// Rows of a month, by table and source.
#[derive(Debug, Serialize)]
pub struct PartView {
    /// The table.
    pub table: String,
    /// The format that the rows came by.
    pub source: String,
    /// How many rows there are.
    pub rows: u64,
    /// The sum of their amounts; nothing when an older version wrote them.
    pub amount: Option<String>,
    /// How they came to change after they were first there, in order.
    pub restated: Vec<MonthView>,
}

/// That a month was closed or reopened.
#[derive(Debug, Serialize)]
pub struct EventView {
    /// `close` or `reopen`.
    pub act: String,
    /// When, UTC.
    pub done_at: String,
    /// Who asked for it.
    pub done_by: String,
    /// Why.
    pub reason: String,
}

impl PeriodView {
    /// The month, without the dollars that are hidden from the reader.
    #[must_use]
    pub fn masked(mut self, hidden: &Hidden) -> Self {
        for part in &mut self.parts {
            if let Some(sum) = &mut part.amount {
                hidden.mask_sum(&part.table, sum);
            }
            part.restated.iter_mut().for_each(|month| month.mask(hidden));
        }
        self
    }
}

impl EventView {
    /// An event of the ledger.
    pub fn new(event: &PeriodEvent) -> Self {
        let PeriodEvent { act, done_at, done_by, reason, .. } = event.clone();
        Self { act, done_at, done_by, reason }
    }
}

/// A part of a month: table, source, rows, amount.
pub type Part<'a> = (&'a str, &'a str, u64, Option<Amount>);

/// The months that hold facts or were closed, the latest first.
pub fn periods<'a>(
    parts: impl Iterator<Item = (Month, Part<'a>)>,
    changes: &[MonthChange],
    events: &BTreeMap<Month, Vec<PeriodEvent>>,
) -> Vec<PeriodView> {
    let mut by_month: BTreeMap<Month, Vec<Part<'a>>> = BTreeMap::new();
    for (month, part) in parts {
        by_month.entry(month).or_default().push(part);
    }
    let months: BTreeSet<Month> = by_month.keys().chain(events.keys()).copied().collect();
    let period = |month: Month| {
        let events = events.get(&month).map(Vec::as_slice).unwrap_or_default();
        let restated = |table: &str, source: &str| {
            let is_of_part = |of: &&MonthChange| of.month == month && of.table == table && of.source == source && of.before.0 > 0;
            changes.iter().filter(is_of_part).map(MonthView::new).collect()
        };
        let part = |(table, source, rows, amount): &Part<'_>| PartView {
            table: (*table).to_owned(),
            source: (*source).to_owned(),
            rows: *rows,
            amount: amount.map(|amount| amount.to_string()),
            restated: restated(table, source),
        };
        PeriodView {
            month: month.to_string(),
            state: if events.last().is_some_and(|event| event.act == "close") { "closed" } else { "open" },
            parts: by_month.get(&month).into_iter().flatten().map(part).collect(),
            events: events.iter().map(EventView::new).collect(),
        }
    };
    months.into_iter().rev().map(period).collect()
}
