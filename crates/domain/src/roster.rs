//! The roster: a partner's people with their certificates, the steps that those count in, and what expires when.

use std::collections::{BTreeMap, BTreeSet};

use crate::designations::Scoring;
use crate::facts::{Certification, Person, Program};
use crate::fraction::Fraction;
use crate::names::Name;
use crate::partners::AccountIx;
use crate::points::score_metric;
use crate::reasons::Reason;
use crate::rulebook::{MetricName, MetricRule, PartKind};
use crate::time::{Day, Interval};

/// The people of a partner, as of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    /// Everybody who is, was or will be linked to the partner, by name.
    pub people: Vec<Member>,
    /// The steps of skilling metrics, in the order of areas and metrics: those of the track that counts.
    pub steps: Vec<Step>,
    /// What changes over the next months when nothing is renewed, by day.
    pub ladder: Vec<Rung>,
}

/// Somebody with a link to the partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The person.
    pub person: Name,
    /// A label: the name on the latest link, or the person's ID.
    pub name: String,
    /// The links to the partner, from the earliest on: partner ID and days.
    pub links: Vec<(Name, Interval)>,
    /// Why the person is not the partner's on the day; nothing when they are.
    pub failure: Option<Reason>,
    /// The certificates, from the earliest on.
    pub certificates: Vec<Held>,
}

/// A certificate that somebody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The certification's id.
    pub certification: Name,
    /// Its title, where the rulebook knows it.
    pub title: Option<String>,
    /// The days on which it is valid.
    pub valid: Interval,
    /// Why it counts nowhere on the day; nothing when it counts in a step.
    pub failure: Option<Reason>,
    /// The steps in which it counts, as places in [`Roster::steps`].
    pub steps: Vec<usize>,
}

/// A step of a metric: a gate, or the one that scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The area.
    pub area: Name,
    /// The metric.
    pub metric: MetricName,
    /// What the step asks for, in words.
    pub label: String,
    /// Certifications that the step asks for: one of them is enough.
    pub any_of: BTreeSet<Name>,
    /// How many people a gate needs; nothing for the step that scores.
    pub needed: Option<i64>,
    /// How many people count.
    pub value: Fraction,
    /// What the metric gives, for the step that scores.
    pub points: Option<Fraction>,
    /// The people with a certificate of the step: which one, and why it does not count.
    pub people: Vec<(Name, Name, Option<Reason>)>,
}

/// A day on which people or certificates change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// The first day on which it is so.
    pub day: Day,
    /// Certificates of the partner's people that expire: person and certification.
    pub expiring: Vec<(Name, Name)>,
    /// Metrics whose points change: area, metric, points before and after.
    pub changes: Vec<(Name, MetricName, Fraction, Fraction)>,
}

impl Rung {
    /// The points that are lost, added up over areas; negative when some are won.
    #[must_use]
    pub fn at_risk(&self) -> Fraction {
        self.changes.iter().map(|(_, _, before, after)| before - after).sum()
    }
}

/// How far ahead the ladder looks, in months.
pub const LADDER_MONTHS: i32 = 12;

/// The roster of an account.
#[must_use]
pub fn roster(scoring: &Scoring<'_>, program: &Program, account: AccountIx) -> Roster {
    let rules = skilling(scoring, account);
    let steps: Vec<Step> = rules.iter().flat_map(|(area, rule)| steps(scoring, account, area, rule)).collect();
    Roster { people: people(scoring, program, account, &steps), ladder: ladder(scoring, account, &rules), steps }
}

/// The skilling metrics of the tracks that count.
fn skilling<'a>(scoring: &Scoring<'a>, account: AccountIx) -> Vec<(&'a Name, &'a MetricRule)> {
    let areas = scoring.register().rulebook.areas.values();
    let of_area = areas.flat_map(|area| {
        let chosen = scoring.score(account, area).chosen().track.clone();
        let track = area.tracks.iter().find(|track| track.track == chosen);
        track.into_iter().flat_map(|track| &track.metrics).map(move |rule| (&area.area, rule))
    });
    of_area.filter(|(_, rule)| rule.parts.iter().any(|part| matches!(part.measure, PartKind::CertifiedPeople { .. }))).collect()
}

/// The steps of a metric: gates that are open on the day, then the one that scores.
fn steps(scoring: &Scoring<'_>, account: AccountIx, area: &Name, rule: &MetricRule) -> Vec<Step> {
    let day = scoring.as_of();
    let asked = scoring.measuring(account, day, true);
    let points = score_metric(&asked, rule).score.points;
    let is_open = |from: Option<Day>, until: Option<Day>| {
        Interval { from: from.unwrap_or(Day::ALWAYS), to: until.unwrap_or(Day::NEVER) }.holds_on(day)
    };
    let mut found = Vec::new();
    for part in &rule.parts {
        let PartKind::CertifiedPeople { gates, scoring: lists } = &part.measure else { continue };
        let open = gates.iter().filter(|gate| is_open(gate.from, gate.until));
        let gates = open.map(|gate| (Some(gate.people), gate.any_of.iter().cloned().collect()));
        let on_day = lists.iter().filter(|list| is_open(list.from, list.until));
        let scores = (None, on_day.flat_map(|list| list.any_of.iter().cloned()).collect());
        // A measurement has a term for each gate that is open, then one for the step that scores.
        for (term, (needed, any_of)) in asked.measure(&part.measure).terms.into_iter().zip(gates.chain([scores])) {
            let people = term.leaves.into_iter().filter_map(|leaf| Some((leaf.person?, leaf.item?, leaf.reason))).collect();
            let label = term.label.trim_start_matches("gate: ").to_owned();
            let points = needed.is_none().then(|| points.clone());
            found.push(Step { area: area.clone(), metric: rule.metric, label, any_of, needed, value: term.value, points, people });
        }
    }
    found
}

