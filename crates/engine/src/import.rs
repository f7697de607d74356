//! Import: from source files to a changed lake, with a fate for every row.
//!
//! [`import`] writes new files beside the old ones and returns an [`Outcome`](crate::import::Outcome): what to record in the ledger, which files the
//! manifest gains and loses. Nothing has happened until the manifest is committed; [`Lake::sweep`](crate::lake::Lake::sweep) deletes what it does
//! not name, whether the outcome was kept or not.

mod doubles;
mod facts;
mod hash;
mod registers;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use domain::facts::Program;
use domain::names::Name;
use domain::rulebook::Rulebook;
use domain::time::Month;

pub use hash::{content_hash, of_texts as hash_of_texts};

use crate::dataset::{Dataset, DatasetError};
use crate::fates::{Fate, Ignored, MonthChange, Total, Totals};
use crate::files::TableFile;
use crate::formats::{self, Context, Format, FormatError, ReadError, SourceFile, find_sources, raw};
use crate::lake::{Lake, LakeError, LakeFile};
use crate::problems::{Problems, RowProblem, Severity};
use crate::refused;
use crate::source::FileError;
pub use crate::staging::HELD_MAX;
use crate::staging::{Place, Staging};

/// What to import.
#[derive(Debug, Clone)]
pub struct Request {
    /// A file or a folder.
    pub path: PathBuf,
    /// The format, when the header shall not decide.
    pub format: Option<Format>,
    /// The tenant of rows that name none.
    pub tenant: Option<Name>,
    /// Which rows count, and what services are called.
    pub rulebook: Arc<Rulebook>,
    /// The new batch's id: new, and fit to be a file's name.
    pub batch_id: String,
    /// Months that take no rows which would change them.
    pub closed: BTreeSet<Month>,
    /// How many rows of facts to hold in memory; [`HELD_MAX`] unless memory is scarce.
    pub held_max: usize,
}

/// A file of an earlier batch, for telling a repeated import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFile {
    /// The batch that read it.
    pub batch_id: String,
    /// Its rows and their amount.
    pub incoming: Total,
    /// How many of its rows were quarantined; such a file is read again, since what they lacked may be there now.
    pub quarantined: u64,
}

/// What became of one source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// The file as messages name it.
    pub name: String,
    /// Its format.
    pub format: Format,
    /// The table that its rows go to.
    pub table: &'static str,
    /// The hash of its content, format and options: equal for equal imports.
    pub hash: String,
    /// How many rows it has.
    pub rows: u64,
    /// What became of them.
    pub totals: Totals,
    /// The earlier batch that imported the same content, which makes every row a duplicate.
    pub same_as: Option<String>,
    /// Why the file was not read.
    pub error: Option<String>,
    /// The rows that rules left out.
    pub ignored: BTreeMap<Name, Ignored>,
    /// Rows that were kept out, as they stood, with their lines; the header is line 0.
    pub refused: Vec<(u64, String)>,
}

/// What an import did. The manifest changes from the lake's files to those without `dropped` and with `added`.
#[derive(Debug)]
pub struct Outcome {
    /// The batch's id.
    pub batch_id: String,
    /// The hash over the files' hashes.
    pub hash: String,
    /// Every source file, in the order in which they were read.
    pub files: Vec<FileEntry>,
    /// What became of all rows, old ones that were superseded among them.
    pub totals: Totals,
    /// What is wrong with rows and files.
    pub problems: Problems,
    /// Files that could not be read at all.
    pub errors: Vec<FileError>,
    /// Parts for the manifest to gain.
    pub added: Vec<LakeFile>,
    /// Parts for the manifest to lose.
    pub dropped: Vec<LakeFile>,
    /// Pieces for the manifest to gain: what the batch brought.
    pub pieces: Vec<LakeFile>,
    /// What became of months of facts.
    pub months: Vec<MonthChange>,
}

