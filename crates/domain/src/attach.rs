//! Attach types: the kinds of tie through which usage is credited.

use serde::{Deserialize, Serialize};

/// The kind of tie through which a row of usage is credited to a partner.
///
/// The order is the order of priority within a partner: partner admin link before partner of record before resale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AttachType {
    /// Partner admin link.
    Pal,
    /// Transacting partner of record; no table records it, its place in the order is kept.
    Tpor,
    /// Partner of record, set by the customer.
    Dpor,
    /// Reseller that buys from the vendor.
    #[serde(rename = "csp-tier-1")]
    CspTier1,
    /// Reseller that buys from a provider.
    #[serde(rename = "csp-tier-2")]
    CspTier2,
    /// Claim: usage of Microsoft 365 workloads.
    #[serde(rename = "cpor-osu-m365")]
    CporOsuM365,
    /// Claim: usage association of Microsoft 365 workloads.
    CporUsageAssociation,
    /// Claim: presales of business applications.
    CporOsa,
    /// Claim: revenue association.
    CporRevrec,
    /// Claim: usage of business applications.
    CporOsuBizapps,
}

impl AttachType {
    /// Every attach type, by priority.
    pub const ALL: [Self; 10] = [
        Self::Pal,
        Self::Tpor,
        Self::Dpor,
        Self::CspTier1,
        Self::CspTier2,
        Self::CporOsuM365,
        Self::CporUsageAssociation,
        Self::CporOsa,
        Self::CporRevrec,
        Self::CporOsuBizapps,
    ];

    /// The word of the attach type in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pal => "pal",
            Self::Tpor => "tpor",
            Self::Dpor => "dpor",
            Self::CspTier1 => "csp-tier-1",
            Self::CspTier2 => "csp-tier-2",
            Self::CporOsuM365 => "cpor-osu-m365",
            Self::CporUsageAssociation => "cpor-usage-association",
            Self::CporOsa => "cpor-osa",
            Self::CporRevrec => "cpor-revrec",
            Self::CporOsuBizapps => "cpor-osu-bizapps",
        }
    }

    /// The name that reports show. Source: Azure usage report, `PartnerAttributionType`.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Pal => "Partner admin link",
            Self::Tpor => "Transacting partner of record",
            Self::Dpor => "Partner of record",
            Self::CspTier1 => "CSP Tier 1",
            Self::CspTier2 => "CSP Tier 2",
            Self::CporOsuM365 => "CPOR OSU Microsoft 365",
            Self::CporUsageAssociation => "CPOR usage association",
            Self::CporOsa => "CPOR OSA",
            Self::CporRevrec => "CPOR revenue association",
            Self::CporOsuBizapps => "CPOR OSU business applications",
        }
    }
}

impl std::fmt::Display for AttachType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A set of attach types.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(from = "Vec<AttachType>", into = "Vec<AttachType>")]
#[schemars(with = "Vec<AttachType>")]
pub struct AttachSet(u16);

impl AttachSet {
    /// No attach type.
    pub const NONE: Self = Self(0);

    /// The set of one attach type.
    #[must_use]
    pub const fn of(attach: AttachType) -> Self {
        Self(1 << attach as u16)
    }

    /// Both sets together.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the sets share an attach type.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the attach type is in the set.
    #[must_use]
    pub const fn has(self, attach: AttachType) -> bool {
        self.meets(Self::of(attach))
    }

    /// The attach types of the set, by priority.
    pub fn iter(self) -> impl Iterator<Item = AttachType> {
        AttachType::ALL.into_iter().filter(move |attach| self.has(*attach))
    }
}

impl From<Vec<AttachType>> for AttachSet {
    fn from(types: Vec<AttachType>) -> Self {
        types.into_iter().collect()
    }
}

impl From<AttachSet> for Vec<AttachType> {
    fn from(set: AttachSet) -> Self {
        set.iter().collect()
    }
}

impl FromIterator<AttachType> for AttachSet {
    fn from_iter<I: IntoIterator<Item = AttachType>>(types: I) -> Self {
        types.into_iter().fold(Self::NONE, |set, attach| set.or(Self::of(attach)))
    }
}
