//! Explanations: the tree behind a score, down to the rows that count and those that do not.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::attach::AttachSet;
use crate::designations::Scoring;
use crate::evidence::{Evidence, RowGroup, RowSums};
use crate::fraction::Fraction;
use crate::metrics::{Figure, Leaf, Measurement, Quantity, Table, Term};
use crate::names::Name;
use crate::partners::AccountIx;
use crate::points::{Measured, score_metric};
use crate::reasons::Reason;
use crate::rulebook::designations::Combine;
use crate::rulebook::entries::Entry;
use crate::rulebook::{AreaRules, MetricRule, PartKind, PartRule, RateUnit, Rulebook, TrackRules};

/// A node of an explanation: area → track → metric → part → term → customer or person → figure → rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node {
    /// What kind of node: `area`, `track`, `metric`, `part`, `term`, `gate`, `customer`, `person`, `service`, `figure`, `rows`.
    pub kind: &'static str,
    /// What it is, in words.
    pub label: String,
    /// What it is about: names of keys (`area`, `track`, `metric`, `tenant_id`, `month`, …) with their values.
    pub keys: Vec<(&'static str, String)>,
    /// Its number, exact.
    pub value: Fraction,
    /// The unit of the number.
    pub unit: &'static str,
    /// Its points, for metrics and parts.
    pub points: Option<Fraction>,
    /// What it adds to its parent, with its sign; nothing when it does not count.
    pub adds: Fraction,
    /// Whether what the children add is the value.
    pub adds_up: bool,
    /// Whether the parent counts it.
    pub counted: bool,
    /// Why it does not count.
    pub reason: Option<Reason>,
    /// The arithmetic with the partner's own numbers.
    pub arithmetic: Option<String>,
    /// The rules that decided.
    pub rules: Vec<RuleRef>,
    /// The associations that gave the credit, in words.
    pub associations: Vec<String>,
    /// What a reader must know beside the number.
    pub notes: Vec<String>,
    /// The same, where it names people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes_on_people: Vec<String>,
    /// How many rows a node of rows stands for.
    pub rows: u64,
    /// Whether there are rows behind it that were not asked for.
    #[serde(skip)]
    pub has_more: bool,
    /// What it consists of.
    pub children: Vec<Node>,
}

/// A rule as an explanation cites it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RuleRef {
    /// The place in the rulebook: `data-ai/net-customer-adds/minimum_usd`.
    pub field: String,
    /// Its value.
    pub value: String,
    /// The version of the rulebook.
    pub version: String,
    /// The source of the value.
    pub source: String,
}

impl Node {
    fn new(kind: &'static str, label: String, value: Fraction, unit: &'static str) -> Self {
        Self {
            kind,
            label,
            keys: Vec::new(),
            adds: value.clone(),
            value,
            unit,
            points: None,
            adds_up: false,
            counted: true,
            reason: None,
            arithmetic: None,
            rules: Vec::new(),
            associations: Vec::new(),
            notes: Vec::new(),
            notes_on_people: Vec::new(),
            rows: 0,
            has_more: false,
            children: Vec::new(),
        }
    }

    /// How many nodes there are at and below this one.
    #[must_use]
    pub fn size(&self) -> usize {
        1 + self.children.iter().map(Self::size).sum::<usize>()
    }

    /// The node, not counted by its parent.
    fn uncounted(self, reason: Option<Reason>) -> Self {
        Self { adds: Fraction::zero(), counted: false, reason, ..self }
    }

    /// Whether the value is dollars: its own unit says so, or `inherited`, that of what it is part of, or else that of what is behind it.
    #[must_use]
    pub fn is_money(&self, inherited: &str) -> bool {
        match (self.unit, inherited) {
            ("dollars", _) | ("", "dollars") => true,
            ("", "") => self.children.iter().any(|child| child.is_money("")),
            _ => false,
        }
    }

