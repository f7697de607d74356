//! What an association opens to its partner, as a table for the customer.

use askama::Template;
use domain::attach::AttachType;
use domain::claims::Claim;
use domain::disclosure::{self, Figures, Opened};
use domain::names::Name;
use domain::rulebook::Rulebook;
use domain::time::Day;

use crate::pages::{named, show};

/// What an association opens.
#[derive(Debug, Template)]
#[template(path = "parts/opened.html")]
pub struct OpenedPart {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    about: String,
    figures: &'static str,
    columns: String,
    from: String,
    to: String,
}

impl OpenedPart {
    /// What a claim opens, or would.
    #[must_use]
    pub fn of_claim(rulebook: &Rulebook, claim: &Claim) -> Self {
        let products = disclosure::of_claim(rulebook, claim);
        let row = |opened: &Opened| {
            let product = claim.products.iter().find(|product| product.shown() == opened.about);
            let about = product.and_then(|product| product.workload.as_ref()).map_or_else(|| opened.about.clone(), named::workload);
            let on = product.and_then(|product| product.subscription_id.as_ref()).map(|id| format!("{about}, subscription {id}"));
            let from = match (opened.from, opened.lag_months) {
                (Some(from), _) => from.to_string(),
                (None, 0) => "the day of the approval".to_owned(),
                (None, 1) => "a month after the approval".to_owned(),
                (None, months) => format!("{months} months after the approval"),
            };
            Row { about: on.unwrap_or(about), from, to: until(opened.to), ..Row::of(opened.figures) }
        };
        Self { rows: products.iter().map(row).collect() }
    }

    /// What a tie to a subscription opens between two days.
    #[must_use]
    pub fn of_product(rulebook: &Rulebook, attach: AttachType, about: &str, product: Option<&Name>, from: Option<Day>) -> Self {
        let from = from.map_or_else(|| "the day on which you save it".to_owned(), |from| from.to_string());
        let row = |figures| Row { about: about.to_owned(), from: from.clone(), to: until(None), ..Row::of(figures) };
        Self { rows: disclosure::of_product(rulebook, attach, product).into_iter().map(row).collect() }
    }
}

impl Row {
    fn of(figures: Figures) -> Self {
        Self {
            about: String::new(),
            figures: figures.told(),
            columns: show::capital(&columns(figures)),
            from: String::new(),
            to: String::new(),
        }
    }
}

/// The columns of a table in words.
fn columns(figures: Figures) -> String {
    let words: Vec<String> = figures.columns().into_iter().map(|name| disclosure::column(name).to_owned()).collect();
    show::list(&words)
}

/// What tables of figures hold, in a line, for lists.
#[must_use]
pub fn in_a_line(figures: impl IntoIterator<Item = Figures>) -> Vec<String> {
    figures.into_iter().map(|figures| format!("{}: {}", figures.told(), columns(figures))).collect()
}

fn until(to: Option<Day>) -> String {
    to.map_or_else(|| "you end it, or it ends".to_owned(), |to| to.to_string())
}
