//! New rows that wait for their table to be settled: registers in memory, facts by month and beyond a limit on the disk.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use domain::amount::Amount;
use domain::facts::{Consumption, Program, Revenue, WorkloadUsage};
use domain::names::Name;
use domain::time::Month;

use crate::batches::{batch_with_origin, schema};
use crate::fates::{Fate, Ignored, Totals};
use crate::files::{FileForm, TableFile};
use crate::lake::{LakeError, ParquetFile};
use crate::problems::{Problems, RowProblem, Severity};
use crate::restatements::{Fact, Names, Register, each_fact, each_register};
use crate::suggestions::Suggestion;
use crate::tables::read_rows;

/// How many rows of facts an import holds in memory, unless it is told otherwise.
pub const HELD_MAX: usize = 400_000;

/// How many rows of a file are kept that were kept out of the lake, to be mended.
pub const REFUSED_MAX: usize = 10_000;

/// Where a new row came from: the file, by its place in the import, and the line.
pub type Place = (u32, u64);

/// What restates what: rows of one month and source.
pub type PartOf = (Month, Arc<str>);

/// New rows of facts of one month and source.
pub struct Part<R> {
    held: Vec<(R, Place)>,
    spilled: Option<(PathBuf, ParquetFile)>,
}

impl<R> Default for Part<R> {
    fn default() -> Self {
        Self { held: Vec::new(), spilled: None }
    }
}

/// New rows of one table of facts.
pub type Parts<R> = BTreeMap<PartOf, Part<R>>;

/// A row of facts that staging holds parts of.
pub trait StagedFact: Fact {
    /// The parts of its table.
    fn parts(staging: &mut Staging) -> &mut Parts<Self>;
}

/// A row of any table, on its way into staging.
pub trait StagedRow: Sized {
    /// Stages the row; a fact restates others of its source.
    ///
    /// # Errors
    /// When rows must go to the disk and cannot.
    fn stage(self, staging: &mut Staging, source: &Arc<str>, place: Place) -> Result<(), LakeError>;
}

/// Everything new that an import read.
#[derive(Default)]
pub struct Staging {
    /// New rows of registers.
    pub registers: Program,
    /// Where the rows of [`Staging::registers`] came from, per table.
    pub places: HashMap<&'static str, Vec<Place>>,
    /// What rows of other tables let us know of.
    pub suggested: Vec<(Suggestion, Place)>,
    suggestions: HashSet<Suggestion>,
    consumption: Parts<Consumption>,
    workload_usage: Parts<WorkloadUsage>,
    revenue: Parts<Revenue>,
    /// What is wrong with rows.
    pub problems: Problems,
    /// Fates that are known already (quarantined, ignored), per file.
    pub totals: HashMap<u32, Totals>,
    /// Rows that rules leave out, per file and rule.
    pub ignored: HashMap<u32, BTreeMap<Name, Ignored>>,
    /// The lines of rows that were kept out, per file, as far as their rows are kept.
    pub refused: HashMap<u32, BTreeSet<u64>>,
    names: Names,
    held: usize,
    held_max: usize,
    folder: PathBuf,
}

impl Staging {
    /// An empty staging that holds up to `held_max` rows of facts in memory and writes the rest to `folder`.
    #[must_use]
    pub fn new(folder: PathBuf, held_max: usize) -> Self {
        Self { folder, held_max, ..Self::default() }
    }

    /// Keeps out a row of the file at place `file`.
    pub fn quarantine(&mut self, file: u32, problem: RowProblem, amount: Amount) {
        debug_assert_eq!(problem.severity, Severity::Quarantined);
        self.totals.entry(file).or_default().add(problem.table, Fate::Quarantined, amount);
        let lines = self.refused.entry(file).or_default();
        if lines.len() < REFUSED_MAX {
            lines.extend(problem.line);
        }
        self.problems.push(problem);
    }

    /// Leaves out the row at a place by a rule.
    pub fn ignore(&mut self, (file, line): Place, table: &'static str, rule: &Name, amount: Amount) {
        self.totals.entry(file).or_default().add(table, Fate::Ignored, amount);
        let of_file = self.ignored.entry(file).or_default();
        if !of_file.contains_key(rule) {
            of_file.insert(rule.clone(), Ignored::default());
        }
        if let Some(left) = of_file.get_mut(rule) {
            left.rows += 1;
            left.lines.push(line);
        }
    }

