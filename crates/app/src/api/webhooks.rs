//! Webhooks.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use domain::record::actor::Organisation;
use domain::record::desk::{Acted, Desk};
use domain::webhooks::{self, Webhook};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::call::Call;
use crate::api::entries::{read_operations, value};
use crate::api::operation::{Act, Operation, schema};
use crate::api::problem::Problem;

/// An address to be told of events.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewWebhook {
    /// The organisation that it is of.
    organisation: Organisation,
    /// Where events are sent: an `https` address.
    url: String,
    /// The kinds of events that are sent; none given: all.
    #[serde(default)]
    kinds: BTreeSet<String>,
}

/// What messages are signed with.
#[derive(Debug, Serialize, JsonSchema)]
struct Secret {
    /// `whsec_` and base 64, as Standard Webhooks writes it.
    secret: String,
}

/// What is to become of a webhook.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Turn {
    /// `active`, `paused` or `removed`.
    state: TurnTo,
    /// Why, for those who read the log later.
    #[serde(default)]
    reason: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum TurnTo {
    Active,
    Paused,
    Removed,
}

const READ: [Operation; 3] =
    read_operations!(Webhook, "Webhooks", "/webhooks", "/webhooks/{webhook_id}", "Webhooks", |call| call.part("webhook_id"));

const WRITE: [Operation; 3] = [
    Operation {
        method: Method::POST,
        path: "/webhooks",
        id: "addWebhook",
        tag: "Webhooks",
        summary: "Add an address that is told of events",
        about: "Nothing is sent until the webhook has a secret: `POST /webhooks/{webhook_id}/secret` makes one.",
        parameters: &[],
        takes: Some(schema::<NewWebhook>),
        gives: schema::<Webhook>,
        status: StatusCode::CREATED,
        act: Act::Write { entry: None, act: add },
    },
    Operation {
        method: Method::POST,
        path: "/webhooks/{webhook_id}/state",
        id: "turnWebhook",
        tag: "Webhooks",
        summary: "Pause a webhook, let it go on, or remove it",
        about: "Events wait while a webhook is paused.",
        parameters: &[],
        takes: Some(schema::<Turn>),
        gives: schema::<Webhook>,
        status: StatusCode::OK,
        act: Act::Write { entry: Some(("webhook", "webhook_id")), act: turn },
    },
    Operation {
        method: Method::POST,
        path: "/webhooks/{webhook_id}/secret",
        id: "newWebhookSecret",
        tag: "Webhooks",
        summary: "Make a new secret for a webhook",
        about: "Messages are signed with it (Standard Webhooks) from now on. It is shown this once.",
        parameters: &[],
        takes: None,
        gives: schema::<Secret>,
        status: StatusCode::OK,
        act: Act::Secret(secret),
    },
];

/// The operations of webhooks.
pub const OPERATIONS: &[&[Operation]] = &[&READ, &WRITE];

fn add(call: &Call<'_>, desk: &mut Desk<'_>) -> Acted<Value> {
    let NewWebhook { organisation, url, kinds } = call.body()?;
    Ok(value(&webhooks::add(desk, organisation, &url, kinds)?))
}

/// Makes a secret; what was not told yet is signed with it. It is no act: what is secret is in no log.
fn secret(call: &Call<'_>) -> Result<Value, Problem> {
    let id = call.part("webhook_id");
    call.home.act(&call.rulebook, call.actor.clone(), |desk| {
        let webhook: Webhook = desk.get(id)?;
        webhooks::must_keep_it(desk, &webhook)
    })?;
    Ok(value(&Secret { secret: call.home.new_webhook_secret(id)? }))
}

fn turn(call: &Call<'_>, desk: &mut Desk<'_>) -> Acted<Value> {
    let Turn { state, reason } = call.body()?;
    let state = match state {
        TurnTo::Active => "active",
        TurnTo::Paused => "paused",
        TurnTo::Removed => "removed",
    };
    Ok(value(&webhooks::turn(desk, call.part("webhook_id"), state, reason.as_deref())?))
}
