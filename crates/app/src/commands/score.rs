//! `score`: what partners score, and why.

mod explain;
mod history;
pub mod show;
mod tables;

use anyhow::Result;

use crate::cli::Setting;
use crate::problem::Exit;

/// What can be asked about scores.
#[derive(Debug, clap::Subcommand)]
pub enum ScoreCommand {
    /// Points, status and window of every partner in every area
    Show(show::ShowArgs),
    /// Why: rules, arithmetic, what counted and what did not
    Explain(explain::ExplainArgs),
    /// The score month by month
    History(history::HistoryArgs),
}

/// Answers a question about scores.
///
/// # Errors
/// When the program cannot be opened, or a partner, area, track or metric is not known.
pub fn run(command: &ScoreCommand, setting: &Setting) -> Result<Exit> {
    match command {
        ScoreCommand::Show(args) => show::run(args, setting),
        ScoreCommand::Explain(args) => explain::run(args, setting),
        ScoreCommand::History(args) => history::run(args, setting),
    }
}
