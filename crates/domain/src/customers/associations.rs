//! The associations of a partner with its customers, as intervals: what was recorded, and the days that can give credit.

use std::collections::{BTreeMap, BTreeSet};

use super::Association;
use crate::attach::AttachType;
use crate::evidence::Evidence;
use crate::facts::{PalLink, Program};
use crate::metrics::Table;
use crate::names::Name;
use crate::reasons::Reason;
use crate::register::Register;
use crate::time::{Day, Interval};

/// The associations by tenant, sorted.
pub fn of<'a>(register: &Register<'a>, program: &'a Program, evidence: &Evidence<'_>) -> BTreeMap<Name, Vec<Association>> {
    let mut tenants: BTreeMap<&Name, BTreeSet<&Name>> = BTreeMap::new();
    for row in &program.subscriptions {
        tenants.entry(&row.subscription_id).or_default().insert(&row.tenant_id);
    }
    for group in [Table::Consumption, Table::Usage, Table::Revenue].into_iter().flat_map(|table| evidence.of(table).keys()) {
        if let Some(subscription) = &group.subscription {
            tenants.entry(subscription).or_default().insert(&group.tenant);
        }
    }
    let finder = Finder { register, program, evidence, tenants };
    let found = finder.links().into_iter().chain(finder.of_record()).chain(finder.sales()).chain(finder.claims());
    let mut by_tenant: BTreeMap<Name, Vec<Association>> = BTreeMap::new();
    for (tenant, association) in found {
        by_tenant.entry(tenant).or_default().push(association);
    }
    by_tenant.values_mut().for_each(|associations| associations.sort());
    by_tenant
}

struct Finder<'f, 'a, 'e> {
    register: &'f Register<'a>,
    program: &'a Program,
    evidence: &'f Evidence<'e>,
    /// The tenants of a subscription: the one on record, and those of rows that name it.
    tenants: BTreeMap<&'f Name, BTreeSet<&'f Name>>,
}

type Found = Vec<(Name, Association)>;

impl<'a> Finder<'_, 'a, '_> {
    fn is_own(&self, partner_id: &Name) -> bool {
        self.evidence.ids().contains(partner_id)
    }

