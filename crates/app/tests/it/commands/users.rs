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
        scene.run(&["user", "add", "paul", "--partner", "900010", "--role", "incentive-admin"]),
        scene.run(&["user", "add", "paul", "--partner", "900010", "--role", "incentive-admin", "--as", "rita"]),
        scene.run(&["user", "add", "eve", "--partner", "900010", "--role", "reviewer", "--as", "rita"]),
        scene.run(&["user", "add", "eve", "--partner", "900010", "--role", "report-viewer", "--as", "paul"]),
        scene.run(&["user", "close", "rita", "--as", "rita"]),
        scene.run(&["user", "list", "-o", "table"]),
    ];
    insta::assert_snapshot!(told.map(|ran| ran.to_string()).join("\n"));
}
