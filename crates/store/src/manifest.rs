//! The manifest: the parts that the lake consists of, and the pieces that batches brought to them.

use domain::amount::Amount;
use domain::record::event::Draft;
use domain::time::Month;
use jiff::Timestamp;
use sqlx::AnyConnection;

use crate::log;
use crate::row::Cells;
use crate::statements::{
    DROP_LAKE_FILE, DROP_LAKE_PIECES, LIST_LAKE_FILES, LIST_LAKE_PIECES, LIST_UNDONE_PIECES, RECORD_LAKE_FILE, RECORD_LAKE_PIECE,
    RECORD_UNDONE_PIECES,
};
use crate::watched::{self, WatchedExport};
use crate::{Store, StoreError};

/// A file of the lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LakeFile {
    /// Where the file is, relative to the lake.
    pub path: String,
    /// The table that it holds rows of.
    pub table: String,
    /// The format that facts came by; empty for registers.
    pub source: String,
    /// The month of facts.
    pub month: Option<Month>,
    /// How many rows it holds.
    pub rows: u64,
    /// The sum of their amounts; not kept of pieces.
    pub amount: Option<Amount>,
    /// The batch that a piece is of, or whose rows came to a part last.
    pub batch_id: String,
}

/// How an act changes the manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// The sequence of the ledger that the act rests on.
    pub rests_on: u64,
    /// Parts that join.
    pub added: Vec<LakeFile>,
    /// The paths of parts that leave.
    pub dropped: Vec<String>,
    /// Pieces that join.
    pub pieces: Vec<LakeFile>,
    /// What the log of events is told of the act, and when.
    pub told: Option<(Draft, Timestamp)>,
    /// The export in watched storage that the act imports.
    pub watched: Option<WatchedExport>,
}

impl Store {
    /// The parts that the lake consists of.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_lake_files(&self) -> Result<Vec<LakeFile>, StoreError> {
        self.list_files("lake_file/list", "lake_file", LIST_LAKE_FILES).await
    }

    /// The pieces of the batches that stand.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_lake_pieces(&self) -> Result<Vec<LakeFile>, StoreError> {
        self.list_files("lake_piece/list", "lake_piece", LIST_LAKE_PIECES).await
    }

    /// The pieces of the batches that were undone, from which what was known before can be made again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_undone_pieces(&self) -> Result<Vec<LakeFile>, StoreError> {
        self.list_files("undone_piece/list", "undone_piece", LIST_UNDONE_PIECES).await
    }

    async fn list_files(&self, statement: &'static str, table: &'static str, sql: &'static str) -> Result<Vec<LakeFile>, StoreError> {
        let rows = sqlx::query(sql).fetch_all(&self.pool).await.map_err(StoreError::at(statement))?;
        let file = |row| {
            let cells = Cells { row, statement, table };
            Ok(LakeFile {
                path: cells.text("path")?,
                table: cells.text("table_name")?,
                source: cells.text("source")?,
                month: cells.month_if_any("month")?,
                rows: cells.count("row_count")?,
                amount: cells.amount_if_any("amount")?,
                batch_id: cells.text("batch_id")?,
            })
        };
        rows.iter().map(file).collect()
    }
}

/// Changes the manifest.
pub(crate) async fn record_change(connection: &mut AnyConnection, change: &Change) -> Result<(), StoreError> {
    for path in &change.dropped {
        let done =
            sqlx::query(DROP_LAKE_FILE).bind(path.clone()).execute(&mut *connection).await.map_err(StoreError::at("lake_file/drop"))?;
        if done.rows_affected() != 1 {
            return Err(StoreError::Changed);
        }
    }
    for file in &change.added {
        sqlx::query(RECORD_LAKE_FILE)
            .bind(file.path.clone())
            .bind(file.table.clone())
            .bind(file.source.clone())
            .bind(file.month.map(|month| month.to_string()))
            .bind(crate::ledger::bigint(file.rows))
            .bind(file.amount.map(|amount| amount.to_string()))
            .bind(file.batch_id.clone())
            .execute(&mut *connection)
            .await
            .map_err(StoreError::at("lake_file/record"))?;
    }
    for piece in &change.pieces {
        sqlx::query(RECORD_LAKE_PIECE)
            .bind(piece.path.clone())
            .bind(piece.table.clone())
            .bind(piece.source.clone())
            .bind(piece.month.map(|month| month.to_string()))
            .bind(crate::ledger::bigint(piece.rows))
            .bind(piece.batch_id.clone())
            .execute(&mut *connection)
            .await
            .map_err(StoreError::at("lake_piece/record"))?;
    }
    if let Some(export) = &change.watched {
        watched::record(connection, export).await?;
    }
    match &change.told {
        Some((draft, now)) => tell(connection, draft.clone(), *now).await,
        None => Ok(()),
    }
}

/// Tells the log of an act on the ledger, in the act's own transaction.
pub(crate) async fn tell(connection: &mut AnyConnection, draft: Draft, now: Timestamp) -> Result<(), StoreError> {
    let head = log::take_head(connection).await?;
    log::append(connection, head, vec![draft], now).await.map(|_| ())
}

/// Takes the pieces of a batch, which is undone, out of those that count, and keeps them.
pub(crate) async fn drop_pieces(connection: &mut AnyConnection, batch_id: &str) -> Result<(), StoreError> {
    let kept = sqlx::query(RECORD_UNDONE_PIECES).bind(batch_id.to_owned()).execute(&mut *connection).await;
    kept.map_err(StoreError::at("undone_piece/record"))?;
    let dropped = sqlx::query(DROP_LAKE_PIECES).bind(batch_id.to_owned()).execute(connection).await;
    dropped.map(|_| ()).map_err(StoreError::at("lake_piece/drop"))
}
