//! The commands, one file each.

/// `actions`: what waits for you.
pub mod actions;

/// Who asks a command about a home.
pub mod asker;

/// `audit`: the log of events, and proving it.
pub mod audit;

/// `claim`: claims to be partner of record.
pub mod claim;

/// `cluster`: a scheduler and its executors.
pub mod cluster;

/// `completions` and `man`: what shells and manuals need.
pub mod complete;

/// `credit`: usage as credited.
pub mod credit;

/// `csp`: who sells subscriptions, and who may.
pub mod csp;

/// `customer`: customers and the principals in their tenants.
pub mod customer;

/// `demo`: a made-up program to try everything on.
pub mod demo;

/// `doctor`: whether the home is sound.
pub mod doctor;

/// `dpor`: partners of record.
pub mod dpor;

/// `export`: the facts as a dataset folder.
pub mod export;

/// `import`: files into the home.
pub mod import;

/// `reconcile`: the vendor's own figures beside ours.
pub mod reconcile;

/// `ledger`: the batches that were imported, and undoing them.
pub mod ledger;

/// `pal`: partner admin links.
pub mod pal;

/// `notice`: what your organisation is told.
pub mod notice;

/// `partner`: accounts and locations, and what an ID stands for.
pub mod partner;

/// `people`: certified people link their learning profiles.
pub mod people;

/// `period`: months of facts, closed and reopened.
pub mod period;

/// `sign-in`, `sign-out`, `ask`: another machine's Counterfoil.
pub mod remote;

/// `rulebook`: the rules, and their worked examples.
pub mod rulebook;

/// `plan`: the cheapest way to a designation.
pub mod plan;

/// `score`: what partners score, and why.
pub mod score;

/// The seat at the desk: what commands that act on registers have in common.
pub mod seat;

/// `serve`: the pages, on this machine only.
pub mod serve;

/// `sql`: questions in SQL.
pub mod sql;

/// `token`: what machines sign in with.
pub mod token;

/// `store`: the registers beside the log that they come from.
pub mod store;

/// `subscription`: what customers have, and what replaced it.
pub mod subscription;

/// `user`: who may act on registers.
pub mod user;

/// `webhook`: addresses that are told of events.
pub mod webhook;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use domain::rulebook::Rulebook;
use domain::time::Day;

use crate::cli::Setting;
use crate::clock;
use crate::commands::asker::Asker;
use crate::home::Home;
use crate::problem::Refusal;
use crate::program::OpenProgram;

/// Which program is asked, and as of when.
#[derive(Debug, Clone, clap::Args)]
pub struct ProgramArgs {
    /// A dataset folder: one CSV or Parquet file per table; without it, what was imported into the home
    #[arg(long, value_name = "FOLDER")]
    pub dataset: Option<PathBuf>,

    /// The day of the question: the state at its end [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Day>,
}

impl ProgramArgs {
    /// The day of the question.
    pub fn as_of(&self) -> Day {
        self.as_of.unwrap_or_else(clock::today)
    }

    /// The program, opened for reading.
    ///
    /// # Errors
    /// When the rulebook or the facts cannot be used.
    pub fn open(&self, setting: &Setting) -> Result<OpenProgram> {
        if self.dataset.is_some() {
            return self.open_by(setting.rulebook_of_files()?, setting);
        }
        let home = Home::open(&setting.home()?)?;
        OpenProgram::from_home(&home, setting.rulebook_in(&home)?)
    }

    /// Who asks: whoever reads files of their own sees all that is in them.
    ///
    /// # Errors
    /// When there is no home, or no such user.
    pub fn asker(&self, setting: &Setting) -> Result<Asker> {
        if self.dataset.is_some() { Ok(Asker::of_files()) } else { Asker::of_home(setting) }
    }

    /// The program, opened for reading, judged by `rulebook`.
    ///
    /// # Errors
    /// When the facts cannot be used.
    pub fn open_by(&self, rulebook: Arc<Rulebook>, setting: &Setting) -> Result<OpenProgram> {
        match &self.dataset {
            Some(_) if setting.known_at().is_some() => {
                let refusal =
                    Refusal::usage("a dataset folder does not tell when its rows were known, so `--known-at` cannot be asked of it");
                Err(refusal.hint("import the folder into a home, or leave `--known-at` out").into())
            }
            Some(folder) => OpenProgram::from_dataset(folder, rulebook),
            None => OpenProgram::from_home(&Home::open(&setting.home()?)?, rulebook),
        }
    }
}
