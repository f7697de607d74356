//! The first run: a home without users gets one, and whoever runs the program a link to be it.

use anyhow::Result;
use domain::names::Name;
use domain::parties::{self, User};
use domain::record::actor::{Organisation, Role};
use domain::record::entry::By;
use domain::rulebook::Rulebook;
use jiff::Timestamp;
use store::log::Part;

use super::links::{self, Kind};
use crate::home::Home;

/// The first user: runs the program, decides, and may read everything. Decisions that need two people need a second one all the same.
const OPERATOR: &str = "operator";
const ROLES: [Role; 3] = [Role::ProgramManager, Role::Reviewer, Role::Auditor];

/// Makes the first user of a home without any.
///
/// # Errors
/// When the home cannot be read or written.
pub fn make_operator(home: &Home, rulebook: &Rulebook) -> Result<()> {
    if home.has_users()? {
        return Ok(());
    }
    let operator = User {
        user_id: Name::new(OPERATOR),
        name: "Operator".to_owned(),
        organisation: Organisation::Operator,
        roles: ROLES.into_iter().collect(),
        location: None,
        identity: None,
        person_id: None,
        active: true,
    };
    home.act(rulebook, home.actor(None)?, |desk| parties::add_user(desk, &operator))?;
    Ok(())
}

/// A link for the only user of a home, while they have no password: their name, and the path.
///
/// # Errors
/// When the home cannot be read or written.
pub fn first_link(home: &Home, now: Timestamp) -> Result<Option<(Name, String)>> {
    let two = Part { most: Some(2), ..Part::default() };
    let users: Vec<User> = home.list(&By::default(), &two)?.into_iter().map(|(_, user)| user).collect();
    let [User { user_id, active: true, .. }] = users.as_slice() else { return Ok(None) };
    if home.find_account(user_id.as_str())?.is_some_and(|account| !account.password_hash.is_empty()) {
        return Ok(None);
    }
    let token = links::make(home, user_id, Kind::Invitation, now)?;
    Ok(Some((user_id.clone(), links::path(&token))))
}
