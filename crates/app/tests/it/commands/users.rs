//! Users: who may act.

use super::scene::Scene;

#[test]
fn the_first_user_ends_the_time_in_which_whoever_runs_the_program_may_act() {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    assert_eq!(scene.run(&["user", "list"]).exit, Some(0));
    // the first one must be able to let others in
    let told = [
        scene.run(&["user", "add", "ann", "--operator", "--role", "reviewer"]),
        scene.run(&["user", "add", "rita", "--operator", "--role", "program-manager", "--role", "reviewer"]),
        scene.run(&["user", "add", "paul", "--partner", "900010", "--role", "incentive-admin", "--as", "rita"]),
        scene.run(&["user", "add", "paul", "--partner", "900010", "--role", "incentive-admin"]),
        scene.run(&["user", "add", "eve", "--partner", "900010", "--role", "reviewer", "--as", "rita"]),
        scene.run(&["user", "add", "eve", "--partner", "900010", "--role", "report-viewer", "--as", "paul"]),
        scene.run(&["user", "close", "rita", "--as", "rita"]),
        scene.run(&["user", "list", "-o", "table"]),
    ];
    insta::assert_snapshot!(told.map(|ran| ran.to_string()).join("\n"));
}

#[test]
fn imports_and_months_tell_the_user_who_did_them() {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["user", "add", "rita", "--operator", "--role", "program-manager"]).exit, Some(0));
    let nobody = scene.run(&["import", "exports", "--as", "nobody"]);
    assert!(nobody.exit == Some(1) && nobody.stderr.contains("there is no user `nobody`"), "{nobody}");
    assert_eq!(scene.run(&["import", "exports", "--as", "rita"]).exit, Some(0));
    assert_eq!(scene.run(&["period", "close", "2023-01", "--reason", "final", "--as", "rita"]).exit, Some(0));
    let log = scene.run(&["audit", "log", "-o", "json", "--query", "[].{kind: kind, actor: actor}"]);
    let log: serde_json::Value = serde_json::from_str(&log.stdout).unwrap();
    let by = |kind: &str| log.as_array().unwrap().iter().find(|event| event["kind"] == kind).map(|event| event["actor"].clone());
    assert_eq!((by("batch-imported"), by("period-closed")), (Some("rita".into()), Some("rita".into())));
}

#[test]
fn nobody_takes_the_name_of_the_program_itself() {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["user", "add", "rita", "--operator", "--role", "program-manager"]).exit, Some(0));
    for name in ["counterfoil", "Counterfoil", " counterfoil "] {
        let ran = scene.run(&["user", "add", name, "--operator", "--role", "reviewer", "--as", "rita"]);
        assert!(ran.exit == Some(1) && ran.stderr.contains("is the program itself"), "{ran}");
    }
}
