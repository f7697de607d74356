//! One subscription: who is its partner of record; looking an ID up, saving it, removing it.

use askama::Template;
use axum::response::Response;
use domain::attach::AttachType;
use domain::facts::{Partner, Subscription};
use domain::names::Name;
use domain::of_record::{self, Saved, entry_of, holder, validate};
use domain::record::desk::{Acted, Desk};
use domain::record::refusal::Refusal;
use domain::time::Day;

use super::why_not;
use crate::pages::acting::{Sent, see};
use crate::pages::ask::{Ask, Question, done_or_again};
use crate::pages::fields::Field;
use crate::pages::frame::Frame;
use crate::pages::named::{self, Partners};
use crate::pages::opened::OpenedPart;
use crate::pages::paths;
use crate::pages::problem::{Complaint, Problem, pieces};
use crate::pages::visit::{Visit, html};

#[derive(Template)]
#[template(path = "pages/subscription.html")]
struct SubscriptionPage {
    frame: Frame,
    heading: String,
    told: Option<String>,
    facts: Vec<(String, String)>,
    at: String,
    is_whole_tenant: bool,
    now: Option<Now>,
    why_not: Option<Vec<(bool, String)>>,
    given: String,
    found: Option<Found>,
    complaint: Option<Complaint>,
    held: Vec<(String, Day, Option<Day>)>,
}

/// Who is partner of record now.
struct Now {
    who: String,
    opened: OpenedPart,
}

/// What an ID stands for.
struct Found {
    who: String,
    facts: Vec<(String, String)>,
    opened: OpenedPart,
    is_same: bool,
    save: Ask,
}

/// The subscription of the path, which is the visitor's own.
fn own(desk: &Desk<'_>, tenant: &Name, visit: &Visit) -> Acted<Subscription> {
    let id = Name::new(visit.param("subscription"));
    let found = desk.find::<Subscription>(id.as_str())?.filter(|row| row.tenant_id == *tenant);
    let unknown = || {
        Refusal::not_found("unknown-id", format!("there is no subscription `{id}`"), "the list of subscriptions tells those that there are")
    };
    Ok(found.ok_or_else(unknown)?)
}

const TOLD: [(&str, &str); 4] = [
    ("set", "Saved: the partner is named, and told."),
    ("changed", "Saved: the new partner is named; both are told."),
    ("unchanged", "That partner is named already; nothing changed."),
    ("removed", "The partner of record is removed, and told."),
];

/// Shows the subscription; with an ID, what it stands for.
///
/// # Errors
///
/// A visitor who acts for no customer, or a subscription of another.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let tenant = visit.tenant()?;
    let given = visit.value("partner").map(Name::new);
    let mut page = visit.read(|desk| read(visit, desk, &tenant))?;
    if let Some(given) = given.filter(|_| page.why_not.is_none()) {
        page.given = given.to_string();
        match visit.act("That ID will not do", |desk| find(visit, desk, &tenant, &given)) {
            Ok(found) => page.found = Some(found),
            Err(problem) => page.complaint = Some(problem.complaint()?),
        }
    }
    html(&page)
}

fn read(visit: &Visit, desk: &Desk<'_>, tenant: &Name) -> Acted<SubscriptionPage> {
    let row = own(desk, tenant, visit)?;
    let mut partners = Partners::default();
    let entry = entry_of(desk, &row)?;
    let now = holder(desk, &row)?;
    let product = row.product.as_ref();
    let called = product.map_or_else(|| "Subscription".to_owned(), named::workload);
    let since = entry.holders.on(desk.today()).map(|span| span.from);
    let opened = OpenedPart::of_product(desk.rulebook, AttachType::Dpor, &called, product, since);
    let now = now.map(|id| Ok::<_, domain::record::desk::ActError>(Now { who: partners.name(desk, &id)?, opened })).transpose()?;
    let mut held = Vec::new();
    for span in entry.holders.all().iter().rev() {
        held.push((partners.name(desk, &span.held.partner_id)?, span.from, span.to));
    }
    let heading = now
        .as_ref()
        .map_or_else(|| format!("{called}: nobody is partner of record"), |now| format!("{called}: {} is partner of record", now.who));
    Ok(SubscriptionPage {
        frame: visit.frame("Subscription"),
        heading,
        told: visit.told(&TOLD),
        facts: facts(&row),
        at: paths::customer_subscription(&row.subscription_id),
        is_whole_tenant: entry.subscription_id.is_none(),
        now,
        why_not: why_not(desk, &row)?.map(|why| pieces(&why)),
        given: String::new(),
        found: None,
        complaint: None,
        held,
    })
}

