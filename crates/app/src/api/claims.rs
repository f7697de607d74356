//! Claims and arbitrations.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use domain::claims::arbitrations::{self, Arbitration};
use domain::claims::drafts::{self, Edits};
use domain::claims::proofs::{ProofMeta, attach_proof};
use domain::claims::{Claim, Verdict, endings, incentives, reviews, submissions};
use domain::names::Name;
use domain::record::desk::{Acted, Desk};
use domain::record::entry::{By, Entry};
use domain::record::refusal::Refusal;
use domain::time::Day;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::api::call::Call;
use crate::api::entries::{KNOWN_AT, PICKED, Page, Versioned, one_more, value};
use crate::api::operation::{Act, File, Kind, Operation, Parameter, schema};
use crate::api::problem::Problem;
use crate::proofs::Kept;
use crate::views::claim::ClaimStory;

/// What is said.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Said {
    /// The text.
    text: String,
}

/// Why, where that may be said.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Why {
    /// Why, for the other side and for those who read the log later.
    #[serde(default)]
    reason: Option<String>,
}

/// What a partner is asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// Reason codes of the rulebook.
    #[serde(default)]
    reasons: Vec<Name>,
    /// What else, in words.
    #[serde(default)]
    note: Option<String>,
}

/// A vote on a claim.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ClaimVote {
    /// What it is for.
    verdict: VoteFor,
    /// Why a claim is rejected: a reason code of the rulebook.
    #[serde(default)]
    reason: Option<Name>,
    /// Why, in words.
    #[serde(default)]
    note: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum VoteFor {
    Approve,
    Reject,
}

impl ClaimVote {
    /// The verdict; a rejection without a reason is refused by the rules.
    fn verdict(&self) -> Verdict {
        match self.verdict {
            VoteFor::Approve => Verdict::Approve,
            VoteFor::Reject => Verdict::Reject { reason: self.reason.clone().unwrap_or_else(|| Name::new("")) },
        }
    }
}

/// A vote for one of two competing claims.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CaseVote {
    /// The claim that is to win.
    claim_id: Name,
    /// Why: a reason code of the rulebook.
    reason: Name,
    /// Why, in words.
    #[serde(default)]
    note: Option<String>,
}

/// A milestone.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Milestone {
    /// The day on which it was reached.
    on: Day,
    /// What was reached.
    text: String,
}

const PROOF: [Parameter; 4] = [
    Parameter { name: "name", kind: Kind::Text, about: "the file's name, a label" },
    Parameter { name: "dated_on", kind: Kind::Day, about: "the day that the proof itself is dated" },
    Parameter { name: "shows", kind: Kind::Text, about: "what it shows: items of the checklist, with commas between" },
    Parameter {
        name: "workloads",
        kind: Kind::Text,
        about: "the workloads that it is about, with commas between; none: all of the claim's",
    },
];

type Write = fn(&Call<'_>, &mut Desk<'_>) -> Acted<Value>;

/// What acts on the claim of the path.
const fn on_claim(act: Write) -> Act {
    Act::Write { entry: Some(("claim", "claim_id")), act }
}

/// Declares an operation: method, path and id, what it does and who may, what it takes and gives, and the act.
macro_rules! operation {
    ($method:ident $path:literal $id:literal, $summary:literal, $about:expr, $parameters:expr, $takes:expr => $gives:ty, $status:ident, $act:expr) => {
        Operation {
            method: Method::$method,
            path: $path,
            id: $id,
            tag: "Claims",
            summary: $summary,
            about: $about,
            parameters: $parameters,
            takes: $takes,
            gives: schema::<$gives>,
            status: StatusCode::$status,
            act: $act,
        }
    };
}

/// Declares an act on the claim of the path, with or without a body.
macro_rules! act {
    ($path:literal $id:literal, $summary:literal, $about:expr, |$call:ident, $desk:ident| $act:expr) => {
        operation!(POST $path $id, $summary, $about, &[], None => Claim, OK, on_claim(|$call, $desk| shown($act)))
    };
    ($path:literal $id:literal, $summary:literal, $about:expr, |$call:ident, $desk:ident, $body:ident: $takes:ty| $act:expr) => {
        operation!(POST $path $id, $summary, $about, &[], Some(schema::<$takes>) => Claim, OK, on_claim(|$call, $desk| {
            let $body: $takes = $call.body()?;
            shown($act)
        }))
    };
}

