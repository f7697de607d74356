//! The review of a claim: what there is to judge, and the acts of reviewers.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::Response;
use domain::claims::four_eyes::Count;
use domain::claims::{Claim, Verdict, drafts, reviews};
use domain::names::Name;
use domain::record::desk::{Acted, Desk};
use domain::rights::{Act, On, allows};
use domain::rulebook::Rulebook;
use domain::rulebook::claims::Reason;
use domain::words::ClaimState;

use super::{ProofLine, proof_lines, waiting, waits_for};
use crate::pages::acting::Sent;
use crate::pages::ask::{Ask, Question, done_or_again};
use crate::pages::fields::Field;
use crate::pages::frame::Frame;
use crate::pages::grid::GridPart;
use crate::pages::inbox::wanted;
use crate::pages::named;
use crate::pages::paths;
use crate::pages::problem::Problem;
use crate::pages::story;
use crate::pages::visit::{Visit, html};
use crate::pages::workspace::OPERATOR_ROLES;
use crate::views::claim::{ClaimStory, ClockView};

#[derive(Template)]
#[template(path = "pages/review.html")]
struct ReviewPage {
    frame: Frame,
    heading: String,
    told: Option<String>,
    lead: String,
    warnings: Vec<String>,
    facts: Vec<(String, String)>,
    clocks: Vec<ClockView>,
    checklist: Vec<Checked>,
    proofs: Vec<ProofLine>,
    comments: Vec<(String, String, String)>,
    cases: Vec<(String, String)>,
    forms: Vec<Form>,
    story: GridPart,
    next: Option<String>,
}

/// What the proof of a workload shows: each item, and whether it does.
struct Checked {
    workload: String,
    items: Vec<(String, bool)>,
    fresh: String,
}

/// An act that is open.
struct Form {
    title: &'static str,
    ask: Ask,
}

/// Shows the claim.
///
/// # Errors
///
/// A visitor who does not act for the operator, or a claim that is not there.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let actor = visit.operator(&OPERATOR_ROLES)?;
    let id = Name::new(visit.param("claim"));
    let rulebook = visit.rulebook();
    let (story, facts, lead, next) = visit.read(|desk| {
        let story = ClaimStory::at(desk, id.as_str())?;
        let mut queue = waiting(desk)?;
        queue.sort_by_key(|one| (one.due_on.is_none(), one.due_on, one.id.clone()));
        let at = queue.iter().position(|one| one.id == id);
        let next = queue.get(at.map_or(0, |at| at + 1)).map(|one| one.href.clone());
        let (facts, lead) = (facts(desk, &story.claim)?, lead(desk, &story.claim, &story.voted));
        Ok((story, facts, lead, next))
    })?;
    let entries = story.entries();
    let (events, voted) = (story::events_of(visit, &entries)?, story.voted.contains(&actor.user));
    let claim = &story.claim;
    let comment = |of: &domain::claims::Comment| (of.on.to_string(), of.by.to_string(), of.text.clone());
    let case = |case: &domain::claims::arbitrations::Arbitration| {
        (format!("{}: {}, {}", case.arbitration_id, case.state, case.scopes.join(", ")), paths::operator_arbitration(&case.arbitration_id))
    };
    let grid = story::grid(visit, &events);
    if let Some(file) = grid.download() {
        return file;
    }
    let forms = forms(visit, rulebook, claim, allows(&actor, Act::ClaimDecide, &On::program()) && !voted);
    html(&ReviewPage {
        frame: visit.frame(claim.claim_id.as_str()),
        heading: format!("{}: {}", claim.claim_id, wanted(claim)),
        told: visit.told(&super::TOLD),
        lead,
        checklist: checklist(rulebook, &story),
        proofs: proof_lines(rulebook, claim, None),
        comments: claim.comments.iter().map(comment).collect(),
        cases: story.arbitrations.iter().map(case).collect(),
        story: grid.part(),
        warnings: story.warnings,
        clocks: story.clocks,
        facts,
        forms,
        next,
    })
}

/// What is to be done, and by whom.
fn lead(desk: &Desk<'_>, claim: &Claim, voted: &[Name]) -> String {
    let own = voted.contains(&desk.actor.user);
    match claim.state {
        ClaimState::Submitted => "It was handed in, and nobody has begun to review it.".to_owned(),
        ClaimState::UnderReview | ClaimState::Dispute if own => {
            "You have voted. Another reviewer votes next, without knowing your vote.".to_owned()
        }
        ClaimState::UnderReview | ClaimState::Dispute => {
            let kind = if claim.state == ClaimState::Dispute { "The partner disputes the rejection. " } else { "" };
            let by = if voted.is_empty() {
                String::new()
            } else {
                format!("; {} has voted", voted.iter().map(Name::as_str).collect::<Vec<_>>().join(", "))
            };
            let waits = match voted.len() {
                _ if claim.awaits_customer(desk.today()) => waits_for(claim, desk.today()),
                0 => "a first vote",
                1 => "a second vote",
                _ => "a third vote",
            };
            format!("{kind}It waits for {waits}{by}.")
        }
        ClaimState::ActionRequired => "The partner was asked for more, and has not answered yet.".to_owned(),
        ClaimState::Approved => "It is approved, and holds.".to_owned(),
        ClaimState::Rejected => "It is rejected; the partner may dispute that once.".to_owned(),
        state => format!("It is {}.", state.as_str().replace('-', " ")),
    }
}

