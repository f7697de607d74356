//! Files that are proof: looked over, added to a claim, and given back.

use std::collections::BTreeSet;

use axum::extract::Multipart;
use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use domain::claims::proofs::{ProofMeta, attach_proof};
use domain::names::Name;
use domain::record::desk::ActError;
use domain::record::refusal::Refusal;
use domain::time::Day;

use super::{Listed, claim, draft};
use crate::pages::acting::see;
use crate::pages::partner_workspace::Workspace;
use crate::pages::paths;
use crate::pages::problem::Problem;
use crate::pages::visit::{Visit, answer_with};
use crate::proofs::{BYTES_MAX, label};

/// What a form brought.
#[derive(Default)]
struct Received {
    name: String,
    content: Vec<u8>,
    dated: String,
    shows: BTreeSet<Name>,
    workloads: BTreeSet<Name>,
    /// The page that the form was on.
    back: String,
}

/// Takes a file in.
pub async fn take(visit: Visit, form: Result<Multipart, MultipartRejection>) -> Response {
    let received = match form {
        Ok(form) => receive(form).await,
        Err(rejection) => Err(refusal(&rejection.body_text())),
    };
    answer_with(visit, move |visit| add(visit, received)).await
}

async fn receive(mut form: Multipart) -> Result<Received, Refusal> {
    let mut received = Received::default();
    let broken = |error: MultipartError| match error.status() {
        axum::http::StatusCode::PAYLOAD_TOO_LARGE => {
            let message = format!("the file has more than {} MiB", BYTES_MAX >> 20);
            Refusal::invalid("proof-too-large", message, "make it smaller, or split it into several files")
        }
        _ => refusal(&error.body_text()),
    };
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            received.name = field.file_name().unwrap_or_default().to_owned();
            received.content = field.bytes().await.map_err(broken)?.to_vec();
            continue;
        }
        let text = field.text().await.map_err(broken)?;
        let text = text.trim();
        match name.as_str() {
            "dated" => text.clone_into(&mut received.dated),
            "shows" => received.shows.extend(Name::new_if_any(text)),
            "workloads" => received.workloads.extend(Name::new_if_any(text)),
            "back" => text.clone_into(&mut received.back),
            _ => {}
        }
    }
    Ok(received)
}

fn refusal(said: &str) -> Refusal {
    Refusal::malformed("proof-unavailable", format!("the file did not arrive whole: {said}"), "send it again")
}

fn add(visit: &Visit, received: Result<Received, Refusal>) -> Result<Response, Problem> {
    let workspace = Workspace::of(visit)?;
    let listed = Listed::of(visit, &workspace)?;
    let claim = listed.find(visit)?;
    let is_edit = received.as_ref().is_ok_and(|received| received.back == "edit");
    match received.and_then(|received| Ok((dated(&received.dated)?, received))) {
        Ok((dated_on, received)) => match attach(visit, claim.claim_id.as_str(), dated_on, received)? {
            Ok(()) => {
                let place = paths::claim(workspace.id(), &claim.claim_id);
                let place = if is_edit { format!("{place}/edit") } else { place };
                Ok(see(&paths::with_query(&place, &[("done", Some("proof".to_owned()))])))
            }
            Err(refusal) => told(visit, is_edit, &refusal),
        },
        Err(refusal) => told(visit, is_edit, &refusal),
    }
}

/// The page that the form was on, with what is wrong.
fn told(visit: &Visit, is_edit: bool, refusal: &Refusal) -> Result<Response, Problem> {
    let page =
        if is_edit { draft::show_with(visit, draft::of_refusal(refusal))? } else { claim::show_refused(visit, "proof", "", refusal)? };
    Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn dated(text: &str) -> Result<Option<Day>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || Refusal::malformed("dates-missing-or-old", format!("`{text}` is not a day"), "write it as YYYY-MM-DD");
    text.parse().map(Some).map_err(|_| wrong())
}

fn attach(visit: &Visit, claim: &str, dated_on: Option<Day>, received: Received) -> Result<Result<(), Refusal>, Problem> {
    let proofs = visit.home()?.proofs().map_err(|error| Problem::unread(&error))?;
    if received.name.is_empty() && received.content.is_empty() {
        return Ok(Err(Refusal::invalid("proof-missing-file", "no file was chosen", "choose a file, and add it again")));
    }
    let looked = match proofs.look(&received.name, received.content) {
        Ok(looked) => looked,
        Err(error) => match error.downcast::<ActError>() {
            Ok(ActError::Refused(refusal)) => return Ok(Err(refusal)),
            Ok(failed) => return Err(Problem::unread(&failed.into())),
            Err(error) => return Err(Problem::unread(&error)),
        },
    };
    let kept = looked.of.clone();
    let meta = ProofMeta {
        name: kept.name,
        media_type: kept.media_type,
        bytes: kept.bytes,
        sha256: kept.sha256,
        dated_on,
        workloads: received.workloads,
        shows: received.shows,
    };
    visit.tried(|desk| {
        attach_proof(desk, claim, meta)?;
        // kept once the user may add it, and before the log says that it is there
        proofs.keep(looked).map_err(|error| ActError::Failed(error.into()))
    })
}

/// Gives a file back: always as a file, never as a page.
pub fn get(visit: &Visit) -> Result<Response, Problem> {
    let workspace = Workspace::of(visit)?;
    let listed = Listed::of(visit, &workspace)?;
    let claim = listed.find(visit)?;
    let hash = visit.param("hash");
    let Some(proof) = claim.proofs.iter().find(|proof| proof.sha256 == hash) else {
        return Err(Problem::unknown("proof", hash, Vec::new()));
    };
    let content = visit.home()?.proofs().and_then(|proofs| proofs.read(&proof.sha256)).map_err(|error| Problem::unread(&error))?;
    let content = content.ok_or_else(|| Problem::unread(&anyhow::anyhow!("the proof `{hash}` is not in this home")))?;
    let plain: String =
        label(&proof.name).chars().map(|letter| if letter.is_ascii_graphic() && letter != '"' { letter } else { '_' }).collect();
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", paths::encoded(&proof.name))),
    ];
    Ok((headers, content).into_response())
}
