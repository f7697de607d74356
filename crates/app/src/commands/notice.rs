//! `notice`: what your organisation is told.

use anyhow::Result;
use domain::names::Name;
use domain::notices::{self, Notice};

use super::seat::Seat;
use crate::cli::Setting;
use crate::problem::Exit;

/// Notices: what your organisation is told
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  counterfoil notice list --unread --as paul@partner.example
  counterfoil notice read notice-000012 --as paul@partner.example")]
pub enum NoticeCommand {
    /// Notices to your organisation, the latest first
    List(ListArgs),
    /// Mark a notice as read
    Read(ReadArgs),
}

/// Which notices.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Only those that nobody has read
    #[arg(long)]
    unread: bool,
}

/// A notice.
#[derive(Debug, clap::Args)]
pub struct ReadArgs {
    /// The notice
    #[arg(value_name = "NOTICE")]
    notice: String,
}

/// Lists or marks notices.
///
/// # Errors
/// When there is no home, or no such notice.
pub fn run(command: &NoticeCommand, setting: &Setting) -> Result<Exit> {
    let seat = Seat::take(setting)?;
    match command {
        NoticeCommand::List(args) => {
            let row =
                |row: &Notice| vec![row.notice_id.to_string(), format!("{:.0}", row.created_at), row.state.to_string(), row.text.clone()];
            seat.table(|desk| notices::own(desk, args.unread), &["NOTICE", "WRITTEN", "STATE", "TEXT"], row, "there is no notice to you")
        }
        NoticeCommand::Read(args) => {
            seat.tell(|desk| notices::read(desk, &Name::new(&args.notice)), |notice| format!("{} is read", notice.notice_id))
        }
    }
}
