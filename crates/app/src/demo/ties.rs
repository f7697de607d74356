//! Associations: links with the roles that carry them, partners of record, resale chains, claims.

use domain::facts::{Claim, Csp, GroupMember, ManagementGroup, PalLink, PartnerOfRecord, Principal, RoleAssignment};
use domain::names::Name;
use domain::time::Day;
use domain::words::{Activity, ClaimState, PrincipalKind, Tier};

use super::estates::Estate;
use super::scene::{Scene, Tenant};

/// How a consultant's account comes to reach a customer's estate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A user of the customer's directory, Contributor on the subscriptions.
    User,
    /// A guest, Owner of the subscriptions.
    Guest,
    /// An application, with a role of its own on the subscriptions.
    ServicePrincipal,
    /// Member of a group that is Contributor on the subscriptions.
    Group,
    /// Member of a group within a group that reads a management group.
    NestedGroup,
    /// Contributor on a management group above the one that holds the subscriptions.
    ManagementGroup,
    /// Reader of the tenant's root management group.
    Root,
    /// Contributor on each resource group.
    ResourceGroups,
    /// By delegation, Reader of the subscriptions.
    Delegated,
}

impl Way {
    /// Every way.
    pub const ALL: [Self; 9] = [
        Self::Guest,
        Self::User,
        Self::Group,
        Self::ServicePrincipal,
        Self::ManagementGroup,
        Self::ResourceGroups,
        Self::NestedGroup,
        Self::Root,
        Self::Delegated,
    ];

    fn kind(self) -> PrincipalKind {
        match self {
            Self::User | Self::Root => PrincipalKind::User,
            Self::ServicePrincipal => PrincipalKind::ServicePrincipal,
            Self::Delegated => PrincipalKind::Delegated,
            Self::Guest | Self::Group | Self::NestedGroup | Self::ManagementGroup | Self::ResourceGroups => PrincipalKind::Guest,
        }
    }
}

/// A claim that is being written.
pub struct Claiming<'a> {
    /// The partner location.
    pub partner: &'a str,
    /// The customer.
    pub tenant: &'a Name,
    /// What is claimed.
    pub activity: Activity,
    /// The workload or product.
    pub workload: Option<&'a str>,
    /// The subscription.
    pub subscription: Option<&'a Name>,
}

impl Scene {
    /// A new account in a customer's tenant.
    pub fn principal(&mut self, tenant: &Tenant, kind: PrincipalKind, label: &str) -> Name {
        let principal_id = Name::from(self.dice.guid());
        self.program.principals.push(Principal {
            tenant_id: tenant.id.clone(),
            principal_id: principal_id.clone(),
            kind,
            name: Some(label.to_owned()),
            deleted_on: None,
        });
        principal_id
    }

    /// A consultant's account that reaches an estate, not linked to anyone.
    pub fn consultant(&mut self, estate: &Estate, way: Way, label: &str, since: Day) -> Name {
        let label = if way == Way::ServicePrincipal { format!("sp-{}-deploy", estate.tenant.slug) } else { label.to_owned() };
        let principal = self.principal(&estate.tenant, way.kind(), &label);
        self.reach(estate, &principal, way, since);
        principal
    }

    /// A consultant's account that reaches an estate and is linked to a partner location.
    pub fn admin_link(&mut self, estate: &Estate, partner: &str, way: Way, since: Day) -> Name {
        let label = format!("Cloud operations ({partner})");
        let principal = self.consultant(estate, way, &label, since);
        self.link(&estate.tenant, &principal, partner, since, None);
        principal
    }

    /// Links an account to a partner ID.
    pub fn link(&mut self, tenant: &Tenant, principal: &Name, partner: &str, linked_on: Day, unlinked_on: Option<Day>) {
        let (tenant_id, principal_id) = (tenant.id.clone(), principal.clone());
        self.program.pal_links.push(PalLink { tenant_id, principal_id, partner_id: partner.into(), linked_on, unlinked_on });
    }

