//! Import formats: what a file is recognised by, and which rows it gives.

mod az_management_groups;
mod az_management_partner;
mod az_role_assignments;
mod azure_cost;
mod azure_cost_ea;
mod azure_cost_mca_partner;
mod charges;
mod csp_daily_rated_usage;
mod dataset;
pub(crate) mod dates;
mod exchange_rates;
pub(crate) mod fields;
pub(crate) mod focus;
mod json;
mod partner_center_azure_usage;
mod partner_center_bizapps_revenue;
mod partner_center_bizapps_usage;
mod partner_center_cpor_usage;
mod partner_center_customers;
mod partner_center_ems_usage;
mod partner_center_office_usage;
mod partner_center_profile;
mod partner_center_reseller_performance;
mod partner_center_subscriptions;
mod partner_center_training_completions;
pub(crate) mod raw;
pub(crate) mod reading;
mod recognise;
mod repeats;
mod workloads;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use domain::amount::Amount;
use domain::facts::Program;
use domain::names::Name;
use domain::rulebook::services::ServiceNames;
use domain::rulebook::{ImportRules, Rulebook};
use domain::time::Month;

pub use recognise::{find_sources, format_named};

use crate::lake::LakeError;
use crate::problems::{Problems, RowProblem};
use crate::source::FileError;
use crate::staging::{StagedRow, Staging};
use crate::suggestions::Suggestion;
use json::JsonFormat;
use reading::SheetFormat;

/// How the files of a format are read.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// Tables of the exchange format.
    Dataset,
    /// Rows under a header.
    Sheet(&'static SheetFormat),
    /// Objects in JSON.
    Json(&'static JsonFormat),
}

/// Declares the formats, one a line, in the order in which files are tried.
macro_rules! formats {
    ($( $(#[$doc:meta])* $format:ident = $name:literal, $kind:expr; )*) => {
        /// An import format.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Format {
            $( $(#[$doc])* $format, )*
        }

        impl Format {
            /// Every format, in the order in which files are tried.
            pub const ALL: &'static [Self] = &[ $( Self::$format, )* ];

            /// The name that `--format` takes; facts remember it as their source.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( Self::$format => $name, )* }
            }

            const fn kind(self) -> Kind {
                match self { $( Self::$format => $kind, )* }
            }
        }
    };
}

formats! {
    /// A dataset folder, or one file of it: the exchange format.
    Dataset = "dataset", Kind::Dataset;
    /// FOCUS cost and usage, 1.0 to 1.3, with the columns that Azure adds when they are there.
    Focus = "focus", Kind::Sheet(&focus::FORMAT);
    /// Cost Management exports of enterprise agreements, actual and amortised.
    AzureCostEa = "azure-cost-ea", Kind::Sheet(&azure_cost_ea::FORMAT);
    /// Cost Management exports of Microsoft partner agreements, actual and amortised.
    AzureCostMcaPartner = "azure-cost-mca-partner", Kind::Sheet(&azure_cost_mca_partner::FORMAT);
    /// The daily rated usage of those who resell.
    CspDailyRatedUsage = "csp-daily-rated-usage", Kind::Sheet(&csp_daily_rated_usage::FORMAT);
    /// The Azure usage download of Partner Center.
    PartnerCenterAzureUsage = "partner-center-azure-usage", Kind::Sheet(&partner_center_azure_usage::FORMAT);
    /// The Business Applications revenue download of Partner Center.
    PartnerCenterBizappsRevenue = "partner-center-bizapps-revenue", Kind::Sheet(&partner_center_bizapps_revenue::FORMAT);
    /// The Business Applications usage download of Partner Center.
    PartnerCenterBizappsUsage = "partner-center-bizapps-usage", Kind::Sheet(&partner_center_bizapps_usage::FORMAT);
    /// The usage under approved claims, of Partner Center.
    PartnerCenterCporUsage = "partner-center-cpor-usage", Kind::Sheet(&partner_center_cpor_usage::FORMAT);
    /// The customers download of Partner Center.
    PartnerCenterCustomers = "partner-center-customers", Kind::Sheet(&partner_center_customers::FORMAT);
    /// The Enterprise Mobility usage download of Partner Center.
    PartnerCenterEmsUsage = "partner-center-ems-usage", Kind::Sheet(&partner_center_ems_usage::FORMAT);
    /// The Office 365 usage download of Partner Center.
    PartnerCenterOfficeUsage = "partner-center-office-usage", Kind::Sheet(&partner_center_office_usage::FORMAT);
    /// The partner profile download of Partner Center.
    PartnerCenterProfile = "partner-center-profile", Kind::Sheet(&partner_center_profile::FORMAT);
    /// The reseller performance download of Partner Center.
    PartnerCenterResellerPerformance = "partner-center-reseller-performance", Kind::Sheet(&partner_center_reseller_performance::FORMAT);
    /// The subscriptions download of Partner Center.
    PartnerCenterSubscriptions = "partner-center-subscriptions", Kind::Sheet(&partner_center_subscriptions::FORMAT);
    /// The download of trainings, exams and certifications of Partner Center.
    PartnerCenterTrainingCompletions = "partner-center-training-completions", Kind::Sheet(&partner_center_training_completions::FORMAT);
    /// The vendor's monthly rates of currencies.
    ExchangeRates = "exchange-rates", Kind::Sheet(&exchange_rates::FORMAT);
    /// The JSON of `az role assignment list`, or of a Resource Graph query for role assignments.
    AzRoleAssignments = "az-role-assignments", Kind::Json(&az_role_assignments::FORMAT);
    /// The JSON of `az managementpartner show`: partner admin links.
    AzManagementPartner = "az-management-partner", Kind::Json(&az_management_partner::FORMAT);
    /// The JSON of a Resource Graph query for management groups and subscriptions.
    AzManagementGroups = "az-management-groups", Kind::Json(&az_management_groups::FORMAT);
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why a path cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// `--format` names none.
    #[error("there is no import format `{name}`; {cure}")]
    NoFormat {
        /// The name given.
        name: String,
        /// What is meant, or which there are.
        cure: String,
    },
    /// The header is of no format.
    #[error(
        "`{file}` is of no known format; the nearest is `{nearest}`, which also needs {missing}; the header has {found}; `counterfoil import --format NAME` takes it as one all the same"
    )]
    Unknown {
        /// The file.
        file: String,
        /// The nearest format.
        nearest: Format,
        /// What it lacks.
        missing: String,
        /// What the header has.
        found: String,
    },
    /// The JSON is of no format.
    #[error(
        "`{file}` is of no known format: its JSON holds {found}; expected {expected}; `counterfoil import --format NAME` takes it as one all the same"
    )]
    UnknownJson {
        /// The file.
        file: String,
        /// The fields that are there.
        found: String,
        /// What the formats are recognised by.
        expected: String,
    },
    /// The file's ending is of no format.
    #[error(
        "`{file}` is of no known format; expected `.csv` or `.tsv` (plain, `.gz` or `.zst`), `.parquet` or `.json`, or a dataset folder"
    )]
    Ending {
        /// The file.
        file: String,
    },
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
}

