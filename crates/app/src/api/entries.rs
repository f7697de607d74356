//! Entries of registers as answers: lists with pages, one entry, its history.

use axum::http::StatusCode;
use domain::chains::Chain;
use domain::enrolment::Enrolment;
use domain::facts::{Customer, Partner, Principal, Subscription};
use domain::notices::Notice;
use domain::of_record::{RecordOfPartner, request};
use domain::parties::User;
use domain::record::entry::{By, Entry, Fields};
use domain::record::event::Event;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::api::call::Call;
use crate::api::operation::{Kind, Operation, PAGING, Parameter};
use crate::api::problem::Problem;

/// An entry with its version.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Versioned<E> {
    /// The last event about the entry; 0 while only imports tell of it. It is the entry's `ETag`.
    pub version: u64,
    /// The entry.
    pub entry: E,
}

/// A page of a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Page<T> {
    /// The entries, in the order of their ids.
    pub items: Vec<T>,
    /// What to send as `after` for the next page; nothing at the end.
    pub next: Option<String>,
}

/// The filters of a list, and its paging.
pub const PICKED: [Parameter; 8] = [
    PAGING[0].copy(),
    PAGING[1].copy(),
    Parameter { name: "partner_id", kind: Kind::Text, about: "those of this partner location" },
    Parameter { name: "tenant_id", kind: Kind::Text, about: "those of this customer's tenant" },
    Parameter { name: "subscription_id", kind: Kind::Text, about: "those of this subscription" },
    Parameter { name: "state", kind: Kind::Text, about: "those in this state" },
    Parameter { name: "person_id", kind: Kind::Text, about: "those of this person" },
    KNOWN_AT[0].copy(),
];

/// By when a thing must have been recorded to be answered from.
pub const KNOWN_AT: [Parameter; 1] = [Parameter { name: "known_at", kind: Kind::Instant, about: "as it was known at an instant" }];

/// A page of the entries of a register that the caller may see.
///
/// # Errors
/// When the registers cannot be read.
pub fn list<E: Entry>(call: &Call<'_>) -> Result<Value, Problem> {
    let by = By {
        partner_id: call.name("partner_id"),
        tenant_id: call.name("tenant_id"),
        subscription_id: call.name("subscription_id"),
        person_id: call.name("person_id"),
        state: call.text("state").map(str::to_owned),
        scope: None,
    };
    let (after, limit) = (call.after()?, call.limit());
    let mut items = Vec::new();
    let mut last = String::new();
    let mut more = false;
    call.home.entries_while(E::REGISTER, &[by], &after, one_more(limit), |(id, version, fields)| {
        if !call.may_see(E::REGISTER, &fields)? {
            return Ok(true);
        }
        if items.len() == limit {
            more = true;
            return Ok(false);
        }
        items.push(Versioned { version, entry: shown(&fields) });
        last = id;
        Ok::<bool, Problem>(true)
    })?;
    let next = more.then(|| crate::secrets::hex(last.as_bytes()));
    Ok(value(&Page { items, next }))
}

/// How many entries tell a page, and whether there is another one.
pub fn one_more(limit: usize) -> u32 {
    u32::try_from(limit).unwrap_or(u32::MAX).saturating_add(1)
}

/// One entry that the caller may see; `part` is the part of the path with its id.
///
/// # Errors
/// When there is none, or the caller may not see it.
pub fn one<E: Entry>(call: &Call<'_>, id: &str) -> Result<Value, Problem> {
    match call.home.entry(E::REGISTER, id)? {
        Some((version, fields)) if call.may_see(E::REGISTER, &fields)? => Ok(value(&Versioned { version, entry: shown(&fields) })),
        _ => Err(unknown::<E>(id)),
    }
}

/// The events about an entry that the caller may see.
///
/// # Errors
/// When there is none, or the caller may not see it.
pub fn history<E: Entry>(call: &Call<'_>, id: &str) -> Result<Value, Problem> {
    match call.home.entry(E::REGISTER, id)? {
        Some((_, fields)) if call.may_see(E::REGISTER, &fields)? => {
            let items: Vec<Event> = call.home.events_of(E::REGISTER, id)?;
            Ok(value(&Page { items, next: None }))
        }
        _ => Err(unknown::<E>(id)),
    }
}

/// Something as JSON.
///
/// # Panics
/// When it is of a type that is no JSON, which a test of any operation tells.
pub fn value(of: &impl Serialize) -> Value {
    serde_json::to_value(of).expect("answers are JSON")
}

fn unknown<E: Entry>(id: &str) -> Problem {
    let what = E::REGISTER.replace('-', " ");
    Problem::of(
        StatusCode::NOT_FOUND,
        "unknown-id",
        &format!("there is no {what} `{id}`"),
        "check the id; the list tells those that there are",
    )
}

