//! Grants: who is tied to which scope of a customer's cloud, and on which days.

use std::collections::{BTreeMap, VecDeque};

use domain::attach::AttachType;
use domain::credits::{MonthSet, ScoredMonths};
use domain::names::Name;
use domain::partners::LocationIx;
use domain::register::{Register, management_scope, tidy_scope};
use domain::ties::Role;
use domain::time::{Day, Interval};
use hashbrown::HashMap;

/// A tie of a place to a location, on the days of one segment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceTie {
    /// Through which kind of association.
    pub attach: AttachType,
    /// The location.
    pub location: LocationIx,
    /// The best role, for partner admin links.
    pub role: Option<Role>,
    /// The scored months for which the tie holds: chains are looked up as of each.
    pub months: MonthSet,
}

impl PlaceTie {
    /// What makes two ties one, whatever the role.
    pub(super) fn key(&self) -> (AttachType, LocationIx, MonthSet) {
        (self.attach, self.location, self.months)
    }
}

/// A tie with the days on which it holds.
#[derive(Debug, Clone)]
pub(super) struct DatedTie {
    pub tie: PlaceTie,
    pub held: Interval,
}

/// The scopes of a tenant on which linked principals hold roles.
#[derive(Default)]
pub(super) struct TenantGrants {
    scopes: HashMap<String, u32>,
    /// The same scopes in order.
    sorted: Vec<String>,
    /// The lengths of the scopes, in order, so that most leading runs of a resource's id need no look-up.
    lengths: Vec<usize>,
    grants: Vec<Vec<DatedTie>>,
    management: Vec<(String, String, Interval)>,
}

/// Every grant of a program: links, memberships and roles worked out to dated ties on scopes. Shared by all placers.
pub(super) struct Grants<'r> {
    register: &'r Register<'r>,
    months: &'r ScoredMonths,
    every_month: MonthSet,
    tenants: HashMap<Name, TenantGrants>,
}

impl<'r> Grants<'r> {
    pub fn new(register: &'r Register<'r>, months: &'r ScoredMonths) -> Self {
        let every_month = months.iter().fold(MonthSet::default(), |set, month| set.or(months.only(month)));
        let mut grants = Self { register, months, every_month, tenants: HashMap::new() };
        let tenants: Vec<&'r Name> = register.linked_tenants().filter(|tenant| !register.excludes_links(tenant)).collect();
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let of_some = |tenants: &[&'r Name]| tenants.iter().map(|tenant| ((*tenant).clone(), grants.of_tenant(tenant))).collect::<Vec<_>>();
        let of_some = &of_some;
        let found: Vec<_> = std::thread::scope(|scope| {
            let shares = tenants.chunks(tenants.len().div_ceil(threads).max(1));
            let workers: Vec<_> = shares.map(|share| scope.spawn(move || of_some(share))).collect();
            workers.into_iter().flat_map(|worker| worker.join().expect("working out grants does not panic")).collect()
        });
        grants.tenants.extend(found);
        grants
    }

    /// The scopes of a tenant; nothing when nobody is linked there.
    pub fn in_tenant(&self, tenant: &Name) -> Option<&TenantGrants> {
        self.tenants.get(tenant)
    }

    fn of_tenant(&self, tenant: &'r Name) -> TenantGrants {
        let mut found = TenantGrants { management: self.register.management_of(tenant).collect(), ..TenantGrants::default() };
        for link in self.register.links_in(tenant) {
            let Some(location) = self.register.partners.location(&link.partner_id) else { continue };
            if self.register.is_group(tenant, &link.principal_id) {
                continue;
            }
            let Some(alive) = link.held().and(self.alive(tenant, &link.principal_id)) else { continue };
            for (holder, held) in self.holders(tenant, &link.principal_id, alive) {
                for role in self.register.roles_of(tenant, holder) {
                    let scope = found.scope(tidy_scope(role.scope.as_str()));
                    let ties = held.iter().filter_map(|days| days.and(role.held())).map(|held| DatedTie {
                        tie: PlaceTie { attach: AttachType::Pal, location, role: Some(Role::new(&role.role)), months: self.every_month },
                        held,
                    });
                    found.grants[scope as usize].extend(ties);
                }
            }
        }
        found.sorted = found.scopes.keys().cloned().collect();
        found.sorted.sort_unstable();
        found
    }

    fn alive(&self, tenant: &Name, principal: &Name) -> Interval {
        Interval { from: Day::ALWAYS, to: self.register.deleted_on(tenant, principal).unwrap_or(Day::NEVER) }
    }

    /// The principal and the groups it belongs to, through any depth, each with the days on which it does.
    fn holders(&self, tenant: &'r Name, principal: &'r Name, alive: Interval) -> BTreeMap<&'r Name, Vec<Interval>> {
        let mut holders = BTreeMap::from([(principal, vec![alive])]);
        let mut open = VecDeque::from([principal]);
        while let Some(member) = open.pop_front() {
            let days = holders.get(member).cloned().unwrap_or_default();
            for row in self.register.memberships_of(tenant, member) {
                let Some(held) = row.held().and(self.alive(tenant, &row.group_id)) else { continue };
                let through: Vec<Interval> = days.iter().filter_map(|days| days.and(held)).collect();
                if add_days(holders.entry(&row.group_id).or_default(), through) {
                    open.push_back(&row.group_id);
                }
            }
        }
        holders
    }

