//! The Azure usage download beside usage as we credit it.

use std::collections::BTreeMap;

use anyhow::Result;
use domain::amount::Amount;
use domain::names::Name;
use domain::reconcile::{Cause, Compared};
use engine::downloads::{Basis, VendorUsage};
use engine::sheet::{Cell, Kind};

use super::ReconcileArgs;
use crate::cli::Setting;
use crate::output::rows::Rows;
use crate::output::table::count;
use crate::problem::say;
use crate::program::OpenProgram;
use crate::program::reconcile::{AskedUsage, UsageCompared};
use crate::progress;

const COLUMNS: [(&str, Kind); 12] = [
    ("month", Kind::Day),
    ("partner", Kind::Text),
    ("customer", Kind::Text),
    ("tenant_id", Kind::Text),
    ("subscription_id", Kind::Text),
    ("service", Kind::Text),
    ("association", Kind::Text),
    ("vendor_usd", Kind::Amount),
    ("ours_usd", Kind::Amount),
    ("difference_usd", Kind::Amount),
    ("cause", Kind::Text),
    ("why", Kind::Text),
];

/// Tells the differences; whether there are any.
///
/// # Errors
/// When nothing can be compared, or the answer cannot be written.
pub fn run(args: &ReconcileArgs, setting: &Setting, program: &OpenProgram, account: Option<&Name>, usage: &VendorUsage) -> Result<bool> {
    let asked = AskedUsage { account, as_of: args.program.as_of(), tolerance: args.tolerance };
    let compared = progress::during("comparing", || program.reconcile(usage, &asked))?;
    let mut shown: Vec<&Compared> = compared.figures.iter().filter(|figure| args.all || figure.cause != Cause::Agrees).collect();
    // The largest difference first; what is equal stays in the order of what it is about.
    shown.sort_by_key(|figure| std::cmp::Reverse(figure.difference().max(-figure.difference())));
    let names = program.customer_names();
    let mut rows = shown.iter().map(|figure| cells(figure, &compared.services, &names));
    let rows = Rows { columns: &COLUMNS, rows: &mut rows };
    match &args.out {
        Some(path) => {
            let written = progress::during("writing", || rows.write_file(path))?;
            say(&format!("{} rows in `{}`\n", count(written), path.display()));
        }
        None => setting.output.print_rows(rows)?,
    }
    say(&told(&compared, usage));
    Ok(compared.figures.iter().any(|figure| figure.cause != Cause::Agrees))
}

fn cells<'a>(figure: &'a Compared, services: &'a BTreeMap<Name, String>, names: &'a BTreeMap<Name, String>) -> Vec<Cell<'a>> {
    let item = &figure.item;
    let amount = |amount: Option<Amount>| amount.map_or_else(|| Cell::text(""), Cell::Amount);
    let service = item.service.as_ref().map_or("", |service| services.get(service).map_or(service.as_str(), String::as_str));
    vec![
        Cell::Day(item.month.first_day()),
        Cell::text(item.account.as_str()),
        Cell::text(names.get(&item.tenant).map_or("", String::as_str)),
        Cell::text(item.tenant.as_str()),
        Cell::text(item.subscription.as_ref().map_or("", Name::as_str)),
        Cell::text(service),
        Cell::text(item.attach.map_or("", |attach| attach.shown())),
        amount(figure.vendor),
        amount(figure.ours),
        Cell::Amount(figure.difference()),
        Cell::text(figure.cause.code()),
        Cell::text(figure.cause.told()),
    ]
}

/// The totals, and what makes their difference.
fn told(compared: &UsageCompared, usage: &VendorUsage) -> String {
    let sum = |of: &dyn Fn(&Compared) -> Amount| compared.figures.iter().map(of).sum::<Amount>();
    let vendor = sum(&|figure| figure.vendor.unwrap_or_default());
    let ours = sum(&|figure| figure.ours.unwrap_or_default());
    let (first, last) = compared.months;
    let basis = match usage.basis {
        Basis::Kind => "each kind of association apart, without duplicates within an account",
        Basis::Account => "without duplicates within an account",
        Basis::Every => "every row: the file has no flags of duplicates",
    };
    let mut text = format!("{first} to {last}, {basis}\nvendor {vendor}, ours {ours}, difference {} dollars\n", ours - vendor);
    let mut causes: BTreeMap<&str, (u64, Amount)> = BTreeMap::new();
    for figure in &compared.figures {
        let cause = causes.entry(figure.cause.code()).or_default();
        cause.0 += 1;
        cause.1 += figure.difference();
    }
    let mut causes: Vec<(&str, (u64, Amount))> = causes.into_iter().collect();
    causes.sort_by_key(|(_, (_, off))| std::cmp::Reverse((*off).max(-*off)));
    for (cause, (figures, off)) in causes {
        let word = if figures == 1 { "figure" } else { "figures" };
        text.push_str(&format!("  {cause}: {} {word}, {off}\n", count(figures)));
    }
    for (why, rows) in &usage.left_out {
        let why = if *why == "duplicate" { "are duplicates" } else { "are of no association" };
        text.push_str(&format!("{} rows of the file {why} and were left out\n", count(*rows)));
    }
    text
}
