//! Partner admin links: what holds after every history, and what is refused with which words.

use std::collections::BTreeMap;

use domain::facts::{Customer, Partner, Principal};
use domain::links::owners::{OwnedResource, Resource, import_solution};
use domain::links::{self, Link, LinkState};
use domain::names::Name;
use domain::record::actor::{Actor, Identity, Organisation, Role};
use domain::record::desk::{ActError, Acted, Desk};
use domain::record::entry::Entry;
use domain::record::factual::Factual;
use domain::record::memory::Memory;
use domain::record::refusal::Refusal;
use domain::rulebook::roles::Counts;
use domain::time::Day;
use domain::words::{Cloud, Flag, PartnerKind, PrincipalKind};
use jiff::Timestamp;
use proptest::prelude::*;

use crate::properties::RULES;

fn instant(day: i64) -> Timestamp {
    Timestamp::from_second(1_704_067_200 + day * 86_400 + 3_600).unwrap()
}

fn identity(tenant: &str, object: &str) -> Actor {
    let identity = Identity { tenant_id: tenant.into(), object_id: object.into() };
    Actor { organisation: None, identity: Some(identity), ..Actor::new(&format!("{object}@{tenant}"), Organisation::Operator, []) }
}

fn customer(tenant: &str) -> Actor {
    Actor::new(&format!("admin@{tenant}"), Organisation::Customer(tenant.into()), [Role::GlobalAdmin])
}

/// Two partners, three tenants, a group and an identity that is gone.
fn scene() -> Memory {
    let mut memory = Memory::default();
    let rules = &*RULES;
    let empty = memory.clone();
    let mut desk = Desk::new(&empty, rules, Actor::clockwork(), instant(0));
    let day = desk.today();
    for (id, global, kind, active) in [
        ("10", "10", PartnerKind::Global, true),
        ("11", "10", PartnerKind::Location, true),
        ("12", "10", PartnerKind::Location, true),
        ("19", "10", PartnerKind::Location, false),
    ] {
        let (partner_id, global_partner_id) = (Name::new(id), Name::new(global));
        let row = Partner { partner_id, global_partner_id, name: format!("partner {id}"), country: None, kind, active: Flag(active) };
        desk.put("partner-added", &row, day, None).unwrap();
    }
    let tenant = |id: &str, cloud| Customer { tenant_id: id.into(), name: id.into(), domains: None, country: None, cloud, segment: None };
    for row in [tenant("t1", Cloud::Public), tenant("t2", Cloud::Public), tenant("gov", Cloud::UsGovernment)] {
        desk.put("customer-added", &row, day, None).unwrap();
    }
    let principal =
        |id: &str, kind, deleted_on| Principal { tenant_id: "t1".into(), principal_id: id.into(), kind, name: None, deleted_on };
    desk.put("principal-added", &principal("team", PrincipalKind::Group, None), day, None).unwrap();
    desk.put("principal-added", &principal("gone", PrincipalKind::User, Some(day)), day, None).unwrap();
    let drafts = desk.drafts();
    memory.record(drafts, instant(0)).unwrap();
    memory
}

