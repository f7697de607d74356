//! Actions: what waits for somebody, worked out from the registers. Nothing is stored; an action is gone when its cause is.

use serde::Serialize;

use crate::claims::arbitrations::{Arbitration, ArbitrationState};
use crate::claims::clocks::{ANSWER, ARBITRATION, ARBITRATION_PROOF, DISPUTE, DISPUTE_ANSWER, OPT_OUT, REVIEW, REVIEW_START};
use crate::claims::four_eyes::{self, Parties};
use crate::claims::{self, Claim, checks};
use crate::enrolment::{Enrolment, EnrolmentState};
use crate::facts::{Customer, Partner};
use crate::names::Name;
use crate::of_record::request::{Request, RequestState};
use crate::of_record::watch::{self, Why};
use crate::profiles::invitations::{Invitation, InvitationState};
use crate::record::actor::Organisation;
use crate::record::desk::{Acted, Desk};
use crate::record::entry::{By, Entry};
use crate::rights::{Act, On, allows};
use crate::time::Day;
use crate::versions::{RulebookVersion, VersionState};
use crate::words::{ClaimState, words};

words! {
    /// What is to be done.
    ActionKind {
        /// The partner answers what reviewers asked for.
        AnswerClaim = "answer-claim",
        /// The partner adds its latest proof, since another claim wants what it holds.
        ProveHolding = "prove-holding",
        /// The partner disputes a rejection, or lets it be.
        DisputeRejection = "dispute-rejection",
        /// The partner finishes a draft and hands it in.
        FinishDraft = "finish-draft",
        /// The partner asks the customer to be named partner of record.
        AskForRecord = "ask-for-record",
        /// The partner goes on with an enrolment.
        GoOnEnrolling = "go-on-enrolling",
        /// The customer accepts or declines a claim.
        Consent = "consent",
        /// The customer names a partner of record, or lets it be.
        NamePartner = "name-partner",
        /// A reviewer takes a claim into review.
        StartReview = "start-review",
        /// A reviewer votes on a claim.
        Vote = "vote",
        /// A reviewer votes on competing claims.
        Arbitrate = "arbitrate",
        /// A program manager decides on an enrolment.
        DecideEnrolment = "decide-enrolment",
        /// A program manager publishes a rulebook that another one proposed, or withdraws it.
        PublishRulebook = "publish-rulebook",
        /// The person links their learning profile.
        LinkProfile = "link-profile",
    }
}

/// Something that waits for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Action {
    /// What is to be done.
    pub kind: ActionKind,
    /// Whether something happens when nobody does it; otherwise it is recommended.
    pub required: bool,
    /// The last day for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Day>,
    /// The register of the entry that it is about.
    pub register: &'static str,
    /// That entry.
    pub about: String,
    /// The partner location or account that it is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partner_id: Option<Name>,
    /// The customer's tenant that it is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<Name>,
    /// What waits, in a sentence without its full stop.
    pub what: String,
    /// What happens when nobody does it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<String>,
}

/// What waits for the actor: the required first, the most urgent first.
///
/// # Errors
/// When the registers cannot be read.
pub fn own(desk: &Desk<'_>) -> Acted<Vec<Action>> {
    let mut found = Vec::new();
    match &desk.actor.organisation {
        Some(Organisation::Partner(account)) => of_partner(desk, account, &mut found)?,
        Some(Organisation::Customer(tenant)) => of_customer(desk, tenant, &mut found)?,
        Some(Organisation::Operator) => of_operator(desk, &mut found)?,
        None => {}
    }
    of_person(desk, &mut found)?;
    found.sort_by(|a, b| key(a).cmp(&key(b)));
    Ok(found)
}

/// Required before recommended, dated before undated, then by day and entry.
fn key(action: &Action) -> (bool, bool, Option<Day>, &str) {
    (!action.required, action.due_on.is_none(), action.due_on, &action.about)
}

fn may(desk: &Desk<'_>, act: Act, on: &On) -> bool {
    allows(&desk.actor, act, on)
}

