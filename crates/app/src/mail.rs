//! E-mail: one digest on each day on which something waits for somebody, through an outbox.
//!
//! A message is written into the home before it is sent, under an id that is never written twice; so a program that is stopped meanwhile
//! neither forgets a message nor writes it again. A server that does not take a message is tried again, later and later.

/// What a digest says.
mod digest;

use std::fmt;
use std::time::Duration;

use anyhow::{Context, Result};
use domain::actions;
use domain::notices;
use domain::parties::User;
use domain::rulebook::Rulebook;
use domain::time::Day;
use jiff::{SignedDuration, Timestamp};
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{Message, SmtpTransport, Transport as _};
use store::mail::Mail;

use crate::home::Home;
use crate::problem::Refusal;

use digest::Digest;

/// How long to wait after each try in vain, in seconds; afterwards the message has failed.
const WAITS: [i64; 6] = [60, 300, 1_800, 7_200, 21_600, 43_200];

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Messages sent in one go.
const AT_ONCE: u32 = 50;

/// Writes digests, and sends what is in the outbox.
pub struct Postman {
    transport: SmtpTransport,
    from: Mailbox,
    /// Where the pages are, for links: `https://partners.example`.
    site: String,
}

impl fmt::Debug for Postman {
    // the address of the server may hold a password
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Postman from {}", self.from)
    }
}

impl Postman {
    /// A postman who sends by a server (`smtp://USER:PASSWORD@HOST:PORT?tls=required`, `smtps://…`), from an address; `site` is where the
    /// pages are.
    ///
    /// # Errors
    /// When the server's address or the sender's is none.
    pub fn open(server: &str, from: &str, site: &str) -> Result<Self> {
        let builder = SmtpTransport::from_url(server).map_err(|error| {
            Refusal::usage(format!("the mail server's address will not do: {error}")).hint(
                "write `smtps://USER:PASSWORD@HOST`, or `smtp://USER:PASSWORD@HOST:587?tls=required`; signs in names as percent codes",
            )
        })?;
        let from = from.parse().map_err(|error| {
            Refusal::usage(format!("`{from}` is no address to send from: {error}"))
                .hint("write `Partner program <program@example.com>`, or the address alone")
        })?;
        Ok(Self { transport: builder.timeout(Some(PATIENCE)).build(), from, site: site.trim_end_matches('/').to_owned() })
    }

    /// Writes the digests of a day that are not written yet.
    ///
    /// # Errors
    /// When the home cannot be read or written.
    pub fn write_digests(&self, home: &Home, rulebook: &Rulebook, now: Timestamp) -> Result<usize> {
        let mut written = 0;
        for (user_id, setting) in home.mail_settings()? {
            let mail_id = format!("digest/{user_id}/{}", Day::of(now));
            let Some(user) = home.find::<User>(&user_id)?.filter(|user| user.active) else { continue };
            if home.has_mail(&mail_id)? {
                continue;
            }
            let read = |desk: &mut domain::record::desk::Desk<'_>| Ok((actions::own(desk)?, notices::own(desk, true)?));
            let (waiting, unread) = home.act(rulebook, user.actor(), read)?.given;
            let Some(digest) = Digest::of(&user, &waiting, &unread, &self.site) else { continue };
            let (subject, body) = (digest.subject(), digest.text()?);
            home.put_mail(&waiting_mail(mail_id, &user_id, &setting.address, subject, body, now))?;
            written += 1;
        }
        Ok(written)
    }

    /// Sends what is to be tried; gives how many messages the server took.
    ///
    /// # Errors
    /// When the home cannot be read or written; a server that takes nothing is no error.
    pub fn send_due(&self, home: &Home, now: Timestamp) -> Result<usize> {
        let mut taken = 0;
        for mail in home.due_mail(now, AT_ONCE)? {
            let after = match self.send(&mail) {
                Ok(said) => {
                    taken += 1;
                    Mail { state: "sent".to_owned(), attempts: mail.attempts + 1, next_at: now, told: said, ..mail }
                }
                Err((told, is_final)) => try_later(mail, told, is_final, now),
            };
            home.turn_mail(&after)?;
        }
        Ok(taken)
    }

