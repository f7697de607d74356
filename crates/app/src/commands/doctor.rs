//! `doctor`: whether the home is sound, and how to mend it.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use engine::lake::Lake;
use engine::problems::RowProblem;
use serde::Serialize;

use crate::cli::Setting;
use crate::home::{Home, Place};
use crate::oidc::{Provider, Providers};
use crate::output::{Paint, table};
use crate::problem::{Exit, Refusal};

/// Whether the home is sound, and how to mend it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil doctor
  counterfoil doctor --home /srv/counterfoil -o json --query \"[?state!='well']\"")]
pub struct DoctorArgs {}

/// Space below which imports may fail.
const FREE_BYTES_MIN: u64 = 1 << 30;

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Well,
    Attention,
    Broken,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    state: State,
    told: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cure: Option<String>,
}

impl Finding {
    fn well(what: &'static str, told: impl Into<String>) -> Self {
        Self { what, state: State::Well, told: told.into(), cure: None }
    }

    fn bad(what: &'static str, state: State, told: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { what, state, told: told.into(), cure: Some(cure.into()) }
    }
}

/// Looks at the home, the lake, the rulebook, the identity providers and the disk.
///
/// # Errors
/// When the system names no home, or stdout cannot be written.
pub fn run(_args: &DoctorArgs, setting: &Setting) -> Result<Exit> {
    let root = setting.home()?;
    let mut findings = vec![program(), rulebook(setting)];
    findings.extend(home(&root));
    findings.push(disk(&root.root));
    setting.output.print(&findings, |paint| told(&findings, paint))?;
    let worst = |state| findings.iter().any(|finding| finding.state == state);
    Ok(if worst(State::Broken) {
        Exit::Refused
    } else if worst(State::Attention) {
        Exit::Attention
    } else {
        Exit::Done
    })
}

fn program() -> Finding {
    Finding::well("program", format!("counterfoil {}", env!("CARGO_PKG_VERSION")))
}

fn rulebook(setting: &Setting) -> Finding {
    match setting.rulebook() {
        Ok(rulebook) => Finding::well("rulebook", format!("{}, {}", rulebook.program.version, rulebook.program.title)),
        Err(error) => Finding::bad("rulebook", State::Broken, format!("{error:#}"), "correct its files, or leave `--rulebook` out"),
    }
}

fn home(place: &Place) -> Vec<Finding> {
    let home = match Home::open(place) {
        Ok(home) => home,
        Err(error) => {
            let cure = error.downcast_ref::<Refusal>().and_then(|refusal| refusal.hints.first().cloned());
            let (state, cure) = match cure {
                Some(cure) => (State::Attention, cure),
                None => (State::Broken, "check the folder's rights; a newer version of the program may have written it".to_owned()),
            };
            return vec![Finding::bad("home", state, format!("{error:#}"), cure)];
        }
    };
    let mut findings = vec![Finding::well("home", home.root().display().to_string())];
    match home.batches(1) {
        Ok(batches) => {
            let latest = batches
                .first()
                .map_or_else(|| "nothing was imported yet".to_owned(), |batch| format!("latest import {}", batch.recorded_at));
            let place = home.database().ok().flatten().map(|database| format!(", in `{database}`")).unwrap_or_default();
            findings.push(Finding::well("ledger", latest + &place));
        }
        Err(error) => findings.push(Finding::bad("ledger", State::Broken, format!("{error:#}"), "restore the home from a backup")),
    }
    findings.push(log(&home));
    findings.extend(providers(home.root()));
    let stored = storage(&home);
    let is_broken = stored.as_ref().is_some_and(|finding| finding.state == State::Broken);
    findings.extend(stored);
    // what is not in the storage cannot be fetched from it
    match if is_broken { home.named_lake() } else { home.lake() } {
        Ok(lake) => {
            findings.extend(lake_findings(&lake));
            findings.extend(leftovers(&home, &lake));
        }
        Err(error) => findings.push(Finding::bad("manifest", State::Broken, format!("{error:#}"), "restore the home from a backup")),
    }
    findings
}

/// The storage of files: whether it can be reached, and has every file that the manifest names.
fn storage(home: &Home) -> Option<Finding> {
    let stored = match home.in_storage() {
        Ok(stored) => stored?,
        Err(error) => {
            let cure = "until it can be used, nothing can be imported, and files that are not here cannot be read";
            return Some(Finding::bad("storage", State::Broken, format!("{error:#}"), cure));
        }
    };
    if let Some(first) = stored.missing.first() {
        let told = format!("{} that the manifest names are not in {}, such as `{first}`", counted(&stored.missing), stored.url);
        let cure =
            format!("`counterfoil store move {}` puts back those that are in the home's folder; restore others from a backup", stored.url);
        return Some(Finding::bad("storage", State::Broken, told, cure));
    }
    let more = match stored.unnamed {
        0 => String::new(),
        unnamed => {
            let files = table::counted(unnamed as u64, "file");
            format!("; {files} more there that no batch names, of an act under way or that broke off, never read")
        }
    };
    Some(Finding::well("storage", format!("{}{more}", stored.url)))
}

fn counted(files: &[String]) -> String {
    table::counted(files.len() as u64, "file")
}

