//! The home: the folder with the lake of accepted rows (Parquet, or object storage elsewhere) and the ledger, the log and the registers (SQLite, or
//! PostgreSQL elsewhere).

/// Acts on registers.
mod acting;

/// What was known earlier.
mod known;

/// Lists of entries.
mod listing;

/// E-mail.
mod mail;

/// Where a home is.
mod place;

/// The log: its checkpoints, and what it adds up to.
mod proving;

/// Rulebooks.
mod rulebooks;

/// What an import leaves in the ledger.
mod record;

/// What partners are credited with for a restated month.
mod restated;

/// What people sign in with, and their sessions.
mod signing;

/// What somebody may see.
mod seeing;

/// Jobs of clusters.
#[cfg(feature = "cluster")]
mod on_cluster;

/// Object storage.
mod storage;

/// Files that a browser sends.
mod upload;

/// Acts that change a home, one at a time.
mod writing;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use domain::standing;
use domain::time::Month;
use engine::files::table_named;
use engine::lake::{Lake, LakeFile};
use engine::objects::Objects;
use store::Store;
use store::acts::{MonthChange, PeriodEvent};
use store::ledger::Batch;
use tokio::runtime::{Builder, Runtime};

use crate::problem::Refusal;

pub use acting::{Changed, Done, Request, Version};
pub use known::Then;
pub use place::{Place, place};
pub use proving::{Comparison, Difference};
pub use upload::Upload;
pub use writing::{Act, Writing, new_id};

/// The file whose lock is held while the ledger is opened.
const OPENING: &str = "opening";

/// What was imported, as of an act of the ledger.
type Imported = Mutex<Option<(u64, Arc<standing::Imported>)>>;

/// A home that is open.
#[derive(Clone)]
pub struct Home {
    place: Place,
    store: Store,
    runtime: Arc<Runtime>,
    /// Where files are, unless they are in the folder; the folder's are then copies of those.
    storage: Option<Objects>,
    imported: Arc<Imported>,
    /// What is answered from, when the home looks back.
    then: Option<Arc<Then>>,
}

impl Home {
    /// Opens the home at a folder, which must be there.
    ///
    /// # Errors
    /// When there is none, or its ledger cannot be opened.
    pub fn open(place: impl Into<Place>) -> Result<Self> {
        let place = place.into();
        if !place.is_home() {
            let message = format!("there is no home at `{}` yet", place.root.display());
            return Err(Refusal::refused(message)
                .hint("`counterfoil import FOLDER` makes one; `--dataset FOLDER` asks a folder without one; `counterfoil demo` shows how it looks")
                .into());
        }
        Self::open_or_make(place)
    }

    /// Opens the home at a folder, and makes it when it is not there.
    ///
    /// # Errors
    /// When it cannot be made, or its ledger cannot be opened.
    pub fn open_or_make(place: impl Into<Place>) -> Result<Self> {
        let Place { root, database, storage, known_at, user } = place.into();
        std::fs::create_dir_all(&root).with_context(|| format!("cannot make the home `{}`", root.display()))?;
        let root = root.canonicalize().with_context(|| format!("cannot find the home `{}`", root.display()))?;
        let place = Place { root, database, storage, known_at, user };
        let runtime = Builder::new_current_thread().enable_all().build().context("cannot start the ledger's worker")?;
        let address = place.address()?;
        // two programs that open a new home together would both make its tables
        let opening = place.root.join(OPENING);
        let lock = File::options().create(true).truncate(false).write(true).open(&opening).and_then(|file| file.lock().map(|()| file));
        let lock = lock.with_context(|| format!("cannot lock `{}`; check the folder's rights", opening.display()))?;
        let runtime = Arc::new(runtime);
        let storage = storage::open(&place, &runtime)?;
        let store = runtime.block_on(Store::open(&address))?;
        place.remember()?;
        drop(lock);
        let home = Self { place, store, runtime, storage, imported: Arc::default(), then: None };
        Ok(known_at.map_or(home.clone(), |known_at| home.at(known_at)))
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.place.root
    }

    /// The database that the home remembers, without its password; nothing for a file of its own.
    ///
    /// # Errors
    /// When the home's file cannot be read.
    pub fn database(&self) -> Result<Option<String>> {
        self.place.remembered()
    }

