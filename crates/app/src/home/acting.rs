//! Acts on registers: one user acts at one instant, by the rules of `domain`.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::{Arc, PoisonError};

use anyhow::Result;
use domain::names::Name;
use domain::parties::User;
use domain::record::actor::{Actor, Organisation, Role};
use domain::record::desk::{ActError, Acted, Desk, Failure, Registers};
use domain::record::entry::{By, Entry, Fields};
use domain::record::event::Event;
use domain::record::refusal::Refusal as DomainRefusal;
use domain::rights::{Act, On, allows};
use domain::rulebook::Rulebook;
use domain::standing::{self, Entries, Imported};
use engine::fault;
use serde_json::Value;
use store::answers::Keyed;
use store::log::{Acting, Part, Standing};
use store::posts::Post;
use tokio::runtime::EnterGuard;

use super::{Home, Then, storage};
use crate::clock;
use crate::problem::Refusal;
use crate::proofs::Proofs;
use crate::webhooks;

/// What whoever runs the program is called in a home without users.
pub(super) const LOCAL: &str = "local";

/// What an act gave, and what it left in the log.
#[derive(Debug)]
pub struct Done<T> {
    /// What the act gave.
    pub given: T,
    /// The events, in order.
    pub events: Vec<Event>,
}

/// What a request for an act carries beside the act.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The key under which the answer is kept.
    pub keyed: Option<Keyed>,
    /// The entry that the caller has read, and its last event then.
    pub version: Option<Version>,
}

/// An entry as somebody read it.
#[derive(Debug, Clone)]
pub struct Version {
    /// The register.
    pub register: String,
    /// The entry.
    pub id: String,
    /// The last event about it; 0 when there was none.
    pub sequence: u64,
}

/// That an entry is not as the caller read it.
#[derive(Debug, thiserror::Error)]
#[error("the entry has changed since it was read")]
pub struct Changed;

