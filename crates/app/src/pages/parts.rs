//! Parts that several pages share: the mark of a status, the choice of a day, the pages of a list.

use askama::Template;
use domain::designations::{Score, Status};
use domain::time::Day;

use crate::pages::answers;
use crate::pages::problem::Problem;
use crate::pages::visit::Visit;

/// The mark of a status, with the mark of a provisional score.
#[derive(Debug, Template)]
#[template(path = "parts/status.html")]
pub struct StatusMark {
    status: Status,
    is_provisional: bool,
    reasons: Vec<String>,
}

impl StatusMark {
    /// The marks of a score.
    #[must_use]
    pub fn new(score: &Score) -> Self {
        Self { status: score.status, is_provisional: score.is_provisional, reasons: answers::provisional_because(score) }
    }
}

/// The form that chooses the as-of day.
#[derive(Debug, Template)]
#[template(path = "parts/as_of.html")]
pub struct AsOfForm {
    action: String,
    day: Day,
    today: Day,
    kept: Vec<(String, String)>,
}

impl AsOfForm {
    /// A form that shows `action` as of another day; `kept` are other values of the query.
    #[must_use]
    pub fn new(action: String, day: Day, today: Day, kept: Vec<(&'static str, String)>) -> Self {
        let kept = kept.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        Self { action, day, today, kept }
    }

    /// A form that shows the page of a visit as of another day, with everything else that its address asks for.
    ///
    /// # Errors
    ///
    /// A day that is none.
    pub fn of(visit: &Visit) -> Result<Self, Problem> {
        let mut values = visit.values();
        values.retain(|key, value| key != "as_of" && !key.ends_with("page") && !value.trim().is_empty());
        Ok(Self { action: visit.path().to_owned(), day: visit.as_of()?, today: visit.reading.today(), kept: values.into_iter().collect() })
    }
}

/// The pages of a long list.
#[derive(Debug, Template)]
#[template(path = "parts/pager.html")]
pub struct Pager {
    what: &'static str,
    first: usize,
    last: usize,
    total: usize,
    before: Option<String>,
    after: Option<String>,
}

impl Pager {
    /// How many rows a page has.
    pub const ROWS: usize = 100;

    /// The page `number`, counted from 1, of a list of `total` rows; a number beyond the end is the last page. `address`
    /// makes the query values of another page. Returns the pager and the range of rows to show.
    pub fn new(what: &'static str, number: usize, total: usize, address: impl Fn(usize) -> String) -> (Self, std::ops::Range<usize>) {
        let pages = total.div_ceil(Self::ROWS).max(1);
        let number = number.clamp(1, pages);
        let rows = (number - 1) * Self::ROWS..(number * Self::ROWS).min(total);
        let before = (number > 1).then(|| address(number - 1));
        let after = (number < pages).then(|| address(number + 1));
        (Self { what, first: rows.start + 1, last: rows.end, total, before, after }, rows)
    }
}
