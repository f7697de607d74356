//! The bare handler beside which `cargo xtask bench --server` measures the server: it runs the statements that the server runs for a
//! request, from the same pool on the same database, and sends their rows as JSON. It knows no rights, no rules and no shapes.
//!
//! usage: bare DATABASE-URL

use std::error::Error;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use domain::names::Name;
use domain::record::entry::By;
use serde_json::{Value, json};
use store::Store;
use store::log::{Part, Standing};

/// As whom the server's pages are visited.
const VISITOR: &str = "mona@operator.example";

type Failed = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let url = std::env::args().nth(1).ok_or("usage: bare DATABASE-URL")?;
    let store = Store::open(&url).await?;
    let door = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    eprintln!("listening on http://{}/", door.local_addr()?);
    Ok(axum::serve(door, Router::new().fallback(answer).with_state(store)).await?)
}

async fn answer(State(store): State<Store>, uri: Uri, headers: HeaderMap) -> Response {
    match rows(&store, &uri, &headers).await {
        Ok(rows) => ([(header::CONTENT_TYPE, "application/json")], Value::from(rows).to_string()).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// The rows that the server reads for a request.
async fn rows(store: &Store, uri: &Uri, headers: &HeaderMap) -> Result<Vec<Value>, Failed> {
    let path = uri.path();
    if path == "/nothing" {
        return Ok(Vec::new());
    }
    let mut rows = Vec::new();
    let (token, user) = match headers.get(header::AUTHORIZATION) {
        Some(bearer) => {
            let id = bearer.to_str()?.split('_').nth(1).unwrap_or_default();
            let token = found(store, "token", id, &mut rows).await?;
            let user = found(store, "user", text(&token, "user_id"), &mut rows).await?;
            (token, user)
        }
        None => (Value::Null, found(store, "user", VISITOR, &mut rows).await?),
    };
    let asked = |name: &str| {
        let pairs = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(own, _)| *own == name).map(|(_, value)| value.to_owned())
    };
    if path == "/api/v1/claims" {
        let picked = By { partner_id: asked("partner_id").map(Name::from), state: asked("state"), ..By::default() };
        let by = match text(&user["organisation"], "partner").parse() {
            Ok(account) => {
                rows.extend(store.list_entries("partner", &By::default(), &Part::default()).await?.into_iter().map(shown));
                own_ids(account).map(|id| By { partner_id: Some(id), ..picked.clone() }).collect()
            }
            Err(_) => vec![picked],
        };
        let after = asked("after").map(|cursor| unhex(&cursor)).unwrap_or_default();
        let most = asked("limit").and_then(|limit| limit.parse::<u32>().ok()).map(|limit| limit + 1);
        for by in by {
            let page = store.list_entries("claim", &by, &Part { after: &after, most }).await?;
            // those of which imports tell as well
            let ids: Vec<&str> = page.iter().map(|entry| entry.id.as_str()).collect();
            store.list_standing("claim", &ids).await?;
            rows.extend(page.into_iter().map(shown));
        }
    } else if path.starts_with("/providers/") {
        let identity = &token["identity"];
        let link = found(store, "link", &format!("{}/{}", text(identity, "tenant_id"), text(identity, "object_id")), &mut rows).await?;
        found(store, "partner", text(&link, "partner_id"), &mut rows).await?;
    }
    // asked for the rules, and again for what rests on them
    rows.push(json!([store.heads().await?, store.heads().await?]));
    Ok(rows)
}

/// The IDs of the demo's partner with users, Fjordlys Cloud or its copy: the account and its locations.
fn own_ids(account: u64) -> impl Iterator<Item = Name> {
    let first = account - 5_310_010 + 6_104_211;
    [account, first, first + 1, first + 2].into_iter().map(|id| Name::from(id.to_string()))
}

/// Reads an entry and adds it to the rows; `null` when there is none.
async fn found(store: &Store, register: &str, id: &str, rows: &mut Vec<Value>) -> Result<Value, Failed> {
    let entry = store.find_entry(register, id).await?.map_or(Value::Null, shown);
    rows.push(entry.clone());
    Ok(entry)
}

fn shown(entry: Standing) -> Value {
    Value::Object(entry.fields.into_iter().chain([("sequence".to_owned(), entry.sequence.into())]).collect())
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn unhex(text: &str) -> String {
    let bytes = (0..text.len() / 2).filter_map(|at| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()).collect();
    String::from_utf8(bytes).unwrap_or_default()
}
