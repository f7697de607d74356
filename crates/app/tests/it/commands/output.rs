//! One answer in every form.

use std::io::Read;
use std::process::Stdio;

use super::scene::Scene;

const ASK: [&str; 8] = ["score", "history", "--dataset", "exports", "--as-of", "2024-08-10", "--partner", "900010"];

#[test]
fn an_answer_has_the_form_that_is_asked_for() {
    let scene = Scene::with_exports();
    let forms = ["json", "jsonl", "tsv", "csv", "yaml"].map(|form| {
        let ran = scene.run(&[&ASK[..], &["--area", "security", "--months", "1", "-o", form]].concat());
        format!("── {form}\n{}", ran.stdout)
    });
    insta::assert_snapshot!(forms.concat());
}

#[test]
fn a_query_picks_from_the_answer() {
    let scene = Scene::with_exports();
    let picked = |query: &str, form: &str| scene.run(&[&ASK[..], &["--months", "1", "--query", query, "-o", form]].concat()).stdout;
    assert_eq!(picked("[?area=='security'].status | [0]", "table"), "in-progress\n");
    assert_eq!(picked("[].area", "table").lines().count(), 6);
    assert_eq!(picked("length(@)", "json"), "6\n");
    assert_eq!(picked("[0:2].{area: area, month: month}", "tsv").lines().next(), Some("area\tmonth"));
}

#[test]
fn a_query_that_is_none_is_told_with_a_hint() {
    let scene = Scene::with_exports();
    let ran = scene.run(&[&ASK[..], &["--query", "[?area=="]].concat());
    assert_eq!(ran.exit, Some(2));
    assert!(ran.stderr.starts_with("error: `--query` is no JMESPath expression") && ran.stderr.contains("\nhint: "), "{ran}");
}

#[test]
fn a_reader_who_goes_away_is_no_trouble() {
    let scene = Scene::with_exports();
    for form in ["csv", "json", "table", "yaml"] {
        let ask = ["credit", "--dataset", "exports", "--as-of", "2024-08-31", "-o", form];
        let mut child = scene.command(&ask).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut told = String::new();
        child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert_eq!((child.wait().unwrap().code(), told.as_str()), (Some(0), ""), "{form}");
    }
}

#[test]
fn every_command_teaches_with_examples() {
    let scene = Scene::empty();
    let commands: [&[&str]; 14] = [
        &[],
        &["score", "show"],
        &["score", "explain"],
        &["score", "history"],
        &["credit"],
        &["import"],
        &["export"],
        &["reconcile"],
        &["doctor"],
        &["serve"],
        &["demo"],
        &["rulebook", "show"],
        &["rulebook", "test"],
        &["completions"],
    ];
    for command in commands {
        let ran = scene.run(&[command, &["--help"]].concat());
        assert_eq!(ran.exit, Some(0), "{ran}");
        assert!(ran.stdout.contains("Examples:\n  counterfoil "), "{command:?}: {ran}");
    }
    insta::assert_snapshot!(scene.run(&["--help"]));
}

#[test]
fn shells_and_manuals_get_what_they_need() {
    let scene = Scene::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(scene.run(&["completions", shell]).stdout.contains("counterfoil"));
    }
    assert_eq!(scene.run(&["man", "--out", "man1"]).exit, Some(0));
    assert!(scene.folder.path().join("man1/counterfoil-score-explain.1").is_file());
}
