//! Requests: a partner asks a customer to be named the partner of record. A request changes nothing by itself.

use serde::{Deserialize, Serialize};

use crate::facts::{Customer, Partner, Subscription};
use crate::names::Name;
use crate::notices;
use crate::of_record::{check_open, holder};
use crate::parties::location;
use crate::record::actor::Organisation;
use crate::record::desk::{Acted, Desk};
use crate::record::entry::{By, Entry};
use crate::record::refusal::Refusal;
use crate::rights::{Act, On, must};
use crate::time::Day;
use crate::words::words;

words! {
    /// What became of a request.
    RequestState {
        /// The customer has not answered for every subscription.
        Open = "open",
        /// The partner has become partner of record of each of its subscriptions.
        Done = "done",
        /// The partner has taken it back.
        Withdrawn = "withdrawn",
    }
}

/// A request to be named partner of record of subscriptions of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Request {
    /// The request's id.
    pub request_id: Name,
    /// The location that asks.
    pub partner_id: Name,
    /// The customer's tenant.
    pub tenant_id: Name,
    /// What is asked for, with the link to the page of each subscription.
    pub subscriptions: Vec<Asked>,
    /// The subject of the message.
    pub subject: String,
    /// The message, to be sent as it is or changed before.
    pub text: String,
    /// The day of the request.
    pub requested_on: Day,
    /// What became of it.
    pub state: RequestState,
    /// The subscription that the partner was partner of record of and that one of these replaced: nothing was carried over but this request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried_from: Option<Name>,
}

/// A subscription that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Asked {
    /// The subscription.
    pub subscription_id: Name,
    /// The customer's page with subscription and partner filled in.
    pub link: String,
    /// Whether the partner has become its partner of record.
    pub done: bool,
}

impl Entry for Request {
    const REGISTER: &'static str = "partner-of-record-request";

    fn id(&self) -> String {
        self.request_id.to_string()
    }
}

/// Asks a customer to name a location the partner of record of subscriptions. `address` is where the pages are served
/// (`https://partners.example`).
///
/// # Errors
/// When the actor does not act for the partner, a subscription is unknown, over, sold by a CSP or of another customer, or the location is
/// its partner of record already.
pub fn ask(desk: &mut Desk<'_>, partner: &Name, subscriptions: &[Name], address: &str) -> Acted<Request> {
    let partner = location(desk, partner)?;
    must_act_for(desk, &partner)?;
    let mut rows: Vec<Subscription> = Vec::new();
    for id in subscriptions {
        let row: Subscription = desk.get(id.as_str())?;
        check_open(desk, &row)?;
        if holder(desk, &row)?.as_ref() == Some(&partner.partner_id) {
            let message = format!("`{}` is already partner of record of `{id}`", partner.partner_id);
            return Err(Refusal::conflict("already-partner-of-record", message, "leave that subscription out").into());
        }
        if let Some(first) = rows.first().filter(|first| first.tenant_id != row.tenant_id) {
            let message = format!("`{id}` is a subscription of another customer than `{}`", first.subscription_id);
            return Err(Refusal::invalid("other-customer", message, "ask each customer apart").into());
        }
        rows.push(row);
    }
    if rows.is_empty() {
        return Err(Refusal::invalid("nothing-picked", "the request names no subscription", "name one or more").into());
    }
    write(desk, &partner, &rows, address, None)
}

/// Takes a request back.
///
/// # Errors
/// When there is no such request, the actor does not act for its partner, or it is not open.
pub fn withdraw(desk: &mut Desk<'_>, id: &Name) -> Acted<Request> {
    let mut request: Request = desk.get(id.as_str())?;
    let partner = location(desk, &request.partner_id)?;
    let on = On::partner(&partner).and_tenant(&request.tenant_id).entry(Request::REGISTER, id);
    must(&desk.actor, Act::RecordRequest, &on, "take this request back")?;
    if request.state != RequestState::Open {
        let message = format!("the request `{id}` is {}", request.state);
        return Err(Refusal::conflict("request-closed", message, "there is nothing to take back").into());
    }
    request.state = RequestState::Withdrawn;
    desk.put("partner-of-record-request-withdrawn", &request, desk.today(), None)?;
    Ok(request)
}

