//! What holds of random histories: many acts by many actors, most of them refused, and after each the same is true.

use std::collections::{BTreeMap, BTreeSet};

use domain::claims::arbitrations::{self, Arbitration, ArbitrationState};
use domain::claims::drafts::{self, Edits};
use domain::claims::holdings::{Holding, scope};
use domain::claims::{Claim, Decision, Product, Verdict, endings, incentives, proofs, reviews, submissions, ticks};
use domain::names::Name;
use domain::record::actor::{Actor, Organisation, Role};
use domain::record::event::Event;
use domain::record::memory::Memory;
use domain::words::{Activity, Agreement};
use jiff::Timestamp;
use proptest::prelude::*;

use super::town::{Town, claimant, first_day, owner, proof, reviewer, subscription};

/// Histories that are tried: 256, or what `CLAIM_HISTORIES` says (`CLAIM_HISTORIES=10000 cargo test -p domain --test it histories`).
fn histories() -> u32 {
    std::env::var("CLAIM_HISTORIES").ok().and_then(|count| count.parse().ok()).unwrap_or(256)
}

/// One act: what, on which claim, by whom, and a choice within it.
#[derive(Debug, Clone, Copy)]
struct Try {
    act: u8,
    claim: usize,
    /// Whether somebody who may acts; otherwise anybody.
    fits: bool,
    who: usize,
    choice: usize,
}

const ACTS: u8 = 28;

prop_compose! {
    fn acts()(tries in prop::collection::vec((0..ACTS, 0..6_usize, prop::bool::weighted(0.85), 0..64_usize, 0..64_usize), 20..90)) -> Vec<Try> {
        tries.into_iter().map(|(act, claim, fits, who, choice)| Try { act, claim, fits, who, choice }).collect()
    }
}

const LOCATIONS: [&str; 3] = ["100204", "100300", "100205"];
/// `pam` claims for a partner, and turns up as a reviewer too.
const REVIEWERS: [&str; 4] = ["ann", "ben", "cid", "pam"];
const WORKLOADS: [&str; 2] = ["teams", "exchange"];

/// Everybody, some of whom may never do what they try.
fn anybody(who: usize) -> Actor {
    let turned = Actor { organisation: Some(Organisation::Operator), roles: [Role::Reviewer].into(), ..claimant("100204") };
    let all = [
        claimant("100204"),
        claimant("100300"),
        reviewer("ann"),
        reviewer("ben"),
        reviewer("cid"),
        owner("t-alpine"),
        owner("t-wood"),
        Actor::new("max", Organisation::Operator, [Role::ProgramManager]),
        Actor::new("vic", Organisation::Partner("900010".into()), [Role::ReportViewer]),
        turned,
        Actor::clockwork(),
    ];
    all[who % all.len()].clone()
}

/// Makes drafts with proof, some on workloads and some on products of subscriptions, and hands most of them in.
fn draft(town: &mut Town, one: Try) {
    let location = LOCATIONS[one.who % 3];
    let claim = town.ready(location, WORKLOADS[one.choice % 2]);
    let mut wanted = Edits::default();
    if one.choice.is_multiple_of(5) {
        let on = ["s-alpine-sales", "s-late"][one.choice % 2];
        wanted.activity = Some([Activity::Osa, Activity::OsuBizapps][one.choice / 5 % 2]);
        wanted.products = Some(vec![Product::new("sales", Some(on))]);
    } else if one.choice.is_multiple_of(3) {
        wanted.products = Some(WORKLOADS.map(|workload| Product::new(workload, None)).to_vec());
    }
    town.act(&claimant(location), |desk| drafts::edit(desk, claim.claim_id.as_str(), &wanted)).unwrap();
    if one.fits {
        let _ = town.act(&claimant(location), |desk| submissions::submit(desk, claim.claim_id.as_str()));
    }
}

