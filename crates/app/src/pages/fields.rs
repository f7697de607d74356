//! Fields of forms: each with its label, what it holds, and what is wrong with it.

use askama::Template;
use domain::record::refusal::Refusal;

use crate::pages::problem::pieces;
use crate::pages::show;

/// A field of a form.
#[derive(Debug, Clone)]
pub struct Field {
    name: String,
    label: String,
    kind: Kind,
    value: String,
    hint: String,
    is_required: bool,
    wrong: Vec<Wrong>,
}

/// What a field takes.
#[derive(Debug, Clone)]
enum Kind {
    /// A line; the type of the input.
    Line(&'static str),
    /// A line, with values to choose from, each with what it stands for.
    Known(Vec<(String, String)>),
    /// Several lines.
    Long,
    /// One of several values, each with its words.
    One(Vec<(String, String)>),
    /// Any of several values: value, words, whether it is chosen.
    Any(Vec<(String, String, bool)>),
    /// Yes or no.
    Yes(bool),
    /// A file.
    File,
    /// Nothing: what is wrong with the form as a whole.
    Note,
}

/// Something that is wrong with a field.
#[derive(Debug, Clone)]
pub struct Wrong {
    said: Vec<(bool, String)>,
    cure: Vec<(bool, String)>,
}

impl Wrong {
    /// A sentence, and what to do.
    #[must_use]
    pub fn new(said: &str, cure: &str) -> Self {
        let sentence = |text: &str| {
            let whole = if text.is_empty() || text.ends_with(['.', '?']) { text.to_owned() } else { format!("{text}.") };
            pieces(&show::capital(&whole))
        };
        Self { said: sentence(said), cure: sentence(cure) }
    }
}

impl From<&Refusal> for Wrong {
    fn from(refusal: &Refusal) -> Self {
        Self::new(&refusal.message, &refusal.cure)
    }
}

impl Field {
    fn new(name: &str, label: &str, kind: Kind) -> Self {
        let (name, label) = (name.to_owned(), label.to_owned());
        Self { name, label, kind, value: String::new(), hint: String::new(), is_required: false, wrong: Vec::new() }
    }

    /// A line of text.
    #[must_use]
    pub fn line(name: &str, label: &str) -> Self {
        Self::new(name, label, Kind::Line("text"))
    }

    /// A mail address. Browsers do not judge it: the rules do, and tell everything at once.
    #[must_use]
    pub fn mail(name: &str, label: &str) -> Self {
        Self::line(name, label)
    }

    /// A day.
    #[must_use]
    pub fn day(name: &str, label: &str) -> Self {
        Self::new(name, label, Kind::Line("date"))
    }

    /// A line, with values to choose from.
    #[must_use]
    pub fn known(name: &str, label: &str, values: Vec<(String, String)>) -> Self {
        Self::new(name, label, Kind::Known(values))
    }

    /// Several lines.
    #[must_use]
    pub fn long(name: &str, label: &str) -> Self {
        Self::new(name, label, Kind::Long)
    }

    /// One of several values.
    #[must_use]
    pub fn one(name: &str, label: &str, values: Vec<(String, String)>) -> Self {
        Self::new(name, label, Kind::One(values))
    }

    /// Any of several values: value, words, whether it is chosen.
    #[must_use]
    pub fn any(name: &str, label: &str, values: Vec<(String, String, bool)>) -> Self {
        Self::new(name, label, Kind::Any(values))
    }

    /// Yes or no.
    #[must_use]
    pub fn yes(name: &str, label: &str, is: bool) -> Self {
        Self::new(name, label, Kind::Yes(is))
    }

    /// A file.
    #[must_use]
    pub fn file(name: &str, label: &str) -> Self {
        Self::new(name, label, Kind::File)
    }

    /// No field: a place for what is wrong with the form as a whole.
    #[must_use]
    pub fn note(name: &str) -> Self {
        Self::new(name, "", Kind::Note)
    }

    /// The field with what it holds.
    #[must_use]
    pub fn value(self, value: impl Into<String>) -> Self {
        Self { value: value.into(), ..self }
    }

    /// The field with a word on what belongs into it.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }

    /// The field, which must be filled in before the form is sent.
    #[must_use]
    pub fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    /// The field with what is wrong with it.
    #[must_use]
    pub fn wrong(mut self, wrong: impl IntoIterator<Item = Wrong>) -> Self {
        self.wrong.extend(wrong);
        self
    }

    /// What describes the field, for those who do not see it.
    fn described(&self, prefix: &str) -> String {
        let parts = [(!self.hint.is_empty(), "hint"), (!self.wrong.is_empty(), "wrong")];
        parts.iter().filter(|(is, _)| *is).map(|(_, part)| format!("{prefix}{}-{part}", self.name)).collect::<Vec<_>>().join(" ")
    }
}

/// Fields, as they stand in a form.
#[derive(Debug, Template)]
#[template(path = "parts/fields.html")]
pub struct Fields {
    prefix: String,
    fields: Vec<Field>,
}

impl Fields {
    /// The fields of a form; `prefix` tells it from other forms on its page.
    #[must_use]
    pub fn new(prefix: &str, fields: Vec<Field>) -> Self {
        Self { prefix: format!("{prefix}-"), fields }
    }
}
