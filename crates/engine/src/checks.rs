//! Checks that need more than one row: unknown ids, overlapping exclusive intervals, odd amounts.

mod ids;
mod intervals;
mod overlaps;

use crate::dataset::{Dataset, Origins};
use crate::problems::{RowProblem, Severity};

/// Checks the registers of a dataset; rows that contradict earlier ones are taken out.
pub fn check(dataset: &mut Dataset) {
    review(dataset);
    check_overlaps(dataset, |_| true);
}

/// Takes rows that contradict earlier ones out of some tables.
pub(crate) fn check_overlaps(dataset: &mut Dataset, is_of: impl Fn(&str) -> bool) {
    let contradictions = overlaps::find(dataset, is_of);
    overlaps::take_out(dataset, &contradictions);
    contradictions.into_iter().for_each(|found| dataset.problems.push(found.problem));
}

/// Checks the rows one by one: ids, intervals, counts. Every row stays.
pub(crate) fn review(dataset: &mut Dataset) {
    let of = &*dataset;
    let (of_ids, of_intervals) = std::thread::scope(|scope| {
        let of_ids = scope.spawn(|| ids::check(of));
        let of_intervals = intervals::check(of);
        (of_ids.join().expect("checking does not panic"), of_intervals)
    });
    dataset.problems.absorb(of_ids);
    dataset.problems.absorb(of_intervals);
}

pub(crate) use ids::unknown_tenant;
pub(crate) use intervals::check as check_intervals;
pub(crate) use overlaps::find as contradictions;

/// Checks what was read of `consumption`.
pub fn check_consumption(dataset: &mut Dataset) {
    ids::check_consumption(dataset);
}

/// What is wrong with a cell of a row that was read.
struct Finding<'a> {
    column: &'a str,
    value: String,
    reason: &'static str,
    message: String,
    cure: String,
}

/// The finding as a warning about row `index` of `table`, told with the row's place.
fn at(origins: &Origins, table: &'static str, index: usize, finding: Finding<'_>) -> RowProblem {
    let (file, line) = origins.of(table, index).map_or((table.to_owned(), None), |(file, line)| (file.to_owned(), Some(line)));
    let Finding { column, value, reason, message, cure } = finding;
    RowProblem { table, file, line, column: column.to_owned(), value, reason, message, cure, severity: Severity::Warning, rows: 1 }
}