    /// The unit that parts have when they name none; nothing when the parts do not add up to the value.
    #[must_use]
    pub fn unit_within(&self, inherited: &'static str) -> &'static str {
        match (self.adds_up, self.unit) {
            (false, _) => "",
            (true, "") => inherited,
            (true, own) => own,
        }
    }

    /// The nodes at and below this one that claim to add up and do not; none in a sound explanation. Nodes whose rows were not asked for are
    /// not looked at.
    #[must_use]
    pub fn unsound(&self) -> Vec<&Self> {
        let sum: Fraction = self.children.iter().map(|child| child.adds.clone()).sum();
        let own = (self.adds_up && !self.has_more && sum != self.value).then_some(self);
        own.into_iter().chain(self.children.iter().flat_map(Self::unsound)).collect()
    }
}

/// Explains the score of an account in an area as of the day of `scoring`; `evidence` holds the rows that concern the account, and tells which
/// of them are wanted.
#[must_use]
pub fn explain(scoring: &Scoring<'_>, evidence: &Evidence<'_>, account: AccountIx, area: &AreaRules) -> Node {
    let score = scoring.score(account, area);
    let rulebook = scoring.register().rulebook;
    let explainer = Explainer {
        scoring,
        evidence,
        account,
        area,
        rulebook,
        entries: rulebook.entries(),
        groups: TABLES.map(|table| by_tenant(evidence, table)),
    };
    let tracks = area.tracks.iter().zip(&score.tracks).map(|(rules, track)| {
        let node = explainer.track(rules, track.score.clone());
        let notes =
            if track.qualified { vec!["qualifies: the points and the floor of every metric are reached".to_owned()] } else { Vec::new() };
        let node = Node { notes, ..node };
        if track.chosen { node } else { node.uncounted(None) }
    });
    let chosen = score.chosen();
    let mut node = Node::new("area", area.title.clone(), chosen.score.clone(), "points");
    node.children = tracks.collect();
    node.adds_up = true;
    node.keys = vec![("global_partner_id", score.global_partner_id.to_string()), ("area", area.area.to_string())];
    node.keys.extend([("as_of", score.as_of.to_string()), ("month", score.month.to_string())]);
    node.arithmetic = Some(format!("{} of {} points needed", chosen.score.shown(), explainer.rulebook.program.qualifying_points.value));
    node.rules = explainer.rules(&["qualifying_points", "floor", "partial_units", "missing_baseline"]);
    node.rules.extend(explainer.rules(&[&format!("{}.", area.area)]));
    node.notes.extend(evidence.extent().told().map(str::to_owned));
    node
}

struct Explainer<'e, 'a, 'v> {
    scoring: &'e Scoring<'a>,
    evidence: &'e Evidence<'v>,
    account: AccountIx,
    area: &'e AreaRules,
    rulebook: &'a Rulebook,
    /// Every value of the rulebook, to be cited.
    entries: Vec<Entry>,
    /// The rows of each of [`TABLES`] by customer: there is a figure of each customer for each metric.
    groups: [BTreeMap<&'e Name, Groups<'e>>; TABLES.len()],
}

/// The tables of usage, each at its own place.
const TABLES: [Table; 3] = [Table::Consumption, Table::Usage, Table::Revenue];

/// Groups of rows, in their order.
type Groups<'e> = Vec<(&'e RowGroup, &'e RowSums)>;

fn by_tenant<'e>(evidence: &'e Evidence<'_>, table: Table) -> BTreeMap<&'e Name, Groups<'e>> {
    let mut groups: BTreeMap<&Name, Groups<'_>> = BTreeMap::new();
    for (group, sums) in evidence.of(table) {
        groups.entry(&group.tenant).or_default().push((group, sums));
    }
    groups
}

