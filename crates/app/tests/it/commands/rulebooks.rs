//! Rulebooks of a home: proposed, previewed, published by somebody else, and in force from then on.

use std::thread;

use serde_json::Value;

use super::rulebook::{CHANGES, stand, with_rules};
use super::scene::{Ran, Scene};

const AS_OF: [&str; 2] = ["--as-of", "2024-08-10"];

/// A home with two program managers, an auditor and a partner's user, and a rulebook in `rules` that moves scores.
fn scene() -> Scene {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    for (user, more) in [
        ("mona", &["--operator", "--role", "program-manager"][..]),
        ("olga", &["--operator", "--role", "program-manager", "--as", "mona"]),
        ("aud", &["--operator", "--role", "auditor", "--as", "mona"]),
        ("anna", &["--partner", "900010", "--role", "account-admin", "--as", "mona"]),
    ] {
        let ran = scene.run(&[&["user", "add", user], more].concat());
        assert_eq!(ran.exit, Some(0), "{ran}");
    }
    with_rules(&scene, &CHANGES);
    assert_eq!(scene.run(&["rulebook", "test", "rules", "--write"]).exit, Some(0));
    scene
}

fn run(scene: &Scene, user: &str, command: &[&str]) -> Ran {
    scene.run(&[command, &["--as", user]].concat())
}

fn json(scene: &Scene, user: &str, command: &[&str]) -> Value {
    let ran = run(scene, user, &[command, &["-o", "json"]].concat());
    serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran}"))
}

/// Proposes the rulebook of a folder, and gives its hash.
fn proposed(scene: &Scene, folder: &str) -> String {
    json(scene, "mona", &["rulebook", "propose", folder])["sha256"].as_str().unwrap().to_owned()
}

fn scores(scene: &Scene, more: &[&str]) -> Vec<[String; 4]> {
    let told = json(scene, "mona", &[&["score", "show"][..], &AS_OF, more].concat());
    told.as_array().unwrap().iter().map(stand).collect()
}

#[test]
fn what_a_preview_tells_is_what_scores_are_once_somebody_else_has_published() {
    let scene = scene();
    let was = scores(&scene, &[]);
    let hash = proposed(&scene, "rules");
    assert_eq!(scores(&scene, &[]), was, "a proposal changes no score");
    let preview = json(&scene, "mona", &[&["rulebook", "preview", &hash[..12]][..], &AS_OF].concat());

    let waits = |user: &str| json(&scene, user, &["actions"]).to_string().contains(&hash);
    assert_eq!(["mona", "olga", "aud", "anna"].map(waits), [false, true, false, false], "it waits for the other program manager");

    let own = run(&scene, "mona", &["rulebook", "publish", &hash]);
    assert!(own.exit == Some(1) && own.stderr.contains("another program manager publishes it"), "{own}");
    let published = run(&scene, "olga", &["rulebook", "publish", &hash[..12]]);
    assert_eq!(published.exit, Some(0), "{published}");

    let is = scores(&scene, &[]);
    assert!(is != was);
    for (was, is) in was.iter().zip(&is) {
        let told =
            preview.as_array().unwrap().iter().find(|one| one["global_partner_id"] == was[0].as_str() && one["area"] == was[1].as_str());
        match told {
            Some(told) => assert_eq!([&told["score_after"], &told["status_after"]], [&is[2], &is[3]]),
            None => assert_eq!(was, is),
        }
    }
    let list = json(&scene, "aud", &["rulebook", "list"]);
    assert_eq!((list[0]["state"].as_str(), list[0]["published_by"].as_str()), (Some("published"), Some("olga")));
    assert_eq!(json(&scene, "mona", &["rulebook", "show", "data-ai/net-customer-adds/minimum_usd"])[0]["value"], "10");

    // as it was known before, and by another rulebook
    let events = json(&scene, "aud", &["audit", "log", "--register", "rulebook"]);
    let before = events.as_array().unwrap().iter().find(|event| event["kind"] == "rulebook-proposed").unwrap()["recorded_at"].clone();
    assert_eq!(scores(&scene, &["--known-at", before.as_str().unwrap()]), was);
    with_rules(&scene, &[]);
    assert_eq!(scores(&scene, &["--rulebook", "rules"]), was);
}

