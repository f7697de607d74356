//! Columns by month: the markup that the chart kit draws, and the same numbers as a table.

use askama::Template;
use domain::designations::WindowRow;
use domain::fraction::Fraction;

use super::share;
use crate::pages::show;

/// A series of a stacked chart: one value for each column.
#[derive(Debug)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// The class that colours it.
    pub class: &'static str,
    /// Its values.
    pub values: Vec<Fraction>,
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
    /// The heads of the table after the month.
    heads: Vec<String>,
    is_stacked: bool,
}

/// A column of the chart, and a row of the table.
#[derive(Debug)]
struct Column {
    month: String,
    /// Class, height and words of each part.
    parts: Vec<(&'static str, String, String)>,
    /// What stands on the column.
    told: String,
    /// Cells of the table.
    cells: Vec<String>,
}

impl Columns {
    /// Scores by month against the line that qualifies.
    #[must_use]
    pub fn scores(months: &[WindowRow], line: i64) -> Self {
        let hundred = Fraction::whole(100);
        let column = |row: &WindowRow| {
            let points = show::points(&row.score);
            let (class, word) = if row.qualified { ("good", "yes") } else { ("plain", "no") };
            Column {
                month: row.month.to_string(),
                parts: vec![(class, share(&row.score, &hundred), format!("{}: {points} points", row.month))],
                told: row.score.floor().exact(),
                cells: vec![points, word.to_owned()],
            }
        };
        Self {
            what: format!("Score by month; {line} points qualify"),
            top: String::new(),
            legend: Vec::new(),
            columns: months.iter().map(column).collect(),
            line: Some((share(&Fraction::whole(line), &hundred), line.to_string())),
            heads: vec!["Best score".to_owned(), "Qualified".to_owned()],
            is_stacked: false,
        }
    }

    /// Series on top of each other; `tell` writes a value.
    #[must_use]
    pub fn stacked(what: &str, heads: Vec<String>, series: Vec<Series>, tell: impl Fn(&Fraction) -> String) -> Self {
        let total = |at: usize| -> Fraction { series.iter().map(|series| series.values[at].clone().floor_zero()).sum() };
        let top = (0..heads.len()).map(total).max().unwrap_or_default();
        let column = |(at, month): (usize, &String)| {
            let own = series.iter().map(|series| (series, &series.values[at]));
            let part = |(series, value): (&Series, &Fraction)| {
                (series.class, share(value, &top), format!("{month}, {}: {}", series.name, tell(value)))
            };
            let sum: Fraction = series.iter().map(|series| series.values[at].clone()).sum();
            Column {
                month: month.clone(),
                parts: own.clone().filter(|(_, value)| !value.is_zero() && !value.is_negative()).map(part).collect(),
                told: String::new(),
                cells: own.map(|(_, value)| tell(value)).chain([tell(&sum)]).collect(),
            }
        };
        Self {
            columns: heads.iter().enumerate().map(column).collect(),
            what: format!("{what} by month"),
            top: if top.is_zero() { String::new() } else { tell(&top) },
            legend: series.iter().map(|series| (series.class, series.name.clone())).collect(),
            line: None,
            heads: series.iter().map(|series| series.name.clone()).chain(["Total".to_owned()]).collect(),
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
