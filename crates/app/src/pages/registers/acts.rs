//! What program managers do to entries: each act is a form on a page of its own.

use axum::response::Response;
use domain::accounts::{close_partner, delete_principal, keep_customer, keep_partner, merge_partners};
use domain::cells::Cell;
use domain::enrolment::{self, Enrolment};
use domain::facts::{Customer, Partner, Subscription};
use domain::names::Name;
use domain::parties::{self, User};
use domain::record::actor::{Organisation, Role};
use domain::record::desk::{Acted, Desk};
use domain::record::refusal::Refusal;
use domain::rights::Act;
use domain::subscriptions::{self, STATUSES};
use domain::words::{Agreement, Cloud, Flag, PartnerKind};

use super::Register;
use crate::pages::acting::Sent;
use crate::pages::ask::{Ask, Question, done_or_again};
use crate::pages::fields::Field;
use crate::pages::problem::Problem;
use crate::pages::visit::Visit;
use crate::program::resale;

/// What pages say after an act.
pub const TOLD: [(&str, &str); 2] = [("added", "It is added."), ("done", "It is done.")];

/// The acts on entries of a register: what each is called in addresses, and on its button.
pub fn of(register: &str) -> &'static [(&'static str, &'static str)] {
    match register {
        "partner" => &[("change", "Change"), ("merge", "Merge into another account"), ("close", "Close")],
        "customer" => &[("change", "Change")],
        "subscription" => &[("change", "Change"), ("end", "End"), ("succeed", "Replace by another one")],
        "principal" => &[("gone", "Record that it is gone")],
        "csp-enrolment" => &[("credit", "Approve the credit"), ("verify", "Verify"), ("refuse", "Refuse"), ("close", "Close")],
        "user" => &[("change", "Change roles"), ("close", "Close")],
        _ => &[],
    }
}

fn words<W: Copy + std::fmt::Display>(all: &[W]) -> Vec<(String, String)> {
    all.iter().map(|word| (word.to_string(), word.to_string())).collect()
}

fn optional<W: Copy + std::fmt::Display>(all: &[W]) -> Vec<(String, String)> {
    std::iter::once((String::new(), "not known".to_owned())).chain(words(all)).collect()
}

/// A word of a closed list.
fn word<W: Cell>(text: &str) -> Acted<W> {
    W::read(text).map_err(|(message, cure)| Refusal::malformed("word-unknown", message, cure).into())
}

fn why() -> Field {
    Field::line("reason", "Why").hint("It stands in the history.")
}

