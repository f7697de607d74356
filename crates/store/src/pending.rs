//! Sign-ins by identity providers: those that have begun, and who is who.

use jiff::Timestamp;

use crate::log::fixed;
use crate::row::Cells;
use crate::statements::{
    FIND_VOUCHED_USER, FORGET_PENDING_SIGN_INS, PROVIDER_OF_USER, RECORD_PENDING_SIGN_IN, RECORD_VOUCHED_USER, TAKE_PENDING_SIGN_IN,
};
use crate::{Store, StoreError};

/// A sign-in whose browser is at the provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Pending {
    /// SHA-256 of the state that the browser keeps and the provider gives back, hexadecimal.
    pub state_hash: String,
    /// The provider's name.
    pub provider: String,
    /// What the ID token must hold.
    pub nonce: String,
    /// What proves to the provider that whoever began it brings the code.
    pub verifier: String,
    /// The page that it leads to.
    pub next: String,
    /// Until when it is good.
    pub ends_at: Timestamp,
}

/// Somebody as a provider knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The provider's name.
    pub provider: String,
    /// Who signs the provider's tokens.
    pub issuer: String,
    /// What the issuer calls the person, and nobody else ever.
    pub subject: String,
}

impl Store {
    /// Records a sign-in that begins, and forgets those that nobody came back from by `now`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_pending(&self, pending: &Pending, now: Timestamp) -> Result<(), StoreError> {
        let forget = sqlx::query(FORGET_PENDING_SIGN_INS).bind(fixed(now));
        forget.execute(&self.pool).await.map_err(StoreError::at("pending_sign_in/forget"))?;
        let query = sqlx::query(RECORD_PENDING_SIGN_IN)
            .bind(pending.state_hash.clone())
            .bind(pending.provider.clone())
            .bind(pending.nonce.clone())
            .bind(pending.verifier.clone())
            .bind(pending.next.clone())
            .bind(fixed(pending.ends_at));
        query.execute(&self.pool).await.map_err(StoreError::at("pending_sign_in/record"))?;
        Ok(())
    }

    /// Takes a sign-in that comes back: it can be taken once, and before it ends.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_pending(&self, state_hash: &str, now: Timestamp) -> Result<Option<Pending>, StoreError> {
        let statement = "pending_sign_in/take";
        let query = sqlx::query(TAKE_PENDING_SIGN_IN).bind(state_hash.to_owned());
        let row = query.fetch_optional(&self.pool).await.map_err(StoreError::at(statement))?;
        let Some(row) = row else { return Ok(None) };
        let cells = Cells { row: &row, statement, table: "pending_sign_in" };
        let ends_at = cells.text("ends_at")?;
        let pending = Pending {
            state_hash: cells.text("state_hash")?,
            provider: cells.text("provider")?,
            nonce: cells.text("nonce")?,
            verifier: cells.text("verifier")?,
            next: cells.text("next")?,
            ends_at: ends_at.parse().map_err(|_| cells.inconsistent("ends_at", ends_at, "an instant"))?,
        };
        Ok(Some(pending).filter(|pending| pending.ends_at > now))
    }

    /// Gives a subject a user, for good; false when the subject has one, or the user is another's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_vouched_user(&self, of: &Subject, user_id: &str) -> Result<bool, StoreError> {
        let query = sqlx::query(RECORD_VOUCHED_USER).bind(of.provider.clone()).bind(of.issuer.clone());
        let query = query.bind(of.subject.clone()).bind(user_id.to_owned());
        Ok(query.execute(&self.pool).await.map_err(StoreError::at("vouched_user/record"))?.rows_affected() == 1)
    }

    /// The user that a subject is; nothing when it has none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_vouched_user(&self, of: &Subject) -> Result<Option<String>, StoreError> {
        let statement = "vouched_user/find";
        let query = sqlx::query(FIND_VOUCHED_USER).bind(of.provider.clone()).bind(of.issuer.clone()).bind(of.subject.clone());
        let row = query.fetch_optional(&self.pool).await.map_err(StoreError::at(statement))?;
        row.map(|row| Cells { row: &row, statement, table: "vouched_user" }.text("user_id")).transpose()
    }

    /// The provider that vouches for a user; nothing when none does.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn provider_of_user(&self, user_id: &str) -> Result<Option<String>, StoreError> {
        let statement = "vouched_user/provider";
        let query = sqlx::query(PROVIDER_OF_USER).bind(user_id.to_owned());
        let row = query.fetch_optional(&self.pool).await.map_err(StoreError::at(statement))?;
        row.map(|row| Cells { row: &row, statement, table: "vouched_user" }.text("provider")).transpose()
    }
}
