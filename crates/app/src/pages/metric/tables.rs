//! A level as tables: the rows that count, with their total, and apart from them those that do not, with why and a cure.

use askama::Template;
use domain::explain::Node;

use crate::pages::metric::Named;
use crate::pages::metric::rows::{Asked, Picked, Row};
use crate::pages::parts::{Pager, SortLink};
use crate::pages::show;
use crate::pages::tree::{self, Place};
use crate::pages::visit::Visit;

/// How many figures a row shows beside its name; its own page has all.
const FIGURES_MAX: usize = 4;
/// How many associations a row names.
const ASSOCIATIONS_MAX: usize = 2;

/// Rows that count.
pub struct CountedTable {
    /// What stands above the table.
    pub heading: String,
    /// The rows.
    pub table: Table,
}

/// Rows that do not count.
pub struct NotCountedTable {
    /// What stands above the table.
    pub heading: String,
    /// The rows.
    pub table: Table,
    /// Why rows do not count: code, how many, the address of those rows, whether only those are shown.
    pub reasons: Vec<ReasonLink>,
}

/// A reason with its rows.
pub struct ReasonLink {
    /// The code.
    pub code: &'static str,
    /// How many rows it has.
    pub rows: usize,
    /// The way to them.
    pub href: String,
    /// Whether only those are shown.
    pub is_current: bool,
}

/// Rows, ready to be shown.
#[derive(Template)]
#[template(path = "parts/rows.html")]
pub struct Table {
    /// The columns before the value.
    pub label: SortLink,
    /// Keys that tell rows apart.
    pub keys: Vec<String>,
    /// Keys that are the same in all rows: heading and value.
    pub same: Vec<(String, String)>,
    /// The column of the value.
    pub value: SortLink,
    /// Whether any row has points, figures, rows of the source, associations.
    pub has: Has,
    /// The rows.
    pub lines: Vec<Line>,
    /// The total: what of, and how much; none when the rows do not add up to the value.
    pub totals: Vec<(String, String)>,
    /// The pages of the table.
    pub pager: Pager,
    /// What the rows are, for those who do not see the heading.
    pub what: &'static str,
}

impl Table {
    /// Columns before the one with the total.
    fn columns_before_value(&self) -> usize {
        1 + self.keys.len() + usize::from(self.has.figures) + usize::from(self.has.adds)
    }

    /// Columns after it.
    fn columns_after_value(&self) -> usize {
        [self.has.points, self.has.rows, self.has.associations, self.has.reason].into_iter().filter(|has| *has).count()
    }
}

/// Which columns have something in them.
#[derive(Clone, Copy, Default)]
pub struct Has {
    /// Numbers; rows that do not count often have none.
    pub value: bool,
    /// Rows that add something else than their number: with a minus, capped, or as points.
    pub adds: bool,
    /// Points.
    pub points: bool,
    /// Figures that decided.
    pub figures: bool,
    /// Rows of the source.
    pub rows: bool,
    /// Associations.
    pub associations: bool,
    /// Reasons.
    pub reason: bool,
}

/// A row of a table.
pub struct Line {
    /// What it is.
    pub label: String,
    /// What it consists of, where it has something.
    pub href: Option<String>,
    /// Values of the keys.
    pub keys: Vec<String>,
    /// Its number.
    pub value: String,
    /// What it adds to the level's number.
    pub adds: String,
    /// Its points.
    pub points: String,
    /// Figures that decided: label and quantity.
    pub figures: Vec<(String, String)>,
    /// How many more there are.
    pub more_figures: usize,
    /// How many rows of the source it stands for.
    pub rows: String,
    /// The associations that gave the credit.
    pub associations: Vec<String>,
    /// How many more there are.
    pub more_associations: usize,
    /// Why it does not count: code and cure.
    pub reason: Option<(&'static str, String)>,
}

/// A level as it is shown.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// The visit.
    pub visit: &'a Visit,
    /// What its address names.
    pub named: &'a Named<'a>,
    /// The place whose rows are shown.
    pub place: &'a Place<'a>,
    /// The nodes on the way to it, and its own.
    pub above: &'a [&'a Node],
    /// The rows.
    pub picked: &'a Picked<'a>,
    /// What was asked for.
    pub asked: &'a Asked,
}

impl<'a> Shown<'a> {
    fn level(&self, page_key: &'static str, what: &'static str) -> Level<'a> {
        Level { visit: self.visit, named: self.named, place: self.place, above: self.above, asked: self.asked, page_key, what }
    }
}

/// The table of gates.
pub fn gates(shown: &Shown<'_>) -> Table {
    shown.level("page_gates", "gates").table(&shown.picked.gates)
}

/// The table of rows that count.
pub fn counted(shown: &Shown<'_>) -> CountedTable {
    let Shown { place, picked, asked, .. } = *shown;
    let mut table = shown.level("page", "rows that count").table(&picked.counted);
    let unit = place.unit;
    if place.node().adds_up && picked.counted_total > 0 {
        if asked.is_filter() && picked.counted.len() != picked.counted_total {
            table.totals.push((format!("Total of the {} found", picked.counted.len()), show::number(&picked.picked_sum, unit)));
        }
        table.totals.push((format!("Total of {}", show::count(picked.counted_total, "counted row")), show::number(&picked.sum, unit)));
    }
    CountedTable { heading: split_heading("Counted", picked.counted.len(), picked.counted_total), table }
}