/// The fields that describe an entry, as it stands or empty.
fn described(desk: &Desk<'_>, register: &str, id: Option<&str>) -> Acted<Vec<Field>> {
    let id = id.unwrap_or_default();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Ok(match register {
        "partner" => {
            let row = desk.find::<Partner>(id)?;
            let row = row.as_ref();
            vec![
                Field::line("name", "Name").required().value(text(row.map(|row| row.name.as_str()))),
                Field::one("kind", "Kind", words(PartnerKind::ALL))
                    .value(row.map_or_else(|| "location".to_owned(), |row| row.kind.to_string())),
                Field::line("account", "Global account")
                    .hint("Where a location rolls up to; a global account names itself.")
                    .value(text(row.map(|row| row.global_partner_id.as_str()))),
                Field::line("country", "Country").value(text(row.and_then(|row| row.country.as_deref()))),
                Field::one("active", "Open", [("yes".to_owned(), "yes".to_owned()), ("no".to_owned(), "no".to_owned())])
                    .value(if row.is_none_or(|row| row.active.0) { "yes" } else { "no" }),
                why(),
            ]
        }
        "customer" => {
            let row = desk.find::<Customer>(id)?;
            let row = row.as_ref();
            vec![
                Field::line("name", "Name").required().value(text(row.map(|row| row.name.as_str()))),
                Field::line("domains", "Domains").hint("Separated by `;`.").value(text(row.and_then(|row| row.domains.as_deref()))),
                Field::line("country", "Country").value(text(row.and_then(|row| row.country.as_deref()))),
                Field::one("cloud", "Cloud", words(Cloud::ALL))
                    .value(row.map_or_else(|| Cloud::default().to_string(), |row| row.cloud.to_string())),
                Field::line("segment", "Segment").value(text(row.and_then(|row| row.segment.as_ref()).map(Name::as_str))),
                why(),
            ]
        }
        "subscription" => {
            let row = desk.find::<Subscription>(id)?;
            let row = row.as_ref();
            vec![
                Field::line("tenant", "Customer's tenant").required().value(text(row.map(|row| row.tenant_id.as_str()))),
                Field::line("product", "Product").value(text(row.and_then(|row| row.product.as_ref()).map(Name::as_str))),
                Field::one("agreement", "Agreement", optional(Agreement::ALL))
                    .value(row.and_then(|row| row.agreement).map_or_else(String::new, |one| one.to_string())),
                Field::one("status", "State", optional(&STATUSES)).value(text(row.and_then(|row| row.status.as_ref()).map(Name::as_str))),
                Field::day("starts_on", "From").value(row.and_then(|row| row.starts_on).map_or_else(String::new, |day| day.to_string())),
                why(),
            ]
        }
        _ => {
            let user = desk.find::<User>(id)?;
            let user = user.as_ref();
            let (side, of) = match user.map(|user| &user.organisation) {
                Some(Organisation::Partner(id)) => ("partner", id.to_string()),
                Some(Organisation::Customer(id)) => ("customer", id.to_string()),
                _ => ("operator", String::new()),
            };
            let has = |role: &Role| user.is_some_and(|user| user.roles.contains(role));
            let roles = Role::ALL.iter().map(|role| (role.to_string(), role.to_string(), has(role)));
            let sides = ["operator", "partner", "customer"].map(|side| (side.to_owned(), side.to_owned()));
            vec![
                Field::line("name", "Name").value(text(user.map(|user| user.name.as_str()))),
                Field::one("side", "Acts for", sides).value(side),
                Field::line("of", "Global account or tenant").hint("Nothing for the operator.").value(of),
                Field::any("role", "Roles", roles.collect()),
                Field::line("location", "Limited to the location")
                    .value(text(user.and_then(|user| user.location.as_ref()).map(Name::as_str))),
            ]
        }
    })
}

/// Keeps an entry as a form describes it.
fn keep(desk: &mut Desk<'_>, register: &str, id: &Name, sent: &Sent) -> Acted {
    let (reason, text) = (sent.given("reason"), |name: &str| sent.given(name).map(str::to_owned));
    match register {
        "partner" => {
            let kind: PartnerKind = word(sent.text("kind"))?;
            let account =
                if kind == PartnerKind::Global && sent.given("account").is_none() { id.clone() } else { Name::new(sent.text("account")) };
            let row = Partner {
                partner_id: id.clone(),
                global_partner_id: account,
                name: sent.text("name").to_owned(),
                country: text("country"),
                kind,
                active: Flag(sent.text("active") != "no"),
            };
            keep_partner(desk, &row, reason)
        }
        "customer" => {
            let (domains, country) = (text("domains"), text("country"));
            let segment = sent.given("segment").map(Name::new);
            let row = Customer {
                tenant_id: id.clone(),
                name: sent.text("name").to_owned(),
                domains,
                country,
                cloud: word(sent.text("cloud"))?,
                segment,
            };
            keep_customer(desk, &row, reason)
        }
        "subscription" => {
            let known = desk.find::<Subscription>(id.as_str())?;
            let row = Subscription { subscription_id: id.clone(), ..subscription(sent, known.as_ref())? };
            subscriptions::keep(desk, &row, reason)
        }
        _ => {
            let organisation = match sent.text("side") {
                "partner" => Organisation::Partner(Name::new(sent.text("of"))),
                "customer" => Organisation::Customer(Name::new(sent.text("of"))),
                _ => Organisation::Operator,
            };
            let known = desk.find::<User>(id.as_str())?;
            let roles = sent.all("role").map(word::<Role>).collect::<Acted<_>>()?;
            let user = User {
                user_id: id.clone(),
                name: text("name").unwrap_or_else(|| id.to_string()),
                organisation,
                roles,
                location: sent.given("location").map(Name::new),
                identity: known.as_ref().and_then(|user| user.identity.clone()),
                person_id: known.and_then(|user| user.person_id),
                active: true,
            };
            parties::add_user(desk, &user)
        }
    }
}

