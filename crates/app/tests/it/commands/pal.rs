//! Partner admin links: listed, audited, made and ended by those who may.

use super::scene::Scene;

/// Two partners' users, one with an identity in a customer's tenant, and that customer's administrator.
fn peopled() -> Scene {
    let scene = Scene::with_exports();
    scene.append("exports/principals.csv", "t-alpine,p-old,user\nt-alpine,g-ops,group\n");
    scene.append("exports/pal_links.csv", "t-alpine,p-old,100205,2023-05-01\nt-tailspin,p-eva,900010,2023-05-01\n");
    let owners = "tenant_id,product,resource_id,principal_id,capacity,from\nt-alpine,power-apps,app-1,p-old,owner,2023-05-01\n";
    scene.write("exports/resource_owners.csv", owners);
    // a link to a global account is warned of
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(3));
    assert_eq!(scene.run(&["user", "add", "rita", "--operator", "--role", "program-manager"]).exit, Some(0));
    let agent =
        ["user", "add", "agent", "--partner", "900010", "--role", "incentive-user", "--identity", "t-woodgrove/agent", "--as", "rita"];
    assert_eq!(scene.run(&agent).exit, Some(0));
    let wendy = ["user", "add", "wendy", "--customer", "t-woodgrove", "--role", "global-admin", "--as", "rita"];
    assert_eq!(scene.run(&wendy).exit, Some(0));
    scene
}

fn told(scene: &Scene, arguments: &[&str]) -> String {
    let ran = scene.run(&[arguments, &["-o", "table"]].concat()).to_string();
    format!("$ pal {}\n{}\n", arguments[1..].join(" "), steady(&ran))
}

/// The text without the days on which the test runs.
fn steady(text: &str) -> String {
    let is_late = |word: &str| word.len() == 10 && word.bytes().filter(u8::is_ascii_digit).count() == 8 && word.get(..4) >= Some("2026");
    let masked = |word: &str| if is_late(word) { "TODAY-----".to_owned() } else { word.to_owned() };
    text.split_inclusive([' ', '\n', ':', ',']).map(|word| masked(&word[..word.len() - 1]) + &word[word.len() - 1..]).collect()
}

#[test]
fn links_are_listed_with_what_they_reach_and_audited_with_what_mends_them() {
    let scene = peopled();
    let all = [
        told(&scene, &["pal", "list", "--as-of", "2024-08-10"]),
        told(&scene, &["pal", "list", "--tenant", "t-alpine", "--state", "working", "--as-of", "2024-08-10"]),
        told(&scene, &["pal", "list", "--state", "broken"]),
        told(&scene, &["pal", "audit", "--as-of", "2024-08-10"]),
        told(&scene, &["pal", "audit", "--partner", "100204", "--as-of", "2024-08-10"]),
        told(&scene, &["pal", "show", "t-alpine/p-ana"]),
        told(&scene, &["pal", "show", "t-alpine/nobody"]),
    ];
    insta::assert_snapshot!(all.concat());
}

#[test]
fn identities_link_themselves_customers_revoke_and_the_log_tells_all_of_it() {
    let scene = peopled();
    let all = [
        told(&scene, &["pal", "link", "100204", "--as", "wendy"]),
        told(&scene, &["pal", "link", "900010", "--as", "agent"]),
        told(&scene, &["pal", "link", "100204", "--as", "agent"]),
        told(&scene, &["pal", "link", "100204", "--as", "agent"]),
        told(&scene, &["pal", "relink", "100205", "--as", "agent"]),
        told(&scene, &["pal", "audit", "--tenant", "t-woodgrove"]),
        told(&scene, &["pal", "revoke", "t-woodgrove/agent", "--reason", "the project is over", "--as", "agent"]),
        told(&scene, &["pal", "revoke", "t-woodgrove/agent", "--reason", "the project is over", "--as", "wendy"]),
        told(&scene, &["pal", "link", "100204", "--as", "agent"]),
        told(&scene, &["pal", "allow", "t-woodgrove/agent", "--as", "wendy"]),
        told(&scene, &["pal", "link", "100204", "--as", "agent"]),
        told(&scene, &["pal", "import-solution", "crm", "--resource", "power-apps/app-7", "--as", "agent"]),
        told(&scene, &["pal", "import-solution", "crm", "--environment", "sandbox", "--resource", "power-apps/a", "--as", "agent"]),
        told(&scene, &["pal", "import-solution", "crm", "--resource", "power-app/a", "--as", "agent"]),
        told(&scene, &["pal", "show", "t-woodgrove/agent"]),
        told(&scene, &["pal", "unlink", "--as", "agent"]),
        told(&scene, &["pal", "unlink", "--as", "agent"]),
    ];
    insta::assert_snapshot!(all.concat());
}

#[test]
fn a_role_is_explained_by_name_or_id_and_a_misspelt_one_gets_the_nearest() {
    let scene = Scene::empty();
    let all = [
        told(&scene, &["pal", "role", "support request contributor"]),
        told(&scene, &["pal", "role", "acdd72a7-3385-48ef-bd42-f606fba81ae7"]),
        told(&scene, &["pal", "role", "Storage Blob Data Contributer"]),
    ];
    insta::assert_snapshot!(all.concat());
    let listed = scene.run(&["pal", "role", "-o", "csv"]);
    assert_eq!(listed.stdout.lines().count(), 123);
}
