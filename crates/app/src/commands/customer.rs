//! `customer`: customers and the principals in their tenants.

use anyhow::Result;
use domain::accounts::{customer_of_domain, delete_principal, keep_customer, keep_principal};
use domain::facts::{Customer, Principal};
use domain::names::Name;
use domain::record::desk::Desk;
use domain::record::entry::By;
use domain::record::refusal::Refusal;
use domain::sight::{Sight, seen};
use domain::time::Day;
use domain::words::{Cloud, PrincipalKind};

use super::seat::{Seat, shown, word};
use crate::cli::Setting;
use crate::clock;
use crate::problem::Exit;

/// Customers: tenants with their domains, cloud and segment, and the principals in them
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  counterfoil customer find ann@woodgrove.example
  counterfoil customer set t-woodgrove --domain woodgrove.example --segment enterprise --as rita@operator.example
  counterfoil customer principal t-alpine p-ana --kind guest --name Ana --as rita@operator.example
  counterfoil customer principal-gone t-alpine p-ana --on 2024-06-01 --as rita@operator.example")]
pub enum CustomerCommand {
    /// Customers that you may see
    List,
    /// The customer with a domain: of a mail address or a web address too
    Find(FindArgs),
    /// Add a customer, or change one
    Set(SetArgs),
    /// Add a principal of a tenant, or change one
    Principal(PrincipalArgs),
    /// Record that a principal is gone
    PrincipalGone(GoneArgs),
}

/// A domain.
#[derive(Debug, clap::Args)]
pub struct FindArgs {
    /// A domain, a mail address or a web address
    #[arg(value_name = "DOMAIN")]
    domain: String,
}

/// A customer.
#[derive(Debug, clap::Args)]
pub struct SetArgs {
    /// The tenant
    #[arg(value_name = "TENANT")]
    tenant: String,

    /// The name
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,

    /// A domain; given several times, all of them
    #[arg(long = "domain", value_name = "DOMAIN")]
    domains: Vec<String>,

    /// The country
    #[arg(long, value_name = "COUNTRY")]
    country: Option<String>,

    /// The cloud: public (default), china or us-government
    #[arg(long, value_name = "CLOUD", value_parser = word::<Cloud>)]
    cloud: Option<Cloud>,

    /// The segment, such as `enterprise` or `smb`
    #[arg(long, value_name = "SEGMENT")]
    segment: Option<String>,

    /// Why, for those who read the log later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// A principal.
#[derive(Debug, clap::Args)]
pub struct PrincipalArgs {
    /// The tenant
    #[arg(value_name = "TENANT")]
    tenant: String,

    /// The principal's object id
    #[arg(value_name = "OBJECT")]
    principal: String,

    /// user (default), guest, service-principal, group or delegated
    #[arg(long, value_name = "KIND", value_parser = word::<PrincipalKind>)]
    kind: Option<PrincipalKind>,

    /// A label
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
}

/// A principal who is gone.
#[derive(Debug, clap::Args)]
pub struct GoneArgs {
    /// The tenant
    #[arg(value_name = "TENANT")]
    tenant: String,

    /// The principal's object id
    #[arg(value_name = "OBJECT")]
    principal: String,

    /// The first day without [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<Day>,

    /// Why, for those who read the log later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Reads or changes customers.
///
/// # Errors
/// When there is no home, or the act is refused.
pub fn run(command: &CustomerCommand, setting: &Setting) -> Result<Exit> {
    let seat = Seat::take(setting)?;
    match command {
        CustomerCommand::List => {
            let empty = "there is no customer that you may see; `import` reads them, `customer set` adds one";
            seat.table(|desk| seen::<Customer>(desk, &By::default()), &HEADER, row, empty)
        }
        CustomerCommand::Find(args) => find(args, &seat),
        CustomerCommand::Set(args) => set(args, &seat),
        CustomerCommand::Principal(args) => {
            let act = |desk: &mut Desk<'_>| {
                let (tenant, principal) = (Name::new(&args.tenant), Name::new(&args.principal));
                let known = desk.find::<Principal>(&format!("{tenant}/{principal}"))?;
                let row = Principal {
                    tenant_id: tenant,
                    principal_id: principal,
                    kind: args.kind.or(known.as_ref().map(|row| row.kind)).unwrap_or_default(),
                    name: args.name.clone().or(known.and_then(|row| row.name)),
                    deleted_on: None,
                };
                keep_principal(desk, &row, None)?;
                Ok(row)
            };
            seat.tell(act, |row| format!("{} is a {} of {}", row.principal_id, row.kind, row.tenant_id))
        }
        CustomerCommand::PrincipalGone(args) => {
            let (tenant, principal, on) = (Name::new(&args.tenant), Name::new(&args.principal), args.on.unwrap_or_else(clock::today));
            let told = |row: &Principal| format!("{} is gone from {on}: its links give nothing from then on", row.principal_id);
            seat.tell(|desk| delete_principal(desk, &tenant, &principal, on, args.reason.as_deref()), told)
        }
    }
}

const HEADER: [&str; 6] = ["TENANT", "NAME", "DOMAINS", "COUNTRY", "CLOUD", "SEGMENT"];

fn row(row: &Customer) -> Vec<String> {
    vec![
        row.tenant_id.to_string(),
        row.name.clone(),
        shown(row.domains.as_ref()),
        shown(row.country.as_ref()),
        row.cloud.to_string(),
        shown(row.segment.as_ref()),
    ]
}

fn find(args: &FindArgs, seat: &Seat<'_>) -> Result<Exit> {
    let read = |desk: &mut Desk<'_>| {
        let found = customer_of_domain(desk, &args.domain)?;
        let sight = Sight::of(desk)?;
        let found = found.filter(|row| sight.sees(row));
        let missing = || {
            Refusal::not_found(
                "unknown-domain",
                format!("no customer that you may see has the domain of `{}`", args.domain),
                "check its spelling; `customer list` tells domains",
            )
        };
        Ok(vec![found.ok_or_else(missing)?])
    };
    seat.table(read, &HEADER, row, "")
}

fn set(args: &SetArgs, seat: &Seat<'_>) -> Result<Exit> {
    let id = Name::new(&args.tenant);
    let act = |desk: &mut Desk<'_>| {
        let known = desk.find::<Customer>(id.as_str())?;
        let missing = || Refusal::invalid("incomplete", format!("`{id}` is new, and its name is missing"), "add `--name`");
        let domains = (!args.domains.is_empty()).then(|| args.domains.join(";"));
        let row = Customer {
            tenant_id: id.clone(),
            name: args.name.clone().or(known.as_ref().map(|row| row.name.clone())).ok_or_else(missing)?,
            domains: domains.or(known.as_ref().and_then(|row| row.domains.clone())),
            country: args.country.clone().or(known.as_ref().and_then(|row| row.country.clone())),
            cloud: args.cloud.or(known.as_ref().map(|row| row.cloud)).unwrap_or_default(),
            segment: args.segment.as_deref().map(Name::new).or(known.and_then(|row| row.segment)),
        };
        keep_customer(desk, &row, args.reason.as_deref())?;
        Ok(row)
    };
    seat.tell(act, |row| format!("{} is {}", row.tenant_id, row.name))
}
