//! E-mail of the server.

use anyhow::Result;

use crate::mail::Postman;
use crate::problem::Refusal;

/// E-mail of the server.
#[derive(Debug, Clone, clap::Args)]
pub struct MailArgs {
    /// The mail server that digests are sent by: `smtps://USER:PASSWORD@HOST`, or `smtp://HOST:587?tls=required`
    #[arg(long, value_name = "URL", env = "COUNTERFOIL_SMTP", hide_env_values = true)]
    smtp: Option<String>,

    /// The address that digests are sent from
    #[arg(long, value_name = "ADDRESS", env = "COUNTERFOIL_MAIL_FROM", requires = "smtp")]
    mail_from: Option<String>,
}

impl MailArgs {
    /// Who sends mail; nothing when no mail server is named. `site` is where the pages are.
    ///
    /// # Errors
    /// When the server's address or the sender's is none, or the sender's is missing.
    pub fn open(&self, site: &str) -> Result<Option<Postman>> {
        let Some(server) = &self.smtp else { return Ok(None) };
        let from = self.mail_from.as_deref().ok_or_else(|| {
            Refusal::usage("a mail server is named, and no address to send from")
                .hint("give one with `--mail-from` or `COUNTERFOIL_MAIL_FROM`")
        })?;
        Postman::open(server, from, site).map(Some)
    }
}
