//! Dated segments of partner sets: for a place in a customer's cloud, who is tied to its usage from which day.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

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
    fn key(&self) -> (AttachType, LocationIx, MonthSet) {
        (self.attach, self.location, self.months)
    }
}

/// A tie with the days on which it holds.
#[derive(Debug, Clone)]
struct DatedTie {
    tie: PlaceTie,
    held: Interval,
}

/// A partner set from a day on, until the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    pub from: Day,
    pub set: u32,
}

/// The scopes of a tenant on which linked principals hold roles.
#[derive(Default)]
struct TenantGrants {
    scopes: HashMap<String, u32>,
    /// Whether there is a scope of a length, so that most leading runs of a resource's id need no look-up.
    lengths: Vec<bool>,
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
        for tenant in register.linked_tenants().filter(|tenant| !register.excludes_links(tenant)) {
            let of_tenant = grants.of_tenant(tenant);
            grants.tenants.insert(tenant.clone(), of_tenant);
        }
        grants
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
    fn of_subscription(&self, tenant: &Name, subscription: &Name) -> Vec<DatedTie> {
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
        let length = scope.len();
        self.lengths.resize(self.lengths.len().max(length + 1), false);
        self.lengths[length] = true;
        let id = *self.scopes.entry(scope).or_insert(next);
        if id == next {
            self.grants.push(Vec::new());
        }
        id
    }

    fn on(&self, scope: &str) -> &[DatedTie] {
        self.scopes.get(scope).map_or(&[], |id| &self.grants[*id as usize])
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

type TenantSubscription = (Name, Name);
/// What a set of ties becomes.
type Shares<'g, S> = Box<dyn Fn(&[&PlaceTie]) -> Vec<S> + 'g>;

/// Segments by place, with partner sets stored once. Set 0 is the empty one.
pub(super) struct Segments<'g, 'r, S> {
    grants: &'g Grants<'r>,
    shares: Shares<'g, S>,
    subscriptions: HashMap<TenantSubscription, (u32, Rc<Vec<DatedTie>>)>,
    lists: HashMap<(u32, Vec<u32>), (u32, u32)>,
    segments: Vec<Segment>,
    sets: Vec<Vec<S>>,
    set_ids: HashMap<Vec<S>, u32>,
}

impl<'g, 'r, S: Clone + Eq + std::hash::Hash> Segments<'g, 'r, S> {
    pub fn new(grants: &'g Grants<'r>, shares: impl Fn(&[&PlaceTie]) -> Vec<S> + 'g) -> Self {
        Self {
            grants,
            shares: Box::new(shares),
            subscriptions: HashMap::new(),
            lists: HashMap::new(),
            segments: Vec::new(),
            sets: vec![Vec::new()],
            set_ids: HashMap::from([(Vec::new(), 0)]),
        }
    }

    /// The segments of a range, as [`Segments::of_place`] gives it.
    pub fn slice(&self, (start, end): (u32, u32)) -> &[Segment] {
        &self.segments[start as usize..end as usize]
    }

    /// The sets, by number.
    pub fn into_sets(self) -> Vec<Vec<S>> {
        self.sets
    }

    /// The segments of a resource of a subscription, as a range; places under the same grants share one.
    pub fn of_place(&mut self, tenant: &str, subscription: &str, resource: &str) -> (u32, u32) {
        let key = (Name::new(tenant), Name::new(subscription));
        let next = u32::try_from(self.subscriptions.len()).expect("fewer than 2^32 subscriptions");
        let grants = self.grants;
        let known = self.subscriptions.entry(key.clone());
        let (number, own) = known.or_insert_with(|| (next, Rc::new(grants.of_subscription(&key.0, &key.1))));
        let (number, own) = (*number, Rc::clone(own));
        let of_tenant = grants.tenants.get(&key.0);
        let extra = of_tenant.map(|of_tenant| covering_scopes(of_tenant, resource)).unwrap_or_default();
        let list_key = (number, extra);
        if let Some(known) = self.lists.get(&list_key) {
            return *known;
        }
        let extra = &list_key.1;
        let of_resource = extra.iter().flat_map(|scope| of_tenant.map_or(&[][..], |of_tenant| &of_tenant.grants[*scope as usize]));
        let ties: Vec<&DatedTie> = own.iter().chain(of_resource).collect();
        let range = self.cut(&ties);
        self.lists.insert(list_key, range);
        range
    }

    /// Cuts dated ties into segments on whose days the same ties hold.
    fn cut(&mut self, ties: &[&DatedTie]) -> (u32, u32) {
        let mut days: Vec<Day> = ties.iter().flat_map(|tie| [tie.held.from, tie.held.to]).collect();
        days.sort_unstable();
        days.dedup();
        let start = self.segments.len();
        let mut last = 0;
        let mut held: Vec<&PlaceTie> = Vec::with_capacity(ties.len());
        for day in days {
            held.clear();
            held.extend(ties.iter().filter(|tie| tie.held.holds_on(day)).map(|tie| &tie.tie));
            // The best role sorts first and is the one that is kept.
            held.sort_unstable_by(|one, other| (one.key(), &one.role).cmp(&(other.key(), &other.role)));
            held.dedup_by_key(|tie| tie.key());
            let shares = (self.shares)(&held);
            let set = self.intern(shares);
            if set != last {
                self.segments.push(Segment { from: day, set });
                last = set;
            }
        }
        (narrow(start), narrow(self.segments.len()))
    }

    fn intern(&mut self, shares: Vec<S>) -> u32 {
        if let Some(known) = self.set_ids.get(&shares) {
            return *known;
        }
        let id = narrow(self.sets.len());
        self.sets.push(shares.clone());
        self.set_ids.insert(shares, id);
        id
    }
}

/// The scopes with grants that a resource lies at or under: itself and the leading runs of its whole segments.
fn covering_scopes(grants: &TenantGrants, resource: &str) -> Vec<u32> {
    if resource.trim().is_empty() {
        return Vec::new();
    }
    let resource = tidy_scope(Name::new(resource).as_str());
    let ends = resource.match_indices('/').skip(1).map(|(end, _)| end).chain([resource.len()]);
    let has_scope = |end: &usize| grants.lengths.get(*end).copied().unwrap_or(false);
    ends.filter(has_scope).filter_map(|end| grants.scopes.get(&resource[..end]).copied()).collect()
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).expect("fewer than 2^32 segments")
}
