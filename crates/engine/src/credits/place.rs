//! Summing rows by names, month and partner set.

use std::collections::BTreeMap;

use domain::amount::Amount;
use domain::names::Name;
use domain::rulebook::Rulebook;
use domain::time::{Day, Month};
use hashbrown::{HashMap, HashTable};

use super::grants::Grants;
use super::segments::Segments;
use super::{Crediting, SumCell, Sums};
use crate::columns::{Columns, Form, NameHash, leading};

/// A row that a placer takes in, with all that it needs of a row whose place it has met: so it reads one run of memory instead of the
/// columns, which other placers read too.
#[derive(Clone, Copy)]
pub(super) struct Routed {
    /// 96 bits of the hash of its place; none when its estate is one place.
    low: u64,
    high: u32,
    /// The number of its estate, and that of the row in the columns.
    estate: u32,
    row: u32,
    day: i32,
    /// Its service, by hash.
    service: u64,
    /// Its amount, in steps.
    steps: i128,
}

impl Routed {
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "96 bits are meant; batches have fewer rows than 2^32")]
    pub fn new(row: usize, day: i32, estate: u32, place: Option<NameHash>, service: NameHash, steps: i128) -> Self {
        // a hash whose 96 bits are all zero does not happen
        let NameHash(low, high) = place.unwrap_or(NameHash(0, 0));
        Self { low, high: high as u32, estate, row: row as u32, day, service: service.0, steps }
    }

    const fn is_of_estate(&self) -> bool {
        self.low == 0 && self.high == 0
    }

    /// The same row, placed by all of its resource.
    #[expect(clippy::cast_possible_truncation, reason = "96 bits are meant")]
    fn of_resource(self, columns: &Columns) -> Self {
        let resource = columns.resource.hash(Form::Spelled, self.row as usize);
        let NameHash(low, high) = NameHash(self.low, u64::from(self.high)).then(resource);
        Self { low, high: high as u32, ..self }
    }
}

/// What is known of a place: what its rows are summed under, its segments, and the set that it had last, with the days on which it has it.
#[derive(Clone, Copy)]
struct Place {
    base: u32,
    segments: Range,
    set: u32,
    days: (i32, i32),
}

impl Place {
    /// An estate that has not been met, or whose rows are told apart.
    const UNKNOWN: Self = Self { base: u32::MAX, segments: (0, 0), set: 0, days: (0, 0) };

    /// The base, and the set on a day. Rows mostly come by day, so that it is mostly that of the row before.
    #[inline]
    fn on<S: Clone + Eq + std::hash::Hash>(&mut self, day: i32, segments: &Segments<'_, '_, S>) -> (u32, u32) {
        if day < self.days.0 || day >= self.days.1 {
            (self.set, self.days) = segments.around(self.segments, day);
        }
        (self.base, self.set)
    }
}

/// A place by 96 bits of its hash. Small and in one piece, because a row that looks one up may miss the cache.
struct Hashed {
    low: u64,
    high: u32,
    place: Place,
}

impl Hashed {
    const fn is_of(&self, routed: &Routed) -> bool {
        self.low == routed.low && self.high == routed.high
    }
}

/// Segments, as a range; empty when nobody is ever tied, or when the offer does not count.
type Range = (u32, u32);

/// The range of places under which some resources have grants of their own: those resources are places themselves.
const BY_RESOURCE: Range = (u32::MAX, u32::MAX);

/// A sum under way.
#[derive(Clone, Copy)]
struct Cell {
    service: u64,
    base: u32,
    set: u32,
    sum: i128,
}

impl Cell {
    /// Whether both are of one sum.
    const fn is_with(&self, other: &Self) -> bool {
        self.service == other.service && self.base == other.base && self.set == other.set
    }

    /// Mixes the key of the sum. Multiplying spreads the numbers over the upper half, folding brings it down.
    #[expect(clippy::cast_possible_truncation, reason = "folding takes both halves")]
    const fn hash(&self) -> u64 {
        let key = self.service ^ ((self.base as u64) << 32 | self.set as u64);
        let wide = (key ^ 0x9e37_79b9_7f4a_7c15) as u128 * 0xd6e8_feb8_6659_fd93;
        (wide >> 64) as u64 ^ wide as u64
    }
}

