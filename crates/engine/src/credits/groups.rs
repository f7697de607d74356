//! Credits by group: each usage row once per global account, whatever number of ties it has there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::ops::Range;
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
use hashbrown::HashMap;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::compute_leaves;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::grants::PlaceTie;
use super::{Ask, Crediting, Kept, Sums, Usage};
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
    /// Every column.
    pub const ALL: [Self; 5] = [Self::GlobalPartner, Self::Tenant, Self::Subscription, Self::Service, Self::Month];

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

/// Tenant and subscription, as far as grouped by; blank otherwise.
pub(super) type GroupBase = [Arc<str>; 2];

/// One group; what is not grouped by is blank or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<'g> {
    /// The global account.
    pub account: Option<AccountIx>,
    /// The tenant.
    pub tenant: &'g str,
    /// The subscription.
    pub subscription: &'g str,
    /// The service.
    pub service: &'g str,
    /// The month.
    pub month: Option<Month>,
}

/// Credits by group, sorted by account, tenant, subscription, service and month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    by_account: bool,
    by_month: bool,
    bases: Vec<GroupBase>,
    services: Vec<Arc<str>>,
    /// In order, in pieces.
    rows: Vec<Vec<GroupRow>>,
}

/// A group with its sum. The key is account, base, service and month, 32 bits each, so that rows are sorted as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct GroupRow {
    key: u128,
    acr: Amount,
}

impl GroupRow {
    /// Part 0 is the account, 1 the base, 2 the service, 3 the month, in months since year 0.
    #[expect(clippy::cast_possible_truncation, reason = "32 bits are meant")]
    const fn part(&self, part: u32) -> u32 {
        (self.key >> (96 - 32 * part)) as u32
    }

    fn month(&self) -> Month {
        Month::new(0, 1).plus(i32::try_from(self.part(3)).unwrap_or(i32::MAX))
    }
}

impl Groups {
    /// How many groups there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.iter().map(Vec::len).sum()
    }

    /// Whether nothing is credited.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The groups with their sums.
    pub fn iter(&self) -> impl Iterator<Item = (Group<'_>, Amount)> {
        self.rows.iter().flatten().map(|row| {
            let [tenant, subscription] = &self.bases[row.part(1) as usize];
            let account = self.by_account.then(|| AccountIx(row.part(0)));
            let service = &self.services[row.part(2) as usize];
            (Group { account, tenant, subscription, service, month: self.by_month.then(|| row.month()) }, row.acr)
        })
    }

    /// Writes the columns of `by`, and the sums as `acr_usd`, as a Parquet file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_parquet(&self, path: &Path, by: &[GroupBy], partners: &Partners) -> Result<(), ParquetError> {
        let sums = || -> Result<ArrayRef, ParquetError> {
            let sums = Decimal128Array::from_iter_values(self.rows.iter().flatten().map(|row| row.acr.steps()));
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
        let rows = || self.rows.iter().flatten();
        let coded = |keys: UInt32Array, values: StringArray| -> ArrayRef { Arc::new(DictionaryArray::new(keys, Arc::new(values))) };
        let of_base = |place: usize| {
            let values: BTreeSet<&str> = self.bases.iter().map(|base| &*base[place]).collect();
            let keys: HashMap<&str, u32> = values.iter().copied().zip(0..).collect();
            let keys: Vec<u32> = self.bases.iter().map(|base| keys[&*base[place]]).collect();
            coded(rows().map(|row| Some(keys[row.part(1) as usize])).collect(), StringArray::from_iter_values(values))
        };
        match column {
            GroupBy::GlobalPartner => {
                let ids = StringArray::from_iter_values(partners.accounts().map(|account| partners.account_id(account).as_str()));
                coded(rows().map(|row| Some(row.part(0))).collect(), ids)
            }
            GroupBy::Tenant => of_base(0),
            GroupBy::Subscription => of_base(1),
            GroupBy::Service => {
                let services = StringArray::from_iter_values(&self.services);
                coded(rows().map(|row| Some(row.part(2))).collect(), services)
            }
            GroupBy::Month => {
                let mut known = (0, 0);
                let days = rows().map(|row| {
                    if known.0 != row.part(3) {
                        known = (row.part(3), row.month().first_day().epoch_days());
                    }
                    Some(known.1)
                });
                Arc::new(days.collect::<Date32Array>())
            }
        }
    }
}