impl Explainer<'_, '_, '_> {
    fn track(&self, rules: &TrackRules, score: Fraction) -> Node {
        let label = rules.track.as_ref().map_or_else(|| "all metrics".to_owned(), |track| format!("track {track}"));
        let mut node = Node::new("track", label, score, "points");
        node.keys = rules.track.iter().map(|track| ("track", track.to_string())).collect();
        node.children = rules.metrics.iter().map(|rule| self.metric(rules, rule)).collect();
        node.adds_up = true;
        node
    }

    fn metric(&self, track: &TrackRules, rule: &MetricRule) -> Node {
        let asked = self.scoring.measuring(self.account, self.scoring.as_of(), true);
        let Measured { score, parts, part_points, used } = score_metric(&asked, rule);
        let mut node = Node::new("metric", rule.metric.shown().to_owned(), score.value.clone(), score.unit);
        let place = match &track.track {
            Some(track) => format!("{}/{track}/{}", self.area.area, rule.metric.as_str()),
            None => format!("{}/{}", self.area.area, rule.metric.as_str()),
        };
        node.keys = vec![("metric", rule.metric.as_str().to_owned())];
        node.adds = score.points.clone();
        node.notes = score.notes.iter().map(|note| format!("{}: {}", note.code(), note.sentence())).collect();
        node.rules = self.rules(&[&format!("{place}/")]);
        let uncapped: Fraction = part_points.iter().zip(&used).filter(|(_, used)| **used).map(|(points, _)| points.clone()).sum();
        let capped = if uncapped > score.points { format!(", at most {}", rule.max.value) } else { String::new() };
        node.points = Some(score.points.clone());
        if rule.combine == Combine::One {
            let (part, measured) = (&rule.parts[0], &parts[0]);
            let worth =
                format!("{} × {} a unit = {} points{capped}", measured.value.brief(), part.points_per_unit.value.exact(), uncapped.brief());
            node.arithmetic = Some(format!("{}; {worth}", measured.arithmetic));
            self.fill(&mut node, part, measured);
            return node;
        }
        node.adds_up = true;
        node.arithmetic = Some(format!("{} points{capped}", uncapped.brief()));
        let all = rule.parts.iter().zip(parts).zip(part_points.into_iter().zip(used));
        node.children = all.map(|((part, measured), (points, used))| self.part(rule.combine, part, &measured, points, used)).collect();
        node
    }

    fn part(&self, combine: Combine, rule: &PartRule, measured: &Measurement, points: Fraction, used: bool) -> Node {
        let name = rule.part.as_ref().map_or_else(String::new, ToString::to_string);
        let mut node = Node::new("part", name.clone(), measured.value.clone(), measured.unit);
        node.keys = vec![("part", name)];
        let worth = format!("{} × {} a unit = {} points", measured.value.brief(), rule.points_per_unit.value.exact(), points.brief());
        node.arithmetic = Some(format!("{}; {worth}", measured.arithmetic));
        node.adds = match combine {
            Combine::AddUnits => measured.value.clone().floor_zero(),
            Combine::AddPoints => points.clone(),
            Combine::One | Combine::Best => measured.value.clone(),
        };
        node.points = Some(points);
        self.fill(&mut node, rule, measured);
        if used { node } else { node.uncounted(None) }
    }

    /// The terms of a measurement as children.
    fn fill(&self, node: &mut Node, rule: &PartRule, measured: &Measurement) {
        let is_skilling = matches!(rule.measure, PartKind::CertifiedPeople { .. });
        node.adds_up = measured.unit != "percent";
        let last = measured.terms.len().saturating_sub(1);
        let terms = measured.terms.iter().enumerate().map(|(ix, term)| {
            let is_gate = is_skilling && ix < last;
            let child = self.term(rule, term, if is_gate { "gate" } else { "term" });
            if is_gate { child.uncounted(None) } else { child }
        });
        node.children = terms.collect();
        let moved = won_and_lost(&node.children);
        if is_skilling {
            node.notes_on_people.extend(moved)
        } else {
            node.notes.extend(moved)
        }
        node.children.extend(self.left_out(rule, measured));
    }

    /// Customers whose usage concerns the partner and is not credited at all, each with the reasons: they are in no term.
    fn left_out(&self, rule: &PartRule, measured: &Measurement) -> Option<Node> {
        let month = self.scoring.as_of().closed_month();
        let quantity = Quantity::read_by(&rule.measure)?;
        let from = measured.base.map_or(month.minus(11), |(_, month)| month);
        let reads = Reads::of(&rule.measure, self.rulebook);
        let mut customers: BTreeMap<&Name, Groups<'_>> = BTreeMap::new();
        let mut credited: BTreeSet<&Name> = BTreeSet::new();
        for (group, sums) in self.evidence.of(quantity.table()) {
            match reads.judge(group) {
                _ if group.month < from => {}
                Some(Reason::ServiceNotInArea) => {}
                None => {
                    credited.insert(&group.tenant);
                }
                Some(_) => customers.entry(&group.tenant).or_default().push((group, sums)),
            }
        }
        customers.retain(|tenant, _| !credited.contains(tenant));
        let children: Vec<Node> = customers.iter().map(|(tenant, groups)| self.without_credit(tenant, &reads, quantity, groups)).collect();
        if children.is_empty() {
            return None;
        }
        let reason = most_frequent(children.iter().filter_map(|child| Some((child.reason?, 1))));
        let value = children.iter().map(|child| child.value.clone()).sum();
        let mut node = Node::new("term", format!("customers without credit since {from}: {}", quantity.shown()), value, quantity.unit());
        node.children = children;
        Some(node.uncounted(reason))
    }

    /// A customer none of whose rows is credited.
    fn without_credit(&self, tenant: &Name, reads: &Reads<'_>, quantity: Quantity, groups: &Groups<'_>) -> Node {
        let value = groups.iter().map(|(group, sums)| self.worth(quantity, group, sums)).sum();
        let mut node = Node::new("customer", self.scoring.register().customer_name(tenant), value, quantity.unit());
        node.keys = vec![("tenant_id", tenant.to_string())];
        let is_told = |group: &RowGroup| self.evidence.rows().has(tenant, &group.item);
        let told = groups.iter().filter(|(group, _)| is_told(group));
        node.children = told.map(|(group, sums)| self.rows(reads, quantity, group, sums)).collect();
        node.has_more = groups.iter().any(|(group, _)| !is_told(group));
        node.uncounted(most_frequent(groups.iter().filter_map(|(group, sums)| Some((reads.judge(group)?, sums.rows)))))
    }

    fn term(&self, rule: &PartRule, term: &Term, kind: &'static str) -> Node {
        let unit = if kind == "gate" { "people" } else { "" };
        let mut node = Node::new(kind, term.label.clone(), term.value.clone(), unit);
        if term.subtracted {
            node.adds = Fraction::zero() - term.value.clone();
        }
        node.adds_up = true;
        node.children = term.leaves.iter().map(|leaf| self.leaf(rule, leaf)).collect();
        node
    }

    fn leaf(&self, rule: &PartRule, leaf: &Leaf) -> Node {
        let (kind, mut label) = match (&leaf.tenant, &leaf.person, &leaf.item) {
            (_, Some(person), _) => ("person", self.scoring.people().label(person).map_or_else(|| person.to_string(), str::to_owned)),
            (Some(tenant), ..) => ("customer", self.scoring.register().customer_name(tenant)),
            (None, None, item) => ("service", item.as_ref().map_or_else(String::new, ToString::to_string)),
        };
        if let (Some(item), "customer" | "person") = (&leaf.item, kind) {
            label = format!("{label}: {item}");
        }
        let mut node = Node::new(kind, label, leaf.value.clone(), "");
        let keys = [("tenant_id", &leaf.tenant), ("item", &leaf.item), ("person_id", &leaf.person)];
        node.keys = keys.into_iter().filter_map(|(key, value)| value.as_ref().map(|value| (key, value.to_string()))).collect();
        node.children = leaf.figures.iter().map(|figure| self.figure(rule, leaf, figure)).collect();
        let sum: Fraction = node.children.iter().map(|child| child.value.clone()).sum();
        node.adds_up = !node.children.is_empty() && sum == leaf.value;
        if leaf.reason.is_some() { node.uncounted(leaf.reason) } else { node }
    }

    /// A figure with the rows that make it, and those of the same customer and months that do not.
    fn figure(&self, rule: &PartRule, leaf: &Leaf, figure: &Figure) -> Node {
        let months = if figure.from == figure.to { figure.to.to_string() } else { format!("{} to {}", figure.from, figure.to) };
        let mut node = Node::new("figure", format!("{} {months}", figure.quantity.shown()), figure.value.clone(), figure.quantity.unit());
        node.keys = vec![("from", figure.from.to_string()), ("to", figure.to.to_string())];
        node.adds_up = true;
        let reads = Reads::of(&rule.measure, self.rulebook);
        let groups = self.groups_of(leaf.tenant.as_ref(), figure.quantity.table());
        let concerned = groups.filter(|(group, _)| {
            (figure.from..=figure.to).contains(&group.month)
                && leaf.item.as_ref().is_none_or(|item| self.is_item(item, &group.item, figure.quantity))
        });
        for (group, sums) in concerned {
            if self.evidence.rows().has(&group.tenant, &group.item) {
                node.children.push(self.rows(&reads, figure.quantity, group, sums));
            } else {
                node.has_more = true;
            }
        }
        node
    }

    /// The rows of a customer in a table, or of all of them, in their order.
    fn groups_of<'s>(&'s self, tenant: Option<&Name>, table: Table) -> impl Iterator<Item = (&'s RowGroup, &'s RowSums)> + use<'s> {
        let groups = &self.groups[table as usize];
        let (own, all) = match tenant {
            Some(tenant) => (groups.get(tenant), None),
            None => (None, Some(groups.values())),
        };
        own.into_iter().chain(all.into_iter().flatten()).flatten().copied()
    }

    /// Whether rows of `found` belong to the leaf's item: the same name, for MCV the same rate-card row.
    fn is_item(&self, item: &Name, found: &Name, quantity: Quantity) -> bool {
        match quantity {
            Quantity::Mcv => self.rulebook.rate_row(found).is_some_and(|(row, _)| row == item),
            _ => item == found,
        }
    }

    fn rows(&self, reads: &Reads<'_>, quantity: Quantity, group: &RowGroup, sums: &RowSums) -> Node {
        let value = self.worth(quantity, group, sums);
        let place = group.resource.as_ref().or(group.subscription.as_ref()).map_or("", Name::as_str);
        let mut node = Node::new("rows", format!("{} {} {place}", group.month, group.item).trim_end().to_owned(), value, quantity.unit());
        node.keys = vec![("tenant_id", group.tenant.to_string()), ("month", group.month.to_string()), ("item", group.item.to_string())];
        let optional = [("subscription_id", &group.subscription), ("resource_id", &group.resource)];
        node.keys.extend(optional.into_iter().filter_map(|(key, value)| value.as_ref().map(|value| (key, value.to_string()))));
        node.rows = sums.rows;
        node.keys.extend(sums.told().map(|lines| ("lines", lines)));
        node.associations.clone_from(&group.associations);
        match reads.judge(group) {
            None => node,
            reason => node.uncounted(reason),
        }
    }

    fn worth(&self, quantity: Quantity, group: &RowGroup, sums: &RowSums) -> Fraction {
        match quantity {
            Quantity::Acr | Quantity::Revenue => sums.dollars.into(),
            Quantity::Seats => sums.seats.into(),
            Quantity::Users => sums.users.into(),
            Quantity::Mcv => self.rulebook.rate_row(&group.item).map_or_else(Fraction::zero, |(_, rate)| {
                let units = match rate.unit {
                    RateUnit::ActiveUsers => sums.users,
                    RateUnit::Quantity => sums.quantity,
                };
                &Fraction::from(units) * &rate.rate
            }),
        }
    }

    /// The values of the rulebook whose place begins with one of `prefixes`.
    fn rules(&self, prefixes: &[&str]) -> Vec<RuleRef> {
        let cited = self.entries.iter().filter(|entry| prefixes.iter().any(|prefix| entry.path.starts_with(prefix)));
        let version = &self.rulebook.program.version;
        let text = |value: &toml::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        cited
            .map(|entry| RuleRef {
                value: text(&entry.value),
                field: entry.path.clone(),
                version: version.clone(),
                source: entry.source.clone(),
            })
            .collect()
    }
}

