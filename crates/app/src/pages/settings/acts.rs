//! What the forms of settings do.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::cells::Cell as _;
use domain::names::Name;
use domain::parties::{self, User};
use domain::record::actor::{Organisation, Role};
use domain::record::desk::{Acted, Desk};
use domain::record::refusal::Refusal;
use domain::time::Day;
use domain::tokens::{self, Token};
use domain::webhooks::{self, Webhook};

use super::{Came, render};
use crate::clock;
use crate::pages::acting::{Sent, see};
use crate::pages::fields::Refused;
use crate::pages::partner_workspace::Workspace;
use crate::pages::paths;
use crate::pages::problem::Problem;
use crate::pages::visit::Visit;
use crate::secrets;

/// For how many days a token is valid unless told.
const TOKEN_DAYS: i32 = 90;

/// Does what a form asks. What has a secret stays on the page, which shows it this once.
pub fn take(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let workspace = Workspace::of(visit)?;
    let act = sent.text("act");
    let done = match act {
        "webhook" => add_webhook(visit, &workspace, sent)?.map(|secret| Some(("webhook", secret))),
        "token" => issue_token(visit, &workspace, sent)?.map(|text| Some(("token", text))),
        _ => visit.tried(|desk| plain(desk, &workspace, act, sent))?.map(|()| None),
    };
    match done {
        Ok(None) => Ok(see(&paths::with_query(&workspace.at("settings"), &[("done", Some(act.to_owned()))]))),
        Ok(secret) => render(visit, &Came { secret, ..Came::default() }),
        Err(refusal) => {
            let refused = Refused { act, text: "", refusal: &refusal };
            let page = render(visit, &Came { sent: Some(sent), refused: Some(&refused), secret: None })?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

fn plain(desk: &mut Desk<'_>, workspace: &Workspace, act: &str, sent: &Sent) -> Acted {
    match act {
        "user" => add_user(desk, workspace, sent),
        "close" => {
            let id = Name::new(sent.text("user"));
            own_user(desk, workspace, &id)?;
            parties::close_user(desk, &id, sent.given("reason")).map(|_| ())
        }
        "paused" => turn(desk, workspace, sent, "paused"),
        "active" => turn(desk, workspace, sent, "active"),
        "removed" => turn(desk, workspace, sent, "removed"),
        "revoke" => tokens::revoke(desk, sent.text("token"), None).map(|_| ()),
        _ => Err(Refusal::malformed("act-unknown", "the form names no act", "send the form of the page").into()),
    }
}

/// A user of this partner; others are as if they were not there.
fn own_user(desk: &Desk<'_>, workspace: &Workspace, id: &Name) -> Acted<User> {
    let found = desk.find::<User>(id.as_str())?.filter(|user| user.organisation == Organisation::Partner(workspace.id().clone()));
    found.ok_or_else(|| Refusal::not_found("unknown-id", format!("there is no user `{id}` here"), "choose one of the list").into())
}

/// Turns a webhook of this partner; others are as if they were not there.
fn turn(desk: &mut Desk<'_>, workspace: &Workspace, sent: &Sent, state: &'static str) -> Acted {
    let id = sent.text("webhook");
    let own = Organisation::Partner(workspace.id().clone());
    if desk.find::<Webhook>(id)?.is_none_or(|webhook| webhook.organisation != own) {
        return Err(Refusal::not_found("unknown-id", format!("there is no webhook `{id}` here"), "choose one of the list").into());
    }
    webhooks::turn(desk, id, state, None).map(|_| ())
}

/// Adds a user, or gives one other roles; what the form leaves empty stays as it is.
fn add_user(desk: &mut Desk<'_>, workspace: &Workspace, sent: &Sent) -> Acted {
    let Some(user_id) = sent.given("user").map(Name::new) else {
        return Err(Refusal::invalid("field-missing", "the user has no name to sign in with", "give it, usually a mail address").into());
    };
    let roles: BTreeSet<Role> = sent.all("role").filter_map(|role| Role::read(role).ok()).collect();
    if roles.is_empty() {
        return Err(Refusal::invalid("field-missing", "no role is ticked", "tick one or more").into());
    }
    let before = own_user(desk, workspace, &user_id).ok();
    let name = sent.given("name").map(str::to_owned).or_else(|| before.as_ref().map(|user| user.name.clone()));
    let user = User {
        name: name.unwrap_or_else(|| user_id.to_string()),
        organisation: Organisation::Partner(workspace.id().clone()),
        roles,
        location: sent.given("location").map(Name::new),
        identity: before.as_ref().and_then(|user| user.identity.clone()),
        person_id: sent.given("person").map(Name::new).or_else(|| before.and_then(|user| user.person_id)),
        active: true,
        user_id,
    };
    parties::add_user(desk, &user)
}

fn add_webhook(visit: &Visit, workspace: &Workspace, sent: &Sent) -> Result<Result<String, Refusal>, Problem> {
    let kinds: BTreeSet<String> = sent.text("kinds").split(',').map(str::trim).filter(|kind| !kind.is_empty()).map(str::to_owned).collect();
    let of = Organisation::Partner(workspace.id().clone());
    Ok(match visit.tried(|desk| webhooks::add(desk, of, sent.text("url"), kinds))? {
        Ok(webhook) => Ok(visit.home()?.new_webhook_secret(&webhook.webhook_id).map_err(|error| Problem::unread(&error))?),
        Err(refusal) => Err(refusal),
    })
}

fn issue_token(visit: &Visit, workspace: &Workspace, sent: &Sent) -> Result<Result<String, Refusal>, Problem> {
    let expires_on = match sent.given("expires_on").map(str::parse::<Day>) {
        None => clock::today().plus(TOKEN_DAYS),
        Some(Ok(day)) => day,
        Some(Err(_)) => {
            let message = format!("`{}` is not a day", sent.text("expires_on"));
            return Ok(Err(Refusal::malformed("day-malformed", message, "write it as YYYY-MM-DD")));
        }
    };
    let scopes = match tokens::scopes(sent.all("scope")) {
        Ok(scopes) => scopes,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let (token_id, text, secret_hash) = secrets::new().map_err(|error| Problem::unread(&error))?;
    let token = Token {
        token_id,
        user_id: workspace.actor.user.clone(),
        identity: None,
        scopes,
        purpose: sent.text("purpose").to_owned(),
        secret_hash,
        expires_on,
        state: "active".to_owned(),
    };
    Ok(visit.tried(|desk| tokens::issue(desk, &token))?.map(|()| text))
}
