//! The visitor's own account: who they are, their password, codes, sessions and tokens.

/// Codes of an authenticator app.
mod codes;

/// API tokens.
mod tokens;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::record::entry::By;
use domain::tokens::Token;
use store::log::Part;
use store::sessions::Session;

use crate::clock;
use crate::commands::user::organisation;
use crate::identity::sessions::SignedIn;
use crate::identity::{passwords, sign_in as signing};
use crate::pages::acting::{Sent, form, see};
use crate::pages::frame::Frame;
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::show::instant;
use crate::pages::sign_in::{TOO_OFTEN, enter, secret};
use crate::pages::visit::{Visit, html, page};
use crate::pages::welcome::chosen;

/// The address of these pages.
const PATH: &str = "/account";

/// What is told when the password that a change asks for is wrong.
const NOT_YOURS: &str = "The present password is not right; nothing was changed. After five failures an account pauses.";

#[derive(Template)]
#[template(path = "pages/account.html")]
struct AccountPage {
    frame: Frame,
    user: String,
    name: String,
    acts_for: String,
    roles: String,
    location: Option<String>,
    /// What vouches for the visitor, who then has no password here.
    provider: Option<String>,
    has_password: bool,
    has_codes: bool,
    sessions: Vec<SessionRow>,
    tokens: Vec<Token>,
    told: Option<&'static str>,
    trouble: Option<String>,
    /// A token that was just made, shown once.
    made: Option<String>,
    shortest: usize,
    expires_on: String,
}

/// A session as the page lists it.
struct SessionRow {
    hash: String,
    agent: String,
    provider: String,
    made_at: String,
    seen_at: String,
    is_this: bool,
}

/// The routes of these pages.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new()
        .route(PATH, page(|visit| show(visit, None, None)))
        .route("/account/password", form(change_password))
        .route("/account/sessions", form(end_sessions))
        .merge(codes::routes())
        .merge(tokens::routes())
}

/// Who is signed in.
///
/// # Errors
///
/// Nobody is.
fn who(visit: &Visit) -> Result<&SignedIn, Problem> {
    visit.home()?;
    visit.caller.who.as_ref().ok_or_else(Problem::nobody)
}

fn show(visit: &Visit, trouble: Option<String>, made: Option<String>) -> Result<Response, Problem> {
    let (home, SignedIn { user, session }) = (visit.home()?, who(visit)?);
    let account = home.find_account(user.user_id.as_str()).map_err(broken)?.unwrap_or_default();
    let sessions = home.list_sessions(user.user_id.as_str()).map_err(broken)?;
    let tokens = home.list::<Token>(&By::default(), &Part::default()).map_err(broken)?.into_iter().map(|(_, token)| token);
    let told = match visit.value("done") {
        Some("password") => Some("Your password is changed, and every other session has ended."),
        Some("session") => Some("The session has ended."),
        Some("codes-on") => Some("From now on signing in asks for a code too."),
        Some("codes-off") => Some("Signing in asks for no code any more."),
        Some("token") => Some("The token is revoked."),
        _ => None,
    };
    let page = AccountPage {
        frame: visit.frame("Your account"),
        user: user.user_id.to_string(),
        name: user.name.clone(),
        acts_for: organisation(&user.organisation),
        roles: user.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", "),
        location: user.location.as_ref().map(ToString::to_string),
        provider: home.provider_of_user(user.user_id.as_str()).map_err(broken)?,
        has_password: !account.password_hash.is_empty(),
        has_codes: !account.code_secret.is_empty(),
        sessions: sessions.into_iter().map(|one| row(one, &session.hash)).collect(),
        tokens: tokens.filter(|token| token.user_id == user.user_id && token.state == "active").collect(),
        told,
        made,
        shortest: passwords::SHORTEST,
        expires_on: clock::today().plus(tokens::DAYS).to_string(),
        trouble: trouble.clone(),
    };
    let shown = secret(html(&page)?)?;
    Ok(if trouble.is_some() { (StatusCode::UNPROCESSABLE_ENTITY, shown).into_response() } else { shown })
}

fn row(session: Session, this: &str) -> SessionRow {
    SessionRow {
        is_this: session.hash == this,
        made_at: instant(&session.made_at.to_string()),
        seen_at: instant(&session.seen_at.to_string()),
        provider: session.provider,
        agent: session.agent,
        hash: session.hash,
    }
}

/// Whether the present password was given, which changes of how one signs in ask for; what is wrong, if not. Who has no password yet is
/// asked for none.
fn is_own(visit: &Visit, sent: &Sent) -> Result<Option<&'static str>, Problem> {
    let (home, user) = (visit.home()?, &who(visit)?.user);
    let has_password = home.find_account(user.user_id.as_str()).map_err(broken)?.is_some_and(|account| !account.password_hash.is_empty());
    if !has_password {
        return Ok(None);
    }
    if !visit.caller.may_try(user.user_id.as_str()) {
        return Ok(Some(TOO_OFTEN));
    }
    let is_own = signing::is_own_password(home, &user.user_id, sent.raw("present"), clock::now()).map_err(broken)?;
    Ok((!is_own).then_some(NOT_YOURS))
}

fn change_password(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let (home, user) = (visit.home()?, &who(visit)?.user);
    if let Some(provider) = home.provider_of_user(user.user_id.as_str()).map_err(broken)? {
        let trouble = format!("You sign in by the provider `{provider}`, so you have no password here; it is there that you change yours.");
        return show(visit, Some(trouble), None);
    }
    if let Err(trouble) = chosen(sent, user) {
        return show(visit, Some(trouble), None);
    }
    if let Some(trouble) = is_own(visit, sent)? {
        return show(visit, Some(trouble.to_owned()), None);
    }
    signing::set_password(home, &user.user_id, sent.raw("password")).map_err(broken)?;
    home.drop_other_sessions(user.user_id.as_str(), "").map_err(broken)?;
    enter(visit, &user.user_id, "password", "/account?done=password")
}

fn end_sessions(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let (home, SignedIn { user, session }) = (visit.home()?, who(visit)?);
    match sent.text("session") {
        "" => home.drop_other_sessions(user.user_id.as_str(), &session.hash).map_err(broken)?,
        hash => {
            // of others' sessions nothing is told
            let own = home.list_sessions(user.user_id.as_str()).map_err(broken)?;
            if own.iter().any(|one| one.hash == hash) {
                home.drop_session(hash).map_err(broken)?;
            }
        }
    }
    Ok(see("/account?done=session"))
}

fn broken(error: anyhow::Error) -> Problem {
    Problem::broken(&format!("{error:#}"))
}
