//! Chance from a seed: the same seed gives the same rolls on every machine.
//!
//! SplitMix64 makes the bits. Numbers are made with additions, multiplications and divisions only, which IEEE 754 fixes to the
//! last bit; the functions of a mathematics library differ between machines.

/// A stream of rolls.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// The stream of a seed; different `stream`s of one seed have nothing in common.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut dice = Self(seed ^ stream.wrapping_mul(0xA24B_AED4_963E_E407));
        dice.roll();
        dice
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// A number from 0 up to, and not including, `end`.
    pub fn below(&mut self, end: usize) -> usize {
        let scaled = (u128::from(self.roll()) * end as u128) >> 64;
        usize::try_from(scaled).expect("a scaled roll is below its end")
    }

    /// A whole number from `low` to `high`, both included.
    pub fn range(&mut self, low: i32, high: i32) -> i32 {
        let span = usize::try_from(high - low + 1).unwrap_or(1);
        low + i32::try_from(self.below(span)).unwrap_or_default()
    }

    /// A number from 0 up to 1.
    pub fn unit(&mut self) -> f64 {
        let bits = u32::try_from(self.roll() >> 32).unwrap_or_default();
        f64::from(bits) / 4_294_967_296.0
    }

    /// A number between `low` and `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A lognormal number with this median; about two thirds lie within a factor of `exp(spread)`.
    pub fn lognormal(&mut self, median: f64, spread: f64) -> f64 {
        let normal = (0..12).map(|_| self.unit()).sum::<f64>() - 6.0;
        median * exp(spread * normal)
    }

    /// One of `items`.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// Puts `items` into another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// A random GUID (version 4).
    pub fn guid(&mut self) -> String {
        let (high, low) = (self.roll(), self.roll());
        let variant = 0x8000 | (low >> 48) & 0x3FFF;
        let version = 0x4000 | high & 0x0FFF;
        format!("{:08x}-{:04x}-{version:04x}-{variant:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF, low & 0xFFFF_FFFF_FFFF)
    }
}

/// e to the power of `x`, near enough for growth: (1 + x/4096)^4096.
pub fn exp(x: f64) -> f64 {
    let mut power = 1.0 + x / 4096.0;
    for _ in 0..12 {
        power *= power;
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_always_gives_the_same_rolls() {
        let rolls = |seed, stream| {
            let mut dice = Dice::new(seed, stream);
            [dice.below(1000), dice.below(1000), dice.below(1000)]
        };
        assert_eq!(rolls(1, 1), rolls(1, 1));
        assert_ne!(rolls(1, 1), rolls(1, 2));
        assert_ne!(rolls(1, 1), rolls(2, 1));
    }

    #[test]
    fn lognormal_numbers_have_their_median() {
        let mut dice = Dice::new(7, 0);
        let mut rolls: Vec<f64> = (0..2001).map(|_| dice.lognormal(4000.0, 0.8)).collect();
        rolls.sort_by(f64::total_cmp);
        assert!((3700.0..4300.0).contains(&rolls[1000]), "{}", rolls[1000]);
        assert!(rolls[0] > 0.0 && rolls[2000] > 20_000.0);
    }
}
