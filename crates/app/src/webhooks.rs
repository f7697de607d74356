//! Webhooks: events, sent to the addresses that asked for them.
//!
//! The log itself is the outbox: each webhook has a place in it up to which it has been told. A message is a CloudEvent, signed by the
//! Standard Webhooks convention. An address that does not take a message is tried again, later and later; at the end the webhook is paused.
//! Addresses that lead into this network are refused, however they are named, unless the operator allows them.

/// Which addresses messages may go to.
pub(crate) mod addresses;

use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::record::actor::{Actor, Organisation};
use domain::record::entry::By;
use domain::record::event::Event;
use domain::rulebook::Rulebook;
use domain::sight::Sight;
use domain::webhooks::{self, Webhook};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::log::Part;
use store::posts::Post;
use ureq::Agent;
use ureq::unversioned::transport::DefaultConnector;

use crate::home::Home;

use addresses::Public;

/// How long to wait after each try in vain, in seconds: the schedule that Standard Webhooks proposes.
const WAITS: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// How long an address may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Events looked at in one go.
const EVENTS_AT_ONCE: u32 = 200;

/// What asks addresses that others named: neither redirects nor, unless `private_too`, names lead it into this network; `patience` is
/// how long it waits for an answer.
#[must_use]
pub fn outgoing(private_too: bool, patience: Duration) -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(patience))
        .max_redirects(0)
        // behind a proxy nobody here sees where a request goes
        .proxy(None)
        .http_status_as_error(false)
        .user_agent(concat!("counterfoil/", env!("CARGO_PKG_VERSION")))
        .build();
    Agent::with_parts(config, DefaultConnector::new(), Public { private_too })
}

/// Sends events to webhooks.
pub struct Sender {
    agent: Agent,
}

impl Sender {
    /// A sender; `private_too` lets messages go to addresses of this network and this machine.
    #[must_use]
    pub fn new(private_too: bool) -> Self {
        Self { agent: outgoing(private_too, PATIENCE) }
    }

    /// Sends what is due at an instant to every webhook of a home; gives how many messages were taken.
    ///
    /// # Errors
    /// When the home cannot be read or written; an address that takes nothing is no error.
    pub fn send_due(&self, home: &Home, rulebook: &Rulebook, now: Timestamp) -> Result<usize> {
        let active = By { state: Some("active".to_owned()), ..By::default() };
        let mut taken = 0;
        for (_, webhook) in home.list::<Webhook>(&active, &Part::default())? {
            taken += self.send_to(home, rulebook, &webhook, now)?;
        }
        Ok(taken)
    }

    fn send_to(&self, home: &Home, rulebook: &Rulebook, webhook: &Webhook, now: Timestamp) -> Result<usize> {
        let Some(mut post) = home.post(&webhook.webhook_id)? else { return Ok(0) };
        if post.next_at.is_some_and(|next| next > now) {
            return Ok(0);
        }
        let events = home.events(post.position, EVENTS_AT_ONCE)?;
        let Some(last) = events.last().map(|event| event.sequence) else { return Ok(0) };
        let sight = home.sight(webhooks::eyes(&webhook.organisation))?;
        let mut taken = 0;
        for mut event in events {
            // how a reviewer votes is nobody's news until it is decided, not even another reviewer's
            let is_vote = event.what.changes.remove("votes").is_some() && event.what.changes.is_empty();
            if is_vote || !is_wanted(home, webhook, &sight, &event)? {
                continue;
            }
            if let Err(error) = self.send(webhook, &post.secret, &format!("evt_{}", event.sequence), &message(&event), now) {
                return self.try_later(home, rulebook, webhook, post, &error, now).map(|()| taken);
            }
            taken += 1;
            post = Post {
                position: event.sequence,
                attempts: 0,
                next_at: None,
                told: format!("{now}: took event {}", event.sequence),
                ..post
            };
            home.record_post(&webhook.webhook_id, &post)?;
        }
        home.record_post(&webhook.webhook_id, &Post { position: last, ..post })?;
        Ok(taken)
    }

    fn try_later(
        &self,
        home: &Home,
        rulebook: &Rulebook,
        webhook: &Webhook,
        post: Post,
        error: &anyhow::Error,
        now: Timestamp,
    ) -> Result<()> {
        let told = format!("{now}: {error:#}");
        let Some(wait) = usize::try_from(post.attempts).ok().and_then(|tried| WAITS.get(tried)) else {
            let reason = format!("the address took nothing in {} tries; the last one: {error:#}", post.attempts + 1);
            home.act(rulebook, Actor::clockwork(), |desk| webhooks::turn(desk, &webhook.webhook_id, "paused", Some(&reason)))?;
            return home.record_post(&webhook.webhook_id, &Post { attempts: 0, next_at: None, told, ..post });
        };
        let next_at = now.checked_add(SignedDuration::from_secs(*wait)).ok();
        home.record_post(&webhook.webhook_id, &Post { attempts: post.attempts + 1, next_at, told, ..post })
    }

