//! Asking: forms that act, each on a page of its own or within another one.
//!
//! A form that is refused comes back with what was sent, what is wrong, and what to do about it.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use crate::pages::acting::{Sent, see};
use crate::pages::fields::{Field, Fields};
use crate::pages::frame::Frame;
use crate::pages::problem::{Complaint, Problem, pieces};
use crate::pages::visit::{Visit, html};

/// A form.
#[derive(Debug, Template)]
#[template(path = "parts/ask.html")]
pub struct Ask {
    id: String,
    action: String,
    fields: Vec<Field>,
    submit: String,
    is_grave: bool,
    key: Option<char>,
    back: Option<String>,
    complaint: Option<Complaint>,
}

impl Ask {
    /// A form that is sent to `action` by a button that says `submit`. The last part of the address tells its fields apart from those of
    /// other forms on the page; each tells whether it may be left empty.
    #[must_use]
    pub fn new(action: &str, submit: &str, fields: Vec<Field>) -> Self {
        let id = action.rsplit('/').next().unwrap_or_default().to_owned();
        let fields = fields.into_iter().map(Field::telling_whether_required).collect();
        Self { id, action: action.to_owned(), fields, submit: submit.to_owned(), is_grave: false, key: None, back: None, complaint: None }
    }

    /// The form of an act that takes something away.
    #[must_use]
    pub fn grave(self) -> Self {
        Self { is_grave: true, ..self }
    }

    /// The form, whose button a key presses, with whatever key the browser asks for beside it.
    #[must_use]
    pub fn key(self, key: char) -> Self {
        Self { key: Some(key), ..self }
    }

    /// The form, with the way back for those who think better of it.
    #[must_use]
    pub fn or_back(self, back: &str) -> Self {
        Self { back: Some(back.to_owned()), ..self }
    }

    /// The form with the values of another name for it, where several stand on one page.
    #[must_use]
    pub fn called(self, id: &str) -> Self {
        Self { id: id.to_owned(), ..self }
    }

    fn again(mut self, sent: &Sent, complaint: Complaint) -> Self {
        self.fields = self.fields.into_iter().map(|field| field.sent(sent)).collect();
        self.complaint = Some(complaint);
        self
    }

    fn fields(&self) -> Fields {
        Fields::new(&self.id, self.fields.clone())
    }
}

/// A form on a page of its own: what it is about, what will happen.
pub struct Question {
    /// The title of the document, and the heading.
    pub heading: String,
    /// The way here: what is called what, and where it is.
    pub crumbs: Vec<(String, String)>,
    /// What there is to know, and what will happen.
    pub said: Vec<String>,
    /// Facts to look at: what, and its value.
    pub facts: Vec<(String, String)>,
    /// The form.
    pub ask: Ask,
}

#[derive(Template)]
#[template(path = "pages/question.html")]
struct QuestionPage {
    frame: Frame,
    question: Question,
    said: Vec<Vec<(bool, String)>>,
}

impl Question {
    /// The question as a page.
    ///
    /// # Errors
    ///
    /// A template that cannot be written.
    pub fn page(self, visit: &Visit) -> Result<Response, Problem> {
        let status = if self.ask.complaint.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let said = self.said.iter().map(|line| pieces(line)).collect();
        let page = html(&QuestionPage { frame: visit.frame(&self.heading), said, question: self })?;
        Ok((status, page).into_response())
    }
}

/// What follows an act: the way on when it was done, or its question again, with what was sent.
///
/// # Errors
///
/// What cannot be cured by sending the form again.
pub fn done_or_again<T>(
    visit: &Visit,
    sent: &Sent,
    done: Result<T, Problem>,
    on: impl FnOnce(T) -> String,
    question: impl FnOnce() -> Result<Question, Problem>,
) -> Result<Response, Problem> {
    match done {
        Ok(given) => Ok(see(&on(given))),
        Err(problem) => {
            let complaint = problem.complaint()?;
            let mut question = question()?;
            question.ask = question.ask.again(sent, complaint);
            question.page(visit)
        }
    }
}
