//! Undoing a batch leaves the lake as if the batch had never been imported.

use std::collections::BTreeSet;

use domain::time::Month;
use engine::fates::Fate;
use engine::undo::UndoError;
use proptest::prelude::*;

use crate::importing::{Home, fates};

const USAGE: &str = "usage_date,tenant_id,subscription_id,service,acr_usd\n";
const LINKS: &str = "tenant_id,principal_id,partner_id,linked_on,unlinked_on\n";

fn usage(rows: &[(u8, u8)]) -> String {
    let row = |(day, acr): &(u8, u8)| format!("2024-0{}-0{},t,s-{},Backup,{acr}\n", day % 2 + 1, day % 3 + 1, day % 2);
    USAGE.to_owned() + &rows.iter().map(row).collect::<String>()
}

fn links(rows: &[(u8, u8)]) -> String {
    let row = |(who, end): &(u8, u8)| format!("t,p-{who},101,2024-01-01,2024-0{}-01\n", end + 2);
    LINKS.to_owned() + &rows.iter().map(row).collect::<String>()
}

#[test]
fn rows_that_the_batch_superseded_come_back_and_rows_that_it_brought_go() {
    let mut home = Home::new();
    home.import_text("consumption.csv", &usage(&[(0, 1), (1, 2)]));
    let before = home.told();
    home.import_text("consumption.csv", &usage(&[(0, 8), (3, 9)]));
    assert_ne!(home.told(), before);
    let undone = home.undo("b2").unwrap();
    assert_eq!(home.told(), before);
    let [difference] = undone.tables.as_slice() else { panic!("{undone:?}") };
    assert_eq!((difference.removed.rows, difference.removed.amount.to_string()), (2, "17".to_owned()));
    assert_eq!((difference.restored.rows, difference.restored.amount.to_string()), (1, "1".to_owned()));
    let months: Vec<String> = undone.months.iter().map(|of| format!("{} {} to {}", of.month, of.before.amount, of.after.amount)).collect();
    assert_eq!(months, ["2024-01 8 to 1", "2024-02 11 to 2"]);
    // what was undone can be imported again
    let again = home.import_text("consumption.csv", &usage(&[(0, 8), (3, 9)]));
    assert_eq!(fates(&again), "consumption accepted 2 17\nconsumption superseded 1 1");
}

#[test]
fn rows_that_a_later_batch_brought_as_well_stay() {
    let mut home = Home::new();
    home.import_text("consumption.csv", &usage(&[(0, 1), (1, 2)]));
    home.import_text("consumption.csv", &usage(&[(0, 1), (3, 4)]));
    home.undo("b1").unwrap();
    assert_eq!(home.told(), ["b2:consumption.csv:2 2024-01-01 s-0 1", "b2:consumption.csv:3 2024-02-01 s-1 4"]);
    home.undo("b2").unwrap();
    assert_eq!(home.told(), Vec::<String>::new());
    assert!(home.lake.files.is_empty() && home.lake.pieces.is_empty() && home.lake.leftovers().is_empty());
}

#[test]
fn a_batch_whose_absence_would_leave_a_contradiction_cannot_be_undone() {
    let header = "subscription_id,partner_id,tier,from,to\n";
    let mut home = Home::new();
    home.import_text("csp.csv", &format!("{header}s,101,direct-bill,2024-01-01,\n"));
    home.import_text("csp.csv", &format!("{header}s,101,direct-bill,2024-01-01,2024-03-01\n"));
    home.import_text("csp.csv", &format!("{header}s,102,direct-bill,2024-03-01,\n"));
    let before = home.told();
    let error = home.undo("b2").unwrap_err();
    assert!(matches!(&error, UndoError::Contradiction { problem } if problem.file == "b3:csp.csv"), "{error}");
    assert_eq!(home.told(), before);
    home.undo("b3").unwrap();
    home.undo("b2").unwrap();
}

#[test]
fn a_closed_month_takes_no_rows_and_gives_none() {
    let mut home = Home::new();
    home.import_text("consumption.csv", &usage(&[(0, 1), (1, 2)]));
    home.closed = BTreeSet::from([Month::new(2024, 1)]);
    let before = home.told();
    let outcome = home.import_text("consumption.csv", &usage(&[(0, 7), (1, 2), (3, 4)]));
    assert_eq!(fates(&outcome), "consumption accepted 1 4\nconsumption duplicate 1 2\nconsumption quarantined 1 7");
    insta::assert_snapshot!(outcome.problems.kept()[0].to_string());
    assert!(before.iter().all(|row| home.told().contains(row)));
    let error = home.undo("b1").unwrap_err();
    assert_eq!(error.to_string(), "undoing would change 2024-01, closed");
    // the rows that are there already are no change
    let same = home.import_text("consumption.csv", &format!("{}\n", usage(&[(0, 1)])));
    assert_eq!(same.totals.of(Fate::Duplicate).rows, 1);
    home.undo("b2").unwrap();
    home.closed.clear();
    let outcome = home.import_text("consumption.csv", &usage(&[(0, 7), (1, 2), (3, 4)]));
    assert_eq!(fates(&outcome), "consumption accepted 2 11\nconsumption duplicate 1 2\nconsumption superseded 1 1");
}

fn any_rows() -> impl Strategy<Value = Vec<(u8, u8)>> {
    proptest::collection::vec((0..6_u8, 1..4_u8), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn the_lake_is_what_the_standing_batches_give(
        batches in proptest::collection::vec((any::<bool>(), any_rows(), any::<bool>()), 1..6)
    ) {
        let (mut home, mut without) = (Home::new(), Home::new());
        for (is_usage, rows, stands) in &batches {
            let (name, text) = if *is_usage { ("consumption.csv", usage(rows)) } else { ("pal_links.csv", links(rows)) };
            home.import_text(name, &text);
            if *stands { without.import_text(name, &text); } else { without.skip() };
        }
        for (at, _) in batches.iter().enumerate().filter(|(_, (.., stands))| !stands) {
            home.undo(&format!("b{}", at + 1)).unwrap();
        }
        prop_assert_eq!(home.told(), without.told());
        prop_assert!(home.lake.leftovers().is_empty());
    }
}
