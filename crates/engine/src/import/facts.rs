//! Settles the facts of an import against those of the lake, month by month.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use domain::facts::{Consumption, Revenue, WorkloadUsage};
use domain::names::Name;
use domain::time::Month;

use super::Batch;
use super::doubles::{Doubles, Subject};
use crate::checks;
use crate::dataset::Dataset;
use crate::fates::Fate;
use crate::lake::{LakeError, LakeFile};
use crate::merge::{Settled, settle_facts};
use crate::problems::{Problems, RowProblem};
use crate::staging::{Place, StagedFact};
use crate::tables::read_rows;

/// Settles every table of facts and writes the months that change. `customers` are the tenants that are known.
pub fn settle(batch: &mut Batch<'_>, customers: HashSet<Name>) -> Result<(), LakeError> {
    let mut strangers = Strangers { customers, found: BTreeMap::new() };
    settle_table::<Consumption>(batch, &mut strangers, |row| &row.tenant_id, |row| (row.subscription_id.clone(), None))?;
    settle_table::<WorkloadUsage>(batch, &mut strangers, |row| &row.tenant_id, |row| (row.tenant_id.clone(), Some(row.workload.clone())))?;
    settle_table::<Revenue>(batch, &mut strangers, |row| &row.tenant_id, |row| (row.tenant_id.clone(), Some(row.workload.clone())))?;
    for ((table, tenant), (rows, (file, line))) in strangers.found {
        let (reason, message, cure) = checks::unknown_tenant(&tenant);
        let shown = &batch.sources[file as usize].shown;
        let problem = RowProblem::of_file(table, shown, reason, message, cure);
        let column = "tenant_id".to_owned();
        batch.staging.problems.push(RowProblem { line: Some(line), column, value: tenant.to_string(), rows, ..problem });
    }
    Ok(())
}

/// Tenants that no customer has, with the number of their rows and the first of them.
struct Strangers {
    customers: HashSet<Name>,
    found: BTreeMap<(&'static str, Name), (u64, Place)>,
}

impl Strangers {
    fn meet(&mut self, table: &'static str, tenant: &Name, place: Place) {
        if !self.customers.is_empty() && !self.customers.contains(tenant) {
            self.found.entry((table, tenant.clone())).or_insert((0, place)).0 += 1;
        }
    }
}

/// Rows of one source and month.
struct Rows<R> {
    rows: Vec<R>,
    places: Vec<Place>,
}

fn settle_table<R: StagedFact>(
    batch: &mut Batch<'_>,
    strangers: &mut Strangers,
    tenant: fn(&R) -> &Name,
    subject: fn(&R) -> Subject,
) -> Result<(), LakeError> {
    let mut doubles = Doubles::new(subject);
    for of in batch.staging.parts::<R>() {
        let (rows, places) = batch.staging.take::<R>(&of)?;
        rows.iter().zip(&places).for_each(|(row, place)| strangers.meet(R::TABLE, tenant(row), *place));
        doubles.meet(&of, &rows, &places);
        settle_month(batch, &of.1, of.0, &Rows { rows, places })?;
    }
    doubles.tell(batch)
}

fn settle_month<R: StagedFact>(batch: &mut Batch<'_>, source: &str, month: Month, new: &Rows<R>) -> Result<(), LakeError> {
    let is_same_part = |file: &&LakeFile| file.table == R::TABLE && file.source == source && file.month == Some(month);
    let files: Vec<LakeFile> = batch.lake.files.iter().filter(is_same_part).cloned().collect();
    let (old, old_origins) = read_old::<R>(batch, &files)?;
    let fates = settle_facts(&old, &new.rows);
    count(batch, &fates, &old, new);
    warn(batch, &fates, new);
    if !fates.has_changes() {
        return Ok(());
    }
    let origins: Vec<String> = (0..batch.sources.len()).map(|file| batch.origin(u32::try_from(file).unwrap_or_default())).collect();
    let of_old = |index: &usize| (&old[*index], &*old_origins[*index].0, old_origins[*index].1);
    let of_new = |index: &usize| {
        let (file, line) = new.places[*index];
        (&new.rows[*index], origins[file as usize].as_str(), line)
    };
    let part = format!("{}/{source}/{month}/{}.parquet", R::TABLE, batch.id);
    if !fates.superseded.is_empty() {
        batch.lake.write(&format!("superseded/{part}"), fates.superseded.iter().map(of_old))?;
    }
    let mut rows: Vec<(&R, &str, u64)> = fates.kept.iter().map(of_old).chain(fates.accepted.iter().map(of_new)).collect();
    rows.sort_by_cached_key(|(row, ..)| row.order());
    let written = batch.lake.write(&part, rows.into_iter())?;
    batch.dropped.extend(files);
    batch.added.push(LakeFile {
        table: R::TABLE,
        source: source.to_owned(),
        month: Some(month),
        path: part,
        rows: written,
        batch_id: batch.id.clone(),
    });
    Ok(())
}

/// The rows of the lake with the batch and file, and the line, of each.
type Old<R> = (Vec<R>, Vec<(Arc<str>, u64)>);

fn read_old<R: StagedFact>(batch: &mut Batch<'_>, files: &[LakeFile]) -> Result<Old<R>, LakeError> {
    let (mut rows, mut origins): Old<R> = (Vec::new(), Vec::new());
    let mut shown: HashSet<Arc<str>> = HashSet::new();
    for file in files {
        let file = batch.lake.table_file(file);
        let names = batch.staging.names();
        let mut problems = Problems::default();
        let read = read_rows::<R>(&file, &mut problems, |read| {
            let Ok(mut row) = read.row else { return };
            row.share_names(names);
            rows.push(row);
            let (origin, line) = read.origin.unwrap_or(("", 0));
            let origin = shown.get(origin).cloned().unwrap_or_else(|| {
                let origin: Arc<str> = origin.into();
                shown.insert(origin.clone());
                origin
            });
            origins.push((origin, line));
        });
        read.map_err(|error| LakeError::Read(error.into()))?;
        if problems.has_losses() {
            let message = "rows of the lake cannot be read back";
            return Err(LakeError::Read(crate::source::FileError::broken(&file.shown, rows.len() as u64, message).into()));
        }
    }
    Ok((rows, origins))
}

fn count<R: StagedFact>(batch: &mut Batch<'_>, fates: &Settled, old: &[R], new: &Rows<R>) {
    for (fate, rows) in [(Fate::Accepted, &fates.accepted), (Fate::Duplicate, &fates.duplicate)] {
        rows.iter().for_each(|row| batch.count(new.places[*row].0, R::TABLE, fate, new.rows[*row].amount()));
    }
    fates.superseded.iter().for_each(|row| batch.superseded.add(R::TABLE, Fate::Superseded, old[*row].amount()));
}

/// Warns of what is odd about the accepted rows themselves.
fn warn<R: StagedFact>(batch: &mut Batch<'_>, fates: &Settled, new: &Rows<R>) {
    let mut dataset = Dataset::default();
    for index in &fates.accepted {
        let (file, line) = new.places[*index];
        dataset.origins.push(R::TABLE, &batch.sources[file as usize].shown, line);
    }
    if R::TABLE == "workload_usage" {
        R::rows_mut(&mut dataset.program).extend(fates.accepted.iter().map(|index| new.rows[*index].clone()));
        checks::check_intervals(&mut dataset);
        batch.staging.problems.absorb(dataset.problems);
    }
}
