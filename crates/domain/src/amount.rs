//! Exact decimal amounts: dollars, seats, users, quantities.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};
use std::str::FromStr;

use num_bigint::BigInt;
use num_traits::Signed;
use serde::{Deserialize, Serialize};

/// An exact decimal number with up to 18 places. It holds dollars (`acr_usd`, `revenue_usd`) or counts (seats, users,
/// quantities), negative too. Sums do not depend on the order of their terms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "AmountText", into = "String")]
#[schemars(with = "AmountText")]
pub struct Amount(i128);

/// A text that is not a number, or not one that an [`Amount`] holds exactly.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not a decimal number at all.
    #[error("`{0}` is not a number; expected digits with a decimal point, such as 1234.56")]
    NotANumber(String),
    /// A number with thousands separators or a decimal comma.
    #[error("`{0}` has a comma; write the number with a decimal point and without separators, such as 1234.56")]
    Comma(String),
    /// More than 18 decimal places.
    #[error("`{0}` has more than 18 decimal places; round it to 18")]
    TooFine(String),
    /// Larger than any amount that can be meant.
    #[error("`{0}` is absurd: amounts lie between -10^12 and 10^12; check the unit and the decimal point")]
    Absurd(String),
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// Decimal places held.
    pub const SCALE: u32 = 18;
    /// How many of the smallest steps make one whole.
    pub const ONE: i128 = 10_i128.pow(Self::SCALE);
    /// The largest amount that a row may hold, either way: 10^12.
    pub const ROW_MAX: Self = Self(Self::ONE * 1_000_000_000_000);

    /// `whole` dollars, seats or users.
    #[must_use]
    pub const fn whole(whole: i64) -> Self {
        Self(whole as i128 * Self::ONE)
    }

    /// The amount of `steps` steps of 10^-18.
    #[must_use]
    pub const fn from_steps(steps: i128) -> Self {
        Self(steps)
    }

    /// The amount in steps of 10^-18.
    #[must_use]
    pub const fn steps(self) -> i128 {
        self.0
    }

    /// Reads a decimal as [`str::parse`] does, and rounds one with more than 18 decimal places to 18, half away from zero;
    /// whether it had to be rounded.
    ///
    /// # Errors
    /// When the text is no number, or an absurd one.
    pub fn parse_rounded(text: &str) -> Result<(Self, bool), AmountError> {
        match text.parse() {
            Err(AmountError::TooFine(_)) => round_text(text).map(|amount| (amount, true)),
            other => other.map(|amount| (amount, false)),
        }
    }

    /// The amount times `rate`, rounded to 18 decimal places, half away from zero; nothing when the product cannot stand in
    /// a row.
    #[must_use]
    pub fn times(self, rate: Self) -> Option<Self> {
        let one = BigInt::from(Self::ONE);
        let product = BigInt::from(self.0) * BigInt::from(rate.0);
        let half = BigInt::from(if product.is_negative() { -Self::ONE / 2 } else { Self::ONE / 2 });
        let steps = i128::try_from((product + half) / one).ok()?;
        Some(Self(steps)).filter(|amount| amount.is_plausible())
    }

    /// Whether the amount can stand in one row of a table, see [`Amount::ROW_MAX`].
    #[must_use]
    pub fn is_plausible(self) -> bool {
        -Self::ROW_MAX.0 <= self.0 && self.0 <= Self::ROW_MAX.0
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    /// Reads decimals with an optional sign and exponent (`-12.5`, `1.2E-05`).
    fn from_str(text: &str) -> Result<Self, AmountError> {
        let bad = || {
            if text.contains(',') { AmountError::Comma(text.to_owned()) } else { AmountError::NotANumber(text.to_owned()) }
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| bad())?),
            None => (text, 0),
        };
        let (negative, digits) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && part.is_empty() || !whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit()) {
            return Err(bad());
        }
        let part = part.trim_end_matches('0');
        let figures = format!("{whole}{part}");
        let figures = figures.trim_start_matches('0');
        if figures.is_empty() {
            return Ok(Self::ZERO);
        }
        let places = i32::try_from(part.len()).unwrap_or(i32::MAX).saturating_sub(exponent);
        let shift = 18_i32.saturating_sub(places);
        if shift < 0 {
            return shift_down(figures, shift.unsigned_abs(), text).map(|steps| Self(if negative { -steps } else { steps }));
        }
        if figures.len() + usize::try_from(shift).unwrap_or(usize::MAX).min(99) > 31 {
            return Err(AmountError::Absurd(text.to_owned()));
        }
        let steps = figures.parse::<i128>().map_err(|_| bad())? * 10_i128.pow(shift.unsigned_abs());
        let amount = Self(if negative { -steps } else { steps });
        if amount.is_plausible() { Ok(amount) } else { Err(AmountError::Absurd(text.to_owned())) }
    }
}

/// The steps of `figures` when its last `down` figures are zeros.
fn shift_down(figures: &str, down: u32, text: &str) -> Result<i128, AmountError> {
    let too_fine = || AmountError::TooFine(text.to_owned());
    let keep = figures.len().checked_sub(down as usize).ok_or_else(too_fine)?;
    let (kept, dropped) = figures.split_at(keep);
    if dropped.bytes().any(|b| b != b'0') {
        return Err(too_fine());
    }
    kept.parse().map_err(|_| AmountError::Absurd(text.to_owned()))
}

