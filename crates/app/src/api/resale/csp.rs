//! Chains and enrolments.

use axum::http::{Method, StatusCode};
use domain::cells::Cell;
use domain::chains::Chain;
use domain::enrolment::checks::{Check, Floor, Step, checks, steps};
use domain::enrolment::{self, Company, Enrolment, enrolment_id};
use domain::names::Name;
use domain::record::desk::{ActError, Acted, Desk};
use domain::record::refusal::Refusal;
use domain::resale::{self, Sellers};
use domain::rights::{self, On, hidden};
use domain::sight::Sight;
use domain::time::Day;
use domain::words::Tier;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Why, acts, part, reads};
use crate::api::call::Call;
use crate::api::entries::value;
use crate::api::operation::{Act, Operation, schema};
use crate::program::resale::revenue;

/// A chain that is to sell.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Sold {
    /// The direct-bill partner's location; or else provider and reseller are given.
    #[serde(default)]
    direct: Option<Name>,
    /// The indirect provider's location.
    #[serde(default)]
    provider: Option<Name>,
    /// The indirect reseller's location.
    #[serde(default)]
    reseller: Option<Name>,
    /// The first day; today, UTC, unless told.
    #[serde(default)]
    on: Option<Day>,
    /// Why, for those who read the log later.
    #[serde(default)]
    reason: Option<String>,
}

impl Sold {
    fn sellers(&self) -> Result<Sellers, Refusal> {
        match (&self.direct, &self.provider, &self.reseller) {
            (Some(direct), None, None) => Ok(Sellers::Direct(direct.clone())),
            (None, Some(provider), Some(reseller)) => Ok(Sellers::Indirect { provider: provider.clone(), reseller: reseller.clone() }),
            _ => {
                let message = "a chain is `direct` alone, or `provider` with `reseller`";
                Err(Refusal::invalid("chain-malformed", message, "send one or the other"))
            }
        }
    }
}

/// The end of a sale.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct End {
    /// The first day without; today, UTC, unless told.
    #[serde(default)]
    on: Option<Day>,
    /// Why, for those who read the log later.
    #[serde(default)]
    reason: Option<String>,
}

/// The beginning of an enrolment.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Start {
    /// The location that is to sell.
    location_id: Name,
    /// The model.
    model: Tier,
}

/// A partner who was enrolled before.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Admit {
    /// The location that sells.
    location_id: Name,
    /// The model.
    model: Tier,
    /// Why, for those who read the log later.
    reason: String,
}

/// What becomes of a suggested address.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Chosen {
    /// Whether it is accepted; else the typed one is kept.
    accept: bool,
}

/// A support plan.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Support {
    /// The plan.
    plan: Name,
}

/// A reason that must be given.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Because {
    /// Why: the partner reads it.
    reason: String,
}

/// An enrolment with what is done and what is missing.
#[derive(Serialize, JsonSchema)]
struct Standing {
    /// The enrolment.
    enrolment: Enrolment,
    /// Its steps.
    steps: Vec<Step>,
    /// What its model requires.
    checks: Vec<Check>,
    /// The revenue of the trailing months; nothing when it is hidden from the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    revenue: Option<Floor>,
    /// Whom to ask, when the revenue is hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    revenue_hidden: Option<String>,
}

fn model(call: &Call<'_>) -> Result<Tier, ActError> {
    <Tier as Cell>::read(call.part("model")).map_err(|(message, cure)| Refusal::not_found("unknown-id", message, cure).into())
}

fn account(call: &Call<'_>) -> Name {
    part(call, "account_id")
}

fn floor(call: &Call<'_>) -> Result<Floor, ActError> {
    revenue(&call.home, &call.rulebook, &account(call)).map_err(|error| ActError::Failed(error.into()))
}

fn standing(call: &Call<'_>, desk: &Desk<'_>) -> Acted<Standing> {
    let id = enrolment_id(&account(call), model(call)?);
    let sight = Sight::of(desk)?;
    let found = desk.find::<Enrolment>(&id)?.filter(|enrolment| sight.sees(enrolment));
    let missing = || Refusal::not_found("unknown-id", format!("there is no enrolment `{id}`"), "the list tells those that there are");
    let enrolment = found.ok_or_else(missing)?;
    let revenue = floor(call)?;
    let revenue_hidden = hidden(&desk.actor, rights::Act::RevenueRead, &On::account(&enrolment.partner_id));
    let checks = checks(desk, &enrolment, &revenue)?;
    Ok(Standing {
        steps: steps(&enrolment),
        checks,
        revenue: Some(revenue).filter(|_| revenue_hidden.is_none()),
        revenue_hidden,
        enrolment,
    })
}

