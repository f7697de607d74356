//! Partner admin links: an identity in a customer's tenant, tied to a partner's location by that identity itself.

/// Owners of Power Platform and Customer Insights resources, and what importing a solution makes of them.
pub mod owners;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::facts::{Customer, PalLink, Principal, Program};
use crate::names::Name;
use crate::parties::location;
use crate::record::actor::Identity;
use crate::record::desk::{Acted, Desk};
use crate::record::entry::Entry;
use crate::record::factual::Factual;
use crate::record::refusal::Refusal;
use crate::record::spans::{Span, Spans};
use crate::rights::{Act, On, must};
use crate::time::Day;
use crate::words::{Cloud, PrincipalKind, words};

words! {
    /// The state of a link.
    LinkState {
        /// The identity is linked.
        Active = "active",
        /// The identity is not linked any more.
        Deleted = "deleted",
        /// The customer ended the link, and has not allowed a new one since.
        Revoked = "revoked",
    }
}

/// The location that an identity is linked to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Linked {
    /// The partner's location.
    pub partner_id: Name,
}

/// The link of one identity, with all that it was before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Link {
    /// The customer's tenant.
    pub tenant_id: Name,
    /// The identity's object id there.
    pub principal_id: Name,
    /// The location that the identity is linked to; nothing when it is not linked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_id: Option<Name>,
    /// Whether the identity is linked.
    pub state: LinkState,
    /// How often the link was written.
    pub version: u64,
    /// When the identity was linked for the first time; deleting and linking again leaves it.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub created_at: Timestamp,
    /// When the link was written last.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub updated_at: Timestamp,
    /// The locations that the identity was linked to from when to when, never two on a day.
    pub links: Spans<Linked>,
}

impl Entry for Link {
    const REGISTER: &'static str = "link";

    fn id(&self) -> String {
        id_of(&self.tenant_id, &self.principal_id)
    }
}

/// The id of the link of an identity.
#[must_use]
pub fn id_of(tenant: &Name, principal: &Name) -> String {
    format!("{tenant}/{principal}")
}

impl Factual for Link {
    type Row = PalLink;

    const TABLE: &'static str = "pal_links";

    fn table(program: &Program) -> &Vec<PalLink> {
        &program.pal_links
    }

    fn table_mut(program: &mut Program) -> &mut Vec<PalLink> {
        &mut program.pal_links
    }

    fn id_of(row: &PalLink) -> String {
        id_of(&row.tenant_id, &row.principal_id)
    }

    /// Imported rows tell days and no instants: a day stands for its start. Each start and each end counts as a write.
    fn of_rows(rows: &[&PalLink]) -> Self {
        let first = rows.first().expect("an entry has a row");
        let span = |row: &&PalLink| Span { from: row.linked_on, to: row.unlinked_on, held: Linked { partner_id: row.partner_id.clone() } };
        let links = Spans::of(rows.iter().map(span).collect());
        let last = links.open().map(|span| span.held.partner_id.clone());
        let written = links.all().iter().flat_map(|span| [Some(span.from), span.to]).flatten();
        let ends = rows.iter().flat_map(|row| [Some(row.linked_on), row.unlinked_on]).flatten();
        Self {
            tenant_id: first.tenant_id.clone(),
            principal_id: first.principal_id.clone(),
            state: if last.is_some() { LinkState::Active } else { LinkState::Deleted },
            partner_id: last,
            version: written.clone().count() as u64,
            created_at: ends.clone().min().map_or(Timestamp::UNIX_EPOCH, Day::start),
            updated_at: written.max().or(ends.max()).map_or(Timestamp::UNIX_EPOCH, Day::start),
            links,
        }
    }

    fn rows(&self) -> Vec<PalLink> {
        let row = |span: &Span<Linked>| PalLink {
            tenant_id: self.tenant_id.clone(),
            principal_id: self.principal_id.clone(),
            partner_id: span.held.partner_id.clone(),
            linked_on: span.from,
            unlinked_on: span.to,
        };
        self.links.all().iter().map(row).collect()
    }
}

/// The link of the identity that is signed in, which must be to this location when one is named.
///
/// # Errors
/// When no identity is signed in, or it is not linked, or to another location.
pub fn own(desk: &Desk<'_>, partner_id: Option<&Name>) -> Acted<Link> {
    let Identity { tenant_id, object_id } = signed_in(desk)?;
    let link = desk.find::<Link>(&id_of(&tenant_id, &object_id))?;
    Ok(own_of(link, &tenant_id, &object_id, partner_id, desk.today())?)
}

