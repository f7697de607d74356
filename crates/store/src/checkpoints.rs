//! Checkpoints of the log, and registers that are made again from it.

use domain::record::entry::Fields;
use domain::record::merkle::Edge;
use jiff::Timestamp;
use sqlx::AnyConnection;

use crate::ledger::bigint;
use crate::log::{self, Acting, fixed};
use crate::row::Cells;
use crate::statements::{DROP_ALL_ENTRIES, FIND_LATEST_CHECKPOINT, LIST_CHECKPOINTS, RECORD_CHECKPOINT};
use crate::{Store, StoreError};

/// A signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many events it is about.
    pub sequence: u64,
    /// The key that verifies it.
    pub verifier_key: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// The signed note.
    pub note: String,
}

impl Store {
    /// Keeps a signed checkpoint; one that is kept already stays as it is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_checkpoint(&self, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        sqlx::query(RECORD_CHECKPOINT)
            .bind(bigint(checkpoint.sequence))
            .bind(checkpoint.verifier_key.clone())
            .bind(fixed(checkpoint.made_at))
            .bind(checkpoint.note.clone())
            .execute(&self.pool)
            .await
            .map_err(StoreError::at("checkpoint/record"))?;
        Ok(())
    }

    /// Every checkpoint, the earliest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_checkpoints(&self) -> Result<Vec<Checkpoint>, StoreError> {
        let statement = "checkpoint/list";
        let rows = sqlx::query(LIST_CHECKPOINTS).fetch_all(&self.pool).await.map_err(StoreError::at(statement))?;
        let checkpoint = |row| {
            let cells = Cells { row, statement, table: "checkpoint" };
            Ok(Checkpoint {
                sequence: cells.count("sequence")?,
                verifier_key: cells.text("verifier_key")?,
                made_at: log::instant(&cells, "made_at", cells.text("made_at")?)?,
                note: cells.text("note")?,
            })
        };
        rows.iter().map(checkpoint).collect()
    }

    /// How many events the latest checkpoint is about; 0 when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn latest_checkpoint(&self) -> Result<u64, StoreError> {
        let statement = "checkpoint/latest";
        let row = sqlx::query(FIND_LATEST_CHECKPOINT).fetch_one(&self.pool).await.map_err(StoreError::at(statement))?;
        Cells { row: &row, statement, table: "checkpoint" }.count("sequence")
    }

    /// The right edge of the tree over the log, by hashing every event.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hash_log(&self, size: u64) -> Result<Edge, StoreError> {
        let mut connection = self.pool.acquire().await.map_err(StoreError::at("event/list"))?;
        log::hashed(&mut connection, size).await
    }
}

impl Acting {
    /// Makes the registers and the head again: `entries` (register, id, last event, fields) are all that the registers then hold, and
    /// `edge` is that of the log, whose last event was recorded at `recorded_at`. Nothing has changed when this fails.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rebuild<'e>(
        mut self,
        entries: impl IntoIterator<Item = (&'e str, &'e str, u64, &'e Fields)>,
        edge: &Edge,
        recorded_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let connection: &mut AnyConnection = &mut self.transaction;
        sqlx::query(DROP_ALL_ENTRIES).execute(&mut *connection).await.map_err(StoreError::at("entry/drop_all"))?;
        for (register, id, sequence, fields) in entries {
            log::record_entry(connection, register, id, sequence, fields).await?;
        }
        if let Some(recorded_at) = recorded_at {
            log::advance(connection, edge, recorded_at).await?;
        }
        self.transaction.commit().await.map_err(StoreError::at("entry/drop_all"))
    }
}
