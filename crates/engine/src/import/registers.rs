//! Settles the registers of an import against those of the lake.

use std::collections::{HashMap, HashSet};

use domain::amount::Amount;
use domain::facts::{
    Certification, Claim, Csp, Customer, Enrolment, ExchangeRate, GroupMember, ManagementGroup, PalLink, Partner, PartnerOfRecord, Person,
    Principal, ResourceOwner, RoleAssignment, Subscription,
};
use domain::names::Name;

use super::Batch;
use crate::checks;
use crate::dataset::Dataset;
use crate::fates::Fate;
use crate::lake::{LakeError, LakeFile};
use crate::merge::{Settled, settle_register};
use crate::restatements::{Register, Restated, each_register};
use crate::staging::{Place, places};
use crate::suggestions::{Known, Suggestion};

/// Settles every register, writes those that change, and returns the tenants of the customers that there are now.
pub fn settle(batch: &mut Batch<'_>, old: &Dataset) -> Result<HashSet<Name>, LakeError> {
    take_suggestions(batch, old);
    let settled = settle_without_contradictions(batch, old);
    review(batch, old, &settled);
    macro_rules! write {
        ($($table:ident: $row:ident),*) => { $( write_table::<$row>(batch, old, &settled)?; )* };
    }
    each_register!(write);
    let mut now = Dataset::default();
    join::<Customer>(&mut now, batch, old, &settled, true);
    Ok(now.program.customers.iter().map(|customer| customer.tenant_id.clone()).collect())
}

/// Takes in what other rows let us know of and no register has; of several that tell of the same, the first. What the lake knows
/// already is kept aside: it counts if the batch that brought it is undone.
fn take_suggestions(batch: &mut Batch<'_>, old: &Dataset) {
    let staging = &mut batch.staging;
    let (mut known, mut own) = (Known::default(), Known::default());
    known.add(&old.program);
    known.add(&staging.registers);
    own.add(&staging.registers);
    for (suggestion, place) in std::mem::take(&mut staging.suggested) {
        let is_new = known.learn(&suggestion);
        if !own.learn(&suggestion) {
            continue;
        }
        let (registers, places) = match is_new {
            true => (&mut staging.registers, &mut staging.places),
            false => (&mut batch.aside.0, &mut batch.aside.1),
        };
        macro_rules! push {
            ($table:ident, $row:expr) => {{
                registers.$table.push($row);
                places.entry(stringify!($table)).or_default().push(place);
            }};
        }
        match suggestion {
            Suggestion::Principal(row) => push!(principals, row),
            Suggestion::Customer(row) => push!(customers, row),
            Suggestion::Subscription(row) => push!(subscriptions, row),
            Suggestion::Csp(row) => push!(csp, row),
            Suggestion::Claim(row) => push!(claims, row),
            Suggestion::Person(row) => push!(people, row),
        }
    }
}

/// The fates of rows, per register.
type Fates = HashMap<&'static str, Settled>;

/// Settles; new rows that contradict others are quarantined, and then all is settled again without them.
fn settle_without_contradictions(batch: &mut Batch<'_>, old: &Dataset) -> Fates {
    let mut refused: HashMap<&'static str, HashSet<usize>> = HashMap::new();
    loop {
        let mut settled = Fates::new();
        macro_rules! settle {
            ($($table:ident: $row:ident),*) => {$(
                let none = HashSet::new();
                let left_out = refused.get(stringify!($table)).unwrap_or(&none);
                settled.insert(stringify!($table), settle_register::<$row>(&old.program.$table, &batch.staging.registers.$table, left_out));
            )*};
        }
        each_register!(settle);
        let mut joined = Dataset::default();
        join::<Claim>(&mut joined, batch, old, &settled, true);
        join::<PartnerOfRecord>(&mut joined, batch, old, &settled, true);
        join::<Csp>(&mut joined, batch, old, &settled, true);
        let mut is_settled = true;
        for found in checks::contradictions(&joined, |_| true) {
            let fates = &settled[found.table];
            // rows of the lake come first and were judged when they came
            let Some(place) = found.index.checked_sub(fates.kept.len()).map(|at| fates.accepted[at]) else { continue };
            refused.entry(found.table).or_default().insert(place);
            let (file, _) = batch.staging.places[found.table][place];
            batch.staging.quarantine(file, found.problem, Amount::ZERO);
            is_settled = false;
        }
        if is_settled {
            return settled;
        }
    }
}

