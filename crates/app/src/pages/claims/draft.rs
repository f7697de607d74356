//! The form of a claim: a new draft, a draft, or a claim whose partner is asked for more.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::cells::Cell as _;
use domain::claims::drafts::{self, Edits};
use domain::claims::{Claim, Contact, Product, checks, submissions};
use domain::names::Name;
use domain::record::desk::ActError;
use domain::record::refusal::Refusal;
use domain::rulebook::associations::{ActivityRules, ClaimScope};
use domain::words::{Activity, ClaimState};

use super::claim::{self, Checklist};
use super::lacks::Lacks;
use super::{Listed, choose};
use crate::pages::acting::{Sent, see};
use crate::pages::fields::{Field, Fields, Wrong};
use crate::pages::frame::{Frame, Here};
use crate::pages::partner_workspace::Workspace;
use crate::pages::problem::Problem;
use crate::pages::visit::{Visit, html};
use crate::pages::{paths, show};
use crate::views::choosing::claimable;

/// How many lines there are for products of subscriptions at least, and how many more than are filled in.
const LINES: (usize, usize) = (3, 1);
/// How many lines a form may send.
const LINES_MAX: usize = 50;

#[derive(Template)]
#[template(path = "pages/claim_draft.html")]
struct DraftPage {
    frame: Frame,
    partner: String,
    claims_href: String,
    back: Option<(String, String)>,
    heading: String,
    told: Option<&'static str>,
    /// What is wrong and is about no field.
    wrong: Fields,
    has_wrong: bool,
    about: String,
    action: String,
    fields: Fields,
    is_draft: bool,
    /// The files that are there.
    proofs: Vec<claim::ProofLine>,
    /// The proof that is asked for, and what is there.
    checklist: Checklist,
    proof_wrong: Fields,
    has_proof_wrong: bool,
    upload: Option<claim::Upload>,
    needs_proof: bool,
}

/// What the form holds.
struct Held {
    activity: Activity,
    name: String,
    partner_id: String,
    tenant_id: String,
    domain: String,
    workloads: Vec<String>,
    lines: Vec<(String, String)>,
    customer: (String, String),
    partner: (String, String),
    seller: String,
    isv_product: String,
    opt_out: bool,
}

impl Held {
    fn of_claim(claim: &Claim) -> Self {
        let contact = |contact: &Option<Contact>| contact.as_ref().map(|own| (own.name.clone(), own.email.clone())).unwrap_or_default();
        let wanted = || claim.products.iter().filter(|product| product.is_wanted());
        let line = |product: &Product| {
            let text = |name: &Option<Name>| name.as_ref().map(Name::to_string).unwrap_or_default();
            (text(&product.workload), text(&product.subscription_id))
        };
        Self {
            activity: claim.activity,
            name: claim.name.clone(),
            partner_id: claim.partner_id.to_string(),
            tenant_id: claim.tenant_id.to_string(),
            domain: claim.domain.as_ref().map(Name::to_string).unwrap_or_default(),
            workloads: wanted().filter_map(|product| product.workload.as_ref()).map(Name::to_string).collect(),
            lines: wanted().map(line).collect(),
            customer: contact(&claim.customer_contact),
            partner: contact(&claim.partner_contact),
            seller: claim.seller.clone().unwrap_or_default(),
            isv_product: claim.isv_product.clone().unwrap_or_default(),
            opt_out: claim.incentive_opt_out,
        }
    }

    fn sent(sent: &Sent, activity: Activity) -> Self {
        let text = |name: &str| sent.text(name).to_owned();
        let line = |at: usize| (text(&format!("product-{at}")), text(&format!("subscription-{at}")));
        Self {
            activity: Activity::read(sent.text("activity")).unwrap_or(activity),
            name: text("name"),
            partner_id: text("partner_id"),
            tenant_id: text("tenant_id"),
            domain: text("domain"),
            workloads: sent.all("products").map(str::to_owned).collect(),
            lines: (0..LINES_MAX).map(line).filter(|(product, subscription)| !product.is_empty() || !subscription.is_empty()).collect(),
            customer: (text("customer_name"), text("customer_email")),
            partner: (text("partner_name"), text("partner_email")),
            seller: text("seller"),
            isv_product: text("isv_product"),
            opt_out: sent.given("incentive_opt_out").is_some(),
        }
    }

