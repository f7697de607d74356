//! Files that answers are written into: their formats, and that they appear when they are whole.

use std::path::{Path, PathBuf};

use anyhow::Result;
use engine::export::OutputError;

use super::Format;
use crate::problem::Refusal;

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// One that stdout can have as well.
    Text(Format),
    /// Parquet.
    Parquet,
    /// An Excel workbook.
    Xlsx,
}

impl FileFormat {
    /// Every format, the ones that most people want first.
    pub const ALL: [Self; 7] = [
        Self::Text(Format::Csv),
        Self::Xlsx,
        Self::Parquet,
        Self::Text(Format::Json),
        Self::Text(Format::Jsonl),
        Self::Text(Format::Tsv),
        Self::Text(Format::Yaml),
    ];

    /// The format that the ending of a file's name tells.
    ///
    /// # Errors
    /// When it tells none.
    pub fn of(path: &Path) -> Result<Self, Refusal> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        Self::named(ending).ok_or_else(|| {
            let endings: Vec<String> = Self::ALL.iter().map(|format| format!("`….{}`", format.ending())).collect();
            let (last, others) = endings.split_last().expect("there are formats");
            Refusal::usage(format!("`{}` tells no format by its ending", path.display()))
                .hint(format!("name it {} or {last}", others.join(", ")))
        })
    }

    /// The format that files with an ending have.
    #[must_use]
    pub fn named(ending: &str) -> Option<Self> {
        let ending = match ending.to_ascii_lowercase().as_str() {
            "ndjson" => "jsonl".to_owned(),
            "yml" => "yaml".to_owned(),
            other => other.to_owned(),
        };
        Self::ALL.into_iter().find(|format| format.ending() == ending)
    }

    /// The ending of its files, without the dot.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Text(Format::Csv) => "csv",
            Self::Text(Format::Tsv) => "tsv",
            Self::Text(Format::Json) => "json",
            Self::Text(Format::Jsonl) => "jsonl",
            Self::Text(Format::Yaml) => "yaml",
            Self::Text(Format::Table) => "txt",
            Self::Parquet => "parquet",
            Self::Xlsx => "xlsx",
        }
    }

    /// The media type, for a browser.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Text(Format::Csv) => "text/csv; charset=utf-8",
            Self::Text(Format::Tsv) => "text/tab-separated-values; charset=utf-8",
            Self::Text(Format::Json) => "application/json",
            Self::Text(Format::Jsonl) => "application/x-ndjson",
            Self::Text(Format::Yaml) => "application/yaml",
            Self::Text(Format::Table) => "text/plain; charset=utf-8",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// Writes a file beside its place and moves it there when it is whole.
///
/// # Errors
/// When the file cannot be written; then nothing of it is left.
pub fn whole_file<T>(path: &Path, write: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
    let partial = partial(path);
    let moved = write(&partial).and_then(|written| {
        std::fs::rename(&partial, path)?;
        Ok(written)
    });
    if moved.is_err() {
        // what is left of it helps nobody
        let _ = std::fs::remove_file(&partial);
    }
    let is_of_input = |error: &anyhow::Error| matches!(error.downcast_ref(), Some(OutputError::Read(_)));
    moved.map_err(|error| match is_of_input(&error) {
        true => error,
        false => error.context(format!("cannot write `{}`; check the folder, its rights and the disk", path.display())),
    })
}

/// Where a file is while it is written.
fn partial(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_tell_the_format_whatever_their_case() {
        assert_eq!(FileFormat::of(Path::new("a/b.XLSX")).unwrap(), FileFormat::Xlsx);
        assert_eq!(FileFormat::of(Path::new("b.ndjson")).unwrap(), FileFormat::Text(Format::Jsonl));
        assert!(FileFormat::ALL.iter().all(|format| FileFormat::named(format.ending()) == Some(*format)));
        let refusal = FileFormat::of(Path::new("b.xls")).unwrap_err();
        assert_eq!(refusal.hints, ["name it `….csv`, `….xlsx`, `….parquet`, `….json`, `….jsonl`, `….tsv` or `….yaml`"]);
    }
}
