//! Rows that a batch refused, as files in the source's own form: mended and imported again, they join what the batch brought.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use engine::refused::file_name;
use store::ledger::{Batch, Problem};

use crate::home::Home;
use crate::problem::{Refusal, say};

/// The refused rows of a file of a batch.
pub struct RefusedFile {
    /// The file as the batch names it.
    pub source: String,
    /// How many rows were refused.
    pub refused: u64,
    /// How many of them are kept.
    pub rows: u64,
    /// The bytes of the file to mend.
    pub bytes: Vec<u8>,
}

impl RefusedFile {
    /// The name of the file to mend, without folders.
    pub fn name(&self) -> String {
        file_name(&self.source)
    }
}

/// The refused rows of a batch, by file; only those of the file at the place `only`, if there is one.
///
/// # Errors
/// When the ledger cannot be read.
pub fn files(home: &Home, batch: &Batch, only: Option<u64>) -> Result<Vec<RefusedFile>> {
    let problems = home.problems(&batch.batch_id)?;
    let mut files = Vec::new();
    for (position, rows) in home.refused(&batch.batch_id)? {
        let Some(file) = usize::try_from(position).ok().and_then(|at| batch.files.get(at)) else { continue };
        if only.is_some_and(|only| only != position) {
            continue;
        }
        let mut told: BTreeMap<u64, String> = BTreeMap::new();
        for problem in problems.iter().filter(|problem| problem.file == file.name && problem.severity == "quarantined") {
            let Some(line) = problem.line else { continue };
            let told = told.entry(line).or_default();
            let apart = if told.is_empty() { "" } else { "; " };
            told.push_str(&format!("{apart}{}", words(problem)));
        }
        let kept: Vec<(u64, String)> = rows.into_iter().map(|row| (row.line, row.content)).collect();
        let place = format!("{}:{}", batch.batch_id, file.name);
        files.push(RefusedFile {
            source: file.name.clone(),
            refused: file.totals.iter().filter(|total| total.fate == "quarantined").map(|total| total.rows).sum(),
            rows: kept.iter().filter(|(line, _)| *line > 0).count() as u64,
            bytes: engine::refused::write(&file_name(&file.name), &place, &kept, &told),
        });
    }
    Ok(files)
}

/// `acr_usd: `x` is not a number; hint: write it in full`
fn words(problem: &Problem) -> String {
    let column = if problem.column.is_empty() { String::new() } else { format!("{}: ", problem.column) };
    let value = if problem.value.is_empty() || problem.message.contains(&problem.value) {
        String::new()
    } else {
        format!(" (`{}`)", problem.value)
    };
    let cure = if problem.cure.is_empty() { String::new() } else { format!("; hint: {}", problem.cure) };
    format!("{column}{}{value}{cure}", problem.message)
}

/// Writes the refused rows of a batch into a folder, a file for each source file.
///
/// # Errors
/// When nothing was refused, the folder holds something, or a file cannot be written.
pub fn write(home: &Home, batch: &Batch, folder: &Path) -> Result<()> {
    let files = files(home, batch, None)?;
    if files.is_empty() {
        let refusal = Refusal::refused(format!("no refused rows of batch `{}` are kept", batch.batch_id));
        return Err(refusal.hint("mend the file where it comes from, and import it whole").into());
    }
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    let is_empty = std::fs::read_dir(folder).with_context(|| format!("cannot read the folder `{}`", folder.display()))?.next().is_none();
    if !is_empty {
        let refusal = Refusal::refused(format!("the folder `{}` holds something already", folder.display()));
        return Err(refusal.hint("name a new folder, so that nothing of yours is written over").into());
    }
    for file in &files {
        // as in the source folder, so that two files of one name do not meet
        let above = file.source.rsplit_once('/').map_or_else(|| folder.to_owned(), |(above, _)| folder.join(above));
        std::fs::create_dir_all(&above).with_context(|| format!("cannot make the folder `{}`", above.display()))?;
        let path = above.join(file.name());
        std::fs::write(&path, &file.bytes).with_context(|| format!("cannot write `{}`", path.display()))?;
        say(&format!("{} of {} refused rows: {}\n", file.rows, file.refused, path.display()));
    }
    say(&format!("mend them, leave the column `x_mends`, and `counterfoil import {}`\n", folder.display()));
    Ok(())
}
