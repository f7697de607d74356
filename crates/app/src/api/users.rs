//! Users and tokens.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use domain::names::Name;
use domain::parties::{self, User};
use domain::record::actor::Identity;
use domain::record::desk::{Acted, Desk};
use domain::time::Day;
use domain::tokens::{self, Scope, Token};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::call::Call;
use crate::api::entries::value;
use crate::api::operation::{Act, Operation, schema};
use crate::api::problem::Problem;
use crate::secrets;

/// Who calls.
#[derive(Debug, Serialize, JsonSchema)]
struct Me {
    /// The user.
    user_id: Name,
    /// The organisation that the user acts for.
    organisation: Option<domain::record::actor::Organisation>,
    /// The user's roles there.
    roles: Vec<domain::record::actor::Role>,
    /// The identity in a customer's tenant that the token stands for.
    identity: Option<Identity>,
    /// The certified person that the user is.
    person_id: Option<Name>,
}

/// A token to be issued.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewToken {
    /// The user that the token acts as.
    user_id: Name,
    /// What of the user's rights the token has; nothing: all of them.
    #[serde(default)]
    scopes: BTreeSet<Scope>,
    /// What the token is for, a label.
    purpose: String,
    /// The first day on which it is not valid any more.
    expires_on: Day,
    /// The identity in a customer's tenant that the token stands for, when it is not the user's own.
    #[serde(default)]
    identity: Option<Identity>,
}

/// A token that was issued.
#[derive(Debug, Serialize, JsonSchema)]
struct Issued {
    /// The token's id.
    token_id: String,
    /// The whole token. It is shown this once.
    token: String,
}

/// Why something is ended.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Ending {
    /// Why, for those who read the log later.
    #[serde(default)]
    reason: Option<String>,
}

/// The operations of users and tokens.
pub const OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::GET,
        path: "/me",
        id: "me",
        tag: "Users",
        summary: "Who calls",
        about: "The user, organisation, roles and identity that the token stands for.",
        parameters: &[],
        takes: None,
        gives: schema::<Me>,
        status: StatusCode::OK,
        act: Act::Read(|call| {
            let actor = &call.actor;
            Ok(value(&Me {
                user_id: actor.user.clone(),
                organisation: actor.organisation.clone(),
                roles: actor.roles.iter().copied().collect(),
                identity: actor.identity.clone(),
                person_id: actor.person_id.clone(),
            }))
        }),
    },
    Operation {
        method: Method::PUT,
        path: "/users/{user_id}",
        id: "putUser",
        tag: "Users",
        summary: "Add a user, or give one other roles",
        about: "Program managers of the operator may; account admins within their account, global admins within their tenant.",
        parameters: &[],
        takes: Some(schema::<User>),
        gives: schema::<User>,
        status: StatusCode::OK,
        act: Act::Write { entry: Some(("user", "user_id")), act: put_user },
    },
    Operation {
        method: Method::POST,
        path: "/users/{user_id}/close",
        id: "closeUser",
        tag: "Users",
        summary: "Let a user act no more",
        about: "The user's tokens are refused from then on.",
        parameters: &[],
        takes: Some(schema::<Ending>),
        gives: schema::<User>,
        status: StatusCode::OK,
        act: Act::Write {
            entry: Some(("user", "user_id")),
            act: |call, desk| {
                let ending: Ending = call.body()?;
                Ok(value(&parties::close_user(desk, &Name::new(call.part("user_id")), ending.reason.as_deref())?))
            },
        },
    },
    Operation {
        method: Method::POST,
        path: "/tokens",
        id: "issueToken",
        tag: "Users",
        summary: "Issue a token",
        about: "A user may for themselves; program managers of the operator for everybody; a token with scopes makes none. The token is shown this once.",
        parameters: &[],
        takes: Some(schema::<NewToken>),
        gives: schema::<Issued>,
        status: StatusCode::CREATED,
        act: Act::Secret(issue),
    },
    Operation {
        method: Method::POST,
        path: "/tokens/{token_id}/revoke",
        id: "revokeToken",
        tag: "Users",
        summary: "Revoke a token at once",
        about: "The token's user may, and program managers of the operator.",
        parameters: &[],
        takes: Some(schema::<Ending>),
        gives: schema::<Token>,
        status: StatusCode::OK,
        act: Act::Write {
            entry: Some(("token", "token_id")),
            act: |call, desk| {
                let ending: Ending = call.body()?;
                Ok(value(&tokens::revoke(desk, call.part("token_id"), ending.reason.as_deref())?))
            },
        },
    },
];

fn put_user(call: &Call<'_>, desk: &mut Desk<'_>) -> Acted<Value> {
    let user: User = call.body()?;
    call.same("user_id", &user.user_id)?;
    parties::add_user(desk, &user)?;
    Ok(value(&user))
}

fn issue(call: &Call<'_>) -> Result<Value, Problem> {
    let NewToken { user_id, scopes, purpose, expires_on, identity } = call.body()?;
    let (token_id, text, secret_hash) = secrets::new()?;
    let token =
        Token { token_id: token_id.clone(), user_id, identity, scopes, purpose, secret_hash, expires_on, state: "active".to_owned() };
    call.home.act(&call.rulebook, call.actor.clone(), |desk| tokens::issue(desk, &token))?;
    Ok(value(&Issued { token_id, token: text }))
}
