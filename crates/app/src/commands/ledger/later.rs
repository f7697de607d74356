//! Later imports that undoing a batch concerns.

use anyhow::Result;
use engine::lake::{Lake, LakeFile};
use store::ledger::{Batch, BatchFile};

use crate::home::Home;

/// Sentences about later imports that stand: those that only repeated files of the batch, whose rows go with it, and those about the same tables
/// and months, which keep the rows that both brought. `lake` is as it was before the batch is undone.
///
/// # Errors
/// When the ledger cannot be read.
pub fn told(home: &Home, lake: &Lake, batch: &Batch) -> Result<Vec<String>> {
    let own: Vec<&LakeFile> = lake.pieces.iter().filter(|piece| piece.batch_id == batch.batch_id && !piece.is_suggested()).collect();
    let mut told = Vec::new();
    let batches = home.batches(u32::MAX >> 1)?;
    // the earliest first, as they were imported
    for later in batches.iter().rev().filter(|later| later.batch_id > batch.batch_id && later.undo.is_none()) {
        let name = format!("batch {} ({})", later.batch_id, later.source);
        let theirs = || lake.pieces.iter().filter(|piece| piece.batch_id == later.batch_id && !piece.is_suggested());
        let is_repeat = |file: &BatchFile| file.same_as.as_ref() == Some(&batch.batch_id);
        if later.files.iter().any(is_repeat) {
            told.push(format!("{name} had the same files again and loses their rows too; import them anew if they shall be there"));
        }
        let mut shared: Vec<String> = theirs().filter(|piece| own.iter().any(|own| own.is_same_part(piece))).map(part).collect();
        shared.sort();
        shared.dedup();
        if let [first, rest @ ..] = shared.as_slice() {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            told.push(format!("{name} is about {first}{more} as well, and keeps the rows that both brought"));
        }
    }
    Ok(told)
}

/// `consumption of 2024-07`, or the table of a register.
fn part(piece: &LakeFile) -> String {
    piece.month.map_or_else(|| piece.table.to_owned(), |month| format!("{} of {month}", piece.table))
}
