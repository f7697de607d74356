//! The shape of imports: what became of every row, per table and file, with totals that add up to the file.

use std::collections::BTreeMap;

use domain::amount::Amount;
use engine::fates::{Fate, Totals};
use engine::import::{FileEntry, Outcome};
use serde::Serialize;
use store::ledger::Batch;

/// An import.
#[derive(Debug, Serialize)]
pub struct ImportView {
    /// The batch's id; none when nothing was recorded.
    pub batch_id: Option<String>,
    /// When it was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<String>,
    /// The path that was imported.
    pub source: String,
    /// Rows that came in.
    pub rows: u64,
    /// What became of rows, by table.
    pub tables: Vec<TableView>,
    /// What became of rows, by file.
    pub files: Vec<FileView>,
    /// How many rows each rule left out.
    pub rules: BTreeMap<String, u64>,
}

/// Rows of a table.
#[derive(Debug, Serialize)]
pub struct TableView {
    /// The table.
    pub table: String,
    /// Rows that came in: the sum of the fates but `superseded`, which counts older rows.
    pub rows: u64,
    /// Rows by fate.
    #[serde(flatten)]
    pub fates: BTreeMap<String, u64>,
    /// The sum of the table's amount column over the rows that came in.
    pub amount: String,
    /// That sum by fate.
    pub amounts: BTreeMap<String, String>,
}

/// Rows of a file.
#[derive(Debug, Serialize)]
pub struct FileView {
    /// The file.
    pub file: String,
    /// Its format.
    pub format: String,
    /// The table that its rows go to.
    pub table: String,
    /// How many rows it has.
    pub rows: u64,
    /// Rows by fate.
    #[serde(flatten)]
    pub fates: BTreeMap<String, u64>,
    /// The earlier batch that imported the same content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    /// Why it was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A total as both the engine and the ledger tell it: table, fate, rows, amount.
type Fated<'a> = (&'a str, &'a str, u64, Amount);

impl ImportView {
    /// An import that was just made; it has no id when it is not kept.
    pub fn of_outcome(source: String, outcome: &Outcome, is_kept: bool) -> Self {
        let file = |entry: &FileEntry| FileView {
            file: entry.name.clone(),
            format: entry.format.name().to_owned(),
            table: entry.table.to_owned(),
            rows: entry.rows,
            fates: fates(fated(&entry.totals)),
            same_as: entry.same_as.clone(),
            error: entry.error.clone(),
        };
        Self {
            batch_id: is_kept.then(|| outcome.batch_id.clone()),
            recorded_at: None,
            source,
            rows: outcome.totals.incoming().rows,
            tables: tables(fated(&outcome.totals)),
            files: outcome.files.iter().map(file).collect(),
            rules: outcome.ignored.iter().map(|(rule, rows)| (rule.to_string(), *rows)).collect(),
        }
    }

    /// An import of the ledger.
    pub fn of_batch(batch: &Batch) -> Self {
        let totals = |totals: &'_ [store::ledger::Total]| -> Vec<(String, String, u64, Amount)> {
            totals.iter().map(|total| (total.table.clone(), total.fate.clone(), total.rows, total.amount)).collect()
        };
        let own = totals(&batch.totals);
        let tables: Vec<TableView> = tables(own.iter().map(borrowed));
        Self {
            batch_id: Some(batch.batch_id.clone()),
            recorded_at: Some(batch.recorded_at.clone()),
            source: batch.source.clone(),
            rows: tables.iter().map(|table| table.rows).sum(),
            tables,
            files: batch
                .files
                .iter()
                .map(|file| FileView {
                    file: file.name.clone(),
                    format: file.format.clone(),
                    table: file.table.clone(),
                    rows: file.rows,
                    fates: fates(totals(&file.totals).iter().map(borrowed)),
                    same_as: file.same_as.clone(),
                    error: file.error.clone(),
                })
                .collect(),
            rules: batch.rules.iter().cloned().collect(),
        }
    }

    /// Rows of a fate over all tables.
    pub fn of(&self, fate: Fate) -> u64 {
        self.tables.iter().map(|table| table.fates.get(fate.as_str()).copied().unwrap_or_default()).sum()
    }
}

fn borrowed(total: &(String, String, u64, Amount)) -> Fated<'_> {
    (&total.0, &total.1, total.2, total.3)
}

fn fated(totals: &Totals) -> impl Iterator<Item = Fated<'_>> {
    totals.iter().map(|(table, fate, total)| (table, fate.as_str(), total.rows, total.amount))
}

fn fates<'a>(totals: impl Iterator<Item = Fated<'a>>) -> BTreeMap<String, u64> {
    let mut fates = BTreeMap::new();
    for (_, fate, rows, _) in totals {
        *fates.entry(fate.to_owned()).or_default() += rows;
    }
    fates
}

fn tables<'a>(totals: impl Iterator<Item = Fated<'a>>) -> Vec<TableView> {
    let mut tables: BTreeMap<&str, (TableView, Amount)> = BTreeMap::new();
    for (table, fate, rows, amount) in totals {
        let none =
            || TableView { table: table.to_owned(), rows: 0, fates: BTreeMap::new(), amount: String::new(), amounts: BTreeMap::new() };
        let (view, sum) = tables.entry(table).or_insert_with(|| (none(), Amount::ZERO));
        if fate != Fate::Superseded.as_str() {
            view.rows += rows;
            *sum += amount;
        }
        *view.fates.entry(fate.to_owned()).or_default() += rows;
        view.amounts.insert(fate.to_owned(), amount.to_string());
    }
    tables.into_values().map(|(view, sum)| TableView { amount: sum.to_string(), ..view }).collect()
}
