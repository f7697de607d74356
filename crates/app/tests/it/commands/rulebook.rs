//! Rulebooks: what differs, and who would lose or gain by one.

use std::path::Path;

use serde_json::Value;

use super::scene::Scene;

/// Copies the rulebook of the repository into `rules`, without its examples, with other texts in files.
pub fn with_rules(scene: &Scene, changes: &[(&str, &str, &str)]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulebook/2023-10");
    let mut open = vec![root.clone()];
    while let Some(folder) = open.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                open.extend(Some(path).filter(|_| name != "examples"));
                continue;
            }
            let mut text = std::fs::read_to_string(&path).unwrap();
            for (_, old, new) in changes.iter().filter(|(file, _, _)| *file == name) {
                assert!(text.contains(old), "`{name}` has no `{old}`");
                text = text.replace(old, new);
            }
            scene.write(&format!("rules/{name}"), &text);
        }
    }
}

/// A rulebook that moves scores.
pub const CHANGES: [(&str, &str, &str); 3] = [
    ("rulebook.toml", "version = \"2023-10\"", "version = \"2024-09\""),
    ("designations/data-ai.toml", "minimum_usd = { value = 1000,", "minimum_usd = { value = 10,"),
    ("designations/infrastructure.toml", "points_per_unit = { value = 4,", "points_per_unit = { value = 2,"),
];

const DATASET: [&str; 4] = ["--dataset", "exports", "--as-of", "2024-08-10"];

fn json(scene: &Scene, arguments: &[&str]) -> Vec<Value> {
    serde_json::from_str(&scene.run(&[arguments, &DATASET, &["-o", "json"]].concat()).stdout).unwrap()
}

/// Partner, area, points and status of a score as `score show` tells it.
pub fn stand(score: &Value) -> [String; 4] {
    let chosen = score["tracks"].as_array().unwrap().iter().find(|track| track["chosen"] == true).unwrap();
    [&score["global_partner_id"], &score["area"], &chosen["score"], &score["status"]].map(|value| value.as_str().unwrap().to_owned())
}

#[test]
fn a_diff_tells_every_difference_and_none_of_a_rulebook_with_itself() {
    let scene = Scene::empty();
    with_rules(&scene, &CHANGES);
    insta::assert_snapshot!(scene.run(&["rulebook", "diff", "2023-10", "rules", "-o", "table"]));
    insta::assert_snapshot!(scene.run(&["rulebook", "diff", "rules", "rules", "-o", "json"]));
    insta::assert_snapshot!(scene.run(&["rulebook", "diff", "2019-01"]));
}

#[test]
fn a_preview_tells_who_moves_and_is_what_scores_are_by_the_other_rulebook() {
    let scene = Scene::with_exports();
    with_rules(&scene, &CHANGES);
    insta::assert_snapshot!(scene.run(&[&["rulebook", "preview", "rules"], &DATASET[..], &["-o", "table"]].concat()));

    let told = json(&scene, &["rulebook", "preview", "rules"]);
    let was: Vec<_> = json(&scene, &["score", "show"]).iter().map(stand).collect();
    let is: Vec<_> = json(&scene, &["score", "show", "--rulebook", "rules"]).iter().map(stand).collect();
    assert!(!told.is_empty() && was != is);
    for (was, is) in was.iter().zip(&is) {
        let of = told.iter().find(|one| one["global_partner_id"] == was[0].as_str() && one["area"] == was[1].as_str());
        let Some(of) = of else {
            assert_eq!(was, is);
            continue;
        };
        assert_eq!([&of["score_before"], &of["status_before"]], [&was[2], &was[3]]);
        assert_eq!([&of["score_after"], &of["status_after"]], [&is[2], &is[3]]);
    }
}

#[test]
fn a_rulebook_with_a_typo_is_not_previewed() {
    let scene = Scene::with_exports();
    with_rules(&scene, &[("designations/security.toml", "points_per_unit", "points_per_unt")]);
    let ran = scene.run(&[&["rulebook", "preview", "rules"], &DATASET[..]].concat());
    assert_eq!(ran.exit, Some(1));
    assert!(ran.stderr.contains("rules/designations/security.toml:") && ran.stderr.contains("did you mean `points_per_unit`?"), "{ran}");
}
