//! Every statement is one that the databases take.

use std::collections::BTreeSet;
use std::path::Path;

use sqlx::{Executor, SqlSafeStr};
use store::STATEMENTS;

use crate::databases::empty_databases;

#[tokio::test]
async fn every_statement_can_be_prepared() {
    for database in empty_databases("statements").await {
        for (name, sql) in STATEMENTS {
            let prepared = database.store.pool().prepare(sql.into_sql_str()).await;
            assert!(prepared.is_ok(), "{} on {}: {:?}", name, database.name, prepared.err());
        }
    }
}

#[test]
fn every_file_of_sql_is_a_statement_and_says_what_it_asks() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql");
    let mut files = BTreeSet::new();
    for noun in std::fs::read_dir(root).unwrap() {
        let noun = noun.unwrap().path();
        for file in std::fs::read_dir(&noun).unwrap() {
            let file = file.unwrap().path();
            files.insert(format!("{}/{}", noun.file_name().unwrap().to_str().unwrap(), file.file_stem().unwrap().to_str().unwrap()));
        }
    }
    let known: BTreeSet<String> = STATEMENTS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(files, known);
    assert!(STATEMENTS.iter().all(|(_, sql)| sql.starts_with("-- ")));
}
