//! The log behind the registers: its events, signed checkpoints, and proofs that outsiders can check.

use axum::http::{Method, StatusCode};
use domain::record::event::Event;
use domain::record::refusal::Refusal;
use domain::rights::{self, On, must};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::call::Call;
use crate::api::entries::{KNOWN_AT, Page, value};
use crate::api::operation::{Act, File, Operation, PAGING, schema};
use crate::api::problem::Problem;
use crate::audit::export;
use crate::audit::proof::{self, Proof};
use crate::secrets::hex;

/// A signed checkpoint of the log.
#[derive(Debug, Serialize, JsonSchema)]
struct CheckpointView {
    /// How many events it is about.
    events: u64,
    /// When it was made.
    #[schemars(with = "String")]
    made_at: Timestamp,
    /// The key that verifies it.
    key: String,
    /// The signed note (the form of C2SP tlog-checkpoint): keep it, and ask later whether the log continues it.
    note: String,
}

/// A checkpoint that the caller holds.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Held {
    /// The signed note.
    note: String,
}

/// The operations of the log.
pub const OPERATIONS: &[&[Operation]] = &[&[
    Operation {
        method: Method::GET,
        path: "/events",
        id: "listEvents",
        tag: "Log",
        summary: "The log: every event, in order",
        about: "Auditors and program managers of the operator read it.",
        parameters: &[PAGING[0].copy(), PAGING[1].copy(), KNOWN_AT[0].copy()],
        takes: None,
        gives: schema::<Page<Event>>,
        status: StatusCode::OK,
        act: Act::Read(events),
    },
    Operation {
        method: Method::GET,
        path: "/events/{sequence}/proof",
        id: "proveEvent",
        tag: "Log",
        summary: "The proof that an event is in the log",
        about: "A few hashes that lead from the event to a signed checkpoint; `counterfoil audit verify` checks the answer without this server. Auditors and program managers of the operator read it.",
        parameters: &[],
        takes: None,
        gives: schema::<Proof>,
        status: StatusCode::OK,
        act: Act::Read(prove),
    },
    Operation {
        method: Method::GET,
        path: "/log",
        id: "exportLog",
        tag: "Log",
        summary: "The whole log as a file",
        about: "Every event with the checkpoints, the very bytes that are hashed; `counterfoil audit verify` checks the file without this server. Auditors and program managers of the operator read it.",
        parameters: &[],
        takes: None,
        gives: schema::<String>,
        status: StatusCode::OK,
        act: Act::Download(export),
    },
    Operation {
        method: Method::GET,
        path: "/log/checkpoints",
        id: "listCheckpoints",
        tag: "Log",
        summary: "Signed checkpoints of the log",
        about: "Everybody may keep one, to ask later whether the log continues it. They tell how many events there are, and nothing of what is in them.",
        parameters: &PAGING,
        takes: None,
        gives: schema::<Page<CheckpointView>>,
        status: StatusCode::OK,
        act: Act::Read(checkpoints),
    },
    Operation {
        method: Method::POST,
        path: "/log/continuation",
        id: "proveContinuation",
        tag: "Log",
        summary: "The proof that the log continues a checkpoint",
        about: "For everybody who holds a checkpoint of this log: the hashes that show that nothing before it was changed or taken out since.",
        parameters: &[],
        takes: Some(schema::<Held>),
        gives: schema::<Proof>,
        status: StatusCode::OK,
        act: Act::Read(continues),
    },
]];

fn must_read_log(call: &Call<'_>) -> Result<(), Problem> {
    Ok(must(&call.actor, rights::Act::LogRead, &On::program(), "read the log")?)
}

fn events(call: &Call<'_>) -> Result<Value, Problem> {
    must_read_log(call)?;
    let after = place(call)?;
    let limit = u32::try_from(call.limit()).unwrap_or(u32::MAX);
    let items = call.home.events(after, limit)?;
    let is_full = items.len() == call.limit();
    let next = items.last().filter(|_| is_full).map(|event| hex(event.sequence.to_string().as_bytes()));
    Ok(value(&Page { items, next }))
}

/// The place in the log after which a list goes on.
fn place(call: &Call<'_>) -> Result<u64, Refusal> {
    let cursor = call.after()?;
    let unknown = || Refusal::conflict("cursor-unknown", format!("`{cursor}` is no place in the log"), "start again without `after`");
    if cursor.is_empty() { Ok(0) } else { cursor.parse().map_err(|_| unknown()) }
}

fn prove(call: &Call<'_>) -> Result<Value, Problem> {
    must_read_log(call)?;
    let asked = call.part("sequence");
    let last = call.home.state()?.1;
    let sequence = asked.parse().ok().filter(|sequence| (1..=last).contains(sequence)).ok_or_else(|| {
        Refusal::not_found("unknown-id", format!("there is no event `{asked}`"), format!("the log holds events 1 to {last}"))
    })?;
    Ok(value(&proof::of_event(&call.home, sequence)?))
}

fn export(call: &Call<'_>) -> Result<File, Problem> {
    must_read_log(call)?;
    let mut content = Vec::new();
    export::export(&call.home, &mut content)?;
    Ok(File { name: "log.jsonl".to_owned(), content })
}

fn checkpoints(call: &Call<'_>) -> Result<Value, Problem> {
    let (after, limit) = (place(call)?, call.limit());
    let kept = call.home.checkpoints()?.into_iter().filter(|checkpoint| checkpoint.sequence > after);
    let mut items: Vec<CheckpointView> = kept
        .take(limit + 1)
        .map(|kept| CheckpointView { events: kept.sequence, made_at: kept.made_at, key: kept.verifier_key, note: kept.note })
        .collect();
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| hex(last.events.to_string().as_bytes()));
    Ok(value(&Page { items, next }))
}

fn continues(call: &Call<'_>) -> Result<Value, Problem> {
    let Held { note } = call.body()?;
    let no_proof = |error: anyhow::Error| {
        Refusal::conflict(
            "checkpoint-unknown",
            format!("{error:#}"),
            "send a checkpoint that this log gave out, as it was, with its signature",
        )
    };
    Ok(value(&proof::of_continuing(&call.home, &note).map_err(no_proof)?))
}
