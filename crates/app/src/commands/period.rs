//! `period`: months of facts, which ones are closed, and how they were restated.

use anyhow::Result;
use domain::rights;
use domain::time::Month;

use crate::cli::Setting;
use crate::commands::asker::Asker;
use crate::commands::{import, ledger};
use crate::home::{Act, Home};
use crate::output::Paint;
use crate::output::table::{self, count};
use crate::problem::{Exit, say};
use crate::views::hidden::Hidden;
use crate::views::ledger::{EventView, PartView, PeriodView, periods};

/// Months of facts: close them, reopen them, see how they were restated
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  counterfoil period list
  counterfoil period close 2024-07 --reason \"incentives paid\"
  counterfoil period reopen 2024-07 --reason \"the vendor restated July\"")]
pub enum PeriodCommand {
    /// Months, the latest first: what is there, closed or open, before and after restatements
    List,
    /// Take no more rows that would change a month
    Close(TurnArgs),
    /// Take rows of a closed month again
    Reopen(TurnArgs),
}

/// A month, and why.
///
/// A closed month keeps its consumption, workload usage and revenue as they are: rows that would change it are quarantined with the reason
/// `period-closed`, rows that are there already are duplicates as ever, and batches that changed it cannot be undone. Registers (links,
/// roles, claims, …) hold over time, not by month, and stay open.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil period close 2024-07 --reason \"incentives paid\"
  counterfoil period reopen 2024-07 --reason \"the vendor restated July\"")]
pub struct TurnArgs {
    /// The month
    #[arg(value_name = "YYYY-MM")]
    month: Month,

    /// Why, for those who read the ledger later
    #[arg(long, value_name = "TEXT", value_parser = ledger::reason)]
    reason: String,
}

/// Tells of months, closes or reopens one.
///
/// # Errors
/// When there is no home, or the month is closed or open already.
pub fn run(command: &PeriodCommand, setting: &Setting) -> Result<Exit> {
    let home = Home::open(&setting.home()?)?;
    let asker = Asker::of_home(setting)?;
    match command {
        PeriodCommand::List => asker.must(rights::Act::ImportsRead, &rights::On::program(), "see the months of facts")?,
        _ => asker.must(rights::Act::ImportsKeep, &rights::On::program(), "close or reopen a month")?,
    }
    let (args, act) = match command {
        PeriodCommand::List => return list(&home, &asker.hidden(&rights::On::program()), setting),
        PeriodCommand::Close(args) => (args, Act::Close),
        PeriodCommand::Reopen(args) => (args, Act::Reopen),
    };
    let event = import::write(&home)?.turn(args.month, act, &args.reason)?;
    let view = EventView::new(&event);
    setting.output.print(&view, |_| {
        let word = if act == Act::Close { "closed" } else { "open again" };
        format!("{} is {word}, {} by {}: {}\n", args.month, view.done_at, view.done_by, view.reason)
    })?;
    Ok(Exit::Done)
}

/// The months of a home.
///
/// # Errors
/// When the ledger cannot be read.
pub fn views(home: &Home) -> Result<Vec<PeriodView>> {
    let lake = home.lake()?;
    let part = |file: &engine::lake::LakeFile| Some((file.month?, (file.table, file.source.clone(), file.rows, file.amount)));
    let parts: Vec<_> = lake.files.iter().filter_map(part).collect();
    let parts = parts.iter().map(|(month, (table, source, rows, amount))| (*month, (*table, source.as_str(), *rows, *amount)));
    Ok(periods(parts, &home.month_changes()?, &home.period_events()?))
}

fn list(home: &Home, hidden: &Hidden, setting: &Setting) -> Result<Exit> {
    let views: Vec<PeriodView> = views(home)?.into_iter().map(|view| view.masked(hidden)).collect();
    setting.output.print(&views, |paint| told(&views, paint))?;
    if views.is_empty() {
        say("there are no months yet; `counterfoil import FOLDER` imports\n");
    }
    Ok(Exit::Done)
}

fn told(views: &[PeriodView], paint: Paint) -> String {
    let mut lines = Vec::new();
    for view in views {
        let row = |part: &PartView| {
            let restated = part.restated.last().map(|last| {
                let times = if part.restated.len() == 1 { String::new() } else { format!(", {} times", part.restated.len()) };
                let rows = format!("{} to {} rows", count(last.rows_before), count(last.rows_after));
                let credited = last.credited_before.as_ref().zip(last.credited_after.as_ref());
                let credited = credited.map(|(before, after)| format!(", credited {before} to {after}")).unwrap_or_default();
                format!("{rows}, {} to {}{credited}{times}", last.amount_before, last.amount_after)
            });
            let ends = [part.amount.clone().unwrap_or_default(), restated.unwrap_or_default()];
            [part.table.clone(), part.source.clone(), count(part.rows)].into_iter().chain(ends).collect::<Vec<_>>()
        };
        let mut parts: Vec<Vec<String>> = view.parts.iter().map(row).collect();
        if parts.is_empty() {
            parts.push(vec![String::new(); 5]);
        }
        let month = |part: Vec<String>| [view.month.clone(), view.state.to_owned()].into_iter().chain(part).collect::<Vec<_>>();
        lines.extend(parts.into_iter().map(month));
    }
    let header = ["MONTH", "STATE", "TABLE", "SOURCE", "ROWS", "AMOUNT", "RESTATED LAST"];
    let mut text: String = table::lines(&header, &lines, &[4, 5]).iter().map(|line| format!("{line}\n")).collect();
    for (month, event) in views.iter().flat_map(|view| view.events.iter().map(move |event| (&view.month, event))) {
        let word = if event.act == "close" { "closed" } else { "reopened" };
        text.push_str(&format!("{}\n", paint.faint(&format!("{month} {word} {} by {}: {}", event.done_at, event.done_by, event.reason))));
    }
    text
}
