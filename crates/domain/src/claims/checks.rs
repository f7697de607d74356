//! What stands between a claim and its submission: every refusal with its reason code and its cure.

use super::holdings::holders;
use super::rights::account_of;
use super::{Claim, Contact, Product};
use crate::facts::{Customer, Subscription};
use crate::names::Name;
use crate::parties;
use crate::record::desk::{ActError, Acted, Desk};
use crate::record::entry::By;
use crate::record::refusal::Refusal;
use crate::rulebook::associations::{ActivityRules, ClaimScope};
use crate::rulebook::{Rulebook, suggest};
use crate::words::{Agreement, ClaimState};

/// The code of a subscription that is not known yet: a claim waits for it.
pub const NOT_PROVISIONED_YET: &str = "not-provisioned-yet";

/// Everything that keeps a claim from being handed in, or answered; nothing when it may be.
///
/// # Errors
/// When the registers cannot be read.
pub fn problems(desk: &Desk<'_>, claim: &Claim) -> Acted<Vec<Refusal>> {
    let mut found = Vec::new();
    found.extend(refused(parties::location(desk, &claim.partner_id).map(|_| ()))?);
    found.extend(refused(customer(desk, claim))?);
    contact(&mut found, "customer", claim.customer_contact.as_ref());
    contact(&mut found, "partner", claim.partner_contact.as_ref());
    match desk.rulebook.associations.cpor.activities.get(&claim.activity) {
        Some(rules) => {
            asked(&mut found, claim, rules);
            products(desk, claim, rules, &mut found)?;
            super::proofs::check(desk, claim, rules, &mut found);
        }
        None => {
            let message = format!("nothing can be claimed with the activity `{}` by these rules", claim.activity);
            found.push(Refusal::invalid("activity-not-offered", message, "`claim activities` tells what can be claimed"));
        }
    }
    Ok(found)
}

/// A refusal as a finding.
fn refused(result: Acted) -> Acted<Option<Refusal>> {
    match result {
        Ok(()) => Ok(None),
        Err(ActError::Refused(refusal)) => Ok(Some(refusal)),
        Err(failed) => Err(failed),
    }
}

/// What could not be compared, for those who decide: the domain, when no domain of the tenant is known.
///
/// # Errors
/// When the registers cannot be read.
pub fn unchecked(desk: &Desk<'_>, claim: &Claim) -> Acted<Option<String>> {
    let customer = desk.find::<Customer>(claim.tenant_id.as_str())?;
    let (Some(customer), Some(domain)) = (customer, &claim.domain) else { return Ok(None) };
    let told =
        || format!("no domain of the tenant `{}` is known, so `{domain}` was compared with none: see it in the proof", claim.tenant_id);
    Ok(known_domains(&customer).is_empty().then(told))
}

fn known_domains(customer: &Customer) -> Vec<Name> {
    customer.domains.iter().flat_map(|domains| domains.split(';')).filter_map(Name::new_if_any).collect()
}

fn customer(desk: &Desk<'_>, claim: &Claim) -> Acted {
    let tenant = &claim.tenant_id;
    let Some(customer) = desk.find::<Customer>(tenant.as_str())? else {
        let message = format!("there is no customer `{tenant}`");
        return Err(
            Refusal::invalid("tenant-unknown", message, "check the tenant ID; the customer's admin finds it in their portal").into()
        );
    };
    let known = known_domains(&customer);
    let Some(domain) = &claim.domain else {
        let message = "the claim names no domain of the customer";
        return Err(Refusal::invalid("domain-missing", message, "give the domain that the customer's people sign in with").into());
    };
    if !known.is_empty() && !known.contains(domain) {
        let list = known.iter().map(|domain| format!("`{domain}`")).collect::<Vec<_>>().join(", ");
        let message = format!("the domain `{domain}` is not one of the tenant `{tenant}`");
        let cure = format!("the tenant has {list}: take one of them, or the tenant ID that belongs to `{domain}`");
        return Err(Refusal::invalid("domain-tenant-mismatch", message, cure).into());
    }
    Ok(())
}

fn contact(found: &mut Vec<Refusal>, side: &str, contact: Option<&Contact>) {
    let is_whole = contact.is_some_and(|contact| {
        let (local, domain) = contact.email.split_once('@').unwrap_or_default();
        !contact.name.trim().is_empty() && !local.is_empty() && domain.contains('.') && !contact.email.contains(char::is_whitespace)
    });
    if !is_whole {
        let message = format!("the claim has no contact of the {side} with a name and a mail address");
        found.push(Refusal::invalid("contact-missing", message, format!("give the {side}'s contact: name and mail address")));
    }
}

fn asked(found: &mut Vec<Refusal>, claim: &Claim, rules: &ActivityRules) {
    for field in rules.asks.iter().flat_map(|asks| &asks.value) {
        let value = match field.as_str() {
            "seller" => &claim.seller,
            _ => &claim.isv_product,
        };
        if value.as_deref().is_none_or(|value| value.trim().is_empty()) {
            let message = format!("a claim of `{}` names the {}", claim.activity, field.as_str().replace('-', " "));
            found.push(Refusal::invalid("field-missing", message, format!("give it: `--{field}`")));
        }
    }
}

