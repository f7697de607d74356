//! `rulebook test`: the worked examples, and whether they stand on both sides of every threshold.

use std::path::Path;

use anyhow::{Context, Result};
use domain::examples::{self, Failure};
use domain::rulebook::{Rulebook, RulebookProblem};
use serde::Serialize;

use super::{FolderArgs, counted};
use crate::cli::Setting;
use crate::output::Paint;
use crate::problem::{Exit, Refusal};
use crate::rules::{self, UNCOVERED};

/// The worked examples, and whether they stand on both sides of every threshold
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil rulebook test
  counterfoil rulebook test rulebook/2023-10 --write")]
pub struct TestArgs {
    #[command(flatten)]
    folder: FolderArgs,

    /// Write the list of thresholds without examples instead of comparing it
    #[arg(long, requires = "folder")]
    write: bool,
}

/// How the examples went.
#[derive(Debug, Serialize)]
pub struct TestView {
    version: String,
    examples: usize,
    failed: Vec<FailedView>,
    /// Sides of thresholds on which no example stands.
    uncovered: Vec<String>,
    /// Whether the kept list of them is this one.
    uncovered_is_kept: bool,
}

impl TestView {
    /// How many examples do not hold.
    pub fn failed(&self) -> usize {
        self.failed.len()
    }

    /// Whether every threshold has an example on each side, but for those that the rulebook's own list names.
    pub fn is_covered(&self) -> bool {
        self.uncovered_is_kept
    }
}

/// An example that does not hold.
#[derive(Debug, Serialize)]
struct FailedView {
    file: String,
    line: usize,
    name: String,
    as_of: String,
    given: String,
    failures: Vec<Failure>,
}

/// The first lines of the kept list.
const HEADER: &str =
    "# Sides of thresholds on which no worked example stands (`PLACE:SIDE`). `counterfoil rulebook test` compares; keep it empty.\n";

/// Runs the examples of a rulebook.
///
/// # Errors
/// When the files cannot be read or are no rulebook, or the list cannot be written.
pub fn run(args: &TestArgs, setting: &Setting) -> Result<Exit> {
    let files = args.folder.files(setting)?;
    let mut found = test(&files).map_err(|problems| rules::refusal(&problems))?;
    if let Some(folder) = args.folder.folder.as_deref().filter(|_| args.write) {
        write(folder, &found.uncovered)?;
        found.uncovered_is_kept = true;
    }
    setting.output.print(&found, |paint| told(&found, paint))?;
    if !found.uncovered_is_kept {
        let message = format!("`{UNCOVERED}` is not the list of thresholds without examples");
        return Err(Refusal::refused(message).hint("add the examples, or write the list with `--write`").into());
    }
    Ok(if found.failed.is_empty() { Exit::Done } else { Exit::Refused })
}

/// Runs the examples among the files of a rulebook.
///
/// # Errors
/// Every problem of the files.
pub fn test(files: &[(String, String)]) -> Result<TestView, Vec<RulebookProblem>> {
    let rulebook = Rulebook::parse(files)?;
    let examples = examples::parse(files)?;
    let failed = examples.iter().filter_map(|example| {
        let failures = examples::run(example, &rulebook);
        (!failures.is_empty()).then(|| FailedView {
            file: example.file.clone(),
            line: example.line,
            name: example.name.clone(),
            as_of: example.as_of.to_string(),
            given: example.given_text.clone(),
            failures,
        })
    });
    let failed = failed.collect();
    let uncovered = rulebook.uncovered(examples.iter().flat_map(|example| &example.covers).map(String::as_str));
    let kept = files.iter().find(|(path, _)| path.ends_with(UNCOVERED)).map_or("", |(_, text)| text.as_str());
    let uncovered_is_kept = kept.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).eq(uncovered.iter().map(String::as_str));
    Ok(TestView { version: rulebook.program.version, examples: examples.len(), failed, uncovered, uncovered_is_kept })
}

fn write(folder: &Path, uncovered: &[String]) -> Result<()> {
    let path = folder.join(UNCOVERED);
    let lines: String = uncovered.iter().map(|side| format!("{side}\n")).collect();
    std::fs::write(&path, format!("{HEADER}{lines}")).with_context(|| format!("cannot write `{}`", path.display()))
}

/// How the examples went, in words: those that do not hold with what was given, expected and got.
pub fn told(found: &TestView, paint: Paint) -> String {
    let mut said = String::new();
    for example in &found.failed {
        said += &format!("{}:{}: {}\n", example.file, example.line, paint.warn(&example.name));
        said += &format!("  given, as of {}:\n", example.as_of);
        said += &example.given.lines().filter(|line| !line.is_empty()).map(|line| format!("    {line}\n")).collect::<String>();
        for failure in &example.failures {
            said += &format!("  {}\n    expected {}\n    got      {}\n", failure.of, failure.expected, failure.got);
        }
    }
    said += &found.uncovered.iter().map(|side| format!("no example stands on {side}\n")).collect::<String>();
    let examples = counted(found.examples, "example");
    let verdict = match found.failed.len() {
        0 => paint.good(&format!("{examples} hold")),
        failed => paint.warn(&format!("{failed} of {examples} fail")),
    };
    let sides = match found.uncovered.len() {
        0 => "every threshold is covered on both sides".to_owned(),
        1 => "1 side of a threshold is not covered".to_owned(),
        count => format!("{count} sides of thresholds are not covered"),
    };
    said + &format!("rulebook {}: {verdict}; {sides}\n", found.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_carried_examples_hold_and_cover_every_threshold() {
        let found = test(&rules::files(None).unwrap()).unwrap();
        assert!(found.failed.is_empty() && found.uncovered.is_empty() && found.uncovered_is_kept, "{}", told(&found, Paint::plain()));
    }

    #[test]
    fn an_example_that_fails_shows_what_was_given_expected_and_got() {
        let mut files = rules::files(None).unwrap();
        let (_, text) = files.iter_mut().find(|(path, _)| path.ends_with("designations/data-ai.toml")).unwrap();
        *text = text.replace("minimum_usd = { value = 1000,", "minimum_usd = { value = 1001,");
        let found = test(&files).unwrap();
        let said = told(&found, Paint::plain());
        assert!(said.contains("one new customer of three gives 10 points of 30"), "{said}");
        assert!(said.contains("900 data-ai net-customer-adds value\n    expected 1\n    got      0\n"), "{said}");
        assert!(said.contains("acr_usd = 500") && said.contains("fail; every threshold is covered"), "{said}");
    }
}
