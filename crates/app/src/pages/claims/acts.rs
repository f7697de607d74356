//! What a partner does with a claim: the form for what comes next, and those for everything else. The acts themselves say what they refuse.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::claims::arbitrations::ArbitrationState;
use domain::claims::drafts::{self, Edits};
use domain::claims::{Claim, endings, reviews, submissions};
use domain::names::Name;
use domain::rulebook::claims::Reason;
use domain::time::Day;
use domain::words::ClaimState;

use super::Listed;
use super::claim;
use crate::pages::acting::{Sent, see};
use crate::pages::fields::{ActForm, Field, Refused};
use crate::pages::partner_workspace::Workspace;
use crate::pages::problem::Problem;
use crate::pages::visit::Visit;
use crate::pages::{paths, show};
use crate::views::claim::ClaimStory;

/// What comes next for a claim.
pub struct Next {
    /// What it is, in a few words.
    pub title: &'static str,
    /// What it means.
    pub text: Vec<String>,
    /// Where it is done, when it is on another page.
    pub link: Option<(String, &'static str)>,
    /// How it is done here.
    pub form: Option<ActForm>,
}

/// Does what a form of a claim's page asks.
pub fn take(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let workspace = Workspace::of(visit)?;
    let listed = Listed::of(visit, &workspace)?;
    let id = &listed.find(visit)?.claim_id;
    let (text, id_text) = (sent.text("text"), id.as_str());
    let act = sent.text("act");
    let done = visit.tried(|desk| match act {
        "submit" => submissions::submit(desk, id_text),
        "answer" => reviews::answer(desk, id_text, text),
        "comment" => drafts::comment(desk, id_text, text),
        "dispute" => reviews::dispute(desk, id_text, text),
        "end" => endings::end(desk, id_text, text),
        "clone" => drafts::clone_and_correct(desk, id_text, &Edits::default()),
        _ => submissions::withdraw(desk, id_text, sent.given("text")),
    })?;
    let place = |id: &Name, more: &str, key: &str, value: &str| {
        see(&paths::with_query(&format!("{}{more}", paths::claim(workspace.id(), id)), &[(key, Some(value.to_owned()))]))
    };
    match done {
        Ok(claim) if act == "clone" => Ok(place(&claim.claim_id, "/edit", "done", "cloned")),
        Ok(claim) if act == "submit" && claim.waiting.is_some() => Ok(place(id, "", "done", "waits")),
        Ok(_) => Ok(place(id, "", "done", said_of(act))),
        Err(_) if act == "submit" => Ok(place(id, "/edit", "check", "1")),
        Err(refusal) => {
            let page = claim::show_refused(visit, act, text, &refusal)?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

fn said_of(act: &str) -> &'static str {
    match act {
        "submit" => "submitted",
        "answer" => "answered",
        "comment" => "commented",
        "dispute" => "disputed",
        "end" => "ended",
        _ => "withdrawn",
    }
}

/// The form that says something.
pub fn comment(place: &str, refused: Option<&Refused<'_>>) -> ActForm {
    let field = Field::long("text", "Comment").hint("The reviewers and the customer read it.").required();
    ActForm::said(place, "comment", ("Comment", "", "Add the comment"), field, refused)
}

/// What comes next, with its form when the visitor may act.
pub fn next(visit: &Visit, story: &ClaimStory, place: &str, may: bool, today: Day, refused: Option<&Refused<'_>>) -> Next {
    let mut next = step(visit, story, place, today, refused);
    if !may {
        next.form = None;
        next.link = None;
        next.text.push("You read this claim; a user of the partner with the role to claim acts on it.".to_owned());
    }
    if let Some(refused) = refused.filter(|refused| refused.act == "proof") {
        next.text.push(show::capital(&format!("{}: {}", refused.refusal.message, refused.refusal.cure)));
    }
    next
}

fn step(visit: &Visit, story: &ClaimStory, place: &str, today: Day, refused: Option<&Refused<'_>>) -> Next {
    let claim = &story.claim;
    let told = |title, text: Vec<String>| Next { title, text, link: None, form: None };
    let case = story.arbitrations.iter().find(|case| case.state == ArbitrationState::Open);
    if let Some(case) = case {
        let asked = if case.incumbent == claim.claim_id { case.awaits_proof(claim, today) } else { None };
        let scopes = case.scopes.join(", ");
        return match asked {
            Some(due) => told(
                "Add your latest proof",
                vec![format!("Another partner claims {scopes}, which you hold. Add proof below until {due}; then two reviewers decide.")],
            ),
            None => told("Nothing: two reviewers decide", vec![format!("{scopes}: two claims compete. You are told when it is decided.")]),
        };
    }
    match claim.state {
        ClaimState::Draft => draft_step(story, place),
        ClaimState::Submitted => told("Nothing: a reviewer takes it up", vec![due(claim, "review-start", "The review begins")]),
        ClaimState::UnderReview | ClaimState::Dispute => {
            let clock = if claim.state == ClaimState::Dispute { "dispute-answer" } else { "review" };
            let mut text = vec![due(claim, clock, "Two reviewers decide")];
            if claim.awaits_customer(today) {
                text.push(due(claim, "customer-opt-out", "The customer may opt out"));
            }
            told("Nothing: two reviewers decide", text)
        }
        ClaimState::ActionRequired => asked_step(visit, claim, place, refused),
        ClaimState::Approved => {
            told("Keep its proof fresh", vec!["The association holds. The customer may revoke it on any day, you may end it.".to_owned()])
        }
        ClaimState::Rejected => rejected_step(visit, claim, place, refused),
        _ => {
            let reason = claim
                .rejection
                .as_ref()
                .map(|own| because(visit.rulebook().associations.cpor.reasons.rejection.get(&own.reason), own.note.as_deref()));
            let mut text: Vec<String> = reason.into_iter().collect();
            text.push("This claim is over. A new one may be made from it: see Clone and correct.".to_owned());
            told("Nothing", text)
        }
    }
}

fn draft_step(story: &ClaimStory, place: &str) -> Next {
    let edit = format!("{place}/edit");
    if let Some(waiting) = &story.claim.waiting {
        let text = format!(
            "The subscription {} is not known yet. The claim is handed in by itself when it is, until {}.",
            waiting.subscription_id, waiting.until
        );
        return Next {
            title: "Nothing: it waits for a subscription",
            text: vec![text],
            link: Some((edit, "Change the draft")),
            form: None,
        };
    }
    match story.missing.len() {
        0 => Next {
            title: "Hand it in",
            text: vec!["Nothing is missing. The customer is told then, and may opt out.".to_owned()],
            link: Some((edit, "Change the draft")),
            form: Some(ActForm::of(place, "submit", ("Hand in", "", "Hand in"), Vec::new(), None)),
        },
        count => Next {
            title: "Fill in what is missing",
            text: vec![format!(
                "{} before it can be handed in.",
                if count == 1 { "One thing is missing".to_owned() } else { format!("{count} things are missing") }
            )],
            link: Some((format!("{edit}?check=1"), "Fill it in")),
            form: None,
        },
    }
}

fn asked_step(visit: &Visit, claim: &Claim, place: &str, refused: Option<&Refused<'_>>) -> Next {
    let known = &visit.rulebook().associations.cpor.reasons.information;
    let mut text = Vec::new();
    if let Some(asked) = &claim.asked {
        text.push(format!("{} asks for more since {}. {}", asked.by, asked.on, due(claim, "answer", "Answer")));
        text.extend(asked.reasons.iter().map(|reason| because(known.get(reason), None)));
        text.extend(asked.note.clone());
    }
    text.push("Your location, the products, the contacts and the proof may change now; nothing else.".to_owned());
    let field = Field::long("text", "Your answer").hint("Say what you added or changed.").required();
    Next {
        title: "Answer the reviewer",
        text,
        link: Some((format!("{place}/edit"), "Change products, contacts or location")),
        form: Some(ActForm::said(place, "answer", ("Answer", "", "Send the answer"), field, refused)),
    }
}

fn rejected_step(visit: &Visit, claim: &Claim, place: &str, refused: Option<&Refused<'_>>) -> Next {
    let reasons = &visit.rulebook().associations.cpor.reasons.rejection;
    let rejection = claim.rejection.as_ref();
    let mut text: Vec<String> = rejection.map(|own| because(reasons.get(&own.reason), own.note.as_deref())).into_iter().collect();
    text.push(due(claim, "dispute", "You may dispute it, once"));
    let field = Field::long("text", "Why the rejection is wrong").required();
    Next {
        title: "Dispute the rejection, or make a new claim",
        text,
        link: None,
        form: Some(ActForm::said(place, "dispute", ("Dispute", "", "Dispute the rejection"), field, refused)),
    }
}

/// A reason in words, with what can be done.
fn because(reason: Option<&Reason>, note: Option<&str>) -> String {
    let told = reason.map_or_else(String::new, |reason| format!("{}: {}.", show::capital(&reason.because), reason.cure));
    match note.filter(|note| !note.is_empty()) {
        Some(note) => format!("{told} They say: {note}"),
        None => told,
    }
}

fn due(claim: &Claim, clock: &str, what: &str) -> String {
    claim.clocks.get(clock).map_or_else(|| format!("{what}."), |running| format!("{what} until {}.", running.due_on))
}

/// Everything else that may be done with a claim.
pub fn others(claim: &Claim, place: &str, refused: Option<&Refused<'_>>) -> Vec<ActForm> {
    let why = |label: &str| Field::line("text", label);
    let mut forms = Vec::new();
    if claim.state == ClaimState::Approved {
        let words = ("End the association", "From today on nothing is credited by it. The customer is told.", "End it");
        forms.push(ActForm::said(
            place,
            "end",
            words,
            why("Why, for the customer and for those who read the log later").required(),
            refused,
        ));
    } else if claim.state == ClaimState::Draft {
        let words = ("Delete the draft", "The log keeps that it was there.", "Delete it");
        forms.push(ActForm::said(place, "withdraw", words, why("Why (optional)"), refused));
    } else if ![ClaimState::Withdrawn, ClaimState::Ended, ClaimState::Superseded, ClaimState::RejectedFinal].contains(&claim.state) {
        let words = ("Take the claim back", "It cannot be handed in again; a new one can be made from it.", "Take it back");
        forms.push(ActForm::said(place, "withdraw", words, why("Why (optional)"), refused));
    }
    if claim.state != ClaimState::Draft {
        let about = "Makes a new draft with the fields and the proof of this claim, to correct a wrong location ID or anything else. Both name each other.";
        forms.push(ActForm::of(place, "clone", ("Clone and correct", about, "Make the new draft"), Vec::new(), refused));
    }
    forms
}
