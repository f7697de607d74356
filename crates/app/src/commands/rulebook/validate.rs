//! `rulebook validate`: whether the files are a rulebook.

use anyhow::Result;
use domain::examples::{self, Example};
use domain::rulebook::{Rulebook, RulebookProblem};
use serde::Serialize;

use super::{FolderArgs, counted};
use crate::cli::Setting;
use crate::problem::Exit;

/// What was found.
#[derive(Debug, Serialize)]
pub struct ValidationView {
    version: Option<String>,
    files: usize,
    values: usize,
    examples: usize,
    /// What is wrong, with a cure.
    pub problems: Vec<RulebookProblem>,
}

/// Checks the files of a rulebook and its examples.
///
/// # Errors
/// When the files cannot be read.
pub fn run(args: &FolderArgs, setting: &Setting) -> Result<Exit> {
    let files = args.files(setting)?;
    let found = validate(&files);
    setting.output.print(&found, |_| told(&found))?;
    Ok(if found.problems.is_empty() { Exit::Done } else { Exit::Refused })
}

/// What is found in the files of a rulebook.
pub fn validate(files: &[(String, String)]) -> ValidationView {
    let rulebook = Rulebook::parse(files);
    let examples = examples::parse(files);
    let mut problems: Vec<RulebookProblem> =
        [rulebook.as_ref().err(), examples.as_ref().err()].into_iter().flatten().flatten().cloned().collect();
    if let (Ok(rulebook), Ok(examples)) = (&rulebook, &examples) {
        problems.extend(examples.iter().flat_map(|example| strange_covers(rulebook, example)));
    }
    let of_imports = rulebook.as_ref().map_or(0, |rulebook| rulebook.imports.values().map(|rules| rules.examples.len()).sum());
    ValidationView {
        version: rulebook.as_ref().ok().map(|rulebook| rulebook.program.version.clone()),
        files: files.len(),
        values: rulebook.as_ref().map_or(0, |rulebook| rulebook.entries().len()),
        examples: examples.as_ref().map_or(0, Vec::len) + of_imports,
        problems,
    }
}

/// What an example says that it covers and that is no threshold, and a source that is none.
fn strange_covers(rulebook: &Rulebook, example: &Example) -> Vec<RulebookProblem> {
    let problem = |message: String, cure: String| RulebookProblem {
        file: example.file.clone(),
        line: example.line,
        column: 1,
        message,
        cure: Some(cure),
    };
    let covers = example.covers.iter().flat_map(|cover| rulebook.not_thresholds(cover));
    let mut problems: Vec<_> = covers.map(|(side, cure)| problem(format!("`{side}` is no side of a threshold"), cure)).collect();
    let id = example.source.split('#').next().unwrap_or_default();
    if !rulebook.sources.contains_key(id) {
        let cure = domain::rulebook::suggest::cure(id, rulebook.sources.keys().map(String::as_str));
        problems.push(problem(format!("no source `{id}` in `sources.toml`"), cure));
    }
    problems
}

fn told(found: &ValidationView) -> String {
    let Some(version) = found.version.as_ref().filter(|_| found.problems.is_empty()) else {
        let lines = found.problems.iter().map(|problem| match &problem.cure {
            Some(cure) => format!("{problem}\n  hint: {cure}\n"),
            None => format!("{problem}\n"),
        });
        return lines.collect::<String>() + &format!("{}\n", counted(found.problems.len(), "problem"));
    };
    let (files, values, examples) = (counted(found.files, "file"), counted(found.values, "value"), counted(found.examples, "example"));
    format!("rulebook {version}: {files}, {values}, {examples}, no problems\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    #[test]
    fn the_carried_rulebook_has_no_problems() {
        let found = validate(&rules::files(None).unwrap());
        assert_eq!(found.problems, []);
        assert!(found.examples > 100 && found.values > 300, "{found:?}");
    }

    #[test]
    fn a_typo_is_told_with_file_line_column_and_a_hint() {
        let mut files = rules::files(None).unwrap();
        let (path, text) = files.iter_mut().find(|(path, _)| path.ends_with("pal.toml")).unwrap();
        *text = "[role]\n".to_owned() + text;
        let said = told(&validate(&[(path.clone(), text.clone())]));
        assert!(said.contains("pal.toml:1:2: unknown key `role`\n  hint: did you mean `roles`?\n"), "{said}");
    }

    #[test]
    fn a_cover_that_is_no_threshold_is_told_at_its_example() {
        let mut files = rules::files(None).unwrap();
        let (_, text) = files.iter_mut().find(|(path, _)| path.ends_with("status.toml")).unwrap();
        *text = text.replace("floor:at", "flor:at");
        let said = told(&validate(&files));
        assert!(said.contains("`flor:at` is no side of a threshold\n  hint: did you mean `floor:at`?"), "{said}");
    }
}