/// A file to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its format.
    pub format: Format,
    /// The table that its rows go to.
    pub table: &'static str,
    /// Where it is.
    pub path: PathBuf,
    /// The file as messages name it.
    pub shown: String,
}

/// What formats need to know beside the file.
#[derive(Debug, Clone)]
pub struct Context {
    /// The tenant of rows that name none.
    pub tenant: Option<Name>,
    /// The tenant of each subscription that the register knows.
    pub tenants: HashMap<Name, Name>,
    /// Dollars for a unit of a currency, by month.
    pub rates: BTreeMap<(Month, Name), Amount>,
    /// Which rows count.
    pub rulebook: Arc<Rulebook>,
    /// Names of services and workloads.
    pub names: ServiceNames,
}

impl Context {
    /// What is known before any register is read.
    #[must_use]
    pub fn new(tenant: Option<Name>, rulebook: Arc<Rulebook>) -> Self {
        let names = ServiceNames::new(&rulebook);
        Self { tenant, tenants: HashMap::new(), rates: BTreeMap::new(), rulebook, names }
    }

    /// Learns from the registers of a program.
    pub fn learn(&mut self, program: &Program) {
        self.rates.extend(program.exchange_rates.iter().map(|row| ((row.month, row.currency.clone()), row.usd_per_unit)));
        self.tenants.extend(program.subscriptions.iter().map(|row| (row.subscription_id.clone(), row.tenant_id.clone())));
    }

