//! The customers and months that are credited when not everything is.

use std::collections::BTreeMap;
use std::ops::Bound;

use domain::estates::MonthsTouched;
use domain::names::Name;
use domain::time::Day;
use hashbrown::HashMap;

use crate::columns::{Form, NameHash};

/// Customers with the months whose consumption is wanted of them.
pub(crate) struct Only<'t> {
    wanted: &'t BTreeMap<Name, MonthsTouched>,
    by_hash: HashMap<NameHash, &'t MonthsTouched>,
}

impl<'t> Only<'t> {
    pub fn new(wanted: &'t BTreeMap<Name, MonthsTouched>) -> Self {
        let by_hash = wanted.iter().map(|(tenant, months)| (NameHash::of(Form::Spelled, tenant.as_str()), months)).collect();
        Self { wanted, by_hash }
    }

    /// Whether a row of a tenant, by the hash of its compared name, and of a day is wanted.
    pub fn has(&self, tenant: NameHash, day: i32) -> bool {
        self.by_hash.get(&tenant).is_some_and(|months| months.has(Day::from_epoch_days(day).month()))
    }

    /// Whether a tenant that is wanted may be among names from one to another, spelled as they are compared.
    pub fn may_be_between(&self, least: &[u8], most: &[u8]) -> bool {
        let (Ok(least), Ok(most)) = (std::str::from_utf8(least), std::str::from_utf8(most)) else { return true };
        least > most || self.wanted.range::<str, _>((Bound::Included(least), Bound::Included(most))).next().is_some()
    }
}