    /// What the form asks to be written. `scope` tells which of its two lists of products is meant.
    fn edits(&self, state: ClaimState, scope: Option<ClaimScope>) -> Edits {
        let products: Vec<Product> = match scope {
            Some(ClaimScope::SubscriptionProduct) => {
                self.lines.iter().map(|(product, subscription)| Product::new(product, Some(subscription.as_str()))).collect()
            }
            _ => self.workloads.iter().map(|workload| Product::new(workload, None)).collect(),
        };
        let contact = |(name, email): &(String, String)| {
            let is_given = !name.is_empty() || !email.is_empty();
            is_given.then(|| Contact { name: name.clone(), email: email.clone(), title: None })
        };
        let answer = Edits {
            partner_id: Name::new_if_any(&self.partner_id),
            products: Some(products),
            customer_contact: contact(&self.customer),
            partner_contact: contact(&self.partner),
            ..Edits::default()
        };
        if state != ClaimState::Draft {
            return answer;
        }
        let text = |text: &String| Some(text.clone());
        Edits {
            name: text(&self.name),
            tenant_id: Name::new_if_any(&self.tenant_id),
            domain: Name::new_if_any(&self.domain),
            activity: Some(self.activity),
            seller: text(&self.seller),
            isv_product: text(&self.isv_product),
            incentive_opt_out: Some(self.opt_out),
            ..answer
        }
    }
}

/// What is shown of a form: what it holds, of which claim, and what is wrong.
struct Form<'c> {
    held: Held,
    claim: Option<&'c Claim>,
    lacks: Lacks,
    proof_wrong: Vec<Wrong>,
}

/// Begins a claim: the chooser, and then the form.
pub fn begin(visit: &Visit) -> Result<Response, Problem> {
    let workspace = claiming(visit)?;
    let listed = Listed::with_ties(visit, &workspace)?;
    let activity = visit.value("activity").and_then(|text| Activity::read(text).ok());
    let Some(activity) = activity else { return choose::show(visit, &workspace, listed.tenants()) };
    let product = visit.value("product").unwrap_or_default().to_owned();
    let held = Held {
        activity,
        name: String::new(),
        partner_id: workspace.locations.first().map(|row| row.partner_id.to_string()).unwrap_or_default(),
        tenant_id: visit.value("tenant").unwrap_or_default().to_owned(),
        domain: String::new(),
        workloads: vec![product.clone()],
        lines: if product.is_empty() { Vec::new() } else { vec![(product, String::new())] },
        customer: <(String, String)>::default(),
        partner: <(String, String)>::default(),
        seller: String::new(),
        isv_product: String::new(),
        opt_out: false,
    };
    render(visit, &workspace, &listed, Form { held, claim: None, lacks: Lacks::of([]), proof_wrong: Vec::new() })
}

/// The workspace, when the visitor claims for it.
fn claiming(visit: &Visit) -> Result<Workspace, Problem> {
    let workspace = Workspace::of(visit)?;
    if !workspace.acts(&Workspace::CLAIMING) {
        let cure = format!("ask a user of partner {} with the role `incentive-admin` or `incentive-user`", workspace.id());
        let refusal = Refusal::forbidden("role-missing", format!("`{}` may not make claims for this partner", workspace.actor.user), cure);
        return Err(Problem::refused("You may not claim here", &ActError::from(refusal).into()));
    }
    Ok(workspace)
}

