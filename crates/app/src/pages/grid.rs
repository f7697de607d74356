//! Grids: rows under columns that can be sorted, searched, picked from, paged and downloaded.
//!
//! All of it by links and one plain form, so that the state is in the address and nothing needs a script. A page with several
//! grids gives each a prefix, which begins its values in the address.

/// What stands in a cell.
mod cell;

/// What the address asks of a grid.
mod asked;

/// The whole grid as a file.
mod file;

/// What columns mean.
mod dictionary;

/// A grid on its page.
mod part;

use axum::response::Response;

use crate::pages::problem::Problem;
use crate::pages::visit::Visit;
use crate::views::hidden::Hidden;

pub use cell::{Cell, Piece, Value};
pub use dictionary::meaning;
pub use part::GridPart;

/// A column of a grid.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name in addresses and files.
    key: String,
    /// Its heading.
    label: String,
    /// What its cells hold.
    kind: Kind,
    /// Whether rows can be picked by its values.
    is_choice: bool,
    /// Whether only files have it.
    is_file_only: bool,
    /// Whether it is added up below the rows.
    is_total: bool,
    /// Whether its texts stay on one line.
    is_unbroken: bool,
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Day,
    Amount,
    Count,
    Fraction,
}

impl Column {
    fn new(key: &str, label: &str, kind: Kind) -> Self {
        Self {
            key: key.to_owned(),
            label: label.to_owned(),
            kind,
            is_choice: false,
            is_file_only: false,
            is_total: false,
            is_unbroken: false,
        }
    }

    /// Texts; IDs as well.
    #[must_use]
    pub fn text(key: &str, label: &str) -> Self {
        Self::new(key, label, Kind::Text)
    }

    /// Days.
    #[must_use]
    pub fn day(key: &str, label: &str) -> Self {
        Self::new(key, label, Kind::Day)
    }

    /// Exact amounts: dollars, seats, users.
    #[must_use]
    pub fn amount(key: &str, label: &str) -> Self {
        Self::new(key, label, Kind::Amount)
    }

    /// Whole numbers.
    #[must_use]
    pub fn count(key: &str, label: &str) -> Self {
        Self::new(key, label, Kind::Count)
    }

    /// Exact fractions: values and points. Files have them twice, as shown and exact.
    #[must_use]
    pub fn fraction(key: &str, label: &str) -> Self {
        Self::new(key, label, Kind::Fraction)
    }

    /// The column, with a choice of its values above the grid.
    #[must_use]
    pub fn choice(self) -> Self {
        Self { is_choice: true, ..self }
    }

    /// The column, in files only.
    #[must_use]
    pub fn file_only(self) -> Self {
        Self { is_file_only: true, ..self }
    }

    /// The column, added up below the rows.
    #[must_use]
    pub fn total(self) -> Self {
        Self { is_total: true, ..self }
    }

    /// The column, whose texts stay on one line: IDs and instants.
    #[must_use]
    pub fn unbroken(self) -> Self {
        Self { is_unbroken: true, ..self }
    }

    /// The class of its cells.
    fn class(&self) -> &'static str {
        match self.kind {
            Kind::Text if self.is_unbroken => "unbroken",
            Kind::Text => "",
            Kind::Day => "day",
            Kind::Amount | Kind::Count | Kind::Fraction => "number",
        }
    }

    fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Amount | Kind::Count | Kind::Fraction)
    }
}

/// Rows under columns, with what the address asks of them.
pub struct Grid<'v> {
    visit: &'v Visit,
    what: &'static str,
    prefix: &'static str,
    file_name: String,
    empty: String,
    order: Option<&'static str>,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl<'v> Grid<'v> {
    /// A grid of `what` (`customers`), its rows in an order that lasts: it decides between rows that are equal in the column
    /// that is sorted by. Each row has a cell for each column; the first column tells rows apart.
    #[must_use]
    pub fn new(visit: &'v Visit, what: &'static str, columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> Self {
        let empty = format!("There are no {what}.");
        Self { visit, what, prefix: "", file_name: what.to_owned(), empty, order: None, columns, rows }
    }

    /// The grid with a prefix of its values in the address: `usage_`.
    #[must_use]
    pub fn prefixed(self, prefix: &'static str) -> Self {
        Self { prefix, ..self }
    }

    /// The grid, sorted by a column unless asked otherwise: its key, after a minus when it is descending.
    #[must_use]
    pub fn sorted(self, order: &'static str) -> Self {
        Self { order: Some(order), ..self }
    }

    /// The grid, whose files have a name; the ending is added, and letters that a file cannot have are replaced.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        let fits = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' };
        Self { file_name: name.chars().map(fits).collect(), ..self }
    }

    /// The grid, with what is said when it has no row at all, and what would give it some.
    #[must_use]
    pub fn empty(self, sentence: impl Into<String>) -> Self {
        Self { empty: sentence.into(), ..self }
    }

    /// The grid, without the dollars that are hidden from the visitor.
    #[must_use]
    pub fn masked(mut self, hidden: &Hidden) -> Self {
        if let Some(told) = &hidden.revenue {
            let is_money = |cell: &&mut Cell| cell.unit == "dollars" && cell.value != Value::None;
            self.rows.iter_mut().flatten().filter(is_money).for_each(|cell| *cell = Cell::hidden(told));
        }
        self
    }

    /// Whether something in a column is hidden from the visitor.
    fn hides(&self, at: usize) -> bool {
        self.rows.iter().any(|row| matches!(row[at].value, Value::Hidden(_)))
    }

    /// The file that the address asks for instead of the page; none when it asks for the page.
    #[must_use]
    pub fn download(&self) -> Option<Result<Response, Problem>> {
        file::asked(self)
    }

    /// The grid on its page.
    #[must_use]
    pub fn part(&self) -> GridPart {
        GridPart::new(self)
    }

    /// How many rows there are, asked for or not.
    #[must_use]
    pub fn total(&self) -> usize {
        self.rows.len()
    }

    /// How many rows are asked for.
    #[must_use]
    pub fn found(&self) -> usize {
        asked::rows(self).len()
    }
}
