//! What was imported, as it was read from the lake: what is the same in the lake later is not read again.

use std::collections::{BTreeMap, BTreeSet};

use domain::cells::Row;
use domain::facts::{
    Certification, Claim, Consumption, Csp, Customer, Enrolment, ExchangeRate, GroupMember, ManagementGroup, PalLink, Partner,
    PartnerOfRecord, Person, Principal, ResourceOwner, Revenue, RoleAssignment, Subscription, WorkloadUsage,
};
use domain::names::Name;
use domain::standing::{self, Entries};
use domain::time::Month;

use crate::checks;
use crate::credits::named_together;
use crate::dataset::{Dataset, DatasetError, EVENT, Origins};
use crate::files::TableFile;
use crate::lake::{Lake, LakeFile};
use crate::tables::each_table;

/// What was imported, without what registers say.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    lake: Lake,
    dataset: Dataset,
}

/// Which rows of consumption came and went: the customers with the subscriptions that the rows name, and the months.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangedUsage {
    /// The months by customer.
    pub months: BTreeMap<Name, BTreeSet<Month>>,
    /// The customers and subscriptions that rows name together.
    pub named: BTreeSet<(Name, Name)>,
}

impl Imported {
    /// Reads the lake: every table but `consumption`, whose files are listed. Tables whose files were read `before` are taken over.
    ///
    /// # Errors
    /// When a file that the manifest names is not there or cannot be read.
    pub fn read(lake: Lake, before: Option<&Self>) -> Result<Self, DatasetError> {
        let mut dataset = Dataset::default();
        dataset.origins.file(EVENT);
        if let Some(before) = before {
            dataset.origins = before.dataset.origins.clone();
        }
        let files = lake.table_files();
        let mut changed: BTreeSet<&str> = BTreeSet::new();
        macro_rules! share {
            ($($table:ident: $row:ident),*) => {$(
                match before.filter(|before| before.has_the_same(&lake, $row::TABLE)) {
                    Some(before) => dataset.program.$table = before.dataset.program.$table.clone(),
                    None => {
                        dataset.origins.share($row::TABLE, &Origins::default());
                        changed.insert($row::TABLE);
                    }
                }
            )*};
        }
        each_table!(share);
        let changed: Vec<TableFile> = files.iter().filter(|file| changed.contains(file.table)).cloned().collect();
        let errors = dataset.load_all_of(&changed);
        dataset.consumption = files.into_iter().filter(|file| file.table == Consumption::TABLE).collect();
        if !errors.is_empty() {
            return Err(DatasetError { files: errors });
        }
        Ok(Self { lake, dataset })
    }

    /// Whether a table is of the same files in a lake.
    fn has_the_same(&self, lake: &Lake, table: &str) -> bool {
        let paths = |lake: &Lake| -> BTreeSet<String> {
            lake.files.iter().filter(|file| file.table == table).map(|file| file.path.clone()).collect()
        };
        paths(&self.lake) == paths(lake)
    }

    /// The lake that was read.
    #[must_use]
    pub fn lake(&self) -> &Lake {
        &self.lake
    }

    /// The rows together with what registers say.
    ///
    /// # Errors
    /// When an entry is of another shape than its register's.
    pub fn standing(&self, entries: &Entries) -> Result<Dataset, DatasetError> {
        let mut dataset = self.dataset.clone();
        dataset.merge(entries)?;
        checks::check(&mut dataset);
        Ok(dataset)
    }

    /// The registers whose entries are to be read again together with these rows, when those before were read with some that have changed
    /// since: those that changed, and those of tables that changed.
    #[must_use]
    pub fn registers_to_read(&self, before: &Self, changed: &BTreeSet<&'static str>) -> BTreeSet<&'static str> {
        let is_changed = |register: &&&'static str| {
            let table = standing::table_of(register);
            changed.contains(**register) || table.is_some_and(|table| !before.has_the_same(&self.lake, table))
        };
        standing::FACTUAL.iter().filter(is_changed).copied().collect()
    }

    /// The rows together with what registers say, when all that changed since `before` was read, of the imports `than`, are tables of other
    /// files and the entries of the registers that are given. What was told of rows then is not told again.
    ///
    /// # Errors
    /// When an entry is of another shape than its register's.
    pub fn standing_since(&self, than: &Self, before: &Dataset, entries: &Entries) -> Result<Dataset, DatasetError> {
        let mut dataset = self.dataset.clone();
        let of_entries: BTreeSet<&str> = entries.keys().filter_map(|register| standing::table_of(register)).collect();
        let mut anew: BTreeSet<&'static str> = BTreeSet::new();
        macro_rules! share {
            ($($table:ident: $row:ident),*) => {$(
                if of_entries.contains($row::TABLE) || !than.has_the_same(&self.lake, $row::TABLE) {
                    anew.insert($row::TABLE);
                } else {
                    dataset.program.$table = before.program.$table.clone();
                    dataset.origins.share($row::TABLE, &before.origins);
                }
            )*};
        }
        each_table!(share);
        dataset.merge(entries)?;
        checks::check_overlaps(&mut dataset, |table| anew.contains(table));
        dataset.problems = before.problems.clone();
        Ok(dataset)
    }

    /// The files of consumption of some months.
    pub fn consumption_of<'a>(&'a self, is_wanted: impl Fn(Month) -> bool + 'a) -> impl Iterator<Item = TableFile> + 'a {
        let of_table = self.lake.files.iter().filter(|file| file.table == Consumption::TABLE);
        of_table.filter(move |file| file.month.is_none_or(&is_wanted)).map(|file| self.lake.table_file(file))
    }

    /// The first month of consumption.
    #[must_use]
    pub fn first_month(&self) -> Option<Month> {
        let of_table = self.lake.files.iter().filter(|file| file.table == Consumption::TABLE && file.rows > 0);
        of_table.filter_map(|file| file.month).min()
    }

    /// Which rows of consumption came and went since imports before, by the pieces that batches brought or took with them.
    ///
    /// # Errors
    /// When a piece cannot be read.
    pub fn changed_usage(&self, before: &Self) -> Result<ChangedUsage, DatasetError> {
        let pieces = |lake: &Lake| -> BTreeMap<String, LakeFile> {
            let of_table = lake.pieces.iter().filter(|piece| piece.table == Consumption::TABLE);
            of_table.map(|piece| (piece.path.clone(), piece.clone())).collect()
        };
        let (old, new) = (pieces(&before.lake), pieces(&self.lake));
        let gone = old.iter().filter(|(path, _)| !new.contains_key(*path));
        let come = new.iter().filter(|(path, _)| !old.contains_key(*path));
        let mut changed = ChangedUsage::default();
        for (_, piece) in gone.chain(come) {
            for (tenant, subscription) in named_together(&self.lake.table_file(piece))? {
                changed.months.entry(tenant.clone()).or_default().extend(piece.month);
                changed.named.insert((tenant, subscription));
            }
        }
        Ok(changed)
    }
}
