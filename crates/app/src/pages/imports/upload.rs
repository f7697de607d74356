//! Files that are dropped on the page: written to a folder of their own within the home, imported one by one, and deleted.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::extract::Multipart;
use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::names::Name;
use domain::rulebook::Rulebook;
use engine::formats::{Format, format_named};

use super::home;
use crate::commands::import;
use crate::home::{Home, Upload};
use crate::pages::paths;
use crate::pages::problem::Problem;
use crate::pages::visit::{Visit, answer_with};
use crate::problem::Refusal;

/// How many bytes a form may bring, all files together.
pub const BODY_BYTES_MAX: usize = 1 << 30;
/// How many files a form may bring.
const FILES_MAX: usize = 100;
/// How many letters of a file's name are kept.
const NAME_LETTERS_MAX: usize = 120;

/// Takes files in and imports each; leads to the import, or to the list when there are several.
pub async fn take(visit: Visit, form: Result<Multipart, MultipartRejection>) -> Response {
    let received = match visit.reading.home().map(Home::upload) {
        // the page says why there is no ledger
        None => None,
        Some(Err(error)) => Some(Err(error)),
        Some(Ok(upload)) => match form {
            Err(rejection) => Some(Err(Refusal::usage(rejection.body_text()).hint("send files with the form on this page").into())),
            Ok(form) => Some(receive(upload, form).await),
        },
    };
    answer_with(visit, move |visit| {
        let home = match home(visit)? {
            Ok(home) => home,
            Err(none) => return Ok(none),
        };
        super::must_keep(visit)?;
        let refused = |error: anyhow::Error| {
            let back = "Imports: drop other files, or choose the format that these have";
            Problem::refused("Nothing was imported", &error).leading(back, paths::imports())
        };
        let Some(received) = received else { return Err(Problem::broken("the home came while the files were sent")) };
        let received = received.map_err(refused)?;
        let rulebook = Arc::new(visit.rulebook().clone());
        let batches = import_all(&home.by(&visit.actor()?), &received, &rulebook).map_err(refused)?;
        drop(received.upload);
        let address = match batches.as_slice() {
            [only] => paths::with_query(&paths::import(only), &[("told", Some("imported".to_owned()))]),
            several => paths::with_query(&paths::imports(), &[("told", Some(several.len().to_string()))]),
        };
        Ok(Redirect::to(&address).into_response())
    })
    .await
}

/// What a form brought.
struct Received {
    /// The folder of the files; they go with it.
    upload: Upload,
    files: Vec<PathBuf>,
    /// The tenant of rows that name none.
    tenant: Option<Name>,
    /// The format, when headers shall not decide.
    format: Option<Format>,
}

/// Writes the files of a form into a folder.
async fn receive(upload: Upload, mut form: Multipart) -> Result<Received> {
    let (mut files, mut tenant, mut format) = (Vec::new(), None, None);
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        if field.name() == Some("tenant") {
            let text = field.text().await.map_err(broken)?;
            tenant = Some(text.trim()).filter(|text| !text.is_empty()).map(Name::new);
            continue;
        }
        if field.name() == Some("format") {
            let text = field.text().await.map_err(broken)?;
            let named = Some(text.trim()).filter(|text| !text.is_empty()).map(format_named).transpose();
            format = named.map_err(|error| Refusal::usage(error.to_string()))?;
            continue;
        }
        let Some(name) = field.file_name().map(plain_name) else { continue };
        if files.len() == FILES_MAX {
            let refusal = Refusal::refused(format!("more than {FILES_MAX} files were sent at once"));
            return Err(refusal.hint("send fewer, or use `counterfoil import FOLDER`").into());
        }
        // a browser sends an empty field when no file was chosen
        let mut first = field.chunk().await.map_err(broken)?;
        if name == UNNAMED && first.as_ref().is_none_or(|chunk| chunk.is_empty()) {
            continue;
        }
        let folder = upload.folder().join(files.len().to_string());
        std::fs::create_dir(&folder).context("cannot make room for the file")?;
        let path = folder.join(name);
        let mut file = File::create(&path).with_context(|| format!("cannot write `{}`", path.display()))?;
        while let Some(chunk) = first {
            // a loopback visitor is as fast as the disk, so there is nothing to wait for
            file.write_all(&chunk).context("cannot write the file; check the disk")?;
            first = field.chunk().await.map_err(broken)?;
        }
        files.push(path);
    }
    if files.is_empty() {
        return Err(Refusal::usage("no file was chosen").hint("go back, choose a file, and send it").into());
    }
    Ok(Received { upload, files, tenant, format })
}

/// What broke off while files were sent.
fn broken(error: MultipartError) -> anyhow::Error {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        let message = format!("the files have more than {} MiB", BODY_BYTES_MAX >> 20);
        return Refusal::refused(message).hint("use `counterfoil import FILE`, which takes files of any size").into();
    }
    Refusal::refused(format!("the files did not arrive whole: {}", error.body_text())).hint("send them again").into()
}

/// Imports each file as a batch of its own; returns their ids. Files before one that will not do stay imported, and are named.
fn import_all(home: &Home, received: &Received, rulebook: &Arc<Rulebook>) -> Result<Vec<String>> {
    let mut batches = Vec::new();
    for file in &received.files {
        match import_one(home, file, received, rulebook) {
            Ok(batch) => batches.push(batch),
            Err(error) if batches.is_empty() => return Err(error),
            Err(error) => {
                let done = received.files.iter().take(batches.len()).map(|file| shown(file)).collect::<Vec<_>>().join("`, `");
                return Err(error.context(format!("`{done}` were imported, but then `{}` was not", shown(file))));
            }
        }
    }
    Ok(batches)
}

fn import_one(home: &Home, file: &Path, received: &Received, rulebook: &Arc<Rulebook>) -> Result<String> {
    let writing = import::write(home)?;
    let outcome = import::read(&writing, file, received.format, received.tenant.clone(), Arc::clone(rulebook))?;
    writing.keep(&format!("{}, sent by browser", shown(file)), &outcome)?;
    Ok(outcome.batch_id)
}

fn shown(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What a file without a name is called.
const UNNAMED: &str = "file";

/// The name of a file, without folders and without what would lead elsewhere or hide it.
fn plain_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |letter: char| if letter.is_control() || ":*?\"<>|".contains(letter) { '_' } else { letter };
    let name: String = last.trim_start_matches(['.', ' ']).chars().map(plain).collect();
    let skipped = name.chars().count().saturating_sub(NAME_LETTERS_MAX);
    // the ending tells the form, so the beginning is what goes
    let name: String = name.chars().skip(skipped).collect();
    if name.trim().is_empty() { UNNAMED.to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_stay_in_their_folder() {
        let told = ["../../etc/passwd", "C:\\x\\costs.csv", "..", "", "a\0b.csv", ".hidden", "costs (1).csv", "con:stream"].map(plain_name);
        assert_eq!(told, ["passwd", "costs.csv", "file", "file", "a_b.csv", "hidden", "costs (1).csv", "con_stream"]);
        assert_eq!(plain_name(&format!("{}.csv.gz", "x".repeat(400))).len(), NAME_LETTERS_MAX);
        assert!(plain_name(&format!("{}.csv.gz", "x".repeat(400))).ends_with(".csv.gz"));
    }
}