impl Outcome {
    /// How many rows each rule left out.
    #[must_use]
    pub fn rules(&self) -> BTreeMap<&Name, u64> {
        let mut rules = BTreeMap::new();
        for (rule, left) in self.files.iter().flat_map(|file| &file.ignored) {
            *rules.entry(rule).or_default() += left.rows;
        }
        rules
    }

    /// Whether the lake is the same as before.
    #[must_use]
    pub fn changes_nothing(&self) -> bool {
        self.added.is_empty() && self.dropped.is_empty()
    }
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The path is of no known format, or cannot be read.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The lake cannot be read or written.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// None of the files will do.
    #[error(transparent)]
    Files(#[from] DatasetError),
    /// Mended rows come with others.
    #[error("`{file}` holds mended rows of {}, and other files here do not; import the mended rows of a batch by themselves", batch.as_ref().map_or_else(|| "no batch".to_owned(), |batch| format!("batch `{batch}`")))]
    Mends {
        /// The first file that differs from the one before it.
        file: String,
        /// The batch that it mends.
        batch: Option<String>,
    },
}

/// How far an import is.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// The file that is read.
    pub file: &'a str,
    /// The file's place, from 0.
    pub index: usize,
    /// How many files there are.
    pub files: usize,
    /// Rows of the file read so far.
    pub rows: u64,
}

