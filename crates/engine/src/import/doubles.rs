//! Facts that come from two sources: what one download tells and another tells again counts twice.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::names::Name;
use domain::time::Month;

use super::Batch;
use crate::lake::LakeError;
use crate::problems::{Problems, RowProblem};
use crate::staging::{PartOf, Place, StagedFact};
use crate::tables::read_rows;

/// What a fact is about: a subscription, or a tenant and a workload.
pub type Subject = (Name, Option<Name>);

/// What new facts of a table are about, by month and source, with the first row of each source and month.
pub struct Doubles<R> {
    subject: fn(&R) -> Subject,
    met: BTreeMap<(Month, String), (Place, HashSet<Subject>)>,
}

/// The subjects that two sources tell of, and the first row of the new one.
type Shared = (Place, BTreeSet<(Month, Subject)>);

/// The source without its part: parts of one source do not tell the same usage.
fn source(part: &str) -> &str {
    part.split('.').next().unwrap_or(part)
}

impl<R: StagedFact> Doubles<R> {
    /// No facts yet.
    pub const fn new(subject: fn(&R) -> Subject) -> Self {
        Self { subject, met: BTreeMap::new() }
    }

    /// Meets the new rows of a part.
    pub fn meet(&mut self, part: &PartOf, rows: &[R], places: &[Place]) {
        let Some(first) = places.first() else { return };
        let (_, subjects) = self.met.entry((part.0, source(&part.1).to_owned())).or_insert_with(|| (*first, HashSet::new()));
        subjects.extend(rows.iter().map(self.subject));
    }

    /// Warns of subjects and months that another source tells of as well, once for each pair of sources.
    pub fn tell(&self, batch: &mut Batch<'_>) -> Result<(), LakeError> {
        let mut pairs: BTreeMap<(String, String), Shared> = BTreeMap::new();
        for ((month, new), (place, subjects)) in &self.met {
            for (other, known) in self.others(batch, *month, new)? {
                let shared: Vec<&Subject> = subjects.iter().filter(|subject| known.contains(*subject)).collect();
                if !shared.is_empty() {
                    let (_, found) = pairs.entry((new.clone(), other)).or_insert_with(|| (*place, BTreeSet::new()));
                    found.extend(shared.into_iter().map(|subject| (*month, subject.clone())));
                }
            }
        }
        for ((new, other), ((file, line), found)) in pairs {
            let Some((month, (id, workload))) = found.first() else { continue };
            let (column, what) = match workload {
                None => ("subscription_id", format!("subscription `{id}`")),
                Some(workload) => ("tenant_id", format!("`{workload}` in tenant `{id}`")),
            };
            let message = format!("what is told of {what} in {month} comes from `{new}` and from `{other}`, and counts twice");
            let cure = "keep one source for each of them, and undo the import of the other".to_owned();
            let problem = RowProblem::of_file(R::TABLE, &batch.sources[file as usize].shown, "two-sources", message, cure);
            let (column, value) = (column.to_owned(), id.to_string());
            batch.staging.problems.push(RowProblem { line: Some(line), column, value, rows: found.len() as u64, ..problem });
        }
        Ok(())
    }

    /// What other sources tell of in a month: in the lake, and before this one in the import.
    fn others(&self, batch: &Batch<'_>, month: Month, new: &str) -> Result<BTreeMap<String, HashSet<Subject>>, LakeError> {
        let mut others: BTreeMap<String, HashSet<Subject>> = BTreeMap::new();
        for ((of, other), (_, subjects)) in &self.met {
            if *of == month && other.as_str() < new {
                others.entry(other.clone()).or_default().extend(subjects.iter().cloned());
            }
        }
        let is_other = |of: &str| of != new && !self.met.contains_key(&(month, of.to_owned()));
        for file in batch.lake.files.iter().filter(|file| file.table == R::TABLE && file.month == Some(month)) {
            if !is_other(source(&file.source)) {
                continue;
            }
            let known = others.entry(source(&file.source).to_owned()).or_default();
            let read = read_rows::<R>(&batch.lake.table_file(file), &mut Problems::default(), |read| {
                known.extend(read.row.ok().as_ref().map(self.subject));
            });
            read.map_err(|error| LakeError::Read(error.into()))?;
        }
        Ok(others)
    }
}
