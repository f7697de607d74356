//! What a row must satisfy beyond its cells.

use super::{
    Certification, Claim, Consumption, Csp, Customer, Enrolment, ExchangeRate, GroupMember, ManagementGroup, PalLink, Partner,
    PartnerOfRecord, Person, Principal, ResourceOwner, Revenue, RoleAssignment, Subscription, WorkloadUsage,
};
use crate::amount::Amount;
use crate::cells::CellProblem;
use crate::words::{ClaimState, Grain};

/// A row that may be refused although each of its cells can be read.
pub trait Check {
    /// Checks the row.
    ///
    /// # Errors
    /// The first thing that does not fit.
    fn check(&self) -> Result<(), CellProblem> {
        Ok(())
    }
}

macro_rules! no_further_check {
    ($($row:ty),*) => { $( impl Check for $row {} )* };
}
no_further_check!(
    Partner,
    Customer,
    Subscription,
    Principal,
    GroupMember,
    PalLink,
    RoleAssignment,
    ManagementGroup,
    ResourceOwner,
    Csp,
    WorkloadUsage,
    Revenue,
    Person,
    Certification,
    Enrolment
);

impl Check for PartnerOfRecord {
    fn check(&self) -> Result<(), CellProblem> {
        if self.subscription_id.is_some() || (self.tenant_id.is_some() && self.product.is_some()) {
            return Ok(());
        }
        Err(CellProblem {
            column: "subscription_id",
            value: String::new(),
            message: "the row names neither a subscription nor a tenant with a product".to_owned(),
            cure: "fill in `subscription_id`, or both `tenant_id` and `product`".to_owned(),
        })
    }
}

impl Check for Claim {
    fn check(&self) -> Result<(), CellProblem> {
        match self.state {
            Some(state @ (ClaimState::Ended | ClaimState::Superseded)) if self.ended_on.is_none() => Err(CellProblem {
                column: "ended_on",
                value: String::new(),
                message: format!("the claim is `{}` but has no day on which it ended", state.as_str()),
                cure: "fill in `ended_on`: the first day on which the claim does not hold any more".to_owned(),
            }),
            _ => Ok(()),
        }
    }
}

impl Check for Consumption {
    fn check(&self) -> Result<(), CellProblem> {
        if self.grain == Grain::Month && self.usage_date != self.usage_date.month().first_day() {
            return Err(CellProblem {
                column: "usage_date",
                value: self.usage_date.to_string(),
                message: "a row of a month carries the first day of the month".to_owned(),
                cure: format!("write {}, or leave `grain` blank if the row is of a day", self.usage_date.month().first_day()),
            });
        }
        Ok(())
    }
}

impl Check for ExchangeRate {
    fn check(&self) -> Result<(), CellProblem> {
        if self.usd_per_unit > Amount::ZERO {
            return Ok(());
        }
        Err(CellProblem {
            column: "usd_per_unit",
            value: self.usd_per_unit.to_string(),
            message: "a rate is more than zero".to_owned(),
            cure: "write how many US dollars one unit of the currency is worth, such as 1.1234".to_owned(),
        })
    }
}
