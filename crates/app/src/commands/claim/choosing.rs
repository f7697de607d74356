//! Which activity to choose: what it is for, what it asks for, what it feeds.

use anyhow::Result;
use domain::names::Name;
use domain::rulebook::Rulebook;
use domain::rulebook::associations::{ActivityRules, ClaimScope};
use domain::words::Activity;
use serde::Serialize;

use super::args::ChooseArgs;
use crate::cli::Setting;
use crate::problem::{Exit, say};

/// An activity, and whether it fits what was asked.
#[derive(Debug, Serialize)]
struct Choice {
    activity: Activity,
    title: String,
    choose_when: String,
    claimed_on: &'static str,
    agreements: Vec<&'static str>,
    statuses: Vec<Name>,
    proof: bool,
    incentive: bool,
    feeds: Vec<String>,
    /// Why it does not fit; nothing when it does.
    unfit: Vec<String>,
}

/// Tells which activities fit, and why the others do not.
pub fn activities(args: &ChooseArgs, setting: &Setting) -> Result<Exit> {
    let rulebook = setting.rulebook()?;
    let mut choices: Vec<Choice> =
        rulebook.associations.cpor.activities.iter().map(|(activity, rules)| choice(&rulebook, *activity, rules, args)).collect();
    choices.sort_by_key(|choice| !choice.unfit.is_empty());
    setting.output.print(&choices, |_| choices.iter().map(told).collect())?;
    if choices.iter().all(|choice| !choice.unfit.is_empty()) {
        say("no activity fits all of that; leave something out to see what would\n");
    }
    Ok(Exit::Done)
}

fn choice(rulebook: &Rulebook, activity: Activity, rules: &ActivityRules, args: &ChooseArgs) -> Choice {
    let mut unfit = Vec::new();
    if let Some(workload) = args.workload.as_deref().map(Name::new) {
        let is_business = rules.scope == ClaimScope::SubscriptionProduct && rulebook.rate_row(&workload).is_some();
        if !rules.claimable.value.iter().any(|list| rulebook.is_on(list, &workload)) && !is_business {
            unfit.push(format!("`{workload}` is not claimed with it"));
        }
    }
    let agreements: Vec<&'static str> = rules.agreements.iter().flat_map(|offered| &offered.value).map(|one| one.as_str()).collect();
    if let Some(agreement) = args.agreement.filter(|agreement| !agreements.is_empty() && !agreements.contains(&agreement.as_str())) {
        unfit.push(format!("`{agreement}` is left out"));
    }
    if args.incentive && !rules.incentive.value {
        unfit.push("it earns no incentive".to_owned());
    }
    if args.without_proof && rules.proof_required.value {
        unfit.push("it asks for proof".to_owned());
    }
    Choice {
        activity,
        title: rules.title.clone(),
        choose_when: rules.choose_when.clone(),
        claimed_on: if rules.scope == ClaimScope::TenantWorkload { "a workload of the tenant" } else { "a product of a subscription" },
        agreements,
        statuses: rules.statuses.value.clone(),
        proof: rules.proof_required.value,
        incentive: rules.incentive.value,
        feeds: rules.feeds.value.clone(),
        unfit,
    }
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
