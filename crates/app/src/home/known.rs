//! What was known earlier: registers from the events recorded by then, facts from the batches that stood then.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use domain::record::entry::{By, Entry, Fields};
use domain::record::event::Event;
use domain::record::load;
use domain::standing::{self, Entries};
use engine::known::lake_as_known;
use engine::lake::Lake;
use jiff::Timestamp;
use store::log::{Asked, Part};
use tempfile::TempDir;

use super::Home;
use crate::problem::Refusal;

/// What was known at an instant, ready to be read.
pub struct Known {
    /// The facts of the batches that stood then.
    pub lake: Lake,
    /// The entries that are read together with facts.
    pub entries: Entries,
    /// Files of the lake that were made for it; they go with it.
    pub folder: TempDir,
}

impl Home {
    /// What was known at an instant.
    ///
    /// # Errors
    /// When the log or the lake cannot be read, or rows that stood then are not kept.
    pub fn known(&self, known_at: Timestamp) -> Result<Known> {
        let memory = self.replayed(Some(known_at))?;
        let mut entries = Entries::new();
        for (register, _, sequence, fields) in memory.iter().filter(|(register, ..)| standing::FACTUAL.contains(register)) {
            entries.entry(register.to_owned()).or_default().push((sequence, fields.clone()));
        }
        let folder = tempfile::Builder::new().prefix("counterfoil-known-").tempdir().context("cannot make a folder for what was known")?;
        let lake = self.lake()?;
        let stood = self.stood(&lake, known_at)?;
        let lake = lake_as_known(&lake, &stood, folder.path())?;
        Ok(Known { lake, entries, folder })
    }

    /// The batches that stood at an instant.
    fn stood(&self, lake: &Lake, known_at: Timestamp) -> Result<BTreeSet<String>> {
        let told = self.picked(&Asked { register: Some(load::Batch::REGISTER), most: u32::MAX, ..Asked::default() })?;
        let at: BTreeMap<(&str, &str), Timestamp> =
            told.iter().map(|event| ((event.what.id.as_str(), event.what.kind.as_str()), event.recorded_at)).collect();
        let by_then = |id: &str, kind: &str, text: &str| -> Result<bool> {
            // a batch of a version whose log did not tell of it has its instants in the ledger
            let at = at.get(&(id, kind)).copied().map_or_else(|| text.parse(), Ok);
            Ok(at.with_context(|| format!("the ledger tells no instant of batch `{id}`"))? <= known_at)
        };
        let mut stood = BTreeSet::new();
        for batch in self.batches(u32::MAX)? {
            let id = batch.batch_id.as_str();
            if !by_then(id, "batch-imported", &batch.recorded_at)? {
                continue;
            }
            if let Some(undo) = &batch.undo {
                if by_then(id, "batch-undone", &undo.undone_at)? {
                    continue;
                }
                let brought = batch.totals.iter().any(|total| total.fate == "accepted" && total.rows > 0);
                if brought && !lake.undone.iter().any(|piece| piece.batch_id == id) {
                    let message =
                        format!("batch `{id}` stood then, and was undone by a version of this program that did not keep its rows");
                    return Err(Refusal::refused(message).hint("ask for an instant before it was imported, or after it was undone").into());
                }
            }
            stood.insert(batch.batch_id);
        }
        Ok(stood)
    }

    /// The entry of an id as it was known at an instant, or as it stands.
    ///
    /// # Errors
    /// When the registers or the log cannot be read.
    pub fn find_at<E: Entry>(&self, id: &str, known_at: Option<Timestamp>) -> Result<Option<E>> {
        let Some(known_at) = known_at else { return self.find(id) };
        let mut fields = Fields::new();
        let events = self.events_at(E::REGISTER, id, Some(known_at))?;
        events.iter().try_for_each(|event| event.apply(&mut fields))?;
        Ok(if events.is_empty() { None } else { Some(E::read(&fields)?) })
    }

    /// Entries of a register with their last events, as they were known at an instant, or as they stand, in the order of their ids.
    ///
    /// # Errors
    /// When the registers or the log cannot be read.
    pub fn list_at<E: Entry>(&self, by: &By, known_at: Option<Timestamp>) -> Result<Vec<(u64, E)>> {
        if known_at.is_none() {
            return self.list(by, &Part::default());
        }
        let memory = self.replayed(known_at)?;
        let wanted = memory.iter().filter(|(register, _, _, fields)| *register == E::REGISTER && by.picks(fields));
        wanted.map(|(_, _, sequence, fields)| Ok((sequence, E::read(fields)?))).collect()
    }

    /// Every event about an entry that was recorded by an instant, or every one, in order.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn events_at(&self, register: &str, id: &str, known_at: Option<Timestamp>) -> Result<Vec<Event>> {
        let mut events = self.events_of(register, id)?;
        events.retain(|event| known_at.is_none_or(|known_at| event.recorded_at <= known_at));
        Ok(events)
    }
}
