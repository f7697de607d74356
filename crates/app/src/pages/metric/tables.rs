//! A level as grids: the rows that count, with their total, and apart from them those that do not, with why and a cure.

use domain::explain::Node;

use crate::pages::grid::{Cell, Column, Grid, Piece, Value};
use crate::pages::metric::Named;
use crate::pages::metric::rows::{Picked, Row};
use crate::pages::tree::{self, Place};
use crate::pages::visit::Visit;
use crate::pages::{paths, show};
use crate::views::hidden::Hidden;

/// How many figures a row shows beside its name; its own page has all.
const FIGURES_MAX: usize = 4;
/// How many associations a row names.
const ASSOCIATIONS_MAX: usize = 2;

/// A level as it is shown.
#[derive(Clone, Copy)]
pub struct Level<'a> {
    /// The visit.
    pub visit: &'a Visit,
    /// What is hidden from the visitor.
    pub hidden: &'a Hidden,
    /// What its address names.
    pub named: &'a Named<'a>,
    /// The place whose rows are shown.
    pub place: &'a Place<'a>,
    /// The nodes on the way to it, and its own.
    pub above: &'a [&'a Node],
    /// The rows.
    pub picked: &'a Picked<'a>,
    /// Whether there are imports that the visitor may see.
    pub has_imports: bool,
}

/// Rows with what is the same in all of them: heading and value.
pub struct Table<'a> {
    /// What is the same.
    pub same: Vec<(String, String)>,
    /// The rows.
    pub grid: Grid<'a>,
}