/// Asks in the name of whoever was partner of record of a subscription to be named for the one that replaced it.
///
/// # Errors
/// When the registers cannot be read.
pub fn carry(desk: &mut Desk<'_>, before: &Name, old: &Name, new: &Subscription) -> Acted {
    let Some(partner) = desk.find::<Partner>(before.as_str())?.filter(|partner| partner.active.0) else { return Ok(()) };
    write(desk, &partner, std::slice::from_ref(new), "", Some(old.clone())).map(|_| ())
}

/// Marks what open requests of a partner have asked for and got.
///
/// # Errors
/// When the registers cannot be read.
pub(super) fn answer(desk: &mut Desk<'_>, subscription: &Name, partner: &Name) -> Acted {
    let open = By { partner_id: Some(partner.clone()), state: Some(RequestState::Open.to_string()), ..By::default() };
    for mut request in desk.list::<Request>(&open)? {
        for asked in request.subscriptions.iter_mut().filter(|asked| asked.subscription_id == *subscription) {
            asked.done = true;
        }
        if request.subscriptions.iter().all(|asked| asked.done) {
            request.state = RequestState::Done;
        }
        desk.put("partner-of-record-request-answered", &request, desk.today(), None)?;
    }
    Ok(())
}

fn write(desk: &mut Desk<'_>, partner: &Partner, rows: &[Subscription], address: &str, carried_from: Option<Name>) -> Acted<Request> {
    let rules = desk.rulebook.associations.dpor.request.clone();
    let tenant_id = rows.first().map(|row| row.tenant_id.clone()).expect("a request is about a subscription");
    let customer = desk.find::<Customer>(tenant_id.as_str())?.map_or_else(|| tenant_id.to_string(), |customer| customer.name);
    let mut asked = Vec::new();
    let mut lines = Vec::new();
    for row in rows {
        let id = &row.subscription_id;
        let named = [("subscription_id", id.as_str()), ("partner_id", partner.partner_id.as_str())];
        let link = format!("{}{}", address.trim_end_matches('/'), fill(&rules.link.value, &named));
        let product = row.product.as_ref().map_or("subscription", Name::as_str);
        lines.push(fill(&rules.line.value, &[("subscription_id", id.as_str()), ("product", product), ("link", &link)]));
        asked.push(Asked { subscription_id: id.clone(), link, done: false });
    }
    let lines = lines.join("\n");
    let named = [
        ("customer", customer.as_str()),
        ("partner", partner.name.as_str()),
        ("partner_id", partner.partner_id.as_str()),
        ("subscriptions", lines.as_str()),
    ];
    let request = Request {
        request_id: Name::new(&desk.new_id("request")?),
        partner_id: partner.partner_id.clone(),
        tenant_id: tenant_id.clone(),
        subscriptions: asked,
        subject: fill(&rules.subject.value, &named),
        text: rules.text.value.iter().map(|paragraph| fill(paragraph, &named)).collect::<Vec<_>>().join("\n\n"),
        requested_on: desk.today(),
        state: RequestState::Open,
        carried_from,
    };
    desk.put("partner-of-record-requested", &request, desk.today(), None)?;
    let text =
        format!("{} ({}) asks to be named partner of record of {} of your subscriptions.", partner.name, partner.partner_id, rows.len());
    notices::tell(desk, Organisation::Customer(tenant_id), "partner-of-record-requested", text, &request)?;
    Ok(request)
}

fn must_act_for(desk: &Desk<'_>, partner: &Partner) -> Acted {
    let what = format!("ask customers for `{}`", partner.partner_id);
    Ok(must(&desk.actor, Act::RecordRequest, &On::partner(partner), &what)?)
}

/// A text with what stands in braces filled in; what is filled in is not read again.
#[must_use]
pub fn fill(text: &str, named: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let found = after.split_once('}').and_then(|(name, after)| Some((named.iter().find(|(known, _)| *known == name)?.1, after)));
        rest = match found {
            Some((value, after)) => {
                filled.push_str(value);
                after
            }
            None => {
                filled.push('{');
                after
            }
        };
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_not_read_again() {
        let named = [("partner", "{customer}"), ("customer", "Contoso")];
        assert_eq!(fill("Dear {customer}, {partner} {asks} {", &named), "Dear Contoso, {customer} {asks} {");
    }
}
