//! Decoding usage files into columns, and routing rows by tenant.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use domain::cells::Row;
use domain::credits::ScoredMonths;
use domain::facts::Consumption;
use domain::names::Name;
use domain::register::Register;
use domain::time::Day;
use parquet::arrow::arrow_reader::RowSelection;
use parquet::file::metadata::PageIndexPolicy;

use super::Only;
use super::grants::Grants;
use super::place::{Placer, Routed};
use super::{Credited, Crediting};
use crate::checks::unknown_tenant;
use crate::columns::{Columns, Fast, Form, Gathered, NameHash, fast_reader};
use crate::files::TableFile;
use crate::problems::{Problems, RowProblem, Severity};
use crate::source::FileError;
use crate::tables::read_rows;

/// Rows that wait between decoding and placing, in chunks for each placer: bounds memory.
const CHUNKS_WAITING: usize = 4;

/// Rows of one batch that belong to one placer.
struct Chunk {
    columns: Arc<Columns>,
    rows: Vec<Routed>,
}

/// A piece of work: a row group of a Parquet file that reads fast, or some of its rows, or a whole other file.
enum Work<'f> {
    RowGroup(&'f Fast, usize, Option<RowSelection>),
    File(&'f TableFile),
}

/// Credits the rows of `files`, of the customers and months that are wanted: every processor decodes, and every processor places the rows of its share of the tenants.
pub(super) fn run<C: Crediting>(
    files: &[TableFile],
    register: &Register<'_>,
    months: &ScoredMonths,
    crediting: &C,
    only: Option<&Only<'_>>,
    problems: &mut Problems,
) -> Result<Credited<C>, FileError> {
    let grants = Grants::new(register, months);
    let pages = if only.is_some() { PageIndexPolicy::Optional } else { PageIndexPolicy::Skip };
    let fast: Vec<Option<Fast>> = files.iter().map(|file| fast_reader(file, pages)).collect();
    let work: Vec<Work<'_>> = files.iter().zip(&fast).flat_map(|(file, fast)| pieces(file, fast.as_ref(), only)).collect();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let last = months.last().map(|month| month.last_day().epoch_days());
    let next = AtomicUsize::new(0);
    let known: HashSet<NameHash> = register.tenants().map(|tenant| NameHash::of(Form::Spelled, tenant.as_str())).collect();
    let seen = || Seen { first: None, known: &known, strangers: BTreeMap::new(), only };
    let outcome = Mutex::new((&mut *problems, Ok(()), seen()));
    let parts = std::thread::scope(|scope| {
        let (senders, receivers): (Vec<_>, Vec<_>) = (0..threads).map(|_| sync_channel::<Chunk>(CHUNKS_WAITING)).unzip();
        let (next, outcome, work, seen) = (&next, &outcome, &work, &seen);
        for _ in 0..threads.min(work.len()) {
            let senders = senders.clone();
            scope.spawn(move || {
                let mut seen = seen();
                while let Some(piece) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut found = Problems::default();
                    let read = decode(piece, last, &senders, &mut seen, &mut found);
                    let mut outcome = outcome.lock().expect("no thread panics while it holds the lock");
                    outcome.0.absorb(found);
                    if read.is_err() && outcome.1.is_ok() {
                        outcome.1 = read;
                    }
                }
                outcome.lock().expect("no thread panics while it holds the lock").2.absorb(seen);
            });
        }
        drop(senders);
        let grants = &grants;
        let placers = receivers.into_iter().map(|chunks| scope.spawn(move || place(&chunks, crediting, grants, register)));
        let placers: Vec<_> = placers.collect();
        placers.into_iter().map(|placer| placer.join().expect("placing does not panic")).collect::<Vec<_>>()
    });
    let (problems, read, seen) = outcome.into_inner().expect("no thread panics while it holds the lock");
    let first = seen.first;
    seen.tell(problems);
    read.map(|()| Credited { parts, first: first.map(|day| Day::from_epoch_days(day).month()) })
}

fn pieces<'f>(file: &'f TableFile, fast: Option<&'f Fast>, only: Option<&Only<'_>>) -> Vec<Work<'f>> {
    let Some(fast) = fast else { return vec![Work::File(file)] };
    let groups = 0..fast.row_groups();
    match only {
        Some(only) => groups.filter_map(|group| Some(Work::RowGroup(fast, group, Some(fast.select(group, only)?)))).collect(),
        None => groups.map(|group| Work::RowGroup(fast, group, None)).collect(),
    }
}

fn place<C: Crediting>(chunks: &Receiver<Chunk>, crediting: &C, grants: &Grants<'_>, register: &Register<'_>) -> super::Sums<C> {
    let mut placer = Placer::new(crediting, grants, register.rulebook);
    for chunk in chunks {
        placer.add(&chunk.columns, &chunk.rows);
    }
    placer.finish()
}

