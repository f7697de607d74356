//! Lines of a file, as runs.

use std::fmt;
use std::str::FromStr;

/// A set of lines, kept as runs: a file's rows of one kind mostly stand together. Written as `2-40,45`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines(Vec<(u64, u64)>);

impl Lines {
    /// Adds a line; cheap when lines come in order.
    pub fn push(&mut self, line: u64) {
        let at = self.0.partition_point(|(first, _)| *first <= line);
        if at > 0 && self.0[at - 1].1 >= line {
            return;
        }
        let follows = at > 0 && self.0[at - 1].1 + 1 == line;
        let precedes = self.0.get(at).is_some_and(|(first, _)| *first == line + 1);
        match (follows, precedes) {
            (true, true) => self.0[at - 1].1 = self.0.remove(at).1,
            (true, false) => self.0[at - 1].1 = line,
            (false, true) => self.0[at].0 = line,
            (false, false) => self.0.insert(at, (line, line)),
        }
    }

    /// Whether a line is among them.
    #[must_use]
    pub fn has(&self, line: u64) -> bool {
        let at = self.0.partition_point(|(first, _)| *first <= line);
        at > 0 && self.0[at - 1].1 >= line
    }
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (first, last)) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            if first == last { write!(f, "{comma}{first}")? } else { write!(f, "{comma}{first}-{last}")? }
        }
        Ok(())
    }
}

/// A text that is no set of lines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no set of lines; expected runs such as `2-40,45`")]
pub struct NoLines(String);

impl FromStr for Lines {
    type Err = NoLines;

    fn from_str(text: &str) -> Result<Self, NoLines> {
        let run = |run: &str| {
            let (first, last) = run.split_once('-').unwrap_or((run, run));
            Some((first.parse().ok()?, last.parse().ok()?))
        };
        let runs: Option<Vec<(u64, u64)>> = text.split(',').filter(|run| !run.is_empty()).map(run).collect();
        runs.map(Self).ok_or_else(|| NoLines(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_in_any_order_are_the_same_runs_and_read_as_they_print() {
        for order in [[2, 3, 4, 9, 12, 11], [12, 4, 2, 11, 9, 3], [3, 2, 4, 4, 11, 12]] {
            let mut lines = Lines::default();
            order.into_iter().chain([9]).for_each(|line| lines.push(line));
            assert_eq!(lines.to_string(), "2-4,9,11-12");
            assert_eq!(lines.to_string().parse(), Ok(lines.clone()));
            assert_eq!((1..14).filter(|line| lines.has(*line)).collect::<Vec<_>>(), [2, 3, 4, 9, 11, 12]);
        }
        assert_eq!("".parse(), Ok(Lines::default()));
        assert!("2-x".parse::<Lines>().is_err());
    }
}
