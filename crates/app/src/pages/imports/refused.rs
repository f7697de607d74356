//! The rows of an import that were kept out, as a file to mend and to drop again.

use anyhow::Result;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use domain::rights::{Act, On};
use store::ledger::Batch;

use super::{batch, home};
use crate::commands::ledger::refused;
use crate::home::Home;
use crate::pages::problem::Problem;
use crate::pages::visit::Visit;
use crate::pages::{paths, show};

/// A link to the refused rows of a file.
pub struct Link {
    /// Where they are.
    pub href: String,
    /// The file as the batch names it.
    pub name: String,
    /// How many there are, in words.
    pub told: String,
    /// How many there are.
    pub kept: u64,
}

/// The links of a batch.
///
/// # Errors
///
/// A ledger that cannot be read.
pub fn links(home: &Home, batch: &Batch) -> Result<Vec<Link>> {
    let counts = home.refused_counts(&batch.batch_id)?;
    let link = |(position, kept): (u64, u64)| {
        let file = batch.files.get(usize::try_from(position).ok()?)?;
        let told = show::count(usize::try_from(kept).unwrap_or(usize::MAX), "row");
        Some(Link { href: paths::import_refused(&batch.batch_id, position), name: file.name.clone(), told, kept })
    };
    Ok(counts.into_iter().filter_map(link).collect())
}

/// Sends the refused rows of a file.
///
/// # Errors
///
/// An import that is none, a file without refused rows, or a ledger that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let home = match home(visit)? {
        Ok(home) => home,
        Err(none) => return Ok(none),
    };
    let batch = batch::batch(visit, home)?;
    let asked = visit.param("file");
    let position = asked.parse().unwrap_or(u64::MAX);
    let files = refused::files(home, &batch, Some(position)).map_err(|error| Problem::unread(&error))?;
    let Some(file) = files.into_iter().next() else {
        let links = links(home, &batch).map_err(|error| Problem::unread(&error))?;
        let known = links.into_iter().map(|link| (link.name, link.told, link.href)).collect();
        return Err(Problem::unknown("file of refused rows", asked, known));
    };
    visit.must(Act::RevenueRead, &On::program(), "see rows as they stood")?;
    let name: String = file.name().chars().map(|letter| if letter == '"' || !letter.is_ascii() { '_' } else { letter }).collect();
    let kind = if name.to_ascii_lowercase().ends_with(".json") { "application/json" } else { "text/csv; charset=utf-8" };
    let named = format!("attachment; filename=\"{name}\"");
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, named)], file.bytes).into_response())
}
