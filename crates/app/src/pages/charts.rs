//! Drawings: bars whose geometry is worked out here and written as SVG by small templates. Numbers stand beside every one.

use askama::Template;
use domain::designations::WindowRow;
use domain::fraction::Fraction;

use crate::pages::show;

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

/// Scores of the window by month, with the line that qualifies.
#[derive(Debug, Template)]
#[template(path = "parts/window_chart.html")]
pub struct WindowChart {
    label: String,
    line: i64,
    line_y: i32,
    bars: Vec<WindowColumn>,
    has_text: bool,
    width: i32,
}

/// A month of the chart.
#[derive(Debug)]
struct WindowColumn {
    x: i32,
    y: i32,
    height: i32,
    middle: i32,
    month: String,
    points: String,
    qualified: bool,
}

impl WindowChart {
    /// Height of a score of 100, in units of the drawing.
    const TALL: i32 = 120;
    /// Where the axis lies.
    const FLOOR: i32 = 138;
    /// Width of a month.
    const STEP: i32 = 62;

    /// The chart of a window; `has_text` writes months and scores into it.
    #[must_use]
    pub fn new(window: &[WindowRow], line: i64, has_text: bool) -> Self {
        let height = |score: &Fraction| i32::from(score.per_mille_of(&Fraction::whole(100))) * Self::TALL / 1000;
        let bars = window.iter().zip(0_i32..).map(|(row, at)| {
            let tall = height(&row.score).max(1);
            WindowColumn {
                x: at * Self::STEP + 8,
                y: Self::FLOOR - tall,
                height: tall,
                middle: at * Self::STEP + Self::STEP / 2,
                month: row.month.to_string(),
                points: show::points(&row.score),
                qualified: row.qualified,
            }
        });
        let bars: Vec<WindowColumn> = bars.collect();
        let told: Vec<String> = window.iter().map(|row| format!("{}: {}", row.month, show::points(&row.score))).collect();
        let width = Self::STEP * i32::try_from(bars.len()).unwrap_or(0);
        let line_y = Self::FLOOR - height(&Fraction::whole(line));
        Self { label: format!("Score by month: {}; {line} points qualify", show::list(&told)), line, line_y, bars, has_text, width }
    }
}
