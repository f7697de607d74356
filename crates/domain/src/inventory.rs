//! The inventory of partner admin links: over all tenants, what each identity reaches, and whether its link works.
//!
//! Read from the same [`crate::register::Register`] as credits, so that a link that works here is one that is credited, and the other way round.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Serialize;

use crate::facts::{PalLink, Principal, Program, ResourceOwner, RoleAssignment};
use crate::names::Name;
use crate::reasons::Reason;
use crate::register::{Register, tidy_scope};
use crate::time::{Day, Interval};
use crate::words::{Capacity, PrincipalKind};

/// Where usage was seen: subscriptions and resources, by tenant.
pub type Places = BTreeMap<Name, BTreeSet<(Name, Option<Name>)>>;

/// A role that a linked identity holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
pub struct HeldRole {
    /// The scope.
    pub scope: String,
    /// The role's name, as spelled.
    pub role: String,
    /// The first day.
    pub since: Day,
    /// The first day after; nothing while no end is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// The group that holds the role, when the identity holds it as a member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<Name>,
    /// Whether roles of this name are credited.
    pub counts: bool,
    /// Whether any usage was seen under the scope.
    pub has_usage: bool,
}

/// A resource that a linked identity owns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
pub struct Owned {
    /// The workload.
    pub product: Name,
    /// The app, flow, dataset or instance.
    pub resource_id: Name,
    /// What makes the identity the owner.
    pub capacity: Capacity,
    /// The first day.
    pub since: Day,
}

/// A link with all that decides whether it works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Item {
    /// The customer's tenant.
    pub tenant_id: Name,
    /// The customer's name.
    pub customer: String,
    /// The identity's object id.
    pub principal_id: Name,
    /// What the identity is called, as far as known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the identity is.
    pub kind: PrincipalKind,
    /// The location that it is linked to.
    pub partner_id: Name,
    /// The account that the location rolls up to; nothing when it cannot be credited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub global_partner_id: Option<Name>,
    /// The first day of the link.
    pub since: Day,
    /// The first day after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// The roles held on the day, by scope.
    pub roles: Vec<HeldRole>,
    /// The resources owned on the day that count.
    pub owned: Vec<Owned>,
    /// `working`, or the code of the reason why not.
    pub state: &'static str,
    /// What would make it work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cure: Option<&'static str>,
}

impl Item {
    /// Whether the link gives credit for usage under what the identity reaches.
    #[must_use]
    pub fn works(&self) -> bool {
        self.state == WORKING
    }
}

/// The state of a link that works; the other states are codes of [`STATES`].
pub const WORKING: &str = "working";

/// Why a link may not work, in the order in which that is tested.
pub const STATES: [Reason; 8] = [
    Reason::IdNotEligible,
    Reason::BeforeAssociation,
    Reason::Ended,
    Reason::CloudExcluded,
    Reason::IdentityGone,
    Reason::LinkWithoutRole,
    Reason::RoleNotEligible,
    Reason::ScopeEmpty,
];

/// Every link as of a day, by tenant, identity and start. `places` tells where usage was seen.
#[must_use]
pub fn inventory(register: &Register<'_>, program: &Program, places: &Places, day: Day) -> Vec<Item> {
    let taking = Taking::new(register, program, places, day);
    let mut links: Vec<&PalLink> = program.pal_links.iter().collect();
    links.sort_by_key(|link| (&link.tenant_id, &link.principal_id, link.linked_on, &link.partner_id));
    links.into_iter().map(|link| taking.item(link)).collect()
}

/// An inventory while it is taken.
struct Taking<'a> {
    register: &'a Register<'a>,
    day: Day,
    principals: BTreeMap<(&'a Name, &'a Name), &'a Principal>,
    owners: BTreeMap<(&'a Name, &'a Name), Vec<&'a ResourceOwner>>,
    used: BTreeMap<&'a Name, HashSet<String>>,
}

