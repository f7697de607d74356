//! Enrolments in resale (CSP): what a partner does to become direct-bill partner, indirect provider or indirect reseller.

/// What must be so before an enrolment is verified, each with its arithmetic.
pub mod checks;

use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::facts::Partner;
use crate::names::Name;
use crate::notices;
use crate::parties::location;
use crate::record::desk::{Acted, Desk};
use crate::record::entry::Entry;
use crate::record::refusal::Refusal;
use crate::rights::{Act, On, must};
use crate::time::Day;
use crate::words::{Tier, words};
use checks::Floor;

words! {
    /// The state of an enrolment.
    EnrolmentState {
        /// Steps are missing.
        Open = "open",
        /// The operator has verified it; the agreement is not accepted yet.
        Verified = "verified",
        /// The agreement is accepted: the partner may sell.
        Active = "active",
        /// The operator has refused it.
        Refused = "refused",
        /// It is over.
        Closed = "closed",
    }
}

/// An enrolment of a partner's account in a model of resale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Enrolment {
    /// The partner's global account.
    pub partner_id: Name,
    /// The model: the place in the chain that the partner will have.
    pub model: Tier,
    /// The location that sells.
    pub location_id: Name,
    /// The state.
    pub state: EnrolmentState,
    /// The company, once it is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Company>,
    /// The address in standard form, while the partner has neither accepted it nor kept its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggested: Option<Address>,
    /// The support plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_plan: Option<Name>,
    /// The day on which the operator approved the credit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_approved_on: Option<Day>,
    /// The day on which the operator verified it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_on: Option<Day>,
    /// The revenue that it was verified with, US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revenue_usd: Option<Amount>,
    /// The day on which the agreement was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed_on: Option<Day>,
    /// The user who accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed_by: Option<Name>,
}

/// The company that enrols: found by its D-U-N-S number, or by a typed address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Company {
    /// The legal name.
    pub name: String,
    /// The D-U-N-S number: nine digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duns: Option<String>,
    /// The address, typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// The country.
    pub country: String,
}

/// A postal address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// Postal code and town, in the order of the country.
    pub town: String,
}

impl Address {
    /// The address in standard form: single blanks, capital first letters of a text without any, postal codes in capitals.
    #[must_use]
    pub fn standard(&self) -> Self {
        Self { street: standard(&self.street), town: standard(&self.town) }
    }
}