    /// Sends one message that shows whether an address works.
    ///
    /// # Errors
    /// When the address does not take it.
    pub fn try_out(&self, webhook: &Webhook, secret: &str, now: Timestamp) -> Result<()> {
        let body = json!({
            "specversion": "1.0", "id": format!("test-{}", webhook.webhook_id), "source": SOURCE, "type": "counterfoil.test",
            "time": now.to_string(), "datacontenttype": "application/json", "data": { "webhook_id": webhook.webhook_id },
        });
        self.send(webhook, secret, &format!("test_{}", now.as_second()), &body.to_string(), now)
    }

    fn send(&self, webhook: &Webhook, secret: &str, id: &str, body: &str, now: Timestamp) -> Result<()> {
        let seconds = now.as_second();
        let signature = standardwebhooks::Webhook::new(secret).and_then(|signer| signer.sign(id, seconds, body.as_bytes()));
        let signature = signature.map_err(|error| anyhow!("the message cannot be signed: {error}"))?;
        let request = self.agent.post(&webhook.url).header("content-type", "application/cloudevents+json");
        let request =
            request.header("webhook-id", id).header("webhook-timestamp", seconds.to_string()).header("webhook-signature", signature);
        let answer = request.send(body).with_context(|| format!("`{}` cannot be reached", webhook.url))?;
        let status = answer.status();
        if status.is_success() { Ok(()) } else { Err(anyhow!("`{}` answered {status}", webhook.url)) }
    }
}

/// What messages name as where they come from.
const SOURCE: &str = "/counterfoil";

/// An event as a CloudEvent.
fn message(event: &Event) -> String {
    let body = json!({
        "specversion": "1.0",
        "id": event.sequence.to_string(),
        "source": SOURCE,
        "type": format!("counterfoil.{}", event.what.kind),
        "subject": format!("{}/{}", event.what.register, event.what.id),
        "time": event.recorded_at.to_string(),
        "datacontenttype": "application/json",
        "data": event,
    });
    body.to_string()
}

/// Whether a webhook asked for an event, and its organisation may see what the event is about. Tokens and webhooks are nobody's news.
fn is_wanted(home: &Home, webhook: &Webhook, sight: &Sight, event: &Event) -> Result<bool> {
    let what = &event.what;
    if ["token", "webhook"].contains(&what.register.as_str()) || !(webhook.kinds.is_empty() || webhook.kinds.contains(&what.kind)) {
        return Ok(false);
    }
    if webhook.organisation == Organisation::Operator {
        return Ok(true);
    }
    Ok(home.entry(&what.register, &what.id)?.is_some_and(|(_, fields)| sight.sees_fields(&what.register, &fields)))
}

/// A new secret, in the form that the convention asks for: `whsec_` and base 64.
///
/// # Errors
/// When the system gives no random bytes.
pub fn new_secret() -> Result<String> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes).context("the system gives no random bytes")?;
    Ok(format!("whsec_{}", STANDARD.encode(bytes)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpListener;

    use domain::record::actor::Role;

    use super::*;

    /// An address that answers every message with a status.
    fn address(status: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut reader = BufReader::new(stream.unwrap());
                let mut line = String::new();
                while reader.read_line(&mut line).is_ok_and(|length| length > 2) {
                    line.clear();
                }
                let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                let _ = reader.get_mut().write_all(answer.as_bytes());
            }
        });
        url
    }

    #[test]
    fn an_address_that_takes_nothing_is_tried_later_and_later_and_then_paused() {
        let folder = tempfile::tempdir().unwrap();
        let (home, rulebook) = (Home::open_or_make(folder.path()).unwrap(), crate::rules::open(None).unwrap());
        let rita = Actor::new("rita", Organisation::Operator, [Role::ProgramManager]);
        let url = address("500 Broken");
        let added = home.act(&rulebook, rita.clone(), |desk| webhooks::add(desk, Organisation::Operator, &url, BTreeSet::new())).unwrap();
        let id = added.given.webhook_id;
        let first = Post { secret: new_secret().unwrap(), position: 1, attempts: 0, next_at: None, told: String::new() };
        home.record_post(&id, &first).unwrap();
        let ann = domain::parties::User {
            user_id: "ann".into(),
            name: "Ann".to_owned(),
            organisation: Organisation::Operator,
            roles: [Role::ProgramManager].into(),
            location: None,
            identity: None,
            person_id: None,
            active: true,
        };
        home.act(&rulebook, rita, |desk| domain::parties::add_user(desk, &ann)).unwrap();

        let sender = Sender::new(true);
        let mut now: Timestamp = "2024-01-01T00:00:00Z".parse().unwrap();
        for wait in WAITS {
            assert_eq!(sender.send_due(&home, &rulebook, now).unwrap(), 0);
            let next = now.checked_add(SignedDuration::from_secs(wait)).unwrap();
            assert_eq!(home.post(&id).unwrap().unwrap().next_at, Some(next));
            now = next;
        }
        sender.send_due(&home, &rulebook, now).unwrap();
        let webhook = home.find::<Webhook>(&id).unwrap().unwrap();
        assert_eq!(webhook.state, "paused");
        let post = home.post(&id).unwrap().unwrap();
        assert!(post.position == 1 && post.told.contains("500"), "{post:?}");
    }
}
