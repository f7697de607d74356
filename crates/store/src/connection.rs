//! A database that is open.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyPool, Executor, SqlSafeStr};
use tokio::sync::Mutex;

/// How many connections are held open at most.
const CONNECTIONS_MAX: u32 = 8;

/// What was being done with the database when it failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address is of no database that is known.
    #[error("`{url}` is no address of a database; expected `sqlite://PATH` or `postgres://HOST/NAME`")]
    Address {
        /// The address, without password.
        url: String,
    },
    /// The folder of the SQLite file cannot be made.
    #[error("cannot make the folder of `{path}`")]
    Folder {
        /// The file.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The database cannot be opened.
    #[error("cannot open the database `{url}`; check that it is there and may be written")]
    Open {
        /// The address, without password.
        url: String,
        /// The driver's reason.
        source: sqlx::Error,
    },
    /// The tables cannot be brought up to date.
    #[error("cannot bring the tables of the database up to date; it may be of a newer version of this program")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A statement failed.
    #[error("the database failed at `{statement}`")]
    Statement {
        /// The statement's file.
        statement: &'static str,
        /// The driver's reason.
        source: sqlx::Error,
    },
    /// Another act was recorded since the ledger was read.
    #[error("the ledger changed meanwhile: another import, undo or closed month came between; do it again")]
    Changed,
    /// An event does not fit the entry that it is about.
    #[error("the log and a register do not agree")]
    Misfit(#[source] domain::record::event::Misfit),
    /// A cell holds what no version of this program writes.
    #[error("the database holds `{value}` in {table}.{column}, where {expected} is expected; restore it from a backup")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The value found.
        value: String,
        /// What is expected.
        expected: &'static str,
    },
}

impl StoreError {
    pub(crate) fn at(statement: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Statement { statement, source }
    }
}

/// A database with the ledger and the manifest, its tables up to date.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) pool: AnyPool,
    /// Whose turn it is to append to the log, among the acts of this program. Acts of other programs wait in the database.
    pub(crate) turn: Arc<Mutex<()>>,
}

impl Store {
    /// Opens the database at `url` (`sqlite://PATH`, made when it is not there, or `postgres://…`) and brings its tables up to date.
    ///
    /// # Errors
    /// When the address is of no known database, or when the database cannot be opened or brought up to date.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        install_default_drivers();
        let shown = without_password(url);
        let is_sqlite = url.starts_with("sqlite:");
        if !is_sqlite && !url.starts_with("postgres:") && !url.starts_with("postgresql:") {
            return Err(StoreError::Address { url: shown });
        }
        let mut full = Cow::Borrowed(url);
        if let Some(path) = url.strip_prefix("sqlite://") {
            let path = path.split('?').next().unwrap_or(path);
            make_folder(path)?;
            if !url.contains('?') {
                full = format!("{url}?mode=rwc").into();
            }
        }
        let options = AnyPoolOptions::new().max_connections(CONNECTIONS_MAX).after_connect(move |connection, _| {
            Box::pin(async move {
                if is_sqlite {
                    connection.execute("PRAGMA journal_mode = WAL").await?;
                    // files are deleted once the manifest does not name them, so a commit that was told must hold
                    connection.execute("PRAGMA synchronous = FULL").await?;
                    connection.execute("PRAGMA busy_timeout = 10000").await?;
                    connection.execute("PRAGMA foreign_keys = ON").await?;
                }
                Ok(())
            })
        });
        let pool = options.connect(&full).await.map_err(|source| StoreError::Open { url: shown, source })?;
        migrator().run(&pool).await?;
        Ok(Self { pool, turn: Arc::default() })
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// The pool, for tests that prepare statements.
    #[must_use]
    pub fn pool(&self) -> &AnyPool {
        &self.pool
    }
}

fn make_folder(path: &str) -> Result<(), StoreError> {
    match Path::new(path).parent() {
        Some(folder) if !folder.as_os_str().is_empty() => {
            std::fs::create_dir_all(folder).map_err(|source| StoreError::Folder { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// An address as messages show it.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}

fn migrator() -> Migrator {
    let migration = |version, description, sql: &'static str| {
        Migration::new(version, Cow::Borrowed(description), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(vec![
        migration(1, "batches", include_str!("../migrations/0001_batches.sql")),
        migration(2, "lake files", include_str!("../migrations/0002_lake_files.sql")),
        migration(3, "acts", include_str!("../migrations/0003_acts.sql")),
        migration(4, "rules by file", include_str!("../migrations/0004_rules_by_file.sql")),
        migration(5, "log", include_str!("../migrations/0005_log.sql")),
        migration(6, "refused rows", include_str!("../migrations/0006_refused_rows.sql")),
        migration(7, "credited months", include_str!("../migrations/0007_credited_months.sql")),
        migration(8, "answers", include_str!("../migrations/0008_answers.sql")),
        migration(9, "webhook posts", include_str!("../migrations/0009_webhook_posts.sql")),
        migration(10, "proofs", include_str!("../migrations/0010_proofs.sql")),
        migration(11, "mail", include_str!("../migrations/0011_mail.sql")),
        migration(12, "sign-in", include_str!("../migrations/0012_sign_in.sql")),
        migration(13, "pending sign-ins", include_str!("../migrations/0013_pending_sign_in.sql")),
        migration(14, "device sign-ins", include_str!("../migrations/0014_device_sign_in.sql")),
        migration(15, "watched exports", include_str!("../migrations/0015_watched_exports.sql")),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_numbered_one_after_another() {
        let versions: Vec<i64> = migrator().iter().map(|migration| migration.version).collect();
        assert!(versions.iter().copied().eq(1..=versions.len() as i64), "{versions:?}");
    }

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(without_password("postgres://ann:secret@db:5432/ledger"), "postgres://…@db:5432/ledger");
        assert_eq!(without_password("sqlite://books/x.db"), "sqlite://books/x.db");
    }
}