impl<'a> Taking<'a> {
    fn new(register: &'a Register<'a>, program: &'a Program, places: &'a Places, day: Day) -> Self {
        let mut owners: BTreeMap<(&Name, &Name), Vec<&ResourceOwner>> = BTreeMap::new();
        for row in &program.resource_owners {
            owners.entry((&row.tenant_id, &row.principal_id)).or_default().push(row);
        }
        let linked: HashSet<&Name> = register.linked_tenants().collect();
        let scopes = |tenant, places: &BTreeSet<(Name, Option<Name>)>| {
            let of_place =
                |(subscription, resource): &(Name, Option<Name>)| register.covering_scopes(tenant, subscription, resource.as_ref(), day);
            places.iter().flat_map(of_place).collect()
        };
        Self {
            register,
            day,
            principals: program.principals.iter().map(|row| ((&row.tenant_id, &row.principal_id), row)).collect(),
            owners,
            used: places.iter().filter(|(tenant, _)| linked.contains(tenant)).map(|(tenant, at)| (tenant, scopes(tenant, at))).collect(),
        }
    }

    fn item(&self, link: &'a PalLink) -> Item {
        let principal = self.principals.get(&(&link.tenant_id, &link.principal_id));
        let location = self.register.partners.location(&link.partner_id);
        let global = location.map(|location| self.register.partners.account_id(self.register.partners.account_of(location)).clone());
        let (roles, owned) = (self.roles(link), self.owned(link));
        let failure = self.failure(link, &roles, &owned);
        Item {
            tenant_id: link.tenant_id.clone(),
            customer: self.register.customer_name(&link.tenant_id),
            principal_id: link.principal_id.clone(),
            name: principal.and_then(|row| row.name.clone()),
            kind: principal.map_or(PrincipalKind::default(), |row| row.kind),
            partner_id: link.partner_id.clone(),
            global_partner_id: global,
            since: link.linked_on,
            until: link.unlinked_on,
            roles,
            owned,
            state: failure.map_or(WORKING, Reason::code),
            cure: failure.map(Reason::cure),
        }
    }

    /// The roles that the identity holds on the day, itself or through groups.
    fn roles(&self, link: &'a PalLink) -> Vec<HeldRole> {
        let tenant = &link.tenant_id;
        let used = self.used.get(tenant);
        let mut held = Vec::new();
        for holder in self.register.holders(tenant, &link.principal_id, self.day) {
            let through = (*holder != link.principal_id).then(|| holder.clone());
            let roles = self.register.every_role_of(tenant, holder).filter(|role| role.held().holds_on(self.day));
            held.extend(roles.map(|row: &RoleAssignment| HeldRole {
                scope: row.scope.to_string(),
                role: row.role.clone(),
                since: row.assigned_on,
                until: row.removed_on,
                through: through.clone(),
                counts: self.register.rulebook.credits_role(&row.role),
                has_usage: used.is_some_and(|scopes| scopes.contains(&tidy_scope(row.scope.as_str()))),
            }));
        }
        held.sort();
        held
    }

    /// The resources that the identity owns on the day, in a capacity and an environment that count.
    fn owned(&self, link: &PalLink) -> Vec<Owned> {
        let rules = &self.register.rulebook.associations.pal;
        let counts = |row: &&&ResourceOwner| {
            row.held().holds_on(self.day)
                && row.environment.as_ref().is_none_or(|environment| *environment == rules.environment.value)
                && rules.owned.get(&row.product).is_some_and(|capacities| capacities.value.contains(&row.capacity))
        };
        let rows = self.owners.get(&(&link.tenant_id, &link.principal_id)).into_iter().flatten().filter(counts);
        let mut owned: Vec<Owned> = rows
            .map(|row| Owned {
                product: row.product.clone(),
                resource_id: row.resource_id.clone(),
                capacity: row.capacity,
                since: row.from,
            })
            .collect();
        owned.sort();
        owned
    }

    /// The first condition that fails.
    fn failure(&self, link: &PalLink, roles: &[HeldRole], owned: &[Owned]) -> Option<Reason> {
        let register = self.register;
        let Interval { from, to } = link.held();
        let fails = |reason: &Reason| match reason {
            Reason::IdNotEligible => register.partners.location(&link.partner_id).is_none(),
            Reason::BeforeAssociation => self.day < from,
            Reason::Ended => to <= self.day,
            Reason::CloudExcluded => register.excludes_links(&link.tenant_id),
            Reason::IdentityGone => !register.can_link(&link.tenant_id, &link.principal_id, self.day),
            _ if !owned.is_empty() => false,
            Reason::LinkWithoutRole => roles.is_empty(),
            Reason::RoleNotEligible => !roles.iter().any(|role| role.counts),
            _ => !roles.iter().any(|role| role.counts && role.has_usage),
        };
        STATES.into_iter().find(fails)
    }
}
