//! The rules of designations: areas, tracks, metrics and their parts. Files: `designations/*.toml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::attach::AttachSet;
use crate::fraction::Fraction;
use crate::names::Name;
use crate::rulebook::Sourced;
use crate::time::{Day, Interval};

/// The rules of one area, which is one designation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AreaRules {
    /// The area's name: `data-ai`.
    pub area: Name,
    /// The designation's title.
    pub title: String,
    /// How the track is chosen; none: there is one track without a name.
    #[serde(default)]
    pub choice: Option<TrackChoice>,
    /// The tracks, in alphabetical order.
    pub tracks: Vec<TrackRules>,
}

/// How the track is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "by", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(clippy::large_enum_variant, reason = "an area has one, and a program has six")]
pub enum TrackChoice {
    /// The track with the most points; on a tie the qualified one, then the first. With `prefer_qualified` a track that
    /// qualifies goes before one with more points that does not.
    BestTotal {
        /// `true` is the other value of the choice, `best-qualified`.
        prefer_qualified: Sourced<bool>,
    },
    /// `above` when enough pairs of tenant and workload have credited revenue over a limit, in the scored month and in the
    /// same month a year earlier; else `below`.
    RevenueClass {
        /// The track with enough pairs.
        above: Name,
        /// The other track.
        below: Name,
        /// How many pairs are enough.
        pairs: Sourced<i64>,
        /// Revenue of a pair must be over this, US dollars.
        revenue_over_usd: Sourced<Amount>,
        /// The list of revenue workloads.
        workloads: Name,
        /// The attach types that credit revenue.
        accepts: Sourced<AttachSet>,
    },
}

/// A track of an area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrackRules {
    /// The track's name; none where the area has no tracks.
    #[serde(default)]
    pub track: Option<Name>,
    /// The metrics, in the order of [`MetricName`].
    pub metrics: Vec<MetricRule>,
}

/// The metrics, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MetricName {
    /// Performance: customers won less customers lost.
    NetCustomerAdds,
    /// Skilling: people with intermediate certifications.
    IntermediateCertifications,
    /// Skilling: people with advanced certifications.
    AdvancedCertifications,
    /// Customer success: growth of usage.
    UsageGrowth,
    /// Customer success: deployments.
    Deployments,
}

impl MetricName {
    /// The word of the metric in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NetCustomerAdds => "net-customer-adds",
            Self::IntermediateCertifications => "intermediate-certifications",
            Self::AdvancedCertifications => "advanced-certifications",
            Self::UsageGrowth => "usage-growth",
            Self::Deployments => "deployments",
        }
    }

    /// The name that pages show.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::NetCustomerAdds => "Net customer adds",
            Self::IntermediateCertifications => "Intermediate certifications",
            Self::AdvancedCertifications => "Advanced certifications",
            Self::UsageGrowth => "Usage growth",
            Self::Deployments => "Deployments",
        }
    }
}

/// A metric: what is measured and what it is worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricRule {
    /// Which metric.
    pub metric: MetricName,
    /// The most points that it can give.
    pub max: Sourced<i64>,
    /// How the parts make the metric.
    #[serde(default)]
    pub combine: Combine,
    /// Where the way to combine comes from, with the reading taken where there is a choice.
    #[serde(default)]
    pub combine_source: Option<Sourced<String>>,
    /// The parts; a metric without parts has one, without a name.
    pub parts: Vec<PartRule>,
}

/// How the parts of a metric make the metric.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Combine {
    /// There is one part.
    #[default]
    One,
    /// The part with the most points, the first on a tie; its value is the metric's.
    Best,
    /// Parts are floored at zero and added; the value is the sum of the floored values.
    AddUnits,
    /// Parts are floored at zero and added; the value is the sum of the floored parts' points.
    AddPoints,
}

/// A part of a metric: one measurement and its points per unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartRule {
    /// The part's name; none for the only part of a metric.
    #[serde(default)]
    pub part: Option<Name>,
    /// Points for one unit of the value.
    pub points_per_unit: Sourced<Fraction>,
    /// What is measured.
    pub measure: PartKind,
}

