//! Fields of forms: each with its label, what it holds, and what is wrong with it.

use askama::Template;
use domain::record::refusal::Refusal;

use crate::pages::acting::Sent;
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
    /// Whether it is told that nothing need be filled in.
    is_optional: bool,
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
    /// What is sent along.
    Hidden,
    /// Nothing: what is wrong with the form as a whole.
    Note,
}

/// Something that is wrong with a field.
#[derive(Debug, Clone)]
pub struct Wrong {
    said: Vec<(bool, String)>,
    cure: Vec<(bool, String)>,
}

/// How the cures of refusals name commands.
const COMMANDS: [&str; 8] = ["`claim ", "`rulebook ", "`partner ", "`customer ", "`people ", "`subscription ", "`import`", "`--"];

impl Wrong {
    /// What is wrong, in pieces: whether the piece is code, and its text.
    #[must_use]
    pub fn said(&self) -> &[(bool, String)] {
        &self.said
    }

    /// What to do about it, in pieces.
    #[must_use]
    pub fn cure(&self) -> &[(bool, String)] {
        &self.cure
    }

    /// Something that is wrong, by its code, with its cure as pages tell it: without commands.
    #[must_use]
    pub fn of(code: &str, said: &str, cure: &str) -> Self {
        let sentence = |text: &str| {
            let whole = if text.is_empty() || text.ends_with(['.', '?']) { text.to_owned() } else { format!("{text}.") };
            pieces(&show::capital(&whole))
        };
        Self { said: sentence(said), cure: sentence(&without_commands(code, cure)) }
    }
}

impl From<&Refusal> for Wrong {
    fn from(refusal: &Refusal) -> Self {
        Self::of(refusal.code, &refusal.message, &refusal.cure)
    }
}

/// A cure for those who read pages: what names a command is left out, or said otherwise.
fn without_commands(code: &str, cure: &str) -> String {
    match code {
        "proof-missing" => return "add it under Proof".to_owned(),
        "table-unknown" | "column-unknown" => return "look it up under Tables".to_owned(),
        "query-failed" => return "functions and grammar are those of Apache DataFusion; tables and columns stand under Tables".to_owned(),
        "already-held" => return "to correct that claim, open it and choose `Clone and correct`".to_owned(),
        _ => {}
    }
    let cut = COMMANDS.iter().filter_map(|command| cure.find(command)).min();
    match cut {
        Some(at) => cure[..at].trim_end().trim_end_matches([':', ';', ',']).to_owned(),
        None => cure.to_owned(),
    }
}

/// A form that is one act.
pub struct ActForm {
    /// Where it is sent.
    pub action: String,
    /// The act.
    pub act: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What it comes to.
    pub about: String,
    /// The words on its button.
    pub button: &'static str,
    /// What it takes.
    pub fields: Fields,
    /// Whether it was refused just now.
    pub is_refused: bool,
}

/// An act that was refused: which, what was sent, why.
pub struct Refused<'r> {
    /// The act.
    pub act: &'r str,
    /// The text that was sent with it.
    pub text: &'r str,
    /// Why.
    pub refusal: &'r Refusal,
}

impl ActForm {
    /// A form of fields that hold what they shall; `words` are its title, what it comes to, and the words on its button. What is wrong,
    /// when the act was refused just now, stands before the fields.
    #[must_use]
    pub fn of(
        place: &str,
        act: &'static str,
        words: (&'static str, &str, &'static str),
        mut fields: Vec<Field>,
        refused: Option<&Refused<'_>>,
    ) -> Self {
        let (title, about, button) = words;
        let refused = refused.filter(|refused| refused.act == act);
        if let Some(refused) = refused {
            let wrong = refused.refusal.all().map(Wrong::from);
            match fields.first_mut() {
                Some(first) => first.wrong.extend(wrong),
                None => fields.push(Field::note("form").wrong(wrong)),
            }
        }
        let fields = Fields::new(act, fields);
        Self { action: place.to_owned(), act, title, about: about.to_owned(), button, fields, is_refused: refused.is_some() }
    }

    /// A form with a text, which keeps what was sent when it was refused.
    #[must_use]
    pub fn said(
        place: &str,
        act: &'static str,
        words: (&'static str, &str, &'static str),
        field: Field,
        refused: Option<&Refused<'_>>,
    ) -> Self {
        let text = refused.filter(|refused| refused.act == act).map(|refused| refused.text);
        let field = if let Some(text) = text { field.value(text) } else { field };
        Self::of(place, act, words, vec![field], refused)
    }
}

impl Field {
    fn new(name: &str, label: &str, kind: Kind) -> Self {
        let (name, label) = (name.to_owned(), label.to_owned());
        Self { name, label, kind, value: String::new(), hint: String::new(), is_required: false, is_optional: false, wrong: Vec::new() }
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
    pub fn one(name: &str, label: &str, values: impl IntoIterator<Item = (String, String)>) -> Self {
        Self::new(name, label, Kind::One(values.into_iter().collect()))
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

    /// A value that is sent along.
    #[must_use]
    pub fn hidden(name: &str, value: &str) -> Self {
        Self::new(name, "", Kind::Hidden).value(value)
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

    /// The field, with a word that it may be left empty when it may, and with a first choice that is none when one must be made.
    #[must_use]
    pub fn telling_whether_required(mut self) -> Self {
        match &mut self.kind {
            Kind::One(values) if self.is_required && self.value.is_empty() => values.insert(0, (String::new(), "choose one".to_owned())),
            Kind::Line(_) | Kind::Known(_) | Kind::Long => self.is_optional = !self.is_required,
            _ => {}
        }
        self
    }

    /// The field as it was sent.
    #[must_use]
    pub fn sent(mut self, sent: &Sent) -> Self {
        if let Kind::Any(values) = &mut self.kind {
            values.iter_mut().for_each(|(value, _, is_chosen)| *is_chosen = sent.all(&self.name).any(|own| own == value));
        }
        let value = sent.text(&self.name).to_owned();
        self.value(value)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cures_on_pages_name_no_command() {
        let cures = [
            ("workload-not-eligible", "take another activity; `claim activities` tells which is for what", "take another activity"),
            ("field-missing", "give it: `--seller`", "give it"),
            ("product-unknown", "did you mean `teams`?", "did you mean `teams`?"),
        ];
        for (code, cure, told) in cures {
            assert_eq!(without_commands(code, cure), told);
        }
    }
}
