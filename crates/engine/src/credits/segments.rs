//! Dated segments of partner sets: for a place in a customer's cloud, who is tied to its usage from which day.

use domain::names::Name;
use domain::time::Day;
use hashbrown::HashMap;

use super::grants::{DatedTie, Grants, PlaceTie, TenantGrants};
use crate::columns::{Columns, Form, NameHash};

/// A partner set from a day on, until the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    pub from: Day,
    pub set: u32,
}

/// What a set of ties becomes.
type Shares<'g, S> = Box<dyn Fn(&[&PlaceTie]) -> Vec<S> + 'g>;

/// A tenant and a subscription that a row names together.
struct Estate<'g> {
    names: (Name, Name),
    grants: Option<&'g TenantGrants>,
    ties: Vec<DatedTie>,
}

/// Segments by place, with partner sets stored once. Set 0 is the empty one.
pub(super) struct Segments<'g, 'r, S> {
    grants: &'g Grants<'r>,
    shares: Shares<'g, S>,
    estates: Vec<Estate<'g>>,
    /// Estates by the hash of tenant and subscription; a subscription that is spelled in two ways is there twice.
    estate_ids: HashMap<NameHash, u32>,
    /// Ranges of segments by estate and the scopes with grants that cover a place.
    lists: HashMap<Vec<u32>, (u32, u32)>,
    segments: Vec<Segment>,
    sets: Vec<Vec<S>>,
    set_ids: HashMap<Vec<S>, u32>,
    /// The estate and the scopes of the place that is worked out, and its resource in lower case: scratch space.
    key: Vec<u32>,
    resource: String,
}

impl<'g, 'r, S: Clone + Eq + std::hash::Hash> Segments<'g, 'r, S> {
    pub fn new(grants: &'g Grants<'r>, shares: impl Fn(&[&PlaceTie]) -> Vec<S> + 'g) -> Self {
        Self {
            grants,
            shares: Box::new(shares),
            estates: Vec::new(),
            estate_ids: HashMap::new(),
            lists: HashMap::new(),
            segments: Vec::new(),
            sets: vec![Vec::new()],
            set_ids: HashMap::from([(Vec::new(), 0)]),
            key: Vec::new(),
            resource: String::new(),
        }
    }

    /// The set on a day of a range of segments, as [`Segments::of_place`] gives it, and the days around it on which it is the same.
    #[cold]
    pub fn around(&self, (start, end): (u32, u32), day: i32) -> (u32, (i32, i32)) {
        let segments = &self.segments[start as usize..end as usize];
        let after = segments.partition_point(|segment| segment.from <= Day::from_epoch_days(day));
        let (from, set) = after.checked_sub(1).map_or((i32::MIN, 0), |at| (segments[at].from.epoch_days(), segments[at].set));
        let to = segments.get(after).map_or(i32::MAX, |segment| segment.from.epoch_days());
        (set, (from, to))
    }

    /// The sets, by number, and the tenants and subscriptions that were met.
    pub fn into_parts(self) -> (Vec<Vec<S>>, Vec<(Name, Name)>) {
        (self.sets, self.estates.into_iter().map(|estate| estate.names).collect())
    }

    /// Whether a grant is on something below `part`, a leading part of the resource's id that a row names.
    pub fn has_grants_below(&mut self, columns: &Columns, row: usize, part: &str) -> bool {
        let estate = self.estate(columns, row);
        self.estates[estate as usize].grants.is_some_and(|grants| grants.has_below(part, &mut self.resource))
    }

    /// The segments of `resource` in the tenant and the subscription that a row names, as a range; resources under the same
    /// grants share one.
    pub fn of_place(&mut self, columns: &Columns, row: usize, resource: &str) -> (u32, u32) {
        let estate = self.estate(columns, row);
        self.key.clear();
        self.key.push(estate);
        if let Some(grants) = self.estates[estate as usize].grants {
            grants.covering(resource, &mut self.resource, &mut self.key);
        }
        if let Some(known) = self.lists.get(self.key.as_slice()) {
            return *known;
        }
        let Estate { grants, ties, .. } = &self.estates[estate as usize];
        let of_resource = self.key[1..].iter().flat_map(|scope| grants.map_or(&[][..], |grants| grants.numbered(*scope)));
        let ties: Vec<DatedTie> = ties.iter().chain(of_resource).cloned().collect();
        let range = self.cut(&ties);
        self.lists.insert(self.key.clone(), range);
        range
    }

    /// The tenant and the subscription that a row names.
    fn estate(&mut self, columns: &Columns, row: usize) -> u32 {
        let hash = NameHash::START.then(columns.tenant.hash(Form::Compared, row)).then(columns.subscription.hash(Form::Spelled, row));
        let next = narrow(self.estates.len());
        let estate = *self.estate_ids.entry(hash).or_insert(next);
        if estate == next {
            let (tenant, subscription) = (Name::new(columns.tenant.get(row)), Name::new(columns.subscription.get(row)));
            let ties = self.grants.of_subscription(&tenant, &subscription);
            self.estates.push(Estate { grants: self.grants.in_tenant(&tenant), ties, names: (tenant, subscription) });
        }
        estate
    }

    /// Cuts dated ties into segments on whose days the same ties hold.
    fn cut(&mut self, ties: &[DatedTie]) -> (u32, u32) {
        let mut days: Vec<Day> = ties.iter().flat_map(|tie| [tie.held.from, tie.held.to]).collect();
        days.sort_unstable();
        days.dedup();
        let start = self.segments.len();
        let mut last = 0;
        let mut held: Vec<&PlaceTie> = Vec::with_capacity(ties.len());
        for day in days {
            held.clear();
            held.extend(ties.iter().filter(|tie| tie.held.holds_on(day)).map(|tie| &tie.tie));
            // The best role sorts first and is the one that is kept.
            held.sort_unstable_by(|one, other| (one.key(), &one.role).cmp(&(other.key(), &other.role)));
            held.dedup_by_key(|tie| tie.key());
            let shares = (self.shares)(&held);
            let set = self.intern(shares);
            if set != last {
                self.segments.push(Segment { from: day, set });
                last = set;
            }
        }
        (narrow(start), narrow(self.segments.len()))
    }

    fn intern(&mut self, shares: Vec<S>) -> u32 {
        if let Some(known) = self.set_ids.get(&shares) {
            return *known;
        }
        let id = narrow(self.sets.len());
        self.sets.push(shares.clone());
        self.set_ids.insert(shares, id);
        id
    }
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).expect("fewer than 2^32 segments")
}
