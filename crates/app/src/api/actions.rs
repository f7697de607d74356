//! What waits for the caller.

use axum::http::{Method, StatusCode};
use domain::actions::{self, Action};
use serde_json::Value;

use crate::api::call::Call;
use crate::api::entries::{KNOWN_AT, Page, value};
use crate::api::operation::{Act, Operation, schema};
use crate::api::problem::Problem;

/// The operation of the action centre.
pub const OPERATIONS: &[&[Operation]] = &[&[Operation {
    method: Method::GET,
    path: "/actions",
    id: "listActions",
    tag: "Actions",
    summary: "What waits for you: required with due days, then recommended",
    about: "Worked out from the registers for the caller's organisation, location and roles; an action is gone when its cause is.",
    parameters: &KNOWN_AT,
    takes: None,
    gives: schema::<Page<Action>>,
    status: StatusCode::OK,
    act: Act::Read(list),
}]];

fn list(call: &Call<'_>) -> Result<Value, Problem> {
    let items = call.home.look(&call.rulebook, call.actor.clone(), |desk| actions::own(desk))?;
    Ok(value(&Page { items, next: None }))
}
