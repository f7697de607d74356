//! E-mail of a home: what users want, and the outbox.

use anyhow::Result;
use jiff::Timestamp;
use store::mail::{Mail, MailSetting};

use super::Home;

impl Home {
    /// What a user wants by e-mail; without an address when they never said.
    ///
    /// # Errors
    /// When the home cannot be read.
    pub fn mail_setting(&self, user_id: &str) -> Result<MailSetting> {
        Ok(self.runtime.block_on(self.store.find_mail_setting(user_id))?.unwrap_or_default())
    }

    /// Records what a user wants by e-mail.
    ///
    /// # Errors
    /// When the home cannot be written.
    pub fn record_mail_setting(&self, user_id: &str, setting: &MailSetting) -> Result<()> {
        Ok(self.runtime.block_on(self.store.record_mail_setting(user_id, setting))?)
    }

    /// The users who want a digest and have an address, with what they want.
    ///
    /// # Errors
    /// When the home cannot be read.
    pub fn mail_settings(&self) -> Result<Vec<(String, MailSetting)>> {
        Ok(self.runtime.block_on(self.store.list_mail_settings())?)
    }

    /// Puts a message into the outbox; one of the same id stays as it is.
    ///
    /// # Errors
    /// When the home cannot be written.
    pub fn put_mail(&self, mail: &Mail) -> Result<()> {
        Ok(self.runtime.block_on(self.store.put_mail(mail))?)
    }

    /// Whether a message was written before.
    ///
    /// # Errors
    /// When the home cannot be read.
    pub fn has_mail(&self, mail_id: &str) -> Result<bool> {
        Ok(self.runtime.block_on(self.store.has_mail(mail_id))?)
    }

    /// Messages that are to be tried at an instant, `most` of them.
    ///
    /// # Errors
    /// When the home cannot be read.
    pub fn due_mail(&self, now: Timestamp, most: u32) -> Result<Vec<Mail>> {
        Ok(self.runtime.block_on(self.store.list_due_mail(now, most))?)
    }

    /// The latest messages, `most` of them: to a user, or to everybody.
    ///
    /// # Errors
    /// When the home cannot be read.
    pub fn mail(&self, user_id: Option<&str>, most: u32) -> Result<Vec<Mail>> {
        Ok(self.runtime.block_on(self.store.list_mail(user_id, most))?)
    }

    /// Records how a try went.
    ///
    /// # Errors
    /// When the home cannot be written.
    pub fn turn_mail(&self, mail: &Mail) -> Result<()> {
        Ok(self.runtime.block_on(self.store.turn_mail(mail))?)
    }
}
