//! Object storage, as a home uses it: files are there, and the home's folder holds copies of them.
//!
//! A file of the lake is never changed, so a copy is good or not there. It is written here, then put into the storage, then named by the
//! manifest; a file that the manifest names and the folder lacks is fetched. What the manifest does not name any more is deleted from the
//! storage first and then here, so that a copy tells that there may be more to delete.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use engine::fault;
use engine::lake::{Lake, LakeFile};
use engine::objects::{Objects, ObjectsError};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use store::watched::WatchedExport;
use tokio::runtime::Runtime;

use super::{Home, Place, Writing, place};
use crate::clock;
use crate::contents::Contents;
use crate::progress::Steps;

/// The lake, within the home and within its storage.
pub const LAKE: &str = "lake";

/// The proofs of claims.
pub const PROOFS: &str = "proofs";

/// The files of rulebooks.
pub const RULEBOOKS: &str = "rulebooks";

/// The folder within a home for what is being fetched.
const ASIDE: &str = "fetching";

/// After how long what was being fetched is left over.
const ASIDE_AGE: SignedDuration = SignedDuration::from_hours(24);

/// How often the manifest is read again when a file went away that it named before.
const READS_MAX: usize = 3;

/// What moving the files of a home did.
#[derive(Debug, Serialize)]
pub struct Moved {
    /// Where they are now.
    pub storage: String,
    /// How many files of the lake the manifest names.
    pub files: u64,
    /// How many of them were put there now; the others were there.
    pub put: u64,
    /// How many proofs and rulebooks are there.
    pub contents: u64,
}

/// What the storage holds of the lake.
pub struct Stored {
    /// Where it is.
    pub url: String,
    /// Files that the manifest names and that are not there.
    pub missing: Vec<String>,
    /// How many files are there that the manifest does not name.
    pub unnamed: usize,
}

/// The storage of a home, which is then remembered; nothing for one whose files are in its folder.
pub fn open(place: &Place, runtime: &Arc<Runtime>) -> Result<Option<Objects>> {
    let Some(url) = place.storage()? else { return Ok(None) };
    // a folder is made when it is first named alone: when it is away later, it may be a disk that is not there
    let storage = if place.remembers_storage() { Objects::open(&url, runtime) } else { Objects::make(&url, runtime) };
    let storage = storage?;
    place.remember_storage(&url)?;
    Ok(Some(storage))
}

impl Home {
    /// A place in object storage, or a folder.
    ///
    /// # Errors
    /// When the URL is none, or the environment does not suffice to open it.
    pub fn objects(&self, url: &str) -> Result<Objects, ObjectsError> {
        Objects::open(url, &self.runtime)
    }

    /// The exports that were taken from watched storage, in order.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn watched(&self) -> Result<Vec<WatchedExport>> {
        Ok(self.runtime.block_on(self.store.list_watched())?)
    }

    /// Records an export of watched storage that brought no batch.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn record_watched(&self, export: &WatchedExport) -> Result<()> {
        self.must_stand()?;
        Ok(self.runtime.block_on(self.store.record_watched(export))?)
    }

    /// Files that are kept by their content.
    pub(super) fn contents(&self, name: &str) -> Result<Contents> {
        Ok(Contents::of(self.contents_in(self.storage.as_ref(), name)?))
    }

    fn contents_in(&self, storage: Option<&Objects>, name: &str) -> Result<Objects, ObjectsError> {
        match storage {
            Some(storage) => Ok(storage.below(name)),
            None => Objects::make(&self.place.root.join(name).to_string_lossy(), &self.runtime),
        }
    }

    /// The lake with every file that the manifest names, fetched when it is not here.
    pub(super) fn whole_lake(&self) -> Result<Lake> {
        let mut reads = 0;
        loop {
            let lake = self.named_lake()?;
            let Some(storage) = &self.storage else { return Ok(lake) };
            let missing = missing(&lake);
            if missing.is_empty() {
                return Ok(lake);
            }
            reads += 1;
            let mut steps = Steps::new();
            let fetched = storage.below(LAKE).fetch(&missing, &lake.root, &self.place.root.join(ASIDE), &mut |done| {
                fault::point();
                steps.tell(&format!("fetched {done} of {} files of the lake from `{}`", missing.len(), storage.url()));
            });
            steps.end();
            match fetched {
                // another machine may have replaced it since the manifest was read
                Err(ObjectsError::NotFound { .. }) if reads < READS_MAX => {}
                Err(error) => {
                    return Err(error).context("a file of the lake is not here and cannot be fetched; `counterfoil doctor` tells more");
                }
                Ok(()) => return Ok(lake),
            }
        }
    }

    /// Puts files of the lake, which are here, into the storage: they are there before the manifest names them.
    pub(super) fn put_files<'f>(&self, files: impl Iterator<Item = &'f LakeFile>) -> Result<()> {
        let Some(storage) = &self.storage else { return Ok(()) };
        let paths: BTreeSet<String> = files.map(|file| file.path.clone()).collect();
        fault::point();
        self.put(storage, &paths.into_iter().collect::<Vec<_>>()).context("the lake's files cannot be kept, and nothing was changed")
    }

    fn put(&self, storage: &Objects, paths: &[String]) -> Result<()> {
        let mut steps = Steps::new();
        let put = storage.below(LAKE).put(paths, &self.place.root.join(LAKE), &mut |done| {
            fault::point();
            steps.tell(&format!("put {done} of {} files into `{}`", paths.len(), storage.url()));
        });
        steps.end();
        Ok(put?)
    }

    /// What the storage holds of the lake; nothing when files are in the folder.
    ///
    /// # Errors
    /// When the ledger cannot be read, or the storage not be listed.
    pub fn in_storage(&self) -> Result<Option<Stored>> {
        let Some(storage) = &self.storage else { return Ok(None) };
        // listed after the manifest was read: what was named then is there
        let lake = self.named_lake()?;
        let there: HashSet<String> = storage.below(LAKE).list()?.into_iter().map(|object| object.path).collect();
        let named: BTreeSet<&str> = lake.named().map(|file| file.path.as_str()).collect();
        let missing = named.iter().filter(|path| !there.contains(**path)).map(|path| (*path).to_owned()).collect();
        let unnamed = there.iter().filter(|path| !named.contains(path.as_str())).count();
        Ok(Some(Stored { url: storage.url().to_owned(), missing, unnamed }))
    }
}

