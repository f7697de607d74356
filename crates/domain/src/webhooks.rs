//! Webhooks: addresses that are told of events, so that other programs need not ask.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::record::actor::{Organisation, Role};
use crate::record::desk::{Acted, Desk};
use crate::record::entry::Entry;
use crate::record::refusal::Refusal;

/// The longest address, in characters.
const ADDRESS_MAX: usize = 500;

/// An address that is told of the events that an organisation may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Webhook {
    /// The webhook's id.
    pub webhook_id: String,
    /// The organisation that it is of.
    pub organisation: Organisation,
    /// Where events are sent: an `https` address.
    pub url: String,
    /// The kinds of events that are sent, such as `claim-approved`; none given: all.
    #[serde(default)]
    pub kinds: BTreeSet<String>,
    /// `active`, `paused` or `removed`.
    pub state: String,
}

impl Entry for Webhook {
    const REGISTER: &'static str = "webhook";

    fn id(&self) -> String {
        self.webhook_id.clone()
    }
}

/// Adds a webhook to an organisation.
///
/// # Errors
/// When the actor may not, or the address is no `https` address.
pub fn add(desk: &mut Desk<'_>, organisation: Organisation, url: &str, kinds: BTreeSet<String>) -> Acted<Webhook> {
    must_keep(desk, &organisation)?;
    let is_local = url.strip_prefix("http://").is_some_and(|rest| rest.starts_with("127.0.0.1") || rest.starts_with("localhost"));
    let has_host = url.split_once("://").is_some_and(|(_, rest)| !rest.is_empty() && !rest.starts_with('/') && !rest.contains('@'));
    if !(url.starts_with("https://") || is_local) || !has_host || url.len() > ADDRESS_MAX || url.contains(char::is_whitespace) {
        let message = format!("`{url}` is no address that events can be sent to");
        return Err(Refusal::invalid(
            "address-malformed",
            message,
            "give an address that begins with `https://`, without a user's name in it",
        )
        .into());
    }
    let webhook = Webhook { webhook_id: desk.new_id("webhook")?, organisation, url: url.to_owned(), kinds, state: "active".to_owned() };
    desk.put("webhook-added", &webhook, desk.today(), None)?;
    Ok(webhook)
}

/// Pauses a webhook, lets it go on, or removes it; `state` is `active`, `paused` or `removed`.
///
/// # Errors
/// When the actor may not, or there is no such webhook, or it was removed.
pub fn turn(desk: &mut Desk<'_>, id: &str, state: &'static str, reason: Option<&str>) -> Acted<Webhook> {
    let mut webhook: Webhook = desk.get(id)?;
    if !desk.actor.is_clockwork() {
        must_keep(desk, &webhook.organisation)?;
    }
    if webhook.state == "removed" {
        return Err(Refusal::conflict("removed", format!("`{id}` was removed"), "add the address again").into());
    }
    state.clone_into(&mut webhook.state);
    let kind = match state {
        "active" => "webhook-resumed",
        "paused" => "webhook-paused",
        _ => "webhook-removed",
    };
    desk.put(kind, &webhook, desk.today(), reason)?;
    Ok(webhook)
}

/// Refuses whoever does not keep the webhooks of an organisation.
///
/// # Errors
/// When the actor does not.
pub fn must_keep(desk: &Desk<'_>, organisation: &Organisation) -> Acted {
    let own = match organisation {
        Organisation::Operator => false,
        Organisation::Partner(global) => desk.actor.is_partner(global, &[Role::AccountAdmin]),
        Organisation::Customer(tenant) => desk.actor.is_customer(tenant, &[Role::GlobalAdmin]),
    };
    let may = own || desk.actor.is_operator(&[Role::ProgramManager]);
    Ok(desk.actor.must(
        may,
        "an account admin, a Global admin of the tenant or a program manager of the operator",
        "keep these webhooks",
    )?)
}
