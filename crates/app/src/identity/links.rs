//! Links that are good once: invitations, resets, and signing in. The home keeps hashes of them.

use anyhow::{Result, bail};
use domain::names::Name;
use jiff::{SignedDuration, Timestamp};
use store::sessions::Link;

use crate::home::Home;
use crate::secrets;

/// What a link is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The first password of a new user.
    Invitation,
    /// Another password.
    Reset,
    /// Signing in, once.
    SignIn,
    /// The way from the password to the code, in one sign-in.
    Code,
    /// Signing in to the demo, as often as the link is followed.
    Demo,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Invitation, Self::Reset, Self::SignIn, Self::Code, Self::Demo];

    /// The word in the home.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reset => "reset",
            Self::SignIn => "sign-in",
            Self::Code => "code",
            Self::Demo => "demo",
        }
    }

    /// How long a link is good.
    #[must_use]
    pub const fn good_for(self) -> SignedDuration {
        match self {
            Self::Invitation => SignedDuration::from_hours(7 * 24),
            Self::Reset => SignedDuration::from_hours(24),
            Self::SignIn => SignedDuration::from_hours(1),
            Self::Code => SignedDuration::from_mins(5),
            Self::Demo => SignedDuration::from_hours(24),
        }
    }
}

/// Makes a link for a user, and gives its token. Of a kind a user has one link at a time: earlier ones end.
///
/// # Errors
/// When the home cannot be written, or the system gives no random bytes.
pub fn make(home: &Home, user: &Name, kind: Kind, now: Timestamp) -> Result<String> {
    let (token, hash) = secrets::new_key()?;
    if kind != Kind::Code {
        home.drop_links(Some(user.as_str()), kind.as_str())?;
    }
    let ends_at = now.saturating_add(kind.good_for())?;
    home.record_link(&Link { hash, user_id: user.to_string(), kind: kind.as_str().to_owned(), ends_at, used_at: None })?;
    Ok(token)
}

/// The user and the kind of a link that is still good; nothing when it is unknown, used, or has ended.
///
/// # Errors
/// When the home cannot be read.
pub fn find(home: &Home, token: &str, now: Timestamp) -> Result<Option<(Name, Kind)>> {
    let found = home.find_link(&secrets::hash(token))?.filter(|link| link.used_at.is_none() && link.ends_at > now);
    let Some(link) = found else { return Ok(None) };
    match Kind::ALL.into_iter().find(|kind| kind.as_str() == link.kind) {
        Some(kind) => Ok(Some((Name::new(&link.user_id), kind))),
        None => bail!("the home holds a link of the kind `{}`, which this version does not know; use the newer one", link.kind),
    }
}

/// Uses a link that was found; false when somebody else did meanwhile. A link of the demo stays good.
///
/// # Errors
/// When the home cannot be written.
pub fn take(home: &Home, token: &str, kind: Kind, now: Timestamp) -> Result<bool> {
    if kind == Kind::Demo { Ok(true) } else { home.use_link(&secrets::hash(token), now) }
}

/// The address of a link, behind that of the pages.
#[must_use]
pub fn path(token: &str) -> String {
    format!("/welcome/{token}")
}