    /// Keeps what a row lets us know of, unless another did.
    pub fn suggest(&mut self, suggestion: Suggestion, place: Place) {
        if !self.suggestions.contains(&suggestion) {
            self.suggestions.insert(suggestion.clone());
            self.suggested.push((suggestion, place));
        }
    }

    /// The months and sources of the table that have new rows.
    pub fn parts<R: StagedFact>(&mut self) -> Vec<PartOf> {
        R::parts(self).keys().cloned().collect()
    }

    /// Takes the new rows of a month and source, in the order in which they came.
    ///
    /// # Errors
    /// When rows that went to the disk cannot be read back.
    pub fn take<R: StagedFact>(&mut self, of: &PartOf) -> Result<(Vec<R>, Vec<Place>), LakeError> {
        let Some(part) = R::parts(self).remove(of) else { return Ok((Vec::new(), Vec::new())) };
        let (mut rows, mut places) = (Vec::new(), Vec::new());
        if let Some((path, file)) = part.spilled {
            file.finish()?;
            let file = TableFile { table: R::TABLE, shown: path.display().to_string(), path, form: FileForm::Parquet };
            let names = &mut self.names;
            let read = read_rows::<R>(&file, &mut self.problems, |read| {
                if let (Ok(mut row), Some((file, line))) = (read.row, read.origin) {
                    row.share_names(names);
                    rows.push(row);
                    places.push((file.parse().unwrap_or_default(), line));
                }
            });
            read.map_err(|error| LakeError::Read(error.into()))?;
        }
        for (row, place) in part.held {
            rows.push(row);
            places.push(place);
        }
        Ok((rows, places))
    }

    /// Names met so far, to share.
    pub fn names(&mut self) -> &mut Names {
        &mut self.names
    }

    fn hold<R: StagedFact>(&mut self, mut row: R, source: &Arc<str>, place: Place) -> Result<(), LakeError> {
        row.share_names(&mut self.names);
        R::parts(self).entry((row.month(), Arc::clone(source))).or_default().held.push((row, place));
        self.held += 1;
        if self.held >= self.held_max {
            self.spill_all()?;
        }
        Ok(())
    }

    fn spill_all(&mut self) -> Result<(), LakeError> {
        macro_rules! spill {
            ($($table:ident: $row:ident),*) => {
                $( for ((month, source), part) in &mut self.$table {
                    part.spill(self.folder.join(format!("{}-{source}-{month}.parquet", stringify!($table))))?;
                } )*
            };
        }
        each_fact!(spill);
        self.names = Names::default();
        self.held = 0;
        Ok(())
    }
}

impl<R: Fact> Part<R> {
    fn spill(&mut self, path: PathBuf) -> Result<(), LakeError> {
        if self.held.is_empty() {
            return Ok(());
        }
        let file = match &mut self.spilled {
            Some((_, file)) => file,
            None => {
                let file = ParquetFile::create(&path, schema(R::COLUMNS, true))?;
                &mut self.spilled.insert((path.clone(), file)).1
            }
        };
        let rows = std::mem::take(&mut self.held);
        let files: Vec<String> = rows.iter().map(|(_, (file, _))| file.to_string()).collect();
        let origins = rows.iter().zip(&files).map(|((row, (_, line)), file)| (row, file.as_str(), *line));
        let batch = batch_with_origin::<R>(origins)
            .map_err(|error| LakeError::Write { path: path.display().to_string(), source: Box::new(error) })?;
        file.write(&batch)?;
        file.flush()
    }
}

macro_rules! stage_registers {
    ($($table:ident: $row:ident),*) => {$(
        impl StagedRow for domain::facts::$row {
            fn stage(self, staging: &mut Staging, _source: &Arc<str>, place: Place) -> Result<(), LakeError> {
                staging.registers.$table.push(self);
                staging.places.entry(stringify!($table)).or_default().push(place);
                Ok(())
            }
        }
    )*};
}
each_register!(stage_registers);

macro_rules! stage_facts {
    ($($table:ident: $row:ident),*) => {$(
        impl StagedFact for $row {
            fn parts(staging: &mut Staging) -> &mut Parts<Self> {
                &mut staging.$table
            }
        }
        impl StagedRow for $row {
            fn stage(self, staging: &mut Staging, source: &Arc<str>, place: Place) -> Result<(), LakeError> {
                staging.hold(self, source, place)
            }
        }
    )*};
}
each_fact!(stage_facts);

/// The places of the new rows of a register.
#[must_use]
pub fn places<R: Register>(staging: &Staging) -> &[Place] {
    staging.places.get(R::TABLE).map_or(&[], Vec::as_slice)
}