/// The reason that stands for most, with how many each stands for.
fn most_frequent(reasons: impl Iterator<Item = (Reason, u64)>) -> Option<Reason> {
    let mut counts: BTreeMap<Reason, u64> = BTreeMap::new();
    reasons.for_each(|(reason, count)| *counts.entry(reason).or_default() += count);
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(reason, _)| reason)
}

/// Which customers count now and did not a year earlier, and the other way round: what a partner looks for first.
fn won_and_lost(terms: &[Node]) -> Vec<String> {
    let [now, before] = terms else { return Vec::new() };
    let one = Fraction::whole(1);
    let is_count = |term: &Node| !term.children.is_empty() && term.children.iter().all(|leaf| !leaf.counted || leaf.value == one);
    if !is_count(now) || !is_count(before) {
        return Vec::new();
    }
    let customers =
        |term: &Node| -> BTreeSet<String> { term.children.iter().filter(|leaf| leaf.counted).map(|leaf| leaf.label.clone()).collect() };
    let (now, before) = (customers(now), customers(before));
    let tell = |what: &str, names: Vec<&String>| {
        let shown: Vec<&str> = names.iter().take(NAMED_MAX).map(|name| name.as_str()).collect();
        let more = names.len().saturating_sub(NAMED_MAX);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!names.is_empty()).then(|| format!("{} {what}: {}{more}", names.len(), shown.join(", ")))
    };
    [tell("won", now.difference(&before).collect()), tell("lost", before.difference(&now).collect())].into_iter().flatten().collect()
}

