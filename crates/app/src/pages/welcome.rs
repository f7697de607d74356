//! Where a link leads that is good once: to a first or another password, or straight in. The link is used by the form, not by looking,
//! since programs that check mail follow links.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::names::Name;
use domain::parties::User;

use crate::clock;
use crate::home::Home;
use crate::identity::links::{self, Kind};
use crate::identity::{passwords, sign_in as signing};
use crate::pages::acting::{Sent, form};
use crate::pages::frame::Frame;
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::sign_in::{ask_code, enter, secret};
use crate::pages::visit::{Visit, html, page};

#[derive(Template)]
#[template(path = "pages/welcome.html")]
struct WelcomePage {
    frame: Frame,
    user: String,
    name: String,
    action: String,
    asks_password: bool,
    is_new: bool,
    trouble: Option<String>,
    shortest: usize,
}

#[derive(Template)]
#[template(path = "pages/welcome_ended.html")]
struct EndedPage {
    frame: Frame,
}

/// The routes of these pages.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new().route("/welcome/{token}", page(show).merge(form(take)))
}

/// The user and kind of the link of the path.
fn found(visit: &Visit) -> Result<Option<(User, Kind)>, Problem> {
    let home = visit.home()?;
    let of = |home: &Home| {
        let Some((user, kind)) = links::find(home, visit.param("token"), clock::now())? else { return Ok(None) };
        let user = home.find::<User>(user.as_str())?.filter(|user| user.active && kind != Kind::Code);
        anyhow::Ok(user.map(|user| (user, kind)))
    };
    of(home).map_err(broken)
}

fn show(visit: &Visit) -> Result<Response, Problem> {
    match found(visit)? {
        Some((user, kind)) => welcome(visit, &user, kind, None),
        None => ended(visit),
    }
}

fn take(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let (home, token, now) = (visit.home()?, visit.param("token"), clock::now());
    let Some((user, kind)) = found(visit)? else { return ended(visit) };
    let asks_password = matches!(kind, Kind::Invitation | Kind::Reset);
    if asks_password && let Err(trouble) = chosen(sent, &user) {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, welcome(visit, &user, kind, Some(trouble))?).into_response());
    }
    if !links::take(home, token, kind, now).map_err(broken)? {
        return ended(visit);
    }
    if asks_password {
        signing::set_password(home, &user.user_id, sent.raw("password")).map_err(broken)?;
        // whoever was signed in with the password before is not any more
        home.drop_other_sessions(user.user_id.as_str(), "").map_err(broken)?;
    }
    follow(visit, home, &user.user_id)
}

/// Signs the user in, or asks for their code first.
fn follow(visit: &Visit, home: &Home, user: &Name) -> Result<Response, Problem> {
    let account = home.find_account(user.as_str()).map_err(broken)?;
    if account.is_some_and(|account| !account.code_secret.is_empty()) {
        let token = links::make(home, user, Kind::Code, clock::now()).map_err(broken)?;
        return ask_code(visit, token, "/");
    }
    enter(visit, user, "link", "/")
}

/// Checks a password that was chosen, typed twice.
///
/// # Errors
///
/// What is wrong with it, in words for the user.
pub fn chosen(sent: &Sent, user: &User) -> Result<(), String> {
    if sent.raw("password") != sent.raw("again") {
        return Err("The two passwords are not the same. Type the same one twice.".to_owned());
    }
    passwords::fits(sent.raw("password"), user)
}

fn welcome(visit: &Visit, user: &User, kind: Kind, trouble: Option<String>) -> Result<Response, Problem> {
    secret(html(&WelcomePage {
        frame: visit.frame("Welcome"),
        user: user.user_id.to_string(),
        name: user.name.clone(),
        action: links::path(visit.param("token")),
        asks_password: matches!(kind, Kind::Invitation | Kind::Reset),
        is_new: kind == Kind::Invitation,
        trouble,
        shortest: passwords::SHORTEST,
    })?)
}

fn ended(visit: &Visit) -> Result<Response, Problem> {
    Ok((StatusCode::NOT_FOUND, secret(html(&EndedPage { frame: visit.frame("This link has ended") })?)?).into_response())
}

fn broken(error: anyhow::Error) -> Problem {
    Problem::broken(&format!("{error:#}"))
}
