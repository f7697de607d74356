//! The ledger: batches, their files, what became of rows.

mod read;

use std::collections::BTreeMap;

use domain::amount::Amount;
use sqlx::AnyConnection;

use crate::acts::{self, MonthChange, Undo};
use crate::manifest::{self, Change};
use crate::statements::{
    RECORD_BATCH, RECORD_BATCH_FILE, RECORD_BATCH_FILE_RULE, RECORD_BATCH_FILE_TOTAL, RECORD_BATCH_TOTAL, RECORD_REFUSED_ROW,
    RECORD_ROW_PROBLEM,
};
use crate::{Store, StoreError};

/// An import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// The batch's id.
    pub batch_id: String,
    /// When it was recorded, UTC, `2024-01-31T10:11:12Z`.
    pub recorded_at: String,
    /// The path that was imported, as given.
    pub source: String,
    /// The hash over the hashes of its files.
    pub content_hash: String,
    /// What became of its rows, and of older rows that they superseded.
    pub totals: Vec<Total>,
    /// Its source files, in order.
    pub files: Vec<BatchFile>,
    /// What was wrong with rows, as far as it is kept in full.
    pub problems: Vec<Problem>,
    /// That it was undone.
    pub undo: Option<Undo>,
}

/// Rows of one table and fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total {
    /// The table.
    pub table: String,
    /// `accepted`, `duplicate`, `superseded`, `quarantined` or `ignored`.
    pub fate: String,
    /// How many rows.
    pub rows: u64,
    /// The sum of their amounts.
    pub amount: Amount,
}

/// A source file of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchFile {
    /// The file, relative to the path that was imported.
    pub name: String,
    /// Its format.
    pub format: String,
    /// The table that its rows go to.
    pub table: String,
    /// Equal for equal content, format and options.
    pub content_hash: String,
    /// How many rows it has.
    pub rows: u64,
    /// The earlier batch that imported the same content.
    pub same_as: Option<String>,
    /// Why it was not read.
    pub error: Option<String>,
    /// What became of its rows.
    pub totals: Vec<Total>,
    /// Which of its rows rules left out.
    pub rules: Vec<FileRule>,
    /// Rows that were kept out, as they stood, by line; not read back with the batch.
    pub refused: Vec<RefusedRow>,
}

/// A row that was kept out, as it stood in its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// The line, from 1; 0 is the header.
    pub line: u64,
    /// JSON: a list of cells, or an object.
    pub content: String,
}

/// Rows of a file that a rule left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRule {
    /// The rule.
    pub rule: String,
    /// How many rows.
    pub rows: u64,
    /// On which lines they are, as runs: `2-40,45`; empty when that is not known.
    pub lines: String,
}

/// What was wrong with a row, or with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
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

/// A file that was read by an earlier batch, for telling a repeated import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadFile {
    /// The hash of its content.
    pub content_hash: String,
    /// The batch that read it.
    pub batch_id: String,
    /// How many rows came in.
    pub rows: u64,
    /// The sum of their amounts.
    pub amount: Amount,
    /// How many of them were quarantined.
    pub quarantined: u64,
}

impl Batch {
    /// How many rows each rule left out.
    #[must_use]
    pub fn rules(&self) -> BTreeMap<String, u64> {
        let mut rules = BTreeMap::new();
        for left in self.files.iter().flat_map(|file| &file.rules) {
            *rules.entry(left.rule.clone()).or_default() += left.rows;
        }
        rules
    }
}

impl Store {
    /// Records a batch and changes the manifest, together or not at all.
    ///
    /// # Errors
    /// When another act was recorded since the ledger was read, or when the database fails; then nothing is recorded.
    pub async fn record_batch(&self, batch: &Batch, change: &Change, months: &[MonthChange]) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await.map_err(StoreError::at("batch/record"))?;
        let sequence = acts::advance(&mut transaction, change.rests_on).await?;
        record_head(&mut transaction, batch).await?;
        for (position, file) in batch.files.iter().enumerate() {
            record_file(&mut transaction, &batch.batch_id, bigint(position as u64), file).await?;
        }
        for (position, problem) in batch.problems.iter().enumerate() {
            record_problem(&mut transaction, &batch.batch_id, bigint(position as u64), problem).await?;
        }
        manifest::record_change(&mut transaction, change).await?;
        acts::record_months(&mut transaction, sequence, &batch.batch_id, "import", months).await?;
        transaction.commit().await.map_err(StoreError::at("batch/record"))
    }
}

