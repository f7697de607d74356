//! `credit`: usage as credited, with the duplicate flags that reports know, or summed by group.

use std::path::PathBuf;

use anyhow::Result;
use domain::amount::Amount;
use domain::lines::{LINE_COLUMNS, LineKey};
use domain::names::Name;
use domain::time::Month;
use engine::credits::{Group, GroupBy};

use crate::cli::Setting;
use crate::commands::ProgramArgs;
use crate::output::rows::{Rows, format_of, write_file};
use crate::problem::{Exit, say};
use crate::progress;

/// Azure consumption as credited
///
/// One line per month, customer, subscription, service, location and kind of association, ordered by all columns. A row of usage
/// counts once for each global account: the lines whose flag `IsACRDuplicateAtPGALevel` is 0 add up to what metrics use.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil credit --dataset my-exports/ --as-of 2024-08-31 --out credits.csv
  counterfoil credit --dataset my-exports/ --group global-partner,month
  counterfoil credit --dataset my-exports/ --group global-partner,tenant,service,month --out credits.parquet")]
pub struct CreditArgs {
    #[command(flatten)]
    program: ProgramArgs,

    /// Sum by these columns; each row of usage then counts once for each global account
    #[arg(long, value_name = "COLUMNS", value_enum, value_delimiter = ',')]
    group: Vec<GroupColumn>,

    /// Write into a file; its ending tells the format: csv, tsv, json, jsonl, yaml, parquet
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// A column to sum by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum GroupColumn {
    /// The global account
    GlobalPartner,
    /// The customer
    Tenant,
    /// The subscription
    Subscription,
    /// The service
    Service,
    /// The month
    Month,
}

impl GroupColumn {
    const fn by(self) -> GroupBy {
        match self {
            Self::GlobalPartner => GroupBy::GlobalPartner,
            Self::Tenant => GroupBy::Tenant,
            Self::Subscription => GroupBy::Subscription,
            Self::Service => GroupBy::Service,
            Self::Month => GroupBy::Month,
        }
    }

    const fn header(self) -> &'static str {
        match self {
            Self::GlobalPartner => "global_partner_id",
            Self::Tenant => "tenant_id",
            Self::Subscription => "subscription_id",
            Self::Service => "service",
            Self::Month => "month",
        }
    }

    fn cell(self, group: &Group, partners: &[(Name, String)]) -> String {
        match self {
            Self::GlobalPartner => group.account.map_or_else(String::new, |account| partners[account.0 as usize].0.to_string()),
            Self::Tenant => group.names[0].to_string(),
            Self::Subscription => group.names[1].to_string(),
            Self::Service => group.names[2].to_string(),
            Self::Month => group.month.map_or_else(String::new, |month| month.first_day().to_string()),
        }
    }
}

/// The places of the duplicate flags among the columns of a line.
const FLAGS: [usize; 3] = [9, 10, 11];

/// Writes credited usage.
///
/// # Errors
/// When the program cannot be opened, or the file cannot be written.
pub fn run(args: &CreditArgs, setting: &Setting) -> Result<Exit> {
    if let Some(path) = &args.out {
        format_of(path)?;
    }
    let program = args.program.open(setting)?;
    let month = args.program.as_of().closed_month();
    if args.group.is_empty() {
        let lines = progress::during("crediting usage", || program.credited(month))?;
        let mut lines: Vec<(LineKey, Amount)> = lines.into_iter().collect();
        lines.sort_by(|(one, _), (other, _)| in_columns(one).cmp(&in_columns(other)));
        let mut rows = lines.iter().map(|(key, acr)| key.cells(*acr).to_vec());
        deliver(args, setting, month, lines.len(), Rows { header: &LINE_COLUMNS, numbers: &FLAGS, right: &[12], rows: &mut rows })?;
    } else {
        let by: Vec<GroupBy> = args.group.iter().map(|column| column.by()).collect();
        let groups = progress::during("crediting usage", || program.credited_groups(month, &by))?;
        let header: Vec<&str> = args.group.iter().map(|column| column.header()).chain(["acr_usd"]).collect();
        if let Some(path) = args.out.as_ref().filter(|path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"))) {
            program.write_groups(&groups, &by, path)?;
            say(&format!("{} lines, usage up to {month}, in `{}`\n", groups.len(), path.display()));
            return Ok(setting.tell_rows(&program.problems()));
        }
        let row = |(group, acr): (Group, Amount)| {
            let cells = args.group.iter().map(|column| column.cell(&group, program.partners()));
            cells.chain([acr.to_string()]).collect()
        };
        let mut rows = groups.iter().map(row);
        let right = [args.group.len()];
        deliver(args, setting, month, groups.len(), Rows { header: &header, numbers: &[], right: &right, rows: &mut rows })?;
    }
    Ok(setting.tell_rows(&program.problems()))
}

/// A line as its columns order it, word by word.
fn in_columns(line: &LineKey) -> impl Ord + '_ {
    let place = (line.month, &line.tenant, &line.subscription, &line.service, &line.areas);
    let flags = (line.duplicate_in_account, line.duplicate_in_attach, line.duplicate_in_location);
    (place, &line.account, &line.partner, line.attach.shown(), &line.role, flags)
}

/// Writes rows into the file that is asked for, or else to stdout.
fn deliver(args: &CreditArgs, setting: &Setting, month: Month, count: usize, rows: Rows<'_>) -> Result<()> {
    let Some(path) = &args.out else { return setting.output.print_rows(rows) };
    let format = format_of(path)?;
    write_file(path, |out| rows.write(out, format))?;
    say(&format!("{count} lines, usage up to {month}, in `{}`\n", path.display()));
    Ok(())
}