/// The operations.
pub const OPERATIONS: &[Operation] = &[
    acts!(
        POST "/subscriptions/{subscription_id}/chain/sell", "sellSubscription", "Resale", "Record the sale of a subscription",
        "An account admin of the partner who buys from the vendor may, or a program manager. Sellers are enrolled.",
        Sold => Chain, Some(("chain", "subscription_id")),
        |call, desk, sold| resale::sell(desk, &part(call, "subscription_id"), &sold.sellers()?, sold.on.unwrap_or(desk.today()))
    ),
    acts!(
        POST "/subscriptions/{subscription_id}/chain/move", "moveSubscription", "Resale", "Move a subscription to another chain",
        "Its history moves with it. An account admin of the partner who sells it now may, or a program manager.",
        Sold => Chain, Some(("chain", "subscription_id")),
        |call, desk, sold| {
            let on = sold.on.unwrap_or(desk.today());
            resale::shift(desk, &part(call, "subscription_id"), &sold.sellers()?, on, sold.reason.as_deref())
        }
    ),
    acts!(
        POST "/subscriptions/{subscription_id}/chain/end", "endSale", "Resale", "End the sale of a subscription",
        "An account admin of the partner who sells it now may, or a program manager.",
        End => Chain, Some(("chain", "subscription_id")),
        |call, desk, End { on, reason }| resale::stop(desk, &part(call, "subscription_id"), on.unwrap_or(desk.today()), reason.as_deref())
    ),
    reads!(
        "/enrolments/{account_id}/{model}/standing",
        "enrolmentStanding",
        "Resale",
        "What is done and what is missing",
        "The steps, the requirements of the model, and the revenue of the trailing months, month by month.",
        Standing,
        |call, desk| standing(call, desk)
    ),
    acts!(
        POST "/enrolments", "startEnrolment", "Resale", "Begin an enrolment", "An account admin of the partner may.",
        Start => Enrolment, None, |call, desk, Start { location_id, model }| enrolment::start(desk, &location_id, model)
    ),
    acts!(
        POST "/enrolments/admit", "admitEnrolment", "Resale", "Record a partner who was enrolled before", "A program manager may.",
        Admit => Enrolment, None, |call, desk, Admit { location_id, model, reason }| enrolment::admit(desk, &location_id, model, &reason)
    ),
    acts!(
        POST "/enrolments/{account_id}/{model}/company", "tellCompany", "Resale", "Tell the company",
        "A D-U-N-S number, or an address, or both. An address that is not in standard form gets a suggestion.",
        Company => Enrolment, None, |call, desk, company| enrolment::tell_company(desk, &account(call), model(call)?, company)
    ),
    acts!(
        POST "/enrolments/{account_id}/{model}/address", "chooseAddress", "Resale", "Accept the suggested address, or keep yours",
        "An account admin of the partner may.",
        Chosen => Enrolment, None, |call, desk, Chosen { accept }| enrolment::choose_address(desk, &account(call), model(call)?, accept)
    ),
    acts!(
        POST "/enrolments/{account_id}/{model}/support", "tellSupport", "Resale", "Tell the support plan", "An account admin of the partner may.",
        Support => Enrolment, None, |call, desk, Support { plan }| enrolment::tell_support(desk, &account(call), model(call)?, &plan)
    ),
    acts!(
        POST "/enrolments/{account_id}/{model}/credit", "approveCredit", "Resale", "Approve the credit", "A program manager may.",
        Why => Enrolment, None, |call, desk, Why { .. }| enrolment::approve_credit(desk, &account(call), model(call)?)
    ),
    acts!(
        POST "/enrolments/{account_id}/{model}/verify", "verifyEnrolment", "Resale", "Verify an enrolment",
        "A program manager may, when everything that the model requires is so; what is not is named with its arithmetic.",
        Why => Enrolment, None, |call, desk, Why { .. }| enrolment::verify(desk, &account(call), model(call)?, &floor(call)?)
    ),
    acts!(
        POST "/enrolments/{account_id}/{model}/refuse", "refuseEnrolment", "Resale", "Refuse an enrolment", "A program manager may.",
        Because => Enrolment, None, |call, desk, Because { reason }| enrolment::refuse(desk, &account(call), model(call)?, &reason)
    ),
    acts!(
        POST "/enrolments/{account_id}/{model}/agree", "acceptAgreement", "Resale", "Accept the agreement",
        "An account admin of the partner may, once the enrolment is verified.",
        Why => Enrolment, None, |call, desk, Why { .. }| enrolment::agree(desk, &account(call), model(call)?)
    ),
    acts!(
        POST "/enrolments/{account_id}/{model}/close", "closeEnrolment", "Resale", "Close an enrolment",
        "An account admin of the partner may, or a program manager. Sales that hold stay.",
        Why => Enrolment, None, |call, desk, Why { reason }| enrolment::close(desk, &account(call), model(call)?, reason.as_deref())
    ),
];
