//! The log of a home: its checkpoints, what it adds up to, and whether the registers are just that.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use domain::record::entry::Fields;
use domain::record::event::Event;
use domain::record::memory::Memory;
use domain::record::merkle::{Edge, Hash};
use jiff::Timestamp;
use serde::Serialize;
use store::checkpoints::Checkpoint;
use store::log::Asked;

use super::Home;
use crate::audit::key;
use crate::audit::note::{self, VerifierKey};
use crate::clock;
use crate::problem::say;

/// After how many events a checkpoint is made, whoever acted.
const CHECKPOINT_EVENTS: u64 = 64;

/// How many events are read at once.
const PAGE: u32 = 4096;

/// An entry that is not what the log says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The register.
    pub register: String,
    /// The entry.
    pub id: String,
    /// What is wrong with it.
    pub told: String,
}

/// The registers beside what the log adds up to.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// How many events the log holds.
    pub events: u64,
    /// How many entries they add up to.
    pub entries: u64,
    /// The root of the tree over them.
    pub root: String,
    /// Where the registers differ.
    pub differences: Vec<Difference>,
}

impl Home {
    /// The key that verifies the checkpoints of this home; it is made when there is none yet.
    ///
    /// # Errors
    /// When the key's file cannot be read or made.
    pub fn verifier_key(&self) -> Result<VerifierKey> {
        Ok(key::signer(self.root())?.verifier())
    }

    /// Makes a signed checkpoint over all events, and keeps it.
    ///
    /// # Errors
    /// When the log or the key cannot be read, or the checkpoint cannot be kept.
    pub fn checkpoint(&self) -> Result<Checkpoint> {
        let signer = key::signer(self.root())?;
        let head = self.runtime.block_on(self.store.log_head())?;
        let edge = match head.edge() {
            Some(edge) => edge,
            None => self.runtime.block_on(self.store.hash_log(head.sequence))?,
        };
        let note = signer.sign(edge.size(), edge.root());
        let made = Checkpoint { sequence: edge.size(), verifier_key: signer.verifier().to_string(), made_at: clock::now(), note };
        self.runtime.block_on(self.store.record_checkpoint(&made))?;
        Ok(made)
    }

    /// Makes a checkpoint when one is due: the log has grown to `sequence`, and the act was a `decision` or there are many events since
    /// the last one. The act stands whether or not the checkpoint can be made.
    pub(super) fn checkpoint_if_due(&self, sequence: u64, decision: bool) {
        let due = || Ok(decision || sequence >= self.runtime.block_on(self.store.latest_checkpoint())? + CHECKPOINT_EVENTS);
        let made = due().and_then(|due: bool| if due { self.checkpoint().map(|_| ()) } else { Ok(()) });
        if let Err(error) = made {
            say(&format!("warning: done, but no checkpoint of the log could be made: {error:#}\n"));
        }
    }

    /// Makes a checkpoint after an act on many rows, which stands whether or not the checkpoint can be made.
    pub(super) fn checkpoint_now(&self) {
        self.checkpoint_if_due(0, true);
    }

