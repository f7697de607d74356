//! Settles the facts of an import against those of the lake, month by month.

use domain::facts::{Consumption, Revenue, WorkloadUsage};
use domain::names::Name;
use domain::time::Month;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::Batch;
use super::doubles::{Doubles, Subject};
use crate::checks;
use crate::dataset::Dataset;
use crate::fates::{Fate, MonthChange, Total};
use crate::lake::{Kept, LakeError, LakeFile};
use crate::merge::{Settled, settle_facts, settle_mended};
use crate::problems::{RowProblem, Severity};
use crate::restatements::Fact;
use crate::staging::{Place, StagedFact};

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
    let none = LakeFile {
        table: R::TABLE,
        source: source.to_owned(),
        month: Some(month),
        path: String::new(),
        rows: 0,
        amount: None,
        batch_id: batch.id.clone(),
    };
    let files: Vec<LakeFile> = batch.lake.files.iter().filter(|file| file.is_same_part(&none)).cloned().collect();
    let names = batch.staging.names();
    let old = batch.lake.read::<R>(&files.iter().collect::<Vec<_>>(), |row| row.share_names(names))?;
    let mut fates = match &batch.mends {
        None => settle_facts(&old.rows, &new.rows),
        Some(mended) => {
            let mut fates = settle_mended(&old.rows, &new.rows);
            refuse_restated(batch, mended.clone(), &mut fates, &old, new);
            fates
        }
    };
    if batch.closed.contains(&month) && fates.has_changes() {
        refuse(batch, month, &mut fates, new);
    }
    count(batch, &fates, &old.rows, new);
    warn(batch, &fates, new);
    let origins = batch.origins();
    let of_new = |index: &usize| {
        let (file, line) = new.places[*index];
        (&new.rows[*index], origins[file as usize].as_str(), line)
    };
    let amount = |rows: &[(&R, &str, u64)]| rows.iter().map(|(row, ..)| row.amount()).sum();
    let write = |path: &str, mut rows: Vec<(&R, &str, u64)>| -> Result<LakeFile, LakeError> {
        rows.sort_by_cached_key(|(row, ..)| row.order());
        let amount = Some(amount(&rows));
        Ok(LakeFile { rows: batch.lake.write(path, rows.into_iter())?, amount, path: path.to_owned(), ..none.clone() })
    };
    let path = format!("{}/{}.parquet", none.folder(), batch.id);
    let mended = batch.mends.is_some();
    let brought: Vec<_> = fates.accepted.iter().chain(&fates.duplicate).map(of_new).collect();
    if fates.has_changes() {
        let rows = fates.kept.iter().map(|place| old.at(*place)).chain(fates.accepted.iter().map(of_new)).collect();
        let part = write(&path, rows)?;
        let total = |rows: u64, amount| Total { rows, amount };
        let before = total(old.rows.len() as u64, old.rows.iter().map(Fact::amount).sum());
        let after = total(part.rows, part.amount.unwrap_or_default());
        batch.months.push(MonthChange { table: R::TABLE, source: source.to_owned(), month, before, after, credited: None });
        if old.rows.is_empty() {
            batch.pieces.push(part.clone());
        }
        batch.added.push(part);
        batch.dropped.extend(files);
    }
    if !old.rows.is_empty() && !brought.is_empty() {
        let path = format!("pieces/{path}");
        let piece = write(&if mended { LakeFile::mended(&path) } else { path }, brought)?;
        batch.pieces.push(piece);
    }
    Ok(())
}

/// Keeps out the rows that would change a closed month; each file is told once.
fn refuse<R: StagedFact>(batch: &mut Batch<'_>, month: Month, fates: &mut Settled, new: &Rows<R>) {
    fates.kept.append(&mut fates.superseded);
    fates.kept.sort_unstable();
    let mut by_file: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    for row in fates.accepted.drain(..) {
        let (file, line) = new.places[row];
        batch.count(file, R::TABLE, Fate::Quarantined, new.rows[row].amount());
        let (rows, first) = by_file.entry(file).or_insert((0, line));
        (*rows, *first) = (*rows + 1, line.min(*first));
    }
    for (file, (rows, first)) in by_file {
        let shown = &batch.sources[file as usize].shown;
        let message = format!("{month} is closed and takes no rows that would change it");
        let cure = format!("`counterfoil period reopen {month} --reason TEXT`, then import the file again");
        let problem = RowProblem::of_file(R::TABLE, shown, "period-closed", message, cure);
        let value = month.to_string();
        batch.staging.problems.push(RowProblem { line: Some(first), value, rows, severity: Severity::Quarantined, ..problem });
    }
}

/// Keeps out mended rows of units that another batch restated after the batch that had refused them: it may have brought them in other words.
fn refuse_restated<R: StagedFact>(batch: &mut Batch<'_>, mended: String, fates: &mut Settled, old: &Kept<R>, new: &Rows<R>) {
    let adds: HashSet<&str> = batch.lake.pieces.iter().filter(|piece| piece.is_mended()).map(|piece| piece.batch_id.as_str()).collect();
    let mut later: HashMap<R::Key, String> = HashMap::new();
    for (row, origin, _) in old.iter() {
        let of = origin.split(':').next().unwrap_or_default();
        if of > mended.as_str() && !adds.contains(of) {
            later.insert(row.key(), of.to_owned());
        }
    }
    for row in std::mem::take(&mut fates.accepted) {
        let Some(by) = later.get(&new.rows[row].key()) else {
            fates.accepted.push(row);
            continue;
        };
        let (file, line) = new.places[row];
        let shown = &batch.sources[file as usize].shown;
        let message = format!("batch {by} restated what this row is a part of, after batch {mended} had refused the row");
        let cure = format!("mend the row in the file of batch {by}, if it lacks there, and import that file whole");
        let problem = RowProblem::of_file(R::TABLE, shown, "restated-since", message, cure);
        let problem = RowProblem { line: Some(line), severity: Severity::Quarantined, ..problem };
        batch.staging.quarantine(file, problem, new.rows[row].amount());
    }
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
        batch.staging.problems.absorb(checks::check_intervals(&dataset));
    }
}
