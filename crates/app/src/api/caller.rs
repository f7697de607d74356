//! Who calls: bearer tokens.

use axum::http::{HeaderMap, header};
use domain::parties::User;
use domain::record::actor::Actor;
use domain::tokens::{self, Token};

use crate::api::problem::Problem;
use crate::clock;
use crate::home::Home;
use crate::secrets;

/// Who the bearer token of a request stands for.
///
/// # Errors
/// When there is no token, it is not one of ours, revoked or expired, or its user is closed.
pub fn actor(home: &Home, headers: &HeaderMap) -> Result<Actor, Problem> {
    let given = headers.get(header::AUTHORIZATION).ok_or_else(|| Problem::signed_out("signed-out", "the request carries no token"))?;
    let bearer = given.to_str().ok().and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    });
    let unknown = || Problem::signed_out("token-unknown", "the token is none of this home's");
    let (id, hash) = bearer.and_then(secrets::read).ok_or_else(unknown)?;
    let token = home.find::<Token>(&id)?.filter(|token| secrets::is_same(&token.secret_hash, &hash)).ok_or_else(unknown)?;
    let user = home.find::<User>(token.user_id.as_str())?.ok_or_else(unknown)?;
    tokens::actor(&token, &user, clock::now()).map_err(|refusal| Problem::signed_out(refusal.code, &refusal.message))
}
