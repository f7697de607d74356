//! The rulebook: the program's rules as dated, sourced data. The kinds of metric are Rust; every number is a value here.
//!
//! A rulebook is a set of TOML files: `rulebook.toml`, `sources.toml`, `contradictions.toml`, `associations/*.toml`,
//! `designations/*.toml`, `imports/*.toml`, `lists/*.toml` and `examples/*.toml`. Files are read as text by the caller; this module does no I/O.

/// The rules of associations: what each type covers and how it begins and ends.
pub mod associations;

/// The rules of the claim process: proof, reasons, the operator's calendar.
pub mod claims;

/// The rules of designations: areas, tracks, metrics and their parts.
pub mod designations;

/// The rules of imports: which rows of a file count, and which of its columns is the amount.
pub mod imports;

/// Azure roles: which of them count for what.
pub mod roles;

/// Names of services and workloads: from resource types, meters and other spellings to the names that lists use.
pub mod services;

/// Did you mean: the known word that is most like a misspelt one.
pub mod suggest;

/// Reading a rulebook from its files.
pub mod parse;

/// Every value with its place and its source.
pub mod entries;

/// What differs between two rulebooks.
pub mod changes;

/// Which thresholds the worked examples stand on both sides of.
pub mod coverage;

/// Whether the rules fit together.
mod check;

/// JSON Schemas of the files, for editors.
pub mod schema;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::names::Name;
use crate::time::Day;

pub use associations::AssociationRules;
pub use designations::{AreaRules, MetricName, MetricRule, PartKind, PartRule, TrackChoice, TrackRules};
pub use imports::ImportRules;
pub use parse::RulebookProblem;
pub use roles::AzureRoles;
pub use services::{ServiceRules, WorkloadAlias};

/// A value with the source that it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it comes from: an id of `sources.toml`, with a place in it (`playbook#requirements`).
    pub source: String,
    /// Where sources leave a choice: the name of the choice, and the readings not taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
    /// What else a reader should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The rules of the program, of one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rulebook {
    /// What holds for every area.
    pub program: ProgramRules,
    /// What each type of association covers.
    pub associations: AssociationRules,
    /// The areas, in alphabetical order.
    pub areas: BTreeMap<Name, AreaRules>,
    /// Named lists of workloads, services and offers.
    pub lists: BTreeMap<Name, ListRules>,
    /// Built-in roles of Azure.
    pub azure_roles: AzureRoles,
    /// Other spellings of services, mapped to the canonical one at import.
    pub service_aliases: BTreeMap<Name, ServiceAlias>,
    /// Which rows of a file count, by format.
    pub imports: BTreeMap<Name, ImportRules>,
    /// Which service a charge is for.
    pub services: ServiceRules,
    /// Other spellings of workloads, mapped to the canonical one at import.
    pub workload_aliases: BTreeMap<Name, WorkloadAlias>,
    /// Rate-card rows of Business Applications, by row.
    pub rate_card: BTreeMap<Name, RateRow>,
    /// Certifications that need more than their id: retirement and its grace.
    pub certifications: BTreeMap<Name, CertificationRules>,
    /// Documents that values rest on.
    pub sources: BTreeMap<String, SourceDocument>,
    /// Where sources disagree, and the reading taken.
    pub contradictions: Vec<Contradiction>,
}

/// What holds for every area. File: `rulebook.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgramRules {
    /// The version: the month from which it holds, `2023-10`.
    pub version: String,
    /// A title for people.
    pub title: String,
    /// The first day on which the version holds.
    pub effective_from: Day,
    /// Points needed to qualify.
    pub qualifying_points: Sourced<i64>,
    /// What every metric must reach to qualify.
    pub floor: Sourced<Floor>,
    /// Whether a part of a unit gives a part of a point.
    pub partial_units: Sourced<PartialUnits>,
    /// How months before the first month of the data count.
    pub missing_baseline: Sourced<MissingBaseline>,
    /// Months of the qualification window, the month of the as-of date included.
    pub window_months: Sourced<i32>,
    /// Where the window opens.
    pub window_opens: Sourced<WindowOpens>,
    /// Which days of the window are judged.
    pub window_sampling: Sourced<WindowSampling>,
    /// Days after the anniversary in which the renewal is due.
    pub renewal_days: Sourced<i32>,
}

/// What every metric must reach for an area to qualify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Floor {
    /// At least one point.
    GeOne,
    /// More than nothing.
    GtZero,
}