/// A claim by its id, with the partner or the customer by their names.
fn named(desk: &Desk<'_>, claim: &Claim) -> Acted<String> {
    let own = matches!(&desk.actor.organisation, Some(Organisation::Partner(_)));
    let customer = desk.find::<Customer>(claim.tenant_id.as_str())?.map_or_else(|| claim.tenant_id.to_string(), |row| row.name);
    if own {
        return Ok(format!("{} at {customer}", claim.claim_id));
    }
    Ok(format!("{} of {} at {customer}", claim.claim_id, partner(desk, &claim.partner_id)?))
}

fn partner(desk: &Desk<'_>, id: &Name) -> Acted<String> {
    Ok(desk.find::<Partner>(id.as_str())?.map_or_else(|| id.to_string(), |row| row.name))
}

fn of_claim(desk: &Desk<'_>, claim: &Claim, kind: ActionKind, clock: &str, what: String) -> Action {
    let due_on = claim.clocks.get(clock).map(|running| running.due_on);
    let otherwise = desk.rulebook.associations.cpor.clocks.get(clock).filter(|_| due_on.is_some()).map(|rules| rules.then.clone());
    Action {
        kind,
        required: true,
        due_on,
        register: Claim::REGISTER,
        about: claim.id(),
        partner_id: Some(claim.partner_id.clone()),
        tenant_id: Some(claim.tenant_id.clone()),
        what,
        otherwise,
    }
}

fn of_partner(desk: &Desk<'_>, account: &Name, found: &mut Vec<Action>) -> Acted {
    let own = || On::account(account).within(desk.actor.location.as_ref());
    // claims of others are not worth asking about
    let all = if may(desk, Act::ClaimFile, &own()) { desk.list::<Claim>(&By::default())? } else { Vec::new() };
    for claim in all {
        if !may(desk, Act::ClaimFile, &claims::on_claim(desk, &claim)?) {
            continue;
        }
        let (id, named) = (&claim.claim_id, named(desk, &claim)?);
        match claim.state {
            ClaimState::ActionRequired => {
                let note = claim.asked.as_ref().and_then(|asked| asked.note.clone()).map_or_else(String::new, |note| format!(": {note}"));
                let what = format!("reviewers ask for more on {named}{note}");
                found.push(of_claim(desk, &claim, ActionKind::AnswerClaim, ANSWER, what));
            }
            ClaimState::Rejected => {
                let what = format!("{named} was rejected; it may be disputed once");
                let action = of_claim(desk, &claim, ActionKind::DisputeRejection, DISPUTE, what);
                found.push(Action { required: false, ..action });
            }
            ClaimState::Draft if claim.waiting.is_none() => {
                let what = match checks::problems(desk, &claim)?.len() {
                    0 => format!("the draft {named} lacks nothing and can be handed in"),
                    1 => format!("the draft {named} lacks one thing"),
                    some => format!("the draft {named} lacks {some} things"),
                };
                let action = of_claim(desk, &claim, ActionKind::FinishDraft, "", what);
                found.push(Action { required: false, ..action });
            }
            _ => {}
        }
        for case in claims::arbitrations::open_of(desk, &claim)? {
            if case.incumbent == *id && case.awaits_proof(&claim, desk.today()).is_some() {
                found.push(proof_asked(desk, &claim, &named, &case));
            }
        }
    }
    if may(desk, Act::RecordRequest, &own()) {
        for watched in watch::watch(desk)? {
            let why = match watched.why {
                Why::New => "is new",
                Why::Succeeded => "replaced another one",
            };
            found.push(Action {
                kind: ActionKind::AskForRecord,
                required: false,
                due_on: None,
                register: "subscription",
                about: watched.subscription_id.to_string(),
                partner_id: watched.former_partner_id,
                tenant_id: Some(watched.tenant_id),
                what: format!("subscription {} {why} and has no partner of record", watched.subscription_id),
                otherwise: None,
            });
        }
    }
    if may(desk, Act::EnrolmentKeep, &On::account(account)) {
        let by = By { partner_id: Some(account.clone()), ..By::default() };
        for enrolment in desk.list::<Enrolment>(&by)? {
            let step = match enrolment.state {
                EnrolmentState::Open if enrolment.company.is_none() => "tell the company",
                EnrolmentState::Open if enrolment.suggested.is_some() => "accept the suggested address, or keep yours",
                EnrolmentState::Verified => "accept the agreement",
                _ => continue,
            };
            let what = format!("the enrolment as {} waits for you: {step}", enrolment.model);
            found.push(of_enrolment(&enrolment, ActionKind::GoOnEnrolling, what));
        }
    }
    Ok(())
}

