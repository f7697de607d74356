//! What holds of registers after any history: partners of record, chains, learning profiles.

use std::collections::{BTreeMap, BTreeSet};

use domain::accounts::{keep_customer, keep_partner};
use domain::chains::Chain;
use domain::enrolment::{self, EnrolmentState};
use domain::facts::{Customer, Partner, Subscription};
use domain::names::Name;
use domain::of_record::{self, Filter, RecordOfPartner, request};
use domain::profiles::{self, ProfileLink, invitations};
use domain::record::actor::{Actor, Organisation, Role};
use domain::record::desk::{ActError, Acted, Desk};
use domain::record::entry::Entry as _;
use domain::record::event::Event;
use domain::record::factual::Factual as _;
use domain::record::memory::Memory;
use domain::resale::{self, Sellers};
use domain::subscriptions;
use domain::time::{Day, Interval};
use domain::words::{Agreement, Cloud, Flag, PartnerKind, Tier};
use jiff::Timestamp;
use proptest::prelude::*;

use crate::properties::RULES;

/// Registers with the events that made them.
#[derive(Default)]
struct World {
    memory: Memory,
    events: Vec<Event>,
    now: Timestamp,
}

impl World {
    fn act<T>(&mut self, actor: &Actor, act: impl FnOnce(&mut Desk<'_>) -> Acted<T>) -> Result<T, domain::record::refusal::Refusal> {
        let mut desk = Desk::new(&self.memory, &RULES, actor.clone(), self.now);
        let given = act(&mut desk);
        let drafts = desk.drafts();
        match given {
            Ok(given) => {
                self.events.extend(self.memory.record(drafts, self.now).expect("drafts fit what is there"));
                Ok(given)
            }
            Err(ActError::Refused(refusal)) => Err(refusal),
            Err(failed) => panic!("{failed}"),
        }
    }

    fn today(&self) -> Day {
        Day::of(self.now)
    }
}

fn name(text: &str) -> Name {
    Name::new(text)
}

fn operator() -> Actor {
    Actor::new("rita", Organisation::Operator, [Role::ProgramManager])
}

fn account(id: &str) -> Actor {
    Actor::new(&format!("admin-{id}"), Organisation::Partner(name(id)), [Role::AccountAdmin])
}

fn customer(tenant: &str, role: Role) -> Actor {
    Actor::new(&format!("{role}-{tenant}"), Organisation::Customer(name(tenant)), [role])
}

fn person(id: &str) -> Actor {
    Actor { person_id: Some(name(id)), ..Actor::new(id, Organisation::Partner(name("10")), [Role::ReportViewer]) }
}

fn subscription(id: &str, tenant: &str, product: &str, agreement: Agreement) -> Subscription {
    Subscription {
        subscription_id: name(id),
        tenant_id: name(tenant),
        product: Some(name(product)),
        agreement: Some(agreement),
        status: Some(name("active")),
        starts_on: None,
        ends_on: None,
        predecessor_id: None,
    }
}

/// Three accounts with locations, two customers, five subscriptions; the first two accounts may sell.
fn world() -> World {
    let mut world = World { now: "2024-01-01T09:00:00Z".parse().expect("an instant"), ..World::default() };
    let partner = |id: &str, global: &str, kind: PartnerKind| Partner {
        partner_id: name(id),
        global_partner_id: name(global),
        name: format!("Partner {id}"),
        country: Some("DE".to_owned()),
        kind,
        active: Flag(true),
    };
    for (id, global) in [("10", "10"), ("11", "10"), ("12", "10"), ("20", "20"), ("21", "20"), ("30", "30"), ("31", "30")] {
        let kind = if id == global { PartnerKind::Global } else { PartnerKind::Location };
        world.act(&operator(), |desk| keep_partner(desk, &partner(id, global, kind), None)).expect("kept");
    }
    for tenant in ["t1", "t2"] {
        let row = Customer {
            tenant_id: name(tenant),
            name: tenant.to_owned(),
            domains: Some(format!("{tenant}.example")),
            country: None,
            cloud: Cloud::Public,
            segment: None,
        };
        world.act(&operator(), |desk| keep_customer(desk, &row, None)).expect("kept");
    }
    let rows = [
        subscription("s1", "t1", "azure", Agreement::Ea),
        subscription("s2", "t1", "office-365", Agreement::Ea),
        subscription("s3", "t1", "office-365", Agreement::Ea),
        subscription("s4", "t2", "azure", Agreement::CspModern),
        subscription("s5", "t2", "azure", Agreement::Mca),
    ];
    for row in rows {
        world.act(&operator(), |desk| subscriptions::keep(desk, &row, None)).expect("kept");
    }
    for (location, model) in
        [("11", Tier::IndirectProvider), ("11", Tier::DirectBill), ("21", Tier::IndirectReseller), ("21", Tier::DirectBill)]
    {
        world.act(&operator(), |desk| enrolment::admit(desk, &name(location), model, "sold before")).expect("admitted");
    }
    world
}

const IDS: [&str; 7] = ["11", "12", "21", "31", "10", "99", "mpn-11"];
const SUBSCRIPTIONS: [&str; 7] = ["s1", "s2", "s3", "s4", "s5", "n1", "n2"];
const PEOPLE: [&str; 3] = ["ana", "bo", "cem"];

/// One thing that somebody tries.
#[derive(Debug, Clone)]
struct Try {
    what: usize,
    on: usize,
    by: usize,
    at: usize,
    days: i64,
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = (0..14_usize, 0..SUBSCRIPTIONS.len(), 0..6_usize, 0..IDS.len(), 0..40_i64);
    prop::collection::vec(one.prop_map(|(what, on, by, at, days)| Try { what, on, by, at, days }), 1..60)
}

/// Tries it; refusals are part of life.
fn attempt(world: &mut World, it: &Try) -> Result<(), domain::record::refusal::Refusal> {
    world.now += jiff::SignedDuration::from_hours(24 * it.days);
    let today = world.today();
    let actors = [
        customer("t1", Role::GlobalAdmin),
        customer("t2", Role::GlobalAdmin),
        customer("t1", Role::ServiceAdmin),
        account("10"),
        account("20"),
        operator(),
    ];
    let (actor, at, on) = (&actors[it.by], name(IDS[it.at]), name(SUBSCRIPTIONS[it.on]));
    let who = PEOPLE[it.on % PEOPLE.len()];
    let tenant = name(if it.on.is_multiple_of(2) { "t1" } else { "t2" });
    let sellers = match it.at % 3 {
        0 => Sellers::Direct(name("11")),
        1 => Sellers::Direct(name("21")),
        _ => Sellers::Indirect { provider: name("11"), reseller: name("21") },
    };
    let new = subscription(["n1", "n2"][it.on % 2], "t1", "azure", Agreement::Ea);
    match it.what {
        0 | 1 => world.act(actor, |desk| of_record::save(desk, &on, &at)).map(drop),
        2 => world.act(actor, |desk| of_record::remove(desk, &on, None)).map(drop),
        3 => world
            .act(actor, |desk| of_record::save_all(desk, &tenant, &Filter { without: it.at.is_multiple_of(2), ..Filter::default() }, &at))
            .map(drop),
        4 => world.act(actor, |desk| request::ask(desk, &at, std::slice::from_ref(&on), "https://partners.example")).map(drop),
        5 => world.act(actor, |desk| resale::sell(desk, &on, &sellers, today.plus(-(i32::try_from(it.at).unwrap_or(0))))).map(drop),
        6 => world.act(actor, |desk| resale::shift(desk, &on, &sellers, today, None)).map(drop),
        7 => world.act(actor, |desk| resale::stop(desk, &on, today, None)).map(drop),
        8 => world.act(actor, |desk| subscriptions::succeed(desk, &on, &new, today, None)).map(drop),
        9 | 10 => world.act(&person(who), |desk| profiles::link(desk, &at)).map(drop),
        11 => world.act(&person(who), |desk| profiles::unlink(desk, None)).map(drop),
        12 => world.act(actor, |desk| profiles::report_leaver(desk, &name(who), None)).map(drop),
        _ => world.act(actor, |desk| invitations::invite(desk, &at, &name(who))).map(drop),
    }
}

fn overlap(spans: &[Interval]) -> bool {
    spans.iter().enumerate().any(|(at, one)| spans[at + 1..].iter().any(|other| one.from < other.to && other.from < one.to))
}

/// At most one partner of record for each subscription and day; for a product of the whole tenant, over all its subscriptions.
fn check_records(world: &World) {
    let mut spans: BTreeMap<String, Vec<Interval>> = BTreeMap::new();
    for entry in world.memory.all::<RecordOfPartner>().expect("entries read") {
        let wide = matches!(entry.id().as_str(), "s2" | "s3");
        let scope = if wide { "t1/office-365".to_owned() } else { entry.id() };
        spans.entry(scope).or_default().extend(entry.rows().iter().map(domain::facts::PartnerOfRecord::held));
        assert_eq!(entry.partner_id, entry.holders.open().map(|span| span.held.partner_id.clone()));
    }
    for (scope, spans) in spans {
        assert!(!overlap(&spans), "{scope} has two partners of record on a day: {spans:?}");
    }
}

/// One chain a day: a direct-bill partner alone, or a provider with a reseller. And none has a partner of record beside it.
fn check_chains(world: &World) {
    for chain in world.memory.all::<Chain>().expect("entries read") {
        let spans: Vec<Interval> = chain.sales.all().iter().map(domain::record::spans::Span::days).collect();
        assert!(!overlap(&spans));
        for sale in chain.sales.all() {
            let tiers: Vec<Tier> = sale.held.sellers.iter().map(|seller| seller.tier).collect();
            assert!(tiers == [Tier::DirectBill] || tiers == [Tier::IndirectProvider, Tier::IndirectReseller], "{tiers:?}");
        }
        let record = world.memory.all::<RecordOfPartner>().expect("entries read");
        let sold = chain.sales.open().is_some();
        assert!(!sold || !record.iter().any(|entry| entry.id() == chain.subscription_id.as_str() && entry.partner_id.is_some()));
    }
}

/// A person counts for one partner at a time, links three times in any year at most, and waits thirty days between links.
fn check_people(world: &World) {
    for profile in world.memory.all::<ProfileLink>().expect("entries read") {
        let spans: Vec<Interval> = profile.rows().iter().map(domain::facts::Person::held).collect();
        assert!(!overlap(&spans), "{spans:?}");
        assert!(profile.linked_on.windows(2).all(|pair| pair[0].plus(30) <= pair[1]), "{:?}", profile.linked_on);
        assert!(profile.linked_on.windows(4).all(|four| four[0].plus_months(12) <= four[3]), "{:?}", profile.linked_on);
    }
}

/// Whoever made an event had the right to.
fn check_actors(world: &World) {
    let persons: BTreeSet<&str> = PEOPLE.into_iter().collect();
    for event in &world.events {
        let (what, who) = (&event.what, event.what.actor.as_str());
        let by_operator = who == "rita";
        let may = match what.kind.as_str() {
            "partner-of-record-set" | "partner-of-record-changed" => who.starts_with("global-admin-"),
            "partner-of-record-removed" => who.starts_with("global-admin-") || by_operator || who.starts_with("admin-"),
            "chain-sold" | "chain-moved" | "chain-ended" => by_operator || who.starts_with("admin-"),
            "profile-linked" | "profile-unlinked" => persons.contains(who) && what.id == who,
            "leaver-reported" | "person-invited" | "partner-of-record-requested" => who.starts_with("admin-") || by_operator,
            "subscription-succeeded" => by_operator,
            _ => true,
        };
        assert!(may, "{who} made {}", what.kind);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_tried_registers_hold_one_partner_at_a_time_and_replay(tries in tries()) {
        let mut world = world();
        for it in &tries {
            let _refused = attempt(&mut world, it);
        }
        check_records(&world);
        check_chains(&world);
        check_people(&world);
        check_actors(&world);
        let replayed = Memory::replay(&world.events, Timestamp::MAX).expect("the log replays");
        prop_assert_eq!(replayed.entries(), world.memory.entries());
    }
}

/// 256 cases in the checks; more by `COUNTERFOIL_CASES`.
fn cases() -> u32 {
    std::env::var("COUNTERFOIL_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(256)
}

#[test]
fn histories_reach_every_act() {
    let mut world = world();
    let admin = customer("t1", Role::GlobalAdmin);
    world.act(&account("10"), |desk| request::ask(desk, &name("11"), &[name("s1")], "https://partners.example/")).expect("asked");
    world.act(&admin, |desk| of_record::save(desk, &name("s1"), &name("11"))).expect("saved");
    let requests = world.memory.all::<request::Request>().expect("entries read");
    assert_eq!(requests[0].state, request::RequestState::Done);
    assert_eq!(requests[0].subscriptions[0].link, "https://partners.example/customer/subscriptions/s1?partner=11");
    // the successor inherits nothing, and a request in the partner's name waits
    let new = subscription("n1", "t1", "azure", Agreement::Ea);
    let today = world.today();
    world.act(&operator(), |desk| subscriptions::succeed(desk, &name("s1"), &new, today, None)).expect("replaced");
    let watched = world.act(&admin, |desk| of_record::watch::watch(desk)).expect("watched");
    let told: Vec<String> = watched.iter().map(|row| format!("{} {} {:?}", row.subscription_id, row.why, row.former_partner_id)).collect();
    // saved and replaced on one day: nobody was partner of record on any day
    assert_eq!(told, ["n1 succeeded None"]);
    assert_eq!(world.memory.all::<request::Request>().expect("entries read").len(), 2);
    world.act(&account("10"), |desk| resale::sell(desk, &name("s4"), &Sellers::Direct(name("11")), today)).expect("sold");
    let refused =
        world.act(&customer("t2", Role::GlobalAdmin), |desk| of_record::save(desk, &name("s4"), &name("21"))).expect_err("is sold");
    assert_eq!(refused.code, "subscription-is-csp");
    let enrolments = world.memory.all::<enrolment::Enrolment>().expect("entries read");
    assert!(enrolments.iter().all(|enrolment| enrolment.state == EnrolmentState::Active));
}

#[test]
fn a_leaver_reported_in_january_counts_until_the_tenth_of_february() {
    let mut world = world();
    world.act(&person("ana"), |desk| profiles::link(desk, &name("11"))).expect("linked");
    world.now = "2024-01-20T09:00:00Z".parse().expect("an instant");
    let refused = world.act(&account("20"), |desk| profiles::report_leaver(desk, &name("ana"), None)).expect_err("of another partner");
    assert_eq!(refused.code, "role-missing");
    let refused = world.act(&person("ana"), |desk| profiles::link(desk, &name("21"))).expect_err("cools off");
    assert_eq!((refused.code, refused.cure.as_str()), ("cool-off", "link again on 2024-01-31 or later"));
    let profile = world.act(&account("10"), |desk| profiles::report_leaver(desk, &name("ana"), None)).expect("reported");
    assert_eq!(profile.rows()[0].unlinked_on, "2024-02-10".parse().ok());
    let day = |text: &str| text.parse::<Day>().expect("a day");
    assert_eq!((profile.on(day("2024-02-09")), profile.on(day("2024-02-10"))), (Some(&name("11")), None));
}
