//! Signing in by password, and setting one: lock-out, and the second step with a code.

use anyhow::Result;
use domain::names::Name;
use domain::parties::User;
use jiff::{SignedDuration, Timestamp};
use store::accounts::Account;

use super::links::{self, Kind};
use super::{codes, passwords};
use crate::home::Home;

/// After how many failures sign-in pauses.
const FAILURES: u64 = 5;

/// The first pause; each further failure doubles it.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// The longest pause.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(30);

/// What came of a password.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The user is signed in.
    In(Name),
    /// A code is asked for next; the token says of whom.
    Code(String),
    /// The user is unknown or closed, the password is wrong, or sign-in pauses. Which of them nobody is told.
    Refused,
}

/// Tries a password. Unknown users and wrong passwords take the same time.
///
/// # Errors
/// When the home cannot be read or written.
pub fn by_password(home: &Home, user: &str, password: &str, now: Timestamp) -> Result<Outcome> {
    let user = Name::new(user);
    let account = home.find_account(user.as_str())?;
    let active = home.find::<User>(user.as_str())?.filter(|user| user.active);
    let is_right = passwords::matches(account.as_ref().map(|account| account.password_hash.as_str()), password);
    let Some((account, user)) = account.zip(active) else { return Ok(Outcome::Refused) };
    if is_locked(&account, now) {
        return Ok(Outcome::Refused);
    }
    if !is_right {
        failed(home, &account, now)?;
        return Ok(Outcome::Refused);
    }
    if account.code_secret.is_empty() {
        home.forget_failures(&account.user_id)?;
        return Ok(Outcome::In(user.user_id));
    }
    Ok(Outcome::Code(links::make(home, &user.user_id, Kind::Code, now)?))
}

/// Tries the code that follows a password; a code is taken once.
///
/// # Errors
/// When the home cannot be read or written.
pub fn by_code(home: &Home, token: &str, code: &str, now: Timestamp) -> Result<Outcome> {
    let Some((user, Kind::Code)) = links::find(home, token, now)? else { return Ok(Outcome::Refused) };
    let Some(account) = home.find_account(user.as_str())?.filter(|account| !is_locked(account, now)) else { return Ok(Outcome::Refused) };
    if !is_code(home, &account, code, now)? {
        failed(home, &account, now)?;
        return Ok(Outcome::Refused);
    }
    if !links::take(home, token, Kind::Code, now)? {
        return Ok(Outcome::Refused);
    }
    home.forget_failures(&account.user_id)?;
    Ok(Outcome::In(user))
}

/// Whether a code is the account's now, and was not taken before.
///
/// # Errors
/// When the home cannot be written.
pub fn is_code(home: &Home, account: &Account, code: &str, now: Timestamp) -> Result<bool> {
    match codes::step(&account.code_secret, code, now) {
        Some(step) => home.take_code(&account.user_id, step),
        None => Ok(false),
    }
}

/// Whether a password is the user's own now, for changes that ask for it again. A wrong one counts as a failure.
///
/// # Errors
/// When the home cannot be read or written.
pub fn is_own_password(home: &Home, user: &Name, password: &str, now: Timestamp) -> Result<bool> {
    let Some(account) = home.find_account(user.as_str())?.filter(|account| !is_locked(account, now)) else { return Ok(false) };
    let is_right = passwords::matches(Some(&account.password_hash), password);
    if !is_right {
        failed(home, &account, now)?;
    }
    Ok(is_right)
}

/// Sets a user's password. A new one ends lock-out; codes stay as they are.
///
/// # Errors
/// When the home cannot be read or written.
pub fn set_password(home: &Home, user: &Name, password: &str) -> Result<()> {
    let kept = home.find_account(user.as_str())?.unwrap_or_default();
    let password_hash = passwords::hash(password)?;
    home.record_account(&Account { user_id: user.to_string(), password_hash, failures: 0, locked_until: None, ..kept })
}

fn is_locked(account: &Account, now: Timestamp) -> bool {
    account.locked_until.is_some_and(|until| until > now)
}

fn failed(home: &Home, account: &Account, now: Timestamp) -> Result<()> {
    let failures = home.count_failure(&account.user_id)?;
    if let Some(pause) = pause(failures) {
        home.lock_account(&account.user_id, now.saturating_add(pause)?)?;
    }
    Ok(())
}

/// How long sign-in pauses after so many failures.
fn pause(failures: u64) -> Option<SignedDuration> {
    let doubled = u32::try_from(failures.checked_sub(FAILURES)?).unwrap_or(u32::MAX).min(16);
    Some((PAUSE * 2_i32.pow(doubled)).min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_grows_from_the_fifth_failure_on_to_half_an_hour() {
        let seconds = |failures| pause(failures).map(|pause| pause.as_secs());
        assert_eq!([4, 5, 6, 10, 11, 1_000_000].map(seconds), [None, Some(30), Some(60), Some(960), Some(1_800), Some(1_800)]);
    }
}
