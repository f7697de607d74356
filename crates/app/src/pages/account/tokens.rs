//! The visitor's own API tokens.

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use domain::time::Day;
use domain::tokens::{self, Token};

use super::{broken, show, who};
use crate::pages::acting::{Sent, form, see};
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::visit::Visit;
use crate::secrets;

/// For how many days a token is valid unless told.
pub const DAYS: i32 = 90;

/// The routes of these forms.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new().route("/account/tokens", form(issue)).route("/account/tokens/revoke", form(revoke))
}

fn issue(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let user_id = who(visit)?.user.user_id.clone();
    let Some(purpose) = sent.given("purpose") else {
        return show(visit, Some("Say what the token is for, so that you know it later.".to_owned()), None);
    };
    let Ok(expires_on) = sent.text("expires_on").parse::<Day>() else {
        let said = format!("`{}` is not a day; expected YYYY-MM-DD.", sent.text("expires_on"));
        return show(visit, Some(said), None);
    };
    let scopes = match tokens::scopes(sent.all("scope")) {
        Ok(scopes) => scopes,
        Err(refusal) => return show(visit, Some(format!("{}.", refusal.message)), None),
    };
    let (token_id, text, secret_hash) = secrets::new().map_err(broken)?;
    let (purpose, state) = (purpose.to_owned(), "active".to_owned());
    let token = Token { token_id, user_id, identity: None, scopes, purpose, secret_hash, expires_on, state };
    visit.act("No token was made", |desk| tokens::issue(desk, &token))?;
    show(visit, None, Some(text))
}

fn revoke(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    who(visit)?;
    visit.act("The token stays", |desk| tokens::revoke(desk, sent.text("token"), None))?;
    Ok(see("/account?done=token"))
}
