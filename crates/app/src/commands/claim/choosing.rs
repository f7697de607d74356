//! Which activity to choose: what it is for, what it asks for, what it feeds.

use anyhow::Result;
use domain::names::Name;

use super::args::ChooseArgs;
use crate::cli::Setting;
use crate::problem::{Exit, say};
use crate::views::choosing::{Choice, Wish, choices};

/// Tells which activities fit, and why the others do not.
pub fn activities(args: &ChooseArgs, setting: &Setting) -> Result<Exit> {
    let rulebook = setting.rulebook()?;
    let workload = args.workload.as_deref().map(Name::new);
    let wish = Wish { workload, agreement: args.agreement, incentive: args.incentive, without_proof: args.without_proof };
    let choices = choices(&rulebook, &wish);
    setting.output.print(&choices, |_| choices.iter().map(told).collect())?;
    if choices.iter().all(|choice| !choice.unfit.is_empty()) {
        say("no activity fits all of that; leave something out to see what would\n");
    }
    Ok(Exit::Done)
}

fn told(choice: &Choice) -> String {
    if !choice.unfit.is_empty() {
        return format!("{}: does not fit: {}\n\n", choice.activity, choice.unfit.join("; "));
    }
    let words = |is: bool, yes: &'static str, no: &'static str| if is { yes } else { no };
    let statuses = choice.statuses.iter().map(Name::as_str).collect::<Vec<_>>().join(" or ");
    format!(
        "{}: {}\n  choose it when {}\n  claimed on {} that is {statuses}, under {}\n  {}; {}\n  feeds {}\n\n",
        choice.activity,
        choice.title,
        choice.choose_when,
        choice.claimed_on,
        choice.agreements.join(", "),
        words(choice.proof, "proof of execution is asked for", "no proof is asked for"),
        words(choice.incentive, "an incentive can be earned", "association only"),
        choice.feeds.join(", "),
    )
}
