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
        self.sequence = event.sequence;
        Ok(())
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
