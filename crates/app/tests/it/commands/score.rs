//! Scores, explanations, history.

use super::scene::Scene;

const SHOW: [&str; 6] = ["score", "show", "--dataset", "exports", "--as-of", "2024-08-10"];

fn shown(more: &[&str]) -> String {
    Scene::with_exports().run(&[&SHOW[..], more].concat()).to_string()
}

#[test]
fn scores_are_told_in_one_line_for_each_partner_and_area() {
    insta::assert_snapshot!(shown(&["-o", "table"]));
}

#[test]
fn a_named_partner_is_told_in_detail() {
    insta::assert_snapshot!(shown(&["-o", "table", "--partner", "900010", "--area", "modern-work"]));
}

#[test]
fn the_json_of_scores_has_its_keys_in_order() {
    insta::assert_snapshot!(shown(&["--partner", "900010", "--area", "security", "--area", "modern-work"]));
}

#[test]
fn the_same_question_gets_the_same_bytes() {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&SHOW), scene.run(&SHOW));
}

#[test]
fn an_explanation_is_a_tree_down_to_rows() {
    let scene = Scene::with_exports();
    let ask = ["score", "explain", "--dataset", "exports", "--as-of", "2024-08-10", "--partner", "900010", "--area", "data-ai"];
    insta::assert_snapshot!(scene.run(&[&ask[..], &["-o", "table"]].concat()));
    let deep = ["--metric", "net-customer-adds", "--depth", "9", "-o", "table"];
    insta::assert_snapshot!(scene.run(&[&ask[..], &deep].concat()));
    let picked = ["--query", "children[0].children[].[keys.metric, value_exact, points_exact]", "-o", "tsv"];
    insta::assert_snapshot!(scene.run(&[&ask[..], &picked].concat()));
}

#[test]
fn rows_of_one_customer_are_those_of_the_whole_explanation() {
    let scene = Scene::with_exports();
    let ask = ["score", "explain", "--dataset", "exports", "--as-of", "2024-08-10", "--partner", "900010", "--area", "data-ai"];
    let lines = |more: &[&str]| {
        let leaves = "children[].children[].children[].children[].children[].children[].[keys.tenant_id, keys.lines]";
        let told = scene.run(&[&ask[..], more, &["--query", leaves, "-o", "tsv"]].concat());
        assert_eq!(told.exit, Some(0), "{}", told.stderr);
        told.stdout.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let of_alpine: Vec<String> = lines(&[]).into_iter().filter(|line| line.starts_with("t-alpine")).collect();
    assert!(!of_alpine.is_empty() && of_alpine.len() < lines(&[]).len());
    assert_eq!(lines(&["--customer", "T-Alpine"]), of_alpine);
}

#[test]
fn history_has_a_line_for_each_month() {
    let scene = Scene::with_exports();
    let ask = ["score", "history", "--dataset", "exports", "--as-of", "2024-08-10", "--partner", "900010", "--area", "data-ai"];
    insta::assert_snapshot!(scene.run(&[&ask[..], &["--months", "4", "-o", "table"]].concat()));
    insta::assert_snapshot!(scene.run(&[&ask[..], &["--months", "2", "-o", "csv"]].concat()));
}

#[test]
fn unknown_words_are_answered_with_what_was_meant() {
    let scene = Scene::with_exports();
    let explain = |partner, area, more: &[&str]| {
        let ask = ["score", "explain", "--dataset", "exports", "--as-of", "2024-08-10", "--partner", partner, "--area", area];
        scene.run(&[&ask[..], more].concat())
    };
    let told = [
        explain("900011", "data-ai", &[]),
        explain("100204", "data-ai", &[]),
        explain("900010", "modern-wrok", &[]),
        explain("900010", "modern-work", &["--track", "enterprse"]),
        explain("900010", "data-ai", &["--track", "smb"]),
        explain("900010", "data-ai", &["--metric", "net-adds"]),
        explain("900010", "data-ai", &["--customer", "t-alpin"]),
    ];
    assert!(told.iter().all(|ran| ran.exit == Some(2) && ran.stdout.is_empty()));
    insta::assert_snapshot!(told.map(|ran| ran.stderr).concat());
}
