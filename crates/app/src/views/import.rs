//! The shape of imports: what became of every row, per table and file, with totals that add up to the file.

use std::collections::BTreeMap;

use domain::amount::Amount;
use engine::fates::{Fate, Totals};
use engine::import::{FileEntry, Outcome};
use serde::Serialize;
use store::acts::{MonthChange, Undo};

use crate::views::hidden::Hidden;
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
    /// The sum over rows of consumption and revenue that came in.
    #[serde(skip)]
    pub dollars: String,
    /// `standing` or `undone`; nothing of an import that was just made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    /// That it was undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo: Option<UndoView>,
    /// What it, and undoing it, made of months of facts; when asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub months: Vec<MonthView>,
}

/// That a batch was undone.
#[derive(Debug, Clone, Serialize)]
pub struct UndoView {
    /// When, UTC.
    pub undone_at: String,
    /// Who asked for it.
    pub undone_by: String,
    /// Why.
    pub reason: String,
    /// Rows that went, by table.
    pub removed: BTreeMap<String, TotalView>,
    /// Rows that came back, by table.
    pub restored: BTreeMap<String, TotalView>,
}

/// Rows and their amount.
#[derive(Debug, Clone, Serialize)]
pub struct TotalView {
    /// How many.
    pub rows: u64,
    /// The sum of the table's amount column.
    pub amount: String,
}

/// What an act made of a month of facts.
#[derive(Debug, Clone, Serialize)]
pub struct MonthView {
    /// The month.
    pub month: String,
    /// The table.
    pub table: String,
    /// The format that the rows came by.
    pub source: String,
    /// The batch.
    pub batch_id: String,
    /// `import` or `undo`.
    pub act: String,
    /// Rows before.
    pub rows_before: u64,
    /// Rows after.
    pub rows_after: u64,
    /// The sum of the amounts before.
    pub amount_before: String,
    /// The sum of the amounts after.
    pub amount_after: String,
    /// What partners are credited with for the month's rows before, each row once for every global account; of restated consumption.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credited_before: Option<String>,
    /// The same after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credited_after: Option<String>,
}

impl MonthView {
    /// Puts whom to ask in place of the dollars that are hidden from the reader.
    pub fn mask(&mut self, hidden: &Hidden) {
        let sums =
            [Some(&mut self.amount_before), Some(&mut self.amount_after), self.credited_before.as_mut(), self.credited_after.as_mut()];
        sums.into_iter().flatten().for_each(|sum| hidden.mask_sum(&self.table, sum));
    }

    /// A change of the ledger.
    pub fn new(change: &MonthChange) -> Self {
        Self {
            month: change.month.to_string(),
            table: change.table.clone(),
            source: change.source.clone(),
            batch_id: change.batch_id.clone(),
            act: change.act.clone(),
            rows_before: change.before.0,
            rows_after: change.after.0,
            amount_before: change.before.1.to_string(),
            amount_after: change.after.1.to_string(),
            credited_before: change.credited.map(|(before, _)| before.to_string()),
            credited_after: change.credited.map(|(_, after)| after.to_string()),
        }
    }
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
    /// Equal for equal content, format and options.
    pub hash: String,
    /// How many rows it has.
    pub rows: u64,
    /// Rows by fate.
    #[serde(flatten)]
    pub fates: BTreeMap<String, u64>,
    /// Whether the fates add up to the rows.
    pub adds_up: bool,
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
        let file = |entry: &FileEntry| {
            let fates = fates(fated(&entry.totals));
            FileView {
                file: entry.name.clone(),
                format: entry.format.name().to_owned(),
                table: entry.table.to_owned(),
                hash: entry.hash.clone(),
                rows: entry.rows,
                adds_up: fates.values().sum::<u64>() == entry.rows,
                fates,
                same_as: entry.same_as.clone(),
                error: entry.error.clone(),
            }
        };
        Self {
            batch_id: is_kept.then(|| outcome.batch_id.clone()),
            recorded_at: None,
            source,
            rows: outcome.totals.incoming().rows,
            tables: tables(fated(&outcome.totals)),
            files: outcome.files.iter().map(file).collect(),
            rules: outcome.rules().into_iter().map(|(rule, rows)| (rule.to_string(), rows)).collect(),
            dollars: dollars(fated(&outcome.totals)).to_string(),
            state: None,
            undo: None,
            months: Vec::new(),
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
                .map(|file| {
                    let fates = fates(totals(&file.totals).iter().map(borrowed));
                    FileView {
                        file: file.name.clone(),
                        format: file.format.clone(),
                        table: file.table.clone(),
                        hash: file.content_hash.clone(),
                        rows: file.rows,
                        adds_up: fates.values().sum::<u64>() == file.rows,
                        fates,
                        same_as: file.same_as.clone(),
                        error: file.error.clone(),
                    }
                })
                .collect(),
            rules: batch.rules(),
            dollars: dollars(own.iter().map(borrowed)).to_string(),
            state: Some(if batch.undo.is_some() { "undone" } else { "standing" }),
            undo: batch.undo.as_ref().map(undo_view),
            months: Vec::new(),
        }
    }

    /// The import, without the dollars that are hidden from the reader.
    #[must_use]
    pub fn masked(mut self, hidden: &Hidden) -> Self {
        hidden.mask_sum("consumption", &mut self.dollars);
        for view in &mut self.tables {
            hidden.mask_sum(&view.table, &mut view.amount);
            view.amounts.values_mut().for_each(|sum| hidden.mask_sum(&view.table, sum));
        }
        for totals in self.undo.iter_mut().flat_map(|undo| [&mut undo.removed, &mut undo.restored]) {
            totals.iter_mut().for_each(|(table, total)| hidden.mask_sum(table, &mut total.amount));
        }
        self.months.iter_mut().for_each(|month| month.mask(hidden));
        self
    }

    /// Adds what acts made of months.
    pub fn add_months<'a>(&mut self, changes: impl Iterator<Item = &'a MonthChange>) {
        self.months.extend(changes.map(MonthView::new));
    }

    /// The formats of its files, in their order and once each.
    pub fn formats(&self) -> Vec<String> {
        let mut formats: Vec<String> = Vec::new();
        for file in &self.files {
            if !formats.contains(&file.format) {
                formats.push(file.format.clone());
            }
        }
        formats
    }

    /// Rows of a fate over all tables.
    pub fn of(&self, fate: Fate) -> u64 {
        self.tables.iter().map(|table| table.fates.get(fate.as_str()).copied().unwrap_or_default()).sum()
    }
}

fn undo_view(undo: &Undo) -> UndoView {
    let of = |effect: &str| {
        let totals = undo.totals.iter().filter(|total| total.effect == effect);
        totals.map(|total| (total.table.clone(), TotalView { rows: total.rows, amount: total.amount.to_string() })).collect()
    };
    UndoView {
        undone_at: undo.undone_at.clone(),
        undone_by: undo.undone_by.clone(),
        reason: undo.reason.clone(),
        removed: of("removed"),
        restored: of("restored"),
    }
}

/// The sum over rows that came in of the tables whose amounts are dollars.
fn dollars<'a>(totals: impl Iterator<Item = Fated<'a>>) -> Amount {
    let came_in = totals.filter(|(table, fate, ..)| ["consumption", "revenue"].contains(table) && *fate != Fate::Superseded.as_str());
    came_in.map(|(.., amount)| amount).sum()
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
