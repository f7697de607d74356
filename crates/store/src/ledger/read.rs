//! Reads the ledger.

use std::collections::BTreeMap;

use domain::amount::Amount;
use sqlx::any::AnyRow;

use super::{Batch, BatchFile, FileRule, Problem, ReadFile, RefusedRow, Total};
use crate::acts::{Undo, UndoTotal};
use crate::row::Cells;
use crate::statements::{
    COUNT_BATCHES, COUNT_REFUSED_ROWS, FIND_BATCH, LATEST_BATCH, LIST_BATCH_FILE_RULES, LIST_BATCH_FILE_TOTALS, LIST_BATCH_FILES,
    LIST_BATCH_TOTALS, LIST_BATCH_UNDO_TOTALS, LIST_BATCHES, LIST_READ_FILES, LIST_REFUSED_ROWS, LIST_ROW_PROBLEMS,
};
use crate::{Store, StoreError};

impl Store {
    /// How many batches there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_batches(&self) -> Result<u64, StoreError> {
        let row = sqlx::query(COUNT_BATCHES).fetch_one(&self.pool).await.map_err(StoreError::at("batch/count"))?;
        Cells { row: &row, statement: "batch/count", table: "batch" }.count("batch_count")
    }

    /// The latest `limit` batches, the latest first, each with its totals, rules and files, without its problems.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_batches(&self, limit: u32) -> Result<Vec<Batch>, StoreError> {
        let statement = "batch/list";
        let rows = sqlx::query(LIST_BATCHES).bind(i64::from(limit)).fetch_all(&self.pool).await.map_err(StoreError::at(statement))?;
        let mut batches = Vec::new();
        for row in &rows {
            batches.push(self.read_batch(&Cells { row, statement, table: "batch" }).await?);
        }
        Ok(batches)
    }

    /// When the latest batch was recorded, RFC 3339, UTC; nothing when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn latest_batch_at(&self) -> Result<Option<String>, StoreError> {
        let statement = "batch/latest";
        let row = sqlx::query(LATEST_BATCH).fetch_optional(&self.pool).await.map_err(StoreError::at(statement))?;
        row.map(|row| Cells { row: &row, statement, table: "batch" }.text("recorded_at")).transpose()
    }

    /// A batch with its totals, rules and files, without its problems; nothing when there is none of that id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_batch(&self, batch_id: &str) -> Result<Option<Batch>, StoreError> {
        let statement = "batch/find";
        let row = sqlx::query(FIND_BATCH).bind(batch_id.to_owned()).fetch_optional(&self.pool).await.map_err(StoreError::at(statement))?;
        match &row {
            Some(row) => self.read_batch(&Cells { row, statement, table: "batch" }).await.map(Some),
            None => Ok(None),
        }
    }

    async fn read_batch(&self, cells: &Cells<'_>) -> Result<Batch, StoreError> {
        let batch_id = cells.text("batch_id")?;
        let undo = match cells.text_if_any("undone_at")? {
            Some(undone_at) => {
                let (undone_by, reason) = (cells.text("undone_by")?, cells.text("reason")?);
                Some(Undo { undone_at, undone_by, reason, totals: self.list_undo_totals(&batch_id).await? })
            }
            None => None,
        };
        Ok(Batch {
            recorded_at: cells.text("recorded_at")?,
            source: cells.text("source")?,
            content_hash: cells.text("content_hash")?,
            totals: self.list_totals(&batch_id).await?,
            files: self.list_files_of(&batch_id).await?,
            problems: Vec::new(),
            undo,
            batch_id,
        })
    }

    async fn list_undo_totals(&self, batch_id: &str) -> Result<Vec<UndoTotal>, StoreError> {
        let total = |cells: Cells<'_>| {
            let (table, effect) = (cells.text("table_name")?, cells.text("effect")?);
            Ok(UndoTotal { table, effect, rows: cells.count("row_count")?, amount: cells.amount("amount")? })
        };
        self.list("batch_undo_total/list", "batch_undo_total", LIST_BATCH_UNDO_TOTALS, batch_id, total).await
    }

    /// What was wrong with rows of a batch, in the order in which it was met.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_problems(&self, batch_id: &str) -> Result<Vec<Problem>, StoreError> {
        let problem = |cells: Cells<'_>| {
            Ok(Problem {
                severity: cells.text("severity")?,
                table: cells.text("table_name")?,
                file: cells.text("file")?,
                line: cells.count_if_any("line")?,
                column: cells.text("column_name")?,
                value: cells.text("value")?,
                reason: cells.text("reason")?,
                message: cells.text("message")?,
                cure: cells.text("cure")?,
                rows: cells.count("row_count")?,
            })
        };
        self.list("row_problem/list", "row_problem", LIST_ROW_PROBLEMS, batch_id, problem).await
    }

    /// The rows of a batch that are kept to be mended, by the place of their file in the batch.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_refused(&self, batch_id: &str) -> Result<BTreeMap<u64, Vec<RefusedRow>>, StoreError> {
        let row =
            |cells: Cells<'_>| Ok((cells.count("position")?, RefusedRow { line: cells.count("line")?, content: cells.text("content")? }));
        let mut files: BTreeMap<u64, Vec<RefusedRow>> = BTreeMap::new();
        for (position, row) in self.list("refused_row/list", "refused_row", LIST_REFUSED_ROWS, batch_id, row).await? {
            files.entry(position).or_default().push(row);
        }
        Ok(files)
    }

    /// How many rows of a batch are kept to be mended, by the place of their file in the batch.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_refused(&self, batch_id: &str) -> Result<BTreeMap<u64, u64>, StoreError> {
        let file = |cells: Cells<'_>| Ok((cells.count("position")?, cells.count("row_count")?));
        Ok(self.list("refused_row/count", "refused_row", COUNT_REFUSED_ROWS, batch_id, file).await?.into_iter().collect())
    }

    /// Every content that was ever read, as its latest reading left it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_read_files(&self) -> Result<Vec<ReadFile>, StoreError> {
        let statement = "batch_file/list_read";
        let rows = sqlx::query(LIST_READ_FILES).fetch_all(&self.pool).await.map_err(StoreError::at(statement))?;
        // later readings of a content replace earlier ones; the totals of one reading add up
        let mut files: BTreeMap<String, (u64, ReadFile)> = BTreeMap::new();
        for row in &rows {
            let cells = Cells { row, statement, table: "batch_file" };
            let (content_hash, batch_id, position) = (cells.text("content_hash")?, cells.text("batch_id")?, cells.count("position")?);
            let none =
                ReadFile { content_hash: content_hash.clone(), batch_id: batch_id.clone(), rows: 0, amount: Amount::ZERO, quarantined: 0 };
            let file = files.entry(content_hash).or_insert_with(|| (position, none.clone()));
            if (&file.1.batch_id, file.0) != (&batch_id, position) {
                *file = (position, none);
            }
            let Some(fate) = cells.text_if_any("fate")? else { continue };
            let count = cells.count("row_count")?;
            file.1.rows += count;
            file.1.amount += cells.amount("amount")?;
            file.1.quarantined += if fate == "quarantined" { count } else { 0 };
        }
        Ok(files.into_values().map(|(_, file)| file).collect())
    }

    async fn list_totals(&self, batch_id: &str) -> Result<Vec<Total>, StoreError> {
        self.list("batch_total/list", "batch_total", LIST_BATCH_TOTALS, batch_id, |cells| total(&cells)).await
    }

    async fn list_files_of(&self, batch_id: &str) -> Result<Vec<BatchFile>, StoreError> {
        let file = |cells: Cells<'_>| {
            let file = BatchFile {
                name: cells.text("name")?,
                format: cells.text("format")?,
                table: cells.text("table_name")?,
                content_hash: cells.text("content_hash")?,
                rows: cells.count("row_count")?,
                same_as: cells.text_if_any("same_as_batch_id")?,
                error: cells.text_if_any("error")?,
                totals: Vec::new(),
                rules: Vec::new(),
                refused: Vec::new(),
            };
            Ok((cells.count("position")?, file))
        };
        let mut files = self.list("batch_file/list", "batch_file", LIST_BATCH_FILES, batch_id, file).await?;
        let totals = |cells: Cells<'_>| Ok((cells.count("position")?, total(&cells)?));
        let totals = self.list("batch_file_total/list", "batch_file_total", LIST_BATCH_FILE_TOTALS, batch_id, totals).await?;
        for (of, total) in totals {
            if let Some((_, file)) = files.iter_mut().find(|(position, _)| *position == of) {
                file.totals.push(total);
            }
        }
        let rule = |cells: Cells<'_>| {
            let rule = FileRule { rule: cells.text("rule")?, rows: cells.count("row_count")?, lines: cells.text("lines")? };
            Ok((cells.count("position")?, rule))
        };
        for (of, rule) in self.list("batch_file_rule/list", "batch_file_rule", LIST_BATCH_FILE_RULES, batch_id, rule).await? {
            if let Some((_, file)) = files.iter_mut().find(|(position, _)| *position == of) {
                file.rules.push(rule);
            }
        }
        Ok(files.into_iter().map(|(_, file)| file).collect())
    }

    async fn list<T>(
        &self,
        statement: &'static str,
        table: &'static str,
        sql: &'static str,
        batch_id: &str,
        read: impl Fn(Cells<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let rows: Vec<AnyRow> =
            sqlx::query(sql).bind(batch_id.to_owned()).fetch_all(&self.pool).await.map_err(StoreError::at(statement))?;
        rows.iter().map(|row| read(Cells { row, statement, table })).collect()
    }
}

fn total(cells: &Cells<'_>) -> Result<Total, StoreError> {
    Ok(Total {
        table: cells.text("table_name")?,
        fate: cells.text("fate")?,
        rows: cells.count("row_count")?,
        amount: cells.amount("amount")?,
    })
}
