//! The chooser: what was done for whom, and which activity fits it.

use askama::Template;
use axum::response::Response;
use domain::cells::Cell as _;
use domain::names::Name;
use domain::words::Agreement;

use crate::pages::fields::{Field, Fields};
use crate::pages::frame::{Frame, Here};
use crate::pages::partner_workspace::Workspace;
use crate::pages::problem::{Problem, pieces};
use crate::pages::visit::{Visit, html};
use crate::pages::{paths, show};
use crate::views::choosing::{Choice, Wish, choices, claimable};

#[derive(Template)]
#[template(path = "pages/claim_choose.html")]
struct ChoosePage {
    frame: Frame,
    partner: String,
    claims_href: String,
    action: String,
    fields: Fields,
    heading: String,
    fit: Vec<Offer>,
    unfit: Vec<Offer>,
    is_asked: bool,
}

/// An activity as it is offered.
struct Offer {
    title: String,
    choose_when: String,
    told: Vec<(&'static str, String)>,
    href: String,
    because: Vec<Vec<(bool, String)>>,
}

/// Shows the chooser.
pub fn show(visit: &Visit, workspace: &Workspace, known: Vec<(String, String)>) -> Result<Response, Problem> {
    let rulebook = visit.rulebook();
    let agreement = visit.value("agreement").and_then(|text| Agreement::read(text).ok());
    let wish = Wish {
        workload: visit.value("product").map(Name::new),
        agreement,
        incentive: visit.value("incentive").is_some(),
        without_proof: visit.value("without_proof").is_some(),
    };
    let all = choices(rulebook, &wish);
    let offer = |choice: &Choice| offer(visit, choice);
    let (fit, unfit): (Vec<&Choice>, Vec<&Choice>) = all.iter().partition(|choice| choice.unfit.is_empty());
    let is_asked = wish.workload.is_some() || wish.agreement.is_some() || wish.incentive || wish.without_proof;
    let heading = match (is_asked, fit.len()) {
        (false, _) => "What did you do, and for whom?".to_owned(),
        (true, 0) => "No activity fits all of that".to_owned(),
        (true, 1) => "One activity fits".to_owned(),
        (true, some) => format!("{some} activities fit"),
    };
    html(&ChoosePage {
        frame: workspace.frame(visit, "New claim", Here::Claims),
        partner: workspace.name(),
        claims_href: workspace.at("claims"),
        action: workspace.at("claims/new"),
        fields: Fields::new("choose", fields(visit, &wish, known)),
        heading,
        fit: fit.into_iter().map(offer).collect(),
        unfit: unfit.into_iter().map(offer).collect(),
        is_asked,
    })
}

fn fields(visit: &Visit, wish: &Wish, known: Vec<(String, String)>) -> Vec<Field> {
    let rulebook = visit.rulebook();
    let mut products: Vec<(String, String)> = Vec::new();
    for rules in rulebook.associations.cpor.activities.values() {
        for workload in claimable(rulebook, rules) {
            if products.iter().all(|(own, _)| own != workload.as_str()) {
                products.push((workload.to_string(), show::spoken(workload.as_str())));
            }
        }
    }
    products.sort_by_key(|one| one.1.to_lowercase());
    products.insert(0, (String::new(), "any".to_owned()));
    let mut agreements: Vec<(String, String)> = vec![(String::new(), "not known".to_owned())];
    agreements.extend(Agreement::ALL.iter().map(|one| (one.to_string(), spoken_agreement(*one).to_owned())));
    let tenant = visit.value("tenant").unwrap_or_default();
    let product = wish.workload.as_ref().map(ToString::to_string).unwrap_or_default();
    vec![
        Field::known("tenant", "The customer's tenant ID", known).value(tenant).hint("The customer's admin finds it in their portal."),
        Field::one("product", "The workload or product that you worked on", products).value(product),
        Field::one("agreement", "The agreement under which the customer bought it", agreements)
            .value(wish.agreement.map(|one| one.to_string()).unwrap_or_default()),
        Field::yes("incentive", "I want the incentive too, not only the association", wish.incentive),
        Field::yes("without_proof", "I have no proof of what was done", wish.without_proof),
    ]
}

/// An agreement as people call it.
fn spoken_agreement(agreement: Agreement) -> &'static str {
    match agreement {
        Agreement::Ea => "Enterprise Agreement (EA)",
        Agreement::CasaEes => "Education (CASA, EES)",
        Agreement::WebDirect => "Web Direct (MOSA)",
        Agreement::Mpsa => "MPSA",
        Agreement::Mca => "Customer Agreement (MCA)",
        Agreement::CspLegacy => "CSP, legacy",
        Agreement::CspModern => "CSP, Azure plan or modern",
    }
}

fn offer(visit: &Visit, choice: &Choice) -> Offer {
    let words = |is: bool, yes: &str, no: &str| if is { yes.to_owned() } else { no.to_owned() };
    let feed = |feed: &String| {
        let (area, metric) = feed.split_once('/').unwrap_or((feed, ""));
        format!("{}: {}", visit.area_title(&Name::new(area)), metric.replace('-', " "))
    };
    let statuses = choice.statuses.iter().map(Name::as_str).collect::<Vec<_>>().join(" or ");
    let kept = ["tenant", "product"].map(|key| (key, visit.value(key).map(str::to_owned)));
    let [tenant, product] = kept;
    let values = [tenant, product, ("activity", Some(choice.activity.to_string()))];
    Offer {
        title: choice.title.clone(),
        choose_when: choice.choose_when.clone(),
        told: vec![
            ("Claimed on", format!("{} that is {statuses}", choice.claimed_on)),
            ("Agreements", if choice.agreements.is_empty() { "any".to_owned() } else { choice.agreements.join(", ") }),
            ("Proof", words(choice.proof, "proof of execution is asked for", "none is asked for")),
            ("Incentive", words(choice.incentive, "can be earned", "none: the association only")),
            ("Feeds", choice.feeds.iter().map(feed).collect::<Vec<_>>().join("; ")),
        ],
        href: paths::with_query(visit.path(), &values),
        because: choice.unfit.iter().map(|because| pieces(&format!("{}.", show::capital_if_word(because)))).collect(),
    }
}
