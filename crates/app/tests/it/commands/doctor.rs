//! Whether the home is sound.

use super::scene::Scene;

fn told(scene: &Scene) -> String {
    scene.run(&["doctor", "-o", "tsv", "--query", "[?what!='disk'].[state, what, told, cure]"]).to_string()
}

#[test]
fn a_home_that_is_not_there_yet_and_a_sound_one_are_told() {
    let scene = Scene::with_exports();
    insta::assert_snapshot!(told(&scene));
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    insta::assert_snapshot!(told(&scene));
}

#[test]
fn identity_providers_are_asked() {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    let file = "address = \"https://partners.example\"\n[[providers]]\nname = \"keys\"\ntitle = \"Keys\"\nissuer = \"http://127.0.0.1:1\"\n\
                inside = true\nclient_id = \"counterfoil\"\nroles_claim = \"groups\"\n\
                [[providers.tenants]]\noperator = true\nroles = { deciders = [\"reviewer\"] }\n";
    let told = || scene.run(&["doctor", "-o", "tsv", "--query", "[?what=='provider'].[state, told]"]);
    scene.write("home/identity.toml", file);
    let ran = told();
    assert!(ran.exit == Some(3) && ran.stdout.starts_with("attention\t`Keys` does not say how to sign in: "), "{ran}");
    scene.write("home/identity.toml", &file.replace("reviewer", "reader"));
    let ran = told();
    assert!(ran.exit == Some(1) && ran.stdout.contains("`reader` is no role in this kind of organisation"), "{ran}");
}

#[test]
fn a_lake_that_lost_a_file_is_broken() {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    let mut open = vec![scene.folder.path().join("home/lake")];
    while let Some(path) = open.pop() {
        match std::fs::read_dir(&path) {
            Ok(entries) => open.extend(entries.map(|entry| entry.unwrap().path())),
            Err(_) if path.to_string_lossy().contains("claims") => std::fs::remove_file(&path).unwrap(),
            Err(_) => {}
        }
    }
    let ran = scene.run(&["doctor", "-o", "tsv", "--query", "[?what=='lake'].[state, cure]"]);
    assert_eq!(
        (ran.exit, ran.stdout.as_str()),
        (Some(1), "broken\trestore the home from a backup, or import the sources into a fresh home\n")
    );
}

#[test]
fn facts_that_give_nothing_are_told() {
    let scene = Scene::with_exports();
    scene.append("exports/pal_links.csv", "t-alpine,p-ana,900010,2024-03-01\n");
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(3));
    insta::assert_snapshot!(told(&scene));
}
