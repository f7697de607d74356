//! One claim's whole story.

use domain::attach::AttachType;
use domain::claims::arbitrations::{self, Arbitration};
use domain::claims::drafts::{self, Edits};
use domain::claims::four_eyes::Count;
use domain::claims::holdings::Holding;
use domain::claims::{Claim, Product, Verdict, endings, proofs, reviews, submissions, ticks};
use domain::facts::Program;
use domain::names::Name;
use domain::record::actor::Actor;
use domain::record::entry::Entry;
use domain::record::factual::Factual;
use domain::record::memory::Memory;
use domain::register::Register;
use domain::standing;
use domain::time::{Day, Interval};
use domain::words::{Activity, ClaimState};

use crate::properties::RULES;

use super::town::{Town, claimant, first_day, owner, proof, reviewer};

/// Votes of two reviewers; what the second one came to.
pub fn two_votes(town: &mut Town, id: &Name, verdict: &Verdict) -> reviews::Voted {
    let first = town.act(&reviewer("ann"), |desk| reviews::vote(desk, id.as_str(), verdict.clone(), None)).unwrap();
    assert_eq!(first.count, Count::First);
    town.act(&reviewer("ben"), |desk| reviews::vote(desk, id.as_str(), verdict.clone(), None)).unwrap()
}

/// A claim of a location on a workload of `alpine`, approved.
pub fn approved(town: &mut Town, partner: &str, workload: &str) -> Name {
    let id = town.ready(partner, workload).claim_id;
    town.act(&claimant(partner), |desk| submissions::submit(desk, id.as_str())).unwrap();
    town.act(&owner("t-alpine"), |desk| endings::accept(desk, id.as_str())).unwrap();
    town.act(&reviewer("ann"), |desk| reviews::start(desk, id.as_str())).unwrap();
    two_votes(town, &id, &Verdict::Approve);
    assert_eq!(town.claim(&id).state, ClaimState::Approved);
    id
}

/// The events of an entry, a line each.
fn told(town: &Town, id: &Name) -> String {
    let of_claim = town.events.iter().filter(|event| event.what.id == id.as_str());
    let line = |what: &domain::record::event::Draft| format!("{} {} by {}\n", what.effective_on, what.kind, what.actor);
    of_claim.map(|event| line(&event.what)).collect()
}

#[test]
fn a_claim_is_drafted_reviewed_approved_and_lost_to_a_better_one() {
    let mut town = Town::new();
    let pam = claimant("100204");
    let id = town.ready("100204", "teams").claim_id;
    town.act(&pam, |desk| submissions::submit(desk, id.as_str())).unwrap();
    town.pass(1);
    town.act(&reviewer("cid"), |desk| reviews::start(desk, id.as_str())).unwrap();
    town.act(&reviewer("cid"), |desk| reviews::request_information(desk, id.as_str(), &["product-missing".into()], Some("and exchange?")))
        .unwrap();
    let more = Edits { products: Some(vec![Product::new("teams", None), Product::new("exchange", None)]), ..Edits::default() };
    town.act(&pam, |desk| drafts::edit(desk, id.as_str(), &more)).unwrap();
    town.act(&pam, |desk| reviews::answer(desk, id.as_str(), "exchange is in")).unwrap();
    // the customer has five business days from the submission on Monday
    let early = town.act(&reviewer("ann"), |desk| reviews::vote(desk, id.as_str(), Verdict::Approve, None)).unwrap_err();
    assert_eq!((early.code, early.cure.contains("2024-03-11")), ("customer-may-opt-out", true));
    town.pass(7);
    assert_eq!(town.act(&Actor::clockwork(), ticks::tick).unwrap().len(), 1);
    two_votes(&mut town, &id, &Verdict::Approve);
    let approved_on = town.today();

    // another partner wants teams too
    town.pass(30);
    let rival = town.ready("100300", "teams").claim_id;
    let rival_claim = town.act(&claimant("100300"), |desk| submissions::submit(desk, rival.as_str())).unwrap();
    let case = rival_claim.arbitrations[0].clone();
    town.act(&reviewer("ann"), |desk| reviews::start(desk, rival.as_str())).unwrap();
    town.pass(8);
    let voted = town.act(&reviewer("ann"), |desk| reviews::vote(desk, rival.as_str(), Verdict::Approve, None)).unwrap_err();
    assert_eq!(voted.code, "scope-held");
    let decide = |town: &mut Town, who: &str| {
        town.act(&reviewer(who), |desk| arbitrations::vote(desk, case.as_str(), &rival, &"greater-influence".into(), None))
    };
    assert_eq!(decide(&mut town, "ann").unwrap_err().code, "holder-still-asked");
    town.act(&pam, |desk| proofs::attach_proof(desk, id.as_str(), proof(desk.today(), "again"))).unwrap();
    assert_eq!(decide(&mut town, "ann").unwrap().1, Count::First);
    assert_eq!(decide(&mut town, "ann").unwrap_err().code, "same-reviewer");
    assert!(matches!(decide(&mut town, "ben").unwrap().1, Count::Decided(_)));
    let decided_on = town.today();

    // teams went to the rival on that day, exchange stayed
    let held = |town: &Town, id: &Name| {
        town.claim(id).rows().into_iter().map(|row| (row.workload.unwrap().to_string(), row.approved_on, row.ended_on)).collect::<Vec<_>>()
    };
    assert_eq!(
        held(&town, &id),
        [("teams".to_owned(), Some(approved_on), Some(decided_on)), ("exchange".to_owned(), Some(approved_on), None)]
    );
    assert_eq!(held(&town, &rival), [("teams".to_owned(), Some(decided_on), None)]);
    let holdings = town.memory.all::<Holding>().unwrap();
    let teams = holdings.iter().find(|holding| holding.scope == "t-alpine/teams").unwrap();
    assert_eq!(
        teams.holders.all().iter().map(|span| (span.from, span.held.partner.as_str())).collect::<Vec<_>>(),
        [(approved_on, "100204"), (decided_on, "100300")]
    );

    town.act(&owner("t-alpine"), |desk| endings::revoke(desk, id.as_str(), Some("we have changed"))).unwrap();
    assert_eq!(
        told(&town, &id),
        "2024-03-04 claim-drafted by pam\n2024-03-04 claim-proof-added by pam\n2024-03-04 claim-submitted by pam\n\
         2024-03-05 claim-review-started by cid\n2024-03-05 claim-information-requested by cid\n2024-03-05 claim-edited by pam\n\
         2024-03-05 claim-answered by pam\n2024-03-12 claim-accepted-by-silence by counterfoil\n2024-03-12 claim-voted by ann\n\
         2024-03-12 claim-approved by ben\n2024-04-19 claim-proof-added by pam\n2024-04-19 claim-reduced by ben\n2024-04-19 claim-revoked by gus\n"
    );
    // each day's registers come back from the log
    let early = Memory::replay(&town.events, domain_now(&town, -40)).unwrap();
    assert_eq!(early.all::<Claim>().unwrap()[0].state, ClaimState::UnderReview);
    assert_eq!(Memory::replay(&town.events, town.now).unwrap(), town.memory);
}

