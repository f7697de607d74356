//! `csp`: who sells subscriptions, and who may.

/// `csp enrol`: enrolments in the models of resale.
mod enrol;

use anyhow::Result;
use domain::chains::{Chain, Sale};
use domain::facts::Subscription;
use domain::names::Name;
use domain::record::entry::{By, Entry as _};
use domain::record::spans::Span;
use domain::resale::{self, Sellers};
use domain::sight::{Sight, seen};
use domain::time::Day;

use super::seat::{Seat, lines, shown};
use crate::cli::Setting;
use crate::clock;
use crate::problem::{Exit, Refusal};

/// Resale (CSP): the chain that sells a subscription, and enrolments in the models of resale
///
/// A direct-bill partner sells alone; an indirect provider sells together with an indirect reseller. A subscription that moves takes its
/// history to the new chain, and a chain ends with its subscription.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  counterfoil csp list --tenant t-tailspin
  counterfoil csp sell s-tailspin --direct 100300 --on 2024-03-01 --as rita@operator.example
  counterfoil csp move s-tailspin --provider 100300 --reseller 100204 --as rita@operator.example
  counterfoil csp enrol start 100204 --model direct-bill --as paul@partner.example")]
pub enum CspCommand {
    /// Chains that you may see
    List(PickArgs),
    /// Who sells and sold a subscription, and who changed it
    Show(OneArgs),
    /// Record the sale of a subscription that nobody sells
    Sell(SellArgs),
    /// Move a subscription to another chain, with its history
    Move(MoveArgs),
    /// End the sale of a subscription
    End(EndArgs),
    /// Enrolments: direct bill, indirect provider, indirect reseller
    #[command(subcommand)]
    Enrol(enrol::EnrolCommand),
}

/// Which chains are listed.
#[derive(Debug, clap::Args)]
pub struct PickArgs {
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

/// Who sells.
#[derive(Debug, clap::Args)]
#[group(id = "chain")]
struct ChainArgs {
    /// The direct-bill partner's location
    #[arg(long, value_name = "ID", conflicts_with_all = ["provider", "reseller"], required_unless_present = "provider")]
    direct: Option<String>,

    /// The indirect provider's location
    #[arg(long, value_name = "ID", requires = "reseller")]
    provider: Option<String>,

    /// The indirect reseller's location
    #[arg(long, value_name = "ID", requires = "provider")]
    reseller: Option<String>,
}

impl ChainArgs {
    fn sellers(&self) -> Sellers {
        match (&self.provider, &self.reseller) {
            (Some(provider), Some(reseller)) => Sellers::Indirect { provider: Name::new(provider), reseller: Name::new(reseller) },
            _ => Sellers::Direct(Name::new(self.direct.as_deref().unwrap_or_default())),
        }
    }
}

/// A sale.
#[derive(Debug, clap::Args)]
pub struct SellArgs {
    /// The subscription
    #[arg(value_name = "SUBSCRIPTION")]
    subscription: String,

    #[command(flatten)]
    chain: ChainArgs,

    /// The first day of the sale [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<Day>,
}

/// A move.
#[derive(Debug, clap::Args)]
pub struct MoveArgs {
    #[command(flatten)]
    sale: SellArgs,

    /// Why, for those who read the log later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// The end of a sale.
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

/// Reads or changes chains and enrolments.
///
/// # Errors
/// When there is no home, or the act is refused.
pub fn run(command: &CspCommand, setting: &Setting) -> Result<Exit> {
    let seat = Seat::take(setting)?;
    let on = |day: Option<Day>| day.unwrap_or_else(clock::today);
    let told = |chain: &Chain| match chain.sales.all().last() {
        Some(span) if span.to.is_none() => format!("{} is sold by {}, from {}", chain.subscription_id, span.held.shown(), span.from),
        _ => format!("nobody sells {}", chain.subscription_id),
    };
    match command {
        CspCommand::List(args) => list(args, &seat),
        CspCommand::Show(args) => show(&Name::new(&args.subscription), &seat),
        CspCommand::Sell(args) => {
            let (subscription, sellers) = (Name::new(&args.subscription), args.chain.sellers());
            seat.tell(|desk| resale::sell(desk, &subscription, &sellers, on(args.on)), told)
        }
        CspCommand::Move(args) => {
            let (subscription, sellers) = (Name::new(&args.sale.subscription), args.sale.chain.sellers());
            seat.tell(|desk| resale::shift(desk, &subscription, &sellers, on(args.sale.on), args.reason.as_deref()), told)
        }
        CspCommand::End(args) => {
            let subscription = Name::new(&args.subscription);
            seat.tell(|desk| resale::stop(desk, &subscription, on(args.on), args.reason.as_deref()), told)
        }
        CspCommand::Enrol(command) => enrol::run(command, &seat),
    }
}

fn list(args: &PickArgs, seat: &Seat<'_>) -> Result<Exit> {
    let by = By { tenant_id: args.tenant.as_deref().map(Name::new), ..By::default() };
    let row = |chain: &Chain| {
        let open = chain.sales.open();
        let sale = open.map_or_else(|| "nobody any more".to_owned(), |span| span.held.shown());
        vec![chain.subscription_id.to_string(), shown(chain.tenant_id.as_ref()), sale, shown(open.map(|span| span.from))]
    };
    seat.table(
        |desk| seen::<Chain>(desk, &by),
        &["SUBSCRIPTION", "TENANT", "SOLD BY", "SINCE"],
        row,
        "nobody sells a subscription that you may see; `csp sell` records a sale",
    )
}

fn show(subscription: &Name, seat: &Seat<'_>) -> Result<Exit> {
    let chain = seat.act(|desk| {
        let row: Subscription = desk.get(subscription.as_str())?;
        let chain = Chain::of(desk, subscription, &row.tenant_id)?;
        Ok(Sight::of(desk)?.sees(&chain).then_some(chain))
    })?;
    let Some(chain) = chain else {
        return Err(Refusal::refused(format!("there is nothing about `{subscription}` that you may see"))
            .hint("the customer and those who sell it see it")
            .into());
    };
    seat.story(&chain, Chain::REGISTER, subscription.as_str(), |chain| {
        let row = |span: &Span<Sale>| vec![span.held.shown(), span.from.to_string(), shown(span.to)];
        let rows: Vec<Vec<String>> = chain.sales.all().iter().map(row).collect();
        let now = chain.sales.open().map_or_else(|| "nobody".to_owned(), |span| span.held.shown());
        let held = if rows.is_empty() { String::new() } else { lines(&["SOLD BY", "FROM", "TO"], &rows) };
        format!("{subscription} is sold by {now}\n\n{held}")
    })
}
