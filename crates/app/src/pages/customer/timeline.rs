//! Associations on a timeline: a bar for the days that were recorded, filled where they can give credit.

use askama::Template;
use domain::customers::{Association, Customer};
use domain::time::{Day, Interval, Month};

use crate::pages::show;
use crate::views::hidden::Hidden;

/// How far back the timeline reaches at most, in months.
const BACK_MAX: i32 = 48;
/// How far it reaches beyond the day, in months.
const AHEAD: i32 = 2;

/// Associations over days.
#[derive(Debug, Template)]
#[template(path = "parts/timeline.html")]
pub struct Timeline {
    as_of: Day,
    today: String,
    years: Vec<(String, String)>,
    kinds: Vec<Kind>,
}

/// The associations of a kind.
#[derive(Debug)]
struct Kind {
    name: &'static str,
    class: &'static str,
    bars: Vec<Bar>,
}

/// An association.
#[derive(Debug)]
struct Bar {
    label: String,
    partner_id: String,
    days: String,
    recorded: (String, String),
    credited: Vec<(String, String)>,
    told: String,
    through: Vec<String>,
    more: usize,
    failure: Option<(&'static str, String)>,
}

/// How many roles and resources are named.
const THROUGH_MAX: usize = 4;

impl Timeline {
    /// The associations of a customer, around a day, without what is hidden.
    #[must_use]
    pub fn new(customer: &Customer, as_of: Day, hidden: &Hidden) -> Self {
        let first = customer.associations.iter().map(|association| association.recorded.from).min().unwrap_or(as_of);
        let earliest = as_of.month().minus(BACK_MAX).first_day();
        let span = Interval { from: first.max(earliest).month().first_day(), to: as_of.month().plus(AHEAD).first_day() };
        let mut kinds: Vec<Kind> = Vec::new();
        for association in &customer.associations {
            let name = association.attach.shown();
            if kinds.last().is_none_or(|kind| kind.name != name) {
                kinds.push(Kind { name, class: association.attach.as_str(), bars: Vec::new() });
            }
            kinds
                .last_mut()
                .expect("one was just added")
                .bars
                .push(Bar { label: hidden.association(&association.label), ..bar(association, span) });
        }
        let years = (span.from.month().year() + 1..=as_of.month().year()).map(|year| {
            let start = Month::new(year, 1).first_day();
            // Near the day itself its own label stands.
            let is_near = as_of.epoch_days() - start.epoch_days() < (span.to.epoch_days() - span.from.epoch_days()) / 5;
            (if is_near { String::new() } else { year.to_string() }, at(start, span))
        });
        Self { as_of, today: at(as_of, span), years: years.collect(), kinds }
    }
}

/// Where a day lies in a span, in percent with one decimal, as styles write it.
fn at(day: Day, span: Interval) -> String {
    let (total, done) = (i64::from(span.to.epoch_days() - span.from.epoch_days()), i64::from(day.epoch_days() - span.from.epoch_days()));
    let per_mille = (done * 1000 / total.max(1)).clamp(0, 1000);
    format!("{}.{}%", per_mille / 10, per_mille % 10)
}

fn bar(association: &Association, span: Interval) -> Bar {
    let place = |days: &Interval| (at(days.from, span), at(days.to, span));
    let told: Vec<String> = association.credited.iter().map(days_in_words).collect();
    let recorded = days_in_words(&association.recorded);
    let is_all = told.as_slice() == [recorded.clone()];
    Bar {
        label: association.label.clone(),
        partner_id: association.partner_id.to_string(),
        recorded: place(&association.recorded),
        credited: association.credited.iter().map(place).collect(),
        told: if is_all || told.is_empty() { String::new() } else { format!("gives credit {}", show::list(&told)) },
        days: recorded,
        through: association.through.iter().take(THROUGH_MAX).cloned().collect(),
        more: association.through.len().saturating_sub(THROUGH_MAX),
        failure: association.failure.map(|reason| (reason.code(), show::capital(reason.cure()))),
    }
}

/// Half-open days as people read them: the last number is the first day not covered.
fn days_in_words(days: &Interval) -> String {
    let from = if days.from == Day::ALWAYS { "always".to_owned() } else { format!("from {}", days.from) };
    if days.to == Day::NEVER { format!("{from}, open") } else { format!("{from} until before {}", days.to) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn an_open_end_is_told_and_reaches_the_end_of_the_line() {
        let span = Interval { from: day("2023-01-01"), to: day("2024-01-01") };
        let open = Interval::new(day("2023-07-02"), None);
        assert_eq!((at(open.from, span), at(open.to, span)), ("49.8%".to_owned(), "100.0%".to_owned()));
        assert_eq!(days_in_words(&open), "from 2023-07-02, open");
        assert_eq!(days_in_words(&Interval::new(day("2023-01-05"), Some(day("2023-02-01")))), "from 2023-01-05 until before 2023-02-01");
    }
}
