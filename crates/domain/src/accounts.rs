//! Accounts: the operator keeps partner accounts, customers and principals.

/// Any ID in, the right one out, and why.
pub mod resolve;

use crate::facts::{Customer, Partner, Principal};
use crate::names::Name;
use crate::notices;
use crate::record::actor::Organisation;
use crate::record::desk::{Acted, Desk};
use crate::record::entry::By;
use crate::record::refusal::Refusal;
use crate::rights::{Act, On, must};
use crate::time::Day;
use crate::words::{Flag, PartnerKind};

/// Adds a partner account, or changes one. A global account stands before its locations.
///
/// # Errors
/// When the actor is no program manager, the account is of itself or of none, or a location would become an account that has locations.
pub fn keep_partner(desk: &mut Desk<'_>, row: &Partner, reason: Option<&str>) -> Acted {
    must_manage(desk, "keep partner accounts")?;
    let (id, global) = (&row.partner_id, &row.global_partner_id);
    let invalid = |code, message: String, cure: String| Err(Refusal::invalid(code, message, cure).into());
    if id.as_str().is_empty() || row.name.trim().is_empty() {
        return invalid("incomplete", "an account has an ID and a name".to_owned(), "tell both".to_owned());
    }
    match row.kind {
        PartnerKind::Global if id != global => {
            return invalid(
                "wrong-account",
                format!("the global account `{id}` rolls up to itself, not to `{global}`"),
                format!("name `{id}`"),
            );
        }
        PartnerKind::Location if id == global => {
            let message = format!("the location `{id}` has an ID of its own, which its account has not");
            return invalid("wrong-account", message, "name the global account that it rolls up to".to_owned());
        }
        _ => {}
    }
    let known = desk.list::<Partner>(&By::default())?;
    if row.kind == PartnerKind::Location {
        if known.iter().any(|other| other.partner_id != *id && other.global_partner_id == *id && other.kind == PartnerKind::Location) {
            return invalid("wrong-account", format!("`{id}` is an account with locations"), "take another ID for the location".to_owned());
        }
        if known.iter().any(|other| other.partner_id == *global && other.kind == PartnerKind::Location) {
            return invalid(
                "wrong-account",
                format!("`{global}` is a location itself"),
                "name the global account that it rolls up to".to_owned(),
            );
        }
        if !known.iter().any(|other| other.global_partner_id == *global) {
            let cure = "add it first, with the kind `global`".to_owned();
            return invalid("id-unknown", format!("there is no global account `{global}`"), cure);
        }
    }
    let kind = if known.iter().any(|other| other.partner_id == *id) { "partner-changed" } else { "partner-added" };
    desk.put(kind, row, desk.today(), reason)
}

/// Closes an account: nothing can be made with it any more, and what is tied to it gives nothing.
///
/// # Errors
/// When the actor is no program manager, there is no such account, it is closed, or a global account has open locations.
pub fn close_partner(desk: &mut Desk<'_>, id: &Name, reason: Option<&str>) -> Acted<Partner> {
    must_manage(desk, "close partner accounts")?;
    let mut row: Partner = desk.get(id.as_str())?;
    if !row.active.0 {
        return Err(Refusal::conflict("already-closed", format!("`{id}` is closed"), "there is nothing to close").into());
    }
    let locations = crate::parties::locations_of(desk, id)?;
    if row.kind == PartnerKind::Global && !locations.is_empty() {
        let named: Vec<String> = locations.iter().map(|row| format!("`{}`", row.partner_id)).collect();
        let message = format!("the account `{id}` has open locations: {}", named.join(", "));
        return Err(Refusal::conflict("open-locations", message, "close them first, or merge the account into another").into());
    }
    row.active = Flag(false);
    desk.put("partner-closed", &row, desk.today(), reason)?;
    Ok(row)
}

/// Merges a global account into another: its locations, with everything that is tied to them, roll up to the other one.
///
/// # Errors
/// When the actor is no program manager, one of them has no locations, or both are the same.
pub fn merge_partners(desk: &mut Desk<'_>, from: &Name, into: &Name, reason: Option<&str>) -> Acted<Vec<Partner>> {
    must_manage(desk, "merge partner accounts")?;
    if from == into {
        return Err(Refusal::invalid("same-account", format!("`{from}` cannot be merged into itself"), "name two accounts").into());
    }
    let known = desk.list::<Partner>(&By::default())?;
    for account in [from, into] {
        if !known.iter().any(|row| row.global_partner_id == *account) {
            let message = format!("there is no global account `{account}`");
            return Err(Refusal::invalid("id-unknown", message, "`partner list` tells those that there are").into());
        }
    }
    let mut moved = Vec::new();
    for mut row in known.into_iter().filter(|row| row.global_partner_id == *from) {
        if row.kind == PartnerKind::Global {
            row.active = Flag(false);
            desk.put("partner-closed", &row, desk.today(), reason)?;
            continue;
        }
        row.global_partner_id = into.clone();
        desk.put("partner-merged", &row, desk.today(), reason)?;
        let text = format!("The location {} ({}) belongs to the account {into} from {}.", row.name, row.partner_id, desk.today());
        for account in [from, into] {
            notices::tell(desk, Organisation::Partner(account.clone()), "partner-merged", text.clone(), &row)?;
        }
        moved.push(row);
    }
    Ok(moved)
}

