//! Acts that change a home, one at a time: imports, undone batches, closed and reopened months.
//!
//! Who writes holds the lock of the home, which the system takes back when the program is killed. Files are written beside those
//! that the manifest names, then ledger and manifest change in one transaction, then what the manifest does not name is deleted.
//! So an act that breaks off at any point has either happened or not, and the next one tidies up after it.

use std::collections::HashMap;
use std::env;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use domain::names::Name;
use domain::record::actor::{Actor, Organisation};
use domain::record::entry::Entry;
use domain::record::event::{Draft, changes};
use domain::record::load::{Period, Standing, Turn};
use domain::rulebook::Rulebook;
use domain::time::{Day, Month};
use engine::fates::MonthChange;
use engine::fault;
use engine::formats::Format;
use engine::import::{self, ImportError, KnownFile, Outcome, Progress, Request};
use engine::lake::LakeFile;
use engine::undo::{UndoError, Undone, undo};
use jiff::Timestamp;
use store::acts::{PeriodEvent, Undo, UndoTotal};
use store::ledger::Batch;
use store::manifest::Change;
use store::watched::WatchedExport;

use super::acting::LOCAL;
use super::{Home, Place, record, restated};
use crate::clock;
use crate::problem::Refusal;

/// The file whose lock is held by who writes.
const LOCK: &str = "lock";

/// The right to change a home, held until it is dropped.
pub struct Writing<'a> {
    pub(super) home: &'a Home,
    /// The sequence of the ledger when the right was taken.
    rests_on: u64,
    _lock: File,
}

/// What is done to a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// It takes no rows any more.
    Close,
    /// It takes rows again.
    Reopen,
}

impl Home {
    /// Takes the right to change the home. When another program has it, `told` is called, and then waited.
    ///
    /// # Errors
    /// When the folder cannot be locked, or what a broken act left cannot be deleted.
    pub fn write(&self, told: impl FnOnce()) -> Result<Writing<'_>> {
        self.must_stand()?;
        self.who()?;
        let lock = self.lock_file()?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                told();
                lock.lock().with_context(|| format!("cannot lock the home `{}`", self.place.root.display()))?;
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock the home `{}`", self.place.root.display()));
            }
        }
        let writing = Writing { home: self, rests_on: self.sequence()?, _lock: lock };
        writing.sweep()?;
        Ok(writing)
    }

    /// Whether another program is changing the home.
    ///
    /// # Errors
    /// When the folder cannot be locked.
    pub fn is_being_written(&self) -> Result<bool> {
        Ok(matches!(self.lock_file()?.try_lock(), Err(TryLockError::WouldBlock)))
    }

    fn lock_file(&self) -> Result<File> {
        let path = self.place.root.join(LOCK);
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        file.with_context(|| format!("cannot open `{}`; check the folder's rights", path.display()))
    }
}

impl Home {
    /// The same home, in which a user imports, undoes and closes months.
    #[must_use]
    pub fn by(&self, user: &Actor) -> Self {
        let user = Some(user.user.to_string()).filter(|user| user != LOCAL);
        Self { place: Place { user, ..self.place.clone() }, ..self.clone() }
    }

    /// Who imports, undoes and closes months: the user that is named, or whoever runs the program, as the system names them.
    fn who(&self) -> Result<(Name, Option<Organisation>)> {
        match &self.place.user {
            Some(user) => self.actor(Some(user)).map(|actor| (actor.user, actor.organisation)),
            None => Ok((Name::new(&who()), Some(Organisation::Operator))),
        }
    }

    /// What the log is told of an act on many rows: what became of the entry that stands for them, by whom and when.
    fn told<E: Entry>(&self, kind: &str, entry: &E, reason: Option<&str>) -> Result<(Draft, Timestamp)> {
        let before = self.runtime.block_on(self.store.find_entry(E::REGISTER, &entry.id()))?;
        let now = clock::now();
        let (actor, organisation) = self.who()?;
        let draft = Draft {
            kind: kind.to_owned(),
            register: E::REGISTER.to_owned(),
            id: entry.id(),
            actor,
            organisation,
            effective_on: Day::of(now),
            changes: changes(&before.map(|entry| entry.fields).unwrap_or_default(), &entry.fields()),
            reason: reason.map(str::to_owned),
        };
        Ok((draft, now))
    }
}