/// Rounds a number with too many decimal places.
fn round_text(text: &str) -> Result<Amount, AmountError> {
    let bad = || AmountError::NotANumber(text.to_owned());
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().map_err(|_| bad())?;
    let (sign, digits) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let figures = format!("{whole}{part}");
    // how many of the figures stand before the 18th decimal place, that one included
    let kept = i32::try_from(whole.len()).map_err(|_| bad())?.saturating_add(exponent).saturating_add(18);
    let Ok(kept) = usize::try_from(kept) else { return Ok(Amount::ZERO) };
    let leading = figures.get(..kept).ok_or_else(bad)?;
    let steps: i128 = if leading.is_empty() { 0 } else { leading.parse().map_err(|_| AmountError::Absurd(text.to_owned()))? };
    let up = i128::from(figures.as_bytes().get(kept).is_some_and(|figure| *figure >= b'5'));
    let amount = Amount(steps + up);
    if !amount.is_plausible() {
        return Err(AmountError::Absurd(text.to_owned()));
    }
    Ok(if sign.is_empty() { amount } else { -amount })
}

impl fmt::Display for Amount {
    /// Without trailing zeros: `1234.5`, `-3`, `0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0.unsigned_abs() / Self::ONE.unsigned_abs(), self.0.unsigned_abs() % Self::ONE.unsigned_abs());
        let sign = if self.0 < 0 { "-" } else { "" };
        if part == 0 {
            return write!(f, "{sign}{whole}");
        }
        let part = format!("{part:018}");
        write!(f, "{sign}{whole}.{}", part.trim_end_matches('0'))
    }
}

/// A number as TOML and JSON write it: a whole number or a text.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(untagged, expecting = "expected a whole number, or a number in quotes such as \"1234.56\"")]
enum AmountText {
    Whole(i64),
    Text(String),
}

impl TryFrom<AmountText> for Amount {
    type Error = AmountError;

    fn try_from(text: AmountText) -> Result<Self, AmountError> {
        match text {
            AmountText::Whole(whole) => Ok(Self::whole(whole)),
            AmountText::Text(text) => text.parse(),
        }
    }
}

impl From<Amount> for String {
    fn from(amount: Amount) -> Self {
        amount.to_string()
    }
}

impl Add for Amount {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Amount {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Amount {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        text.parse::<Amount>().map_or_else(|error| error.to_string(), |amount| amount.to_string())
    }

    #[test]
    fn decimals_are_exact_and_print_as_they_read() {
        for text in ["0", "1234.5", "-3", "0.00000080000000001", "-0.000000000000000001", "999999999999"] {
            assert_eq!(shown(text), text);
        }
        assert_eq!(shown("1.2E-05"), "0.000012");
        assert_eq!(shown("+1.500"), "1.5");
        assert_eq!(shown("12e3"), "12000");
        assert_eq!(shown("0.0000000000000000010"), "0.000000000000000001");
    }

    #[test]
    fn what_is_no_amount_says_so() {
        assert!(shown("1,234.50").contains("comma"));
        assert!(shown("abc").contains("not a number"));
        assert!(shown("").contains("not a number") && shown("-").contains("not a number") && shown("NaN").contains("not a"));
        assert!(shown("0.0000000000000000001").contains("18 decimal places"));
        assert!(shown("1000000000000.1").contains("absurd") && shown("9e999").contains("absurd"));
        assert!(shown("99999999999999999999999999999999999999999").contains("absurd"));
    }

    #[test]
    fn more_than_18_places_are_rounded_half_away_from_zero() {
        for (text, expected) in [
            ("0.0000000000000000015", "0.000000000000000002"),
            ("-3.12345678901234567E-07", "-0.000000312345678901"),
            ("1.0000000000000000004999", "1"),
            ("4E-30", "0"),
        ] {
            let (amount, was_rounded) = Amount::parse_rounded(text).unwrap();
            assert_eq!((amount.to_string().as_str(), was_rounded), (expected, true), "{text}");
        }
        assert_eq!(Amount::parse_rounded("0.5").unwrap(), ("0.5".parse().unwrap(), false));
        let huge = "99999999999999999999999999999999999.0000000000000000001";
        assert!(matches!(Amount::parse_rounded(huge), Err(AmountError::Absurd(_))));
    }

    #[test]
    fn a_product_is_exact_to_18_places_and_rounded_half_away_from_zero() {
        let times =
            |a: &str, b: &str| a.parse::<Amount>().unwrap().times(b.parse().unwrap()).map_or("-".to_owned(), |product| product.to_string());
        assert_eq!(times("100", "0.27224589249009701"), "27.224589249009701");
        assert_eq!(times("-12.5", "1.1"), "-13.75");
        assert_eq!(times("0.000000000000000001", "0.5"), "0.000000000000000001");
        assert_eq!(times("-0.000000000000000001", "0.5"), "-0.000000000000000001");
        assert_eq!(times("0.000000000000000001", "0.4"), "0");
        assert_eq!(times("999999999999", "1000"), "-");
    }
}
