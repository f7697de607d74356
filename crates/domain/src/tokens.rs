//! Tokens: what machines sign in with.
//!
//! A token is a user's, and never may more than its user may at the moment. Its secret is shown once and kept as a hash.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cells::Cell as _;
use crate::names::Name;
use crate::parties::User;
use crate::record::actor::{Actor, Identity};
use crate::record::desk::{Acted, Desk};
use crate::record::entry::Entry;
use crate::record::refusal::Refusal;
use crate::rights::{Act, On, must};
use crate::time::Day;
use crate::words::words;

words! {
    /// A part of what a token's user may, to which the token can be limited.
    Scope {
        /// Reads whatever the user may read.
        Read = "read",
        /// Reads and acts on claims and their cases.
        Claims = "claims",
        /// Reads and acts on partner admin links and owners of resources.
        Links = "links",
        /// Reads and acts on partners of record and requests for them.
        PartnersOfRecord = "partners-of-record",
        /// Reads and acts on resale and enrolments in it.
        Resale = "resale",
        /// Reads and acts on certified people.
        People = "people",
        /// Reads and keeps partner accounts, customers, principals and subscriptions.
        Registers = "registers",
        /// Reads and keeps users, and ends tokens; makes none.
        Users = "users",
        /// Reads and keeps webhooks.
        Webhooks = "webhooks",
        /// Reads, proposes, publishes and withdraws rulebooks.
        Rulebooks = "rulebooks",
        /// Asks in SQL.
        Sql = "sql",
    }
}

/// A token that a machine signs in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Token {
    /// The token's id: its first part, which is no secret.
    pub token_id: String,
    /// The user that the token acts as.
    pub user_id: Name,
    /// The identity in a customer's tenant that the token stands for; nothing: the user's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// What of the user's rights the token has; nothing: all of them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub scopes: BTreeSet<Scope>,
    /// What the token is for, a label.
    pub purpose: String,
    /// The hash of the secret, SHA-256, hexadecimal.
    pub secret_hash: String,
    /// The first day on which it is not valid any more.
    pub expires_on: Day,
    /// `active` or `revoked`.
    pub state: String,
}

impl Entry for Token {
    const REGISTER: &'static str = "token";

    fn id(&self) -> String {
        self.token_id.clone()
    }
}

/// Issues a token. A user may for themselves; the operator's program managers may for everybody, and only they may name an identity
/// that is not the user's own: they answer for it.
///
/// # Errors
/// When the actor may not, the user is unknown or closed, or the token would have expired already.
pub fn issue(desk: &mut Desk<'_>, token: &Token) -> Acted {
    let on = On::default().of_user(&token.user_id).in_register(Token::REGISTER);
    must(&desk.actor, Act::TokenKeep, &on, "issue this token")?;
    let user: User = desk.get(token.user_id.as_str())?;
    if !user.active {
        let message = format!("`{}` is closed", user.user_id);
        return Err(Refusal::conflict("user-closed", message, "issue the token to a user who may act").into());
    }
    if token.identity.is_some() && token.identity != user.identity {
        must(&desk.actor, Act::IdentityVouch, &on, "name an identity that is not the user's own")?;
    }
    if token.expires_on <= desk.today() {
        let message = format!("the token would have expired on {}", token.expires_on);
        return Err(Refusal::invalid("expired", message, "take a later day").into());
    }
    desk.put("token-issued", token, desk.today(), None)
}

/// Revokes a token at once.
///
/// # Errors
/// When the actor may not, or there is no such token.
pub fn revoke(desk: &mut Desk<'_>, id: &str, reason: Option<&str>) -> Acted<Token> {
    let mut token: Token = desk.get(id)?;
    let on = On::default().of_user(&token.user_id).entry(Token::REGISTER, id);
    must(&desk.actor, Act::TokenKeep, &on, "revoke this token")?;
    "revoked".clone_into(&mut token.state);
    desk.put("token-revoked", &token, desk.today(), reason)?;
    Ok(token)
}

/// Who acts by a token at an instant.
///
/// # Errors
/// When the token is revoked or has expired, or its user is closed.
pub fn actor(token: &Token, user: &User, now: Timestamp) -> Result<Actor, Refusal> {
    let refuse = |code, message: String| Err(Refusal::forbidden(code, message, "ask for a new token"));
    if token.state != "active" {
        return refuse("token-revoked", format!("the token `{}` is revoked", token.token_id));
    }
    if token.expires_on <= Day::of(now) {
        return refuse("token-expired", format!("the token `{}` expired on {}", token.token_id, token.expires_on));
    }
    if !user.active {
        return refuse("user-closed", format!("`{}` may act no more", user.user_id));
    }
    let mut actor = user.actor();
    if token.identity.is_some() {
        actor.identity.clone_from(&token.identity);
    }
    Ok(actor)
}

/// Refuses what a token is not for; `part` is the scope that what is asked lies in, none for what is only read.
///
/// # Errors
/// When the token has scopes, and neither that of the part nor, for reading, `read`.
pub fn must_be_for(scopes: &BTreeSet<Scope>, part: Option<Scope>, reads: bool) -> Result<(), Refusal> {
    let is_for = part.is_some_and(|part| scopes.contains(&part)) || (reads && scopes.contains(&Scope::Read));
    if scopes.is_empty() || is_for {
        return Ok(());
    }
    let needed = if reads { Some(Scope::Read) } else { part };
    let cure = match needed {
        Some(scope) => format!("use a token with the scope `{scope}`"),
        None => "use a token without scopes, or sign in".to_owned(),
    };
    Err(Refusal::forbidden("scope-missing", "the token is not for this".to_owned(), cure))
}

/// What a token is for, in words: its scopes, or `all`.
#[must_use]
pub fn told(scopes: &BTreeSet<Scope>) -> String {
    match scopes.is_empty() {
        true => "all".to_owned(),
        false => scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", "),
    }
}

/// The scopes of words, such as a form sends them.
///
/// # Errors
/// A word that is none: a token that was to be limited must not be made without limits.
pub fn scopes<'w>(words: impl IntoIterator<Item = &'w str>) -> Result<BTreeSet<Scope>, Refusal> {
    let scope = |word| Scope::read(word).map_err(|(message, cure)| Refusal::malformed("word-unknown", message, cure));
    words.into_iter().map(scope).collect()
}
