//! Undoing a batch: the parts that it had a share in are made again from the pieces of the batches that stand.
//!
//! The lake is then what it would be had the batch never been imported: rows that it superseded are back, rows that it brought are
//! gone unless a batch that stands brought them as well.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::amount::Amount;
use domain::cells::Row;
use domain::facts::{
    Certification, Claim, Consumption, Csp, Customer, Enrolment, ExchangeRate, GroupMember, ManagementGroup, PalLink, Partner,
    PartnerOfRecord, Person, Principal, Program, ResourceOwner, Revenue, RoleAssignment, Subscription, WorkloadUsage,
};
use domain::time::Month;

use crate::checks;
use crate::dataset::Dataset;
use crate::fates::{MonthChange, Total};
use crate::lake::{Kept, Lake, LakeError, LakeFile};
use crate::merge::{Settled, settle_facts, settle_mended, settle_register};
use crate::restatements::{Fact, Register, Restated, each_fact, each_register};
use crate::suggestions::{Known, suggestions};

/// What undoing a batch does. Nothing has happened until the manifest is committed, without the pieces of the batch.
#[derive(Debug, Default)]
pub struct Undone {
    /// Parts for the manifest to gain.
    pub added: Vec<LakeFile>,
    /// Parts for the manifest to lose.
    pub dropped: Vec<LakeFile>,
    /// Pieces for the manifest to lose: those of the batch.
    pub pieces: Vec<LakeFile>,
    /// What goes and what comes back, by table.
    pub tables: Vec<Difference>,
    /// What becomes of months of facts.
    pub months: Vec<MonthChange>,
}

/// How a table differs after the act. Rows that are there before and after, whatever batch they came with, do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: &'static str,
    /// Rows that go.
    pub removed: Total,
    /// Rows that come back.
    pub restored: Total,
}

/// Why a batch cannot be undone.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// The batch, or one whose rows share its files, has no pieces of its own.
    #[error("batch `{batch}` is of a version of this program that did not keep what undoing needs")]
    NoPieces {
        /// The batch.
        batch: String,
    },
    /// A month that would change is closed.
    #[error("undoing would change {}, closed", .months.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    Closed {
        /// The months.
        months: BTreeSet<Month>,
    },
    /// Rows that stand would contradict each other.
    #[error("undoing would leave rows that contradict each other: {problem}")]
    Contradiction {
        /// The row that a later batch brought, and what it contradicts.
        problem: Box<crate::problems::RowProblem>,
    },
    /// The lake cannot be read or written.
    #[error(transparent)]
    Lake(#[from] LakeError),
}

/// Undoes a batch. New files are named after `act_id`, which must be new and fit for a file's name; `closed` months do not change.
///
/// # Errors
/// When the pieces of the batch are not there, when a closed month or rows of other batches stand in the way, or when the lake
/// cannot be read or written.
pub fn undo(lake: &Lake, batch_id: &str, act_id: &str, closed: &BTreeSet<Month>) -> Result<Undone, UndoError> {
    let mut undoing = Undoing { lake, batch_id, act_id, undone: Undone::default(), registers: Dataset::default() };
    undoing.undone.pieces = lake.pieces.iter().filter(|piece| piece.batch_id == batch_id).cloned().collect();
    macro_rules! registers {
        ($($table:ident: $row:ident),*) => { $( undoing.register::<$row>()?; )* };
    }
    each_register!(registers);
    macro_rules! facts {
        ($($table:ident: $row:ident),*) => { $( undoing.facts::<$row>()?; )* };
    }
    each_fact!(facts);
    if let Some(found) = checks::contradictions(&undoing.registers, |_| true).into_iter().next() {
        return Err(UndoError::Contradiction { problem: Box::new(found.problem) });
    }
    let changed = undoing.undone.months.iter().map(|change| change.month);
    let months: BTreeSet<Month> = changed.filter(|month| closed.contains(month)).collect();
    if months.is_empty() { Ok(undoing.undone) } else { Err(UndoError::Closed { months }) }
}

