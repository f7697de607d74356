//! Signing in and out.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::names::Name;

use crate::clock;
use crate::identity::sessions;
use crate::identity::sign_in::{self, Outcome};
use crate::pages::acting::{Sent, form, see};
use crate::pages::frame::Frame;
use crate::pages::paths;
use crate::pages::problem::Problem;
use crate::pages::providers;
use crate::pages::reading::Reading;
use crate::pages::visit::{Visit, html, page};

/// Where to sign in.
pub const PATH: &str = "/sign-in";

/// What everybody is told whose sign-in fails: not whether the user is known.
const REFUSED: &str = "That did not sign you in: the name or the password is not right. After five failures an account pauses, first for half a minute, then longer each time. Whoever keeps your users can send you a link for a new password.";

/// What is told when a code fails.
const CODE_REFUSED: &str =
    "That is not the code, or it was used before. Wait for the next one in your app, and check that its clock is right.";

/// What is told after too many tries.
pub const TOO_OFTEN: &str = "There were too many tries from here. Wait a minute, then try again.";

#[derive(Template)]
#[template(path = "pages/sign_in.html")]
struct SignInPage {
    frame: Frame,
    user: String,
    next: String,
    ways: Vec<(String, String)>,
    trouble: Option<&'static str>,
    told: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "pages/sign_in_code.html")]
struct CodePage {
    frame: Frame,
    token: String,
    next: String,
    trouble: Option<&'static str>,
}

/// The routes of these pages.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new().route(PATH, page(show).merge(form(by_password))).route("/sign-in/code", form(by_code)).route("/sign-out", form(sign_out))
}

fn show(visit: &Visit) -> Result<Response, Problem> {
    visit.home()?;
    let next = paths::own(visit.value("next").unwrap_or("/")).to_owned();
    if visit.caller.who.is_some() {
        return Ok(see(&next));
    }
    let told = visit.value("out").map(|_| "You are signed out.");
    let ways = providers::ways(visit, &next);
    secret(html(&SignInPage { frame: visit.frame("Sign in"), user: String::new(), next, ways, trouble: None, told })?)
}

fn by_password(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let (home, next) = (visit.home()?, paths::own(sent.text("next")).to_owned());
    let again = |status, trouble| {
        let user = sent.text("user").to_owned();
        let (next, ways) = (next.clone(), providers::ways(visit, &next));
        let page = SignInPage { frame: visit.frame("Sign in"), user, next, ways, trouble: Some(trouble), told: None };
        Ok((status, secret(html(&page)?)?).into_response())
    };
    if !visit.caller.may_try(sent.text("user")) {
        return again(StatusCode::TOO_MANY_REQUESTS, TOO_OFTEN);
    }
    let outcome = sign_in::by_password(home, sent.text("user"), sent.raw("password"), clock::now());
    match outcome.map_err(|error| Problem::broken(&format!("{error:#}")))? {
        Outcome::In(user) => enter(visit, &user, "password", &next),
        Outcome::Code(token) => ask_code(visit, token, &next),
        Outcome::Refused => again(StatusCode::UNPROCESSABLE_ENTITY, REFUSED),
    }
}

/// Asks for the code that follows what was shown first.
///
/// # Errors
///
/// A template that cannot be written.
pub fn ask_code(visit: &Visit, token: String, next: &str) -> Result<Response, Problem> {
    secret(html(&CodePage { frame: visit.frame("Your code"), token, next: next.to_owned(), trouble: None })?)
}

fn by_code(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let (home, token, next) = (visit.home()?, sent.text("token"), paths::own(sent.text("next")));
    let again = |status, trouble| {
        let page = CodePage { frame: visit.frame("Your code"), token: token.to_owned(), next: next.to_owned(), trouble: Some(trouble) };
        Ok((status, secret(html(&page)?)?).into_response())
    };
    if !visit.caller.may_try("") {
        return again(StatusCode::TOO_MANY_REQUESTS, TOO_OFTEN);
    }
    match sign_in::by_code(home, token, sent.text("code"), clock::now()).map_err(|error| Problem::broken(&format!("{error:#}")))? {
        Outcome::In(user) => enter(visit, &user, "password", next),
        Outcome::Code(_) | Outcome::Refused => again(StatusCode::UNPROCESSABLE_ENTITY, CODE_REFUSED),
    }
}

/// Signs a user in: a new session, whatever the browser held before, and on to `next`. `provider` says what vouched for the user.
///
/// # Errors
///
/// A home that cannot be written.
pub fn enter(visit: &Visit, user: &Name, provider: &str, next: &str) -> Result<Response, Problem> {
    let broken = |error: anyhow::Error| Problem::broken(&format!("{error:#}"));
    let home = visit.home()?;
    if let Some(before) = &visit.caller.who {
        home.drop_session(&before.session.hash).map_err(broken)?;
    }
    let id = sessions::open(home, user, provider, &sessions::agent(&visit.caller.agent), clock::now()).map_err(broken)?;
    Ok(([(header::SET_COOKIE, visit.caller.cookie(&id))], Redirect::to(paths::own(next))).into_response())
}

fn sign_out(visit: &Visit, _: &Sent) -> Result<Response, Problem> {
    if let Some(who) = &visit.caller.who {
        visit.home()?.drop_session(&who.session.hash).map_err(|error| Problem::broken(&format!("{error:#}")))?;
    }
    Ok(([(header::SET_COOKIE, visit.caller.cookie(""))], Redirect::to("/sign-in?out=1")).into_response())
}

/// A page that no cache keeps.
///
/// # Errors
///
/// None; so that it ends a page's function.
pub fn secret(page: Response) -> Result<Response, Problem> {
    Ok(([(header::CACHE_CONTROL, "no-store")], page).into_response())
}
