//! The rows of a level: picked, sorted, split into counted and not counted.

use domain::explain::Node;
use domain::fraction::Fraction;
use domain::reasons::Reason;

use crate::pages::visit::Visit;

/// Which rows are asked for, and in which order.
pub struct Asked {
    /// A text that rows hold.
    pub text: String,
    /// The code of a reason, for rows that do not count.
    pub reason: Option<String>,
    /// The order: a column, after a minus when it is descending.
    pub sort: Option<String>,
}

impl Asked {
    /// Reads the query of a visit.
    pub fn of(visit: &Visit) -> Self {
        let value = |key| visit.value(key).map(str::to_owned);
        Self { text: value("q").unwrap_or_default(), reason: value("reason"), sort: value("sort") }
    }

    /// The values of the query, in another order if `sort` says so.
    pub fn values(&self, sort: Option<&str>) -> Vec<(&'static str, Option<String>)> {
        let text = (!self.text.is_empty()).then(|| self.text.clone());
        vec![("q", text), ("reason", self.reason.clone()), ("sort", sort.map(str::to_owned).or_else(|| self.sort.clone()))]
    }

    /// Whether some rows are left out.
    pub fn is_filter(&self) -> bool {
        !self.text.is_empty() || self.reason.is_some()
    }
}

/// A row: its place among its siblings, and itself.
pub type Row<'a> = (usize, &'a Node);

/// The rows of a level.
pub struct Picked<'a> {
    /// Rows that count and are asked for.
    pub counted: Vec<Row<'a>>,
    /// Rows that do not count and are asked for.
    pub not_counted: Vec<Row<'a>>,
    /// How many rows count, asked for or not.
    pub counted_total: usize,
    /// How many rows do not count, asked for or not.
    pub not_counted_total: usize,
    /// Why rows do not count, most frequent first, with how many.
    pub reasons: Vec<(Reason, usize)>,
    /// Gates: what must be met before anything counts.
    pub gates: Vec<Row<'a>>,
    /// What all rows that count add, with their signs.
    pub sum: Fraction,
    /// The sum of those asked for.
    pub picked_sum: Fraction,
}

impl<'a> Picked<'a> {
    /// Picks rows among the children of `node`.
    pub fn new(node: &'a Node, asked: &Asked) -> Self {
        let (gates, others): (Vec<Row<'a>>, Vec<Row<'a>>) = node.children.iter().enumerate().partition(|(_, row)| row.kind == "gate");
        let (all_counted, all_not): (Vec<Row<'a>>, Vec<Row<'a>>) = others.into_iter().partition(|(_, row)| row.counted);
        let text = asked.text.to_lowercase();
        let keep = |row: &Row<'a>| holds(row.1, &text);
        let mut counted: Vec<Row<'a>> = all_counted.iter().copied().filter(keep).collect();
        let has_reason = |row: &Row<'a>| asked.reason.as_ref().is_none_or(|code| row.1.reason.is_some_and(|reason| reason.code() == code));
        let mut not_counted: Vec<Row<'a>> = all_not.iter().copied().filter(keep).filter(has_reason).collect();
        for rows in [&mut counted, &mut not_counted] {
            sort(rows, asked.sort.as_deref());
        }
        Self {
            gates,
            reasons: reasons(&all_not),
            sum: sum(&all_counted),
            picked_sum: sum(&counted),
            counted_total: all_counted.len(),
            not_counted_total: all_not.len(),
            counted,
            not_counted,
        }
    }
}

fn sum(rows: &[Row<'_>]) -> Fraction {
    rows.iter().map(|(_, row)| row.adds.clone()).sum()
}

fn reasons(rows: &[Row<'_>]) -> Vec<(Reason, usize)> {
    let mut counted: std::collections::BTreeMap<Reason, usize> = std::collections::BTreeMap::new();
    for reason in rows.iter().filter_map(|(_, row)| row.reason) {
        *counted.entry(reason).or_default() += 1;
    }
    let mut counted: Vec<(Reason, usize)> = counted.into_iter().collect();
    counted.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    counted
}

/// Whether a row holds a text, in lower case: in its label, its keys or its associations.
fn holds(row: &Node, text: &str) -> bool {
    let has = |held: &str| held.to_lowercase().contains(text);
    text.is_empty() || has(&row.label) || row.keys.iter().any(|(_, value)| has(value)) || row.associations.iter().any(|value| has(value))
}

/// Sorts by a column; rows that are equal keep the order of the explanation.
fn sort(rows: &mut [Row<'_>], sort: Option<&str>) {
    let Some(sort) = sort else { return };
    let order = |one: &Node, other: &Node| match sort.trim_start_matches('-') {
        "value" => one.value.cmp(&other.value),
        "rows" => one.rows.cmp(&other.rows),
        "reason" => one.reason.map(Reason::code).cmp(&other.reason.map(Reason::code)),
        _ => one.label.to_lowercase().cmp(&other.label.to_lowercase()),
    };
    let is_descending = sort.starts_with('-');
    rows.sort_by(|(_, one), (_, other)| if is_descending { order(other, one) } else { order(one, other) });
}