/// Consumption credited up to `month`, chains as of `month`, summed by the columns of `by`.
///
/// # Errors
/// When a file cannot be read; rows that cannot be taken are told in `problems`.
pub fn credited_groups<'u>(
    usage: impl Into<Usage<'u>>,
    register: &Register<'_>,
    month: Month,
    by: &[GroupBy],
    problems: &mut Problems,
) -> Result<Groups, FileError> {
    let months = ScoredMonths::new([month]);
    let crediting = ByGroup { register, by };
    let parts = usage.into().sums(register, &months, &crediting, || Ask::Groups(month, by.to_vec()), problems)?.parts;
    let (bases, base_ranks) = in_order(parts.iter().map(|part| part.bases.clone()).collect());
    let services = |part: &Sums<_>| part.services.iter().map(|service| Arc::from(service.trim())).collect();
    let (services, service_ranks) = in_order(parts.iter().map(services).collect());
    let parts: Vec<RankedSums<'_, '_>> =
        parts.iter().zip(base_ranks).zip(service_ranks).map(|((sums, bases), services)| RankedSums { sums, bases, services }).collect();
    let (by_account, by_month) = (by.contains(&GroupBy::GlobalPartner), by.contains(&GroupBy::Month));
    let shares = if by_account { account_shares(&parts) } else { std::iter::once(0..u32::MAX).collect() };
    let rows = std::thread::scope(|scope| {
        let parts = &parts;
        let rows = shares.into_iter().map(|accounts| scope.spawn(move || sorted_rows(parts, &accounts, by_account, by_month)));
        let rows: Vec<_> = rows.collect();
        rows.into_iter().map(|rows| rows.join().expect("sorting does not panic")).collect()
    });
    Ok(Groups { by_account, by_month, bases, services, rows })
}

/// Sums of a placer with the places of its bases and services in the order of all.
struct RankedSums<'s, 'r> {
    sums: &'s Sums<ByGroup<'r>>,
    bases: Vec<u32>,
    services: Vec<u32>,
}

/// The distinct values of all lists in order, and the place of each list's values among them.
fn in_order<T: Ord + Clone>(lists: Vec<Vec<T>>) -> (Vec<T>, Vec<Vec<u32>>) {
    let mut all: Vec<T> = lists.iter().flatten().cloned().collect();
    all.sort_unstable();
    all.dedup();
    let rank = |value: &T| u32::try_from(all.binary_search(value).unwrap_or_default()).expect("fewer than 2^32 names");
    let ranks = lists.iter().map(|list| list.iter().map(rank).collect()).collect();
    (all, ranks)
}

/// Accounts in runs with about as many groups each, one run for each processor.
fn account_shares(parts: &[RankedSums<'_, '_>]) -> Vec<Range<u32>> {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for part in parts {
        let mut cells_of_set = vec![0; part.sums.sets.len()];
        part.sums.cells.iter().for_each(|cell| cells_of_set[cell.set as usize] += 1);
        for (set, cells) in part.sums.sets.iter().zip(cells_of_set) {
            set.iter().for_each(|account| *counts.entry(account.0).or_default() += cells);
        }
    }
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = counts.values().sum::<usize>().div_ceil(threads);
    let (mut shares, mut from, mut taken) = (Vec::new(), 0, 0);
    for (account, count) in counts {
        taken += count;
        if taken >= share {
            shares.push(from..account + 1);
            (from, taken) = (account + 1, 0);
        }
    }
    shares.push(from..u32::MAX);
    shares
}

/// The groups of a run of accounts, in order, each once.
fn sorted_rows(parts: &[RankedSums<'_, '_>], accounts: &Range<u32>, by_account: bool, by_month: bool) -> Vec<GroupRow> {
    let mut rows = Vec::new();
    for part in parts {
        for cell in &part.sums.cells {
            let month = if by_month { u128::from(months_since_year_0(cell.month)) } else { 0 };
            let (base, service) = (part.bases[cell.base as usize], part.services[cell.service as usize]);
            let key = u128::from(base) << 64 | u128::from(service) << 32 | month;
            for account in part.sums.sets[cell.set as usize].iter().filter(|account| accounts.contains(&account.0)) {
                let account = if by_account { u128::from(account.0) << 96 } else { 0 };
                rows.push(GroupRow { key: account | key, acr: cell.sum });
            }
        }
    }
    rows.sort_unstable_by_key(|row| row.key);
    rows.dedup_by(|next, kept| {
        let is_same = next.key == kept.key;
        if is_same {
            kept.acr += next.acr;
        }
        is_same
    });
    rows
}

fn months_since_year_0(month: Month) -> u32 {
    u32::try_from(month.months_since(Month::new(0, 1))).unwrap_or_default()
}

pub(super) struct ByGroup<'r> {
    pub register: &'r Register<'r>,
    pub by: &'r [GroupBy],
}

impl Crediting for ByGroup<'_> {
    type Base = GroupBase;
    type Share = AccountIx;

    fn kept(&self) -> Kept {
        let [tenant, subscription, service] =
            [GroupBy::Tenant, GroupBy::Subscription, GroupBy::Service].map(|column| self.by.contains(&column));
        Kept { tenant, subscription, service }
    }

    fn base(&self, tenant: &str, subscription: &str) -> GroupBase {
        [Name::new(tenant).as_str().into(), Name::new(subscription).as_str().into()]
    }

    fn shares(&self, ties: &[&PlaceTie]) -> Vec<AccountIx> {
        let accounts = ties.iter().map(|tie| self.register.partners.account_of(tie.location));
        accounts.collect::<BTreeSet<_>>().into_iter().collect()
    }
}
