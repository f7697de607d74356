//! Webhooks: addresses that are told of events, so that other programs need not ask.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::record::actor::{Actor, Organisation, Role};
use crate::record::desk::{Acted, Desk};
use crate::record::entry::Entry;
use crate::record::refusal::Refusal;
use crate::rights::{Act, On, must};

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
    let (scheme, host) = scheme_and_host(url);
    let is_local = scheme == "http" && ["127.0.0.1", "localhost", "[::1]"].contains(&host);
    let is_plain =
        !host.is_empty() && url.len() <= ADDRESS_MAX && !url.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    if !(scheme == "https" || is_local) || !is_plain {
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
    must_keep_it(desk, &webhook)?;
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
    Ok(must(&desk.actor, Act::WebhookKeep, &On::organisation(organisation), "keep these webhooks")?)
}

/// Refuses whoever does not keep a webhook; who may not see it is told that there is none.
///
/// # Errors
/// When the actor does not.
pub fn must_keep_it(desk: &Desk<'_>, webhook: &Webhook) -> Acted {
    let on = On::organisation(&webhook.organisation).entry(Webhook::REGISTER, &webhook.webhook_id);
    Ok(must(&desk.actor, Act::WebhookKeep, &on, "keep this webhook")?)
}

/// Whose eyes a webhook has: it is told what those who keep it may see.
#[must_use]
pub fn eyes(organisation: &Organisation) -> Actor {
    let role = match organisation {
        Organisation::Operator => Role::ProgramManager,
        Organisation::Partner(_) => Role::AccountAdmin,
        Organisation::Customer(_) => Role::GlobalAdmin,
    };
    Actor::new("webhook", organisation.clone(), [role])
}

/// The scheme and the host of an address; no host when a user's name stands before it.
fn scheme_and_host(url: &str) -> (&str, &str) {
    let Some((scheme, rest)) = url.split_once("://") else { return ("", "") };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    if authority.contains('@') {
        return (scheme, "");
    }
    let end = if authority.starts_with('[') { authority.find(']').map(|at| at + 1) } else { authority.find(':') };
    (scheme, &authority[..end.unwrap_or(authority.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_address_is_not_what_only_begins_like_it() {
        assert_eq!(scheme_and_host("http://127.0.0.1:8080/hook"), ("http", "127.0.0.1"));
        assert_eq!(scheme_and_host("http://[::1]:8080/hook"), ("http", "[::1]"));
        assert_eq!(scheme_and_host("http://127.0.0.1.example.com/"), ("http", "127.0.0.1.example.com"));
        assert_eq!(scheme_and_host("http://localhost@example.com/"), ("http", ""));
        assert_eq!(scheme_and_host("https:///x"), ("https", ""));
        assert_eq!(scheme_and_host("mailto:ann"), ("", ""));
    }
}