fn proof_asked(desk: &Desk<'_>, claim: &Claim, named: &str, case: &Arbitration) -> Action {
    let due_on = case.clocks.get(ARBITRATION_PROOF).map(|running| running.due_on);
    let otherwise = desk.rulebook.associations.cpor.clocks.get(ARBITRATION_PROOF).map(|rules| rules.then.clone());
    let what = format!("another claim wants what {named} holds: add its latest proof");
    Action { due_on, otherwise, ..of_claim(desk, claim, ActionKind::ProveHolding, "", what) }
}

fn of_enrolment(enrolment: &Enrolment, kind: ActionKind, what: String) -> Action {
    Action {
        kind,
        required: false,
        due_on: None,
        register: Enrolment::REGISTER,
        about: enrolment.id(),
        partner_id: Some(enrolment.partner_id.clone()),
        tenant_id: None,
        what,
        otherwise: None,
    }
}

fn of_customer(desk: &Desk<'_>, tenant: &Name, found: &mut Vec<Action>) -> Acted {
    let on = On::tenant(tenant);
    let by = By { tenant_id: Some(tenant.clone()), ..By::default() };
    for claim in desk.list::<Claim>(&by)? {
        if may(desk, Act::ClaimConsent, &on) && claim.awaits_customer(desk.today()) && claim.submitted_on.is_some() {
            let what =
                format!("{} claims an association with you ({}): accept or decline", partner(desk, &claim.partner_id)?, claim.claim_id);
            found.push(of_claim(desk, &claim, ActionKind::Consent, OPT_OUT, what));
        }
    }
    for request in desk.list::<Request>(&by)? {
        if may(desk, Act::RecordSet, &on) && request.state == RequestState::Open {
            found.push(Action {
                kind: ActionKind::NamePartner,
                required: false,
                due_on: None,
                register: Request::REGISTER,
                about: request.id(),
                partner_id: Some(request.partner_id.clone()),
                tenant_id: Some(tenant.clone()),
                what: format!("{} asks to be named partner of record", partner(desk, &request.partner_id)?),
                otherwise: None,
            });
        }
    }
    Ok(())
}

fn of_operator(desk: &Desk<'_>, found: &mut Vec<Action>) -> Acted {
    if may(desk, Act::ClaimDecide, &On::program()) {
        for claim in desk.list::<Claim>(&By::default())? {
            if let Some((kind, clock, what)) = review_due(desk, &claim)? {
                found.push(of_claim(desk, &claim, kind, clock, what));
            }
        }
        for case in desk.list::<Arbitration>(&By::default())? {
            found.extend(arbitration_due(desk, &case)?);
        }
    }
    if may(desk, Act::EnrolmentDecide, &On::program()) {
        let is_told = |row: &Enrolment| row.state == EnrolmentState::Open && row.company.is_some() && row.suggested.is_none();
        for enrolment in desk.list::<Enrolment>(&By::default())?.into_iter().filter(is_told) {
            let what = format!("the enrolment of {} as {} waits to be verified", enrolment.partner_id, enrolment.model);
            found.push(of_enrolment(&enrolment, ActionKind::DecideEnrolment, what));
        }
    }
    if may(desk, Act::RulebookKeep, &On::program()) {
        let waits = |version: &RulebookVersion| version.state == VersionState::Proposed && version.proposed_by != desk.actor.user;
        found.extend(desk.list::<RulebookVersion>(&By::default())?.iter().filter(|version| waits(version)).map(of_rulebook));
    }
    Ok(())
}

