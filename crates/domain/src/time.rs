//! Days, months and half-open intervals of days. All days are UTC.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A calendar day (UTC), counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("format" = "date"))]
pub struct Day(i32);

/// A calendar month, counted from January of year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = r"^\d{4}-(0[1-9]|1[0-2])$"))]
pub struct Month(i32);

/// Days from `from` up to, and not including, `to`. An open end is [`Day::NEVER`]; an empty interval holds on no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    /// The first day covered.
    pub from: Day,
    /// The first day not covered any more.
    pub to: Day,
}

/// A text that is not a day or a month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {wanted}; expected {form}")]
pub struct TimeError {
    text: String,
    wanted: &'static str,
    form: &'static str,
}

impl Day {
    /// Earlier than every day that a table can hold: the start of what holds always.
    pub const ALWAYS: Self = Self(-3_000_000);
    /// Later than every day that a table can hold: the end of what is still open.
    pub const NEVER: Self = Self(3_000_000);
    const EPOCH: Date = Date::constant(1970, 1, 1);

    /// The day that lies `days` days after 1970-01-01 (Arrow's `Date32`).
    #[must_use]
    pub const fn from_epoch_days(days: i32) -> Self {
        Self(days)
    }

    /// The day of an instant, in UTC.
    #[must_use]
    pub fn of(instant: jiff::Timestamp) -> Self {
        instant.to_zoned(jiff::tz::TimeZone::UTC).date().into()
    }

    /// The first instant of the day, UTC.
    #[must_use]
    pub fn start(self) -> jiff::Timestamp {
        let start = jiff::Timestamp::from_second(i64::from(self.0) * 86_400);
        start.unwrap_or(if self.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX })
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn epoch_days(self) -> i32 {
        self.0
    }

    /// The day of a civil date; nothing when there is no such day.
    #[must_use]
    pub fn from_ymd(year: i16, month: i8, day: i8) -> Option<Self> {
        Date::new(year, month, day).ok().map(Self::from)
    }

    /// The month that the day lies in.
    #[must_use]
    pub fn month(self) -> Month {
        let date = self.date();
        Month::new(i32::from(date.year()), i32::from(date.month()))
    }

    /// The latest month that is over at the end of this day.
    #[must_use]
    pub fn closed_month(self) -> Month {
        let month = self.month();
        if month.last_day() <= self { month } else { month.minus(1) }
    }

    /// The day of the week, 1 for Monday to 7 for Sunday.
    #[must_use]
    pub const fn weekday(self) -> i32 {
        // 1970-01-01 was a Thursday
        (self.0 + 3).rem_euclid(7) + 1
    }

    /// The day `days` later, or earlier when negative.
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    /// The same day of the month `months` later, or that month's last day when it is shorter.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        let first = self.month().first_day();
        let month = self.month().plus(months);
        month.first_day().plus(self.0 - first.0).min(month.last_day())
    }

    fn date(self) -> Date {
        Self::EPOCH.checked_add(jiff::Span::new().days(self.0.clamp(-3_000_000, 2_932_896))).unwrap_or(Date::MAX)
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        let days = date.since(Self::EPOCH).map_or(0, |span| span.get_days());
        Self(days)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NEVER | Self::ALWAYS => f.write_str("open"),
            day => write!(f, "{}", day.date()),
        }
    }
}

impl FromStr for Day {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let error = || TimeError { text: text.to_owned(), wanted: "day", form: "YYYY-MM-DD" };
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(error());
        }
        let number = |range: std::ops::Range<usize>| digits(&bytes[range]).ok_or_else(error);
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let small = |value: i32| i8::try_from(value).map_err(|_| error());
        Self::from_ymd(i16::try_from(year).map_err(|_| error())?, small(month)?, small(day)?).ok_or_else(error)
    }
}

fn digits(bytes: &[u8]) -> Option<i32> {
    bytes.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i32::from(byte - b'0')))
}

impl Month {
    /// The month `month` (1 to 12) of `year`.
    #[must_use]
    pub const fn new(year: i32, month: i32) -> Self {
        Self(year * 12 + month - 1)
    }

    /// The year of the month.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// The month of the year, 1 to 12.
    #[must_use]
    pub const fn month_of_year(self) -> i32 {
        self.0.rem_euclid(12) + 1
    }

