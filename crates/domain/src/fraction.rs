//! Exact fractions: metric values and points. Rounding happens only when they are shown.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use serde::{Deserialize, Serialize, Serializer};

use crate::amount::Amount;

/// An exact fraction in lowest terms.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "FractionText")]
#[schemars(with = "FractionText")]
pub struct Fraction(BigRational);

impl Serialize for Fraction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.exact())
    }
}

impl Fraction {
    /// `numerator / denominator`.
    ///
    /// # Panics
    /// When the denominator is zero.
    #[must_use]
    pub fn new(numerator: i64, denominator: i64) -> Self {
        Self(BigRational::new(numerator.into(), denominator.into()))
    }

    /// A whole number.
    #[must_use]
    pub fn whole(whole: i64) -> Self {
        Self(BigRational::from_integer(whole.into()))
    }

    /// Nothing.
    #[must_use]
    pub fn zero() -> Self {
        Self::default()
    }

    /// The fraction in lowest terms: `40/3`, `-5/2`, `20`.
    #[must_use]
    pub fn exact(&self) -> String {
        self.0.to_string()
    }

    /// Two decimals, half away from zero, no minus sign on zero. Source: spec "Rounding", a display rule.
    #[must_use]
    pub fn shown(&self) -> String {
        let hundred = BigRational::from_integer(100.into());
        let half = BigRational::new(1.into(), 2.into());
        let cents = (self.0.abs() * hundred + half).floor().to_integer();
        let sign = if self.0.is_negative() && !cents.is_zero() { "-" } else { "" };
        let (whole, part) = (&cents / BigInt::from(100), &cents % BigInt::from(100));
        format!("{sign}{whole}.{part:0>2}", part = part.to_string())
    }

    /// As [`Fraction::shown`], without decimals when it is whole: for counts in sentences.
    #[must_use]
    pub fn brief(&self) -> String {
        let shown = self.shown();
        shown.strip_suffix(".00").map_or_else(|| shown.clone(), str::to_owned)
    }

    /// The fraction, or zero when it is negative.
    #[must_use]
    pub fn floor_zero(self) -> Self {
        if self.0.is_negative() { Self::zero() } else { self }
    }

    /// The greatest whole number that is not above the fraction.
    #[must_use]
    pub fn floor(&self) -> Self {
        Self(self.0.floor())
    }

    /// Whether the fraction is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.0.is_negative()
    }

    /// Whether the fraction is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// The share of `of` that this is, in thousandths from 0 to 1000, for drawing bars.
    #[must_use]
    pub fn per_mille_of(&self, of: &Self) -> u16 {
        if of.is_zero() {
            return 0;
        }
        let share = (&self.0 / &of.0) * BigRational::from_integer(1000.into());
        u16::try_from(share.round().to_integer().clamp(0.into(), 1000.into())).unwrap_or(0)
    }
}

impl From<Amount> for Fraction {
    fn from(amount: Amount) -> Self {
        Self(BigRational::new(amount.steps().into(), Amount::ONE.into()))
    }
}

/// A fraction as TOML and JSON write it: a whole number, `"40/6"` or `"2.5"`.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(untagged, expecting = "expected a whole number, or a number in quotes such as \"40/6\" or \"2.5\"")]
enum FractionText {
    Whole(i64),
    Text(String),
}

impl TryFrom<FractionText> for Fraction {
    type Error = String;

    fn try_from(text: FractionText) -> Result<Self, String> {
        match text {
            FractionText::Whole(whole) => Ok(Self::whole(whole)),
            FractionText::Text(text) => text.parse(),
        }
    }
}

impl std::str::FromStr for Fraction {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is not a fraction; expected a whole number, `40/6` or `2.5`");
        let Some((numerator, denominator)) = text.split_once('/') else {
            return text.parse::<Amount>().map(Self::from).map_err(|_| bad());
        };
        let (numerator, denominator): (BigInt, BigInt) =
            (numerator.trim().parse().map_err(|_| bad())?, denominator.trim().parse().map_err(|_| bad())?);
        if denominator.is_zero() {
            return Err(bad());
        }
        Ok(Self(BigRational::new(numerator, denominator)))
    }
}

macro_rules! arithmetic {
    ($($trait:ident $method:ident),*) => {$(
        impl std::ops::$trait for Fraction {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                Self(std::ops::$trait::$method(self.0, other.0))
            }
        }
        impl std::ops::$trait<&Fraction> for &Fraction {
            type Output = Fraction;
            fn $method(self, other: &Fraction) -> Fraction {
                Fraction(std::ops::$trait::$method(&self.0, &other.0))
            }
        }
    )*};
}
arithmetic!(Add add, Sub sub, Mul mul, Div div);

impl std::iter::Sum for Fraction {
    fn sum<I: Iterator<Item = Self>>(fractions: I) -> Self {
        fractions.fold(Self::zero(), std::ops::Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_rounds_half_away_from_zero_without_a_minus_on_zero() {
        let cases =
            [((40, 6), "6.67"), ((-1, 200), "-0.01"), ((-1, 201), "0.00"), ((1, 8), "0.13"), ((-1, 8), "-0.13"), ((20, 1), "20.00")];
        for ((numerator, denominator), shown) in cases {
            assert_eq!(Fraction::new(numerator, denominator).shown(), shown);
        }
    }

    #[test]
    fn exact_is_in_lowest_terms() {
        assert_eq!(Fraction::new(40, 6).exact(), "20/3");
        assert_eq!("-5/2".parse::<Fraction>().unwrap().exact(), "-5/2");
        assert_eq!("2.50".parse::<Fraction>().unwrap().exact(), "5/2");
        assert!("1/0".parse::<Fraction>().is_err());
    }
}