impl Floor {
    /// Whether the points of a metric reach it.
    #[must_use]
    pub fn is_reached_by(self, points: &crate::fraction::Fraction) -> bool {
        match self {
            Self::GeOne => *points >= crate::fraction::Fraction::whole(1),
            Self::GtZero => *points > crate::fraction::Fraction::zero(),
        }
    }

    /// The floor in words.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::GeOne => "at least 1 point",
            Self::GtZero => "more than 0 points",
        }
    }
}

/// Whether a part of a unit gives a part of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PartialUnits {
    /// A part of a unit gives a part of a point.
    Linear,
    /// Only whole units count.
    Whole,
}

/// How months before the first month of the data count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MissingBaseline {
    /// As zeros, with a note.
    Zero,
    /// The metric gives no points.
    NoScore,
}

/// Where the qualification window opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WindowOpens {
    /// On the first day of the first month.
    FirstOfMonth,
}

/// Which days of the window are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WindowSampling {
    /// Every day.
    Daily,
}

/// A named list. Files: `lists/*.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListRules {
    /// What the list is.
    pub title: String,
    /// The names on it.
    pub values: Vec<Name>,
    /// Where the list comes from.
    pub source: String,
    /// Where sources leave a choice: the reading taken.
    #[serde(default)]
    pub choice: Option<String>,
    /// What else a reader should know.
    #[serde(default)]
    pub note: Option<String>,
}

/// Another spelling of a service. File: `lists/service-aliases.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceAlias {
    /// The canonical service, as lists spell it.
    pub service: String,
    /// Where the mapping comes from.
    pub source: String,
}

/// A row of the rate card of Business Applications. File: `lists/rate-card.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateRow {
    /// Value (MCV) of one unit.
    pub rate: crate::fraction::Fraction,
    /// What a unit is.
    pub unit: RateUnit,
    /// The family that decides which associations are accepted.
    pub family: Name,
    /// The workloads that belong to the row, besides the one with the row's own name.
    #[serde(default)]
    pub members: Vec<Name>,
    /// Where the rate comes from.
    pub source: String,
}

/// The unit of a rate-card row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RateUnit {
    /// Monthly active users.
    ActiveUsers,
    /// Capacity, such as profiles.
    Quantity,
}

/// A certification. File: `lists/certifications.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificationRules {
    /// The certification's title.
    pub title: String,
    /// The day on which it was retired: the last day on which it could be earned.
    #[serde(default)]
    pub retired_on: Option<Day>,
    /// The first day on which a retired certification does not count any more.
    #[serde(default)]
    pub counts_until: Option<Day>,
    /// Where this comes from.
    pub source: String,
    /// Where sources leave a choice: the reading taken.
    #[serde(default)]
    pub choice: Option<String>,
}

/// A document that values rest on. File: `sources.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceDocument {
    /// The document's title.
    pub title: String,
    /// Who published it.
    pub publisher: String,
    /// The date of its text, as far as known.
    pub dated: String,
}

/// A place where sources disagree. File: `contradictions.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contradiction {
    /// What they disagree about.
    pub topic: String,
    /// What one source says, and which.
    pub one: String,
    /// What the other says, and which.
    pub other: String,
    /// The reading taken.
    pub taken: String,
    /// The field that holds it.
    #[serde(default)]
    pub field: Option<String>,
}

impl Rulebook {
    /// The names on a list; a list that is not there is empty (the check refuses a rulebook that names one).
    pub fn list<'a>(&'a self, list: &Name) -> impl Iterator<Item = &'a Name> + use<'a> {
        self.lists.get(list).into_iter().flat_map(|list| &list.values)
    }

    /// Whether a name is on a list.
    #[must_use]
    pub fn is_on(&self, list: &Name, name: &Name) -> bool {
        self.lists.get(list).is_some_and(|list| list.values.contains(name))
    }

    /// The rate-card row that a workload belongs to: its own name's, or the one that has it as a member.
    #[must_use]
    pub fn rate_row(&self, workload: &Name) -> Option<(&Name, &RateRow)> {
        self.rate_card.get_key_value(workload).or_else(|| self.rate_card.iter().find(|(_, row)| row.members.contains(workload)))
    }

    /// Whether two product names are one: equal, or one is the other's rate-card row.
    #[must_use]
    pub fn is_same_product(&self, one: &Name, other: &Name) -> bool {
        let row = |workload: &Name| self.rate_row(workload).map(|(row, _)| row);
        one == other || row(one) == Some(other) || row(other) == Some(one)
    }

    /// Whether an offer is consumption that counts.
    #[must_use]
    pub fn counts_offer(&self, offer: Option<&Name>) -> bool {
        offer.is_none_or(|offer| !self.is_on(&Name::new("excluded-offers"), offer))
    }
}