/// Keeps a new draft, and hands it in when that is asked for.
pub fn take_new(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let workspace = claiming(visit)?;
    let held = Held::sent(sent, Activity::OsuM365);
    let scope = rules(visit, held.activity).map(|rules| rules.scope);
    let edits = held.edits(ClaimState::Draft, scope);
    match visit.tried(|desk| drafts::create(desk, &edits))? {
        Ok(claim) => kept(visit, &workspace, &claim, sent),
        Err(refusal) => {
            let listed = Listed::with_ties(visit, &workspace)?;
            let form = Form { held, claim: None, lacks: Lacks::of(refusal.all()), proof_wrong: Vec::new() };
            refused(render(visit, &workspace, &listed, form)?)
        }
    }
}

/// Shows the form of a claim.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    show_with(visit, Vec::new())
}

/// Shows the form of a claim, with what is wrong with the proof that was sent.
pub fn show_with(visit: &Visit, proof_wrong: Vec<Wrong>) -> Result<Response, Problem> {
    let workspace = claiming(visit)?;
    let listed = Listed::with_ties(visit, &workspace)?;
    let claim = listed.find(visit)?;
    let is_checked = visit.value("check").is_some() || claim.state == ClaimState::ActionRequired;
    let found = if is_checked { visit.read(|desk| checks::problems(desk, claim))? } else { Vec::new() };
    let form = Form { held: Held::of_claim(claim), claim: Some(claim), lacks: Lacks::of(&found), proof_wrong };
    render(visit, &workspace, &listed, form)
}

/// Keeps what the form of a claim holds, and hands the claim in when that is asked for.
pub fn take(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let workspace = claiming(visit)?;
    let listed = Listed::with_ties(visit, &workspace)?;
    let claim = listed.find(visit)?;
    let held = Held::sent(sent, claim.activity);
    // the products were asked for in the way of the activity that the claim had
    let scope = rules(visit, claim.activity).map(|rules| rules.scope);
    let edits = held.edits(claim.state, scope);
    match visit.tried(|desk| drafts::edit(desk, claim.claim_id.as_str(), &edits))? {
        Ok(claim) => kept(visit, &workspace, &claim, sent),
        Err(refusal) => {
            let form = Form { held, claim: Some(claim), lacks: Lacks::of(refusal.all()), proof_wrong: Vec::new() };
            refused(render(visit, &workspace, &listed, form)?)
        }
    }
}

/// Leads on after the fields are kept: to the claim, or back to the form with all that is missing.
fn kept(visit: &Visit, workspace: &Workspace, claim: &Claim, sent: &Sent) -> Result<Response, Problem> {
    let place = paths::claim(workspace.id(), &claim.claim_id);
    if sent.text("then") != "submit" || claim.state != ClaimState::Draft {
        let back = if claim.state == ClaimState::Draft { format!("{place}/edit") } else { place };
        return Ok(see(&paths::with_query(&back, &[("done", Some("kept".to_owned()))])));
    }
    Ok(match visit.tried(|desk| submissions::submit(desk, claim.claim_id.as_str()))? {
        Ok(claim) => {
            let done = if claim.waiting.is_some() { "waits" } else { "submitted" };
            see(&paths::with_query(&place, &[("done", Some(done.to_owned()))]))
        }
        Err(_) => see(&paths::with_query(&format!("{place}/edit"), &[("check", Some("1".to_owned()))])),
    })
}

fn refused(page: Response) -> Result<Response, Problem> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn rules(visit: &Visit, activity: Activity) -> Option<&ActivityRules> {
    visit.rulebook().associations.cpor.activities.get(&activity)
}