fn of_rulebook(version: &RulebookVersion) -> Action {
    let (by, named) = (&version.proposed_by, &version.version);
    Action {
        kind: ActionKind::PublishRulebook,
        required: false,
        due_on: None,
        register: RulebookVersion::REGISTER,
        about: version.id(),
        partner_id: None,
        tenant_id: None,
        what: format!("the rulebook {named}, which {by} proposed, waits to be published or withdrawn"),
        otherwise: None,
    }
}

/// What a reviewer has to do about a claim, when they may.
fn review_due(desk: &Desk<'_>, claim: &Claim) -> Acted<Option<(ActionKind, &'static str, String)>> {
    let has_voted = claim.votes.iter().any(|vote| vote.by == desk.actor.user);
    if has_voted || four_eyes::must_review(&desk.actor, &Parties::of([claim]), "decide on this").is_err() {
        return Ok(None);
    }
    let second = if claim.votes.is_empty() { "" } else { ", the second vote" };
    let named = named(desk, claim)?;
    Ok(match claim.state {
        ClaimState::Submitted => Some((ActionKind::StartReview, REVIEW_START, format!("{named} waits to be taken into review"))),
        _ if claim.awaits_customer(desk.today()) || !claims::arbitrations::open_of(desk, claim)?.is_empty() => None,
        ClaimState::UnderReview => Some((ActionKind::Vote, REVIEW, format!("{named} waits for your vote{second}"))),
        ClaimState::Dispute => Some((ActionKind::Vote, DISPUTE_ANSWER, format!("the dispute of {named} waits for your vote{second}"))),
        _ => None,
    })
}

fn arbitration_due(desk: &Desk<'_>, case: &Arbitration) -> Acted<Option<Action>> {
    if case.state != ArbitrationState::Open || case.votes.iter().any(|vote| vote.by == desk.actor.user) {
        return Ok(None);
    }
    let (Some(incumbent), Some(challenger)) = (desk.find::<Claim>(case.incumbent.as_str())?, desk.find::<Claim>(case.challenger.as_str())?)
    else {
        return Ok(None);
    };
    let parties = Parties::of([&incumbent, &challenger]);
    let is_ripe = case.awaits_proof(&incumbent, desk.today()).is_none() && !challenger.awaits_customer(desk.today());
    if !is_ripe || four_eyes::must_review(&desk.actor, &parties, "decide on this").is_err() {
        return Ok(None);
    }
    let second = if case.votes.is_empty() { "" } else { ", the second vote" };
    let (wants, holds) = (named(desk, &challenger)?, named(desk, &incumbent)?);
    let what = format!("{wants} wants what {holds} holds: it waits for your vote{second}");
    let due_on = case.clocks.get(ARBITRATION).map(|running| running.due_on);
    let otherwise = desk.rulebook.associations.cpor.clocks.get(ARBITRATION).map(|rules| rules.then.clone());
    let action = of_claim(desk, &challenger, ActionKind::Arbitrate, "", what);
    Ok(Some(Action { due_on, otherwise, register: Arbitration::REGISTER, about: case.id(), ..action }))
}

fn of_person(desk: &Desk<'_>, found: &mut Vec<Action>) -> Acted {
    let Some(person) = &desk.actor.person_id else { return Ok(()) };
    let by = By { person_id: Some(person.clone()), ..By::default() };
    for invitation in desk.list::<Invitation>(&by)?.into_iter().filter(|invitation| invitation.state == InvitationState::Open) {
        found.push(Action {
            kind: ActionKind::LinkProfile,
            required: false,
            due_on: None,
            register: Invitation::REGISTER,
            about: invitation.id(),
            partner_id: Some(invitation.partner_id.clone()),
            tenant_id: None,
            what: format!("{} invites you to link your learning profile", invitation.partner_id),
            otherwise: None,
        });
    }
    Ok(())
}
