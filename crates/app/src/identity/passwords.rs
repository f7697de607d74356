//! Passwords: what they must be, and how they are kept and compared.

use std::sync::{LazyLock, Mutex, PoisonError};

use anyhow::{Result, anyhow};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use domain::parties::User;

/// The fewest characters of a password. NIST SP 800-63B, 3.1.1.2: fifteen when it is all that is asked for, eight beside a second
/// factor; twelve is a choice between them, with lock-out.
pub const SHORTEST: usize = 12;

/// The most bytes of a password: enough for any sentence, too few to keep the machine busy.
const LONGEST: usize = 1_024;

/// The fewest different characters.
const DIFFERENT: usize = 5;

/// From how many letters on a name counts as one that is easily guessed.
const NAME: usize = 4;

/// One password is hashed at a time, so that many sign-ins do not take all memory (19 MiB each).
static TURN: Mutex<()> = Mutex::new(());

/// What passwords of unknown users are compared with, so that these take as long as known ones.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash("nobody signs in with this").unwrap_or_default());

/// Whether a password may be a user's; or else what is wrong with it, in words for the user.
///
/// # Errors
/// When it is too short or long, hardly varies, or holds the user's own name.
pub fn fits(password: &str, user: &User) -> Result<(), String> {
    let count = password.chars().count();
    if count < SHORTEST {
        return Err(format!(
            "The password has {count} characters; it needs at least {SHORTEST}. A few words in a row are easy to keep in mind."
        ));
    }
    if password.len() > LONGEST {
        return Err(format!("The password is too long; {LONGEST} bytes are the most."));
    }
    let different: std::collections::BTreeSet<char> = password.chars().collect();
    if different.len() < DIFFERENT {
        return Err(format!("The password repeats the same few characters; it needs at least {DIFFERENT} different ones."));
    }
    let (id, lower) = (user.user_id.as_str().to_lowercase(), password.to_lowercase());
    let own = id.split('@').next().into_iter().chain(user.name.split_whitespace()).map(str::to_lowercase);
    match own.filter(|own| own.chars().count() >= NAME).find(|own| lower.contains(own.as_str())) {
        Some(own) => Err(format!("The password holds your own name, `{own}`, which others would try first. Take other words.")),
        None => Ok(()),
    }
}

/// The hash of a password: Argon2id with a salt of its own.
///
/// # Errors
/// When the system gives no random bytes.
pub fn hash(password: &str) -> Result<String> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let hash = Argon2::default().hash_password(password.as_bytes()).map_err(|error| anyhow!("the password cannot be hashed: {error}"))?;
    Ok(hash.to_string())
}

/// Whether a password is the one that was hashed. It takes as long when there is no hash, and is false then.
pub fn matches(hash: Option<&str>, password: &str) -> bool {
    let nobody = NOBODY.as_str();
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let (hash, is_known) = hash.filter(|hash| !hash.is_empty()).map_or((nobody, false), |hash| (hash, true));
    let given = &password.as_bytes()[..password.len().min(LONGEST)];
    let is_same = PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(given, &hash).is_ok());
    is_same && is_known && password.len() <= LONGEST
}

#[cfg(test)]
mod tests {
    use domain::names::Name;
    use domain::record::actor::Organisation;

    use super::*;

    #[test]
    fn a_password_is_kept_as_argon2id_and_only_it_matches() {
        let kept = hash("a good long password").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(matches(Some(&kept), "a good long password"));
        assert!(!matches(Some(&kept), "a good long passworD"));
        assert!(!matches(Some(""), ""));
        assert!(!matches(None, "nobody signs in with this"));
    }

    #[test]
    fn short_ones_repeated_ones_and_ones_own_name_are_refused() {
        let user = User {
            user_id: Name::new("rita@operator.example"),
            name: "Rita Halvorsen".to_owned(),
            organisation: Organisation::Operator,
            roles: std::collections::BTreeSet::new(),
            location: None,
            identity: None,
            person_id: None,
            active: true,
        };
        for wrong in ["", "elevenchars", "aaaaaaaaaaaaaa", "I am RITA here", "halvorsen2024!", &"long enough ".repeat(100)] {
            assert!(fits(wrong, &user).is_err(), "{wrong}");
        }
        assert_eq!(fits("five words are a password", &user), Ok(()));
        assert_eq!(fits("пароль из слов", &user), Ok(()));
    }
}