struct Undoing<'a> {
    lake: &'a Lake,
    batch_id: &'a str,
    act_id: &'a str,
    undone: Undone,
    /// Registers of which rows can contradict each other, as they will be.
    registers: Dataset,
}

impl Undoing<'_> {
    fn register<R: Register>(&mut self) -> Result<(), UndoError> {
        let share = self.undone.pieces.iter().find(|piece| piece.table == R::TABLE).cloned();
        let rows = match share {
            Some(piece) => self.part(&piece, of_register, |_| Amount::ZERO)?.after,
            None if is_checked(R::TABLE) => {
                let files: Vec<&LakeFile> = self.lake.files.iter().filter(|file| file.table == R::TABLE).collect();
                self.lake.read::<R>(&files, |_| {})?
            }
            None => return Ok(()),
        };
        if is_checked(R::TABLE) {
            rows.origins.iter().for_each(|(file, line)| self.registers.origins.push(R::TABLE, file, *line));
            R::rows_mut(&mut self.registers.program).extend(rows.rows);
        }
        Ok(())
    }

    fn facts<R: Fact>(&mut self) -> Result<(), UndoError> {
        let shares: Vec<LakeFile> = self.undone.pieces.iter().filter(|piece| piece.table == R::TABLE).cloned().collect();
        for piece in shares {
            let made = self.part::<R>(&piece, of_facts, Fact::amount)?;
            let total = |rows: &Kept<R>| Total { rows: rows.rows.len() as u64, amount: rows.rows.iter().map(Fact::amount).sum() };
            if let Some(month) = piece.month.filter(|_| made.differs) {
                let (source, before, after) = (piece.source.clone(), total(&made.before), total(&made.after));
                self.undone.months.push(MonthChange { table: R::TABLE, source, month, before, after, credited: None });
            }
        }
        Ok(())
    }

    /// Makes the part of a piece again without the batch.
    fn part<R: Restated>(
        &mut self,
        piece: &LakeFile,
        settle: impl Fn(&LakeFile, &[R], &[R]) -> Settled,
        amount: impl Fn(&R) -> Amount,
    ) -> Result<Made<R>, UndoError> {
        let files: Vec<&LakeFile> = self.lake.files.iter().filter(|file| file.is_same_part(piece)).collect();
        let lake = self.lake;
        let before = lake.read::<R>(&files, |_| {})?;
        let pieces: Vec<&LakeFile> = lake.pieces.iter().filter(|other| other.is_same_part(piece)).collect();
        let others = pieces.iter().copied().filter(|piece| piece.batch_id != self.batch_id).collect();
        let after = settle_pieces(lake, others, &settle)?;
        self.find_strangers(&before, &pieces)?;
        if is_same(&before, &after) {
            return Ok(Made { before, after, differs: false });
        }
        let differs = self.compare(&before, &after, &amount);
        self.undone.dropped.extend(files.into_iter().cloned());
        let mut rows: Vec<(&R, &str, u64)> = after.iter().collect();
        let latest = pieces.iter().map(|piece| &piece.batch_id).filter(|id| *id != self.batch_id).max().cloned();
        if let Some(batch_id) = latest.filter(|_| !rows.is_empty()) {
            rows.sort_by_cached_key(|(row, ..)| row.order());
            let path = format!("{}/{}.parquet", piece.folder(), self.act_id);
            let amount = piece.month.map(|_| rows.iter().map(|(row, ..)| amount(row)).sum());
            let written = self.lake.write(&path, rows.into_iter())?;
            self.undone.added.push(LakeFile { path, rows: written, amount, batch_id, ..piece.clone() });
        }
        Ok(Made { before, after, differs })
    }

    /// Refuses when a row is of a batch that has no piece of its own.
    fn find_strangers<R>(&self, before: &Kept<R>, pieces: &[&LakeFile]) -> Result<(), UndoError> {
        let known: HashSet<&str> = pieces.iter().map(|piece| piece.batch_id.as_str()).collect();
        let mut batches = before.origins.iter().map(|(origin, _)| origin.split(':').next().unwrap_or_default());
        match batches.find(|batch| !known.contains(batch)) {
            Some(batch) => Err(UndoError::NoPieces { batch: batch.to_owned() }),
            None => Ok(()),
        }
    }

    /// Counts what goes and what comes back; says whether anything does.
    fn compare<R: Restated>(&mut self, before: &Kept<R>, after: &Kept<R>, amount: impl Fn(&R) -> Amount) -> bool {
        let mut counts: HashMap<&R, i64> = HashMap::new();
        before.rows.iter().for_each(|row| *counts.entry(row).or_default() -= 1);
        after.rows.iter().for_each(|row| *counts.entry(row).or_default() += 1);
        let (mut removed, mut restored) = (Total::default(), Total::default());
        for (row, count) in counts {
            let total = if count < 0 { &mut removed } else { &mut restored };
            (0..count.abs()).for_each(|_| total.add(amount(row)));
        }
        match self.undone.tables.iter_mut().find(|of| of.table == R::TABLE) {
            Some(of) => {
                of.removed += removed;
                of.restored += restored;
            }
            None => self.undone.tables.push(Difference { table: R::TABLE, removed, restored }),
        }
        removed.rows + restored.rows > 0
    }
}

