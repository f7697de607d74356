//! Signing in a program that has no browser: it asks here for a code and then for its token; whoever is signed in confirms the code.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::tokens;
use serde_json::{Value, json};

use crate::clock;
use crate::identity::device::{self, Outcome};
use crate::pages::acting::{Sent, form, see};
use crate::pages::frame::Frame;
use crate::pages::paths;
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::show;
use crate::pages::sign_in::TOO_OFTEN;
use crate::pages::visit::{Visit, html, page};

/// Where codes are confirmed.
pub const PATH: &str = "/device";

/// What is told of a code that does not wait: neither whether it ever was, nor what became of it.
const NO_CODE: &str =
    "No program waits with this code. Codes are good for ten minutes, and once: look at the program again, or let it begin anew.";

#[derive(Template)]
#[template(path = "pages/device.html")]
struct DevicePage {
    frame: Frame,
    who: String,
    code: String,
    waiting: Option<Waiting>,
    trouble: Option<&'static str>,
    told: Option<&'static str>,
}

/// A program that waits.
struct Waiting {
    machine: String,
    may: String,
    until: String,
}

/// The routes of these pages.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new()
        .route(PATH, page(ask).merge(form(answer)))
        .route("/sign-in/device/code", form(begin))
        .route("/sign-in/device/token", form(give))
}

/// An answer by RFC 8628, which no cache keeps.
fn told(status: StatusCode, answer: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, Body::from(answer.to_string())).into_response()
}

/// An error by RFC 6749 5.2.
fn refused(error: &str, said: &str) -> Response {
    told(StatusCode::BAD_REQUEST, &json!({"error": error, "error_description": said}))
}

fn broken(error: anyhow::Error) -> Problem {
    Problem::broken(&format!("{error:#}"))
}

fn begin(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let home = visit.home()?;
    if !visit.caller.may_try("") {
        return Ok(told(StatusCode::TOO_MANY_REQUESTS, &json!({"error": "slow_down", "error_description": TOO_OFTEN})));
    }
    let scopes = match tokens::scopes(sent.text("scope").split_whitespace()) {
        Ok(scopes) => scopes,
        Err(refusal) => return Ok(refused("invalid_scope", &format!("{}; {}", refusal.message, refusal.cure))),
    };
    let (code, begun) = device::begin(home, sent.text("machine"), &scopes, clock::now()).map_err(broken)?;
    let shown = device::shown(&begun.user_code);
    let at = format!("{}{PATH}", visit.origin);
    Ok(told(
        StatusCode::OK,
        &json!({
            "device_code": code,
            "user_code": shown,
            "verification_uri": at,
            "verification_uri_complete": paths::with_query(&at, &[("code", Some(shown.clone()))]),
            "expires_in": device::GOOD_FOR.as_secs(),
            "interval": device::INTERVAL,
        }),
    ))
}

fn give(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let home = visit.home()?;
    if sent.text("grant_type") != "urn:ietf:params:oauth:grant-type:device_code" {
        return Ok(refused("unsupported_grant_type", "expected `urn:ietf:params:oauth:grant-type:device_code`"));
    }
    let outcome = device::take(home, visit.rulebook(), sent.text("device_code"), clock::now()).map_err(broken)?;
    Ok(match outcome {
        Outcome::Waits => refused("authorization_pending", "nobody has confirmed the code yet"),
        Outcome::Refused => refused("access_denied", "the code was refused"),
        Outcome::Ended => refused("expired_token", "the code has ended; begin anew"),
        Outcome::Token(token, expires_on) => {
            let answer = json!({"access_token": token, "token_type": "Bearer", "expires_on": expires_on.to_string()});
            told(StatusCode::OK, &answer)
        }
    })
}

fn ask(visit: &Visit) -> Result<Response, Problem> {
    let told = match visit.value("done") {
        Some("confirmed") => Some("The program is signed in. You may close this page; your account lists its token, and ends it."),
        Some("refused") => Some("The program was refused."),
        _ => None,
    };
    let code = visit.value("code").unwrap_or_default().to_owned();
    shown(visit, code, told)
}

fn shown(visit: &Visit, code: String, told: Option<&'static str>) -> Result<Response, Problem> {
    let (home, who) = (visit.home()?, visit.actor()?.user.to_string());
    let frame = visit.frame("Sign a program in");
    let mut page = DevicePage { frame, who, code, waiting: None, trouble: None, told };
    if page.code.is_empty() {
        return html(&page);
    }
    // who guesses codes is slowed down as who guesses passwords
    if !visit.caller.may_try(&page.who) {
        page.trouble = Some(TOO_OFTEN);
        return Ok((StatusCode::TOO_MANY_REQUESTS, html(&page)?).into_response());
    }
    let Some(found) = device::find(home, &page.code, clock::now()).map_err(broken)? else {
        page.trouble = Some(NO_CODE);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response());
    };
    let scopes = found.scopes.split_whitespace();
    let words: Vec<String> = scopes.map(str::to_owned).collect();
    page.code = device::shown(&found.user_code);
    page.waiting = Some(Waiting {
        machine: found.machine,
        may: if words.is_empty() { "all that you may".to_owned() } else { format!("only {}", show::list(&words)) },
        until: clock::today().plus(device::DAYS).to_string(),
    });
    html(&page)
}

fn answer(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let (home, actor) = (visit.home()?, visit.actor()?);
    if !visit.caller.may_try(actor.user.as_str()) {
        return shown(visit, sent.text("code").to_owned(), None);
    }
    let by = (sent.text("answer") == "confirm").then_some(&actor.user);
    if !device::answer(home, sent.text("code"), by, clock::now()).map_err(broken)? {
        return shown(visit, sent.text("code").to_owned(), None);
    }
    Ok(see(&paths::with_query(PATH, &[("done", Some(if by.is_some() { "confirmed" } else { "refused" }.to_owned()))])))
}
