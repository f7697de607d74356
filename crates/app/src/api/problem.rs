//! Problems, RFC 9457: what went wrong, a code for machines, and what would cure it.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use domain::record::desk::ActError;
use domain::record::refusal::{Refusal, Trouble};
use serde::Serialize;

use crate::api::{ROOT, json};
use crate::home::Changed;

/// After how many seconds to ask again when others are being answered.
const BUSY_SECONDS: u64 = 10;

/// A problem that a request met.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    cure: String,
    /// What else is wrong.
    also: Vec<Also>,
    /// After how many seconds to ask again.
    retry_after: Option<u64>,
}

/// What else is wrong.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Also {
    /// The reason code.
    code: &'static str,
    /// What is wrong, with the values given.
    detail: String,
    /// What would cure it.
    cure: String,
}

/// What went wrong.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "Problem")]
pub struct Told<'a> {
    /// The kind of problem, an address that says no more than the code.
    #[serde(rename = "type")]
    kind: String,
    /// The code in words.
    title: String,
    /// The status code.
    status: u16,
    /// What is wrong, with the values given.
    detail: &'a str,
    /// The reason code: lower case with hyphens, the same for ever.
    code: &'a str,
    /// What would cure it.
    cure: &'a str,
    /// What else is wrong, when several things are.
    #[serde(default, skip_serializing_if = "<[Also]>::is_empty")]
    also: &'a [Also],
}

impl Problem {
    /// A problem with a code.
    pub fn of(status: StatusCode, code: &'static str, detail: &str, cure: &str) -> Self {
        Self { status, code, detail: detail.to_owned(), cure: cure.to_owned(), also: Vec::new(), retry_after: None }
    }

    /// An address that is none.
    pub fn nowhere(path: &str) -> Self {
        Self::of(StatusCode::NOT_FOUND, "no-such-address", &format!("there is nothing at `{path}`"), "the page `/api` lists every address")
    }

    /// A dataset folder has no registers.
    pub fn without_home() -> Self {
        let detail = "a dataset folder has no registers";
        Self::of(StatusCode::NOT_FOUND, "no-registers", detail, "serve a home: `counterfoil serve` without `--dataset`")
    }

    /// Nobody is signed in.
    pub fn signed_out(code: &'static str, detail: &str) -> Self {
        let cure = "send the header `Authorization: Bearer TOKEN`; `counterfoil token issue` makes a token";
        Self::of(StatusCode::UNAUTHORIZED, code, detail, cure)
    }

    /// The body is larger than what is read.
    pub fn too_large(most: usize) -> Self {
        let detail = format!("the body is longer than {most} bytes");
        Self::of(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", &detail, "send less at a time")
    }

    /// Somebody asks too often.
    pub fn too_often(seconds: u64) -> Self {
        let detail = "more requests than may be answered";
        let cure = format!("wait {seconds} seconds");
        Self { retry_after: Some(seconds), ..Self::of(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", detail, &cure) }
    }

    /// It is nobody's turn.
    pub fn busy(detail: &str) -> Self {
        let cure = format!("ask again in {BUSY_SECONDS} seconds");
        Self { retry_after: Some(BUSY_SECONDS), ..Self::of(StatusCode::TOO_MANY_REQUESTS, "busy", detail, &cure) }
    }

    /// Something of ours broke.
    pub fn broken(detail: &str) -> Self {
        Self::of(StatusCode::INTERNAL_SERVER_ERROR, "broken", detail, "ask again; tell the operator when it stays")
    }

    /// What went wrong and what would cure it, in one text.
    pub fn told(&self) -> String {
        format!("{}; {}", self.detail, self.cure)
    }

    /// The problem as a response.
    pub fn answer(&self) -> Response {
        let Self { status, code, detail, cure, also, .. } = self;
        let kind = format!("{ROOT}/problems/{code}");
        let told = Told { kind, title: code.replace('-', " "), status: status.as_u16(), detail, code, cure, also };
        let mut response = json(*status, "application/problem+json", serde_json::to_string(&told).unwrap_or_default());
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if *status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        let status = match refusal.trouble {
            Trouble::Malformed => StatusCode::BAD_REQUEST,
            Trouble::NotFound => StatusCode::NOT_FOUND,
            Trouble::Forbidden => StatusCode::FORBIDDEN,
            // it reads well, and does not fit what the registers say
            Trouble::Invalid | Trouble::Conflict => StatusCode::CONFLICT,
        };
        let also = |other: &Refusal| Also { code: other.code, detail: other.message.clone(), cure: other.cure.clone() };
        Self { also: refusal.also.iter().map(also).collect(), ..Self::of(status, refusal.code, &refusal.message, &refusal.cure) }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::from(&refusal)
    }
}

impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Self {
        if let Some(ActError::Refused(refusal)) = error.downcast_ref::<ActError>() {
            return refusal.into();
        }
        if let Some(refusal) = error.downcast_ref::<Refusal>() {
            return refusal.into();
        }
        if error.downcast_ref::<Changed>().is_some() {
            return Self::of(
                StatusCode::PRECONDITION_FAILED,
                "changed",
                &error.to_string(),
                "read the entry again, and send its `ETag` as `If-Match`",
            );
        }
        // the cause may name files and statements, which are the operator's matter
        crate::problem::say(&format!("error: {error:#}\n"));
        Self::broken("the registers could not be read or written")
    }
}
