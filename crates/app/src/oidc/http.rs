//! Requests to providers: by TLS, to addresses of the internet (or of this side of it, when the operator says so), without redirects.

use std::time::Duration;

use openidconnect::url::Url;
use openidconnect::{HttpRequest, HttpResponse};
use ureq::Agent;
use ureq::http::{Method, Response};

use super::config::is_safe;
use crate::webhooks::outgoing;

/// How long a provider may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The largest answer that is read, in bytes; key sets are a few thousand.
const BYTES_MAX: u64 = 1 << 20;

/// Why a provider could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// An address that is not safe to ask.
    #[error("`{0}` is not asked: it is no `https://` address")]
    Unsafe(String),
    /// No answer, or none that can be read.
    #[error("`{url}` cannot be reached")]
    Unreached {
        /// The address, without query.
        url: String,
        /// Why.
        source: Box<ureq::Error>,
    },
}

/// Asks a provider.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    inside: bool,
}

impl Client {
    /// A client for a provider; `inside` lets it be on this machine or in its networks.
    #[must_use]
    pub fn new(inside: bool) -> Self {
        Self { agent: outgoing(inside, PATIENCE), inside }
    }

    /// Sends a request and reads its answer.
    ///
    /// # Errors
    /// When the address is not safe to ask, or gives no answer that can be read.
    pub fn ask(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let url = request.uri().to_string();
        let shown = url.split('?').next().unwrap_or_default().to_owned();
        if !Url::parse(&url).is_ok_and(|url| is_safe(&url, self.inside)) {
            return Err(HttpError::Unsafe(shown));
        }
        let unreached = |source: ureq::Error| HttpError::Unreached { url: shown.clone(), source: Box::new(source) };
        let answer = if *request.method() == Method::GET { self.agent.run(request.map(|_| ())) } else { self.agent.run(request) };
        let (parts, mut body) = answer.map_err(unreached)?.into_parts();
        let body = body.with_config().limit(BYTES_MAX).read_to_vec().map_err(unreached)?;
        Ok(Response::from_parts(parts, body))
    }
}