impl Writing<'_> {
    /// Reads a path into the lake; nothing holds until [`Writing::keep`].
    ///
    /// # Errors
    /// When the path is of no known format, none of its files will do, or the lake cannot be read or written.
    pub fn import(
        &self,
        path: &Path,
        format: Option<Format>,
        tenant: Option<Name>,
        rulebook: Arc<Rulebook>,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Result<Outcome, ImportError>> {
        let home = self.home;
        let read = home.runtime.block_on(home.store.list_read_files())?;
        let known: HashMap<String, KnownFile> = read
            .into_iter()
            .map(|file| {
                let incoming = engine::fates::Total { rows: file.rows, amount: file.amount };
                (file.content_hash, KnownFile { batch_id: file.batch_id, incoming, quarantined: file.quarantined })
            })
            .collect();
        let closed = home.closed_months()?;
        let request = Request { path: path.to_owned(), format, tenant, rulebook, batch_id: new_id(), closed, held_max: import::HELD_MAX };
        let mut outcome = import::import(&request, &home.lake()?, &known, progress);
        if let Ok(Outcome { months, added, dropped, .. }) = &mut outcome {
            restated::credit(home, months, added, dropped, &request.rulebook)?;
        }
        if outcome.is_err() {
            self.sweep()?;
        }
        Ok(outcome)
    }

    /// Records an import: the ledger and the manifest change together. `source` is what was imported, in the user's words.
    ///
    /// # Errors
    /// When the ledger cannot be written, or changed meanwhile; then nothing has happened.
    pub fn keep(self, source: &str, outcome: &Outcome) -> Result<()> {
        self.keep_watched(source, outcome, None)
    }

    /// Records an import, and with it the export in watched storage that it was, so that it is taken once.
    ///
    /// # Errors
    /// As [`Writing::keep`].
    pub fn keep_watched(self, source: &str, outcome: &Outcome, watched: Option<WatchedExport>) -> Result<()> {
        let batch = record::batch(source, outcome, &now());
        let change = Change {
            rests_on: self.rests_on,
            added: outcome.added.iter().map(record::lake_file).collect(),
            dropped: outcome.dropped.iter().map(|file| file.path.clone()).collect(),
            pieces: outcome.pieces.iter().map(record::lake_file).collect(),
            told: Some(self.home.told("batch-imported", &record::entry(&batch, Standing::Standing), None)?),
            watched,
        };
        let months = months(&outcome.batch_id, "import", &outcome.months);
        self.put(outcome.added.iter().chain(&outcome.pieces))?;
        fault::point();
        let recorded = self.home.runtime.block_on(self.home.store.record_batch(&batch, &change, &months));
        fault::point();
        self.sweep()?;
        recorded?;
        self.home.checkpoint_now();
        Ok(())
    }

    /// Puts what an act wrote where the home keeps its files, or else deletes it.
    fn put<'f>(&self, files: impl Iterator<Item = &'f LakeFile>) -> Result<()> {
        self.home.put_files(files).inspect_err(|_| {
            // what cannot be deleted now is left over, and deleted by the next act
            let _ = self.sweep();
        })
    }

    /// Deletes what an import wrote, so that the home stays as it was.
    ///
    /// # Errors
    /// When a file cannot be deleted.
    pub fn discard(self) -> Result<()> {
        self.sweep()
    }

    /// Undoes a batch: the home is then as if it had never been imported.
    ///
    /// # Errors
    /// When other rows or a closed month stand in the way, or the home cannot be read or written; then nothing has happened.
    pub fn undo(self, batch: &Batch, reason: &str, rulebook: &Rulebook) -> Result<Undone> {
        let lake = self.home.lake()?;
        let undone = undo(&lake, &batch.batch_id, &new_id(), &self.home.closed_months()?);
        let brought = batch.totals.iter().any(|total| total.fate == "accepted" && total.rows > 0);
        let undone = match undone {
            Ok(undone) if brought && undone.pieces.is_empty() => Err(UndoError::NoPieces { batch: batch.batch_id.clone() }),
            undone => undone,
        };
        let mut undone = match undone {
            Ok(undone) => undone,
            Err(error) => {
                self.sweep()?;
                return Err(refusal(error));
            }
        };
        restated::credit(self.home, &mut undone.months, &undone.added, &undone.dropped, rulebook)?;
        let total = |table: &str, effect: &str, of: engine::fates::Total| UndoTotal {
            table: table.to_owned(),
            effect: effect.to_owned(),
            rows: of.rows,
            amount: of.amount,
        };
        let both = |of: &engine::undo::Difference| [total(of.table, "removed", of.removed), total(of.table, "restored", of.restored)];
        let totals = undone.tables.iter().flat_map(both).filter(|total| total.rows > 0).collect();
        let record = Undo { undone_at: now(), undone_by: self.home.who()?.0.to_string(), reason: reason.to_owned(), totals };
        let change = Change {
            rests_on: self.rests_on,
            added: undone.added.iter().map(record::lake_file).collect(),
            dropped: undone.dropped.iter().map(|file| file.path.clone()).collect(),
            pieces: Vec::new(),
            told: Some(self.home.told("batch-undone", &record::entry(batch, Standing::Undone), Some(reason))?),
            watched: None,
        };
        let months = months(&batch.batch_id, "undo", &undone.months);
        self.put(undone.added.iter())?;
        fault::point();
        let recorded = self.home.runtime.block_on(self.home.store.record_undo(&batch.batch_id, &record, &change, &months));
        fault::point();
        self.sweep()?;
        recorded?;
        self.home.checkpoint_now();
        Ok(undone)
    }

    /// Closes or reopens a month.
    ///
    /// # Errors
    /// When it is closed or open already, or the ledger cannot be written.
    pub fn turn(self, month: Month, act: Act, reason: &str) -> Result<PeriodEvent> {
        let events = self.home.period_events()?;
        let last = events.get(&month).and_then(|events| events.last());
        let is_closed = last.is_some_and(|event| event.act == "close");
        match (act, is_closed) {
            (Act::Close, true) => {
                let since = last.map(|event| format!("{} by {}: {}", event.done_at, event.done_by, event.reason)).unwrap_or_default();
                return Err(Refusal::refused(format!("{month} is closed already, since {since}")).into());
            }
            (Act::Reopen, false) => {
                let refusal = Refusal::refused(format!("{month} is open"));
                return Err(refusal.hint("`counterfoil period list` tells which months are closed").into());
            }
            (Act::Close, false) if month > clock::today().month() => {
                let message = format!("{month} has not begun; a month is closed when its figures are final");
                return Err(Refusal::refused(message).hint("check the year").into());
            }
            _ => {}
        }
        let act = if act == Act::Close { "close" } else { "reopen" };
        let event =
            PeriodEvent { month, act: act.to_owned(), done_at: now(), done_by: self.home.who()?.0.to_string(), reason: reason.to_owned() };
        let period = Period { month: month.to_string(), state: if event.act == "close" { Turn::Closed } else { Turn::Open } };
        let kind = if event.act == "close" { "period-closed" } else { "period-reopened" };
        let told = self.home.told(kind, &period, Some(reason))?;
        fault::point();
        self.home.runtime.block_on(self.home.store.record_period(&event, self.rests_on, Some(told)))?;
        fault::point();
        self.home.checkpoint_now();
        Ok(event)
    }
}

