//! The home: the folder with the ledger of imports (SQLite) and the lake of accepted rows (Parquet).

/// Acts on registers.
mod acting;

/// What an import leaves in the ledger.
mod record;

/// What partners are credited with for a restated month.
mod restated;

/// Files that a browser sends.
mod upload;

/// Acts that change a home, one at a time.
mod writing;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use domain::facts::Program;
use domain::time::Month;
use engine::files::table_named;
use engine::lake::{Lake, LakeFile};
use store::Store;
use store::acts::{MonthChange, PeriodEvent};
use store::ledger::Batch;
use tokio::runtime::{Builder, Runtime};

use crate::problem::Refusal;

pub use acting::{Changed, Done, Request, Version};
pub use upload::Upload;
pub use writing::{Act, Writing, new_id};

/// The ledger's file within a home.
const LEDGER: &str = "counterfoil.db";

/// The file whose lock is held while the ledger is opened.
const OPENING: &str = "opening";

/// A home that is open.
pub struct Home {
    root: PathBuf,
    store: Store,
    runtime: Runtime,
    /// What was imported, as of an act of the ledger.
    imported: Mutex<Option<(u64, Arc<Program>)>>,
}

/// The folder of the home: the one given, or else the user's data folder.
///
/// # Errors
/// When none is given and the system names no folder for the user's data.
pub fn place(given: Option<&Path>) -> Result<PathBuf> {
    if let Some(folder) = given {
        return Ok(folder.to_owned());
    }
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|user| user.join("Library/Application Support"))
    } else {
        variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|user| user.join(".local/share")))
    };
    let data = data.ok_or_else(|| {
        Refusal::refused("the system names no folder for your data")
            .hint("name a home with `--home FOLDER` or the variable `COUNTERFOIL_HOME`")
    })?;
    Ok(data.join("counterfoil"))
}

impl Home {
    /// Opens the home at a folder, which must be there.
    ///
    /// # Errors
    /// When there is none, or its ledger cannot be opened.
    pub fn open(root: &Path) -> Result<Self> {
        if !root.join(LEDGER).is_file() {
            let message = format!("there is no home at `{}` yet", root.display());
            return Err(Refusal::refused(message)
                .hint("`counterfoil import FOLDER` makes one; `--dataset FOLDER` asks a folder without one; `counterfoil demo` shows how it looks")
                .into());
        }
        Self::open_or_make(root)
    }

    /// Opens the home at a folder, and makes it when it is not there.
    ///
    /// # Errors
    /// When it cannot be made, or its ledger cannot be opened.
    pub fn open_or_make(root: &Path) -> Result<Self> {
        std::fs::create_dir_all(root).with_context(|| format!("cannot make the home `{}`", root.display()))?;
        let root = root.canonicalize().with_context(|| format!("cannot find the home `{}`", root.display()))?;
        let runtime = Builder::new_current_thread().enable_all().build().context("cannot start the ledger's worker")?;
        let url = format!("sqlite://{}", root.join(LEDGER).display());
        // two programs that open a new home together would both make its tables
        let opening = root.join(OPENING);
        let lock = File::options().create(true).truncate(false).write(true).open(&opening).and_then(|file| file.lock().map(|()| file));
        let lock = lock.with_context(|| format!("cannot lock `{}`; check the folder's rights", opening.display()))?;
        let store = runtime.block_on(Store::open(&url))?;
        drop(lock);
        Ok(Self { root, store, runtime, imported: Mutex::default() })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The lake with the files that the manifest names.
    ///
    /// # Errors
    /// When the ledger cannot be read, or names a table that this version does not know.
    pub fn lake(&self) -> Result<Lake> {
        let file = |row: store::manifest::LakeFile| {
            let table = table_named(&row.table).with_context(|| {
                format!("the home holds the table `{}`, which this version does not know; use the newer one", row.table)
            })?;
            let store::manifest::LakeFile { source, month, path, rows, amount, batch_id, .. } = row;
            Ok(LakeFile { table, source, month, path, rows, amount, batch_id })
        };
        let files = self.runtime.block_on(self.store.list_lake_files())?.into_iter().map(file).collect::<Result<_>>()?;
        let pieces = self.runtime.block_on(self.store.list_lake_pieces())?.into_iter().map(file).collect::<Result<_>>()?;
        Ok(Lake { root: self.root.join("lake"), files, pieces })
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
        Ok((self.sequence()?, self.runtime.block_on(self.store.log_head())?.0))
    }

    /// The latest imports, the latest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn batches(&self, most: u32) -> Result<Vec<Batch>> {
        Ok(self.runtime.block_on(self.store.list_batches(most))?)
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
