//! Entries that are facts too: what is imported and what is recorded, read together.
//!
//! Each entry stands for rows of one table. Until somebody changes it in its register, an entry is what the imported rows say; from
//! then on it says all there is about its thing, and the imported rows of it are left out.

use std::collections::{HashMap, HashSet};

use super::entry::{By, Entry, Fields};
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

/// The entry of an id that imported rows give; nothing when there is no row about it.
pub fn imported<E: Factual>(program: &Program, id: &str) -> Option<Fields> {
    let rows: Vec<&E::Row> = E::table(program).iter().filter(|row| E::id_of(row) == id).collect();
    (!rows.is_empty()).then(|| E::of_rows(&rows).fields())
}

/// The entries that imported rows give, with their ids.
pub fn imported_list<E: Factual>(program: &Program, by: &By) -> Vec<(String, Fields)> {
    let mut rows: HashMap<String, Vec<&E::Row>> = HashMap::new();
    for row in E::table(program) {
        rows.entry(E::id_of(row)).or_default().push(row);
    }
    let entries = rows.into_iter().map(|(id, rows)| (id, E::of_rows(&rows).fields()));
    let mut entries: Vec<(String, Fields)> = entries.filter(|(_, fields)| by.picks(fields)).collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    entries
}