impl Home {
    /// Acts on registers: `act` reads and puts entries at a desk; what it put is recorded together, or nothing is.
    ///
    /// # Errors
    /// When the act is refused (the cause is an [`ActError`]), or the registers cannot be read or written.
    pub fn act<T>(&self, rulebook: &Rulebook, actor: Actor, act: impl FnOnce(&mut Desk<'_>) -> Acted<T>) -> Result<Done<T>> {
        if let Some(then) = &self.then {
            return self.look_back(then, rulebook, actor, act);
        }
        let (transaction, imported, _worker) = self.transaction()?;
        let now = clock::now();
        // what reviewers do is decide
        let decides = allows(&actor, Act::ClaimDecide, &On::program());
        let live = Live { stored: &transaction, imported };
        let mut desk = Desk::new(&live, rulebook, actor, now);
        let given = act(&mut desk);
        let drafts = desk.drafts();
        let acting = transaction.acting.into_inner();
        match given {
            Ok(given) => {
                fault::point();
                let events = self.runtime.block_on(acting.record(drafts, now))?;
                self.recorded(&events, decides);
                Ok(Done { given, events })
            }
            Err(refused) => {
                self.runtime.block_on(acting.give_back())?;
                Err(refused.into())
            }
        }
    }

    /// Reads at a desk. Nobody waits for who reads, and reading waits for nobody; what is put on the desk is refused.
    ///
    /// # Errors
    /// When reading is refused (the cause is an [`ActError`]), or the registers cannot be read.
    pub fn look<T>(&self, rulebook: &Rulebook, actor: Actor, read: impl FnOnce(&mut Desk<'_>) -> Acted<T>) -> Result<T> {
        let live = Live { stored: &Looking { home: self }, imported: self.imported()? };
        let now = self.then.as_ref().map_or_else(clock::now, |then| then.at);
        let mut desk = Desk::new(&live, rulebook, actor, now);
        let given = read(&mut desk)?;
        anyhow::ensure!(desk.drafts().is_empty(), "something was to be changed while it was read; nothing was");
        Ok(given)
    }

    /// Acts as [`Home::act`] does for a request: only while the entry that it names is as the caller knows it, and once for a key.
    ///
    /// # Errors
    /// As [`Home::act`]; and when the entry has changed, or the key was used for another request.
    pub fn act_on_request(
        &self,
        rulebook: &Rulebook,
        actor: Actor,
        request: &Request,
        act: impl FnOnce(&mut Desk<'_>) -> Acted<Value>,
    ) -> Result<Done<Value>> {
        self.must_stand()?;
        let (transaction, imported, _worker) = self.transaction()?;
        let now = clock::now();
        let decides = allows(&actor, Act::ClaimDecide, &On::program());
        let live = Live { stored: &transaction, imported };
        let mut desk = Desk::new(&live, rulebook, actor, now);
        let given = match self.answered(&transaction, request) {
            Ok(Some(answer)) => Err(Ok(answer)),
            Ok(None) => act(&mut desk).map_err(|refused| Err(refused.into())),
            Err(refused) => Err(Err(refused)),
        };
        let drafts = desk.drafts();
        let acting = transaction.acting.into_inner();
        match given {
            Ok(given) => {
                let events = match &request.keyed {
                    Some(keyed) => self.runtime.block_on(acting.record_answered(drafts, now, keyed, &given.to_string()))?,
                    None => self.runtime.block_on(acting.record(drafts, now))?,
                };
                self.recorded(&events, decides);
                Ok(Done { given, events })
            }
            Err(instead) => {
                self.runtime.block_on(acting.give_back())?;
                instead.map(|given| Done { given, events: Vec::new() })
            }
        }
    }

    /// Makes a checkpoint after an act, when one is due.
    fn recorded(&self, events: &[Event], decides: bool) {
        fault::point();
        if let Some(last) = events.last() {
            self.checkpoint_if_due(last.sequence, decides);
        }
    }

    /// Reads at a desk that stands in the past; whatever is put on it is refused.
    fn look_back<T>(&self, then: &Then, rulebook: &Rulebook, actor: Actor, act: impl FnOnce(&mut Desk<'_>) -> Acted<T>) -> Result<Done<T>> {
        let live = Live { stored: then.memory(self)?, imported: then.imported(self)? };
        let mut desk = Desk::new(&live, rulebook, actor, then.at);
        let given = act(&mut desk)?;
        if !desk.drafts().is_empty() {
            self.must_stand()?;
        }
        Ok(Done { given, events: Vec::new() })
    }

    /// What the same request was answered before; checks that the entry that it names is as the caller knows it.
    fn answered(&self, transaction: &Transaction<'_>, request: &Request) -> Result<Option<Value>> {
        let mut acting = transaction.acting.borrow_mut();
        if let Some(keyed) = &request.keyed
            && let Some(answer) = self.runtime.block_on(acting.find_answer(keyed))?
        {
            if answer.asked == keyed.asked {
                return Ok(Some(serde_json::from_str(&answer.body)?));
            }
            let message = format!("the key `{}` was used for another request", keyed.key);
            return Err(
                ActError::from(DomainRefusal::conflict("idempotency-key-reused", message, "take a new key for a new request")).into()
            );
        }
        if let Some(version) = &request.version {
            let standing = self.runtime.block_on(acting.find(&version.register, &version.id))?.map_or(0, |entry| entry.sequence);
            if standing != version.sequence {
                return Err(Changed.into());
            }
        }
        Ok(None)
    }

    fn transaction(&self) -> Result<(Transaction<'_>, Arc<Imported>, EnterGuard<'_>)> {
        let imported = self.imported()?;
        // should an act panic, the connection is given back by the ledger's worker
        let worker = self.runtime.enter();
        let acting = self.runtime.block_on(self.store.act())?;
        Ok((Transaction { home: self, acting: RefCell::new(acting) }, imported, worker))
    }

    /// The user who acts: the one that is named; else the only one that there is; in a home without users whoever runs the program, as its
    /// operator.
    ///
    /// # Errors
    /// When there is no such user, or several are there and none is named.
    pub fn actor(&self, user: Option<&str>) -> Result<Actor> {
        if let Some(user) = user {
            // rights are those of now, whatever is asked about
            let found = self.runtime.block_on(self.store.find_entry(User::REGISTER, &Name::new(user).to_string()))?;
            let found = found.map(|entry| User::read(&entry.fields)).transpose()?;
            return found.map(|user| user.actor()).ok_or_else(|| {
                Refusal::refused(format!("there is no user `{user}`")).hint("`counterfoil user list` tells those that there are").into()
            });
        }
        let two = Part { most: Some(2), ..Part::default() };
        match self.runtime.block_on(self.store.list_entries(User::REGISTER, &By::default(), &two))?.as_slice() {
            [] => return Ok(Actor::new(LOCAL, Organisation::Operator, [Role::ProgramManager])),
            [only] => return Ok(User::read(&only.fields)?.actor()),
            _ => {}
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
        Ok(self.stored_one(E::REGISTER, id)?.map(|entry| E::read(&entry.fields)).transpose()?)
    }

    /// Entries of a register with their last events, in the order of their ids.
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn list<E: Entry>(&self, by: &By, part: &Part<'_>) -> Result<Vec<(u64, E)>> {
        let entries = self.stored(E::REGISTER, by, part)?;
        entries.iter().map(|entry| Ok((entry.sequence, E::read(&entry.fields)?))).collect()
    }

    /// Every event about an entry, in order.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn events_of(&self, register: &str, id: &str) -> Result<Vec<Event>> {
        let mut events = self.runtime.block_on(self.store.list_events_of_entry(register, id))?;
        events.retain(|event| self.then.as_ref().is_none_or(|then| event.recorded_at <= then.at));
        Ok(events)
    }

    /// The entry of an id, as it stands or as imported rows tell it: last event, fields.
    ///
    /// # Errors
    /// When the registers or the lake cannot be read.
    pub fn entry(&self, register: &str, id: &str) -> Result<Option<(u64, Fields)>> {
        match self.stored_one(register, id)? {
            Some(entry) => Ok(Some((entry.sequence, entry.fields))),
            None => Ok(self.imported()?.find(register, id).map(|fields| (0, fields))),
        }
    }

    /// Events after a place in the log, in order, `most` of them.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn events(&self, after: u64, most: u32) -> Result<Vec<Event>> {
        let mut events = self.runtime.block_on(self.store.list_events(after, most))?;
        events.retain(|event| self.then.as_ref().is_none_or(|then| event.recorded_at <= then.at));
        Ok(events)
    }

    /// The entry of an id that events made.
    fn stored_one(&self, register: &str, id: &str) -> Result<Option<Standing>> {
        let Some(then) = &self.then else { return Ok(self.runtime.block_on(self.store.find_entry(register, id))?) };
        let memory = then.memory(self)?;
        let fields = memory.find(register, id).map_err(anyhow::Error::from_boxed)?;
        Ok(fields.map(|fields| Standing { id: id.to_owned(), sequence: memory.latest(register, id), fields }))
    }

    /// The entries that events made and that are asked for.
    pub(super) fn stored(&self, register: &str, by: &By, part: &Part<'_>) -> Result<Vec<Standing>> {
        let Some(then) = &self.then else { return Ok(self.runtime.block_on(self.store.list_entries(register, by, part))?) };
        let memory = then.memory(self)?;
        let entries = memory.list(register, by).map_err(anyhow::Error::from_boxed)?.into_iter();
        let wanted = entries.filter(|(id, _)| id.as_str() > part.after).take(part.most.map_or(usize::MAX, |most| most as usize));
        Ok(wanted.map(|(id, fields)| Standing { sequence: memory.latest(register, &id), id, fields }).collect())
    }

    /// How far a webhook has been told.
    ///
    /// # Errors
    /// When the home cannot be read.
    pub fn post(&self, webhook_id: &str) -> Result<Option<Post>> {
        Ok(self.runtime.block_on(self.store.find_post(webhook_id))?)
    }

    /// Makes a new secret for a webhook. A new webhook is told what is recorded from now on.
    ///
    /// # Errors
    /// When the home cannot be read or written, or the system gives no random bytes.
    pub fn new_webhook_secret(&self, webhook_id: &str) -> Result<String> {
        let secret = webhooks::new_secret()?;
        let post = match self.post(webhook_id)? {
            Some(post) => Post { secret: secret.clone(), ..post },
            None => Post { secret: secret.clone(), position: self.state()?.1, attempts: 0, next_at: None, told: String::new() },
        };
        self.record_post(webhook_id, &post)?;
        Ok(secret)
    }

    /// Records how far a webhook has been told.
    ///
    /// # Errors
    /// When the home cannot be written.
    pub fn record_post(&self, webhook_id: &str, post: &Post) -> Result<()> {
        Ok(self.runtime.block_on(self.store.record_post(webhook_id, post))?)
    }

    /// The entries that are read together with facts.
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn standing(&self) -> Result<Entries> {
        self.standing_of(standing::FACTUAL.iter().copied())
    }

    /// The entries of some of the registers that are read together with facts.
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn standing_of(&self, registers: impl IntoIterator<Item = &'static str>) -> Result<Entries> {
        let of_register = |register: &'static str| {
            let entries = self.stored(register, &By::default(), &Part::default())?;
            let entry = |entry: Standing| (entry.sequence, entry.fields);
            Ok((register.to_owned(), entries.into_iter().map(entry).collect()))
        };
        registers.into_iter().map(of_register).collect()
    }

    /// The files that people add to claims.
    ///
    /// # Errors
    /// When their folder cannot be made.
    pub fn proofs(&self) -> Result<Proofs> {
        Ok(Proofs::of(self.contents(storage::PROOFS)?))
    }

    /// What was imported, without consumption.
    ///
    /// # Errors
    /// When the lake cannot be read.
    pub fn imported(&self) -> Result<Arc<Imported>> {
        if let Some(then) = &self.then {
            return then.imported(self);
        }
        let sequence = self.sequence()?;
        let mut kept = self.imported.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((of, imported)) if *of == sequence => Ok(Arc::clone(imported)),
            _ => {
                let imported = Arc::new(Imported::new(self.lake()?.open()?.program));
                *kept = Some((sequence, Arc::clone(&imported)));
                Ok(imported)
            }
        }
    }
}

/// How many entries are looked up one by one; of more the register is listed.
const FOUND_MAX: usize = 32;

/// Registers with what imports tell of things that no event has changed.
struct Live<'a> {
    stored: &'a dyn Registers,
    imported: Arc<Imported>,
}