fn try_one(town: &mut Town, one: Try) {
    if one.act <= 1 {
        return draft(town, one);
    }
    if one.act == 2 {
        return town.pass(i32::try_from(1 + one.choice % 12).unwrap());
    }
    let claims: Vec<Claim> = town.memory.all().unwrap();
    let Some(claim) = claims.get(claims.len().saturating_sub(1 + one.claim)) else { return };
    let (id, choice) = (claim.claim_id.as_str(), one.choice);
    let partner = claimant(claim.partner_id.as_str());
    let judge = reviewer(["ann", "ben", "cid"][one.who % 3]);
    let by = |fit: Actor| if one.fits { fit } else { anybody(one.who) };
    let verdict = || if choice.is_multiple_of(4) { Verdict::Reject { reason: "proof-insufficient".into() } } else { Verdict::Approve };
    // what is refused changes nothing, and what holds of all of it is checked at the end
    let _ = match one.act {
        3 => town.act(&by(partner), |desk| submissions::submit(desk, id).map(drop)),
        4 if choice.is_multiple_of(4) => town.act(&by(partner), |desk| submissions::withdraw(desk, id, None).map(drop)),
        5 | 6 => town.act(&by(judge), |desk| reviews::start(desk, id).map(drop)),
        7 => town.act(&by(judge), |desk| reviews::request_information(desk, id, &["proof-missing".into()], None).map(drop)),
        8 => town.act(&by(partner), |desk| reviews::answer(desk, id, "here it is").map(drop)),
        9..=12 => town.act(&by(judge), |desk| reviews::vote(desk, id, verdict(), None).map(drop)),
        13 => town.act(&by(partner), |desk| reviews::dispute(desk, id, "we do not agree").map(drop)),
        14 if choice.is_multiple_of(3) => town.act(&by(owner("t-alpine")), |desk| endings::decline(desk, id, None).map(drop)),
        14 => town.act(&by(owner("t-alpine")), |desk| endings::accept(desk, id).map(drop)),
        15 if choice.is_multiple_of(3) => town.act(&by(partner), |desk| endings::end(desk, id, "over").map(drop)),
        15 => town.act(&by(partner), |desk| proofs::attach_proof(desk, id, proof(desk.today(), "new")).map(drop)),
        16 => arbitrate(town, claim, one),
        17 => town.act(&by(Actor::clockwork()), |desk| ticks::tick(desk).map(drop)),
        18 if choice.is_multiple_of(2) => {
            let right = Edits { partner_id: Some(LOCATIONS[choice % 3].into()), ..Edits::default() };
            town.act(&by(partner), |desk| drafts::clone_and_correct(desk, id, &right).map(drop))
        }
        18 => {
            let other = Edits { products: Some(vec![Product::new(WORKLOADS[choice % 2], None)]), ..Edits::default() };
            town.act(&by(partner), |desk| drafts::edit(desk, id, &other).map(drop))
        }
        19 | 4 => change_subscription(town, choice),
        _ => push(town, claim, one, &verdict()),
    };
}

/// Brings a claim as far as it goes: its customer accepts, a reviewer begins, two vote. Whoever may not is refused.
fn push(town: &mut Town, claim: &Claim, one: Try, verdict: &Verdict) -> Result<(), domain::record::refusal::Refusal> {
    let id = claim.claim_id.as_str();
    let first = one.who % 3;
    let pair = [["ann", "ben", "cid"][first], ["ben", "cid", "ann"][first]];
    let _ = town.act(&claimant(claim.partner_id.as_str()), |desk| submissions::submit(desk, id));
    let _ = town.act(&owner("t-alpine"), |desk| endings::accept(desk, id));
    let _ = town.act(&reviewer(pair[0]), |desk| reviews::start(desk, id));
    town.act(&reviewer(pair[0]), |desk| reviews::vote(desk, id, verdict.clone(), None))?;
    let second = if one.fits { reviewer(pair[1]) } else { anybody(one.choice) };
    town.act(&second, |desk| reviews::vote(desk, id, verdict.clone(), None).map(drop))
}

