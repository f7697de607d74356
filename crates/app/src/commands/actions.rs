//! `actions`: what waits for you.

use anyhow::Result;
use domain::actions::{self, Action};

use super::seat::{Seat, shown};
use crate::cli::Setting;
use crate::problem::Exit;

/// What waits for you: required with due days, then recommended
///
/// Worked out from the registers for the user's organisation, location and roles; an action is gone when its cause is.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil actions --as pam@partner.example
  counterfoil actions --as rita -o csv > to-do.csv")]
pub struct ActionsArgs {
    /// Only those that something happens without
    #[arg(long)]
    required: bool,
}

/// Lists actions.
///
/// # Errors
/// When there is no home, or no such user.
pub fn run(args: &ActionsArgs, setting: &Setting) -> Result<Exit> {
    let row = |action: &Action| {
        let need = if action.required { "required" } else { "recommended" };
        let what = action.what.clone();
        vec![need.to_owned(), shown(action.due_on), action.kind.to_string(), what, shown(action.otherwise.as_ref())]
    };
    let read = |desk: &mut domain::record::desk::Desk<'_>| {
        let mut found = actions::own(desk)?;
        found.retain(|action| action.required || !args.required);
        Ok(found)
    };
    Seat::take(setting)?.table(read, &["NEED", "UNTIL", "KIND", "WHAT", "OTHERWISE"], row, "nothing waits for you")
}
