//! Certified people.

use domain::facts::{Certification, Person};
use domain::names::Name;
use domain::time::Day;

use super::cast::Company;
use super::scene::Scene;

impl Scene {
    /// A person who linked their learning profile to a location, with certificates that are in force.
    pub fn person(&mut self, partner: &str, certificates: &[&str]) -> Name {
        let linked_on = self.long_ago();
        let person = self.person_since(partner, linked_on, None);
        for certificate in certificates {
            self.earns(&person, certificate);
        }
        person
    }

    /// A new person with a link.
    pub fn person_since(&mut self, partner: &str, linked_on: Day, unlinked_on: Option<Day>) -> Name {
        let name = self.people.next().expect("there are more names than people");
        let person_id = Name::from(format!("lp-{:05}", 40_000 + self.program.people.len() * 13));
        self.works_for(&person_id, &name, partner, linked_on, unlinked_on);
        person_id
    }

    /// A further link of a person.
    pub fn works_for(&mut self, person: &Name, name: &str, partner: &str, linked_on: Day, unlinked_on: Option<Day>) {
        let (person_id, name) = (person.clone(), Some(name.to_owned()));
        self.program.people.push(Person { person_id, partner_id: partner.into(), linked_on, name, unlinked_on });
    }

    /// A certificate in force: renewed every year, or for good where the program says so.
    pub fn earns(&mut self, person: &Name, certificate: &str) {
        let earned_on = self.long_ago();
        let never_expires = certificate.starts_with("MS-900") || certificate.starts_with("teams-");
        let (months, day) = (self.dice.range(2, 12), self.dice.range(1, 28));
        let expires_on = self.at(months, day);
        self.holds(person, certificate, earned_on, (!never_expires).then_some(expires_on));
    }

    /// A certificate with its days.
    pub fn holds(&mut self, person: &Name, certificate: &str, earned_on: Day, expires_on: Option<Day>) {
        let row = Certification { person_id: person.clone(), certification: certificate.into(), earned_on, expires_on };
        self.program.certifications.push(row);
    }

    /// People of a company: for each entry as many people as it says, each with all of its certificates.
    pub fn team(&mut self, company: &Company, entries: &[(usize, &[&str])]) -> Vec<Name> {
        let mut people = Vec::new();
        for (count, certificates) in entries {
            for _ in 0..*count {
                people.push(self.person(company.location(people.len()), certificates));
            }
        }
        people
    }
}