/// The log by itself, and the registers against it.
fn log(home: &Home) -> Finding {
    match home.compare(false) {
        Ok(found) => match found.differences.first() {
            None => {
                let told = format!("{}, and the registers are what they add up to", table::counted(found.events, "event"));
                Finding::well("log", told)
            }
            Some(first) => {
                let count = table::counted(found.differences.len() as u64, "difference");
                let told = format!("{count} between the log and the registers, such as: {} {} {}", first.register, first.id, first.told);
                let cure =
                    "`counterfoil store rebuild --check` tells all; `counterfoil store rebuild` makes the registers what the log says";
                Finding::bad("log", State::Broken, told, cure)
            }
        },
        Err(error) => {
            let cure = "the log was altered past the program: restore the home from a backup, and compare checkpoints that others hold";
            Finding::bad("log", State::Broken, format!("{error:#}"), cure)
        }
    }
}

/// The identity providers: whether each can be asked, is whom the home says, and has keys.
fn providers(root: &Path) -> Vec<Finding> {
    let providers = match Providers::open(root) {
        Ok(providers) => providers,
        Err(error) => {
            let cure = error.downcast_ref::<Refusal>().and_then(|refusal| refusal.hints.first().cloned());
            return vec![Finding::bad(
                "provider",
                State::Broken,
                format!("{error:#}"),
                cure.unwrap_or_else(|| "check the file".to_owned()),
            )];
        }
    };
    let cure =
        "nobody signs in by it until then: check `issuer`, that it can be reached from here, and `inside` when it is in your networks";
    let one = |provider: &Provider| match provider.check() {
        Ok(told) => Finding::well("provider", told),
        Err(error) => Finding::bad("provider", State::Attention, format!("{error:#}"), cure),
    };
    providers.iter().flat_map(|providers| &providers.all).map(one).collect()
}

/// The manifest against the files, and the files against their readers.
fn lake_findings(lake: &Lake) -> Vec<Finding> {
    let named: BTreeSet<&str> = lake.named().map(|file| file.path.as_str()).collect();
    let missing: Vec<&str> = named.iter().copied().filter(|path| !lake.root.join(path).is_file()).collect();
    if let Some(first) = missing.first() {
        let told = format!("{} of {} files are gone, such as `{first}`", missing.len(), named.len());
        return vec![Finding::bad("lake", State::Broken, told, "restore the home from a backup, or import the sources into a fresh home")];
    }
    let rows: u64 = lake.files.iter().map(|file| file.rows).sum();
    let mut findings = vec![Finding::well("lake", format!("{} files, {} rows", lake.files.len(), table::count(rows)))];
    if !lake.files.is_empty() {
        match lake.open() {
            Ok(dataset) => findings.extend(dataset.problems.kept().iter().map(fact)),
            Err(error) => findings.push(Finding::bad("facts", State::Broken, error.to_string(), "restore the home from a backup")),
        }
    }
    findings
}

/// A fact that gives less than its reporter meant, or nothing.
fn fact(problem: &RowProblem) -> Finding {
    let mut bare = problem.clone();
    let cure = std::mem::take(&mut bare.cure);
    Finding::bad("facts", State::Attention, bare.to_string(), cure)
}

/// Files that no batch names: those of an act under way, or of one that broke off.
fn leftovers(home: &Home, lake: &Lake) -> Option<Finding> {
    match home.is_being_written() {
        Ok(true) => return Some(Finding::well("lock", "an import or undo is under way")),
        Ok(false) => {}
        Err(error) => return Some(Finding::bad("lock", State::Broken, format!("{error:#}"), "check the folder's rights")),
    }
    let leftovers = lake.leftovers();
    let first = leftovers.first()?;
    let name = first.strip_prefix(&lake.root).unwrap_or(first).display();
    let told = format!("{}, such as `{name}`, of an import or undo that broke off", table::counted(leftovers.len() as u64, "file"));
    Some(Finding::bad(
        "leftovers",
        State::Attention,
        told,
        "they are never read, and the next import or undo deletes them; nothing is lost",
    ))
}

fn disk(root: &Path) -> Finding {
    let there = root.ancestors().find(|folder| folder.exists()).unwrap_or(root);
    match fs4::available_space(there) {
        Ok(free) if free < FREE_BYTES_MIN => {
            let told = format!("{} MiB free, imports may fail", free >> 20);
            Finding::bad("disk", State::Attention, told, "make room, or keep the home elsewhere with `--home`")
        }
        Ok(free) => Finding::well("disk", format!("{} GiB free", free >> 30)),
        Err(error) => Finding::bad("disk", State::Attention, format!("cannot be asked: {error}"), "check the folder's rights"),
    }
}

fn told(findings: &[Finding], paint: Paint) -> String {
    let mut text = String::new();
    for finding in findings {
        let mark = match finding.state {
            State::Well => paint.good("well     "),
            State::Attention => paint.warn("attention"),
            State::Broken => paint.warn("broken   "),
        };
        text.push_str(&format!("{mark}  {:<10} {}\n", finding.what, finding.told));
        if let Some(cure) = &finding.cure {
            text.push_str(&format!("           hint: {cure}\n"));
        }
    }
    text
}