fn facts(row: &Subscription) -> Vec<(String, String)> {
    let facts = [
        ("Subscription", Some(row.subscription_id.to_string())),
        ("Product", row.product.as_ref().map(named::workload)),
        ("Agreement", row.agreement.map(|agreement| agreement.as_str().to_owned())),
        ("State", row.status.as_ref().map(Name::to_string)),
        ("From", row.starts_on.map(|day| day.to_string())),
        ("To", row.ends_on.map(|day| day.to_string())),
        ("Replaces", row.predecessor_id.as_ref().map(Name::to_string)),
    ];
    facts.into_iter().filter_map(|(what, value)| Some((what.to_owned(), value?))).collect()
}

fn find(visit: &Visit, desk: &Desk<'_>, tenant: &Name, given: &Name) -> Acted<Found> {
    let row = own(desk, tenant, visit)?;
    let partner: Partner = validate(desk, given)?;
    let account = named::partner(desk, &partner.global_partner_id)?;
    let product = row.product.as_ref();
    let called = product.map_or_else(|| "The subscription".to_owned(), named::workload);
    let mut facts = vec![("Name", partner.name.clone()), ("Partner ID", partner.partner_id.to_string())];
    facts.extend(partner.country.map(|country| ("Location", country)));
    facts.push(("Company", account));
    let save = Ask::new(
        &format!("{}/save", paths::customer_subscription(&row.subscription_id)),
        &format!("Save {}", partner.name),
        vec![Field::hidden("partner", partner.partner_id.as_str())],
    );
    Ok(Found {
        who: partner.name,
        facts: facts.into_iter().map(|(what, value)| (what.to_owned(), value)).collect(),
        opened: OpenedPart::of_product(desk.rulebook, AttachType::Dpor, &called, product, None),
        is_same: holder(desk, &row)?.as_ref() == Some(&partner.partner_id),
        save,
    })
}

/// Saves a partner of record.
///
/// # Errors
///
/// As [`show`].
pub fn save(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let (tenant, partner) = (visit.tenant()?, Name::new(sent.text("partner")));
    let done = visit.act("It is not saved", |desk| {
        let row = own(desk, &tenant, visit)?;
        Ok((of_record::save(desk, &row.subscription_id, &partner)?, row.subscription_id))
    });
    let on = |(saved, id): (Saved, Name)| format!("{}?done={saved}", paths::customer_subscription(&id));
    done_or_again(visit, sent, done, on, || {
        let row = visit.read(|desk| own(desk, &tenant, visit))?;
        let at = paths::customer_subscription(&row.subscription_id);
        let field = Field::line("partner", "Partner ID").required();
        Ok(Question {
            heading: "Name a partner of record".to_owned(),
            crumbs: crumbs(&row),
            said: Vec::new(),
            facts: facts(&row),
            ask: Ask::new(visit.path(), "Save", vec![field]).or_back(&at),
        })
    })
}

fn crumbs(row: &Subscription) -> Vec<(String, String)> {
    let id = &row.subscription_id;
    vec![("Subscriptions".to_owned(), "/customer/subscriptions".to_owned()), (id.to_string(), paths::customer_subscription(id))]
}

fn question(visit: &Visit) -> Result<Question, Problem> {
    let tenant = visit.tenant()?;
    let (row, who, is_whole_tenant) = visit.read(|desk| {
        let row = own(desk, &tenant, visit)?;
        let who = holder(desk, &row)?.map(|id| named::partner(desk, &id)).transpose()?;
        let is_whole_tenant = entry_of(desk, &row)?.subscription_id.is_none();
        Ok((row, who, is_whole_tenant))
    })?;
    let who = who.unwrap_or_else(|| "the partner of record".to_owned());
    let scope = if is_whole_tenant { "It holds for the product in your whole tenant, and goes for all of its subscriptions. " } else { "" };
    Ok(Question {
        heading: format!("Remove {who}?"),
        crumbs: crumbs(&row),
        said: vec![format!(
            "{scope}From today {who} sees nothing of later days by it, and is told. You can name it again, or somebody else, on any day."
        )],
        facts: facts(&row),
        ask: Ask::new(visit.path(), "Remove", vec![Field::line("reason", "Why").hint("It stands in the history.")])
            .grave()
            .or_back(&paths::customer_subscription(&row.subscription_id)),
    })
}

/// Asks before a partner of record is removed.
///
/// # Errors
///
/// As [`show`].
pub fn ask_remove(visit: &Visit) -> Result<Response, Problem> {
    question(visit)?.page(visit)
}

/// Removes a partner of record.
///
/// # Errors
///
/// As [`show`].
pub fn remove(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let tenant = visit.tenant()?;
    let done = visit.act("It is not removed", |desk| {
        let row = own(desk, &tenant, visit)?;
        of_record::remove(desk, &row.subscription_id, sent.given("reason"))?;
        Ok(row.subscription_id)
    });
    match done {
        Ok(id) => Ok(see(&format!("{}?done=removed", paths::customer_subscription(&id)))),
        refused => done_or_again(visit, sent, refused, |_| String::new(), || question(visit)),
    }
}
