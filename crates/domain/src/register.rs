//! The register: associations as facts record them, looked up by what they are on.
//!
//! Nothing is computed ahead here: every question is asked of a day and answered by testing the rows that could hold on it.
//! That makes it slow and clear; `engine` has the fast version and must agree.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::facts::{
    Claim, Consumption, Csp, Customer, GroupMember, ManagementGroup, PalLink, PartnerOfRecord, Principal, Program, ResourceOwner,
    RoleAssignment, Subscription,
};
use crate::names::Name;
use crate::partners::Partners;
use crate::rulebook::Rulebook;
use crate::time::{Day, Interval, Month};
use crate::words::{Cloud, PrincipalKind};

type ByTenant<'a, T> = HashMap<&'a Name, Vec<&'a T>>;
type ByPair<'a, T> = HashMap<(&'a Name, &'a Name), Vec<&'a T>>;

/// The associations of a program, indexed by tenant, subscription and principal.
pub struct Register<'a> {
    /// The rules that decide what an association covers.
    pub rulebook: &'a Rulebook,
    /// Who can be credited.
    pub partners: Arc<Partners>,
    customers: HashMap<&'a Name, &'a Customer>,
    pub(crate) subscriptions: HashMap<&'a Name, &'a Subscription>,
    pub(crate) tenant_product_subscriptions: ByTenant<'a, Subscription>,
    principals: HashMap<(&'a Name, &'a Name), &'a Principal>,
    pub(crate) links: ByTenant<'a, PalLink>,
    pub(crate) links_of: ByPair<'a, PalLink>,
    memberships: ByPair<'a, GroupMember>,
    pub(crate) roles: ByPair<'a, RoleAssignment>,
    management: HashMap<&'a Name, Vec<(&'a ManagementGroup, String)>>,
    pub(crate) owners: HashMap<(&'a Name, &'a Name, &'a Name), Vec<&'a ResourceOwner>>,
    pub(crate) of_record: ByTenant<'a, PartnerOfRecord>,
    pub(crate) of_record_tenant: ByTenant<'a, PartnerOfRecord>,
    csp: ByTenant<'a, Csp>,
    pub(crate) claims: ByTenant<'a, Claim>,
}

/// The chain that sells a subscription, as it stands on the last day of a scored month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain<'a> {
    /// The days for which the chain is credited: history follows it.
    pub held: Interval,
    /// The chain's rows.
    pub rows: Vec<&'a Csp>,
}

impl<'a> Register<'a> {
    /// Indexes the associations of `program`.
    #[must_use]
    pub fn new(program: &'a Program, rulebook: &'a Rulebook) -> Self {
        Self::of(program, rulebook, Arc::new(Partners::new(&program.partners)))
    }

    /// Indexes the associations of `program`, whose partners are known.
    #[must_use]
    pub fn of(program: &'a Program, rulebook: &'a Rulebook, partners: Arc<Partners>) -> Self {
        let tenant_product = &rulebook.associations.dpor.tenant_product.value;
        let mut register = Self {
            rulebook,
            partners,
            customers: program.customers.iter().map(|row| (&row.tenant_id, row)).collect(),
            subscriptions: program.subscriptions.iter().map(|row| (&row.subscription_id, row)).collect(),
            tenant_product_subscriptions: HashMap::new(),
            principals: program.principals.iter().map(|row| ((&row.tenant_id, &row.principal_id), row)).collect(),
            links: group(&program.pal_links, |row| &row.tenant_id),
            links_of: group(&program.pal_links, |row| (&row.tenant_id, &row.principal_id)),
            memberships: group(&program.group_members, |row| (&row.tenant_id, &row.principal_id)),
            roles: group(&program.role_assignments, |row| (&row.tenant_id, &row.principal_id)),
            management: HashMap::new(),
            owners: group(&program.resource_owners, |row| (&row.tenant_id, &row.product, &row.resource_id)),
            of_record: HashMap::new(),
            of_record_tenant: HashMap::new(),
            csp: group(program.csp.iter().filter(|row| !row.held().is_empty()), |row| &row.subscription_id),
            claims: group(&program.claims, |row| &row.tenant_id),
        };
        for row in register.subscriptions.values().filter(|row| row.product.as_ref() == Some(tenant_product)) {
            register.tenant_product_subscriptions.entry(&row.tenant_id).or_default().push(row);
        }
        for rows in register.tenant_product_subscriptions.values_mut() {
            rows.sort_by_key(|row| &row.subscription_id);
        }
        for row in &program.management_groups {
            register.management.entry(&row.tenant_id).or_default().push((row, last_segment(&row.management_group_id).to_owned()));
        }
        register.index_partners_of_record(&program.partner_of_record);
        register
    }