fn domain_now(town: &Town, days: i64) -> jiff::Timestamp {
    town.now.checked_add(jiff::Span::new().hours(days * 24)).unwrap()
}

#[test]
fn a_claim_waits_for_its_subscription_and_counts_from_the_day_on_which_it_was_handed_in() {
    let mut town = Town::new();
    let pam = claimant("100204");
    let id = town.ready("100204", "teams").claim_id;
    let wanted = Edits {
        activity: Some(domain::words::Activity::Osa),
        products: Some(vec![Product::new("sales", Some("s-new"))]),
        ..Edits::default()
    };
    town.act(&pam, |desk| drafts::edit(desk, id.as_str(), &wanted)).unwrap();
    let waiting = town.act(&pam, |desk| submissions::submit(desk, id.as_str())).unwrap();
    assert_eq!((waiting.state, waiting.waiting.unwrap().until), (ClaimState::Draft, first_day().plus(7)));
    town.pass(3);
    assert_eq!(town.act(&Actor::clockwork(), ticks::tick).unwrap(), []);
    town.act(&Actor::clockwork(), |desk| {
        let known = super::town::subscription("s-new", &"t-alpine".into(), "dynamics-365", domain::words::Agreement::Ea);
        desk.put("subscription-added", &known, desk.today(), None)
    })
    .unwrap();
    town.act(&Actor::clockwork(), ticks::tick).unwrap();
    let claim = town.claim(&id);
    assert_eq!((claim.state, claim.submitted_on), (ClaimState::Submitted, Some(first_day())));
    // one that never comes
    let other = town.ready("100204", "exchange").claim_id;
    let wanted = Edits {
        activity: Some(domain::words::Activity::Osa),
        products: Some(vec![Product::new("sales", Some("s-never"))]),
        ..Edits::default()
    };
    town.act(&pam, |desk| drafts::edit(desk, other.as_str(), &wanted)).unwrap();
    town.act(&pam, |desk| submissions::submit(desk, other.as_str())).unwrap();
    town.pass(8);
    town.act(&Actor::clockwork(), ticks::tick).unwrap();
    assert_eq!((town.claim(&other).state, town.claim(&other).waiting), (ClaimState::Draft, None));
}

