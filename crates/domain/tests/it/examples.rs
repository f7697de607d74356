//! The worked examples of the repository's rulebook.

use domain::examples::{Example, parse, run};
use domain::rulebook::Rulebook;

use crate::rulebook::{files, folder};

fn examples() -> Vec<Example> {
    parse(&files()).unwrap_or_else(|problems| panic!("{}", problems.iter().map(|problem| format!("{problem}\n")).collect::<String>()))
}

#[test]
fn every_worked_example_holds() {
    let rulebook = Rulebook::parse(&files()).unwrap();
    let mut said = String::new();
    for example in examples() {
        for failure in run(&example, &rulebook) {
            said += &format!(
                "{}:{}: {}\n    {}: expected {}, got {}\n",
                example.file, example.line, example.name, failure.of, failure.expected, failure.got
            );
        }
    }
    assert!(said.is_empty(), "\n{said}");
}

#[test]
fn what_an_example_covers_is_a_side_of_a_threshold() {
    let rulebook = Rulebook::parse(&files()).unwrap();
    for example in examples() {
        for cover in &example.covers {
            assert_eq!(rulebook.not_thresholds(cover), [], "{}:{}: {}", example.file, example.line, example.name);
        }
    }
}

#[test]
fn the_list_of_thresholds_without_examples_on_both_sides_is_up_to_date_and_empty() {
    let rulebook = Rulebook::parse(&files()).unwrap();
    let examples = examples();
    let uncovered = rulebook.uncovered(examples.iter().flat_map(|example| &example.covers).map(String::as_str));
    let kept = std::fs::read_to_string(folder().join("uncovered.txt")).unwrap();
    let kept: Vec<&str> = kept.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    assert_eq!(uncovered, kept);
}
