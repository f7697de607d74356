//! Which activity to choose: what it is for, what it asks for, what it feeds, and why it does not fit.

use domain::names::Name;
use domain::rulebook::Rulebook;
use domain::rulebook::associations::{ActivityRules, ClaimScope};
use domain::words::{Activity, Agreement};
use serde::Serialize;

/// What somebody wants to claim.
#[derive(Debug, Default)]
pub struct Wish {
    /// The workload or product.
    pub workload: Option<Name>,
    /// The agreement that it was bought under.
    pub agreement: Option<Agreement>,
    /// Whether only activities are meant that can earn an incentive.
    pub incentive: bool,
    /// Whether only activities are meant that ask for no proof.
    pub without_proof: bool,
}

/// An activity, and whether it fits what was asked.
#[derive(Debug, Serialize)]
pub struct Choice {
    /// The activity.
    pub activity: Activity,
    /// Its title.
    pub title: String,
    /// When to choose it.
    pub choose_when: String,
    /// What it is claimed on.
    pub claimed_on: &'static str,
    /// The agreements that it is claimed under.
    pub agreements: Vec<&'static str>,
    /// The states that the subscription may be in.
    pub statuses: Vec<Name>,
    /// Whether it asks for proof.
    pub proof: bool,
    /// Whether it can earn an incentive.
    pub incentive: bool,
    /// The metrics that it feeds.
    pub feeds: Vec<String>,
    /// Why it does not fit; nothing when it does.
    pub unfit: Vec<String>,
}

/// Every activity, those that fit first.
#[must_use]
pub fn choices(rulebook: &Rulebook, wish: &Wish) -> Vec<Choice> {
    let activities = &rulebook.associations.cpor.activities;
    let mut choices: Vec<Choice> = activities.iter().map(|(activity, rules)| choice(rulebook, *activity, rules, wish)).collect();
    choices.sort_by_key(|choice| !choice.unfit.is_empty());
    choices
}

/// The workloads and products that can be claimed with an activity, in the order of their lists.
#[must_use]
pub fn claimable<'r>(rulebook: &'r Rulebook, rules: &'r ActivityRules) -> Vec<&'r Name> {
    let mut claimable: Vec<&Name> = rules.claimable.value.iter().flat_map(|list| rulebook.list(list)).collect();
    if rules.scope == ClaimScope::SubscriptionProduct {
        claimable.extend(rulebook.rate_card.keys());
    }
    let mut seen = std::collections::BTreeSet::new();
    claimable.retain(|workload| seen.insert(*workload));
    claimable
}

fn choice(rulebook: &Rulebook, activity: Activity, rules: &ActivityRules, wish: &Wish) -> Choice {
    let mut unfit = Vec::new();
    if let Some(workload) = &wish.workload {
        let is_business = rules.scope == ClaimScope::SubscriptionProduct && rulebook.rate_row(workload).is_some();
        if !rules.claimable.value.iter().any(|list| rulebook.is_on(list, workload)) && !is_business {
            unfit.push(format!("`{workload}` is not claimed with it"));
        }
    }
    let agreements: Vec<&'static str> = rules.agreements.iter().flat_map(|offered| &offered.value).map(|one| one.as_str()).collect();
    if let Some(agreement) = wish.agreement.filter(|agreement| !agreements.is_empty() && !agreements.contains(&agreement.as_str())) {
        unfit.push(format!("`{agreement}` is left out"));
    }
    if wish.incentive && !rules.incentive.value {
        unfit.push("it earns no incentive".to_owned());
    }
    if wish.without_proof && rules.proof_required.value {
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