/// What a decoding thread has seen.
struct Seen<'k> {
    first: Option<i32>,
    /// The tenants of the register of customers; none when there is no register.
    known: &'k HashSet<NameHash>,
    /// Tenants that are not in it, with the first place where they are named and the number of their rows.
    strangers: BTreeMap<Name, Stranger>,
    /// What is wanted, when not everything is.
    only: Option<&'k Only<'k>>,
}

/// Rows of a tenant that nobody knows: the first file and line, and how many.
struct Stranger {
    first: (Arc<str>, u64),
    rows: u64,
}

impl Seen<'_> {
    /// Notes the rows whose tenant is not known.
    fn note_strangers(&mut self, columns: &Columns) {
        if self.known.is_empty() || columns.tenant.are_all_in(self.known) {
            return;
        }
        for row in (0..columns.len()).filter(|row| columns.days[*row].is_some()) {
            if !self.known.contains(&columns.tenant.hash(Form::Compared, row)) {
                let first = || Stranger { first: (Arc::clone(&columns.file), columns.line(row)), rows: 0 };
                self.strangers.entry(Name::new(columns.tenant.get(row))).or_insert_with(first).rows += 1;
            }
        }
    }

    /// Takes in what another thread has seen.
    fn absorb(&mut self, other: Self) {
        self.first = self.first.into_iter().chain(other.first).min();
        for (tenant, found) in other.strangers {
            match self.strangers.entry(tenant) {
                Entry::Vacant(place) => drop(place.insert(found)),
                Entry::Occupied(mut known) => {
                    let known = known.get_mut();
                    known.rows += found.rows;
                    known.first = known.first.clone().min(found.first);
                }
            }
        }
    }

    /// Warns of the strangers, in the order of files and lines.
    fn tell(self, problems: &mut Problems) {
        let mut strangers: Vec<(Name, Stranger)> = self.strangers.into_iter().collect();
        strangers.sort_by(|(_, one), (_, other)| one.first.cmp(&other.first));
        for (tenant, Stranger { first: (file, line), rows }) in strangers {
            let (reason, message, cure) = unknown_tenant(&tenant);
            let problem = RowProblem::of_file(Consumption::TABLE, &file, reason, message, cure);
            problems.push(RowProblem { line: Some(line), column: "tenant_id".to_owned(), value: tenant.to_string(), rows, ..problem });
        }
    }
}

/// Reads a piece and sends its rows to the placers.
fn decode(
    piece: &Work<'_>,
    last: Option<i32>,
    senders: &[SyncSender<Chunk>],
    seen: &mut Seen<'_>,
    problems: &mut Problems,
) -> Result<(), FileError> {
    match piece {
        Work::RowGroup(fast, group, rows) => {
            fast.read(*group, rows.clone(), problems, |columns| route(columns, last, senders, seen));
            Ok(())
        }
        Work::File(file) => {
            let shown: Arc<str> = Arc::from(file.shown.as_str());
            let mut gathered = Gathered::default();
            let (mut remarks, mut bad_rows) = (Problems::default(), Problems::default());
            read_rows::<Consumption>(file, &mut remarks, |read| match read.row {
                Ok(row) => {
                    gathered.push(read.line, &row);
                    if gathered.len() == Gathered::ROWS {
                        route(std::mem::take(&mut gathered).finish(Arc::clone(&shown)), last, senders, seen);
                    }
                }
                Err(problem) => bad_rows.push(*problem),
            })?;
            route(gathered.finish(shown), last, senders, seen);
            // Remarks on the header were told when the file was found.
            remarks
                .kept()
                .iter()
                .filter(|problem| problem.severity != Severity::Warning)
                .for_each(|problem| problems.push(problem.clone()));
            problems.absorb(bad_rows);
            Ok(())
        }
    }
}

/// Sends each row to the placer of its tenant, with the hash of its place. Rows after the last scored month are not read.
fn route(columns: Columns, last: Option<i32>, senders: &[SyncSender<Chunk>], seen: &mut Seen<'_>) {
    seen.note_strangers(&columns);
    let last = last.unwrap_or(i32::MIN);
    let mut rows: Vec<Vec<Routed>> = senders.iter().map(|_| Vec::with_capacity(columns.len() / senders.len() + 1)).collect();
    let mut first = seen.first.unwrap_or(i32::MAX);
    for (row, (day, place)) in columns.days.iter().zip(columns.places()).enumerate() {
        let Some(day) = *day else { continue };
        first = first.min(day);
        if day <= last {
            let tenant = columns.tenant.hash(Form::Compared, row);
            if seen.only.is_none_or(|only| only.has(tenant, day, columns.tenant.get(row))) {
                rows[tenant.share(senders.len())].push(Routed::new(row, place));
            }
        }
    }
    seen.first = (first != i32::MAX).then_some(first);
    let columns = Arc::new(columns);
    for (sender, rows) in senders.iter().zip(rows).filter(|(_, rows)| !rows.is_empty()) {
        // A placer that stopped has panicked, which joining it tells.
        let _ = sender.send(Chunk { columns: Arc::clone(&columns), rows });
    }
}
