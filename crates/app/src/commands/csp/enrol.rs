//! `csp enrol`: enrolments in the models of resale, step by step.

use anyhow::Result;
use domain::enrolment::checks::{Check, Floor, Step, checks, steps};
use domain::enrolment::{self, Address, Company, Enrolment, enrolment_id};
use domain::names::Name;
use domain::record::entry::{By, Entry as _};
use domain::record::refusal::Refusal as DomainRefusal;
use domain::rulebook::associations::Requirement;
use domain::sight::{Sight, seen};
use domain::words::Tier;
use serde::Serialize;

use crate::commands::seat::{Seat, lines, shown, word};
use crate::problem::Exit;
use crate::program::resale;
use crate::progress;

/// Enrolments: direct bill, indirect provider, indirect reseller
///
/// The partner tells its company and the address, the operator verifies, the partner accepts the agreement. `show` tells what is done,
/// what is missing, and the arithmetic behind the revenue floor.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  counterfoil csp enrol start 100204 --model direct-bill --as paul@partner.example
  counterfoil csp enrol company 900010 --model direct-bill --name \"Northwind\" --duns 12-345-6789 --country DE --as paul@partner.example
  counterfoil csp enrol show 900010 --model direct-bill
  counterfoil csp enrol verify 900010 --model direct-bill --as rita@operator.example
  counterfoil csp enrol agree 900010 --model direct-bill --as paul@partner.example")]
pub enum EnrolCommand {
    /// Enrolments that you may see
    List,
    /// The steps of an enrolment, what is missing, and its arithmetic
    Show(OneArgs),
    /// Begin, with the location that is to sell
    Start(StartArgs),
    /// Tell the company: a D-U-N-S number, or an address, or both
    Company(CompanyArgs),
    /// Accept the suggested address, or keep yours
    Address(AddressArgs),
    /// Tell the support plan
    Support(SupportArgs),
    /// Approve the credit, as the operator
    Credit(OneArgs),
    /// Verify, as the operator: everything that the model requires must be so
    Verify(OneArgs),
    /// Refuse, as the operator
    Refuse(WhyArgs),
    /// Accept the agreement: the partner may sell from now on
    Agree(OneArgs),
    /// Record a partner who was enrolled before, as the operator
    Admit(AdmitArgs),
    /// Close: no new sale may name the partner
    Close(WhyArgs),
}

/// An enrolment.
#[derive(Debug, clap::Args)]
pub struct OneArgs {
    /// The partner's global account
    #[arg(value_name = "ACCOUNT")]
    account: String,

    /// The model: direct-bill, indirect-provider or indirect-reseller
    #[arg(long, value_name = "MODEL", value_parser = word::<Tier>)]
    model: Tier,
}

/// A beginning.
#[derive(Debug, clap::Args)]
pub struct StartArgs {
    /// The location that is to sell
    #[arg(value_name = "LOCATION")]
    location: String,

    /// The model: direct-bill, indirect-provider or indirect-reseller
    #[arg(long, value_name = "MODEL", value_parser = word::<Tier>)]
    model: Tier,
}

/// A company.
#[derive(Debug, clap::Args)]
pub struct CompanyArgs {
    #[command(flatten)]
    one: OneArgs,

    /// The legal name
    #[arg(long, value_name = "TEXT")]
    name: String,

    /// The country, as the location's
    #[arg(long, value_name = "COUNTRY")]
    country: String,

    /// The D-U-N-S number, nine digits
    #[arg(long, value_name = "NUMBER")]
    duns: Option<String>,

    /// Street and number
    #[arg(long, value_name = "TEXT", requires = "town")]
    street: Option<String>,

    /// Postal code and town
    #[arg(long, value_name = "TEXT", requires = "street")]
    town: Option<String>,
}

/// What becomes of a suggested address.
#[derive(Debug, clap::Args)]
pub struct AddressArgs {
    #[command(flatten)]
    one: OneArgs,

    /// Keep the typed address instead of the suggested one
    #[arg(long)]
    keep: bool,
}

/// A support plan.
#[derive(Debug, clap::Args)]
pub struct SupportArgs {
    #[command(flatten)]
    one: OneArgs,

    /// The plan, one of the rulebook's `csp.support_plans`
    #[arg(long, value_name = "PLAN")]
    plan: String,
}

/// An enrolment and a reason.
#[derive(Debug, clap::Args)]
pub struct WhyArgs {
    #[command(flatten)]
    one: OneArgs,

    /// Why: the partner reads it
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// A partner who was enrolled before.
#[derive(Debug, clap::Args)]
pub struct AdmitArgs {
    #[command(flatten)]
    start: StartArgs,

