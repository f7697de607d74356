//! Acts on claims.

use std::fs::File;
use std::io::Read as _;

use anyhow::{Context, Result};
use domain::claims::arbitrations::{self, Arbitration};
use domain::claims::four_eyes::{self, Count, Parties};
use domain::claims::proofs::{ProofMeta, attach_proof};
use domain::claims::{Claim, Verdict, drafts, reviews, ticks};
use domain::names::Name;
use domain::record::actor::Actor;
use domain::record::desk::{ActError, Acted, Desk};
use domain::words::ClaimState;

use super::args::{ArbitrateArgs, EditArgs, GetProofArgs, ProofArgs};
use super::showing;
use crate::cli::Setting;
use crate::home::{Done, Home};
use crate::output::table;
use crate::problem::{Exit, Refusal, say};
use crate::proofs::BYTES_MAX;

/// Acts as the user who is named.
fn done<T>(setting: &Setting, act: impl FnOnce(&mut Desk<'_>) -> Acted<T>) -> Result<Done<T>> {
    let home = Home::open(&setting.home()?)?;
    let actor = home.actor(setting.user())?;
    home.act(&*setting.rulebook()?, actor, act)
}

/// Acts on a claim, and tells how it stands then.
pub fn act(setting: &Setting, act: impl FnOnce(&mut Desk<'_>) -> Acted<Claim>) -> Result<Exit> {
    let done = done(setting, |desk| {
        let claim = act(desk)?;
        let is_pending = [ClaimState::Submitted, ClaimState::UnderReview, ClaimState::Dispute].contains(&claim.state);
        let warning = if is_pending { four_eyes::warning(desk, &Parties::of([&claim]))? } else { None };
        Ok((claim, warning))
    })?;
    let (claim, warning) = done.given;
    setting.output.print(&claim, |_| format!("{}\n", showing::stands(&claim)))?;
    warn(warning);
    Ok(Exit::Done)
}

fn warn(warning: Option<String>) {
    if let Some(warning) = warning {
        say(&format!("warning: {warning}\n"));
    }
}

/// Drafts a claim.
pub fn new(args: &EditArgs, setting: &Setting) -> Result<Exit> {
    act(setting, |desk| drafts::create(desk, &args.edits()))
}

/// Votes on a claim, and tells what the vote came to.
pub fn vote(id: &Name, verdict: &Verdict, note: Option<&str>, setting: &Setting) -> Result<Exit> {
    let voted = done(setting, |desk| reviews::vote(desk, id.as_str(), verdict.clone(), note))?.given;
    setting.output.print(&voted.claim, |_| {
        let mut text = format!("{}\n", counted(&voted.count, &showing::stands(&voted.claim)));
        for case in &voted.contested {
            let (scopes, holder, claim) = (case.scopes.join(", "), &case.partner_id, &case.incumbent);
            let id = &case.arbitration_id;
            text.push_str(&format!("{scopes} is held by partner {holder}, by {claim}: {id} decides between both\n"));
        }
        text
    })?;
    warn(voted.warning);
    Ok(Exit::Done)
}

/// What a vote came to, in words; `stands` says how things stand when it decided.
fn counted(count: &Count, stands: &str) -> String {
    match count {
        Count::First => "the first vote is cast; a second reviewer is needed".to_owned(),
        Count::Split => "the votes differ; a third reviewer settles it".to_owned(),
        Count::Decided(decision) => {
            let voters = decision.votes.iter().map(|vote| vote.by.as_str()).collect::<Vec<_>>().join(", ");
            format!("decided by {voters}: {stands}")
        }
    }
}

/// Shows an arbitration, or votes in it.
pub fn arbitrate(args: &ArbitrateArgs, setting: &Setting) -> Result<Exit> {
    let id = Name::new(&args.arbitration);
    let (Some(winner), Some(reason)) = (&args.winner, &args.reason) else {
        let shown = done(setting, |desk| {
            let case: Arbitration = desk.get(id.as_str())?;
            let claims: [Claim; 2] = [desk.get(case.incumbent.as_str())?, desk.get(case.challenger.as_str())?];
            Ok((case, claims))
        })?;
        let (case, claims) = shown.given;
        let rulebook = setting.rulebook()?;
        let view = showing::Case::new(&rulebook, case, &claims);
        setting.output.print(&view, |_| view.told())?;
        return Ok(Exit::Done);
    };
    let (winner, reason) = (Name::new(winner), Name::new(reason));
    let (case, count) = done(setting, |desk| arbitrations::vote(desk, id.as_str(), &winner, &reason, args.note.as_deref()))?.given;
    let stands = format!("{winner} wins {}", case.scopes.join(", "));
    setting.output.print(&case, |_| format!("{}\n", counted(&count, &stands)))?;
    Ok(Exit::Done)
}

/// Adds a file as proof.
pub fn add_proof(args: &ProofArgs, setting: &Setting) -> Result<Exit> {
    let home = Home::open(&setting.home()?)?;
    let actor = home.actor(setting.user())?;
    let mut content = Vec::new();
    // one byte more than is kept, so that the proofs say what is too large
    let file = File::open(&args.file).and_then(|file| file.take(BYTES_MAX as u64 + 1).read_to_end(&mut content));
    file.with_context(|| format!("cannot read `{}`", args.file.display()))?;
    let name = args.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let proofs = home.proofs()?;
    let looked = proofs.look(&name, content)?;
    let kept = looked.of.clone();
    let names = |texts: &[String]| texts.iter().map(|text| Name::new(text)).collect();
    let meta = ProofMeta {
        name: kept.name,
        media_type: kept.media_type,
        bytes: kept.bytes,
        sha256: kept.sha256,
        dated_on: args.dated,
        workloads: names(&args.workloads),
        shows: names(&args.shows),
    };
    let rulebook = setting.rulebook()?;
    let attach = |desk: &mut Desk<'_>| {
        let claim = attach_proof(desk, &args.id(), meta)?;
        // kept once the user may add it, and before the log says that it is there
        proofs.keep(looked).map_err(|error| ActError::Failed(error.into()))?;
        Ok(claim)
    };
    let claim = home.act(&rulebook, actor, attach)?.given;
    setting.output.print(&claim, |_| {
        let mut text = format!("{} has {}\n", claim.claim_id, table::counted(claim.proofs.len() as u64, "proof"));
        text.push_str(&showing::proofs(&rulebook, &claim));
        text
    })?;
    if kept.stripped {
        say("what the image said about its making was taken out\n");
    }
    Ok(Exit::Done)
}

/// Writes a proof into a file.
pub fn get_proof(args: &GetProofArgs, setting: &Setting) -> Result<Exit> {
    let home = Home::open(&setting.home()?)?;
    let claim = showing::seen(&home, setting, &args.id())?;
    let Some(proof) = claim.proofs.iter().find(|proof| !args.hash.is_empty() && proof.sha256.starts_with(&args.hash)) else {
        let refusal = Refusal::refused(format!("claim `{}` has no proof `{}`", claim.claim_id, args.hash));
        return Err(refusal.hint("`claim show` tells its proofs with their hashes").into());
    };
    let content = home.proofs()?.read(&proof.sha256)?.with_context(|| format!("the proof `{}` is not in this home", proof.sha256))?;
    std::fs::write(&args.out, content).with_context(|| format!("cannot write `{}`", args.out.display()))?;
    setting.output.print(&proof, |_| format!("wrote {} ({}) to {}\n", proof.name, proof.media_type, args.out.display()))?;
    Ok(Exit::Done)
}

/// Moves claims whose clocks ran out, as the program itself.
pub fn tick(setting: &Setting) -> Result<Exit> {
    let home = Home::open(&setting.home()?)?;
    let moved = home.act(&*setting.rulebook()?, Actor::clockwork(), ticks::tick)?.given;
    setting.output.print(&moved, |_| {
        let row = |one: &ticks::Moved| vec![one.claim_id.to_string(), one.state.to_string(), one.why.clone()];
        let lines = table::lines(&["CLAIM", "STATE", "WHY"], &moved.iter().map(row).collect::<Vec<_>>(), &[]);
        lines.iter().map(|line| format!("{line}\n")).collect()
    })?;
    if moved.is_empty() {
        say("no clock has run out\n");
    }
    Ok(Exit::Done)
}
