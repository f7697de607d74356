//! Refused rows as a file: mended and imported by themselves, they join what the batch brought.

use super::imports::Served;
use super::scene::Scene;

const HEADER: &str = "usage_date,tenant_id,subscription_id,service,acr_usd\n";

/// Three rows of one unit: one is good, one has a broken amount, one too few cells.
fn broken() -> String {
    format!(
        "{HEADER}2024-07-20,t-alpine,s-alpine,Backup,7\n2024-07-20,t-alpine,s-alpine,\"Key, Vault\",1.x\n2024-07-20,t-alpine,s-alpine,5\n"
    )
}

/// The rows of the month that the file is about.
fn month(scene: &Scene) -> String {
    scene.run(&["period", "list", "-o", "json", "--query", "[?month=='2024-07'].parts[0].[rows,amount]"]).stdout
}

fn scene() -> Scene {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    scene.write("late/consumption.csv", &broken());
    assert_eq!(scene.run(&["import", "late/consumption.csv"]).exit, Some(3));
    scene
}

#[test]
fn mended_rows_join_their_unit_once_however_often_they_come() {
    let scene = scene();
    let before = month(&scene);
    insta::assert_snapshot!("refused_written", scene.run(&["ledger", "show", "--limit", "0", "--refused", "mend"]));
    let refused = scene.read("mend/consumption.csv");
    insta::assert_snapshot!("refused_rows", scene.steady(&refused));
    // as it is, the same rows are refused again, and nothing changes
    assert_eq!(scene.run(&["import", "mend"]).exit, Some(3));
    assert_eq!(month(&scene), before);
    scene.write("mend/consumption.csv", &refused.replace(",1.x", ",1.25").replace("s-alpine,5", "s-alpine,Backup,5"));
    insta::assert_snapshot!("mended_import", scene.run(&["import", "mend", "-o", "json", "--query", "[].tables"]));
    let mended = month(&scene);
    assert_ne!(mended, before);
    assert_eq!(scene.run(&["import", "mend"]).exit, Some(0));
    assert_eq!(month(&scene), mended);
    // the whole file, mended as well, says the same
    scene.write("late/consumption.csv", &broken().replace(",1.x", ",1.25").replace("s-alpine,5", "s-alpine,Backup,5"));
    assert_eq!(scene.run(&["import", "late/consumption.csv"]).exit, Some(0));
    assert_eq!(month(&scene), mended);
}

#[test]
fn mended_rows_are_undone_alone_and_come_not_into_a_unit_that_was_restated() {
    let scene = scene();
    let before = month(&scene);
    scene.run(&["ledger", "show", "--refused", "mend"]);
    let mended = scene.read("mend/consumption.csv").replace(",1.x", ",1.25").replace("s-alpine,5", "s-alpine,Backup,5");
    scene.write("mend/consumption.csv", &mended);
    scene.run(&["import", "mend"]);
    let id = scene.latest();
    assert_eq!(scene.run(&["ledger", "undo", &id, "--reason", "wrong"]).exit, Some(0));
    assert_eq!(month(&scene), before);
    scene.write("later/consumption.csv", &format!("{HEADER}2024-07-20,t-alpine,s-alpine,Backup,20\n"));
    scene.run(&["import", "later"]);
    let restated = month(&scene);
    insta::assert_snapshot!("restated_since", scene.run(&["import", "mend"]).stderr);
    assert_eq!(month(&scene), restated);
    // rows of two imports, or mended rows and others, come apart
    scene.write("mend/revenue.csv", "month,tenant_id,workload,revenue_usd\n2024-07-01,t-alpine,dynamics,1\n");
    let mixed = scene.run(&["import", "mend"]);
    assert!(mixed.exit == Some(1) && mixed.stderr.contains("by themselves"), "{mixed}");
}

#[test]
fn json_is_mended_as_json_and_other_forms_as_text() {
    let scene = Scene::with_exports();
    scene.run(&["import", "exports"]);
    let roles = r#"[{"principalId": "p-1", "roleDefinitionName": "Contributor", "scope": "/subscriptions/s-alpine", "createdOn": "2024-01-01T00:00:00Z"},
        {"principalId": "", "roleDefinitionName": "Owner", "scope": "/subscriptions/s-alpine", "createdOn": "2024-01-01T00:00:00Z", "note": "kept"}]"#;
    scene.write("roles.json", roles);
    let import = scene.run(&["import", "roles.json", "--tenant", "t-alpine"]);
    assert_eq!(import.exit, Some(3), "{import}");
    scene.run(&["ledger", "show", "--refused", "mend"]);
    let refused = scene.read("mend/roles.json");
    insta::assert_snapshot!("refused_objects", scene.steady(&refused));
    scene.write("mend/roles.json", &refused.replace("\"principalId\": \"\"", "\"principalId\": \"p-2\""));
    let import = scene.run(&["import", "mend", "--tenant", "t-alpine", "-o", "json", "--query", "[].rows"]);
    assert!(import.exit == Some(0) && import.stdout.contains('1'), "{import}");
    let none = scene.run(&["ledger", "show", "--refused", "none"]);
    assert!(none.exit == Some(1) && none.stderr.contains("import it whole"), "{none}");
    let full = scene.run(&["ledger", "show", "--refused", "mend"]);
    assert_eq!(full.exit, Some(1), "{full}");
}

#[test]
fn refused_rows_are_downloaded_from_the_page_mended_and_dropped() {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    let pages = Served::new(&scene, &[]);
    let dropped = pages.drop_files(&[("consumption.csv", &broken())]);
    let batch = dropped.header("location").split('?').next().unwrap().to_owned();
    let shown = pages.get(&batch).body;
    assert!(shown.contains("3 rows, 2 kept out") && shown.contains(&format!("{batch}/refused/0")), "{shown}");
    let file = pages.get(&format!("{batch}/refused/0"));
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"consumption.csv\"");
    let mended = file.body.replace(",1.x", ",1.25").replace("s-alpine,5", "s-alpine,Backup,5");
    // a browser numbers files that it keeps
    let dropped = pages.drop_files(&[("consumption (1).csv", &mended)]);
    assert_eq!(dropped.status, 303, "{}", dropped.body);
    let shown = pages.get(dropped.header("location")).body;
    assert!(shown.contains("2 rows, none kept out"), "{shown}");
    assert!(month(&scene).contains("5735.5"), "{}", month(&scene));
    assert_eq!(pages.get(&format!("{batch}/refused/7")).status, 404);
}
