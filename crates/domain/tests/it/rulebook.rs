//! The rulebook of the repository, read from its files.

use std::path::{Path, PathBuf};

use domain::rulebook::{Rulebook, RulebookProblem};

/// The folder of rulebook `2023-10`.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulebook/2023-10")
}

/// The files below the folder, with paths relative to it.
pub fn files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut open = vec![folder()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "toml") {
                let relative = path.strip_prefix(folder()).unwrap().to_str().unwrap().to_owned();
                files.push((relative, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// The thresholds without an example that are kept on record.
pub fn uncovered() -> String {
    std::fs::read_to_string(folder().join("uncovered.txt")).unwrap()
}

fn listed(problems: &[RulebookProblem]) -> String {
    problems.iter().map(|problem| format!("{problem} ({})\n", problem.cure.as_deref().unwrap_or("-"))).collect()
}

/// The problems after one text of a file was replaced by another.
fn problems_after(file: &str, old: &str, new: &str) -> String {
    let mut files = files();
    let (_, text) = files.iter_mut().find(|(path, _)| path == file).unwrap();
    assert!(text.contains(old), "`{file}` has no `{old}`");
    *text = text.replacen(old, new, 1);
    listed(&Rulebook::parse(&files).map(|_| ()).unwrap_err())
}

/// The place of a text in a file: `file:line:column`.
fn place(file: &str, needle: &str) -> String {
    let (_, text) = files().into_iter().find(|(path, _)| path == file).unwrap();
    let before = text.split(needle).next().unwrap();
    format!("{file}:{}:{}", before.lines().count() + usize::from(before.ends_with('\n')), before.len() - before.rfind('\n').unwrap())
}

#[test]
fn the_rulebook_reads_without_a_problem() {
    let rulebook = Rulebook::parse(&files()).unwrap_or_else(|problems| panic!("{}", listed(&problems)));
    assert_eq!(rulebook.areas.len(), 6);
    assert_eq!(rulebook.program.version, "2023-10");
}

#[test]
fn a_misspelt_key_is_named_with_its_line_and_the_nearest_key() {
    let said = problems_after("designations/data-ai.toml", "minimum_usd =", "minimum_usdd =");
    let at = place("designations/data-ai.toml", "minimum_usd =");
    assert_eq!(said, format!("{at}: unknown key `minimum_usdd` (did you mean `minimum_usd`?)\n"));
}

#[test]
fn every_misspelt_key_of_a_file_is_told_in_one_run() {
    let mut files = files();
    let (_, text) = files.iter_mut().find(|(path, _)| path == "rulebook.toml").unwrap();
    *text = text.replacen("title =", "titel =", 1).replacen("[floor]", "[flor]", 1);
    let said = listed(&Rulebook::parse(&files).map(|_| ()).unwrap_err());
    assert!(said.contains("unknown key `titel` (did you mean `title`?)"), "{said}");
    assert!(said.contains("unknown key `flor` (did you mean `floor`?)"), "{said}");
}

#[test]
fn a_misspelt_word_is_named_with_its_line_and_the_nearest_word() {
    let said = problems_after("designations/security.toml", "value = [\"pal\"]", "value = [\"palm\"]");
    let at = place("designations/security.toml", "\"pal\"]");
    assert_eq!(said, format!("{at}: unknown word `palm` (did you mean `pal`?)\n"));
    let said = problems_after("rulebook.toml", "ge_one\"", "ge_won\"");
    let at = place("rulebook.toml", "\"ge_one\"");
    assert_eq!(said, format!("{at}: unknown word `ge_won` (did you mean `ge_one`?)\n"));
}

#[test]
fn a_missing_key_a_missing_file_and_a_text_that_is_no_toml_are_told_with_their_places() {
    let said = problems_after("associations/csp.toml", "[history]\nvalue = \"follows\"\n", "[history]\n");
    assert!(said.starts_with("associations/csp.toml:"), "{said}");
    assert!(said.contains("the key `value` is missing"), "{said}");
    let said = problems_after("rulebook.toml", "version = ", "version : ");
    assert!(said.starts_with("rulebook.toml:") && said.contains("not TOML"), "{said}");
    let missing = files().into_iter().filter(|(path, _)| path != "associations/pal.toml").collect::<Vec<_>>();
    let said = listed(&Rulebook::parse(&missing).map(|_| ()).unwrap_err());
    assert!(said.contains("the rulebook has no file `associations/pal.toml`"), "{said}");
}

#[test]
fn rules_that_do_not_fit_together_are_refused_with_their_place_and_a_cure() {
    let cases = [
        ("rulebook.toml", "\"playbook#requirements\"", "\"playbok#requirements\"", "no source `playbok`", "did you mean `playbook`?"),
        (
            "designations/security.toml",
            "\"azure-security-services\"",
            "\"azure-security-service\"",
            "no list",
            "did you mean `azure-security-services`?",
        ),
        ("designations/data-ai.toml", "max = { value = 30", "max = { value = 31", "give 101 points", "must add up to 100"),
        ("designations/data-ai.toml", "\"DP-300\"", "\"DP-303\"", "no certification `dp-303`", "did you mean `dp-300`?"),
        (
            "designations/data-ai.toml",
            "minimum_usd = { value = 1000",
            "minimum_usd = { value = -1",
            "`data-ai/net-customer-adds/minimum_usd` is \"-1\"",
            "zero or more",
        ),
        ("designations/security.toml", "from = \"2023-12-01\"", "from = \"2023-12-02\"", "leave a hole", "let each begin"),
        ("designations/business-applications.toml", "below = \"smb\"", "below = \"small\"", "no track `small`", "write one of"),
        (
            "designations/business-applications.toml",
            "accepts.dynamics-365]",
            "accepts.dynamics]",
            "no family `dynamics`",
            "did you mean `dynamics-365`?",
        ),
        (
            "lists/certifications.toml",
            "counts_until = \"2024-08-01\"",
            "counts_until = \"2023-07-01\"",
            "do not fit together",
            "the second one later",
        ),
        ("lists/service-aliases.toml", "service = \"Key Vault\"", "service = \"Key Vaults\"", "on no list", "did you mean `key vault`?"),
        (
            "associations/cpor.toml",
            "\"modern-work/deployments\"",
            "\"modern-work/deployment\"",
            "no metric",
            "did you mean `modern-work/deployments`?",
        ),
        ("contradictions.toml", "field = \"pal.roles\"", "field = \"pal.role\"", "no value `pal.role`", "did you mean `pal.roles`?"),
    ];
    for (file, old, new, message, cure) in cases {
        let said = problems_after(file, old, new);
        assert!(said.contains(&format!("{file}:")), "{said}");
        assert!(said.contains(message) && said.contains(cure), "{said}");
    }
}

#[test]
fn rules_of_imports_are_held_to_their_examples() {
    let file = "imports/azure-cost-ea.toml";
    let said = problems_after(file, "charge_type = [\"refund\"]", "charge_type = [\"refunds\"]");
    assert!(said.contains("expects the rule `refund`, and `fee` decides"), "{said}");
    let said = problems_after(file, "charge_type = [\"refund\"]", "charge_typ = [\"refund\"]");
    assert!(said.contains("unknown key `charge_typ` (did you mean `charge_type`?)"), "{said}");
    let said = problems_after(file, "rule = \"refund\"\nverdict", "rule = \"money-back\"\nverdict");
    assert!(said.contains("the rule `money-back` has no example"), "{said}");
    let said = problems_after(file, "when = { charge_type = [\"tax\"] }\n", "");
    assert!(said.contains("exactly the last rule must fit every row"), "{said}");
    let said = problems_after("lists/workload-aliases.toml", "workload = \"sharepoint\"", "workload = \"sharepont\"");
    assert!(said.contains("which is on no list of workloads (did you mean `sharepoint`?)"), "{said}");
}
