//! `webhook`: addresses that are told of events.

use std::collections::BTreeSet;

use anyhow::Result;
use domain::record::desk::Desk;
use domain::webhooks::{self, Webhook};
use serde::Serialize;
use store::posts::Post;

use super::asker::Asker;
use super::user::{OrganisationArgs, organisation};
use crate::cli::Setting;
use crate::clock;
use crate::home::Home;
use crate::output::table;
use crate::problem::{Exit, Refusal, say};
use crate::webhooks::Sender;

/// Webhooks: addresses that are told of events
///
/// `counterfoil serve` sends each event that the webhook's organisation may see: a CloudEvent in JSON, signed by the Standard Webhooks
/// convention (`webhook-id`, `webhook-timestamp`, `webhook-signature`), in the order of the log. An address that does not take a message is
/// tried again after 5 seconds, 5 minutes, and later and later; after three days the webhook is paused.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  counterfoil webhook add https://partner.example/hooks --partner 900010 --kind claim-approved --kind claim-rejected --as ann@partner.example
  counterfoil webhook list
  counterfoil webhook test webhook-000012 --as ann@partner.example
  counterfoil webhook replay webhook-000012 --after 0 --as ann@partner.example")]
pub enum WebhookCommand {
    /// Webhooks, and how far each has been told
    List,
    /// Add an address; prints the secret that messages are signed with
    Add(AddArgs),
    /// Make a new secret; messages are signed with it from now on
    Secret(SecretArgs),
    /// Send one message that shows whether the address works
    Test(TestArgs),
    /// Send no events for a while; they wait
    Pause(TurnArgs),
    /// Send events again, those that waited first
    Resume(TurnArgs),
    /// Send no events any more
    Remove(TurnArgs),
    /// Send events again from a place in the log on
    Replay(ReplayArgs),
}

/// An address of an organisation.
#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// Where events are sent: an `https` address
    #[arg(value_name = "URL")]
    url: String,

    #[command(flatten)]
    organisation: OrganisationArgs,

    /// A kind of event that is sent; may be given several times [default: all kinds]
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
}

/// A webhook whose secret is to be new.
#[derive(Debug, clap::Args)]
pub struct SecretArgs {
    /// The webhook
    #[arg(value_name = "ID")]
    id: String,
}

/// A webhook to try.
#[derive(Debug, clap::Args)]
pub struct TestArgs {
    /// The webhook
    #[arg(value_name = "ID")]
    id: String,

    /// Send to this machine and its networks too
    #[arg(long)]
    webhooks_to_private: bool,
}

/// A webhook to pause, resume or remove.
#[derive(Debug, clap::Args)]
pub struct TurnArgs {
    /// The webhook
    #[arg(value_name = "ID")]
    id: String,

    /// Why, for those who read the log later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// From where on to send events again.
#[derive(Debug, clap::Args)]
pub struct ReplayArgs {
    /// The webhook
    #[arg(value_name = "ID")]
    id: String,

