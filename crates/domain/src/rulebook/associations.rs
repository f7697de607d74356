//! The rules of associations. Files: `associations/{pal,dpor,csp,cpor,people}.toml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::attach::AttachType;
use crate::names::Name;
use crate::rulebook::Sourced;
use crate::rulebook::claims::{Calendar, ProofRules, ReasonRules};
use crate::words::{Activity, Agreement, Capacity, Cloud, Tier};

/// The rules of every association type, one file each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssociationRules {
    /// Partner admin links.
    pub pal: PalRules,
    /// Partners of record.
    pub dpor: DporRules,
    /// Resale.
    pub csp: CspRules,
    /// Claims.
    pub cpor: CporRules,
    /// Certified people.
    pub people: PeopleRules,
}

/// Partner admin links. File: `associations/pal.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PalRules {
    /// Which roles count.
    pub roles: Sourced<RolePolicy>,
    /// Which roles earn financial incentives.
    pub incentive_roles: Sourced<RolePolicy>,
    /// Which roles earn partner earned credit.
    pub earned_credit_roles: Sourced<RolePolicy>,
    /// How a role held for a part of a day counts.
    pub day: Sourced<DayPolicy>,
    /// Clouds in which links give nothing.
    pub excluded_clouds: Sourced<Vec<Cloud>>,
    /// Which owner of a resource is credited.
    pub owner_pick: Sourced<OwnerPick>,
    /// The workloads that are credited through owners of resources, with the capacities that make an owner.
    pub owned: BTreeMap<Name, Sourced<Vec<Capacity>>>,
    /// The environment in which ownership counts.
    pub environment: Sourced<Name>,
    /// What importing a managed solution makes the importing account of what is in it, by workload.
    pub imported: BTreeMap<Name, Sourced<Capacity>>,
}

/// Which Azure roles a link may hold to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RolePolicy {
    /// Every role, Reader and custom roles too.
    Any,
    /// Roles that are listed as eligible for partner earned credit.
    EarnedCredit,
    /// Owner and Contributor, as `lists/azure-roles.toml` names them.
    OwnerContributor,
    /// Every role but those that read only.
    NotReader,
}

/// How a role held for a part of a day counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DayPolicy {
    /// As the whole day.
    Whole,
}

/// Which of several linked owners of a resource is credited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OwnerPick {
    /// The latest owner; then the latest link; then the lowest partner ID.
    Latest,
}

/// Partners of record. File: `associations/dpor.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DporRules {
    /// The product that is held for the whole tenant.
    pub tenant_product: Sourced<Name>,
    /// The list of workloads of that product.
    pub tenant_workloads: Sourced<Name>,
    /// Agreements on whose subscriptions a partner of record gives nothing.
    pub excluded_agreements: Sourced<Vec<Agreement>>,
    /// How many partners of record a subscription may have at a time.
    pub holders_per_subscription: Sourced<u32>,
    /// States of a subscription that is over: none can be designated for it, and it keeps none.
    pub ended_statuses: Sourced<Vec<Name>>,
    /// Days for which a subscription is new.
    pub new_subscription_days: Sourced<u32>,
    /// How a partner asks a customer to be designated.
    pub request: RequestRules,
}

/// The texts of a request. In braces stand the names of what is filled in: `customer`, `partner`, `partner_id`, `subscriptions`, and in a
/// line or a link `subscription_id`, `product`, `link`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestRules {
    /// The subject of the message.
    pub subject: Sourced<String>,
    /// The paragraphs of the message.
    pub text: Sourced<Vec<String>>,
    /// The line about one subscription.
    pub line: Sourced<String>,
    /// The customer's page with subscription and partner filled in, from the address that the pages are served at.
    pub link: Sourced<String>,
}

/// Resale. File: `associations/csp.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CspRules {
    /// The day on which the chain is current.
    pub current_on: Sourced<CurrentOn>,
    /// To whom past usage belongs after a move.
    pub history: Sourced<History>,
    /// The attach type of each place in the chain.
    pub tiers: BTreeMap<Tier, Sourced<AttachType>>,
    /// Revenue floor of a direct-bill partner, US dollars of the trailing months.
    pub direct_bill_revenue_floor_usd: Sourced<i64>,
    /// The trailing closed months whose revenue the floor is about.
    pub revenue_floor_months: Sourced<u32>,
    /// The place in the chain whose revenue the floor is about.
    pub revenue_floor_tier: Sourced<Tier>,
    /// Support plans of which a direct-bill partner has one.
    pub support_plans: Sourced<Vec<Name>>,
    /// Agreements whose subscriptions are sold by a chain.
    pub agreements: Sourced<Vec<Agreement>>,
    /// Whether sellers must have been enrolled before a sale is recorded.
    pub enrolment_required: Sourced<bool>,
    /// What each model asks of those who enrol.
    pub models: BTreeMap<Tier, ModelRules>,
}

