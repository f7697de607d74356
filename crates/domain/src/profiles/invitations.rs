//! The roster of a partner: who is invited, linked, cooling off, or gone. A partner invites; it never links.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::ProfileLink;
use crate::facts::Partner;
use crate::names::Name;
use crate::parties::location;
use crate::record::desk::{Acted, Desk};
use crate::record::entry::{By, Entry};
use crate::record::refusal::Refusal;
use crate::rights::{Act, On, must};
use crate::time::Day;
use crate::words::words;

words! {
    /// The state of an invitation.
    InvitationState {
        /// The person has not linked.
        Open = "open",
        /// The person has linked.
        Accepted = "accepted",
        /// The partner has taken it back.
        Withdrawn = "withdrawn",
    }

    /// How a person stands to a partner.
    Standing {
        /// Asked to link.
        Invited = "invited",
        /// Linked.
        Linked = "linked",
        /// Linked, and reported as a leaver.
        Leaving = "leaving",
        /// Not linked here, and not free to link yet.
        CoolingOff = "cooling-off",
        /// Was linked here before.
        Left = "left",
    }
}

/// An invitation to a person to link their learning profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Invitation {
    /// The location that invites.
    pub partner_id: Name,
    /// The person.
    pub person_id: Name,
    /// The day of the invitation.
    pub invited_on: Day,
    /// The user who invited.
    pub invited_by: Name,
    /// The state.
    pub state: InvitationState,
}

impl Entry for Invitation {
    const REGISTER: &'static str = "profile-invitation";

    fn id(&self) -> String {
        format!("{}/{}", self.partner_id, self.person_id)
    }
}

/// Invites a person to link to a location.
///
/// # Errors
/// When the actor does not act for the partner, the ID will not do, or the person is linked there.
pub fn invite(desk: &mut Desk<'_>, at: &Name, person: &Name) -> Acted<Invitation> {
    let partner = location(desk, at)?;
    must(&desk.actor, Act::PeopleInvite, &On::partner(&partner), "invite people")?;
    let profile = ProfileLink::of(desk, person)?;
    if profile.on(desk.today()) == Some(&partner.partner_id) {
        let message = format!("`{person}` is linked to `{at}` already");
        return Err(Refusal::conflict("already-linked", message, "there is nobody to invite").into());
    }
    let invitation = Invitation {
        partner_id: partner.partner_id,
        person_id: person.clone(),
        invited_on: desk.today(),
        invited_by: desk.actor.user.clone(),
        state: InvitationState::Open,
    };
    desk.put("person-invited", &invitation, desk.today(), None)?;
    Ok(invitation)
}

/// Takes an invitation back.
///
/// # Errors
/// When there is none that is open, or the actor does not act for the partner.
pub fn withdraw(desk: &mut Desk<'_>, at: &Name, person: &Name) -> Acted<Invitation> {
    let partner = location(desk, at)?;
    must(&desk.actor, Act::PeopleInvite, &On::partner(&partner), "take invitations back")?;
    let found = desk.find::<Invitation>(&format!("{}/{person}", partner.partner_id))?;
    let Some(mut invitation) = found.filter(|invitation| invitation.state == InvitationState::Open) else {
        let message = format!("`{person}` has no open invitation to `{at}`");
        return Err(Refusal::not_found("unknown-id", message, "`people list` tells who is invited").into());
    };
    invitation.state = InvitationState::Withdrawn;
    desk.put("invitation-withdrawn", &invitation, desk.today(), None)?;
    Ok(invitation)
}

pub(super) fn accept(desk: &mut Desk<'_>, person: &Name, at: &Name) -> Acted {
    let found = desk.find::<Invitation>(&format!("{at}/{person}"))?;
    let Some(mut invitation) = found.filter(|invitation| invitation.state == InvitationState::Open) else { return Ok(()) };
    invitation.state = InvitationState::Accepted;
    desk.put("invitation-accepted", &invitation, desk.today(), None)
}

/// A person on the roster of a partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct OnRoster {
    /// The person.
    pub person_id: Name,
    /// A label.
    pub name: Option<String>,
    /// The location of the partner.
    pub partner_id: Name,
    /// How the person stands to the partner.
    pub standing: Standing,
    /// Since when.
    pub since: Day,
    /// Until when: a leaver drops out then, and who cools off may link again then.
    pub until: Option<Day>,
}

/// Everybody who is invited to, linked to or was linked to a global account.
///
/// # Errors
/// When the actor may not see it, or the registers cannot be read.
pub fn on_roster(desk: &Desk<'_>, account: &Name) -> Acted<Vec<OnRoster>> {
    let limit = desk.actor.location.as_ref();
    let partners = desk.list::<Partner>(&By::default())?.into_iter().filter(|row| row.global_partner_id == *account);
    let own: BTreeSet<Name> = partners.map(|row| row.partner_id).filter(|id| limit.is_none_or(|limit| limit == id)).collect();
    let on = On::account(account).within(limit.filter(|limit| own.contains(*limit)));
    must(&desk.actor, Act::PersonsRead, &on, &format!("see who is linked to `{account}`"))?;
    let mut roster: BTreeMap<Name, OnRoster> = BTreeMap::new();
    for profile in desk.list::<ProfileLink>(&By::default())? {
        if let Some(row) = of_profile(desk, &profile, &own) {
            roster.insert(profile.person_id.clone(), row);
        }
    }
    let open = By { state: Some(InvitationState::Open.to_string()), ..By::default() };
    for invitation in desk.list::<Invitation>(&open)?.into_iter().filter(|invitation| own.contains(&invitation.partner_id)) {
        let cools = ProfileLink::of(desk, &invitation.person_id)?;
        let (may_from, _) = cools.may_link_from(desk, desk.today());
        let row = roster.get(&invitation.person_id);
        if row.is_none_or(|row| !matches!(row.standing, Standing::Linked | Standing::Leaving)) {
            let cools_off = may_from > desk.today();
            let row = OnRoster {
                person_id: invitation.person_id.clone(),
                name: cools.name,
                partner_id: invitation.partner_id,
                standing: if cools_off { Standing::CoolingOff } else { Standing::Invited },
                since: invitation.invited_on,
                until: cools_off.then_some(may_from),
            };
            roster.insert(invitation.person_id, row);
        }
    }
    Ok(roster.into_values().collect())
}

fn of_profile(desk: &Desk<'_>, profile: &ProfileLink, own: &BTreeSet<Name>) -> Option<OnRoster> {
    let today = desk.today();
    let span = profile.holders.all().iter().rev().find(|span| own.contains(&span.held.partner_id) && span.from <= today)?;
    let row = |standing, since, until| OnRoster {
        person_id: profile.person_id.clone(),
        name: profile.name.clone(),
        partner_id: span.held.partner_id.clone(),
        standing,
        since,
        until,
    };
    if profile.on(today) == Some(&span.held.partner_id) {
        let leaves = profile.leaving.as_ref().map(|leaving| leaving.drops_on);
        return Some(row(if leaves.is_some() { Standing::Leaving } else { Standing::Linked }, span.from, leaves));
    }
    let left_on = span.to.or(profile.leaving.as_ref().map(|leaving| leaving.drops_on)).unwrap_or(today);
    let (may_from, _) = profile.may_link_from(desk, today);
    let cools_off = may_from > today && profile.on(today).is_none();
    Some(row(if cools_off { Standing::CoolingOff } else { Standing::Left }, left_on, cools_off.then_some(may_from)))
}