fn shown(fields: &Fields) -> Value {
    Value::Object(fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// Declares the operations of a register that is read: its list, one entry, its history. `$id` finds the id in a call.
macro_rules! read_operations {
    ($entry:ty, $tag:literal, $path:literal, $one:literal, $ids:literal, |$call:ident| $id:expr) => {
        [
            $crate::api::operation::Operation {
                method: axum::http::Method::GET,
                path: $path,
                id: concat!("list", $ids),
                tag: $tag,
                summary: concat!("List entries: ", $tag),
                about: "The operator sees all; a partner what is of its locations; a customer what is of its tenant.",
                parameters: &$crate::api::entries::PICKED,
                takes: None,
                gives: $crate::api::operation::schema::<$crate::api::entries::Page<$crate::api::entries::Versioned<$entry>>>,
                status: axum::http::StatusCode::OK,
                act: $crate::api::operation::Act::Read($crate::api::entries::list::<$entry>),
            },
            $crate::api::operation::Operation {
                method: axum::http::Method::GET,
                path: $one,
                id: concat!("get", $ids),
                tag: $tag,
                summary: concat!("One entry: ", $tag),
                about: "What the caller may not see is not there.",
                parameters: &$crate::api::entries::KNOWN_AT,
                takes: None,
                gives: $crate::api::operation::schema::<$crate::api::entries::Versioned<$entry>>,
                status: axum::http::StatusCode::OK,
                act: $crate::api::operation::Act::Read(|$call| $crate::api::entries::one::<$entry>($call, &$id)),
            },
            $crate::api::operation::Operation {
                method: axum::http::Method::GET,
                path: concat!($one, "/events"),
                id: concat!("history", $ids),
                tag: $tag,
                summary: concat!("The history of an entry: ", $tag),
                about: "Every event about the entry: who, when, effective when, before and after, why.",
                parameters: &$crate::api::entries::KNOWN_AT,
                takes: None,
                gives: $crate::api::operation::schema::<$crate::api::entries::Page<domain::record::event::Event>>,
                status: axum::http::StatusCode::OK,
                act: $crate::api::operation::Act::Read(|$call| $crate::api::entries::history::<$entry>($call, &$id)),
            },
        ]
    };
}
pub(crate) use read_operations;

const PARTNERS: [Operation; 3] =
    read_operations!(Partner, "Partners", "/partners", "/partners/{partner_id}", "Partners", |call| call.id("partner_id"));
const CUSTOMERS: [Operation; 3] =
    read_operations!(Customer, "Customers", "/customers", "/customers/{tenant_id}", "Customers", |call| call.id("tenant_id"));
const SUBSCRIPTIONS: [Operation; 3] =
    read_operations!(Subscription, "Subscriptions", "/subscriptions", "/subscriptions/{subscription_id}", "Subscriptions", |call| call
        .id("subscription_id"));
const PRINCIPALS: [Operation; 3] =
    read_operations!(Principal, "Principals", "/principals", "/principals/{tenant_id}/{principal_id}", "Principals", |call| format!(
        "{}/{}",
        call.id("tenant_id"),
        call.id("principal_id")
    ));
const USERS: [Operation; 3] = read_operations!(User, "Users", "/users", "/users/{user_id}", "Users", |call| call.id("user_id"));

const OF_RECORD: [Operation; 3] = read_operations!(
    RecordOfPartner,
    "Partners of record",
    "/partners-of-record",
    "/partners-of-record/{id}",
    "PartnersOfRecord",
    |call| call.id("id")
);
const REQUESTS: [Operation; 3] = read_operations!(
    request::Request,
    "Partners of record",
    "/partner-of-record-requests",
    "/partner-of-record-requests/{request_id}",
    "PartnerOfRecordRequests",
    |call| call.id("request_id")
);
const CHAINS: [Operation; 3] =
    read_operations!(Chain, "Resale", "/chains", "/chains/{subscription_id}", "Chains", |call| call.id("subscription_id"));
const ENROLMENTS: [Operation; 3] =
    read_operations!(Enrolment, "Resale", "/enrolments", "/enrolments/{account_id}/{model}", "Enrolments", |call| format!(
        "{}/{}",
        call.id("account_id"),
        call.id("model")
    ));
const NOTICES: [Operation; 3] =
    read_operations!(Notice, "Notices", "/notices", "/notices/{notice_id}", "Notices", |call| call.id("notice_id"));

/// The registers that are read and nothing else.
pub const OPERATIONS: &[&[Operation]] =
    &[&PARTNERS, &CUSTOMERS, &SUBSCRIPTIONS, &PRINCIPALS, &USERS, &OF_RECORD, &REQUESTS, &CHAINS, &ENROLMENTS, &NOTICES];