fn arbitrate(town: &mut Town, claim: &Claim, one: Try) -> Result<(), domain::record::refusal::Refusal> {
    let open: Vec<Arbitration> =
        town.memory.all::<Arbitration>().unwrap().into_iter().filter(|case| case.state == ArbitrationState::Open).collect();
    let Some(case) = open.get(one.claim % open.len().max(1)) else {
        let max = Actor::new("max", Organisation::Operator, [Role::ProgramManager]);
        return town.act(&max, |desk| incentives::reach_milestone(desk, claim.claim_id.as_str(), desk.today(), "reached").map(drop));
    };
    let winner = if one.choice.is_multiple_of(3) { &case.incumbent } else { &case.challenger };
    for who in ["ann", "ben", "cid"] {
        let actor = if one.fits { reviewer(who) } else { anybody(one.who) };
        town.act(&actor, |desk| {
            arbitrations::vote(desk, case.arbitration_id.as_str(), winner, &"greater-influence".into(), None).map(drop)
        })?;
    }
    Ok(())
}

/// A late subscription comes, or one goes.
fn change_subscription(town: &mut Town, choice: usize) -> Result<(), domain::record::refusal::Refusal> {
    let id = if choice.is_multiple_of(3) { "s-alpine-sales" } else { "s-late" };
    let mut row = subscription(id, &"t-alpine".into(), "dynamics-365", Agreement::Ea);
    if choice.is_multiple_of(4) {
        row.status = Some("deleted".into());
    }
    town.act(&Actor::clockwork(), |desk| desk.put("subscription-changed", &row, desk.today(), None))
}

/// Who may have caused an event, said once more and in another way.
fn may(event: &Event, claims: &BTreeMap<&str, &Claim>) -> bool {
    let what = &event.what;
    let account = |claim: &Claim| if claim.partner_id.as_str() == "100300" { "900020" } else { "900010" };
    let is_reviewer = REVIEWERS.contains(&what.actor.as_str()) && what.organisation == Some(Organisation::Operator);
    let is_partner =
        claims.get(what.id.as_str()).is_some_and(|claim| what.organisation == Some(Organisation::Partner(account(claim).into())));
    let is_owner = what.organisation == Some(Organisation::Customer("t-alpine".into()));
    let is_clockwork = what.actor.as_str() == "counterfoil";
    match what.kind.as_str() {
        "claim-drafted" | "claim-edited" | "claim-cloned" | "claim-answered" | "claim-withdrawn" | "claim-disputed" | "claim-waiting"
        | "claim-proof-added" | "claim-ended" => is_partner || (is_clockwork && what.kind == "claim-ended"),
        "claim-submitted" => is_partner || is_clockwork,
        "claim-review-started"
        | "claim-information-requested"
        | "claim-voted"
        | "claim-approved"
        | "claim-contested"
        | "claim-superseded"
        | "arbitration-voted"
        | "arbitration-decided" => is_reviewer,
        "claim-rejected" => is_reviewer || is_clockwork,
        "claim-rejected-finally" => is_reviewer || is_clockwork || is_owner,
        "claim-reduced" => is_reviewer || is_clockwork,
        "claim-accepted" | "claim-revoked" => is_owner,
        "claim-accepted-by-silence" | "claim-waited-in-vain" => is_clockwork,
        "claim-milestone-reached" => what.actor.as_str() == "max",
        // what follows from an act of one of the sides
        "arbitration-opened" | "arbitration-changed" | "arbitration-voided" | "scope-held" | "scope-freed" | "notice-written" => true,
        _ => is_clockwork,
    }
}

fn check(town: &Town) {
    let claims: Vec<Claim> = town.memory.all().unwrap();
    let by_id: BTreeMap<&str, &Claim> = claims.iter().map(|claim| (claim.claim_id.as_str(), claim)).collect();
    for event in &town.events {
        assert!(may(event, &by_id), "{event:?}");
    }
    one_holder_a_day(town, &claims);
    two_deciders(town, &claims);
    assert_eq!(Memory::replay(&town.events, town.now).unwrap(), town.memory);
}