    /// The month `months` earlier.
    #[must_use]
    pub const fn minus(self, months: i32) -> Self {
        Self(self.0 - months)
    }

    /// The month `months` later.
    #[must_use]
    pub const fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    /// How many months this one lies after `earlier`.
    #[must_use]
    pub const fn months_since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// The first day of the month.
    #[must_use]
    pub fn first_day(self) -> Day {
        let year = i16::try_from(self.year()).unwrap_or(9999);
        let month = i8::try_from(self.month_of_year()).unwrap_or(1);
        Day::from_ymd(year, month, 1).unwrap_or(Day::NEVER)
    }

    /// The last day of the month.
    #[must_use]
    pub fn last_day(self) -> Day {
        self.plus(1).first_day().plus(-1)
    }

    /// The `count` months that end with this one, oldest first.
    pub fn trailing(self, count: i32) -> impl Iterator<Item = Self> {
        (0..count).rev().map(move |back| self.minus(back))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month_of_year())
    }
}

impl FromStr for Month {
    type Err = TimeError;

    /// Reads `YYYY-MM`, or the first day of the month.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let error = || TimeError { text: text.to_owned(), wanted: "month", form: "YYYY-MM or the month's first day" };
        let day: Day = match text.len() {
            7 => format!("{text}-01").parse().map_err(|_| error())?,
            _ => text.parse().map_err(|_| error())?,
        };
        if day != day.month().first_day() {
            return Err(error());
        }
        Ok(day.month())
    }
}

impl Interval {
    /// Every day.
    pub const ALWAYS: Self = Self { from: Day::ALWAYS, to: Day::NEVER };

    /// Days from `from` up to `to`, open when there is no `to`.
    #[must_use]
    pub fn new(from: Day, to: Option<Day>) -> Self {
        Self { from, to: to.unwrap_or(Day::NEVER) }
    }

    /// Whether the day lies in the interval.
    #[must_use]
    pub fn holds_on(self, day: Day) -> bool {
        self.from <= day && day < self.to
    }

    /// Whether the interval holds on no day at all.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.from >= self.to
    }

    /// The days in both; nothing when there are none.
    #[must_use]
    pub fn and(self, other: Self) -> Option<Self> {
        let both = Self { from: self.from.max(other.from), to: self.to.min(other.to) };
        (!both.is_empty()).then_some(both)
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {})", self.from, self.to)
    }
}

macro_rules! text_form {
    ($($kind:ty),*) => {$(
        impl TryFrom<String> for $kind {
            type Error = TimeError;
            fn try_from(text: String) -> Result<Self, TimeError> {
                text.parse()
            }
        }
        impl From<$kind> for String {
            fn from(value: $kind) -> Self {
                value.to_string()
            }
        }
    )*};
}
text_form!(Day, Month);

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_is_closed_on_its_last_day_and_not_before() {
        assert_eq!(day("2024-01-31").closed_month(), Month::new(2024, 1));
        assert_eq!(day("2024-01-30").closed_month(), Month::new(2023, 12));
    }

    #[test]
    fn a_month_later_is_the_same_day_or_the_last_one() {
        assert_eq!(day("2023-11-30").plus_months(1), day("2023-12-30"));
        assert_eq!(day("2024-01-31").plus_months(1), day("2024-02-29"));
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in ["2023-02-29", "2023-2-1", "01/02/2023", "2023-13-01", "", "2023-02-2x"] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }

    #[test]
    fn days_and_months_print_as_they_read() {
        for text in ["1969-12-31", "1970-01-01", "2024-02-29", "9999-12-31", "0001-01-01"] {
            assert_eq!(day(text).to_string(), text);
        }
        assert_eq!("2024-02".parse::<Month>().unwrap().to_string(), "2024-02");
        assert!("2024-02-02".parse::<Month>().is_err());
    }

    #[test]
    fn an_interval_starts_on_its_first_day_and_ends_before_its_last() {
        let held = Interval::new(day("2024-01-01"), Some(day("2024-02-01")));
        assert!(held.holds_on(day("2024-01-01")) && held.holds_on(day("2024-01-31")));
        assert!(!held.holds_on(day("2024-02-01")));
        assert!(Interval::new(day("2024-01-01"), Some(day("2024-01-01"))).is_empty());
    }
}