    /// The tenants that a subscription is found in; none when nothing but the association knows it.
    fn tenants_of(&self, subscription: &Name) -> impl Iterator<Item = Name> + use<'_> {
        self.tenants.get(subscription).into_iter().flatten().map(|tenant| (*tenant).clone())
    }

    /// The days that can give credit, unless something forbids all of them.
    fn judged(&self, partner_id: &Name, forbids: Option<Reason>, days: Vec<Interval>) -> (Vec<Interval>, Option<Reason>) {
        let unknown = self.register.partners.location(partner_id).is_none().then_some(Reason::IdNotEligible);
        match unknown.or(forbids) {
            Some(reason) => (Vec::new(), Some(reason)),
            None => (days, None),
        }
    }

    /// Partner admin links: they give credit while the principal exists and holds a role, or owns a resource.
    fn links(&self) -> Found {
        let names: BTreeMap<(&Name, &Name), &str> =
            self.program.principals.iter().filter_map(|row| Some(((&row.tenant_id, &row.principal_id), row.name.as_deref()?))).collect();
        let link = |row: &'a PalLink| {
            let (mut days, mut through) = self.roles(row);
            let (owned, apps) = self.owned(row);
            days.extend(owned);
            through.extend(apps);
            let holds_any = || self.register.every_role_of(&row.tenant_id, &row.principal_id).next().is_some();
            let none = days.is_empty().then(|| if holds_any() { Reason::RoleNotEligible } else { Reason::LinkWithoutRole });
            let group = self.register.is_group(&row.tenant_id, &row.principal_id).then_some(Reason::IdentityGone);
            let cloud = self.register.excludes_links(&row.tenant_id).then_some(Reason::CloudExcluded);
            let (credited, failure) = self.judged(&row.partner_id, cloud.or(group).or(none), together(days));
            let principal = names.get(&(&row.tenant_id, &row.principal_id)).copied().unwrap_or(row.principal_id.as_str());
            let association = Association {
                attach: AttachType::Pal,
                recorded: row.held(),
                label: format!("link of {principal}"),
                partner_id: row.partner_id.clone(),
                subscription: None,
                credited,
                through: through.into_iter().collect(),
                failure,
            };
            (row.tenant_id.clone(), association)
        };
        self.program.pal_links.iter().filter(|row| self.is_own(&row.partner_id)).map(link).collect()
    }

    /// The days of a link on which its principal exists.
    fn alive(&self, link: &PalLink) -> Option<Interval> {
        let to = self.register.deleted_on(&link.tenant_id, &link.principal_id).unwrap_or(Day::NEVER);
        link.held().and(Interval { from: Day::ALWAYS, to })
    }

    /// The days of a link on which its principal, or a group that has it as member, holds a role; and the roles in words.
    fn roles(&self, link: &'a PalLink) -> (Vec<Interval>, BTreeSet<String>) {
        let (mut days, mut told) = (Vec::new(), BTreeSet::new());
        let tenant = &link.tenant_id;
        let mut open: Vec<(&'a Name, Interval)> = self.alive(link).map(|alive| (&link.principal_id, alive)).into_iter().collect();
        let mut seen: BTreeSet<(&'a Name, Interval)> = open.iter().copied().collect();
        while let Some((holder, within)) = open.pop() {
            for row in self.register.roles_of(tenant, holder) {
                if let Some(held) = row.held().and(within) {
                    days.push(held);
                    told.insert(format!("{} on {}", row.role, row.scope));
                }
            }
            for row in self.register.memberships_of(tenant, holder) {
                let to = self.register.deleted_on(tenant, &row.group_id).unwrap_or(Day::NEVER);
                let member = row.held().and(within).and_then(|days| days.and(Interval { from: Day::ALWAYS, to }));
                if let Some(member) = member.filter(|days| seen.insert((&row.group_id, *days))) {
                    open.push((&row.group_id, member));
                }
            }
        }
        (days, told)
    }

    /// The days of a link on which its principal owns a resource of a workload that links are looked up for.
    fn owned(&self, link: &PalLink) -> (Vec<Interval>, BTreeSet<String>) {
        let rules = &self.register.rulebook.associations.pal;
        let (mut days, mut told) = (Vec::new(), BTreeSet::new());
        let Some(alive) = self.alive(link) else { return (days, told) };
        let rows = self.program.resource_owners.iter();
        for row in rows.filter(|row| row.tenant_id == link.tenant_id && row.principal_id == link.principal_id) {
            let counts = rules.owned.get(&row.product).is_some_and(|capacities| capacities.value.contains(&row.capacity))
                && row.environment.as_ref().is_none_or(|environment| *environment == rules.environment.value);
            if let Some(held) = row.held().and(alive).filter(|_| counts) {
                days.push(held);
                told.insert(format!("{} of {} {}", row.capacity, row.product, row.resource_id));
            }
        }
        (days, told)
    }

    /// Partners of record, on a subscription or on a product of the tenant.
    fn of_record(&self) -> Found {
        let rules = &self.register.rulebook.associations.dpor;
        let mut found = Vec::new();
        for row in self.program.partner_of_record.iter().filter(|row| self.is_own(&row.partner_id)) {
            let subscription = row.subscription_id.as_ref().and_then(|id| self.register.subscription(id));
            let sold =
                subscription.and_then(|row| row.agreement).is_some_and(|agreement| rules.excluded_agreements.value.contains(&agreement));
            let of_tenant = row.subscription_id.is_none() && row.product.as_ref() != Some(&rules.tenant_product.value);
            let forbids = (sold || of_tenant).then_some(Reason::NotCovered);
            let (credited, failure) = self.judged(&row.partner_id, forbids, together(vec![row.held()]));
            let on = match (&row.subscription_id, &row.product) {
                (Some(id), _) => format!("subscription {id}"),
                (None, Some(product)) => format!("{product} in the whole tenant"),
                (None, None) => "the tenant".to_owned(),
            };
            let association = Association {
                attach: AttachType::Dpor,
                recorded: row.held(),
                label: format!("partner of record of {on}"),
                partner_id: row.partner_id.clone(),
                subscription: row.subscription_id.clone(),
                credited,
                through: Vec::new(),
                failure,
            };
            match &row.subscription_id {
                Some(id) => found.extend(self.tenants_of(id).map(|tenant| (tenant, association.clone()))),
                None => found.extend(row.tenant_id.iter().map(|tenant| (tenant.clone(), association.clone()))),
            }
        }
        found
    }

    /// Sales: the current chain is credited for all the days of the sale, earlier ones for none.
    fn sales(&self) -> Found {
        let mut found = Vec::new();
        for row in self.program.csp.iter().filter(|row| self.is_own(&row.partner_id) && !row.held().is_empty()) {
            let chain = self.register.chain(&row.subscription_id, self.evidence.month());
            let current = chain.filter(|chain| chain.rows.contains(&row));
            let forbids = current.is_none().then_some(Reason::HeldByAnother);
            let days = current.map(|chain| chain.held).into_iter().collect();
            let (credited, failure) = self.judged(&row.partner_id, forbids, days);
            let association = Association {
                attach: self.register.tier_attach(row.tier),
                recorded: row.held(),
                label: format!("{} of subscription {}", row.tier, row.subscription_id),
                partner_id: row.partner_id.clone(),
                subscription: Some(row.subscription_id.clone()),
                credited,
                through: Vec::new(),
                failure,
            };
            found.extend(self.tenants_of(&row.subscription_id).map(|tenant| (tenant, association.clone())));
        }
        found
    }

    /// Claims; one can give several kinds of tie, and one that was never approved gives none.
    fn claims(&self) -> Found {
        let mut found = Vec::new();
        for row in self.program.claims.iter().filter(|row| self.is_own(&row.partner_id)) {
            let rules = self.register.rulebook.associations.cpor.activities.get(&row.activity);
            let on = row.workload.as_ref().map_or_else(String::new, |workload| format!(" on {workload}"));
            let mut add = |attach, recorded: Interval, forbids, days| {
                let (credited, failure) = self.judged(&row.partner_id, forbids, days);
                let association = Association {
                    attach,
                    recorded,
                    label: format!("claim {}{on}", row.claim_id),
                    partner_id: row.partner_id.clone(),
                    subscription: row.subscription_id.clone(),
                    credited,
                    through: Vec::new(),
                    failure,
                };
                found.push((row.tenant_id.clone(), association));
            };
            let ties = self.register.claim_ties(row);
            for (attach, held) in &ties {
                add(*attach, *held, None, together(vec![*held]));
            }
            if let (true, Some(rules), Some(from)) = (ties.is_empty(), rules, row.submitted_on.or(row.approved_on)) {
                add(rules.attach, Interval::new(from, row.ended_on), Some(Reason::ClaimNotApproved), Vec::new());
            }
        }
        found
    }
}

/// Intervals in order, those that touch as one, without empty ones.
fn together(mut days: Vec<Interval>) -> Vec<Interval> {
    days.retain(|days| !days.is_empty());
    days.sort();
    let mut joined: Vec<Interval> = Vec::new();
    for next in days {
        match joined.last_mut() {
            Some(last) if next.from <= last.to => last.to = last.to.max(next.to),
            _ => joined.push(next),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from: i32, to: i32) -> Interval {
        Interval { from: Day::from_epoch_days(from), to: Day::from_epoch_days(to) }
    }

    #[test]
    fn intervals_that_touch_are_one_and_empty_ones_are_none() {
        assert_eq!(together(vec![days(5, 9), days(1, 5), days(20, 20), days(12, 14), days(13, 16)]), [days(1, 9), days(12, 16)]);
    }
}
