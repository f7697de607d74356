//! Summing rows by names, month and partner set.

use domain::amount::Amount;
use domain::names::Name;
use domain::rulebook::Rulebook;
use domain::time::{Day, Month};
use hashbrown::{HashMap, HashTable};
use xxhash_rust::xxh3::Xxh3Default;

use super::segments::{Grants, Segments};
use super::{Crediting, Sums};
use crate::columns::{Columns, RowNames};

/// A combination of names met before: 96 bits of its hash, what it is summed under, and its segments. Small and in one piece,
/// because every row looks one up and mostly misses the cache.
struct Place {
    low: u64,
    high: u32,
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

/// Sums the rows of some tenants. The names of a row are hashed as raw bytes; two combinations with the same 96 bits would be
/// taken for one, which does not happen by chance below 10^12 combinations.
pub(super) struct Placer<'g, 'r, C: Crediting> {
    crediting: &'g C,
    rulebook: &'g Rulebook,
    segments: Segments<'g, 'r, C::Share>,
    places: HashTable<Place>,
    /// Subject and segments of a chunk's rows.
    found: Vec<(u32, (u32, u32))>,
    /// What a chunk's rows are summed under: subject, set, month, and the row.
    summed: Vec<(u32, u32, i32, u32)>,
    cells: HashTable<Cell>,
    subjects: Vec<C::Subject>,
    /// Subjects by the hash of their names as spelled; one that is spelled in two ways is there twice.
    subject_ids: HashMap<u128, u32>,
}

impl<'g, 'r, C: Crediting> Placer<'g, 'r, C> {
    pub fn new(crediting: &'g C, grants: &'g Grants<'r>, rulebook: &'g Rulebook) -> Self {
        Self {
            crediting,
            rulebook,
            segments: Segments::new(grants, move |ties| crediting.shares(ties)),
            places: HashTable::new(),
            found: Vec::new(),
            summed: Vec::new(),
            cells: HashTable::new(),
            subjects: Vec::new(),
            subject_ids: HashMap::new(),
        }
    }

    /// Takes in rows of a batch, each with the hash of its names.
    ///
    /// Three passes, so that the look-ups of different rows, which miss the cache, overlap instead of waiting for one another.
    pub fn add(&mut self, columns: &Columns, rows: &[(u32, u128)]) {
        self.found.clear();
        for (row, hash) in rows {
            let (low, high) = halves(*hash);
            let found = self.places.find(low, |place| place.low == low && place.high == high);
            let found = found.map(|place| (place.subject, place.segments));
            let found = found.unwrap_or_else(|| self.meet(*hash, &columns.names(*row as usize)));
            self.found.push(found);
        }
        self.summed.clear();
        for ((row, _), (subject, segments)) in rows.iter().zip(&self.found) {
            let Some((day, month)) = columns.days[*row as usize] else { continue };
            let segments = self.segments.slice(*segments);
            let after = segments.partition_point(|segment| segment.from <= Day::from_epoch_days(day));
            if let Some(set) = after.checked_sub(1).map(|at| segments[at].set).filter(|set| *set != 0) {
                self.summed.push((*subject, set, month, *row));
            }
        }
        for (subject, set, month, row) in self.summed.iter().copied() {
            let steps = columns.steps(row as usize);
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
    }

    /// Works out a combination of names met for the first time.
    #[cold]
    fn meet(&mut self, hash: u128, names: &RowNames<'_>) -> (u32, (u32, u32)) {
        let offer = Name::new_if_any(names.offer);
        let segments = if self.rulebook.counts_offer(offer.as_ref()) {
            self.segments.of_place(names.tenant, names.subscription, names.resource)
        } else {
            (0, 0)
        };
        let kept = self.crediting.kept(names);
        let next = u32::try_from(self.subjects.len()).expect("fewer than 2^32 subjects");
        let subject = *self.subject_ids.entry(hash_of(&kept)).or_insert(next);
        if subject == next {
            self.subjects.push(self.crediting.subject(kept));
        }
        let (low, high) = halves(hash);
        self.places.insert_unique(low, Place { low, high, subject, segments }, |place| place.low);
        (subject, segments)
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

/// 96 bits of a hash: enough to tell 10^12 combinations apart.
#[expect(clippy::cast_possible_truncation, reason = "the parts are meant")]
fn halves(hash: u128) -> (u64, u32) {
    (hash as u64, (hash >> 64) as u32)
}

/// The hash of names as spelled. No UTF-8 text has the byte that separates them, so they cannot run into one another.
fn hash_of(names: &[&str; 3]) -> u128 {
    let mut hasher = Xxh3Default::new();
    for name in names {
        hasher.update(name.as_bytes());
        hasher.update(&[0xff]);
    }
    hasher.digest128()
}

/// Mixes the key of a sum. Multiplying spreads the numbers over the upper half, folding brings it down.
#[expect(clippy::cast_possible_truncation, reason = "folding takes both halves")]
fn cell_hash(subject: u32, set: u32, month: i32) -> u64 {
    let key = u64::from(subject) << 32 | u64::from(set ^ month.unsigned_abs().rotate_left(20));
    let wide = u128::from(key ^ 0x9e37_79b9_7f4a_7c15) * 0xd6e8_feb8_6659_fd93;
    (wide >> 64) as u64 ^ wide as u64
}