fn standard(text: &str) -> String {
    let is_shouted = !text.chars().any(char::is_lowercase);
    let is_mumbled = !text.chars().any(char::is_uppercase);
    let word = |word: &str| match word.chars().next() {
        _ if word.chars().any(|sign| sign.is_ascii_digit()) => word.to_uppercase(),
        Some(first) if is_shouted || is_mumbled => first.to_uppercase().chain(word.chars().skip(1).flat_map(char::to_lowercase)).collect(),
        _ => word.to_owned(),
    };
    text.trim_end_matches([',', '.', ' ']).split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

impl Entry for Enrolment {
    const REGISTER: &'static str = "csp-enrolment";

    fn id(&self) -> String {
        enrolment_id(&self.partner_id, self.model)
    }
}

/// The id of an account's enrolment in a model.
#[must_use]
pub fn enrolment_id(account: &Name, model: Tier) -> String {
    format!("{account}/{model}")
}

/// Begins an enrolment with one of the partner's locations.
///
/// # Errors
/// When the actor does not run the account, the ID will not do, or an enrolment in the model is there.
pub fn start(desk: &mut Desk<'_>, location_id: &Name, model: Tier) -> Acted<Enrolment> {
    let location = location(desk, location_id)?;
    let account = &location.global_partner_id;
    must_run(desk, account)?;
    refuse_second(desk, account, model)?;
    let enrolment = blank(&location, model, EnrolmentState::Open);
    desk.put("csp-enrolment-started", &enrolment, desk.today(), None)?;
    Ok(enrolment)
}

/// Records that a partner was enrolled before this register was kept: all steps were done elsewhere.
///
/// # Errors
/// When the actor is no program manager of the operator, the ID will not do, or an enrolment in the model is there.
pub fn admit(desk: &mut Desk<'_>, location_id: &Name, model: Tier, reason: &str) -> Acted<Enrolment> {
    must_manage(desk)?;
    let location = location(desk, location_id)?;
    refuse_second(desk, &location.global_partner_id, model)?;
    let enrolment = blank(&location, model, EnrolmentState::Active);
    desk.put("csp-enrolment-admitted", &enrolment, desk.today(), Some(reason))?;
    Ok(enrolment)
}

fn blank(location: &Partner, model: Tier, state: EnrolmentState) -> Enrolment {
    Enrolment {
        partner_id: location.global_partner_id.clone(),
        model,
        location_id: location.partner_id.clone(),
        state,
        company: None,
        suggested: None,
        support_plan: None,
        credit_approved_on: None,
        verified_on: None,
        revenue_usd: None,
        agreed_on: None,
        agreed_by: None,
    }
}

/// Tells who the company is: a D-U-N-S number, or a typed address, or both. An address that is not in standard form gets a suggestion,
/// which the partner accepts or not before the enrolment is verified.
///
/// # Errors
/// When the actor does not run the account, the enrolment is not open, or what is told will not do.
pub fn tell_company(desk: &mut Desk<'_>, account: &Name, model: Tier, mut company: Company) -> Acted<Enrolment> {
    must_run(desk, account)?;
    let mut enrolment = open(desk, account, model)?;
    let invalid = |code, message: &str, cure: &str| Err(Refusal::invalid(code, message.to_owned(), cure.to_owned()).into());
    if company.name.trim().is_empty() || company.country.trim().is_empty() {
        return invalid("profile-incomplete", "a profile has the company's name and its country", "tell both");
    }
    if let Some(duns) = &mut company.duns {
        let digits: String = duns.chars().filter(|sign| !matches!(sign, '-' | ' ')).collect();
        if digits.len() != 9 || !digits.bytes().all(|sign| sign.is_ascii_digit()) {
            let message = format!("`{duns}` is no D-U-N-S number");
            return invalid("duns-malformed", &message, "write its nine digits, as 123456789 or 12-345-6789");
        }
        *duns = digits;
    }
    let is_typed = |address: &Address| !address.street.trim().is_empty() && !address.town.trim().is_empty();
    if company.duns.is_none() && !company.address.as_ref().is_some_and(is_typed) {
        return invalid("profile-incomplete", "a profile has a D-U-N-S number or an address", "tell the number, or street and town");
    }
    enrolment.suggested = company.address.as_ref().map(Address::standard).filter(|standard| Some(standard) != company.address.as_ref());
    enrolment.company = Some(company);
    desk.put("csp-profile-told", &enrolment, desk.today(), None)?;
    Ok(enrolment)
}

/// Accepts the suggested address, or keeps the typed one.
///
/// # Errors
/// When the actor does not run the account, the enrolment is not open, or nothing is suggested.
pub fn choose_address(desk: &mut Desk<'_>, account: &Name, model: Tier, accept: bool) -> Acted<Enrolment> {
    must_run(desk, account)?;
    let mut enrolment = open(desk, account, model)?;
    let Some(suggested) = enrolment.suggested.take() else {
        let message = format!("no address is suggested to `{account}`");
        return Err(Refusal::conflict("no-suggestion", message, "tell an address first; one in standard form stands as it is").into());
    };
    if let Some(company) = enrolment.company.as_mut().filter(|_| accept) {
        company.address = Some(suggested);
    }
    desk.put(if accept { "csp-address-accepted" } else { "csp-address-kept" }, &enrolment, desk.today(), None)?;
    Ok(enrolment)
}

/// Tells the support plan.
///
/// # Errors
/// When the actor does not run the account, the enrolment is not open, or the plan is none of the rulebook's.
pub fn tell_support(desk: &mut Desk<'_>, account: &Name, model: Tier, plan: &Name) -> Acted<Enrolment> {
    must_run(desk, account)?;
    let mut enrolment = open(desk, account, model)?;
    let plans = &desk.rulebook.associations.csp.support_plans.value;
    if !plans.contains(plan) {
        let known: Vec<&str> = plans.iter().map(Name::as_str).collect();
        let (message, cure) = crate::words::unknown_word(plan.as_str(), &known);
        return Err(Refusal::invalid("support-plan-unknown", message, cure).into());
    }
    enrolment.support_plan = Some(plan.clone());
    desk.put("csp-support-told", &enrolment, desk.today(), None)?;
    Ok(enrolment)
}

/// Approves the credit.
///
/// # Errors
/// When the actor is no program manager of the operator, or the enrolment is not open.
pub fn approve_credit(desk: &mut Desk<'_>, account: &Name, model: Tier) -> Acted<Enrolment> {
    must_manage(desk)?;
    let mut enrolment = open(desk, account, model)?;
    enrolment.credit_approved_on = Some(desk.today());
    desk.put("csp-credit-approved", &enrolment, desk.today(), None)?;
    Ok(enrolment)
}

/// Verifies an enrolment, with the revenue that facts tell.
///
/// # Errors
/// When the actor is no program manager of the operator, the enrolment is not open, or something is missing: all of it is named.
pub fn verify(desk: &mut Desk<'_>, account: &Name, model: Tier, floor: &Floor) -> Acted<Enrolment> {
    must_manage(desk)?;
    let mut enrolment = open(desk, account, model)?;
    let unmet: Vec<_> = checks::checks(desk, &enrolment, floor)?.into_iter().filter(|check| !check.met).collect();
    if !unmet.is_empty() {
        let told: Vec<&str> = unmet.iter().map(|check| check.told.as_str()).collect();
        let cures: Vec<&str> = unmet.iter().filter_map(|check| check.cure.as_deref()).collect();
        return Err(Refusal::conflict("requirements-unmet", told.join("; "), cures.join("; ")).into());
    }
    enrolment.state = EnrolmentState::Verified;
    enrolment.verified_on = Some(desk.today());
    enrolment.revenue_usd = Some(floor.total_usd);
    desk.put("csp-enrolment-verified", &enrolment, desk.today(), None)?;
    let text = format!("Your enrolment as {model} is verified. Accept the agreement to begin.");
    notices::tell_at(desk, (account, &enrolment.location_id), "csp-enrolment-verified", text, &enrolment)?;
    Ok(enrolment)
}

/// Refuses an enrolment; the partner may begin again.
///
/// # Errors
/// When the actor is no program manager of the operator, or the enrolment is not open.
pub fn refuse(desk: &mut Desk<'_>, account: &Name, model: Tier, reason: &str) -> Acted<Enrolment> {
    must_manage(desk)?;
    let mut enrolment = open(desk, account, model)?;
    enrolment.state = EnrolmentState::Refused;
    desk.put("csp-enrolment-refused", &enrolment, desk.today(), Some(reason))?;
    let text = format!("Your enrolment as {model} was refused: {reason}");
    notices::tell_at(desk, (account, &enrolment.location_id), "csp-enrolment-refused", text, &enrolment)?;
    Ok(enrolment)
}

/// Accepts the agreement: the partner may sell from now on.
///
/// # Errors
/// When the actor does not run the account, or the enrolment is not verified.
pub fn agree(desk: &mut Desk<'_>, account: &Name, model: Tier) -> Acted<Enrolment> {
    must_run(desk, account)?;
    let mut enrolment: Enrolment = desk.get(&enrolment_id(account, model))?;
    if enrolment.state != EnrolmentState::Verified {
        let message = format!("the enrolment of `{account}` as {model} is {}", enrolment.state);
        return Err(Refusal::conflict("not-verified", message, "the operator verifies it first").into());
    }
    enrolment.state = EnrolmentState::Active;
    enrolment.agreed_on = Some(desk.today());
    enrolment.agreed_by = Some(desk.actor.user.clone());
    desk.put("csp-agreement-accepted", &enrolment, desk.today(), None)?;
    Ok(enrolment)
}

/// Closes an enrolment: no new sale may name the partner; those that hold stay.
///
/// # Errors
/// When the actor neither runs the account nor manages the program, or it is closed already.
pub fn close(desk: &mut Desk<'_>, account: &Name, model: Tier, reason: Option<&str>) -> Acted<Enrolment> {
    must(&desk.actor, Act::EnrolmentClose, &On::account(account), "close this enrolment")?;
    let mut enrolment: Enrolment = desk.get(&enrolment_id(account, model))?;
    if enrolment.state == EnrolmentState::Closed {
        let message = format!("the enrolment of `{account}` as {model} is closed");
        return Err(Refusal::conflict("enrolment-closed", message, "there is nothing to close").into());
    }
    enrolment.state = EnrolmentState::Closed;
    desk.put("csp-enrolment-closed", &enrolment, desk.today(), reason)?;
    Ok(enrolment)
}

fn open(desk: &Desk<'_>, account: &Name, model: Tier) -> Acted<Enrolment> {
    let enrolment: Enrolment = desk.get(&enrolment_id(account, model))?;
    if enrolment.state == EnrolmentState::Open {
        return Ok(enrolment);
    }
    let message = format!("the enrolment of `{account}` as {model} is {}", enrolment.state);
    let cure = match enrolment.state {
        EnrolmentState::Refused | EnrolmentState::Closed => "begin it again",
        _ => "close it and begin again, if something has to change",
    };
    Err(Refusal::conflict("enrolment-not-open", message, cure).into())
}

fn refuse_second(desk: &Desk<'_>, account: &Name, model: Tier) -> Acted {
    let found = desk.find::<Enrolment>(&enrolment_id(account, model))?;
    match found.filter(|found| !matches!(found.state, EnrolmentState::Refused | EnrolmentState::Closed)) {
        Some(found) => {
            let message = format!("`{account}` is enrolled as {model} already: {}", found.state);
            Err(Refusal::conflict("already-enrolled", message, "go on with that enrolment, or close it first").into())
        }
        None => Ok(()),
    }
}

fn must_run(desk: &Desk<'_>, account: &Name) -> Acted {
    Ok(must(&desk.actor, Act::EnrolmentKeep, &On::account(account), &format!("enrol `{account}`"))?)
}

fn must_manage(desk: &Desk<'_>) -> Acted {
    Ok(must(&desk.actor, Act::EnrolmentDecide, &On::program(), "decide on enrolments")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_suggested_in_standard_form() {
        let typed = Address { street: "  12  high STREET, ".to_owned(), town: "cb1 2ab  cambridge".to_owned() };
        let standard = typed.standard();
        assert_eq!((standard.street.as_str(), standard.town.as_str()), ("12 high STREET", "CB1 2AB Cambridge"));
        assert_eq!(standard.standard(), standard);
    }
}
