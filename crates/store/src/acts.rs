//! Acts beside imports: batches that are undone, months that are closed and reopened; and what all acts made of months.
//!
//! Every act counts up the ledger's sequence, and is recorded only when the sequence is still the one that it rests on. So of two
//! acts at once, one is refused, whichever parts of the lake they are about.

use domain::amount::Amount;
use domain::record::event::Draft;
use domain::time::Month;
use jiff::Timestamp;
use sqlx::AnyConnection;

use crate::ledger::bigint;
use crate::manifest::{self, Change};
use crate::row::Cells;
use crate::statements::{
    ADVANCE_LEDGER_HEAD, FIND_LEDGER_HEAD, LIST_MONTH_CHANGES, LIST_PERIOD_EVENTS, RECORD_BATCH_UNDO, RECORD_BATCH_UNDO_TOTAL,
    RECORD_MONTH_CHANGE, RECORD_PERIOD_EVENT,
};
use crate::{Store, StoreError};

/// That a batch was undone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Undo {
    /// When, UTC, `2024-01-31T10:11:12Z`.
    pub undone_at: String,
    /// Who asked for it.
    pub undone_by: String,
    /// Why.
    pub reason: String,
    /// Rows that went and that came back.
    pub totals: Vec<UndoTotal>,
}

/// Rows of a table that went or came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoTotal {
    /// The table.
    pub table: String,
    /// `removed` or `restored`.
    pub effect: String,
    /// How many rows.
    pub rows: u64,
    /// The sum of their amounts.
    pub amount: Amount,
}

/// What an act made of a month of facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthChange {
    /// The batch that was imported or undone.
    pub batch_id: String,
    /// `import` or `undo`.
    pub act: String,
    /// The table.
    pub table: String,
    /// The format that the rows came by.
    pub source: String,
    /// The month.
    pub month: Month,
    /// Rows before, and the sum of their amounts.
    pub before: (u64, Amount),
    /// Rows after, and the sum of their amounts.
    pub after: (u64, Amount),
    /// What partners are credited with for the month's rows before and after, dollars; nothing where that was not worked out.
    pub credited: Option<(Amount, Amount)>,
}

/// A month that was closed, or reopened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodEvent {
    /// The month.
    pub month: Month,
    /// `close` or `reopen`.
    pub act: String,
    /// When, UTC, `2024-01-31T10:11:12Z`.
    pub done_at: String,
    /// Who asked for it.
    pub done_by: String,
    /// Why.
    pub reason: String,
}