/// Why a batch cannot be undone, with a cure.
fn refusal(error: UndoError) -> anyhow::Error {
    let cure = match &error {
        UndoError::NoPieces { .. } => "import the sources into a fresh home, without those of the batch".to_owned(),
        UndoError::Closed { months } => {
            let months: Vec<String> = months.iter().map(|month| format!("`counterfoil period reopen {month} --reason TEXT`")).collect();
            format!("reopen first: {}", months.join(", "))
        }
        UndoError::Contradiction { problem } => {
            let batch = problem.file.split(':').next().unwrap_or_default();
            format!("undo batch `{batch}` first, and import its files again afterwards")
        }
        UndoError::Lake(_) => return error.into(),
    };
    Refusal::refused(error.to_string()).hint(cure).into()
}

fn months(batch_id: &str, act: &str, changes: &[MonthChange]) -> Vec<store::acts::MonthChange> {
    let change = |of: &MonthChange| store::acts::MonthChange {
        batch_id: batch_id.to_owned(),
        act: act.to_owned(),
        table: of.table.to_owned(),
        source: of.source.clone(),
        month: of.month,
        before: (of.before.rows, of.before.amount),
        after: (of.after.rows, of.after.amount),
        credited: of.credited,
    };
    changes.iter().map(change).collect()
}

/// Who asks, as the system names them.
fn who() -> String {
    let named = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| env::var(name).ok().filter(|name| !name.is_empty()));
    named.unwrap_or_else(|| "unknown".to_owned())
}

/// The instant as the ledger writes it.
fn now() -> String {
    clock::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// An id that no other act has and that sorts by time: the instant to the microsecond.
pub fn new_id() -> String {
    clock::now().strftime("%Y%m%dT%H%M%S%6f").to_string()
}
