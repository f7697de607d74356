//! `rulebook`: the rules, and their worked examples.

pub mod diff;
pub mod preview;
mod publishing;
mod schema;
mod show;
pub mod sound;
mod test;
mod validate;

use std::path::PathBuf;

use anyhow::Result;

use crate::cli::Setting;
use crate::problem::Exit;
use crate::rules;

/// What can be asked about the rules.
#[derive(Debug, clap::Subcommand)]
pub enum RulebookCommand {
    /// Every value with its place and its source
    Show(show::ShowArgs),
    /// Whether the files are a rulebook; a typo is answered with file, line and "did you mean"
    Validate(FolderArgs),
    /// The worked examples, and whether they stand on both sides of every threshold
    Test(test::TestArgs),
    /// What differs between two rulebooks: values, entries of lists, sources
    Diff(diff::DiffArgs),
    /// Who would lose a designation by another rulebook, who would gain one, and why
    Preview(preview::PreviewArgs),
    /// The rulebooks that were proposed in the home, and which one is in force
    List,
    /// Propose a rulebook: keep its files in the home, for somebody else to publish
    Propose(publishing::ProposeArgs),
    /// Publish a proposed rulebook: it is in force from now on
    Publish(publishing::NamedArgs),
    /// Take a proposed rulebook back
    Withdraw(publishing::WithdrawArgs),
    /// JSON Schemas of the files, for editors
    Schema(schema::SchemaArgs),
}

/// Answers a question about the rules.
///
/// # Errors
/// When the files cannot be read, or are no rulebook where one is needed.
pub fn run(command: &RulebookCommand, setting: &Setting) -> Result<Exit> {
    match command {
        RulebookCommand::Show(args) => show::run(args, setting),
        RulebookCommand::Validate(args) => validate::run(args, setting),
        RulebookCommand::Test(args) => test::run(args, setting),
        RulebookCommand::Diff(args) => diff::run(args, setting),
        RulebookCommand::Preview(args) => preview::run(args, setting),
        RulebookCommand::List => publishing::list(setting),
        RulebookCommand::Propose(args) => publishing::propose(args, setting),
        RulebookCommand::Publish(args) => publishing::publish(args, setting),
        RulebookCommand::Withdraw(args) => publishing::withdraw(args, setting),
        RulebookCommand::Schema(args) => schema::run(args, setting),
    }
}

/// Which rulebook is checked.
#[derive(Debug, Clone, clap::Args)]
pub struct FolderArgs {
    /// The folder of one version, such as `rulebook/2023-10` [default: `--rulebook`, or the carried one]
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

impl FolderArgs {
    /// The files of the rulebook.
    ///
    /// # Errors
    /// When the folder cannot be read or holds no rulebook.
    fn files(&self, setting: &Setting) -> Result<Vec<(String, String)>> {
        rules::files(self.folder.as_deref().or(setting.rulebook_folder()))
    }
}

/// `1 example`, `2 examples`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
