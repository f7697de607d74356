//! One request for consent: who asks, what for, what they would see from when until when; accepting and declining it.

use askama::Template;
use axum::response::Response;
use domain::claims::clocks::OPT_OUT;
use domain::claims::{Claim, endings, may_see};
use domain::facts::Partner;
use domain::names::Name;
use domain::record::desk::{Acted, Desk};
use domain::record::refusal::Refusal;
use domain::words::ClaimState;

use super::{is_pending, wanted};
use crate::pages::acting::Sent;
use crate::pages::ask::{Ask, Question, done_or_again};
use crate::pages::fields::Field;
use crate::pages::frame::Frame;
use crate::pages::named;
use crate::pages::opened::OpenedPart;
use crate::pages::paths;
use crate::pages::problem::Problem;
use crate::pages::visit::{Visit, html};

#[derive(Template)]
#[template(path = "pages/request.html")]
struct RequestPage {
    frame: Frame,
    heading: String,
    facts: Vec<(String, String)>,
    opened: Option<OpenedPart>,
    silence: String,
    accept: Option<Ask>,
    decline: Option<Ask>,
    revoke: Option<String>,
}

/// A claim that the customer who visits may see.
pub fn claim(desk: &Desk<'_>, tenant: &Name, id: &str) -> Acted<Claim> {
    let id = Name::new(id);
    let found = desk.find::<Claim>(id.as_str())?.filter(|claim| claim.tenant_id == *tenant);
    match found {
        Some(claim) if may_see(desk, &claim)? => Ok(claim),
        _ => Err(Refusal::not_found("unknown-id", format!("there is no request `{id}`"), "your inbox tells those that there are").into()),
    }
}

/// Shows the request.
///
/// # Errors
///
/// A visitor who acts for no customer, or a claim that is not on its tenant.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let tenant = visit.tenant()?;
    let (claim, who, facts, today) = visit.read(|desk| {
        let claim = claim(desk, &tenant, visit.param("claim"))?;
        let (who, facts) = (named::partner(desk, &claim.partner_id)?, facts(desk, &claim)?);
        Ok((claim, who, facts, desk.today()))
    })?;
    let at = paths::customer_request(&claim.claim_id);
    let is_pending = is_pending(&claim);
    let silence = match claim.clocks.get(OPT_OUT) {
        _ if !is_pending => standing(&claim),
        _ if claim.accepted_on.is_some() => "You have accepted it; nobody has decided on it yet. You can still decline.".to_owned(),
        Some(clock) if clock.due_on >= today => {
            format!("If you say nothing until {}, that counts as acceptance. You can decline or revoke on any day later.", clock.due_on)
        }
        Some(clock) => {
            format!("Your silence until {} counts as acceptance. You can still decline, and revoke on any day later.", clock.due_on)
        }
        None => "You can decline or revoke on any day.".to_owned(),
    };
    let accept = (is_pending && claim.accepted_on.is_none()).then(|| Ask::new(&format!("{at}/accept"), "Accept", Vec::new()));
    let page = RequestPage {
        frame: visit.frame("Request for consent"),
        heading: if is_pending {
            format!("{who} asks to be recognised for {}", wanted(&claim))
        } else {
            format!("{who}: {}", wanted(&claim))
        },
        facts,
        opened: (is_pending || claim.state == ClaimState::Approved).then(|| OpenedPart::of_claim(visit.rulebook(), &claim)),
        silence,
        accept,
        decline: is_pending.then(|| decline_form(&claim)),
        revoke: (claim.state == ClaimState::Approved).then(|| paths::customer_claim_revoke(&claim.claim_id)),
    };
    html(&page)
}

/// How a claim stands on which nothing can be answered any more.
fn standing(claim: &Claim) -> String {
    match (claim.state, claim.approved_on, claim.ended_on) {
        (ClaimState::Approved, Some(on), _) => format!("It holds since {on}."),
        (_, _, Some(on)) => format!("It ended on {on}: the partner sees nothing of later days by it."),
        (ClaimState::Rejected | ClaimState::RejectedFinal, _, _) => "It was rejected: the partner sees nothing by it.".to_owned(),
        _ => "It is over: the partner sees nothing by it.".to_owned(),
    }
}

