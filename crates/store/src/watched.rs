//! Exports that were found in storage that is watched: which were taken, and what became of them.

use jiff::Timestamp;
use sqlx::AnyConnection;

use crate::ledger::bigint;
use crate::log::fixed;
use crate::row::Cells;
use crate::statements::{LIST_WATCHED_EXPORTS, RECORD_WATCHED_EXPORT};
use crate::{Store, StoreError};

/// An export that was found in storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedExport {
    /// Where it lies: a folder or a file.
    pub url: String,
    /// Tells one state of it from every other.
    pub fingerprint: String,
    /// What became of it.
    pub fate: Fate,
    /// When it was made.
    pub run_at: Timestamp,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// How many objects it has.
    pub objects: u64,
    /// Their length, in bytes.
    pub bytes: u64,
}

/// What became of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It was imported.
    Imported {
        /// The batch that it came in.
        batch_id: String,
    },
    /// It was refused, and is not tried again until it changes.
    Refused {
        /// Why.
        reason: String,
    },
    /// It has no rows: there was nothing to import.
    Empty,
}

impl Fate {
    /// The state in one word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Imported { .. } => "imported",
            Self::Refused { .. } => "refused",
            Self::Empty => "empty",
        }
    }
}

impl Store {
    /// The exports that were taken, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_watched(&self) -> Result<Vec<WatchedExport>, StoreError> {
        let statement = "watched_export/list";
        let rows = sqlx::query(LIST_WATCHED_EXPORTS).fetch_all(&self.pool).await.map_err(StoreError::at(statement))?;
        let read = |row| {
            let cells = Cells { row, statement, table: "watched_export" };
            let fate = match (cells.text("state")?.as_str(), cells.text_if_any("batch_id")?) {
                (_, Some(batch_id)) => Fate::Imported { batch_id },
                ("empty", None) => Fate::Empty,
                _ => Fate::Refused { reason: cells.text("reason")? },
            };
            Ok(WatchedExport {
                url: cells.text("url")?,
                fingerprint: cells.text("fingerprint")?,
                fate,
                run_at: cells.instant("run_at")?,
                taken_at: cells.instant("taken_at")?,
                objects: cells.count("object_count")?,
                bytes: cells.count("byte_count")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Records an export that brought no batch. One that is imported is recorded with its batch.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_watched(&self, export: &WatchedExport) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire().await.map_err(StoreError::at("watched_export/record"))?;
        record(&mut connection, export).await
    }
}

/// Records what became of an export, in the transaction of the act.
pub(crate) async fn record(connection: &mut AnyConnection, export: &WatchedExport) -> Result<(), StoreError> {
    let (batch_id, reason) = match &export.fate {
        Fate::Imported { batch_id } => (Some(batch_id.clone()), String::new()),
        Fate::Refused { reason } => (None, reason.replace('\0', "\u{fffd}")),
        Fate::Empty => (None, String::new()),
    };
    sqlx::query(RECORD_WATCHED_EXPORT)
        .bind(export.url.clone())
        .bind(export.fingerprint.clone())
        .bind(export.fate.word())
        .bind(batch_id)
        .bind(reason)
        .bind(fixed(export.run_at))
        .bind(fixed(export.taken_at))
        .bind(bigint(export.objects))
        .bind(bigint(export.bytes))
        .execute(connection)
        .await
        .map_err(StoreError::at("watched_export/record"))?;
    Ok(())
}
