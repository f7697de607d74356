//! The rows of a table by a name in them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::facts::Rows;
use crate::names::Name;

/// A table whose rows are found by a name in them.
#[derive(Debug)]
pub(super) struct Indexed<T> {
    rows: Rows<T>,
    places: Arc<HashMap<Name, Vec<u32>>>,
}

impl<T> Clone for Indexed<T> {
    fn clone(&self) -> Self {
        Self { rows: self.rows.clone(), places: Arc::clone(&self.places) }
    }
}

impl<T: Clone> Indexed<T> {
    /// Finds the rows by the name that `key` gives, or takes over what was found `before` when the rows are the same.
    pub fn new(rows: &Rows<T>, before: Option<&Self>, key: impl Fn(&T) -> Option<&Name>) -> Self {
        if let Some(before) = before.filter(|before| before.rows.are_shared(rows)) {
            return before.clone();
        }
        let mut places: HashMap<Name, Vec<u32>> = HashMap::new();
        for (row, place) in rows.iter().zip(0..) {
            let Some(name) = key(row) else { continue };
            match places.get_mut(name) {
                Some(known) => known.push(place),
                None => drop(places.insert(name.clone(), vec![place])),
            }
        }
        Self { rows: rows.clone(), places: Arc::new(places) }
    }

    /// The rows of a name.
    pub fn of(&self, name: &Name) -> impl Iterator<Item = &T> {
        self.places.get(name).into_iter().flatten().map(|place| &self.rows[*place as usize])
    }

    /// The rows of some names, in the order of the table.
    pub fn rows_of(&self, names: &BTreeSet<Name>) -> Rows<T> {
        self.at(names.iter().filter_map(|name| self.places.get(name)).flatten().copied().collect())
    }

    /// The places of the rows of some names, in the order of the table.
    pub fn places_of(&self, names: &BTreeSet<Name>) -> Vec<usize> {
        let mut places: Vec<usize> = names.iter().filter_map(|name| self.places.get(name)).flatten().map(|place| *place as usize).collect();
        places.sort_unstable();
        places
    }

    /// The rows of some names, and those of other names by another index of the same table; in its order, each once.
    pub fn rows_also_of(&self, names: &BTreeSet<Name>, other: &Self, others: &BTreeSet<Name>) -> Rows<T> {
        let places = names.iter().filter_map(|name| self.places.get(name)).flatten();
        let more = others.iter().filter_map(|name| other.places.get(name)).flatten();
        self.at(places.chain(more).copied().collect())
    }

    fn at(&self, mut places: Vec<u32>) -> Rows<T> {
        places.sort_unstable();
        places.dedup();
        places.into_iter().map(|place| self.rows[place as usize].clone()).collect()
    }
}
