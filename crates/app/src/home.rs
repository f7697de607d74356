//! The home: the folder with the ledger of imports (SQLite) and the lake of accepted rows (Parquet).

/// What an import leaves in the ledger.
mod record;

use std::collections::HashMap;
use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use domain::names::Name;
use domain::rulebook::Rulebook;
use engine::files::table_named;
use engine::formats::Format;
use engine::import::{self, ImportError, KnownFile, Outcome, Progress, Request};
use engine::lake::{Lake, LakeFile};
use store::Store;
use store::ledger::Batch;
use tokio::runtime::{Builder, Runtime};

use crate::clock;
use crate::problem::Refusal;

/// The ledger's file within a home.
const LEDGER: &str = "counterfoil.db";

/// A home that is open.
pub struct Home {
    root: PathBuf,
    store: Store,
    runtime: Runtime,
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
        let store = runtime.block_on(Store::open(&url))?;
        Ok(Self { root, store, runtime })
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
        let rows = self.runtime.block_on(self.store.list_lake_files())?;
        let file = |row: store::manifest::LakeFile| {
            let table = table_named(&row.table).with_context(|| {
                format!("the home holds the table `{}`, which this version does not know; use the newer one", row.table)
            })?;
            Ok(LakeFile { table, source: row.source, month: row.month, path: row.path, rows: row.rows, batch_id: row.batch_id })
        };
        Ok(Lake { root: self.root.join("lake"), files: rows.into_iter().map(file).collect::<Result<_>>()? })
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

    /// Reads a path into the lake; nothing holds until [`Home::keep`].
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
        let lake = self.lake()?;
        let read = self.runtime.block_on(self.store.list_read_files())?;
        let known: HashMap<String, KnownFile> = read
            .into_iter()
            .map(|file| {
                let incoming = engine::fates::Total { rows: file.rows, amount: file.amount };
                (file.content_hash, KnownFile { batch_id: file.batch_id, incoming, quarantined: file.quarantined })
            })
            .collect();
        let request = Request { path: path.to_owned(), format, tenant, rulebook, batch_id: new_batch_id(), held_max: import::HELD_MAX };
        Ok(import::import(&request, &lake, &known, progress))
    }

    /// Records an import: the ledger and the manifest change together, then files that were replaced are deleted.
    ///
    /// # Errors
    /// When the lake changed meanwhile, or the ledger cannot be written; then what was written is deleted again.
    pub fn keep(&self, path: &Path, outcome: &Outcome) -> Result<()> {
        let lake = Lake { root: self.root.join("lake"), files: Vec::new() };
        let batch = record::batch(path, outcome, &clock::now());
        let dropped: Vec<String> = outcome.dropped.iter().map(|file| file.path.clone()).collect();
        let added: Vec<_> = outcome.added.iter().map(record::lake_file).collect();
        if let Err(error) = self.runtime.block_on(self.store.record_batch(&batch, &added, &dropped)) {
            outcome.discard(&lake)?;
            return Err(error.into());
        }
        Ok(lake.delete(&outcome.dropped)?)
    }

    /// Deletes what an import wrote, so that the home stays as it was.
    ///
    /// # Errors
    /// When a file cannot be deleted.
    pub fn discard(&self, outcome: &Outcome) -> Result<()> {
        let lake = Lake { root: self.root.join("lake"), files: Vec::new() };
        Ok(outcome.discard(&lake)?)
    }
}

/// An id that no other batch has and that sorts by time: the instant to the microsecond.
fn new_batch_id() -> String {
    clock::now().strftime("%Y%m%dT%H%M%S%6f").to_string()
}
