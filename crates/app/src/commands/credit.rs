//! `credit`: usage as credited, with the duplicate flags that reports know, or summed by group.

mod bill;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use domain::amount::Amount;
use domain::lines::{LINE_COLUMNS, LineKey};
use domain::names::Name;
use domain::rights::{Act, On};
use domain::time::Month;
use engine::credits::{Group, GroupBy};
use engine::sheet::{Cell, Kind};

use crate::cli::Setting;
use crate::commands::ProgramArgs;
use crate::commands::cluster::ClusterArgs;
use crate::output::files::{FileFormat, whole_file};
use crate::output::rows::Rows;
use crate::output::table;
use crate::problem::{Exit, say};
use crate::program::OpenProgram;
use crate::progress;

/// Azure consumption as credited
///
/// One line per month, customer, subscription, service, location and kind of association, ordered by all columns. A row of usage
/// counts once for each global account: the lines whose flag `IsACRDuplicateAtPGALevel` is 0 add up to what metrics use.
/// The columns are those of Partner Center's Azure usage report.
///
/// With `--focus` the rows of a cost export stay as they are, and get the columns `x_PartnerId`, `x_AssociationType`,
/// `x_AssociationId` and `x_RulebookVersion`; several associations of a row stand in them as lists, the best one first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil credit --dataset my-exports/ --as-of 2024-08-31 --out credits.csv
  counterfoil credit --dataset my-exports/ --group global-partner,month
  counterfoil credit --dataset my-exports/ --group global-partner,tenant,service,month --out credits.parquet
  counterfoil credit --focus bill-2024-07.csv --out bill-2024-07-credited.csv")]
pub struct CreditArgs {
    #[command(flatten)]
    program: ProgramArgs,

    #[command(flatten)]
    cluster: ClusterArgs,

    /// Sum by these columns; each row of usage then counts once for each global account
    #[arg(long, value_name = "COLUMNS", value_enum, value_delimiter = ',')]
    group: Vec<GroupColumn>,

    /// Write into a file; its ending tells the format: csv, xlsx, parquet, json, jsonl, tsv, yaml
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Credit the rows of this cost export (FOCUS, text or Parquet) instead, into a file of the same form
    #[arg(long, value_name = "FILE", requires = "out", conflicts_with = "group")]
    focus: Option<PathBuf>,

    /// With `--focus`: tell the associations of this global account only
    #[arg(long, value_name = "ID", requires = "focus")]
    partner: Option<String>,

    /// With `--focus`: the tenant of rows that name none
    #[arg(long, value_name = "GUID", requires = "focus")]
    tenant: Option<String>,
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

    const fn kind(self) -> Kind {
        match self {
            Self::Month => Kind::Day,
            _ => Kind::Text,
        }
    }

    fn cell<'a>(self, group: &Group<'_>, partners: &'a [(Name, String)]) -> Cell<'a> {
        match self {
            Self::GlobalPartner => Cell::text(group.account.map_or("", |account| partners[account.0 as usize].0.as_str())),
            Self::Tenant => Cell::text(group.tenant.to_owned()),
            Self::Subscription => Cell::text(group.subscription.to_owned()),
            Self::Service => Cell::text(group.service.to_owned()),
            Self::Month => group.month.map_or_else(|| Cell::text(""), |month| Cell::Day(month.first_day())),
        }
    }
}

