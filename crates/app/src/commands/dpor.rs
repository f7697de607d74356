//! `dpor`: partners of record, whom customers name.

use anyhow::Result;
use domain::facts::Subscription;
use domain::names::Name;
use domain::of_record::{self, Filter, RecordOfPartner, entry_of, request, watch};
use domain::record::entry::{By, Entry as _};
use domain::record::spans::Span;
use domain::sight::{Sight, seen};

use super::seat::{Seat, lines, shown};
use crate::cli::Setting;
use crate::problem::{Exit, Refusal};

/// Partners of record: customers name who serves a subscription
///
/// Only a Global admin of the customer's tenant names, changes or removes one; a partner asks. Office 365 is held by the whole tenant,
/// everything else by subscription. A subscription that a CSP sells has none, and a new one inherits none.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  counterfoil dpor request s-woodgrove --partner 100204 --as paul@partner.example
  counterfoil dpor validate 100204 --as grace@customer.example
  counterfoil dpor save s-woodgrove --partner 100204 --as grace@customer.example
  counterfoil dpor designate --tenant t-woodgrove --partner 100204 --product azure --without --as grace@customer.example
  counterfoil dpor watch")]
pub enum DporCommand {
    /// Partners of record that you may see
    List(PickArgs),
    /// Who is and was partner of record of a subscription, and who changed it
    Show(OneArgs),
    /// The partner that an ID stands for, as shown before saving
    Validate(ValidateArgs),
    /// Name the partner of record of a subscription, or another one
    Save(SaveArgs),
    /// Name a partner for every subscription that a filter picks, with a result for each
    Designate(DesignateArgs),
    /// Take the partner of record away
    Remove(RemoveArgs),
    /// Ask a customer to name you: a message, and a link to each subscription's page
    Request(RequestArgs),
    /// Requests that you may see
    Requests,
    /// Take a request back
    Withdraw(WithdrawArgs),
    /// New or replaced subscriptions without a partner of record
    Watch,
}

/// Which entries are listed.
#[derive(Debug, clap::Args)]
pub struct PickArgs {
    /// Those of this location
    #[arg(long, value_name = "ID")]
    partner: Option<String>,

    /// Those of this customer
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,
}

/// A subscription.
#[derive(Debug, clap::Args)]
pub struct OneArgs {
    /// The subscription
    #[arg(value_name = "SUBSCRIPTION")]
    subscription: String,
}

/// An ID to be looked up.
#[derive(Debug, clap::Args)]
pub struct ValidateArgs {
    /// The partner's location ID
    #[arg(value_name = "ID")]
    partner: String,
}

/// A partner for a subscription.
#[derive(Debug, clap::Args)]
pub struct SaveArgs {
    /// The subscription
    #[arg(value_name = "SUBSCRIPTION")]
    subscription: String,

    /// The partner's location ID
    #[arg(long, value_name = "ID")]
    partner: String,
}

/// A partner for many subscriptions.
#[derive(Debug, clap::Args)]
pub struct DesignateArgs {
    /// The customer's tenant
    #[arg(long, value_name = "TENANT")]
    tenant: String,

    /// The partner's location ID
    #[arg(long, value_name = "ID")]
    partner: String,

    /// Only subscriptions of this product
    #[arg(long, value_name = "PRODUCT")]
    product: Option<String>,

    /// Only subscriptions in this state
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,

    /// Only subscriptions without a partner of record
    #[arg(long)]
    without: bool,
}

/// A partner of record to be taken away.
#[derive(Debug, clap::Args)]
pub struct RemoveArgs {
    /// The subscription
    #[arg(value_name = "SUBSCRIPTION")]
    subscription: String,

    /// Why, for those who read the log later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// A request.
#[derive(Debug, clap::Args)]
pub struct RequestArgs {
    /// The subscriptions, all of one customer
    #[arg(value_name = "SUBSCRIPTION", required = true)]
    subscriptions: Vec<String>,

    /// Your location ID
    #[arg(long, value_name = "ID")]
    partner: String,

