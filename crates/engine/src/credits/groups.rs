//! Credits by group: each usage row once per global account, whatever number of ties it has there.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::{ArrayRef, Date32Array, Decimal128Array, DictionaryArray, StringArray, UInt32Array};
use domain::amount::Amount;
use domain::credits::ScoredMonths;
use domain::names::Name;
use domain::partners::{AccountIx, Partners};
use domain::register::Register;
use domain::time::Month;
use hashbrown::{HashMap, HashSet};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::segments::PlaceTie;
use super::{Crediting, Sums, scan};
use crate::columns::RowNames;
use crate::files::TableFile;
use crate::problems::Problems;
use crate::source::FileError;

/// A column that credits can be grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupBy {
    /// The global account.
    GlobalPartner,
    /// The customer's tenant.
    Tenant,
    /// The subscription.
    Subscription,
    /// The service, as spelled.
    Service,
    /// The month.
    Month,
}

impl GroupBy {
    /// The name of the column.
    #[must_use]
    pub const fn column(self) -> &'static str {
        match self {
            Self::GlobalPartner => "global_partner_id",
            Self::Tenant => "tenant_id",
            Self::Subscription => "subscription_id",
            Self::Service => "service",
            Self::Month => "month",
        }
    }
}

/// Tenant, subscription and service, as far as grouped by; blank otherwise.
pub type GroupNames = [Arc<str>; 3];

/// One group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The global account, when grouped by it.
    pub account: Option<AccountIx>,
    /// Tenant, subscription and service.
    pub names: GroupNames,
    /// The month, when grouped by it.
    pub month: Option<Month>,
}

/// Credits by group, sorted by account, names and month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    names: Vec<GroupNames>,
    /// Account, place in `names`, month and sum; account and month are nothing when not grouped by.
    rows: Vec<(Option<AccountIx>, u32, Option<Month>, Amount)>,
}

impl Groups {
    /// How many groups there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nothing is credited.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The groups with their sums.
    pub fn iter(&self) -> impl Iterator<Item = (Group, Amount)> + '_ {
        self.rows.iter().map(|(account, names, month, acr)| {
            (Group { account: *account, names: self.names[*names as usize].clone(), month: *month }, *acr)
        })
    }

    /// Writes the columns of `by`, and the sums as `acr_usd`, as a Parquet file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_parquet(&self, path: &Path, by: &[GroupBy], partners: &Partners) -> Result<(), parquet::errors::ParquetError> {
        let file = File::create(path)?;
        let mut columns: Vec<(&str, ArrayRef)> = Vec::new();
        for column in by {
            columns.push((column.column(), self.column(*column, partners)));
        }
        let sums = Decimal128Array::from_iter_values(self.rows.iter().map(|row| row.3.steps()));
        columns.push(("acr_usd", Arc::new(sums.with_precision_and_scale(38, 18)?)));
        let batch = RecordBatch::try_from_iter(columns)?;
        // Sums hardly repeat: a dictionary of them would be built in vain.
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_column_dictionary_enabled("acr_usd".into(), false)
            .build();
        let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties))?;
        writer.write(&batch)?;
        writer.close()?;
        Ok(())
    }

    fn column(&self, column: GroupBy, partners: &Partners) -> ArrayRef {
        let name = |place: usize| -> ArrayRef {
            let values: HashSet<&str> = self.names.iter().map(|names| &*names[place]).collect();
            let mut values: Vec<&str> = values.into_iter().collect();
            values.sort_unstable();
            let keys: HashMap<&str, u32> = values.iter().copied().zip(0..).collect();
            let of_names: Vec<u32> = self.names.iter().map(|names| keys[&*names[place]]).collect();
            let keys: UInt32Array = self.rows.iter().map(|row| of_names[row.1 as usize]).collect();
            Arc::new(DictionaryArray::new(keys, Arc::new(StringArray::from_iter_values(values))))
        };
        match column {
            GroupBy::GlobalPartner => {
                let ids = StringArray::from_iter_values(partners.accounts().map(|account| partners.account_id(account).as_str()));
                let keys: UInt32Array = self.rows.iter().map(|row| row.0.map(|account| account.0)).collect();
                Arc::new(DictionaryArray::new(keys, Arc::new(ids)))
            }
            GroupBy::Tenant => name(0),
            GroupBy::Subscription => name(1),
            GroupBy::Service => name(2),
            GroupBy::Month => {
                let days = self.rows.iter().map(|row| row.2.map(|month| month.first_day().epoch_days()));
                Arc::new(days.collect::<Date32Array>())
            }
        }
    }
}

