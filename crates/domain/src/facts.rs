//! Facts: what we were told. One row type for each table of the exchange format (a *dataset folder*).

/// What a row must satisfy beyond its cells.
mod checks;

/// The rows of a table, shared between copies of a program.
mod rows;

pub use rows::Rows;

use checks::Check;
use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::cells::{Cell, CellProblem, Column, Row, read_cell};
use crate::names::Name;
use crate::time::{Day, Interval, Month};
use crate::words::{Activity, Agreement, Capacity, ClaimState, Cloud, Flag, Grain, PartnerKind, PrincipalKind, Tier};

/// Declares the tables: the row types with their columns, and [`Program`], which holds the rows of all of them.
macro_rules! tables {
    ($( $(#[doc = $doc:literal])* $table:ident: $row:ident {
        required { $( $(#[doc = $need_doc:literal])* $need:ident: $need_type:ty, )* }
        optional { $( $(#[doc = $may_doc:literal])* $may:ident: $may_type:ty, )* }
    } )*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
            #[serde(deny_unknown_fields)]
            pub struct $row {
                $( $(#[doc = $need_doc])* pub $need: $need_type, )*
                $( $(#[doc = $may_doc])* #[serde(default)] pub $may: $may_type, )*
            }

            impl Row for $row {
                const TABLE: &'static str = stringify!($table);
                const COLUMNS: &'static [Column] = &[
                    $( Column {
                        name: stringify!($need),
                        kind: <$need_type as Cell>::KIND,
                        required: true,
                        meaning: concat!($( $need_doc ),*).trim_ascii(),
                    }, )*
                    $( Column {
                        name: stringify!($may),
                        kind: <$may_type as Cell>::KIND,
                        required: false,
                        meaning: concat!($( $may_doc ),*).trim_ascii(),
                    }, )*
                ];
                const MEANING: &'static str = concat!($( $doc ),*).trim_ascii();

                fn read(cells: &[Option<&str>]) -> Result<Self, CellProblem> {
                    let mut cells = cells.iter().copied();
                    let row = Self {
                        $( $need: read_cell(stringify!($need), cells.next().flatten())?, )*
                        $( $may: read_cell(stringify!($may), cells.next().flatten())?, )*
                    };
                    row.check()?;
                    Ok(row)
                }

                fn write(&self) -> Vec<Option<String>> {
                    vec![ $( self.$need.write(), )* $( self.$may.write(), )* ]
                }
            }
        )*

        /// The facts of a program: the rows of every table.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct Program {
            $( $(#[doc = $doc])* pub $table: Rows<$row>, )*
        }

        /// The tables of the exchange format with their columns, in the order of [`Program`].
        pub const TABLES: &[(&str, &[Column])] = &[ $( (stringify!($table), $row::COLUMNS), )* ];

        /// What the tables of the exchange format hold, in the same order.
        pub const MEANINGS: &[(&str, &str)] = &[ $( (stringify!($table), $row::MEANING), )* ];
    };
}

tables! {
    /// Partner accounts: locations, and the global accounts that they roll up to.
    partners: Partner {
        required {
            /// The partner (location) ID.
            partner_id: Name,
            /// The global account that the location rolls up to.
            global_partner_id: Name,
            /// The company's name, a label.
            name: String,
        }
        optional {
            /// The country of the location.
            country: Option<String>,
            /// A location (default) or a global account.
            kind: PartnerKind,
            /// Whether the account is open; blank: open.
            active: Flag,
        }
    }

    /// Customer tenants.
    customers: Customer {
        required {
            /// The tenant's GUID: the identity of a customer.
            tenant_id: Name,
            /// The customer's name, a label.
            name: String,
        }
        optional {
            /// The tenant's domains, separated by `;`.
            domains: Option<String>,
            /// The customer's country.
            country: Option<String>,
            /// The cloud that the tenant lives in.
            cloud: Cloud,
            /// The customer's segment (`enterprise`, `smb`, …).
            segment: Option<Name>,
        }
    }

    /// Subscriptions of customers.
    subscriptions: Subscription {
        required {
            /// The subscription's GUID.
            subscription_id: Name,
            /// The customer's tenant.
            tenant_id: Name,
        }
        optional {
            /// What was bought; attribution knows `office-365` by name.
            product: Option<Name>,
            /// The licence agreement.
            agreement: Option<Agreement>,
            /// `active`, `in-grace`, `suspended`, `disabled`, `deleted`.
            status: Option<Name>,
            /// First day of the subscription.
            starts_on: Option<Day>,
            /// First day after the subscription.
            ends_on: Option<Day>,
            /// The subscription that this one replaced.
            predecessor_id: Option<Name>,
        }
    }

    /// Users, guests, service principals, groups and delegated identities in customer tenants.
    principals: Principal {
        required {
            /// The customer's tenant.
            tenant_id: Name,
            /// The principal's object id.
            principal_id: Name,
        }
        optional {
            /// What the principal is; blank: a user.
            kind: PrincipalKind,
            /// A label.
            name: Option<String>,
            /// First day on which the principal does not exist any more.
            deleted_on: Option<Day>,
        }
    }

    /// Memberships in groups; a member may be a group.
    group_members: GroupMember {
        required {
            /// The customer's tenant.
            tenant_id: Name,
            /// The group's object id.
            group_id: Name,
            /// The member's object id.
            principal_id: Name,
            /// First day of the membership.
            from: Day,
        }
        optional {
            /// First day after the membership.
            to: Option<Day>,
        }
    }

    /// Partner admin links: a principal in a customer tenant, tied to a partner location.
    pal_links: PalLink {
        required {
            /// The customer's tenant.
            tenant_id: Name,
            /// The linked principal's object id.
            principal_id: Name,
            /// The partner location.
            partner_id: Name,
            /// First day of the link.
            linked_on: Day,
        }
        optional {
            /// First day after the link.
            unlinked_on: Option<Day>,
        }
    }

    /// Roles that principals and groups hold on Azure scopes.
    role_assignments: RoleAssignment {
        required {
            /// The customer's tenant.
            tenant_id: Name,
            /// The principal or group that holds the role.
            principal_id: Name,
            /// The role's name, as spelled.
            role: String,
            /// The ARM id of the scope: `/`, management group, subscription, resource group or resource.
            scope: Name,
            /// First day of the assignment.
            assigned_on: Day,
        }
        optional {
            /// First day after the assignment.
            removed_on: Option<Day>,
        }
    }

    /// What management groups hold: management groups and subscriptions.
    management_groups: ManagementGroup {
        required {
            /// The customer's tenant.
            tenant_id: Name,
            /// The group's name, or its ARM id.
            management_group_id: Name,
            /// ARM id of a management group or a subscription.
            child: Name,
        }
        optional {
            /// First day on which the group holds the child; blank: always.
            from: Option<Day>,
            /// First day on which it does not any more.
            to: Option<Day>,
        }
    }

    /// Owners of Power Platform and Customer Insights resources.
    resource_owners: ResourceOwner {
        required {
            /// The customer's tenant.
            tenant_id: Name,
            /// `power-apps`, `power-automate`, `power-bi` or `customer-insights`.
            product: Name,
            /// The app, flow, dataset or instance.
            resource_id: Name,
            /// The owner's object id.
            principal_id: Name,
            /// What makes the principal the owner.
            capacity: Capacity,
            /// First day of the ownership.
            from: Day,
        }
        optional {
            /// The environment; only `production` counts, which a blank cell means.
            environment: Option<Name>,
            /// First day after the ownership.
            to: Option<Day>,
        }
    }

    /// Partners of record (DPOR), on a subscription, or on a tenant's product.
    partner_of_record: PartnerOfRecord {
        required {
            /// The partner location.
            partner_id: Name,
            /// First day as partner of record.
            from: Day,
        }
        optional {
            /// The subscription; or else the tenant and the product are given.
            subscription_id: Option<Name>,
            /// The tenant, for a product that is held by the whole tenant.
            tenant_id: Option<Name>,
            /// The product, with the tenant.
            product: Option<Name>,
            /// First day after.
            to: Option<Day>,
        }
    }

    /// Who sells a subscription (CSP).
    csp: Csp {
        required {
            /// The subscription.
            subscription_id: Name,
            /// The partner location.
            partner_id: Name,
            /// The partner's place in the chain.
            tier: Tier,
            /// First day of the sale.
            from: Day,
        }
        optional {
            /// First day after.
            to: Option<Day>,
        }
    }

    /// Claims to be partner of record (CPOR).
    claims: Claim {
        required {
            /// The claim's id.
            claim_id: Name,
            /// The partner location.
            partner_id: Name,
            /// The customer's tenant.
            tenant_id: Name,
            /// What is claimed.
            activity: Activity,
        }
        optional {
            /// The workload or product.
            workload: Option<Name>,
            /// The subscription, where the activity is claimed per subscription.
            subscription_id: Option<Name>,
            /// The day of submission; it matters for incentives only.
            submitted_on: Option<Day>,
            /// First day on which the approved claim holds.
            approved_on: Option<Day>,
            /// First day on which it does not any more.
            ended_on: Option<Day>,
            /// The claim's state.
            state: Option<ClaimState>,
        }
    }

    /// Azure consumption: consumed revenue (ACR) by day or month.
    consumption: Consumption {
        required {
            /// The day; the first of the month where `grain` is `month`.
            usage_date: Day,
            /// The customer's tenant.
            tenant_id: Name,
            /// The subscription.
            subscription_id: Name,
            /// The service (Service Level 2), as spelled.
            service: String,
            /// Azure consumed revenue, US dollars, exact; refunds are negative.
            acr_usd: Amount,
        }
        optional {
            /// The ARM id of the resource.
            resource_id: Option<Name>,
            /// The offer; some are no consumption.
            offer: Option<Name>,
            /// Whether the row is of a day (default) or of a month.
            grain: Grain,
        }
    }

    /// Use of Microsoft 365, Power Platform and Dynamics 365 workloads, by month.
    workload_usage: WorkloadUsage {
        required {
            /// The month.
            month: Month,
            /// The customer's tenant.
            tenant_id: Name,
            /// The workload.
            workload: Name,
        }
        optional {
            /// The subscription.
            subscription_id: Option<Name>,
            /// The app, flow, dataset or instance.
            resource_id: Option<Name>,
            /// Seats paid for.
            paid_seats: Amount,
            /// Users active in the month.
            active_users: Amount,
            /// Units of workloads that are not counted in users.
            quantity: Amount,
        }
    }

    /// Revenue of Business Applications, by month.
    revenue: Revenue {
        required {
            /// The month.
            month: Month,
            /// The customer's tenant.
            tenant_id: Name,
            /// The workload.
            workload: Name,
            /// Revenue, US dollars, exact.
            revenue_usd: Amount,
        }
        optional {
            /// The subscription.
            subscription_id: Option<Name>,
        }
    }

    /// Certified people and the partner that they linked their learning profile to.
    people: Person {
        required {
            /// The person.
            person_id: Name,
            /// The partner location.
            partner_id: Name,
            /// First day of the link.
            linked_on: Day,
        }
        optional {
            /// A label.
            name: Option<String>,
            /// First day after the link.
            unlinked_on: Option<Day>,
        }
    }

    /// Certificates that people hold.
    certifications: Certification {
        required {
            /// The person.
            person_id: Name,
            /// The certification's id: the exam code.
            certification: Name,
            /// The day on which it was earned.
            earned_on: Day,
        }
        optional {
            /// First day on which it is not valid any more.
            expires_on: Option<Day>,
        }
    }

    /// Enrolments of global accounts in a designation.
    enrolments: Enrolment {
        required {
            /// The global account.
            global_partner_id: Name,
            /// The area.
            area: Name,
            /// The day of enrolment.
            enrolled_on: Day,
            /// The last day of the enrolment.
            anniversary_on: Day,
        }
        optional {}
    }

    /// What a unit of a currency is worth, one rate for a whole month: applied when amounts of that month are imported.
    exchange_rates: ExchangeRate {
        required {
            /// The month.
            month: Month,
            /// The currency's code, such as `CHF`.
            currency: Name,
            /// US dollars for one unit, more than zero.
            usd_per_unit: Amount,
        }
        optional {}
    }
}

impl Consumption {
    /// The day on which ties are tested: the row's day, for a month its last day.
    #[must_use]
    pub fn tested_day(&self) -> Day {
        match self.grain {
            Grain::Day => self.usage_date,
            Grain::Month => self.usage_date.month().last_day(),
        }
    }
}

macro_rules! held {
    ($($row:ty: $from:ident, $to:ident;)*) => {$(
        impl $row {
            /// The days on which the row holds.
            #[must_use]
            pub fn held(&self) -> Interval {
                Interval::new(self.$from, self.$to)
            }
        }
    )*};
}
held! {
    GroupMember: from, to;
    PalLink: linked_on, unlinked_on;
    RoleAssignment: assigned_on, removed_on;
    ResourceOwner: from, to;
    PartnerOfRecord: from, to;
    Csp: from, to;
    Person: linked_on, unlinked_on;
    Certification: earned_on, expires_on;
}

impl ManagementGroup {
    /// The days on which the group holds the child.
    #[must_use]
    pub fn held(&self) -> Interval {
        Interval { from: self.from.unwrap_or(Day::ALWAYS), to: self.to.unwrap_or(Day::NEVER) }
    }
}

impl Claim {
    /// The days on which the claim holds; nothing for a claim that was never approved or whose end is unknown.
    #[must_use]
    pub fn held(&self) -> Option<Interval> {
        let from = self.approved_on?;
        let is_held = match self.state {
            None | Some(ClaimState::Approved) => true,
            Some(ClaimState::Ended | ClaimState::Superseded) => self.ended_on.is_some(),
            Some(_) => false,
        };
        is_held.then(|| Interval::new(from, self.ended_on))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_back_what_it_wrote() {
        let cells = [Some("2024-03-01"), Some("T1"), Some(" S1 "), Some("Key Vault"), Some("1.50"), None, Some("Support"), Some("month")];
        let row = Consumption::read(&cells).unwrap();
        assert_eq!(row.tested_day().to_string(), "2024-03-31");
        let written = row.write();
        let cells: Vec<_> = written.iter().map(Option::as_deref).collect();
        assert_eq!(Consumption::read(&cells).unwrap(), row);
    }

    #[test]
    fn a_partner_of_record_needs_a_subscription_or_a_tenant_with_a_product() {
        assert!(PartnerOfRecord::read(&[Some("1"), Some("2024-01-01"), None, Some("t"), None, None]).is_err());
        assert!(PartnerOfRecord::read(&[Some("1"), Some("2024-01-01"), None, Some("t"), Some("office-365"), None]).is_ok());
    }

    #[test]
    fn an_ended_claim_without_its_end_is_refused() {
        let cells = |state| [Some("c"), Some("1"), Some("t"), Some("osa"), None, None, None, Some("2024-01-01"), None, Some(state)];
        assert!(Claim::read(&cells("ended")).is_err());
        assert!(Claim::read(&cells("approved")).is_ok());
    }
}