fn products(desk: &Desk<'_>, claim: &Claim, rules: &ActivityRules, found: &mut Vec<Refusal>) -> Acted {
    if !claim.products.iter().any(Product::is_wanted) {
        let what = if rules.scope == ClaimScope::TenantWorkload { "workload" } else { "product of a subscription" };
        found.push(Refusal::invalid("product-missing", format!("the claim names no {what}"), format!("name each {what} that you claim")));
    }
    let by = By { tenant_id: Some(claim.tenant_id.clone()), ..By::default() };
    let of_tenant = desk.list::<Subscription>(&by)?;
    for product in claim.products.iter().filter(|product| product.is_wanted()) {
        let Some(workload) = &product.workload else {
            found.push(Refusal::invalid("product-missing", "a product of the claim has no name", "name the workload or product"));
            continue;
        };
        if let Some(problem) = offered(desk.rulebook, claim, rules, workload) {
            found.push(problem);
            continue;
        }
        match rules.scope {
            ClaimScope::TenantWorkload => found.extend(on_tenant(desk.rulebook, claim, rules, workload, &of_tenant)),
            ClaimScope::SubscriptionProduct => found.extend(refused(on_subscription(desk, claim, rules, product, workload))?),
        }
        held_already(desk, claim, product, found)?;
    }
    Ok(())
}

/// Whether a workload is known, and can be claimed with the activity.
fn offered(rulebook: &Rulebook, claim: &Claim, rules: &ActivityRules, workload: &Name) -> Option<Refusal> {
    let known = known_workloads(rulebook);
    if !known.contains(&workload) {
        let message = format!("there is no workload or product `{workload}`");
        let cure = suggest::nearest(workload.as_str(), known.iter().map(|known| known.as_str()));
        let cure =
            cure.map_or_else(|| "`rulebook show lists` tells those that there are".to_owned(), |near| format!("did you mean `{near}`?"));
        return Some(Refusal::invalid("product-unknown", message, cure));
    }
    let lists = &rules.claimable.value;
    let is_business = rules.scope == ClaimScope::SubscriptionProduct && rulebook.rate_row(workload).is_some();
    if lists.iter().any(|list| rulebook.is_on(list, workload)) || is_business {
        return None;
    }
    let offered = lists.iter().flat_map(|list| rulebook.list(list)).map(|workload| format!("`{workload}`")).collect::<Vec<_>>().join(", ");
    let message = format!("`{workload}` cannot be claimed with `{}`, only {offered} can", claim.activity);
    Some(Refusal::invalid("workload-not-eligible", message, "take another activity; `claim activities` tells which is for what"))
}

fn known_workloads(rulebook: &Rulebook) -> Vec<&Name> {
    let lists = rulebook.lists.iter().filter(|(list, _)| list.as_str().ends_with("-workloads"));
    let rates = rulebook.rate_card.iter().flat_map(|(row, rules)| std::iter::once(row).chain(&rules.members));
    lists.flat_map(|(_, list)| &list.values).chain(rates).collect()
}

/// Whether a subscription's product brings a workload; a product that the rules do not know may bring any.
fn brings(rulebook: &Rulebook, subscription: &Subscription, workload: &Name) -> bool {
    let Some(product) = &subscription.product else { return true };
    if let Some(lists) = rulebook.associations.cpor.products.get(product) {
        return lists.value.iter().any(|list| rulebook.is_on(list, workload));
    }
    !known_workloads(rulebook).contains(&product) || rulebook.is_same_product(product, workload)
}

fn is_eligible(rules: &ActivityRules, agreement: Option<Agreement>) -> bool {
    let offered = rules.agreements.as_ref();
    offered.is_none_or(|offered| agreement.is_none_or(|agreement| offered.value.contains(&agreement)))
}

fn is_live(rules: &ActivityRules, subscription: &Subscription) -> bool {
    subscription.status.as_ref().is_none_or(|status| rules.statuses.value.contains(status))
}

fn on_tenant(rulebook: &Rulebook, claim: &Claim, rules: &ActivityRules, workload: &Name, all: &[Subscription]) -> Option<Refusal> {
    let with: Vec<&Subscription> = all.iter().filter(|subscription| brings(rulebook, subscription, workload)).collect();
    let tenant = &claim.tenant_id;
    if with.is_empty() {
        let message = format!("the tenant `{tenant}` has no subscription with `{workload}`");
        let cure = "claim a workload that the customer has bought; `import` reads new subscriptions in";
        return Some(Refusal::invalid("product-not-on-tenant", message, cure));
    }
    let eligible: Vec<&&Subscription> = with.iter().filter(|subscription| is_eligible(rules, subscription.agreement)).collect();
    if eligible.is_empty() {
        let message = format!("the subscriptions with `{workload}` are under agreements that `{}` leaves out", claim.activity);
        return Some(Refusal::invalid("agreement-not-eligible", message, agreements(rules)));
    }
    if !eligible.iter().any(|subscription| is_live(rules, subscription)) {
        let message = format!("the tenant `{tenant}` has no active subscription with `{workload}`");
        return Some(Refusal::invalid("subscription-not-active", message, "claim again once the customer has renewed"));
    }
    None
}

