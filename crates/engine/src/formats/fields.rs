//! Columns that a format reads, by any of the names that they have had, and the cells of a row.

use std::cell::Cell;

use domain::amount::{Amount, AmountError};
use domain::names::Name;
use domain::time::{Day, Month};

use super::dates::{self, DateStyle};

/// A column that a format reads.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The names that it has had; the first one that a header has is taken.
    pub names: &'static [&'static str],
    /// Whether a file of the format must have it.
    pub is_needed: bool,
}

impl Field {
    /// A column that a file must have.
    pub const fn need(names: &'static [&'static str]) -> Self {
        Self { names, is_needed: true }
    }

    /// A column that a file may have.
    pub const fn may(names: &'static [&'static str]) -> Self {
        Self { names, is_needed: false }
    }
}

/// Declares the columns of a format: an enum `Column` for asking rows, and their `FIELDS`.
macro_rules! fields {
    ($( $column:ident: $kind:ident [$($name:literal),+ $(,)?]; )*) => {
        #[derive(Clone, Copy)]
        enum Column { $( $column, )* }

        // some columns only tell the format, or a row from its repetition
        const _: &[Column] = &[ $( Column::$column, )* ];

        const FIELDS: &[$crate::formats::fields::Field] = &[ $( $crate::formats::fields::Field::$kind(&[$($name),+]), )* ];

        impl From<Column> for usize {
            fn from(column: Column) -> Self {
                column as Self
            }
        }
    };
}
pub(crate) use fields;

/// Why a row cannot be taken.
#[derive(Debug)]
pub struct Refused {
    /// The kind of trouble, in kebab-case.
    pub reason: &'static str,
    /// The column, by its place among the format's fields.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What would cure it.
    pub cure: String,
}

impl Refused {
    /// A refusal about a column.
    pub fn new(reason: &'static str, column: impl Into<usize>, message: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { reason, column: column.into(), message: message.into(), cure: cure.into() }
    }
}

/// The cells of a row.
pub struct Cells<'a> {
    /// The line on which the row starts.
    pub line: u64,
    texts: &'a [Option<&'a str>],
    fields: &'static [Field],
    style: DateStyle,
    rounded: Cell<bool>,
}

impl<'a> Cells<'a> {
    /// The cells of the format's fields, in their order.
    pub fn new(line: u64, texts: &'a [Option<&'a str>], fields: &'static [Field], style: DateStyle) -> Self {
        Self { line, texts, fields, style, rounded: Cell::new(false) }
    }

    /// The text of a cell without outer blanks; nothing where it is blank, `NULL`, or not in the file.
    pub fn text(&self, column: impl Into<usize>) -> Option<&'a str> {
        let text = self.texts.get(column.into()).copied().flatten()?.trim();
        (!text.is_empty() && !text.eq_ignore_ascii_case("null")).then_some(text)
    }

    /// The text of a cell, or nothing as an empty text.
    pub fn text_or_blank(&self, column: impl Into<usize>) -> &'a str {
        self.text(column).unwrap_or_default()
    }

    /// The text of a cell that every row needs.
    pub fn need(&self, column: impl Into<usize>) -> Result<&'a str, Refused> {
        let column = column.into();
        self.text(column).ok_or_else(|| {
            let cure = format!("fill in `{}`; every such row needs it", self.fields[column].names[0]);
            Refused::new("blank-cell", column, "the cell is blank", cure)
        })
    }

    /// The name in a cell that every row needs.
    pub fn name(&self, column: impl Into<usize>) -> Result<Name, Refused> {
        self.need(column).map(Name::new)
    }

    /// The name in a cell.
    pub fn name_if_any(&self, column: impl Into<usize>) -> Option<Name> {
        self.text(column).and_then(Name::new_if_any)
    }

    /// The day in a cell that every row needs.
    pub fn day(&self, column: impl Into<usize>) -> Result<Day, Refused> {
        let column = column.into();
        let text = self.need(column)?;
        dates::day(text, self.style).ok_or_else(|| self.not_a_day(text, column))
    }

    /// The day in a cell, if there is one.
    pub fn day_if_any(&self, column: impl Into<usize>) -> Result<Option<Day>, Refused> {
        let column = column.into();
        self.text(column).map(|_| self.day(column)).transpose()
    }

    fn not_a_day(&self, text: &str, column: usize) -> Refused {
        let message =
            format!("`{text}` is not a day; expected YYYY-MM-DD, or {}: a file has one style of dates with slashes", self.style.shown());
        Refused::new("not-a-day", column, message, "write the day as YYYY-MM-DD, such as 2024-01-31")
    }

    /// The month in a cell that every row needs.
    pub fn month(&self, column: impl Into<usize>) -> Result<Month, Refused> {
        let column = column.into();
        let text = self.need(column)?;
        dates::month(text, self.style).ok_or_else(|| {
            let message = format!("`{text}` is not a month; expected YYYY-MM, its first day, or its name with the year");
            Refused::new("not-a-month", column, message, "write the month as YYYY-MM, such as 2024-01")
        })
    }

    /// The amount in a cell, rounded to 18 decimal places if it has more; nothing where it is blank.
    pub fn amount(&self, column: impl Into<usize>) -> Result<Option<Amount>, Refused> {
        let column = column.into();
        let Some(text) = self.text(column) else { return Ok(None) };
        match Amount::parse_rounded(text) {
            Ok((amount, was_rounded)) => {
                self.rounded.set(self.rounded.get() || was_rounded);
                Ok(Some(amount))
            }
            Err(error) => {
                let reason = if matches!(error, AmountError::Absurd(_)) { "absurd-amount" } else { "not-an-amount" };
                Err(Refused::new(reason, column, error.to_string(), "write the number in full, such as 1234.56"))
            }
        }
    }

    /// Whether an amount of the row was rounded.
    pub fn was_rounded(&self) -> bool {
        self.rounded.get()
    }
}
