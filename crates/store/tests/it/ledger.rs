//! What is recorded is read back.

use domain::amount::Amount;
use domain::time::Month;
use store::ledger::{Batch, BatchFile, FileRule, Problem, ReadFile, Total};
use store::manifest::{Change, LakeFile};
use store::{Store, StoreError};

use crate::databases::empty_databases;

fn total(table: &str, fate: &str, rows: u64, amount: &str) -> Total {
    Total { table: table.to_owned(), fate: fate.to_owned(), rows, amount: amount.parse().unwrap() }
}

pub fn batch(id: &str) -> Batch {
    Batch {
        batch_id: id.to_owned(),
        recorded_at: format!("2024-01-31T10:11:0{}Z", id.len()),
        source: "exports/march".to_owned(),
        content_hash: "xxh3:0".to_owned(),
        totals: vec![total("consumption", "accepted", 3, "5.5"), total("consumption", "ignored", 1, "-0.000000000000000001")],
        files: vec![
            BatchFile {
                name: "costs.csv".to_owned(),
                format: "focus".to_owned(),
                table: "consumption".to_owned(),
                content_hash: "xxh3:1".to_owned(),
                rows: 4,
                totals: vec![total("consumption", "accepted", 3, "5.5"), total("consumption", "quarantined", 1, "2")],
                rules: vec![FileRule { rule: "marketplace".to_owned(), rows: 1, lines: "5".to_owned() }],
                ..BatchFile::default()
            },
            BatchFile {
                name: "broken.csv".to_owned(),
                content_hash: "xxh3:2".to_owned(),
                error: Some("cut off".to_owned()),
                ..BatchFile::default()
            },
        ],
        problems: Vec::new(),
        undo: None,
    }
}

/// A change of the manifest that rests on `rests_on` acts.
pub fn change(rests_on: u64, added: &[LakeFile], dropped: &[&str]) -> Change {
    let dropped = dropped.iter().map(|path| (*path).to_owned()).collect();
    Change { rests_on, added: added.to_vec(), dropped, ..Change::default() }
}

pub fn lake_file(path: &str, batch_id: &str, month: Option<Month>) -> LakeFile {
    LakeFile {
        path: path.to_owned(),
        table: "consumption".to_owned(),
        source: "focus".to_owned(),
        month,
        rows: 3,
        amount: month.map(|_| Amount::from_steps(7)),
        batch_id: batch_id.to_owned(),
    }
}

#[tokio::test]
async fn a_batch_is_read_back_as_it_was_recorded() {
    for database in empty_databases("batch").await {
        let store = database.store;
        let mut recorded = batch("b1");
        let problem = Problem {
            severity: "quarantined".to_owned(),
            table: "consumption".to_owned(),
            file: "costs.csv".to_owned(),
            line: Some(7),
            column: "EffectiveCost".to_owned(),
            value: "a\0b".to_owned(),
            reason: "not-an-amount".to_owned(),
            message: "`x` is not a number".to_owned(),
            cure: "write it in full".to_owned(),
            rows: 1,
        };
        recorded.problems = vec![problem.clone(), Problem { line: None, ..problem.clone() }];
        let files = [lake_file("a", "b1", Some(Month::new(2024, 2))), lake_file("b", "b1", None)];
        store.record_batch(&recorded, &change(0, &files, &[]), &[]).await.unwrap();

        assert_eq!(store.count_batches().await.unwrap(), 1);
        assert_eq!(store.list_batches(10).await.unwrap(), [Batch { problems: Vec::new(), ..recorded }]);
        let mut found = store.list_lake_files().await.unwrap();
        found.sort_by(|a, b| a.path.cmp(&b.path));
        assert_eq!(found, files);
        let problem = Problem { value: "a\u{fffd}b".to_owned(), ..problem };
        assert_eq!(store.list_problems("b1").await.unwrap(), [problem.clone(), Problem { line: None, ..problem }]);
        let read = ReadFile {
            content_hash: "xxh3:1".to_owned(),
            batch_id: "b1".to_owned(),
            rows: 4,
            amount: "7.5".parse().unwrap(),
            quarantined: 1,
        };
        assert_eq!(store.list_read_files().await.unwrap(), [read]);
    }
}

#[tokio::test]
async fn the_latest_reading_of_a_content_decides() {
    for database in empty_databases("reading").await {
        let store = database.store;
        store.record_batch(&batch("b1"), &change(0, &[], &[]), &[]).await.unwrap();
        let mut later = batch("b22");
        later.files[0].totals = vec![total("consumption", "duplicate", 3, "5.5"), total("consumption", "accepted", 1, "2")];
        store.record_batch(&later, &change(1, &[], &[]), &[]).await.unwrap();
        let mut again = batch("b333");
        again.files[0].same_as = Some("b22".to_owned());
        store.record_batch(&again, &change(2, &[], &[]), &[]).await.unwrap();
        let read = store.list_read_files().await.unwrap();
        assert_eq!((read.len(), read[0].batch_id.as_str(), read[0].quarantined, read[0].rows), (1, "b22", 0, 4));
        assert_eq!(read[0].amount, "7.5".parse::<Amount>().unwrap());
        let ids: Vec<String> = store.list_batches(2).await.unwrap().into_iter().map(|batch| batch.batch_id).collect();
        assert_eq!(ids, ["b333", "b22"]);
    }
}

#[tokio::test]
async fn the_manifest_changes_with_the_ledger_or_not_at_all() {
    for database in empty_databases("manifest").await {
        let store = database.store;
        store.record_batch(&batch("b1"), &change(0, &[lake_file("old", "b1", None)], &[]), &[]).await.unwrap();
        store.record_batch(&batch("b22"), &change(1, &[lake_file("new", "b22", None)], &["old"]), &[]).await.unwrap();
        // another import had read the lake before `b22` was recorded
        for late in [change(1, &[lake_file("late", "b333", None)], &[]), change(2, &[lake_file("late", "b333", None)], &["old"])] {
            let late = store.record_batch(&batch("b333"), &late, &[]).await;
            assert!(matches!(late, Err(StoreError::Changed)));
        }
        assert_eq!(store.sequence().await.unwrap(), 2);
        assert_eq!(store.count_batches().await.unwrap(), 2);
        let paths: Vec<String> = store.list_lake_files().await.unwrap().into_iter().map(|file| file.path).collect();
        assert_eq!(paths, ["new"]);
    }
}

#[tokio::test]
async fn a_database_opens_again_with_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/ledger.db", folder.path().display());
    let store = Store::open(&url).await.unwrap();
    store.record_batch(&batch("b1"), &change(0, &[], &[]), &[]).await.unwrap();
    store.close().await;
    assert_eq!(Store::open(&url).await.unwrap().count_batches().await.unwrap(), 1);
}

#[tokio::test]
async fn an_address_of_no_known_database_is_refused() {
    let error = Store::open("mysql://host/x").await.unwrap_err();
    assert_eq!(error.to_string(), "`mysql://host/x` is no address of a database; expected `sqlite://PATH` or `postgres://HOST/NAME`");
}
