//! Ties: which locations a row of usage is credited to, and through which association. The reference, tested row by row.

use std::collections::BTreeMap;

use crate::attach::AttachType;
use crate::facts::{Claim, Consumption, PartnerOfRecord, Revenue, WorkloadUsage};
use crate::names::Name;
use crate::partners::LocationIx;
use crate::register::{Register, tidy_scope};
use crate::rulebook::associations::ClaimScope;
use crate::time::{Day, Interval, Month};
use crate::words::Tier;

/// A tie of a row of usage to a location.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tie {
    /// Through which kind of association.
    pub attach: AttachType,
    /// The role that counts, for links on Azure: Owner before Contributor before the others by name.
    pub role: Option<Role>,
    /// The location.
    pub location: LocationIx,
    /// The association: the row that gives the tie, in words.
    pub association: String,
}

/// A role's name as spelled, ordered by how it counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Role {
    rank: u8,
    name: Name,
    spelled: String,
}

impl Role {
    /// The role with a name. Source: Azure usage report, "within PAL, Owner beats Contributor".
    #[must_use]
    pub fn new(spelled: &str) -> Self {
        let name = Name::new(spelled);
        let rank = match name.as_str() {
            "owner" => 0,
            "contributor" => 1,
            _ => 2,
        };
        Self { rank, name, spelled: spelled.trim().to_owned() }
    }

    /// The name as spelled in the assignment.
    #[must_use]
    pub fn spelled(&self) -> &str {
        &self.spelled
    }

    /// The order within a partner: Owner, Contributor, all others alike.
    #[must_use]
    pub fn rank(&self) -> u8 {
        self.rank
    }
}

/// What a row of usage is about, for ties that depend on its subscription.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'r> {
    /// The customer.
    pub tenant: &'r Name,
    /// The subscription named by the row.
    pub subscription: Option<&'r Name>,
    /// The workload; none for Azure consumption.
    pub workload: Option<&'r Name>,
}

/// Ties under way: one for each location and attach type, the best role first.
#[derive(Default)]
struct Found(BTreeMap<(AttachType, LocationIx), (Option<Role>, String)>);

impl Found {
    fn add(&mut self, attach: AttachType, location: LocationIx, role: Option<Role>, association: impl FnOnce() -> String) {
        match self.0.entry((attach, location)) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert((role, association()));
            }
            std::collections::btree_map::Entry::Occupied(mut entry) if role < entry.get().0 => {
                entry.insert((role, association()));
            }
            std::collections::btree_map::Entry::Occupied(_) => {}
        }
    }

    fn ties(self) -> Vec<Tie> {
        let ties = self.0.into_iter().map(|((attach, location), (role, association))| Tie { attach, role, location, association });
        let mut ties: Vec<Tie> = ties.collect();
        ties.sort_by_key(|tie| (tie.attach, tie.role.as_ref().map(Role::rank), tie.location));
        ties
    }
}

