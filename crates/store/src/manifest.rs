//! The manifest: the files that the lake consists of.

use domain::time::Month;
use sqlx::AnyConnection;

use crate::row::Cells;
use crate::statements::{DROP_LAKE_FILE, LIST_LAKE_FILES, RECORD_LAKE_FILE};
use crate::{Store, StoreError};

/// A file of the lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LakeFile {
    /// Where the file is, relative to the lake.
    pub path: String,
    /// The table that it holds rows of.
    pub table: String,
    /// The format that facts came by; empty for registers.
    pub source: String,
    /// The month of facts.
    pub month: Option<Month>,
    /// How many rows it holds.
    pub rows: u64,
    /// The batch that wrote it.
    pub batch_id: String,
}

impl Store {
    /// The files that the lake consists of.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_lake_files(&self) -> Result<Vec<LakeFile>, StoreError> {
        let statement = "lake_file/list";
        let rows = sqlx::query(LIST_LAKE_FILES).fetch_all(&self.pool).await.map_err(StoreError::at(statement))?;
        let file = |row| {
            let cells = Cells { row, statement, table: "lake_file" };
            let month = cells.text_if_any("month")?.map(|text| {
                text.parse::<Month>().map_err(|_| StoreError::Inconsistent {
                    table: "lake_file",
                    column: "month",
                    value: text.clone(),
                    expected: "a month",
                })
            });
            Ok(LakeFile {
                path: cells.text("path")?,
                table: cells.text("table_name")?,
                source: cells.text("source")?,
                month: month.transpose()?,
                rows: cells.count("row_count")?,
                batch_id: cells.text("batch_id")?,
            })
        };
        rows.iter().map(file).collect()
    }
}

pub(crate) async fn drop_file(connection: &mut AnyConnection, path: &str) -> Result<(), StoreError> {
    let done = sqlx::query(DROP_LAKE_FILE).bind(path.to_owned()).execute(connection).await.map_err(StoreError::at("lake_file/drop"))?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::LakeChanged { path: path.to_owned() }) }
}

pub(crate) async fn record_file(connection: &mut AnyConnection, file: &LakeFile) -> Result<(), StoreError> {
    sqlx::query(RECORD_LAKE_FILE)
        .bind(file.path.clone())
        .bind(file.table.clone())
        .bind(file.source.clone())
        .bind(file.month.map(|month| month.to_string()))
        .bind(crate::ledger::bigint(file.rows))
        .bind(file.batch_id.clone())
        .execute(connection)
        .await
        .map_err(StoreError::at("lake_file/record"))?;
    Ok(())
}
