//! The customers and months that are credited when not everything is.

use std::collections::BTreeMap;
use std::ops::Bound;

use domain::estates::MonthsTouched;
use domain::names::Name;
use domain::time::Day;
use hashbrown::HashMap;

use crate::columns::{Form, NameHash};

/// Whose consumption is wanted.
pub(crate) enum Only<'t> {
    /// Customers with the months that are wanted of them.
    Touched {
        /// By name.
        wanted: &'t BTreeMap<Name, MonthsTouched>,
        /// By the hash of the name.
        by_hash: HashMap<NameHash, &'t MonthsTouched>,
    },
    /// Customers from one name to before another, as names are compared.
    #[cfg(feature = "cluster")]
    Between(&'t str, Option<&'t str>),
}

impl<'t> Only<'t> {
    pub fn new(wanted: &'t BTreeMap<Name, MonthsTouched>) -> Self {
        let by_hash = wanted.iter().map(|(tenant, months)| (NameHash::of(Form::Spelled, tenant.as_str()), months)).collect();
        Self::Touched { wanted, by_hash }
    }

    /// Whether a row of a tenant, by the hash of its compared name, and of a day is wanted; `spelled` is the tenant as it stands there.
    #[cfg_attr(not(feature = "cluster"), expect(unused_variables, reason = "only ranges of names are compared by spelling"))]
    pub fn has(&self, tenant: NameHash, day: i32, spelled: &str) -> bool {
        match self {
            Self::Touched { by_hash, .. } => by_hash.get(&tenant).is_some_and(|months| months.has(Day::from_epoch_days(day).month())),
            #[cfg(feature = "cluster")]
            Self::Between(from, to) => {
                let is_plain = spelled.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase());
                let compared = if is_plain { std::borrow::Cow::Borrowed(spelled) } else { Name::new(spelled).as_str().to_owned().into() };
                *compared >= **from && to.is_none_or(|to| *compared < *to)
            }
        }
    }

    /// Whether a tenant that is wanted may be among names from one to another, spelled as they are compared.
    pub fn may_be_between(&self, least: &[u8], most: &[u8]) -> bool {
        let (Ok(least), Ok(most)) = (std::str::from_utf8(least), std::str::from_utf8(most)) else { return true };
        let is_among = match self {
            Self::Touched { wanted, .. } => wanted.range::<str, _>((Bound::Included(least), Bound::Included(most))).next().is_some(),
            #[cfg(feature = "cluster")]
            Self::Between(from, to) => most >= *from && to.is_none_or(|to| least < to),
        };
        least > most || is_among
    }
}