impl Register<'_> {
    /// The ties of a row of consumption, with chains as of `month`, by priority. Offers are not looked at.
    #[must_use]
    pub fn ties_of_consumption(&self, row: &Consumption, month: Month) -> Vec<Tie> {
        let day = row.tested_day();
        let mut found = Found::default();
        self.tie_links(row, day, &mut found);
        let subject = Subject { tenant: &row.tenant_id, subscription: Some(&row.subscription_id), workload: None };
        self.tie_partners_of_record(subject, day, &mut found);
        self.tie_chains(subject, day, month, &mut found);
        found.ties()
    }

    /// The ties of a row of workload usage, with chains as of `month`.
    #[must_use]
    pub fn ties_of_usage(&self, row: &WorkloadUsage, month: Month) -> Vec<Tie> {
        let day = row.month.last_day();
        let mut found = Found::default();
        self.tie_owner(row, day, &mut found);
        let subject = Subject { tenant: &row.tenant_id, subscription: row.subscription_id.as_ref(), workload: Some(&row.workload) };
        self.tie_dated(subject, day, month, &mut found);
        found.ties()
    }

    /// The ties of a row of revenue, with chains as of `month`.
    #[must_use]
    pub fn ties_of_revenue(&self, row: &Revenue, month: Month) -> Vec<Tie> {
        let subject = Subject { tenant: &row.tenant_id, subscription: row.subscription_id.as_ref(), workload: Some(&row.workload) };
        let mut found = Found::default();
        self.tie_dated(subject, row.month.last_day(), month, &mut found);
        found.ties()
    }

    /// The ties on a day that do not depend on a row's resource: partners of record, chains and claims.
    #[must_use]
    pub fn ties_on(&self, subject: Subject<'_>, day: Day, month: Month) -> Vec<Tie> {
        let mut found = Found::default();
        self.tie_dated(subject, day, month, &mut found);
        found.ties()
    }

    fn tie_dated(&self, subject: Subject<'_>, day: Day, month: Month, found: &mut Found) {
        self.tie_partners_of_record(subject, day, found);
        self.tie_chains(subject, day, month, found);
        self.tie_claims(subject, day, found);
    }

    /// Links on Azure: link ∩ principal exists ∩ role held by it or one of its groups ∩ the role's scope covers the row.
    fn tie_links(&self, row: &Consumption, day: Day, found: &mut Found) {
        let tenant = &row.tenant_id;
        let Some(links) = self.links.get(tenant).filter(|_| !self.excludes_links(tenant)) else { return };
        let scopes = self.covering_scopes(tenant, &row.subscription_id, row.resource_id.as_ref(), day);
        for link in links.iter().filter(|link| link.held().holds_on(day) && self.can_link(tenant, &link.principal_id, day)) {
            let Some(location) = self.partners.location(&link.partner_id) else { continue };
            for holder in self.holders(&link.tenant_id, &link.principal_id, day) {
                let roles = self.roles_of(&link.tenant_id, holder);
                for role in roles.filter(|role| role.held().holds_on(day) && scopes.contains(&tidy_scope(role.scope.as_str()))) {
                    found.add(AttachType::Pal, location, Some(Role::new(&role.role)), || {
                        format!(
                            "link of {} since {}, {} on {} since {}",
                            link.principal_id, link.linked_on, role.role, role.scope, role.assigned_on
                        )
                    });
                }
            }
        }
    }

    /// Whether a principal can hold a link on a day: it exists and is no group.
    #[must_use]
    pub fn can_link(&self, tenant: &Name, principal: &Name, day: Day) -> bool {
        !self.is_group(tenant, principal) && self.is_alive(tenant, principal, day)
    }

    /// Links on Power Platform and Customer Insights: the latest linked owner of the resource, one location.
    fn tie_owner(&self, row: &WorkloadUsage, day: Day, found: &mut Found) {
        let rules = &self.rulebook.associations.pal;
        let (Some(capacities), Some(resource)) = (rules.owned.get(&row.workload), &row.resource_id) else { return };
        if self.excludes_links(&row.tenant_id) {
            return;
        }
        let owners = self.owners.get(&(&row.tenant_id, &row.workload, resource)).into_iter().flatten();
        let counts = owners.filter(|owner| {
            owner.environment.as_ref().is_none_or(|environment| *environment == rules.environment.value)
                && capacities.value.contains(&owner.capacity)
                && owner.held().holds_on(day)
                && self.can_link(&row.tenant_id, &owner.principal_id, day)
        });
        let candidates = counts.flat_map(|owner| {
            let links = self.links_of.get(&(&owner.tenant_id, &owner.principal_id)).into_iter().flatten();
            let held = links.filter(|link| link.held().holds_on(day));
            held.filter_map(move |link| self.partners.location(&link.partner_id).map(|location| (owner, link, location)))
        });
        let latest = candidates.max_by_key(|(owner, link, location)| (owner.from, link.linked_on, std::cmp::Reverse(*location)));
        if let Some((owner, link, location)) = latest {
            found.add(AttachType::Pal, location, None, || {
                format!("link of {} since {}, {} of {resource} since {}", link.principal_id, link.linked_on, owner.capacity, owner.from)
            });
        }
    }

    fn tie_partners_of_record(&self, subject: Subject<'_>, day: Day, found: &mut Found) {
        let mut add = |row: &PartnerOfRecord| {
            if let Some(location) = self.partners.location(&row.partner_id).filter(|_| row.held().holds_on(day)) {
                let scope = row.subscription_id.as_ref().or(row.tenant_id.as_ref());
                let scope = scope.map_or("", Name::as_str);
                found.add(AttachType::Dpor, location, None, || format!("partner of record of {scope} since {}", row.from));
            }
        };
        if let Some(subscription) = subject.subscription {
            self.partners_of_record(subscription).for_each(&mut add);
        }
        if self.is_tenant_workload(subject.workload) {
            self.of_record_tenant.get(subject.tenant).into_iter().flatten().copied().for_each(&mut add);
        }
    }

    /// Whether a workload belongs to the product that is held for the whole tenant (Office 365).
    #[must_use]
    pub fn is_tenant_workload(&self, workload: Option<&Name>) -> bool {
        let list = &self.rulebook.associations.dpor.tenant_workloads.value;
        workload.is_some_and(|workload| self.rulebook.is_on(list, workload))
    }

    fn tie_chains(&self, subject: Subject<'_>, day: Day, month: Month, found: &mut Found) {
        let own = subject.subscription.into_iter().collect();
        let subscriptions: Vec<&Name> = if subject.subscription.is_none() && self.is_tenant_workload(subject.workload) {
            let of_tenant = self.tenant_product_subscriptions.get(subject.tenant).into_iter().flatten();
            of_tenant.map(|row| &row.subscription_id).collect()
        } else {
            own
        };
        for subscription in subscriptions {
            let Some(chain) = self.chain(subscription, month).filter(|chain| chain.held.holds_on(day)) else { continue };
            for row in chain.rows {
                let Some(location) = self.partners.location(&row.partner_id) else { continue };
                found.add(self.tier_attach(row.tier), location, None, || format!("{} of {subscription} since {}", row.tier, row.from));
            }
        }
    }

    /// Whether a chain could tie the row, so that its ties depend on the scored month.
    #[must_use]
    pub fn may_be_resold(&self, subject: Subject<'_>) -> bool {
        match subject.subscription {
            Some(subscription) => self.has_chain(subscription),
            None => self.is_tenant_workload(subject.workload) && self.tenant_product_subscriptions.contains_key(subject.tenant),
        }
    }

    /// The attach type of a place in a resale chain.
    #[must_use]
    pub fn tier_attach(&self, tier: Tier) -> AttachType {
        self.rulebook.associations.csp.tiers.get(&tier).map_or(AttachType::CspTier1, |attach| attach.value)
    }

    fn tie_claims(&self, subject: Subject<'_>, day: Day, found: &mut Found) {
        let claims = self.claims.get(subject.tenant).into_iter().flatten();
        for claim in claims.filter(|claim| self.is_claim_on(claim, subject)) {
            let Some(location) = self.partners.location(&claim.partner_id) else { continue };
            for (attach, held) in self.claim_ties(claim) {
                if held.holds_on(day) {
                    found.add(attach, location, None, || format!("claim {} held from {}", claim.claim_id, held.from));
                }
            }
        }
    }

    /// The attach types that a claim gives, with the days on which each holds.
    #[must_use]
    pub fn claim_ties(&self, claim: &Claim) -> Vec<(AttachType, Interval)> {
        let (Some(held), Some(rules)) = (claim.held(), self.rulebook.associations.cpor.activities.get(&claim.activity)) else {
            return Vec::new();
        };
        let mut ties = vec![(rules.attach, held)];
        if let Some(lag) = &rules.revenue_lag_months {
            ties.push((AttachType::CporRevrec, Interval { from: held.from.plus_months(lag.value), to: held.to }));
        }
        ties
    }

    /// Partners of record and sellers of what a row is about, whatever the day: who, and the days for which they are credited;
    /// no days for a seller whose chain is not the current one.
    #[must_use]
    pub fn dated_ties_of(&self, subject: Subject<'_>, month: Month) -> Vec<(&Name, Option<Interval>)> {
        let mut ties: Vec<(&Name, Option<Interval>)> = Vec::new();
        if let Some(subscription) = subject.subscription {
            ties.extend(self.partners_of_record(subscription).map(|row| (&row.partner_id, Some(row.held()))));
            let chain = self.chain(subscription, month);
            ties.extend(self.sellers_of(subscription).map(|row| {
                let current = chain.as_ref().filter(|chain| chain.rows.contains(&row));
                (&row.partner_id, current.map(|chain| chain.held))
            }));
        }
        if self.is_tenant_workload(subject.workload) {
            let rows = self.of_record_tenant.get(subject.tenant).into_iter().flatten();
            ties.extend(rows.map(|row| (&row.partner_id, Some(row.held()))));
        }
        ties
    }

    /// The claims in a row's tenant, each with whether it is on what the row is about.
    pub fn claims_in(&self, subject: Subject<'_>) -> impl Iterator<Item = (&Claim, bool)> {
        self.claims.get(subject.tenant).into_iter().flatten().map(move |claim| (*claim, self.is_claim_on(claim, subject)))
    }

    /// Whether a claim is on what the row is about, whatever the day.
    fn is_claim_on(&self, claim: &Claim, subject: Subject<'_>) -> bool {
        let (Some(rules), Some(workload)) = (self.rulebook.associations.cpor.activities.get(&claim.activity), subject.workload) else {
            return false;
        };
        match rules.scope {
            ClaimScope::TenantWorkload => {
                let may_claim = rules.workloads.as_ref().is_none_or(|list| self.rulebook.is_on(&list.value, workload));
                may_claim && claim.workload.as_ref() == Some(workload)
            }
            ClaimScope::SubscriptionProduct => {
                let same = claim.subscription_id.is_some() && claim.subscription_id.as_ref() == subject.subscription;
                same && claim.workload.as_ref().is_none_or(|claimed| self.rulebook.is_same_product(claimed, workload))
            }
        }
    }
}
