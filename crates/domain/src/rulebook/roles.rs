//! Azure roles: which of them count for what, and why. File: `lists/azure-roles.toml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::names::Name;
use crate::rulebook::associations::RolePolicy;
use crate::rulebook::{Rulebook, Sourced, suggest};

/// Built-in roles of Azure, by whether they earn partner earned credit, and the roles that other policies name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AzureRoles {
    /// The roles whose names say that they may do anything, or anything but give rights.
    pub owner_contributor: Sourced<Vec<Name>>,
    /// The roles that only read.
    pub readers: Sourced<Vec<Name>>,
    /// Roles that are listed as eligible for partner earned credit, each with the id of its definition.
    pub earned_credit: Sourced<BTreeMap<String, Name>>,
    /// Roles that are listed as not eligible, each with the id of its definition.
    pub no_earned_credit: Sourced<BTreeMap<String, Name>>,
}

/// What a role can count for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Influenced consumption, and through it the points of designations.
    Influence,
    /// Financial incentives.
    Incentive,
    /// Partner earned credit (PEC).
    EarnedCredit,
}

/// Whether a role counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Counts {
    /// It counts.
    Yes,
    /// It does not.
    No,
    /// Nobody has published whether it does.
    NotPublished,
}

impl Counts {
    /// The answer in words.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::NotPublished => "not published",
        }
    }
}

/// Whether a role counts for a purpose, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RoleCount {
    /// What for.
    pub purpose: Purpose,
    /// Whether it counts.
    pub counts: Counts,
    /// Why.
    pub why: &'static str,
    /// Where this comes from.
    pub source: String,
    /// Where sources leave a choice: the reading taken, and the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
}

/// A role, and what it counts for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RoleExplained {
    /// The role's name.
    pub role: String,
    /// The id of its definition, when it is one of the listed ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Name>,
    /// What it counts for.
    pub counts: Vec<RoleCount>,
    /// The listed role whose name is most like this one, when this one is not listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

impl AzureRoles {
    /// The listed roles with the ids of their definitions, in alphabetical order.
    #[must_use]
    pub fn listed(&self) -> BTreeMap<&str, &Name> {
        let both = self.earned_credit.value.iter().chain(&self.no_earned_credit.value);
        both.map(|(role, id)| (role.as_str(), id)).collect()
    }

    /// The listed role of a name, in any case, or of the id of a definition, alone or at the end of its path.
    #[must_use]
    pub fn find(&self, role: &str) -> Option<(&str, &Name)> {
        let id = role.trim_end_matches('/').rsplit('/').next().unwrap_or(role).trim();
        let both = self.earned_credit.value.iter().chain(&self.no_earned_credit.value);
        let is_it = |listed: &str, of: &Name| listed.eq_ignore_ascii_case(role.trim()) || of.as_str().eq_ignore_ascii_case(id);
        both.map(|(listed, of)| (listed.as_str(), of)).find(|(listed, of)| is_it(listed, of))
    }
}

impl Rulebook {
    /// Whether a link's role lets consumption be credited.
    #[must_use]
    pub fn credits_role(&self, role: &str) -> bool {
        match self.associations.pal.roles.value {
            RolePolicy::Any => true,
            policy => self.counts_role(policy, role).0 == Counts::Yes,
        }
    }

    /// Everything that a role counts for; `role` is a name in any case, or the id of a definition.
    #[must_use]
    pub fn explain_role(&self, role: &str) -> RoleExplained {
        let listed = self.azure_roles.find(role);
        let name = listed.map_or_else(|| role.trim().to_owned(), |(name, _)| name.to_owned());
        let rules = &self.associations.pal;
        let purposes = [
            (Purpose::Influence, &rules.roles),
            (Purpose::Incentive, &rules.incentive_roles),
            (Purpose::EarnedCredit, &rules.earned_credit_roles),
        ];
        let count = |(purpose, policy): (Purpose, &Sourced<RolePolicy>)| {
            let (counts, why) = self.counts_role(policy.value, &name);
            RoleCount { purpose, counts, why, source: policy.source.clone(), choice: policy.choice.clone() }
        };
        let known = || self.azure_roles.listed().into_keys();
        RoleExplained {
            counts: purposes.map(count).into(),
            id: listed.map(|(_, id)| id.clone()),
            suggestion: if listed.is_none() { suggest::nearest(&name, known()).map(str::to_owned) } else { None },
            role: name,
        }
    }

    /// Whether a policy counts the role of a name, and why.
    fn counts_role(&self, policy: RolePolicy, role: &str) -> (Counts, &'static str) {
        let roles = &self.azure_roles;
        let name = Name::new(role);
        let is_in = |list: &BTreeMap<String, Name>| list.keys().any(|listed| listed.eq_ignore_ascii_case(name.as_str()));
        match policy {
            RolePolicy::Any => (Counts::Yes, "every role on a scope above the resource counts, Reader and custom roles too"),
            RolePolicy::OwnerContributor if roles.owner_contributor.value.contains(&name) => {
                (Counts::Yes, "incentives ask for the roles Owner or Contributor")
            }
            RolePolicy::OwnerContributor => (Counts::No, "incentives ask for the roles Owner or Contributor"),
            RolePolicy::NotReader if roles.readers.value.contains(&name) => (Counts::No, "every role but Reader counts"),
            RolePolicy::NotReader => (Counts::Yes, "every role but Reader counts"),
            RolePolicy::EarnedCredit if is_in(&roles.earned_credit.value) => {
                (Counts::Yes, "the published list has it among the roles that earn credit")
            }
            RolePolicy::EarnedCredit if is_in(&roles.no_earned_credit.value) => {
                (Counts::No, "the published list has it among the roles that earn no credit")
            }
            RolePolicy::EarnedCredit => (Counts::NotPublished, "it is a custom role, or one that the published list leaves out"),
        }
    }
}
