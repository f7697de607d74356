//! What a digest says.

use anyhow::Result;
use askama::Template;
use domain::actions::Action;
use domain::notices::Notice;
use domain::parties::User;

use crate::pages::actions::link;

/// How many notices are told; the pages have all.
const NOTICES_MAX: usize = 20;

/// A digest for one user.
#[derive(Template)]
#[template(path = "mail/digest.txt", escape = "none")]
pub struct Digest {
    name: String,
    required: Vec<Item>,
    recommended: Vec<Item>,
    notices: Vec<String>,
    site: String,
}

struct Item {
    what: String,
    due_on: Option<String>,
    otherwise: Option<String>,
    link: String,
}

impl Digest {
    /// The digest of what waits for a user and of what they have not read; nothing when there is neither.
    pub fn of(user: &User, waiting: &[Action], unread: &[Notice], site: &str) -> Option<Self> {
        if waiting.is_empty() && unread.is_empty() {
            return None;
        }
        let item = |action: &Action| Item {
            what: line(&action.what),
            due_on: action.due_on.map(|day| day.to_string()),
            otherwise: action.otherwise.as_deref().map(line),
            link: format!("{site}{}", link(action, &user.organisation)),
        };
        let of = |required: bool| waiting.iter().filter(|action| action.required == required).map(item).collect();
        let notices = unread.iter().take(NOTICES_MAX).map(|notice| line(&notice.text)).collect();
        Some(Self { name: line(&user.name), required: of(true), recommended: of(false), notices, site: site.to_owned() })
    }

    /// What is told of it before it is opened.
    pub fn subject(&self) -> String {
        let first =
            self.required.first().and_then(|item| item.due_on.as_ref()).map_or_else(String::new, |due| format!(", the first by {due}"));
        match (self.required.len(), self.recommended.len(), self.notices.len()) {
            (0, 0, notices) => format!("{notices} new notices"),
            (0, some, _) => format!("{some} recommended"),
            (some, ..) => format!("{some} required of you{first}"),
        }
    }

    /// The text.
    ///
    /// # Errors
    /// A template that cannot be written, which the test of it rules out.
    pub fn text(&self) -> Result<String> {
        Ok(self.render()? + "\n")
    }
}

/// A text on one line: what others typed must not look like more of the message.
fn line(text: &str) -> String {
    text.split(|sign: char| sign.is_control()).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
