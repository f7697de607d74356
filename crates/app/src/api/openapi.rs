//! The OpenAPI document.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::Response;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::api::operation::{Act, Kind, Operation, Parameter};
use crate::api::problem::Told;
use crate::api::{ROOT, json as response, operations};

/// The document as a response.
pub async fn document() -> Response {
    response(StatusCode::OK, "application/json", openapi().to_string())
}

/// The OpenAPI 3.1 document.
pub fn openapi() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut generator = settings.into_generator();
    let problem = generator.subschema_for::<Told<'_>>().to_value();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for operation in operations() {
        let described = described(operation, &mut generator, &problem);
        let path = paths.entry(format!("{ROOT}{}", operation.path)).or_default();
        path.insert(operation.method.as_str().to_lowercase(), described);
    }
    let mut schemas = Value::Object(generator.take_definitions(true));
    // a problem repeats what was sent, whatever it was
    schemas.as_object_mut().into_iter().flatten().filter(|(name, _)| *name != "Problem").for_each(|(_, schema)| forbid_nul(schema));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Counterfoil",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The register of associations: claims, partners of record, links, resale, certified people; and the parties to them. \
                Writes take an `Idempotency-Key`: the same request again is answered alike and done once, for 24 hours. An entry's `ETag` may be \
                sent as `If-Match` with a write on it. `x-ratelimit-remaining` tells how many more requests may be made at once.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "description": "A token of `counterfoil token issue`." } },
            "schemas": schemas,
        },
    })
}

fn described(operation: &Operation, generator: &mut SchemaGenerator, problem: &Value) -> Value {
    let in_path = operation.path.split(['{', '}']).skip(1).step_by(2).map(|name| {
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1, "pattern": "^[^\\u0000]+$" } })
    });
    let parameters: Vec<Value> = in_path.chain(operation.parameters.iter().map(in_query)).collect();
    let answer = match operation.act {
        Act::Download(_) => json!({ "application/octet-stream": {} }),
        _ => json!({ "application/json": { "schema": (operation.gives)(generator).to_value() } }),
    };
    let mut responses = Map::new();
    responses.insert(operation.status.as_u16().to_string(), json!({ "description": "Done.", "content": answer }));
    responses.insert(
        "default".to_owned(),
        json!({ "description": "A problem: what is wrong, a code, and what would cure it.", "content": { "application/problem+json": { "schema": problem } } }),
    );
    let mut described = json!({
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.about,
        "parameters": parameters,
        "responses": responses,
    });
    if matches!(operation.act, Act::Upload { .. }) {
        described["requestBody"] = json!({ "required": true, "content": { "application/octet-stream": {} } });
    }
    if let Some(takes) = operation.takes {
        let mut schema = takes(generator).to_value();
        forbid_nul(&mut schema);
        described["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": schema } } });
    }
    described
}

fn in_query(parameter: &Parameter) -> Value {
    let schema = match parameter.kind {
        Kind::Text => json!({ "type": "string", "pattern": "^[^\\u0000]*$" }),
        Kind::Count(most) => json!({ "type": "integer", "minimum": 1, "maximum": most }),
        Kind::Day => json!({ "type": "string", "format": "date" }),
        Kind::Instant => json!({ "type": "string", "format": "date-time" }),
    };
    json!({ "name": parameter.name, "in": "query", "required": false, "description": parameter.about, "schema": schema })
}

/// Databases hold no NUL in a text, so none is taken: every text that says nothing else about itself says that.
fn forbid_nul(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            let is_text = match fields.get("type") {
                Some(Value::String(kind)) => kind == "string",
                Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "string"),
                _ => false,
            };
            if is_text && !["pattern", "format", "enum", "const"].iter().any(|word| fields.contains_key(*word)) {
                fields.insert("pattern".to_owned(), json!("^[^\\u0000]*$"));
            }
            fields.values_mut().for_each(forbid_nul);
        }
        Value::Array(items) => items.iter_mut().for_each(forbid_nul),
        _ => {}
    }
}

/// The operations by the part of the document that they stand in, in order.
pub fn by_tag() -> Vec<(&'static str, Vec<&'static Operation>)> {
    let mut tags: Vec<(&'static str, Vec<&'static Operation>)> = Vec::new();
    for operation in operations() {
        match tags.iter_mut().find(|(tag, _)| *tag == operation.tag) {
            Some((_, operations)) => operations.push(operation),
            None => tags.push((operation.tag, vec![operation])),
        }
    }
    tags
}
