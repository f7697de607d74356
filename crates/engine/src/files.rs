//! The files of a dataset folder: which table each holds, and in which form.

use std::path::{Path, PathBuf};

use domain::facts::TABLES;

use crate::problems::{Problems, RowProblem};
use crate::source::FileError;
use crate::spelling::{list, nearest};

/// How a text file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    Plain,
    /// gzip, `.gz`.
    Gzip,
    /// Zstandard, `.zst`.
    Zstd,
}

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileForm {
    /// Text in UTF-8 with a header, separated by commas or tabs.
    Csv(Compression),
    /// Parquet.
    Parquet,
}

impl FileForm {
    /// The form in words.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Csv(_) => "separated text",
            Self::Parquet => "Parquet",
        }
    }

    /// Splits a file name into its stem and the form that its ending tells; nothing when the ending is of no known form.
    #[must_use]
    pub fn of_name(name: &str) -> Option<(&str, Self)> {
        const ENDINGS: [(&str, FileForm); 7] = [
            (".csv", FileForm::Csv(Compression::Plain)),
            (".csv.gz", FileForm::Csv(Compression::Gzip)),
            (".csv.zst", FileForm::Csv(Compression::Zstd)),
            (".tsv", FileForm::Csv(Compression::Plain)),
            (".tsv.gz", FileForm::Csv(Compression::Gzip)),
            (".tsv.zst", FileForm::Csv(Compression::Zstd)),
            (".parquet", FileForm::Parquet),
        ];
        ENDINGS.iter().find_map(|(ending, form)| {
            let at = name.len().checked_sub(ending.len())?;
            let (stem, found) = name.split_at_checked(at)?;
            found.eq_ignore_ascii_case(ending).then_some((stem, *form))
        })
    }
}

/// A file that holds rows of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFile {
    /// The table's name, as in [`TABLES`].
    pub table: &'static str,
    /// Where the file is.
    pub path: PathBuf,
    /// The file as messages name it: relative to the folder.
    pub shown: String,
    /// The file's form.
    pub form: FileForm,
}

impl TableFile {
    /// The file at `path`, which holds rows of `table`; messages name it `shown`.
    #[must_use]
    pub fn new(table: &'static str, path: PathBuf, shown: String) -> Option<Self> {
        let (_, form) = FileForm::of_name(path.file_name()?.to_str()?)?;
        Some(Self { table, path, shown, form })
    }
}

/// The name of a table as [`TABLES`] has it.
#[must_use]
pub fn table_named(name: &str) -> Option<&'static str> {
    TABLES.iter().map(|(table, _)| *table).find(|table| table.eq_ignore_ascii_case(name))
}

/// Finds the table files of `folder`, in the order of [`TABLES`] and then by name. Files and folders that hold no table
/// are told as warnings.
///
/// # Errors
/// When the folder cannot be listed, holds no table at all, or holds a table in two forms.
pub fn find_tables(folder: &Path, problems: &mut Problems) -> Result<Vec<TableFile>, FileError> {
    let mut found: Vec<TableFile> = Vec::new();
    let mut forms: Vec<(&'static str, String)> = Vec::new();
    for (name, path) in entries(folder)? {
        let is_folder = path.is_dir();
        let stem = if is_folder { Some(name.as_str()) } else { FileForm::of_name(&name).map(|(stem, _)| stem) };
        let Some(table) = stem.and_then(table_named) else {
            if let Some(problem) = unknown_entry(&name, stem, is_folder) {
                problems.push(problem);
            }
            continue;
        };
        let files =
            if is_folder { parts(table, &name, &path, problems)? } else { TableFile::new(table, path, name.clone()).into_iter().collect() };
        if files.is_empty() {
            continue;
        }
        let shown = if is_folder { format!("{name}/") } else { name };
        if let Some((_, first)) = forms.iter().find(|(of, _)| *of == table) {
            return Err(FileError::TwoForms { table, first: first.clone(), second: shown });
        }
        forms.push((table, shown));
        found.extend(files);
    }
    if found.is_empty() {
        return Err(FileError::NoTables { folder: folder.display().to_string(), known: list(TABLES.iter().map(|(table, _)| *table)) });
    }
    let rank = |table: &str| TABLES.iter().position(|(name, _)| *name == table);
    found.sort_by(|a, b| rank(a.table).cmp(&rank(b.table)).then_with(|| a.shown.cmp(&b.shown)));
    Ok(found)
}

/// The files of a table's own folder.
fn parts(table: &'static str, name: &str, path: &Path, problems: &mut Problems) -> Result<Vec<TableFile>, FileError> {
    let mut files = Vec::new();
    for (part, path) in entries(path)? {
        let shown = format!("{name}/{part}");
        match TableFile::new(table, path, shown.clone()) {
            Some(file) => files.push(file),
            None => problems.push(RowProblem::of_file(
                table,
                &shown,
                "unknown-file",
                "the file is not read: its ending is none of `.csv`, `.csv.gz`, `.csv.zst`, `.parquet`".to_owned(),
                "rename it, or take it out of the folder".to_owned(),
            )),
        }
    }
    Ok(files)
}

/// The entries of a folder by name, without hidden ones and those that data frames leave behind (`_SUCCESS`).
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, FileError> {
    let error = |source| FileError::Open { file: folder.display().to_string(), source };
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(error)? {
        let entry = entry.map_err(error)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with(['.', '_']) {
            entries.push((name, entry.path()));
        }
    }
    entries.sort();
    Ok(entries)
}

/// What to say of an entry that holds no table; nothing for notes that people put beside data.
fn unknown_entry(name: &str, stem: Option<&str>, is_folder: bool) -> Option<RowProblem> {
    let lower = name.to_ascii_lowercase();
    if !is_folder && [".md", ".txt", ".json"].iter().any(|ending| lower.ends_with(ending)) {
        return None;
    }
    let stem = stem.unwrap_or_else(|| name.split('.').next().unwrap_or(name));
    let what = if is_folder { "folder" } else { "file" };
    let (message, cure) = match (nearest(stem, TABLES.iter().map(|(table, _)| *table)), table_named(stem)) {
        (_, Some(table)) => (
            format!(
                "the file is not read: its ending is none of `.csv`, `.csv.gz`, `.csv.zst`, `.parquet`, though it is named for the table `{table}`"
            ),
            format!("save it as `{table}.csv` or `{table}.parquet`"),
        ),
        (Some(table), None) => {
            (format!("the {what} is not read: there is no table `{stem}`"), format!("did you mean `{table}`? then rename the {what}"))
        }
        (None, None) => (
            format!("the {what} is not read: there is no table `{stem}`"),
            format!("tables are {}", list(TABLES.iter().map(|(table, _)| *table))),
        ),
    };
    Some(RowProblem::of_file("", name, "unknown-file", message, cure))
}
