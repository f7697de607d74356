//! What stands: every register that is read together with the facts.

use std::collections::BTreeMap;

use crate::chains::Chain;
use crate::claims::Claim;
use crate::facts::{Customer, Partner, Principal, Program, Subscription};
use crate::links::Link;
use crate::links::owners::OwnedResource;
use crate::of_record::RecordOfPartner;
use crate::profiles::ProfileLink;
use crate::record::entry::{By, Entry, Fields};
use crate::record::factual::{self, Factual, Merged};

/// Entries of registers, each with the last event about it.
pub type Entries = BTreeMap<String, Vec<(u64, Fields)>>;

/// Declares the registers whose entries stand for facts.
macro_rules! factual_registers {
    ($( $entry:ty, )*) => {
        /// The registers whose entries stand for facts.
        pub const FACTUAL: &[&str] = &[ $( <$entry as Entry>::REGISTER, )* ];

        /// Reads entries together with the imported rows of a program; what is of no such register is left alone. Tells what became of each
        /// table that has entries.
        ///
        /// # Errors
        /// When an entry is of another shape.
        pub fn merge(program: &mut Program, entries: &Entries) -> Result<Vec<Merged>, serde_json::Error> {
            let mut merged = Vec::new();
            // a table that nobody has changed an entry of stays shared
            $( if entries.get(<$entry as Entry>::REGISTER).is_some_and(|entries| !entries.is_empty()) {
                merged.push(factual::merge(program, read::<$entry>(entries)?));
            } )*
            Ok(merged)
        }

        /// The table that the entries of a register stand for; nothing when they are no facts.
        #[must_use]
        pub fn table_of(register: &str) -> Option<&'static str> {
            match register {
                $( <$entry as Entry>::REGISTER => Some(<$entry as Factual>::TABLE), )*
                _ => None,
            }
        }

        /// The entry of an id that imported rows give.
        #[must_use]
        pub fn imported(program: &Program, register: &str, id: &str) -> Option<Fields> {
            match register {
                $( <$entry as Entry>::REGISTER => factual::imported::<$entry>(program, id), )*
                _ => None,
            }
        }

        /// The entries that imported rows give, with their ids, in the order of ids.
        #[must_use]
        pub fn imported_list(program: &Program, register: &str, by: &By) -> Vec<(String, Fields)> {
            match register {
                $( <$entry as Entry>::REGISTER => factual::imported_list::<$entry>(program, by), )*
                _ => Vec::new(),
            }
        }
    };
}

factual_registers! {
    Partner,
    Customer,
    Subscription,
    Principal,
    Link,
    OwnedResource,
    Chain,
    RecordOfPartner,
    ProfileLink,
    Claim,
}

fn read<E: Factual>(entries: &Entries) -> Result<Vec<(u64, E)>, serde_json::Error> {
    let of_register = entries.get(E::REGISTER).into_iter().flatten();
    of_register.map(|(sequence, fields)| Ok((*sequence, E::read(fields)?))).collect()
}