    /// A row on a subscription covers that subscription; if its product is held by the whole tenant it covers the tenant
    /// instead, like a row on the tenant and that product. Rows on subscriptions sold by a CSP give nothing.
    fn index_partners_of_record(&mut self, rows: &'a [PartnerOfRecord]) {
        let rules = &self.rulebook.associations.dpor;
        for row in rows {
            let Some(subscription) = &row.subscription_id else {
                if let (Some(tenant), Some(product)) = (&row.tenant_id, &row.product)
                    && *product == rules.tenant_product.value
                {
                    self.of_record_tenant.entry(tenant).or_default().push(row);
                }
                continue;
            };
            match self.subscriptions.get(subscription) {
                Some(known) if known.agreement.is_some_and(|agreement| rules.excluded_agreements.value.contains(&agreement)) => {}
                Some(known) if known.product.as_ref() == Some(&rules.tenant_product.value) => {
                    self.of_record_tenant.entry(&known.tenant_id).or_default().push(row);
                }
                _ => self.of_record.entry(subscription).or_default().push(row),
            }
        }
    }

    /// Whether a principal exists on a day; one without a row does.
    #[must_use]
    pub fn is_alive(&self, tenant: &Name, principal: &Name, day: Day) -> bool {
        self.principals.get(&(tenant, principal)).and_then(|row| row.deleted_on).is_none_or(|deleted| day < deleted)
    }

    /// Whether a principal is a group; groups cannot link.
    #[must_use]
    pub fn is_group(&self, tenant: &Name, principal: &Name) -> bool {
        self.principals.get(&(tenant, principal)).is_some_and(|row| row.kind == PrincipalKind::Group)
    }

