//! A call: what was asked, and by whom.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::names::Name;
use domain::record::actor::Actor;
use domain::record::desk::{ActError, Acted, Desk};
use domain::record::entry::Fields;
use domain::record::refusal::Refusal;
use domain::rulebook::Rulebook;
use domain::sight::Sight;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::answers::Keyed;

use crate::api::operation::{Act, File, Kind, Operation};
use crate::api::problem::Problem;
use crate::api::{is_safe, json};
use crate::home::{Home, Request, Version};
use crate::pages::reading::Reading;
use crate::secrets::hex;
use crate::views::persons;

/// A call of an operation.
pub struct Call<'a> {
    /// The opened program.
    pub reading: &'a dyn Reading,
    /// The home, as it was known when the caller asks for that.
    pub home: Home,
    /// The rules.
    pub rulebook: Arc<Rulebook>,
    /// Who calls.
    pub actor: Actor,
    operation: &'static Operation,
    path: BTreeMap<String, String>,
    query: BTreeMap<String, String>,
    body: Value,
    file: Vec<u8>,
    request: Request,
    sight: OnceCell<Sight>,
}

impl<'a> Call<'a> {
    /// Reads a request.
    ///
    /// # Errors
    /// When the query or the body cannot be read.
    #[expect(clippy::too_many_arguments, reason = "these are the parts of a request")]
    pub fn new(
        reading: &'a dyn Reading,
        home: &Home,
        actor: Actor,
        operation: &'static Operation,
        path: Vec<(String, String)>,
        query: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Self, Problem> {
        let path: BTreeMap<String, String> = path.into_iter().collect();
        let query = read_query(operation, query)?;
        let body_value = if operation.takes.is_some() { read_body(headers, body)? } else { Value::Null };
        let file = if matches!(operation.act, Act::Upload { .. }) { body.to_vec() } else { Vec::new() };
        let key = header_text(headers, "idempotency-key")?;
        if matches!(operation.act, Act::Secret(_)) && key.is_some() {
            let message = "the answer holds a secret, and answers to keys are kept";
            return Err(Refusal::malformed("idempotency-key-refused", message, "leave the header `Idempotency-Key` out").into());
        }
        let keyed = key.map(|key| {
            let mut asked = Sha256::new_with_prefix(format!("{} {} {path:?} {query:?} {body_value}", operation.method, operation.path));
            asked.update(&file);
            Keyed { actor: actor.user.to_string(), key, asked: hex(&asked.finalize()) }
        });
        let version = match &operation.act {
            Act::Write { entry: Some((register, part)), .. } | Act::Upload { entry: Some((register, part)), .. } => {
                read_version(headers, register, path.get(*part))?
            }
            _ => None,
        };
        let request = Request { keyed, version };
        let known_at: Option<Timestamp> = query.get("known_at").and_then(|text| text.parse().ok());
        let home = known_at.map_or_else(|| home.clone(), |known_at| home.at(known_at));
        // what was known is told by the rules that were in force
        let rulebook = if known_at.is_some() { home.rulebook()? } else { reading.rulebook() };
        Ok(Self { reading, home, rulebook, actor, operation, path, query, body: body_value, file, request, sight: OnceCell::new() })
    }

    /// Does what is asked.
    ///
    /// # Errors
    /// When it is refused, or the registers cannot be read or written.
    pub fn answer(&self) -> Result<Response, Problem> {
        let given = match &self.operation.act {
            Act::Read(ask) | Act::Secret(ask) => ask(self)?,
            Act::Download(read) => return Ok(attachment(read(self)?)),
            Act::Upload { act, .. } => {
                let proofs = self.home.proofs()?;
                let looked = proofs.look(self.text("name").unwrap_or_default(), self.file.clone())?;
                self.act(|desk| {
                    let given = act(self, &looked.of, desk)?;
                    // kept once the caller may add it, and before the log says that it is there
                    proofs.keep(looked).map_err(|error| ActError::Failed(error.into()))?;
                    Ok(given)
                })?
            }
            Act::Write { act, .. } => self.act(|desk| act(self, desk))?,
        };
        let given = persons::masked(given, &self.actor);
        let status = self.operation.status;
        let mut response = json(status, "application/json", given.to_string());
        if status == StatusCode::OK
            && is_safe(&self.operation.method)
            && let Some(version) = given.get("version").and_then(Value::as_u64)
            && let Ok(tag) = HeaderValue::try_from(format!("\"{version}\""))
        {
            response.headers_mut().insert(header::ETAG, tag);
        }
        Ok(response)
    }

    fn act(&self, act: impl FnOnce(&mut Desk<'_>) -> Acted<Value>) -> Result<Value, Problem> {
        Ok(self.home.act_on_request(&self.rulebook, self.actor.clone(), &self.request, act)?.given)
    }

    /// A part of the path.
    pub fn part(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// An id in the path, in the form in which ids are kept.
    pub fn id(&self, name: &str) -> String {
        Name::new(self.part(name)).to_string()
    }

    /// Refuses a body that is about another entry than the path.
    ///
    /// # Errors
    /// When it is.
    pub fn same(&self, name: &str, in_body: &Name) -> Result<(), Refusal> {
        let in_path = Name::new(self.part(name));
        if in_path == *in_body {
            return Ok(());
        }
        let message = format!("the path is about `{in_path}`, and the body's `{name}` is `{in_body}`");
        Err(Refusal::conflict("two-ids", message, "send the same id in both"))
    }

    /// A text of the query.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// A name of the query.
    pub fn name(&self, name: &str) -> Option<Name> {
        self.text(name).map(Name::new)
    }

    /// How many entries are asked for.
    pub fn limit(&self) -> usize {
        self.text("limit").and_then(|text| text.parse().ok()).unwrap_or(50)
    }

    /// The id after which a list goes on.
    ///
    /// # Errors
    /// When it is none that a list gave.
    pub fn after(&self) -> Result<String, Refusal> {
        let Some(cursor) = self.text("after") else { return Ok(String::new()) };
        let read = || {
            let bytes: Option<Vec<u8>> =
                (0..cursor.len() / 2).map(|at| u8::from_str_radix(cursor.get(at * 2..at * 2 + 2)?, 16).ok()).collect();
            String::from_utf8(bytes.filter(|_| cursor.len().is_multiple_of(2))?).ok()
        };
        read().ok_or_else(|| {
            Refusal::conflict("cursor-unknown", format!("`{cursor}` is no place in this list"), "start again without `after`")
        })
    }

    /// The body.
    ///
    /// # Errors
    /// When it is of another shape.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        serde_path_to_error::deserialize(&self.body).map_err(|error| {
            let (path, inner) = (error.path().to_string(), error.inner().to_string());
            let place = if path == "." { String::new() } else { format!("`{path}`: ") };
            Refusal::malformed("body-malformed", format!("{place}{inner}"), "the OpenAPI document tells the shape: `/api/v1/openapi.json`")
        })
    }

