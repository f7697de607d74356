//! `pal role`: what an Azure role counts for, and why.

use anyhow::Result;
use domain::rulebook::Rulebook;
use domain::rulebook::roles::{Counts, Purpose, RoleCount, RoleExplained};

use crate::cli::Setting;
use crate::output::{Paint, table};
use crate::problem::{Exit, say};

/// What an Azure role counts for, and why
///
/// Without a role, the listed ones. Names are taken in any case; so are the ids of definitions, alone or at the end of their path.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil pal role \"Support Request Contributor\"
  counterfoil pal role b24988ac-6180-42a0-ab88-20f7382dd24c
  counterfoil pal role -o csv > roles.csv")]
pub struct RoleArgs {
    /// The role: its name, or the id of its definition
    #[arg(value_name = "ROLE")]
    role: Option<String>,
}

/// Explains a role, or lists all of them.
///
/// # Errors
/// When the rulebook cannot be used.
pub fn run(args: &RoleArgs, setting: &Setting) -> Result<Exit> {
    let rulebook = setting.rulebook()?;
    let Some(role) = &args.role else { return list(&rulebook, setting) };
    let explained = rulebook.explain_role(role);
    setting.output.print(&explained, |paint| shown(&explained, paint))?;
    if let Some(near) = &explained.suggestion {
        say(&format!("`{role}` is none of the listed roles, and is taken for one of your own\nhint: did you mean `{near}`?\n"));
    }
    Ok(Exit::Done)
}

fn list(rulebook: &Rulebook, setting: &Setting) -> Result<Exit> {
    let roles: Vec<RoleExplained> = rulebook.azure_roles.listed().into_keys().map(|role| rulebook.explain_role(role)).collect();
    setting.output.print(&roles, |_| {
        let row = |role: &RoleExplained| {
            let mut cells = vec![role.role.clone()];
            cells.extend(role.counts.iter().map(|count| count.counts.shown().to_owned()));
            cells.push(role.id.as_ref().map(ToString::to_string).unwrap_or_default());
            cells
        };
        let header = ["ROLE", "INFLUENCE", "INCENTIVE", "EARNED CREDIT", "ID"];
        let lines = table::lines(&header, &roles.iter().map(row).collect::<Vec<_>>(), &[]);
        lines.iter().map(|line| format!("{line}\n")).collect()
    })?;
    say(&format!("{} roles are listed; of others, and of your own, `pal role NAME` tells what is known\n", roles.len()));
    Ok(Exit::Done)
}

fn shown(explained: &RoleExplained, paint: Paint) -> String {
    let id = explained.id.as_ref().map_or_else(|| "not a listed role".to_owned(), ToString::to_string);
    let mut text = format!("{} ({id})\n", paint.strong(&explained.role));
    for RoleCount { purpose, counts, why, source, choice } in &explained.counts {
        let answer = match counts {
            Counts::Yes => paint.good(counts.shown()),
            Counts::No | Counts::NotPublished => paint.warn(counts.shown()),
        };
        text.push_str(&format!("  {:<14} {answer}: {why}\n", told(*purpose)));
        text.push_str(&format!("  {:<14} {}\n", "", paint.faint(&format!("source: {source}"))));
        if let Some(choice) = choice {
            text.push_str(&format!("  {:<14} {}\n", "", paint.faint(&format!("choice: {choice}"))));
        }
    }
    text
}

const fn told(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Influence => "influence",
        Purpose::Incentive => "incentive",
        Purpose::EarnedCredit => "earned credit",
    }
}
