//! Problems as pages: what went wrong, in the visitor's own words, and what to do about it.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::designations::Score;
use domain::names::Name;
use domain::record::desk::ActError;
use domain::record::refusal::Trouble;
use domain::rulebook::suggest;
use domain::time::Day;

use crate::pages::frame::Frame;
use crate::pages::visit::{Visit, html};
use crate::pages::{paths, show};
use crate::problem::Refusal;

/// How many links a problem offers at most.
const LINKS_MAX: usize = 12;

/// Why a page cannot be shown, and what to do about it.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    heading: String,
    said: String,
    cure: String,
    links: Vec<(String, String)>,
}

/// A problem that a form met.
#[derive(Debug)]
pub struct Complaint {
    /// What was not done.
    pub heading: String,
    /// Why, in pieces: whether the piece is code, and its text.
    pub said: Vec<(bool, String)>,
    /// What to do about it.
    pub cure: Vec<(bool, String)>,
}

#[derive(Template)]
#[template(path = "pages/problem.html")]
struct ProblemPage<'a> {
    frame: Frame,
    problem: &'a Problem,
}

impl Problem {
    fn new(status: StatusCode, heading: &str, said: String, cure: &str) -> Self {
        Self { status, heading: heading.to_owned(), said, cure: cure.to_owned(), links: Vec::new() }
    }

    /// A value that is not a day.
    #[must_use]
    pub fn bad_day(text: &str, today: Day) -> Self {
        let said = format!("`{text}` is not a day; expected YYYY-MM-DD, such as {today}");
        Self::new(
            StatusCode::BAD_REQUEST,
            "That is not a day",
            said,
            "Correct the value `as_of` in the address, or choose a day on a page.",
        )
    }

    /// Facts that could not be read.
    #[must_use]
    pub fn unread(error: &anyhow::Error) -> Self {
        let cure = "Run `counterfoil doctor`: it looks over the data and says what to mend. Then load this page again.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "The facts could not be read", format!("{error:#}"), cure)
    }

    /// A dataset folder has no registers.
    #[must_use]
    pub fn without_home() -> Self {
        let said = "a dataset folder has no registers: nobody can claim, consent or decide in it".to_owned();
        let cure = "Serve a home: `counterfoil import` makes one, then `counterfoil serve` without `--dataset`.";
        Self::new(StatusCode::NOT_FOUND, "There are no registers here", said, cure)
    }

    /// Whoever runs the program is no user, and so has no settings.
    #[must_use]
    pub fn without_user() -> Self {
        let said = "the home has no users: whoever runs the program acts for the operator".to_owned();
        let cure = "Add a user with `counterfoil user add`, and sign in as that one.";
        Self::new(StatusCode::NOT_FOUND, "There are no settings here", said, cure)
    }

    /// Nobody is signed in.
    #[must_use]
    pub fn nobody() -> Self {
        let said = "nobody is signed in, so there is no account to show".to_owned();
        let cure =
            "The pages act as whoever runs the program, or as the user of `serve --as`. Give the home users, and serve it without `--as`.";
        Self::new(StatusCode::NOT_FOUND, "There is no account here", said, cure)
    }

    /// An act that was refused, with what would cure it.
    #[must_use]
    pub fn refused(heading: &str, error: &anyhow::Error) -> Self {
        if let Some(ActError::Refused(refusal)) = error.downcast_ref() {
            let (status, heading) = match refusal.trouble {
                Trouble::NotFound => (StatusCode::NOT_FOUND, "There is no such thing"),
                Trouble::Forbidden => (StatusCode::FORBIDDEN, heading),
                Trouble::Malformed | Trouble::Invalid | Trouble::Conflict => (StatusCode::UNPROCESSABLE_ENTITY, heading),
            };
            let joined = |part: fn(&domain::record::refusal::Refusal) -> &str| {
                let mut parts: Vec<&str> = refusal.all().map(part).collect();
                parts.dedup();
                parts.join("; ")
            };
            let (said, cure) = (joined(|of| &of.message), joined(|of| &of.cure));
            return Self::new(status, heading, said, &format!("{}.", show::capital(&cure)));
        }
        let hints = error.chain().find_map(|cause| cause.downcast_ref::<Refusal>()).map(|refusal| refusal.hints.as_slice());
        let cures: Vec<String> = hints.unwrap_or_default().iter().map(|hint| format!("{}.", show::capital(hint))).collect();
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, heading, format!("{error:#}"), &cures.join(" "))
    }