fn act<T>(memory: &mut Memory, actor: Actor, now: Timestamp, act: impl FnOnce(&mut Desk<'_>) -> Acted<T>) -> Result<T, Refusal> {
    let before = memory.clone();
    let mut desk = Desk::new(&before, &RULES, actor, now);
    match act(&mut desk) {
        Ok(given) => {
            let drafts = desk.drafts();
            memory.record(drafts, now).unwrap();
            Ok(given)
        }
        Err(ActError::Refused(refusal)) => Err(refusal),
        Err(failed) => panic!("{failed}"),
    }
}

fn links_of(memory: &Memory) -> BTreeMap<String, Link> {
    memory.all::<Link>().unwrap().into_iter().map(|link| (link.id(), link)).collect()
}

#[derive(Debug, Clone)]
struct Step {
    actor: usize,
    verb: usize,
    object: usize,
    partner: usize,
    days: i64,
}

fn step() -> impl Strategy<Value = Step> {
    (0..6_usize, 0..5_usize, 0..2_usize, 0..5_usize, 0..3_i64).prop_map(|(actor, verb, object, partner, days)| Step {
        actor,
        verb,
        object,
        partner,
        days,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn a_link_is_changed_by_its_identity_or_its_customer_alone_one_version_a_write_and_never_two_on_a_day(
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let mut memory = scene();
        let actors = [identity("t1", "p1"), identity("t1", "p2"), identity("t2", "p1"), customer("t1"), customer("t2"), Actor::clockwork()];
        let mut day = 1;
        for Step { actor, verb, object, partner, days } in steps {
            day += days;
            let (actor, principal) = (actors[actor].clone(), Name::new(["p1", "p2"][object]));
            let partner = Name::new(["10", "11", "12", "19", "77"][partner]);
            let before = links_of(&memory);
            let done = act(&mut memory, actor.clone(), instant(day), |desk| match verb {
                0 => links::link(desk, &partner),
                1 => links::relink(desk, &partner),
                2 => links::unlink(desk, None),
                3 => links::revoke(desk, &"t1".into(), &principal, "left the project"),
                _ => links::allow(desk, &"t1".into(), &principal, None),
            });
            let after = links_of(&memory);
            let changed: Vec<&Link> = after.values().filter(|link| before.get(&link.id()) != Some(link)).collect();
            prop_assert_eq!(changed.len(), usize::from(done.is_ok()));
            for link in changed {
                let own = actor.identity.as_ref().is_some_and(|own| (&own.tenant_id, &own.object_id) == (&link.tenant_id, &link.principal_id));
                let governs = actor.organisation == Some(Organisation::Customer(link.tenant_id.clone())) && actor.roles.contains(&Role::GlobalAdmin);
                prop_assert!(own || governs);
                let was = before.get(&link.id());
                prop_assert_eq!(link.version, was.map_or(0, |was| was.version) + 1);
                prop_assert!(was.is_none_or(|was| was.created_at == link.created_at));
                prop_assert_eq!(link.updated_at, instant(day));
                prop_assert_eq!(link.state == LinkState::Active, link.partner_id.is_some());
            }
            for link in after.values() {
                let rows = link.rows();
                prop_assert!(rows.iter().all(|row| ["11", "12"].contains(&row.partner_id.as_str())));
                for on in 0..=day + 1 {
                    let on = Day::of(instant(on));
                    prop_assert!(rows.iter().filter(|row| row.held().holds_on(on)).count() <= 1);
                }
                prop_assert_eq!(link.links.open().map(|span| span.held.partner_id.clone()), link.partner_id.clone());
            }
        }
    }
}

#[test]
fn what_cannot_be_linked_is_refused_with_what_cures_it() {
    let mut memory = scene();
    let mut told = Vec::new();
    let mut refused = |actor: Actor, partner: &str| {
        let refusal = act(&mut memory, actor, instant(1), |desk| links::link(desk, &partner.into())).unwrap_err();
        told.push(format!("{}: {}; {}", refusal.code, refusal.message, refusal.cure));
    };
    refused(customer("t1"), "11");
    refused(identity("gov", "p1"), "11");
    refused(identity("t1", "team"), "11");
    refused(identity("t1", "gone"), "11");
    refused(identity("t1", "p1"), "10");
    refused(identity("t1", "p1"), "19");
    refused(identity("t1", "p1"), "77");
    assert_eq!(
        told,
        [
            "identity-missing: `admin@t1` is no identity in a customer's tenant; sign in as the identity itself: nobody links another one, an administrator neither",
            "cloud-excluded: links are not made in the cloud of the tenant `gov` (`us-government`); use another kind of association",
            "identity-gone: `team` is a group, and groups do not link; link each of its members",
            "identity-gone: the identity `gone` was deleted on 2024-01-01; link another identity",
            "wrong-id-type: `10` is a global account, and associations are made with a location's ID; use one of its locations: `11` (partner 11), `12` (partner 12)",
            "location-not-eligible: the location `19` (partner 19) is closed; use one of its locations: `11` (partner 11), `12` (partner 12)",
            "id-unknown: there is no partner `77`; check the number; `partner list` tells those that there are",
        ]
    );
}

#[test]
fn a_revoked_identity_links_again_only_when_the_customer_allows_it() {
    let mut memory = scene();
    let (tenant, p1) = (Name::new("t1"), Name::new("p1"));
    act(&mut memory, identity("t1", "p1"), instant(1), |desk| links::link(desk, &"11".into())).unwrap();
    assert_eq!(
        act(&mut memory, customer("t2"), instant(2), |desk| links::revoke(desk, &tenant, &p1, "why")).unwrap_err().code,
        "role-missing"
    );
    assert_eq!(
        act(&mut memory, customer("t1"), instant(2), |desk| links::revoke(desk, &tenant, &p1, " ")).unwrap_err().code,
        "reason-missing"
    );
    act(&mut memory, customer("t1"), instant(2), |desk| links::revoke(desk, &tenant, &p1, "left")).unwrap();
    let again = |memory: &mut Memory| act(memory, identity("t1", "p1"), instant(3), |desk| links::link(desk, &"12".into()));
    assert_eq!(again(&mut memory).unwrap_err().code, "link-revoked");
    act(&mut memory, customer("t1"), instant(3), |desk| links::allow(desk, &tenant, &p1, None)).unwrap();
    let link = again(&mut memory).unwrap();
    assert_eq!((link.version, link.created_at, link.updated_at), (4, instant(1), instant(3)));
    let days: Vec<_> = link.rows().into_iter().map(|row| (row.partner_id.to_string(), row.linked_on, row.unlinked_on)).collect();
    assert_eq!(days, [("11".to_owned(), Day::of(instant(1)), Some(Day::of(instant(2)))), ("12".to_owned(), Day::of(instant(3)), None)]);
}

#[test]
fn who_imports_a_solution_into_production_owns_what_is_in_it_in_the_place_of_who_did() {
    let mut memory = scene();
    let resources = [Resource { product: "power-apps".into(), resource_id: "app".into() }];
    let mut import = |who: &str, environment: &str, day: i64| {
        act(&mut memory, identity("t1", who), instant(day), |desk| import_solution(desk, "crm", &environment.into(), &resources))
    };
    assert_eq!(import("p1", "sandbox", 1).unwrap_err().code, "environment-not-counted");
    import("p1", "production", 1).unwrap();
    import("p2", "production", 5).unwrap();
    let owned: Vec<OwnedResource> = memory.all().unwrap();
    let told: Vec<_> =
        owned[0].rows().into_iter().map(|row| (row.principal_id.to_string(), row.capacity.as_str(), row.from, row.to)).collect();
    let (one, five) = (Day::of(instant(1)), Day::of(instant(5)));
    assert_eq!(told, [("p1".to_owned(), "owner", one, Some(five)), ("p2".to_owned(), "owner", five, None)]);
}

#[test]
fn a_role_counts_for_influence_incentives_and_earned_credit_each_by_its_own_list() {
    let counts = |role: &str| RULES.explain_role(role).counts.iter().map(|count| count.counts).collect::<Vec<_>>();
    assert_eq!(counts("Support Request Contributor"), [Counts::Yes, Counts::No, Counts::Yes]);
    assert_eq!(counts("OWNER"), [Counts::Yes, Counts::Yes, Counts::Yes]);
    assert_eq!(counts("reader"), [Counts::Yes, Counts::No, Counts::No]);
    assert_eq!(counts("Our own role"), [Counts::Yes, Counts::No, Counts::NotPublished]);
    let by_id = RULES.explain_role("/providers/Microsoft.Authorization/roleDefinitions/CFD33DB0-3DD1-45E3-AA9D-CDBDF3B6F24E");
    assert_eq!(by_id.role, "Support Request Contributor");
    assert_eq!(RULES.explain_role("Suport Request Contributer").suggestion.as_deref(), Some("Support Request Contributor"));
    assert_eq!(RULES.azure_roles.listed().len(), 122);
}
