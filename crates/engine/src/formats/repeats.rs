//! Rows that a download repeats for each association of the same usage.

use std::collections::HashMap;
use std::hash::Hasher;

use xxhash_rust::xxh3::Xxh3;

/// The rows of a file, by what they say and through which association.
#[derive(Default)]
pub struct Repeats {
    /// How often each association says it, by the hash of what is said.
    said: HashMap<u128, HashMap<u64, u32>>,
}

impl Repeats {
    /// Whether a row repeats what rows of another association said as often before. What one association says twice is two rows.
    pub fn is_repeated(&mut self, says: &[&str], association: &str) -> bool {
        let mut hash = Xxh3::new();
        for text in says {
            hash.update(text.to_ascii_lowercase().as_bytes());
            hash.update(b"\0");
        }
        let mut by = Xxh3::new();
        by.write(association.as_bytes());
        let said = self.said.entry(hash.digest128()).or_default();
        let most = said.values().copied().max().unwrap_or(0);
        let own = said.entry(by.finish()).or_default();
        *own += 1;
        *own <= most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_repeated_when_another_association_said_it_as_often() {
        let mut repeats = Repeats::default();
        let mut told = |association| repeats.is_repeated(&["2024-01", "t", "Sales", "5"], association);
        assert_eq!([told("PAL"), told("DPOR"), told("PAL"), told("DPOR"), told("DPOR")], [false, true, false, true, false]);
        assert!(!repeats.is_repeated(&["2024-01", "t", "Sales", "6"], "PAL"));
    }
}