/// What only the claim's partner may do.
const PARTNER: &str = "Users of the claim's partner who claim for it may.";
/// What only reviewers may do.
const REVIEWER: &str = "Reviewers of the operator may who belong to no party.";
/// What only the customer may do.
const CUSTOMER: &str = "Global admins of the customer may.";
/// Who sees claims.
const SEEN: &str =
    "The operator sees all, a partner its own, a customer those on its tenant that were handed in. What open votes are for is left out.";
/// How votes decide.
const VOTES: &str =
    "The second reviewer's vote that is alike decides; a third settles votes that differ. Nobody who wrote the claim votes.";

/// The operations of claims.
pub const OPERATIONS: &[&[Operation]] = &[&READ, &WRITE, &ACTS, &CASES];

const READ: [Operation; 4] = [
    operation!(GET "/claims" "listClaims", "List claims", SEEN, &PICKED, None => Page<Versioned<Claim>>, OK, Act::Read(list)),
    operation!(GET "/claims/{claim_id}" "getClaim", "One claim", SEEN, &KNOWN_AT, None => Versioned<Claim>, OK, Act::Read(one)),
    operation!(
        GET "/claims/{claim_id}/story" "getClaimStory",
        "A claim's whole story",
        "What comes next, what is missing with cures, clocks, proof, competing claims, and who did what when.",
        &KNOWN_AT, None => ClaimStory, OK, Act::Read(story)
    ),
    operation!(
        GET "/claims/{claim_id}/proofs/{sha256}" "getClaimProof",
        "A proof's file",
        "For those who may see the claim.",
        &[], None => Claim, OK, Act::Download(download)
    ),
];

const WRITE: [Operation; 4] = [
    operation!(
        POST "/claims" "draftClaim", "Draft a claim", PARTNER, &[], Some(schema::<Edits>) => Claim, CREATED,
        Act::Write { entry: None, act: |call, desk| shown(drafts::create(desk, &call.body()?)) }
    ),
    operation!(
        PATCH "/claims/{claim_id}" "editClaim",
        "Change fields of a claim",
        "Of a draft all; while an answer is asked for, partner ID, products and contacts.",
        &[], Some(schema::<Edits>) => Claim, OK, on_claim(|call, desk| shown(drafts::edit(desk, &id(call), &call.body()?)))
    ),
    operation!(
        POST "/claims/{claim_id}/clone" "cloneClaim",
        "Draft a new claim with the fields of an old one, corrected",
        "Both stay linked.",
        &[], Some(schema::<Edits>) => Claim, CREATED,
        on_claim(|call, desk| shown(drafts::clone_and_correct(desk, &id(call), &call.body()?)))
    ),
    operation!(
        POST "/claims/{claim_id}/proofs" "addClaimProof", "Add a file as proof", PARTNER, &PROOF, None => Claim, OK,
        Act::Upload { entry: Some(("claim", "claim_id")), act: upload }
    ),
];