    /// Every checkpoint, the earliest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn checkpoints(&self) -> Result<Vec<Checkpoint>> {
        Ok(self.runtime.block_on(self.store.list_checkpoints())?)
    }

    /// Opens a checkpoint that some key of this home signed.
    ///
    /// # Errors
    /// When it is none, or nobody here signed it.
    pub fn open_checkpoint(&self, note: &str) -> Result<note::Checkpoint> {
        let own = self.verifier_key()?;
        let mut keys: Vec<VerifierKey> = self.checkpoints()?.iter().filter_map(|kept| kept.verifier_key.parse().ok()).collect();
        keys.push(own.clone());
        let opened = keys.iter().find_map(|key| key.open(note).ok());
        opened.map_or_else(|| Ok(own.open(note)?), Ok)
    }

    /// The texts of events after a place in the log: some, in order; none when there is no more.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn event_texts(&self, after: u64) -> Result<Vec<String>> {
        Ok(self.runtime.block_on(self.store.list_event_texts(after, PAGE))?)
    }

    /// The events that are asked for, the latest first.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn picked(&self, asked: &Asked<'_>) -> Result<Vec<Event>> {
        let bound = match &self.then {
            Some(then) => then.memory(self)?.sequence() + 1,
            None => 0,
        };
        let before = if asked.before == 0 { bound } else { asked.before.min(if bound == 0 { u64::MAX } else { bound }) };
        Ok(self.runtime.block_on(self.store.pick_events(&Asked { before, ..asked.clone() }))?)
    }

    /// What the log adds up to, up to and with the events recorded at an instant, or all of it.
    ///
    /// # Errors
    /// When the log cannot be read, or an event does not fit what was before it.
    pub fn replayed(&self, known_at: Option<Timestamp>) -> Result<Memory> {
        Ok(self.replay(known_at)?.0)
    }

    fn replay(&self, known_at: Option<Timestamp>) -> Result<(Memory, Edge, Option<Timestamp>)> {
        let (mut memory, mut edge, mut last) = (Memory::default(), Edge::default(), None);
        loop {
            let page = self.event_texts(edge.size())?;
            for text in &page {
                let place = edge.size() + 1;
                let event: Event = serde_json::from_str(text).with_context(|| format!("event {place} does not read"))?;
                if known_at.is_some_and(|known_at| event.recorded_at > known_at) {
                    return Ok((memory, edge, last));
                }
                anyhow::ensure!(event.sequence == place, "the log has no event {place}: event {} stands there", event.sequence);
                anyhow::ensure!(
                    last.is_none_or(|last| last <= event.recorded_at),
                    "event {place} was recorded earlier than the one before"
                );
                memory.apply(&event)?;
                edge.push(Hash::leaf(text.as_bytes()));
                last = Some(event.recorded_at);
            }
            if page.is_empty() {
                return Ok((memory, edge, last));
            }
        }
    }

    /// Compares the registers with what the log adds up to, nobody acting meanwhile; and makes them that, if asked.
    ///
    /// # Errors
    /// When the log or the registers cannot be read, an event does not fit what was before it, or the registers cannot be written.
    pub fn compare(&self, mend: bool) -> Result<Comparison> {
        let _worker = self.runtime.enter();
        let acting = self.runtime.block_on(self.store.act())?;
        let (memory, edge, last) = self.replay(None)?;
        let head = self.runtime.block_on(self.store.log_head())?;
        let mut differences = self.differences(&memory)?;
        let of_log = |told: String| Difference { register: "log".to_owned(), id: String::new(), told };
        if head.sequence != edge.size() {
            differences.push(of_log(format!("its head says {} events, and there are {}", head.sequence, edge.size())));
        } else if head.edge().is_some_and(|kept| kept != edge) {
            differences.push(of_log("the tree that its head keeps is not that of its events".to_owned()));
        }
        differences.extend(self.broken_checkpoints(&edge)?.map(of_log));
        let comparison =
            Comparison { events: edge.size(), entries: memory.iter().count() as u64, root: edge.root().to_string(), differences };
        match mend {
            true => self.runtime.block_on(acting.rebuild(memory.iter(), &edge, last))?,
            false => self.runtime.block_on(acting.give_back())?,
        }
        Ok(comparison)
    }

    fn differences(&self, memory: &Memory) -> Result<Vec<Difference>> {
        let standing = self.runtime.block_on(self.store.list_all_entries())?;
        let mut standing: BTreeMap<(String, String), (u64, Fields)> =
            standing.into_iter().map(|(register, entry)| ((register, entry.id), (entry.sequence, entry.fields))).collect();
        let mut differences = Vec::new();
        for (register, id, sequence, fields) in memory.iter() {
            let told = match standing.remove(&(register.to_owned(), id.to_owned())) {
                None => "is missing".to_owned(),
                Some(stands) if stands.1 != *fields => {
                    let names = stands.1.keys().chain(fields.keys());
                    let mut names: Vec<&str> = names.filter(|name| stands.1.get(*name) != fields.get(*name)).map(String::as_str).collect();
                    names.sort_unstable();
                    names.dedup();
                    format!("differs in `{}`", names.join("`, `"))
                }
                Some(stands) if stands.0 != sequence => format!("goes back to event {}, and event {sequence} is its last", stands.0),
                Some(_) => continue,
            };
            differences.push(Difference { register: register.to_owned(), id: id.to_owned(), told });
        }
        let strange = standing.into_keys().map(|(register, id)| Difference { register, id, told: "is in no event".to_owned() });
        differences.extend(strange);
        Ok(differences)
    }

    /// What is wrong with the checkpoints, beside the log as it is: the last one that its own key verifies.
    fn broken_checkpoints(&self, edge: &Edge) -> Result<impl Iterator<Item = String>> {
        let last = self.checkpoints()?.pop();
        let told = match last {
            None => None,
            Some(last) => {
                let opened = last.verifier_key.parse::<VerifierKey>().and_then(|key| key.open(&last.note));
                match opened {
                    Err(error) => Some(format!("its last checkpoint will not do: {error}")),
                    Ok(checkpoint) if checkpoint.size > edge.size() => Some(format!(
                        "its last checkpoint is over {} events, and there are {}: events were removed",
                        checkpoint.size,
                        edge.size()
                    )),
                    Ok(checkpoint) if checkpoint.root != self.runtime.block_on(self.store.hash_log(checkpoint.size))?.root() => {
                        Some(format!("its first {} events are not those of their checkpoint: one was altered", checkpoint.size))
                    }
                    Ok(_) => None,
                }
            }
        };
        Ok(told.into_iter())
    }
}
