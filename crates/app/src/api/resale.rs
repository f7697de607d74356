//! Partners of record, resale, learning profiles, the parties, and notices.

/// Accounts, customers, subscriptions and principals.
mod parties;

/// Chains and enrolments.
mod csp;

use axum::http::{Method, StatusCode};
use domain::facts::Partner;
use domain::names::Name;
use domain::notices::{self, Notice};
use domain::of_record::{self, Designated, Filter, Saved, request, watch};
use domain::profiles::{self, ProfileLink, invitations};
use domain::record::desk::{Acted, Desk};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::call::Call;
use crate::api::entries::{Page, value};
use crate::api::operation::{Act, Operation, schema};
use crate::api::problem::Problem;

/// An operation that acts at a desk.
macro_rules! acts {
    ($method:ident $path:literal, $id:literal, $tag:literal, $summary:literal, $about:literal,
     $body:ty => $gives:ty, $entry:expr, |$call:ident, $desk:ident, $given:pat_param| $act:expr) => {
        Operation {
            method: Method::$method,
            path: $path,
            id: $id,
            tag: $tag,
            summary: $summary,
            about: $about,
            parameters: &[],
            takes: Some(schema::<$body>),
            gives: schema::<$gives>,
            status: StatusCode::OK,
            act: Act::Write {
                entry: $entry,
                act: |$call, $desk| {
                    let $given: $body = $call.body()?;
                    let given: $gives = $act?;
                    Ok(value(&given))
                },
            },
        }
    };
}

/// An operation that reads at a desk.
macro_rules! reads {
    ($path:literal, $id:literal, $tag:literal, $summary:literal, $about:literal, $gives:ty, |$call:ident, $desk:ident| $read:expr) => {
        Operation {
            method: Method::GET,
            path: $path,
            id: $id,
            tag: $tag,
            summary: $summary,
            about: $about,
            parameters: &[],
            takes: None,
            gives: schema::<$gives>,
            status: StatusCode::OK,
            act: Act::Read(|$call| {
                let given: $gives = $crate::api::resale::read($call, |$desk| $read)?;
                Ok(value(&given))
            }),
        }
    };
}

use {acts, reads};

/// Reads at a desk.
fn read<T>(call: &Call<'_>, read: impl FnOnce(&mut Desk<'_>) -> Acted<T>) -> Result<T, Problem> {
    Ok(call.home.look(&call.rulebook, call.actor.clone(), read)?)
}

fn part(call: &Call<'_>, name: &str) -> Name {
    Name::new(call.part(name))
}

/// A reason.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Why {
    /// Why, for those who read the log later.
    #[serde(default)]
    reason: Option<String>,
}

/// A partner's location.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct At {
    /// The location.
    partner_id: Name,
}

/// What saving a partner of record did.
#[derive(Serialize, JsonSchema)]
struct Done {
    /// `set`, `changed` or `unchanged`.
    saved: Saved,
}

/// Who is not partner of record any more.
#[derive(Serialize, JsonSchema)]
struct Removed {
    /// The location.
    partner_id: Name,
}

/// A bulk designation.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Bulk {
    /// The location.
    partner_id: Name,
    /// Which subscriptions.
    #[serde(default)]
    filter: Filter,
}

/// A request to be named.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Ask {
    /// The location that asks.
    partner_id: Name,
    /// The subscriptions, all of one customer.
    subscriptions: Vec<Name>,
    /// The address that the customer reaches the pages at; links begin with it.
    #[serde(default)]
    address: String,
}

/// An invitation.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Invite {
    /// The location that invites.
    partner_id: Name,
    /// The person.
    person_id: Name,
}

fn page<T>(items: Vec<T>) -> Page<T> {
    Page { items, next: None }
}