    /// A query without an answer, of which a file was asked for.
    #[must_use]
    pub fn not_answered(page: String) -> Self {
        let said = "the query has no answer that a file could have".to_owned();
        let heading = "There is no answer to this query";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, heading, said, "Ask it on its page, which says why.").leading("The query", page)
    }

    /// The problem, with a link to where it can be mended.
    #[must_use]
    pub fn leading(mut self, label: &str, href: String) -> Self {
        self.links.push((label.to_owned(), href));
        self
    }

    /// A fault of ours.
    #[must_use]
    pub fn broken(said: &str) -> Self {
        let cure = "Load the page again. If that does not mend it, report the address and this message.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "This page is broken", said.to_owned(), cure)
    }

    /// An address that leads nowhere.
    #[must_use]
    pub fn nowhere(path: &str) -> Self {
        let said = format!("no page has the address `{path}`");
        Self::new(StatusCode::NOT_FOUND, "There is no such page", said, "Begin at Home, which leads to every page.")
    }

    /// A step of an explanation that is not there, as when the day was changed.
    #[must_use]
    pub fn no_step(path: &str, top: String) -> Self {
        let said = format!("the explanation has no step `{path}` on this day");
        let mut problem = Self::new(StatusCode::NOT_FOUND, "There is no such step", said, "Begin at the top of the metric.");
        problem.links = vec![("The metric, from its top".to_owned(), top)];
        problem
    }

    /// A name that is not known; `known` are names, labels and addresses.
    #[must_use]
    pub fn unknown(what: &str, asked: &str, known: Vec<(String, String, String)>) -> Self {
        let nearest = suggest::nearest(asked, known.iter().map(|(name, _, _)| name.as_str())).map(str::to_owned);
        let said = match &nearest {
            Some(name) => format!("there is no {what} `{asked}`; did you mean `{name}`?"),
            None => format!("there is no {what} `{asked}`"),
        };
        let cure = if known.is_empty() { "Begin at Home." } else { "Choose one that exists:" };
        let mut problem = Self::new(StatusCode::NOT_FOUND, &format!("There is no such {what}"), said, cure);
        let (first, others): (Vec<_>, Vec<_>) = known.into_iter().partition(|(name, _, _)| Some(name) == nearest.as_ref());
        problem.links = first.into_iter().chain(others).take(LINKS_MAX).map(|(_, label, address)| (label, address)).collect();
        problem
    }

    /// A partner that is not known.
    #[must_use]
    pub fn no_partner(asked: &Name, scores: &[Score], as_of: Option<Day>) -> Self {
        let mut known: Vec<(String, String, String)> = scores
            .iter()
            .map(|score| {
                let id = &score.global_partner_id;
                (id.to_string(), format!("{} ({id})", score.partner_name), paths::home(id, as_of))
            })
            .collect();
        known.dedup();
        Self::unknown("partner", asked.as_str(), known)
    }

    /// What went wrong, in pieces: whether the piece is code, and its text.
    fn said_pieces(&self) -> Vec<(bool, String)> {
        pieces(&format!("{}.", show::capital(&self.said)))
    }

    /// What to do about it, in pieces.
    fn cure_pieces(&self) -> Vec<(bool, String)> {
        pieces(&self.cure)
    }

    /// The problem for the form that met it; the form can be sent again.
    ///
    /// # Errors
    ///
    /// The problem itself, when no form can cure it.
    pub fn complaint(self) -> Result<Complaint, Self> {
        match self.status {
            StatusCode::FORBIDDEN | StatusCode::UNPROCESSABLE_ENTITY => {
                Ok(Complaint { said: self.said_pieces(), cure: self.cure_pieces(), heading: self.heading })
            }
            _ => Err(self),
        }
    }

    /// The problem as a page.
    #[must_use]
    pub fn page(&self, visit: &Visit) -> Response {
        if self.status.is_server_error() {
            eprintln!("{}: {}: {}", visit.address, show::capital(&self.heading), self.said);
        }
        let page = ProblemPage { frame: visit.frame(&self.heading), problem: self };
        match html(&page) {
            Ok(page) => (self.status, page).into_response(),
            Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, self.said.clone()).into_response(),
        }
    }
}

/// A text with words in backticks, as pieces: whether the piece is one of those, and its text.
#[must_use]
pub fn pieces(text: &str) -> Vec<(bool, String)> {
    let text = text.strip_suffix("?.").map_or_else(|| text.to_owned(), |asked| format!("{asked}?"));
    text.split('`').enumerate().map(|(at, piece)| (at % 2 == 1, piece.to_owned())).filter(|(_, piece)| !piece.is_empty()).collect()
}
