//! Dates as exports write them: ISO 8601, or with slashes in one style for the whole file.

use domain::time::{Day, Month};

/// How a file writes dates with slashes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DateStyle {
    /// `01/31/2024`, as the vendor writes them.
    #[default]
    MonthFirst,
    /// `31/01/2024`, as a spreadsheet may have saved them.
    DayFirst,
}

impl DateStyle {
    /// The style as messages show it.
    pub const fn shown(self) -> &'static str {
        match self {
            Self::MonthFirst => "MM/DD/YYYY",
            Self::DayFirst => "DD/MM/YYYY",
        }
    }

    /// The style of which a date is proof: one of its first two numbers is no month.
    pub fn proven_by(text: &str) -> Option<Self> {
        let (first, second, _) = slashed(text)?;
        match (first > 12, second > 12) {
            (false, true) => Some(Self::MonthFirst),
            (true, false) => Some(Self::DayFirst),
            _ => None,
        }
    }
}

/// The three numbers of a date with slashes, whatever follows it.
fn slashed(text: &str) -> Option<(i8, i8, i16)> {
    let (date, time) = text.split_once(' ').unwrap_or((text, ""));
    let is_time =
        time.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b' ' | b'A' | b'P' | b'M' | b'a' | b'p' | b'm'));
    let mut parts = date.split('/');
    let (first, second, year) = (parts.next()?, parts.next()?, parts.next()?);
    let is_date = parts.next().is_none() && year.len() == 4 && is_time;
    if is_date { Some((first.parse().ok()?, second.parse().ok()?, year.parse().ok()?)) } else { None }
}

/// The day that a text names: `2024-01-31`, `2024-01-31T22:00:00Z`, `20240131`, or with slashes in the file's style.
pub fn day(text: &str, style: DateStyle) -> Option<Day> {
    if let Some((first, second, year)) = slashed(text) {
        return match style {
            DateStyle::MonthFirst => Day::from_ymd(year, first, second),
            DateStyle::DayFirst => Day::from_ymd(year, second, first),
        };
    }
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Day::from_ymd(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?);
    }
    let (day, time) = text.split_at_checked(10)?;
    let time = time.trim_end_matches(['Z', 'z']).trim_end_matches("+00:00").trim_start_matches(['T', 't', ' ']);
    let is_time = time.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    if is_time { day.parse().ok() } else { None }
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The month that a text names: `2024-01`, `202401`, a day in it, or its name and the year (`Jan 2024`, `January, 2024`).
pub fn month(text: &str, style: DateStyle) -> Option<Month> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits && text.len() == 6 {
        return Day::from_ymd(text[..4].parse().ok()?, text[4..].parse().ok()?, 1).map(Day::month);
    }
    if let Ok(month) = text.parse() {
        return Some(month);
    }
    day(text, style).map(Day::month).or_else(|| named(text))
}

fn named(text: &str) -> Option<Month> {
    let mut words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let (one, two) = (words.next()?, words.next()?);
    let (name, year) = if one.bytes().all(|byte| byte.is_ascii_digit()) { (two, one) } else { (one, two) };
    let name = name.to_ascii_lowercase();
    let at = MONTHS.iter().position(|month| name.starts_with(month))?;
    let is_whole = words.next().is_none() && year.len() == 4;
    if is_whole { Some(Month::new(year.parse().ok()?, i32::try_from(at).ok()? + 1)) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_may_be_iso_or_in_the_style_of_the_file_with_or_without_a_time() {
        let of = |text| day(text, DateStyle::MonthFirst).map(|day| day.to_string()).unwrap_or_default();
        for text in ["2024-09-18", "2024-09-18 22:00:00", "2024-09-18T22:00Z", "2024-09-18T00:00:00.000+00:00", "20240918"] {
            assert_eq!(of(text), "2024-09-18", "{text}");
        }
        for text in ["09/18/2024", "9/18/2024", "09/18/2024 00:00", "9/18/2024 12:00:00 AM"] {
            assert_eq!(of(text), "2024-09-18", "{text}");
        }
        for text in ["18/09/2024", "09-18-2024", "09/18/24", "soon", "2024-09-18 noon", ""] {
            assert_eq!(of(text), "", "{text}");
        }
        assert_eq!(day("18/09/2024", DateStyle::DayFirst), day("2024-09-18", DateStyle::DayFirst));
    }

    #[test]
    fn a_date_proves_a_style_when_one_number_is_no_month() {
        assert_eq!(DateStyle::proven_by("09/18/2024"), Some(DateStyle::MonthFirst));
        assert_eq!(DateStyle::proven_by("18/09/2024 00:00"), Some(DateStyle::DayFirst));
        assert_eq!(DateStyle::proven_by("08/09/2024"), None);
        assert_eq!(DateStyle::proven_by("2024-09-18"), None);
    }

    #[test]
    fn a_month_may_be_a_number_a_day_or_a_name() {
        for text in
            ["2024-07", "2024-07-01", "202407", "07/01/2024", "Jul 2024", "July, 2024", "Jul-2024", "2024 July", "2024-07-01T00:00:00"]
        {
            assert_eq!(month(text, DateStyle::MonthFirst).map(|month| month.to_string()).as_deref(), Some("2024-07"), "{text}");
        }
        for text in ["2024", "Q3 2024", "13/2024", "FY24"] {
            assert_eq!(month(text, DateStyle::MonthFirst), None, "{text}");
        }
    }
}