    /// What beside its content decides what a file of a format gives, as a text: equal for equal options.
    #[must_use]
    pub fn options(&self, format: Format) -> String {
        let tenant = self.tenant.as_ref().map_or("", Name::as_str);
        match format.kind() {
            Kind::Dataset | Kind::Json(_) => tenant.to_owned(),
            Kind::Sheet(_) => {
                let rulebook = &self.rulebook;
                let rules = rulebook.imports.get(&Name::new(format.name()));
                // only amounts are converted
                let rates = rules.filter(|rules| rules.amount.is_some()).map(|_| &self.rates);
                let names = (&rulebook.services, &rulebook.service_aliases, &rulebook.workload_aliases);
                format!("{tenant}\n{rules:?}\n{rates:?}\n{names:?}")
            }
        }
    }

    /// The rules of a format that the rulebook judges by.
    fn rules(&self, format: &str) -> &ImportRules {
        self.rulebook.imports.get(&Name::new(format)).expect("a rulebook without the rules of a format is refused when it is read")
    }
}

/// Where a format hands its rows to.
pub struct Intake<'a> {
    file: u32,
    shown: String,
    source: Arc<str>,
    parts: BTreeMap<&'static str, Arc<str>>,
    staging: &'a mut Staging,
    rows: u64,
    failed: Option<LakeError>,
}

impl<'a> Intake<'a> {
    /// For the source at place `file` of the import; its facts restate those of its format.
    pub fn new(file: u32, source: &SourceFile, staging: &'a mut Staging) -> Self {
        let (shown, source) = (source.shown.clone(), source.format.name());
        Self { file, shown, source: source.into(), parts: BTreeMap::new(), staging, rows: 0, failed: None }
    }

    /// Takes a row in.
    pub fn accept<R: StagedRow>(&mut self, line: u64, row: R) {
        self.accept_apart(None, line, row);
    }

    /// Takes a row in; a fact of a `part` restates only facts of that part of the source.
    pub fn accept_apart<R: StagedRow>(&mut self, part: Option<&'static str>, line: u64, row: R) {
        self.rows += 1;
        let source = match part {
            None => &self.source,
            Some(part) => self.parts.entry(part).or_insert_with(|| format!("{}.{part}", self.source).into()),
        };
        if self.failed.is_none() {
            self.failed = row.stage(self.staging, source, (self.file, line)).err();
        }
    }

    /// Takes in what the row at `line` lets us know of, unless the register has it.
    pub fn suggest(&mut self, line: u64, suggestion: Suggestion) {
        self.staging.suggest(suggestion, (self.file, line));
    }

    /// Keeps a row out, with what is wrong with it.
    pub fn quarantine(&mut self, problem: RowProblem, amount: Amount) {
        self.rows += 1;
        self.staging.quarantine(self.file, problem, amount);
    }

    /// Leaves the row of `table` on a line out by a rule.
    pub fn ignore(&mut self, line: u64, table: &'static str, rule: &Name, amount: Amount) {
        self.rows += 1;
        self.staging.ignore((self.file, line), table, rule, amount);
    }

    /// Says something about the file, or about a row that stays.
    pub fn remark(&mut self, problem: RowProblem) {
        self.staging.problems.push(problem);
    }

    /// The file as messages name it.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Rows seen so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    fn finish(self, read: Result<(), FileError>, remarks: Problems) -> Result<u64, ReadError> {
        self.staging.problems.absorb(remarks);
        match self.failed {
            Some(error) => Err(ReadError::Lake(error)),
            None => read.map(|()| self.rows).map_err(ReadError::File),
        }
    }
}

/// Why a source could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file will not do; others may.
    #[error(transparent)]
    File(FileError),
    /// Rows cannot be kept; the import stops.
    #[error(transparent)]
    Lake(LakeError),
}

/// Reads one file into staging and returns the number of its rows. `progress` is told the number of rows read so far.
///
/// # Errors
/// When the file will not do, or when rows cannot be kept.
pub fn read(
    source: &SourceFile,
    context: &Context,
    file: u32,
    staging: &mut Staging,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, ReadError> {
    let mut intake = Intake::new(file, source, staging);
    let mut remarks = Problems::default();
    let read = match source.format.kind() {
        Kind::Dataset => dataset::read(source, &mut intake, &mut remarks, progress),
        Kind::Sheet(format) => reading::read(format, source, context, &mut intake, &mut remarks, progress),
        Kind::Json(format) => json::read(format, source, context, &mut intake),
    };
    intake.finish(read, remarks)
}

/// After how many rows progress is told.
const PROGRESS_ROWS: u64 = 8_192;

/// Tells progress now and then.
fn tell(progress: &mut dyn FnMut(u64), rows: u64) {
    if rows.is_multiple_of(PROGRESS_ROWS) {
        progress(rows);
    }
}
