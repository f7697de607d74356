//! Guards around every page: only this machine may ask, and browsers are told what a page may do.

use std::net::IpAddr;

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::serve::IncomingStream;
use tokio::net::TcpListener;
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

/// How browsers reach the pages.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    /// The host, with its port when that is another than usual; nothing: this machine only.
    pub host: Option<String>,
    /// Whether browsers come by TLS, to us or to a proxy.
    pub is_tls: bool,
    /// Whether a proxy stands before us, and tells where requests are from.
    pub is_proxied: bool,
}

impl Outside {
    /// Where a request is from: the other end of the connection, or what the proxy there says was at its own other end.
    #[must_use]
    pub fn address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let told = headers.get_all("x-forwarded-for").iter().next_back().filter(|_| self.is_proxied);
        let told = told.and_then(|value| value.to_str().ok()).and_then(|value| value.rsplit(',').next()?.trim().parse().ok());
        told.unwrap_or(peer)
    }

    /// Whether a request names a host that is ours.
    fn is_ours(&self, named: &str) -> bool {
        if self.host.as_deref().is_some_and(|own| named.eq_ignore_ascii_case(own)) {
            return true;
        }
        let host = match named.strip_prefix('[') {
            Some(inner) => inner.split(']').next().unwrap_or_default(),
            None => named.split(':').next().unwrap_or_default(),
        };
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

impl Connected<IncomingStream<'_, TcpListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        Self(stream.remote_addr().ip())
    }
}

/// Puts the guards around `router`.
pub fn guard<S: Clone + Send + Sync + 'static>(router: Router<S>, outside: &Outside) -> Router<S> {
    let guarded = router
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")))
        .layer(CompressionLayer::new())
        .layer(from_fn(only_own_forms))
        .layer(from_fn_with_state(outside.clone(), only_our_names));
    let strict = outside.is_tls.then_some((header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"));
    HEADERS
        .into_iter()
        .chain(strict)
        .fold(guarded, |router, (name, value)| router.layer(SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))))
}

/// Refuses requests that name another host: a page elsewhere could have its own name lead here, and read along.
async fn only_our_names(State(outside): State<Outside>, request: Request, next: Next) -> Response {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if outside.is_ours(named) {
        return next.run(request).await;
    }
    let said = match &outside.host {
        Some(host) => format!("`{named}` is not this server; the pages are at `{host}`\n"),
        None => format!("`{named}` is not this machine; the pages are at http://127.0.0.1 and http://localhost only\n"),
    };
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