impl Registers for Live<'_> {
    fn find(&self, register: &str, id: &str) -> Result<Option<Fields>, Failure> {
        Ok(self.stored.find(register, id)?.or_else(|| self.imported.find(register, id)))
    }

    fn recorded(&self, register: &str, id: &str) -> Result<Option<Fields>, Failure> {
        self.stored.find(register, id)
    }

    fn list(&self, register: &str, by: &By) -> Result<Vec<(String, Fields)>, Failure> {
        let mut entries = self.stored.list(register, by)?;
        if standing::FACTUAL.contains(&register) {
            // an entry may have come to be of another partner or state than imported rows tell
            let told: Vec<(&str, Fields)> = self.imported.list(register, by, "").collect();
            let changed: HashSet<String> = if by.asked().is_empty() {
                entries.iter().map(|(id, _)| id.clone()).collect()
            } else if told.len() > FOUND_MAX {
                self.stored.list(register, &By::default())?.into_iter().map(|(id, _)| id).collect()
            } else {
                let found = told.iter().map(|(id, _)| Ok(self.stored.find(register, id)?.map(|_| (*id).to_owned())));
                found.filter_map(Result::transpose).collect::<Result<_, Failure>>()?
            };
            let unchanged = told.into_iter().filter(|(id, _)| !changed.contains(*id));
            entries.extend(unchanged.map(|(id, fields)| (id.to_owned(), fields)));
        }
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(entries)
    }

    fn next_sequence(&self) -> Result<u64, Failure> {
        self.stored.next_sequence()
    }
}

