//! The rulebook: the one that the program carries, or one from a folder.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use domain::rulebook::{Rulebook, RulebookProblem};
use include_dir::{Dir, include_dir};

use crate::problem::Refusal;

static CARRIED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../rulebook");

/// The version that is used when no folder is given.
const VERSION: &str = "2023-10";

/// The files of a rulebook: paths below the folder of its version, with their texts.
pub type Files = Vec<(String, String)>;

/// The file that lists thresholds without an example on both sides.
pub const UNCOVERED: &str = "uncovered.txt";

/// The rulebook from a folder, or else the one that the program carries.
///
/// # Errors
/// When the folder cannot be read, or its files are no rulebook; every problem is told with file, line and column.
pub fn open(folder: Option<&Path>) -> Result<Arc<Rulebook>> {
    let files = files(folder)?;
    Rulebook::parse(&files).map(Arc::new).map_err(|problems| refusal(&problems).into())
}

/// The files of the rulebook of a name: a folder, or the version that the program carries.
///
/// # Errors
/// When there is neither, or the folder holds no rulebook.
pub fn files_named(name: &str) -> Result<Files> {
    let folder = Path::new(name);
    if name == VERSION && !folder.exists() {
        return files(None);
    }
    if !folder.exists() {
        let refusal = Refusal::usage(format!("there is no folder `{name}`, and no rulebook of that version"));
        return Err(refusal.hint(format!("name the folder of one version, or `{VERSION}` for the one that the program carries")).into());
    }
    files(Some(folder))
}

/// The files of a rulebook in a folder, or of the one that the program carries, by their paths below its folder: the same wherever it lies.
///
/// # Errors
/// When the folder cannot be read or holds no rulebook.
pub fn files_below(folder: Option<&Path>) -> Result<Files> {
    let above = folder.unwrap_or(Path::new(VERSION));
    let below =
        |path: String| Path::new(&path).strip_prefix(above).map_or(path.clone(), |below| below.display().to_string().replace('\\', "/"));
    Ok(files(folder)?.into_iter().map(|(path, text)| (below(path), text)).collect())
}

/// The files of a rulebook as pairs of path and text: TOML, and the list of thresholds without examples.
///
/// # Errors
/// When the folder cannot be read or holds no rulebook.
pub fn files(folder: Option<&Path>) -> Result<Files> {
    match folder {
        None => Ok(carried()),
        Some(folder) => read(folder),
    }
}

/// What to say of a rulebook that cannot be used.
pub fn refusal(problems: &[RulebookProblem]) -> Refusal {
    let lines = problems.iter().map(|problem| match &problem.cure {
        Some(cure) => format!("{problem}\n  hint: {cure}"),
        None => problem.to_string(),
    });
    let count = problems.len();
    let plural = if count == 1 { "" } else { "s" };
    Refusal::refused(format!("the rulebook has {count} problem{plural}:\n{}", lines.collect::<Vec<_>>().join("\n")))
}

fn carried() -> Files {
    let mut files = Vec::new();
    let mut open: Vec<&Dir<'_>> = CARRIED.get_dir(VERSION).into_iter().collect();
    while let Some(folder) = open.pop() {
        open.extend(folder.dirs());
        let texts = folder.files().filter_map(|file| Some((file.path().to_str()?.to_owned(), file.contents_utf8()?.to_owned())));
        files.extend(texts.filter(|(path, _)| is_of_rulebook(Path::new(path))));
    }
    files.sort();
    files
}

fn is_of_rulebook(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "toml") || path.file_name().is_some_and(|name| name == UNCOVERED)
}

fn read(folder: &Path) -> Result<Files> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        let entries = std::fs::read_dir(&path).with_context(|| format!("cannot read the rulebook folder `{}`", path.display()))?;
        for entry in entries {
            let path = entry.with_context(|| format!("cannot list `{}`", folder.display()))?.path();
            if path.is_dir() {
                open.push(path);
            } else if is_of_rulebook(&path) {
                let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
                files.push((path.display().to_string().replace('\\', "/"), text));
            }
        }
    }
    if !folder.join("rulebook.toml").is_file() {
        let message = format!("`{}` is no rulebook: it has no `rulebook.toml`", folder.display());
        let below = files.iter().find_map(|(path, _)| path.strip_suffix("/rulebook.toml"));
        let hint = below.map_or_else(|| "name the folder of one version".to_owned(), |version| format!("did you mean `{version}`?"));
        return Err(Refusal::refused(message).hint(hint).into());
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_carried_rulebook_is_one_without_problems() {
        assert_eq!(open(None).unwrap().program.version, VERSION);
    }

    #[test]
    fn files_are_named_below_their_folder_however_the_folder_is_spelled() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rulebook/2023-10");
        let carried = files_below(None).unwrap();
        assert!(carried.iter().any(|(path, _)| path == "rulebook.toml"));
        for folder in [root.to_owned(), format!("{root}/"), format!("{root}//"), format!("{root}/./")] {
            assert!(files_below(Some(Path::new(&folder))).unwrap() == carried, "{folder}");
        }
    }

    #[test]
    fn a_folder_without_a_rulebook_is_refused_with_a_hint() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rulebook");
        let error = open(Some(Path::new(root))).unwrap_err();
        let refusal = error.downcast::<Refusal>().unwrap();
        assert!(refusal.message.contains("no `rulebook.toml`"));
        assert!(refusal.hints[0].contains("2023-10"), "{:?}", refusal.hints);
        assert!(open(Some(&Path::new(root).join(VERSION))).is_ok());
    }
}
