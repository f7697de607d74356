//! Cutting customers into shares, and writing a job.
//!
//! Shares are ranges of tenants with about as many rows each, by what the lake's files tell of their row groups: within a month they are
//! sorted by tenant, so a share is on few row groups of each file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::ops::Bound;
use std::path::Path;

use domain::cells::Row as _;
use domain::estates::{Estates, Strays};
use domain::facts::{Consumption, Program, TABLES};
use domain::names::Name;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::file::metadata::RowGroupMetaData;

use super::ClusterError;
use super::plan::Job;
use crate::batches::batch_of_table;
use crate::lake::{Lake, ParquetFile};
use crate::objects::Objects;

/// The folder within a home's storage for jobs that are under way.
pub const JOBS: &str = "jobs";

/// The folder within a job for what every share may need.
pub const WHOLE: &str = "whole";

/// The tables whose rows are about subscriptions: a share whose rows name subscriptions that are not its customers' looks them up.
pub const OF_SUBSCRIPTIONS: [&str; 3] = ["subscriptions", "csp", "partner_of_record"];

/// The file within a job with the rules.
pub const RULEBOOK: &str = "rulebook.json";

/// Rows are spread over tenants in parts of this size, so that few rows over many tenants are not none for each.
const SPREAD: u64 = 1_000;

/// The folder of a share within a job.
pub fn folder(share: usize) -> String {
    format!("shares/{share}")
}

/// The tenants at which shares begin, for about `count` shares with as many rows each; the first one begins before all. Which tenants the rows
/// of a row group are spread over, registers tell.
pub fn cuts(lake: &Lake, program: &Program, count: usize) -> Result<Vec<String>, ClusterError> {
    let tenants = tenants(program);
    let mut rows_of: BTreeMap<String, u64> = BTreeMap::new();
    for file in lake.files.iter().filter(|file| file.table == Consumption::TABLE) {
        let metadata = ArrowReaderMetadata::load(&File::open(lake.root.join(&file.path))?, ArrowReaderOptions::new())?;
        for group in metadata.metadata().row_groups() {
            let rows = u64::try_from(group.num_rows()).unwrap_or_default() * SPREAD;
            let (least, most) = tenants_of(group).unwrap_or_default();
            let (least, most) = (String::from_utf8_lossy(least), String::from_utf8_lossy(most));
            let among = (Bound::Included(&*least), Bound::Included(&*most));
            let among: Vec<&Name> = if least <= most { tenants.range::<str, _>(among).collect() } else { Vec::new() };
            let each = rows.div_ceil(among.len().max(1) as u64);
            if among.is_empty() {
                *rows_of.entry(least.into_owned()).or_default() += each;
            }
            among.into_iter().for_each(|tenant| *rows_of.entry(tenant.to_string()).or_default() += each);
        }
    }
    let all: u64 = rows_of.values().sum();
    let share = all.div_ceil(count.max(1) as u64).max(1);
    let (mut found, mut taken) = (Vec::new(), 0);
    for (tenant, rows) in rows_of {
        if taken >= share * (found.len() as u64 + 1) && !tenant.is_empty() {
            found.push(tenant);
        }
        taken += rows;
    }
    Ok(found)
}

/// The least and the greatest tenant of a row group, as far as the file tells.
pub fn tenants_of(group: &RowGroupMetaData) -> Option<(&[u8], &[u8])> {
    let tenants = group.columns().iter().find(|column| column.column_path().string() == "tenant_id")?;
    let told = tenants.statistics()?;
    told.min_bytes_opt().zip(told.max_bytes_opt())
}

/// Writes the registers of a program by share into a job, and the rules; `aside` is a folder for files on their way.
pub fn write(job: &Job, program: &Program, rulebook: &[(String, String)], objects: &Objects, aside: &Path) -> Result<(), ClusterError> {
    let target = objects.below(&job.folder);
    let estates = Estates::new(program, &Strays::new());
    let tenants = tenants(program);
    let mut paths = Vec::new();
    for share in 0..job.shares() {
        let (from, to) = job.between(share);
        let own = tenants.iter().filter(|name| name.as_str() >= from && to.is_none_or(|to| name.as_str() < to));
        let narrowed = estates.narrowed(&own.cloned().collect(), &BTreeSet::new());
        write_tables(&narrowed, &folder(share), |_| true, aside, &mut paths)?;
    }
    write_tables(program, WHOLE, |table| OF_SUBSCRIPTIONS.contains(&table), aside, &mut paths)?;
    std::fs::write(aside.join(RULEBOOK), serde_json::to_vec(rulebook).unwrap_or_default())?;
    paths.push(RULEBOOK.to_owned());
    target.put(&paths, aside, &mut |_| {})?;
    Ok(())
}

fn write_tables(
    program: &Program,
    folder: &str,
    is_wanted: impl Fn(&str) -> bool,
    aside: &Path,
    paths: &mut Vec<String>,
) -> Result<(), ClusterError> {
    for (table, _) in TABLES.iter().filter(|(table, _)| is_wanted(table)) {
        let Some(Ok(batch)) = batch_of_table(program, table) else { continue };
        // a program has partners, so that a share without customers is one as well
        if batch.num_rows() == 0 && *table != "partners" {
            continue;
        }
        let path = format!("{folder}/{table}.parquet");
        let mut file = ParquetFile::create(&aside.join(&path), batch.schema())?;
        file.write(&batch)?;
        file.finish()?;
        paths.push(path);
    }
    Ok(())
}

/// The tenants that rows are about which crediting reads.
fn tenants(program: &Program) -> BTreeSet<Name> {
    let mut tenants: BTreeSet<Name> = program.customers.iter().map(|row| row.tenant_id.clone()).collect();
    tenants.extend(program.subscriptions.iter().map(|row| row.tenant_id.clone()));
    tenants.extend(program.principals.iter().map(|row| row.tenant_id.clone()));
    tenants.extend(program.group_members.iter().map(|row| row.tenant_id.clone()));
    tenants.extend(program.pal_links.iter().map(|row| row.tenant_id.clone()));
    tenants.extend(program.role_assignments.iter().map(|row| row.tenant_id.clone()));
    tenants.extend(program.management_groups.iter().map(|row| row.tenant_id.clone()));
    tenants.extend(program.partner_of_record.iter().filter_map(|row| row.tenant_id.clone()));
    tenants
}