fn render(visit: &Visit, workspace: &Workspace, listed: &Listed, form: Form<'_>) -> Result<Response, Problem> {
    let state = form.claim.map_or(ClaimState::Draft, |claim| claim.state);
    if ![ClaimState::Draft, ClaimState::ActionRequired].contains(&state) {
        let message = format!("the claim is {}", state.as_str().replace('-', " "));
        let refusal = Refusal::conflict("wrong-state", message, "open the claim: it tells what comes next");
        return Err(Problem::refused("This claim cannot be edited now", &ActError::from(refusal).into()));
    }
    let is_draft = state == ClaimState::Draft;
    let rules = rules(visit, form.held.activity);
    let proof_wrong: Vec<Wrong> = form.lacks.at("proof").into_iter().chain(form.proof_wrong).collect();
    let wrong = form.lacks.at("form");
    let place = form.claim.map(|claim| paths::claim(workspace.id(), &claim.claim_id));
    let heading = match (form.claim, form.lacks.count()) {
        (None, _) => format!("New claim: {}", rules.map_or("", |rules| rules.title.as_str())),
        (Some(_), 0) if is_draft => "Draft: fill it in, add proof, hand it in".to_owned(),
        (Some(_), 0) => "Change what may change, then answer".to_owned(),
        (Some(_), 1) => "One thing is missing".to_owned(),
        (Some(_), some) => format!("{some} things are missing"),
    };
    html(&DraftPage {
        frame: workspace.frame(visit, "Draft of a claim", Here::Claims),
        partner: workspace.name(),
        claims_href: workspace.at("claims"),
        back: form.claim.zip(place.clone()).map(|(claim, place)| (claim.claim_id.to_string(), place)),
        heading,
        told: claim::told(visit),
        has_wrong: !wrong.is_empty(),
        wrong: Fields::new("form", vec![Field::note("form").wrong(wrong)]),
        about: rules.map(|rules| format!("{}. Choose it when {}.", rules.title, rules.choose_when)).unwrap_or_default(),
        action: place.as_ref().map_or_else(|| workspace.at("claims/new"), |place| format!("{place}/edit")),
        fields: Fields::new("claim", fields(visit, workspace, listed, &form.held, &form.lacks, is_draft)),
        is_draft,
        proofs: form.claim.zip(place.as_ref()).map(|(claim, place)| claim::proof_lines(place, claim)).unwrap_or_default(),
        checklist: Checklist::new(visit, form.claim, form.held.activity),
        has_proof_wrong: !proof_wrong.is_empty(),
        proof_wrong: Fields::new("proof", vec![Field::note("proof").wrong(proof_wrong)]),
        upload: form.claim.map(|claim| claim::Upload::new(visit, workspace, claim, "edit")),
        needs_proof: rules.is_some_and(|rules| rules.proof_required.value),
    })
}

fn fields(visit: &Visit, workspace: &Workspace, listed: &Listed, held: &Held, lacks: &Lacks, is_draft: bool) -> Vec<Field> {
    let rules = rules(visit, held.activity);
    let mut fields = Vec::new();
    let location = Field::one("partner_id", "Your location", workspace.location_choices()).value(held.partner_id.clone());
    if is_draft {
        let activities = visit.rulebook().associations.cpor.activities.iter();
        let activities = activities.map(|(activity, rules)| (activity.to_string(), rules.title.clone()));
        let activity = Field::one("activity", "What you claim", activities).value(held.activity.to_string());
        let tenant = Field::known("tenant_id", "The customer's tenant ID", listed.tenants()).value(held.tenant_id.clone());
        fields.extend([
            activity.hint("After a change keep the draft: other products may be claimed then.").wrong(lacks.at("activity")),
            location.wrong(lacks.at("partner_id")),
            tenant.wrong(lacks.at("tenant_id")),
            Field::line("domain", "A domain of the customer")
                .value(held.domain.clone())
                .hint("The one that its people sign in with, so that a mistyped tenant ID is noticed.")
                .wrong(lacks.at("domain")),
        ]);
    } else {
        fields.push(location.wrong(lacks.at("partner_id")));
    }
    fields.extend(products(visit, listed, held, rules, lacks));
    let contact = |side: &str, label: &str, (name, email): &(String, String)| {
        [
            Field::line(&format!("{side}_name"), &format!("{label}: name")).value(name.clone()).wrong(lacks.at(&format!("{side}_name"))),
            Field::mail(&format!("{side}_email"), &format!("{label}: mail address")).value(email.clone()),
        ]
    };
    fields.extend(contact("customer", "The customer's contact", &held.customer));
    fields.extend(contact("partner", "Your contact", &held.partner));
    if is_draft {
        let asks = |field: &str| rules.and_then(|rules| rules.asks.as_ref()).is_some_and(|asks| asks.value.contains(&Name::new(field)));
        if asks("seller") {
            fields.push(Field::line("seller", "The seller's name").value(held.seller.clone()).wrong(lacks.at("seller")));
        }
        if asks("isv-product") {
            let own = Field::line("isv_product", "Your own product").value(held.isv_product.clone());
            fields.push(own.wrong(lacks.at("isv_product")));
        }
        if rules.is_some_and(|rules| rules.incentive.value) {
            fields.push(Field::yes("incentive_opt_out", "The association only: we do not want the incentive", held.opt_out));
        }
        fields.push(Field::line("name", "A label of your own (optional)").value(held.name.clone()));
    }
    fields
}

