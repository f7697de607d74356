//! What is refused, and why.

use domain::claims::drafts::{self, Edits};
use domain::claims::four_eyes::{self, Count, Parties};
use domain::claims::incentives::{self, IncentiveState};
use domain::claims::{Product, Verdict, checks, endings, proofs, reviews, submissions};
use domain::record::actor::{Actor, Identity, Organisation, Role};
use domain::words::{Activity, ClaimState};

use super::story::approved;
use super::town::{Town, claimant, edits, owner, proof, reviewer};

/// The codes of what keeps a claim with these edits from being handed in.
fn codes(town: &mut Town, changed: Edits) -> Vec<&'static str> {
    let pam = claimant("100204");
    let id = town.ready("100204", "teams").claim_id;
    town.act(&pam, |desk| drafts::edit(desk, id.as_str(), &changed)).unwrap();
    let claim = town.claim(&id);
    town.act(&pam, |desk| checks::problems(desk, &claim)).unwrap().iter().map(|problem| problem.code).collect()
}

#[test]
fn every_thing_that_is_missing_has_its_code() {
    let mut town = Town::new();
    let on = |activity, workload: &str, subscription: Option<&str>| Edits {
        activity: Some(activity),
        products: Some(vec![Product::new(workload, subscription)]),
        ..Edits::default()
    };
    let cases = [
        (Edits::default(), vec![]),
        (Edits { domain: Some("wood.example".into()), ..Edits::default() }, vec!["domain-tenant-mismatch"]),
        (Edits { tenant_id: Some("t-none".into()), ..Edits::default() }, vec!["tenant-unknown", "product-not-on-tenant"]),
        (Edits { products: Some(vec![]), ..Edits::default() }, vec!["product-missing"]),
        (on(Activity::OsuM365, "teamz", None), vec!["product-unknown"]),
        (on(Activity::OsuM365, "sales", None), vec!["workload-not-eligible"]),
        (on(Activity::UsageAssociation, "exchange", None), vec!["workload-not-eligible"]),
        (on(Activity::Osa, "sales", None), vec!["subscription-missing"]),
        (on(Activity::Osa, "sales", Some("a b")), vec!["not-a-subscription-id"]),
        (on(Activity::Osa, "sales", Some("s-none")), vec!["not-provisioned-yet"]),
        (on(Activity::Osa, "sales", Some("s-wood-sales")), vec!["subscription-of-another-tenant"]),
        (on(Activity::Osa, "sales", Some("s-alpine-csp")), vec!["subscription-is-csp"]),
        (on(Activity::Osa, "sales", Some("s-alpine-m365")), vec!["subscription-not-for-product"]),
        (on(Activity::Osa, "sales", Some("s-alpine-sales")), vec![]),
        (on(Activity::Revrec, "sales", Some("s-alpine-sales")), vec!["field-missing", "field-missing"]),
    ];
    for (changed, expected) in cases {
        let found = codes(&mut town, changed.clone());
        assert_eq!(found, expected, "{changed:?}");
    }
}

#[test]
fn proof_must_be_there_whole_and_fresh_where_the_activity_asks_for_it() {
    let mut town = Town::new();
    let pam = claimant("100204");
    let id = town.act(&pam, |desk| drafts::create(desk, &edits("100204", "teams"))).unwrap().claim_id;
    let submit = |town: &mut Town| town.act(&claimant("100204"), |desk| submissions::submit(desk, id.as_str()));
    assert_eq!(submit(&mut town).unwrap_err().code, "proof-missing");
    let mut old = proof(town.today().plus(-400), "a");
    old.shows.remove("partner-role");
    town.act(&pam, |desk| proofs::attach_proof(desk, id.as_str(), old)).unwrap();
    let refusal = submit(&mut town).unwrap_err();
    let told: Vec<&str> = refusal.all().map(|refusal| refusal.message.as_str()).collect();
    assert!(told.len() == 2 && told[0].contains("what the partner did") && told[1].contains("months ago"), "{told:?}");
    let future = town.act(&pam, |desk| proofs::attach_proof(desk, id.as_str(), proof(desk.today().plus(30), "b"))).unwrap_err();
    assert_eq!(future.code, "dates-missing-or-old");
    town.act(&pam, |desk| proofs::attach_proof(desk, id.as_str(), proof(desk.today(), "b"))).unwrap();
    assert_eq!(submit(&mut town).unwrap().state, ClaimState::Submitted);
}

#[test]
fn nobody_acts_on_claims_of_others() {
    let mut town = Town::new();
    let id = town.ready("100204", "teams").claim_id;
    let id = id.as_str();
    let (fay, ann) = (claimant("100300"), reviewer("ann"));
    let viewer = Actor::new("vic", Organisation::Partner("900010".into()), [Role::ReportViewer]);
    let other_location = Actor { location: Some("100205".into()), ..claimant("100204") };
    // who sees the draft is told whom to ask; for all others it is not there
    let told = [(&ann, "role-missing"), (&viewer, "role-missing"), (&Actor::clockwork(), "role-missing")];
    let untold = [(&fay, "unknown-id"), (&owner("t-alpine"), "unknown-id"), (&other_location, "unknown-id")];
    for (actor, code) in told.into_iter().chain(untold) {
        assert_eq!(town.act(actor, |desk| submissions::submit(desk, id)).unwrap_err().code, code, "{}", actor.user);
        assert_eq!(town.act(actor, |desk| drafts::edit(desk, id, &Edits::default())).unwrap_err().code, code);
    }
    let refusal = town.act(&viewer, |desk| submissions::submit(desk, id)).unwrap_err();
    assert_eq!(refusal.cure, "ask an account admin, incentive admin or incentive user of the partner");
    // a global account's ID names the locations
    let refusal = town.act(&claimant("100204"), |desk| drafts::create(desk, &edits("900010", "teams"))).unwrap_err();
    assert_eq!(refusal.code, "wrong-id-type");
    assert!(refusal.cure.contains("`100204`"), "{}", refusal.cure);
    town.act(&claimant("100204"), |desk| submissions::submit(desk, id)).unwrap();
    let locked = town.act(&claimant("100204"), |desk| drafts::edit(desk, id, &Edits::default())).unwrap_err();
    assert_eq!(locked.code, "wrong-state");
    assert_eq!(town.act(&owner("t-wood"), |desk| endings::decline(desk, id, None)).unwrap_err().code, "unknown-id");
    let declined = town.act(&owner("t-alpine"), |desk| endings::decline(desk, id, Some("we do not know them"))).unwrap();
    assert_eq!(declined.state, ClaimState::RejectedFinal);
}

