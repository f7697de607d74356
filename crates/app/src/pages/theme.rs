//! Light and dark: as the system has it, until somebody chooses. The choice is a cookie, so that it needs no script.

use axum::Form;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use crate::pages::paths;

/// The name of the cookie.
const COOKIE: &str = "counterfoil_theme";
/// How long the choice is kept, in seconds: a year.
const KEPT_SECONDS: u32 = 365 * 24 * 60 * 60;

/// How pages are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system has it.
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The choices, with the word of each.
    #[must_use]
    pub const fn choices(self) -> [(Self, &'static str); 3] {
        [(Self::System, "System"), (Self::Light, "Light"), (Self::Dark, "Dark")]
    }

    /// The theme that was chosen against the system's, as the document names it.
    #[must_use]
    pub fn forced(self) -> Option<&'static str> {
        (self != Self::System).then(|| self.as_str())
    }

    /// The theme that the cookie of a request chooses.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        match pairs.find(|(key, _)| *key == COOKIE) {
            Some((_, "light")) => Self::Light,
            Some((_, "dark")) => Self::Dark,
            _ => Self::System,
        }
    }

    /// The word in the cookie and in the form.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Choice {
    theme: Theme,
    back: String,
}

/// Keeps a choice and returns to the page that it was made on.
pub async fn choose(Form(choice): Form<Choice>) -> Response {
    let cookie = format!("{COOKIE}={}; Path=/; Max-Age={KEPT_SECONDS}; SameSite=Lax; HttpOnly", choice.theme.as_str());
    let cookie = HeaderValue::try_from(cookie).expect("every word of the cookie is plain ASCII");
    ([(header::SET_COOKIE, cookie)], Redirect::to(paths::own(&choice.back))).into_response()
}
