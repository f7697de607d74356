//! What was known earlier: registers from the events recorded by then, facts from the batches that stood then.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result};
use domain::record::entry::Entry as _;
use domain::record::load;
use domain::record::memory::Memory;
use domain::standing::Imported;
use engine::known::lake_as_known;
use engine::lake::Lake;
use jiff::Timestamp;
use store::log::Asked;
use tempfile::TempDir;

use super::Home;
use crate::problem::Refusal;

/// What a home answers from when it looks back; each part is made when it is first asked for.
pub struct Then {
    /// By when a thing must have been recorded to count.
    pub(super) at: Timestamp,
    memory: OnceLock<Memory>,
    /// The facts of the batches that stood then, and the folder of files that were made for them, which goes with it.
    lake: OnceLock<(Lake, TempDir)>,
    imported: OnceLock<Arc<Imported>>,
}

impl Home {
    /// The same home as it was known at an instant: it answers from what was recorded by then, and nothing can be changed in it.
    #[must_use]
    pub fn at(&self, known_at: Timestamp) -> Self {
        let then = Then { at: known_at, memory: OnceLock::new(), lake: OnceLock::new(), imported: OnceLock::new() };
        Self { then: Some(Arc::new(then)), ..self.clone() }
    }

    /// What the home answers from when it looks back; who reads its lake keeps it, since its files go with it.
    pub fn then(&self) -> Option<Arc<Then>> {
        self.then.clone()
    }

    /// Refuses to change a home that looks back.
    ///
    /// # Errors
    /// When it does.
    pub fn must_stand(&self) -> Result<()> {
        if self.then.is_none() {
            return Ok(());
        }
        let refusal = Refusal::usage("what was known earlier cannot be changed: it is asked for, and new events correct it");
        Err(refusal.hint("leave `--known-at` out to act on what stands").into())
    }

    /// The batches that stood at an instant.
    fn stood(&self, lake: &Lake, known_at: Timestamp) -> Result<BTreeSet<String>> {
        let asked = Asked { register: Some(load::Batch::REGISTER), most: u32::MAX, ..Asked::default() };
        let told = self.runtime.block_on(self.store.pick_events(&asked))?;
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
}

impl Then {
    /// What the log added up to.
    pub(super) fn memory(&self, home: &Home) -> Result<&Memory> {
        if let Some(memory) = self.memory.get() {
            return Ok(memory);
        }
        let memory = home.replayed(Some(self.at))?;
        Ok(self.memory.get_or_init(|| memory))
    }

    /// The lake.
    pub(super) fn lake(&self, home: &Home) -> Result<Lake> {
        if let Some((lake, _)) = self.lake.get() {
            return Ok(lake.clone());
        }
        let folder = tempfile::Builder::new().prefix("counterfoil-known-").tempdir().context("cannot make a folder for what was known")?;
        let lake = home.whole_lake()?;
        let stood = home.stood(&lake, self.at)?;
        let lake = lake_as_known(&lake, &stood, folder.path())?;
        Ok(self.lake.get_or_init(|| (lake, folder)).0.clone())
    }

    /// What was imported, without consumption.
    pub(super) fn imported(&self, home: &Home) -> Result<Arc<Imported>> {
        if let Some(imported) = self.imported.get() {
            return Ok(Arc::clone(imported));
        }
        let imported = Arc::new(Imported::new(self.lake(home)?.open()?.program));
        Ok(Arc::clone(self.imported.get_or_init(|| imported)))
    }
}
