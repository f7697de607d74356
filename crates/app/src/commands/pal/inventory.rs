//! `pal list` and `pal audit`: every link, and whether it works.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use domain::inventory::{Item, STATES, WORKING};
use domain::links::Link;
use domain::names::Name;
use domain::reasons::Reason;
use domain::record::entry::Entry as _;
use domain::words::PrincipalKind;
use engine::sheet::{Cell, Kind};

use crate::cli::Setting;
use crate::commands::ProgramArgs;
use crate::home::Home;
use crate::output::rows::Rows;
use crate::output::table::{count, counted};
use crate::problem::{Exit, Refusal, say};
use crate::progress;

/// Which links are meant.
#[derive(Debug, clap::Args)]
struct Meant {
    #[command(flatten)]
    program: ProgramArgs,

    /// Only those of this customer's tenant
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,

    /// Only those to this location, or to a location of this global account
    #[arg(long, value_name = "ID")]
    partner: Option<String>,

    /// Write them into this file; its ending tells the format
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Links over all tenants: what each reaches, and whether it works
#[derive(Debug, clap::Args)]
#[command(after_help = "\
States: working, or the reason why not: wrong-id-type, before-association, ended, cloud-excluded, identity-gone, link-without-role,
role-not-eligible, scope-empty (roles are held, but no usage was ever seen under them).

Examples:
  counterfoil pal list
  counterfoil pal list --partner 900010 --state scope-empty
  counterfoil pal list --all --out links.xlsx")]
pub struct ListArgs {
    #[command(flatten)]
    meant: Meant,

    /// Only those in this state
    #[arg(long, value_name = "STATE")]
    state: Option<String>,

    /// Those as well that have ended
    #[arg(long)]
    all: bool,
}

/// Links that do not work, with what would make them
///
/// Ends with exit code 3 when there are any.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil pal audit
  counterfoil pal audit --partner 900010 --out to-do.csv")]
pub struct AuditArgs {
    #[command(flatten)]
    meant: Meant,
}

const COLUMNS: [(&str, Kind); 11] = [
    ("customer", Kind::Text),
    ("tenant_id", Kind::Text),
    ("identity", Kind::Text),
    ("principal_id", Kind::Text),
    ("kind", Kind::Text),
    ("partner_id", Kind::Text),
    ("since", Kind::Day),
    ("until", Kind::Text),
    ("state", Kind::Text),
    ("reaches", Kind::Text),
    ("cure", Kind::Text),
];

/// Lists links.
///
/// # Errors
/// When the program cannot be read, or there is no such state.
pub fn list(args: &ListArgs, setting: &Setting) -> Result<Exit> {
    let ended = Reason::Ended.code();
    if let Some(state) = &args.state {
        let known: Vec<&str> = [WORKING].into_iter().chain(STATES.into_iter().map(Reason::code)).collect();
        if !known.contains(&state.as_str()) {
            return Err(Refusal::unknown("state", state, known).into());
        }
    }
    let mut items = take(&args.meant, setting)?;
    items.retain(|item| match &args.state {
        Some(state) => item.state == state,
        None => args.all || item.state != ended,
    });
    write(&args.meant, &items, setting)?;
    say(&told(&items));
    Ok(Exit::Done)
}

/// Lists the links that hold and do not work.
///
/// # Errors
/// When the program cannot be read.
pub fn audit(args: &AuditArgs, setting: &Setting) -> Result<Exit> {
    let mut items = take(&args.meant, setting)?;
    items.retain(|item| item.state != Reason::Ended.code());
    let summary = told(&items);
    items.retain(|item| !item.works());
    write(&args.meant, &items, setting)?;
    say(&summary);
    Ok(if items.is_empty() { Exit::Done } else { Exit::Attention })
}

fn take(meant: &Meant, setting: &Setting) -> Result<Vec<Item>> {
    let program = meant.program.open(setting)?;
    let day = meant.program.as_of();
    let asker = meant.program.asker(setting)?;
    let mut items = progress::during("reading where usage is", || program.inventory(day))?;
    if let Some(actor) = asker.actor() {
        let sight = Home::open(&setting.home()?)?.sight(actor.clone())?;
        let fields = |item: &Item| {
            [("partner_id", &item.partner_id), ("tenant_id", &item.tenant_id)].map(|(name, of)| (name.to_owned(), of.as_str().into()))
        };
        items.retain(|item| sight.sees_fields(Link::REGISTER, &fields(item).into_iter().collect()));
    }
    if let Some(tenant) = meant.tenant.as_deref().map(Name::new) {
        items.retain(|item| item.tenant_id == tenant);
    }
    if let Some(partner) = meant.partner.as_deref().map(Name::new) {
        items.retain(|item| item.partner_id == partner || item.global_partner_id.as_ref() == Some(&partner));
    }
    Ok(items)
}

fn write(meant: &Meant, items: &[Item], setting: &Setting) -> Result<()> {
    let mut cells = items.iter().map(cells);
    let rows = Rows { columns: &COLUMNS, rows: &mut cells };
    if let Some(path) = &meant.out {
        let written = rows.write_file(path)?;
        say(&format!("{} rows in `{}`\n", count(written), path.display()));
        return Ok(());
    }
    let mut text = Vec::new();
    rows.write(&mut text, crate::output::Format::Table)?;
    setting.output.print(&items, |_| String::from_utf8_lossy(&text).into_owned())
}

fn cells(item: &Item) -> Vec<Cell<'_>> {
    vec![
        Cell::text(item.customer.as_str()),
        Cell::text(item.tenant_id.as_str()),
        Cell::text(item.name.as_deref().unwrap_or(item.principal_id.as_str())),
        Cell::text(item.principal_id.as_str()),
        Cell::text(kind(item.kind)),
        Cell::text(item.partner_id.as_str()),
        Cell::Day(item.since),
        Cell::text(item.until.map_or_else(String::new, |day| day.to_string())),
        Cell::text(item.state),
        Cell::text(reaches(item)),
        Cell::text(item.cure.unwrap_or_default()),
    ]
}

/// A kind of principal.
pub fn kind(kind: PrincipalKind) -> &'static str {
    kind.as_str()
}

/// What an identity reaches, in a few words.
fn reaches(item: &Item) -> String {
    let role = |held: &domain::inventory::HeldRole| {
        let through = held.through.as_ref().map_or_else(String::new, |group| format!(" through {group}"));
        format!("{} on {}{through}", held.role, held.scope)
    };
    let owned = |owned: &domain::inventory::Owned| format!("{} of {}/{}", owned.capacity, owned.product, owned.resource_id);
    let all: Vec<String> = item.roles.iter().map(role).chain(item.owned.iter().map(owned)).collect();
    match all.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first}, and {} more", rest.len()),
    }
}

/// How many links there are, by state.
fn told(items: &[Item]) -> String {
    let mut states: BTreeMap<&str, u64> = BTreeMap::new();
    for item in items {
        *states.entry(item.state).or_default() += 1;
    }
    if states.is_empty() {
        return "no link is meant; `pal list --all` tells those as well that have ended\n".to_owned();
    }
    let each: Vec<String> = states.iter().map(|(state, links)| format!("{} {state}", count(*links))).collect();
    format!("{}: {}\n", counted(items.len() as u64, "link"), each.join(", "))
}