/// Consumption credited up to `month`, chains as of `month`, summed by the columns of `by`.
///
/// # Errors
/// When a file cannot be read; rows that cannot be taken are told in `problems`.
pub fn credited_groups(
    files: &[TableFile],
    register: &Register<'_>,
    month: Month,
    by: &[GroupBy],
    problems: &mut Problems,
) -> Result<Groups, FileError> {
    let months = ScoredMonths::new([month]);
    let crediting = ByGroup { register, by };
    let credited = scan::run(files, register, &months, &crediting, problems)?;
    let (names, order) = in_order(&credited.parts);
    let (by_account, by_month) = (by.contains(&GroupBy::GlobalPartner), by.contains(&GroupBy::Month));
    let mut rows = Vec::new();
    for (sums, order) in credited.parts.iter().zip(&order) {
        for (subject, set, month, acr) in &sums.cells {
            let month = by_month.then_some(*month);
            let accounts = sums.sets[*set as usize].iter().map(|account| by_account.then_some(*account));
            rows.extend(accounts.map(|account| (account, order[*subject as usize], month, *acr)));
        }
    }
    rows.sort_unstable_by_key(|(account, names, month, _)| (*account, *names, *month));
    rows.dedup_by(|next, kept| {
        let is_same = (next.0, next.1, next.2) == (kept.0, kept.1, kept.2);
        if is_same {
            kept.3 += next.3;
        }
        is_same
    });
    Ok(Groups { names, rows })
}

/// The distinct names of all parts, sorted, and the place of each part's subjects among them, so that rows are sorted as
/// numbers. Names repeat, so each text is put in order once and names are sorted as numbers too.
fn in_order(parts: &[Sums<ByGroup<'_>>]) -> (Vec<GroupNames>, Vec<Vec<u32>>) {
    let texts: HashSet<&str> = parts.iter().flat_map(|sums| &sums.subjects).flat_map(|names| names.iter().map(|name| &**name)).collect();
    let mut texts: Vec<&str> = texts.into_iter().collect();
    texts.sort_unstable();
    let rank: HashMap<&str, u32> = texts.into_iter().zip(0..).collect();
    let mut all: Vec<([u32; 3], usize, u32)> = Vec::new();
    for (part, sums) in parts.iter().enumerate() {
        all.extend(sums.subjects.iter().zip(0..).map(|(names, ix)| (names.each_ref().map(|name| rank[&**name]), part, ix)));
    }
    all.sort_unstable();
    let mut names: Vec<GroupNames> = Vec::new();
    let mut order: Vec<Vec<u32>> = parts.iter().map(|sums| vec![0; sums.subjects.len()]).collect();
    let mut last = None;
    for (ranks, part, ix) in all {
        if last != Some(ranks) {
            names.push(parts[part].subjects[ix as usize].clone());
            last = Some(ranks);
        }
        order[part][ix as usize] = u32::try_from(names.len() - 1).expect("fewer than 2^32 names");
    }
    (names, order)
}

struct ByGroup<'r> {
    register: &'r Register<'r>,
    by: &'r [GroupBy],
}

impl Crediting for ByGroup<'_> {
    type Subject = GroupNames;
    type Share = AccountIx;

    fn kept<'n>(&self, names: &RowNames<'n>) -> [&'n str; 3] {
        let keep = |column: GroupBy, name: &'n str| if self.by.contains(&column) { name } else { "" };
        [keep(GroupBy::Tenant, names.tenant), keep(GroupBy::Subscription, names.subscription), keep(GroupBy::Service, names.service)]
    }

    fn subject(&self, [tenant, subscription, service]: [&str; 3]) -> GroupNames {
        [Name::new(tenant).as_str().into(), Name::new(subscription).as_str().into(), service.trim().into()]
    }

    fn shares(&self, ties: &[PlaceTie]) -> Vec<AccountIx> {
        let accounts = ties.iter().map(|tie| self.register.partners.account_of(tie.location));
        accounts.collect::<BTreeSet<_>>().into_iter().collect()
    }
}
