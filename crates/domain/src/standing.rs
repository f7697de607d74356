//! What stands: every register that is read together with the facts.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::chains::Chain;
use crate::claims::Claim;
use crate::facts::{Customer, Partner, Principal, Program, Subscription};
use crate::links::Link;
use crate::links::owners::OwnedResource;
use crate::names::Name;
use crate::of_record::RecordOfPartner;
use crate::profiles::ProfileLink;
use crate::record::entry::{By, Entry, Fields};
use crate::record::factual::{self, Factual, Index, Merged};
use crate::sight;

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

        /// What was imported, with the entries that its rows give: each register's are found when they are first asked for.
        #[derive(Debug, Default)]
        pub struct Imported {
            program: Program,
            indexes: [OnceLock<Index>; FACTUAL.len()],
            accounts: OnceLock<Arc<BTreeMap<Name, Name>>>,
        }

        impl Imported {
            /// The entry of an id that imported rows give.
            #[must_use]
            pub fn find(&self, register: &str, id: &str) -> Option<Fields> {
                match register {
                    $( <$entry as Entry>::REGISTER => self.index::<$entry>().find::<$entry>(&self.program, id), )*
                    _ => None,
                }
            }

            /// The entries after an id that imported rows give and that are meant, with their ids, in the order of ids.
            #[must_use]
            pub fn list<'a>(&'a self, register: &str, by: &'a By, after: &str) -> Box<dyn Iterator<Item = (&'a str, Fields)> + 'a> {
                match register {
                    $( <$entry as Entry>::REGISTER => {
                        Box::new(self.index::<$entry>().list::<$entry>(&self.program, by, after))
                    } )*
                    _ => Box::new(std::iter::empty()),
                }
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

impl Imported {
    /// Takes in imported rows.
    #[must_use]
    pub fn new(program: Program) -> Self {
        Self { program, ..Self::default() }
    }

    /// The imported rows.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The global account of every partner ID.
    pub fn accounts(&self) -> &Arc<BTreeMap<Name, Name>> {
        self.accounts.get_or_init(|| Arc::new(sight::accounts(self.program.partners.iter().cloned())))
    }

    fn index<E: Factual>(&self) -> &Index {
        let place = FACTUAL.iter().position(|register| *register == E::REGISTER).expect("every register of facts is in the list");
        self.indexes[place].get_or_init(|| Index::new::<E>(&self.program))
    }
}

fn read<E: Factual>(entries: &Entries) -> Result<Vec<(u64, E)>, serde_json::Error> {
    let of_register = entries.get(E::REGISTER).into_iter().flatten();
    of_register.map(|(sequence, fields)| Ok((*sequence, E::read(fields)?))).collect()
}
