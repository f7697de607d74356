//! What the address asks of a grid: rows with a text or a choice, an order, a page.

use std::collections::BTreeMap;

use super::{Cell, Grid};
use crate::pages::paths;

/// What the address asks of a grid.
pub struct Asked {
    /// A text that rows hold.
    pub text: String,
    /// Choices: the key of the column and the value.
    pub choices: Vec<(String, String)>,
    /// The order: a column, after a minus when it is descending.
    pub sort: Option<String>,
}

impl Asked {
    /// Reads the address.
    pub fn of(grid: &Grid<'_>) -> Self {
        let choosable = grid.columns.iter().filter(|column| column.is_choice);
        let sort = value(grid, "sort").filter(|sort| grid.columns.iter().any(|column| column.key == sort.trim_start_matches('-')));
        Self {
            text: value(grid, "q").unwrap_or_default(),
            choices: choosable.filter_map(|column| Some((column.key.clone(), value(grid, &column.key)?))).collect(),
            sort: sort.or_else(|| grid.order.map(str::to_owned)),
        }
    }

    /// Whether some rows may be left out.
    pub fn is_filter(&self) -> bool {
        !self.text.is_empty() || !self.choices.is_empty()
    }

    /// The value chosen in a column.
    pub fn chosen(&self, key: &str) -> Option<&str> {
        self.choices.iter().find(|(own, _)| own == key).map(|(_, value)| value.as_str())
    }
}

/// A value of the grid in the address.
pub fn value(grid: &Grid<'_>, key: &str) -> Option<String> {
    grid.visit.value(&format!("{}{key}", grid.prefix)).map(str::to_owned)
}

/// The rows that are asked for, in the order that is asked for.
pub fn rows<'g>(grid: &'g Grid<'_>) -> Vec<&'g [Cell]> {
    let asked = Asked::of(grid);
    let text = asked.text.to_lowercase();
    let place = |key: &str| grid.columns.iter().position(|column| column.key == key);
    let chosen: Vec<(usize, &String)> = asked.choices.iter().filter_map(|(key, value)| Some((place(key)?, value))).collect();
    let keep = |row: &&[Cell]| {
        (text.is_empty() || row.iter().any(|cell| cell.holds(&text)))
            && chosen.iter().all(|(at, value)| row[*at].choices().iter().any(|choice| choice == *value))
    };
    let mut rows: Vec<&[Cell]> = grid.rows.iter().map(Vec::as_slice).filter(keep).collect();
    if let Some((sort, at)) = asked.sort.as_ref().and_then(|sort| Some((sort, place(sort.trim_start_matches('-'))?))) {
        let is_descending = sort.starts_with('-');
        rows.sort_by(|one, other| one[at].value.order(&other[at].value, is_descending));
    }
    rows
}

/// The values of the address that are not the grid's own, and those of its own that `keep` lets stay.
pub fn kept(grid: &Grid<'_>, keep: &[&str]) -> BTreeMap<String, String> {
    let own = ["q", "sort", "page", "download"]
        .into_iter()
        .chain(grid.columns.iter().filter(|column| column.is_choice).map(|column| column.key.as_str()));
    let gone: Vec<String> = own.filter(|key| !keep.contains(key)).map(|key| format!("{}{key}", grid.prefix)).collect();
    let mut values = grid.visit.values();
    values.retain(|key, value| !gone.contains(key) && !value.trim().is_empty());
    values
}

/// The keys of everything that picks rows.
pub fn filters<'g>(grid: &'g Grid<'_>) -> Vec<&'g str> {
    let choices = grid.columns.iter().filter(|column| column.is_choice).map(|column| column.key.as_str());
    ["q"].into_iter().chain(choices).collect()
}

/// Where the grid stands on its page; nothing for the page's main one.
pub fn anchor(grid: &Grid<'_>) -> String {
    if grid.prefix.is_empty() { String::new() } else { format!("table-{}", grid.prefix.trim_end_matches('_')) }
}

/// The address as of [`address`], at the grid's own place on the page.
pub fn place(grid: &Grid<'_>, values: BTreeMap<String, String>, more: Option<(&str, String)>) -> String {
    let (address, anchor) = (address(grid, values, more), anchor(grid));
    if anchor.is_empty() { address } else { format!("{address}#{anchor}") }
}

/// The address of the grid's page with `values`, and with another value of the grid.
pub fn address(grid: &Grid<'_>, mut values: BTreeMap<String, String>, more: Option<(&str, String)>) -> String {
    values.extend(more.map(|(key, value)| (format!("{}{key}", grid.prefix), value)));
    let values: Vec<(&str, Option<String>)> = values.iter().map(|(key, value)| (key.as_str(), Some(value.clone()))).collect();
    paths::with_query(grid.visit.path(), &values)
}
