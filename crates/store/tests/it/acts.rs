//! Batches that are undone, months that are closed, and what acts made of months.

use domain::amount::Amount;
use domain::time::Month;
use store::StoreError;
use store::acts::{MonthChange, PeriodEvent, Undo, UndoTotal};
use store::manifest::Change;

use crate::databases::empty_databases;
use crate::ledger::{batch, change, lake_file};

const MONTH: Month = Month::new(2024, 2);

fn month_change(batch_id: &str, act: &str, before: u64, after: u64) -> MonthChange {
    let total = |rows: u64| (rows, Amount::from_steps(i128::from(rows) * 5));
    let (table, source) = ("consumption".to_owned(), "focus".to_owned());
    MonthChange {
        batch_id: batch_id.to_owned(),
        act: act.to_owned(),
        table,
        source,
        month: MONTH,
        before: total(before),
        after: total(after),
        credited: (before > 0).then(|| (Amount::from_steps(3), Amount::ZERO)),
    }
}

#[tokio::test]
async fn a_batch_that_is_undone_loses_its_pieces_and_its_files_are_not_known_any_more() {
    for database in empty_databases("undo").await {
        let store = database.store;
        let (part, piece) = (lake_file("new", "b1", Some(MONTH)), lake_file("pieces/new", "b1", Some(MONTH)));
        let first = Change { pieces: vec![piece.clone()], ..change(0, std::slice::from_ref(&part), &[]) };
        store.record_batch(&batch("b1"), &first, &[month_change("b1", "import", 0, 3)]).await.unwrap();
        assert_eq!(store.list_lake_pieces().await.unwrap(), [store::manifest::LakeFile { amount: None, ..piece }]);
        assert_eq!(store.list_read_files().await.unwrap().len(), 1);

        let removed = UndoTotal { table: "consumption".to_owned(), effect: "removed".to_owned(), rows: 3, amount: Amount::from_steps(15) };
        let undo = Undo {
            undone_at: "2024-02-01T00:00:00Z".to_owned(),
            undone_by: "ann".to_owned(),
            reason: "wrong month".to_owned(),
            totals: vec![removed],
        };
        let months = [month_change("b1", "undo", 3, 0)];
        store.record_undo("b1", &undo, &change(1, &[], &["new"]), &months).await.unwrap();
        assert!(store.list_lake_pieces().await.unwrap().is_empty() && store.list_lake_files().await.unwrap().is_empty());
        assert!(store.list_read_files().await.unwrap().is_empty());
        assert_eq!(store.find_batch("b1").await.unwrap().unwrap().undo, Some(undo.clone()));
        assert_eq!(store.find_batch("b9").await.unwrap(), None);
        assert_eq!(store.list_month_changes().await.unwrap(), [month_change("b1", "import", 0, 3), month_change("b1", "undo", 3, 0)]);
        // no batch is undone twice
        assert!(store.record_undo("b1", &undo, &change(2, &[], &[]), &[]).await.is_err());
        assert_eq!(store.sequence().await.unwrap(), 2);
    }
}

#[tokio::test]
async fn months_are_closed_and_reopened_in_order() {
    for database in empty_databases("period").await {
        let store = database.store;
        let event = |act: &str| PeriodEvent {
            month: MONTH,
            act: act.to_owned(),
            done_at: "2024-03-05T00:00:00Z".to_owned(),
            done_by: "ann".to_owned(),
            reason: "paid out".to_owned(),
        };
        store.record_period(&event("close"), 0, None).await.unwrap();
        assert!(matches!(store.record_period(&event("reopen"), 0, None).await, Err(StoreError::Changed)));
        store.record_period(&event("reopen"), 1, None).await.unwrap();
        assert_eq!(store.list_period_events().await.unwrap(), [event("close"), event("reopen")]);
        // an import that began before the month was closed is refused
        assert!(matches!(store.record_batch(&batch("b1"), &change(0, &[], &[]), &[]).await, Err(StoreError::Changed)));
    }
}