fn people(scoring: &Scoring<'_>, program: &Program, account: AccountIx, steps: &[Step]) -> Vec<Member> {
    let id = scoring.register().partners.account_id(account);
    let own = program.partners.iter().filter(|row| row.global_partner_id == *id || row.partner_id == *id);
    let ids: BTreeSet<&Name> = own.map(|row| &row.partner_id).chain([id]).collect();
    let mut links: BTreeMap<&Name, Vec<&Person>> = BTreeMap::new();
    for row in program.people.iter().filter(|row| ids.contains(&row.partner_id)) {
        links.entry(&row.person_id).or_default().push(row);
    }
    let member = |(person, mut rows): (&Name, Vec<&Person>)| {
        rows.sort_by_key(|row| (row.linked_on, row.held().to, &row.partner_id));
        let mut certificates: Vec<&Certification> = scoring.people().certificates_of(person).collect();
        certificates.sort_by_key(|row| (row.earned_on, &row.certification));
        Member {
            person: person.clone(),
            name: scoring.people().label(person).map_or_else(|| person.to_string(), str::to_owned),
            failure: why_not(scoring, account, person, &rows),
            links: rows.into_iter().map(|row| (row.partner_id.clone(), row.held())).collect(),
            certificates: certificates.into_iter().map(|row| held(scoring, row, steps)).collect(),
        }
    };
    let mut people: Vec<Member> = links.into_iter().map(member).collect();
    people.sort_by_cached_key(|member| (member.name.to_lowercase(), member.person.clone()));
    people
}

/// Why somebody is not the account's person on the day.
fn why_not(scoring: &Scoring<'_>, account: AccountIx, person: &Name, rows: &[&Person]) -> Option<Reason> {
    let day = scoring.as_of();
    let is_own = scoring.people().account_of(person, day) == Some(account);
    let held = || rows.iter().rev().find(|row| row.held().holds_on(day));
    match held() {
        _ if is_own => None,
        Some(row) if scoring.register().partners.location(&row.partner_id).is_none() => Some(Reason::IdNotEligible),
        Some(_) => Some(Reason::HeldByAnother),
        None if rows.iter().all(|row| day < row.linked_on) => Some(Reason::BeforeAssociation),
        None => Some(Reason::Ended),
    }
}

fn held(scoring: &Scoring<'_>, row: &Certification, steps: &[Step]) -> Held {
    let judged = scoring.people().counts(row, scoring.as_of()).err();
    let asking = || steps.iter().enumerate().filter(|(_, step)| step.any_of.contains(&row.certification));
    let said = |step: &Step| step.people.iter().find(|(person, ..)| *person == row.person_id).map(|(.., reason)| *reason);
    let places: Vec<usize> =
        if judged.is_none() { asking().filter(|(_, step)| said(step) == Some(None)).map(|(at, _)| at).collect() } else { Vec::new() };
    // A step may ask for it and still not count the person, as when a gate is not met.
    let failure =
        judged.or_else(|| if places.is_empty() { asking().find_map(|(_, step)| said(step)?).or(Some(Reason::NotOnList)) } else { None });
    Held {
        certification: row.certification.clone(),
        title: scoring.register().rulebook.certifications.get(&row.certification).map(|rules| rules.title.clone()),
        valid: row.held(),
        failure,
        steps: places,
    }
}

/// The days ahead on which a certificate expires or a metric's points change.
fn ladder(scoring: &Scoring<'_>, account: AccountIx, rules: &[(&Name, &MetricRule)]) -> Vec<Rung> {
    let from = scoring.as_of();
    let points_on = |day: Day| -> Vec<Fraction> {
        rules.iter().map(|(_, rule)| score_metric(&scoring.measuring(account, day, false), rule).score.points).collect()
    };
    let mut before = points_on(from);
    let mut rungs = Vec::new();
    for day in scoring.people().change_days(account, from, from.plus_months(LADDER_MONTHS)).into_iter().filter(|day| *day > from) {
        let after = points_on(day);
        let changes = rules.iter().zip(before.iter().zip(&after)).filter(|(_, (before, after))| before != after);
        let changes: Vec<_> =
            changes.map(|((area, rule), (before, after))| ((*area).clone(), rule.metric, before.clone(), after.clone())).collect();
        let yesterday = day.plus(-1);
        let own = scoring.people().of(account, yesterday);
        let expiring = own.flat_map(|person| scoring.people().certificates_of(person)).filter(|row| row.expires_on == Some(day));
        let expiring: Vec<_> = expiring.map(|row| (row.person_id.clone(), row.certification.clone())).collect();
        if !changes.is_empty() || !expiring.is_empty() {
            rungs.push(Rung { day, expiring, changes });
        }
        before = after;
    }
    rungs
}
