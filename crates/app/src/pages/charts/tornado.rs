//! A tornado: for each lever, the score with one step less and with one step more, the widest first.

use askama::Template;
use domain::fraction::Fraction;

use crate::pages::charts::change;
use crate::pages::grid::GridPart;

/// What a lever swings.
#[derive(Debug)]
pub struct Swing {
    /// The lever.
    pub label: String,
    /// The score with one step less.
    pub less: Fraction,
    /// The score with one step more.
    pub more: Fraction,
}

/// Levers beside each other.
#[derive(Debug, Template)]
#[template(path = "parts/tornado.html")]
pub struct Tornado {
    heading: String,
    rows: Vec<Row>,
    /// The same numbers.
    numbers: GridPart,
}

/// A lever: how far its bars reach to either side, and what they say.
#[derive(Debug)]
struct Row {
    label: String,
    less: String,
    more: String,
    told_less: String,
    told_more: String,
}

impl Tornado {
    /// What levers swing around a score, in their order; `numbers` are the same.
    #[must_use]
    pub fn new(score: &Fraction, swings: &[Swing], numbers: GridPart) -> Self {
        let widest = swings.iter().flat_map(|swing| [score - &swing.less, &swing.more - score]).max().unwrap_or_default();
        let share = |part: &Fraction| {
            let per_mille = if widest.is_zero() { 0 } else { part.per_mille_of(&widest) };
            format!("{}.{:03}", per_mille / 1000, per_mille % 1000)
        };
        let row = |swing: &Swing| Row {
            label: swing.label.clone(),
            less: share(&(score - &swing.less)),
            more: share(&(&swing.more - score)),
            told_less: change(score, &swing.less),
            told_more: change(score, &swing.more),
        };
        let heading = format!("One step less and one step more of each of {} levers", swings.len());
        Self { heading, rows: swings.iter().map(row).collect(), numbers }
    }
}
