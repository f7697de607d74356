//! Proofs of claims: what is told of each, and the file itself.

use std::collections::BTreeSet;

use anyhow::Context as _;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use domain::claims::{Claim, Proof};
use domain::names::Name;
use domain::rulebook::Rulebook;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::pages::problem::Problem;
use crate::pages::visit::Visit;
use crate::pages::workspace::OPERATOR_ROLES;
use crate::pages::{named, paths, show};

/// What is told of a proof.
pub struct ProofLine {
    /// The file's name.
    pub name: String,
    /// Where the file is.
    pub href: String,
    /// Its type and size.
    pub kind: String,
    /// The day that it is dated, and since when it is there.
    pub dated: String,
    /// The workloads that it is about.
    pub about: String,
    /// What it shows, as the partner says.
    pub shows: Vec<String>,
}

/// The proofs of a claim that are about some of its workloads or about all, the latest dated first.
pub fn lines(rulebook: &Rulebook, claim: &Claim, only: Option<&BTreeSet<Name>>) -> Vec<ProofLine> {
    let is_about = |proof: &&Proof| only.is_none_or(|only| proof.workloads.is_empty() || !proof.workloads.is_disjoint(only));
    let mut proofs: Vec<&Proof> = claim.proofs.iter().filter(is_about).collect();
    proofs.sort_by_key(|proof| std::cmp::Reverse((proof.dated_on, proof.added_on)));
    let checklist = &rulebook.associations.cpor.proof.checklist;
    let line = |proof: &Proof| {
        let dated = proof.dated_on.map_or_else(|| "no date".to_owned(), |on| format!("dated {on}"));
        let about: Vec<String> = proof.workloads.iter().map(named::workload).collect();
        ProofLine {
            name: proof.name.clone(),
            href: format!("{}/proofs/{}", paths::operator_claim(&claim.claim_id), paths::encoded(&proof.sha256)),
            kind: format!("{}, {}", proof.media_type, size(proof.bytes)),
            dated: format!("{dated}, added {}", proof.added_on),
            about: if about.is_empty() { "all of the claim".to_owned() } else { show::list(&about) },
            shows: proof
                .shows
                .iter()
                .map(|item| checklist.get(item).map_or_else(|| item.to_string(), |rules| rules.shows.clone()))
                .collect(),
        }
    };
    proofs.into_iter().map(line).collect()
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes.div_ceil(1024)),
        _ => format!("{} MiB", bytes.div_ceil(1_048_576)),
    }
}

/// Gives a proof's file; browsers keep it and do not open it here.
///
/// # Errors
///
/// A visitor who does not act for the operator, or a proof that is not there.
pub fn file(visit: &Visit) -> Result<Response, Problem> {
    visit.operator(&OPERATOR_ROLES)?;
    let id = Name::new(visit.param("claim"));
    let claim = visit.read(|desk| desk.get::<Claim>(id.as_str()))?;
    let proof = claim.proofs.iter().find(|proof| proof.sha256 == visit.param("hash")).ok_or_else(|| Problem::nowhere(visit.path()))?;
    let content = visit.home()?.proofs().and_then(|proofs| proofs.read(&proof.sha256));
    let content = content
        .and_then(|content| content.context("the file is not in this home"))
        .map_err(|error| Problem::refused("The file cannot be read", &error))?;
    let name = utf8_percent_encode(&proof.name, NON_ALPHANUMERIC);
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{name}")),
    ];
    Ok((headers, content).into_response())
}
