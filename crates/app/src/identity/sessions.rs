//! Sessions: who is signed in. A cookie holds the id, the home a hash of it.

use anyhow::Result;
use domain::names::Name;
use domain::parties::User;
use jiff::{SignedDuration, Timestamp};
use store::sessions::Session;

use crate::home::Home;
use crate::secrets;

/// After how long without a visit a session ends. OWASP Session Management Cheat Sheet: 15 to 30 minutes.
pub const IDLE: SignedDuration = SignedDuration::from_mins(30);

/// After how long a session ends however often it is used: a day of work.
pub const ABSOLUTE: SignedDuration = SignedDuration::from_hours(12);

/// How often it is written down that a session is used.
const SEEN: SignedDuration = SignedDuration::from_mins(1);

/// Who is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The user, as the register has them now.
    pub user: User,
    /// The session.
    pub session: Session,
}

/// Begins a session of a user, and gives its id for the cookie. `provider` says what vouched for them, `agent` names the browser.
///
/// # Errors
/// When the home cannot be written, or the system gives no random bytes.
pub fn open(home: &Home, user: &Name, provider: &str, agent: &str, now: Timestamp) -> Result<String> {
    let (id, hash) = secrets::new_key()?;
    home.forget_ended(now, now.saturating_sub(IDLE)?)?;
    let ends_at = now.saturating_add(ABSOLUTE)?;
    home.record_session(&Session {
        hash,
        user_id: user.to_string(),
        made_at: now,
        seen_at: now,
        ends_at,
        provider: provider.to_owned(),
        agent: agent.to_owned(),
    })?;
    Ok(id)
}

/// Who is signed in with the id of a cookie, and tells the home that they are here; nothing when the session has ended or its user is
/// closed.
///
/// # Errors
/// When the home cannot be read or written.
pub fn find(home: &Home, id: &str, now: Timestamp) -> Result<Option<SignedIn>> {
    let Some(session) = home.find_session(&secrets::hash(id))? else { return Ok(None) };
    if session.ends_at <= now || session.seen_at.saturating_add(IDLE)? <= now {
        home.drop_session(&session.hash)?;
        return Ok(None);
    }
    let Some(user) = home.find::<User>(&session.user_id)?.filter(|user| user.active) else {
        home.drop_session(&session.hash)?;
        return Ok(None);
    };
    if session.seen_at.saturating_add(SEEN)? <= now {
        home.see_session(&session.hash, now)?;
    }
    Ok(Some(SignedIn { user, session }))
}

/// A browser in a few words, such as `Firefox on Linux`; for the user to tell sessions apart.
#[must_use]
pub fn agent(header: &str) -> String {
    let named = |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| header.contains(mark)).map(|(_, name)| *name);
    // the order matters: most browsers name others too
    let browser =
        named(&[("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"), ("curl", "curl")]);
    let systems =
        [("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux")];
    match (browser, named(&systems)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        _ => "a browser that is not known".to_owned(),
    }
}
