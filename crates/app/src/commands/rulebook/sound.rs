//! Whether a rulebook may be judged by: its files validate and its examples hold.

use std::sync::Arc;

use anyhow::Result;
use domain::rulebook::Rulebook;

use super::{counted, test, validate};
use crate::output::Paint;
use crate::problem::Refusal;
use crate::rules::{self, UNCOVERED};

/// The rulebook of these files, when it is sound.
///
/// # Errors
/// When the files have problems, or an example does not hold: each with file, line, value and cure.
pub fn sound(files: &[(String, String)]) -> Result<Arc<Rulebook>> {
    let problems = validate::validate(files).problems;
    if !problems.is_empty() {
        return Err(rules::refusal(&problems).into());
    }
    let rulebook = Rulebook::parse(files).map_err(|problems| rules::refusal(&problems))?;
    let found = test::test(files).map_err(|problems| rules::refusal(&problems))?;
    if found.failed() > 0 {
        let failed = counted(found.failed(), "example");
        let message = format!("{failed} of the rulebook do not hold:\n{}", test::told(&found, Paint::plain()).trim_end());
        return Err(Refusal::refused(message)
            .hint("mend the values or the examples; `counterfoil rulebook test FOLDER` tells whether they hold")
            .into());
    }
    Ok(Arc::new(rulebook))
}

/// The rulebook of these files, when it may be published: it is sound, and its examples stand on both sides of every threshold but those
/// that its own list names.
///
/// # Errors
/// As [`sound`]; and when a threshold has no example on a side.
pub fn publishable(files: &[(String, String)]) -> Result<Arc<Rulebook>> {
    let rulebook = sound(files)?;
    let found = test::test(files).map_err(|problems| rules::refusal(&problems))?;
    if found.is_covered() {
        return Ok(rulebook);
    }
    let message = format!("the rulebook has thresholds without an example on each side that its `{UNCOVERED}` does not list");
    Err(Refusal::refused(message).hint("add the examples, or write the list with `counterfoil rulebook test FOLDER --write`").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of the carried rulebook with another text in a file.
    fn said(file: &str, old: &str, new: &str) -> String {
        let mut files = rules::files(None).unwrap();
        let (_, text) = files.iter_mut().find(|(path, _)| path.ends_with(file)).unwrap();
        assert!(text.contains(old), "{file}");
        *text = text.replacen(old, new, 1);
        sound(&files).map(|_| ()).unwrap_err().downcast::<Refusal>().unwrap().message
    }

    #[test]
    fn the_carried_rulebook_is_sound() {
        assert!(sound(&rules::files(None).unwrap()).is_ok());
    }

    #[test]
    fn a_file_that_is_wrong_is_told_with_its_line_and_a_cure() {
        let said = said("designations/data-ai.toml", "points_per_unit", "points_per_unt");
        assert!(said.contains("designations/data-ai.toml:") && said.contains("`points_per_unt`") && said.contains("hint: "), "{said}");
    }

    #[test]
    fn an_example_that_does_not_hold_is_told_with_file_line_and_both_values() {
        let said = said("designations/data-ai.toml", "minimum_usd = { value = 1000,", "minimum_usd = { value = 1001,");
        assert!(said.contains("examples/azure.toml:") && said.contains("expected 1\n    got      0"), "{said}");
    }
}