/// Of what is recorded about an identity's link, the link that holds on a day; it must be to this location when one is named.
///
/// # Errors
/// When the identity is not linked, or to another location.
pub fn own_of(link: Option<Link>, tenant: &Name, object: &Name, partner_id: Option<&Name>, day: Day) -> Result<Link, Refusal> {
    let linked = link.filter(|link| link.partner_on(day).is_some()).ok_or_else(|| {
        let message = format!("the identity `{object}` is linked to no partner in the tenant `{tenant}`");
        Refusal::not_found("not-linked", message, "link it first")
    })?;
    match (partner_id, linked.partner_on(day)) {
        (Some(asked), Some(other)) if asked != other => {
            let message = format!("the identity is not linked to `{asked}`");
            Err(Refusal::not_found("not-linked", message, format!("it is linked to `{other}`")))
        }
        _ => Ok(linked),
    }
}

/// Links the identity that is signed in to a partner's location.
///
/// # Errors
/// When no identity is signed in, it is linked already or cannot be, links are not made in the tenant's cloud, or the ID is not that of an
/// open location.
pub fn link(desk: &mut Desk<'_>, partner_id: &Name) -> Acted<Link> {
    let identity = signed_in(desk)?;
    must_be_able_to_link(desk, &identity)?;
    location(desk, partner_id)?;
    let (today, now) = (desk.today(), desk.now);
    let before = desk.find::<Link>(&id_of(&identity.tenant_id, &identity.object_id))?;
    let mut link = before.unwrap_or_else(|| Link {
        tenant_id: identity.tenant_id.clone(),
        principal_id: identity.object_id.clone(),
        partner_id: None,
        state: LinkState::Deleted,
        version: 0,
        created_at: now,
        updated_at: now,
        links: Spans::default(),
    });
    if let Some(linked) = link.partner_on(today) {
        let message = format!("the identity `{}` is linked to `{linked}` already", identity.object_id);
        return Err(Refusal::conflict("already-linked", message, "change the link instead of making one").into());
    }
    if link.state == LinkState::Revoked {
        let message = "the customer has revoked the link of this identity";
        return Err(Refusal::forbidden("link-revoked", message, "ask a Global admin of the tenant to allow it again").into());
    }
    link.hold(today, now, partner_id)?;
    desk.put("link-created", &link, today, None)?;
    Ok(link)
}

/// Links the identity that is signed in, and that is linked, to another location. The same location again is a write as well.
///
/// # Errors
/// When no identity is signed in, it is not linked, or the ID is not that of an open location.
pub fn relink(desk: &mut Desk<'_>, partner_id: &Name) -> Acted<Link> {
    let mut link = own(desk, None)?;
    must_be_able_to_link(desk, &Identity { tenant_id: link.tenant_id.clone(), object_id: link.principal_id.clone() })?;
    location(desk, partner_id)?;
    let (today, now) = (desk.today(), desk.now);
    link.hold(today, now, partner_id)?;
    desk.put("link-changed", &link, today, None)?;
    Ok(link)
}

/// Ends the link of the identity that is signed in.
///
/// # Errors
/// When no identity is signed in, or it is not linked to the location that is named.
pub fn unlink(desk: &mut Desk<'_>, partner_id: Option<&Name>) -> Acted<Link> {
    let link = own(desk, partner_id)?;
    end(desk, link, LinkState::Deleted, "link-deleted", None)
}

/// Ends the link of an identity in the customer's own tenant, until the customer allows a new one.
///
/// # Errors
/// When the actor is no Global admin of the tenant, no reason is given, or the identity is not linked.
pub fn revoke(desk: &mut Desk<'_>, tenant: &Name, principal: &Name, reason: &str) -> Acted<Link> {
    must_run_tenant(desk, tenant, "revoke links there")?;
    if reason.trim().is_empty() {
        return Err(Refusal::invalid("reason-missing", "a link is not revoked without a reason", "say why; the partner reads it").into());
    }
    let link = of_tenant(desk, tenant, principal)?;
    if link.partner_on(desk.today()).is_none() {
        let message = format!("the identity `{principal}` is not linked");
        return Err(Refusal::conflict("not-linked", message, "nothing is to be revoked").into());
    }
    end(desk, link, LinkState::Revoked, "link-revoked", Some(reason))
}