/// The kinds of measurement. `M` is the scored month; `d12` is the value at M less the value at M−12.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PartKind {
    /// d12 of the number of tenants whose credited consumption passes a test.
    ConsumingCustomers {
        /// The attach types that credit.
        accepts: Sourced<AttachSet>,
        /// The list of services that count; none: every service.
        #[serde(default)]
        services: Option<Name>,
        /// The least consumption, US dollars.
        minimum_usd: Sourced<Amount>,
        /// How many months are looked at, the scored one last.
        months: Sourced<i32>,
        /// Whether one of the months must pass by itself, or their sum.
        test: Sourced<MonthsTest>,
    },
    /// Growth of the consumption of `months` months over the same months a year earlier.
    ConsumptionGrowth {
        /// The attach types that credit.
        accepts: Sourced<AttachSet>,
        /// The list of services that count; none: every service.
        #[serde(default)]
        services: Option<Name>,
        /// How many months are added up.
        months: Sourced<i32>,
        /// Percent, or dollars.
        growth_in: Sourced<GrowthIn>,
        /// The least total of the current months for a growth in percent, US dollars.
        #[serde(default)]
        minimum_total_usd: Option<Sourced<Amount>>,
        /// The value when the base is zero or less, for a growth in percent.
        #[serde(default)]
        base_zero: Option<Sourced<i64>>,
    },
    /// The number of services with consumption in `months` months; a level, not a change.
    DistinctServices {
        /// The attach types that credit.
        accepts: Sourced<AttachSet>,
        /// How many months are looked at.
        months: Sourced<i32>,
        /// The list of services that do not count.
        excluded: Sourced<Name>,
        /// What makes a service count.
        positive: Sourced<Positive>,
    },
    /// d12 of the number of tenants with a workload whose paid seats (and activity, if asked) are in range.
    SeatedCustomers {
        /// The seats asked for.
        seats: SeatsTest,
        /// The least share of active users in paid seats; none: not asked.
        #[serde(default)]
        active_share: Option<Sourced<Fraction>>,
    },
    /// Growth of active users over pairs of tenant and workload, counted from the first covered month.
    ActiveUserGrowth {
        /// The attach types of the option.
        accepts: Sourced<AttachSet>,
        /// The seats that put a tenant in the track.
        seats: SeatsTest,
        /// What the users are compared with.
        base: Sourced<UserBase>,
    },
    /// Net number of tenants with an active workload.
    ActiveDeployments {
        /// The attach types of the option.
        accepts: Sourced<AttachSet>,
        /// The seats that put a tenant in the track.
        seats: SeatsTest,
        /// The least share of active users in paid seats.
        active_share: Sourced<Fraction>,
        /// When a pair that was active before does not count.
        already_passing: Sourced<AlreadyPassing>,
        /// Over what the share is taken.
        ratio_over: Sourced<Over>,
    },
    /// d12 of the active users with a paid seat, over pairs of tenant and workload.
    ProtectedUserGrowth {
        /// The attach types that credit.
        accepts: Sourced<AttachSet>,
        /// The list of workloads.
        workloads: Name,
        /// What a protected user is.
        protected_users: Sourced<ProtectedUsers>,
    },
    /// d12 of the number of pairs of tenant and workload with enough revenue in the month.
    RevenuePairs {
        /// The attach types that credit.
        accepts: Sourced<AttachSet>,
        /// The list of revenue workloads.
        workloads: Name,
        /// The least revenue of a pair, US dollars.
        minimum_usd: Sourced<Amount>,
    },
    /// Growth in percent of the monthly customer value (MCV) of all pairs.
    McvGrowth {
        /// The attach types that credit, by family of the rate card.
        accepts: BTreeMap<Name, Sourced<AttachSet>>,
        /// The least value a year earlier.
        minimum_base: Sourced<Amount>,
    },
    /// d12 of the number of pairs of tenant and rate-card row with enough value (MCV) in the month.
    McvDeployments {
        /// The attach types that credit, by family of the rate card.
        accepts: BTreeMap<Name, Sourced<AttachSet>>,
        /// The least value of a pair.
        minimum: Sourced<Amount>,
    },
    /// The number of people in the scoring step, when every gate is met.
    CertifiedPeople {
        /// The gates.
        #[serde(default)]
        gates: Vec<Gate>,
        /// Certifications of the scoring step.
        scoring: Vec<Scoring>,
    },
}

/// Whether one of several months must pass a test by itself, or their sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MonthsTest {
    /// One month by itself.
    AnyMonth,
    /// The sum of the months.
    Sum,
}

/// The unit of a growth of consumption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GrowthIn {
    /// Percent of the base.
    Percent,
    /// US dollars.
    Dollars,
}

/// What makes a service count as used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Positive {
    /// The sum of all its rows is above zero.
    Sum,
}

/// Paid seats of a pair of tenant and workload that a tenant needs on at least one workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeatsTest {
    /// The attach types that credit the seats.
    pub accepts: Sourced<AttachSet>,
    /// The lists of workloads that count.
    pub workloads: Vec<Name>,
    /// The least number of seats, included; none: any.
    #[serde(default)]
    pub from: Option<Sourced<i64>>,
    /// The number of seats that must be exceeded; none: none need be.
    #[serde(default)]
    pub above: Option<Sourced<i64>>,
    /// The greatest number of seats, included; none: any.
    #[serde(default)]
    pub up_to: Option<Sourced<i64>>,
    /// Over what seats are counted.
    pub over: Sourced<Over>,
}

/// Over what seats or shares are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Over {
    /// Each workload by itself.
    Workload,
}

/// What active users are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UserBase {
    /// The first month in which the association covers the pair.
    FirstCoveredMonth,
    /// The month before that one.
    MonthBefore,
    /// The same month a year earlier.
    SameMonthLastYear,
}

/// When a pair counts as active before the association.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AlreadyPassing {
    /// When it is active in the first covered month and that month is within the year.
    FirstCoveredMonth,
}

/// What a protected user is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProtectedUsers {
    /// An active user with a paid seat: the lesser of the two numbers.
    Min,
}

/// A gate: people who must hold a certification before the scoring step counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// How many people.
    pub people: i64,
    /// One of these certifications.
    pub any_of: Vec<Name>,
    /// The first day on which the gate holds; none: always.
    #[serde(default)]
    pub from: Option<Day>,
    /// The first day on which it does not any more.
    #[serde(default)]
    pub until: Option<Day>,
    /// Where the gate comes from.
    pub source: String,
}

impl Gate {
    /// Whether the gate holds on a day.
    #[must_use]
    pub fn holds_on(&self, day: Day) -> bool {
        Interval { from: self.from.unwrap_or(Day::ALWAYS), to: self.until.unwrap_or(Day::NEVER) }.holds_on(day)
    }
}

/// A certification of the scoring step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scoring {
    /// Certifications, by id.
    pub any_of: Vec<Name>,
    /// The first day on which they score; none: always.
    #[serde(default)]
    pub from: Option<Day>,
    /// The first day on which they do not any more.
    #[serde(default)]
    pub until: Option<Day>,
    /// Where the list comes from.
    pub source: String,
}

impl Scoring {
    /// Whether the list holds on a day.
    #[must_use]
    pub fn holds_on(&self, day: Day) -> bool {
        Interval { from: self.from.unwrap_or(Day::ALWAYS), to: self.until.unwrap_or(Day::NEVER) }.holds_on(day)
    }
}
