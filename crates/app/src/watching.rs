//! Watching object storage for exports: each is imported as one batch, once, in the order in which they were made.
//!
//! What was taken is told by the ledger, in the transaction of its batch: an export is there with its batch or not at all, wherever the
//! program is ended. An export that is refused is recorded as well, and not tried again until it changes.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use domain::names::Name;
use engine::exports::{Export, exports, fits};
use engine::fault;
use engine::formats::Format;
use engine::import::{ImportError, Outcome};
use engine::objects::{Objects, joined};
use store::watched::{Fate, WatchedExport};

use crate::bringing::Brought;
use crate::cli::Setting;
use crate::clock;
use crate::commands::import::{read, write};
use crate::home::Home;

/// How exports are imported.
pub struct How<'a> {
    /// The rulebook and the words of messages.
    pub setting: &'a Setting,
    /// The format, when headers shall not decide.
    pub format: Option<Format>,
    /// The tenant of rows that name none.
    pub tenant: Option<&'a str>,
    /// Which objects count, when not all do.
    pub pattern: Option<&'a str>,
    /// Whether an export with a row that cannot be taken is refused.
    pub strict: bool,
    /// Whether what has no manifest is taken as it is found, instead of when it is the same in two looks.
    pub at_once: bool,
}

/// A place that is watched.
pub struct Watcher<'a> {
    home: &'a Home,
    place: Objects,
    how: How<'a>,
    /// The exports of the look before, by name: a state that is met twice is taken to be whole.
    met: HashMap<String, String>,
}

/// What a look found.
#[derive(Default)]
pub struct Look {
    /// What was taken, in order.
    pub taken: Vec<Taken>,
    /// What may still be written to, and is looked at again.
    pub waiting: Vec<String>,
}

/// An export that was taken.
pub struct Taken {
    /// What the ledger was told.
    pub export: WatchedExport,
    /// What became of its rows, when it was imported.
    pub outcome: Option<Outcome>,
}

