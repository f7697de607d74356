//! Names of parties, as pages of customers and of the operator write them.

use std::collections::BTreeMap;

use domain::facts::{Customer, Partner};
use domain::names::Name;
use domain::record::actor::Organisation;
use domain::record::desk::{Acted, Desk};

use crate::pages::show;

/// The name of a partner's location or account, with its ID.
///
/// # Errors
/// When the registers cannot be read.
pub fn partner(desk: &Desk<'_>, id: &Name) -> Acted<String> {
    let found = desk.find::<Partner>(id.as_str())?.filter(|row| !row.name.trim().is_empty());
    Ok(found.map_or_else(|| format!("Partner {id}"), |row| format!("{} ({id})", row.name)))
}

/// Names of partners, each looked up once.
#[derive(Default)]
pub struct Partners(BTreeMap<Name, String>);

impl Partners {
    /// As [`partner`].
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn name(&mut self, desk: &Desk<'_>, id: &Name) -> Acted<String> {
        if let Some(known) = self.0.get(id) {
            return Ok(known.clone());
        }
        let name = partner(desk, id)?;
        self.0.insert(id.clone(), name.clone());
        Ok(name)
    }
}

/// A customer's name; its tenant ID when it has none.
///
/// # Errors
/// When the registers cannot be read.
pub fn customer(desk: &Desk<'_>, tenant: &Name) -> Acted<String> {
    let found = desk.find::<Customer>(tenant.as_str())?.filter(|row| !row.name.trim().is_empty());
    Ok(found.map_or_else(|| tenant.to_string(), |row| row.name))
}

/// A workload or product as people read it: `exchange-online` → `Exchange online`.
#[must_use]
pub fn workload(name: &Name) -> String {
    show::spoken(name.as_str())
}

/// An organisation in a few words.
#[must_use]
pub fn organisation(of: Option<&Organisation>) -> String {
    match of {
        Some(Organisation::Operator) => "operator".to_owned(),
        Some(Organisation::Partner(id)) => format!("partner {id}"),
        Some(Organisation::Customer(id)) => format!("customer {id}"),
        None => String::new(),
    }
}