fn decline_form(claim: &Claim) -> Ask {
    let why = Field::line("reason", "Why").hint("The partner and the operator read it.");
    Ask::new(&format!("{}/decline", paths::customer_request(&claim.claim_id)), "Decline", vec![why]).grave()
}

/// Who asks, what for, and whom to talk to.
fn facts(desk: &Desk<'_>, claim: &Claim) -> Acted<Vec<(String, String)>> {
    let rules = desk.rulebook.associations.cpor.activities.get(&claim.activity);
    let location = desk.find::<Partner>(claim.partner_id.as_str())?;
    let mut facts = vec![("Partner", named::partner(desk, &claim.partner_id)?)];
    if let Some(location) = location {
        facts.extend(location.country.map(|country| ("Location", country)));
        if location.global_partner_id != location.partner_id {
            facts.push(("Company", named::partner(desk, &location.global_partner_id)?));
        }
    }
    facts.push(("What for", rules.map_or_else(|| claim.activity.to_string(), |rules| rules.title.clone())));
    facts.push(("Workloads and products", wanted(claim)));
    let contact = |contact: &domain::claims::Contact| {
        let title = contact.title.as_ref().map(|title| format!(", {title}")).unwrap_or_default();
        format!("{}{title}, {}", contact.name, contact.email)
    };
    facts.extend(claim.partner_contact.as_ref().map(|of| ("Whom to ask there", contact(of))));
    facts.extend(claim.customer_contact.as_ref().map(|of| ("Who knows them here", contact(of))));
    facts.extend(claim.submitted_on.map(|on| ("Asked on", on.to_string())));
    facts.push(("Request", claim.claim_id.to_string()));
    Ok(facts.into_iter().map(|(what, value)| (what.to_owned(), value)).collect())
}

/// The customer accepts.
///
/// # Errors
///
/// A visitor who acts for no customer, or a claim that is not on its tenant.
pub fn accept(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let tenant = visit.tenant()?;
    let done = visit.act("It is not accepted", |desk| {
        let claim = claim(desk, &tenant, visit.param("claim"))?;
        endings::accept(desk, claim.claim_id.as_str())
    });
    done_or_again(
        visit,
        sent,
        done,
        |_| "/customer?done=accepted".to_owned(),
        || again(visit, "Accept this request?", |at| Ask::new(at, "Accept", Vec::new())),
    )
}

/// The customer declines.
///
/// # Errors
///
/// A visitor who acts for no customer, or a claim that is not on its tenant.
pub fn decline(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let tenant = visit.tenant()?;
    let done = visit.act("It is not declined", |desk| {
        let claim = claim(desk, &tenant, visit.param("claim"))?;
        endings::decline(desk, claim.claim_id.as_str(), sent.given("reason"))
    });
    let form = |at: &str| Ask::new(at, "Decline", vec![Field::line("reason", "Why").hint("The partner and the operator read it.")]).grave();
    done_or_again(visit, sent, done, |_| "/customer?done=declined".to_owned(), || again(visit, "Decline this request?", form))
}

fn again(visit: &Visit, heading: &str, form: impl FnOnce(&str) -> Ask) -> Result<Question, Problem> {
    let tenant = visit.tenant()?;
    let claim = visit.read(|desk| claim(desk, &tenant, visit.param("claim")))?;
    let at = paths::customer_request(&claim.claim_id);
    Ok(Question {
        heading: heading.to_owned(),
        crumbs: vec![("Inbox".to_owned(), "/customer".to_owned()), (wanted(&claim), at.clone())],
        said: vec![standing_of(&claim)],
        facts: Vec::new(),
        ask: form(visit.path()).or_back(&at),
    })
}

fn standing_of(claim: &Claim) -> String {
    if is_pending(claim) { format!("Nobody has decided on the request `{}` yet.", claim.claim_id) } else { standing(claim) }
}
