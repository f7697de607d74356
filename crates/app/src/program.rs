//! A program opened for reading: facts and rulebook, ready for questions. Every call to crediting and scoring is here, but for months that an act restates.

/// Credits and scores of the days asked for last.
mod days;

/// What is found about one partner.
mod findings;

/// The inventory of partner admin links.
mod inventory;

/// Rows of consumption by account.
mod kept;

/// The vendor's own figures beside ours.
pub mod reconcile;

/// What a partner's resale is worth, for enrolments.
pub mod resale;

pub use findings::Findings;

#[cfg(test)]
mod renewed_equals_opened;

/// Tables that queries in SQL read.
pub mod tables;

/// Crediting and scoring: as a whole the first time, and only what a change touches from then on.
mod scoring;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result};
use domain::amount::Amount;
use domain::cells::Row as _;
use domain::estates::Estates;
use domain::evidence::Origin;
use domain::facts::Consumption;
use domain::lines::LineKey;
use domain::names::Name;
use domain::partners::{AccountIx, Partners};
use domain::register::Register;
use domain::rulebook::{AreaRules, Rulebook};
use domain::time::Month;
use engine::bills::{BillCredited, Crediting, credit_bill};
use engine::credits::{GroupBy, Groups, Usage, credited_groups, credited_lines};
use engine::dataset::Dataset;
use engine::files::FileForm;
use engine::imported::Imported;
use engine::problems::Problems;
use engine::sql::{Answer, Bounds, Question, SqlError, Table};
use engine::tables::{ReadRow, read_rows, read_rows_of};

use crate::home::{Home, Then};
use crate::problem::{Refusal, known_partner};
use crate::program::days::Days;
use crate::program::findings::Strays;
use crate::program::kept::KeptRows;

/// A program opened for reading.
pub struct OpenProgram {
    dataset: Dataset,
    rulebook: Arc<Rulebook>,
    /// What came in by imports, which told of customers that nobody knows; nothing for a dataset folder.
    imported: Option<Imported>,
    /// The months that imported consumption is of.
    consumption_months: Vec<Month>,
    partners: Vec<(Name, String)>,
    /// What was met while consumption was read for the first time.
    streamed: OnceLock<Problems>,
    /// Credits and scores of the days asked for last.
    days: Days,
    /// The rows by customer, once a change asks for them.
    estates: OnceLock<Estates>,
    /// Consumption of accounts that were asked about.
    kept: KeptRows,
    /// The customers whose rows of consumption name a subscription that is not known as theirs, once an account is asked about.
    strays: OnceLock<Strays>,
    /// The cluster that credits, when it is not done here.
    #[cfg(feature = "cluster")]
    cluster: Option<engine::cluster::Session>,
    /// What the home looked back on: files that were made for it go with it.
    _then: Option<Arc<Then>>,
}

impl OpenProgram {
    /// Reads the facts of a dataset folder.
    ///
    /// # Errors
    /// When the folder holds no table, or the header of a file will not do.
    pub fn from_dataset(folder: &Path, rulebook: Arc<Rulebook>) -> Result<Self> {
        Ok(Self::new(Dataset::open(folder)?, rulebook, None))
    }

    fn new(dataset: Dataset, rulebook: Arc<Rulebook>, imported: Option<Imported>) -> Self {
        let accounts = Partners::new(&dataset.program.partners);
        let named = |account: AccountIx| (accounts.account_id(account).clone(), accounts.account_name(account).to_owned());
        let partners = accounts.accounts().map(named).collect();
        Self {
            dataset,
            rulebook,
            imported,
            consumption_months: Vec::new(),
            partners,
            streamed: OnceLock::new(),
            days: Days::default(),
            estates: OnceLock::new(),
            kept: KeptRows::default(),
            strays: OnceLock::new(),
            #[cfg(feature = "cluster")]
            cluster: None,
            _then: None,
        }
    }

    /// Reads the facts of a home together with its registers.
    ///
    /// # Errors
    /// When the lake or the registers cannot be read.
    pub fn from_home(home: &Home, rulebook: Arc<Rulebook>) -> Result<Self> {
        let imported = Imported::read(home.lake()?, None)?;
        let dataset = imported.standing(&home.standing()?)?;
        Ok(Self { _then: home.then(), ..Self::of_imported(imported, dataset, rulebook) })
    }

    fn of_imported(imported: Imported, dataset: Dataset, rulebook: Arc<Rulebook>) -> Self {
        let months = imported.lake().files.iter().filter(|file| file.table == Consumption::TABLE).filter_map(|file| file.month);
        let consumption_months = months.collect();
        Self { consumption_months, ..Self::new(dataset, rulebook, Some(imported)) }
    }

    /// The same program, credited by a cluster.
    #[cfg(feature = "cluster")]
    #[must_use]
    pub fn on(self, cluster: engine::cluster::Session) -> Self {
        Self { cluster: Some(cluster), ..self }
    }

