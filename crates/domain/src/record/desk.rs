//! A desk: one actor acts at one instant.

use std::collections::BTreeMap;
use std::error::Error;

use jiff::Timestamp;

use super::actor::Actor;
use super::entry::{By, Entry, Fields};
use super::event::{self, Change, Draft};
use super::refusal::Refusal;
use crate::rulebook::Rulebook;
use crate::time::Day;

/// Registers as they stand, and nobody else changes them meanwhile.
pub trait Registers {
    /// The entry of an id.
    ///
    /// # Errors
    /// When the registers cannot be read.
    fn find(&self, register: &str, id: &str) -> Result<Option<Fields>, Failure>;

    /// The entry of an id as events made it: nothing while imports alone tell it.
    ///
    /// # Errors
    /// When the registers cannot be read.
    fn recorded(&self, register: &str, id: &str) -> Result<Option<Fields>, Failure> {
        self.find(register, id)
    }

    /// The entries that are meant, with their ids, in the order of ids.
    ///
    /// # Errors
    /// When the registers cannot be read.
    fn list(&self, register: &str, by: &By) -> Result<Vec<(String, Fields)>, Failure>;

    /// The place in the log that the next event will have.
    ///
    /// # Errors
    /// When the log cannot be read.
    fn next_sequence(&self) -> Result<u64, Failure>;
}

/// Why registers cannot be read.
pub type Failure = Box<dyn Error + Send + Sync>;

/// Why an act was not done: nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// The rules refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The registers cannot be read.
    #[error("the registers cannot be read")]
    Failed(#[source] Failure),
}

/// What an act gives.
pub type Acted<T = ()> = Result<T, ActError>;

/// A desk: reads entries as they stand with what was put on it, and keeps what is put for the log.
pub struct Desk<'a> {
    registers: &'a dyn Registers,
    /// The rules.
    pub rulebook: &'a Rulebook,
    /// Who acts.
    pub actor: Actor,
    /// When.
    pub now: Timestamp,
    put: BTreeMap<(&'static str, String), Fields>,
    drafts: Vec<Draft>,
}

impl<'a> Desk<'a> {
    /// A desk at which `actor` acts at `now`.
    #[must_use]
    pub fn new(registers: &'a dyn Registers, rulebook: &'a Rulebook, actor: Actor, now: Timestamp) -> Self {
        Self { registers, rulebook, actor, now, put: BTreeMap::new(), drafts: Vec::new() }
    }

    /// The day, UTC.
    #[must_use]
    pub fn today(&self) -> Day {
        Day::of(self.now)
    }

    /// The entry of an id.
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn find<E: Entry>(&self, id: &str) -> Acted<Option<E>> {
        let fields = self.fields::<E>(id)?;
        fields.map(|fields| read(&fields)).transpose()
    }

    /// The entry of an id, which must be there.
    ///
    /// # Errors
    /// When it is not, or the registers cannot be read.
    pub fn get<E: Entry>(&self, id: &str) -> Acted<E> {
        Ok(self.find(id)?.ok_or_else(|| Refusal::unknown(E::REGISTER, id))?)
    }

    /// The entries that are meant, in the order of their ids.
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn list<E: Entry>(&self, by: &By) -> Acted<Vec<E>> {
        let stored = self.registers.list(E::REGISTER, by).map_err(ActError::Failed)?;
        let mut entries: BTreeMap<String, Fields> = stored.into_iter().collect();
        for ((register, id), fields) in &self.put {
            if *register == E::REGISTER {
                if by.picks(fields) {
                    entries.insert(id.clone(), fields.clone());
                } else {
                    entries.remove(id);
                }
            }
        }
        entries.values().map(read).collect()
    }

    /// An id that no other entry has: a prefix and the place in the log of the event that will make it.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn new_id(&self, prefix: &str) -> Acted<String> {
        let next = self.registers.next_sequence().map_err(ActError::Failed)?;
        Ok(format!("{prefix}-{:06}", next + self.drafts.len() as u64))
    }

    /// Puts an entry, new or changed. `kind` says what happened, `effective_on` from when it holds. An entry that is as it was makes no
    /// event. What imports alone told so far is taken over into its register first, by an event of its own.
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn put<E: Entry>(&mut self, kind: &str, entry: &E, effective_on: Day, reason: Option<&str>) -> Acted {
        let (id, after) = (entry.id(), entry.fields());
        let before = self.fields::<E>(&id)?.unwrap_or_default();
        let changes = event::changes(&before, &after);
        if changes.is_empty() {
            return Ok(());
        }
        let is_imported = !before.is_empty()
            && !self.put.contains_key(&(E::REGISTER, id.clone()))
            && self.registers.recorded(E::REGISTER, &id).map_err(ActError::Failed)?.is_none();
        if is_imported {
            let taken = event::changes(&Fields::new(), &before);
            self.draft::<E>(&format!("{}-taken-over", E::REGISTER), &id, effective_on, taken, Some("as imported"));
        }
        self.draft::<E>(kind, &id, effective_on, changes, reason);
        self.put.insert((E::REGISTER, id), after);
        Ok(())
    }

    fn draft<E: Entry>(&mut self, kind: &str, id: &str, effective_on: Day, changes: BTreeMap<String, Change>, reason: Option<&str>) {
        self.drafts.push(Draft {
            kind: kind.to_owned(),
            register: E::REGISTER.to_owned(),
            id: id.to_owned(),
            actor: self.actor.user.clone(),
            organisation: self.actor.organisation.clone(),
            effective_on,
            changes,
            reason: reason.map(str::to_owned),
        });
    }

    /// What was put, for the log, in order.
    #[must_use]
    pub fn drafts(self) -> Vec<Draft> {
        self.drafts
    }

    fn fields<E: Entry>(&self, id: &str) -> Acted<Option<Fields>> {
        match self.put.get(&(E::REGISTER, id.to_owned())) {
            Some(fields) => Ok(Some(fields.clone())),
            None => self.registers.find(E::REGISTER, id).map_err(ActError::Failed),
        }
    }
}

fn read<E: Entry>(fields: &Fields) -> Acted<E> {
    E::read(fields).map_err(|error| ActError::Failed(format!("an entry of `{}` does not read: {error}", E::REGISTER).into()))
}