    /// Whether the caller may see an entry of a register.
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn may_see(&self, register: &str, fields: &Fields) -> Result<bool, Problem> {
        Ok(self.sight()?.sees_fields(register, fields))
    }

    /// The partner IDs of the account that the caller acts for; nothing for who acts for no partner.
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn own_partner_ids(&self) -> Result<Option<BTreeSet<Name>>, Problem> {
        Ok(self.sight()?.own_partner_ids())
    }

    fn sight(&self) -> Result<&Sight, Problem> {
        if let Some(sight) = self.sight.get() {
            return Ok(sight);
        }
        let sight = self.home.sight(self.actor.clone())?;
        Ok(self.sight.get_or_init(|| sight))
    }
}

/// A file to be saved: browsers neither show it nor guess what it is.
fn attachment(File { name, content }: File) -> Response {
    let name = utf8_percent_encode(&name, NON_ALPHANUMERIC);
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{name}")),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ];
    (StatusCode::OK, headers, content).into_response()
}

fn header_text(headers: &HeaderMap, name: &str) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let text = value.to_str().ok().map(str::trim).filter(|text| !text.is_empty() && text.len() <= 200);
    let malformed =
        || Refusal::malformed("header-malformed", format!("the header `{name}` cannot be read"), "send up to 200 printable characters");
    Ok(Some(text.map(str::to_owned).ok_or_else(malformed)?))
}

/// `If-Match: "12"`; a `*` matches whatever there is.
fn read_version(headers: &HeaderMap, register: &str, id: Option<&String>) -> Result<Option<Version>, Problem> {
    let (Some(tag), Some(id)) = (header_text(headers, "if-match")?, id) else { return Ok(None) };
    if tag == "*" {
        return Ok(None);
    }
    let sequence = tag.trim_matches('"').parse().map_err(|_| {
        Refusal::malformed("header-malformed", format!("`{tag}` is no tag of an entry"), "send the `ETag` of the entry as it was read")
    })?;
    Ok(Some(Version { register: register.to_owned(), id: Name::new(id).to_string(), sequence }))
}

fn read_query(operation: &Operation, query: &str) -> Result<BTreeMap<String, String>, Problem> {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8().map(|text| text.into_owned());
    let mut values = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (Ok(name), Ok(value)) = (decoded(name), decoded(value)) else {
            return Err(
                Refusal::malformed("query-malformed", "the query is not UTF-8", "encode it as UTF-8, then with percent signs").into()
            );
        };
        let Some(parameter) = operation.parameters.iter().find(|parameter| parameter.name == name) else {
            let known: Vec<String> = operation.parameters.iter().map(|parameter| format!("`{}`", parameter.name)).collect();
            let cure = if known.is_empty() { "leave it out".to_owned() } else { format!("use one of {}", known.join(", ")) };
            return Err(Refusal::malformed("query-unknown", format!("there is no parameter `{name}`"), cure).into());
        };
        let expected = match parameter.kind {
            Kind::Text if !value.contains('\0') => None,
            Kind::Text => Some("a text without NUL".to_owned()),
            Kind::Count(most) => value
                .parse::<u32>()
                .ok()
                .filter(|count| (1..=most).contains(count))
                .is_none()
                .then(|| format!("a whole number from 1 to {most}")),
            Kind::Day => value.parse::<domain::time::Day>().is_err().then(|| "a day, `YYYY-MM-DD`".to_owned()),
            Kind::Instant => value.parse::<Timestamp>().is_err().then(|| "an instant, `YYYY-MM-DDTHH:MM:SSZ`".to_owned()),
        };
        if let Some(expected) = expected {
            return Err(Refusal::malformed("query-malformed", format!("`{value}` is no `{name}`"), format!("send {expected}")).into());
        }
        if values.insert(name.clone(), value).is_some() {
            return Err(Refusal::malformed("query-malformed", format!("`{name}` is given twice"), "give it once").into());
        }
    }
    Ok(values)
}

fn read_body(headers: &HeaderMap, body: &[u8]) -> Result<Value, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().map(str::trim) != Some("application/json") {
        let detail = format!("the body is `{kind}`");
        return Err(Problem::of(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-type", &detail, "send `Content-Type: application/json`"));
    }
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| Refusal::malformed("body-malformed", format!("the body is no JSON: {error}"), "send one JSON object"))?;
    if has_nul(&body) {
        return Err(Refusal::malformed("body-malformed", "a text of the body holds NUL", "leave the character U+0000 out").into());
    }
    Ok(body)
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        _ => false,
    }
}
