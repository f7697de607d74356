//! The gate: who is signed in, asked once for each request, before any page. Whoever is not is led to sign in, once a home has users.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::sync::Arc;

use anyhow::Result;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::clock;
use crate::identity::sessions::{self, SignedIn};
use crate::pages::guards::Peer;
use crate::pages::reading::Reading;
use crate::pages::{paths, sign_in};

/// The cookie of a session; by TLS with a prefix that keeps other hosts and paths from setting it.
const COOKIE: &str = "counterfoil_session";
const TLS_COOKIE: &str = "__Host-counterfoil_session";

/// Addresses that ask nobody to be signed in.
const OPEN: [&str; 4] = ["/static/", "/sign-in", "/welcome/", "/theme"];

/// How often one address, or one user, may try to sign in: at once, and then each minute.
const TRIES: NonZeroU32 = NonZeroU32::new(20).expect("it is not zero");
const TRIES_A_MINUTE: NonZeroU32 = NonZeroU32::new(10).expect("it is not zero");

/// How many addresses and users are kept in mind before old ones are forgotten.
const KEPT: usize = 10_000;

/// Who asks, and from where.
#[derive(Clone)]
pub struct Caller {
    /// Who is signed in.
    pub who: Option<SignedIn>,
    /// The browser, as it names itself.
    pub agent: String,
    /// Where the request is from.
    pub address: IpAddr,
    /// Whether browsers reach the pages by TLS.
    pub is_secure: bool,
    tries: Arc<DefaultKeyedRateLimiter<String>>,
}

impl Caller {
    /// A request of nobody, from this machine.
    #[must_use]
    pub fn nobody() -> Self {
        let (agent, address) = (String::new(), IpAddr::V4(Ipv4Addr::LOCALHOST));
        Self { who: None, agent, address, is_secure: false, tries: tries() }
    }

    /// Counts a try to sign in, from this address and, when it is told, as a user; false when there were too many.
    #[must_use]
    pub fn may_try(&self, user: &str) -> bool {
        if self.tries.len() > KEPT {
            self.tries.retain_recent();
        }
        let is_few = |key: String| self.tries.check_key(&key).is_ok();
        is_few(format!("from {}", self.address)) && (user.is_empty() || is_few(format!("as {}", user.to_lowercase())))
    }

    /// The header that gives the browser a session; an empty id takes it away.
    #[must_use]
    pub fn cookie(&self, id: &str) -> HeaderValue {
        let (name, secure) = if self.is_secure { (TLS_COOKIE, "; Secure") } else { (COOKIE, "") };
        let ends = if id.is_empty() { "; Max-Age=0" } else { "" };
        let cookie = format!("{name}={id}; Path=/; HttpOnly; SameSite=Lax{secure}{ends}");
        HeaderValue::try_from(cookie).expect("an id is hexadecimal")
    }
}

fn tries() -> Arc<DefaultKeyedRateLimiter<String>> {
    Arc::new(RateLimiter::keyed(Quota::per_minute(TRIES_A_MINUTE).allow_burst(TRIES)))
}

/// What the gate asks.
#[derive(Clone)]
pub struct Gate {
    reading: Arc<dyn Reading>,
    tries: Arc<DefaultKeyedRateLimiter<String>>,
}

impl Gate {
    /// The gate of an opened program.
    #[must_use]
    pub fn of(reading: &Arc<dyn Reading>) -> Self {
        Self { reading: Arc::clone(reading), tries: tries() }
    }
}

/// Lets a request through with its [`Caller`], or leads it to sign in.
pub async fn pass(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let outside = gate.reading.outside();
    let headers = request.headers();
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default().to_owned();
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.0);
    let address = outside.address(peer, headers);
    let id = cookie_of(headers, if outside.is_tls { TLS_COOKIE } else { COOKIE });
    let reading = Arc::clone(&gate.reading);
    let found = tokio::task::spawn_blocking(move || asked(&*reading, id.as_deref())).await;
    let (who, is_let_in) = match found {
        Ok(Ok(found)) => found,
        trouble => {
            let why = trouble
                .map_or_else(|_| "the look-up stopped".to_owned(), |told| told.err().map(|error| format!("{error:#}")).unwrap_or_default());
            eprintln!("who is signed in cannot be told: {why}");
            return (StatusCode::INTERNAL_SERVER_ERROR, "who is signed in cannot be told; the log of `counterfoil serve` says why\n")
                .into_response();
        }
    };
    let path = request.uri().path();
    if !is_let_in && !OPEN.iter().any(|open| path.starts_with(open)) {
        let back = request.uri().path_and_query().filter(|_| request.method().is_safe()).map(ToString::to_string);
        return Redirect::to(&paths::with_query(sign_in::PATH, &[("next", back.filter(|back| back != "/"))])).into_response();
    }
    request.extensions_mut().insert(Caller { who, agent, address, is_secure: outside.is_tls, tries: gate.tries });
    next.run(request).await
}

/// Who is signed in, and whether the request needs nobody to be, or has somebody.
fn asked(reading: &dyn Reading, id: Option<&str>) -> Result<(Option<SignedIn>, bool)> {
    let Some(home) = reading.home() else { return Ok((None, true)) };
    let who = id.map(|id| sessions::find(home, id, clock::now())).transpose()?.flatten();
    let is_let_in = who.is_some() || reading.visitor().is_some() || !home.has_users()?;
    Ok((who, is_let_in))
}

/// The value of a cookie.
#[must_use]
pub fn cookie_of(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(own, _)| *own == name).map(|(_, id)| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_a_user_may_try_a_few_times_at_once_and_then_wait() {
        let caller = Caller::nobody();
        assert!((0..TRIES.get()).all(|_| caller.may_try("")));
        assert!(!caller.may_try(""), "too often from here");
        let elsewhere = Caller { address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)), ..caller.clone() };
        assert!((0..TRIES.get()).all(|at| Caller { address: IpAddr::V4(Ipv4Addr::from_bits(at)), ..caller.clone() }.may_try("Ann")));
        assert!(!elsewhere.may_try("ann"), "too often as her, wherever from");
        assert!(elsewhere.may_try("ben"));
    }
}