/// The operations of partners of record.
const OF_RECORD: &[Operation] = &[
    reads!(
        "/partner-ids/{partner_id}",
        "validatePartnerId",
        "Partners of record",
        "Validate a partner's ID",
        "The partner that an ID stands for, as a customer is shown it before saving.",
        Partner,
        |call, desk| of_record::validate(desk, &part(call, "partner_id"))
    ),
    reads!(
        "/partner-of-record-watch",
        "watchPartnersOfRecord",
        "Partners of record",
        "Subscriptions without a partner of record",
        "Those that are new or replaced another one: a designation is never inherited.",
        Page<watch::Watched>,
        |_call, desk| watch::watch(desk).map(page)
    ),
    acts!(
        PUT "/subscriptions/{subscription_id}/partner-of-record", "savePartnerOfRecord", "Partners of record", "Name the partner of record",
        "A Global admin of the customer's tenant only. Refused: subscriptions of a CSP, unknown, closed and global IDs.",
        At => Done, None,
        |call, desk, At { partner_id }| of_record::save(desk, &part(call, "subscription_id"), &partner_id).map(|saved| Done { saved })
    ),
    acts!(
        POST "/subscriptions/{subscription_id}/partner-of-record/remove", "removePartnerOfRecord", "Partners of record",
        "Take the partner of record away", "A Global admin of the customer's tenant only.",
        Why => Removed, None,
        |call, desk, Why { reason }| of_record::remove(desk, &part(call, "subscription_id"), reason.as_deref()).map(|partner_id| Removed { partner_id })
    ),
    acts!(
        POST "/customers/{tenant_id}/partners-of-record", "designatePartnerOfRecord", "Partners of record",
        "Name a partner for every subscription that a filter picks", "One act, with a result for each subscription.",
        Bulk => Page<Designated>, None,
        |call, desk, Bulk { partner_id, filter }| of_record::save_all(desk, &part(call, "tenant_id"), &filter, &partner_id).map(page)
    ),
    acts!(
        POST "/partner-of-record-requests", "askForPartnerOfRecord", "Partners of record", "Ask a customer to name you",
        "Gives the message, and a link to the page of each subscription.",
        Ask => request::Request, None,
        |call, desk, Ask { partner_id, subscriptions, address }| request::ask(desk, &partner_id, &subscriptions, &address)
    ),
    acts!(
        POST "/partner-of-record-requests/{request_id}/withdraw", "withdrawPartnerOfRecordRequest", "Partners of record",
        "Take a request back", "Those who act for the partner may.",
        Why => request::Request, Some(("partner-of-record-request", "request_id")),
        |call, desk, Why { .. }| request::withdraw(desk, &part(call, "request_id"))
    ),
];

/// The operations of learning profiles and notices.
const PEOPLE: &[Operation] = &[
    reads!(
        "/partners/{partner_id}/roster",
        "roster",
        "People",
        "Who is invited, linked, cooling off, leaving or gone",
        "For those who act for the global account, and for the operator.",
        Page<invitations::OnRoster>,
        |call, desk| invitations::on_roster(desk, &part(call, "partner_id")).map(page)
    ),
    reads!(
        "/people/{person_id}",
        "person",
        "People",
        "The links of a person",
        "For the person, the partner that they are linked to, and the operator.",
        ProfileLink,
        |call, desk| profiles::see(desk, &part(call, "person_id"))
    ),
    acts!(
        POST "/me/profile/link", "linkProfile", "People", "Link your own learning profile",
        "Only the person links. Three links a year, thirty days between two; a link elsewhere ends.",
        At => ProfileLink, None, |call, desk, At { partner_id }| profiles::link(desk, &partner_id)
    ),
    acts!(
        POST "/me/profile/unlink", "unlinkProfile", "People", "Unlink your own learning profile", "Only the person unlinks.",
        Why => ProfileLink, None, |call, desk, Why { reason }| profiles::unlink(desk, reason.as_deref())
    ),
    acts!(
        POST "/people/{person_id}/leaver", "reportLeaver", "People", "Report that a person has left",
        "An account admin of the partner may. The person drops out at the refresh that the rulebook sets.",
        Why => ProfileLink, Some(("profile-link", "person_id")),
        |call, desk, Why { reason }| profiles::report_leaver(desk, &part(call, "person_id"), reason.as_deref())
    ),
    acts!(
        POST "/people/{person_id}/keep", "keepPerson", "People", "Take the report of a leaver back", "An account admin of the partner may.",
        Why => ProfileLink, Some(("profile-link", "person_id")),
        |call, desk, Why { reason }| profiles::keep(desk, &part(call, "person_id"), reason.as_deref())
    ),
    acts!(
        POST "/invitations", "invitePerson", "People", "Invite a person to link", "A partner invites; it never links.",
        Invite => invitations::Invitation, None,
        |call, desk, Invite { partner_id, person_id }| invitations::invite(desk, &partner_id, &person_id)
    ),
    acts!(
        POST "/invitations/withdraw", "withdrawInvitation", "People", "Take an invitation back", "Those who may invite may.",
        Invite => invitations::Invitation, None,
        |call, desk, Invite { partner_id, person_id }| invitations::withdraw(desk, &partner_id, &person_id)
    ),
    acts!(
        POST "/notices/{notice_id}/read", "readNotice", "Notices", "Mark a notice as read", "Anybody of the organisation that it is to.",
        Why => Notice, Some(("notice", "notice_id")), |call, desk, Why { .. }| notices::read(desk, &part(call, "notice_id"))
    ),
];

/// The operations.
pub const OPERATIONS: &[&[Operation]] = &[OF_RECORD, PEOPLE, csp::OPERATIONS, parties::OPERATIONS];