/// Registers as they stand while others may act.
struct Looking<'a> {
    home: &'a Home,
}

impl Registers for Looking<'_> {
    fn find(&self, register: &str, id: &str) -> Result<Option<Fields>, Failure> {
        Ok(self.home.stored_one(register, id)?.map(|entry| entry.fields))
    }

    fn list(&self, register: &str, by: &By) -> Result<Vec<(String, Fields)>, Failure> {
        let stored = self.home.stored(register, by, &Part::default())?;
        Ok(stored.into_iter().map(|entry| (entry.id, entry.fields)).collect())
    }

    fn next_sequence(&self) -> Result<u64, Failure> {
        Ok(self.home.state()?.1 + 1)
    }
}

/// Registers as they stand while somebody acts, and nobody else does.
struct Transaction<'a> {
    home: &'a Home,
    acting: RefCell<Acting>,
}

impl Registers for Transaction<'_> {
    fn find(&self, register: &str, id: &str) -> Result<Option<Fields>, Failure> {
        let found = self.home.runtime.block_on(self.acting.borrow_mut().find(register, id))?;
        Ok(found.map(|entry| entry.fields))
    }

    fn list(&self, register: &str, by: &By) -> Result<Vec<(String, Fields)>, Failure> {
        let stored = self.home.runtime.block_on(self.acting.borrow_mut().list(register, by))?;
        Ok(stored.into_iter().map(|entry| (entry.id, entry.fields)).collect())
    }

    fn next_sequence(&self) -> Result<u64, Failure> {
        Ok(self.acting.borrow().sequence() + 1)
    }
}
