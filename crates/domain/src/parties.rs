//! Parties: partner accounts, customers, subscriptions, principals, and the users who act for them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::facts::{Customer, Partner, Principal, Program, Subscription};
use crate::names::Name;
use crate::record::actor::{Actor, Identity, Organisation, Role};
use crate::record::desk::{Acted, Desk};
use crate::record::entry::{By, Entry};
use crate::record::factual::Factual;
use crate::record::refusal::Refusal;
use crate::rights::{Act, On, must};
use crate::words::PartnerKind;

/// A user: somebody who signs in, with roles in one organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The name that the user signs in with, usually a mail address.
    pub user_id: Name,
    /// A label.
    pub name: String,
    /// The organisation that the user acts for.
    pub organisation: Organisation,
    /// The user's roles there.
    pub roles: BTreeSet<Role>,
    /// The one location of the partner that the user is limited to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Name>,
    /// The identity in a customer's tenant that is the user's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// The certified person that the user is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<Name>,
    /// Whether the user may act.
    pub active: bool,
}

impl User {
    /// The user as who acts.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            user: self.user_id.clone(),
            organisation: Some(self.organisation.clone()),
            roles: if self.active { self.roles.clone() } else { BTreeSet::new() },
            location: self.location.clone(),
            identity: self.identity.clone().filter(|_| self.active),
            person_id: self.person_id.clone().filter(|_| self.active),
        }
    }
}

impl Entry for User {
    const REGISTER: &'static str = "user";

    fn id(&self) -> String {
        self.user_id.to_string()
    }
}

/// Adds a user, or gives one other roles. The operator's program managers may; account admins may within their own account, and
/// global admins within their own tenant.
///
/// # Errors
/// When the actor may not, a role is of another kind of organisation, the location is not one of the partner's, or the last program
/// manager would lose that role.
pub fn add_user(desk: &mut Desk<'_>, user: &User) -> Acted {
    must_keep(desk, user)?;
    must_fit(desk, user)?;
    let before = desk.find::<User>(user.user_id.as_str())?;
    if let Some(before) = &before
        && before.organisation != user.organisation
    {
        let message = format!("`{}` acts for another organisation", user.user_id);
        return Err(Refusal::conflict("user-elsewhere", message, "close that user first, or take another name").into());
    }
    if let Some(before) = &before {
        must_keep(desk, before)?;
    }
    keep_a_program_manager(desk, user)?;
    let kind = if before.is_some() { "user-changed" } else { "user-added" };
    desk.put(kind, user, desk.today(), None)
}

/// Adds a user for whom an identity provider vouches, or gives one the roles that it tells now; `before` is the user as the provider made
/// them, nothing for a new one. The program itself does this, and `reason` names the provider. The last program manager may lose that role
/// too: who was given it elsewhere has it from there again.
///
/// # Errors
/// When the actor may not, a role is of another kind of organisation, or the user is not as in `before`: somebody else made or changed one
/// of that name.
pub fn vouch(desk: &mut Desk<'_>, user: &User, before: Option<&User>, reason: &str) -> Acted {
    must_keep(desk, user)?;
    must_fit(desk, user)?;
    if desk.find::<User>(user.user_id.as_str())?.as_ref() != before {
        let message = format!("`{}` was changed meanwhile", user.user_id);
        return Err(Refusal::conflict("user-changed-meanwhile", message, "sign in again").into());
    }
    let kind = if before.is_some() { "user-changed" } else { "user-added" };
    desk.put(kind, user, desk.today(), Some(reason))
}