impl Writing<'_> {
    /// Deletes files that the manifest does not name: those that are here, and with them what they are copies of.
    pub(super) fn sweep(&self) -> Result<()> {
        let home = self.home;
        let Some(storage) = &home.storage else {
            home.named_lake()?.sweep()?;
            return Ok(());
        };
        forget_aside(home);
        // what another machine has named since is no leftover: first what may be one, then what the manifest says
        let found: HashSet<PathBuf> = home.named_lake()?.leftovers().into_iter().collect();
        if found.is_empty() {
            return Ok(());
        }
        let lake = home.named_lake()?;
        let gone: Vec<PathBuf> = lake.leftovers().into_iter().filter(|path| found.contains(path)).collect();
        let path = |file: &PathBuf| Some(file.strip_prefix(&lake.root).ok()?.to_str()?.replace(std::path::MAIN_SEPARATOR, "/"));
        let paths: Vec<String> = gone.iter().filter_map(path).filter(|path| !path.starts_with("staging/")).collect();
        fault::point();
        storage.below(LAKE).delete(&paths).context("files that an act left over cannot be deleted")?;
        fault::point();
        lake.delete(&gone)?;
        Ok(())
    }

    /// Moves the files of the home into storage, and remembers it. What is there already is not put again, so a move that broke off goes on.
    ///
    /// # Errors
    /// When a file cannot be read or written; the home then keeps its files where they were.
    pub fn move_to(self, url: &str) -> Result<Moved> {
        let home = self.home;
        let url = place::absolute(url)?;
        let target = Objects::make(&url, &home.runtime)?;
        let lake = home.whole_lake()?;
        let there: BTreeMap<String, u64> = target.below(LAKE).list()?.into_iter().map(|object| (object.path, object.bytes)).collect();
        let named: BTreeSet<&str> = lake.named().map(|file| file.path.as_str()).collect();
        let mut wanted = Vec::new();
        for path in &named {
            let file = lake.root.join(path);
            let bytes = std::fs::metadata(&file).with_context(|| format!("cannot read `{}`", file.display()))?.len();
            if there.get(*path) != Some(&bytes) {
                wanted.push((*path).to_owned());
            }
        }
        fault::point();
        home.put(&target, &wanted)?;
        let mut contents = 0;
        for name in [PROOFS, RULEBOOKS] {
            contents += copy(&home.contents_in(home.storage.as_ref(), name)?, &target.below(name))?;
        }
        fault::point();
        home.place.remember_storage(&url)?;
        fault::point();
        Ok(Moved { storage: url, files: named.len() as u64, put: wanted.len() as u64, contents })
    }
}

/// Copies what is at one place and not at the other; returns how much there is.
fn copy(from: &Objects, to: &Objects) -> Result<u64> {
    let there: HashSet<String> = to.list()?.into_iter().map(|object| object.path).collect();
    let found = from.list()?;
    for object in found.iter().filter(|object| !there.contains(&object.path)) {
        let content = from.read(&object.path)?.with_context(|| format!("`{}/{}` went away", from.url(), object.path))?;
        to.create(&object.path, content)?;
    }
    Ok(found.len() as u64)
}

/// The files that the manifest names and the folder lacks.
fn missing(lake: &Lake) -> Vec<String> {
    let paths: BTreeSet<&str> = lake.named().map(|file| file.path.as_str()).collect();
    paths.into_iter().filter(|path| !lake.root.join(path).is_file()).map(str::to_owned).collect()
}

/// Deletes what was being fetched when the program was killed.
fn forget_aside(home: &Home) {
    let is_old = |entry: &std::fs::DirEntry| {
        let changed = entry.metadata().and_then(|about| about.modified()).ok();
        let changed = changed.and_then(|changed| Timestamp::try_from(changed).ok());
        changed.is_some_and(|changed| clock::now().duration_since(changed) > ASIDE_AGE)
    };
    for entry in std::fs::read_dir(home.place.root.join(ASIDE)).into_iter().flatten().flatten().filter(is_old) {
        // what cannot be deleted harms nobody
        let _ = std::fs::remove_file(entry.path());
    }
}
