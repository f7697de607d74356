//! Ending what ties a partner to a tenant: each act asks once, and says what will happen.

use axum::response::Response;
use domain::claims::endings;
use domain::facts::Principal;
use domain::links::{self, Link, id_of};
use domain::names::Name;
use domain::record::refusal::Refusal;

use crate::pages::acting::Sent;
use crate::pages::ask::{Ask, Question, done_or_again};
use crate::pages::fields::Field;
use crate::pages::inbox::{claim_of, wanted};
use crate::pages::named;
use crate::pages::problem::Problem;
use crate::pages::visit::Visit;

const BACK: &str = "/customer/partners";

fn crumbs() -> Vec<(String, String)> {
    vec![("Partners here".to_owned(), BACK.to_owned())]
}

fn question_of_claim(visit: &Visit) -> Result<Question, Problem> {
    let tenant = visit.tenant()?;
    let (claim, who) = visit.read(|desk| {
        let claim = claim_of(desk, &tenant, visit.param("claim"))?;
        let who = named::partner(desk, &claim.partner_id)?;
        Ok((claim, who))
    })?;
    let what = wanted(&claim);
    let since = claim.approved_on.map(|on| ("Since".to_owned(), on.to_string()));
    Ok(Question {
        heading: format!("Revoke {who} for {what}?"),
        crumbs: crumbs(),
        said: vec![
            format!(
                "From today {who} sees nothing of your later days by the claim `{}`, and your usage counts for it no more. What was seen of days before stays with it.",
                claim.claim_id
            ),
            "The partner is told, with your reason. It can ask again; then you decide again. Other associations of the partner stay."
                .to_owned(),
        ],
        facts: [("Claim".to_owned(), claim.claim_id.to_string())].into_iter().chain(since).collect(),
        ask: Ask::new(visit.path(), "Revoke", vec![Field::line("reason", "Why").hint("The partner and the operator read it.")])
            .grave()
            .or_back(BACK),
    })
}

/// Asks before a claim is revoked.
///
/// # Errors
///
/// A visitor who acts for no customer, or a claim that is not on its tenant.
pub fn ask_claim(visit: &Visit) -> Result<Response, Problem> {
    question_of_claim(visit)?.page(visit)
}

/// Revokes a claim.
///
/// # Errors
///
/// As [`ask_claim`].
pub fn revoke_claim(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let tenant = visit.tenant()?;
    let done = visit.act("It is not revoked", |desk| {
        let claim = claim_of(desk, &tenant, visit.param("claim"))?;
        endings::revoke(desk, claim.claim_id.as_str(), sent.given("reason"))
    });
    done_or_again(visit, sent, done, |_| format!("{BACK}?done=revoked"), || question_of_claim(visit))
}

fn question_of_link(visit: &Visit, is_allowed: bool) -> Result<Question, Problem> {
    let (tenant, principal) = (visit.tenant()?, Name::new(visit.param("principal")));
    let id = id_of(&tenant, &principal);
    let (name, who) = visit.read(|desk| {
        let unknown = || {
            Refusal::not_found(
                "not-linked",
                format!("no identity `{principal}` was ever linked here"),
                "`Partners here` lists those that are",
            )
        };
        let link = desk.find::<Link>(&id)?.ok_or_else(unknown)?;
        let name = desk.find::<Principal>(&id)?.and_then(|principal| principal.name);
        let last = link.links.all().last().map(|span| span.held.partner_id.clone());
        let who = last.map(|id| named::partner(desk, &id)).transpose()?;
        Ok((name.unwrap_or_else(|| principal.to_string()), who.unwrap_or_else(|| "the partner".to_owned())))
    })?;
    let why = Field::line("reason", "Why").hint("The partner and the operator read it.");
    let (heading, said, ask) = if is_allowed {
        let said = format!("{name} can then be linked to a partner again, by itself. Nothing is linked by this.");
        (format!("Allow {name} to be linked again?"), vec![said], Ask::new(visit.path(), "Allow it", vec![why]))
    } else {
        let said = vec![
            format!(
                "From today {who} sees nothing of your later days through {name}. Its roles and its access stay as they are: a link gives none."
            ),
            "The identity cannot be linked to any partner until you allow it again.".to_owned(),
        ];
        (format!("Revoke the link of {name} to {who}?"), said, Ask::new(visit.path(), "Revoke", vec![why.required()]).grave())
    };
    Ok(Question { heading, crumbs: crumbs(), said, facts: vec![("Identity".to_owned(), principal.to_string())], ask: ask.or_back(BACK) })
}

/// Asks before a link is revoked.
///
/// # Errors
///
/// A visitor who acts for no customer, or an identity that was never linked in its tenant.
pub fn ask_revoke(visit: &Visit) -> Result<Response, Problem> {
    question_of_link(visit, false)?.page(visit)
}

/// Revokes a link.
///
/// # Errors
///
/// As [`ask_revoke`].
pub fn revoke_link(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let (tenant, principal) = (visit.tenant()?, Name::new(visit.param("principal")));
    let done = visit.act("The link is not revoked", |desk| links::revoke(desk, &tenant, &principal, sent.text("reason")));
    done_or_again(visit, sent, done, |_| format!("{BACK}?done=link-revoked"), || question_of_link(visit, false))
}

/// Asks before an identity may be linked again.
///
/// # Errors
///
/// As [`ask_revoke`].
pub fn ask_allow(visit: &Visit) -> Result<Response, Problem> {
    question_of_link(visit, true)?.page(visit)
}

/// Lets an identity be linked again.
///
/// # Errors
///
/// As [`ask_revoke`].
pub fn allow_link(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let (tenant, principal) = (visit.tenant()?, Name::new(visit.param("principal")));
    let done = visit.act("It is not allowed", |desk| links::allow(desk, &tenant, &principal, sent.given("reason")));
    done_or_again(visit, sent, done, |_| format!("{BACK}?done=allowed"), || question_of_link(visit, true))
}
