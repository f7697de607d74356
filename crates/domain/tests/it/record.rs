//! Desks: entries that imports alone told.

use domain::facts::Customer;
use domain::names::Name;
use domain::record::actor::{Actor, Organisation, Role};
use domain::record::desk::{Desk, Failure, Registers};
use domain::record::entry::{By, Entry, Fields};
use domain::record::memory::Memory;
use domain::words::Cloud;
use jiff::Timestamp;

use crate::properties::RULES;

/// A customer that imports tell, over registers in memory.
struct Imported(Memory, Customer);

impl Registers for Imported {
    fn find(&self, register: &str, id: &str) -> Result<Option<Fields>, Failure> {
        Ok(self.recorded(register, id)?.or_else(|| (register == "customer").then(|| self.1.fields())))
    }

    fn recorded(&self, register: &str, id: &str) -> Result<Option<Fields>, Failure> {
        self.0.find(register, id)
    }

    fn list(&self, register: &str, by: &By) -> Result<Vec<(String, Fields)>, Failure> {
        self.0.list(register, by)
    }

    fn next_sequence(&self) -> Result<u64, Failure> {
        self.0.next_sequence()
    }
}

#[test]
fn what_imports_alone_told_is_taken_over_before_it_is_changed() {
    let customer = Customer {
        tenant_id: Name::new("t"),
        name: "Alpine".to_owned(),
        domains: None,
        country: None,
        cloud: Cloud::Public,
        segment: None,
    };
    let mut registers = Imported(Memory::default(), customer.clone());
    let now = Timestamp::UNIX_EPOCH;
    let mut desk = Desk::new(&registers, &RULES, Actor::new("a", Organisation::Operator, [Role::ProgramManager]), now);
    let renamed = Customer { name: "Alpine House".to_owned(), ..customer };
    desk.put("customer-renamed", &renamed, desk.today(), None).unwrap();
    let events = registers.0.record(desk.drafts(), now).unwrap();
    assert_eq!(events.iter().map(|event| event.what.kind.as_str()).collect::<Vec<_>>(), ["customer-taken-over", "customer-renamed"]);
    assert_eq!(registers.0.all::<Customer>().unwrap(), [renamed]);
}
