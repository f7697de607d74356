//! One enrolment: its steps, what must be so with the arithmetic behind it, and the forms that the account's admins fill in.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::cells::Cell as _;
use domain::enrolment::checks::{Check, Floor, Step, checks, steps};
use domain::enrolment::{self, Address, Company, Enrolment, EnrolmentState, enrolment_id};
use domain::names::Name;
use domain::record::desk::ActError;
use domain::record::refusal::Refusal;
use domain::rights::{Act, On};
use domain::rulebook::associations::Requirement;
use domain::words::Tier;

use crate::pages::acting::{Sent, see};
use crate::pages::fields::{ActForm, Field, Refused};
use crate::pages::frame::{Frame, Here};
use crate::pages::grid::{Cell, Column, Grid, GridPart};
use crate::pages::partner_workspace::Workspace;
use crate::pages::problem::Problem;
use crate::pages::visit::{Visit, html};
use crate::pages::{paths, show};
use crate::program::resale::revenue;

#[derive(Template)]
#[template(path = "pages/resale_enrolment.html")]
struct EnrolmentPage {
    frame: Frame,
    partner: String,
    back: String,
    title: String,
    heading: String,
    told: Option<&'static str>,
    steps: Vec<Step>,
    checks: Vec<Check>,
    months: Option<GridPart>,
    forms: Vec<ActForm>,
    note: Option<String>,
}

/// How an enrolment stands, in words.
pub fn state(enrolment: &Enrolment) -> String {
    match enrolment.state {
        EnrolmentState::Open => "steps are missing",
        EnrolmentState::Verified => "verified: accept the agreement",
        EnrolmentState::Active => "active: you may sell",
        EnrolmentState::Refused => "refused: begin again",
        EnrolmentState::Closed => "closed",
    }
    .to_owned()
}

fn model(visit: &Visit) -> Result<Tier, Problem> {
    let asked = visit.param("model");
    let known = || Tier::ALL.iter().map(|tier| (tier.to_string(), show::spoken(tier.as_str()), tier.to_string()));
    Tier::read(asked).map_err(|_| Problem::unknown("model", asked, known().collect()))
}

/// Shows an enrolment.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    render(visit, None, None)
}

