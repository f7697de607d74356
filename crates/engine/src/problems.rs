//! What is said of rows and files that could not be taken as they are.

use std::collections::BTreeMap;
use std::fmt;

/// How many problems are kept in full; the rest are counted.
pub const KEPT_MAX: usize = 1_000;
/// How many characters of a value are kept.
const VALUE_MAX: usize = 200;

/// What became of the row that a problem is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The row stays, and something about it should be known.
    Warning,
    /// The row is kept out; the other rows stay.
    Quarantined,
    /// The rest of the file cannot be read; the rows before stay.
    Unreadable,
}

impl Severity {
    /// The severity as outputs spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Quarantined => "quarantined",
            Self::Unreadable => "unreadable",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What is wrong with a row (or a file), where, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    /// The table that the row belongs to.
    pub table: &'static str,
    /// The file, relative to the folder that was read.
    pub file: String,
    /// The line of a text file or the row of a Parquet file, counted from 1; nothing when the whole file is meant.
    pub line: Option<u64>,
    /// The column; empty when the whole row is meant.
    pub column: String,
    /// The value found; empty when the cell was blank.
    pub value: String,
    /// The kind of trouble, in kebab-case, for counting and filtering.
    pub reason: &'static str,
    /// What is wrong, in words.
    pub message: String,
    /// What would cure it.
    pub cure: String,
    /// What became of the row.
    pub severity: Severity,
    /// How many rows the problem is about: 1, or more when equal values are told once.
    pub rows: u64,
}

impl RowProblem {
    /// A warning about a whole file.
    #[must_use]
    pub fn of_file(table: &'static str, file: &str, reason: &'static str, message: String, cure: String) -> Self {
        Self {
            table,
            file: file.to_owned(),
            line: None,
            column: String::new(),
            value: String::new(),
            reason,
            message,
            cure,
            severity: Severity::Warning,
            rows: 1,
        }
    }
}

impl fmt::Display for RowProblem {
    /// `csp.csv:7: from: …; hint: …`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.column.is_empty() {
            write!(f, ": {}", self.column)?;
        }
        write!(f, ": {}", self.message)?;
        if self.rows > 1 {
            write!(f, " ({} rows)", self.rows)?;
        }
        if !self.cure.is_empty() {
            write!(f, "; hint: {}", self.cure)?;
        }
        Ok(())
    }
}

/// Problems met while reading: the first [`KEPT_MAX`] in full, all of them counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    kept: Vec<RowProblem>,
    counts: BTreeMap<(Severity, &'static str, &'static str), u64>,
}

impl Problems {
    /// Adds a problem; a remark about a whole file is made once.
    pub fn push(&mut self, mut problem: RowProblem) {
        if problem.line.is_none() && self.kept.contains(&problem) {
            return;
        }
        *self.counts.entry((problem.severity, problem.table, problem.reason)).or_default() += problem.rows;
        if self.kept.len() < KEPT_MAX {
            if let Some((end, _)) = problem.value.char_indices().nth(VALUE_MAX) {
                problem.value.truncate(end);
                problem.value.push('…');
            }
            self.kept.push(problem);
        }
    }

    /// Adds the problems of `other`.
    pub fn absorb(&mut self, other: Self) {
        let free = KEPT_MAX.saturating_sub(self.kept.len());
        self.kept.extend(other.kept.into_iter().take(free));
        for (key, rows) in other.counts {
            *self.counts.entry(key).or_default() += rows;
        }
    }

    /// The problems without those of a reason.
    #[must_use]
    pub fn without(mut self, reason: &str) -> Self {
        self.kept.retain(|problem| problem.reason != reason);
        self.counts.retain(|(_, _, of), _| *of != reason);
        self
    }

    /// The problems kept in full, in the order in which they were met.
    #[must_use]
    pub fn kept(&self) -> &[RowProblem] {
        &self.kept
    }

    /// How many rows there are of each severity, table and reason, kept in full or not.
    pub fn counts(&self) -> impl Iterator<Item = (Severity, &'static str, &'static str, u64)> + '_ {
        self.counts.iter().map(|(&(severity, table, reason), &rows)| (severity, table, reason, rows))
    }

    /// How many rows have problems of this severity.
    #[must_use]
    pub fn rows(&self, severity: Severity) -> u64 {
        self.counts.iter().filter(|((of, ..), _)| *of == severity).map(|(_, rows)| rows).sum()
    }

    /// Whether nothing at all was met.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Whether rows are missing: quarantined, or in a file that could not be read to its end.
    #[must_use]
    pub fn has_losses(&self) -> bool {
        self.rows(Severity::Quarantined) + self.rows(Severity::Unreadable) > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_beyond_the_limit_are_counted_and_not_kept() {
        let mut problems = Problems::default();
        for line in 0..KEPT_MAX as u64 + 5 {
            let mut problem = RowProblem::of_file("csp", "csp.csv", "not-a-day", "no day".to_owned(), String::new());
            (problem.line, problem.severity) = (Some(line), Severity::Quarantined);
            problems.push(problem);
        }
        assert_eq!(problems.kept().len(), KEPT_MAX);
        assert_eq!(problems.rows(Severity::Quarantined), KEPT_MAX as u64 + 5);
        assert!(problems.has_losses() && problems.rows(Severity::Warning) == 0);
    }
}
