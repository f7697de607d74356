//! `/providers/Microsoft.ManagementPartner`: partner admin links by the contract that the vendor's own clients speak.
//!
//! Source: the published specification of `Microsoft.ManagementPartner`, version 2018-02-01, and what its clients send. Names in the path
//! compare without case; the identity comes from the token, so that nobody links another one.

use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::facts::Partner;
use domain::links::{self, Link, LinkState};
use domain::names::Name;
use domain::record::actor::{Actor, Identity};
use domain::record::desk::{ActError, Acted, Desk};
use domain::record::entry::Entry;
use domain::record::refusal::{Refusal, Trouble};
use serde_json::{Value, json};

use crate::api::problem::Problem;
use crate::api::{Api, caller};
use crate::clock;
use crate::home::{self, Home};

/// Every address of the provider.
pub const PATHS: [&str; 2] = ["/providers/{provider}", "/providers/{provider}/{*rest}"];

/// The one version of the contract.
const VERSION: &str = "2018-02-01";

/// The largest body that is read, in bytes. Clients send none, or the partner's ID.
const BODY_MAX: usize = 64 << 10;

/// The provider, as it is shown and as it is compared.
const PROVIDER: &str = "Microsoft.ManagementPartner";

/// An error as such clients read it.
#[derive(Debug)]
struct ArmError {
    status: StatusCode,
    code: String,
    message: String,
    retry_after: Option<HeaderValue>,
}

impl ArmError {
    fn of(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into(), retry_after: None }
    }
}

impl From<&Refusal> for ArmError {
    fn from(refusal: &Refusal) -> Self {
        let (status, code) = match refusal.trouble {
            Trouble::Malformed | Trouble::Invalid => (StatusCode::BAD_REQUEST, "BadRequest"),
            Trouble::NotFound => (StatusCode::NOT_FOUND, "NotFound"),
            Trouble::Forbidden => (StatusCode::FORBIDDEN, "AuthorizationFailed"),
            Trouble::Conflict => (StatusCode::CONFLICT, "Conflict"),
        };
        Self::of(status, code, format!("{}; {}", refusal.message, refusal.cure))
    }
}

impl From<anyhow::Error> for ArmError {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast_ref::<ActError>() {
            Some(ActError::Refused(refusal)) => refusal.into(),
            _ => Problem::from(error).into(),
        }
    }
}

impl From<Problem> for ArmError {
    fn from(problem: Problem) -> Self {
        let response = problem.answer();
        let code = match response.status() {
            StatusCode::UNAUTHORIZED => "AuthenticationFailed",
            StatusCode::TOO_MANY_REQUESTS => "TooManyRequests",
            StatusCode::NOT_FOUND => "NotFound",
            _ => "InternalServerError",
        };
        let retry_after = response.headers().get(header::RETRY_AFTER).cloned();
        Self { retry_after, ..Self::of(response.status(), code, problem.told()) }
    }
}