/// Does what a form of an enrolment asks.
pub fn take(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let workspace = Workspace::of(visit)?;
    let (account, model) = (workspace.id().clone(), model(visit)?);
    let act = sent.text("act");
    let done = visit.tried(|desk| match act {
        "start" => enrolment::start(desk, &Name::new(sent.text("location")), model),
        "company" => enrolment::tell_company(desk, &account, model, company(sent)),
        "accept" | "keep" => enrolment::choose_address(desk, &account, model, act == "accept"),
        "support" => enrolment::tell_support(desk, &account, model, &Name::new(sent.text("plan"))),
        "agree" => enrolment::agree(desk, &account, model),
        "close" => enrolment::close(desk, &account, model, sent.given("reason")),
        _ => Err(ActError::Refused(Refusal::malformed("act-unknown", "the form names no act", "send the form of the page"))),
    })?;
    match done {
        Ok(_) => Ok(see(&paths::with_query(&workspace.at(&format!("resale/{model}")), &[("done", Some(act.to_owned()))]))),
        Err(refusal) => {
            let page = render(visit, Some(sent), Some(&Refused { act, text: "", refusal: &refusal }))?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

fn company(sent: &Sent) -> Company {
    let address = (sent.given("street").is_some() || sent.given("town").is_some())
        .then(|| Address { street: sent.text("street").to_owned(), town: sent.text("town").to_owned() });
    Company {
        name: sent.text("name").to_owned(),
        duns: sent.given("duns").map(str::to_owned),
        address,
        country: sent.text("country").to_owned(),
    }
}

fn told(visit: &Visit) -> Option<&'static str> {
    Some(match visit.value("done")? {
        "start" => "The enrolment has begun.",
        "company" => "The company is told.",
        "accept" => "The suggested address is accepted.",
        "keep" => "The typed address is kept.",
        "support" => "The support plan is told.",
        "agree" => "The agreement is accepted: you may sell from now on.",
        "close" => "The enrolment is closed.",
        _ => return None,
    })
}

fn render(visit: &Visit, sent: Option<&Sent>, refused: Option<&Refused<'_>>) -> Result<Response, Problem> {
    let workspace = Workspace::of(visit)?;
    let model = model(visit)?;
    let found = visit.read(|desk| desk.find::<Enrolment>(&enrolment_id(workspace.id(), model)))?;
    let rulebook = visit.rulebook();
    let rules = rulebook.associations.csp.models.get(&model);
    let has_floor = rules.is_some_and(|rules| rules.requires.value.contains(&Requirement::RevenueFloor));
    let is_open = found.as_ref().is_some_and(|found| found.state == EnrolmentState::Open);
    // the revenue is worked out from what is credited, which takes its time
    let floor = match has_floor && is_open {
        true => revenue(visit.home()?, rulebook, workspace.id()).map_err(|error| Problem::unread(&error))?,
        false => Floor::default(),
    };
    let checks = match &found {
        Some(enrolment) if is_open => visit.read(|desk| checks(desk, enrolment, &floor))?,
        _ => Vec::new(),
    };
    let months = floor.months.iter().map(|(month, amount)| vec![Cell::month(*month), Cell::dollars(*amount)]).collect();
    let columns = vec![Column::text("month", "Month"), Column::amount("revenue_usd", "Revenue").total()];
    let months = Grid::new(visit, "months", columns, months).prefixed("floor_").named(&format!("{}-{model}-revenue", workspace.id()));
    let months = months.masked(&visit.hidden(&On::account(workspace.id())));
    if let Some(file) = months.download() {
        return file;
    }
    let is_admin = workspace.acts(&Act::EnrolmentKeep);
    let title = rules.map_or_else(|| show::spoken(model.as_str()), |rules| rules.title.clone());
    html(&EnrolmentPage {
        frame: workspace.frame(visit, &title, Here::Resale),
        partner: workspace.name(),
        back: workspace.at("resale"),
        heading: found.as_ref().map_or_else(|| format!("{title}: not enrolled"), |found| format!("{title}: {}", state(found))),
        title,
        told: told(visit),
        steps: found.as_ref().map(steps).unwrap_or_default(),
        checks,
        months: (has_floor && is_open).then(|| months.part()),
        forms: if is_admin { forms(visit, &workspace, model, found.as_ref(), sent, refused) } else { Vec::new() },
        note: (!is_admin).then(|| "An account admin of the partner fills in what is missing.".to_owned()),
    })
}

/// The forms that fit how the enrolment stands.
fn forms(
    visit: &Visit,
    workspace: &Workspace,
    model: Tier,
    found: Option<&Enrolment>,
    sent: Option<&Sent>,
    refused: Option<&Refused<'_>>,
) -> Vec<ActForm> {
    let place = workspace.at(&format!("resale/{model}"));
    let form = |act, words, fields| ActForm::of(&place, act, words, fields, refused);
    let over = [EnrolmentState::Refused, EnrolmentState::Closed];
    let Some(enrolment) = found.filter(|found| !over.contains(&found.state)) else {
        let location = Field::one("location", "The location that is to sell", workspace.location_choices());
        return vec![form(
            "start",
            ("Begin", "Then you tell the company, the operator verifies, and you accept the agreement.", "Begin the enrolment"),
            vec![location],
        )];
    };
    let mut forms = Vec::new();
    if enrolment.state == EnrolmentState::Open {
        if let Some(suggested) = &enrolment.suggested {
            let typed = enrolment.company.as_ref().and_then(|company| company.address.as_ref());
            let typed = typed.map_or_else(String::new, |typed| format!(" You typed: {}, {}.", typed.street, typed.town));
            let about = format!("In standard form your address is: {}, {}.{typed}", suggested.street, suggested.town);
            let words = ("Accept the suggested address", about.as_str(), "Accept it");
            forms.push(ActForm::of(&place, "accept", words, Vec::new(), refused));
            forms.push(form("keep", ("Keep the address as typed", "", "Keep what I typed"), Vec::new()));
        }
        forms.push(form(
            "company",
            ("The company", "A D-U-N-S number, or an address, or both.", "Tell the company"),
            company_fields(enrolment, sent),
        ));
        let rules = &visit.rulebook().associations.csp;
        if rules.models.get(&model).is_some_and(|rules| rules.requires.value.contains(&Requirement::SupportPlan)) {
            let plans = rules.support_plans.value.iter().map(|plan| (plan.to_string(), show::spoken(plan.as_str())));
            let plan = enrolment.support_plan.as_ref().map(Name::to_string).unwrap_or_default();
            let plan = Field::one("plan", "The support plan that you have bought", plans).value(plan);
            forms.push(form("support", ("Support plan", "", "Tell the plan"), vec![plan]));
        }
    }
    if enrolment.state == EnrolmentState::Verified {
        forms.push(form(
            "agree",
            ("Accept the agreement", "From then on sales may name you in this model.", "Accept the agreement"),
            Vec::new(),
        ));
    }
    let why = Field::line("reason", "Why (optional)");
    forms.push(form(
        "close",
        ("Close this enrolment", "No new sale may name you in this model; those that hold stay.", "Close it"),
        vec![why],
    ));
    forms
}

/// The fields of the company: as they were sent, or as they are told.
fn company_fields(enrolment: &Enrolment, sent: Option<&Sent>) -> Vec<Field> {
    let company = enrolment.company.as_ref();
    let address = company.and_then(|company| company.address.as_ref());
    let sent = sent.filter(|sent| sent.text("act") == "company");
    let value = |name: &str, told: Option<&String>| match sent {
        Some(sent) => sent.text(name).to_owned(),
        None => told.cloned().unwrap_or_default(),
    };
    vec![
        Field::line("name", "The legal name").value(value("name", company.map(|company| &company.name))).required(),
        Field::line("country", "The country, as the location's")
            .value(value("country", company.map(|company| &company.country)))
            .hint("Two letters, such as DE.")
            .required(),
        Field::line("duns", "The D-U-N-S number")
            .value(value("duns", company.and_then(|company| company.duns.as_ref())))
            .hint("Nine digits."),
        Field::line("street", "Street and number").value(value("street", address.map(|address| &address.street))),
        Field::line("town", "Postal code and town").value(value("town", address.map(|address| &address.town))),
    ]
}
