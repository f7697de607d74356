//! How far webhooks have been told.

use jiff::Timestamp;

use crate::ledger::bigint;
use crate::log::fixed;
use crate::row::Cells;
use crate::statements::{FIND_WEBHOOK_POST, RECORD_WEBHOOK_POST};
use crate::{Store, StoreError};

/// How far a webhook has been told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// What messages are signed with.
    pub secret: String,
    /// The place in the log of the last event that is done with.
    pub position: u64,
    /// How often the next event was tried in vain.
    pub attempts: u64,
    /// When to try again; nothing: at once.
    pub next_at: Option<Timestamp>,
    /// How the last try went, in words.
    pub told: String,
}

impl Store {
    /// How far a webhook has been told; nothing when it is not known.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_post(&self, webhook_id: &str) -> Result<Option<Post>, StoreError> {
        let statement = "webhook_post/find";
        let query = sqlx::query(FIND_WEBHOOK_POST).bind(webhook_id.to_owned());
        let row = query.fetch_optional(&self.pool).await.map_err(StoreError::at(statement))?;
        let Some(row) = row else { return Ok(None) };
        let cells = Cells { row: &row, statement, table: "webhook_post" };
        let next_at = cells.instant_if_any("next_at")?;
        let (secret, told) = (cells.text("secret")?, cells.text("told")?);
        Ok(Some(Post { secret, position: cells.count("position")?, attempts: cells.count("attempts")?, next_at, told }))
    }

    /// Records how far a webhook has been told.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_post(&self, webhook_id: &str, post: &Post) -> Result<(), StoreError> {
        sqlx::query(RECORD_WEBHOOK_POST)
            .bind(webhook_id.to_owned())
            .bind(post.secret.clone())
            .bind(bigint(post.position))
            .bind(bigint(post.attempts))
            .bind(post.next_at.map(fixed).unwrap_or_default())
            .bind(post.told.clone())
            .execute(&self.pool)
            .await
            .map_err(StoreError::at("webhook_post/record"))?;
        Ok(())
    }
}
