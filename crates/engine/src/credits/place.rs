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

/// A row that a placer takes in: its number in the columns, and 96 bits of the hash of its place.
#[derive(Clone, Copy)]
pub(super) struct Routed {
    low: u64,
    high: u32,
    row: u32,
}

impl Routed {
    #[expect(clippy::cast_possible_truncation, reason = "96 bits are meant; batches have fewer rows than 2^32")]
    pub const fn new(row: usize, place: NameHash) -> Self {
        Self { low: place.0, high: place.1 as u32, row: row as u32 }
    }

    /// Whether both rows are of one place.
    const fn is_with(self, other: &Self) -> bool {
        self.low == other.low && self.high == other.high
    }

    /// The same row, placed by all of its resource.
    fn of_resource(self, columns: &Columns) -> Self {
        let row = self.row as usize;
        Self::new(row, NameHash(self.low, u64::from(self.high)).then(columns.resource.hash(Form::Spelled, row)))
    }
}

/// A place met before: 96 bits of its hash, what it is summed under, and its segments. Small and in one piece, because every
/// row looks one up and may miss the cache.
struct Place {
    low: u64,
    high: u32,
    base: u32,
    segments: Range,
}

/// Segments, as a range; empty when nobody is ever tied, or when the offer does not count.
type Range = (u32, u32);

/// The range of places under which some resources have grants of their own: those resources are places themselves.
const BY_RESOURCE: Range = (u32::MAX, u32::MAX);

/// The set of a range of segments on some days.
struct Held {
    segments: Range,
    days: std::ops::Range<i32>,
    set: u32,
}

/// A sum under way.
struct Cell {
    service: u64,
    base: u32,
    set: u32,
    sum: i128,
}