/// The table of rows that do not count.
pub fn not_counted(shown: &Shown<'_>) -> NotCountedTable {
    let Shown { visit, named, place, picked, asked, .. } = *shown;
    let table = shown.level("page_not", "rows that do not count").table(&picked.not_counted);
    let link = |(reason, rows): &(domain::reasons::Reason, usize)| {
        let is_current = asked.reason.as_deref() == Some(reason.code());
        // A second click shows every reason again.
        let wanted = Asked { text: asked.text.clone(), reason: (!is_current).then(|| reason.code().to_owned()), sort: asked.sort.clone() };
        ReasonLink { code: reason.code(), rows: *rows, href: named.address(visit, place.path(), &wanted.values(None)), is_current }
    };
    NotCountedTable {
        heading: split_heading("Not counted", picked.not_counted.len(), picked.not_counted_total),
        table,
        reasons: picked.reasons.iter().map(link).collect(),
    }
}

fn split_heading(what: &str, found: usize, total: usize) -> String {
    if found == total { format!("{what}: {total}") } else { format!("{what}: {found} of {total}") }
}

/// A level that is made into a table.
struct Level<'a> {
    visit: &'a Visit,
    named: &'a Named<'a>,
    place: &'a Place<'a>,
    above: &'a [&'a Node],
    asked: &'a Asked,
    page_key: &'static str,
    what: &'static str,
}

impl Level<'_> {
    fn table(&self, rows: &[Row<'_>]) -> Table {
        let (pager, shown) = Pager::new(self.what, self.visit.page_number(self.page_key), rows.len(), |number| {
            let mut values = self.asked.values(None);
            values.push((self.page_key, Some(number.to_string())));
            self.named.address(self.visit, self.place.path(), &values)
        });
        let shown = &rows[shown];
        let (same, keys): (Vec<_>, Vec<_>) = self.key_columns(rows).into_iter().partition(|key| is_same(rows, key));
        let same = same.into_iter().map(|key| (key_heading(key), cell(rows[0].1, key)));
        let unit = one_unit(rows, self.place.unit);
        let has = |held: fn(&Node) -> bool| rows.iter().any(|(_, row)| held(row));
        let heading = match unit {
            Some("") | None => "Value".to_owned(),
            Some(unit) => show::capital(unit),
        };
        Table {
            same: same.collect(),
            label: self.sort_link(what_rows_are(rows), "label", false),
            value: self.sort_link(&heading, "value", true),
            has: Has {
                value: has(|row| row.counted || !row.value.is_zero()),
                adds: has(|row| row.counted && row.adds != row.value && row.kind != "gate"),
                points: has(|row| row.points.is_some()),
                figures: has(|row| row.children.iter().any(|child| child.kind == "figure")),
                rows: has(|row| row.rows > 0),
                associations: has(|row| !row.associations.is_empty()),
                reason: has(|row| reason(row).is_some()),
            },
            lines: shown.iter().map(|row| self.line(*row, &keys, unit)).collect(),
            keys: keys.iter().map(|key| key_heading(key)).collect(),
            totals: Vec::new(),
            pager,
            what: self.what,
        }
    }

    fn sort_link(&self, label: &str, key: &str, is_number: bool) -> SortLink {
        let kept: Vec<_> = self.asked.values(None).into_iter().filter(|(key, _)| *key != "sort").collect();
        let value = |key: &'static str| (key, self.visit.value(key).map(str::to_owned));
        let mut values = vec![value("track"), value("as_of"), ("path", self.place.path())];
        values.extend(kept);
        SortLink::new(label, key, is_number, self.asked.sort.as_deref(), &self.named.path(), &values)
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

    fn line(&self, (at, row): Row<'_>, keys: &[&'static str], unit: Option<&str>) -> Line {
        let leads_on = !row.children.is_empty() || !row.rules.is_empty() || row.associations.len() > ASSOCIATIONS_MAX;
        let own_unit = tree::unit_of(row, self.place.unit);
        let value = if unit.is_some() { show::number(&row.value, own_unit) } else { show::quantity(&row.value, own_unit) };
        let figures: Vec<&Node> = row.children.iter().filter(|child| child.kind == "figure").collect();
        Line {
            label: label(row),
            href: leads_on.then(|| self.named.address(self.visit, Some(self.place.path_to(at)), &[])),
            keys: keys.iter().map(|key| cell(row, key)).collect(),
            value,
            adds: show::number(&row.adds, self.place.unit),
            points: row.points.as_ref().map_or_else(String::new, show::points),
            more_figures: figures.len().saturating_sub(FIGURES_MAX),
            figures: figures
                .iter()
                .take(FIGURES_MAX)
                .map(|figure| (figure.label.clone(), show::quantity(&figure.value, figure.unit)))
                .collect(),
            rows: if row.rows > 0 { row.rows.to_string() } else { String::new() },
            associations: row.associations.iter().take(ASSOCIATIONS_MAX).cloned().collect(),
            more_associations: row.associations.len().saturating_sub(ASSOCIATIONS_MAX),
            reason: reason(row),
        }
    }
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

/// Why a row does not count. The only ones without a reason are options that others outdo.
fn reason(row: &Node) -> Option<(&'static str, String)> {
    match row.reason {
        Some(reason) => Some((reason.code(), show::capital(reason.cure()))),
        None if row.counted || row.kind == "gate" => None,
        None => Some(("", "The other option gives more points".to_owned())),
    }
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
