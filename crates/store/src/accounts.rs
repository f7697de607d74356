//! What people sign in with.

use jiff::Timestamp;

use crate::ledger::bigint;
use crate::log::fixed;
use crate::row::Cells;
use crate::statements::{FAIL_ACCOUNT, FIND_ACCOUNT, LOCK_ACCOUNT, RECORD_ACCOUNT, SUCCEED_ACCOUNT, TAKE_CODE};
use crate::{Store, StoreError};

/// What a user signs in with.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// The user.
    pub user_id: String,
    /// Argon2id, as a PHC string; empty when no password was set.
    pub password_hash: String,
    /// What codes are made from, base32; empty when no code is asked for.
    pub code_secret: String,
    /// The half minute of the last code that was taken, counted from 1970.
    pub code_step: u64,
    /// How often sign-in has failed since it last succeeded.
    pub failures: u64,
    /// Until when sign-in by password is refused.
    pub locked_until: Option<Timestamp>,
}

impl Store {
    /// What a user signs in with; nothing when that was never set.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_account(&self, user_id: &str) -> Result<Option<Account>, StoreError> {
        let statement = "account/find";
        let query = sqlx::query(FIND_ACCOUNT).bind(user_id.to_owned());
        let row = query.fetch_optional(&self.pool).await.map_err(StoreError::at(statement))?;
        let Some(row) = row else { return Ok(None) };
        let cells = Cells { row: &row, statement, table: "account" };
        Ok(Some(Account {
            user_id: cells.text("user_id")?,
            password_hash: cells.text("password_hash")?,
            code_secret: cells.text("code_secret")?,
            code_step: cells.count("code_step")?,
            failures: cells.count("failures")?,
            locked_until: cells.instant_if_any("locked_until")?,
        }))
    }

    /// Records what a user signs in with.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_account(&self, account: &Account) -> Result<(), StoreError> {
        let query = sqlx::query(RECORD_ACCOUNT)
            .bind(account.user_id.clone())
            .bind(account.password_hash.clone())
            .bind(account.code_secret.clone())
            .bind(bigint(account.code_step))
            .bind(bigint(account.failures))
            .bind(account.locked_until.map(fixed).unwrap_or_default());
        query.execute(&self.pool).await.map_err(StoreError::at("account/record"))?;
        Ok(())
    }

    /// Counts one more sign-in that failed, and tells how many there are now; 0 when the user has no account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_failure(&self, user_id: &str) -> Result<u64, StoreError> {
        let statement = "account/fail";
        let query = sqlx::query(FAIL_ACCOUNT).bind(user_id.to_owned());
        let row = query.fetch_optional(&self.pool).await.map_err(StoreError::at(statement))?;
        row.map_or(Ok(0), |row| Cells { row: &row, statement, table: "account" }.count("failures"))
    }

    /// Refuses every sign-in of a user until an instant.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lock_account(&self, user_id: &str, until: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query(LOCK_ACCOUNT).bind(user_id.to_owned()).bind(fixed(until));
        query.execute(&self.pool).await.map_err(StoreError::at("account/lock"))?;
        Ok(())
    }

    /// Forgets the failures of a user.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_failures(&self, user_id: &str) -> Result<(), StoreError> {
        let query = sqlx::query(SUCCEED_ACCOUNT).bind(user_id.to_owned());
        query.execute(&self.pool).await.map_err(StoreError::at("account/succeed"))?;
        Ok(())
    }

    /// Takes the code of a half minute; false when it, or a later one, was taken before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_code(&self, user_id: &str, step: u64) -> Result<bool, StoreError> {
        let query = sqlx::query(TAKE_CODE).bind(user_id.to_owned()).bind(bigint(step));
        let done = query.execute(&self.pool).await.map_err(StoreError::at("account/take_code"))?;
        Ok(done.rows_affected() == 1)
    }
}