    /// The consumption, and where it is credited.
    fn usage(&self) -> Usage<'_> {
        #[cfg(feature = "cluster")]
        if let Some(session) = &self.cluster {
            return Usage::Cluster(session);
        }
        Usage::Files(&self.dataset.consumption)
    }

    /// The facts; consumption stays in its files.
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// The rules, to be kept.
    pub fn rules(&self) -> Arc<Rulebook> {
        Arc::clone(&self.rulebook)
    }

    /// The rules.
    pub fn rulebook(&self) -> &Rulebook {
        &self.rulebook
    }

    /// The global accounts with their names, in the numeric order of IDs.
    pub fn partners(&self) -> &[(Name, String)] {
        &self.partners
    }

    /// The months that consumption is of, when it was imported; otherwise only reading it tells.
    pub fn consumption_months(&self) -> Option<&[Month]> {
        self.imported.is_some().then_some(&self.consumption_months)
    }

    /// The names of customers, by tenant.
    pub fn customer_names(&self) -> BTreeMap<Name, String> {
        self.dataset.program.customers.iter().map(|row| (row.tenant_id.clone(), row.name.clone())).collect()
    }

    /// What could not be taken as it is while reading, so far: consumption is read when it is first asked about.
    pub fn problems(&self) -> Problems {
        let mut problems = self.dataset.problems.clone();
        problems.absorb(self.streamed.get().cloned().unwrap_or_default());
        problems
    }

    /// The global account that an ID of it or of one of its locations stands for.
    ///
    /// # Errors
    /// When the ID is neither; the nearest global account, or the one that a location rolls up to, is named.
    pub fn partner(&self, id: &str) -> Result<&Name, Refusal> {
        known_partner(id, &self.partners).map_err(|refusal| {
            let own = self.dataset.program.partners.iter().find(|row| row.partner_id == Name::new(id));
            match own {
                Some(row) => Refusal::usage(format!("`{id}` is a location, and scores are those of global accounts"))
                    .hint(format!("ask for its global account, `{}`", row.global_partner_id)),
                None => refusal,
            }
        })
    }

    /// The rules of the area with a name.
    ///
    /// # Errors
    /// When the rulebook has none; the nearest one is suggested.
    pub fn area(&self, area: &str) -> Result<&AreaRules, Refusal> {
        let known = || self.rulebook.areas.keys().map(Name::as_str);
        self.rulebook.areas.get(&Name::new(area)).ok_or_else(|| Refusal::unknown("area", area, known().collect::<Vec<_>>()))
    }

    /// Consumption as credited up to a month, resale chains as of that month.
    ///
    /// # Errors
    /// When consumption cannot be read.
    pub fn credited(&self, month: Month) -> Result<BTreeMap<LineKey, Amount>> {
        self.streaming(|register, problems| Ok(credited_lines(self.usage(), register, month, problems)?))
    }

    /// Credits up to a month by group: each row of consumption once for every global account.
    ///
    /// # Errors
    /// When consumption cannot be read.
    pub fn credited_groups(&self, month: Month, by: &[GroupBy]) -> Result<Groups> {
        self.streaming(|register, problems| Ok(credited_groups(self.usage(), register, month, by, problems)?))
    }

    /// Writes credits by group as a Parquet file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_groups(&self, groups: &Groups, by: &[GroupBy], path: &Path) -> Result<()> {
        let partners = Partners::new(&self.dataset.program.partners);
        groups.write_parquet(path, by, &partners).with_context(|| format!("`{}` cannot be written", path.display()))
    }

    /// Answers a question from tables, here or on the cluster.
    ///
    /// # Errors
    /// When it cannot be answered.
    pub fn ask(&self, question: &Question, tables: Vec<Table>, bounds: Bounds) -> Result<Answer, SqlError> {
        #[cfg(feature = "cluster")]
        if let Some(session) = &self.cluster {
            return question.answer_on(session, tables, bounds);
        }
        question.answer(tables, bounds)
    }

    /// Credits the FOCUS file at `path` into the file at `out`, of the form `into`: rows without a tenant are of `tenant`, only
    /// associations of `account` are told when one is given, and chains are those of `month`.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn credit_bill(
        &self,
        path: &Path,
        out: &Path,
        into: FileForm,
        tenant: Option<&str>,
        account: Option<&Name>,
        month: Month,
    ) -> Result<BillCredited> {
        let register = Register::new(&self.dataset.program, &self.rulebook);
        let mut context = engine::formats::Context::new(tenant.map(Name::new), Arc::clone(&self.rulebook));
        context.learn(&self.dataset.program);
        let account = account.and_then(|id| register.partners.account(id));
        Ok(credit_bill(path, out, into, &Crediting { register: &register, context: &context, account, month })?)
    }

    /// Reads consumption; what is wrong with its rows is told the first time.
    fn streaming<T>(&self, read: impl FnOnce(&Register<'_>, &mut Problems) -> Result<T>) -> Result<T> {
        let register = Register::new(&self.dataset.program, &self.rulebook);
        let mut problems = Problems::default();
        let answer = read(&register, &mut problems);
        if self.imported.is_some() {
            problems = problems.without("unknown-tenant");
        }
        // Another thread may have told the same problems first.
        let _ = self.streamed.set(problems);
        answer
    }

    /// Hands on the rows of consumption; when customers are named, of a home only theirs: pages of the lake that hold no row of them are not
    /// read.
    fn each_consumption(&self, tenants: Option<&BTreeSet<Name>>, mut take: impl FnMut(&Consumption, Origin<'_>)) -> Result<()> {
        for file in &self.dataset.consumption {
            let mut told_before = Problems::default();
            let take = |read: ReadRow<'_, Consumption>| {
                if let Ok(row) = &read.row {
                    take(row, read.origin.unwrap_or((&file.shown, read.line)));
                }
            };
            match tenants {
                Some(tenants) => read_rows_of(file, tenants, &mut told_before, take)?,
                None => read_rows(file, &mut told_before, take)?,
            };
        }
        Ok(())
    }
}
