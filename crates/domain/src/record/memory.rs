//! Registers in memory: what a list of events adds up to.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::desk::{Failure, Registers};
use super::entry::{By, Entry, Fields};
use super::event::{Draft, Event, Misfit};

/// Registers that are what their events add up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory {
    entries: BTreeMap<String, BTreeMap<String, Fields>>,
    /// Of each entry, the last event about it.
    latest: BTreeMap<String, BTreeMap<String, u64>>,
    sequence: u64,
}

impl Memory {
    /// What a log adds up to, up to and with the events recorded at `known_at`.
    ///
    /// # Errors
    /// When an event does not fit what was before it.
    pub fn replay<'e>(events: impl IntoIterator<Item = &'e Event>, known_at: Timestamp) -> Result<Self, Misfit> {
        let mut memory = Self::default();
        for event in events.into_iter().take_while(|event| event.recorded_at <= known_at) {
            memory.apply(event)?;
        }
        Ok(memory)
    }

    /// Takes an event in.
    ///
    /// # Errors
    /// When it does not fit what is there.
    pub fn apply(&mut self, event: &Event) -> Result<(), Misfit> {
        let register = self.entries.entry(event.what.register.clone()).or_default();
        event.apply(register.entry(event.what.id.clone()).or_default())?;
        self.latest.entry(event.what.register.clone()).or_default().insert(event.what.id.clone(), event.sequence);
        self.sequence = event.sequence;
        Ok(())
    }

    /// The place of the last event.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The last event about an entry; 0 when there is none.
    #[must_use]
    pub fn latest(&self, register: &str, id: &str) -> u64 {
        self.latest.get(register).and_then(|of| of.get(id)).copied().unwrap_or_default()
    }

    /// Every entry with its register, its id and the last event about it, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, u64, &Fields)> {
        self.entries.iter().flat_map(move |(register, entries)| {
            entries.iter().map(move |(id, fields)| (register.as_str(), id.as_str(), self.latest(register, id), fields))
        })
    }

    /// Records what was put on a desk; gives the events.
    ///
    /// # Errors
    /// When a draft does not fit what is there.
    pub fn record(&mut self, drafts: Vec<Draft>, now: Timestamp) -> Result<Vec<Event>, Misfit> {
        let first = self.sequence + 1;
        let events: Vec<Event> =
            drafts.into_iter().zip(first..).map(|(what, sequence)| Event { sequence, recorded_at: now, what }).collect();
        events.iter().try_for_each(|event| self.apply(event))?;
        Ok(events)
    }

    /// Every entry of a register.
    ///
    /// # Errors
    /// When an entry is of another shape.
    pub fn all<E: Entry>(&self) -> Result<Vec<E>, serde_json::Error> {
        self.entries.get(E::REGISTER).into_iter().flat_map(BTreeMap::values).map(E::read).collect()
    }

    /// Every register with its entries.
    #[must_use]
    pub fn entries(&self) -> &BTreeMap<String, BTreeMap<String, Fields>> {
        &self.entries
    }
}

impl Registers for Memory {
    fn find(&self, register: &str, id: &str) -> Result<Option<Fields>, Failure> {
        Ok(self.entries.get(register).and_then(|entries| entries.get(id)).cloned())
    }

    fn list(&self, register: &str, by: &By) -> Result<Vec<(String, Fields)>, Failure> {
        let entries = self.entries.get(register).into_iter().flatten();
        Ok(entries.filter(|(_, fields)| by.picks(fields)).map(|(id, fields)| (id.clone(), fields.clone())).collect())
    }

    fn next_sequence(&self) -> Result<u64, Failure> {
        Ok(self.sequence + 1)
    }
}
