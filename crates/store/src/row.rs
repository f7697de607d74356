//! Reading cells of result rows.

use domain::amount::Amount;
use domain::time::Month;
use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Row, ValueRef};

use crate::StoreError;

/// A result row with the statement that it is of.
pub struct Cells<'a> {
    /// The row.
    pub row: &'a AnyRow,
    /// The statement's file.
    pub statement: &'static str,
    /// The table, for messages.
    pub table: &'static str,
}

impl Cells<'_> {
    /// A text.
    pub fn text(&self, column: &'static str) -> Result<String, StoreError> {
        self.row.try_get(column).map_err(StoreError::at(self.statement))
    }

    /// A text or nothing.
    pub fn text_if_any(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        if self.is_null(column)? { Ok(None) } else { self.text(column).map(Some) }
    }

    /// A whole number that is not negative.
    pub fn count(&self, column: &'static str) -> Result<u64, StoreError> {
        let value: i64 = self.row.try_get(column).map_err(StoreError::at(self.statement))?;
        u64::try_from(value).map_err(|_| self.inconsistent(column, value.to_string(), "a count"))
    }

    /// A whole number that is not negative, or nothing.
    pub fn count_if_any(&self, column: &'static str) -> Result<Option<u64>, StoreError> {
        if self.is_null(column)? { Ok(None) } else { self.count(column).map(Some) }
    }

    /// An exact decimal, which may be larger than a row of a table may hold.
    pub fn amount(&self, column: &'static str) -> Result<Amount, StoreError> {
        let text = self.text(column)?;
        read_sum(&text).ok_or_else(|| self.inconsistent(column, text, "an exact decimal"))
    }

    /// An exact decimal, or nothing.
    pub fn amount_if_any(&self, column: &'static str) -> Result<Option<Amount>, StoreError> {
        if self.is_null(column)? { Ok(None) } else { self.amount(column).map(Some) }
    }

    /// A month.
    pub fn month(&self, column: &'static str) -> Result<Month, StoreError> {
        let text = self.text(column)?;
        text.parse().map_err(|_| self.inconsistent(column, text, "a month"))
    }

    /// A month, or nothing.
    pub fn month_if_any(&self, column: &'static str) -> Result<Option<Month>, StoreError> {
        if self.is_null(column)? { Ok(None) } else { self.month(column).map(Some) }
    }

    /// An instant.
    pub fn instant(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        let text = self.text(column)?;
        text.parse().map_err(|_| self.inconsistent(column, text, "an instant"))
    }

    /// An instant, or nothing: an empty text.
    pub fn instant_if_any(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        if self.text(column)?.is_empty() { Ok(None) } else { self.instant(column).map(Some) }
    }

    fn is_null(&self, column: &'static str) -> Result<bool, StoreError> {
        Ok(self.row.try_get_raw(column).map_err(StoreError::at(self.statement))?.is_null())
    }

    /// That a cell holds what no version of this program writes.
    pub fn inconsistent(&self, column: &'static str, value: String, expected: &'static str) -> StoreError {
        StoreError::Inconsistent { table: self.table, column, value, expected }
    }
}

/// Reads what [`Amount`] prints, sums beyond the limit of single rows too.
fn read_sum(text: &str) -> Option<Amount> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if part.len() > 18 || !whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let steps: i128 = format!("{whole}{part:0<18}").parse().ok()?;
    Some(Amount::from_steps(if negative { -steps } else { steps }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_read_as_they_print() {
        for steps in [0, 1, -1, 1_500_000_000_000_000_000, -(10_i128.pow(36)), 123_456_789 * 10_i128.pow(18)] {
            let amount = Amount::from_steps(steps);
            assert_eq!(read_sum(&amount.to_string()), Some(amount));
        }
        assert_eq!(read_sum("1e5"), None);
    }
}