/// Sums the rows of some tenants. Names are told apart by hashes of their raw bytes: two places with the same 96 bits would be
/// taken for one, which does not happen by chance below 10^12 places.
///
/// A place is a resource group, as long as no grant is on a part of it; what the rows of a place are summed under is their service
/// and the place's *base*, the tenant and the subscription as far as they are kept.
pub(super) struct Placer<'g, 'r, C: Crediting> {
    crediting: &'g C,
    rulebook: &'g Rulebook,
    segments: Segments<'g, 'r, C::Share>,
    places: HashTable<Place>,
    /// Base and segments of a chunk's rows.
    found: Vec<(u32, Range)>,
    /// What a chunk's rows are summed under: base, set, and the row.
    summed: Vec<(u32, u32, u32)>,
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
            places: HashTable::new(),
            found: Vec::new(),
            summed: Vec::new(),
            months: BTreeMap::new(),
            bases: Vec::new(),
            base_ids: HashMap::new(),
            services: HashMap::new(),
            offers: HashMap::new(),
        }
    }

    /// Takes in rows of a batch.
    ///
    /// Three passes, so that the look-ups of different rows, which miss the cache, overlap instead of waiting for one another.
    pub fn add(&mut self, columns: &Columns, rows: &[Routed]) {
        self.found.clear();
        // the lake keeps rows of a place together
        let mut last: Option<(Routed, (u32, Range))> = None;
        for routed in rows {
            let known = last.filter(|(before, found)| before.is_with(routed) && found.1 != BY_RESOURCE);
            let mut found = known.map_or_else(|| self.find(*routed).unwrap_or_else(|| self.meet(*routed, columns)), |(_, found)| found);
            last = Some((*routed, found));
            if found.1 == BY_RESOURCE {
                let resource = routed.of_resource(columns);
                found = self.find(resource).unwrap_or_else(|| self.meet_resource(resource, found.0, columns));
            }
            self.found.push(found);
        }
        self.summed.clear();
        let mut held = Held { segments: (0, 0), days: 0..0, set: 0 };
        for (routed, (base, segments)) in rows.iter().zip(&self.found) {
            let Some(day) = columns.days[routed.row as usize] else { continue };
            if held.segments != *segments || !held.days.contains(&day) {
                held = self.held(*segments, day);
            }
            if held.set != 0 {
                self.summed.push((*base, held.set, routed.row));
            }
        }
        self.sum(columns);
    }

    /// The set of a range of segments on a day, with the days around it on which it is the same.
    fn held(&self, range: Range, day: i32) -> Held {
        let segments = self.segments.slice(range);
        let after = segments.partition_point(|segment| segment.from <= Day::from_epoch_days(day));
        let (from, set) = after.checked_sub(1).map_or((i32::MIN, 0), |at| (segments[at].from.epoch_days(), segments[at].set));
        let to = segments.get(after).map_or(i32::MAX, |segment| segment.from.epoch_days());
        Held { segments: range, days: from..to, set }
    }

    fn find(&self, routed: Routed) -> Option<(u32, Range)> {
        let place = self.places.find(routed.low, |place| place.low == routed.low && place.high == routed.high)?;
        Some((place.base, place.segments))
    }

    fn sum(&mut self, columns: &Columns) {
        let kept = self.crediting.kept();
        let mut rows = self.summed.iter().copied().peekable();
        while let Some((_, _, row)) = rows.peek().copied() {
            let (month, days) = month_around(columns.days[row as usize].unwrap_or_default());
            let is_in_month = |row: u32| columns.days[row as usize].is_some_and(|day| days.contains(&day));
            let cells = self.months.entry(month).or_default();
            // rows of one place, service and set mostly follow one another in the lake: they are summed before they are looked up
            let mut pending: Option<(Cell, usize)> = None;
            while let Some((base, set, row)) = rows.next_if(|(_, _, row)| is_in_month(*row)) {
                let row = row as usize;
                let service = if kept.service { columns.service.hash(Form::Spelled, row).0 } else { 0 };
                let steps = columns.steps(row);
                match &mut pending {
                    Some((cell, _)) if cell.service == service && cell.base == base && cell.set == set => cell.sum += steps,
                    _ => {
                        let before = pending.replace((Cell { service, base, set, sum: steps }, row));
                        before
                            .into_iter()
                            .for_each(|(cell, row)| add(cells, &mut self.services, cell, kept.service.then_some((columns, row))));
                    }
                }
            }
            pending.into_iter().for_each(|(cell, row)| add(cells, &mut self.services, cell, kept.service.then_some((columns, row))));
        }
    }

    /// Works out a place met for the first time.
    #[cold]
    fn meet(&mut self, routed: Routed, columns: &Columns) -> (u32, Range) {
        let row = routed.row as usize;
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
        self.insert(routed, base, segments)
    }

    /// Works out a resource met for the first time, of a place whose resources have grants of their own.
    #[cold]
    fn meet_resource(&mut self, routed: Routed, base: u32, columns: &Columns) -> (u32, Range) {
        let row = routed.row as usize;
        let segments = self.segments.of_place(columns, row, columns.resource.get(row));
        self.insert(routed, base, segments)
    }

    fn insert(&mut self, Routed { low, high, .. }: Routed, base: u32, segments: Range) -> (u32, Range) {
        self.places.insert_unique(low, Place { low, high, base, segments }, |place| place.low);
        (base, segments)
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

/// Adds to a sum, and notes the name of its service, which a row tells, when it is new.
fn add(cells: &mut HashTable<Cell>, services: &mut HashMap<u64, String>, more: Cell, row: Option<(&Columns, usize)>) {
    let key = cell_hash(more.service, more.base, more.set);
    match cells.find_mut(key, |cell| cell.service == more.service && cell.base == more.base && cell.set == more.set) {
        Some(cell) => cell.sum += more.sum,
        None => {
            services
                .entry(more.service)
                .or_insert_with(|| row.map_or_else(String::new, |(columns, row)| columns.service.get(row).to_owned()));
            cells.insert_unique(key, more, |cell| cell_hash(cell.service, cell.base, cell.set));
        }
    }
}

/// The month of a day, with its days since 1970.
fn month_around(day: i32) -> (Month, std::ops::Range<i32>) {
    let month = Day::from_epoch_days(day).month();
    (month, month.first_day().epoch_days()..month.plus(1).first_day().epoch_days())
}

/// Mixes the key of a sum. Multiplying spreads the numbers over the upper half, folding brings it down.
#[expect(clippy::cast_possible_truncation, reason = "folding takes both halves")]
const fn cell_hash(service: u64, base: u32, set: u32) -> u64 {
    let key = service ^ ((base as u64) << 32 | set as u64);
    let wide = (key ^ 0x9e37_79b9_7f4a_7c15) as u128 * 0xd6e8_feb8_6659_fd93;
    (wide >> 64) as u64 ^ wide as u64
}
