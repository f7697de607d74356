//! Columns by month: the markup that the chart kit draws, and the same numbers as a grid.

use askama::Template;
use domain::amount::Amount;
use domain::designations::WindowRow;
use domain::fraction::Fraction;

use super::share;
use crate::pages::grid::GridPart;
use crate::pages::show;

/// A series of a stacked chart: one value for each column.
#[derive(Debug)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// The class that colours it.
    pub class: &'static str,
    /// Its values, in the unit of the chart.
    pub values: Vec<Amount>,
}

/// Columns by month, of one value or of several on top of each other.
#[derive(Debug, Template)]
#[template(path = "parts/columns.html")]
pub struct Columns {
    /// What is shown, for those who do not see it and as the table's caption.
    what: String,
    /// What the tallest column stands for; empty when the columns say so themselves.
    top: String,
    /// Colours and what they stand for.
    legend: Vec<(&'static str, String)>,
    columns: Vec<Column>,
    /// The line to reach: its place and its label.
    line: Option<(String, String)>,
    /// The same numbers.
    numbers: GridPart,
    is_stacked: bool,
}

/// A column of the chart.
#[derive(Debug)]
struct Column {
    month: String,
    /// Class, height and words of each part.
    parts: Vec<(&'static str, String, String)>,
    /// What stands on the column.
    told: String,
}

impl Columns {
    /// Scores by month against the line that qualifies; `numbers` are the same.
    #[must_use]
    pub fn scores(months: &[WindowRow], line: i64, numbers: GridPart) -> Self {
        let hundred = Fraction::whole(100);
        let column = |row: &WindowRow| {
            let class = if row.qualified { "good" } else { "plain" };
            Column {
                month: row.month.to_string(),
                parts: vec![(class, share(&row.score, &hundred), format!("{}: {} points", row.month, show::points(&row.score)))],
                told: row.score.floor().exact(),
            }
        };
        Self {
            what: format!("Score by month; {line} points qualify"),
            top: String::new(),
            legend: Vec::new(),
            columns: months.iter().map(column).collect(),
            line: Some((share(&Fraction::whole(line), &hundred), line.to_string())),
            numbers,
            is_stacked: false,
        }
    }

    /// Series of dollars, or of another unit, on top of each other, a value for each of `months`; `numbers` are the same.
    #[must_use]
    pub fn stacked(what: &str, unit: &str, months: &[String], series: &[Series], numbers: GridPart) -> Self {
        let value = |series: &Series, at: usize| Fraction::from(series.values[at]).floor_zero();
        let total = |at: usize| -> Fraction { series.iter().map(|series| value(series, at)).sum() };
        let top = (0..months.len()).map(total).max().unwrap_or_default();
        let tell = |value: &Fraction| show::quantity(value, unit);
        let column = |(at, month): (usize, &String)| {
            let own = series.iter().map(|series| (series, value(series, at))).filter(|(_, value)| !value.is_zero());
            let part = |(series, value): (&Series, Fraction)| {
                (series.class, share(&value, &top), format!("{month}, {}: {}", series.name, tell(&value)))
            };
            Column { month: month.clone(), parts: own.map(part).collect(), told: String::new() }
        };
        Self {
            columns: months.iter().enumerate().map(column).collect(),
            what: format!("{what} by month"),
            top: if top.is_zero() { String::new() } else { tell(&top) },
            legend: series.iter().map(|series| (series.class, series.name.clone())).collect(),
            line: None,
            numbers,
            is_stacked: true,
        }
    }

    /// Whether there is anything to draw.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.columns.iter().all(|column| column.parts.is_empty())
    }
}

impl Column {
    /// The year of the month: it stands under the first one and under every January.
    fn year(&self) -> &str {
        self.month.split_once('-').map_or("", |(year, _)| year)
    }

    fn month_of_year(&self) -> &str {
        self.month.split_once('-').map_or(self.month.as_str(), |(_, month)| month)
    }
}
