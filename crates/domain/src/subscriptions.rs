//! Subscriptions: the operator keeps them; what is tied to one ends with it, and its successor inherits nothing.

use crate::accounts::must_manage;
use crate::facts::{Customer, Subscription};
use crate::names::Name;
use crate::notices;
use crate::of_record::{self, request};
use crate::record::actor::Organisation;
use crate::record::desk::{Acted, Desk};
use crate::record::entry::By;
use crate::record::refusal::Refusal;
use crate::resale;
use crate::time::Day;
use crate::words::unknown_word;

/// The states of a subscription. Source: the exchange format.
pub const STATUSES: [&str; 5] = ["active", "in-grace", "suspended", "disabled", "deleted"];

/// Adds a subscription, or changes one; one that is over from now on loses its partner of record and its chain.
///
/// # Errors
/// When the actor is no program manager, the customer is unknown or another one than before, or the status or the days will not do.
pub fn keep(desk: &mut Desk<'_>, row: &Subscription, reason: Option<&str>) -> Acted {
    must_manage(desk, "keep subscriptions")?;
    let id = &row.subscription_id;
    let invalid = |code, message: String, cure: String| Err(Refusal::invalid(code, message, cure).into());
    desk.get::<Customer>(row.tenant_id.as_str())?;
    if let Some(status) = row.status.as_ref().filter(|status| !STATUSES.contains(&status.as_str())) {
        let (message, cure) = unknown_word(status.as_str(), &STATUSES);
        return invalid("status-unknown", message, cure);
    }
    if let (Some(starts), Some(ends)) = (row.starts_on, row.ends_on)
        && ends < starts
    {
        return invalid(
            "days-reversed",
            format!("the subscription `{id}` ends on {ends}, before it begins on {starts}"),
            "swap them".to_owned(),
        );
    }
    if let Some(before) = &row.predecessor_id {
        let old: Subscription = desk.get(before.as_str())?;
        if old.tenant_id != row.tenant_id || before == id {
            return invalid(
                "wrong-predecessor",
                format!("`{before}` is no other subscription of the same customer"),
                "name one".to_owned(),
            );
        }
    }
    let known = desk.find::<Subscription>(id.as_str())?;
    if known.as_ref().is_some_and(|known| known.tenant_id != row.tenant_id) {
        return invalid("other-customer", format!("the subscription `{id}` is of another customer"), "take its own tenant".to_owned());
    }
    desk.put(if known.is_some() { "subscription-changed" } else { "subscription-added" }, row, desk.today(), reason)?;
    if of_record::is_over(desk, row) {
        release(desk, row, row.ends_on.unwrap_or(desk.today()).min(desk.today()), reason)?;
    }
    Ok(())
}

/// Ends a subscription, and with it its partner of record and its chain.
///
/// # Errors
/// When the actor is no program manager, there is no such subscription, it is over, or the day is still to come.
pub fn end(desk: &mut Desk<'_>, id: &Name, on: Day, reason: Option<&str>) -> Acted<Subscription> {
    must_manage(desk, "end subscriptions")?;
    let mut row: Subscription = desk.get(id.as_str())?;
    if of_record::is_over(desk, &row) {
        return Err(Refusal::conflict("subscription-ended", format!("the subscription `{id}` is over"), "there is nothing to end").into());
    }
    check_past(desk, &row, on)?;
    row.ends_on = Some(on);
    row.status = Some(Name::new("deleted"));
    desk.put("subscription-ended", &row, on, reason)?;
    release(desk, &row, on, reason)?;
    Ok(row)
}

/// Replaces a subscription by another one, which takes over its customer and product and nothing else: the new one has no partner of
/// record and no chain. Who was partner of record is told, and a request in its name waits for the customer.
///
/// # Errors
/// When the actor is no program manager, the old one is unknown or over, the new one is there and of another customer, or the day is still
/// to come.
pub fn succeed(desk: &mut Desk<'_>, old: &Name, new: &Subscription, on: Day, reason: Option<&str>) -> Acted<Subscription> {
    must_manage(desk, "replace subscriptions")?;
    let mut row: Subscription = desk.get(old.as_str())?;
    if of_record::is_over(desk, &row) {
        return Err(
            Refusal::conflict("subscription-ended", format!("the subscription `{old}` is over"), "add the new one by itself").into()
        );
    }
    check_past(desk, &row, on)?;
    let successor = Subscription {
        tenant_id: row.tenant_id.clone(),
        product: new.product.clone().or(row.product.clone()),
        agreement: new.agreement.or(row.agreement),
        status: new.status.clone().or(Some(Name::new("active"))),
        starts_on: new.starts_on.or(Some(on)),
        predecessor_id: Some(old.clone()),
        ..new.clone()
    };
    let holder = of_record::holder(desk, &row)?;
    keep(desk, &successor, reason)?;
    row.ends_on = Some(on);
    row.status = Some(Name::new("deleted"));
    desk.put("subscription-succeeded", &row, on, reason)?;
    release(desk, &row, on, reason)?;
    let stays = of_record::holder(desk, &successor)?.is_some();
    if let Some(holder) = holder.filter(|_| !stays && of_record::check_open(desk, &successor).is_ok()) {
        request::carry(desk, &holder, old, &successor)?;
    }
    let text = format!(
        "The subscription {old} was replaced by {} on {on}. It has no partner of record until you name one.",
        successor.subscription_id
    );
    if !stays {
        notices::tell(desk, Organisation::Customer(row.tenant_id), "subscription-succeeded", text, &successor)?;
    }
    Ok(successor)
}

fn check_past(desk: &Desk<'_>, row: &Subscription, on: Day) -> Acted {
    if on > desk.today() {
        return Err(
            Refusal::invalid("too-late", format!("{on} is still to come"), format!("take {} or an earlier day", desk.today())).into()
        );
    }
    if let Some(starts) = row.starts_on.filter(|starts| on < *starts) {
        let message = format!("the subscription `{}` begins on {starts}", row.subscription_id);
        return Err(Refusal::invalid("too-early", message, format!("take {starts} or a later day")).into());
    }
    Ok(())
}

/// Ends what is tied to a subscription. A product that the whole tenant holds keeps its partner of record while another subscription of
/// it is left.
fn release(desk: &mut Desk<'_>, row: &Subscription, on: Day, reason: Option<&str>) -> Acted {
    resale::end(desk, row, on, reason)?;
    let tenant_product = &desk.rulebook.associations.dpor.tenant_product.value;
    if row.product.as_ref() == Some(tenant_product) {
        let sisters = desk.list::<Subscription>(&By { tenant_id: Some(row.tenant_id.clone()), ..By::default() })?;
        let is_left = |sister: &Subscription| sister.product == row.product && sister.subscription_id != row.subscription_id;
        if sisters.iter().any(|sister| is_left(sister) && !of_record::is_over(desk, sister)) {
            return Ok(());
        }
    }
    of_record::end(desk, row, on, reason.or(Some("the subscription is over"))).map(|_| ())
}
