//! Events in words.

use domain::record::actor::Organisation;
use domain::record::event::Event;

use crate::pages::show;

/// What happened, in words: `partner-of-record-changed` → `Partner of record changed`.
#[must_use]
pub fn what(kind: &str) -> String {
    match kind {
        "claim-submitted" => "Consent asked for by a claim".to_owned(),
        "claim-accepted" => "Claim accepted by the customer".to_owned(),
        "claim-revoked" => "Claim revoked by the customer".to_owned(),
        "claim-rejected-finally" => "Claim rejected for good".to_owned(),
        "claim-reduced" => "Claim lost some of its products".to_owned(),
        "claim-superseded" => "Claim lost to another one".to_owned(),
        "claim-contested" => "Claim competes with another one".to_owned(),
        "claim-information-requested" => "Partner asked for more".to_owned(),
        "partner-of-record-requested" => "Partner asked to be named partner of record".to_owned(),
        "partner-of-record-request-answered" => "Request for partner of record answered".to_owned(),
        "partner-of-record-request-withdrawn" => "Request for partner of record taken back".to_owned(),
        "link-created" => "Admin link made".to_owned(),
        "link-changed" => "Admin link made to another location".to_owned(),
        "link-deleted" => "Admin link ended by the identity itself".to_owned(),
        "link-revoked" => "Admin link revoked".to_owned(),
        "link-allowed" => "Identity may be linked again".to_owned(),
        kind => match kind.strip_suffix("-taken-over") {
            Some(register) => format!("{} taken over as imported", show::spoken(register)),
            None => show::spoken(kind),
        },
    }
}

/// For whom somebody acted, as the other sides are told.
#[must_use]
pub fn side(event: &Event) -> String {
    match &event.what.organisation {
        Some(Organisation::Operator) if event.what.actor.as_str() == "counterfoil" => "the program itself".to_owned(),
        Some(Organisation::Operator) => "the operator".to_owned(),
        Some(Organisation::Partner(id)) => format!("partner {id}"),
        Some(Organisation::Customer(_)) => "your organisation".to_owned(),
        None => String::new(),
    }
}
