//! What must be so before an enrolment is verified, each with its arithmetic; and the steps that are left.

use serde::Serialize;

use super::{Company, Enrolment, EnrolmentState};
use crate::amount::Amount;
use crate::facts::Partner;
use crate::names::Name;
use crate::record::desk::{Acted, Desk};
use crate::rights::{Act, On, hidden};
use crate::rulebook::associations::Requirement;
use crate::time::{Day, Month};
use crate::words::PartnerKind;

/// Revenue of the trailing months, as facts tell it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Floor {
    /// US dollars by month, the earliest first.
    pub months: Vec<(Month, Amount)>,
    /// Their sum.
    pub total_usd: Amount,
}

impl Floor {
    /// The revenue of months.
    #[must_use]
    pub fn of(months: Vec<(Month, Amount)>) -> Self {
        let total_usd = months.iter().map(|(_, amount)| *amount).sum();
        Self { months, total_usd }
    }
}

/// Something that must be so, and whether it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Check {
    /// What.
    pub requirement: Requirement,
    /// Whether it is so.
    pub met: bool,
    /// How it stands, with the figures.
    pub told: String,
    /// What would make it so.
    pub cure: Option<String>,
}

/// Every requirement of the enrolment's model, in the rulebook's order.
///
/// # Errors
/// When the registers cannot be read.
pub fn checks(desk: &Desk<'_>, enrolment: &Enrolment, floor: &Floor) -> Acted<Vec<Check>> {
    let rules = &desk.rulebook.associations.csp;
    let required = rules.models.get(&enrolment.model).map(|model| model.requires.value.clone()).unwrap_or_default();
    let mut checks = Vec::new();
    for requirement in required {
        let (met, told, cure) = match requirement {
            Requirement::Profile => profile(enrolment),
            Requirement::ActiveLocation => active_location(desk, enrolment)?,
            Requirement::CreditApproval => match enrolment.credit_approved_on {
                Some(day) => (true, format!("the credit was approved on {day}"), ""),
                None => (false, "the credit is not approved".to_owned(), "the operator approves it"),
            },
            Requirement::RevenueFloor => revenue_floor(desk, &enrolment.partner_id, floor),
            Requirement::SupportPlan => match &enrolment.support_plan {
                Some(plan) => (true, format!("the support plan is `{plan}`"), ""),
                None => (false, "no support plan is told".to_owned(), "buy one and tell it"),
            },
        };
        checks.push(Check { requirement, met, told, cure: (!met).then(|| cure.to_owned()) });
    }
    Ok(checks)
}

fn profile(enrolment: &Enrolment) -> (bool, String, &'static str) {
    match (&enrolment.company, &enrolment.suggested) {
        (None, _) => (false, "the profile is not told".to_owned(), "tell the company with its D-U-N-S number or its address"),
        (Some(_), Some(_)) => {
            let told = "the suggested address is neither accepted nor declined".to_owned();
            (false, told, "accept it, or keep the typed one")
        }
        (Some(company), None) => (true, format!("the profile is told: {}", company.name), ""),
    }
}

fn active_location(desk: &Desk<'_>, enrolment: &Enrolment) -> Acted<(bool, String, &'static str)> {
    let id = &enrolment.location_id;
    let found = desk.find::<Partner>(id.as_str())?.filter(|row| row.kind == PartnerKind::Location && row.active.0);
    let Some(location) = found else {
        return Ok((false, format!("the location `{id}` is not open"), "begin again with an open location"));
    };
    let country = enrolment.company.as_ref().map(|company| company.country.trim());
    Ok(match (location.country.as_deref(), country) {
        (None, _) => (false, format!("the country of the location `{id}` is not known"), "the operator fills it in"),
        (Some(own), Some(told)) if own.trim().eq_ignore_ascii_case(told) => (true, format!("the location `{id}` is open, in {own}"), ""),
        (Some(own), told) => {
            let told = told.unwrap_or("no country");
            (false, format!("the location `{id}` is in {own}, and the profile says {told}"), "enrol with a location of that country")
        }
    })
}

fn revenue_floor(desk: &Desk<'_>, account: &Name, floor: &Floor) -> (bool, String, &'static str) {
    let rules = &desk.rulebook.associations.csp;
    let least = Amount::whole(rules.direct_bill_revenue_floor_usd.value);
    let (total, tier, months) = (floor.total_usd, rules.revenue_floor_tier.value, rules.revenue_floor_months.value);
    let sum = format!(
        "{total} US dollars as {tier} in the {months} months to {}",
        floor.months.last().map_or_else(String::new, |(month, _)| month.to_string())
    );
    let hidden = hidden(&desk.actor, Act::RevenueRead, &On::account(account));
    if let Some(hidden) = hidden {
        let (met, told) = if total >= least { (true, "reached") } else { (false, "not reached") };
        return (
            met,
            format!("the floor of {least} is {told}; by how much is {hidden}"),
            "sell through a provider until the floor is reached",
        );
    }
    if total >= least {
        (true, format!("{sum}: {} over the floor of {least}", total - least), "")
    } else {
        (false, format!("{sum}: {} short of the floor of {least}", least - total), "sell through a provider until the floor is reached")
    }
}

/// A step of an enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Step {
    /// What it is called.
    pub step: &'static str,
    /// Whether it is done.
    pub done: bool,
    /// How it stands.
    pub told: String,
}

/// The steps of an enrolment, in order.
#[must_use]
pub fn steps(enrolment: &Enrolment) -> Vec<Step> {
    let company = enrolment.company.as_ref();
    let admitted = enrolment.state == EnrolmentState::Active && enrolment.agreed_on.is_none();
    let step = |step, done: bool, told: String| Step { step, done: done || admitted, told };
    let profile = company.map_or_else(|| "not told".to_owned(), |company| company.name.clone());
    let address = match (company, &enrolment.suggested) {
        (_, Some(suggested)) => format!("suggested: {}, {}", suggested.street, suggested.town),
        (Some(Company { address: Some(address), .. }), None) => format!("{}, {}", address.street, address.town),
        (Some(Company { duns: Some(duns), .. }), None) => format!("by D-U-N-S {duns}"),
        _ => "not told".to_owned(),
    };
    let on = |day: Option<Day>| day.map_or_else(|| "open".to_owned(), |day| format!("on {day}"));
    vec![
        step("profile", company.is_some(), profile),
        step("address", company.is_some() && enrolment.suggested.is_none(), address),
        step("verification", enrolment.verified_on.is_some(), on(enrolment.verified_on)),
        step("agreement", enrolment.agreed_on.is_some(), on(enrolment.agreed_on)),
    ]
}
