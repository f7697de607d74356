//! What an import leaves in the ledger.

use std::collections::BTreeMap;

use domain::names::Name;
use domain::record::load::{self, Standing};
use engine::fates::{Ignored, Totals};
use engine::import::{FileEntry, Outcome};
use engine::lake::LakeFile;
use engine::problems::RowProblem;
use store::ledger::{Batch, BatchFile, FileRule, Problem, RefusedRow, Total};

/// The import as the ledger keeps it.
pub fn batch(source: &str, outcome: &Outcome, at: &str) -> Batch {
    Batch {
        batch_id: outcome.batch_id.clone(),
        recorded_at: at.to_owned(),
        source: source.to_owned(),
        content_hash: outcome.hash.clone(),
        totals: totals(&outcome.totals),
        files: outcome.files.iter().map(file).collect(),
        problems: outcome.problems.kept().iter().map(problem).collect(),
        undo: None,
    }
}

/// The batch as the log tells it.
pub fn entry(batch: &Batch, state: Standing) -> load::Batch {
    let mut rows: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for total in &batch.totals {
        rows.entry(total.table.clone()).or_default().insert(total.fate.clone(), total.rows);
    }
    load::Batch {
        batch_id: batch.batch_id.clone(),
        source: batch.source.clone(),
        content_hash: batch.content_hash.clone(),
        files: batch.files.len() as u64,
        rows,
        state,
    }
}

/// A file of the lake as the manifest keeps it.
pub fn lake_file(file: &LakeFile) -> store::manifest::LakeFile {
    store::manifest::LakeFile {
        path: file.path.clone(),
        table: file.table.to_owned(),
        source: file.source.clone(),
        month: file.month,
        rows: file.rows,
        amount: file.amount,
        batch_id: file.batch_id.clone(),
    }
}

fn totals(totals: &Totals) -> Vec<Total> {
    let total = |(table, fate, total): (&'static str, engine::fates::Fate, engine::fates::Total)| Total {
        table: table.to_owned(),
        fate: fate.as_str().to_owned(),
        rows: total.rows,
        amount: total.amount,
    };
    totals.iter().map(total).collect()
}

fn file(entry: &FileEntry) -> BatchFile {
    BatchFile {
        name: entry.name.clone(),
        format: entry.format.name().to_owned(),
        table: entry.table.to_owned(),
        content_hash: entry.hash.clone(),
        rows: entry.rows,
        same_as: entry.same_as.clone(),
        error: entry.error.clone(),
        totals: totals(&entry.totals),
        rules: entry.ignored.iter().map(|(rule, left)| rule_of(rule, left)).collect(),
        refused: entry.refused.iter().map(|(line, content)| RefusedRow { line: *line, content: content.clone() }).collect(),
    }
}

fn rule_of(rule: &Name, left: &Ignored) -> FileRule {
    FileRule { rule: rule.to_string(), rows: left.rows, lines: left.lines.to_string() }
}

fn problem(problem: &RowProblem) -> Problem {
    Problem {
        severity: problem.severity.as_str().to_owned(),
        table: problem.table.to_owned(),
        file: problem.file.clone(),
        line: problem.line,
        column: problem.column.clone(),
        value: problem.value.clone(),
        reason: problem.reason.to_owned(),
        message: problem.message.clone(),
        cure: problem.cure.clone(),
        rows: problem.rows,
    }
}