const ACTS: [Operation; 13] = [
    act!("/claims/{claim_id}/submit" "submitClaim", "Hand a draft in", PARTNER, |call, desk| submissions::submit(desk, &id(call))),
    act!("/claims/{claim_id}/withdraw" "withdrawClaim", "Take a claim back, or delete a draft", PARTNER, |call, desk, why: Why| {
        submissions::withdraw(desk, &id(call), why.reason.as_deref())
    }),
    act!("/claims/{claim_id}/review" "reviewClaim", "Take a claim into review", REVIEWER, |call, desk| reviews::start(desk, &id(call))),
    act!("/claims/{claim_id}/request-info" "requestClaimInfo", "Ask the partner for more", REVIEWER, |call, desk, asked: Asked| {
        reviews::request_information(desk, &id(call), &asked.reasons, asked.note.as_deref())
    }),
    act!("/claims/{claim_id}/answer" "answerClaim", "Answer what was asked for", PARTNER, |call, desk, said: Said| {
        reviews::answer(desk, &id(call), &said.text)
    }),
    act!("/claims/{claim_id}/comments" "commentClaim", "Say something about a claim", "All sides may.", |call, desk, said: Said| {
        drafts::comment(desk, &id(call), &said.text)
    }),
    act!("/claims/{claim_id}/votes" "voteClaim", "Vote to approve or to reject", VOTES, |call, desk, vote: ClaimVote| {
        reviews::vote(desk, &id(call), vote.verdict(), vote.note.as_deref()).map(|voted| voted.claim)
    }),
    act!("/claims/{claim_id}/dispute" "disputeClaim", "Dispute a rejection, once", PARTNER, |call, desk, said: Said| {
        reviews::dispute(desk, &id(call), &said.text)
    }),
    act!("/claims/{claim_id}/accept" "acceptClaim", "Accept a claim", CUSTOMER, |call, desk| endings::accept(desk, &id(call))),
    act!("/claims/{claim_id}/decline" "declineClaim", "Decline a claim, at any time", CUSTOMER, |call, desk, why: Why| {
        endings::decline(desk, &id(call), why.reason.as_deref())
    }),
    act!("/claims/{claim_id}/revoke" "revokeClaim", "End an association as its customer", CUSTOMER, |call, desk, why: Why| {
        endings::revoke(desk, &id(call), why.reason.as_deref())
    }),
    act!("/claims/{claim_id}/end" "endClaim", "End an association as its partner", PARTNER, |call, desk, said: Said| {
        endings::end(desk, &id(call), &said.text)
    }),
    act!(
        "/claims/{claim_id}/milestones" "reachClaimMilestone", "Record that a milestone was reached",
        "Program managers of the operator may.",
        |call, desk, milestone: Milestone| incentives::reach_milestone(desk, &id(call), milestone.on, &milestone.text)
    ),
];

const CASES: [Operation; 2] = [
    operation!(
        GET "/arbitrations/{arbitration_id}" "getArbitration",
        "One arbitration",
        "The operator sees it; both partners read of it in their claim's story. What open votes are for is left out.",
        &[], None => Arbitration, OK, Act::Read(case)
    ),
    operation!(
        POST "/arbitrations/{arbitration_id}/votes" "voteArbitration",
        "Vote for one of two competing claims",
        REVIEWER,
        &[], Some(schema::<CaseVote>) => Arbitration, OK,
        Act::Write { entry: Some((Arbitration::REGISTER, "arbitration_id")), act: vote_case }
    ),
];

fn id(call: &Call<'_>) -> String {
    call.id("claim_id")
}

/// A claim without what its open votes are for.
fn blind(mut claim: Claim) -> Claim {
    claim.votes.clear();
    claim
}

fn shown(claim: Acted<Claim>) -> Acted<Value> {
    Ok(value(&blind(claim?)))
}

fn sees(call: &Call<'_>, claim: &Claim) -> Result<bool, Problem> {
    call.may_see(Claim::REGISTER, &claim.fields())
}

/// Of how many locations a partner's claims are read one location after the other; of more, all claims are looked through.
const OWN_MAX: usize = 16;

fn list(call: &Call<'_>) -> Result<Value, Problem> {
    let by = By {
        partner_id: call.name("partner_id"),
        tenant_id: call.name("tenant_id"),
        state: call.text("state").map(str::to_owned),
        ..By::default()
    };
    let (after, limit) = (call.after()?, call.limit());
    let mut items = Vec::new();
    let mut next = None;
    // a claim is of the one partner that it names: who acts for another one need not read it
    let own = call.own_partner_ids()?.filter(|own| by.partner_id.is_none() && own.len() <= OWN_MAX);
    let by = match own {
        Some(own) => own.into_iter().map(|partner| By { partner_id: Some(partner), ..by.clone() }).collect(),
        None => vec![by],
    };
    call.home.entries_while(Claim::REGISTER, &by, &after, one_more(limit), |(id, version, fields)| {
        if !call.may_see(Claim::REGISTER, &fields)? {
            return Ok(true);
        }
        if items.len() == limit {
            next = items.last().map(|(id, _): &(String, _)| crate::secrets::hex(id.as_bytes()));
            return Ok(false);
        }
        let claim = Claim::read(&fields).map_err(anyhow::Error::from)?;
        items.push((id, Versioned { version, entry: blind(claim) }));
        Ok::<bool, Problem>(true)
    })?;
    Ok(value(&Page { items: items.into_iter().map(|(_, item)| item).collect(), next }))
}

