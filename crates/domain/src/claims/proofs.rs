//! Proof of execution: what is added, what the rulebook asks it to show, and for how long it is fresh.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::drafts::PARTS_MAX;
use super::rights::{must_be, must_claim};
use super::{Claim, Proof, arbitrations};
use crate::names::Name;
use crate::record::desk::{Acted, Desk};
use crate::record::refusal::Refusal;
use crate::rulebook::associations::ActivityRules;
use crate::rulebook::{Rulebook, suggest};
use crate::time::Day;
use crate::words::ClaimState;

/// What is known of a file that is added as proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofMeta {
    /// The file's name, a label.
    pub name: String,
    /// The type of its content.
    pub media_type: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// The hash of its content, SHA-256, hexadecimal.
    pub sha256: String,
    /// The day that the proof itself is dated.
    #[serde(default)]
    pub dated_on: Option<Day>,
    /// The workloads that it is about; empty: all of the claim's.
    #[serde(default)]
    pub workloads: BTreeSet<Name>,
    /// What it shows: items of the rulebook's checklist.
    #[serde(default)]
    pub shows: BTreeSet<Name>,
}

/// Adds proof: to a draft, to a claim whose partner has to act, while claims compete, and to an approved claim, to keep its proof fresh. The
/// same content again takes the place of what was said about it.
///
/// # Errors
/// When the actor may not, the claim takes no proof now, or what is said about it will not do.
pub fn attach_proof(desk: &mut Desk<'_>, id: &str, meta: ProofMeta) -> Acted<Claim> {
    let mut claim: Claim = desk.get(id)?;
    must_claim(desk, &claim, "add proof to this claim")?;
    if !arbitrations::is_contested(desk, &claim)? {
        must_be(&claim, &[ClaimState::Draft, ClaimState::ActionRequired, ClaimState::Approved, ClaimState::Dispute], "given proof")?;
    }
    check_meta(desk, &claim, &meta)?;
    claim.proofs.retain(|proof| proof.sha256 != meta.sha256);
    if claim.proofs.len() >= PARTS_MAX {
        let message = format!("claim `{id}` has {PARTS_MAX} proofs");
        return Err(Refusal::conflict("too-many", message, "put several into one file").into());
    }
    let ProofMeta { name, media_type, bytes, sha256, dated_on, workloads, shows } = meta;
    let (added_on, added_by) = (desk.today(), desk.actor.user.clone());
    claim.authors.insert(added_by.clone());
    claim.proofs.push(Proof { name, media_type, bytes, sha256, dated_on, workloads, shows, added_on, added_by });
    desk.put("claim-proof-added", &claim, desk.today(), None)?;
    Ok(claim)
}

fn check_meta(desk: &Desk<'_>, claim: &Claim, meta: &ProofMeta) -> Result<(), Refusal> {
    if meta.name.trim().is_empty() || meta.bytes == 0 {
        return Err(Refusal::invalid("proof-unavailable", "the proof is empty or has no name", "give a file that has something in it"));
    }
    let is_hash = meta.sha256.len() == 64 && meta.sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hash {
        let message = format!("`{}` is no SHA-256 hash", meta.sha256);
        return Err(Refusal::invalid("proof-unavailable", message, "give the hash as 64 hexadecimal digits"));
    }
    let known = &desk.rulebook.associations.cpor.proof.checklist;
    if let Some(strange) = meta.shows.iter().find(|item| !known.contains_key(*item)) {
        let message = format!("there is no item `{strange}` on the checklist");
        return Err(Refusal::invalid("item-unknown", message, suggest::cure(strange.as_str(), known.keys().map(Name::as_str))));
    }
    let claimed: Vec<&Name> = claim.products.iter().filter_map(|product| product.workload.as_ref()).collect();
    if let Some(strange) = meta.workloads.iter().find(|workload| !claimed.contains(workload)) {
        let message = format!("the claim is not on `{strange}`");
        return Err(Refusal::invalid(
            "product-unknown",
            message,
            suggest::cure(strange.as_str(), claimed.iter().map(|name| name.as_str())),
        ));
    }
    if let Some(dated) = meta.dated_on.filter(|dated| *dated > desk.today()) {
        return Err(Refusal::invalid(
            "dates-missing-or-old",
            format!("the proof is dated {dated}, which is still to come"),
            "check the date",
        ));
    }
    Ok(())
}

/// How the proof of a workload stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Standing {
    /// The workload.
    pub workload: Name,
    /// Items of the checklist that no proof shows yet, with what they are.
    pub missing: Vec<(Name, String)>,
    /// The day of the most recent proof.
    pub dated_on: Option<Day>,
    /// The first day on which that proof is not fresh any more.
    pub fresh_until: Option<Day>,
}

/// How the proof of each of a claim's workloads stands.
#[must_use]
pub fn standings(rulebook: &Rulebook, claim: &Claim) -> Vec<Standing> {
    let rules = &rulebook.associations.cpor.proof;
    let workloads: BTreeSet<&Name> = claim.products.iter().filter_map(|product| product.workload.as_ref()).collect();
    let standing = |workload: &Name| {
        let about: Vec<&Proof> =
            claim.proofs.iter().filter(|proof| proof.workloads.is_empty() || proof.workloads.contains(workload)).collect();
        let shown = |item: &Name| about.iter().any(|proof| proof.shows.contains(item));
        let asked = rules.checklist.iter().filter(|(_, item)| item.activities.is_empty() || item.activities.contains(&claim.activity));
        let dated_on = about.iter().filter_map(|proof| proof.dated_on).max();
        Standing {
            workload: workload.clone(),
            missing: asked.filter(|(name, _)| !shown(name)).map(|(name, item)| (name.clone(), item.shows.clone())).collect(),
            dated_on,
            fresh_until: dated_on.map(|day| day.plus_months(rules.fresh_months.value)),
        }
    };
    workloads.into_iter().map(standing).collect()
}

/// Finds what the proof of a claim lacks, where the activity requires proof.
pub(super) fn check(desk: &Desk<'_>, claim: &Claim, rules: &ActivityRules, found: &mut Vec<Refusal>) {
    if !rules.proof_required.value {
        return;
    }
    if claim.proofs.is_empty() {
        let message = format!("a claim of `{}` needs proof of execution, and there is none", claim.activity);
        found.push(Refusal::invalid("proof-missing", message, "add it: `claim proof add CLAIM FILE`"));
        return;
    }
    for standing in standings(desk.rulebook, claim) {
        let workload = &standing.workload;
        if !standing.missing.is_empty() {
            let shows = standing.missing.iter().map(|(_, shows)| shows.as_str()).collect::<Vec<_>>().join("; ");
            let items = standing.missing.iter().map(|(name, _)| format!("--shows {name}")).collect::<Vec<_>>().join(" ");
            let message = format!("the proof for `{workload}` does not show: {shows}");
            found.push(Refusal::invalid(
                "proof-incomplete",
                message,
                format!("add proof that does, and say so: `claim proof add … {items}`"),
            ));
        }
        let months = desk.rulebook.associations.cpor.proof.fresh_months.value;
        let cure = format!("add proof that is dated within the last {months} months: `claim proof add … --dated YYYY-MM-DD`");
        match standing.dated_on.zip(standing.fresh_until) {
            None => found.push(Refusal::invalid("dates-missing-or-old", format!("the proof for `{workload}` has no date"), cure)),
            Some((dated, until)) if until <= desk.today() => {
                let message = format!("the proof for `{workload}` is dated {dated}, more than {months} months ago");
                found.push(Refusal::invalid("dates-missing-or-old", message, cure));
            }
            Some(_) => {}
        }
    }
}
