//! Every address of the pages is a function here.

use std::fmt::Write as _;

use domain::names::Name;
use domain::rulebook::MetricName;
use domain::time::Day;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands for itself in a path segment or a query value.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as a path segment or a query value.
#[must_use]
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// A path with the query values that are set, in the order given.
#[must_use]
pub fn with_query(path: &str, values: &[(&str, Option<String>)]) -> String {
    let mut address = path.to_owned();
    for (at, (key, value)) in values.iter().filter_map(|(key, value)| Some((key, value.as_ref()?))).enumerate() {
        let separator = if at == 0 { '?' } else { '&' };
        write!(address, "{separator}{key}={}", encoded(value)).expect("a text takes what is written to it");
    }
    address
}

/// An address of this site that a visitor is led back to, or the first page: a second slash, or a backslash, would name another site.
#[must_use]
pub fn own(back: &str) -> &str {
    let is_here = back.starts_with('/') && !back[1..].starts_with(['/', '\\']) && !back.contains(char::is_control);
    if is_here { back } else { "/" }
}

fn as_of_value(as_of: Option<Day>) -> (&'static str, Option<String>) {
    ("as_of", as_of.map(|day| day.to_string()))
}

/// The list of partners.
#[must_use]
pub fn partners(as_of: Option<Day>) -> String {
    with_query("/", &[as_of_value(as_of)])
}

/// A partner's Home.
#[must_use]
pub fn home(partner: &Name, as_of: Option<Day>) -> String {
    with_query(&format!("/partners/{}", encoded(partner.as_str())), &[as_of_value(as_of)])
}

fn below(partner: &Name, place: &str, as_of: Option<Day>) -> String {
    with_query(&format!("/partners/{}/{place}", encoded(partner.as_str())), &[as_of_value(as_of)])
}

/// A partner's customers.
#[must_use]
pub fn customers(partner: &Name, as_of: Option<Day>) -> String {
    below(partner, "customers", as_of)
}

/// Which months of which customers are covered by an association.
#[must_use]
pub fn coverage(partner: &Name, as_of: Option<Day>) -> String {
    below(partner, "coverage", as_of)
}

/// A customer of a partner.
#[must_use]
pub fn customer(partner: &Name, tenant: &Name, as_of: Option<Day>) -> String {
    below(partner, &format!("customers/{}", encoded(tenant.as_str())), as_of)
}

/// A partner's people.
#[must_use]
pub fn people(partner: &Name, as_of: Option<Day>) -> String {
    below(partner, "people", as_of)
}

/// A workspace of a partner, or a place in it: `claims`, `claims/new`.
#[must_use]
pub fn workspace(partner: &Name, place: &str) -> String {
    below(partner, place, None)
}

/// What a partner influences.
#[must_use]
pub fn insights(partner: &Name, as_of: Option<Day>) -> String {
    below(partner, "insights", as_of)
}

/// The cheapest way to a partner's designations.
#[must_use]
pub fn plan(partner: &Name, as_of: Option<Day>) -> String {
    below(partner, "plan", as_of)
}

/// The plan for one area.
#[must_use]
pub fn plan_of(partner: &Name, area: &Name, track: Option<&Name>, as_of: Option<Day>) -> String {
    let area = ("area", Some(area.to_string()));
    with_query(&below(partner, "plan", None), &[area, track_value(track), as_of_value(as_of)])
}

/// A claim of a partner.
#[must_use]
pub fn claim(partner: &Name, claim: &Name) -> String {
    below(partner, &format!("claims/{}", encoded(claim.as_str())), None)
}

/// A designation of a partner; without a track the one that counts.
#[must_use]
pub fn designation(partner: &Name, area: &Name, track: Option<&Name>, as_of: Option<Day>) -> String {
    let path = format!("/partners/{}/designations/{}", encoded(partner.as_str()), encoded(area.as_str()));
    with_query(&path, &[track_value(track), as_of_value(as_of)])
}

/// The path of a metric's explanation, without a query.
#[must_use]
pub fn metric_path(partner: &Name, area: &Name, metric: MetricName) -> String {
    format!("{}/metrics/{}", designation(partner, area, None, None), metric.as_str())
}