/// What pieces of one part give, settled in the order of their batches.
pub(crate) fn settle_pieces<R: Restated>(
    lake: &Lake,
    mut pieces: Vec<&LakeFile>,
    settle: impl Fn(&LakeFile, &[R], &[R]) -> Settled,
) -> Result<Kept<R>, LakeError> {
    pieces.sort_by(|a, b| (&a.batch_id, a.is_suggested()).cmp(&(&b.batch_id, b.is_suggested())));
    let mut now = Kept::default();
    for piece in pieces {
        let new = lake.read::<R>(&[piece], |_| {})?;
        let fates = if piece.is_suggested() { settle_suggested(&now.rows, &new.rows) } else { settle(piece, &now.rows, &new.rows) };
        let mut next = Kept::default();
        for (rows, places) in [(&now, &fates.kept), (&new, &fates.accepted)] {
            next.rows.extend(places.iter().map(|place| rows.rows[*place].clone()));
            next.origins.extend(places.iter().map(|place| rows.origins[*place].clone()));
        }
        now = next;
    }
    Ok(now)
}

/// How a piece of a register settles.
pub(crate) fn of_register<R: Register>(_: &LakeFile, old: &[R], new: &[R]) -> Settled {
    settle_register(old, new, &HashSet::new())
}

/// How a piece of facts settles.
pub(crate) fn of_facts<R: Fact>(piece: &LakeFile, old: &[R], new: &[R]) -> Settled {
    if piece.is_mended() { settle_mended(old, new) } else { settle_facts(old, new) }
}

/// A part that was made again.
struct Made<R> {
    before: Kept<R>,
    after: Kept<R>,
    /// Whether rows go or come back.
    differs: bool,
}

/// Takes in suggestions that tell of something new.
fn settle_suggested<R: Restated>(now: &[R], new: &[R]) -> Settled {
    let program = |rows: &[R]| {
        let mut program = Program::default();
        R::rows_mut(&mut program).extend_from_slice(rows);
        program
    };
    let mut known = Known::default();
    known.add(&program(now));
    let is_new = |row: &R| suggestions(&program(std::slice::from_ref(row))).all(|suggestion| known.learn(&suggestion));
    let accepted = new.iter().map(is_new).enumerate().filter(|(_, is_new)| *is_new).map(|(place, _)| place).collect();
    Settled { kept: (0..now.len()).collect(), accepted, ..Settled::default() }
}

/// Whether rows of the table can contradict each other.
fn is_checked(table: &str) -> bool {
    [Claim::TABLE, PartnerOfRecord::TABLE, Csp::TABLE].contains(&table)
}

/// Whether both hold the same rows from the same places.
fn is_same<R: Restated>(before: &Kept<R>, after: &Kept<R>) -> bool {
    let mut counts: HashMap<(&R, &str, u64), i64> = HashMap::new();
    before.iter().for_each(|row| *counts.entry(row).or_default() += 1);
    after.iter().for_each(|row| *counts.entry(row).or_default() -= 1);
    counts.values().all(|count| *count == 0)
}