    /// The lake with the files that the manifest names.
    ///
    /// # Errors
    /// When the ledger cannot be read, or names a table that this version does not know.
    pub fn lake(&self) -> Result<Lake> {
        match &self.then {
            Some(then) => then.lake(self),
            None => self.whole_lake(),
        }
    }

    /// The lake with every file that the manifest names, whether it is here or not.
    ///
    /// # Errors
    /// As [`Home::lake`].
    pub fn named_lake(&self) -> Result<Lake> {
        let file = |row: store::manifest::LakeFile| {
            let table = table_named(&row.table).with_context(|| {
                format!("the home holds the table `{}`, which this version does not know; use the newer one", row.table)
            })?;
            let store::manifest::LakeFile { source, month, path, rows, amount, batch_id, .. } = row;
            Ok(LakeFile { table, source, month, path, rows, amount, batch_id })
        };
        let files = self.runtime.block_on(self.store.list_lake_files())?.into_iter().map(file).collect::<Result<_>>()?;
        let pieces = self.runtime.block_on(self.store.list_lake_pieces())?.into_iter().map(file).collect::<Result<_>>()?;
        let undone = self.runtime.block_on(self.store.list_undone_pieces())?.into_iter().map(file).collect::<Result<_>>()?;
        Ok(Lake { root: self.place.root.join(storage::LAKE), files, pieces, undone })
    }

    /// How many acts the ledger holds; another number tells that facts may have changed.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn sequence(&self) -> Result<u64> {
        Ok(self.runtime.block_on(self.store.sequence())?)
    }

    /// How many acts the ledger holds and how many events the log: when both are the same, nothing has changed.
    ///
    /// # Errors
    /// When the ledger or the log cannot be read.
    pub fn state(&self) -> Result<(u64, u64)> {
        Ok(self.runtime.block_on(self.store.heads())?)
    }

    /// The latest imports, the latest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn batches(&self, most: u32) -> Result<Vec<Batch>> {
        Ok(self.runtime.block_on(self.store.list_batches(most))?)
    }

    /// When the latest import was recorded; nothing when there is none.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn latest_batch_at(&self) -> Result<Option<String>> {
        Ok(self.runtime.block_on(self.store.latest_batch_at())?)
    }

    /// What was wrong with rows of an import.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn problems(&self, batch_id: &str) -> Result<Vec<store::ledger::Problem>> {
        Ok(self.runtime.block_on(self.store.list_problems(batch_id))?)
    }

    /// The rows of an import that are kept to be mended, by the place of their file in it.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn refused(&self, batch_id: &str) -> Result<BTreeMap<u64, Vec<store::ledger::RefusedRow>>> {
        Ok(self.runtime.block_on(self.store.list_refused(batch_id))?)
    }

    /// How many rows of an import are kept to be mended, by the place of their file in it.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn refused_counts(&self, batch_id: &str) -> Result<BTreeMap<u64, u64>> {
        Ok(self.runtime.block_on(self.store.count_refused(batch_id))?)
    }

    /// A batch, without its problems; nothing when there is none of that id.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn batch(&self, batch_id: &str) -> Result<Option<Batch>> {
        Ok(self.runtime.block_on(self.store.find_batch(batch_id))?)
    }

    /// What acts made of months of facts, in the order of the acts.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn month_changes(&self) -> Result<Vec<MonthChange>> {
        Ok(self.runtime.block_on(self.store.list_month_changes())?)
    }

    /// The months that were closed and reopened, each with what happened to it, in order.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn period_events(&self) -> Result<BTreeMap<Month, Vec<PeriodEvent>>> {
        let mut months: BTreeMap<Month, Vec<PeriodEvent>> = BTreeMap::new();
        for event in self.runtime.block_on(self.store.list_period_events())? {
            months.entry(event.month).or_default().push(event);
        }
        Ok(months)
    }

    /// The months that are closed.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn closed_months(&self) -> Result<BTreeSet<Month>> {
        let is_closed = |events: &Vec<PeriodEvent>| events.last().is_some_and(|event| event.act == "close");
        Ok(self.period_events()?.into_iter().filter(|(_, events)| is_closed(events)).map(|(month, _)| month).collect())
    }
}