/// On every day a scope has one partner at most, and its record says the same as the claims.
fn one_holder_a_day(town: &Town, claims: &[Claim]) {
    let holdings: Vec<Holding> = town.memory.all().unwrap();
    let days = (0..=town.today().epoch_days() - first_day().epoch_days() + 1).map(|later| first_day().plus(later));
    for day in days {
        let mut held: BTreeMap<String, BTreeSet<(&str, &str)>> = BTreeMap::new();
        for claim in claims {
            for product in claim.products.iter().filter(|product| product.held().is_some_and(|days| days.holds_on(day))) {
                held.entry(scope(claim, product)).or_default().insert((claim.partner_id.as_str(), claim.claim_id.as_str()));
                let approved = town.events.iter().any(|event| {
                    event.what.kind == "claim-approved"
                        && event.what.id == claim.claim_id.as_str()
                        && Some(event.what.effective_on) == product.held_from
                });
                assert!(approved, "{} holds without an event", claim.claim_id);
            }
        }
        for holding in &holdings {
            let now = held.remove(&holding.scope).unwrap_or_default();
            let partners: BTreeSet<&str> = now.iter().map(|(partner, _)| *partner).collect();
            assert!(partners.len() <= 1, "{day}: {} has {partners:?}", holding.scope);
            let recorded = holding.holders.on(day).map(|span| span.held.claims.iter().map(Name::as_str).collect::<BTreeSet<_>>());
            assert_eq!(recorded.unwrap_or_default(), now.iter().map(|(_, claim)| *claim).collect(), "{day}: {}", holding.scope);
        }
        assert!(held.is_empty(), "{day}: {held:?} is held and not recorded");
    }
}

/// Every decision has two different deciders who wrote none of it, and nothing is held without one.
fn two_deciders(town: &Town, claims: &[Claim]) {
    let cases: Vec<Arbitration> = town.memory.all().unwrap();
    let of_claims = claims.iter().flat_map(|claim| claim.decisions.iter().map(move |decision| (vec![claim], decision)));
    let by_id = |id: &Name| claims.iter().find(|claim| claim.claim_id == *id).unwrap();
    let of_cases = cases.iter().filter_map(|case| Some((vec![by_id(&case.incumbent), by_id(&case.challenger)], case.decision.as_ref()?)));
    for (parties, decision) in of_claims.chain(of_cases) {
        let voters: Vec<&str> = decision.votes.iter().map(|vote| vote.by.as_str()).collect();
        let distinct: BTreeSet<&str> = voters.iter().copied().collect();
        assert!(distinct.len() >= 2 && distinct.len() == voters.len(), "{decision:?}");
        assert!(distinct.iter().all(|voter| REVIEWERS.contains(voter)), "{decision:?}");
        assert!(parties.iter().all(|claim| claim.authors.iter().all(|author| !distinct.contains(author.as_str()))), "{decision:?}");
    }
    let is_for = |decision: &Decision, claim: &Claim| match &decision.verdict {
        Verdict::Approve => claim.decisions.contains(decision),
        Verdict::For { claim_id, .. } => *claim_id == claim.claim_id,
        Verdict::Reject { .. } => false,
    };
    for claim in claims.iter().filter(|claim| claim.approved_on.is_some()) {
        let mut decisions = claim.decisions.iter().chain(cases.iter().filter_map(|case| case.decision.as_ref()));
        assert!(decisions.any(|decision| is_for(decision, claim)), "{} was approved by nobody", claim.claim_id);
    }
}

#[test]
fn whatever_people_try_claims_stay_exclusive_decided_by_two_and_replayable() {
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(histories()) });
    let reached = std::cell::RefCell::new(BTreeMap::<String, usize>::new());
    let tried = runner.run(&acts(), |tries| {
        let mut town = Town::new();
        let mut days: Vec<(Timestamp, Memory)> = Vec::new();
        for one in tries {
            let before = town.now;
            let memory = (one.act == 2).then(|| town.memory.clone());
            try_one(&mut town, one);
            days.extend(memory.map(|memory| (before, memory)));
        }
        check(&town);
        for (then, memory) in days {
            prop_assert_eq!(&Memory::replay(&town.events, then).unwrap(), &memory);
        }
        for event in &town.events {
            *reached.borrow_mut().entry(event.what.kind.clone()).or_default() += 1;
        }
        Ok(())
    });
    tried.unwrap();
    let reached = reached.into_inner();
    // the histories must have been deep enough to mean something
    for kind in [
        "claim-approved",
        "claim-rejected",
        "claim-disputed",
        "arbitration-opened",
        "arbitration-decided",
        "claim-superseded",
        "claim-waiting",
        "claim-revoked",
    ] {
        assert!(reached.contains_key(kind), "no history came to `{kind}`: {reached:?}");
    }
}
