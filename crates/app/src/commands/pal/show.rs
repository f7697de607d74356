//! `pal show`: one link, what its identity reaches, and every change.

use anyhow::Result;
use domain::inventory::Item;
use domain::links::{self, Link};
use domain::names::Name;
use domain::record::actor::Identity;
use domain::record::entry::Entry;
use domain::record::event::Event;
use serde::Serialize;
use serde_json::Value;

use crate::cli::Setting;
use crate::clock;
use crate::commands::asker::Asker;
use crate::commands::user::identity;
use crate::home::Home;
use crate::output::{Paint, table};
use crate::problem::{Exit, Refusal};
use crate::program::OpenProgram;
use crate::progress;

/// One link: what the identity reaches, and every change
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil pal show TENANT/OBJECT
  counterfoil pal show TENANT/OBJECT -o json --query \"history[].actor\"")]
pub struct ShowArgs {
    /// The identity
    #[arg(value_name = "TENANT/OBJECT", value_parser = identity)]
    identity: Identity,
}

/// A link with what it gives and how it came to be.
#[derive(Debug, Serialize)]
struct Shown {
    link: Link,
    reach: Vec<Item>,
    history: Vec<Event>,
}

/// Shows a link.
///
/// # Errors
/// When there is no home, or nothing is known of a link of the identity.
pub fn run(args: &ShowArgs, setting: &Setting) -> Result<Exit> {
    let home = Home::open(&setting.home()?)?;
    let Identity { tenant_id, object_id } = &args.identity;
    let id = links::id_of(tenant_id, object_id);
    let Some((_, fields)) = home.entry(Link::REGISTER, &id)? else {
        let hint = format!("`counterfoil pal list --tenant {tenant_id} --all` tells those that are");
        return Err(Refusal::refused(format!("no identity `{object_id}` was ever linked in the tenant `{tenant_id}`")).hint(hint).into());
    };
    let history = home.events_of(Link::REGISTER, &id)?;
    let history = Asker::of_home(setting)?.seen(history);
    let program = OpenProgram::from_home(&home, setting.rulebook()?)?;
    let mut reach = progress::during("reading where usage is", || program.inventory(clock::today()))?;
    reach.retain(|item| item.tenant_id == *tenant_id && item.principal_id == *object_id);
    let shown = Shown { link: Link::read(&fields)?, reach, history };
    setting.output.print(&shown, |paint| text(&shown, paint))?;
    Ok(Exit::Done)
}

fn text(shown: &Shown, paint: Paint) -> String {
    let Shown { link, reach, history } = shown;
    let linked = link.partner_id.as_ref().map_or_else(|| format!("not linked ({})", link.state), |partner| format!("linked to {partner}"));
    let mut text = format!("{} in the tenant {}: {linked}\n", paint.strong(link.principal_id.as_str()), link.tenant_id);
    text.push_str(&format!("version {}, created {:.0}, updated {:.0}\n", link.version, link.created_at, link.updated_at));
    for item in reach {
        let until = item.until.map_or_else(String::new, |day| format!(" until {day}"));
        let state = if item.works() { paint.good(item.state) } else { paint.warn(item.state) };
        text.push_str(&format!("\n{} since {}{until}: {state}\n", item.partner_id, item.since));
        if let Some(cure) = item.cure {
            text.push_str(&format!("  {cure}\n"));
        }
        for role in &item.roles {
            let through = role.through.as_ref().map_or_else(String::new, |group| format!(" through {group}"));
            let used = if role.has_usage { "usage seen" } else { "no usage seen" };
            text.push_str(&format!("  {} on {}{through} since {}, {used}\n", role.role, role.scope, role.since));
        }
        for owned in &item.owned {
            text.push_str(&format!("  {} of {}/{} since {}\n", owned.capacity, owned.product, owned.resource_id, owned.since));
        }
    }
    if history.is_empty() {
        text.push_str("\nno change was recorded here: the link is as it was imported\n");
        return text;
    }
    let lines = table::lines(&["EVENT", "RECORDED", "WHAT", "BY", "PARTNER", "WHY"], &history.iter().map(row).collect::<Vec<_>>(), &[]);
    text.push('\n');
    text.extend(lines.iter().map(|line| format!("{line}\n")));
    text
}

fn row(event: &Event) -> Vec<String> {
    let partner = event.what.changes.get("partner_id");
    let told = |value: Option<&Value>| value.and_then(Value::as_str).map_or_else(|| "none".to_owned(), |id| Name::new(id).to_string());
    let partner = partner.map_or_else(String::new, |change| format!("{} → {}", told(change.before.as_ref()), told(change.after.as_ref())));
    vec![
        event.sequence.to_string(),
        format!("{:.0}", event.recorded_at),
        event.what.kind.clone(),
        event.what.actor.to_string(),
        partner,
        event.what.reason.clone().unwrap_or_default(),
    ]
}