/// Sums the rows of some tenants. Names are told apart by hashes of their raw bytes: two places with the same 96 bits would be
/// taken for one, which does not happen by chance below 10^12 places.
///
/// A place is an estate, a tenant and a subscription, as long as no grant is on a part of it; else a resource group, as long as no grant
/// is on a part of that; else a resource. What the rows of a place are summed under is their service and the place's *base*, the tenant
/// and the subscription as far as they are kept.
pub(super) struct Placer<'g, 'r, C: Crediting> {
    crediting: &'g C,
    rulebook: &'g Rulebook,
    segments: Segments<'g, 'r, C::Share>,
    /// Estates that are places, by the thread that decoded them and their number there.
    estates: Vec<Vec<Place>>,
    /// Groups and resources that are places.
    places: HashTable<Hashed>,
    /// The sums of a chunk's rows, each with the row's day and number.
    summed: Vec<(Cell, i32, u32)>,
    /// Sums by month: usage mostly comes sorted by day, so the sums in use are few and stay in the cache.
    months: BTreeMap<Month, HashTable<Cell>>,
    bases: Vec<C::Base>,
    /// Bases by the hash of their names; a subscription that is spelled in two ways is there twice.
    base_ids: HashMap<NameHash, u32>,
    /// Services as spelled, by their hash.
    services: HashMap<u64, String>,
    /// Whether an offer counts, by the hash of its name as spelled.
    offers: HashMap<NameHash, bool>,
}

impl<'g, 'r, C: Crediting> Placer<'g, 'r, C> {
    pub fn new(crediting: &'g C, grants: &'g Grants<'r>, rulebook: &'g Rulebook) -> Self {
        Self {
            crediting,
            rulebook,
            segments: Segments::new(grants, move |ties| crediting.shares(ties)),
            estates: Vec::new(),
            places: HashTable::new(),
            summed: Vec::new(),
            months: BTreeMap::new(),
            bases: Vec::new(),
            base_ids: HashMap::new(),
            services: HashMap::new(),
            offers: HashMap::new(),
        }
    }

    /// Takes in rows of a batch that a thread decoded.
    ///
    /// Two passes, so that the look-ups of different rows, which miss the cache, overlap instead of waiting for one another.
    pub fn add(&mut self, columns: &Columns, decoder: usize, rows: &[Routed]) {
        if self.estates.len() <= decoder {
            self.estates.resize(decoder + 1, Vec::new());
        }
        let mut estates = std::mem::take(&mut self.estates[decoder]);
        let is_by_service = self.crediting.kept().service;
        self.summed.clear();
        for routed in rows {
            let (base, set) =
                if routed.is_of_estate() { self.of_estate(&mut estates, routed, columns) } else { self.of_place(*routed, columns) };
            if set != 0 {
                let service = if is_by_service { routed.service } else { 0 };
                self.summed.push((Cell { service, base, set, sum: routed.steps }, routed.day, routed.row));
            }
        }
        self.estates[decoder] = estates;
        self.sum(columns);
    }

    /// The base and the set of a row, of an estate that is one place.
    #[inline]
    fn of_estate(&mut self, estates: &mut Vec<Place>, routed: &Routed, columns: &Columns) -> (u32, u32) {
        let number = routed.estate as usize;
        if estates.get(number).is_none_or(|place| place.base == Place::UNKNOWN.base) {
            estates.resize(estates.len().max(number + 1), Place::UNKNOWN);
            estates[number] = self.meet(routed.row as usize, columns);
        }
        estates[number].on(routed.day, &self.segments)
    }

    /// The base and the set of a row, of a place that is told by its hash.
    #[inline]
    fn of_place(&mut self, routed: Routed, columns: &Columns) -> (u32, u32) {
        let row = routed.row as usize;
        let place = match self.places.find_mut(routed.low, |hashed| hashed.is_of(&routed)) {
            Some(hashed) => &mut hashed.place,
            None => {
                let place = self.meet(row, columns);
                insert(&mut self.places, routed, place)
            }
        };
        if place.segments != BY_RESOURCE {
            return place.on(routed.day, &self.segments);
        }
        let (base, routed) = (place.base, routed.of_resource(columns));
        let place = match self.places.find_mut(routed.low, |hashed| hashed.is_of(&routed)) {
            Some(hashed) => &mut hashed.place,
            None => {
                let segments = self.segments.of_place(columns, row, columns.resource.get(row));
                insert(&mut self.places, routed, Place { base, segments, ..Place::UNKNOWN })
            }
        };
        place.on(routed.day, &self.segments)
    }

