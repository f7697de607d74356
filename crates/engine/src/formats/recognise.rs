//! Which format a path is of: the header decides, a name given overrides.

use std::path::{Path, PathBuf};

use domain::facts::TABLES;

use super::reading::SheetFormat;
use super::{Format, FormatError, Kind, SourceFile, json};
use crate::files::{FileForm, TableFile, find_tables, table_named};
use crate::problems::{Problems, RowProblem};
use crate::source::{FileError, MARK_COLUMNS, Source};
use crate::spelling::{list, list_first, nearest};

/// The format that `--format` names.
///
/// # Errors
/// When there is no such format.
pub fn format_named(name: &str) -> Result<Format, FormatError> {
    let known = || Format::ALL.iter().map(|format| format.name());
    Format::ALL.iter().copied().find(|format| format.name().eq_ignore_ascii_case(name)).ok_or_else(|| FormatError::NoFormat {
        name: name.to_owned(),
        cure: nearest(name, known()).map_or_else(|| format!("formats are {}", list(known())), |meant| format!("did you mean `{meant}`?")),
    })
}

/// The files to import at `path`, a file or a folder; `format` overrides what headers say. What others need to be read comes first.
///
/// # Errors
/// When the path cannot be read, or when a file is of no known format.
pub fn find_sources(path: &Path, format: Option<Format>, problems: &mut Problems) -> Result<Vec<SourceFile>, FormatError> {
    if !path.is_dir() {
        let shown = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
        return recognise(path, &shown, format).map(|source| vec![source]);
    }
    let tables = if matches!(format, None | Some(Format::Dataset)) { tables_in(path)? } else { Vec::new() };
    if format == Some(Format::Dataset) {
        find_tables(path, problems)?;
        return Ok(tables);
    }
    let has_tables = !tables.is_empty();
    let mut sources = tables;
    for (shown, path) in files_below(path)? {
        if sources.iter().any(|source| source.path == path) {
            continue;
        }
        match recognise(&path, &shown, format) {
            // a copy that was put aside is not imported beside the table itself
            Ok(source) if has_tables && source.format == Format::Dataset => {
                let message = format!("the file is not read: `{}` is a table, and tables stand at the top of the folder", source.table);
                let cure = format!("move it up, or into a folder `{}/` if it is a part of the table", source.table);
                problems.push(RowProblem::of_file("", &shown, "unknown-file", message, cure));
            }
            Ok(source) => sources.push(source),
            // beside tables of our own, a stray file is left where it is
            Err(error) if has_tables => {
                let cure = "rename it, or take it out of the folder".to_owned();
                problems.push(RowProblem::of_file("", &shown, "unknown-file", format!("the file is not read: {error}"), cure));
            }
            Err(error) => return Err(error),
        }
    }
    if sources.is_empty() {
        // tells which tables a folder may hold
        find_tables(path, problems)?;
    }
    sources.sort_by_key(|source| rank(source.table));
    Ok(sources)
}

/// Rates and tenants of subscriptions are needed to read charges.
fn rank(table: &str) -> u8 {
    match table {
        "exchange_rates" => 0,
        "subscriptions" => 1,
        "consumption" | "workload_usage" | "revenue" => 3,
        _ => 2,
    }
}

