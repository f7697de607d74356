//! `rulebook list`, `propose`, `publish`, `withdraw`: the rulebooks of a home.

use std::path::PathBuf;

use anyhow::Result;
use domain::rights::{Act, On};
use domain::versions::{self, RulebookVersion, short};

use crate::cli::Setting;
use crate::commands::asker::Asker;
use crate::commands::seat::{Seat, shown};
use crate::problem::{Exit, say};
use crate::rules;

/// Propose a rulebook: keep its files in the home, for somebody else to publish
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The rulebook must be sound: its files validate, its examples hold, and they stand on both sides of every threshold.

Examples:
  counterfoil rulebook propose my-rulebook/ --note \"the minimum of July\"
  counterfoil rulebook preview 3f2a91c0d4e5
  counterfoil rulebook publish 3f2a91c0d4e5 --as mona@operator.example")]
pub struct ProposeArgs {
    /// The folder of one version [default: the one that the program carries]
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,

    /// What it changes, and why
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

/// Which version is meant.
#[derive(Debug, clap::Args)]
pub struct NamedArgs {
    /// The version: the first letters of its hash, as `rulebook list` tells it
    #[arg(value_name = "HASH")]
    hash: String,
}

/// Which version is taken back.
#[derive(Debug, clap::Args)]
pub struct WithdrawArgs {
    #[command(flatten)]
    named: NamedArgs,

    /// Why, for those who read the log later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Lists the versions.
///
/// # Errors
/// When there is no home, or it cannot be read.
pub fn list(setting: &Setting) -> Result<Exit> {
    let asker = Asker::of_home(setting)?;
    asker.must(Act::EntrySee, &On::program().in_register("rulebook"), "see the rulebooks of the home")?;
    let seat = Seat::take(setting)?;
    let versions = seat.home.rulebook_versions()?;
    let row = |version: &RulebookVersion| {
        vec![
            short(&version.sha256).to_owned(),
            version.version.clone(),
            version.state.to_string(),
            format!("{} by {}", version.proposed_on, version.proposed_by),
            version.published_on.map_or_else(String::new, |day| format!("{day} by {}", shown(version.published_by.as_ref()))),
            version.note.clone().unwrap_or_default(),
        ]
    };
    seat.print(&versions, &["HASH", "VERSION", "STATE", "PROPOSED", "PUBLISHED", "NOTE"], row)?;
    if versions.is_empty() {
        say(
            "no rulebook was proposed yet: the one that the program carries is in force; `counterfoil rulebook propose FOLDER` proposes another\n",
        );
    }
    Ok(Exit::Done)
}

/// Proposes a rulebook.
///
/// # Errors
/// When it is not sound, or the actor may not propose it.
pub fn propose(args: &ProposeArgs, setting: &Setting) -> Result<Exit> {
    let files = rules::files_below(args.folder.as_deref())?;
    let seat = Seat::take(setting)?;
    seat.tell(
        |desk| seat.home.propose_rulebook(desk, &files, args.note.as_deref()),
        |version| {
            let hash = short(&version.sha256);
            format!("rulebook {} is proposed as `{hash}`; `counterfoil rulebook preview {hash}` tells whom it moves", version.version)
        },
    )
}

/// Publishes a proposed rulebook.
///
/// # Errors
/// When it is not sound any more, not proposed, or the actor may not publish it.
pub fn publish(args: &NamedArgs, setting: &Setting) -> Result<Exit> {
    let seat = Seat::take(setting)?;
    let sha256 = seat.home.rulebook_version(&args.hash)?.sha256;
    seat.tell(
        |desk| seat.home.publish_rulebook(desk, &sha256, None),
        |version| format!("rulebook {}, `{}`, is in force", version.version, short(&sha256)),
    )
}

/// Takes a proposed rulebook back.
///
/// # Errors
/// When it is not proposed, or the actor may not withdraw it.
pub fn withdraw(args: &WithdrawArgs, setting: &Setting) -> Result<Exit> {
    let seat = Seat::take(setting)?;
    let version = seat.home.rulebook_version(&args.named.hash)?;
    seat.tell(
        |desk| versions::withdraw(desk, &version.sha256, args.reason.as_deref()),
        |version| format!("rulebook {}, `{}`, is withdrawn", version.version, short(&version.sha256)),
    )
}
