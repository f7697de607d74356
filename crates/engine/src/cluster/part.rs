//! Reading a share on an executor.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use domain::cells::Row as _;
use domain::estates::Strays;
use domain::facts::Consumption;
use domain::register::Register;
use domain::rulebook::Rulebook;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::PageIndexPolicy;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::ClusterError;
use super::plan::{Job, Plan, What};
use super::shares::{RULEBOOK, WHOLE, folder, tenants_of};
use crate::columns::fast_reader;
use crate::credits::{Ask, Only, share_of};
use crate::dataset::Dataset;
use crate::fault;
use crate::files::TableFile;
use crate::objects::Objects;

/// The folder of the lake within a home's storage.
const LAKE: &str = "lake";

/// What a partition of a plan gives.
///
/// # Errors
/// When the storage cannot be used, or a file does not read.
pub fn run(plan: &Plan, partition: usize, runtime: &Arc<Runtime>) -> Result<Vec<RecordBatch>, ClusterError> {
    let objects = Objects::open(&plan.job.storage, runtime)?;
    let here = tempfile::tempdir()?;
    fault::point();
    let batches = match &plan.what {
        What::Sums(ask) => sums(ask, &plan.job, partition, &objects, &here)?,
        What::Consumption => rows(plan, partition, &objects, &here)?,
        What::Table(path) => table(plan, path, &objects, &here)?,
    };
    fault::point();
    Ok(batches)
}

fn sums(ask: &Ask, job: &Job, share: usize, objects: &Objects, here: &TempDir) -> Result<Vec<RecordBatch>, ClusterError> {
    let rulebook = rulebook(&objects.below(&job.folder))?;
    let mut dataset = tables(&objects.below(&job.folder).below(&folder(share)), &here.path().join("registers"))?;
    let files = usage(job, share, objects, here.path())?;
    fault::point();
    let (batches, strays) = share_of(ask, share, &files, &Register::new(&dataset.program, &rulebook), job.between(share))?;
    if strays.is_empty() {
        return Ok(batches);
    }
    // rows name subscriptions that are not these customers': whose they are, the whole tables tell
    let whole = tables(&objects.below(&job.folder).below(WHOLE), &here.path().join("whole"))?;
    add_subscriptions(&mut dataset, &whole, &strays);
    Ok(share_of(ask, share, &files, &Register::new(&dataset.program, &rulebook), job.between(share))?.0)
}

/// Adds what is known of subscriptions that rows name and that are not known here.
fn add_subscriptions(dataset: &mut Dataset, whole: &Dataset, strays: &Strays) {
    let named: BTreeSet<_> = strays.iter().map(|(_, subscription)| subscription).collect();
    let program = &mut dataset.program;
    let known: BTreeSet<_> = program.subscriptions.iter().map(|row| row.subscription_id.clone()).collect();
    let is_new = |id: &domain::names::Name| named.contains(id) && !known.contains(id);
    program.subscriptions.extend(whole.program.subscriptions.iter().filter(|row| is_new(&row.subscription_id)).cloned());
    program.csp.extend(whole.program.csp.iter().filter(|row| is_new(&row.subscription_id)).cloned());
    let of_record = whole.program.partner_of_record.iter();
    program.partner_of_record.extend(of_record.filter(|row| row.subscription_id.as_ref().is_some_and(is_new)).cloned());
}

fn rulebook(job: &Objects) -> Result<Rulebook, ClusterError> {
    let gone = || ClusterError::Failed { message: "the job is gone: whoever asked has given up".to_owned() };
    let files: Vec<(String, String)> = serde_json::from_slice(&job.read(RULEBOOK)?.ok_or_else(gone)?).map_err(|_| gone())?;
    Rulebook::parse(&files).map_err(|_| ClusterError::Failed { message: "the job's rulebook does not read".to_owned() })
}

