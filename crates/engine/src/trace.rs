//! The journey of a source row through the lake: the row of a table that it became, and whether that stands.

use std::collections::BTreeSet;

use domain::cells::Row;
use domain::facts::{
    Certification, Claim, Consumption, Csp, Customer, Enrolment, ExchangeRate, GroupMember, ManagementGroup, PalLink, Partner,
    PartnerOfRecord, Person, Principal, Program, ResourceOwner, Revenue, RoleAssignment, Subscription, WorkloadUsage,
};

use crate::lake::{Kept, Lake, LakeError, LakeFile};
use crate::restatements::{Restated, each_fact, each_register};

/// How many rows that restate another one are named.
const NAMED_MAX: usize = 5;

/// A row of a table that came from a line of a source file.
#[derive(Debug)]
pub struct Traced {
    /// The line.
    pub line: u64,
    /// The table.
    pub table: &'static str,
    /// The cells that hold something, by column.
    pub cells: Vec<(&'static str, String)>,
    /// What became of the row.
    pub standing: Standing,
    /// The row, alone in its table.
    pub row: Program,
}

/// Whether a row that was taken in stands. Places are `BATCH:FILE:LINE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is in the lake.
    InLake,
    /// An equal row, from this place, is in the lake.
    SameAs(String),
    /// Rows from these places restate it.
    SupersededBy(Vec<String>),
}

/// Follows lines of a file of a batch; lines that gave no row are not among the answers.
///
/// # Errors
/// When the lake cannot be read.
pub fn trace(lake: &Lake, batch_id: &str, file: &str, lines: &BTreeSet<u64>) -> Result<Vec<Traced>, LakeError> {
    let mut traced = Vec::new();
    let origin = format!("{batch_id}:{file}");
    macro_rules! trace {
        ($($table:ident: $row:ident),*) => {$(
            for piece in lake.pieces.iter().filter(|piece| piece.batch_id == batch_id && piece.table == $row::TABLE && !piece.is_suggested()) {
                traced.extend(of_piece::<$row>(lake, piece, &origin, lines)?);
            }
        )*};
    }
    each_register!(trace);
    each_fact!(trace);
    traced.sort_by(|a, b| (a.line, a.table).cmp(&(b.line, b.table)));
    Ok(traced)
}

fn of_piece<R: Restated>(lake: &Lake, piece: &LakeFile, origin: &str, lines: &BTreeSet<u64>) -> Result<Vec<Traced>, LakeError> {
    let brought = lake.read::<R>(&[piece], |_| {})?;
    let found: Vec<(&R, u64)> =
        brought.iter().filter(|(_, from, line)| *from == origin && lines.contains(line)).map(|(row, _, line)| (row, line)).collect();
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let files: Vec<&LakeFile> = lake.files.iter().filter(|file| file.is_same_part(piece)).collect();
    let part = lake.read::<R>(&files, |_| {})?;
    let traced = found.into_iter().map(|(row, line)| {
        let cells = R::COLUMNS.iter().zip(row.write());
        let mut alone = Program::default();
        R::rows_mut(&mut alone).push(row.clone());
        Traced {
            line,
            table: R::TABLE,
            cells: cells.filter_map(|(column, text)| text.map(|text| (column.name, text))).collect(),
            standing: standing(&part, row, origin, line),
            row: alone,
        }
    });
    Ok(traced.collect())
}

fn standing<R: Restated>(part: &Kept<R>, row: &R, origin: &str, line: u64) -> Standing {
    let place = |(_, from, line): (&R, &str, u64)| format!("{from}:{line}");
    let equal = || part.iter().filter(|(other, ..)| *other == row);
    if equal().any(|(_, from, at)| from == origin && at == line) {
        return Standing::InLake;
    }
    match equal().next() {
        Some(same) => Standing::SameAs(place(same)),
        None => {
            let key = row.key();
            Standing::SupersededBy(part.iter().filter(|(other, ..)| other.key() == key).take(NAMED_MAX).map(place).collect())
        }
    }
}