/// The fields of products: boxes for workloads of a tenant, lines for products of subscriptions.
fn products(visit: &Visit, listed: &Listed, held: &Held, rules: Option<&ActivityRules>, lacks: &Lacks) -> Vec<Field> {
    let Some(rules) = rules else { return Vec::new() };
    let offered = claimable(visit.rulebook(), rules);
    if rules.scope == ClaimScope::TenantWorkload {
        let mut boxes: Vec<(String, String, bool)> = offered
            .iter()
            .map(|workload| {
                (workload.to_string(), show::spoken(workload.as_str()), held.workloads.iter().any(|own| own == workload.as_str()))
            })
            .collect();
        // what the draft holds and the activity does not offer stays to be seen, and to be taken out
        let strange =
            held.workloads.iter().filter(|own| !own.is_empty() && offered.iter().all(|workload| workload.as_str() != own.as_str()));
        boxes.extend(strange.map(|own| (own.clone(), show::spoken(own), true)));
        return vec![Field::any("products", "Workloads", boxes).wrong(lacks.at("products"))];
    }
    let mut choices = vec![(String::new(), "none".to_owned())];
    choices.extend(offered.iter().map(|workload| (workload.to_string(), show::spoken(workload.as_str()))));
    let lines = held.lines.iter().cloned().chain(std::iter::repeat(<(String, String)>::default()));
    let count = (held.lines.len() + LINES.1).max(LINES.0).min(LINES_MAX);
    let mut fields = Vec::new();
    for (at, (product, subscription)) in lines.take(count).enumerate() {
        let number = at + 1;
        let of_line = |field: Field| if at == 0 { field.wrong(lacks.at("products")) } else { field };
        let known = Field::known(&format!("subscription-{at}"), &format!("Subscription {number}"), listed.subscriptions(&held.tenant_id));
        fields.push(of_line(Field::one(&format!("product-{at}"), &format!("Product {number}"), choices.clone()).value(product)));
        fields.push(known.value(subscription));
    }
    fields
}

impl Listed {
    /// The claim of the path.
    pub fn find(&self, visit: &Visit) -> Result<&Claim, Problem> {
        let id = Name::new(visit.param("claim"));
        let known = || self.claims.iter().map(|claim| (claim.claim_id.to_string(), claim.claim_id.to_string(), String::new()));
        self.claims.iter().find(|claim| claim.claim_id == id).ok_or_else(|| {
            let workspace = visit.param("partner");
            let known = known().map(|(id, label, _)| {
                let href = paths::claim(&Name::new(workspace), &Name::new(&id));
                (id, label, href)
            });
            Problem::unknown("claim", id.as_str(), known.collect())
        })
    }
}

/// What a refusal without a field of its own says.
pub fn of_refusal(refusal: &Refusal) -> Vec<Wrong> {
    refusal.all().map(Wrong::from).collect()
}
