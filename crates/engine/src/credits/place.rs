//! Summing rows by names, month and partner set.

use std::collections::HashMap;

use domain::amount::Amount;
use domain::names::Name;
use domain::rulebook::Rulebook;
use domain::time::{Day, Month};
use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

use super::segments::{Grants, Segments};
use super::{Crediting, Sums};
use crate::columns::RowNames;

/// A combination of names met before: what it is summed under, and its segments.
struct Place {
    hash: u128,
    subject: u32,
    /// Range of segments; empty when nobody is ever tied, or when the offer does not count.
    segments: (u32, u32),
}

/// A sum under way.
struct Cell {
    subject: u32,
    set: u32,
    month: i32,
    sum: i128,
}

/// Sums the rows of some tenants. The names of a row are hashed as raw bytes; two combinations with one 128-bit hash would be
/// taken for one, which does not happen by chance below 10^15 combinations.
pub(super) struct Placer<'g, 'r, C: Crediting> {
    crediting: &'g C,
    rulebook: &'g Rulebook,
    segments: Segments<'g, 'r, C::Share>,
    places: HashTable<u32>,
    known: Vec<Place>,
    cells: HashTable<Cell>,
    subjects: Vec<C::Subject>,
    subject_ids: HashMap<C::Subject, u32>,
}

impl<'g, 'r, C: Crediting> Placer<'g, 'r, C> {
    pub fn new(crediting: &'g C, grants: &'g Grants<'r>, rulebook: &'g Rulebook) -> Self {
        Self {
            crediting,
            rulebook,
            segments: Segments::new(grants, move |ties| crediting.shares(ties)),
            places: HashTable::new(),
            known: Vec::new(),
            cells: HashTable::new(),
            subjects: Vec::new(),
            subject_ids: HashMap::new(),
        }
    }

    /// Takes in one row: `hash` of its names, its tested day and month, and its amount in steps of [`Amount::SCALE`].
    #[inline]
    pub fn add<'n>(&mut self, hash: u128, names: impl FnOnce() -> RowNames<'n>, day: i32, month: i32, steps: i128) {
        let known = &self.known;
        let found = self.places.find(fold(hash), |ix| known[*ix as usize].hash == hash).copied();
        let ix = found.unwrap_or_else(|| self.meet(hash, &names()));
        let place = &self.known[ix as usize];
        let segments = self.segments.slice(place.segments);
        let after = segments.partition_point(|segment| segment.from <= Day::from_epoch_days(day));
        let Some(set) = after.checked_sub(1).map(|at| segments[at].set).filter(|set| *set != 0) else { return };
        let subject = place.subject;
        let key = cell_hash(subject, set, month);
        let is_same = |cell: &Cell| cell.subject == subject && cell.set == set && cell.month == month;
        match self.cells.find_mut(key, is_same) {
            Some(cell) => cell.sum += steps,
            None => {
                let cell = Cell { subject, set, month, sum: steps };
                self.cells.insert_unique(key, cell, |cell| cell_hash(cell.subject, cell.set, cell.month));
            }
        }
    }

    /// Works out a combination of names met for the first time.
    #[cold]
    fn meet(&mut self, hash: u128, names: &RowNames<'_>) -> u32 {
        let ix = u32::try_from(self.known.len()).expect("fewer than 2^32 combinations of names");
        let offer = Name::new_if_any(names.offer);
        let segments = if self.rulebook.counts_offer(offer.as_ref()) {
            self.segments.of_place(names.tenant, names.subscription, names.resource)
        } else {
            (0, 0)
        };
        let subject = self.crediting.subject(names);
        let next = u32::try_from(self.subjects.len()).expect("fewer than 2^32 subjects");
        let subject = *self.subject_ids.entry(subject).or_insert_with_key(|subject| {
            self.subjects.push(subject.clone());
            next
        });
        self.known.push(Place { hash, subject, segments });
        let known = &self.known;
        self.places.insert_unique(fold(hash), ix, |ix| fold(known[*ix as usize].hash));
        ix
    }

    /// The sums.
    pub fn finish(self) -> Sums<C> {
        let cells = self.cells.into_iter().map(|cell| (cell.subject, cell.set, month_of(cell.month), Amount::from_steps(cell.sum)));
        Sums { subjects: self.subjects, sets: self.segments.into_sets(), cells: cells.collect() }
    }
}

/// Months travel as months since January of year 0.
fn month_of(month: i32) -> Month {
    Month::new(0, 1).plus(month)
}

/// The table hash of a 128-bit hash: its lower half is as good as any.
#[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
fn fold(hash: u128) -> u64 {
    hash as u64
}

fn cell_hash(subject: u32, set: u32, month: i32) -> u64 {
    let mut bytes = [0; 12];
    bytes[..4].copy_from_slice(&subject.to_le_bytes());
    bytes[4..8].copy_from_slice(&set.to_le_bytes());
    bytes[8..].copy_from_slice(&month.to_le_bytes());
    xxh3_64(&bytes)
}
