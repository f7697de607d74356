//! Signing in by an identity provider: there, and back.

use std::sync::Arc;

use anyhow::Error;
use askama::Template;
use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;

use crate::clock;
use crate::oidc::{GOOD_FOR, Provider};
use crate::pages::frame::Frame;
use crate::pages::gate::cookie_of;
use crate::pages::paths;
use crate::pages::problem::{Problem, pieces};
use crate::pages::reading::Reading;
use crate::pages::show::capital;
use crate::pages::sign_in;
use crate::pages::visit::{Visit, answer_with, html, page};
use crate::problem::Refusal;
use crate::secrets;

/// The cookie of a sign-in whose browser is at the provider.
const COOKIE: &str = "counterfoil_sign_in";

/// Shown to whom a provider did not sign in; without what only those see who are signed in.
#[derive(Template)]
#[template(path = "pages/not_signed_in.html")]
struct NotSignedInPage {
    frame: Frame,
    said: Vec<(bool, String)>,
    cure: Vec<(bool, String)>,
}

/// The routes.
pub fn routes() -> Router<Arc<dyn Reading>> {
    let back = get(async |visit: Visit, headers: HeaderMap| {
        let state = cookie_of(&headers, COOKIE);
        answer_with(visit, move |visit| come_back(visit, state.as_deref()).or_else(|error| not_signed_in(visit, &error))).await
    });
    Router::new()
        .route("/sign-in/with/{provider}", page(|visit| leave(visit).or_else(|error| not_signed_in(visit, &error))))
        .route("/sign-in/back/{provider}", back)
}

/// The providers that a visitor may sign in by: names and ways there; `next` is where they want to go.
#[must_use]
pub fn ways(visit: &Visit, next: &str) -> Vec<(String, String)> {
    let providers = visit.reading.providers().map(|providers| providers.all.as_slice()).unwrap_or_default();
    let next = Some(next.to_owned()).filter(|next| next != "/");
    let way = |provider: &Provider| {
        let path = format!("/sign-in/with/{}", provider.name);
        (provider.title.clone(), paths::with_query(&path, &[("next", next.clone())]))
    };
    providers.iter().map(way).collect()
}

fn provider(visit: &Visit) -> Result<&Provider, Error> {
    let name = visit.param("provider");
    let found = visit.reading.providers().and_then(|providers| providers.find(name));
    found.ok_or_else(|| refused(&format!("nobody signs in by `{name}` here"), "choose one of the ways that the page of sign-in shows"))
}

/// Sends the browser to the provider.
fn leave(visit: &Visit) -> Result<Response, Error> {
    let provider = provider(visit)?;
    if !visit.caller.may_try("") {
        return Err(refused("there were too many tries from here", "wait a minute, then try again"));
    }
    let home = visit.reading.home().ok_or_else(|| refused("a dataset folder has no users", "serve a home"))?;
    let begun = provider.begin(home, paths::own(visit.value("next").unwrap_or("/")), clock::now())?;
    Ok(([(header::SET_COOKIE, cookie(visit, &begun.state))], Redirect::to(&begun.address)).into_response())
}

/// Takes the browser back from the provider, signed in or not; `state` is what the browser kept.
fn come_back(visit: &Visit, state: Option<&str>) -> Result<Response, Error> {
    let provider = provider(visit)?;
    let home = visit.reading.home().ok_or_else(|| refused("a dataset folder has no users", "serve a home"))?;
    let given = visit.value("state").filter(|given| state.is_some_and(|kept| secrets::is_same(kept, given)));
    let pending = given.map(|state| home.take_pending(&secrets::hash(state), clock::now())).transpose()?.flatten();
    let Some(pending) = pending.filter(|pending| pending.provider == provider.name) else {
        let said = "this sign-in was begun in another browser or too long ago, or it has been used already";
        return Err(refused(said, "begin again, in this browser and without going back in it"));
    };
    if visit.value("iss").is_some_and(|issuer| issuer != provider.issuer.as_str()) {
        let said = format!("another provider than `{}` answered", provider.title);
        return Err(refused(&said, "begin again; if that does not help, tell the operator"));
    }
    if let Some(error) = visit.value("error") {
        let why = visit.value("error_description").map_or_else(String::new, |why| format!(", {}", why.trim_end_matches('.')));
        return Err(refused(&format!("`{}` did not sign you in: `{error}`{why}", provider.title), "begin again"));
    }
    let code = visit.value("code").ok_or_else(|| refused("the provider gave no code", "begin again"))?;
    let next = pending.next.clone();
    let user = provider.end(home, visit.rulebook(), pending, code, clock::now())?;
    let entered = sign_in::enter(visit, &user, &provider.name, &next);
    let mut response = entered.unwrap_or_else(|problem| problem.page(visit));
    response.headers_mut().append(header::SET_COOKIE, cookie(visit, ""));
    Ok(response)
}

fn refused(said: &str, cure: &str) -> Error {
    Refusal::refused(said).hint(cure).into()
}

/// Says why nobody is signed in. What is no refusal of ours is told in short, and whole in the log: it is of use to the operator, and may
/// name addresses that are nobody else's business.
fn not_signed_in(visit: &Visit, error: &Error) -> Result<Response, Problem> {
    let (said, cure) = match error.downcast_ref::<Refusal>() {
        Some(refusal) => (refusal.message.clone(), refusal.hints.join("; ")),
        None => {
            eprintln!("{}: {error:#}", visit.path());
            (
                error.to_string(),
                "try again in a minute; if it stays so, tell the operator: the log of `counterfoil serve` says why".to_owned(),
            )
        }
    };
    let sentence = |text: &str| pieces(&format!("{}.", capital(text)));
    let page = NotSignedInPage { frame: visit.frame("Not signed in"), said: sentence(&said), cure: sentence(&cure) };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, sign_in::secret(html(&page)?)?).into_response())
}

/// The header that has the browser keep a state; an empty one takes it away. It comes along when the provider sends the browser back,
/// and with no other site's forms.
fn cookie(visit: &Visit, state: &str) -> HeaderValue {
    let secure = if visit.caller.is_secure { "; Secure" } else { "" };
    let seconds = if state.is_empty() { 0 } else { GOOD_FOR.as_secs() };
    let cookie = format!("{COOKIE}={state}; Path=/sign-in; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::try_from(cookie).expect("a state is hexadecimal")
}
