//! Rows of consumption that were read for an account, kept so that another day does not read every file again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::evidence::Origin;
use domain::facts::Consumption;
use domain::names::Name;

/// How many rows are kept in all; accounts beyond are read from their files each time. A row has about half a kilobyte.
pub const ROWS_MAX: usize = 300_000;

/// A row with the file and the line that it came from.
pub struct KeptRow {
    row: Consumption,
    file: Arc<str>,
    line: u64,
}

impl KeptRow {
    /// The row.
    pub fn row(&self) -> &Consumption {
        &self.row
    }

    /// Where it came from.
    pub fn origin(&self) -> Origin<'_> {
        (&self.file, self.line)
    }
}

/// Rows by global account. Facts do not change while a program is open, so what is kept is never stale.
#[derive(Default)]
pub struct KeptRows(Mutex<BTreeMap<Name, Arc<[KeptRow]>>>);

impl KeptRows {
    /// The rows of an account, if they are kept.
    pub fn of(&self, account: &Name) -> Option<Arc<[KeptRow]>> {
        self.all().get(account).cloned()
    }

    /// A list to gather the rows of an account in.
    pub fn gather(&self) -> Gathered {
        let kept: usize = self.all().values().map(|rows| rows.len()).sum();
        Gathered { rows: Vec::new(), room: ROWS_MAX.saturating_sub(kept), has_all: true }
    }

    /// Keeps the rows of an account, if they are all there and there is still room.
    pub fn keep(&self, account: &Name, gathered: Gathered) {
        let mut all = self.all();
        let kept: usize = all.values().map(|rows| rows.len()).sum();
        if gathered.has_all && kept + gathered.rows.len() <= ROWS_MAX {
            all.insert(account.clone(), gathered.rows.into());
        }
    }

    /// What is kept of accounts that a change does not touch.
    pub fn without(&self, touched: &BTreeSet<Name>) -> Self {
        let all = self.all();
        let kept = all.iter().filter(|(account, _)| !touched.contains(*account));
        Self(Mutex::new(kept.map(|(account, rows)| (account.clone(), Arc::clone(rows))).collect()))
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<Name, Arc<[KeptRow]>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rows under way.
pub struct Gathered {
    rows: Vec<KeptRow>,
    room: usize,
    has_all: bool,
}

impl Gathered {
    /// Adds a row, while there is room.
    pub fn add(&mut self, row: &Consumption, (file, line): Origin<'_>) {
        self.has_all &= self.rows.len() < self.room;
        if !self.has_all {
            self.rows = Vec::new();
            return;
        }
        let before = self.rows.last().map(|last| &last.file).filter(|before| ***before == *file);
        let file = before.map_or_else(|| Arc::from(file), Arc::clone);
        self.rows.push(KeptRow { row: row.clone(), file, line });
    }
}