fn facts(desk: &Desk<'_>, claim: &Claim) -> Acted<Vec<(String, String)>> {
    let rules = desk.rulebook.associations.cpor.activities.get(&claim.activity);
    let contact = |of: &domain::claims::Contact| format!("{}, {}", of.name, of.email);
    let domain = claim.domain.as_ref().map(|domain| format!(", {domain}")).unwrap_or_default();
    let asked = claim.asked.as_ref().map(|asked| {
        let reasons = &desk.rulebook.associations.cpor.reasons.information;
        let because =
            asked.reasons.iter().map(|reason| reasons.get(reason).map_or_else(|| reason.to_string(), |rules| rules.because.clone()));
        because.chain(asked.note.clone()).collect::<Vec<_>>().join("; ")
    });
    let reasons = &desk.rulebook.associations.cpor.reasons.rejection;
    let rejected = claim.rejection.as_ref().map(|of| {
        let because = reasons.get(&of.reason).map_or_else(|| of.reason.to_string(), |rules| rules.because.clone());
        of.note.as_ref().map_or_else(|| because.clone(), |note| format!("{because}: {note}"))
    });
    let facts = [
        ("Partner", Some(named::partner(desk, &claim.partner_id)?)),
        ("Customer", Some(format!("{} ({}{domain})", named::customer(desk, &claim.tenant_id)?, claim.tenant_id))),
        ("Activity", Some(rules.map_or_else(|| claim.activity.to_string(), |rules| rules.title.clone()))),
        ("Workloads and products", Some(wanted(claim))),
        ("State", Some(claim.state.as_str().replace('-', " "))),
        ("Handed in", claim.submitted_on.map(|on| on.to_string())),
        ("The customer accepted", claim.accepted_on.map(|on| on.to_string())),
        ("Asked for", asked),
        ("Rejected because", rejected),
        ("Customer's contact", claim.customer_contact.as_ref().map(contact)),
        ("Partner's contact", claim.partner_contact.as_ref().map(contact)),
        ("Seller", claim.seller.clone()),
        ("Partner's product", claim.isv_product.clone()),
        ("Corrects", claim.corrects.as_ref().map(Name::to_string)),
    ];
    Ok(facts.into_iter().filter_map(|(what, value)| Some((what.to_owned(), value?))).collect())
}

fn checklist(rulebook: &Rulebook, story: &ClaimStory) -> Vec<Checked> {
    let items = &rulebook.associations.cpor.proof.checklist;
    let asked =
        |item: &domain::rulebook::claims::ChecklistItem| item.activities.is_empty() || item.activities.contains(&story.claim.activity);
    let one = |standing: &domain::claims::proofs::Standing| {
        let missing: BTreeSet<&Name> = standing.missing.iter().map(|(name, _)| name).collect();
        Checked {
            workload: named::workload(&standing.workload),
            items: items.iter().filter(|(_, item)| asked(item)).map(|(name, item)| (item.shows.clone(), !missing.contains(name))).collect(),
            fresh: standing.fresh_until.map_or_else(|| "no proof has a date".to_owned(), |until| format!("fresh until {until}")),
        }
    };
    let required = rulebook.associations.cpor.activities.get(&story.claim.activity).is_some_and(|rules| rules.proof_required.value);
    if required || !story.claim.proofs.is_empty() { story.proof.iter().map(one).collect() } else { Vec::new() }
}

/// Reasons as a choice: codes with what they say.
pub fn reasons<'r>(reasons: impl IntoIterator<Item = (&'r Name, &'r Reason)>) -> Vec<(String, String)> {
    reasons.into_iter().map(|(name, rules)| (name.to_string(), rules.because.clone())).collect()
}

fn forms(visit: &Visit, rulebook: &Rulebook, claim: &Claim, may_vote: bool) -> Vec<Form> {
    let mut forms = Vec::new();
    if may_vote {
        let acts: &[&'static str] = match claim.state {
            ClaimState::Submitted => &["review"],
            ClaimState::UnderReview => &["approve", "reject", "more"],
            ClaimState::Dispute => &["approve", "reject"],
            _ => &[],
        };
        forms.extend(acts.iter().map(|act| Form { title: title(act), ask: ask(visit, rulebook, act) }));
    }
    forms.push(Form { title: title("comment"), ask: ask(visit, rulebook, "comment") });
    forms
}