    /// The management groups that hold a subscription, through any depth, each with the days on which it does.
    fn management_groups(&self, tenant: &Name, subscription_scope: &str) -> BTreeMap<String, Vec<Interval>> {
        let mut groups = BTreeMap::from([(subscription_scope.to_owned(), vec![Interval::ALWAYS])]);
        let rows = self.tenants.get(tenant).map_or(&[][..], |grants| &grants.management);
        let mut open = VecDeque::from([subscription_scope.to_owned()]);
        while let Some(child) = open.pop_front() {
            let days = groups.get(&child).cloned().unwrap_or_default();
            for (parent, _, held) in rows.iter().filter(|(_, of, _)| *of == child) {
                let through: Vec<Interval> = days.iter().filter_map(|days| days.and(*held)).collect();
                if add_days(groups.entry(parent.clone()).or_default(), through) {
                    open.push_back(parent.clone());
                }
            }
        }
        groups.remove(subscription_scope);
        groups.insert(management_scope(tenant.as_str()), vec![Interval::ALWAYS]);
        groups
    }

    /// The dated ties of every resource of a subscription.
    pub fn of_subscription(&self, tenant: &Name, subscription: &Name) -> Vec<DatedTie> {
        let own = format!("/subscriptions/{subscription}");
        let mut ties = Vec::new();
        if let Some(grants) = self.tenants.get(tenant) {
            ties.extend(["/", own.as_str()].iter().flat_map(|scope| grants.on(scope)).cloned());
            for (group, held) in self.management_groups(tenant, &own) {
                for tie in grants.on(&group) {
                    ties.extend(held.iter().filter_map(|days| days.and(tie.held)).map(|held| DatedTie { held, ..tie.clone() }));
                }
            }
        }
        for row in self.register.partners_of_record(subscription) {
            if let Some(location) = self.register.partners.location(&row.partner_id) {
                let tie = PlaceTie { attach: AttachType::Dpor, location, role: None, months: self.every_month };
                ties.push(DatedTie { tie, held: row.held() });
            }
        }
        for month in self.months.iter() {
            let Some(chain) = self.register.chain(subscription, month) else { continue };
            for row in &chain.rows {
                let Some(location) = self.register.partners.location(&row.partner_id) else { continue };
                let attach = self.register.tier_attach(row.tier);
                let tie = PlaceTie { attach, location, role: None, months: self.months.only(month) };
                ties.push(DatedTie { tie, held: chain.held });
            }
        }
        ties.retain(|tie| !tie.held.is_empty());
        ties
    }
}

impl TenantGrants {
    fn scope(&mut self, scope: String) -> u32 {
        let next = u32::try_from(self.grants.len()).expect("a tenant has fewer than 2^32 scopes");
        if let Err(at) = self.lengths.binary_search(&scope.len()) {
            self.lengths.insert(at, scope.len());
        }
        let id = *self.scopes.entry(scope).or_insert(next);
        if id == next {
            self.grants.push(Vec::new());
        }
        id
    }

    /// The ties on the scope of a number that [`TenantGrants::covering`] gave.
    pub fn numbered(&self, scope: u32) -> &[DatedTie] {
        &self.grants[scope as usize]
    }

    fn on(&self, scope: &str) -> &[DatedTie] {
        self.scopes.get(scope).map_or(&[], |id| &self.grants[*id as usize])
    }

    /// Whether there is a scope below a part of a resource's id, which ends with a whole segment.
    pub fn has_below(&self, part: &str, lower: &mut String) -> bool {
        compare(part, lower);
        if lower != "/" {
            lower.push('/');
        }
        let after = self.sorted.partition_point(|scope| scope.as_str() <= lower.as_str());
        self.sorted.get(after).is_some_and(|scope| scope.starts_with(lower.as_str()))
    }

    /// Adds the scopes with grants that a resource lies at or under: itself and the leading runs of its whole segments.
    pub fn covering(&self, resource: &str, lower: &mut String, scopes: &mut Vec<u32>) {
        if resource.trim().is_empty() {
            return;
        }
        compare(resource, lower);
        let is_end = |end: &&usize| **end > 1 && (**end == lower.len() || lower.as_bytes().get(**end) == Some(&b'/'));
        scopes.extend(self.lengths.iter().filter(is_end).filter_map(|end| self.scopes.get(&lower[..*end])));
    }
}

/// Adds days to a set of disjoint intervals; whether the set grew.
fn add_days(known: &mut Vec<Interval>, more: Vec<Interval>) -> bool {
    let mut all: Vec<Interval> = known.iter().copied().chain(more).collect();
    all.sort_unstable();
    let mut merged: Vec<Interval> = Vec::with_capacity(all.len());
    for days in all {
        match merged.last_mut() {
            Some(last) if days.from <= last.to => last.to = last.to.max(days.to),
            _ => merged.push(days),
        }
    }
    let grew = merged != *known;
    *known = merged;
    grew
}

/// Writes the form in which a resource's id is compared with scopes into `lower`.
fn compare(resource: &str, lower: &mut String) {
    lower.clear();
    if is_tidy(resource) {
        lower.push_str(resource);
        lower.make_ascii_lowercase();
    } else {
        lower.push_str(&tidy_scope(Name::new(resource).as_str()));
    }
}

/// Whether lower case is all that a resource's id lacks to be compared with scopes.
pub(super) fn is_tidy(resource: &str) -> bool {
    let bytes = resource.as_bytes();
    let ends_well = |byte: &u8| *byte > b' ' && *byte != b'/';
    resource.is_ascii() && bytes.len() > 1 && bytes[0] == b'/' && bytes[1] != b'/' && bytes.last().is_some_and(ends_well)
}