impl<'a> Level<'a> {
    /// The gates.
    pub fn gates(&self) -> Table<'a> {
        self.table("gates", "gate_", &self.picked.gates)
    }

    /// The rows that count.
    pub fn counted(&self) -> Table<'a> {
        self.table("counted rows", "", &self.picked.counted)
    }

    /// The rows that do not count.
    pub fn not_counted(&self) -> Table<'a> {
        self.table("rows", "not_", &self.picked.not_counted)
    }

    /// The name of a file of this level; `part` ends in a hyphen unless it is empty.
    pub fn file_name(&self, part: &str) -> String {
        let (score, metric) = (self.named.score, self.named.metric.metric.as_str());
        format!("{}-{}-{metric}-{part}{}", score.global_partner_id, score.area, score.as_of)
    }

    fn table(&self, what: &'static str, prefix: &'static str, rows: &[Row<'_>]) -> Table<'a> {
        let keys = self.key_columns(rows);
        let unit = one_unit(rows, self.place.unit);
        let has = Has::of(rows);
        let same: Vec<&'static str> = keys.iter().copied().filter(|key| is_same(rows, key)).collect();
        let columns = self.columns(rows, &keys, &same, unit, has);
        let cells = rows.iter().map(|row| self.cells(*row, &keys, unit, has)).collect();
        let name = self.file_name(&prefix.replace('_', "-"));
        let grid =
            Grid::new(self.visit, what, columns, cells).prefixed(prefix).named(&name).empty("Nothing counts here.").masked(self.hidden);
        let same = same.iter().filter(|_| !rows.is_empty()).map(|key| (key_heading(key), cell(rows[0].1, key)));
        Table { same: same.collect(), grid }
    }

    fn columns(&self, rows: &[Row<'_>], keys: &[&'static str], same: &[&'static str], unit: Option<&str>, has: Has) -> Vec<Column> {
        let heading = match unit {
            Some("") | None => "Value".to_owned(),
            Some(unit) => show::capital(unit),
        };
        let adds_up = |column: Column, is_it: bool| if is_it && self.place.node().adds_up && has.counted { column.total() } else { column };
        let only = |column: Column, shown: bool| if shown { column } else { column.file_only() };
        let mut columns = vec![Column::text("label", what_rows_are(rows))];
        columns.extend(keys.iter().map(|key| only(Column::text(key, &key_heading(key)), !same.contains(key))));
        columns.push(only(Column::text("figures", "Figures"), has.figures));
        columns.push(only(adds_up(Column::fraction("value", &heading), !has.adds), has.value));
        columns.push(only(adds_up(Column::fraction("adds", "Adds"), has.adds), has.adds));
        columns.push(Column::text("unit", "Unit").file_only());
        columns.push(only(Column::fraction("points", "Points"), has.points));
        columns.push(only(Column::count("rows", "Rows"), has.rows));
        columns.push(only(Column::text("associations", "Credited through"), has.associations));
        let reason = Column::text("reason", "Why, and what would cure it").choice();
        columns.push(if has.reason { reason } else { Column::text("reason", "Reason").file_only() });
        columns.push(Column::text("cure", "Cure").file_only());
        columns
    }

    fn cells(&self, (at, row): Row<'_>, keys: &[&'static str], unit: Option<&str>, has: Has) -> Vec<Cell> {
        let leads_on = !row.children.is_empty() || row.has_more || !row.rules.is_empty() || row.associations.len() > ASSOCIATIONS_MAX;
        let own_unit = tree::unit_of(row, self.place.unit);
        let value = if unit.is_some() { show::number(&row.value, own_unit) } else { show::quantity(&row.value, own_unit) };
        let is_money = row.is_money(self.place.unit) || own_unit == "dollars";
        let money_unit = |unit| if is_money { "dollars" } else { unit };
        let mut label = Cell::text(named(row, self.hidden));
        if leads_on {
            label = label.link(self.named.address(self.visit, Some(self.place.path_to(at)), &[]));
        }
        let mut cells = vec![label];
        cells.extend(keys.iter().map(|key| self.key_cell(row, key)));
        cells.push(figures(row, self.hidden));
        cells.push(Cell { unit: money_unit(own_unit), ..Cell::shown(value, Value::Fraction(row.value.clone())) });
        let adds = if has.adds { Cell::fraction(&row.adds, self.place.unit) } else { Cell::new(Value::Fraction(row.adds.clone())) };
        cells.push(Cell { unit: money_unit(adds.unit), ..adds });
        cells.push(Cell::text(own_unit));
        cells.push(row.points.as_ref().map_or_else(Cell::none, Cell::points));
        cells.push(if row.rows > 0 { Cell::count(usize::try_from(row.rows).unwrap_or(usize::MAX), "rows") } else { Cell::none() });
        cells.push(associations(row, self.hidden));
        cells.extend(reason(row));
        cells
    }

    /// The value of a key; lines of files lead to the journey of their rows, for those who may see imports.
    fn key_cell(&self, row: &Node, key: &str) -> Cell {
        let value = tree::key(row, key).unwrap_or_default();
        if let Some(told) = self.hidden.persons.as_ref().filter(|_| key == "person_id" && !value.is_empty()) {
            return Cell::hidden(told);
        }
        let shown = Cell::shown(cell(row, key), text(value));
        let is_place = key == "lines" && !value.is_empty() && self.has_imports;
        if is_place { shown.link(paths::import_rows(value, self.visit.asked_as_of().ok().flatten())) } else { shown }
    }

    /// Keys that tell rows apart: those that the level does not have itself, and that say more than the label.
    fn key_columns(&self, rows: &[Row<'_>]) -> Vec<&'static str> {
        let mut columns: Vec<&'static str> = Vec::new();
        for (_, row) in rows {
            for (key, value) in &row.keys {
                let is_above = self.above.iter().any(|node| node.keys.iter().any(|(above, same)| above == key && same == value));
                let is_label = *value == row.label || *value == label(row) || (*key == "item" && row.label.ends_with(value.as_str()));
                // The months of a figure stand in its label.
                let is_label = is_label || row.kind == "figure";
                if !is_above && !is_label && !columns.contains(key) {
                    columns.push(key);
                }
            }
        }
        columns
    }
}

/// Which columns have something in them.
#[derive(Clone, Copy)]
struct Has {
    /// Whether the rows count.
    counted: bool,
    /// Numbers; rows that do not count often have none.
    value: bool,
    /// Rows that add something else than their number: with a minus, capped, or as points.
    adds: bool,
    points: bool,
    figures: bool,
    rows: bool,
    associations: bool,
    reason: bool,
}

impl Has {
    fn of(rows: &[Row<'_>]) -> Self {
        let has = |held: fn(&Node) -> bool| rows.iter().any(|(_, row)| held(row));
        Self {
            counted: has(|row| row.counted),
            value: has(|row| row.counted || !row.value.is_zero()),
            adds: has(|row| row.counted && row.adds != row.value && row.kind != "gate"),
            points: has(|row| row.points.is_some()),
            figures: has(|row| row.children.iter().any(|child| child.kind == "figure")),
            rows: has(|row| row.rows > 0),
            associations: has(|row| !row.associations.is_empty()),
            reason: has(|row| row.reason.is_some() || (!row.counted && row.kind != "gate")),
        }
    }
}

fn text(text: &str) -> Value {
    if text.is_empty() { Value::None } else { Value::Text(text.to_owned()) }
}

/// The first figures; files have them all.
fn figures(row: &Node, hidden: &Hidden) -> Cell {
    if let Some(told) = hidden.revenue.as_ref().filter(|_| row.children.iter().any(|child| child.kind == "figure" && child.is_money(""))) {
        return Cell::hidden(told);
    }
    let figures: Vec<&Node> = row.children.iter().filter(|child| child.kind == "figure").collect();
    let told = |figure: &&Node| format!("{}: {}", figure.label, figure.value.shown());
    let mut found = Cell::new(text(&figures.iter().map(told).collect::<Vec<_>>().join("; ")));
    let shown =
        figures.iter().take(FIGURES_MAX).map(|figure| Piece::Figure(figure.label.clone(), show::quantity(&figure.value, figure.unit)));
    found.pieces = shown.collect();
    let more = figures.len().saturating_sub(FIGURES_MAX);
    if more > 0 { found.note(format!("and {more} more")) } else { found }
}

/// The first associations; files have them all.
fn associations(row: &Node, hidden: &Hidden) -> Cell {
    let told: Vec<String> = row.associations.iter().map(|told| hidden.association(told)).collect();
    let mut found = Cell::lines(&told);
    found.pieces.truncate(ASSOCIATIONS_MAX);
    let more = row.associations.len().saturating_sub(ASSOCIATIONS_MAX);
    if more > 0 { found.note(format!("and {more} more")) } else { found }
}

/// Why a row does not count, and the cure. The only ones without a reason are options that others outdo.
fn reason(row: &Node) -> [Cell; 2] {
    match row.reason {
        Some(reason) => {
            let mut cell = Cell::text(reason.code());
            cell.pieces = vec![Piece::Code(reason.code().to_owned()), Piece::Text(format!("{}.", show::capital(reason.cure())))];
            [cell, Cell::text(reason.cure())]
        }
        None if row.counted || row.kind == "gate" => [Cell::none(), Cell::none()],
        None => [Cell::text("outdone").tagged(vec!["outdone".to_owned()]).note("The other option gives more points."), Cell::none()],
    }
}

/// What a row is called, unless it is a person who is hidden.
pub fn named(row: &Node, hidden: &Hidden) -> String {
    if row.kind == "person" && hidden.persons.is_some() { "a person (hidden)".to_owned() } else { label(row) }
}

/// What a row is called; rows of the source have their own columns for all but the item.
pub fn label(row: &Node) -> String {
    let item = tree::key(row, "item").filter(|_| row.kind == "rows");
    match (row.kind, item) {
        (_, Some(item)) => item.to_owned(),
        ("part", _) => show::spoken(&row.label),
        ("gate", _) => show::capital(row.label.trim_start_matches("gate: ")),
        _ => show::capital_if_word(&row.label),
    }
}

/// The value of a key in a table; a resource without the subscription that stands beside it.
fn cell(row: &Node, key: &str) -> String {
    let Some(value) = tree::key(row, key) else { return String::new() };
    let subscription = tree::key(row, "subscription_id").map(|id| format!("/subscriptions/{id}/"));
    let tail = subscription.filter(|_| key == "resource_id").and_then(|head| value.strip_prefix(&head));
    tail.map_or_else(|| value.to_owned(), |tail| format!("…/{tail}"))
}

/// Whether a key has one value in all of several rows.
fn is_same(rows: &[Row<'_>], key: &str) -> bool {
    rows.len() > 1 && rows.iter().all(|(_, row)| tree::key(row, key) == tree::key(rows[0].1, key))
}

/// The unit of all rows, if they have the same.
fn one_unit(rows: &[Row<'_>], inherited: &'static str) -> Option<&'static str> {
    let unit_of = |row: &Node| tree::unit_of(row, inherited);
    let first = unit_of(rows.first()?.1);
    rows.iter().all(|(_, row)| unit_of(row) == first).then_some(first)
}

/// What the rows are, by their kind.
fn what_rows_are(rows: &[Row<'_>]) -> &'static str {
    match rows.first().map(|(_, row)| row.kind) {
        Some("part") => "Part",
        Some("term") => "Term",
        Some("customer") => "Customer",
        Some("person") => "Person",
        Some("service") => "Service",
        Some("gate") => "Gate",
        Some("figure") => "Figure",
        Some("rows") => "Rows",
        _ => "What",
    }
}

/// A key as a heading: `tenant_id` → `Tenant ID`.
fn key_heading(key: &str) -> String {
    let spoken = show::spoken(key);
    spoken.strip_suffix(" id").map_or_else(|| spoken.clone(), |head| format!("{head} ID"))
}
