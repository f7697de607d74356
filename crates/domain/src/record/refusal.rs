//! Why something is not done, with what would cure it.

use serde::Serialize;

/// What kind of trouble a refusal is; interfaces choose their codes by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// What was given cannot be read: it is of another shape than asked for.
    Malformed,
    /// What was given will not do.
    Invalid,
    /// There is no such thing.
    NotFound,
    /// The actor has no right to it.
    Forbidden,
    /// It does not fit the state that things are in.
    Conflict,
}

/// Why an act is refused: nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The kind of trouble.
    pub trouble: Trouble,
    /// The reason code: lower case with hyphens, the same for ever.
    pub code: &'static str,
    /// What is wrong, with the values given.
    pub message: String,
    /// What would cure it.
    pub cure: String,
    /// What else is wrong, when several things are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Refusal>,
}

impl Refusal {
    /// What was given will not do.
    pub fn invalid(code: &'static str, message: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { trouble: Trouble::Invalid, code, message: message.into(), cure: cure.into(), also: Vec::new() }
    }

    /// What was given cannot be read.
    pub fn malformed(code: &'static str, message: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { trouble: Trouble::Malformed, ..Self::invalid(code, message, cure) }
    }

    /// There is no such thing.
    pub fn not_found(code: &'static str, message: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { trouble: Trouble::NotFound, ..Self::invalid(code, message, cure) }
    }

    /// There is no such entry, or whoever asks may not see it: both are told alike.
    pub fn unknown(register: &str, id: &str) -> Self {
        let message = format!("there is no {} `{id}`", register.replace('-', " "));
        Self::not_found("unknown-id", message, format!("check the id; a list of {register} entries tells those that there are"))
    }

    /// The actor has no right to it.
    pub fn forbidden(code: &'static str, message: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { trouble: Trouble::Forbidden, ..Self::invalid(code, message, cure) }
    }

    /// Several refusals as one: the first, and what else is wrong; nothing when there is none.
    #[must_use]
    pub fn together(all: Vec<Self>) -> Option<Self> {
        let mut all = all.into_iter();
        all.next().map(|first| Self { also: all.collect(), ..first })
    }

    /// Everything that is wrong, the first thing first.
    pub fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.also)
    }

    /// It does not fit the state that things are in.
    pub fn conflict(code: &'static str, message: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { trouble: Trouble::Conflict, ..Self::invalid(code, message, cure) }
    }
}