/// Whether a user may be in the register: its name is free to be taken, its roles are of its kind of organisation, its location is the
/// organisation's.
fn must_fit(desk: &Desk<'_>, user: &User) -> Acted {
    if user.actor().is_clockwork() {
        let message = format!("`{}` is the program itself", user.user_id);
        return Err(Refusal::conflict("user-reserved", message, "take another name").into());
    }
    let roles = roles_in(&user.organisation);
    if let Some(strange) = user.roles.iter().find(|role| !roles.contains(role)) {
        let known = roles.iter().map(|role| format!("`{role}`")).collect::<Vec<_>>().join(", ");
        let message = format!("`{strange}` is no role in this kind of organisation");
        return Err(Refusal::invalid("role-unknown", message, format!("take one of {known}")).into());
    }
    if let (Organisation::Partner(global), Some(own)) = (&user.organisation, &user.location) {
        let location = location(desk, own)?;
        if location.global_partner_id != *global {
            let message = format!("the location `{own}` is not one of `{global}`");
            return Err(Refusal::invalid("location-not-eligible", message, use_one_of(&locations_of(desk, global)?)).into());
        }
    }
    Ok(())
}

/// Lets a user act no more.
///
/// # Errors
/// When the actor may not, there is no such user, or the user is the last program manager.
pub fn close_user(desk: &mut Desk<'_>, id: &Name, reason: Option<&str>) -> Acted<User> {
    let mut user: User = desk.get(id.as_str())?;
    must_keep_it(desk, &user)?;
    user.active = false;
    keep_a_program_manager(desk, &user)?;
    desk.put("user-closed", &user, desk.today(), reason)?;
    Ok(user)
}

/// The user who is to be sent a link for a password: whoever may keep a user may also let them in.
///
/// # Errors
/// When the actor may not, or the user is unknown or closed.
pub fn invited(desk: &Desk<'_>, id: &Name) -> Acted<User> {
    let user: User = desk.get(id.as_str())?;
    must_keep_it(desk, &user)?;
    if !user.active {
        let message = format!("`{id}` is closed");
        return Err(Refusal::conflict("user-closed", message, "add the user again first").into());
    }
    Ok(user)
}

/// The roles that users of an organisation may have.
#[must_use]
pub fn roles_in(organisation: &Organisation) -> &'static [Role] {
    match organisation {
        Organisation::Operator => &OPERATOR_ROLES,
        Organisation::Partner(_) => &PARTNER_ROLES,
        Organisation::Customer(_) => &CUSTOMER_ROLES,
    }
}

const OPERATOR_ROLES: [Role; 4] = [Role::Reviewer, Role::ProgramManager, Role::Support, Role::Auditor];
const PARTNER_ROLES: [Role; 5] =
    [Role::AccountAdmin, Role::IncentiveAdmin, Role::IncentiveUser, Role::ReportViewer, Role::ExecutiveReportViewer];
const CUSTOMER_ROLES: [Role; 4] = [Role::GlobalAdmin, Role::ServiceAdmin, Role::CoAdmin, Role::Reader];

/// Whoever is limited to a location keeps only users who are limited to it too.
fn must_keep(desk: &Desk<'_>, user: &User) -> Acted {
    let on = On::organisation(&user.organisation).within(user.location.as_ref());
    Ok(must(&desk.actor, Act::UserKeep, &on, "keep these users")?)
}

/// As [`must_keep`] for a user who is there; who may not see them is told that there is none.
fn must_keep_it(desk: &Desk<'_>, user: &User) -> Acted {
    let on = On::organisation(&user.organisation).within(user.location.as_ref());
    let on = on.of_user(&user.user_id).entry(User::REGISTER, &user.user_id);
    Ok(must(&desk.actor, Act::UserKeep, &on, "keep this user")?)
}

/// Refuses to leave a home without anybody who may keep its users.
fn keep_a_program_manager(desk: &Desk<'_>, changed: &User) -> Acted {
    let manages = |user: &User| user.active && user.organisation == Organisation::Operator && user.roles.contains(&Role::ProgramManager);
    let others = desk.list::<User>(&By::default())?;
    if manages(changed) || others.iter().any(|user| user.user_id != changed.user_id && manages(user)) {
        return Ok(());
    }
    let message = "nobody would be left who may keep users";
    Err(Refusal::conflict("last-program-manager", message, "give an active user of the operator the role `program-manager` first").into())
}

