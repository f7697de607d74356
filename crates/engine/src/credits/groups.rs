//! Credits by group: each usage row once per global account, whatever number of ties it has there.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Decimal128Array, DictionaryArray, StringArray, UInt32Array};
use arrow_schema::{DataType, Field, Schema};
use domain::amount::Amount;
use domain::credits::ScoredMonths;
use domain::names::Name;
use domain::partners::{AccountIx, Partners};
use domain::register::Register;
use domain::time::Month;
use hashbrown::{HashMap, HashSet};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::compute_leaves;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
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
    rows: Vec<GroupRow>,
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
    pub fn write_parquet(&self, path: &Path, by: &[GroupBy], partners: &Partners) -> Result<(), ParquetError> {
        let sums = || -> Result<ArrayRef, ParquetError> {
            let sums = Decimal128Array::from_iter_values(self.rows.iter().map(|row| row.3.steps()));
            Ok(Arc::new(sums.with_precision_and_scale(38, 18)?))
        };
        let text = || DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8));
        let field = |column: &GroupBy| {
            let kind = if *column == GroupBy::Month { DataType::Date32 } else { text() };
            Field::new(column.column(), kind, true)
        };
        let fields = by.iter().map(field).chain([Field::new("acr_usd", DataType::Decimal128(38, 18), true)]);
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        // Sums hardly repeat: a dictionary of them would be built in vain.
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_column_dictionary_enabled("acr_usd".into(), false)
            .build();
        let (mut file, factory) =
            ArrowWriter::try_new(File::create(path)?, Arc::clone(&schema), Some(properties))?.into_serialized_writer()?;
        let writers = factory.create_column_writers(0)?;
        // Each column is made and encoded by a thread of its own.
        let chunks = std::thread::scope(|scope| {
            let columns = by.iter().copied().map(Some).chain([None]).zip(schema.fields()).zip(writers);
            let encoding: Vec<_> = columns
                .map(|((column, field), mut writer)| {
                    scope.spawn(move || {
                        let array = column.map_or_else(sums, |column| Ok(self.column(column, partners)))?;
                        for leaf in compute_leaves(field, &array)? {
                            writer.write(&leaf)?;
                        }
                        writer.close()
                    })
                })
                .collect();
            encoding.into_iter().map(|column| column.join().expect("encoding does not panic")).collect::<Result<Vec<_>, ParquetError>>()
        })?;
        let mut rows = file.next_row_group()?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut rows)?;
        }
        rows.close()?;
        file.close()?;
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
    let kept = (by.contains(&GroupBy::GlobalPartner), by.contains(&GroupBy::Month));
    let parts: Vec<Vec<GroupRow>> = std::thread::scope(|scope| {
        let parts = credited.parts.iter().zip(&order).map(|(sums, order)| scope.spawn(move || sorted_rows(sums, order, kept)));
        let parts: Vec<_> = parts.collect();
        parts.into_iter().map(|part| part.join().expect("sorting does not panic")).collect()
    });
    Ok(Groups { names, rows: parts.into_iter().fold(Vec::new(), merge) })
}

/// Account, place among the names, month and sum; account and month are nothing when not grouped by.
type GroupRow = (Option<AccountIx>, u32, Option<Month>, Amount);

/// The groups of one part, in order, each once.
fn sorted_rows(sums: &Sums<ByGroup<'_>>, order: &[u32], (by_account, by_month): (bool, bool)) -> Vec<GroupRow> {
    let mut rows: Vec<GroupRow> = Vec::with_capacity(sums.cells.len());
    for (subject, set, month, acr) in &sums.cells {
        let month = by_month.then_some(*month);
        let accounts = sums.sets[*set as usize].iter().map(|account| by_account.then_some(*account));
        rows.extend(accounts.map(|account| (account, order[*subject as usize], month, *acr)));
    }
    rows.sort_unstable_by_key(|(account, names, month, _)| (*account, *names, *month));
    rows.dedup_by(|next, kept| {
        let is_same = key(next) == key(kept);
        if is_same {
            kept.3 += next.3;
        }
        is_same
    });
    rows
}

fn key(row: &GroupRow) -> (Option<AccountIx>, u32, Option<Month>) {
    (row.0, row.1, row.2)
}

/// Two lists in order as one; a group that is in both is summed.
fn merge(one: Vec<GroupRow>, other: Vec<GroupRow>) -> Vec<GroupRow> {
    if one.is_empty() {
        return other;
    }
    let mut merged = Vec::with_capacity(one.len() + other.len());
    let mut other = other.into_iter().peekable();
    for mut row in one {
        while let Some(next) = other.next_if(|next| key(next) < key(&row)) {
            merged.push(next);
        }
        if let Some(same) = other.next_if(|next| key(next) == key(&row)) {
            row.3 += same.3;
        }
        merged.push(row);
    }
    merged.extend(other);
    merged
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

    fn shares(&self, ties: &[&PlaceTie]) -> Vec<AccountIx> {
        let accounts = ties.iter().map(|tie| self.register.partners.account_of(tie.location));
        accounts.collect::<BTreeSet<_>>().into_iter().collect()
    }
}