    fn reach(&mut self, estate: &Estate, principal: &Name, way: Way, since: Day) {
        let subscriptions: Vec<String> = estate.subscriptions.iter().map(|id| format!("/subscriptions/{id}")).collect();
        let management = |name: &str| format!("/providers/microsoft.management/managementgroups/{name}");
        let (holder, role, scopes) = match way {
            Way::User => (principal.clone(), "Contributor", subscriptions),
            Way::Guest => (principal.clone(), "Owner", subscriptions),
            Way::ServicePrincipal => (principal.clone(), "Managed Operations", subscriptions),
            Way::Delegated => (principal.clone(), "Reader", subscriptions),
            Way::Root => (principal.clone(), "Reader", vec![management(estate.tenant.id.as_str())]),
            Way::ResourceGroups => {
                let groups = estate.subscriptions.iter().flat_map(|subscription| estate.groups(subscription)).collect();
                (principal.clone(), "Contributor", groups)
            }
            Way::Group => (self.group_of(&estate.tenant, principal, "partner-operations", since), "Contributor", subscriptions),
            Way::NestedGroup => {
                let inner = self.group_of(&estate.tenant, principal, "partner-data-team", since);
                let outer = self.group_of(&estate.tenant, &inner, "all-partners", since);
                self.landing_zone(estate, &subscriptions);
                (outer, "Reader", vec![management("mg-landing")])
            }
            Way::ManagementGroup => {
                self.landing_zone(estate, &subscriptions);
                (principal.clone(), "Contributor", vec![management("mg-platform")])
            }
        };
        for scope in scopes {
            self.role(&estate.tenant, &holder, role, &scope, since, None);
        }
    }

    /// Gives a role on a scope.
    pub fn role(&mut self, tenant: &Tenant, holder: &Name, role: &str, scope: &str, assigned_on: Day, removed_on: Option<Day>) {
        self.program.role_assignments.push(RoleAssignment {
            tenant_id: tenant.id.clone(),
            principal_id: holder.clone(),
            role: role.to_owned(),
            scope: scope.into(),
            assigned_on,
            removed_on,
        });
    }

    fn group_of(&mut self, tenant: &Tenant, member: &Name, label: &str, from: Day) -> Name {
        let group = self.principal(tenant, PrincipalKind::Group, label);
        let (tenant_id, group_id, principal_id) = (tenant.id.clone(), group.clone(), member.clone());
        self.program.group_members.push(GroupMember { tenant_id, group_id, principal_id, from, to: None });
        group
    }

    /// Two management groups, one in the other, the inner one with the subscriptions.
    fn landing_zone(&mut self, estate: &Estate, subscriptions: &[String]) {
        let inner = "/providers/microsoft.management/managementgroups/mg-landing".to_owned();
        let children = subscriptions.iter().map(|child| ("mg-landing", child)).chain([("mg-platform", &inner)]);
        for (group, child) in children {
            self.program.management_groups.push(ManagementGroup {
                tenant_id: estate.tenant.id.clone(),
                management_group_id: group.into(),
                child: child.as_str().into(),
                from: None,
                to: None,
            });
        }
    }

    /// Names a partner of record of a subscription.
    pub fn of_record(&mut self, subscription: &Name, partner: &str, from: Day, to: Option<Day>) {
        let subscription_id = Some(subscription.clone());
        let row = PartnerOfRecord { partner_id: partner.into(), from, subscription_id, tenant_id: None, product: None, to };
        self.program.partner_of_record.push(row);
    }

    /// Names a partner of record of a tenant's Office 365.
    pub fn of_record_office(&mut self, tenant: &Tenant, partner: &str, from: Day) {
        let (tenant_id, product) = (Some(tenant.id.clone()), Some("office-365".into()));
        let row = PartnerOfRecord { partner_id: partner.into(), from, subscription_id: None, tenant_id, product, to: None };
        self.program.partner_of_record.push(row);
    }

    /// A place in the chain that sells a subscription.
    pub fn sold(&mut self, subscription: &Name, partner: &str, tier: Tier, from: Day, to: Option<Day>) {
        self.program.csp.push(Csp { subscription_id: subscription.clone(), partner_id: partner.into(), tier, from, to });
    }

    /// A claim that was approved and holds; it was handed in eleven days before.
    pub fn claimed(&mut self, claiming: &Claiming<'_>, approved_on: Day) {
        self.claim(claiming, approved_on.plus(-11), Some(approved_on), None, ClaimState::Approved);
    }

    /// A claim in any state.
    pub fn claim(&mut self, claiming: &Claiming<'_>, submitted: Day, approved_on: Option<Day>, ended_on: Option<Day>, state: ClaimState) {
        self.claims += 1;
        self.program.claims.push(Claim {
            claim_id: Name::from(format!("CPOR-{:06}", 210_400 + self.claims * 7)),
            partner_id: claiming.partner.into(),
            tenant_id: claiming.tenant.clone(),
            activity: claiming.activity,
            workload: claiming.workload.map(Name::from),
            subscription_id: claiming.subscription.cloned(),
            submitted_on: (state != ClaimState::Draft).then_some(submitted),
            approved_on,
            ended_on,
            state: Some(state),
        });
    }
}