/// The tables of a folder of a job.
fn tables(from: &Objects, to: &Path) -> Result<Dataset, ClusterError> {
    let paths: Vec<String> = from.list()?.into_iter().map(|object| object.path).collect();
    from.fetch(&paths, to, &to.with_extension("part"), &mut |_| {})?;
    // a program without subscriptions has none of their tables
    if paths.is_empty() { Ok(Dataset::default()) } else { Ok(Dataset::open(to)?) }
}

/// The lake's files of consumption with the row groups that may hold a share's customers.
fn usage(job: &Job, share: usize, objects: &Objects, here: &Path) -> Result<Vec<TableFile>, ClusterError> {
    let lake = objects.below(LAKE);
    let (from, to) = job.between(share);
    let only = Only::Between(from, to);
    let mut files = Vec::new();
    for (place, path) in job.files.iter().enumerate() {
        let copy = here.join(format!("{place}.parquet"));
        if !lake.fetch_parquet(path, &copy, &mut |group| tenants_of(group).is_none_or(|(least, most)| only.may_be_between(least, most)))? {
            continue;
        }
        files.extend(TableFile::new(Consumption::TABLE, copy, format!("{LAKE}/{path}")));
    }
    Ok(files)
}

/// The rows of consumption of a share.
fn rows(plan: &Plan, share: usize, objects: &Objects, here: &TempDir) -> Result<Vec<RecordBatch>, ClusterError> {
    use arrow_array::cast::AsArray as _;
    let (from, to) = plan.job.between(share);
    let only = Only::Between(from, to);
    let mut batches = Vec::new();
    for file in usage(&plan.job, share, objects, here.path())? {
        let Some(fast) = fast_reader(&file, PageIndexPolicy::Optional) else {
            return Err(ClusterError::Failed { message: format!("`{}` is no file of this version's lake", file.shown) });
        };
        for (group, selection) in (0..fast.row_groups()).filter_map(|group| Some((group, fast.select(group, &only)?))) {
            let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(&file.path)?)?;
            let names: Vec<String> = plan.schema.fields().iter().map(|field| field.name().clone()).collect();
            let mask = ProjectionMask::columns(builder.parquet_schema(), names.iter().map(String::as_str));
            for batch in builder.with_projection(mask).with_row_groups(vec![group]).with_row_selection(selection).build()? {
                let batch = batch.map_err(parquet::errors::ParquetError::from)?;
                let tenants = batch.column_by_name("tenant_id").map(|column| column.as_string::<i32>().clone());
                let is_own = |name: &str| name >= from && to.is_none_or(|to| name < to);
                let own = tenants.iter().flatten().map(|name| Some(name.is_some_and(is_own))).collect::<arrow_array::BooleanArray>();
                let own = datafusion::arrow::compute::filter_record_batch(&batch, &own).map_err(parquet::errors::ParquetError::from)?;
                batches.push(projected(&own, plan)?);
            }
        }
    }
    Ok(batches)
}

/// The rows of a table of the job.
fn table(plan: &Plan, path: &str, objects: &Objects, here: &TempDir) -> Result<Vec<RecordBatch>, ClusterError> {
    let job = objects.below(&plan.job.folder);
    job.fetch(&[path.to_owned()], here.path(), &here.path().join("part"), &mut |_| {})?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(here.path().join(path))?)?.build()?;
    reader.map(|batch| projected(&batch.map_err(parquet::errors::ParquetError::from)?, plan)).collect()
}

/// The columns of a batch that are asked for, by name and in their order.
fn projected(batch: &RecordBatch, plan: &Plan) -> Result<RecordBatch, ClusterError> {
    let place = |name: &str| batch.schema_ref().index_of(name);
    let asked = plan.asked();
    let places: Result<Vec<usize>, _> = asked.fields().iter().map(|field| place(field.name())).collect();
    let batch = places.and_then(|places| batch.project(&places)).map_err(parquet::errors::ParquetError::from)?;
    let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    let columns = batch.columns().to_vec();
    Ok(RecordBatch::try_new_with_options(asked, columns, &options).map_err(parquet::errors::ParquetError::from)?)
}