/// A subscription as a form describes it, over what was known.
fn subscription(sent: &Sent, known: Option<&Subscription>) -> Acted<Subscription> {
    Ok(Subscription {
        subscription_id: Name::new(""),
        tenant_id: Name::new(sent.text("tenant")),
        product: sent.given("product").map(Name::new),
        agreement: sent.given("agreement").map(word::<Agreement>).transpose()?,
        status: sent.given("status").map(Name::new),
        starts_on: sent.given("starts_on").map(word).transpose()?,
        ends_on: known.and_then(|row| row.ends_on),
        predecessor_id: known.and_then(|row| row.predecessor_id.clone()),
    })
}

/// The register of the path, when entries are added to it by a form.
fn addable(visit: &Visit) -> Result<(&'static Register, &'static str), Problem> {
    visit.operator(&Act::RegisterKeep)?;
    let register = Register::of(visit)?;
    Ok((register, register.new.ok_or_else(|| Problem::nowhere(visit.path()))?))
}

fn new_question(visit: &Visit) -> Result<Question, Problem> {
    let (register, label) = addable(visit)?;
    let mut fields = visit.read(|desk| described(desk, register.register, None))?;
    let id = match register.register {
        "customer" => "Tenant ID",
        "user" => "Name to sign in with",
        "subscription" => "Subscription ID",
        _ => "Partner ID",
    };
    fields.insert(0, Field::line("id", id).required());
    Ok(Question {
        heading: label.to_owned(),
        crumbs: vec![("Registers".to_owned(), "/operator/registers".to_owned()), (register.title.to_owned(), register.href())],
        said: Vec::new(),
        facts: Vec::new(),
        ask: Ask::new(visit.path(), "Add", fields).or_back(&register.href()),
    })
}

/// Asks for a new entry.
///
/// # Errors
///
/// A visitor who is no program manager, or a register whose entries come by other ways.
pub fn ask_new(visit: &Visit) -> Result<Response, Problem> {
    new_question(visit)?.page(visit)
}

/// Adds an entry.
///
/// # Errors
///
/// As [`ask_new`].
pub fn add(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let (register, _) = addable(visit)?;
    let id = Name::new(sent.text("id"));
    let done = visit.act("It is not added", |desk| {
        if visit_knows(desk, register.register, &id)? {
            let message = format!("`{id}` is there already");
            return Err(Refusal::conflict("already-there", message, "open it in the list and change it").into());
        }
        keep(desk, register.register, &id, sent)
    });
    done_or_again(visit, sent, done, |()| format!("{}?done=added", register.entry_href(id.as_str())), || new_question(visit))
}

fn visit_knows(desk: &Desk<'_>, register: &str, id: &Name) -> Acted<bool> {
    let id = id.as_str();
    Ok(match register {
        "partner" => desk.find::<Partner>(id)?.is_some(),
        "customer" => desk.find::<Customer>(id)?.is_some(),
        "subscription" => desk.find::<Subscription>(id)?.is_some(),
        _ => desk.find::<User>(id)?.is_some(),
    })
}

/// The act of the path: its register, its name, its label.
fn found(visit: &Visit) -> Result<(&'static Register, &'static str, &'static str), Problem> {
    visit.operator(&Act::RegisterKeep)?;
    let register = Register::of(visit)?;
    let act = of(register.register).iter().find(|(act, _)| *act == visit.param("act"));
    let (act, label) = act.ok_or_else(|| Problem::nowhere(visit.path()))?;
    Ok((register, act, label))
}

fn question(visit: &Visit) -> Result<Question, Problem> {
    let (register, act, label) = found(visit)?;
    let id = Name::new(visit.param("id"));
    let known = visit.home()?.entry(register.register, id.as_str()).map_err(|error| Problem::unread(&error))?;
    known.ok_or_else(|| Problem::nowhere(visit.path()))?;
    let day = || Field::day("on", "From").hint("The first day without it; nothing: today, UTC.");
    let fields = match act {
        "change" => visit.read(|desk| described(desk, register.register, Some(id.as_str())))?,
        "merge" => vec![Field::line("into", "The account that takes its locations over").required(), why()],
        "end" | "gone" => vec![day(), why()],
        "succeed" => {
            let mut fields = visit.read(|desk| described(desk, register.register, Some(id.as_str())))?;
            fields.insert(0, Field::line("by", "The subscription that replaces it").required());
            fields.insert(1, day());
            fields
        }
        "refuse" => vec![Field::line("reason", "Why").required().hint("The partner reads it.")],
        "credit" | "verify" => Vec::new(),
        _ => vec![why()],
    };
    let ask = Ask::new(visit.path(), label, fields);
    let is_grave = ["close", "merge", "end", "gone", "refuse"].contains(&act);
    let back = register.entry_href(id.as_str());
    Ok(Question {
        heading: format!("{label}: {id}"),
        crumbs: vec![
            ("Registers".to_owned(), "/operator/registers".to_owned()),
            (register.title.to_owned(), register.href()),
            (id.to_string(), back.clone()),
        ],
        said: vec![said(register.register, act).to_owned()].into_iter().filter(|said| !said.is_empty()).collect(),
        facts: Vec::new(),
        ask: if is_grave { ask.grave() } else { ask }.or_back(&back),
    })
}

