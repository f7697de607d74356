//! The REST API, `/api/v1`: one table of operations, from which the routes, the checks of what is given and the OpenAPI document come.
//!
//! An operation is a plain function. It reads through a `Call`, or acts at a desk as a command does; the frame around it signs
//! the caller in, limits how often they ask, keeps answers to keyed requests, and turns refusals into problems (RFC 9457).

/// Partner admin links by the vendor's contract.
mod arm;

/// What waits for the caller.
mod actions;

/// Who calls: bearer tokens.
mod caller;

/// Claims and arbitrations.
mod claims;

/// A call: what was asked, and by whom.
mod call;

/// Entries of registers as answers.
mod entries;

/// How often somebody may ask.
mod limits;

/// Partner admin links.
mod links;

/// The OpenAPI document.
mod openapi;

/// Operations: what can be asked.
pub mod operation;

/// Problems, RFC 9457.
mod problem;

/// Partners of record, resale, learning profiles, the parties, notices.
mod resale;

/// The log behind the registers.
mod log;

/// Rulebooks.
mod rulebooks;

/// Scores.
mod scores;

/// Questions in SQL.
mod sql;

/// Users and tokens.
mod users;

/// Webhooks.
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{OriginalUri, RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, MethodRouter, any, get, on};

use crate::api::call::Call;
use crate::api::limits::Limits;
use crate::api::operation::{Act, Operation};
use crate::api::problem::Problem;
use crate::pages::guards;
use crate::pages::reading::Reading;
use crate::proofs::BYTES_MAX;

pub use openapi::{by_tag, openapi};

/// Where the API is.
pub const ROOT: &str = "/api/v1";

/// The largest body that is read, in bytes, unless it is a file.
const BODY_MAX: usize = 1 << 20;

/// What every request is answered from.
#[derive(Clone)]
struct Api {
    reading: Arc<dyn Reading>,
    limits: Arc<Limits>,
}

/// Every operation, in the order of the document.
fn operations() -> impl Iterator<Item = &'static Operation> {
    let acting = [users::OPERATIONS];
    let registers = [
        actions::OPERATIONS,
        scores::OPERATIONS,
        log::OPERATIONS,
        entries::OPERATIONS,
        claims::OPERATIONS,
        links::OPERATIONS,
        webhooks::OPERATIONS,
        resale::OPERATIONS,
        rulebooks::OPERATIONS,
        sql::OPERATIONS,
    ];
    registers.into_iter().flatten().copied().chain(acting).flatten()
}

/// The API of a home.
pub fn router(reading: Arc<dyn Reading>) -> Router {
    let mut router = Router::new();
    for operation in operations() {
        router = router.route(operation.path, route(operation));
    }
    let router = router
        .route("/openapi.json", get(openapi::document))
        .method_not_allowed_fallback(async || {
            Problem::of(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "the method is none of this address's", "see `Allow`")
                .answer()
        })
        .fallback(async |request: Request| {
            let asked = request.extensions().get::<OriginalUri>().map_or(request.uri().path(), |uri| uri.path());
            Problem::nowhere(asked).answer()
        });
    let outside = reading.outside();
    let state = Api { reading, limits: Arc::new(Limits::default()) };
    let vendor = arm::PATHS.into_iter().fold(Router::new(), |router, path| router.route(path, any(arm::answer)));
    guards::guard(vendor.nest(ROOT, router), &outside).with_state(state)
}

fn route(operation: &'static Operation) -> MethodRouter<Api> {
    let filter = MethodFilter::try_from(operation.method.clone()).expect("operations have methods that HTTP knows");
    on(filter, async move |State(api): State<Api>, path: RawPathParams, request: Request| {
        let path: Vec<(String, String)> = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let (parts, body) = request.into_parts();
        let headers = parts.headers.clone();
        // one byte more than is kept, so that the proofs say what is too large
        let most = if matches!(operation.act, Act::Upload { .. }) { BYTES_MAX + 1 } else { BODY_MAX };
        let answered = match to_bytes(body, most).await {
            Ok(body) => {
                let ask = move || answer(operation, &api, path, parts, &body);
                tokio::task::spawn_blocking(ask).await.unwrap_or_else(|_| Err(Problem::broken("the request stopped while it was answered")))
            }
            Err(_) => Err(Problem::too_large(most)),
        };
        with_request_id(answered.unwrap_or_else(|problem| problem.answer()), &headers)
    })
}

fn answer(
    operation: &'static Operation,
    api: &Api,
    path: Vec<(String, String)>,
    parts: axum::http::request::Parts,
    body: &[u8],
) -> Result<Response, Problem> {
    let home = api.reading.home().ok_or_else(Problem::without_home)?;
    let caller = caller::caller(home, &parts.headers)?;
    let left = api.limits.take(&caller.actor.user)?;
    caller.must_reach(operation)?;
    let actor = caller.actor;
    let query = parts.uri.query().unwrap_or_default();
    let call = Call::new(&*api.reading, home, actor, operation, path, query, &parts.headers, body)?;
    let mut response = call.answer()?;
    response.headers_mut().insert("x-ratelimit-remaining", HeaderValue::from(left));
    Ok(response)
}

/// Names the request: as the caller did, or by an id of ours.
fn with_request_id(mut response: Response, asked: &HeaderMap) -> Response {
    let named = ["ms-requestid", "x-request-id"].into_iter().find_map(|name| asked.get(name).cloned());
    let id = named.or_else(|| HeaderValue::try_from(crate::home::new_id()).ok());
    if let Some(id) = id {
        response.headers_mut().insert("x-request-id", id.clone());
        response.headers_mut().insert("ms-requestid", id);
    }
    response
}

/// JSON as a response.
fn json(status: StatusCode, content_type: &'static str, text: String) -> Response {
    (status, [(header::CONTENT_TYPE, content_type)], Body::from(text)).into_response()
}

/// The methods of operations that change nothing.
fn is_safe(method: &Method) -> bool {
    method == Method::GET
}
