//! Answers to requests that carried a key: the same request again is answered alike, and done once.

use domain::record::event::{Draft, Event};
use jiff::{SignedDuration, Timestamp};

use crate::StoreError;
use crate::log::{Acting, append, fixed};
use crate::row::Cells;
use crate::statements::{FIND_API_ANSWER, FORGET_API_ANSWERS, RECORD_API_ANSWER};

/// For how long answers are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// A request that carries a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyed {
    /// The user who asks.
    pub actor: String,
    /// The key that they chose.
    pub key: String,
    /// The hash of what is asked.
    pub asked: String,
}

/// An answer that was given before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The hash of what was asked.
    pub asked: String,
    /// The answer, JSON.
    pub body: String,
}

impl Acting {
    /// What was answered to a key of a user before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_answer(&mut self, keyed: &Keyed) -> Result<Option<Answer>, StoreError> {
        let statement = "api_answer/find";
        let query = sqlx::query(FIND_API_ANSWER).bind(keyed.actor.clone()).bind(keyed.key.clone());
        let row = query.fetch_optional(&mut *self.transaction).await.map_err(StoreError::at(statement))?;
        let Some(row) = row else { return Ok(None) };
        let cells = Cells { row: &row, statement, table: "api_answer" };
        Ok(Some(Answer { asked: cells.text("asked")?, body: cells.text("body")? }))
    }

    /// Records events as [`Acting::record`] does, and what is answered, together.
    ///
    /// # Errors
    /// When an event does not fit the entry that it is about, or the database fails.
    pub async fn record_answered(
        mut self,
        drafts: Vec<Draft>,
        now: Timestamp,
        keyed: &Keyed,
        body: &str,
    ) -> Result<Vec<Event>, StoreError> {
        let events = append(&mut self.transaction, self.head, drafts, now).await?;
        let oldest = now.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
        let forget = sqlx::query(FORGET_API_ANSWERS).bind(fixed(oldest));
        forget.execute(&mut *self.transaction).await.map_err(StoreError::at("api_answer/forget"))?;
        sqlx::query(RECORD_API_ANSWER)
            .bind(keyed.actor.clone())
            .bind(keyed.key.clone())
            .bind(keyed.asked.clone())
            .bind(fixed(now))
            .bind(body.to_owned())
            .execute(&mut *self.transaction)
            .await
            .map_err(StoreError::at("api_answer/record"))?;
        self.transaction.commit().await.map_err(StoreError::at("api_answer/record"))?;
        Ok(events)
    }
}
