//! Loads: acts on many rows at once, which the log tells in one event each.
//!
//! Rows that come by the million are facts, not entries. The log names the batch that brought them, by the hash of its content and by
//! how many rows met which fate; each row carries its batch. So the log says what was known when, and the rows say what it was.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::entry::Entry;

/// A batch of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Batch {
    /// The batch's id.
    pub batch_id: String,
    /// What was imported, as given.
    pub source: String,
    /// The hash over the hashes of its files.
    pub content_hash: String,
    /// How many files it has.
    pub files: u64,
    /// How many rows met which fate, by table and fate.
    pub rows: BTreeMap<String, BTreeMap<String, u64>>,
    /// Whether it stands.
    pub state: Standing,
}

/// Whether a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Its rows count.
    Standing,
    /// It was undone: its rows do not count.
    Undone,
}

/// A month of facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Period {
    /// The month, `2024-07`.
    pub month: String,
    /// Whether it takes rows.
    pub state: Turn,
}

/// Whether a month takes rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// It does.
    Open,
    /// It does not.
    Closed,
}

impl Entry for Batch {
    const REGISTER: &'static str = "batch";

    fn id(&self) -> String {
        self.batch_id.clone()
    }
}

impl Entry for Period {
    const REGISTER: &'static str = "period";

    fn id(&self) -> String {
        self.month.clone()
    }
}
