//! One request: its text to copy, the links in it, and how it stands.

use askama::Template;
use axum::response::Response;
use domain::names::Name;
use domain::of_record::request::{Request, RequestState, withdraw};
use domain::record::desk::ActError;

use crate::pages::acting::{Sent, see};
use crate::pages::fields::ActForm;
use crate::pages::frame::{Frame, Here};
use crate::pages::partner_workspace::Workspace;
use crate::pages::paths;
use crate::pages::problem::Problem;
use crate::pages::visit::{Visit, html};

#[derive(Template)]
#[template(path = "pages/record_request.html")]
struct RequestPage {
    frame: Frame,
    partner: String,
    back: String,
    id: String,
    heading: String,
    told: Option<&'static str>,
    subject: String,
    text: String,
    links: Vec<(String, String, bool)>,
    withdraw: Option<ActForm>,
}

/// The request of the path, when it is the partner's.
fn found(visit: &Visit, workspace: &Workspace) -> Result<Request, Problem> {
    let id = Name::new(visit.param("request"));
    let found = visit.read(|desk| desk.find::<Request>(id.as_str()))?;
    let request = found.filter(|request| workspace.accounts.contains(&request.partner_id));
    let is_limited = |request: &Request| workspace.actor.location.as_ref().is_some_and(|own| *own != request.partner_id);
    request.filter(|request| !is_limited(request)).ok_or_else(|| Problem::unknown("request", id.as_str(), Vec::new()))
}

/// Shows a request.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let workspace = Workspace::of(visit)?;
    let request = found(visit, &workspace)?;
    let is_open = request.state == RequestState::Open;
    let place = workspace.at(&format!("record/requests/{}", paths::encoded(request.request_id.as_str())));
    let words = ("Take the request back", "The customer is not asked any more; a designation that was made stays.", "Take it back");
    let withdraw = (is_open && workspace.acts(&Workspace::CLAIMING)).then(|| ActForm::of(&place, "withdraw", words, Vec::new(), None));
    let done = request.subscriptions.iter().filter(|asked| asked.done).count();
    let heading = match request.state {
        RequestState::Open => format!("Copy the text and send it; {done} of {} done", request.subscriptions.len()),
        RequestState::Done => "The customer has named you".to_owned(),
        RequestState::Withdrawn => "This request was taken back".to_owned(),
    };
    html(&RequestPage {
        frame: workspace.frame(visit, request.request_id.as_str(), Here::Record),
        partner: workspace.name(),
        back: workspace.at("record"),
        id: request.request_id.to_string(),
        heading,
        told: visit.value("done").filter(|done| *done == "asked").map(|_| "The request is written, and stands in the customer's inbox."),
        subject: request.subject,
        text: request.text,
        links: request.subscriptions.into_iter().map(|asked| (asked.subscription_id.to_string(), asked.link, asked.done)).collect(),
        withdraw,
    })
}

/// Takes a request back.
pub fn take(visit: &Visit, _: &Sent) -> Result<Response, Problem> {
    let workspace = Workspace::of(visit)?;
    let request = found(visit, &workspace)?;
    match visit.tried(|desk| withdraw(desk, &request.request_id))? {
        Ok(_) => Ok(see(&paths::with_query(&workspace.at("record"), &[("done", Some("withdrawn".to_owned()))]))),
        Err(refusal) => Err(Problem::refused("The request was not taken back", &ActError::from(refusal).into())),
    }
}