/// How many customers a note names.
const NAMED_MAX: usize = 8;

impl Quantity {
    /// What a kind of measurement adds up; nothing for people.
    const fn read_by(kind: &PartKind) -> Option<Self> {
        match kind {
            PartKind::ConsumingCustomers { .. } | PartKind::ConsumptionGrowth { .. } | PartKind::DistinctServices { .. } => Some(Self::Acr),
            PartKind::SeatedCustomers { .. } => Some(Self::Seats),
            PartKind::ProtectedUserGrowth { .. } | PartKind::ActiveUserGrowth { .. } | PartKind::ActiveDeployments { .. } => {
                Some(Self::Users)
            }
            PartKind::RevenuePairs { .. } => Some(Self::Revenue),
            PartKind::McvGrowth { .. } | PartKind::McvDeployments { .. } => Some(Self::Mcv),
            PartKind::CertifiedPeople { .. } => None,
        }
    }

    /// The table whose rows make the quantity.
    const fn table(self) -> Table {
        match self {
            Self::Acr => Table::Consumption,
            Self::Seats | Self::Users | Self::Mcv => Table::Usage,
            Self::Revenue => Table::Revenue,
        }
    }
}

/// The attach types that are accepted for rows of a name.
type Accepts<'r> = Box<dyn Fn(&Name) -> AttachSet + 'r>;
/// Whether rows of a name are read at all.
type Counts<'r> = Box<dyn Fn(&Name) -> bool + 'r>;