/// The claim of the path, when the caller may see it.
fn seen(call: &Call<'_>) -> Result<Versioned<Claim>, Problem> {
    let id = call.id("claim_id");
    if let Some((version, fields)) = call.home.entry(Claim::REGISTER, &id)? {
        let claim = Claim::read(&fields).map_err(anyhow::Error::from)?;
        if sees(call, &claim)? {
            return Ok(Versioned { version, entry: blind(claim) });
        }
    }
    let message = format!("there is no claim `{id}`");
    Err(Refusal::not_found("unknown-id", message, "check the id; the list tells those that there are").into())
}

fn one(call: &Call<'_>) -> Result<Value, Problem> {
    Ok(value(&seen(call)?))
}

fn story(call: &Call<'_>) -> Result<Value, Problem> {
    let id = seen(call)?.entry.claim_id;
    let story = call.home.look(&call.rulebook, call.actor.clone(), |desk| ClaimStory::at(desk, id.as_str()))?;
    let mut events = Vec::new();
    for (register, id) in story.entries() {
        events.extend(call.home.events_of(register, &id)?);
    }
    Ok(value(&story.told_by(events)))
}

fn download(call: &Call<'_>) -> Result<File, Problem> {
    let claim = seen(call)?.entry;
    let hash = call.part("sha256");
    let found = claim.proofs.iter().find(|proof| proof.sha256 == hash);
    let content = found.map(|_| call.home.proofs()?.read(hash)).transpose()?.flatten();
    match found.zip(content) {
        Some((proof, content)) => Ok(File { name: proof.name.clone(), content }),
        None => {
            let message = format!("claim `{}` has no proof `{hash}`", claim.claim_id);
            Err(Refusal::not_found("unknown-id", message, "the claim names its proofs with their hashes").into())
        }
    }
}

fn upload(call: &Call<'_>, kept: &Kept, desk: &mut Desk<'_>) -> Acted<Value> {
    let names = |parameter: &str| -> BTreeSet<Name> {
        call.text(parameter).into_iter().flat_map(|text| text.split(',')).filter_map(Name::new_if_any).collect()
    };
    let meta = ProofMeta {
        name: kept.name.clone(),
        media_type: kept.media_type.clone(),
        bytes: kept.bytes,
        sha256: kept.sha256.clone(),
        dated_on: call.text("dated_on").and_then(|text| text.parse().ok()),
        workloads: names("workloads"),
        shows: names("shows"),
    };
    shown(attach_proof(desk, &call.id("claim_id"), meta))
}

fn case(call: &Call<'_>) -> Result<Value, Problem> {
    let id = call.id("arbitration_id");
    match call.home.find::<Arbitration>(&id)? {
        Some(case) if call.may_see(Arbitration::REGISTER, &case.fields())? => Ok(value(&Arbitration { votes: Vec::new(), ..case })),
        _ => {
            Err(Refusal::not_found("unknown-id", format!("there is no arbitration `{id}`"), "a claim's story names its arbitrations")
                .into())
        }
    }
}

fn vote_case(call: &Call<'_>, desk: &mut Desk<'_>) -> Acted<Value> {
    let vote: CaseVote = call.body()?;
    let (case, _) = arbitrations::vote(desk, &call.id("arbitration_id"), &vote.claim_id, &vote.reason, vote.note.as_deref())?;
    Ok(value(&Arbitration { votes: Vec::new(), ..case }))
}