/// A model of resale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelRules {
    /// A title for people.
    pub title: String,
    /// What must be so before an enrolment is verified.
    pub requires: Sourced<Vec<Requirement>>,
}

/// Something that must be so before an enrolment is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Requirement {
    /// The company is told, and its address decided on.
    Profile,
    /// The location is open, and in the country of the profile's address.
    ActiveLocation,
    /// The operator has approved the credit.
    CreditApproval,
    /// The revenue of the trailing months reaches the floor.
    RevenueFloor,
    /// The partner has one of the support plans.
    SupportPlan,
}

/// The day on which the current chain is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CurrentOn {
    /// The last day of the scored month.
    LastDayOfMonth,
}

/// To whom past usage belongs after a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum History {
    /// To the current chain.
    Follows,
}

/// Claims. File: `associations/cpor.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CporRules {
    /// What can be claimed.
    pub activities: BTreeMap<Activity, ActivityRules>,
    /// Clocks, in business days of the operator's calendar unless the unit says otherwise.
    pub clocks: BTreeMap<Name, Clock>,
    /// Days for which a claim on a subscription that is not known yet is retried.
    pub unknown_subscription_days: Sourced<u32>,
    /// Which workloads a product of a subscription brings, as names of lists. A product that is not here brings the workload with its own name.
    pub products: BTreeMap<Name, Sourced<Vec<Name>>>,
    /// What proof of execution must show.
    pub proof: ProofRules,
    /// The reasons that decisions name.
    pub reasons: ReasonRules,
    /// The operator's calendar, for clocks in business days.
    pub calendar: Calendar,
}

/// What can be claimed with an activity, and what it feeds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivityRules {
    /// A title for people.
    pub title: String,
    /// The solution area that it is claimed in.
    pub solution_area: String,
    /// The attach type of the ties that it makes.
    pub attach: AttachType,
    /// When to choose it, in words for partners.
    pub choose_when: String,
    /// What it is claimed on.
    pub scope: ClaimScope,
    /// The lists of workloads that can be claimed.
    pub claimable: Sourced<Vec<Name>>,
    /// The list of workloads to whose usage it ties; none: any.
    #[serde(default)]
    pub workloads: Option<Sourced<Name>>,
    /// Months after approval from which the activity also makes a revenue association.
    #[serde(default)]
    pub revenue_lag_months: Option<Sourced<i32>>,
    /// Agreements that the subscription may have; none: any.
    #[serde(default)]
    pub agreements: Option<Sourced<Vec<Agreement>>>,
    /// States that the subscription may be in.
    pub statuses: Sourced<Vec<Name>>,
    /// Whether proof of execution is required.
    pub proof_required: Sourced<bool>,
    /// Fields that a claim must fill in besides those that every claim must: `seller`, `isv-product`.
    #[serde(default)]
    pub asks: Option<Sourced<Vec<Name>>>,
    /// Whether the activity can earn an incentive.
    pub incentive: Sourced<bool>,
    /// The metrics that it feeds, as `area/metric`.
    pub feeds: Sourced<Vec<String>>,
}

/// What an activity is claimed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClaimScope {
    /// A workload of a tenant.
    TenantWorkload,
    /// A product of a subscription.
    SubscriptionProduct,
}

/// A clock of the claim process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// The number of days.
    pub days: u32,
    /// `business-days` or `days`.
    pub unit: Name,
    /// What happens when it runs out.
    pub then: String,
    /// Where it comes from.
    pub source: String,
    /// Where sources leave a choice: the reading taken.
    #[serde(default)]
    pub choice: Option<String>,
}

/// Certified people. File: `associations/people.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PeopleRules {
    /// Which of a person's links decides.
    pub link: Sourced<LinkPick>,
    /// Links that a person may make in a year.
    pub links_per_year: Sourced<u32>,
    /// How the year is counted.
    pub year: Sourced<LinkYear>,
    /// Days between two links.
    pub cool_off_days: Sourced<u32>,
    /// Months after the month of a leaver's report in which the person drops out.
    pub leaver_drops_after_months: Sourced<u32>,
    /// The day of that month.
    pub leaver_drops_on_day: Sourced<u32>,
    /// Whether the grace of a retired certification extends an expired certificate.
    pub grace_extends_expiry: Sourced<bool>,
}

/// Which of a person's links decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LinkPick {
    /// The latest; a link that ended does not bring an earlier one back.
    Latest,
}

/// How the year of links is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LinkYear {
    /// The twelve months that end with the day of the link.
    Trailing,
}
