//! Certified people: whose person somebody is on a day, and which certificates count.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Certification, Person, Program};
use crate::names::Name;
use crate::partners::{AccountIx, Partners};
use crate::reasons::Reason;
use crate::rulebook::Rulebook;
use crate::time::Day;

/// The people of a program with their links and certificates.
pub struct People<'a> {
    links: BTreeMap<&'a Name, Vec<&'a Person>>,
    certificates: BTreeMap<&'a Name, Vec<&'a Certification>>,
    of_account: BTreeMap<AccountIx, BTreeSet<&'a Name>>,
    partners: &'a Partners,
    rulebook: &'a Rulebook,
}

impl<'a> People<'a> {
    /// Indexes the people of `program`.
    #[must_use]
    pub fn new(program: &'a Program, partners: &'a Partners, rulebook: &'a Rulebook) -> Self {
        let mut people = Self { links: BTreeMap::new(), certificates: BTreeMap::new(), of_account: BTreeMap::new(), partners, rulebook };
        for row in &program.people {
            people.links.entry(&row.person_id).or_default().push(row);
            if let Some(location) = partners.location(&row.partner_id) {
                people.of_account.entry(partners.account_of(location)).or_default().insert(&row.person_id);
            }
        }
        for row in &program.certifications {
            people.certificates.entry(&row.person_id).or_default().push(row);
        }
        people
    }

    /// The account whose person somebody is on a day: of the links begun by then the latest decides, and must hold on the day.
    #[must_use]
    pub fn account_of(&self, person: &Name, day: Day) -> Option<AccountIx> {
        let begun = self.links.get(person)?.iter().filter(|row| row.linked_on <= day);
        let latest = begun.max_by_key(|row| (row.linked_on, std::cmp::Reverse(row.partner_id.id_order()), row.held().to))?;
        if !latest.held().holds_on(day) {
            return None;
        }
        self.partners.location(&latest.partner_id).map(|location| self.partners.account_of(location))
    }

    /// The people of an account on a day.
    pub fn of(&self, account: AccountIx, day: Day) -> impl Iterator<Item = &'a Name> {
        let known = self.of_account.get(&account).into_iter().flatten().copied();
        known.filter(move |person| self.account_of(person, day) == Some(account))
    }

    /// A label for a person: the latest name on a link.
    #[must_use]
    pub fn label(&self, person: &Name) -> Option<&'a str> {
        self.links.get(person)?.iter().rev().find_map(|row| row.name.as_deref())
    }

    /// The certificates of a person.
    pub fn certificates_of(&self, person: &Name) -> impl Iterator<Item = &'a Certification> {
        self.certificates.get(person).into_iter().flatten().copied()
    }

    /// Whether a certificate counts on a day; if not, why.
    ///
    /// # Errors
    /// The first condition that failed.
    pub fn counts(&self, certificate: &Certification, day: Day) -> Result<(), Reason> {
        if day < certificate.earned_on {
            return Err(Reason::BeforeAssociation);
        }
        if !certificate.held().holds_on(day) {
            return Err(Reason::Expired);
        }
        let rules = self.rulebook.certifications.get(&certificate.certification);
        let Some((retired, until)) = rules.and_then(|rules| rules.retired_on.zip(rules.counts_until)) else { return Ok(()) };
        if certificate.earned_on > retired || day >= until { Err(Reason::RetiredAfterGrace) } else { Ok(()) }
    }

    /// The days of a span, its first day included, on which the people of an account or their certificates may change.
    #[must_use]
    pub fn change_days(&self, account: AccountIx, from: Day, to: Day) -> BTreeSet<Day> {
        let mut days = BTreeSet::from([from]);
        for person in self.of_account.get(&account).into_iter().flatten() {
            for row in self.links.get(person).into_iter().flatten() {
                days.extend([Some(row.linked_on), row.unlinked_on].into_iter().flatten());
            }
            for row in self.certificates_of(person) {
                days.extend([Some(row.earned_on), row.expires_on].into_iter().flatten());
            }
        }
        days.extend(self.rulebook.certifications.values().filter_map(|rules| rules.counts_until));
        days.retain(|day| from <= *day && *day < to);
        days
    }
}