impl<'a> Watcher<'a> {
    /// Watches a URL or a folder.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn new(home: &'a Home, url: &str, how: How<'a>) -> Result<Self> {
        Ok(Self { home, place: home.objects(url)?, how, met: HashMap::new() })
    }

    /// The place that is watched.
    pub fn url(&self) -> &str {
        self.place.url()
    }

    /// Looks once, and takes what is new. Ends between two exports when `is_ended` says so.
    ///
    /// # Errors
    /// When the storage, the home or the ledger cannot be used; what was taken before is kept, and the rest is taken by the next look.
    pub fn look(&mut self, is_ended: &dyn Fn() -> bool) -> Result<Look> {
        let known = self.known()?;
        let mut listed = self.place.list()?;
        if let Some(pattern) = self.how.pattern {
            listed.retain(|object| fits(pattern, &object.path) || object.path.ends_with("manifest.json"));
        }
        let found: Vec<(Export, String)> = exports(&listed)
            .into_iter()
            .map(|export| (export.fingerprint(), export))
            .filter(|(fingerprint, export)| !known.contains(&(self.url_of(export), fingerprint.clone())))
            .map(|(fingerprint, export)| (export, fingerprint))
            .collect();
        let met = found.iter().map(|(export, fingerprint)| (export.name.clone(), fingerprint.clone())).collect();
        let before = std::mem::replace(&mut self.met, met);
        let mut look = Look::default();
        let mut ready = Vec::new();
        for (mut export, fingerprint) in found {
            let learnt = self.learn(&mut export)?;
            let is_whole = export.manifest.is_some() || self.how.at_once || before.get(&export.name) == Some(&fingerprint);
            ready.push((export, fingerprint, learnt, is_whole));
        }
        ready.sort_by(|(a, ..), (b, ..)| a.order().cmp(&b.order()));
        // one that may not be whole holds those after it: a later run corrects an earlier one, and not the other way round
        let end = ready.iter().position(|(.., is_whole)| !is_whole).unwrap_or(ready.len());
        look.waiting = ready.split_off(end).iter().map(|(export, ..)| self.url_of(export)).collect();
        for (export, fingerprint, learnt, _) in ready {
            if is_ended() {
                break;
            }
            look.taken.extend(self.take(&export, fingerprint, learnt)?);
        }
        Ok(look)
    }

    /// What the manifest says of an export; the inner error is why it cannot be imported.
    fn learn(&self, export: &mut Export) -> Result<Result<(), String>> {
        let Some(manifest) = export.manifest.as_ref().map(|manifest| manifest.path.clone()) else { return Ok(Ok(())) };
        Ok(match self.place.read(&manifest)? {
            Some(content) => export.learn(&content),
            None => Err("its manifest went away".to_owned()),
        })
    }

    /// Imports one export, unless somebody else has taken it meanwhile.
    fn take(&self, export: &Export, fingerprint: String, learnt: Result<(), String>) -> Result<Option<Taken>> {
        let url = self.url_of(export);
        let record = |fate: Fate| WatchedExport {
            url: url.clone(),
            fingerprint: fingerprint.clone(),
            fate,
            run_at: export.run_at,
            taken_at: clock::now(),
            objects: export.parts.len() as u64,
            bytes: export.bytes(),
        };
        let without_batch = |fate: Fate| -> Result<Option<Taken>> {
            let export = record(fate);
            fault::point();
            self.home.record_watched(&export)?;
            fault::point();
            Ok(Some(Taken { export, outcome: None }))
        };
        if let Err(reason) = learnt {
            return without_batch(Fate::Refused { reason });
        }
        if export.parts.is_empty() {
            return without_batch(Fate::Empty);
        }
        let brought = self.bring(export, &url)?;
        fault::point();
        let writing = write(self.home)?;
        if self.known()?.contains(&(url.clone(), fingerprint.clone())) {
            return Ok(None);
        }
        let rulebook = self.how.setting.rulebook_in(self.home)?;
        let outcome = match read(&writing, &brought.path, self.how.format, self.how.tenant.map(Name::new), rulebook) {
            Ok(outcome) if self.how.strict && outcome.problems.has_losses() => {
                writing.discard()?;
                self.how.setting.tell_rows(&outcome.problems);
                return without_batch(Fate::Refused { reason: "it has rows that cannot be taken, and `--strict` is given".to_owned() });
            }
            Ok(outcome) => outcome,
            Err(error) if is_of_files(&error) => {
                drop(writing);
                return without_batch(Fate::Refused { reason: format!("{:#}", brought.told(error)) });
            }
            Err(error) => return Err(error),
        };
        let taken = record(Fate::Imported { batch_id: outcome.batch_id.clone() });
        writing.keep_watched(&url, &outcome, Some(taken.clone()))?;
        fault::point();
        Ok(Some(Taken { export: taken, outcome: Some(outcome) }))
    }

    /// Fetches what an export consists of.
    fn bring(&self, export: &Export, url: &str) -> Result<Brought> {
        let folder = if export.parts.iter().any(|part| part.path == export.name) {
            export.name.rsplit_once('/').map_or("", |(folder, _)| folder)
        } else {
            &export.name
        };
        let below = |path: &str| path.strip_prefix(folder).unwrap_or(path).trim_start_matches('/').to_owned();
        let paths: Vec<String> = export.parts.iter().map(|part| below(&part.path)).collect();
        Brought::fetched(&self.place.below(folder), &paths, url)
    }

    fn known(&self) -> Result<HashSet<(String, String)>> {
        Ok(self.home.watched()?.into_iter().map(|export| (export.url, export.fingerprint)).collect())
    }

    fn url_of(&self, export: &Export) -> String {
        joined(self.place.url(), &export.name)
    }
}

/// Whether the files cannot be imported, and not the home or the storage be used: trying again would not help.
fn is_of_files(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<ImportError>(), Some(ImportError::Format(_) | ImportError::Files(_) | ImportError::Mends { .. }))
}
