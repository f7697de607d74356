//! What waits for whom while a claim goes its way.

use domain::actions::{self, ActionKind};
use domain::claims::{Verdict, arbitrations, endings, proofs, reviews, submissions};
use domain::record::actor::Actor;

use super::story::two_votes;
use super::town::{Town, claimant, owner, proof, reviewer};

/// What waits for an actor: kinds, whether required, and last days.
fn waiting(town: &mut Town, actor: &Actor) -> Vec<(ActionKind, bool, Option<String>)> {
    let found = town.act(actor, |desk| actions::own(desk)).unwrap();
    found.into_iter().map(|action| (action.kind, action.required, action.due_on.map(|day| day.to_string()))).collect()
}

#[test]
fn each_step_of_a_claim_waits_for_those_who_may_do_it_and_for_nobody_else() {
    let mut town = Town::new();
    let (pam, fay, gus) = (claimant("100204"), claimant("100300"), owner("t-alpine"));
    let (ann, ben) = (reviewer("ann"), reviewer("ben"));
    let day = |text: &str| Some(text.to_owned());
    let id = town.ready("100204", "teams").claim_id;
    assert_eq!(waiting(&mut town, &pam), [(ActionKind::FinishDraft, false, None)]);
    assert_eq!((waiting(&mut town, &fay), waiting(&mut town, &gus), waiting(&mut town, &ann)), (vec![], vec![], vec![]));

    town.act(&pam, |desk| submissions::submit(desk, id.as_str())).unwrap();
    assert_eq!(waiting(&mut town, &gus), [(ActionKind::Consent, true, day("2024-03-11"))]);
    assert_eq!(waiting(&mut town, &owner("t-wood")), []);
    assert_eq!(waiting(&mut town, &ann), [(ActionKind::StartReview, true, day("2024-03-11"))]);
    town.act(&ann, |desk| reviews::start(desk, id.as_str())).unwrap();
    assert_eq!(waiting(&mut town, &ann), [], "the customer may still opt out");
    town.act(&gus, |desk| endings::accept(desk, id.as_str())).unwrap();
    assert_eq!((waiting(&mut town, &gus), waiting(&mut town, &pam)), (vec![], vec![]));

    town.act(&ann, |desk| reviews::request_information(desk, id.as_str(), &[], Some("who signed it?"))).unwrap();
    assert_eq!(waiting(&mut town, &pam), [(ActionKind::AnswerClaim, true, day("2024-03-22"))]);
    assert_eq!(waiting(&mut town, &ann), []);
    town.act(&pam, |desk| reviews::answer(desk, id.as_str(), "the customer's CIO")).unwrap();
    assert_eq!(waiting(&mut town, &ann), waiting(&mut town, &ben));
    assert_eq!(waiting(&mut town, &ann)[0].0, ActionKind::Vote);
    town.act(&ann, |desk| reviews::vote(desk, id.as_str(), Verdict::Approve, None)).unwrap();
    assert_eq!((waiting(&mut town, &ann), waiting(&mut town, &ben)[0].0), (vec![], ActionKind::Vote));
    town.act(&ben, |desk| reviews::vote(desk, id.as_str(), Verdict::Approve, None)).unwrap();
    assert_eq!(waiting(&mut town, &ben), []);

    // another partner wants what it holds
    town.pass(1);
    let rival = town.ready("100300", "teams").claim_id;
    town.act(&fay, |desk| submissions::submit(desk, rival.as_str())).unwrap();
    town.act(&gus, |desk| endings::accept(desk, rival.as_str())).unwrap();
    town.act(&ann, |desk| reviews::start(desk, rival.as_str())).unwrap();
    assert_eq!(waiting(&mut town, &pam), [(ActionKind::ProveHolding, true, day("2024-03-25"))]);
    assert_eq!(waiting(&mut town, &ann), [], "the holder is still asked");
    town.act(&pam, |desk| proofs::attach_proof(desk, id.as_str(), proof(desk.today(), "again"))).unwrap();
    assert_eq!((waiting(&mut town, &pam), waiting(&mut town, &ann)[0].0), (vec![], ActionKind::Arbitrate));
    let case = town.claim(&rival).arbitrations[0].clone();
    let better = "greater-influence".into();
    town.act(&ann, |desk| arbitrations::vote(desk, case.as_str(), &rival, &better, None)).unwrap();
    assert_eq!((waiting(&mut town, &ann), waiting(&mut town, &ben)[0].0), (vec![], ActionKind::Arbitrate));
    town.act(&ben, |desk| arbitrations::vote(desk, case.as_str(), &rival, &better, None)).unwrap();
    assert_eq!(waiting(&mut town, &ben), []);
}

#[test]
fn a_rejection_may_be_disputed_until_its_last_day() {
    let mut town = Town::new();
    let pam = claimant("100204");
    let id = town.ready("100204", "teams").claim_id;
    town.act(&pam, |desk| submissions::submit(desk, id.as_str())).unwrap();
    town.act(&owner("t-alpine"), |desk| endings::accept(desk, id.as_str())).unwrap();
    town.act(&reviewer("ann"), |desk| reviews::start(desk, id.as_str())).unwrap();
    two_votes(&mut town, &id, &Verdict::Reject { reason: "proof-insufficient".into() });
    assert_eq!(waiting(&mut town, &pam), [(ActionKind::DisputeRejection, false, Some("2024-04-03".to_owned()))]);
    town.act(&pam, |desk| reviews::dispute(desk, id.as_str(), "look again")).unwrap();
    assert_eq!((waiting(&mut town, &pam), waiting(&mut town, &reviewer("ann"))[0].0), (vec![], ActionKind::Vote));
}

#[test]
fn whoever_is_limited_to_a_location_is_told_of_that_location_alone() {
    let mut town = Town::new();
    let (pam, ann, gus) = (claimant("100204"), reviewer("ann"), owner("t-alpine"));
    let limited = |location: &str| Actor { user: location.into(), location: Some(location.into()), ..pam.clone() };
    let id = town.ready("100204", "teams").claim_id;
    town.act(&pam, |desk| submissions::submit(desk, id.as_str())).unwrap();
    town.act(&gus, |desk| endings::accept(desk, id.as_str())).unwrap();
    town.act(&ann, |desk| reviews::start(desk, id.as_str())).unwrap();
    town.act(&ann, |desk| reviews::request_information(desk, id.as_str(), &[], Some("who signed it?"))).unwrap();
    let mut told = |actor: &Actor| {
        let notices = town.act(actor, |desk| domain::notices::own(desk, false)).unwrap().len();
        (waiting(&mut town, actor).len(), notices > 0)
    };
    assert_eq!([told(&pam), told(&limited("100204")), told(&limited("100205"))], [(1, true), (1, true), (0, false)]);
}
