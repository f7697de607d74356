//! Proofs of one event, and of one log continuing another: a few hashes and a checkpoint, instead of the whole log.

use anyhow::Result;
use domain::record::event::Event;
use domain::record::merkle::{self, Hash};
use serde::{Deserialize, Serialize};

use super::note::{NoteError, VerifierKey};
use crate::home::Home;
use crate::problem::Refusal;

/// A proof.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The version of this form: 1.
    pub counterfoil_proof: u32,
    /// The text of the event that is in the log; nothing when the proof is about a whole earlier log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// How many events the earlier log held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<u64>,
    /// The hashes that lead to the root.
    pub path: Vec<String>,
    /// The checkpoint with the root.
    pub checkpoint: String,
    /// The key that verifies it.
    pub key: String,
}

/// What a proof shows.
#[derive(Debug, Serialize)]
pub struct Shown {
    /// The event that is in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<Event>,
    /// How many events of an earlier log the log begins with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continues: Option<u64>,
    /// How many events the log holds.
    pub events: u64,
    /// The root of its tree.
    pub root: String,
    /// The key that signed it.
    pub key: String,
}

/// Why a proof shows nothing.
#[derive(Debug, thiserror::Error)]
pub enum NoProof {
    /// The checkpoint or the key will not do.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The key is not trusted.
    #[error("the proof is signed by `{0}`, which is not the key that you trust")]
    Untrusted(String),
    /// The parts do not belong together.
    #[error("the hashes of the proof do not lead to the root of its checkpoint: the event, the hashes or the checkpoint were altered")]
    Path,
    /// The proof is of another form.
    #[error("{0}")]
    Shape(String),
}

/// Proves that an event is in the log.
///
/// # Errors
/// When there is no such event, or the log cannot be read.
pub fn of_event(home: &Home, sequence: u64) -> Result<Proof> {
    let (leaves, checkpoint) = leaves(home)?;
    let index = usize::try_from(sequence).ok().and_then(|sequence| sequence.checked_sub(1)).filter(|index| *index < leaves.len());
    let index = index.ok_or_else(|| {
        Refusal::usage(format!("there is no event {sequence}; the log holds {}", leaves.len())).hint("`counterfoil audit log` tells them")
    })?;
    let event = home.event_texts(sequence - 1)?.into_iter().next();
    Ok(proof(merkle::inclusion(&leaves, index), checkpoint, event, None))
}

/// Proves that the log begins with the events of an earlier checkpoint of it.
///
/// # Errors
/// When it does not, or the log cannot be read.
pub fn of_continuing(home: &Home, note: &str) -> Result<Proof> {
    let earlier = home.open_checkpoint(note)?;
    let (leaves, checkpoint) = leaves(home)?;
    let size = usize::try_from(earlier.size).ok().filter(|size| *size <= leaves.len());
    let Some(size) = size.filter(|size| *size > 0) else {
        let message = format!("the checkpoint is over {} events, and the log holds {}", earlier.size, leaves.len());
        return Err(Refusal::refused(message).hint("a checkpoint over no events proves nothing; one over more is of another log").into());
    };
    let path = merkle::consistency(&leaves, size);
    let proof = proof(path, checkpoint, None, Some(earlier.size));
    show(&proof, &[], &[note.to_owned()])?;
    Ok(proof)
}

fn leaves(home: &Home) -> Result<(Vec<Hash>, store::checkpoints::Checkpoint)> {
    let checkpoint = home.checkpoint()?;
    let mut leaves = Vec::new();
    let wanted = usize::try_from(checkpoint.sequence)?;
    while leaves.len() < wanted {
        let page = home.event_texts(leaves.len() as u64)?;
        anyhow::ensure!(!page.is_empty(), "the log ends after {} events, and {wanted} are told", leaves.len());
        leaves.extend(page.iter().map(|text| Hash::leaf(text.as_bytes())));
    }
    leaves.truncate(wanted);
    Ok((leaves, checkpoint))
}

fn proof(path: Vec<Hash>, checkpoint: store::checkpoints::Checkpoint, event: Option<String>, continues: Option<u64>) -> Proof {
    let path = path.iter().map(Hash::to_string).collect();
    Proof { counterfoil_proof: 1, event, continues, path, checkpoint: checkpoint.note, key: checkpoint.verifier_key }
}

/// What a proof shows, to who trusts the keys (none: the one that the proof names), and holds checkpoints.
///
/// # Errors
/// When it shows nothing.
pub fn show(proof: &Proof, trusted: &[VerifierKey], held: &[String]) -> Result<Shown, NoProof> {
    if proof.counterfoil_proof != 1 {
        return Err(NoProof::Shape(format!("the proof is of version {}, and this program knows version 1", proof.counterfoil_proof)));
    }
    let key: VerifierKey = proof.key.parse()?;
    if !trusted.is_empty() && !trusted.contains(&key) {
        return Err(NoProof::Untrusted(key.to_string()));
    }
    let now = key.open(&proof.checkpoint)?;
    let path = proof.path.iter().map(|hash| hash.parse()).collect::<Result<Vec<Hash>, _>>();
    let path = path.map_err(|error| NoProof::Shape(format!("a hash of the proof is none: {error}")))?;
    let mut shown = Shown { event: None, continues: None, events: now.size, root: now.root.to_string(), key: proof.key.clone() };
    match (&proof.event, proof.continues) {
        (Some(text), None) => {
            let event: Event = serde_json::from_str(text).map_err(|error| NoProof::Shape(format!("the event is none: {error}")))?;
            let index = event.sequence.checked_sub(1).ok_or(NoProof::Path)?;
            if !merkle::includes(now.root, now.size, index, Hash::leaf(text.as_bytes()), &path) {
                return Err(NoProof::Path);
            }
            shown.event = Some(event);
        }
        (None, Some(size)) => {
            let [note] = held else {
                let told = "the proof is about an earlier log: give the checkpoint of it that you hold with `--checkpoint FILE`";
                return Err(NoProof::Shape(told.to_owned()));
            };
            let earlier = key.open(note)?;
            if earlier.size != size || !merkle::continues((earlier.size, earlier.root), (now.size, now.root), &path) {
                return Err(NoProof::Path);
            }
            shown.continues = Some(size);
        }
        _ => return Err(NoProof::Shape("a proof is about one event, or about one earlier log".to_owned())),
    }
    Ok(shown)
}
