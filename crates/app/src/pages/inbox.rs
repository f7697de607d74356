//! A customer's inbox: who asks for what, and until when silence is an answer.

/// One request for consent: read, accepted, declined.
mod request;

pub use request::claim as claim_of;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::Response;
use domain::claims::clocks::OPT_OUT;
use domain::claims::{Claim, may_see};
use domain::links::{Link, LinkState};
use domain::names::Name;
use domain::notices::{self, Notice};
use domain::of_record::request::{Request, RequestState};
use domain::record::desk::{Acted, Desk};
use domain::record::entry::By;
use domain::time::Day;
use domain::words::ClaimState;

use crate::pages::acting::{Sent, form, see};
use crate::pages::frame::Frame;
use crate::pages::named::{self, Partners};
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::visit::{Visit, html, page};
use crate::pages::{paths, show};

/// For how many days a new link is told in the inbox.
const LINK_IS_NEW_DAYS: i32 = 30;

/// The pages of the inbox.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new()
        .route("/customer", page(show))
        .route("/customer/notices/read", form(read))
        .route("/customer/requests/{claim}", page(request::show))
        .route("/customer/requests/{claim}/accept", form(request::accept))
        .route("/customer/requests/{claim}/decline", form(request::decline))
}

#[derive(Template)]
#[template(path = "pages/inbox.html")]
struct InboxPage {
    frame: Frame,
    heading: String,
    customer: String,
    told: Option<String>,
    asking: Vec<Asking>,
    requests: Vec<Asked>,
    links: Vec<NewLink>,
    notices: Vec<Told>,
}

/// A claim that waits for the customer's answer.
struct Asking {
    who: String,
    what: String,
    until: Option<Day>,
    is_over: bool,
    href: String,
}

/// A request to be named partner of record.
struct Asked {
    who: String,
    on: Day,
    text: Vec<String>,
    subscriptions: Vec<(String, String, bool)>,
}

/// A link that was made lately.
struct NewLink {
    who: String,
    identity: String,
    since: Day,
    href: String,
}

/// A notice that nobody has read.
struct Told {
    id: Name,
    on: Day,
    text: String,
}

/// States in which a claim waits for an answer.
const PENDING: [ClaimState; 4] = [ClaimState::Submitted, ClaimState::UnderReview, ClaimState::ActionRequired, ClaimState::Dispute];

/// Whether the customer may still answer a claim that nobody has decided on.
pub fn is_pending(claim: &Claim) -> bool {
    PENDING.contains(&claim.state)
}

/// Shows the inbox.
///
/// # Errors
///
/// A visitor who acts for no customer, or registers that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let tenant = visit.tenant()?;
    let page = visit.read(|desk| {
        let mut partners = Partners::default();
        let (asking, requests) = (asking(desk, &tenant, &mut partners)?, requests(desk, &tenant, &mut partners)?);
        let answers = asking.len() + requests.len();
        Ok(InboxPage {
            frame: visit.frame("Inbox"),
            heading: match answers {
                0 => "Nothing waits for your answer".to_owned(),
                1 => "One request waits for your answer".to_owned(),
                some => format!("{some} requests wait for your answer"),
            },
            customer: named::customer(desk, &tenant)?,
            told: visit.told(&TOLD),
            asking,
            requests,
            links: links(desk, &tenant, &mut partners)?,
            notices: notices::own(desk, true)?.into_iter().map(notice).collect(),
        })
    })?;
    html(&page)
}

const TOLD: [(&str, &str); 3] = [
    ("accepted", "You have accepted. The operator decides now; you can decline or revoke on any day later."),
    ("declined", "You have declined. The partner sees nothing of yours by this request."),
    ("read", "The news is marked as read."),
];

fn asking(desk: &Desk<'_>, tenant: &Name, partners: &mut Partners) -> Acted<Vec<Asking>> {
    let mut claims = desk.list::<Claim>(&By { tenant_id: Some(tenant.clone()), ..By::default() })?;
    claims.retain(|claim| is_pending(claim) && claim.accepted_on.is_none());
    let due = |claim: &Claim| claim.clocks.get(OPT_OUT).map(|clock| clock.due_on);
    claims.sort_by_key(|claim| (due(claim).is_none(), due(claim), claim.claim_id.clone()));
    let mut asking = Vec::new();
    for claim in claims {
        if !may_see(desk, &claim)? {
            continue;
        }
        asking.push(Asking {
            who: partners.name(desk, &claim.partner_id)?,
            what: wanted(&claim),
            until: due(&claim),
            is_over: claim.has_run_out(OPT_OUT, desk.today()),
            href: format!("/customer/requests/{}", paths::encoded(claim.claim_id.as_str())),
        });
    }
    Ok(asking)
}

/// The workloads and products of a claim, in words.
pub fn wanted(claim: &Claim) -> String {
    let product = |product: &domain::claims::Product| {
        let name = product.workload.as_ref().map_or_else(|| "any product".to_owned(), named::workload);
        product.subscription_id.as_ref().map_or_else(|| name.clone(), |subscription| format!("{name} of the subscription {subscription}"))
    };
    show::list(&claim.products.iter().map(product).collect::<Vec<_>>())
}

fn requests(desk: &Desk<'_>, tenant: &Name, partners: &mut Partners) -> Acted<Vec<Asked>> {
    let open = By { tenant_id: Some(tenant.clone()), state: Some(RequestState::Open.to_string()), ..By::default() };
    let mut asked = Vec::new();
    for request in desk.list::<Request>(&open)? {
        let subscription = |row: &domain::of_record::request::Asked| {
            let query = [("partner", Some(request.partner_id.to_string()))];
            (row.subscription_id.to_string(), paths::with_query(&paths::customer_subscription(&row.subscription_id), &query), row.done)
        };
        asked.push(Asked {
            who: partners.name(desk, &request.partner_id)?,
            on: request.requested_on,
            subscriptions: request.subscriptions.iter().map(subscription).collect(),
            text: request.text.split("\n\n").map(str::to_owned).collect(),
        });
    }
    Ok(asked)
}

fn links(desk: &Desk<'_>, tenant: &Name, partners: &mut Partners) -> Acted<Vec<NewLink>> {
    let active = By { tenant_id: Some(tenant.clone()), state: Some(LinkState::Active.to_string()), ..By::default() };
    let since = desk.today().plus(-LINK_IS_NEW_DAYS);
    let mut new = Vec::new();
    for link in desk.list::<Link>(&active)? {
        let Some(span) = link.links.on(desk.today()).filter(|span| span.from >= since) else { continue };
        new.push(NewLink {
            who: partners.name(desk, &span.held.partner_id)?,
            identity: link.principal_id.to_string(),
            since: span.from,
            href: paths::customer_link(&link.principal_id, "revoke"),
        });
    }
    Ok(new)
}

fn notice(notice: Notice) -> Told {
    Told { on: Day::of(notice.created_at), id: notice.notice_id, text: notice.text }
}

/// Marks notices as read.
fn read(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    visit.tenant()?;
    let ids: Vec<Name> = sent.all("notice").map(Name::new).collect();
    visit.act("The news stays unread", |desk| ids.iter().try_for_each(|id| notices::read(desk, id).map(|_| ())))?;
    Ok(see("/customer?done=read"))
}
