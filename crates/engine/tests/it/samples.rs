//! One small sample of our own for each format: what it is recognised as, and what becomes of its rows.

use std::path::{Path, PathBuf};

use domain::cells::Row;
use domain::facts::Program;
use engine::import::Outcome;

use crate::importing::{Home, fates};

/// Where the samples are; each is named for its format.
pub fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/samples").join(name)
}

fn rows<R: Row>(told: &mut String, rows: &[R]) {
    if rows.is_empty() {
        return;
    }
    let names: Vec<&str> = R::COLUMNS.iter().map(|column| column.name).collect();
    *told += &format!("\n{}: {}\n", R::TABLE, names.join(" | "));
    for row in rows {
        let cells: Vec<String> = row.write().into_iter().map(Option::unwrap_or_default).collect();
        *told += &format!("  {}\n", cells.join(" | ").trim_end());
    }
}

/// Fates, rules, problems and rows, for people to review.
pub fn told(outcome: &Outcome, program: &Program) -> String {
    let mut told = format!("{}\n", fates(outcome));
    for (rule, left) in outcome.files.iter().flat_map(|file| &file.ignored) {
        told += &format!("ignored by {rule}: {}, line {}\n", left.rows, left.lines);
    }
    outcome.problems.kept().iter().for_each(|problem| told += &format!("{} {}: {problem}\n", problem.severity, problem.reason));
    rows(&mut told, &program.partners);
    rows(&mut told, &program.customers);
    rows(&mut told, &program.subscriptions);
    rows(&mut told, &program.principals);
    rows(&mut told, &program.pal_links);
    rows(&mut told, &program.role_assignments);
    rows(&mut told, &program.management_groups);
    rows(&mut told, &program.csp);
    rows(&mut told, &program.claims);
    rows(&mut told, &program.consumption);
    rows(&mut told, &program.workload_usage);
    rows(&mut told, &program.revenue);
    rows(&mut told, &program.people);
    rows(&mut told, &program.certifications);
    rows(&mut told, &program.exchange_rates);
    told
}

#[test]
fn every_format_has_a_sample_that_its_header_names_and_a_second_import_changes_nothing() {
    let mut samples: Vec<PathBuf> = std::fs::read_dir(sample("")).unwrap().map(|entry| entry.unwrap().path()).collect();
    samples.sort();
    let mut formats: Vec<&str> = Vec::new();
    for path in &samples {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let mut home = Home::new();
        let outcome = home.try_import(path, Some("eeeeeeee-0000-4000-8000-00000000000f")).unwrap();
        assert_eq!(outcome.files[0].format.name(), name);
        insta::with_settings!({ snapshot_suffix => name }, { insta::assert_snapshot!("sample", told(&outcome, &home.rows().program)) });
        let again = home.try_import(path, Some("eeeeeeee-0000-4000-8000-00000000000f")).unwrap();
        assert!(again.changes_nothing(), "{name}: {}", fates(&again));
        formats.push(name);
    }
    let names = engine::formats::Format::ALL.iter().map(|format| format.name());
    let unseen: Vec<&str> = names.filter(|name| *name != "dataset" && !formats.contains(name)).collect();
    assert_eq!(unseen, Vec::<&str>::new(), "each format has a sample");
}