/// Imports a path into the lake. `known` are the files of earlier batches by their hash.
///
/// # Errors
/// When the path is of no known format, when none of its files can be read, or when the lake cannot be read or written.
pub fn import(
    request: &Request,
    lake: &Lake,
    known: &HashMap<String, KnownFile>,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Outcome, ImportError> {
    let mut remarks = Problems::default();
    let sources = find_sources(&request.path, request.format, &mut remarks)?;
    let registers: Vec<TableFile> = lake.files.iter().filter(|file| file.source.is_empty()).map(|file| lake.table_file(file)).collect();
    let old = Dataset::read_files(registers, Problems::default()).map_err(LakeError::from)?;
    if old.problems.has_losses() {
        // nothing is rewritten without the rows that cannot be read
        let message = "rows of the lake cannot be read back";
        return Err(LakeError::from(DatasetError::from(FileError::broken("lake", 0, message))).into());
    }
    let folder = lake.root.join("staging").join(&request.batch_id);
    let mut batch = Batch {
        id: request.batch_id.clone(),
        lake,
        staging: Staging::new(folder.clone(), request.held_max),
        files: Vec::new(),
        superseded: Totals::default(),
        added: Vec::new(),
        dropped: Vec::new(),
        pieces: Vec::new(),
        months: Vec::new(),
        aside: (Program::default(), HashMap::new()),
        closed: request.closed.clone(),
        mends: mended_batch(&sources)?,
        sources,
    };
    batch.staging.problems = remarks;
    let errors = batch.read(request, &old, known, progress)?;
    if !errors.is_empty() && errors.len() == batch.files.len() {
        return Err(DatasetError { files: errors }.into());
    }
    let customers = registers::settle(&mut batch, &old)?;
    facts::settle(&mut batch, customers)?;
    if folder.exists() {
        // what cannot be deleted is a leftover and harms nobody
        std::fs::remove_dir_all(&folder).ok();
    }
    Ok(batch.finish(errors))
}

/// An import under way.
struct Batch<'a> {
    id: String,
    lake: &'a Lake,
    sources: Vec<SourceFile>,
    staging: Staging,
    files: Vec<FileEntry>,
    superseded: Totals,
    added: Vec<LakeFile>,
    dropped: Vec<LakeFile>,
    pieces: Vec<LakeFile>,
    months: Vec<MonthChange>,
    /// What rows let us know of and the lake knew already, with the places of the rows.
    aside: (Program, HashMap<&'static str, Vec<Place>>),
    closed: BTreeSet<Month>,
    /// The batch whose refused rows come mended; their facts restate nothing.
    mends: Option<String>,
}

/// The batch whose refused rows all of the files hold; nothing when none does.
fn mended_batch(sources: &[SourceFile]) -> Result<Option<String>, ImportError> {
    let mut mends = Vec::new();
    for source in sources {
        // what cannot be opened is told when it is read
        mends.push(raw::mended_batch(source).unwrap_or_default());
    }
    match mends.windows(2).position(|pair| pair[0] != pair[1]) {
        Some(at) => {
            let at = if mends[at].is_some() { at } else { at + 1 };
            Err(ImportError::Mends { file: sources[at].shown.clone(), batch: mends[at].clone() })
        }
        None => Ok(mends.pop().flatten()),
    }
}

impl Batch<'_> {
    /// Reads every source file that was not imported before; returns those that will not do.
    fn read(
        &mut self,
        request: &Request,
        old: &Dataset,
        known: &HashMap<String, KnownFile>,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Vec<FileError>, LakeError> {
        let mut context = Context::new(request.tenant.clone(), Arc::clone(&request.rulebook));
        context.learn(&old.program);
        let mut errors = Vec::new();
        for (index, source) in self.sources.clone().iter().enumerate() {
            let file = u32::try_from(index).expect("an import has fewer than four billion files");
            let mut tell = |rows| progress(Progress { file: &source.shown, index, files: self.sources.len(), rows });
            tell(0);
            let mut entry = FileEntry {
                name: source.shown.clone(),
                format: source.format,
                table: source.table,
                hash: String::new(),
                rows: 0,
                totals: Totals::default(),
                same_as: None,
                error: None,
                ignored: BTreeMap::new(),
                refused: Vec::new(),
            };
            context.learn(&self.staging.registers);
            let read = match content_hash(source, &context.options(source.format)) {
                Ok(hash) => {
                    entry.hash = hash;
                    match known.get(&entry.hash).filter(|known| known.quarantined == 0) {
                        Some(known) => {
                            entry.same_as = Some(known.batch_id.clone());
                            entry.totals.add_total(source.table, Fate::Duplicate, known.incoming);
                            Ok(known.incoming.rows)
                        }
                        None => formats::read(source, &context, file, &mut self.staging, &mut tell),
                    }
                }
                Err(error) => Err(ReadError::File(error)),
            };
            match read {
                Ok(rows) => entry.rows = rows,
                Err(ReadError::Lake(error)) => return Err(error),
                Err(ReadError::File(error)) => {
                    entry.error = Some(error.to_string());
                    let problem = RowProblem::of_file(source.table, &source.shown, error.reason(), error.to_string(), String::new());
                    self.staging.problems.push(RowProblem { severity: Severity::Unreadable, ..problem });
                    errors.push(error);
                }
            }
            tell(entry.rows);
            self.files.push(entry);
        }
        Ok(errors)
    }

    /// The batch and file that rows come from, as the lake remembers it, in the order of the files.
    fn origins(&self) -> Vec<String> {
        self.sources.iter().map(|source| format!("{}:{}", self.id, source.shown)).collect()
    }

    fn count(&mut self, file: u32, table: &'static str, fate: Fate, amount: domain::amount::Amount) {
        self.files[file as usize].totals.add(table, fate, amount);
    }

    fn finish(mut self, errors: Vec<FileError>) -> Outcome {
        let mut totals = self.superseded;
        for (file, counted) in std::mem::take(&mut self.staging.totals) {
            self.files[file as usize].totals.absorb(&counted);
        }
        for (file, ignored) in std::mem::take(&mut self.staging.ignored) {
            self.files[file as usize].ignored = ignored;
        }
        self.files.iter().for_each(|file| totals.absorb(&file.totals));
        for (file, lines) in &self.staging.refused {
            let (source, entry) = (&self.sources[*file as usize], &mut self.files[*file as usize]);
            entry.refused = refused::collect(source, lines);
        }
        Outcome {
            batch_id: self.id,
            hash: hash::of_texts(self.files.iter().map(|file| file.hash.as_str())),
            files: self.files,
            totals,
            problems: self.staging.problems,
            errors,
            added: self.added,
            dropped: self.dropped,
            pieces: self.pieces,
            months: self.months,
        }
    }
}
