//! A made-up program, made and imported.

use super::scene::Scene;

#[test]
fn the_demo_is_made_in_a_folder_of_its_own_and_says_what_to_try() {
    let scene = Scene::empty();
    let ran = scene.run(&["demo", "--no-serve", "--dir", "demo", "-o", "table"]);
    assert_eq!(ran.exit, Some(0), "{ran}");
    assert!(ran.stdout.contains("\n  export COUNTERFOIL_HOME=FOLDER/demo/home\n"), "{ran}");
    assert!(ran.stdout.contains(" rows came in = ") && !ran.stdout.contains(" quarantined\n"), "{ran}");

    let ask = ["score", "show", "--as-of", "2024-03-15", "-o", "csv", "--query", "[].[global_partner_id, area, status]"];
    let of_files = scene.run(&[&ask[..], &["--dataset", "demo/exports"]].concat());
    let of_home = scene.run(&[&ask[..], &["--home", "demo/home"]].concat());
    assert_eq!(of_files.stdout.lines().count(), 72, "{of_files}");
    assert_eq!(of_home.stdout, of_files.stdout);
}

#[test]
fn the_demo_touches_nothing_that_is_not_its_own() {
    let scene = Scene::empty();
    scene.write("mine/notes.txt", "mine");
    insta::assert_snapshot!(scene.run(&["demo", "--no-serve", "--dir", "mine"]));
}