#[test]
fn to_go_back_the_earlier_rulebook_is_proposed_and_published_again() {
    let scene = scene();
    let was = scores(&scene, &[]);
    let hash = proposed(&scene, "rules");
    assert_eq!(run(&scene, "olga", &["rulebook", "publish", &hash]).exit, Some(0));
    let carried = json(&scene, "olga", &["rulebook", "propose"])["sha256"].as_str().unwrap().to_owned();
    assert_eq!(run(&scene, "mona", &["rulebook", "publish", &carried]).exit, Some(0));
    assert_eq!(scores(&scene, &[]), was);
    let list = json(&scene, "aud", &["rulebook", "list"]);
    let states: Vec<&str> = list.as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect();
    assert!(states.contains(&"published") && states.contains(&"replaced"), "{states:?}");
}

#[test]
fn what_may_not_be_proposed_or_published_is_refused_with_the_reason() {
    let scene = scene();
    for (user, told) in [("anna", "ask a program manager"), ("aud", "ask a program manager")] {
        let ran = run(&scene, user, &["rulebook", "propose", "rules"]);
        assert!(ran.exit == Some(1) && ran.stderr.contains(told), "{ran}");
    }
    assert!(!scene.folder.path().join("home/rulebooks").exists(), "what was refused is not kept");
    let hash = proposed(&scene, "rules");
    for (user, command, told) in [
        ("mona", &["rulebook", "propose", "rules/"][..], "is proposed already"),
        ("mona", &["rulebook", "propose", "rules/designations"], "is no rulebook"),
        ("aud", &["rulebook", "publish", &hash], "ask a program manager"),
        ("olga", &["rulebook", "publish", "abcdef12"], "no rulebook `abcdef12` was proposed"),
        ("anna", &["rulebook", "list"], "may not see the rulebooks"),
        ("anna", &["rulebook", "withdraw", &hash], "ask a program manager"),
    ] {
        let ran = run(&scene, user, command);
        assert!(ran.exit != Some(0) && ran.stderr.contains(told), "{command:?} {ran}");
    }
    assert_eq!(run(&scene, "mona", &["rulebook", "withdraw", &hash, "--reason", "a typo"]).exit, Some(0));
    let ran = run(&scene, "olga", &["rulebook", "publish", &hash]);
    assert!(ran.exit == Some(1) && ran.stderr.contains("is withdrawn, and not proposed"), "{ran}");

    // another rulebook of the same version, one whose examples fail, and one that lacks examples
    with_rules(&scene, &CHANGES[1..]);
    assert_eq!(scene.run(&["rulebook", "test", "rules", "--write"]).exit, Some(0));
    let ran = run(&scene, "mona", &["rulebook", "propose", "rules"]);
    assert!(ran.stderr.contains("another rulebook is version `2023-10`"), "{ran}");
    with_rules(&scene, &CHANGES);
    let ran = run(&scene, "mona", &["rulebook", "propose", "rules"]);
    assert!(ran.stderr.contains("thresholds without an example"), "{ran}");
    scene.append("rules/designations/data-ai.toml", "\nunknown = 1\n");
    let ran = run(&scene, "mona", &["rulebook", "propose", "rules"]);
    assert!(ran.exit == Some(1) && ran.stderr.contains("data-ai.toml:") && ran.stderr.contains("`unknown`"), "{ran}");
}

#[test]
fn of_two_who_publish_at_once_one_wins_and_the_other_is_told() {
    let scene = scene();
    let hash = proposed(&scene, "rules");
    assert_eq!(run(&scene, "mona", &["user", "add", "pia", "--operator", "--role", "program-manager"]).exit, Some(0));
    let publish = |user: &'static str| {
        let (scene, hash) = (&scene, &hash);
        move || run(scene, user, &["rulebook", "publish", hash])
    };
    let mut ran = thread::scope(|threads| {
        let both = [threads.spawn(publish("olga")), threads.spawn(publish("pia"))];
        both.map(|one| one.join().unwrap())
    });
    ran.sort_by_key(|ran| ran.exit);
    assert_eq!((ran[0].exit, ran[1].exit), (Some(0), Some(1)), "{} {}", ran[0], ran[1]);
    assert!(ran[1].stderr.contains("is published, and not proposed"), "{}", ran[1]);
}

#[test]
fn in_a_home_without_users_whoever_runs_it_publishes_what_they_propose() {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    with_rules(&scene, &CHANGES);
    assert_eq!(scene.run(&["rulebook", "test", "rules", "--write"]).exit, Some(0));
    let told: Value = serde_json::from_str(&scene.run(&["rulebook", "propose", "rules", "-o", "json"]).stdout).unwrap();
    assert_eq!(scene.run(&["rulebook", "publish", told["sha256"].as_str().unwrap()]).exit, Some(0));
}
