//! Drawings: charts that the kit of styles draws from tables, and single bars as SVG. Numbers stand beside or behind every one.

/// Columns by month.
mod columns;

/// What levers swing.
mod tornado;

/// From one score to another.
mod waterfall;

use askama::Template;
use domain::designations::WindowRow;
use domain::fraction::Fraction;

use crate::pages::show;

pub use columns::{Columns, Series};
pub use tornado::{Swing, Tornado};
pub use waterfall::{Step, Waterfall, change};

/// How far along a line of `of` a number lies, in percent with one decimal, as SVG writes it.
fn percent(number: &Fraction, of: &Fraction) -> String {
    let per_mille = number.per_mille_of(of);
    format!("{}.{}", per_mille / 10, per_mille % 10)
}

/// A score on a line from 0 to 100 with a mark where the area qualifies.
#[derive(Debug, Template)]
#[template(path = "parts/score_bar.html")]
pub struct ScoreBar {
    width: String,
    line: String,
    qualified: bool,
}

impl ScoreBar {
    /// The bar of a score; `line` is the score that qualifies.
    #[must_use]
    pub fn new(score: &Fraction, line: i64, qualified: bool) -> Self {
        let hundred = Fraction::whole(100);
        Self { width: percent(score, &hundred), line: percent(&Fraction::whole(line), &hundred), qualified }
    }
}

/// Points of a metric on a line from 0 to its maximum.
#[derive(Debug, Template)]
#[template(path = "parts/points_bar.html")]
pub struct PointsBar {
    width: String,
    blocks: bool,
}

impl PointsBar {
    /// The bar of a metric; one that `blocks` the designation is marked.
    #[must_use]
    pub fn new(points: &Fraction, max: i64, blocks: bool) -> Self {
        Self { width: percent(points, &Fraction::whole(max)), blocks }
    }
}

/// Scores of the window by month, small: the numbers stand on the page of the designation.
#[derive(Debug, Template)]
#[template(path = "parts/spark.html")]
pub struct Spark {
    label: String,
    line: String,
    bars: Vec<(&'static str, String, String)>,
}

impl Spark {
    /// The months of a window against the line that qualifies.
    #[must_use]
    pub fn new(window: &[WindowRow], line: i64) -> Self {
        let hundred = Fraction::whole(100);
        let told = |row: &WindowRow| format!("{}: {}", row.month, show::points(&row.score));
        let bar = |row: &WindowRow| (if row.qualified { "good" } else { "plain" }, share(&row.score, &hundred), told(row));
        let all: Vec<String> = window.iter().map(told).collect();
        Self {
            label: format!("Score by month: {}; {line} points qualify", show::list(&all)),
            line: share(&Fraction::whole(line), &hundred),
            bars: window.iter().map(bar).collect(),
        }
    }
}

/// The share of `of` that a number is, as styles write it: 0.000 to 1.000.
fn share(number: &Fraction, of: &Fraction) -> String {
    let per_mille = number.per_mille_of(of);
    format!("{}.{:03}", per_mille / 1000, per_mille % 1000)
}
