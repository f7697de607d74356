//! The whole log in one file: a line that names the keys, a line per event (the very text that is hashed), a line per checkpoint.

use std::io::Write;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::home::Home;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The version of this form: 1.
    pub counterfoil_log: u32,
    /// How many events follow.
    pub events: u64,
    /// The keys that verify the checkpoints behind them.
    pub keys: Vec<String>,
}

/// A line behind the events.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// The signed note.
    pub checkpoint: String,
}

/// Makes a checkpoint over all events and writes the log with all checkpoints; returns how many events there are.
///
/// # Errors
/// When the log cannot be read or the text cannot be written.
pub fn export(home: &Home, to: &mut impl Write) -> Result<u64> {
    let last = home.checkpoint()?;
    let checkpoints: Vec<_> = home.checkpoints()?.into_iter().filter(|checkpoint| checkpoint.sequence <= last.sequence).collect();
    let mut keys: Vec<String> = Vec::new();
    for checkpoint in &checkpoints {
        if !keys.contains(&checkpoint.verifier_key) {
            keys.push(checkpoint.verifier_key.clone());
        }
    }
    line(to, &Head { counterfoil_log: 1, events: last.sequence, keys })?;
    let mut written = 0;
    while written < last.sequence {
        let page = home.event_texts(written)?;
        let wanted = usize::try_from(last.sequence - written).unwrap_or(usize::MAX);
        for text in page.iter().take(wanted) {
            to.write_all(text.as_bytes())?;
            to.write_all(b"\n")?;
            written += 1;
        }
        anyhow::ensure!(!page.is_empty(), "the log ends after {written} events, and {} are told", last.sequence);
    }
    checkpoints.into_iter().try_for_each(|checkpoint| line(to, &Signed { checkpoint: checkpoint.note }))?;
    Ok(written)
}

fn line(to: &mut impl Write, value: &impl Serialize) -> Result<()> {
    serde_json::to_writer(&mut *to, value)?;
    Ok(to.write_all(b"\n")?)
}