impl Store {
    /// How many acts the ledger holds: what a later act rests on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sequence(&self) -> Result<u64, StoreError> {
        let statement = "ledger_head/find";
        let row = sqlx::query(FIND_LEDGER_HEAD).fetch_one(&self.pool).await.map_err(StoreError::at(statement))?;
        Cells { row: &row, statement, table: "ledger_head" }.count("sequence")
    }

    /// Records that a batch was undone and changes the manifest, which loses the pieces of the batch, together or not at all.
    ///
    /// # Errors
    /// When another act was recorded since the ledger was read, or when the database fails; then nothing is recorded.
    pub async fn record_undo(&self, batch_id: &str, undo: &Undo, change: &Change, months: &[MonthChange]) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await.map_err(StoreError::at("batch_undo/record"))?;
        let sequence = advance(&mut transaction, change.rests_on).await?;
        sqlx::query(RECORD_BATCH_UNDO)
            .bind(batch_id.to_owned())
            .bind(undo.undone_at.clone())
            .bind(undo.undone_by.clone())
            .bind(undo.reason.clone())
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::at("batch_undo/record"))?;
        for total in &undo.totals {
            sqlx::query(RECORD_BATCH_UNDO_TOTAL)
                .bind(batch_id.to_owned())
                .bind(total.table.clone())
                .bind(total.effect.clone())
                .bind(bigint(total.rows))
                .bind(total.amount.to_string())
                .execute(&mut *transaction)
                .await
                .map_err(StoreError::at("batch_undo_total/record"))?;
        }
        manifest::drop_pieces(&mut transaction, batch_id).await?;
        manifest::record_change(&mut transaction, change).await?;
        record_months(&mut transaction, sequence, batch_id, "undo", months).await?;
        transaction.commit().await.map_err(StoreError::at("batch_undo/record"))
    }

    /// Records that a month was closed or reopened, and what the log of events is told of it.
    ///
    /// # Errors
    /// When another act was recorded since the ledger was read, or when the database fails; then nothing is recorded.
    pub async fn record_period(&self, event: &PeriodEvent, rests_on: u64, told: Option<(Draft, Timestamp)>) -> Result<(), StoreError> {
        let statement = "period_event/record";
        let mut transaction = self.pool.begin().await.map_err(StoreError::at(statement))?;
        let sequence = advance(&mut transaction, rests_on).await?;
        sqlx::query(RECORD_PERIOD_EVENT)
            .bind(bigint(sequence))
            .bind(event.month.to_string())
            .bind(event.act.clone())
            .bind(event.done_at.clone())
            .bind(event.done_by.clone())
            .bind(event.reason.clone())
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::at(statement))?;
        if let Some((draft, now)) = told {
            manifest::tell(&mut transaction, draft, now).await?;
        }
        transaction.commit().await.map_err(StoreError::at(statement))
    }

    /// Every month that was closed or reopened, in that order: the last of a month decides.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_period_events(&self) -> Result<Vec<PeriodEvent>, StoreError> {
        let (statement, table) = ("period_event/list", "period_event");
        let rows = sqlx::query(LIST_PERIOD_EVENTS).fetch_all(&self.pool).await.map_err(StoreError::at(statement))?;
        let event = |row| {
            let cells = Cells { row, statement, table };
            let (month, act) = (cells.month("month")?, cells.text("act")?);
            Ok(PeriodEvent { month, act, done_at: cells.text("done_at")?, done_by: cells.text("done_by")?, reason: cells.text("reason")? })
        };
        rows.iter().map(event).collect()
    }

    /// What acts made of months of facts, in the order of the acts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_month_changes(&self) -> Result<Vec<MonthChange>, StoreError> {
        let (statement, table) = ("month_change/list", "month_change");
        let rows = sqlx::query(LIST_MONTH_CHANGES).fetch_all(&self.pool).await.map_err(StoreError::at(statement))?;
        let change = |row| {
            let cells = Cells { row, statement, table };
            Ok(MonthChange {
                batch_id: cells.text("batch_id")?,
                act: cells.text("act")?,
                table: cells.text("table_name")?,
                source: cells.text("source")?,
                month: cells.month("month")?,
                before: (cells.count("rows_before")?, cells.amount("amount_before")?),
                after: (cells.count("rows_after")?, cells.amount("amount_after")?),
                credited: cells.amount_if_any("credited_before")?.zip(cells.amount_if_any("credited_after")?),
            })
        };
        rows.iter().map(change).collect()
    }
}

/// Counts an act that rests on a sequence; returns the act's own place.
pub(crate) async fn advance(connection: &mut AnyConnection, rests_on: u64) -> Result<u64, StoreError> {
    let statement = "ledger_head/advance";
    let done = sqlx::query(ADVANCE_LEDGER_HEAD).bind(bigint(rests_on)).execute(connection).await.map_err(StoreError::at(statement))?;
    if done.rows_affected() == 1 { Ok(rests_on + 1) } else { Err(StoreError::Changed) }
}

pub(crate) async fn record_months(
    connection: &mut AnyConnection,
    sequence: u64,
    batch_id: &str,
    act: &str,
    months: &[MonthChange],
) -> Result<(), StoreError> {
    for change in months {
        sqlx::query(RECORD_MONTH_CHANGE)
            .bind(bigint(sequence))
            .bind(batch_id.to_owned())
            .bind(act.to_owned())
            .bind(change.table.clone())
            .bind(change.source.clone())
            .bind(change.month.to_string())
            .bind(bigint(change.before.0))
            .bind(change.before.1.to_string())
            .bind(bigint(change.after.0))
            .bind(change.after.1.to_string())
            .bind(change.credited.map(|(before, _)| before.to_string()))
            .bind(change.credited.map(|(_, after)| after.to_string()))
            .execute(&mut *connection)
            .await
            .map_err(StoreError::at("month_change/record"))?;
    }
    Ok(())
}
