//! What became of every row of an import, counted.

use std::collections::BTreeMap;
use std::fmt;

use domain::amount::Amount;
use domain::time::Month;

use crate::lines::Lines;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It is in the lake now.
    Accepted,
    /// The lake had it already.
    Duplicate,
    /// It was in the lake, and a later row restates it.
    Superseded,
    /// It cannot be taken as it is.
    Quarantined,
    /// A rule of the format leaves it out.
    Ignored,
}

impl Fate {
    /// Every fate, in the order of outputs.
    pub const ALL: [Self; 5] = [Self::Accepted, Self::Duplicate, Self::Superseded, Self::Quarantined, Self::Ignored];

    /// The fate as outputs spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Superseded => "superseded",
            Self::Quarantined => "quarantined",
            Self::Ignored => "ignored",
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A number of rows, and the sum of the table's amount column over them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    /// How many rows.
    pub rows: u64,
    /// Dollars of `consumption` and `revenue`, paid seats of `workload_usage`, else 0. A cell that is no number counts as 0.
    pub amount: Amount,
}

impl Total {
    /// Adds one row.
    pub fn add(&mut self, amount: Amount) {
        self.rows += 1;
        self.amount += amount;
    }
}

impl std::ops::AddAssign for Total {
    fn add_assign(&mut self, other: Self) {
        self.rows += other.rows;
        self.amount += other.amount;
    }
}

fn sum(totals: impl Iterator<Item = (&'static str, Fate, Total)>) -> Total {
    totals.fold(Total::default(), |mut sum, (_, _, total)| {
        sum += total;
        sum
    })
}

/// What an act made of a month of facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthChange {
    /// The table.
    pub table: &'static str,
    /// The format that the rows came by.
    pub source: String,
    /// The month.
    pub month: Month,
    /// What was there before.
    pub before: Total,
    /// What is there now.
    pub after: Total,
    /// What partners are credited with for its rows, before and after; nothing when that was not asked.
    pub credited: Option<(Amount, Amount)>,
}

/// Totals per table and fate, in the order of tables' names and fates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals(BTreeMap<(&'static str, Fate), Total>);

impl Totals {
    /// Adds one row.
    pub fn add(&mut self, table: &'static str, fate: Fate, amount: Amount) {
        self.0.entry((table, fate)).or_default().add(amount);
    }

    /// Adds a total.
    pub fn add_total(&mut self, table: &'static str, fate: Fate, total: Total) {
        *self.0.entry((table, fate)).or_default() += total;
    }

    /// Adds all of `other`.
    pub fn absorb(&mut self, other: &Self) {
        other.iter().for_each(|(table, fate, total)| self.add_total(table, fate, total));
    }

    /// Every table and fate that has rows.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Fate, Total)> + '_ {
        self.0.iter().map(|(&(table, fate), &total)| (table, fate, total))
    }

    /// The total of one fate over all tables.
    #[must_use]
    pub fn of(&self, fate: Fate) -> Total {
        sum(self.iter().filter(|(_, of, _)| *of == fate))
    }

    /// The total of the rows that came in, whatever became of them.
    #[must_use]
    pub fn incoming(&self) -> Total {
        sum(self.iter().filter(|(_, fate, _)| *fate != Fate::Superseded))
    }

    /// The total of the rows of one table that came in: of a file's own table, without what its rows let us know of others.
    #[must_use]
    pub fn incoming_of(&self, table: &str) -> Total {
        sum(self.iter().filter(|(of, fate, _)| *of == table && *fate != Fate::Superseded))
    }
}

/// Rows that a rule left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ignored {
    /// How many.
    pub rows: u64,
    /// On which lines they are.
    pub lines: Lines,
}
