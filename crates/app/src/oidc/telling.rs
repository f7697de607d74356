//! What a provider says of a user becomes what the register says: whose user a subject is, and which roles they have.

use anyhow::Result;
use domain::names::Name;
use domain::parties::{self, User};
use domain::record::actor::Actor;
use domain::record::entry::Entry as _;
use domain::rulebook::Rulebook;
use store::pending::Subject;

use super::claims::Vouched;
use super::config::Provider;
use crate::home::Home;
use crate::problem::Refusal;

impl Provider {
    /// Writes what the provider says of a user into the register, when it differs. Without any role the user's sessions end.
    ///
    /// # Errors
    /// When the home cannot be written, or this is nobody who may sign in.
    pub fn tell(&self, home: &Home, rulebook: &Rulebook, vouched: Vouched) -> Result<Name> {
        let of = Subject { provider: self.name.clone(), issuer: self.issuer.as_str().to_owned(), subject: vouched.subject.clone() };
        let (user_id, before) = self.whose(home, &of, &vouched)?;
        let Vouched { name, organisation, roles, .. } = vouched;
        let has_role = !roles.is_empty();
        if before.is_none() && has_role && home.find_vouched_user(&of)?.is_none() && !home.record_vouched_user(&of, user_id.as_str())? {
            return Err(self.taken(&user_id).into());
        }
        let user = match &before {
            Some(user) if user.roles == roles => None,
            Some(user) => Some(User { roles, ..user.clone() }),
            None if !has_role => None,
            None => {
                let user_id = user_id.clone();
                Some(User { user_id, name, organisation, roles, location: None, identity: None, person_id: None, active: true })
            }
        };
        if let Some(user) = user {
            let reason = format!("the provider `{}` says so of `{}`, as `{}` calls them", of.provider, of.subject, of.issuer);
            home.act(rulebook, Actor::clockwork(), |desk| parties::vouch(desk, &user, before.as_ref(), &reason))?;
        }
        if has_role {
            return Ok(user_id);
        }
        if before.is_some() {
            home.drop_other_sessions(user_id.as_str(), "")?;
        }
        let message = format!("`{}` gives `{user_id}` no role here", self.title);
        Err(Refusal::refused(message).hint("ask who runs it to give you one of the roles or groups that may sign in").into())
    }

    /// The name of the user that a subject is, and the user, when the provider has made them.
    fn whose(&self, home: &Home, of: &Subject, vouched: &Vouched) -> Result<(Name, Option<User>)> {
        let bound = home.find_vouched_user(of)?;
        let user_id = bound.as_deref().map_or_else(|| vouched.user_id.clone(), Name::new);
        let Some(user) = home.find::<User>(user_id.as_str())? else { return Ok((user_id, None)) };
        // the name alone makes nobody that user: neither one of another subject, nor one made here
        let is_ours = bound.is_some()
            && home.events_of(User::REGISTER, user_id.as_str())?.first().is_some_and(|made| made.what.actor == Actor::clockwork().user);
        if !is_ours {
            return Err(self.taken(&user_id).into());
        }
        if user.organisation != vouched.organisation {
            let message = format!("`{user_id}` is a user of another organisation than `{}` vouches for now", self.title);
            return Err(Refusal::refused(message).hint("ask the operator: each organisation has users of its own").into());
        }
        if !user.active {
            return Err(Refusal::refused(format!("`{user_id}` may act no more")).hint("ask who keeps your organisation's users").into());
        }
        Ok((user_id, Some(user)))
    }

    fn taken(&self, user_id: &Name) -> Refusal {
        let message = format!("`{user_id}` is somebody else than whom `{}` signs in", self.title);
        Refusal::refused(message).hint("ask who runs it to tell you apart by another `user_claim`, such as `sub`")
    }
}
