//! Which customers and subscriptions rows of consumption name together.

use std::collections::{BTreeSet, HashSet};

use domain::facts::Consumption;
use domain::names::Name;
use parquet::file::metadata::PageIndexPolicy;

use crate::columns::{Columns, Form, fast_reader};
use crate::dataset::DatasetError;
use crate::files::TableFile;
use crate::problems::Problems;
use crate::source::FileError;
use crate::tables::read_rows;

/// The customers and subscriptions that rows of a file of consumption name together.
///
/// # Errors
/// When the file cannot be read.
pub fn named_together(file: &TableFile) -> Result<BTreeSet<(Name, Name)>, DatasetError> {
    let mut named = BTreeSet::new();
    let mut problems = Problems::default();
    match fast_reader(file, PageIndexPolicy::Skip) {
        Some(fast) => {
            let mut met = HashSet::new();
            let mut take = |columns: Columns| {
                for row in 0..columns.len() {
                    let hashes = (columns.tenant.hash(Form::Compared, row), columns.subscription.hash(Form::Spelled, row));
                    if met.insert(hashes) {
                        named.insert((Name::new(columns.tenant.get(row)), Name::new(columns.subscription.get(row))));
                    }
                }
            };
            (0..fast.row_groups()).for_each(|group| fast.read(group, None, &mut problems, &mut take));
        }
        None => {
            read_rows::<Consumption>(file, &mut problems, |read| {
                named.extend(read.row.ok().map(|row| (row.tenant_id, row.subscription_id)));
            })?;
        }
    }
    if problems.has_losses() {
        return Err(FileError::broken(&file.shown, 0, "rows of the lake cannot be read back").into());
    }
    Ok(named)
}
