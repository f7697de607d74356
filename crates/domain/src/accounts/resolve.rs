//! The resolver: any ID in, the right one out, and why.

use serde::Serialize;

use crate::facts::{Customer, Partner, Subscription};
use crate::names::Name;
use crate::parties::locations_of;
use crate::record::desk::{Acted, Desk};
use crate::record::entry::By;
use crate::rights::{Act, On, must};
use crate::rulebook::suggest;
use crate::words::{PartnerKind, words};

words! {
    /// What an ID turned out to be.
    IdKind {
        /// An open location: the ID that associations are made with.
        Location = "location",
        /// A closed location.
        ClosedLocation = "closed-location",
        /// A global account.
        Global = "global",
        /// A customer's tenant.
        Tenant = "tenant",
        /// A subscription.
        Subscription = "subscription",
        /// Nothing that is known.
        Unknown = "unknown",
    }
}

/// What an ID stands for, and which one to use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Resolved {
    /// What was given.
    pub given: String,
    /// What it is.
    pub kind: IdKind,
    /// The ID to use: an open location; nothing when there are several or none.
    pub partner_id: Option<Name>,
    /// The global account.
    pub global_partner_id: Option<Name>,
    /// Why this one, or what to choose by.
    pub why: String,
    /// The open locations to choose from.
    pub choices: Vec<Choice>,
}

/// An open location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Choice {
    /// The location.
    pub partner_id: Name,
    /// Its name.
    pub name: String,
    /// Its country.
    pub country: Option<String>,
}

/// Words that people write before an ID.
const BEFORE: [&str; 12] =
    ["partner location account", "partner global account", "partner", "location", "mpn", "mcpp", "pla", "pga", "vorg", "id", "no", "nr"];

/// The readings of an ID as people write them, the plainest first: without the words before it, without blanks, without leading zeros.
#[must_use]
pub fn readings(text: &str) -> Vec<Name> {
    let mut bare = text.trim().to_lowercase();
    let signs: &[char] = &['-', ':', '#', '.', '=', '_', ' ', '\u{a0}', '(', ')', '"', '\''];
    bare = bare.trim_matches(signs).to_owned();
    while let Some(rest) = BEFORE.iter().find_map(|word| bare.strip_prefix(word)) {
        let rest = rest.trim_start_matches(signs).to_owned();
        if rest.is_empty() || rest == bare {
            break;
        }
        bare = rest;
    }
    let joined: String = bare.chars().filter(|sign| !signs.contains(sign)).collect();
    let number = joined.trim_start_matches('0').to_owned();
    let mut readings: Vec<Name> = Vec::new();
    for reading in [text.trim().to_owned(), bare, joined, number] {
        let name = Name::new(&reading);
        if !reading.is_empty() && !readings.contains(&name) {
            readings.push(name);
        }
    }
    readings
}

/// What an ID stands for.
///
/// # Errors
/// When nobody is signed in for an organisation, or the registers cannot be read.
pub fn resolve(desk: &Desk<'_>, text: &str) -> Acted<Resolved> {
    must(&desk.actor, Act::PartnerLookUp, &On::default(), "look up partners")?;
    for reading in readings(text) {
        if let Some(resolved) = resolve_reading(desk, text, &reading)? {
            return Ok(resolved);
        }
    }
    let known = desk.list::<Partner>(&By::default())?;
    let nearest =
        readings(text).last().and_then(|reading| suggest::nearest(reading.as_str(), known.iter().map(|row| row.partner_id.as_str())));
    let cure = nearest.map_or("check the number with the partner".to_owned(), |near| format!("did you mean `{near}`?"));
    let why = format!("`{text}` is no ID of a partner, a customer or a subscription; {cure}");
    Ok(Resolved { given: text.to_owned(), kind: IdKind::Unknown, partner_id: None, global_partner_id: None, why, choices: Vec::new() })
}

fn resolve_reading(desk: &Desk<'_>, text: &str, id: &Name) -> Acted<Option<Resolved>> {
    let spelled = if Name::new(text) == *id { String::new() } else { format!("`{}` reads as `{id}`; ", text.trim()) };
    let found = desk.find::<Partner>(id.as_str())?;
    let account = match &found {
        Some(row) => row.global_partner_id.clone(),
        None => id.clone(),
    };
    let open = locations_of(desk, &account)?;
    if found.is_none() && open.is_empty() {
        return other(desk, text, id);
    }
    let choices: Vec<Choice> = open
        .iter()
        .map(|row| Choice { partner_id: row.partner_id.clone(), name: row.name.clone(), country: row.country.clone() })
        .collect();
    let the_one = |what: String| match choices.as_slice() {
        [] => (None, format!("{spelled}{what}, and its account `{account}` has no open location: the operator can open one")),
        [one] => (
            Some(one.partner_id.clone()),
            format!("{spelled}{what}; the one open location of its account is `{}` ({})", one.partner_id, one.name),
        ),
        many => (None, format!("{spelled}{what}; its account has {} open locations: choose the one that does the work", many.len())),
    };
    let (kind, (partner_id, why)) = match &found {
        Some(row) if row.kind == PartnerKind::Location && row.active.0 => {
            let why = format!("{spelled}`{id}` ({}) is an open location of the account `{account}`", row.name);
            (IdKind::Location, (Some(id.clone()), why))
        }
        Some(row) if row.kind == PartnerKind::Location => {
            (IdKind::ClosedLocation, the_one(format!("`{id}` ({}) is a closed location", row.name)))
        }
        _ => (IdKind::Global, the_one(format!("`{id}` is a global account, and associations are made with a location's ID"))),
    };
    let choices = if kind == IdKind::Location { Vec::new() } else { choices };
    Ok(Some(Resolved { given: text.to_owned(), kind, partner_id, global_partner_id: Some(account), why, choices }))
}

/// An ID of something else than a partner: people mix them up.
fn other(desk: &Desk<'_>, text: &str, id: &Name) -> Acted<Option<Resolved>> {
    let found = if let Some(row) = desk.find::<Customer>(id.as_str())? {
        (IdKind::Tenant, format!("`{id}` is the tenant of the customer {}: give the ID of a partner's location", row.name))
    } else if desk.find::<Subscription>(id.as_str())?.is_some() {
        (IdKind::Subscription, format!("`{id}` is a subscription: give the ID of a partner's location"))
    } else {
        return Ok(None);
    };
    let (kind, why) = found;
    Ok(Some(Resolved { given: text.to_owned(), kind, partner_id: None, global_partner_id: None, why, choices: Vec::new() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_people_write_them() {
        for text in ["MPN-1234567", "mpn id: 1234567", "MPNID 1 234 567", "Partner ID #1234567", "01234567", "1234567 "] {
            assert!(readings(text).contains(&Name::new("1234567")), "{text}: {:?}", readings(text));
        }
        assert_eq!(readings("PLA-7"), [Name::new("pla-7"), Name::new("7")]);
    }
}
