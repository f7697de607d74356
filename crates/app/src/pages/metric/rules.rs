//! The rules that decide a level: fields of the rulebook with their values, versions and sources.

use domain::rulebook::Rulebook;

use super::tables::Level;
use crate::pages::grid::{Cell, Column, Grid, Piece};

/// The rules, each once, in the order in which the explanation names them.
pub fn grid<'a>(level: &Level<'a>) -> Grid<'a> {
    let rulebook = level.visit.rulebook();
    let mut fields: Vec<&str> = Vec::new();
    let mut rows = Vec::new();
    for rule in level.place.nodes.iter().flat_map(|node| &node.rules) {
        if fields.contains(&rule.field.as_str()) {
            continue;
        }
        fields.push(&rule.field);
        let mut field = Cell::text(rule.field.clone());
        field.pieces = vec![Piece::Code(rule.field.clone())];
        rows.push(vec![
            field,
            Cell::text(plain(&rule.value)),
            Cell::text(rule.version.clone()),
            Cell::text(source(&rule.source, rulebook)),
        ]);
    }
    let columns = vec![
        Column::text("field", "Field of the rulebook"),
        Column::text("value", "Value"),
        Column::text("version", "Version").choice().unbroken(),
        Column::text("source", "Source").choice(),
    ];
    Grid::new(level.visit, "rules", columns, rows).prefixed("rule_").named(&level.file_name("rules-"))
}

/// A value as people write it: a list without its brackets and quotes.
fn plain(value: &str) -> String {
    match value.strip_prefix('[').and_then(|list| list.strip_suffix(']')) {
        Some(list) => list.replace('"', ""),
        None => value.to_owned(),
    }
}

/// A source as people cite it: the document's title, and the place in it.
fn source(source: &str, rulebook: &Rulebook) -> String {
    let (id, place) = source.split_once('#').unwrap_or((source, ""));
    let Some(document) = rulebook.sources.get(id) else { return source.to_owned() };
    if place.is_empty() { document.title.clone() } else { format!("{}, {}", document.title, place.replace('-', " ")) }
}
