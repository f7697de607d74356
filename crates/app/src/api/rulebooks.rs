//! Rulebooks of the home.

use std::collections::BTreeMap;

use axum::http::{Method, StatusCode};
use domain::record::desk::{Acted, Desk};
use domain::versions::{self, RulebookVersion};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::api::call::Call;
use crate::api::entries::{read_operations, value};
use crate::api::operation::{Act, Operation, schema};

/// A rulebook to be proposed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewRulebook {
    /// Its files: their texts by their paths below the folder of the version, such as `rulebook.toml`.
    files: BTreeMap<String, String>,
    /// What it changes, and why.
    #[serde(default)]
    note: Option<String>,
}

/// How a rulebook is published.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Publishing {
    /// The hash of the rulebook in force that the caller knows of, an empty text for the one that the program carries; refused when another
    /// one is in force by now. Not given: whichever it is.
    #[serde(default)]
    instead_of: Option<String>,
}

/// Why a rulebook is taken back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Withdrawing {
    /// Why, for those who read the log later.
    #[serde(default)]
    reason: Option<String>,
}

const READ: [Operation; 3] =
    read_operations!(RulebookVersion, "Rulebooks", "/rulebooks", "/rulebooks/{rulebook_sha256}", "Rulebooks", |call| call
        .part("rulebook_sha256"));

const WRITE: [Operation; 3] = [
    Operation {
        method: Method::POST,
        path: "/rulebooks",
        id: "proposeRulebook",
        tag: "Rulebooks",
        summary: "Propose a rulebook",
        about: "Program managers may. It must be sound: its files validate, its examples hold and stand on both sides of every threshold.",
        parameters: &[],
        takes: Some(schema::<NewRulebook>),
        gives: schema::<RulebookVersion>,
        status: StatusCode::CREATED,
        act: Act::Write { entry: None, act: propose },
    },
    Operation {
        method: Method::POST,
        path: "/rulebooks/{rulebook_sha256}/publish",
        id: "publishRulebook",
        tag: "Rulebooks",
        summary: "Publish a proposed rulebook",
        about: "Another program manager than the one who proposed it may. Every score of the home follows it from then on.",
        parameters: &[],
        takes: Some(schema::<Publishing>),
        gives: schema::<RulebookVersion>,
        status: StatusCode::OK,
        act: Act::Write { entry: Some(("rulebook", "rulebook_sha256")), act: publish },
    },
    Operation {
        method: Method::POST,
        path: "/rulebooks/{rulebook_sha256}/withdraw",
        id: "withdrawRulebook",
        tag: "Rulebooks",
        summary: "Take a proposed rulebook back",
        about: "Program managers may.",
        parameters: &[],
        takes: Some(schema::<Withdrawing>),
        gives: schema::<RulebookVersion>,
        status: StatusCode::OK,
        act: Act::Write { entry: Some(("rulebook", "rulebook_sha256")), act: withdraw },
    },
];

/// The operations of rulebooks.
pub const OPERATIONS: &[&[Operation]] = &[&READ, &WRITE];

fn propose(call: &Call<'_>, desk: &mut Desk<'_>) -> Acted<Value> {
    let NewRulebook { files, note } = call.body()?;
    Ok(value(&call.home.propose_rulebook(desk, &files.into_iter().collect(), note.as_deref())?))
}

fn publish(call: &Call<'_>, desk: &mut Desk<'_>) -> Acted<Value> {
    let Publishing { instead_of } = call.body()?;
    Ok(value(&call.home.publish_rulebook(desk, call.part("rulebook_sha256"), instead_of.as_deref())?))
}

fn withdraw(call: &Call<'_>, desk: &mut Desk<'_>) -> Acted<Value> {
    let Withdrawing { reason } = call.body()?;
    Ok(value(&versions::withdraw(desk, call.part("rulebook_sha256"), reason.as_deref())?))
}
