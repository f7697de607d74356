//! A level as tables: the rows that count, with their total, and apart from them those that do not, with why and a cure.

use askama::Template;
use domain::explain::Node;

use crate::pages::metric::Named;
use crate::pages::metric::rows::{Asked, Picked, Row};
use crate::pages::parts::{Pager, SortLink};
use crate::pages::show;
use crate::pages::tree::Place;
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
    /// Columns before the one with the value.
    fn columns_before_value(&self) -> usize {
        1 + self.keys.len() + usize::from(self.has.figures)
    }

    /// Columns after it.
    fn columns_after_value(&self) -> usize {
        [self.has.points, self.has.rows, self.has.associations, self.has.reason].into_iter().filter(|has| *has).count()
    }
}

/// Which columns have something in them.
#[derive(Clone, Copy, Default)]
pub struct Has {
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
    /// Its number, with a minus when it is subtracted.
    pub value: String,
    /// Its points.
    pub points: String,
    /// Figures that decided: label and quantity.
    pub figures: Vec<(String, String)>,
    /// How many rows of the source it stands for.
    pub rows: String,
    /// The associations that gave the credit.
    pub associations: Vec<String>,
    /// How many more there are.
    pub more_associations: usize,
    /// Why it does not count: code and cure.
    pub reason: Option<(&'static str, String)>,
}

/// The table of rows that count.
pub fn counted(visit: &Visit, named: &Named<'_>, place: &Place<'_>, picked: &Picked<'_>, asked: &Asked) -> CountedTable {
    let mut table = Level { visit, named, place, asked, page_key: "page", what: "rows that count" }.table(&picked.counted);
    let unit = place.node().unit;
    if place.node().adds_up && picked.counted_total > 0 {
        if asked.is_filter() && picked.counted.len() != picked.counted_total {
            table.totals.push((format!("Total of the {} found", picked.counted.len()), show::number(&picked.picked_sum, unit)));
        }
        table.totals.push((format!("Total of {}", show::count(picked.counted_total, "counted row")), show::number(&picked.sum, unit)));
    }
    CountedTable { heading: split_heading("Counted", picked.counted.len(), picked.counted_total), table }
}

/// The table of rows that do not count.
pub fn not_counted(visit: &Visit, named: &Named<'_>, place: &Place<'_>, picked: &Picked<'_>, asked: &Asked) -> NotCountedTable {
    let table = Level { visit, named, place, asked, page_key: "page_not", what: "rows that do not count" }.table(&picked.not_counted);
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
        let keys = self.key_columns(rows);
        let unit = one_unit(rows);
        let has = |held: fn(&Node) -> bool| rows.iter().any(|(_, row)| held(row));
        let heading = match unit {
            Some("") | None => "Value".to_owned(),
            Some(unit) => show::capital(unit),
        };
        Table {
            label: self.sort_link(what_rows_are(rows), "label", false),
            value: self.sort_link(&heading, "value", true),
            has: Has {
                points: has(|row| row.points.is_some()),
                figures: has(|row| row.children.iter().any(|child| child.kind == "figure")),
                rows: has(|row| row.rows > 0),
                associations: has(|row| !row.associations.is_empty()),
                reason: has(|row| row.reason.is_some()),
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
                let is_above = self.place.nodes.iter().any(|node| node.keys.iter().any(|(above, same)| above == key && same == value));
                if !is_above && *value != row.label && !columns.contains(key) {
                    columns.push(key);
                }
            }
        }
        columns
    }

    fn line(&self, (at, row): Row<'_>, keys: &[&'static str], unit: Option<&str>) -> Line {
        let leads_on = !row.children.is_empty() || !row.rules.is_empty() || row.associations.len() > ASSOCIATIONS_MAX;
        let key = |key: &&'static str| row.keys.iter().find(|(own, _)| own == key).map_or_else(String::new, |(_, value)| value.clone());
        let value = if unit.is_some() { show::number(&row.value, row.unit) } else { show::quantity(&row.value, row.unit) };
        let figures = row.children.iter().filter(|child| child.kind == "figure").take(FIGURES_MAX);
        Line {
            label: show::capital_if_word(&row.label),
            href: leads_on.then(|| self.named.address(self.visit, Some(self.place.path_to(at)), &[])),
            keys: keys.iter().map(key).collect(),
            value: if row.adds.is_negative() { format!("less {value}") } else { value },
            points: row.points.as_ref().map_or_else(String::new, show::points),
            figures: figures.map(|figure| (figure.label.clone(), show::quantity(&figure.value, figure.unit))).collect(),
            rows: if row.rows > 0 { row.rows.to_string() } else { String::new() },
            associations: row.associations.iter().take(ASSOCIATIONS_MAX).cloned().collect(),
            more_associations: row.associations.len().saturating_sub(ASSOCIATIONS_MAX),
            reason: row.reason.map(|reason| (reason.code(), show::capital(reason.cure()))),
        }
    }
}

/// The unit of all rows, if they have the same.
fn one_unit<'a>(rows: &[Row<'a>]) -> Option<&'a str> {
    let first = rows.first()?.1.unit;
    rows.iter().all(|(_, row)| row.unit == first).then_some(first)
}

/// What the rows are, by their kind.
fn what_rows_are(rows: &[Row<'_>]) -> &'static str {
    match rows.first().map(|(_, row)| row.kind) {
        Some("part") => "Part",
        Some("term") => "Term",
        Some("customer") => "Customer",
        Some("person") => "Person",
        Some("service") => "Service",
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
