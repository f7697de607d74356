//! Who acts, and for whom.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::names::Name;
use crate::words::words;

words! {
    /// A role that a user has in an organisation.
    Role {
        /// Runs a partner's account.
        AccountAdmin = "account-admin",
        /// Makes claims and associations for a partner, and sees what they earn.
        IncentiveAdmin = "incentive-admin",
        /// Makes claims and associations for a partner.
        IncentiveUser = "incentive-user",
        /// Reads a partner's reports, without revenue and persons.
        ReportViewer = "report-viewer",
        /// Reads all of a partner's reports.
        ExecutiveReportViewer = "executive-report-viewer",
        /// Owns a customer's tenant.
        GlobalAdmin = "global-admin",
        /// Runs services of a customer's tenant.
        ServiceAdmin = "service-admin",
        /// Shares the running of a customer's subscription.
        CoAdmin = "co-admin",
        /// Reads in a customer's tenant.
        Reader = "reader",
        /// Decides on claims for the operator.
        Reviewer = "reviewer",
        /// Keeps the operator's registers and rules.
        ProgramManager = "program-manager",
        /// Helps partners and customers, and decides nothing.
        Support = "support",
        /// Reads everything, and changes nothing.
        Auditor = "auditor",
    }
}

/// The organisation that somebody acts for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Organisation {
    /// A partner's global account.
    Partner(Name),
    /// A customer's tenant.
    Customer(Name),
    /// Who runs the program.
    Operator,
}

/// An identity in a customer's tenant, as a bearer token names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The tenant that the identity is signed in to.
    pub tenant_id: Name,
    /// The identity's object id there.
    pub object_id: Name,
}

/// Who acts: a user with roles in one organisation, or an identity in a customer's tenant, or a person, or several of these at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The name that events keep.
    pub user: Name,
    /// The organisation that the user acts for; an identity alone acts for none.
    pub organisation: Option<Organisation>,
    /// The user's roles there.
    pub roles: BTreeSet<Role>,
    /// The one location of the partner that the user is limited to.
    pub location: Option<Name>,
    /// The identity that is signed in.
    pub identity: Option<Identity>,
    /// The certified person that the user is.
    pub person_id: Option<Name>,
}

impl Actor {
    /// A user of an organisation.
    #[must_use]
    pub fn new(user: &str, organisation: Organisation, roles: impl IntoIterator<Item = Role>) -> Self {
        let (user, roles) = (Name::new(user), roles.into_iter().collect());
        Self { user, organisation: Some(organisation), roles, location: None, identity: None, person_id: None }
    }

    /// The program itself: jobs that move what a clock has run out for.
    #[must_use]
    pub fn clockwork() -> Self {
        Self::new("counterfoil", Organisation::Operator, [])
    }

    /// Whether the actor is the program itself.
    #[must_use]
    pub fn is_clockwork(&self) -> bool {
        self.user.as_str() == "counterfoil"
    }
}