/// What will happen.
fn said(register: &str, act: &str) -> &'static str {
    match (register, act) {
        ("partner", "close") => {
            "Nothing can be made with it any more, and what is tied to it gives nothing from today. It can be opened again."
        }
        ("partner", "merge") => {
            "Its locations, with everything that is tied to them, roll up to the other account from today; this one is closed."
        }
        ("subscription", "end") => "Its partner of record and its chain end with it.",
        ("subscription", "succeed") => {
            "The new one takes over customer and product, and nothing else. Who was partner of record is told, and a request in its name waits for the customer."
        }
        ("principal", "gone") => "Its links and roles give nothing from that day on.",
        ("csp-enrolment", "verify") => "Everything that the model requires must be so; what is missing is told with its arithmetic.",
        ("csp-enrolment", "refuse") => "The partner is told, with your reason.",
        ("user", "close") => "The user may act no more, from now on.",
        _ => "",
    }
}

/// Asks before an act.
///
/// # Errors
///
/// A visitor who is no program manager, or an entry or act that is not there.
pub fn ask(visit: &Visit) -> Result<Response, Problem> {
    question(visit)?.page(visit)
}

/// Acts.
///
/// # Errors
///
/// As [`ask`].
pub fn take(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    let (register, act, _) = found(visit)?;
    let id = Name::new(visit.param("id"));
    // revenue is worked out from facts before anybody acts
    let floor = if (register.register, act) == ("csp-enrolment", "verify") {
        let account = Name::new(id.as_str().split('/').next().unwrap_or_default());
        Some(resale::revenue(visit.home()?, visit.rulebook(), &account).map_err(|error| Problem::unread(&error))?)
    } else {
        None
    };
    let reason = sent.given("reason");
    let done = visit.act("It is not done", |desk| {
        let on = sent.given("on").map(word).transpose()?.unwrap_or_else(|| desk.today());
        match (register.register, act) {
            (register, "change") => keep(desk, register, &id, sent),
            ("partner", "merge") => merge_partners(desk, &id, &Name::new(sent.text("into")), reason).map(|_| ()),
            ("partner", _) => close_partner(desk, &id, reason).map(|_| ()),
            ("subscription", "succeed") => {
                let new = Subscription { subscription_id: Name::new(sent.text("by")), ..subscription(sent, None)? };
                subscriptions::succeed(desk, &id, &new, on, reason).map(|_| ())
            }
            ("subscription", _) => subscriptions::end(desk, &id, on, reason).map(|_| ()),
            ("principal", _) => {
                let (tenant, principal) = id.as_str().split_once('/').unwrap_or((id.as_str(), ""));
                delete_principal(desk, &Name::new(tenant), &Name::new(principal), on, reason).map(|_| ())
            }
            ("csp-enrolment", act) => {
                let Enrolment { partner_id, model, .. } = desk.get(id.as_str())?;
                match (act, &floor) {
                    ("credit", _) => enrolment::approve_credit(desk, &partner_id, model),
                    ("verify", Some(floor)) => enrolment::verify(desk, &partner_id, model, floor),
                    ("refuse", _) => enrolment::refuse(desk, &partner_id, model, sent.text("reason")),
                    _ => enrolment::close(desk, &partner_id, model, reason),
                }
                .map(|_| ())
            }
            _ => parties::close_user(desk, &id, reason).map(|_| ()),
        }
    });
    done_or_again(visit, sent, done, |()| format!("{}?done=done", register.entry_href(id.as_str())), || question(visit))
}