    /// Sends a message; gives what the server said, or why it was not taken and whether that is the last word.
    fn send(&self, mail: &Mail) -> Result<String, (String, bool)> {
        let to: Mailbox = mail.address.parse().map_err(|error| (format!("`{}` is no address: {error}", mail.address), true))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&mail.subject)
            .message_id(Some(format!("<{}@counterfoil>", mail.mail_id.replace(|sign: char| !sign.is_ascii_alphanumeric(), "-"))))
            .header(ContentType::TEXT_PLAIN)
            .body(mail.body.clone())
            .map_err(|error| (format!("the message cannot be written: {error}"), true))?;
        match self.transport.send(&message) {
            Ok(response) => Ok(response.message().collect::<Vec<_>>().join(" ")),
            Err(error) => Err((error.to_string(), error.is_permanent())),
        }
    }
}

/// A message that waits to be sent.
#[must_use]
pub fn waiting_mail(mail_id: String, user_id: &str, address: &str, subject: String, body: String, now: Timestamp) -> Mail {
    let (user_id, address) = (user_id.to_owned(), address.to_owned());
    let state = "waiting".to_owned();
    Mail { mail_id, user_id, address, subject, body, written_at: now, state, attempts: 0, next_at: now, told: String::new() }
}

fn try_later(mail: Mail, told: String, is_final: bool, now: Timestamp) -> Mail {
    let wait = usize::try_from(mail.attempts).ok().and_then(|tried| WAITS.get(tried)).filter(|_| !is_final);
    let next = wait.and_then(|wait| now.checked_add(SignedDuration::from_secs(*wait)).ok());
    let state = if next.is_some() { "waiting" } else { "failed" };
    Mail { state: state.to_owned(), attempts: mail.attempts + 1, next_at: next.unwrap_or(now), told, ..mail }
}

/// An address as somebody typed it, in the form in which it is kept.
///
/// # Errors
/// When it is none.
pub fn address(typed: &str) -> Result<String> {
    let mailbox: Mailbox = typed.trim().parse().context("this is no e-mail address; expected NAME@HOST")?;
    Ok(mailbox.email.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(attempts: u64) -> Mail {
        let now = Timestamp::UNIX_EPOCH;
        Mail { attempts, ..waiting_mail("digest/ann/1970-01-01".to_owned(), "ann", "ann@x.example", String::new(), String::new(), now) }
    }

    #[test]
    fn a_message_is_tried_later_and_later_and_fails_at_last_or_at_once_when_that_is_final() {
        let now = Timestamp::UNIX_EPOCH;
        let next = |attempts, is_final| {
            let after = try_later(mail(attempts), "no".to_owned(), is_final, now);
            (after.state.clone(), after.next_at.as_second(), after.attempts)
        };
        assert_eq!(next(0, false), ("waiting".to_owned(), 60, 1));
        assert_eq!(next(5, false), ("waiting".to_owned(), 43_200, 6));
        assert_eq!(next(6, false), ("failed".to_owned(), 0, 7));
        assert_eq!(next(0, true), ("failed".to_owned(), 0, 1));
    }

    #[test]
    fn addresses_and_servers_that_are_none_are_refused_without_their_password() {
        assert_eq!(address(" Ann <ann@x.example> ").unwrap(), "ann@x.example");
        assert!(
            address("ann").is_err() && address("a@x.example, b@x.example").is_err() && address("a@x.example\r\nBcc: b@x.example").is_err()
        );
        let told = Postman::open("http://ann:secret@mail", "ann@x.example", "").unwrap_err().to_string();
        assert!(!told.contains("secret"), "{told}");
        assert!(Postman::open("smtp://localhost:25", "nobody", "").is_err());
        let postman = Postman::open("smtp://ann:secret@localhost:25", "Program <p@x.example>", "http://x/").unwrap();
        assert!(!format!("{postman:?}").contains("secret"));
    }
}