    /// The place in the log after which to begin
    #[arg(long, value_name = "SEQUENCE")]
    after: u64,
}

/// A webhook and how far it has been told.
#[derive(Debug, Serialize)]
struct WebhookView {
    #[serde(flatten)]
    webhook: Webhook,
    position: u64,
    attempts: u64,
    last: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// Lists, adds, tries or changes webhooks.
///
/// # Errors
/// When there is no home, or the act is refused.
pub fn run(command: &WebhookCommand, setting: &Setting) -> Result<Exit> {
    let home = Home::open(&setting.home()?)?;
    match command {
        WebhookCommand::List => list(&home, setting),
        WebhookCommand::Add(args) => add(&home, args, setting),
        WebhookCommand::Secret(args) => secret(&home, args, setting),
        WebhookCommand::Test(args) => test(&home, args, setting),
        WebhookCommand::Pause(args) => turn(&home, args, "paused", setting),
        WebhookCommand::Resume(args) => turn(&home, args, "active", setting),
        WebhookCommand::Remove(args) => turn(&home, args, "removed", setting),
        WebhookCommand::Replay(args) => replay(&home, args, setting),
    }
}

fn list(home: &Home, setting: &Setting) -> Result<Exit> {
    let view = |webhook: Webhook| {
        let post = home.post(&webhook.webhook_id)?;
        let (position, attempts, last) = post.map_or((0, 0, String::new()), |post| (post.position, post.attempts, post.told));
        Ok(WebhookView { webhook, position, attempts, last, secret: None })
    };
    let views: Vec<WebhookView> = Asker::of_home(setting)?.entries(home)?.into_iter().map(view).collect::<Result<_>>()?;
    setting.output.print(&views, |_| {
        let row = |view: &WebhookView| {
            let WebhookView { webhook, position, attempts, last, .. } = view;
            let of = organisation(&webhook.organisation);
            vec![
                webhook.webhook_id.clone(),
                of,
                webhook.url.clone(),
                webhook.state.clone(),
                position.to_string(),
                attempts.to_string(),
                last.clone(),
            ]
        };
        let header = ["WEBHOOK", "OF", "ADDRESS", "STATE", "TOLD UP TO", "IN VAIN", "LAST"];
        table::lines(&header, &views.iter().map(row).collect::<Vec<_>>(), &[4, 5]).iter().map(|line| format!("{line}\n")).collect()
    })?;
    if views.is_empty() {
        say("there are no webhooks yet; `counterfoil webhook add URL` adds one\n");
    }
    Ok(Exit::Done)
}

fn add(home: &Home, args: &AddArgs, setting: &Setting) -> Result<Exit> {
    let actor = home.actor(setting.user())?;
    let kinds: BTreeSet<String> = args.kinds.iter().cloned().collect();
    let of = args.organisation.organisation();
    let done = home.act(&*setting.rulebook()?, actor, |desk| webhooks::add(desk, of, &args.url, kinds))?;
    let secret = home.new_webhook_secret(&done.given.webhook_id)?;
    let position = done.events.last().map_or(0, |event| event.sequence);
    let view = WebhookView { webhook: done.given, position, attempts: 0, last: String::new(), secret: Some(secret) };
    setting.output.print(&view, |_| format!("{}  {}\n", view.webhook.webhook_id, view.secret.as_deref().unwrap_or_default()))?;
    say("messages are signed with this secret; keep it now: it is not shown again\n");
    Ok(Exit::Done)
}

fn secret(home: &Home, args: &SecretArgs, setting: &Setting) -> Result<Exit> {
    keeps(home, &args.id, setting)?;
    let secret = home.new_webhook_secret(&args.id)?;
    setting.output.print(&secret, |_| format!("{secret}\n"))?;
    say("keep it now: it is not shown again\n");
    Ok(Exit::Done)
}

fn test(home: &Home, args: &TestArgs, setting: &Setting) -> Result<Exit> {
    let (webhook, post) = kept(home, &args.id, setting)?;
    Sender::new(args.webhooks_to_private).try_out(&webhook, &post.secret, clock::now()).map_err(|error| {
        Refusal::refused(format!("{error:#}"))
            .hint("the address must be reached from here, take a POST and answer with a status from 200 to 299")
    })?;
    setting.output.print(&webhook, |_| format!("`{}` took the message\n", webhook.url))?;
    Ok(Exit::Done)
}

fn turn(home: &Home, args: &TurnArgs, state: &'static str, setting: &Setting) -> Result<Exit> {
    let actor = home.actor(setting.user())?;
    let done = home.act(&*setting.rulebook()?, actor, |desk| webhooks::turn(desk, &args.id, state, args.reason.as_deref()))?;
    setting.output.print(&done.given, |_| format!("`{}` is {state}\n", args.id))?;
    Ok(Exit::Done)
}

fn replay(home: &Home, args: &ReplayArgs, setting: &Setting) -> Result<Exit> {
    let (webhook, post) = kept(home, &args.id, setting)?;
    home.record_post(&webhook.webhook_id, &Post { position: args.after, attempts: 0, next_at: None, ..post })?;
    setting.output.print(&webhook, |_| format!("events after {} are sent again\n", args.after))?;
    Ok(Exit::Done)
}

/// A webhook that the actor keeps, and how far it has been told.
fn kept(home: &Home, id: &str, setting: &Setting) -> Result<(Webhook, Post)> {
    let webhook = keeps(home, id, setting)?;
    let post = home.post(id)?;
    let post = post
        .ok_or_else(|| Refusal::refused(format!("`{id}` has no secret yet")).hint(format!("`counterfoil webhook secret {id}` makes one")));
    Ok((webhook, post?))
}

fn keeps(home: &Home, id: &str, setting: &Setting) -> Result<Webhook> {
    let actor = home.actor(setting.user())?;
    let look = |desk: &mut Desk<'_>| {
        let webhook: Webhook = desk.get(id)?;
        webhooks::must_keep_it(desk, &webhook)?;
        Ok(webhook)
    };
    Ok(home.act(&*setting.rulebook()?, actor, look)?.given)
}
