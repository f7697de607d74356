//! Queries to begin with: those that the documentation has.

use std::sync::LazyLock;

use crate::program::tables::{Offer, question};

const DOCUMENT: &str = include_str!("../../../../docs/how-to/ask-with-sql.md");

/// A query to begin with.
#[derive(Debug)]
pub struct Example {
    /// What it tells, a sentence without its stop.
    pub title: &'static str,
    /// The query.
    pub query: &'static str,
}

static EXAMPLES: LazyLock<Vec<Example>> = LazyLock::new(|| {
    let blocks = DOCUMENT.split("```sql\n").collect::<Vec<_>>();
    let pairs = blocks.windows(2).filter_map(|pair| {
        let title = pair[0].trim_end().lines().next_back()?.trim_end_matches(':');
        Some(Example { title, query: pair[1].split("```").next()?.trim_end() })
    });
    pairs.collect()
});

/// Every example of the documentation.
pub fn all() -> &'static [Example] {
    &EXAMPLES
}

/// The examples that somebody can ask with what is offered to them.
pub fn of(offer: &Offer) -> Vec<&'static Example> {
    let names: Vec<&str> = offer.tables.iter().map(|table| table.name).collect();
    let can_ask = |example: &&Example| {
        let Ok(asked) = question(example.query) else { return false };
        let Ok(named) = asked.tables(&names) else { return false };
        let is_kept_back = |(table, column, _): &(&str, Option<&str>, _)| {
            column.is_some_and(|column| named.iter().any(|name| name == table) && example.query.contains(column))
        };
        !offer.kept_back.iter().any(is_kept_back)
    };
    all().iter().filter(can_ask).collect()
}
