//! Who calls: bearer tokens.

use std::collections::BTreeSet;

use axum::http::{HeaderMap, Method, header};
use domain::parties::User;
use domain::record::actor::Actor;
use domain::record::refusal::Refusal;
use domain::tokens::{self, Scope, Token};

use crate::api::is_safe;
use crate::api::operation::{Act, Operation};
use crate::api::problem::Problem;
use crate::clock;
use crate::home::Home;
use crate::secrets;

/// Who calls, and what the token is for.
pub struct Caller {
    /// Who the token stands for.
    pub actor: Actor,
    /// What of their rights the token has; nothing: all of them.
    scopes: BTreeSet<Scope>,
}

impl Caller {
    /// Refuses what the token is not for.
    ///
    /// # Errors
    /// When it has scopes, and not that of the operation.
    pub fn must_reach(&self, operation: &Operation) -> Result<(), Refusal> {
        // whoever could make tokens with another one could take every scope
        let part = if matches!(operation.act, Act::Secret(_)) { None } else { scope(operation.tag) };
        tokens::must_be_for(&self.scopes, part, only_reads(operation))
    }

    /// Refuses links by the vendor's contract when the token is not for them.
    ///
    /// # Errors
    /// When it has scopes, and not that of links.
    pub fn must_reach_links(&self, method: &Method) -> Result<(), Refusal> {
        tokens::must_be_for(&self.scopes, Some(Scope::Links), is_safe(method))
    }
}

/// Whether an operation changes nothing but what was read: proofs and queries are asked for with a body, a notice is marked as read.
fn only_reads(operation: &Operation) -> bool {
    is_safe(&operation.method) || ["Log", "Notices", "SQL"].contains(&operation.tag)
}

/// The scope of a part of the API; none where everything is only read.
fn scope(tag: &str) -> Option<Scope> {
    match tag {
        "Claims" => Some(Scope::Claims),
        "Links" | "Resource owners" => Some(Scope::Links),
        "Partners of record" => Some(Scope::PartnersOfRecord),
        "Resale" => Some(Scope::Resale),
        "People" => Some(Scope::People),
        "Partners" | "Customers" | "Principals" | "Subscriptions" => Some(Scope::Registers),
        "Users" => Some(Scope::Users),
        "Webhooks" => Some(Scope::Webhooks),
        "Rulebooks" => Some(Scope::Rulebooks),
        "SQL" => Some(Scope::Sql),
        _ => None,
    }
}

/// Who the bearer token of a request stands for.
///
/// # Errors
/// When there is no token, it is not one of ours, revoked or expired, or its user is closed.
pub fn caller(home: &Home, headers: &HeaderMap) -> Result<Caller, Problem> {
    let given = headers.get(header::AUTHORIZATION).ok_or_else(|| Problem::signed_out("signed-out", "the request carries no token"))?;
    let bearer = given.to_str().ok().and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    });
    let unknown = || Problem::signed_out("token-unknown", "the token is none of this home's");
    let (id, hash) = bearer.and_then(secrets::read).ok_or_else(unknown)?;
    let token = home.find::<Token>(&id)?.filter(|token| secrets::is_same(&token.secret_hash, &hash)).ok_or_else(unknown)?;
    let user = home.find::<User>(token.user_id.as_str())?.ok_or_else(unknown)?;
    let actor = tokens::actor(&token, &user, clock::now()).map_err(|refusal| Problem::signed_out(refusal.code, &refusal.message))?;
    Ok(Caller { actor, scopes: token.scopes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::operations;

    #[test]
    fn whatever_changes_something_lies_in_a_scope_or_makes_secrets() {
        let changes = |operation: &&Operation| !only_reads(operation) && !matches!(operation.act, Act::Secret(_));
        let outside: Vec<&str> =
            operations().filter(changes).filter(|operation| scope(operation.tag).is_none()).map(|operation| operation.id).collect();
        assert_eq!(outside, Vec::<&str>::new());
    }
}
