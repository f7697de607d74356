//! Events: what changed, when, by whom and why.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::actor::Organisation;
use super::entry::Fields;
use crate::names::Name;
use crate::time::Day;

/// What became of a field of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Change {
    /// The value before; nothing when the field was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The value after; nothing when the field is not there any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// An event that is about to be recorded: it has no place in the log yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Draft {
    /// What happened, in the past tense and in kebab-case: `claim-submitted`.
    pub kind: String,
    /// The register whose entry changed.
    pub register: String,
    /// The entry.
    pub id: String,
    /// The user who acted.
    pub actor: Name,
    /// The organisation that they acted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Organisation>,
    /// The day from which the change holds.
    pub effective_on: Day,
    /// The fields that changed.
    pub changes: BTreeMap<String, Change>,
    /// Why, in the actor's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// An event of the log. It is never changed and never deleted; a correction is another event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Event {
    /// The event's place in the log, from 1, without gaps.
    pub sequence: u64,
    /// When it was recorded, UTC; never earlier than the event before.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub recorded_at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub what: Draft,
}

/// Why an event does not fit an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Misfit(Box<str>);

/// The fields that differ, with what they were and are.
#[must_use]
pub fn changes(before: &Fields, after: &Fields) -> BTreeMap<String, Change> {
    let names = before.keys().chain(after.keys());
    let change = |name: &String| Change { before: before.get(name).cloned(), after: after.get(name).cloned() };
    names.map(|name| (name.clone(), change(name))).filter(|(_, change)| change.before != change.after).collect()
}

impl Event {
    /// Makes an entry what it is after the event.
    ///
    /// # Errors
    /// When the entry is not what the event says it was before.
    pub fn apply(&self, entry: &mut Fields) -> Result<(), Misfit> {
        for (field, change) in &self.what.changes {
            let was = entry.get(field);
            if was != change.before.as_ref() {
                let shown = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), |value| format!("`{value}`"));
                let (sequence, Draft { kind, register, id, .. }) = (self.sequence, &self.what);
                let (said, was) = (shown(change.before.as_ref()), shown(was));
                let text =
                    format!("event {sequence} ({kind} of {register} `{id}`) says that `{field}` was {said} before, and it was {was}");
                return Err(Misfit(text.into()));
            }
        }
        for (field, change) in &self.what.changes {
            match &change.after {
                Some(value) => entry.insert(field.clone(), value.clone()),
                None => entry.remove(field),
            };
        }
        Ok(())
    }

    /// The text whose hash is the event's leaf in the log: one line of JSON, its keys always in the same order.
    ///
    /// # Panics
    /// Never: an event holds nothing that JSON cannot.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("an event holds nothing that JSON cannot")
    }
}
