//! The cells of an account, those of each customer apart.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::{ConsumptionCell, RevenueCell, UsageCell};
use crate::names::Name;

/// What is credited of a customer.
pub trait OfCustomer {
    /// The customer.
    fn tenant(&self) -> &Name;
}

/// What is credited to an account, in order. Customers that a change does not touch share their cells with the account before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfAccount<C>(Arc<[Arc<[C]>]>);

impl<C: OfCustomer> OfAccount<C> {
    /// The cells, in order.
    pub fn iter(&self) -> impl Iterator<Item = &C> + Clone {
        self.0.iter().flat_map(|cells| cells.iter())
    }

    /// The customers with their cells, in order.
    pub fn customers(&self) -> impl Iterator<Item = (&Name, &Arc<[C]>)> {
        self.0.iter().map(|cells| (cells[0].tenant(), cells))
    }
}

impl<C: OfCustomer + Clone + Ord> OfAccount<C> {
    /// The cells with new ones besides, and without those of touched customers that are out.
    #[must_use]
    pub fn replaced<'t>(&'t self, anew: &'t Self, touched: impl Iterator<Item = &'t Name>, is_out: impl Fn(&C) -> bool) -> Self {
        let mut customers: BTreeMap<&Name, Arc<[C]>> = self.customers().map(|(tenant, cells)| (tenant, Arc::clone(cells))).collect();
        for tenant in touched {
            if let Some(cells) = customers.get_mut(tenant) {
                *cells = cells.iter().filter(|cell| !is_out(cell)).cloned().collect();
            }
        }
        for (tenant, cells) in anew.customers() {
            match customers.entry(tenant) {
                Entry::Vacant(entry) => {
                    entry.insert(Arc::clone(cells));
                }
                Entry::Occupied(mut entry) => {
                    let mut all: Vec<C> = entry.get().iter().chain(&**cells).cloned().collect();
                    // both are in order: this merges them
                    all.sort();
                    entry.insert(all.into());
                }
            }
        }
        Self(customers.into_values().filter(|cells| !cells.is_empty()).collect())
    }
}

/// Takes cells in their order.
impl<C: OfCustomer> FromIterator<C> for OfAccount<C> {
    fn from_iter<I: IntoIterator<Item = C>>(cells: I) -> Self {
        let mut cells = cells.into_iter().peekable();
        let mut customers: Vec<Arc<[C]>> = Vec::new();
        while let Some(first) = cells.next() {
            let mut own = vec![first];
            while let Some(cell) = cells.next_if(|cell| cell.tenant() == own[0].tenant()) {
                own.push(cell);
            }
            customers.push(own.into());
        }
        Self(customers.into())
    }
}

impl OfCustomer for ConsumptionCell {
    fn tenant(&self) -> &Name {
        &self.tenant
    }
}

impl OfCustomer for UsageCell {
    fn tenant(&self) -> &Name {
        &self.tenant
    }
}

impl OfCustomer for RevenueCell {
    fn tenant(&self) -> &Name {
        &self.tenant
    }
}