/// Adds the rows of a register to `dataset`: accepted ones, and before them the old ones that stay when `with_old`.
fn join<R: Register>(dataset: &mut Dataset, batch: &Batch<'_>, old: &Dataset, settled: &Fates, with_old: bool) {
    let fates = &settled[R::TABLE];
    if with_old {
        for index in &fates.kept {
            R::rows_mut(&mut dataset.program).push(R::rows(&old.program)[*index].clone());
            let (file, line) = old.origins.of(R::TABLE, *index).unwrap_or_default();
            dataset.origins.push(R::TABLE, file, line);
        }
    }
    for index in &fates.accepted {
        let (file, line) = places::<R>(&batch.staging)[*index];
        R::rows_mut(&mut dataset.program).push(R::rows(&batch.staging.registers)[*index].clone());
        dataset.origins.push(R::TABLE, &batch.sources[file as usize].shown, line);
    }
}

/// Checks the new rows against all partners and customers.
fn review(batch: &mut Batch<'_>, old: &Dataset, settled: &Fates) {
    let mut dataset = Dataset::default();
    macro_rules! join_all {
        ($($table:ident: $row:ident),*) => {$(
            let with_old = matches!(stringify!($table), "partners" | "customers");
            join::<$row>(&mut dataset, batch, old, settled, with_old);
        )*};
    }
    each_register!(join_all);
    checks::review(&mut dataset);
    batch.staging.problems.absorb(dataset.problems);
}

fn write_table<R: Register>(batch: &mut Batch<'_>, old: &Dataset, settled: &Fates) -> Result<(), LakeError> {
    let fates = &settled[R::TABLE];
    let new = R::rows(&batch.staging.registers).clone();
    let places: Vec<Place> = places::<R>(&batch.staging).to_vec();
    for (fate, rows) in [(Fate::Accepted, &fates.accepted), (Fate::Duplicate, &fates.duplicate)] {
        rows.iter().for_each(|row| batch.count(places[*row].0, R::TABLE, fate, Amount::ZERO));
    }
    fates.superseded.iter().for_each(|_| batch.superseded.add(R::TABLE, Fate::Superseded, Amount::ZERO));
    let origins = batch.origins();
    let of_old = |index: &usize| {
        let (file, line) = old.origins.of(R::TABLE, *index).unwrap_or_default();
        (&R::rows(&old.program)[*index], file, line)
    };
    let of_new = |index: &usize| {
        let (file, line) = places[*index];
        (&new[*index], origins[file as usize].as_str(), line)
    };
    let write = |path: &str, mut rows: Vec<(&R, &str, u64)>| -> Result<LakeFile, LakeError> {
        rows.sort_by_cached_key(|(row, ..)| Restated::order(*row));
        let rows = batch.lake.write(path, rows.into_iter())?;
        let (path, batch_id) = (path.to_owned(), batch.id.clone());
        Ok(LakeFile { table: R::TABLE, source: String::new(), month: None, path, rows, amount: None, batch_id })
    };
    let path = format!("{}/{}.parquet", R::TABLE, batch.id);
    let mut brought: Vec<usize> = fates.accepted.iter().chain(&fates.duplicate).copied().collect();
    brought.sort_unstable();
    let is_whole = R::rows(&old.program).is_empty() && fates.duplicate.is_empty();
    if fates.has_changes() {
        let part = write(&path, fates.kept.iter().map(of_old).chain(fates.accepted.iter().map(of_new)).collect())?;
        if is_whole {
            batch.pieces.push(part.clone());
        }
        batch.added.push(part);
        batch.dropped.extend(batch.lake.files.iter().filter(|file| file.table == R::TABLE).cloned());
    }
    if !is_whole && !brought.is_empty() {
        let piece = write(&format!("pieces/{path}"), brought.iter().map(of_new).collect())?;
        batch.pieces.push(piece);
    }
    write_aside::<R>(batch, &path)
}

/// Writes what the batch lets us know of and the lake knew already.
fn write_aside<R: Register>(batch: &mut Batch<'_>, path: &str) -> Result<(), LakeError> {
    let rows = R::rows(&batch.aside.0);
    if rows.is_empty() {
        return Ok(());
    }
    let origins = batch.origins();
    let places = &batch.aside.1[R::TABLE];
    let rows = rows.iter().zip(places).map(|(row, (file, line))| (row, origins[*file as usize].as_str(), *line));
    let path = LakeFile::suggested(&format!("pieces/{path}"));
    let rows = batch.lake.write(&path, rows)?;
    let (source, batch_id) = (String::new(), batch.id.clone());
    batch.pieces.push(LakeFile { table: R::TABLE, source, month: None, path, rows, amount: None, batch_id });
    Ok(())
}
