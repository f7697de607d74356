//! Sign-ins of programs that have no browser: begun, answered elsewhere, taken once.

use jiff::Timestamp;

use crate::log::fixed;
use crate::row::Cells;
use crate::statements::{
    ANSWER_DEVICE_SIGN_IN, FIND_DEVICE_SIGN_IN, FORGET_DEVICE_SIGN_INS, LOOK_DEVICE_SIGN_IN, RECORD_DEVICE_SIGN_IN, TAKE_DEVICE_SIGN_IN,
};
use crate::{Store, StoreError};

/// A program that wants to sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct Device {
    /// SHA-256 of the code that the program keeps, hexadecimal.
    pub device_hash: String,
    /// The code that people type.
    pub user_code: String,
    /// How the program's machine is called, as it says itself.
    pub machine: String,
    /// What of the user's rights is asked for, with blanks between; nothing: all of them.
    pub scopes: String,
    /// Until when it can be answered.
    pub ends_at: Timestamp,
    /// Nothing: it waits; `refused`; or `by ` and the user who confirmed it.
    pub answer: String,
}

impl Store {
    /// Records a sign-in that begins, and forgets those that have ended by `now`.
    ///
    /// # Errors
    /// When the database fails, or the code that people type is taken.
    pub async fn record_device(&self, device: &Device, now: Timestamp) -> Result<(), StoreError> {
        let forget = sqlx::query(FORGET_DEVICE_SIGN_INS).bind(fixed(now));
        forget.execute(&self.pool).await.map_err(StoreError::at("device_sign_in/forget"))?;
        let query = sqlx::query(RECORD_DEVICE_SIGN_IN)
            .bind(device.device_hash.clone())
            .bind(device.user_code.clone())
            .bind(device.machine.clone())
            .bind(device.scopes.clone())
            .bind(fixed(device.ends_at))
            .bind(device.answer.clone());
        query.execute(&self.pool).await.map_err(StoreError::at("device_sign_in/record"))?;
        Ok(())
    }

    /// What waits for an answer under a code that people type.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_device(&self, user_code: &str) -> Result<Option<Device>, StoreError> {
        self.device("device_sign_in/find", FIND_DEVICE_SIGN_IN, user_code).await
    }

    /// What a program began, by the hash of the code that it keeps.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn look_device(&self, device_hash: &str) -> Result<Option<Device>, StoreError> {
        self.device("device_sign_in/look", LOOK_DEVICE_SIGN_IN, device_hash).await
    }

    async fn device(&self, statement: &'static str, sql: &'static str, key: &str) -> Result<Option<Device>, StoreError> {
        let query = sqlx::query(sql).bind(key.to_owned());
        let row = query.fetch_optional(&self.pool).await.map_err(StoreError::at(statement))?;
        let Some(row) = row else { return Ok(None) };
        let cells = Cells { row: &row, statement, table: "device_sign_in" };
        let ends_at = cells.text("ends_at")?;
        Ok(Some(Device {
            device_hash: cells.text("device_hash")?,
            user_code: cells.text("user_code")?,
            machine: cells.text("machine")?,
            scopes: cells.text("scopes")?,
            ends_at: ends_at.parse().map_err(|_| cells.inconsistent("ends_at", ends_at, "an instant"))?,
            answer: cells.text("answer")?,
        }))
    }

    /// Answers a sign-in; false when it was answered before, has ended, or never was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn answer_device(&self, user_code: &str, answer: &str, now: Timestamp) -> Result<bool, StoreError> {
        let query = sqlx::query(ANSWER_DEVICE_SIGN_IN).bind(user_code.to_owned()).bind(answer.to_owned()).bind(fixed(now));
        Ok(query.execute(&self.pool).await.map_err(StoreError::at("device_sign_in/answer"))?.rows_affected() == 1)
    }

    /// Takes a sign-in away; false when somebody did before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_device(&self, device_hash: &str) -> Result<bool, StoreError> {
        let query = sqlx::query(TAKE_DEVICE_SIGN_IN).bind(device_hash.to_owned());
        Ok(query.execute(&self.pool).await.map_err(StoreError::at("device_sign_in/take"))?.rows_affected() == 1)
    }
}
