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
use super::estates::{Estate, Estates};
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

/// Rows of one batch that belong to one placer, and which thread decoded them.
struct Chunk {
    columns: Arc<Columns>,
    decoder: usize,
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
    let outcome = Mutex::new((&mut *problems, Ok(()), Seen::default()));
    let parts = std::thread::scope(|scope| {
        let (senders, receivers): (Vec<_>, Vec<_>) = (0..threads).map(|_| sync_channel::<Chunk>(CHUNKS_WAITING)).unzip();
        let (next, outcome, work, grants, known) = (&next, &outcome, &work, &grants, &known);
        for decoder in 0..threads.min(work.len()) {
            let senders = senders.clone();
            scope.spawn(move || {
                let estates = Estates::new(grants, known, senders.len());
                let (last, of_rows, seen) = (last.unwrap_or(i32::MIN), Vec::new(), Seen::default());
                let mut router = Router { decoder, last, only, estates, of_rows, senders, seen };
                while let Some(piece) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut found = Problems::default();
                    let read = decode(piece, &mut router, &mut found);
                    let mut outcome = outcome.lock().expect("no thread panics while it holds the lock");
                    outcome.0.absorb(found);
                    if read.is_err() && outcome.1.is_ok() {
                        outcome.1 = read;
                    }
                }
                outcome.lock().expect("no thread panics while it holds the lock").2.absorb(router.seen);
            });
        }
        drop(senders);
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
        placer.add(&chunk.columns, chunk.decoder, &chunk.rows);
    }
    placer.finish()
}

/// What a decoding thread has seen.
#[derive(Default)]
struct Seen {
    first: Option<i32>,
    /// Tenants that are not in the register of customers, with the first place where they are named and the number of their rows.
    strangers: BTreeMap<Name, Stranger>,
}

/// Rows of a tenant that nobody knows: the first file and line, and how many.
struct Stranger {
    first: (Arc<str>, u64),
    rows: u64,
}

impl Seen {
    /// Notes a row whose tenant is not known.
    #[cold]
    fn note_stranger(&mut self, columns: &Columns, row: usize) {
        let first = || Stranger { first: (Arc::clone(&columns.file), columns.line(row)), rows: 0 };
        self.strangers.entry(Name::new(columns.tenant.get(row))).or_insert_with(first).rows += 1;
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
fn decode(piece: &Work<'_>, router: &mut Router<'_, '_>, problems: &mut Problems) -> Result<(), FileError> {
    match piece {
        Work::RowGroup(fast, group, rows) => {
            fast.read(*group, rows.clone(), problems, |columns| router.route(columns));
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
                        router.route(std::mem::take(&mut gathered).finish(Arc::clone(&shown)));
                    }
                }
                Err(problem) => bad_rows.push(*problem),
            })?;
            router.route(gathered.finish(shown));
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

/// Sends rows that a thread decodes to the placers.
struct Router<'g, 'r> {
    /// The number of the thread.
    decoder: usize,
    /// The last day that is credited.
    last: i32,
    /// What is wanted, when not everything is.
    only: Option<&'g Only<'g>>,
    estates: Estates<'g, 'r>,
    /// The estate of every row of the columns at hand.
    of_rows: Vec<Estate>,
    senders: Vec<SyncSender<Chunk>>,
    seen: Seen,
}

impl Router<'_, '_> {
    /// Sends each row to the placer of its tenant, with its place. Rows after the last scored month are not sent.
    fn route(&mut self, columns: Columns) {
        self.estates.of_rows(&columns, &mut self.of_rows);
        let shares = self.senders.len();
        let mut rows: Vec<Vec<Routed>> = (0..shares).map(|_| Vec::with_capacity(columns.len() / shares + columns.len() / 8)).collect();
        let services = columns.service.hashes(Form::Spelled);
        let resources = columns.resource.codes().map(|(codes, _)| codes);
        // the lake keeps rows of a resource together
        let mut last: Option<((u16, u32, i32), Option<NameHash>)> = None;
        let mut first = self.seen.first.unwrap_or(i32::MAX);
        for (row, (day, estate)) in columns.days.iter().zip(&self.of_rows).enumerate() {
            let Some(day) = *day else { continue };
            first = first.min(day);
            if !estate.is_known {
                self.seen.note_stranger(&columns, row);
            }
            if day <= self.last
                && self.only.is_none_or(|only| only.has(columns.tenant.hash(Form::Compared, row), day, columns.tenant.get(row)))
            {
                let resource = resources.map(|codes| (estate.share, estate.number, codes[row]));
                let known = last.filter(|(before, _)| Some(*before) == resource);
                let place = known.map_or_else(|| estate.place(&columns, row), |(_, place)| place);
                last = resource.map(|resource| (resource, place));
                let (service, steps) = (services.of(row), columns.steps(row));
                rows[usize::from(estate.share)].push(Routed::new(row, day, estate.number, place, service, steps));
            }
        }
        self.seen.first = (first != i32::MAX).then_some(first);
        let columns = Arc::new(columns);
        for (sender, rows) in self.senders.iter().zip(rows).filter(|(_, rows)| !rows.is_empty()) {
            // A placer that stopped has panicked, which joining it tells.
            let _ = sender.send(Chunk { columns: Arc::clone(&columns), decoder: self.decoder, rows });
        }
    }
}