/// Writes credited usage.
///
/// # Errors
/// When the program cannot be opened, or the file cannot be written.
pub fn run(args: &CreditArgs, setting: &Setting) -> Result<Exit> {
    if let Some(path) = &args.focus {
        return bill::run(path, args, setting);
    }
    if let Some(path) = &args.out {
        FileFormat::of(path)?;
    }
    let program = args.cluster.open(&args.program, setting)?;
    let month = args.program.as_of().closed_month();
    let asker = args.program.asker(setting)?;
    let accounts: BTreeSet<&Name> = program.partners().iter().map(|(id, _)| id).filter(|id| asker.sees_credits(id)).collect();
    let is_seen = |account: &Name| asker.actor().is_none() || accounts.contains(account);
    if accounts.is_empty() {
        asker.must(Act::RevenueRead, &On::program(), "see what is credited in dollars")?;
    }
    if !args.group.is_empty() {
        asker.must(Act::RevenueRead, &On::program(), "see sums over all partners")?;
    }
    if args.group.is_empty() {
        let lines = progress::during("crediting usage", || program.credited(month))?;
        let seen = lines.into_iter().filter(|(line, _)| is_seen(&line.account));
        let mut lines: Vec<(LineKey, Amount)> = seen.collect();
        lines.sort_by(|(one, _), (other, _)| in_columns(one).cmp(&in_columns(other)));
        let columns: Vec<(&str, Kind)> = LINE_COLUMNS.into_iter().zip(LINE_KINDS).collect();
        let mut rows = lines.iter().map(|(key, acr)| line_cells(key, *acr));
        deliver(args, setting, month, Rows { columns: &columns, rows: &mut rows })?;
    } else {
        credit_groups(args, setting, &program, month)?;
    }
    Ok(setting.tell_rows(&program.problems()))
}

fn credit_groups(args: &CreditArgs, setting: &Setting, program: &OpenProgram, month: Month) -> Result<()> {
    let by: Vec<GroupBy> = args.group.iter().map(|column| column.by()).collect();
    let groups = progress::during("crediting usage", || program.credited_groups(month, &by))?;
    if let Some(path) = args.out.as_ref().filter(|path| FileFormat::of(path).is_ok_and(|format| format == FileFormat::Parquet)) {
        whole_file(path, |partial| program.write_groups(&groups, &by, partial))?;
        told(groups.len() as u64, month, path);
        // The program ends here: giving millions of groups back one by one would take longer than writing them.
        std::mem::forget(groups);
        return Ok(());
    }
    let kinds = args.group.iter().map(|column| (column.by().column(), column.kind()));
    let columns: Vec<(&str, Kind)> = kinds.chain([("acr_usd", Kind::Amount)]).collect();
    let mut rows = groups.iter().map(|(group, acr)| {
        let cells = args.group.iter().map(|column| column.cell(&group, program.partners()));
        cells.chain([Cell::Amount(acr)]).collect()
    });
    deliver(args, setting, month, Rows { columns: &columns, rows: &mut rows })
}

/// What the columns of a line hold.
const LINE_KINDS: [Kind; 13] = {
    let mut kinds = [Kind::Text; 13];
    (kinds[0], kinds[9], kinds[10], kinds[11], kinds[12]) = (Kind::Day, Kind::Count, Kind::Count, Kind::Count, Kind::Amount);
    kinds
};

/// The cells of a line, in the order of [`LINE_COLUMNS`].
fn line_cells(line: &LineKey, acr: Amount) -> Vec<Cell<'_>> {
    let flag = |is_duplicate: bool| Cell::Count(i64::from(is_duplicate));
    vec![
        Cell::Day(line.month.first_day()),
        Cell::text(line.tenant.as_str()),
        Cell::text(line.subscription.as_str()),
        Cell::text(&line.service),
        Cell::text(&line.areas),
        Cell::text(line.account.as_str()),
        Cell::text(line.partner.as_str()),
        Cell::text(line.attach.shown()),
        Cell::text(&line.role),
        flag(line.duplicate_in_account),
        flag(line.duplicate_in_attach),
        flag(line.duplicate_in_location),
        Cell::Amount(acr),
    ]
}

/// A line as its columns order it, word by word.
fn in_columns(line: &LineKey) -> impl Ord + '_ {
    let place = (line.month, &line.tenant, &line.subscription, &line.service, &line.areas);
    let flags = (line.duplicate_in_account, line.duplicate_in_attach, line.duplicate_in_location);
    (place, &line.account, &line.partner, line.attach.shown(), &line.role, flags)
}

/// Writes rows into the file that is asked for, or else to stdout.
fn deliver(args: &CreditArgs, setting: &Setting, month: Month, rows: Rows<'_, '_>) -> Result<()> {
    let Some(path) = &args.out else { return setting.output.print_rows(rows) };
    let count = progress::during("writing", || rows.write_file(path))?;
    told(count, month, path);
    Ok(())
}

fn told(count: u64, month: Month, path: &Path) {
    say(&format!("{} lines, usage up to {month}, in `{}`\n", table::count(count), path.display()));
}
