//! Notices: what an organisation is told of, until somebody there has read it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::names::Name;
use crate::record::actor::{Actor, Organisation};
use crate::record::desk::{Acted, Desk};
use crate::record::entry::{By, Entry};
use crate::record::refusal::Refusal;
use crate::rights::{Act, On, allows};
use crate::words::words;

words! {
    /// Whether somebody has read a notice.
    NoticeState {
        /// Nobody has yet.
        Unread = "unread",
        /// Somebody has.
        Read = "read",
    }
}

/// A notice to an organisation. Mail and pages show it; nothing else rests on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Notice {
    /// The notice's id.
    pub notice_id: Name,
    /// Who is told.
    pub organisation: Organisation,
    /// The partner's global account, when a partner is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_id: Option<Name>,
    /// The partner's location that it is about: users who are limited to another one are not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Name>,
    /// The customer's tenant, when a customer is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<Name>,
    /// What it is about, in kebab-case: `partner-of-record-lost`.
    pub kind: String,
    /// What is told: a sentence or two, without the names of files or fields.
    pub text: String,
    /// The register of the entry that it is about.
    pub register: String,
    /// That entry.
    pub about: String,
    /// When it was written, UTC.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// Whether somebody there has read it.
    pub state: NoticeState,
}

impl Entry for Notice {
    const REGISTER: &'static str = "notice";

    fn id(&self) -> String {
        self.notice_id.to_string()
    }
}

/// Tells an organisation something about an entry.
///
/// # Errors
/// When the registers cannot be read.
pub fn tell<E: Entry>(desk: &mut Desk<'_>, to: Organisation, kind: &str, text: String, about: &E) -> Acted {
    write(desk, to, None, kind, text, about)
}

/// Tells a partner something about an entry of one of its locations.
///
/// # Errors
/// When the registers cannot be read.
pub fn tell_at<E: Entry>(desk: &mut Desk<'_>, (account, location): (&Name, &Name), kind: &str, text: String, about: &E) -> Acted {
    write(desk, Organisation::Partner(account.clone()), Some(location.clone()), kind, text, about)
}

fn write<E: Entry>(desk: &mut Desk<'_>, to: Organisation, location: Option<Name>, kind: &str, text: String, about: &E) -> Acted {
    let (partner_id, tenant_id) = sides(&to);
    let notice = Notice {
        notice_id: Name::new(&desk.new_id("notice")?),
        organisation: to,
        partner_id,
        location,
        tenant_id,
        kind: kind.to_owned(),
        text,
        register: E::REGISTER.to_owned(),
        about: about.id(),
        created_at: desk.now,
        state: NoticeState::Unread,
    };
    desk.put("notice-written", &notice, desk.today(), None)
}

/// The notices to the actor's organisation that the actor may read, the latest first; `unread` leaves out those that somebody has read.
///
/// # Errors
/// When the registers cannot be read.
pub fn own(desk: &Desk<'_>, unread: bool) -> Acted<Vec<Notice>> {
    let Some(organisation) = &desk.actor.organisation else { return Ok(Vec::new()) };
    let (partner_id, tenant_id) = sides(organisation);
    let state = unread.then(|| NoticeState::Unread.to_string());
    let mut notices = desk.list::<Notice>(&By { partner_id, tenant_id, state, ..By::default() })?;
    notices.retain(|notice| notice.organisation == *organisation && is_own(&desk.actor, notice));
    notices.reverse();
    Ok(notices)
}

/// Marks a notice as read.
///
/// # Errors
/// When there is no such notice, or it is to another organisation.
pub fn read(desk: &mut Desk<'_>, id: &Name) -> Acted<Notice> {
    let found = desk.find::<Notice>(id.as_str())?;
    let Some(mut notice) = found.filter(|notice| is_own(&desk.actor, notice)) else {
        return Err(Refusal::not_found("unknown-id", format!("there is no notice `{id}` to you"), "`notice list` tells yours").into());
    };
    notice.state = NoticeState::Read;
    desk.put("notice-read", &notice, desk.today(), None)?;
    Ok(notice)
}

fn is_own(actor: &Actor, notice: &Notice) -> bool {
    allows(actor, Act::NoticeRead, &On::organisation(&notice.organisation).within(notice.location.as_ref()))
}

fn sides(organisation: &Organisation) -> (Option<Name>, Option<Name>) {
    match organisation {
        Organisation::Partner(global) => (Some(global.clone()), None),
        Organisation::Customer(tenant) => (None, Some(tenant.clone())),
        Organisation::Operator => (None, None),
    }
}