/// Lets an identity whose link was revoked link again.
///
/// # Errors
/// When the actor is no Global admin of the tenant, or no link of the identity was revoked.
pub fn allow(desk: &mut Desk<'_>, tenant: &Name, principal: &Name, reason: Option<&str>) -> Acted<Link> {
    must_run_tenant(desk, tenant, "allow links there")?;
    let mut link = of_tenant(desk, tenant, principal)?;
    if link.state != LinkState::Revoked {
        let message = format!("no link of the identity `{principal}` is revoked");
        return Err(Refusal::conflict("not-revoked", message, "nothing is to be allowed").into());
    }
    link.state = LinkState::Deleted;
    link.write(desk.now);
    desk.put("link-allowed", &link, desk.today(), reason)?;
    Ok(link)
}

impl Link {
    /// The location that the identity is linked to on a day.
    #[must_use]
    pub fn partner_on(&self, day: Day) -> Option<&Name> {
        self.links.on(day).map(|span| &span.held.partner_id)
    }

    fn write(&mut self, now: Timestamp) {
        self.version += 1;
        self.updated_at = now;
    }

    fn hold(&mut self, today: Day, now: Timestamp, partner_id: &Name) -> Result<(), Refusal> {
        if self.links.open().is_none_or(|span| span.held.partner_id != *partner_id) {
            self.links.hold(today, Linked { partner_id: partner_id.clone() })?;
        }
        (self.partner_id, self.state) = (Some(partner_id.clone()), LinkState::Active);
        self.write(now);
        Ok(())
    }
}

fn end(desk: &mut Desk<'_>, mut link: Link, state: LinkState, kind: &str, reason: Option<&str>) -> Acted<Link> {
    link.links.end(desk.today())?;
    (link.partner_id, link.state) = (None, state);
    link.write(desk.now);
    desk.put(kind, &link, desk.today(), reason)?;
    Ok(link)
}

fn of_tenant(desk: &Desk<'_>, tenant: &Name, principal: &Name) -> Acted<Link> {
    let link = desk.find::<Link>(&id_of(tenant, principal))?;
    link.ok_or_else(|| {
        let message = format!("no identity `{principal}` was ever linked in the tenant `{tenant}`");
        Refusal::not_found("not-linked", message, format!("`pal list --tenant {tenant}` tells those that are")).into()
    })
}

fn must_run_tenant(desk: &Desk<'_>, tenant: &Name, what: &str) -> Acted {
    Ok(must(&desk.actor, Act::LinkGovern, &On::tenant(tenant), what)?)
}

/// The identity that acts.
fn signed_in(desk: &Desk<'_>) -> Acted<Identity> {
    let cure = "sign in as the identity itself: nobody links another one, an administrator neither";
    let identity = desk.actor.identity.clone().ok_or_else(|| {
        let message = format!("`{}` is no identity in a customer's tenant", desk.actor.user);
        Refusal::forbidden("identity-missing", message, cure)
    })?;
    let on = On::tenant(&identity.tenant_id).of_identity(&identity).in_register(Link::REGISTER);
    must(&desk.actor, Act::LinkKeep, &on, "keep this link")?;
    Ok(identity)
}

/// Refuses identities that are gone or groups, and clouds in which links give nothing.
fn must_be_able_to_link(desk: &Desk<'_>, identity: &Identity) -> Acted {
    let Identity { tenant_id, object_id } = identity;
    if let Some(principal) = desk.find::<Principal>(&id_of(tenant_id, object_id))? {
        if principal.kind == PrincipalKind::Group {
            let message = format!("`{object_id}` is a group, and groups do not link");
            return Err(Refusal::forbidden("identity-gone", message, "link each of its members").into());
        }
        if let Some(on) = principal.deleted_on.filter(|on| *on <= desk.today()) {
            let message = format!("the identity `{object_id}` was deleted on {on}");
            return Err(Refusal::forbidden("identity-gone", message, "link another identity").into());
        }
    }
    let cloud = desk.find::<Customer>(tenant_id.as_str())?.map_or(Cloud::default(), |customer| customer.cloud);
    if desk.rulebook.associations.pal.excluded_clouds.value.contains(&cloud) {
        let message = format!("links are not made in the cloud of the tenant `{tenant_id}` (`{cloud}`)");
        return Err(Refusal::invalid("cloud-excluded", message, "use another kind of association").into());
    }
    Ok(())
}
