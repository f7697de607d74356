//! The estates that rows name, numbered by the thread that decodes them, and the place of a row within its estate.

use std::collections::HashSet;
use std::sync::Arc;

use domain::names::Name;
use hashbrown::HashTable;

use super::grants::{Grants, is_tidy};
use crate::columns::{Columns, Dictionary, Form, NameHash, group_of, leading, within};

/// How far the resource of a row has to be looked at to know who is tied to the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// Not at all: nobody is linked in the tenant.
    Tenant,
    /// Whether it lies in the subscription: no grant is on a part of that.
    Subscription,
    /// At its resource group.
    Group,
}

/// A tenant, a subscription and an offer as rows spell them together, with 96 bits of what stands for them. Small, because a row that
/// looks one up may miss the cache.
#[derive(Clone, Copy)]
pub(super) struct Estate {
    low: u64,
    high: u32,
    /// Its number among those that the thread has met for the same placer.
    pub number: u32,
    /// Which placer takes in its rows.
    pub share: u16,
    depth: Depth,
    /// Whether the tenant is in the register of customers, or there is none.
    pub is_known: bool,
}

impl Estate {
    /// What stands for the place of a row of this estate; nothing when its rows need not be told apart.
    #[inline]
    pub fn place(&self, columns: &Columns, row: usize) -> Option<NameHash> {
        if self.depth == Depth::Tenant {
            return None;
        }
        let resource = columns.resource.get(row);
        let part = match within(resource, columns.subscription.get(row)) {
            Some(_) if self.depth == Depth::Subscription => return None,
            Some(rest) => group_of(rest),
            None => leading(resource),
        };
        Some(NameHash(self.low, u64::from(self.high)).then(NameHash::of(Form::Spelled, part)))
    }
}

/// The estates that a thread has met.
pub(super) struct Estates<'g, 'r> {
    grants: &'g Grants<'r>,
    known: &'g HashSet<NameHash>,
    /// How many estates were met for each placer.
    counts: Vec<u32>,
    met: HashTable<Estate>,
    of_subscriptions: OfSubscriptions,
    hashes: Vec<NameHash>,
    lower: String,
}

/// For every subscription of a dictionary, the code of the tenant that it was last seen with, and their estate: a subscription hardly
/// ever has two tenants.
#[derive(Default)]
struct OfSubscriptions {
    dictionaries: Option<[Arc<Dictionary>; 2]>,
    last: Vec<Option<(i32, Estate)>>,
}

impl OfSubscriptions {
    /// Forgets what is of other dictionaries.
    fn turn_to(&mut self, tenants: &Arc<Dictionary>, subscriptions: &Arc<Dictionary>) {
        let is_same = |[own_tenants, own]: &[Arc<Dictionary>; 2]| Arc::ptr_eq(own_tenants, tenants) && Arc::ptr_eq(own, subscriptions);
        if !self.dictionaries.as_ref().is_some_and(is_same) {
            self.dictionaries = Some([Arc::clone(tenants), Arc::clone(subscriptions)]);
            self.last.clear();
            self.last.resize(subscriptions.len(), None);
        }
    }
}

impl<'g, 'r> Estates<'g, 'r> {
    /// Of `known`, the tenants of the register of customers, and for so many placers.
    pub fn new(grants: &'g Grants<'r>, known: &'g HashSet<NameHash>, shares: usize) -> Self {
        let of_subscriptions = OfSubscriptions::default();
        let (counts, met) = (vec![0; shares], HashTable::new());
        Self { grants, known, counts, met, of_subscriptions, hashes: Vec::new(), lower: String::new() }
    }

    /// Finds the estate of every row.
    pub fn of_rows(&mut self, columns: &Columns, estates: &mut Vec<Estate>) {
        estates.clear();
        match (columns.tenant.codes(), columns.subscription.codes()) {
            (Some((tenants, of_tenants)), Some((subscriptions, of_subscriptions))) if columns.offer.is_blank() => {
                let mut known = std::mem::take(&mut self.of_subscriptions);
                known.turn_to(of_tenants, of_subscriptions);
                estates.extend(tenants.iter().zip(subscriptions).enumerate().map(|(row, (tenant, subscription))| {
                    let last = &mut known.last[usize::try_from(*subscription).unwrap_or_default()];
                    match last {
                        Some((of, estate)) if of == tenant => *estate,
                        _ => last.insert((*tenant, self.of_row(hash(columns, row), columns, row))).1,
                    }
                }));
                self.of_subscriptions = known;
            }
            // All names are hashed before any is looked up, so that look-ups, which miss the cache, overlap.
            _ => {
                let mut hashes = std::mem::take(&mut self.hashes);
                hashes.clear();
                hashes.extend((0..columns.len()).map(|row| hash(columns, row)));
                estates.extend(hashes.iter().enumerate().map(|(row, hash)| self.of_row(*hash, columns, row)));
                self.hashes = hashes;
            }
        }
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "96 bits are meant")]
    fn of_row(&mut self, NameHash(low, high): NameHash, columns: &Columns, row: usize) -> Estate {
        let high = high as u32;
        match self.met.find(low, |estate| estate.low == low && estate.high == high) {
            Some(estate) => *estate,
            None => self.meet(low, high, columns, row),
        }
    }

    #[cold]
    fn meet(&mut self, low: u64, high: u32, columns: &Columns, row: usize) -> Estate {
        let depth = self.depth(columns.tenant.get(row), columns.subscription.get(row));
        let tenant = columns.tenant.hash(Form::Compared, row);
        let share = tenant.share(self.counts.len());
        let number = self.counts[share];
        self.counts[share] += 1;
        let share = u16::try_from(share).expect("fewer than 2^16 processors");
        let is_known = self.known.is_empty() || self.known.contains(&tenant);
        let estate = Estate { low, high, number, share, depth, is_known };
        self.met.insert_unique(low, estate, |estate| estate.low);
        estate
    }

    fn depth(&mut self, tenant: &str, subscription: &str) -> Depth {
        let Some(grants) = self.grants.in_tenant(&Name::new(tenant)) else { return Depth::Tenant };
        let scope = format!("/subscriptions/{subscription}");
        // what is spelled in another way than scopes are is left to the closer look
        if is_tidy(&scope) && !grants.has_below(&scope, &mut self.lower) { Depth::Subscription } else { Depth::Group }
    }
}

/// What stands for the estate of a row.
#[inline]
fn hash(columns: &Columns, row: usize) -> NameHash {
    let tenant = NameHash::START.then(columns.tenant.hash(Form::Compared, row));
    tenant.then(columns.subscription.hash(Form::Spelled, row)).then(columns.offer.hash(Form::Spelled, row))
}
