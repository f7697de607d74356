//! Who asks a command about a home: whoever runs the program sees all that it holds, a named user what the policies tell.

use anyhow::Result;
use domain::evidence::Extent;
use domain::names::Name;
use domain::record::actor::Actor;
use domain::record::desk::ActError;
use domain::record::entry::{By, Entry};
use domain::rights::{Act, On, allows, must};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::log::Part;

use crate::cli::Setting;
use crate::home::Home;
use crate::views::hidden::Hidden;
use crate::views::persons::seen_by;

/// Who asks; nobody in particular when no user is named, or files are read instead of a home.
pub struct Asker(Option<Actor>);

impl Asker {
    /// The user that the command names, in the home.
    ///
    /// # Errors
    /// When there is no home, or no such user.
    pub fn of_home(setting: &Setting) -> Result<Self> {
        let Some(user) = setting.user() else { return Ok(Self(None)) };
        Ok(Self(Some(Home::open(&setting.home()?)?.actor(Some(user))?)))
    }

    /// Whoever reads files of their own.
    pub const fn of_files() -> Self {
        Self(None)
    }

    /// Somebody who is known already, or nobody in particular.
    pub const fn of(actor: Option<Actor>) -> Self {
        Self(actor)
    }

    /// Somebody who is known already.
    pub const fn of_actor(actor: Actor) -> Self {
        Self(Some(actor))
    }

    /// The user, when one is named.
    pub const fn actor(&self) -> Option<&Actor> {
        self.0.as_ref()
    }

    /// Whether the policies allow an act.
    pub fn may(&self, act: Act, on: &On) -> bool {
        self.0.as_ref().is_none_or(|actor| allows(actor, act, on))
    }

    /// Refuses what the policies do not allow; `doing` says what, as in `read the log`.
    ///
    /// # Errors
    /// When it is not allowed: whom to ask.
    pub fn must(&self, act: Act, on: &On, doing: &str) -> Result<()> {
        let Some(actor) = &self.0 else { return Ok(()) };
        Ok(must(actor, act, on, doing).map_err(ActError::from)?)
    }

    /// The entries of a register of the home that the user sees, in the order of their ids.
    ///
    /// # Errors
    /// When the registers cannot be read.
    pub fn entries<E: Entry + Serialize + DeserializeOwned>(&self, home: &Home) -> Result<Vec<E>> {
        let mut entries: Vec<E> = home.list(&By::default(), &Part::default())?.into_iter().map(|(_, entry)| entry).collect();
        let Some(actor) = &self.0 else { return Ok(entries) };
        let sight = home.sight(actor.clone())?;
        entries.retain(|entry| sight.sees(entry));
        Ok(seen_by(actor, entries))
    }

    /// What was found, without the people whom the user may not see.
    pub fn seen<T: Serialize + DeserializeOwned>(&self, given: T) -> T {
        match &self.0 {
            Some(actor) => seen_by(actor, given),
            None => given,
        }
    }

    /// What is hidden from the user.
    pub fn hidden(&self, on: &On) -> Hidden {
        self.0.as_ref().map_or_else(Hidden::default, |actor| Hidden::from(actor, on))
    }

    /// Which of the rows that concern a global account the user sees.
    pub fn extent(&self, account: &Name) -> Extent {
        self.0.as_ref().map_or(Extent::Concerning, |actor| Extent::of(actor, account))
    }

    /// Whether the user sees what is credited to a global account, in dollars and by customer.
    pub fn sees_credits(&self, account: &Name) -> bool {
        let on = On::account(account);
        self.may(Act::ExplanationRead, &on) && self.may(Act::RevenueRead, &on)
    }
}
