//! `reconcile`: the vendor's own download beside our figures, each difference with its likely cause.

mod scorecard;
mod usage;

use std::path::PathBuf;

use anyhow::Result;
use domain::amount::Amount;
use engine::downloads::{self, VendorFile};
use engine::problems::Problems;

use crate::cli::Setting;
use crate::commands::ProgramArgs;
use crate::output::files::FileFormat;
use crate::problem::{Exit, Refusal};
use domain::rights::{Act, On};

/// The vendor's own figures beside ours, each difference with its likely cause
///
/// FILE is the Azure usage download of Partner Center (`Month`, `CustomerTenantId`, `ACR_USD`, and as much of subscription, service,
/// `PartnerAttributionType`, partner and duplicate flags as it has), or a scorecard (area, category, points earned). Differences are
/// told largest first; ours less the vendor's. The command ends with 3 when figures differ.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil reconcile AzureUsage.csv
  counterfoil reconcile AzureUsage.tsv --partner 900010 --tolerance 1 --out differences.xlsx
  counterfoil reconcile AzureUsage.csv --all -o csv
  counterfoil reconcile scorecard.csv --partner 900010 --as-of 2024-08-10")]
pub struct ReconcileArgs {
    /// The vendor's file: CSV, TSV or Parquet, plain or compressed
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Only this global account
    #[arg(long, value_name = "ID")]
    partner: Option<String>,

    /// Differences up to this are rounding: dollars of usage, or points
    #[arg(long, value_name = "AMOUNT", default_value = "0.01")]
    tolerance: Amount,

    /// Tell the figures that agree too, so that the rows add up to both totals
    #[arg(long)]
    all: bool,

    /// Write into a file; its ending tells the format: csv, xlsx, parquet, json, jsonl, tsv, yaml
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    #[command(flatten)]
    program: ProgramArgs,
}

/// Compares the vendor's file with the program.
///
/// # Errors
/// When the file is none of the vendor's, or the program cannot be opened.
pub fn run(args: &ReconcileArgs, setting: &Setting) -> Result<Exit> {
    if let Some(path) = &args.out {
        FileFormat::of(path)?;
    }
    if !args.file.is_file() {
        let what = if args.file.is_dir() { "is a folder" } else { "does not exist" };
        let refusal =
            Refusal::refused(format!("`{}` {what}; expected a file that was downloaded from Partner Center", args.file.display()));
        return Err(refusal.hint("check the spelling").into());
    }
    let mut problems = Problems::default();
    let file = downloads::read(&args.file, &mut problems)?;
    let program = args.program.open(setting)?;
    let account = args.partner.as_deref().map(|id| program.partner(id).cloned()).transpose()?;
    let on = account.as_ref().map_or_else(On::program, On::account);
    let asker = args.program.asker(setting)?;
    asker.must(Act::RevenueRead, &on, "see what is credited in dollars")?;
    asker.must(Act::UncoveredRead, &on, "see usage that is not credited, which differences are explained by")?;
    let differs = match file {
        VendorFile::Usage(usage) => usage::run(args, setting, &program, account.as_ref(), &usage)?,
        VendorFile::Scorecard(lines) => scorecard::run(args, setting, &program, account.as_ref(), &lines)?,
    };
    problems.absorb(program.problems());
    let told = setting.tell_rows(&problems);
    Ok(if differs { Exit::Attention } else { told })
}
