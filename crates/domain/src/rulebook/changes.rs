//! What differs between two rulebooks: every value, entry of a list and source that is new, gone or changed, by its place.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use crate::rulebook::Rulebook;
use crate::rulebook::entries::Entry;

/// What became of a place from one rulebook to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Became {
    /// Only the newer rulebook has it.
    New,
    /// Only the older rulebook has it.
    Gone,
    /// Both have it, with other values.
    Changed,
    /// Both have it with the same value, and another source, reading or note.
    Told,
}

impl Became {
    /// What became of it, in a word or three.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Gone => "gone",
            Self::Changed => "changed",
            Self::Told => "same value, told otherwise",
        }
    }
}

/// A place at which two rulebooks differ; at least one of them has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The value of the older rulebook.
    pub before: Option<Entry>,
    /// The value of the newer rulebook.
    pub after: Option<Entry>,
}

impl Change {
    /// The place.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.either().path
    }

    /// The file that holds the place, below the folder of the version.
    #[must_use]
    pub fn file(&self) -> String {
        self.either().file()
    }

    /// What became of the place.
    #[must_use]
    pub fn became(&self) -> Became {
        match (&self.before, &self.after) {
            (None, _) => Became::New,
            (_, None) => Became::Gone,
            (Some(before), Some(after)) if before.value == after.value => Became::Told,
            _ => Became::Changed,
        }
    }

    /// Entries of the newer list that the older has not; nothing where the values are no lists.
    #[must_use]
    pub fn came(&self) -> Vec<String> {
        Self::beyond(self.after.as_ref(), self.before.as_ref())
    }

    /// Entries of the older list that the newer has not; nothing where the values are no lists.
    #[must_use]
    pub fn went(&self) -> Vec<String> {
        Self::beyond(self.before.as_ref(), self.after.as_ref())
    }

    /// Whether the place says how files are read, so that it holds for what is imported from then on.
    #[must_use]
    pub fn is_of_imports(&self) -> bool {
        let file = self.file();
        file.starts_with("imports/") || file.ends_with("-aliases.toml")
    }

    fn either(&self) -> &Entry {
        self.after.as_ref().or(self.before.as_ref()).expect("one of both rulebooks has the place")
    }

    fn beyond(of: Option<&Entry>, other: Option<&Entry>) -> Vec<String> {
        let (Some(of), Some(other)) = (of.and_then(Entry::elements), other.and_then(Entry::elements)) else { return Vec::new() };
        of.into_iter().filter(|element| !other.contains(element)).collect()
    }
}

/// What differs from one rulebook to another, in the order of files and places. A rulebook does not differ from itself.
#[must_use]
pub fn changes(older: &Rulebook, newer: &Rulebook) -> Vec<Change> {
    let mut places: BTreeMap<(String, String), (VecDeque<Entry>, VecDeque<Entry>)> = BTreeMap::new();
    for entry in older.everything() {
        places.entry((entry.file(), entry.path.clone())).or_default().0.push_back(entry);
    }
    for entry in newer.everything() {
        let (before, after) = places.entry((entry.file(), entry.path.clone())).or_default();
        // places that share a name are told apart by what they hold
        match before.iter().position(|known| *known == entry) {
            Some(at) => drop(before.remove(at)),
            None => after.push_back(entry),
        }
    }
    let mut changes = Vec::new();
    for (mut before, mut after) in places.into_values() {
        while !before.is_empty() || !after.is_empty() {
            changes.push(Change { before: before.pop_front(), after: after.pop_front() });
        }
    }
    changes
}