#[test]
fn clocks_that_run_out_reject_and_close() {
    let mut town = Town::new();
    let pam = claimant("100204");
    let id = town.ready("100204", "teams").claim_id;
    town.act(&pam, |desk| submissions::submit(desk, id.as_str())).unwrap();
    town.act(&reviewer("ann"), |desk| reviews::start(desk, id.as_str())).unwrap();
    town.act(&reviewer("ann"), |desk| reviews::request_information(desk, id.as_str(), &[], Some("who signed it?"))).unwrap();
    // fourteen business days from Monday 4 March are Friday 22 March
    town.pass(18);
    town.act(&Actor::clockwork(), ticks::tick).unwrap();
    assert_eq!(town.claim(&id).state, ClaimState::ActionRequired);
    town.pass(1);
    town.act(&Actor::clockwork(), ticks::tick).unwrap();
    assert_eq!(town.claim(&id).state, ClaimState::Rejected);
    town.act(&pam, |desk| reviews::dispute(desk, id.as_str(), "the mail was lost")).unwrap();
    town.act(&owner("t-alpine"), |desk| endings::accept(desk, id.as_str())).unwrap_err();
    let voted = two_votes(&mut town, &id, &Verdict::Reject { reason: "proof-insufficient".into() });
    assert_eq!(voted.claim.state, ClaimState::RejectedFinal);
    let late = town.act(&pam, |desk| reviews::dispute(desk, id.as_str(), "once more")).unwrap_err();
    assert_eq!(late.code, "wrong-state");

    let other = town.ready("100204", "teams").claim_id;
    town.act(&pam, |desk| submissions::submit(desk, other.as_str())).unwrap();
    town.act(&reviewer("ann"), |desk| reviews::start(desk, other.as_str())).unwrap();
    two_votes(&mut town, &other, &Verdict::Reject { reason: "proof-insufficient".into() });
    town.pass(31);
    assert_eq!(town.act(&pam, |desk| reviews::dispute(desk, other.as_str(), "late")).unwrap_err().code, "too-late");
    town.act(&Actor::clockwork(), ticks::tick).unwrap();
    assert_eq!(town.claim(&other).state, ClaimState::RejectedFinal);
}

#[test]
fn a_corrected_claim_takes_the_place_of_the_one_with_the_wrong_location() {
    let mut town = Town::new();
    let pam = claimant("100204");
    let id = approved(&mut town, "100204", "teams");
    let right = Edits { partner_id: Some("100205".into()), ..Edits::default() };
    let new = town.act(&pam, |desk| drafts::clone_and_correct(desk, id.as_str(), &right)).unwrap().claim_id;
    town.pass(1);
    town.act(&pam, |desk| submissions::submit(desk, new.as_str())).unwrap();
    town.act(&owner("t-alpine"), |desk| endings::accept(desk, new.as_str())).unwrap();
    town.act(&reviewer("ann"), |desk| reviews::start(desk, new.as_str())).unwrap();
    two_votes(&mut town, &new, &Verdict::Approve);
    let (old, new) = (town.claim(&id), town.claim(&new));
    assert_eq!((old.state, old.corrected_by), (ClaimState::Superseded, vec![new.claim_id.clone()]));
    assert_eq!((new.state, new.corrects), (ClaimState::Approved, Some(id)));
    assert_eq!(town.memory.all::<Arbitration>().unwrap(), []);
}

#[test]
fn a_presales_claim_makes_its_revenue_association_a_month_later() {
    let mut town = Town::new();
    let pam = claimant("100204");
    let id = town.ready("100204", "teams").claim_id;
    let presales =
        Edits { activity: Some(Activity::Osa), products: Some(vec![Product::new("sales", Some("s-alpine-sales"))]), ..Edits::default() };
    town.act(&pam, |desk| drafts::edit(desk, id.as_str(), &presales)).unwrap();
    town.act(&pam, |desk| submissions::submit(desk, id.as_str())).unwrap();
    town.act(&owner("t-alpine"), |desk| endings::accept(desk, id.as_str())).unwrap();
    town.act(&reviewer("ann"), |desk| reviews::start(desk, id.as_str())).unwrap();
    two_votes(&mut town, &id, &Verdict::Approve);

    // what scores read: the register together with what was imported
    let entries = [(Claim::REGISTER.to_owned(), vec![(1, town.claim(&id).fields())])].into();
    let mut program = Program::default();
    standing::merge(&mut program, &entries).unwrap();
    let register = Register::new(&program, &RULES);
    let from = |days: Interval| (days.from, days.to == Day::NEVER);
    let ties: Vec<_> = register.claim_ties(&program.claims[0]).into_iter().map(|(attach, days)| (attach, from(days))).collect();
    let later = first_day().plus_months(1);
    assert_eq!(ties, [(AttachType::CporOsa, (first_day(), true)), (AttachType::CporRevrec, (later, true))]);
}
