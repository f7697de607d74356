//! What programs may ask for: every operation of the REST API.

use askama::Template;
use axum::response::Response;

use crate::api::operation::Operation;
use crate::api::{ROOT, by_tag};
use crate::pages::frame::Frame;
use crate::pages::problem::Problem;
use crate::pages::visit::{Visit, html};

#[derive(Template)]
#[template(path = "pages/reference.html")]
struct ReferencePage {
    frame: Frame,
    tags: Vec<(&'static str, Vec<&'static Operation>)>,
    root: &'static str,
}

/// Shows every operation.
///
/// # Errors
///
/// None that a visitor could cause.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    html(&ReferencePage { frame: Frame::new(visit, "REST API"), tags: by_tag(), root: ROOT })
}
