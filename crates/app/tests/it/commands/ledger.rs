//! The ledger: batches, undoing them, months that are closed, and imports that are killed.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use super::scene::{Ran, Scene};

const HEADER: &str = "usage_date,tenant_id,subscription_id,service,acr_usd\n";

/// A home with the exports, and then a restated day of July and a new one.
fn restated() -> Scene {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    scene.write(
        "later/consumption.csv",
        &format!("{HEADER}2024-07-10,t-alpine,s-alpine,Virtual Network,5000\n2024-07-12,t-alpine,s-alpine,Virtual Network,1\n"),
    );
    assert_eq!(scene.run(&["import", "later"]).exit, Some(0));
    scene
}

/// The id of the latest batch.
fn latest(scene: &Scene) -> String {
    let output = scene.command(&["ledger", "list", "--limit", "1", "-o", "tsv", "--query", "[].batch_id"]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Everything that the home answers with.
fn answers(scene: &Scene) -> (Ran, Ran) {
    (scene.run(&["score", "show", "--as-of", "2024-08-10"]), scene.run(&["credit", "--as-of", "2024-08-10", "-o", "csv"]))
}

#[test]
fn a_batch_that_is_undone_leaves_what_was_there_before_and_can_be_imported_again() {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    let before = answers(&scene);
    let scene = restated();
    let (after, batch) = (answers(&scene), latest(&scene));
    assert_ne!(after, before);
    insta::assert_snapshot!(scene.run(&["ledger", "show", "-o", "table"]));
    insta::assert_snapshot!(scene.run(&["ledger", "undo", &batch, "--reason", "wrong customer", "-o", "table"]));
    assert_eq!(answers(&scene), before);
    insta::assert_snapshot!(scene.run(&["ledger", "list", "-o", "table"]));
    let again = scene.run(&["ledger", "undo", &batch, "--reason", "once more"]);
    assert_eq!(again.exit, Some(1));
    assert!(again.stderr.contains("was undone already") && again.stderr.contains("wrong customer"), "{again}");
    assert_eq!(scene.run(&["import", "later"]).exit, Some(0));
    assert_eq!(answers(&scene), after);
    insta::assert_snapshot!(scene.run(&[
        "period",
        "list",
        "-o",
        "csv",
        "--query",
        "[?month=='2024-07'].parts[].restated[].[act, rows_before, rows_after, amount_before, amount_after]"
    ]));
}

#[test]
fn undo_asks_for_a_reason_and_a_batch_that_is_there() {
    let scene = restated();
    let batch = latest(&scene);
    let told = [
        scene.run(&["ledger", "undo", &batch]),
        scene.run(&["ledger", "undo", &batch, "--reason", " "]),
        scene.run(&["ledger", "undo", "yesterday", "--reason", "x"]),
        scene.run(&["ledger", "show", "today"]),
    ];
    assert_eq!(told.clone().map(|ran| ran.exit), [Some(2); 4]);
    insta::assert_snapshot!(told.map(|ran| ran.stderr).concat());
}

#[test]
fn a_closed_month_takes_no_rows_until_it_is_reopened() {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    insta::assert_snapshot!(scene.run(&["period", "close", "2024-07", "--reason", "incentives paid", "-o", "table"]));
    let before = answers(&scene);
    scene.write(
        "later/consumption.csv",
        &format!("{HEADER}2024-07-10,t-alpine,s-alpine,Virtual Network,5000\n2024-07-12,t-alpine,s-alpine,Virtual Network,1\n"),
    );
    let refused = scene.run(&["import", "later", "-o", "table"]);
    assert_eq!(refused.exit, Some(3));
    insta::assert_snapshot!(refused);
    assert_eq!(answers(&scene), before);
    let first = scene.command(&["ledger", "list", "-o", "tsv", "--query", "[-1].batch_id"]).output().unwrap().stdout;
    let undo = scene.run(&["ledger", "undo", String::from_utf8(first).unwrap().trim(), "--reason", "x"]);
    let told = [
        undo,
        scene.run(&["period", "close", "2024-07", "--reason", "again"]),
        scene.run(&["period", "reopen", "2024-06", "--reason", "x"]),
        scene.run(&["period", "close", "2999-07", "--reason", "x"]),
        scene.run(&["period", "close", "2024-7-1", "--reason", "x"]),
    ];
    assert_eq!(told.clone().map(|ran| ran.exit), [Some(1), Some(1), Some(1), Some(1), Some(2)]);
    insta::assert_snapshot!(told.map(|ran| ran.stderr).concat());
    assert_eq!(scene.run(&["period", "reopen", "2024-07", "--reason", "the vendor restated July"]).exit, Some(0));
    assert_eq!(scene.run(&["import", "later"]).exit, Some(0));
    insta::assert_snapshot!(scene.run(&["period", "list", "-o", "table"]).stdout.lines().take(4).collect::<Vec<_>>().join("\n"));
}

#[test]
fn problems_are_told_in_pages() {
    let scene = Scene::with_exports();
    let bad: String = (1..=45).map(|day| format!("2024-13-{day:02},t-alpine,s-alpine,Virtual Network,1\n")).collect();
    scene.append("exports/consumption.csv", &bad);
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(3));
    let shown = scene.run(&["ledger", "show", "--offset", "40", "--limit", "2", "-o", "table"]).stdout;
    insta::assert_snapshot!(shown[shown.find("Problems").unwrap()..].to_owned());
    let counted = scene.run(&["ledger", "show", "--limit", "100", "-o", "json", "--query", "[problems_kept, length(problems)]"]).stdout;
    assert_eq!(counted.split_whitespace().collect::<String>(), "[45,45]");
}

#[test]
fn an_import_waits_for_another_one_and_both_are_kept() {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports/partners.csv"]).exit, Some(0));
    let lock = std::fs::File::options().write(true).open(scene.folder.path().join("home/lock")).unwrap();
    lock.lock().unwrap();
    let mut waiting = scene.command(&["import", "exports"]).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut told = String::new();
    BufReader::new(waiting.stderr.take().unwrap()).read_line(&mut told).unwrap();
    assert_eq!(told, "another import or undo is under way in this home; waiting for it to end\n");
    assert!(scene.run(&["doctor", "-o", "table"]).stdout.contains("an import or undo is under way"));
    lock.unlock().unwrap();
    assert!(waiting.wait().unwrap().success());
    assert_eq!(scene.run(&["ledger", "list", "-o", "json", "--query", "length(@)"]).stdout, "2\n");
}

#[test]
fn several_imports_at_once_leave_the_home_as_if_they_came_one_after_another() {
    let scene = Scene::with_exports();
    for file in 1..=4 {
        scene.write(&format!("more-{file}/consumption.csv"), &format!("{HEADER}2024-0{file}-20,t-alpine,s-alpine,Key Vault,{file}\n"));
    }
    let folders = ["exports", "more-1", "more-2", "more-3", "more-4", "exports"];
    // there is no home yet: they make it together
    let running: Vec<_> =
        folders.map(|folder| scene.command(&["import", folder]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()).into();
    for mut import in running {
        assert_eq!(import.wait().unwrap().code(), Some(0));
    }
    let sums =
        scene.run(&["ledger", "list", "-o", "json", "--query", "[sum([].tables[?table=='consumption'].accepted[]), length(@)]"]).stdout;
    assert_eq!(sums.split_whitespace().collect::<String>(), "[124.0,6]", "{sums}");
    let doctor = scene.run(&["doctor", "-o", "json", "--query", "[?what=='lake' || what=='leftovers'].told"]);
    assert!(doctor.stdout.contains(" rows") && !doctor.stdout.contains("broke off"), "{doctor}");
}

/// Runs the program so that it is killed at a point; says whether it was.
pub fn is_killed(scene: &Scene, arguments: &[&str], point: usize) -> bool {
    let mut command = scene.command(arguments);
    let status = command.env("COUNTERFOIL_FAULT_AT", point.to_string()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    status.code().is_none()
}

#[test]
fn an_import_or_undo_that_is_killed_at_any_point_has_happened_or_not() {
    killed_at_any_point(&Scene::empty(), &[]);
}

#[test]
fn an_import_or_undo_into_storage_that_is_killed_at_any_point_has_happened_or_not() {
    let scene = Scene::empty();
    killed_at_any_point(&scene, &["--storage", "storage"]);
    // a copy of every file, and nothing else, is in the storage: what is here can be lost
    let told = scene.run(&["doctor", "-o", "json"]).stdout;
    assert!(told.contains("file://FOLDER/storage\"") && !told.contains("that no batch names"), "{told}");
    let now = scene.run(&["export", "before"]);
    assert_eq!(now.exit, Some(0), "{now}");
    std::fs::remove_dir_all(scene.folder.path().join("home/lake")).unwrap();
    assert_eq!(scene.run(&["export", "after"]).exit, Some(0));
    assert_eq!(scene.read("before/consumption.csv"), scene.read("after/consumption.csv"));
}

/// Imports and undoes, killed at one point after another; the home is made with `more` arguments.
fn killed_at_any_point(scene: &Scene, more: &[&str]) {
    scene.write("first/consumption.csv", &format!("{HEADER}2024-07-10,t,s,Backup,1\n2024-07-11,t,s,Backup,2\n"));
    scene.write("first/customers.csv", "tenant_id,name\nt,Tailspin\n");
    scene.write("second/consumption.csv", &format!("{HEADER}2024-07-10,t,s,Backup,5\n2024-08-11,t,s,Backup,2\n"));
    scene.write("second/customers.csv", "tenant_id,name\nt,Tailspin Toys\n");
    assert_eq!(scene.run(&[&["import", "first"], more].concat()).exit, Some(0));
    let facts = |scene: &Scene| {
        let _ = std::fs::remove_dir_all(scene.folder.path().join("out"));
        assert_eq!(scene.run(&["export", "out"]).exit, Some(0));
        let read = |name: &str| std::fs::read_to_string(scene.folder.path().join("out").join(name)).unwrap();
        read("consumption.csv") + &read("customers.csv")
    };
    let before = facts(scene);
    let (mut points, mut after) = (0, None);
    for point in 1.. {
        let (killed, known) = (is_killed(scene, &["import", "second"], point), latest(scene));
        let now = facts(scene);
        let is_kept =
            scene.run(&["ledger", "list", "--limit", "999", "-o", "json", "--query", "length([?state=='standing'])"]).stdout == "2\n";
        assert_eq!(now == before, !is_kept, "point {point}");
        assert!(is_kept || killed, "point {point}");
        assert_eq!(scene.run(&["store", "rebuild", "--check"]).exit, Some(0), "point {point}");
        assert_eq!(scene.run(&["import", "second"]).exit, Some(0), "point {point}");
        let again = facts(scene);
        assert_eq!(after.get_or_insert_with(|| again.clone()), &again, "point {point}");
        assert!(!scene.run(&["doctor", "-o", "json"]).stdout.contains("broke off"), "point {point}");
        // back to where it began, killed on the way now and then
        let batches = scene
            .command(&["ledger", "list", "--limit", "999", "-o", "tsv", "--query", "[?state=='standing'].batch_id"])
            .output()
            .unwrap()
            .stdout;
        let batches = String::from_utf8(batches).unwrap();
        let standing: Vec<&str> = batches.lines().collect();
        for batch in &standing[..standing.len() - 1] {
            let undo = ["ledger", "undo", batch, "--reason", "back"];
            if !is_killed(scene, &undo, point) {
                continue;
            }
            assert!([before.clone(), again.clone()].contains(&facts(scene)), "point {point}");
            let ran = scene.run(&undo);
            assert!(ran.exit == Some(0) || ran.stderr.contains("was undone already"), "point {point}: {ran}");
        }
        assert_eq!(facts(scene), before, "point {point}");
        assert!(!known.is_empty());
        points = point;
        if !killed {
            break;
        }
    }
    assert!(points > 20, "only {points} points were tried");
}

#[test]
fn undoing_a_batch_names_the_later_imports_that_it_concerns() {
    let scene = restated();
    let later = latest(&scene);
    scene.run(&["import", "later"]);
    let ran = scene.command(&["ledger", "undo", &later, "--reason", "wrong"]).output().unwrap();
    let told = String::from_utf8(ran.stderr).unwrap();
    assert!(told.contains("(later) had the same files again"), "{told}");
    scene.write("again/consumption.csv", &format!("{HEADER}2024-07-10,t-alpine,s-alpine,Virtual Network,5001\n"));
    scene.run(&["import", "later"]);
    let first = latest(&scene);
    scene.run(&["import", "again"]);
    let undone = scene.run(&["ledger", "undo", &first, "--reason", "wrong"]);
    assert!(undone.stderr.contains("(again) is about consumption of 2024-07 as well"), "{undone}");
}

#[test]
fn a_row_of_an_offer_that_does_not_count_names_the_offer() {
    let scene = Scene::with_exports();
    let header = "usage_date,tenant_id,subscription_id,service,acr_usd,offer";
    scene.write("exports/consumption.csv", &format!("{header}\n2024-07-10,t-alpine,s-alpine,Virtual Network,5,Trial\n"));
    scene.run(&["import", "exports"]);
    let traced = scene.run(&["ledger", "trace", "consumption.csv:2", "--as-of", "2024-08-10", "-o", "table"]);
    assert!(traced.stdout.contains("credited to nobody: offer-excluded, its offer `trial`"), "{traced}");
}

#[test]
fn a_row_is_followed_from_its_line_to_the_points_it_gave_and_back() {
    let scene = restated();
    let trace = |place: &str| scene.run(&["ledger", "trace", place, "--as-of", "2024-08-10", "-o", "table"]);
    insta::assert_snapshot!(trace("consumption.csv:2"));
    insta::assert_snapshot!(
        [trace("workload_usage.csv:20"), trace("pal_links.csv:2"), trace("consumption.csv:99")].map(|ran| ran.stdout).concat()
    );

    // what an explanation rests on can be pasted, and leads to the row and back to the metric
    let explain = ["score", "explain", "--partner", "900010", "--area", "infrastructure", "--as-of", "2024-08-10", "-o", "json"];
    let output = scene.command(&explain).output().unwrap().stdout;
    let text = String::from_utf8(output).unwrap();
    let lines = text.lines().find_map(|line| line.trim().strip_prefix("\"lines\": \"")).unwrap();
    let place = lines.trim_end_matches(['"', ',']).split(' ').next().unwrap();
    let traced = trace(place);
    assert!(traced.stdout.contains("infrastructure: ") && traced.stdout.contains("counted in"), "{place}: {traced}");

    // rows that were restated name what stands in their place
    let batches = scene.command(&["ledger", "list", "-o", "tsv", "--query", "[].batch_id"]).output().unwrap().stdout;
    let batches = String::from_utf8(batches).unwrap();
    let first = batches.lines().nth(1).unwrap();
    let superseded = trace(&format!("{first}:consumption.csv:110"));
    insta::assert_snapshot!(superseded);
}

#[test]
fn places_that_are_none_are_told() {
    let scene = restated();
    let told = ["consumption.csv", "consumption.csv:0", "consumptoin.csv:2", "consumption.csv:x"]
        .map(|place| scene.run(&["ledger", "trace", place]));
    assert_eq!(told.clone().map(|ran| ran.exit), [Some(2); 4]);
    insta::assert_snapshot!(told.map(|ran| ran.stderr).concat());
}

#[test]
fn an_ignored_line_names_the_rule_that_left_it_out() {
    let scene = Scene::empty();
    scene.write("usage.tsv", include_str!("../../../../engine/tests/it/samples/partner-center-azure-usage.tsv"));
    let ran = scene.run(&["import", "usage.tsv"]);
    assert!(ran.exit == Some(0) || ran.exit == Some(3), "{ran}");
    let trace = |line: u32| scene.run(&["ledger", "trace", &format!("usage.tsv:{line}"), "-o", "table"]);
    insta::assert_snapshot!([trace(5), trace(99)].map(|ran| ran.stdout).concat());
}
