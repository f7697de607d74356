//! `audit log`: events, the latest first.

use anyhow::Result;
use domain::names::Name;
use domain::record::event::Event;
use jiff::Timestamp;
use store::log::Asked;

use crate::cli::{Setting, instant};
use crate::home::Home;
use crate::output::table;
use crate::problem::{Exit, say};

/// Events, the latest first: who, what, when, effective when, before, after, why
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil audit log
  counterfoil audit log --register batch --since 2024-08-01
  counterfoil audit log --register user --entry ann@partner.example -o json
  counterfoil audit log --actor rita@operator.example -o csv --query \"[].[sequence, recorded_at, kind, id]\"")]
pub struct LogArgs {
    /// Only events of this register, such as `user` or `batch`
    #[arg(long, value_name = "REGISTER")]
    register: Option<String>,

    /// Only events about the entry of this id
    #[arg(long, value_name = "ID")]
    entry: Option<String>,

    /// Only what this user did
    #[arg(long, value_name = "USER")]
    actor: Option<String>,

    /// Only events of this kind, such as `user-added`
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,

    /// Only events recorded on this day (UTC) or at this instant, or later
    #[arg(long, value_name = "WHEN", value_parser = since)]
    since: Option<Timestamp>,

    /// Only events before this one, to page on
    #[arg(long, value_name = "EVENT", default_value_t = 0, hide_default_value = true)]
    before: u64,

    /// How many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
}

fn since(text: &str) -> Result<Timestamp, String> {
    instant(text, false)
}

/// Lists events.
///
/// # Errors
/// When there is no home, or its log cannot be read.
pub fn run(args: &LogArgs, setting: &Setting) -> Result<Exit> {
    let home = Home::open(&setting.home()?)?;
    let actor = args.actor.as_deref().map(|actor| Name::new(actor).to_string());
    let asked = Asked {
        before: args.before,
        register: args.register.as_deref(),
        entry: args.entry.as_deref(),
        actor: actor.as_deref(),
        kind: args.kind.as_deref(),
        since: args.since,
        most: args.limit,
    };
    let events = home.picked(&asked)?;
    setting.output.print(&events, |_| {
        let row = |event: &Event| {
            let what = &event.what;
            let changes: Vec<String> = what.changes.iter().map(|(field, change)| changed(field, change)).collect();
            let at = event.recorded_at.strftime("%Y-%m-%d %H:%M:%S").to_string();
            let thing = format!("{} {}", what.register, what.id);
            let why = what.reason.clone().unwrap_or_default();
            vec![
                event.sequence.to_string(),
                at,
                what.actor.to_string(),
                what.kind.clone(),
                thing,
                what.effective_on.to_string(),
                why,
                shortened(changes.join("; "), CHANGES_MAX),
            ]
        };
        let header = ["EVENT", "RECORDED AT", "BY", "KIND", "ABOUT", "EFFECTIVE", "WHY", "CHANGES"];
        let lines = table::lines(&header, &events.iter().map(row).collect::<Vec<_>>(), &[0]);
        lines.iter().map(|line| format!("{line}\n")).collect()
    })?;
    if events.is_empty() {
        say("no event is asked for; acts such as `counterfoil user add` and `counterfoil import` make them\n");
    } else if events.len() == args.limit as usize {
        let last = events.last().map_or(0, |event| event.sequence);
        say(&format!("{}; `--before {last}` tells earlier ones\n", table::counted(events.len() as u64, "event")));
    }
    Ok(Exit::Done)
}

/// The longest value that a table shows, in characters.
const SHOWN_MAX: usize = 40;

/// The most that a table shows of what an event changed, in characters; the other forms have all of it.
const CHANGES_MAX: usize = 120;

fn shortened(text: String, most: usize) -> String {
    if text.chars().count() > most { text.chars().take(most).chain(['…']).collect() } else { text }
}

fn changed(field: &str, change: &domain::record::event::Change) -> String {
    let shown = |value: &Option<serde_json::Value>| {
        let text = match value {
            None => return String::new(),
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
        };
        shortened(text, SHOWN_MAX)
    };
    match (&change.before, &change.after) {
        (None, after) => format!("{field}: {}", shown(after)),
        (before, None) => format!("{field}: {} → nothing", shown(before)),
        (before, after) => format!("{field}: {} → {}", shown(before), shown(after)),
    }
}
