//! Exact fractions: metric values and points. Rounding happens only when they are shown.

use std::borrow::Cow;
use std::cmp::Ordering;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use serde::{Deserialize, Serialize, Serializer};

use crate::amount::Amount;

/// An exact fraction in lowest terms.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "FractionText")]
#[schemars(with = "FractionText")]
pub struct Fraction(Form);

/// How a fraction is held. Most are counts, which need no memory of their own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Form {
    Whole(i64),
    /// Any that is not whole, or too large.
    Ratio(BigRational),
}

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
        Self::of(BigRational::new(numerator.into(), denominator.into()))
    }

    /// A whole number.
    #[must_use]
    pub const fn whole(whole: i64) -> Self {
        Self(Form::Whole(whole))
    }

    /// Nothing.
    #[must_use]
    pub const fn zero() -> Self {
        Self::whole(0)
    }

    fn of(ratio: BigRational) -> Self {
        let whole = ratio.is_integer().then(|| i64::try_from(ratio.numer()).ok()).flatten();
        Self(whole.map_or(Form::Ratio(ratio), Form::Whole))
    }

    fn ratio(&self) -> Cow<'_, BigRational> {
        match &self.0 {
            Form::Whole(whole) => Cow::Owned(BigRational::from_integer((*whole).into())),
            Form::Ratio(ratio) => Cow::Borrowed(ratio),
        }
    }

    /// The fraction in lowest terms: `40/3`, `-5/2`, `20`.
    #[must_use]
    pub fn exact(&self) -> String {
        self.ratio().to_string()
    }

    /// Two decimals, half away from zero, no minus sign on zero. Source: spec "Rounding", a display rule.
    #[must_use]
    pub fn shown(&self) -> String {
        let hundred = BigRational::from_integer(100.into());
        let half = BigRational::new(1.into(), 2.into());
        let cents = (self.ratio().abs() * hundred + half).floor().to_integer();
        let sign = if self.is_negative() && !cents.is_zero() { "-" } else { "" };
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
        if self.is_negative() { Self::zero() } else { self }
    }

    /// The greatest whole number that is not above the fraction.
    #[must_use]
    pub fn floor(&self) -> Self {
        Self::of(self.ratio().floor())
    }

    /// Whether the fraction is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Form::Whole(whole) => *whole < 0,
            Form::Ratio(ratio) => ratio.is_negative(),
        }
    }

    /// Whether the fraction is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0 == Form::Whole(0)
    }

    /// The share of `of` that this is, in thousandths from 0 to 1000, for drawing bars.
    #[must_use]
    pub fn per_mille_of(&self, of: &Self) -> u16 {
        if of.is_zero() {
            return 0;
        }
        let share = (&*self.ratio() / &*of.ratio()) * BigRational::from_integer(1000.into());
        u16::try_from(share.round().to_integer().clamp(0.into(), 1000.into())).unwrap_or(0)
    }
}

impl From<Amount> for Fraction {
    fn from(amount: Amount) -> Self {
        Self::of(BigRational::new(amount.steps().into(), Amount::ONE.into()))
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
        Ok(Self::of(BigRational::new(numerator, denominator)))
    }
}

impl Default for Fraction {
    fn default() -> Self {
        Self::zero()
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Form::Whole(one), Form::Whole(other)) => one.cmp(other),
            _ => self.ratio().cmp(&other.ratio()),
        }
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The quotient of whole numbers when it is whole.
fn whole_quotient(one: i64, other: i64) -> Option<i64> {
    (one.checked_rem(other)? == 0).then(|| one.checked_div(other)).flatten()
}

macro_rules! arithmetic {
    ($($trait:ident $method:ident $whole:path),*) => {$(
        impl std::ops::$trait<&Fraction> for &Fraction {
            type Output = Fraction;
            fn $method(self, other: &Fraction) -> Fraction {
                if let (Form::Whole(one), Form::Whole(other)) = (&self.0, &other.0)
                    && let Some(whole) = $whole(*one, *other)
                {
                    return Fraction::whole(whole);
                }
                Fraction::of(std::ops::$trait::$method(&*self.ratio(), &*other.ratio()))
            }
        }
        impl std::ops::$trait for Fraction {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                std::ops::$trait::$method(&self, &other)
            }
        }
    )*};
}
arithmetic!(Add add i64::checked_add, Sub sub i64::checked_sub, Mul mul i64::checked_mul, Div div whole_quotient);

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

    #[test]
    fn whole_numbers_of_any_size_are_added_compared_and_divided() {
        let most = Fraction::whole(i64::MAX);
        let more = &most + &Fraction::whole(1);
        assert_eq!(more.exact(), "9223372036854775808");
        assert!(more > most && most > Fraction::new(1, 2));
        assert_eq!(&more - &Fraction::whole(1), most);
        assert_eq!((&Fraction::whole(i64::MIN) / &Fraction::whole(-1)), more);
        assert_eq!((&Fraction::whole(6) / &Fraction::whole(4)).exact(), "3/2");
        assert_eq!(&Fraction::new(3, 2) * &Fraction::whole(4), Fraction::whole(6));
        assert_eq!(Fraction::new(-7, 2).floor(), Fraction::whole(-4));
    }
}
