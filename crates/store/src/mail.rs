//! E-mail: what users want, and the outbox.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::ledger::bigint;
use crate::log::fixed;
use crate::row::Cells;
use crate::statements::{
    FIND_MAIL, FIND_MAIL_SETTING, LIST_DUE_MAIL, LIST_MAIL, LIST_MAIL_OF_USER, LIST_MAIL_SETTINGS, PUT_MAIL, RECORD_MAIL_SETTING, TURN_MAIL,
};
use crate::{Store, StoreError};

/// What a user wants by e-mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailSetting {
    /// Where mail goes; empty: nowhere.
    pub address: String,
    /// Whether a digest is sent on each day on which something waits.
    pub digest: bool,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// What it is: `digest/USER/DAY`. A message of the same id is not written again.
    pub mail_id: String,
    /// Whom it is to.
    pub user_id: String,
    /// Where it goes.
    pub address: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub body: String,
    /// When it was written.
    pub written_at: Timestamp,
    /// `waiting`, `sent` or `failed`.
    pub state: String,
    /// How often it was tried.
    pub attempts: u64,
    /// When to try (again), or when it was done.
    pub next_at: Timestamp,
    /// What the server said last; empty before the first try.
    pub told: String,
}

impl Store {
    /// What a user wants by e-mail; nothing when they never said.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_mail_setting(&self, user_id: &str) -> Result<Option<MailSetting>, StoreError> {
        let statement = "mail_setting/find";
        let query = sqlx::query(FIND_MAIL_SETTING).bind(user_id.to_owned());
        let row = query.fetch_optional(&self.pool).await.map_err(StoreError::at(statement))?;
        row.map(|row| setting(&Cells { row: &row, statement, table: "mail_setting" })).transpose()
    }

    /// Records what a user wants by e-mail.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_mail_setting(&self, user_id: &str, setting: &MailSetting) -> Result<(), StoreError> {
        sqlx::query(RECORD_MAIL_SETTING)
            .bind(user_id.to_owned())
            .bind(setting.address.clone())
            .bind(i64::from(setting.digest))
            .execute(&self.pool)
            .await
            .map_err(StoreError::at("mail_setting/record"))?;
        Ok(())
    }

    /// The users who want a digest and have an address, with what they want.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_mail_settings(&self) -> Result<Vec<(String, MailSetting)>, StoreError> {
        let statement = "mail_setting/list";
        let rows = sqlx::query(LIST_MAIL_SETTINGS).fetch_all(&self.pool).await.map_err(StoreError::at(statement))?;
        let read = |row: &AnyRow| {
            let cells = Cells { row, statement, table: "mail_setting" };
            Ok((cells.text("user_id")?, setting(&cells)?))
        };
        rows.iter().map(read).collect()
    }

    /// Puts a message into the outbox: its state, attempts and what was told are those of one that waits. One of the same id stays as it is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_mail(&self, mail: &Mail) -> Result<(), StoreError> {
        sqlx::query(PUT_MAIL)
            .bind(mail.mail_id.clone())
            .bind(mail.user_id.clone())
            .bind(mail.address.clone())
            .bind(mail.subject.clone())
            .bind(mail.body.clone())
            .bind(fixed(mail.written_at))
            .execute(&self.pool)
            .await
            .map_err(StoreError::at("mail/put"))?;
        Ok(())
    }

    /// Whether a message was written before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_mail(&self, mail_id: &str) -> Result<bool, StoreError> {
        let query = sqlx::query(FIND_MAIL).bind(mail_id.to_owned());
        Ok(query.fetch_optional(&self.pool).await.map_err(StoreError::at("mail/find"))?.is_some())
    }

    /// Messages that are to be tried at an instant, `most` of them, those that waited longest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_due_mail(&self, now: Timestamp, most: u32) -> Result<Vec<Mail>, StoreError> {
        let statement = "mail/list_due";
        let query = sqlx::query(LIST_DUE_MAIL).bind(fixed(now)).bind(i64::from(most));
        let rows = query.fetch_all(&self.pool).await.map_err(StoreError::at(statement))?;
        rows.iter().map(|row| mail(row, statement)).collect()
    }

    /// The latest messages, `most` of them: to a user, or to everybody.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_mail(&self, user_id: Option<&str>, most: u32) -> Result<Vec<Mail>, StoreError> {
        let (statement, query) = match user_id {
            Some(user) => ("mail/list_of_user", sqlx::query(LIST_MAIL_OF_USER).bind(user.to_owned()).bind(i64::from(most))),
            None => ("mail/list", sqlx::query(LIST_MAIL).bind(i64::from(most))),
        };
        let rows = query.fetch_all(&self.pool).await.map_err(StoreError::at(statement))?;
        rows.iter().map(|row| mail(row, statement)).collect()
    }

    /// Records how a try went: the message's state, attempts, instant and what was told.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn turn_mail(&self, mail: &Mail) -> Result<(), StoreError> {
        sqlx::query(TURN_MAIL)
            .bind(mail.mail_id.clone())
            .bind(mail.state.clone())
            .bind(bigint(mail.attempts))
            .bind(fixed(mail.next_at))
            .bind(mail.told.clone())
            .execute(&self.pool)
            .await
            .map_err(StoreError::at("mail/turn"))?;
        Ok(())
    }
}

fn setting(cells: &Cells<'_>) -> Result<MailSetting, StoreError> {
    Ok(MailSetting { address: cells.text("address")?, digest: cells.count("digest")? == 1 })
}

fn mail(row: &AnyRow, statement: &'static str) -> Result<Mail, StoreError> {
    let cells = Cells { row, statement, table: "mail" };
    let instant = |column: &'static str| {
        let text = cells.text(column)?;
        text.parse().map_err(|_| cells.inconsistent(column, text.clone(), "an instant"))
    };
    Ok(Mail {
        mail_id: cells.text("mail_id")?,
        user_id: cells.text("user_id")?,
        address: cells.text("address")?,
        subject: cells.text("subject")?,
        body: cells.text("body")?,
        written_at: instant("written_at")?,
        state: cells.text("state")?,
        attempts: cells.count("attempts")?,
        next_at: instant("next_at")?,
        told: cells.text("told")?,
    })
}