#[test]
fn a_decision_needs_two_reviewers_who_belong_to_no_party_and_a_third_settles_a_split() {
    let mut town = Town::new();
    let pam = claimant("100204");
    let id = town.ready("100204", "teams").claim_id;
    let id = id.as_str();
    town.act(&pam, |desk| submissions::submit(desk, id)).unwrap();
    town.act(&owner("t-alpine"), |desk| endings::accept(desk, id)).unwrap();
    town.act(&reviewer("ann"), |desk| reviews::start(desk, id)).unwrap();
    let vote = |town: &mut Town, who: &Actor, verdict| town.act(who, |desk| reviews::vote(desk, id, verdict, None));
    let author = Actor { organisation: Some(Organisation::Operator), roles: [Role::Reviewer].into(), ..pam.clone() };
    let guest = Actor { identity: Some(Identity { tenant_id: "t-alpine".into(), object_id: "o".into() }), ..reviewer("dan") };
    let manager = Actor::new("max", Organisation::Operator, [Role::ProgramManager]);
    for actor in [&author, &guest, &manager, &pam, &owner("t-alpine"), &Actor::clockwork()] {
        assert_eq!(vote(&mut town, actor, Verdict::Approve).unwrap_err().code, "not-a-reviewer", "{}", actor.user);
    }
    assert_eq!(vote(&mut town, &reviewer("ann"), Verdict::Approve).unwrap().count, Count::First);
    assert_eq!(vote(&mut town, &reviewer("ann"), Verdict::Approve).unwrap_err().code, "same-reviewer");
    let reject = Verdict::Reject { reason: "proof-insufficient".into() };
    assert_eq!(vote(&mut town, &reviewer("ben"), reject.clone()).unwrap().count, Count::Split);
    let voted = vote(&mut town, &reviewer("cid"), reject).unwrap();
    assert_eq!(voted.claim.state, ClaimState::Rejected);
    let Count::Decided(decision) = voted.count else { panic!("decided") };
    assert_eq!(decision.votes.len(), 3);
    let warning = town.act(&reviewer("ann"), |desk| {
        four_eyes::warning(desk, &Parties { authors: ["ann".into(), "ben".into()].into(), ..Parties::default() })
    });
    assert!(warning.unwrap().unwrap().starts_with("only 1 user may"));
}

#[test]
fn while_the_partner_has_to_act_only_some_fields_change() {
    let mut town = Town::new();
    let pam = claimant("100204");
    let id = town.ready("100204", "teams").claim_id;
    let id = id.as_str();
    town.act(&pam, |desk| submissions::submit(desk, id)).unwrap();
    town.act(&reviewer("ann"), |desk| reviews::start(desk, id)).unwrap();
    town.act(&reviewer("ann"), |desk| reviews::request_information(desk, id, &["proof-missing".into()], None)).unwrap();
    let locked = Edits { activity: Some(Activity::UsageAssociation), domain: Some("x.example".into()), ..Edits::default() };
    let refusal = town.act(&pam, |desk| drafts::edit(desk, id, &locked)).unwrap_err();
    assert_eq!((refusal.code, refusal.message.contains("`domain`, `activity`")), ("field-locked", true));
    let free = Edits { partner_id: Some("100205".into()), products: Some(vec![Product::new("exchange", None)]), ..Edits::default() };
    let claim = town.act(&pam, |desk| drafts::edit(desk, id, &free)).unwrap();
    assert_eq!((claim.partner_id.as_str(), claim.products.len()), ("100205", 1));
}

#[test]
fn an_incentive_goes_by_the_day_of_submission_and_is_earned_by_a_milestone() {
    let mut town = Town::new();
    let id = approved(&mut town, "100204", "teams");
    let manager = Actor::new("max", Organisation::Operator, [Role::ProgramManager]);
    assert_eq!(town.claim(&id).incentive.unwrap().state, IncentiveState::Eligible);
    town.pass(40);
    let reach = |town: &mut Town, who: &Actor, on| town.act(who, |desk| incentives::reach_milestone(desk, id.as_str(), on, "40 % active"));
    let today = town.today();
    assert_eq!(reach(&mut town, &claimant("100204"), today).unwrap_err().code, "role-missing");
    assert_eq!(reach(&mut town, &manager, today.plus(1)).unwrap_err().code, "day-not-held");
    assert_eq!(reach(&mut town, &manager, today.plus(-1)).unwrap().incentive.unwrap().state, IncentiveState::Earned);
    assert_eq!(reach(&mut town, &manager, today).unwrap_err().code, "incentive-not-eligible");
    assert_eq!(town.act(&claimant("100204"), |desk| endings::end(desk, id.as_str(), " ")).unwrap_err().code, "text-missing");
    assert_eq!(town.act(&claimant("100204"), |desk| endings::end(desk, id.as_str(), "sold")).unwrap().state, ClaimState::Ended);
}
