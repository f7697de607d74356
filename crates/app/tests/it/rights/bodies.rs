//! What is sent to addresses of the API that take something: enough that the rights decide.

use serde_json::{Value, json};

use super::cast::draft;

/// The body of a request; an empty object where that is enough.
pub fn body(method: &str, path: &str) -> String {
    if method == "GET" {
        return String::new();
    }
    whole(method, path.strip_prefix("/api/v1").unwrap()).to_string()
}

/// What a form of a page sends; mostly nothing, which is refused after the rights.
pub fn form(path: &str) -> &'static str {
    match path {
        "/imports/months" => "month=2023-01&act=none&reason=test",
        "/imports/{batch}/undo" => "reason=",
        _ => "",
    }
}

fn whole(method: &str, path: &str) -> Value {
    let said = || json!({ "text": "it is so" });
    let record = || json!({ "partner_id": "100300" });
    match (method, path) {
        ("POST", "/claims") => draft(),
        ("PATCH", "/claims/{claim_id}") => json!({ "seller": "Ana" }),
        (_, "/claims/{claim_id}/answer" | "/claims/{claim_id}/comments" | "/claims/{claim_id}/dispute" | "/claims/{claim_id}/end") => {
            said()
        }
        (_, "/claims/{claim_id}/votes") => json!({ "verdict": "approve" }),
        (_, "/claims/{claim_id}/milestones") => json!({ "on": "2024-01-01", "text": "rolled out" }),
        (_, "/arbitrations/{arbitration_id}/votes") => json!({ "claim_id": "none", "reason": "none" }),
        ("PUT", "/users/{user_id}") => json!({
            "user_id": "partner.report-viewer", "name": "Vic", "organisation": { "partner": "900010" }, "roles": ["report-viewer"], "active": true,
        }),
        ("POST", "/tokens") => json!({ "user_id": "partner.report-viewer", "purpose": "test", "expires_on": "2999-01-01" }),
        ("POST", "/sql") => json!({ "query": "select * from partners" }),
        ("POST", "/rulebooks") => json!({ "files": {}, "note": "none" }),
        ("POST", "/webhooks") => json!({ "organisation": { "partner": "900010" }, "url": "https://hooks.example/more" }),
        (_, "/webhooks/{webhook_id}/state") => json!({ "state": "paused" }),
        (_, "/link") => json!({ "partner_id": "100204" }),
        (_, "/subscriptions/{subscription_id}/partner-of-record" | "/customers/{tenant_id}/partners-of-record") => record(),
        (_, "/partner-of-record-requests") => json!({ "partner_id": "100204", "subscriptions": ["s-alpine"] }),
        (_, "/subscriptions/{subscription_id}/chain/sell" | "/subscriptions/{subscription_id}/chain/move") => json!({ "direct": "100204" }),
        (_, "/enrolments") => json!({ "location_id": "100204", "model": "direct-bill" }),
        (_, "/enrolments/admit") => json!({ "location_id": "100205", "model": "direct-bill", "reason": "enrolled before" }),
        (_, "/enrolments/{account_id}/{model}/company") => json!({ "name": "Northwind", "country": "US" }),
        (_, "/enrolments/{account_id}/{model}/address") => json!({ "accept": true }),
        (_, "/enrolments/{account_id}/{model}/support") => json!({ "plan": "advanced" }),
        (_, "/enrolments/{account_id}/{model}/refuse" | "/enrolments/{account_id}/{model}/close") => json!({ "reason": "it is over" }),
        (_, "/invitations" | "/invitations/withdraw") => json!({ "partner_id": "100204", "person_id": "e8" }),
        (_, "/me/profile/link") => json!({ "partner_id": "100204" }),
        ("PUT", "/partners/{partner_id}") => json!({ "partner_id": "100204", "global_partner_id": "900010", "name": "Northwind" }),
        (_, "/partners/{partner_id}/merge") => json!({ "into": "none" }),
        ("PUT", "/customers/{tenant_id}") => json!({ "tenant_id": "t-alpine", "name": "Alpine Ski House" }),
        ("PUT", "/subscriptions/{subscription_id}") => {
            json!({ "subscription_id": "s-alpine", "tenant_id": "t-alpine", "product": "azure", "agreement": "mca" })
        }
        ("PUT", "/principals/{tenant_id}/{principal_id}") => json!({ "tenant_id": "t-alpine", "principal_id": "p-ana", "kind": "user" }),
        _ => json!({}),
    }
}
