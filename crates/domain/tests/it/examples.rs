//! The worked examples of the repository's rulebook.

use domain::examples::{Example, parse, run};
use domain::fraction::Fraction;
use domain::rulebook::Rulebook;
use domain::rulebook::coverage::spread;
use domain::time::Day;
use toml::Value;

use crate::rulebook::{files, uncovered};

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
    let found = rulebook.uncovered(examples.iter().flat_map(|example| &example.covers).map(String::as_str));
    let kept = uncovered();
    let kept: Vec<&str> = kept.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    assert_eq!(found, kept);
}

/// The rulebook with a threshold moved just past the example that stands on a side of it; nothing where no other value shows it.
fn moved(rulebook: &Rulebook, path: &str, side: &str) -> Option<Rulebook> {
    let entry = rulebook.entries().into_iter().find(|entry| entry.path == path).unwrap();
    let up = match entry.field() {
        "up_to" | "above" | "revenue_over_usd" | "retired_on" | "revenue_lag_months" => ["above", "after"].contains(&side),
        _ => ["at", "on", "outside"].contains(&side),
    };
    let step = match entry.field() {
        "minimum_usd" | "minimum_total_usd" | "revenue_over_usd" => Fraction::new(1, 100),
        "active_share" => Fraction::new(1, 50),
        "minimum" | "minimum_base" => Fraction::whole(100),
        _ => Fraction::whole(1),
    };
    let number = |value: Fraction| if up { value + step.clone() } else { value - step.clone() };
    let day = |text: &str| Some(text.parse::<Day>().ok()?.plus(if up { 1 } else { -1 }).to_string());
    let value = match (entry.field(), &entry.value) {
        // One person gives all the points of the metric: nothing lies between none and the maximum.
        ("max", _) if path == "modern-work/smb/advanced-certifications/max" && side == "below" => return None,
        ("max", _) if side == "below" => Value::Integer(0),
        ("floor", _) if side == "below" => Value::String("gt_zero".to_owned()),
        ("floor", _) => return None,
        ("base_zero", _) if side == "above" => return None,
        (_, Value::Integer(whole)) => Value::Integer(number(Fraction::whole(*whole)).exact().parse().unwrap()),
        (_, Value::String(text)) => Value::String(day(text).unwrap_or_else(|| shown_exactly(number(text.parse().unwrap())))),
        _ => panic!("`{path}` is {}", entry.value),
    };
    if !path.contains("/gates.") || !["from", "until"].contains(&entry.field()) {
        return Some(rulebook.with_value(path, value.clone()).unwrap_or_else(|| panic!("`{path}` does not take {value}")));
    }
    // One gate ends where the next begins: both move.
    let (metric, gate) = path.split_once("/gates.").unwrap();
    let name = gate.split(['@', '.']).next().unwrap();
    let moved = rulebook.with_value(&format!("{metric}/gates.{name}.until"), value.clone()).unwrap();
    let dated =
        rulebook.entries().into_iter().find(|entry| entry.path.starts_with(&format!("{metric}/gates.{name}@")) && entry.field() == "from");
    Some(moved.with_value(&dated.unwrap().path, value).unwrap())
}

/// A fraction as amounts are written, or else as it is.
fn shown_exactly(fraction: Fraction) -> String {
    let cents = fraction.clone() * Fraction::whole(100);
    if cents == cents.floor() { fraction.shown() } else { fraction.exact() }
}

#[test]
fn an_example_that_covers_a_side_fails_when_the_threshold_moves_past_it() {
    let rulebook = Rulebook::parse(&files()).unwrap();
    let mut said = String::new();
    for example in examples() {
        for cover in example.covers.iter().flat_map(|cover| spread(cover)) {
            let (path, side) = cover.split_once(':').unwrap();
            if moved(&rulebook, path, side).is_some_and(|moved| run(&example, &moved).is_empty()) {
                said += &format!("{}:{}: {cover}\n", example.file, example.line);
            }
        }
    }
    assert!(said.is_empty(), "\n{said}");
}
