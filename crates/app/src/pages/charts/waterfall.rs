//! A waterfall: from the score of the month before to this one, a step for each metric.

use askama::Template;
use domain::fraction::Fraction;

use crate::pages::grid::GridPart;
use crate::pages::show;

/// A metric's step.
#[derive(Debug)]
pub struct Step {
    /// The metric.
    pub label: String,
    /// Its points in the month before.
    pub before: Fraction,
    /// Its points now.
    pub after: Fraction,
    /// What moved it, in words.
    pub moved: Vec<String>,
}

/// From one score to another.
#[derive(Debug, Template)]
#[template(path = "parts/waterfall.html")]
pub struct Waterfall {
    heading: String,
    bars: Vec<Bar>,
    /// The same numbers, with what moved them.
    numbers: GridPart,
}

/// A bar: how far it is from the left, how long it is, and what it says.
#[derive(Debug)]
struct Bar {
    label: String,
    offset: String,
    size: String,
    class: &'static str,
    told: String,
}

impl Waterfall {
    /// The way from the score of one month to that of the next, `months` being their names; `numbers` are the same.
    #[must_use]
    pub fn new(months: &(String, String), before: &Fraction, after: &Fraction, steps: &[Step], numbers: GridPart) -> Self {
        let whole = |label: &str, score: &Fraction| bar(label, &Fraction::zero(), score, "plain", show::points(score));
        let mut bars = vec![whole(&months.0, before)];
        let mut at = before.clone();
        for step in steps.iter().filter(|step| step.before != step.after) {
            let to = &(&at + &step.after) - &step.before;
            let (low, high) = if to < at { (&to, &at) } else { (&at, &to) };
            let class = if to < at { "worse" } else { "good" };
            bars.push(bar(&step.label, low, high, class, change(&step.before, &step.after)));
            at = to;
        }
        bars.push(whole(&months.1, after));
        let changed = bars.len() - 2;
        let heading = match changed {
            0 => format!("Nothing changed since {}", months.0),
            some => format!("{} since {}: {}", change(before, after), months.0, show::counted(some, "metrics") + " moved"),
        };
        Self { heading, bars, numbers }
    }
}

impl Waterfall {
    /// The change in a line.
    #[must_use]
    pub fn heading(&self) -> &str {
        &self.heading
    }
}

/// A change with its sign.
pub fn change(before: &Fraction, after: &Fraction) -> String {
    let change = after - before;
    let sign = if change > Fraction::zero() { "+" } else { "" };
    format!("{sign}{}", show::points(&change))
}

fn bar(label: &str, low: &Fraction, high: &Fraction, class: &'static str, told: String) -> Bar {
    let hundred = Fraction::whole(100);
    let (low, high) = (low.per_mille_of(&hundred), high.per_mille_of(&hundred));
    let written = |per_mille: u16| format!("{}.{:03}", per_mille / 1000, per_mille % 1000);
    Bar { label: label.to_owned(), offset: written(low), size: written(high.saturating_sub(low).max(2)), class, told }
}
