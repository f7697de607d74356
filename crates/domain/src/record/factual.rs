//! Entries that are facts too: what is imported and what is recorded, read together.
//!
//! Each entry stands for rows of one table. Until somebody changes it in its register, an entry is what the imported rows say; from
//! then on it says all there is about its thing, and the imported rows of it are left out.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::entry::{By, Entry, Fields, PICKED_BY};
use crate::facts::Program;

/// An entry that stands for rows of a table.
pub trait Factual: Entry {
    /// The rows' type.
    type Row;

    /// The table's name.
    const TABLE: &'static str;

    /// The table.
    fn table(program: &Program) -> &Vec<Self::Row>;

    /// The table, to be changed.
    fn table_mut(program: &mut Program) -> &mut Vec<Self::Row>;

    /// The id of the entry that a row is about.
    fn id_of(row: &Self::Row) -> String;

    /// The entry that all imported rows about it give.
    fn of_rows(rows: &[&Self::Row]) -> Self;

    /// The rows that the entry stands for.
    fn rows(&self) -> Vec<Self::Row>;
}

/// What reading entries together with imported rows made of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The table.
    pub table: &'static str,
    /// Of each imported row, whether it is still there.
    pub kept: Vec<bool>,
    /// Of each row that was added behind them, the event that its entry goes back to.
    pub added: Vec<u64>,
}

/// Reads entries, each with its last event, together with the imported rows of a program.
pub fn merge<E: Factual>(program: &mut Program, entries: Vec<(u64, E)>) -> Merged {
    let by_id: HashSet<String> = entries.iter().map(|(_, entry)| entry.id()).collect();
    let kept: Vec<bool> = E::table(program).iter().map(|row| by_id.is_empty() || !by_id.contains(&E::id_of(row))).collect();
    let mut keep = kept.iter().copied();
    let rows = E::table_mut(program);
    rows.retain(|_| keep.next().unwrap_or(true));
    let mut added = Vec::new();
    for (sequence, entry) in entries {
        for row in entry.rows() {
            rows.push(row);
            added.push(sequence);
        }
    }
    Merged { table: E::TABLE, kept, added }
}

/// The entries that imported rows give, found by their ids and by what lists are picked by.
#[derive(Debug, Default)]
pub struct Index {
    /// In the order of ids.
    entries: Vec<Indexed>,
}

#[derive(Debug)]
struct Indexed {
    id: String,
    /// The values of [`PICKED_BY`].
    picked: [Option<Box<str>>; PICKED_BY.len()],
    /// The places of the rows in the table.
    rows: Vec<u32>,
}

impl Index {
    /// Finds the entries of a table's rows.
    ///
    /// # Panics
    /// When the table has more rows than fit in memory.
    #[must_use]
    pub fn new<E: Factual>(program: &Program) -> Self {
        let table = E::table(program);
        let mut by_id: HashMap<String, Vec<u32>> = HashMap::new();
        for (row, place) in table.iter().zip(0_u32..) {
            by_id.entry(E::id_of(row)).or_default().push(place);
        }
        let indexed = |(id, rows): (String, Vec<u32>)| {
            let fields = of_places::<E>(table, &rows).fields();
            let picked = PICKED_BY.map(|field| fields.get(field).and_then(Value::as_str).map(Box::from));
            Indexed { id, picked, rows }
        };
        let mut entries: Vec<Indexed> = by_id.into_iter().map(indexed).collect();
        entries.sort_by(|a, b| a.id.cmp(&b.id));
        Self { entries }
    }

    /// The entry of an id; nothing when there is no row about it.
    pub fn find<E: Factual>(&self, program: &Program, id: &str) -> Option<Fields> {
        let at = self.entries.binary_search_by(|entry| entry.id.as_str().cmp(id)).ok()?;
        Some(of_places::<E>(E::table(program), &self.entries[at].rows).fields())
    }

    /// The entries after an id that are meant, with their ids, in the order of ids; they are made as they are asked for.
    pub fn list<'a, E: Factual>(&'a self, program: &'a Program, by: &'a By, after: &str) -> impl Iterator<Item = (&'a str, Fields)> + 'a {
        let first = self.entries.partition_point(|entry| entry.id.as_str() <= after);
        let asked = by.asked();
        let wanted = PICKED_BY.map(|field| asked.iter().find(|(name, _)| *name == field).map(|(_, value)| *value));
        let is_meant = move |entry: &&Indexed| {
            wanted.iter().zip(&entry.picked).all(|(wanted, has)| wanted.is_none_or(|wanted| has.as_deref() == Some(wanted)))
        };
        let entries = self.entries[first..].iter().filter(is_meant);
        entries.map(|entry| (entry.id.as_str(), of_places::<E>(E::table(program), &entry.rows).fields()))
    }
}

fn of_places<E: Factual>(table: &[E::Row], places: &[u32]) -> E {
    let rows: Vec<&E::Row> = places.iter().map(|place| &table[*place as usize]).collect();
    E::of_rows(&rows)
}
