//! Which format a path is of: the header decides, a name given overrides.

use std::path::{Path, PathBuf};

use domain::facts::TABLES;

use super::{Format, FormatError, SourceFile, focus};
use crate::files::{FileForm, find_tables, table_named};
use crate::problems::Problems;
use crate::source::{FileError, Source};
use crate::spelling::{list, nearest};

/// The format that `--format` names.
///
/// # Errors
/// When there is no such format.
pub fn format_named(name: &str) -> Result<Format, FormatError> {
    let known = || Format::ALL.iter().map(|format| format.name());
    Format::ALL.into_iter().find(|format| format.name().eq_ignore_ascii_case(name)).ok_or_else(|| FormatError::NoFormat {
        name: name.to_owned(),
        cure: nearest(name, known()).map_or_else(|| format!("formats are {}", list(known())), |meant| format!("did you mean `{meant}`?")),
    })
}

/// The files to import at `path`, a file or a folder; `format` overrides what headers say.
///
/// # Errors
/// When the path cannot be read, or when a file is of no known format.
pub fn find_sources(path: &Path, format: Option<Format>, problems: &mut Problems) -> Result<Vec<SourceFile>, FormatError> {
    let is_folder = path.is_dir();
    if is_folder && (format == Some(Format::Dataset) || (format.is_none() && holds_tables(path))) {
        let files = find_tables(path, problems)?;
        let source =
            |file: crate::files::TableFile| SourceFile { format: Format::Dataset, table: file.table, path: file.path, shown: file.shown };
        return Ok(files.into_iter().map(source).collect());
    }
    if !is_folder {
        let shown = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
        return recognise(path, &shown, format).map(|source| vec![source]);
    }
    let mut sources = Vec::new();
    for (shown, path) in files_below(path)? {
        sources.push(recognise(&path, &shown, format)?);
    }
    if sources.is_empty() {
        // tells which tables a folder may hold
        find_tables(path, problems)?;
    }
    Ok(sources)
}

fn holds_tables(folder: &Path) -> bool {
    find_tables(folder, &mut Problems::default()).is_ok_and(|files| !files.is_empty())
        || matches!(find_tables(folder, &mut Problems::default()), Err(FileError::TwoForms { .. }))
}

/// The files of a folder that may be sources, with their names relative to it, in order.
fn files_below(folder: &Path) -> Result<Vec<(String, PathBuf)>, FileError> {
    let error = |source| FileError::Open { file: folder.display().to_string(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(error)? {
        let path = entry.map_err(error)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with(['.', '_']) {
            continue;
        }
        if path.is_dir() {
            files.extend(files_below(&path)?.into_iter().map(|(below, path)| (format!("{name}/{below}"), path)));
        } else if FileForm::of_name(&name).is_some() || is_json(&name) {
            files.push((name, path));
        }
    }
    files.sort();
    Ok(files)
}

fn is_json(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".json")
}

fn recognise(path: &Path, shown: &str, format: Option<Format>) -> Result<SourceFile, FormatError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let source = |format, table| SourceFile { format, table, path: path.to_owned(), shown: shown.to_owned() };
    if format == Some(Format::AzRoleAssignments) || (format.is_none() && is_json(&name)) {
        return Ok(source(Format::AzRoleAssignments, "role_assignments"));
    }
    let Some((stem, form)) = FileForm::of_name(&name) else { return Err(FormatError::Ending { file: shown.to_owned() }) };
    if let (Some(table), None | Some(Format::Dataset)) = (table_named(stem), format) {
        return Ok(source(Format::Dataset, table));
    }
    if format == Some(Format::Focus) {
        return Ok(source(Format::Focus, "consumption"));
    }
    let header = Source::open_path(path, shown, form)?.header().to_vec();
    let has = |name: &str| header.iter().any(|found| found.eq_ignore_ascii_case(name));
    let missing = focus::missing(&has);
    if missing.is_empty() && format.is_none() {
        return Ok(source(Format::Focus, "consumption"));
    }
    Err(unknown(shown, &header, &missing))
}

/// Tells the nearest format: the one of whose required columns the greatest part is there.
fn unknown(shown: &str, header: &[String], missing_of_focus: &[&str]) -> FormatError {
    let part = |missing: usize, needed: usize| (needed - missing) as f64 / needed.max(1) as f64;
    let mut best = (part(missing_of_focus.len(), focus::NEEDED), Format::Focus, list(missing_of_focus.iter().copied()));
    for (table, columns) in TABLES {
        let required: Vec<&str> = columns.iter().filter(|column| column.required).map(|column| column.name).collect();
        let missing: Vec<&str> =
            required.iter().copied().filter(|name| !header.iter().any(|found| found.eq_ignore_ascii_case(name))).collect();
        let strange = header.iter().filter(|found| !columns.iter().any(|column| column.name.eq_ignore_ascii_case(found))).count();
        let likeness = part(missing.len(), required.len()) * part(strange, header.len());
        if likeness > best.0 {
            let needs = if missing.is_empty() {
                format!("the file to be named for its table, `{table}.csv` or `{table}.parquet`")
            } else {
                format!("{} for its table `{table}`", list(missing))
            };
            best = (likeness, Format::Dataset, needs);
        }
    }
    FormatError::Unknown { file: shown.to_owned(), nearest: best.1, missing: best.2, found: list(header.iter().map(String::as_str)) }
}
