//! What is imported from object storage is brought to this machine for the time of the import.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use engine::exports::{fits, is_data};
use engine::objects::{Objects, is_url, joined};
use tempfile::TempDir;

use crate::home::Home;
use crate::problem::Refusal;
use crate::progress::Steps;

/// A path to import, with the name that people know it by.
pub struct Brought {
    /// Where it is on this machine.
    pub path: PathBuf,
    /// What it is called: the path or URL that was given.
    pub shown: String,
    /// The folder that it was fetched into, which goes with it.
    folder: Option<TempDir>,
}

impl Brought {
    /// The path itself, or what a URL names, fetched: every file that can be imported, or those that fit the pattern.
    ///
    /// # Errors
    /// When there is nothing, or it cannot be fetched.
    pub fn of(home: &Home, path: &Path, pattern: Option<&str>) -> Result<Self> {
        let text = path.to_string_lossy();
        if !is_url(&text) && pattern.is_none() {
            if !path.exists() {
                return Err(Refusal::refused(format!("there is no file or folder `{}`", path.display())).hint("check the spelling").into());
            }
            return Ok(Self { path: path.to_owned(), shown: path.display().to_string(), folder: None });
        }
        let (place, listed) = home.objects(&text)?.find()?;
        let is_one = joined(place.url(), &listed[0].path).trim_end_matches('/') == text.trim_end_matches('/');
        let is_wanted = |path: &str| match pattern {
            Some(pattern) => fits(pattern, path),
            None => is_one || is_data(path.rsplit('/').next().unwrap_or(path)),
        };
        let paths: Vec<String> = listed.into_iter().map(|object| object.path).filter(|path| is_wanted(path)).collect();
        if paths.is_empty() {
            let what =
                pattern.map_or_else(|| "no file that can be imported".to_owned(), |pattern| format!("nothing that fits `{pattern}`"));
            let refusal = Refusal::refused(format!("below `{text}` there is {what}"));
            return Err(refusal.hint("files end in `.csv` or `.tsv` (plain, `.gz` or `.zst`), `.parquet` or `.json`").into());
        }
        Self::fetched(&place, &paths, if is_url(&text) { &text } else { place.url() })
    }

    /// Objects below a place, fetched. One that lies at the top of the place is imported as a file, others as a folder.
    ///
    /// # Errors
    /// When one cannot be fetched.
    pub fn fetched(place: &Objects, paths: &[String], shown: &str) -> Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a folder for what is fetched; check the disk, and `TMPDIR`")?;
        let to = folder.path().join("fetched");
        let mut steps = Steps::new();
        place.fetch(paths, &to, folder.path(), &mut |done| steps.tell(&format!("fetched {done} of {} objects", paths.len())))?;
        steps.end();
        let path = match paths {
            [only] if !only.contains('/') => to.join(only),
            _ => to,
        };
        Ok(Self { path, shown: shown.to_owned(), folder: Some(folder) })
    }

    /// An error of the import, with the name that people know.
    pub fn told(&self, error: anyhow::Error) -> anyhow::Error {
        let Some(folder) = &self.folder else { return error };
        let (fetched, text) = (folder.path().join("fetched"), format!("{error:#}"));
        let fetched = fetched.to_string_lossy();
        if text.contains(&*fetched) { Refusal::refused(text.replace(&*fetched, &self.shown)).into() } else { error }
    }
}
