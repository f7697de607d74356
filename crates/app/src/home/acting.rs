//! Acts on registers: one user acts at one instant, by the rules of `domain`.

use std::cell::RefCell;
use std::sync::{Arc, PoisonError};

use anyhow::Result;
use domain::facts::Program;
use domain::names::Name;
use domain::parties::User;
use domain::record::actor::{Actor, Organisation, Role};
use domain::record::desk::{Acted, Desk, Failure, Registers};
use domain::record::entry::{By, Entry, Fields};
use domain::record::event::Event;
use domain::rulebook::Rulebook;
use domain::standing::{self, Entries};
use store::log::{Acting, Part, Standing};

use super::Home;
use crate::clock;
use crate::problem::Refusal;

/// What an act gave, and what it left in the log.
#[derive(Debug)]
pub struct Done<T> {
    /// What the act gave.
    pub given: T,
    /// The events, in order.
    pub events: Vec<Event>,
}

impl Home {
    /// Acts on registers: `act` reads and puts entries at a desk; what it put is recorded together, or nothing is.
    ///
    /// # Errors
    /// When the act is refused (the cause is an [`ActError`](domain::record::desk::ActError)), or the registers cannot be read or written.
    pub fn act<T>(&self, rulebook: &Rulebook, actor: Actor, act: impl FnOnce(&mut Desk<'_>) -> Acted<T>) -> Result<Done<T>> {
        let imported = self.imported()?;
        // should `act` panic, the connection is given back by the ledger's worker
        let _worker = self.runtime.enter();
        let acting = self.runtime.block_on(self.store.act())?;
        let live = Live { home: self, acting: RefCell::new(acting), imported };
        let now = clock::now();
        let mut desk = Desk::new(&live, rulebook, actor, now);
        let given = act(&mut desk);
        let drafts = desk.drafts();
        let acting = live.acting.into_inner();
        match given {
            Ok(given) => Ok(Done { given, events: self.runtime.block_on(acting.record(drafts, now))? }),
            Err(refused) => {
                self.runtime.block_on(acting.give_back())?;
                Err(refused.into())
            }
        }
    }

    /// The user who acts: the one that is named, or, in a home without users, whoever runs the program, as its operator.
    ///
    /// # Errors
    /// When there is no such user, or users are there and none is named.
    pub fn actor(&self, user: Option<&str>) -> Result<Actor> {
        if let Some(user) = user {
            let found = self.find::<User>(&Name::new(user).to_string())?;
            return found.map(|user| user.actor()).ok_or_else(|| {
                Refusal::refused(format!("there is no user `{user}`")).hint("`counterfoil user list` tells those that there are").into()
            });
        }
        if self.list::<User>(&By::default(), &Part { most: Some(1), ..Part::default() })?.is_empty() {
            return Ok(Actor::new("local", Organisation::Operator, [Role::ProgramManager]));
        }
        Err(Refusal::usage("who acts? the home has users")
            .hint("name one with `--as USER` or the variable `COUNTERFOIL_USER`; `counterfoil user list` tells them")
            .into())
    }

    /// The entry of an id, as it stands in its register (not as imported rows tell it).
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn find<E: Entry>(&self, id: &str) -> Result<Option<E>> {
        let found = self.runtime.block_on(self.store.find_entry(E::REGISTER, id))?;
        Ok(found.map(|entry| E::read(&entry.fields)).transpose()?)
    }

    /// Entries of a register with their last events, in the order of their ids.
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn list<E: Entry>(&self, by: &By, part: &Part<'_>) -> Result<Vec<(u64, E)>> {
        let entries = self.runtime.block_on(self.store.list_entries(E::REGISTER, by, part))?;
        entries.iter().map(|entry| Ok((entry.sequence, E::read(&entry.fields)?))).collect()
    }

    /// Every event about an entry, in order.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn events_of(&self, register: &str, id: &str) -> Result<Vec<Event>> {
        Ok(self.runtime.block_on(self.store.list_events_of_entry(register, id))?)
    }

    /// The entries that are read together with facts.
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn standing(&self) -> Result<Entries> {
        let of_register = |register: &&str| {
            let entries = self.runtime.block_on(self.store.list_entries(register, &By::default(), &Part::default()))?;
            let entry = |entry: Standing| (entry.sequence, entry.fields);
            Ok(((*register).to_owned(), entries.into_iter().map(entry).collect()))
        };
        standing::FACTUAL.iter().map(of_register).collect()
    }

    /// What was imported, without consumption.
    ///
    /// # Errors
    /// When the lake cannot be read.
    pub fn imported(&self) -> Result<Arc<Program>> {
        let sequence = self.sequence()?;
        let mut kept = self.imported.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((of, program)) if *of == sequence => Ok(Arc::clone(program)),
            _ => {
                let program = Arc::new(self.lake()?.open()?.program);
                *kept = Some((sequence, Arc::clone(&program)));
                Ok(program)
            }
        }
    }
}

/// Registers as they stand while somebody acts, and what imports tell of things that no register has changed.
struct Live<'a> {
    home: &'a Home,
    acting: RefCell<Acting>,
    imported: Arc<Program>,
}

impl Registers for Live<'_> {
    fn find(&self, register: &str, id: &str) -> Result<Option<Fields>, Failure> {
        Ok(self.recorded(register, id)?.or_else(|| standing::imported(&self.imported, register, id)))
    }

    fn recorded(&self, register: &str, id: &str) -> Result<Option<Fields>, Failure> {
        let found = self.home.runtime.block_on(self.acting.borrow_mut().find(register, id))?;
        Ok(found.map(|entry| entry.fields))
    }

    fn list(&self, register: &str, by: &By) -> Result<Vec<(String, Fields)>, Failure> {
        let mut acting = self.acting.borrow_mut();
        let stored = self.home.runtime.block_on(acting.list(register, by))?;
        let mut entries: Vec<(String, Fields)> = stored.into_iter().map(|entry| (entry.id, entry.fields)).collect();
        for (id, fields) in standing::imported_list(&self.imported, register, by) {
            // an entry of its own may have come to be of another partner or state than the imported rows tell
            if self.home.runtime.block_on(acting.find(register, &id))?.is_none() {
                entries.push((id, fields));
            }
        }
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(entries)
    }

    fn next_sequence(&self) -> Result<u64, Failure> {
        Ok(self.acting.borrow().sequence() + 1)
    }
}
