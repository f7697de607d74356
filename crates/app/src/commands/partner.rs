//! `partner`: accounts and locations, and what an ID stands for.

use anyhow::Result;
use domain::accounts::resolve::{Resolved, resolve};
use domain::accounts::{close_partner, keep_partner, merge_partners};
use domain::facts::Partner;
use domain::names::Name;
use domain::record::entry::By;
use domain::record::refusal::Refusal;
use domain::rights::{Act, On, must};
use domain::words::{Flag, PartnerKind};

use super::seat::{Seat, lines, shown, word};
use crate::cli::Setting;
use crate::problem::Exit;

/// Partners: global accounts with their locations, and what an ID stands for
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  counterfoil partner resolve \"MPN ID 900010\"
  counterfoil partner set 900010 --kind global --name Northwind --as rita@operator.example
  counterfoil partner set 100206 --account 900010 --name \"Northwind East\" --country DE --as rita@operator.example
  counterfoil partner merge 900020 --into 900010 --reason \"merger of June\" --as rita@operator.example")]
pub enum PartnerCommand {
    /// Accounts and locations, in the order of their IDs
    List(ListArgs),
    /// What an ID stands for, as you have it, and which one to use
    Resolve(ResolveArgs),
    /// Add an account or a location, or change one
    Set(SetArgs),
    /// Close an account or a location
    Close(CloseArgs),
    /// Let the locations of an account roll up to another one
    Merge(MergeArgs),
}

/// Which are listed.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Those of this global account
    #[arg(long, value_name = "ID")]
    account: Option<String>,
}

/// An ID as somebody has it.
#[derive(Debug, clap::Args)]
pub struct ResolveArgs {
    /// The ID, as it stands in a mail or a file
    #[arg(value_name = "ID")]
    id: String,
}

/// An account or a location.
#[derive(Debug, clap::Args)]
pub struct SetArgs {
    /// The ID
    #[arg(value_name = "ID")]
    id: String,

    /// The name
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,

    /// The global account that a location rolls up to
    #[arg(long, value_name = "ID")]
    account: Option<String>,

    /// The country
    #[arg(long, value_name = "COUNTRY")]
    country: Option<String>,

    /// A location (default) or a global account
    #[arg(long, value_name = "KIND", value_parser = word::<PartnerKind>)]
    kind: Option<PartnerKind>,

    /// Open it again
    #[arg(long)]
    open: bool,

    /// Why, for those who read the log later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// What is closed.
#[derive(Debug, clap::Args)]
pub struct CloseArgs {
    /// The account or location
    #[arg(value_name = "ID")]
    id: String,

    /// Why, for those who read the log later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// What is merged into what.
#[derive(Debug, clap::Args)]
pub struct MergeArgs {
    /// The account that ends
    #[arg(value_name = "ACCOUNT")]
    from: String,

    /// The account that takes its locations over
    #[arg(long, value_name = "ACCOUNT")]
    into: String,

    /// Why, for those who read the log later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Reads or changes partner accounts.
///
/// # Errors
/// When there is no home, or the act is refused.
pub fn run(command: &PartnerCommand, setting: &Setting) -> Result<Exit> {
    let seat = Seat::take(setting)?;
    match command {
        PartnerCommand::List(args) => list(args, &seat),
        PartnerCommand::Resolve(args) => seat.tell(|desk| resolve(desk, &args.id), told),
        PartnerCommand::Set(args) => set(args, &seat),
        PartnerCommand::Close(args) => seat
            .tell(|desk| close_partner(desk, &Name::new(&args.id), args.reason.as_deref()), |row| format!("{} is closed", row.partner_id)),
        PartnerCommand::Merge(args) => {
            let (from, into) = (Name::new(&args.from), Name::new(&args.into));
            let told = |moved: &Vec<Partner>| {
                let ids: Vec<&str> = moved.iter().map(|row| row.partner_id.as_str()).collect();
                format!("{from} is merged into {into}, with {}", if ids.is_empty() { "no location".to_owned() } else { ids.join(", ") })
            };
            seat.tell(|desk| merge_partners(desk, &from, &into, args.reason.as_deref()), told)
        }
    }
}

fn told(resolved: &Resolved) -> String {
    let rows: Vec<Vec<String>> =
        resolved.choices.iter().map(|row| vec![row.partner_id.to_string(), row.name.clone(), shown(row.country.as_ref())]).collect();
    let choices = if rows.is_empty() { String::new() } else { format!("\n\n{}", lines(&["LOCATION", "NAME", "COUNTRY"], &rows)) };
    match &resolved.partner_id {
        Some(id) => format!("use {id}\n{}{}", resolved.why, choices.trim_end()),
        None => format!("{}{}", resolved.why, choices.trim_end()),
    }
}

fn list(args: &ListArgs, seat: &Seat<'_>) -> Result<Exit> {
    let account = args.account.as_deref().map(Name::new);
    let read = |desk: &mut domain::record::desk::Desk<'_>| {
        must(&desk.actor, Act::PartnerLookUp, &On::default(), "look up partners")?;
        let mut rows = desk.list::<Partner>(&By::default())?;
        rows.retain(|row| account.as_ref().is_none_or(|account| row.global_partner_id == *account));
        rows.sort_by_key(|row| row.partner_id.id_order());
        Ok(rows)
    };
    let row = |row: &Partner| {
        let state = if row.active.0 { "open" } else { "closed" };
        vec![
            row.partner_id.to_string(),
            row.name.clone(),
            row.kind.to_string(),
            row.global_partner_id.to_string(),
            shown(row.country.as_ref()),
            state.to_owned(),
        ]
    };
    seat.table(
        read,
        &["ID", "NAME", "KIND", "ACCOUNT", "COUNTRY", "STATE"],
        row,
        "there is no partner yet; `import` reads them, `partner set` adds one",
    )
}

fn set(args: &SetArgs, seat: &Seat<'_>) -> Result<Exit> {
    let id = Name::new(&args.id);
    let act = |desk: &mut domain::record::desk::Desk<'_>| {
        let known = desk.find::<Partner>(id.as_str())?;
        let missing =
            |what: &str| Refusal::invalid("incomplete", format!("`{id}` is new, and its {what} is missing"), format!("add `--{what}`"));
        let kind = args.kind.or(known.as_ref().map(|row| row.kind)).unwrap_or_default();
        let own = (kind == PartnerKind::Global).then(|| id.clone());
        let account = args.account.as_deref().map(Name::new).or(known.as_ref().map(|row| row.global_partner_id.clone())).or(own);
        let row = Partner {
            partner_id: id.clone(),
            global_partner_id: account.ok_or_else(|| missing("account"))?,
            name: args.name.clone().or(known.as_ref().map(|row| row.name.clone())).ok_or_else(|| missing("name"))?,
            country: args.country.clone().or(known.as_ref().and_then(|row| row.country.clone())),
            kind,
            active: Flag(args.open || known.as_ref().is_none_or(|row| row.active.0)),
        };
        keep_partner(desk, &row, args.reason.as_deref())?;
        Ok(row)
    };
    seat.tell(act, |row| format!("{} is {}, a {} of {}", row.partner_id, row.name, row.kind, row.global_partner_id))
}