    /// Why, for those who read the log later
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

pub(super) fn run(command: &EnrolCommand, seat: &Seat<'_>) -> Result<Exit> {
    let told = |enrolment: &Enrolment| format!("the enrolment of {} as {} is {}", enrolment.partner_id, enrolment.model, enrolment.state);
    match command {
        EnrolCommand::List => list(seat),
        EnrolCommand::Show(one) => show(one, seat),
        EnrolCommand::Start(args) => seat.tell(|desk| enrolment::start(desk, &Name::new(&args.location), args.model), told),
        EnrolCommand::Company(args) => seat.tell(
            |desk| enrolment::tell_company(desk, &Name::new(&args.one.account), args.one.model, company(args)),
            |enrolment| match &enrolment.suggested {
                Some(address) => format!(
                    "the address in standard form is `{}, {}`: accept it, or keep yours, with `address`",
                    address.street, address.town
                ),
                None => "the company is told".to_owned(),
            },
        ),
        EnrolCommand::Address(args) => {
            seat.tell(|desk| enrolment::choose_address(desk, &Name::new(&args.one.account), args.one.model, !args.keep), told)
        }
        EnrolCommand::Support(args) => {
            seat.tell(|desk| enrolment::tell_support(desk, &Name::new(&args.one.account), args.one.model, &Name::new(&args.plan)), told)
        }
        EnrolCommand::Credit(one) => seat.tell(|desk| enrolment::approve_credit(desk, &Name::new(&one.account), one.model), told),
        EnrolCommand::Verify(one) => {
            let floor = revenue(&Name::new(&one.account), seat)?;
            seat.tell(|desk| enrolment::verify(desk, &Name::new(&one.account), one.model, &floor), told)
        }
        EnrolCommand::Refuse(args) => {
            seat.tell(|desk| enrolment::refuse(desk, &Name::new(&args.one.account), args.one.model, &args.reason), told)
        }
        EnrolCommand::Agree(one) => seat.tell(|desk| enrolment::agree(desk, &Name::new(&one.account), one.model), told),
        EnrolCommand::Admit(args) => {
            seat.tell(|desk| enrolment::admit(desk, &Name::new(&args.start.location), args.start.model, &args.reason), told)
        }
        EnrolCommand::Close(args) => {
            seat.tell(|desk| enrolment::close(desk, &Name::new(&args.one.account), args.one.model, Some(&args.reason)), told)
        }
    }
}

fn company(args: &CompanyArgs) -> Company {
    let address = args.street.clone().zip(args.town.clone()).map(|(street, town)| Address { street, town });
    Company { name: args.name.clone(), duns: args.duns.clone(), address, country: args.country.clone() }
}

fn list(seat: &Seat<'_>) -> Result<Exit> {
    let row = |row: &Enrolment| {
        vec![
            row.partner_id.to_string(),
            row.model.to_string(),
            row.location_id.to_string(),
            row.state.to_string(),
            shown(row.company.as_ref().map(|company| &company.name)),
        ]
    };
    let empty = "there is no enrolment that you may see; `csp enrol start` begins one";
    seat.table(|desk| seen::<Enrolment>(desk, &By::default()), &["ACCOUNT", "MODEL", "LOCATION", "STATE", "COMPANY"], row, empty)
}

/// An enrolment with what is done and what is missing.
#[derive(Serialize)]
struct Shown {
    enrolment: Enrolment,
    steps: Vec<Step>,
    checks: Vec<Check>,
    revenue: Floor,
}

fn show(one: &OneArgs, seat: &Seat<'_>) -> Result<Exit> {
    let account = Name::new(&one.account);
    let revenue = revenue(&account, seat)?;
    let id = enrolment_id(&account, one.model);
    let shown = seat.act(|desk| {
        let found = desk.find::<Enrolment>(&id)?;
        let sight = Sight::of(desk)?;
        let Some(enrolment) = found.filter(|enrolment| sight.sees(enrolment)) else {
            let message = format!("there is no enrolment of `{account}` as {} that you may see", one.model);
            return Err(DomainRefusal::not_found("unknown-id", message, "`csp enrol list` tells those that there are").into());
        };
        Ok(Shown { steps: steps(&enrolment), checks: checks(desk, &enrolment, &revenue)?, revenue, enrolment })
    })?;
    seat.story(&shown, Enrolment::REGISTER, &id, |shown| {
        let mark = |done: bool| if done { "done" } else { "open" }.to_owned();
        let rows: Vec<Vec<String>> =
            shown.steps.iter().map(|step| vec![step.step.to_owned(), mark(step.done), step.told.clone()]).collect();
        let met = |check: &Check| {
            vec![if check.met { "yes" } else { "no" }.to_owned(), check.told.clone(), check.cure.clone().unwrap_or_default()]
        };
        let required: Vec<Vec<String>> = shown.checks.iter().map(met).collect();
        let floor = shown.checks.iter().any(|check| check.requirement == Requirement::RevenueFloor);
        let months = shown.revenue.months.iter().filter(|_| floor);
        let months: Vec<Vec<String>> = months.map(|(month, amount)| vec![month.to_string(), amount.to_string()]).collect();
        let months = if floor { lines(&["MONTH", "REVENUE USD"], &months) } else { String::new() };
        format!(
            "{} as {}: {}\n\n{}\n{}\n{}",
            shown.enrolment.partner_id,
            shown.enrolment.model,
            shown.enrolment.state,
            lines(&["STEP", "STATE", "HOW IT STANDS"], &rows),
            lines(&["MET", "REQUIRED", "CURE"], &required),
            months,
        )
    })
}

/// The account's revenue in resale, worked out from what is credited to it.
fn revenue(account: &Name, seat: &Seat<'_>) -> Result<Floor> {
    progress::during("crediting usage", || resale::revenue(&seat.home, &seat.rulebook, account))
}
