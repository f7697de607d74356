//! Scopes that one partner holds at a time: claims, partners of record, resale chains. Of two rows that contradict each other,
//! the one that comes later in the files is taken out.

use std::collections::HashMap;

use domain::cells::Row;
use domain::facts::{Claim, Csp, PartnerOfRecord};
use domain::names::Name;
use domain::time::Interval;
use domain::words::{Activity, Tier};

use super::Finding;
use crate::dataset::Dataset;
use crate::problems::{RowProblem, Severity};
use crate::tables::TableRow;

/// A row that gives a held scope to another partner.
pub struct Contradiction {
    /// The row's table.
    pub table: &'static str,
    /// The row's place among the table's rows.
    pub index: usize,
    /// Both rows, in words.
    pub problem: RowProblem,
}

/// Finds the rows of some tables that contradict an earlier row.
pub fn find(dataset: &Dataset, is_of: impl Fn(&str) -> bool) -> Vec<Contradiction> {
    let mut found = Vec::new();
    if is_of(Claim::TABLE) {
        found.extend(find_in::<Claim>(dataset, "approved_on", |row| Some((claimed(row)?, row.held()?, &row.partner_id))));
    }
    if is_of(PartnerOfRecord::TABLE) {
        found.extend(find_in::<PartnerOfRecord>(dataset, "from", |row| Some((recorded(row)?, row.held(), &row.partner_id))));
    }
    if is_of(Csp::TABLE) {
        found.extend(find_in::<Csp>(dataset, "from", |row| Some((sold(row), row.held(), &row.partner_id))));
    }
    found
}

/// The scope of a claim, in words; nothing for a claim that covers nothing.
fn claimed(row: &Claim) -> Option<String> {
    match row.activity {
        Activity::OsuM365 | Activity::UsageAssociation => {
            let workload = row.workload.as_ref()?;
            Some(format!("usage of `{workload}` in tenant `{}`", row.tenant_id))
        }
        activity => {
            let subscription = row.subscription_id.as_ref()?;
            let product = row.workload.as_ref().map_or_else(|| "every product".to_owned(), |product| format!("`{product}`"));
            Some(format!("`{activity}` of {product} in subscription `{subscription}`"))
        }
    }
}

fn recorded(row: &PartnerOfRecord) -> Option<String> {
    match (&row.subscription_id, &row.tenant_id, &row.product) {
        (Some(subscription), ..) => Some(format!("subscription `{subscription}`")),
        (None, Some(tenant), Some(product)) => Some(format!("`{product}` in tenant `{tenant}`")),
        _ => None,
    }
}

fn sold(row: &Csp) -> String {
    let tier = match row.tier {
        Tier::DirectBill | Tier::IndirectProvider => 1,
        Tier::IndirectReseller => 2,
    };
    format!("tier {tier} of subscription `{}`", row.subscription_id)
}

/// Takes the given rows, found by [`find`], out of a dataset.
pub fn take_out(dataset: &mut Dataset, contradictions: &[Contradiction]) {
    remove::<Claim>(dataset, contradictions);
    remove::<PartnerOfRecord>(dataset, contradictions);
    remove::<Csp>(dataset, contradictions);
}

fn remove<R: TableRow>(dataset: &mut Dataset, contradictions: &[Contradiction]) {
    if !contradictions.iter().any(|found| found.table == R::TABLE) {
        return;
    }
    let mut keep = vec![true; R::rows(&dataset.program).len()];
    contradictions.iter().filter(|found| found.table == R::TABLE).for_each(|found| keep[found.index] = false);
    let mut kept = keep.iter().copied();
    R::rows_mut(&mut dataset.program).retain(|_| kept.next().unwrap_or(true));
    dataset.origins.retain(R::TABLE, &keep);
}

/// The rows of one table that a kept row of another partner contradicts.
fn find_in<R: TableRow>(dataset: &Dataset, column: &str, scope: impl Fn(&R) -> Option<(String, Interval, &Name)>) -> Vec<Contradiction> {
    let mut held: HashMap<String, Vec<(usize, Interval, &Name)>> = HashMap::new();
    let mut found = Vec::new();
    for (index, row) in R::rows(&dataset.program).iter().enumerate() {
        let Some((scope, interval, partner)) = scope(row) else { continue };
        let holders = held.entry(scope.clone()).or_default();
        let Some((first, other, holder)) = holders.iter().find(|(_, other, holder)| *holder != partner && other.and(interval).is_some())
        else {
            holders.push((index, interval, partner));
            continue;
        };
        let place = dataset.origins.of(R::TABLE, *first).map_or_else(String::new, |(file, line)| format!(" (`{file}` line {line})"));
        let message = format!("{scope} has one partner at a time: `{partner}` over {interval} overlaps `{holder}` over {other}{place}");
        let cure = "end the one before the other starts, or take out the wrong row".to_owned();
        let value = interval.from.to_string();
        let finding = Finding { column, value, reason: "overlapping-interval", message, cure };
        let problem = RowProblem { severity: Severity::Quarantined, ..super::at(&dataset.origins, R::TABLE, index, finding) };
        found.push(Contradiction { table: R::TABLE, index, problem });
    }
    found
}
