//! Who can be credited: open partner locations, and the global accounts that they roll up to.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::Partner;
use crate::names::Name;
use crate::words::PartnerKind;

/// A global account, by its place in the numeric order of IDs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountIx(pub u32);

/// A location that can be credited, by its place in the numeric order of partner IDs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocationIx(pub u32);

/// A location that can be credited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The partner ID.
    pub partner_id: Name,
    /// The global account that it rolls up to.
    pub account: AccountIx,
}

/// The partners of a program.
///
/// A location can be credited when it is a row of `partners` of kind `location` that is not closed. Unknown IDs, global
/// IDs and closed locations cannot; they keep their place in a resale chain and among a person's links.
#[derive(Debug, Clone, Default)]
pub struct Partners {
    accounts: Vec<(Name, String)>,
    locations: Vec<Location>,
    by_id: BTreeMap<Name, LocationIx>,
}

impl Partners {
    /// The partners of the rows of `partners`. Of several rows with one partner ID the last holds.
    #[must_use]
    pub fn new(rows: &[Partner]) -> Self {
        let latest: BTreeMap<&Name, &Partner> = rows.iter().map(|row| (&row.partner_id, row)).collect();
        let ids: BTreeSet<_> = latest.values().map(|row| row.global_partner_id.id_order()).collect();
        let accounts: Vec<(Name, String)> = ids.into_iter().map(|(_, _, id)| (id.clone(), account_name(&id, &latest))).collect();
        let mut open: Vec<&Partner> = latest.into_values().filter(|row| row.kind == PartnerKind::Location && row.active.0).collect();
        open.sort_by_key(|row| row.partner_id.id_order());

        let place: BTreeMap<&Name, usize> = accounts.iter().enumerate().map(|(ix, (id, _))| (id, ix)).collect();
        let locations: Vec<Location> = open
            .iter()
            .map(|row| Location { partner_id: row.partner_id.clone(), account: AccountIx(narrow(place[&row.global_partner_id])) })
            .collect();
        let by_id = locations.iter().enumerate().map(|(ix, location)| (location.partner_id.clone(), LocationIx(narrow(ix)))).collect();
        Self { accounts, locations, by_id }
    }

    /// The location with a partner ID, when it can be credited.
    #[must_use]
    pub fn location(&self, partner_id: &Name) -> Option<LocationIx> {
        self.by_id.get(partner_id).copied()
    }

    /// The locations that can be credited, in the numeric order of their IDs.
    #[must_use]
    pub fn locations(&self) -> &[Location] {
        &self.locations
    }

    /// The account that a location rolls up to.
    #[must_use]
    pub fn account_of(&self, location: LocationIx) -> AccountIx {
        self.locations[location.0 as usize].account
    }

    /// The partner ID of a location.
    #[must_use]
    pub fn partner_id(&self, location: LocationIx) -> &Name {
        &self.locations[location.0 as usize].partner_id
    }

    /// The ID of a global account.
    #[must_use]
    pub fn account_id(&self, account: AccountIx) -> &Name {
        &self.accounts[account.0 as usize].0
    }

    /// The name of a global account: of its own row, or of its first location.
    #[must_use]
    pub fn account_name(&self, account: AccountIx) -> &str {
        &self.accounts[account.0 as usize].1
    }

    /// The global account with an ID.
    #[must_use]
    pub fn account(&self, id: &Name) -> Option<AccountIx> {
        self.accounts.iter().position(|(account, _)| account == id).map(|ix| AccountIx(narrow(ix)))
    }

    /// Every global account, in the numeric order of IDs.
    pub fn accounts(&self) -> impl Iterator<Item = AccountIx> + use<> {
        (0..narrow(self.accounts.len())).map(AccountIx)
    }
}

fn account_name(id: &Name, rows: &BTreeMap<&Name, &Partner>) -> String {
    let own = rows.get(id).map(|row| row.name.clone());
    let of_location = || rows.values().find(|row| row.global_partner_id == *id).map(|row| row.name.clone());
    own.or_else(of_location).unwrap_or_else(|| id.to_string())
}

/// Tables hold fewer than four billion rows.
fn narrow(count: usize) -> u32 {
    u32::try_from(count).expect("a table has fewer than 2^32 rows")
}
