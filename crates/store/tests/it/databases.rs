//! The databases that tests run on.

use sqlx::Executor;
use store::Store;
use tempfile::TempDir;

/// An empty database; its folder is deleted with it.
pub struct Empty {
    pub name: &'static str,
    pub store: Store,
    _folder: Option<TempDir>,
}

/// An empty SQLite database, and an empty schema of the PostgreSQL database that `TEST_POSTGRES_URL` names.
pub async fn empty_databases(test: &str) -> Vec<Empty> {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/deep/down/ledger.db", folder.path().display());
    let mut databases = vec![Empty { name: "sqlite", store: Store::open(&url).await.unwrap(), _folder: Some(folder) }];
    match std::env::var("TEST_POSTGRES_URL") {
        Ok(url) => databases.push(Empty { name: "postgres", store: empty_schema(&url, test).await, _folder: None }),
        Err(_) => println!("skipped: PostgreSQL; set TEST_POSTGRES_URL to test on it too"),
    }
    databases
}

async fn empty_schema(url: &str, test: &str) -> Store {
    sqlx::any::install_default_drivers();
    let pool = sqlx::AnyPool::connect(url).await.unwrap();
    let schema = format!("test_{test}");
    let drop_and_create = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
    pool.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(drop_and_create))).await.unwrap();
    pool.close().await;
    let join = if url.contains('?') { '&' } else { '?' };
    Store::open(&format!("{url}{join}options=-c%20search_path%3D{schema}")).await.unwrap()
}
