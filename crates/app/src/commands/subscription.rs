//! `subscription`: what customers have, what replaced it, and what is tied to it.

use anyhow::Result;
use domain::facts::Subscription;
use domain::names::Name;
use domain::record::desk::Desk;
use domain::record::entry::By;
use domain::record::refusal::Refusal;
use domain::sight::seen;
use domain::subscriptions;
use domain::time::Day;
use domain::words::Agreement;

use super::seat::{Seat, shown, word};
use crate::cli::Setting;
use crate::clock;
use crate::problem::Exit;

/// Subscriptions: agreement, state, and which one replaced which
///
/// The partner of record and the chain of a subscription end with it. The one that replaces it inherits neither: the customer names a
/// partner again, and a sale is recorded again.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  counterfoil subscription list --tenant t-woodgrove
  counterfoil subscription set s-new --tenant t-woodgrove --product azure --agreement ea --as rita@operator.example
  counterfoil subscription succeed s-woodgrove --by s-new --agreement mca --on 2024-06-01 --as rita@operator.example
  counterfoil subscription end s-new --reason \"not renewed\" --as rita@operator.example")]
pub enum SubscriptionCommand {
    /// Subscriptions that you may see
    List(ListArgs),
    /// Add a subscription, or change one
    Set(SetArgs),
    /// Replace a subscription by another one
    Succeed(SucceedArgs),
    /// End a subscription
    End(EndArgs),
}

/// Which are listed.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Those of this customer
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,
}

/// What a subscription is.
#[derive(Debug, clap::Args)]
struct WhatArgs {
    /// The product; `office-365` is held by the whole tenant
    #[arg(long, value_name = "PRODUCT")]
    product: Option<String>,

    /// The agreement: ea, casa-ees, web-direct, mpsa, mca, csp-legacy or csp-modern
    #[arg(long, value_name = "AGREEMENT", value_parser = word::<Agreement>)]
    agreement: Option<Agreement>,

    /// The state: active, in-grace, suspended, disabled or deleted
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,

    /// The first day
    #[arg(long, value_name = "YYYY-MM-DD")]
    starts_on: Option<Day>,

    /// Why, for those who read the log later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// A subscription.
#[derive(Debug, clap::Args)]
pub struct SetArgs {
    /// The subscription
    #[arg(value_name = "SUBSCRIPTION")]
    subscription: String,

    /// The customer's tenant
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,

    #[command(flatten)]
    what: WhatArgs,
}

/// What replaces what.
#[derive(Debug, clap::Args)]
pub struct SucceedArgs {
    /// The subscription that ends
    #[arg(value_name = "SUBSCRIPTION")]
    subscription: String,

    /// The one that replaces it
    #[arg(long, value_name = "SUBSCRIPTION")]
    by: String,

    /// The first day of the new one [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<Day>,

    #[command(flatten)]
    what: WhatArgs,
}

/// What ends.
#[derive(Debug, clap::Args)]
pub struct EndArgs {
    /// The subscription
    #[arg(value_name = "SUBSCRIPTION")]
    subscription: String,

    /// The first day without [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<Day>,

    /// Why, for those who read the log later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Reads or changes subscriptions.
///
/// # Errors
/// When there is no home, or the act is refused.
pub fn run(command: &SubscriptionCommand, setting: &Setting) -> Result<Exit> {
    let seat = Seat::take(setting)?;
    match command {
        SubscriptionCommand::List(args) => {
            let by = By { tenant_id: args.tenant.as_deref().map(Name::new), ..By::default() };
            let header = ["SUBSCRIPTION", "TENANT", "PRODUCT", "AGREEMENT", "STATE", "FROM", "TO", "REPLACES"];
            let empty = "there is no subscription that you may see; `import` reads them, `subscription set` adds one";
            seat.table(|desk| seen::<Subscription>(desk, &by), &header, row, empty)
        }
        SubscriptionCommand::Set(args) => set(args, &seat),
        SubscriptionCommand::Succeed(args) => {
            let (old, on) = (Name::new(&args.subscription), args.on.unwrap_or_else(clock::today));
            let new = described(&args.by, Name::new(""), None, &args.what);
            let told = |row: &Subscription| {
                format!("{} replaces {old} from {on}; it has neither partner of record nor chain", row.subscription_id)
            };
            seat.tell(|desk| subscriptions::succeed(desk, &old, &new, on, args.what.reason.as_deref()), told)
        }
        SubscriptionCommand::End(args) => {
            let (id, on) = (Name::new(&args.subscription), args.on.unwrap_or_else(clock::today));
            seat.tell(
                |desk| subscriptions::end(desk, &id, on, args.reason.as_deref()),
                |row| format!("{} ended on {on}", row.subscription_id),
            )
        }
    }
}

fn row(row: &Subscription) -> Vec<String> {
    vec![
        row.subscription_id.to_string(),
        row.tenant_id.to_string(),
        shown(row.product.as_ref()),
        shown(row.agreement),
        shown(row.status.as_ref()),
        shown(row.starts_on),
        shown(row.ends_on),
        shown(row.predecessor_id.as_ref()),
    ]
}

/// A subscription as told, over what was known.
fn described(id: &str, tenant: Name, known: Option<Subscription>, what: &WhatArgs) -> Subscription {
    let known = known.as_ref();
    let name = |text: &Option<String>| text.as_deref().map(Name::new);
    Subscription {
        subscription_id: Name::new(id),
        tenant_id: tenant,
        product: name(&what.product).or(known.and_then(|row| row.product.clone())),
        agreement: what.agreement.or(known.and_then(|row| row.agreement)),
        status: name(&what.status).or(known.and_then(|row| row.status.clone())),
        starts_on: what.starts_on.or(known.and_then(|row| row.starts_on)),
        ends_on: known.and_then(|row| row.ends_on),
        predecessor_id: known.and_then(|row| row.predecessor_id.clone()),
    }
}

fn set(args: &SetArgs, seat: &Seat<'_>) -> Result<Exit> {
    let id = Name::new(&args.subscription);
    let act = |desk: &mut Desk<'_>| {
        let known = desk.find::<Subscription>(id.as_str())?;
        let missing = || Refusal::invalid("incomplete", format!("`{id}` is new, and its tenant is missing"), "add `--tenant`");
        let tenant = args.tenant.as_deref().map(Name::new).or(known.as_ref().map(|row| row.tenant_id.clone())).ok_or_else(missing)?;
        let row = described(id.as_str(), tenant, known, &args.what);
        subscriptions::keep(desk, &row, args.what.reason.as_deref())?;
        Ok(row)
    };
    seat.tell(act, |row| format!("{} is a subscription of {}", row.subscription_id, row.tenant_id))
}