    /// The principal itself and the groups that have it as a member on a day, through any depth of groups that exist.
    #[must_use]
    pub fn holders(&self, tenant: &'a Name, principal: &'a Name, day: Day) -> BTreeSet<&'a Name> {
        let mut holders = BTreeSet::from([principal]);
        let mut open = vec![principal];
        while let Some(member) = open.pop() {
            for row in self.memberships.get(&(tenant, member)).into_iter().flatten() {
                if row.held().holds_on(day) && self.is_alive(tenant, &row.group_id, day) && holders.insert(&row.group_id) {
                    open.push(&row.group_id);
                }
            }
        }
        holders
    }

    /// The scopes that cover usage of a resource on a day: `/`, the subscription, the resource and every leading run of its
    /// whole segments, the tenant's root management group, and the management groups that hold the subscription on the day.
    #[must_use]
    pub fn covering_scopes(&self, tenant: &Name, subscription: &Name, resource: Option<&Name>, day: Day) -> BTreeSet<String> {
        let own = format!("/subscriptions/{subscription}");
        let mut scopes = BTreeSet::from(["/".to_owned(), own.clone(), management_scope(tenant.as_str())]);
        if let Some(resource) = resource {
            let resource = tidy_scope(resource.as_str());
            scopes.extend(resource.match_indices('/').skip(1).map(|(end, _)| resource[..end].to_owned()));
            scopes.insert(resource);
        }
        let mut open = vec![own];
        while let Some(child) = open.pop() {
            for (row, parent) in self.management.get(tenant).into_iter().flatten() {
                let is_child = tidy_scope(row.child.as_str()) == child;
                if is_child && row.held().holds_on(day) && scopes.insert(management_scope(parent)) {
                    open.push(management_scope(parent));
                }
            }
        }
        scopes
    }

    /// The chain that sells a subscription as of the last day of `month`, with the days for which it is credited.
    ///
    /// Of the rows that began by then: those that hold on that day or, when all have ended, those that ended last.
    #[must_use]
    pub fn chain(&self, subscription: &Name, month: Month) -> Option<Chain<'a>> {
        let last = month.last_day();
        let begun: Vec<&Csp> = self.csp.get(subscription)?.iter().copied().filter(|row| row.from <= last).collect();
        let from = begun.iter().map(|row| row.from).min()?;
        let to = begun.iter().map(|row| row.held().to).max()?;
        let rows = begun.into_iter().filter(|row| if to <= last { row.held().to == to } else { row.held().holds_on(last) }).collect();
        Some(Chain { held: Interval { from, to }, rows })
    }

    /// Everybody who sold, sells or will sell a subscription.
    pub fn sellers_of(&self, subscription: &Name) -> impl Iterator<Item = &'a Csp> {
        self.csp.get(subscription).into_iter().flatten().copied()
    }

    /// Whether a subscription is, was or will be sold by a chain.
    #[must_use]
    pub fn has_chain(&self, subscription: &Name) -> bool {
        self.csp.contains_key(subscription)
    }

    /// The memberships of a principal, for the engine that looks ahead.
    pub fn memberships_of(&self, tenant: &'a Name, principal: &'a Name) -> impl Iterator<Item = &'a GroupMember> {
        self.memberships.get(&(tenant, principal)).into_iter().flatten().copied()
    }

    /// The day on which a principal was deleted.
    #[must_use]
    pub fn deleted_on(&self, tenant: &Name, principal: &Name) -> Option<Day> {
        self.principals.get(&(tenant, principal)).and_then(|row| row.deleted_on)
    }

    /// What management groups of a tenant hold: group scope, child scope, days.
    pub fn management_of(&self, tenant: &Name) -> impl Iterator<Item = (String, String, Interval)> {
        let rows = self.management.get(tenant).into_iter().flatten();
        rows.map(|(row, parent)| (management_scope(parent), tidy_scope(row.child.as_str()), row.held()))
    }

    /// The partner admin links of a tenant.
    pub fn links_in(&self, tenant: &Name) -> impl Iterator<Item = &'a PalLink> {
        self.links.get(tenant).into_iter().flatten().copied()
    }

    /// The tenants with partner admin links.
    pub fn linked_tenants(&self) -> impl Iterator<Item = &'a Name> {
        self.links.keys().copied()
    }

    /// The roles of a principal or a group that let consumption be credited.
    pub fn roles_of(&self, tenant: &'a Name, holder: &'a Name) -> impl Iterator<Item = &'a RoleAssignment> {
        self.every_role_of(tenant, holder).filter(|row| self.rulebook.credits_role(&row.role))
    }

    /// The roles that a principal or a group holds, those as well that do not count.
    pub fn every_role_of(&self, tenant: &'a Name, holder: &'a Name) -> impl Iterator<Item = &'a RoleAssignment> {
        self.roles.get(&(tenant, holder)).into_iter().flatten().copied()
    }

    /// The partners of record of a subscription, for its usage and revenue.
    pub fn partners_of_record(&self, subscription: &Name) -> impl Iterator<Item = &'a PartnerOfRecord> {
        self.of_record.get(subscription).into_iter().flatten().copied()
    }

    /// Whether a row of consumption is of an offer that counts.
    #[must_use]
    pub fn counts_offer(&self, row: &Consumption) -> bool {
        self.rulebook.counts_offer(row.offer.as_ref())
    }

    /// The roles, of any day, of a link's principal and of the groups that it belongs to on a day.
    #[must_use]
    pub fn held_roles(&self, link: &'a PalLink, day: Day) -> Vec<&'a RoleAssignment> {
        let holders = self.holders(&link.tenant_id, &link.principal_id, day);
        holders.into_iter().flat_map(|holder| self.every_role_of(&link.tenant_id, holder)).collect()
    }

    /// The tenants of the customers, in no order.
    pub fn tenants(&self) -> impl Iterator<Item = &'a Name> + use<'a, '_> {
        self.customers.keys().copied()
    }

    /// A subscription of `subscriptions`.
    #[must_use]
    pub fn subscription(&self, subscription: &Name) -> Option<&'a Subscription> {
        self.subscriptions.get(subscription).copied()
    }

    /// Whether a subscription is not known as a customer's.
    #[must_use]
    pub fn is_stray(&self, tenant: &Name, subscription: &Name) -> bool {
        self.subscription(subscription).is_none_or(|row| row.tenant_id != *tenant)
    }

    /// The name of a customer, or its tenant ID when it is not known.
    #[must_use]
    pub fn customer_name(&self, tenant: &Name) -> String {
        self.customers.get(tenant).map_or_else(|| tenant.to_string(), |row| row.name.clone())
    }

    /// Whether partner admin links give nothing in a tenant, because of its cloud.
    #[must_use]
    pub fn excludes_links(&self, tenant: &Name) -> bool {
        let cloud = self.customers.get(tenant).map_or(Cloud::default(), |row| row.cloud);
        self.rulebook.associations.pal.excluded_clouds.value.contains(&cloud)
    }

    /// The tenants in which any claim, link, ownership or partner of record on the tenant names one of `partner_ids`, and the
    /// subscriptions that one of them sells or is partner of record of.
    #[must_use]
    pub fn reach(program: &Program, partner_ids: &BTreeSet<&Name>) -> (BTreeSet<Name>, BTreeSet<Name>) {
        let mut tenants: BTreeSet<Name> = BTreeSet::new();
        let mut subscriptions: BTreeSet<Name> = BTreeSet::new();
        tenants.extend(program.claims.iter().filter(|row| partner_ids.contains(&row.partner_id)).map(|row| row.tenant_id.clone()));
        tenants.extend(program.pal_links.iter().filter(|row| partner_ids.contains(&row.partner_id)).map(|row| row.tenant_id.clone()));
        for row in program.partner_of_record.iter().filter(|row| partner_ids.contains(&row.partner_id)) {
            tenants.extend(row.tenant_id.clone());
            subscriptions.extend(row.subscription_id.clone());
        }
        subscriptions.extend(program.csp.iter().filter(|row| partner_ids.contains(&row.partner_id)).map(|row| row.subscription_id.clone()));
        let reached: HashSet<&Name> = subscriptions.iter().collect();
        tenants.extend(program.subscriptions.iter().filter(|row| reached.contains(&row.subscription_id)).map(|row| row.tenant_id.clone()));
        (tenants, subscriptions)
    }
}

fn group<'a, T, K: std::hash::Hash + Eq>(rows: impl IntoIterator<Item = &'a T>, key: impl Fn(&'a T) -> K) -> HashMap<K, Vec<&'a T>> {
    let mut groups: HashMap<K, Vec<&'a T>> = HashMap::new();
    for row in rows {
        groups.entry(key(row)).or_default().push(row);
    }
    groups
}

/// The scope of the management group with a name.
#[must_use]
pub fn management_scope(name: &str) -> String {
    format!("/providers/microsoft.management/managementgroups/{name}")
}

/// An ARM id with one leading slash and none at the end, so that scopes compare by whole segments.
#[must_use]
pub fn tidy_scope(scope: &str) -> String {
    if scope.len() > 1 && scope.starts_with('/') && !scope.starts_with("//") && !scope.ends_with('/') {
        return scope.to_owned();
    }
    format!("/{}", scope.trim_matches('/'))
}

fn last_segment(id: &Name) -> &str {
    id.as_str().trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}
