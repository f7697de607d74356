//! Acting from a page: who visits, and forms that are acts at a desk.

use std::sync::Arc;

use axum::extract::Form;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{MethodRouter, post};
use domain::record::actor::Actor;
use domain::record::desk::{ActError, Acted, Desk};
use domain::record::refusal::Refusal;

use crate::home::Home;
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::visit::{Visit, answer_with};

/// What a form sent: names and values, in its order.
pub struct Sent(Vec<(String, String)>);

impl Sent {
    /// A form that sent nothing.
    #[must_use]
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// A value, trimmed; an empty one when the form has none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.trim())
    }

    /// A value as it was sent, such as a password, in which spaces count.
    #[must_use]
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }

    /// A value that was filled in.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// Every value of a name that was filled in, such as of boxes that are ticked.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }
}

/// What is done with what a form sent.
pub type Take = fn(&Visit, &Sent) -> Result<Response, Problem>;

/// The route of a form.
pub fn form(take: Take) -> MethodRouter<Arc<dyn Reading>> {
    post(async move |visit: Visit, fields: Form<Vec<(String, String)>>| {
        let sent = Sent(fields.0);
        answer_with(visit, move |visit| take(visit, &sent)).await
    })
}

/// The way back to a page after an act, so that loading it again does not act again.
#[must_use]
pub fn see(address: &str) -> Response {
    Redirect::to(address).into_response()
}

impl Visit {
    /// The home, with its registers.
    ///
    /// # Errors
    ///
    /// A dataset folder, which has none.
    pub fn home(&self) -> Result<&Home, Problem> {
        self.reading.home().ok_or_else(Problem::without_home)
    }

    /// Who visits: who is signed in, or else the user as whom the pages are served.
    ///
    /// # Errors
    ///
    /// Nobody who may.
    pub fn actor(&self) -> Result<Actor, Problem> {
        if let Some(who) = &self.caller.who {
            return Ok(who.user.actor());
        }
        if let Some(actor) = self.acting.get() {
            return Ok(actor.clone());
        }
        if self.reading.visitor().is_none() && self.home()?.has_users().map_err(|error| Problem::unread(&error))? {
            return Err(Problem::nobody());
        }
        let actor = self.home()?.actor(self.reading.visitor()).map_err(|error| Problem::refused("Who are you?", &error))?;
        Ok(self.acting.get_or_init(|| actor).clone())
    }

    /// Reads at a desk, as the one who visits.
    ///
    /// # Errors
    ///
    /// Something that the visitor may not see, or registers that cannot be read.
    pub fn read<T>(&self, read: impl FnOnce(&mut Desk<'_>) -> Acted<T>) -> Result<T, Problem> {
        let read = self.home()?.look(self.rulebook(), self.actor()?, read);
        read.map_err(|error| Problem::refused("This cannot be shown", &error))
    }

    /// Acts at a desk, as the one who visits; a refusal is told where the form is.
    ///
    /// # Errors
    ///
    /// Registers that cannot be read or written.
    pub fn tried<T>(&self, act: impl FnOnce(&mut Desk<'_>) -> Acted<T>) -> Result<Result<T, Refusal>, Problem> {
        match self.home()?.act(self.rulebook(), self.actor()?, act) {
            Ok(done) => Ok(Ok(done.given)),
            Err(error) => match error.downcast::<ActError>() {
                Ok(ActError::Refused(refusal)) => Ok(Err(refusal)),
                Ok(failed) => Err(Problem::unread(&failed.into())),
                Err(error) => Err(Problem::unread(&error)),
            },
        }
    }

    /// Acts at a desk, as the one who visits; `heading` says what stays as it is when the act is refused.
    ///
    /// # Errors
    ///
    /// An act that is refused, or registers that cannot be read or written.
    pub fn act<T>(&self, heading: &str, act: impl FnOnce(&mut Desk<'_>) -> Acted<T>) -> Result<T, Problem> {
        let done = self.home()?.act(self.rulebook(), self.actor()?, act);
        done.map(|done| done.given).map_err(|error| Problem::refused(heading, &error))
    }
}