fn title(act: &str) -> &'static str {
    match act {
        "review" => "Begin the review",
        "approve" => "Approve",
        "reject" => "Reject",
        "more" => "Ask the partner for more",
        _ => "Comment",
    }
}

fn ask(visit: &Visit, rulebook: &Rulebook, act: &str) -> Ask {
    let at = format!("{}/{act}", paths::operator_claim(&Name::new(visit.param("claim"))));
    let known = &rulebook.associations.cpor.reasons;
    let note = || Field::long("note", "Note").hint("It stands in the record; the partner reads it when the claim is rejected.");
    match act {
        "review" => Ask::new(&at, "Take into review", Vec::new()).key('b'),
        "approve" => Ask::new(&at, "Vote to approve", vec![note()]).key('a'),
        "reject" => {
            let given = known.rejection.iter().filter(|(_, rules)| rules.by_reviewers);
            Ask::new(&at, "Vote to reject", vec![Field::one("reason", "Because", reasons(given)).required(), note()]).grave().key('r')
        }
        "more" => {
            let what = Field::long("note", "What else, in words").hint("The partner reads it, and has its time to answer.");
            let reasons = reasons(&known.information).into_iter().map(|(reason, words)| (reason, words, false)).collect();
            Ask::new(&at, "Ask for more", vec![Field::any("reason", "What is missing", reasons), what]).key('m')
        }
        _ => Ask::new(&at, "Add the comment", vec![Field::long("text", "What to say").required().hint("All sides of the claim read it.")]),
    }
}

/// Acts on the claim; a refusal brings the form back.
fn act<T>(visit: &Visit, sent: &Sent, act: &str, on: impl FnOnce(T) -> String, done: Result<T, Problem>) -> Result<Response, Problem> {
    done_or_again(visit, sent, done, on, || {
        let id = Name::new(visit.param("claim"));
        let claim = visit.read(|desk| desk.get::<Claim>(id.as_str()))?;
        let at = paths::operator_claim(&id);
        Ok(Question {
            heading: format!("{}: {}?", claim.claim_id, title(act)),
            crumbs: vec![("Queue".to_owned(), "/operator".to_owned()), (claim.claim_id.to_string(), at.clone())],
            said: Vec::new(),
            facts: vec![("State".to_owned(), claim.state.as_str().replace('-', " ")), ("What".to_owned(), wanted(&claim))],
            ask: ask(visit, visit.rulebook(), act).or_back(&at),
        })
    })
}

fn here(visit: &Visit, done: &str) -> String {
    format!("{}?done={done}", paths::operator_claim(&Name::new(visit.param("claim"))))
}

/// Begins the review.
///
/// # Errors
///
/// A visitor who does not act for the operator, or a claim that is not there.
pub fn review(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    visit.operator(&OPERATOR_ROLES)?;
    let done = visit.act("The review has not begun", |desk| reviews::start(desk, &id(visit)));
    act(visit, sent, "review", |_| here(visit, "review"), done)
}

fn id(visit: &Visit) -> String {
    Name::new(visit.param("claim")).to_string()
}

/// Asks the partner for more.
///
/// # Errors
///
/// As [`review`].
pub fn more(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    visit.operator(&OPERATOR_ROLES)?;
    let reasons: Vec<Name> = sent.all("reason").map(Name::new).collect();
    let done = visit.act("Nothing is asked for", |desk| reviews::request_information(desk, &id(visit), &reasons, sent.given("note")));
    act(visit, sent, "more", |_| here(visit, "more"), done)
}

fn vote(visit: &Visit, sent: &Sent, word: &str, verdict: &Verdict) -> Result<Response, Problem> {
    visit.operator(&OPERATOR_ROLES)?;
    let done = visit.act("Your vote is not cast", |desk| reviews::vote(desk, &id(visit), verdict.clone(), sent.given("note")));
    act(visit, sent, word, |voted| here(visit, counted(&voted.count)), done)
}

fn counted(count: &Count) -> &'static str {
    match count {
        Count::First => "first",
        Count::Split => "split",
        Count::Decided(decision) if decision.verdict == Verdict::Approve => "approved",
        Count::Decided(_) => "rejected",
    }
}

/// Votes to approve.
///
/// # Errors
///
/// As [`review`].
pub fn approve(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    vote(visit, sent, "approve", &Verdict::Approve)
}

/// Votes to reject.
///
/// # Errors
///
/// As [`review`].
pub fn reject(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    vote(visit, sent, "reject", &Verdict::Reject { reason: Name::new(sent.text("reason")) })
}

/// Comments.
///
/// # Errors
///
/// As [`review`].
pub fn comment(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    visit.operator(&OPERATOR_ROLES)?;
    let done = visit.act("The comment is not added", |desk| drafts::comment(desk, &id(visit), sent.text("text")));
    act(visit, sent, "comment", |_| here(visit, "comment"), done)
}
