//! Intervals that end before they start, and counts below zero. The rows stay.

use domain::facts::{
    Certification, Claim, Csp, GroupMember, ManagementGroup, PalLink, PartnerOfRecord, Person, ResourceOwner, RoleAssignment, Subscription,
};
use domain::time::{Day, Interval};

use super::Finding;
use crate::dataset::Dataset;
use crate::problems::Problems;
use crate::tables::TableRow;

/// Warns of rows that hold on no day because they end before they start, and of negative seats, users and quantities.
pub fn check(dataset: &Dataset) -> Problems {
    let mut found = Problems::default();
    let into = &mut found;
    reversed::<GroupMember>(dataset, into, "to", |row| Some(row.held()));
    reversed::<PalLink>(dataset, into, "unlinked_on", |row| Some(row.held()));
    reversed::<RoleAssignment>(dataset, into, "removed_on", |row| Some(row.held()));
    reversed::<ManagementGroup>(dataset, into, "to", |row| Some(row.held()));
    reversed::<ResourceOwner>(dataset, into, "to", |row| Some(row.held()));
    reversed::<PartnerOfRecord>(dataset, into, "to", |row| Some(row.held()));
    reversed::<Csp>(dataset, into, "to", |row| Some(row.held()));
    reversed::<Claim>(dataset, into, "ended_on", Claim::held);
    reversed::<Person>(dataset, into, "unlinked_on", |row| Some(row.held()));
    reversed::<Certification>(dataset, into, "expires_on", |row| Some(row.held()));
    reversed::<Subscription>(dataset, into, "ends_on", |row| Some(Interval::new(row.starts_on.unwrap_or(Day::ALWAYS), row.ends_on)));
    negative(dataset, into);
    found
}

fn reversed<R: TableRow>(dataset: &Dataset, into: &mut Problems, column: &str, held: impl Fn(&R) -> Option<Interval>) {
    let rows = R::rows(&dataset.program).iter().enumerate();
    let reversed: Vec<(usize, Interval)> =
        rows.filter_map(|(index, row)| Some((index, held(row)?))).filter(|(_, held)| held.to < held.from).collect();
    for (index, held) in reversed {
        let message = format!("the interval {held} ends before it starts; it holds on no day");
        let cure = "swap the two days, or correct the wrong one".to_owned();
        let problem = super::at(
            &dataset.origins,
            R::TABLE,
            index,
            Finding { column, value: held.to.to_string(), reason: "reversed-interval", message, cure },
        );
        into.push(problem);
    }
}

fn negative(dataset: &Dataset, into: &mut Problems) {
    let mut found = Vec::new();
    for (index, row) in dataset.program.workload_usage.iter().enumerate() {
        for (column, count) in [("paid_seats", row.paid_seats), ("active_users", row.active_users), ("quantity", row.quantity)] {
            if count.steps() < 0 {
                found.push((index, column, count));
            }
        }
    }
    for (index, column, count) in found {
        let message = format!("`{column}` is below zero; the row counts as it stands");
        let cure = "check the number; corrections restate the month instead".to_owned();
        let problem = super::at(
            &dataset.origins,
            "workload_usage",
            index,
            Finding { column, value: count.to_string(), reason: "negative-count", message, cure },
        );
        into.push(problem);
    }
}
