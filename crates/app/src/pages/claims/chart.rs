//! Approved associations over time: how many a partner holds at the end of each month, by what was claimed.

use std::collections::BTreeMap;

use domain::amount::Amount;
use domain::claims::Claim;
use domain::time::{Day, Month};
use domain::words::Activity;

use crate::pages::charts::{Columns, Series};
use crate::pages::grid::{Cell, Column, Grid};
use crate::pages::show;
use crate::pages::visit::Visit;

/// How many months the chart has.
const MONTHS: i32 = 13;

/// Associations that are held, by month and activity.
pub struct Approved {
    months: Vec<Month>,
    series: Vec<(Activity, Vec<usize>)>,
}

/// What is held at the end of each month up to a day; in its month, on the day.
pub fn approved(claims: &[Claim], as_of: Day) -> Approved {
    let months: Vec<Month> = as_of.month().trailing(MONTHS).collect();
    let mut series: BTreeMap<Activity, Vec<usize>> = BTreeMap::new();
    for claim in claims {
        for held in claim.products.iter().filter_map(|product| product.held()) {
            let counts = series.entry(claim.activity).or_insert_with(|| vec![0; months.len()]);
            for (count, month) in counts.iter_mut().zip(&months) {
                *count += usize::from(held.holds_on(month.last_day().min(as_of)));
            }
        }
    }
    series.retain(|_, counts| counts.iter().any(|count| *count > 0));
    Approved { months, series: series.into_iter().collect() }
}

impl Approved {
    /// The numbers, a row for each month.
    pub fn grid<'v>(&self, visit: &'v Visit, name: &str) -> Grid<'v> {
        let mut columns = vec![Column::text("month", "Month")];
        let title = |activity: &Activity| title(visit, *activity);
        columns.extend(self.series.iter().map(|(activity, _)| Column::count(activity.as_str(), &title(activity))));
        columns.push(Column::count("total", "Total"));
        let row = |(at, month): (usize, &Month)| {
            let counts: Vec<usize> = self.series.iter().map(|(_, counts)| counts[at]).collect();
            let total = counts.iter().sum();
            let cells = counts.into_iter().chain([total]).map(|count| Cell::count(count, "associations"));
            [Cell::text(month.to_string())].into_iter().chain(cells).collect()
        };
        Grid::new(visit, "months", columns, self.months.iter().enumerate().map(row).collect()).prefixed("approved_").named(name)
    }

    /// The drawing, with its numbers.
    pub fn chart(&self, visit: &Visit, numbers: &Grid<'_>) -> Columns {
        let amount = |count: &usize| Amount::whole(i64::try_from(*count).unwrap_or(i64::MAX));
        let series = |(activity, counts): &(Activity, Vec<usize>)| Series {
            name: title(visit, *activity),
            class: class(visit, *activity),
            values: counts.iter().map(amount).collect(),
        };
        let series: Vec<Series> = self.series.iter().map(series).collect();
        let months: Vec<String> = self.months.iter().map(ToString::to_string).collect();
        Columns::stacked("Approved associations", "associations", &months, &series, numbers.part())
    }
}

fn title(visit: &Visit, activity: Activity) -> String {
    let rules = visit.rulebook().associations.cpor.activities.get(&activity);
    rules.map_or_else(|| show::spoken(activity.as_str()), |rules| rules.title.clone())
}

fn class(visit: &Visit, activity: Activity) -> &'static str {
    visit.rulebook().associations.cpor.activities.get(&activity).map_or("plain", |rules| rules.attach.as_str())
}