/// Adds a customer, or changes one.
///
/// # Errors
/// When the actor is no program manager, the customer has no ID or name, or one of its domains is another customer's.
pub fn keep_customer(desk: &mut Desk<'_>, row: &Customer, reason: Option<&str>) -> Acted {
    must_manage(desk, "keep customers")?;
    if row.tenant_id.as_str().is_empty() || row.name.trim().is_empty() {
        return Err(Refusal::invalid("incomplete", "a customer has a tenant ID and a name", "tell both").into());
    }
    let known = desk.list::<Customer>(&By::default())?;
    for domain in domains(row) {
        if !domain.contains('.') || domain.contains(char::is_whitespace) {
            let message = format!("`{domain}` is no domain");
            return Err(Refusal::invalid("domain-malformed", message, "write domains as contoso.com, separated by `;`").into());
        }
        if let Some(other) = known.iter().find(|other| other.tenant_id != row.tenant_id && domains(other).any(|own| own == domain)) {
            let message = format!("the domain `{domain}` is that of `{}` ({})", other.tenant_id, other.name);
            return Err(Refusal::conflict("domain-taken", message, "take it from that customer first").into());
        }
    }
    let kind = if known.iter().any(|other| other.tenant_id == row.tenant_id) { "customer-changed" } else { "customer-added" };
    desk.put(kind, row, desk.today(), reason)
}

/// The domains of a customer, in the form in which they are compared.
pub fn domains(row: &Customer) -> impl Iterator<Item = String> {
    let text = row.domains.as_deref().unwrap_or_default();
    text.split(';').map(|domain| domain.trim().to_lowercase()).filter(|domain| !domain.is_empty())
}

/// The customer with a domain; a mail address or a web address is taken for its domain, and a part of a domain for the whole.
///
/// # Errors
/// When the registers cannot be read.
pub fn customer_of_domain(desk: &Desk<'_>, text: &str) -> Acted<Option<Customer>> {
    let text = text.trim().to_lowercase();
    let text = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let text = text.rsplit('@').next().unwrap_or(text);
    let host = text.split(['/', ':', '?']).next().unwrap_or(text);
    let known = desk.list::<Customer>(&By::default())?;
    let mut rest = host;
    loop {
        if let Some(found) = known.iter().find(|row| domains(row).any(|own| own == rest)) {
            return Ok(Some(found.clone()));
        }
        match rest.split_once('.') {
            Some((_, shorter)) if shorter.contains('.') => rest = shorter,
            _ => return Ok(None),
        }
    }
}

/// Adds a principal of a tenant, or changes one.
///
/// # Errors
/// When the actor is no program manager, or the tenant is unknown.
pub fn keep_principal(desk: &mut Desk<'_>, row: &Principal, reason: Option<&str>) -> Acted {
    must_manage(desk, "keep principals")?;
    desk.get::<Customer>(row.tenant_id.as_str())?;
    desk.put("principal-kept", row, desk.today(), reason)
}

/// Records that a principal is gone: its links and roles give nothing from that day on.
///
/// # Errors
/// When the actor is no program manager, there is no such principal, or the day is still to come.
pub fn delete_principal(desk: &mut Desk<'_>, tenant: &Name, principal: &Name, on: Day, reason: Option<&str>) -> Acted<Principal> {
    must_manage(desk, "keep principals")?;
    let mut row: Principal = desk.get(&format!("{tenant}/{principal}"))?;
    if on > desk.today() {
        return Err(
            Refusal::invalid("too-late", format!("{on} is still to come"), format!("take {} or an earlier day", desk.today())).into()
        );
    }
    row.deleted_on = Some(on);
    desk.put("principal-deleted", &row, on, reason)?;
    Ok(row)
}

pub(crate) fn must_manage(desk: &Desk<'_>, what: &str) -> Acted {
    Ok(must(&desk.actor, Act::RegisterKeep, &On::program(), what)?)
}
