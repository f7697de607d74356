//! Guards around every page: only this machine may ask, and browsers are told what a page may do.

use std::net::IpAddr;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;

/// Headers of every response. There are no scripts, and nothing comes from elsewhere; `data:` is for the kit's drawings. Style
/// attributes are let in for the sizes of charts, which only we write; stylesheets are our own files.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; img-src 'self' data:; style-src 'self'; style-src-attr 'unsafe-inline'; script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Puts the guards around `router`.
pub fn guard<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    let guarded = router
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")))
        .layer(CompressionLayer::new())
        .layer(from_fn(only_own_forms))
        .layer(from_fn(only_this_machine));
    HEADERS
        .into_iter()
        .fold(guarded, |router, (name, value)| router.layer(SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))))
}

/// Refuses requests that do not name this machine: a page elsewhere could have its own name lead here, and read along.
async fn only_this_machine(request: Request, next: Next) -> Response {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let host = match named.strip_prefix('[') {
        Some(inner) => inner.split(']').next().unwrap_or_default(),
        None => named.split(':').next().unwrap_or_default(),
    };
    if host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()) {
        return next.run(request).await;
    }
    let said =
        format!("`{named}` is not this machine; until sign-in exists, pages are shown at http://127.0.0.1 and http://localhost only\n");
    (StatusCode::MISDIRECTED_REQUEST, said).into_response()
}

/// Refuses forms that a page elsewhere sends here.
async fn only_own_forms(request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_own(&request) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, "this form was sent from another site; open the page here and send its own form\n").into_response()
}

/// Whether a request is from a page of ours: browsers say where a form is from. Whoever says nothing is no browser.
fn is_own(request: &Request) -> bool {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    match (header("sec-fetch-site"), header("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")) == header("host"),
        (None, None) => true,
    }
}