/// Declares tables whose rows are entries themselves.
macro_rules! row_entries {
    ($( $row:ident, $register:literal, $table:ident, |$it:ident| $id:expr; )*) => {$(
        impl Entry for $row {
            const REGISTER: &'static str = $register;

            fn id(&self) -> String {
                let $it = self;
                $id
            }
        }

        impl Factual for $row {
            type Row = Self;

            const TABLE: &'static str = stringify!($table);

            fn table(program: &Program) -> &Vec<Self> {
                &program.$table
            }

            fn table_mut(program: &mut Program) -> &mut Vec<Self> {
                &mut program.$table
            }

            fn id_of($it: &Self) -> String {
                $id
            }

            /// Of several rows the last holds.
            fn of_rows(rows: &[&Self]) -> Self {
                (*rows.last().expect("an entry has a row")).clone()
            }

            fn rows(&self) -> Vec<Self> {
                vec![self.clone()]
            }
        }
    )*};
}

row_entries! {
    Partner, "partner", partners, |row| row.partner_id.to_string();
    Customer, "customer", customers, |row| row.tenant_id.to_string();
    Subscription, "subscription", subscriptions, |row| row.subscription_id.to_string();
    Principal, "principal", principals, |row| format!("{}/{}", row.tenant_id, row.principal_id);
}

/// The open location of an ID: the one that an association may be made with.
///
/// # Errors
/// When the ID is unknown, a closed location, or a global account, whose open locations are then named.
pub fn location(desk: &Desk<'_>, id: &Name) -> Acted<Partner> {
    let Some(partner) = desk.find::<Partner>(id.as_str())? else {
        let message = format!("there is no partner `{id}`");
        let locations = locations_of(desk, id)?;
        if !locations.is_empty() {
            return Err(wrong_type(id, &locations).into());
        }
        return Err(Refusal::invalid("id-unknown", message, "check the number; `partner list` tells those that there are").into());
    };
    if partner.kind == PartnerKind::Global {
        return Err(wrong_type(id, &locations_of(desk, id)?).into());
    }
    if !partner.active.0 {
        let open = locations_of(desk, &partner.global_partner_id)?;
        let message = format!("the location `{id}` ({}) is closed", partner.name);
        return Err(Refusal::invalid("location-not-eligible", message, use_one_of(&open)).into());
    }
    Ok(partner)
}

/// The open locations of a global account, in the numeric order of their IDs.
///
/// # Errors
/// When the registers cannot be read.
pub fn locations_of(desk: &Desk<'_>, global: &Name) -> Acted<Vec<Partner>> {
    Ok(open_locations(&rows_of(desk, global)?))
}

/// The rows of a global account: its own and those of all of its locations, closed ones too.
///
/// # Errors
/// When the registers cannot be read.
pub fn rows_of(desk: &Desk<'_>, global: &Name) -> Acted<Vec<Partner>> {
    let mut partners = desk.list::<Partner>(&By::default())?;
    partners.retain(|row| row.global_partner_id == *global);
    Ok(partners)
}

/// The open locations among rows, in the numeric order of their IDs.
#[must_use]
pub fn open_locations(rows: &[Partner]) -> Vec<Partner> {
    let open = rows.iter().filter(|row| row.kind == PartnerKind::Location && row.active.0);
    let mut locations: Vec<Partner> = open.cloned().collect();
    locations.sort_by_key(|row| row.partner_id.id_order());
    locations
}

fn wrong_type(id: &Name, locations: &[Partner]) -> Refusal {
    let message = format!("`{id}` is a global account, and associations are made with a location's ID");
    Refusal::invalid("wrong-id-type", message, use_one_of(locations))
}

fn use_one_of(locations: &[Partner]) -> String {
    let named = |row: &Partner| format!("`{}` ({})", row.partner_id, row.name);
    match locations {
        [] => "the account has no open location; ask the operator to open one".to_owned(),
        [one] => format!("use its location {}", named(one)),
        many => format!("use one of its locations: {}", many.iter().map(named).collect::<Vec<_>>().join(", ")),
    }
}
