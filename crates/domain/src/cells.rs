//! Cells of the exchange format: how a text becomes a typed value, and what to say when it does not.

use crate::amount::Amount;
use crate::names::Name;
use crate::time::{Day, Month};

/// The kind of value that a column holds; it decides the column's Parquet type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// A text: ids, names, words of a closed list.
    Text,
    /// A day, ISO `YYYY-MM-DD`.
    Day,
    /// A month: its first day, or `YYYY-MM`.
    Month,
    /// An exact decimal.
    Amount,
    /// `true` or `false`.
    Flag,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The column's name, as in the file's header.
    pub name: &'static str,
    /// What the column holds.
    pub kind: CellKind,
    /// Whether the file must have the column. A blank cell of a required column is an error unless its kind has a zero.
    pub required: bool,
    /// What it means, as it is documented.
    pub meaning: &'static str,
}

/// Why one row cannot be taken: the column, the value found, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{column}: {message}")]
pub struct CellProblem {
    /// The column's name.
    pub column: &'static str,
    /// The text found; empty when the cell was blank.
    pub value: String,
    /// What is wrong, in words.
    pub message: String,
    /// What would cure it.
    pub cure: String,
}

/// A type that a cell can hold.
pub trait Cell: Sized {
    /// The kind of column that holds it.
    const KIND: CellKind;

    /// Reads a text that is not blank.
    ///
    /// # Errors
    /// What is wrong with the text, and what would cure it.
    fn read(text: &str) -> Result<Self, (String, String)>;

    /// The value of a blank cell; nothing when a value is needed.
    fn blank() -> Option<Self> {
        None
    }

    /// The text of the value; nothing for a blank cell.
    fn write(&self) -> Option<String>;
}

/// A row of a table of the exchange format.
pub trait Row: Sized {
    /// The table's name, which is the file's stem.
    const TABLE: &'static str;
    /// The table's columns, required ones first.
    const COLUMNS: &'static [Column];
    /// What the table holds, as it is documented.
    const MEANING: &'static str;

    /// Reads a row from its cells, in the order of [`Row::COLUMNS`]; blank and missing cells are nothing.
    ///
    /// # Errors
    /// The first cell that cannot be taken.
    fn read(cells: &[Option<&str>]) -> Result<Self, CellProblem>;

    /// The row's cells, in the order of [`Row::COLUMNS`].
    fn write(&self) -> Vec<Option<String>>;
}

/// Reads the cell of column `column`.
///
/// # Errors
/// When the cell is blank and a value is needed, or when its text is not of the column's kind.
pub fn read_cell<T: Cell>(column: &'static str, cell: Option<&str>) -> Result<T, CellProblem> {
    match cell.map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => T::read(text).map_err(|(message, cure)| CellProblem { column, value: text.to_owned(), message, cure }),
        None => T::blank().ok_or_else(|| CellProblem {
            column,
            value: String::new(),
            message: "the cell is blank".to_owned(),
            cure: format!("fill in `{column}`; every row needs it"),
        }),
    }
}

impl Cell for String {
    const KIND: CellKind = CellKind::Text;
    fn read(text: &str) -> Result<Self, (String, String)> {
        Ok(text.to_owned())
    }
    fn write(&self) -> Option<String> {
        Some(self.clone())
    }
}

impl Cell for Name {
    const KIND: CellKind = CellKind::Text;
    fn read(text: &str) -> Result<Self, (String, String)> {
        Ok(Self::new(text))
    }
    fn write(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Cell for Day {
    const KIND: CellKind = CellKind::Day;
    fn read(text: &str) -> Result<Self, (String, String)> {
        let day = strip_midnight(text);
        day.parse().map_err(|error: crate::time::TimeError| (error.to_string(), day_cure(text)))
    }
    fn write(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Cell for Month {
    const KIND: CellKind = CellKind::Month;
    fn read(text: &str) -> Result<Self, (String, String)> {
        strip_midnight(text).parse().map_err(|error: crate::time::TimeError| (error.to_string(), day_cure(text)))
    }
    fn write(&self) -> Option<String> {
        Some(self.first_day().to_string())
    }
}

impl Cell for Amount {
    const KIND: CellKind = CellKind::Amount;
    fn read(text: &str) -> Result<Self, (String, String)> {
        text.parse()
            .map_err(|error: crate::amount::AmountError| (error.to_string(), "write the number in full, such as 1234.56".to_owned()))
    }
    fn blank() -> Option<Self> {
        Some(Self::ZERO)
    }
    fn write(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl<T: Cell> Cell for Option<T> {
    const KIND: CellKind = T::KIND;
    fn read(text: &str) -> Result<Self, (String, String)> {
        T::read(text).map(Some)
    }
    fn blank() -> Option<Self> {
        Some(None)
    }
    fn write(&self) -> Option<String> {
        self.as_ref().and_then(Cell::write)
    }
}

/// Dates that a spreadsheet or a data frame wrote as instants: `2024-01-31T00:00:00Z`, `2024-01-31 00:00:00`.
fn strip_midnight(text: &str) -> &str {
    let Some((day, time)) = text.split_at_checked(10) else { return text };
    let time = time.trim_end_matches('Z').trim_end_matches("+00:00");
    let is_midnight = time.is_empty()
        || time
            .strip_prefix(['T', ' '])
            .is_some_and(|time| time.starts_with("00:00") && time.bytes().all(|b| matches!(b, b'0' | b':' | b'.')));
    if is_midnight { day } else { text }
}

fn day_cure(text: &str) -> String {
    let parts: Vec<&str> = text.split(['/', '.', '-']).collect();
    match parts.as_slice() {
        [first, _, year] if year.len() == 4 && first.len() <= 2 => {
            format!(
                "the day is written {}; write it {year}-MM-DD, as ISO 8601 has it",
                if text.contains('/') { "MM/DD/YYYY or DD/MM/YYYY" } else { "DD.MM.YYYY" }
            )
        }
        _ => "write the day as YYYY-MM-DD, such as 2024-01-31".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_may_carry_midnight_and_nothing_else() {
        for text in ["2024-01-31", "2024-01-31T00:00:00Z", "2024-01-31 00:00:00.000", "2024-01-31T00:00:00+00:00"] {
            assert_eq!(<Day as Cell>::read(text).unwrap().to_string(), "2024-01-31");
        }
        assert!(<Day as Cell>::read("2024-01-31T10:00:00Z").is_err());
    }

    #[test]
    fn a_date_in_another_style_says_how_to_write_it() {
        let problem = read_cell::<Day>("from", Some("02/30/2026")).unwrap_err();
        assert!(problem.cure.contains("2026-MM-DD"), "{}", problem.cure);
        assert_eq!((problem.column, problem.value.as_str()), ("from", "02/30/2026"));
    }
}
