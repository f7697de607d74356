//! Accounts, customers, subscriptions and principals.

use axum::http::{Method, StatusCode};
use domain::accounts::resolve::{Resolved, resolve};
use domain::accounts::{close_partner, keep_customer, keep_partner, keep_principal, merge_partners};
use domain::facts::{Customer, Partner, Principal, Subscription};
use domain::names::Name;
use domain::subscriptions;
use domain::time::Day;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Why, acts, page, part, reads};
use crate::api::entries::{Page, value};
use crate::api::operation::{Act, Operation, schema};

/// A merger.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Merge {
    /// The account that takes the locations over.
    into: Name,
    /// Why, for those who read the log later.
    #[serde(default)]
    reason: Option<String>,
}

/// The end of a subscription.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct End {
    /// The first day without; today, UTC, unless told.
    #[serde(default)]
    on: Option<Day>,
    /// Why, for those who read the log later.
    #[serde(default)]
    reason: Option<String>,
}

/// What replaces a subscription.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Succeed {
    /// The new subscription; its tenant, product and agreement are those of the old one unless told.
    by: Subscription,
    /// The first day of the new one; today, UTC, unless told.
    #[serde(default)]
    on: Option<Day>,
    /// Why, for those who read the log later.
    #[serde(default)]
    reason: Option<String>,
}

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    reads!(
        "/resolve/{id}",
        "resolveId",
        "Partners",
        "What an ID stands for, and which one to use",
        "Any ID: a location, a closed one, a global account, an old spelling such as `MPN-1234567`, a tenant.",
        Resolved,
        |call, desk| resolve(desk, call.part("id"))
    ),
    acts!(
        PUT "/partners/{partner_id}", "putPartner", "Partners", "Add an account or a location, or change one", "Program managers may.",
        Partner => Partner, Some(("partner", "partner_id")),
        |call, desk, row| {
            call.same("partner_id", &row.partner_id)?;
            keep_partner(desk, &row, None).map(|()| row)
        }
    ),
    acts!(
        POST "/partners/{partner_id}/close", "closePartner", "Partners", "Close an account or a location", "Program managers may.",
        Why => Partner, Some(("partner", "partner_id")),
        |call, desk, Why { reason }| close_partner(desk, &part(call, "partner_id"), reason.as_deref())
    ),
    acts!(
        POST "/partners/{partner_id}/merge", "mergePartner", "Partners", "Merge an account into another",
        "Its locations, with everything that is tied to them, roll up to the other one. Program managers may.",
        Merge => Page<Partner>, None,
        |call, desk, Merge { into, reason }| merge_partners(desk, &part(call, "partner_id"), &into, reason.as_deref()).map(page)
    ),
    acts!(
        PUT "/customers/{tenant_id}", "putCustomer", "Customers", "Add a customer, or change one", "Program managers may.",
        Customer => Customer, Some(("customer", "tenant_id")),
        |call, desk, row| {
            call.same("tenant_id", &row.tenant_id)?;
            keep_customer(desk, &row, None).map(|()| row)
        }
    ),
    acts!(
        PUT "/subscriptions/{subscription_id}", "putSubscription", "Subscriptions", "Add a subscription, or change one",
        "Program managers may. One that is over loses its partner of record and its chain.",
        Subscription => Subscription, Some(("subscription", "subscription_id")),
        |call, desk, row| {
            call.same("subscription_id", &row.subscription_id)?;
            subscriptions::keep(desk, &row, None).map(|()| row)
        }
    ),
    acts!(
        POST "/subscriptions/{subscription_id}/succeed", "succeedSubscription", "Subscriptions", "Replace a subscription",
        "The new one inherits neither partner of record nor chain. Program managers may.",
        Succeed => Subscription, Some(("subscription", "subscription_id")),
        |call, desk, Succeed { by, on, reason }| {
            let on = on.unwrap_or(desk.today());
            subscriptions::succeed(desk, &part(call, "subscription_id"), &by, on, reason.as_deref())
        }
    ),
    acts!(
        POST "/subscriptions/{subscription_id}/end", "endSubscription", "Subscriptions", "End a subscription",
        "Its partner of record and its chain end with it. Program managers may.",
        End => Subscription, Some(("subscription", "subscription_id")),
        |call, desk, End { on, reason }| {
            let on = on.unwrap_or(desk.today());
            subscriptions::end(desk, &part(call, "subscription_id"), on, reason.as_deref())
        }
    ),
    acts!(
        PUT "/principals/{tenant_id}/{principal_id}", "putPrincipal", "Principals", "Add a principal, or change one", "Program managers may.",
        Principal => Principal, None,
        |call, desk, row| {
            call.same("tenant_id", &row.tenant_id)?;
            call.same("principal_id", &row.principal_id)?;
            keep_principal(desk, &row, None).map(|()| row)
        }
    ),
];
