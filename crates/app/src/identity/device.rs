//! Sign-ins of programs that have no browser, by the OAuth 2.0 Device Authorization Grant (RFC 8628): the program shows a code, whoever is
//! signed in elsewhere confirms it, and the program gets a token of theirs.

use std::collections::BTreeSet;

use anyhow::Result;
use domain::names::Name;
use domain::parties::User;
use domain::rulebook::Rulebook;
use domain::time::Day;
use domain::tokens::{self, Scope, Token};
use jiff::{SignedDuration, Timestamp};
use store::devices::Device;

use crate::home::Home;
use crate::secrets;

/// How long a code can be confirmed. RFC 8628 6.1: short enough that guessing is no use.
pub const GOOD_FOR: SignedDuration = SignedDuration::from_mins(10);

/// How often a program may ask, in seconds. RFC 8628 3.2: 5 unless told.
pub const INTERVAL: u64 = 5;

/// For how many days the token of a program is valid: a week of work.
pub const DAYS: i32 = 7;

/// Letters of codes that people type: no vowels, so that no words come about, and none that look alike. RFC 8628 6.1.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// How many letters a code has.
const LENGTH: usize = 8;

/// What becomes of a program that asks for its token.
pub enum Outcome {
    /// Nobody has answered yet.
    Waits,
    /// Somebody refused it.
    Refused,
    /// The code has ended, was used, or never was.
    Ended,
    /// Here it is: the text of the token, shown this once, and the first day on which it is not valid any more.
    Token(String, Day),
}

/// Begins a sign-in: the code that the program keeps, and what people confirm.
///
/// # Errors
/// When the home cannot be written, or the system gives no random bytes.
pub fn begin(home: &Home, machine: &str, scopes: &BTreeSet<Scope>, now: Timestamp) -> Result<(String, Device)> {
    let (code, device_hash) = secrets::new_key()?;
    // a hash of random bytes is as random as they are
    let user_code = secrets::hash(&secrets::new_key()?.0);
    let letter =
        |at: usize| usize::from_str_radix(&user_code[at * 4..at * 4 + 4], 16).map(|number| char::from(LETTERS[number % LETTERS.len()]));
    let user_code = (0..LENGTH).map(letter).collect::<Result<String, _>>()?;
    let scopes = scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
    let (machine, answer) = (machine.chars().filter(|one| !one.is_control()).take(100).collect(), String::new());
    let device = Device { device_hash, user_code, machine, scopes, ends_at: now.saturating_add(GOOD_FOR)?, answer };
    home.record_device(&device, now)?;
    Ok((code, device))
}

/// A code as people read it: `BCDF-GHJK`.
#[must_use]
pub fn shown(user_code: &str) -> String {
    let (first, last) = user_code.split_at(user_code.len() / 2);
    format!("{first}-{last}")
}

/// A code as it is kept, however people typed it.
#[must_use]
pub fn typed(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_uppercase()).take(LENGTH + 1).collect()
}

/// What waits under a code that somebody typed.
///
/// # Errors
/// When the home cannot be read.
pub fn find(home: &Home, text: &str, now: Timestamp) -> Result<Option<Device>> {
    Ok(home.find_device(&typed(text))?.filter(|device| device.ends_at > now))
}

/// Confirms or refuses a code; false when it was answered before, or has ended.
///
/// # Errors
/// When the home cannot be written.
pub fn answer(home: &Home, text: &str, by: Option<&Name>, now: Timestamp) -> Result<bool> {
    let answer = by.map_or_else(|| "refused".to_owned(), |user| format!("by {user}"));
    home.answer_device(&typed(text), &answer, now)
}

/// What a program gets for the code that it keeps: its token, once somebody has confirmed.
///
/// # Errors
/// When the home cannot be read or written, or the user may not have a token any more.
pub fn take(home: &Home, rulebook: &Rulebook, code: &str, now: Timestamp) -> Result<Outcome> {
    let hash = secrets::hash(code);
    let Some(device) = home.look_device(&hash)? else { return Ok(Outcome::Ended) };
    if device.answer.is_empty() && device.ends_at > now {
        return Ok(Outcome::Waits);
    }
    let is_first = home.take_device(&hash)?;
    let Some(user) = device.answer.strip_prefix("by ").filter(|_| is_first && device.ends_at > now) else {
        return Ok(if device.answer == "refused" { Outcome::Refused } else { Outcome::Ended });
    };
    let Some(user) = home.find::<User>(user)?.filter(|user| user.active) else { return Ok(Outcome::Refused) };
    let (token_id, text, secret_hash) = secrets::new()?;
    let token = Token {
        token_id,
        user_id: user.user_id.clone(),
        identity: None,
        scopes: tokens::scopes(device.scopes.split_whitespace())?,
        purpose: format!("counterfoil on {}", device.machine),
        secret_hash,
        expires_on: Day::of(now).plus(DAYS),
        state: "active".to_owned(),
    };
    home.act(rulebook, user.actor(), |desk| tokens::issue(desk, &token))?;
    Ok(Outcome::Token(text, token.expires_on))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_however_they_are_typed() {
        assert_eq!(shown("BCDFGHJK"), "BCDF-GHJK");
        assert_eq!(typed(" bcdf-ghjk\n"), "BCDFGHJK");
        assert_eq!(typed("bcdf ghjk lmnp").len(), LENGTH + 1, "what is too long is no code");
    }
}