    fn sum(&mut self, columns: &Columns) {
        let is_by_service = self.crediting.kept().service;
        let mut rows = self.summed.iter().peekable();
        while let Some((_, day, _)) = rows.peek() {
            let (month, days) = month_around(*day);
            if !self.months.contains_key(&month) {
                // a month mostly has about as many sums as the one before
                let usual = self.months.values().map(HashTable::len).max().unwrap_or_default();
                self.months.insert(month, HashTable::with_capacity(usual));
            }
            let Some(cells) = self.months.get_mut(&month) else { return };
            let mut add = |cell: Cell, row: u32| {
                let service = || if is_by_service { columns.service.get(row as usize) } else { "" };
                add(cells, &mut self.services, cell, service);
            };
            // rows of one place, service and set mostly follow one another in the lake: they are summed before they are looked up
            let mut pending: Option<(Cell, u32)> = None;
            while let Some((cell, _, row)) = rows.next_if(|(_, day, _)| days.contains(day)) {
                match &mut pending {
                    Some((last, _)) if last.is_with(cell) => last.sum += cell.sum,
                    _ => pending.replace((*cell, *row)).into_iter().for_each(|(cell, row)| add(cell, row)),
                }
            }
            pending.into_iter().for_each(|(cell, row)| add(cell, row));
        }
    }

    /// Works out a place met for the first time.
    #[cold]
    fn meet(&mut self, row: usize, columns: &Columns) -> Place {
        let offer = || self.rulebook.counts_offer(Name::new_if_any(columns.offer.get(row)).as_ref());
        let counts = *self.offers.entry(columns.offer.hash(Form::Spelled, row)).or_insert_with(offer);
        let resource = columns.resource.get(row);
        let segments = match (counts, leading(resource)) {
            (false, _) => (0, 0),
            (true, part) if part.len() < resource.len() && self.segments.has_grants_below(columns, row, part) => BY_RESOURCE,
            (true, part) => self.segments.of_place(columns, row, part),
        };
        let kept = self.crediting.kept();
        let names = [(&columns.tenant, Form::Compared, kept.tenant), (&columns.subscription, Form::Spelled, kept.subscription)];
        let hash = names.iter().filter(|name| name.2).fold(NameHash::START, |hash, (names, form, _)| hash.then(names.hash(*form, row)));
        let next = u32::try_from(self.bases.len()).expect("fewer than 2^32 bases");
        let base = *self.base_ids.entry(hash).or_insert(next);
        if base == next {
            let [tenant, subscription] = names.map(|(names, _, is_kept)| if is_kept { names.get(row) } else { "" });
            self.bases.push(self.crediting.base(tenant, subscription));
        }
        Place { base, segments, ..Place::UNKNOWN }
    }

    /// The sums.
    pub fn finish(self) -> Sums<C> {
        let (hashes, services): (Vec<u64>, Vec<String>) = self.services.into_iter().unzip();
        let numbers: HashMap<u64, u32> = hashes.into_iter().zip(0..).collect();
        let months = self.months.into_iter();
        let cells = months.flat_map(|(month, cells)| cells.into_iter().map(move |cell| (month, cell)));
        let cells = cells.map(|(month, Cell { service, base, set, sum })| SumCell {
            base,
            service: numbers[&service],
            set,
            month,
            sum: Amount::from_steps(sum),
        });
        let cells = cells.collect();
        let (sets, estates) = self.segments.into_parts();
        Sums { bases: self.bases, services, sets, cells, estates }
    }
}

fn insert(places: &mut HashTable<Hashed>, Routed { low, high, .. }: Routed, place: Place) -> &mut Place {
    &mut places.insert_unique(low, Hashed { low, high, place }, |hashed| hashed.low).into_mut().place
}

/// Adds to a sum, and notes the name of its service when it is new.
fn add<'s>(cells: &mut HashTable<Cell>, services: &mut HashMap<u64, String>, more: Cell, service: impl FnOnce() -> &'s str) {
    match cells.find_mut(more.hash(), |cell| cell.is_with(&more)) {
        Some(cell) => cell.sum += more.sum,
        None => {
            services.entry(more.service).or_insert_with(|| service().to_owned());
            cells.insert_unique(more.hash(), more, Cell::hash);
        }
    }
}

/// The month of a day, with its days since 1970.
fn month_around(day: i32) -> (Month, std::ops::Range<i32>) {
    let month = Day::from_epoch_days(day).month();
    (month, month.first_day().epoch_days()..month.plus(1).first_day().epoch_days())
}
