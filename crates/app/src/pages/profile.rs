//! The visitor's own learning profile: where it is linked, and linking it.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::facts::Partner;
use domain::names::Name;
use domain::profiles::invitations::{Invitation, InvitationState};
use domain::profiles::{self, Linked, ProfileLink};
use domain::record::entry::By;
use domain::record::spans::Span;
use domain::time::Day;

use crate::pages::acting::{Sent, form, see};
use crate::pages::fields::{ActForm, Field, Refused};
use crate::pages::frame::Frame;
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::show;
use crate::pages::visit::{Visit, html, page};

/// Where the page is.
const PLACE: &str = "/me/profile";

#[derive(Template)]
#[template(path = "pages/profile.html")]
struct ProfilePage {
    frame: Frame,
    heading: String,
    told: Option<&'static str>,
    /// Why there is nothing to link.
    nobody: Option<String>,
    rule: String,
    invitations: Vec<String>,
    forms: Vec<ActForm>,
    history: Vec<(String, Day, Option<Day>)>,
}

/// The routes of this page.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new().route(PLACE, page(show).merge(form(take)))
}

fn show(visit: &Visit) -> Result<Response, Problem> {
    render(visit, None)
}

/// Links or unlinks the visitor's profile.
fn take(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let (act, text) = (sent.text("act"), sent.text("text"));
    let done = visit.tried(|desk| match act {
        "link" => profiles::link(desk, &Name::new(text)),
        _ => profiles::unlink(desk, sent.given("text")),
    })?;
    match done {
        Ok(_) => Ok(see(&format!("{PLACE}?done={}", if act == "link" { "linked" } else { "unlinked" }))),
        Err(refusal) => {
            let page = render(visit, Some(&Refused { act, text, refusal: &refusal }))?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// What the registers tell about the visitor.
struct Own {
    profile: ProfileLink,
    is_linked: bool,
    free_on: Day,
    in_year: usize,
    today: Day,
    invitations: Vec<Invitation>,
    names: Vec<Partner>,
}

fn own(visit: &Visit, person: &Name) -> Result<Own, Problem> {
    visit.read(|desk| {
        let (profile, today) = (profiles::see(desk, person)?, desk.today());
        let (free_on, in_year) = profile.may_link_from(desk, today);
        let open = By { person_id: Some(person.clone()), state: Some(InvitationState::Open.to_string()), ..By::default() };
        let (invitations, names) = (desk.list::<Invitation>(&open)?, desk.list::<Partner>(&By::default())?);
        Ok(Own { is_linked: profile.on(today).is_some(), profile, free_on, in_year, today, invitations, names })
    })
}

fn render(visit: &Visit, refused: Option<&Refused<'_>>) -> Result<Response, Problem> {
    let actor = visit.actor()?;
    let mut shown = ProfilePage {
        frame: visit.frame("Your learning profile"),
        heading: "You are no certified person here".to_owned(),
        told: match visit.value("done") {
            Some("linked") => Some("Your profile is linked."),
            Some("unlinked") => Some("Your profile is linked to nobody any more."),
            _ => None,
        },
        nobody: None,
        rule: String::new(),
        invitations: Vec::new(),
        forms: Vec::new(),
        history: Vec::new(),
    };
    let Some(person) = actor.person_id else {
        let said = "Only the person links a learning profile. Whoever keeps the users of your organisation can say which person you are.";
        shown.nobody = Some(said.to_owned());
        return html(&shown);
    };
    let own = own(visit, &person)?;
    let called = |id: &Name| {
        let name = own.names.iter().find(|row| row.partner_id == *id).map(|row| row.name.clone()).unwrap_or_default();
        if name.is_empty() { id.to_string() } else { format!("{name} ({id})") }
    };
    shown.heading = match own.profile.on(own.today) {
        Some(at) => format!("Your profile is linked to {}", called(at)),
        None => "Your profile is linked to nobody".to_owned(),
    };
    let rules = &visit.rulebook().associations.people;
    let from =
        if own.free_on > own.today { format!("You may link again on {} or later.", own.free_on) } else { "You may link today.".to_owned() };
    shown.rule = format!(
        "A person links {} times in a year at most, and not within {} days of the last link. You have linked {} in the last twelve months. {from}",
        rules.links_per_year.value,
        rules.cool_off_days.value,
        match own.in_year {
            1 => "once".to_owned(),
            times => format!("{times} times"),
        },
    );
    shown.invitations = own.invitations.iter().map(|one| format!("{}, since {}", called(&one.partner_id), one.invited_on)).collect();
    let known = own.invitations.iter().map(|one| (one.partner_id.to_string(), called(&one.partner_id))).collect();
    let at = Field::known("text", "The location's ID", known).hint("Your employer knows it; invitations offer theirs.").required();
    let at = at.value(own.invitations.first().map(|one| one.partner_id.to_string()).unwrap_or_default());
    let words = ("Link your profile", "Your certificates count for this partner from today. A link that you have elsewhere ends.", "Link");
    shown.forms.push(ActForm::said(PLACE, "link", words, at, refused));
    if own.is_linked {
        let words = ("Unlink your profile", "Your certificates count for nobody from today on.", "Unlink");
        shown.forms.push(ActForm::said(PLACE, "unlink", words, Field::line("text", "Why (optional)"), refused));
    }
    let span = |span: &Span<Linked>| (called(&span.held.partner_id), span.from, span.to);
    shown.history = own.profile.holders.all().iter().rev().map(span).collect();
    shown.frame.title = show::capital(&shown.heading);
    html(&shown)
}