/// Answers a request to the provider.
pub async fn answer(State(api): State<Api>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let headers = parts.headers.clone();
    let answered = match to_bytes(body, BODY_MAX).await {
        Ok(body) => {
            let asked = tokio::task::spawn_blocking(move || respond(&api, &parts, &body)).await;
            asked.unwrap_or_else(|_| Err(ArmError::of(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", "the request stopped")))
        }
        Err(_) => Err(ArmError::of(StatusCode::PAYLOAD_TOO_LARGE, "RequestContentTooLarge", format!("send at most {BODY_MAX} bytes"))),
    };
    named(answered.unwrap_or_else(refuse), &headers)
}

fn respond(api: &Api, parts: &Parts, body: &Bytes) -> Result<Response, ArmError> {
    let home = api.reading.home().ok_or_else(|| ArmError::from(Problem::without_home()))?;
    let caller = caller::caller(home, &parts.headers)?;
    let left = api.limits.take(&caller.actor.user)?;
    caller.must_reach_links(&parts.method).map_err(Problem::from)?;
    let actor = caller.actor;
    let segments: Vec<String> = parts.uri.path().trim_matches('/').split('/').skip(1).map(str::to_ascii_lowercase).collect();
    if segments.first().is_none_or(|provider| *provider != PROVIDER.to_ascii_lowercase()) {
        let message = format!("there is no provider `{}`; this is `{PROVIDER}`", segments.first().map_or("", String::as_str));
        return Err(ArmError::of(StatusCode::NOT_FOUND, "InvalidResourceNamespace", message));
    }
    check_version(parts.uri.query().unwrap_or_default())?;
    let asked = Asked { home, api, actor };
    let rest: Vec<&str> = segments.iter().skip(1).map(String::as_str).collect();
    let mut response = match (&parts.method, rest.as_slice()) {
        (&Method::GET, ["operations"]) => ok(&operations()),
        (&Method::GET, ["partners"]) => ok(&asked.shown(&asked.own(None)?)?),
        (&Method::GET, ["partners", id]) => ok(&asked.shown(&asked.own(Some(id))?)?),
        (method, ["partners", id]) if [Method::PUT, Method::PATCH, Method::DELETE].contains(method) => {
            check_body(id, body)?;
            asked.write(method, &Name::new(id))?
        }
        (_, ["operations" | "partners"] | ["partners", _]) => {
            let message = format!("`{}` is no method of this resource", parts.method);
            return Err(ArmError::of(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message));
        }
        _ => {
            let message = format!("there is nothing at `{}`; `{PROVIDER}` has `partners` and `operations`", parts.uri.path());
            return Err(ArmError::of(StatusCode::NOT_FOUND, "InvalidResourceType", message));
        }
    };
    let kind = if parts.method == Method::GET { "x-ms-ratelimit-remaining-tenant-reads" } else { "x-ms-ratelimit-remaining-tenant-writes" };
    response.headers_mut().insert(kind, HeaderValue::from(left));
    Ok(response)
}

/// What a request is answered from, once it is known who asks.
struct Asked<'a> {
    home: &'a Home,
    api: &'a Api,
    actor: Actor,
}

impl Asked<'_> {
    fn identity(&self) -> Result<&Identity, ArmError> {
        self.actor.identity.as_ref().ok_or_else(|| {
            let message = "the token stands for no identity in a customer's tenant; issue one with `--identity TENANT/OBJECT`";
            ArmError::of(StatusCode::FORBIDDEN, "AuthorizationFailed", message)
        })
    }

    /// The caller's own link, which must be to the partner that is named.
    fn own(&self, partner_id: Option<&str>) -> Result<Link, ArmError> {
        let Identity { tenant_id, object_id } = self.identity()?;
        let found = self.home.entry(Link::REGISTER, &links::id_of(tenant_id, object_id))?;
        let link = found.map(|(_, fields)| Link::read(&fields)).transpose().map_err(anyhow::Error::from)?;
        links::own_of(link, tenant_id, object_id, partner_id.map(Name::new).as_ref(), clock::today())
            .map_err(|refusal| ArmError::from(&refusal))
    }

    fn write(&self, method: &Method, partner_id: &Name) -> Result<Response, ArmError> {
        self.identity()?;
        let act = |desk: &mut Desk<'_>| -> Acted<Link> {
            match *method {
                Method::PUT => links::link(desk, partner_id),
                Method::PATCH => links::relink(desk, partner_id),
                _ => links::unlink(desk, Some(partner_id)),
            }
        };
        let link = self.home.act(&self.api.reading.rulebook(), self.actor.clone(), act)?.given;
        if *method == Method::DELETE { Ok(StatusCode::OK.into_response()) } else { Ok(ok(&self.shown(&link)?)) }
    }

    /// A link as the contract writes it.
    fn shown(&self, link: &Link) -> Result<Value, ArmError> {
        let partner_id = link.partner_on(clock::today()).map_or("", Name::as_str);
        let found = self.home.entry(Partner::REGISTER, partner_id)?;
        let partner = found.map(|(_, fields)| Partner::read(&fields)).transpose().map_err(anyhow::Error::from)?;
        let time = |instant: jiff::Timestamp| instant.strftime("%Y-%m-%dT%H:%M:%S%.7fZ").to_string();
        Ok(json!({
            "id": format!("/providers/microsoft.managementpartner/partners/{partner_id}"),
            "type": format!("{PROVIDER}/partners"),
            "name": partner_id,
            "etag": link.version,
            "properties": {
                "partnerId": partner_id,
                "partnerName": partner.map_or_else(String::new, |partner| partner.name),
                "tenantId": link.tenant_id,
                "objectId": link.principal_id,
                "version": link.version,
                "createdTime": time(link.created_at),
                "updatedTime": time(link.updated_at),
                "state": if link.state == LinkState::Active { "Active" } else { "Deleted" },
            },
        }))
    }
}

