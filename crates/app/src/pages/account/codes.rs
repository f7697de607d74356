//! Codes of an authenticator app: turning them on, with a code as the proof that the app knows the secret, and off.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use store::accounts::Account;

use super::{broken, is_own, show as account, who};
use crate::clock;
use crate::identity::codes;
use crate::pages::acting::{Sent, form, see};
use crate::pages::frame::Frame;
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::sign_in::secret;
use crate::pages::visit::{Visit, html, page};

#[derive(Template)]
#[template(path = "pages/account_codes.html")]
struct CodesPage {
    frame: Frame,
    /// The secret as it is sent back.
    secret: String,
    /// The secret in groups, to be typed.
    grouped: String,
    address: String,
    drawing: String,
    has_password: bool,
    trouble: Option<&'static str>,
}

/// The routes of these pages.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new().route("/account/codes", page(offer).merge(form(turn_on))).route("/account/codes/off", form(turn_off))
}

fn offer(visit: &Visit) -> Result<Response, Problem> {
    show(visit, codes::new_secret().map_err(broken)?, None)
}

fn show(visit: &Visit, secret_text: String, trouble: Option<&'static str>) -> Result<Response, Problem> {
    let user = &who(visit)?.user;
    let (address, drawing) = codes::enrolment(&secret_text, user.user_id.as_str()).map_err(broken)?;
    let letters: Vec<char> = secret_text.chars().collect();
    let grouped = letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ");
    let has_password = of(visit)?.is_some_and(|account| !account.password_hash.is_empty());
    let frame = visit.frame("Codes of an app");
    let shown = secret(html(&CodesPage { frame, secret: secret_text, grouped, address, drawing, has_password, trouble })?)?;
    Ok(if trouble.is_some() { (StatusCode::UNPROCESSABLE_ENTITY, shown).into_response() } else { shown })
}

fn of(visit: &Visit) -> Result<Option<Account>, Problem> {
    visit.home()?.find_account(who(visit)?.user.user_id.as_str()).map_err(broken)
}

fn turn_on(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let (user, secret) = (&who(visit)?.user, sent.text("secret").to_owned());
    let Some(step) = codes::step(&secret, sent.text("code"), clock::now()) else {
        let secret = if codes::enrolment(&secret, user.user_id.as_str()).is_ok() { secret } else { codes::new_secret().map_err(broken)? };
        return show(
            visit,
            secret,
            Some("That is not the app's code now. Wait for the next one, and check that the clock of the device is right."),
        );
    };
    if let Some(trouble) = is_own(visit, sent)? {
        return show(visit, secret, Some(trouble));
    }
    let kept = of(visit)?.unwrap_or_default();
    let account = Account { user_id: user.user_id.to_string(), code_secret: secret, code_step: step, ..kept };
    visit.home()?.record_account(&account).map_err(broken)?;
    Ok(see("/account?done=codes-on"))
}

fn turn_off(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    if let Some(trouble) = is_own(visit, sent)? {
        return account(visit, Some(trouble.to_owned()), None);
    }
    if let Some(kept) = of(visit)? {
        visit.home()?.record_account(&Account { code_secret: String::new(), ..kept }).map_err(broken)?;
    }
    Ok(see("/account?done=codes-off"))
}