/// A count as the database holds it; counts beyond nine quintillions do not occur.
pub(crate) fn bigint(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

async fn record_head(connection: &mut AnyConnection, batch: &Batch) -> Result<(), StoreError> {
    sqlx::query(RECORD_BATCH)
        .bind(batch.batch_id.clone())
        .bind(batch.recorded_at.clone())
        .bind(batch.source.clone())
        .bind(batch.content_hash.clone())
        .execute(&mut *connection)
        .await
        .map_err(StoreError::at("batch/record"))?;
    for total in &batch.totals {
        sqlx::query(RECORD_BATCH_TOTAL)
            .bind(batch.batch_id.clone())
            .bind(total.table.clone())
            .bind(total.fate.clone())
            .bind(bigint(total.rows))
            .bind(total.amount.to_string())
            .execute(&mut *connection)
            .await
            .map_err(StoreError::at("batch_total/record"))?;
    }
    Ok(())
}

async fn record_file(connection: &mut AnyConnection, batch_id: &str, position: i64, file: &BatchFile) -> Result<(), StoreError> {
    sqlx::query(RECORD_BATCH_FILE)
        .bind(batch_id.to_owned())
        .bind(position)
        .bind(file.name.clone())
        .bind(file.format.clone())
        .bind(file.table.clone())
        .bind(file.content_hash.clone())
        .bind(bigint(file.rows))
        .bind(file.same_as.clone())
        .bind(file.error.clone())
        .execute(&mut *connection)
        .await
        .map_err(StoreError::at("batch_file/record"))?;
    for total in &file.totals {
        sqlx::query(RECORD_BATCH_FILE_TOTAL)
            .bind(batch_id.to_owned())
            .bind(position)
            .bind(total.table.clone())
            .bind(total.fate.clone())
            .bind(bigint(total.rows))
            .bind(total.amount.to_string())
            .execute(&mut *connection)
            .await
            .map_err(StoreError::at("batch_file_total/record"))?;
    }
    for rule in &file.rules {
        sqlx::query(RECORD_BATCH_FILE_RULE)
            .bind(batch_id.to_owned())
            .bind(position)
            .bind(rule.rule.clone())
            .bind(bigint(rule.rows))
            .bind(rule.lines.clone())
            .execute(&mut *connection)
            .await
            .map_err(StoreError::at("batch_file_rule/record"))?;
    }
    for row in &file.refused {
        sqlx::query(RECORD_REFUSED_ROW)
            .bind(batch_id.to_owned())
            .bind(position)
            .bind(bigint(row.line))
            .bind(row.content.clone())
            .execute(&mut *connection)
            .await
            .map_err(StoreError::at("refused_row/record"))?;
    }
    Ok(())
}

async fn record_problem(connection: &mut AnyConnection, batch_id: &str, position: i64, problem: &Problem) -> Result<(), StoreError> {
    sqlx::query(RECORD_ROW_PROBLEM)
        .bind(batch_id.to_owned())
        .bind(position)
        .bind(problem.severity.clone())
        .bind(problem.table.clone())
        .bind(problem.file.clone())
        .bind(problem.line.map(bigint))
        .bind(problem.column.clone())
        .bind(storable(&problem.value))
        .bind(problem.reason.clone())
        .bind(storable(&problem.message))
        .bind(problem.cure.clone())
        .bind(bigint(problem.rows))
        .execute(connection)
        .await
        .map_err(StoreError::at("row_problem/record"))?;
    Ok(())
}

/// A text that both databases can hold: PostgreSQL takes no null characters.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