fn check_version(query: &str) -> Result<(), ArmError> {
    let given = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("api-version"));
    match given {
        Some((_, VERSION)) => Ok(()),
        Some((_, other)) => {
            let message = format!("there is no api-version `{other}`; the supported version is '{VERSION}'");
            Err(ArmError::of(StatusCode::BAD_REQUEST, "InvalidApiVersionParameter", message))
        }
        None => {
            let message = format!("the query parameter `api-version` is required; send `?api-version={VERSION}`");
            Err(ArmError::of(StatusCode::BAD_REQUEST, "MissingApiVersionParameter", message))
        }
    }
}

/// Clients send no body, or one that names the partner of the path again.
fn check_body(partner_id: &str, body: &[u8]) -> Result<(), ArmError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(());
    }
    let bad = |message: String| ArmError::of(StatusCode::BAD_REQUEST, "BadRequest", message);
    let body: Value = serde_json::from_slice(body).map_err(|error| bad(format!("the body is no JSON: {error}; send none")))?;
    let named = body.pointer("/properties/partnerId").or_else(|| body.get("partnerId"));
    match named.map(|named| named.as_str().map_or_else(|| named.to_string(), str::to_owned)) {
        Some(named) if Name::new(&named) != Name::new(partner_id) => {
            Err(bad(format!("the path is about the partner `{partner_id}`, and the body about `{named}`; send the same in both")))
        }
        _ => Ok(()),
    }
}

/// What can be done with links, as the contract lists it.
fn operations() -> Value {
    let operation = |verb: &str, shown: &str, about: &str| {
        json!({
            "name": format!("{PROVIDER}/partners/{verb}"),
            "display": { "provider": PROVIDER, "resource": "Partners", "operation": shown, "description": about },
            "origin": "user",
        })
    };
    json!({
        "value": [
            operation("read", "Get partner", "Reads the link of the signed-in identity"),
            operation("write", "Create or change partner", "Links the signed-in identity, or changes its link"),
            operation("action", "Act on partner", "Acts on the link of the signed-in identity"),
            operation("delete", "Delete partner", "Ends the link of the signed-in identity"),
        ],
        "nextLink": null,
    })
}

fn ok(value: &Value) -> Response {
    super::json(StatusCode::OK, "application/json; charset=utf-8", value.to_string())
}

fn refuse(error: ArmError) -> Response {
    let told = json!({ "error": { "code": error.code, "message": error.message } });
    let mut response = super::json(error.status, "application/json; charset=utf-8", told.to_string());
    if error.status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = error.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

/// Names the request, and what it belongs to.
fn named(mut response: Response, asked: &HeaderMap) -> Response {
    let id = HeaderValue::try_from(home::new_id()).ok();
    let correlation = asked.get("x-ms-correlation-request-id").cloned().or_else(|| id.clone());
    let client = asked.get("x-ms-client-request-id").cloned();
    for (name, value) in [("x-ms-request-id", id), ("x-ms-correlation-request-id", correlation), ("x-ms-client-request-id", client)] {
        if let Some(value) = value {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