/// The files of a folder that are tables of the exchange format by their names, and not downloads that happen to have such a name.
fn tables_in(folder: &Path) -> Result<Vec<SourceFile>, FormatError> {
    let files = match find_tables(folder, &mut Problems::default()) {
        Ok(files) => files,
        Err(FileError::NoTables { .. }) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let is_table = |file: &TableFile| !is_download(&file.path, &file.shown, file.table);
    let source = |file: TableFile| SourceFile { format: Format::Dataset, table: file.table, path: file.path, shown: file.shown };
    Ok(files.into_iter().filter(is_table).map(source).collect())
}

/// Whether a file that is named for a table lacks its columns and is of another format.
fn is_download(path: &Path, shown: &str, table: &str) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Some((_, form)) = FileForm::of_name(&name) else { return false };
    // what cannot be opened is told when it is read
    let Ok(file) = Source::open_path(path, shown, form) else { return false };
    let has = |name: &str| file.position(name).is_some();
    let columns = TABLES.iter().find(|(known, _)| *known == table).map(|(_, columns)| *columns).unwrap_or_default();
    columns.iter().any(|column| column.required && !has(column.name)) && fitting(&has).is_some()
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

fn sheets() -> impl Iterator<Item = (Format, &'static SheetFormat)> {
    Format::ALL.iter().filter_map(|format| if let Kind::Sheet(sheet) = format.kind() { Some((*format, sheet)) } else { None })
}

/// The format of which the header has every needed column, and most of all columns.
fn fitting(has: &dyn Fn(&str) -> bool) -> Option<(Format, &'static SheetFormat)> {
    let fitting = sheets().filter(|(_, sheet)| sheet.missing(has).is_empty());
    fitting.min_by_key(|(_, sheet)| std::cmp::Reverse(sheet.found(has)))
}

fn recognise(path: &Path, shown: &str, format: Option<Format>) -> Result<SourceFile, FormatError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let source = |format, table| SourceFile { format, table, path: path.to_owned(), shown: shown.to_owned() };
    match format.map(|format| (format, format.kind())) {
        Some((format, Kind::Json(json))) => return Ok(source(format, json.table)),
        Some((format, Kind::Sheet(sheet))) if FileForm::of_name(&name).is_some() => return Ok(source(format, sheet.table)),
        None if is_json(&name) => {
            let (format, table) = json::recognise(&source(Format::Dataset, ""))?;
            return Ok(source(format, table));
        }
        _ => {}
    }
    let Some((stem, form)) = FileForm::of_name(&name) else { return Err(FormatError::Ending { file: shown.to_owned() }) };
    let table = table_named(stem);
    if let Some(table) = table.filter(|table| format == Some(Format::Dataset) || !is_download(path, shown, table)) {
        return Ok(source(Format::Dataset, table));
    }
    let header = Source::open_path(path, shown, form)?.header().to_vec();
    let has = |name: &str| header.iter().any(|found| found.eq_ignore_ascii_case(name));
    if has(MARK_COLUMNS[0]) && matches!(format, None | Some(Format::Dataset)) {
        // browsers number the files that they keep: `consumption (1).csv`
        let word = stem.split(|letter: char| letter != '_' && !letter.is_ascii_alphabetic()).next().unwrap_or_default();
        if let Some(table) = table_named(word).filter(|table| !is_download(path, shown, table)) {
            return Ok(source(Format::Dataset, table));
        }
    }
    match fitting(&has).filter(|_| format.is_none()) {
        Some((format, sheet)) => Ok(source(format, sheet.table)),
        None => Err(unknown(shown, &header, &has)),
    }
}

/// Tells the nearest format: the one of whose required columns the greatest part is there.
fn unknown(shown: &str, header: &[String], has: &dyn Fn(&str) -> bool) -> FormatError {
    let part = |missing: usize, needed: usize| needed.saturating_sub(missing) as f64 / needed.max(1) as f64;
    let mut best = (-1.0, Format::Focus, String::new());
    for (format, sheet) in sheets() {
        let missing = sheet.missing(has);
        let likeness = part(missing.len(), sheet.needed());
        if likeness > best.0 {
            best = (likeness, format, list(missing));
        }
    }
    for (table, columns) in TABLES {
        let required: Vec<&str> = columns.iter().filter(|column| column.required).map(|column| column.name).collect();
        let missing: Vec<&str> = required.iter().copied().filter(|name| !has(name)).collect();
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
    FormatError::Unknown { file: shown.to_owned(), nearest: best.1, missing: best.2, found: list_first(header.iter().map(String::as_str)) }
}