fn agreements(rules: &ActivityRules) -> String {
    let offered = rules.agreements.iter().flat_map(|offered| &offered.value).map(|agreement| format!("`{agreement}`"));
    format!("it is claimed under {}", offered.collect::<Vec<_>>().join(", "))
}

fn on_subscription(desk: &Desk<'_>, claim: &Claim, rules: &ActivityRules, product: &Product, workload: &Name) -> Acted {
    let Some(id) = &product.subscription_id else {
        let message = format!("the claim names no subscription for `{workload}`");
        return Err(Refusal::invalid("subscription-missing", message, "give the subscription's ID with the product").into());
    };
    if id.as_str().contains(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-') {
        let message = format!("`{id}` is no subscription ID");
        return Err(Refusal::invalid("not-a-subscription-id", message, "give the ID alone: letters, digits and hyphens").into());
    }
    let Some(subscription) = desk.find::<Subscription>(id.as_str())? else {
        let days = desk.rulebook.associations.cpor.unknown_subscription_days.value;
        let message = format!("the subscription `{id}` is not known yet");
        let cure = format!("check the ID; a new subscription is seen within {days} days, for which the claim waits");
        return Err(Refusal::invalid(NOT_PROVISIONED_YET, message, cure).into());
    };
    let refuse = |code, message: String, cure: String| Err(Refusal::invalid(code, message, cure).into());
    if subscription.tenant_id != claim.tenant_id {
        return refuse(
            "subscription-of-another-tenant",
            format!("the subscription `{id}` is not one of the tenant `{}`", claim.tenant_id),
            "check both IDs".to_owned(),
        );
    }
    if !is_eligible(rules, subscription.agreement) {
        let agreement = subscription.agreement.map_or("", Agreement::as_str);
        let is_csp = matches!(subscription.agreement, Some(Agreement::CspLegacy | Agreement::CspModern));
        let code = if is_csp { "subscription-is-csp" } else { "agreement-not-eligible" };
        return refuse(
            code,
            format!("the subscription `{id}` is under `{agreement}`, which `{}` leaves out", claim.activity),
            agreements(rules),
        );
    }
    if !is_live(rules, &subscription) {
        let status = subscription.status.as_ref().map_or("", Name::as_str);
        let live = rules.statuses.value.iter().map(Name::as_str).collect::<Vec<_>>().join(" or ");
        return refuse("subscription-not-active", format!("the subscription `{id}` is {status}"), format!("it must be {live}"));
    }
    if !brings(desk.rulebook, &subscription, workload) {
        let bought = subscription.product.as_ref().map_or("", Name::as_str);
        let cure = format!("claim a product of `{bought}`, or name the subscription with `{workload}`");
        return refuse("subscription-not-for-product", format!("the subscription `{id}` is of `{bought}`, not of `{workload}`"), cure);
    }
    Ok(())
}

/// Refuses what the same partner holds or claims already, unless this claim corrects that one.
fn held_already(desk: &Desk<'_>, claim: &Claim, product: &Product, found: &mut Vec<Refusal>) -> Acted {
    let own = account_of(desk, &claim.partner_id)?;
    for holder in holders(desk, claim, product)? {
        let is_other_activity = holder.activity != claim.activity && holder.partner_id == claim.partner_id;
        if account_of(desk, &holder.partner_id)? != own || claim.corrects.as_ref() == Some(&holder.claim_id) || is_other_activity {
            continue;
        }
        let (id, location) = (&holder.claim_id, &holder.partner_id);
        let message = format!("{} is held by your own location {location}, by claim {id}", product.shown());
        found.push(Refusal::conflict("already-held", message, format!("to correct that claim: `claim clone {id}`")));
    }
    let pending = [ClaimState::Submitted, ClaimState::UnderReview, ClaimState::ActionRequired, ClaimState::Dispute];
    for state in pending {
        let by = By {
            tenant_id: Some(claim.tenant_id.clone()),
            partner_id: Some(claim.partner_id.clone()),
            state: Some(state.to_string()),
            ..By::default()
        };
        for other in desk.list::<Claim>(&by)? {
            let is_same = |wanted: &Product| {
                wanted.is_wanted() && wanted.workload == product.workload && wanted.subscription_id == product.subscription_id
            };
            let is_other =
                other.claim_id != claim.claim_id && other.activity == claim.activity && claim.corrects.as_ref() != Some(&other.claim_id);
            if is_other && other.products.iter().any(is_same) {
                let id = &other.claim_id;
                let message = format!("{} is claimed already by your claim {id}, which is `{state}`", product.shown());
                found.push(Refusal::conflict("already-claimed", message, format!("wait for it, or withdraw it: `claim withdraw {id}`")));
            }
        }
    }
    Ok(())
}
