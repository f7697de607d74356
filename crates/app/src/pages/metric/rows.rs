//! The rows of a level: split into gates, counted and not counted.

use domain::explain::Node;
use domain::reasons::Reason;

/// A row: its place among its siblings, and itself.
pub type Row<'a> = (usize, &'a Node);

/// The rows of a level, in the order of the explanation.
pub struct Picked<'a> {
    /// Rows that count.
    pub counted: Vec<Row<'a>>,
    /// Rows that do not.
    pub not_counted: Vec<Row<'a>>,
    /// Why rows do not count, most frequent first, with how many.
    pub reasons: Vec<(Reason, usize)>,
    /// Gates: what must be met before anything counts.
    pub gates: Vec<Row<'a>>,
}

impl<'a> Picked<'a> {
    /// Splits the children of `node`.
    pub fn new(node: &'a Node) -> Self {
        let (gates, others): (Vec<Row<'a>>, Vec<Row<'a>>) = node.children.iter().enumerate().partition(|(_, row)| row.kind == "gate");
        let (counted, not_counted): (Vec<Row<'a>>, Vec<Row<'a>>) = others.into_iter().partition(|(_, row)| row.counted);
        Self { gates, reasons: reasons(&not_counted), counted, not_counted }
    }
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