    /// The address that the customer reaches the pages at; links begin with it
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7070")]
    address: String,
}

/// A request to be taken back.
#[derive(Debug, clap::Args)]
pub struct WithdrawArgs {
    /// The request
    #[arg(value_name = "REQUEST")]
    request: String,
}

/// Reads or changes partners of record.
///
/// # Errors
/// When there is no home, or the act is refused.
pub fn run(command: &DporCommand, setting: &Setting) -> Result<Exit> {
    let seat = Seat::take(setting)?;
    match command {
        DporCommand::List(args) => list(args, &seat),
        DporCommand::Show(args) => show(&Name::new(&args.subscription), &seat),
        DporCommand::Validate(args) => seat.tell(
            |desk| of_record::validate(desk, &Name::new(&args.partner)),
            |row| format!("{} is {}, of the account {}", row.partner_id, row.name, row.global_partner_id),
        ),
        DporCommand::Save(args) => {
            let (subscription, partner) = (Name::new(&args.subscription), Name::new(&args.partner));
            seat.tell(|desk| of_record::save(desk, &subscription, &partner), |saved| format!("{partner} for {subscription}: {saved}"))
        }
        DporCommand::Designate(args) => designate(args, &seat),
        DporCommand::Remove(args) => {
            let subscription = Name::new(&args.subscription);
            let told = |before: &Name| format!("{before} is not partner of record of {subscription} any more");
            seat.tell(|desk| of_record::remove(desk, &subscription, args.reason.as_deref()), told)
        }
        DporCommand::Request(args) => ask(args, &seat),
        DporCommand::Requests => requests(&seat),
        DporCommand::Withdraw(args) => seat.tell(
            |desk| request::withdraw(desk, &Name::new(&args.request)),
            |request| format!("{} is {}", request.request_id, request.state),
        ),
        DporCommand::Watch => watch(&seat),
    }
}

fn list(args: &PickArgs, seat: &Seat<'_>) -> Result<Exit> {
    let name = |text: &Option<String>| text.as_deref().map(Name::new);
    let by = By { partner_id: name(&args.partner), tenant_id: name(&args.tenant), ..By::default() };
    let row = |entry: &RecordOfPartner| {
        let since = entry.holders.open().map(|span| span.from);
        vec![entry.id(), shown(entry.tenant_id.as_ref()), shown(entry.partner_id.as_ref()), shown(since)]
    };
    let held = |mut entries: Vec<RecordOfPartner>| {
        entries.retain(|entry| entry.partner_id.is_some());
        entries
    };
    let empty = "no subscription has a partner of record that you may see; customers name one with `dpor save`";
    seat.table(|desk| seen::<RecordOfPartner>(desk, &by).map(held), &["ON", "TENANT", "PARTNER", "SINCE"], row, empty)
}

fn show(subscription: &Name, seat: &Seat<'_>) -> Result<Exit> {
    let entry = seat.act(|desk| {
        let row: Subscription = desk.get(subscription.as_str())?;
        let entry = entry_of(desk, &row)?;
        Ok(Sight::of(desk)?.sees(&entry).then_some(entry))
    })?;
    let Some(entry) = entry else {
        return Err(Refusal::refused(format!("there is nothing about `{subscription}` that you may see"))
            .hint("the customer and its partner of record see it")
            .into());
    };
    seat.story(&entry, RecordOfPartner::REGISTER, &entry.id(), |entry| {
        let row = |span: &Span<of_record::Designee>| vec![span.held.partner_id.to_string(), span.from.to_string(), shown(span.to)];
        let rows: Vec<Vec<String>> = entry.holders.all().iter().map(row).collect();
        let now = entry.partner_id.as_ref().map_or_else(|| "nobody".to_owned(), Name::to_string);
        let held = if rows.is_empty() { String::new() } else { lines(&["PARTNER", "FROM", "TO"], &rows) };
        format!("partner of record of {}: {now}\n\n{held}", entry.id())
    })
}

fn designate(args: &DesignateArgs, seat: &Seat<'_>) -> Result<Exit> {
    let filter =
        Filter { product: args.product.as_deref().map(Name::new), status: args.status.as_deref().map(Name::new), without: args.without };
    let results = seat.act(|desk| of_record::save_all(desk, &Name::new(&args.tenant), &filter, &Name::new(&args.partner)))?;
    seat.print(&results, &["SUBSCRIPTION", "PRODUCT", "RESULT", "WHY"], |row| {
        let result = row.saved.map_or_else(|| "refused".to_owned(), |saved| saved.to_string());
        vec![row.subscription_id.to_string(), shown(row.product.as_ref()), result, row.message.clone().unwrap_or_default()]
    })?;
    let refused = results.iter().any(|row| row.saved.is_none());
    Ok(if refused { Exit::Attention } else { Exit::Done })
}

fn ask(args: &RequestArgs, seat: &Seat<'_>) -> Result<Exit> {
    let subscriptions: Vec<Name> = args.subscriptions.iter().map(|id| Name::new(id)).collect();
    seat.tell(
        |desk| request::ask(desk, &Name::new(&args.partner), &subscriptions, &args.address),
        |request| format!("{}\n\n{}\n\n{}", request.request_id, request.subject, request.text),
    )
}

fn requests(seat: &Seat<'_>) -> Result<Exit> {
    let row = |row: &request::Request| {
        let done = row.subscriptions.iter().filter(|asked| asked.done).count();
        vec![
            row.request_id.to_string(),
            row.partner_id.to_string(),
            row.tenant_id.to_string(),
            row.requested_on.to_string(),
            format!("{done} of {}", row.subscriptions.len()),
            row.state.to_string(),
            shown(row.carried_from.as_ref()),
        ]
    };
    let header = ["REQUEST", "PARTNER", "TENANT", "ON", "DONE", "STATE", "REPLACES"];
    seat.table(|desk| seen::<request::Request>(desk, &By::default()), &header, row, "nobody has asked yet; `dpor request` does")
}

fn watch(seat: &Seat<'_>) -> Result<Exit> {
    let row = |row: &watch::Watched| {
        vec![
            row.subscription_id.to_string(),
            row.tenant_id.to_string(),
            shown(row.product.as_ref()),
            shown(row.starts_on),
            row.why.to_string(),
            shown(row.predecessor_id.as_ref()),
            shown(row.former_partner_id.as_ref()),
        ]
    };
    let header = ["SUBSCRIPTION", "TENANT", "PRODUCT", "SINCE", "WHY", "REPLACES", "FORMER PARTNER"];
    seat.table(|desk| watch::watch(desk), &header, row, "every new or replaced subscription that you may see has a partner of record")
}