/// Which rows a kind of measurement counts: accepted attach types, and the names that it reads.
struct Reads<'r> {
    accepts: Accepts<'r>,
    counts_item: Counts<'r>,
}

impl<'r> Reads<'r> {
    fn of(kind: &'r PartKind, rulebook: &'r Rulebook) -> Self {
        let set = |accepts: AttachSet| -> Accepts<'r> { Box::new(move |_| accepts) };
        let lists = |lists: &'r [Name]| -> Counts<'r> { Box::new(move |item| lists.iter().any(|list| rulebook.is_on(list, item))) };
        let (accepts, counts_item): (Accepts<'r>, Counts<'r>) = match kind {
            PartKind::ConsumingCustomers { accepts, services, .. } | PartKind::ConsumptionGrowth { accepts, services, .. } => {
                let listed = move |item: &Name| services.as_ref().is_none_or(|list| rulebook.is_on(list, item));
                (set(accepts.value), Box::new(listed))
            }
            PartKind::DistinctServices { accepts, .. } => (set(accepts.value), Box::new(|_| true)),
            PartKind::SeatedCustomers { seats, .. } => (set(seats.accepts.value), lists(&seats.workloads)),
            PartKind::ActiveUserGrowth { accepts, seats, .. } | PartKind::ActiveDeployments { accepts, seats, .. } => {
                (set(accepts.value), lists(&seats.workloads))
            }
            PartKind::ProtectedUserGrowth { accepts, workloads, .. } | PartKind::RevenuePairs { accepts, workloads, .. } => {
                (set(accepts.value), lists(std::slice::from_ref(workloads)))
            }
            PartKind::McvGrowth { accepts, .. } | PartKind::McvDeployments { accepts, .. } => {
                let by_family = move |item: &Name| {
                    let family = rulebook.rate_row(item).and_then(|(_, rate)| accepts.get(&rate.family));
                    family.map_or(AttachSet::NONE, |accepted| accepted.value)
                };
                (Box::new(by_family), Box::new(|_| true))
            }
            PartKind::CertifiedPeople { .. } => (set(AttachSet::NONE), Box::new(|_| false)),
        };
        Self { accepts, counts_item }
    }

    /// Why rows do not count: nothing when they do.
    fn judge(&self, group: &RowGroup) -> Option<Reason> {
        if group.failure == Some(Reason::OfferExcluded) {
            group.failure
        } else if !(self.counts_item)(&group.item) {
            Some(Reason::ServiceNotInArea)
        } else if group.attach.meets((self.accepts)(&group.item)) {
            None
        } else if group.attach == AttachSet::NONE {
            Some(group.failure.unwrap_or(Reason::NoAssociation))
        } else {
            Some(Reason::TypeNotAccepted)
        }
    }
}