/// A metric's explanation, from its top.
#[must_use]
pub fn metric(partner: &Name, area: &Name, metric: MetricName, track: Option<&Name>, as_of: Option<Day>) -> String {
    with_query(&metric_path(partner, area, metric), &[track_value(track), as_of_value(as_of)])
}

/// The ledger of imports.
#[must_use]
pub fn imports() -> String {
    "/imports".to_owned()
}

/// One import.
#[must_use]
pub fn import(batch_id: &str) -> String {
    format!("/imports/{}", encoded(batch_id))
}

/// The refused rows of a file of an import, to mend.
#[must_use]
pub fn import_refused(batch_id: &str, position: u64) -> String {
    format!("{}/refused/{position}", import(batch_id))
}

/// The question before an import is undone.
#[must_use]
pub fn import_undo(batch_id: &str) -> String {
    format!("{}/undo", import(batch_id))
}

/// Months of facts.
#[must_use]
pub fn import_months() -> String {
    "/imports/months".to_owned()
}

/// The journey of the rows at a place: `BATCH:FILE:LINE,LINE`.
#[must_use]
pub fn import_rows(place: &str, as_of: Option<Day>) -> String {
    with_query("/imports/rows", &[("place", Some(place.to_owned())), as_of_value(as_of)])
}

/// A request for a customer's consent.
#[must_use]
pub fn customer_request(claim: &Name) -> String {
    format!("/customer/requests/{}", encoded(claim.as_str()))
}

/// The question before a customer ends what a claim gave.
#[must_use]
pub fn customer_claim_revoke(claim: &Name) -> String {
    format!("/customer/partners/claims/{}/revoke", encoded(claim.as_str()))
}

/// The question before a customer does something about the link of an identity: `revoke`, `allow`.
#[must_use]
pub fn customer_link(principal: &Name, act: &str) -> String {
    format!("/customer/partners/links/{}/{act}", encoded(principal.as_str()))
}

/// A customer's subscription.
#[must_use]
pub fn customer_subscription(subscription: &Name) -> String {
    format!("/customer/subscriptions/{}", encoded(subscription.as_str()))
}

/// The review of a claim.
#[must_use]
pub fn operator_claim(claim: &Name) -> String {
    format!("/operator/claims/{}", encoded(claim.as_str()))
}

/// A decision between two claims.
#[must_use]
pub fn operator_arbitration(case: &Name) -> String {
    format!("/operator/arbitration/{}", encoded(case.as_str()))
}

/// A version of the rulebook.
#[must_use]
pub fn operator_rulebook(sha256: &str) -> String {
    format!("/operator/rulebooks/{}", encoded(sha256))
}

/// An event of the log.
#[must_use]
pub fn operator_event(sequence: u64) -> String {
    format!("/operator/audit/{sequence}")
}

fn track_value(track: Option<&Name>) -> (&'static str, Option<String>) {
    ("track", track.map(Name::to_string))
}

/// A step of a metric's explanation.
#[must_use]
pub fn step(partner: &Name, area: &Name, metric: MetricName, path: &str, as_of: Option<Day>) -> String {
    with_query(&metric_path(partner, area, metric), &[as_of_value(as_of), ("path", Some(path.to_owned()))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_cannot_leave_their_segment() {
        let id = Name::new("a/b?c#d é");
        assert_eq!(home(&id, Day::from_ymd(2024, 8, 10)), "/partners/a%2Fb%3Fc%23d%20%C3%A9?as_of=2024-08-10");
    }

    #[test]
    fn a_way_back_never_leaves_the_site() {
        for away in ["", "https://example.com/", "//example.com", "/\\example.com", "/a\nb", "javascript:alert(1)", "partners"] {
            assert_eq!(own(away), "/", "{away}");
        }
        assert_eq!(own("/partners/900010?as_of=2024-08-10"), "/partners/900010?as_of=2024-08-10");
    }

    #[test]
    fn the_track_goes_before_the_day() {
        let (id, area, track) = (Name::new("900010"), Name::new("modern-work"), Name::new("smb"));
        let address = metric(&id, &area, MetricName::UsageGrowth, Some(&track), Day::from_ymd(2024, 8, 10));
        assert_eq!(address, "/partners/900010/designations/modern-work/metrics/usage-growth?track=smb&as_of=2024-08-10");
    }
}
