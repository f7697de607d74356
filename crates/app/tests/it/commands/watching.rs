//! Exports as they land: each once, in order, whatever happens meanwhile. A folder is watched here, S3 and Azure in the tests with emulators.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::commands::ledger::is_killed;
use crate::commands::scene::{Ran, Scene};

/// A tenant's subscription, so that rows of exports have a tenant.
const SUBSCRIPTIONS: &str = "subscription_id,tenant_id\naaaaaaaa-0000-4000-8000-000000000021,t\n";

/// The header of an export in FOCUS.
const FOCUS: &str =
    "ServiceProviderName,ChargeCategory,ChargePeriodStart,EffectiveCost,BillingCurrency,ServiceName,SubAccountId,PublisherName\n";

/// An export's file: days of July and what each cost.
pub fn focus(days: &[(u8, &str)]) -> String {
    let row = |(day, cost): &(u8, &str)| {
        format!(
            "Microsoft,Usage,2024-07-{day:02}T00:00:00Z,{cost},USD,Azure Key Vault,/subscriptions/aaaaaaaa-0000-4000-8000-000000000021,Microsoft\n"
        )
    };
    days.iter().map(row).fold(FOCUS.to_owned(), |text, row| text + &row)
}

/// A run of an export with one part, as Cost Management writes it: paths and contents, the manifest last.
pub fn run_of(run: &str, submitted: &str, part: &str) -> [(String, String); 2] {
    let folder = format!("costs/20240701-20240731/{run}");
    let blob = json!({ "blobName": format!("any/{folder}/part_0_0001.csv"), "byteCount": part.len(), "dataRowCount": 1 });
    let manifest = json!({ "manifestVersion": "2024-04-01", "runInfo": { "submittedTime": submitted, "runId": run }, "blobs": [blob] });
    [(format!("{folder}/part_0_0001.csv"), part.to_owned()), (format!("{folder}/manifest.json"), manifest.to_string())]
}

/// A home that knows the subscription.
pub fn home(run: &dyn Fn(&Scene, &[&str]) -> Ran) -> Scene {
    let scene = Scene::empty();
    scene.write("known/subscriptions.csv", SUBSCRIPTIONS);
    let ran = run(&scene, &["import", "known"]);
    assert_eq!(ran.exit, Some(0), "{ran}");
    scene
}

fn land(scene: &Scene, files: &Files) {
    files.iter().for_each(|(path, text)| scene.write(&format!("container/{path}"), text));
}

/// What was taken, in order: the last part of each URL, its state, and whether it has a batch.
pub fn taken(ran: &Ran) -> Vec<(String, String)> {
    let taken: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran}"));
    let one = |export: &Value| {
        let url = export["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        (url, export["state"].as_str().unwrap().to_owned())
    };
    taken.as_array().unwrap().iter().map(one).collect()
}

fn all(exports: &[(&str, &str)]) -> Vec<(String, String)> {
    exports.iter().map(|(url, state)| ((*url).to_owned(), (*state).to_owned())).collect()
}

/// Paths and contents of files that land.
pub type Files = [(String, String)];

/// Exports are taken once and in order, changed ones again, refused ones not until they change. `land` puts files there.
pub fn takes_each_once_and_in_order(url: &str, run: &dyn Fn(&Scene, &[&str]) -> Ran, land: &dyn Fn(&Scene, &Files)) {
    let scene = home(run);
    let watch = |exit: i32| {
        let ran = run(&scene, &["import", "--watch", url, "--once", "-o", "json"]);
        assert_eq!(ran.exit, Some(exit), "{ran}");
        taken(&ran)
    };
    let usage = || run(&scene, &["ledger", "list", "--limit", "99", "-o", "json", "--query", "length([?state=='standing'])"]).stdout;
    land(&scene, &run_of("run-z", "2024-07-12T01:00:00.1234567Z", &focus(&[(10, "1"), (11, "2")])));
    land(&scene, &run_of("run-a", "2024-07-13T01:00:00.1234567Z", &focus(&[(10, "5")])));
    land(&scene, &[("odd/b.csv".to_owned(), "a,b\n1,2\n".to_owned()), ("readme.md".to_owned(), "no data".to_owned())]);
    let first = watch(3);
    assert_eq!(first[..2], all(&[("run-z", "imported"), ("run-a", "imported")])[..]);
    assert_eq!(first[2..], all(&[("b.csv", "refused")])[..]);
    assert_eq!(watch(0), []);
    assert_eq!(usage(), "3\n");
    // a later run restates, one that changed is taken again, and so is the refused one when it is mended
    land(&scene, &run_of("run-b", "2024-07-14T01:00:00Z", &focus(&[(10, "7")])));
    land(&scene, &run_of("run-a", "2024-07-13T01:00:00.1234567Z", &focus(&[(10, "6"), (12, "1")])));
    land(&scene, &[("odd/b.csv".to_owned(), focus(&[(20, "3")]))]);
    assert_eq!(watch(0), all(&[("run-a", "imported"), ("run-b", "imported"), ("b.csv", "imported")]));
    assert_eq!(taken(&run(&scene, &["import", "--watched", "-o", "json"])).len(), 6);
    assert_eq!(run(&scene, &["export", "out"]).exit, Some(0));
    let days: Vec<String> =
        scene.read("out/consumption.csv").lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect();
    assert_eq!(days.iter().filter(|day| *day == "2024-07-10").count(), 1, "{days:?}");
    let trace = run(&scene, &["ledger", "list", "--limit", "1", "-o", "json", "--query", "[].source"]).stdout;
    assert!(trace.contains("/odd/b.csv"), "{trace}");
}

#[test]
fn exports_in_a_folder_are_taken_once_and_in_order() {
    takes_each_once_and_in_order("container", &|scene, arguments| scene.run(arguments), &land);
}

#[test]
fn what_a_manifest_says_is_not_there_is_refused_until_it_is() {
    let scene = home(&|scene, arguments| scene.run(arguments));
    let [part, manifest] = run_of("run", "2024-07-12T01:00:00Z", &focus(&[(10, "1")]));
    land(&scene, std::slice::from_ref(&manifest));
    let once = ["import", "--watch", "container", "--once", "-o", "json"];
    let ran = scene.run(&once);
    assert!(ran.exit == Some(3) && ran.stdout.contains("names `part_0_0001.csv`, which is not there"), "{ran}");
    assert_eq!(taken(&scene.run(&once)), []);
    land(&scene, &[part]);
    assert_eq!(taken(&scene.run(&once)), all(&[("run", "imported")]));
    scene.write("container/costs/20240801-20240831/none/manifest.json", r#"{"blobCount": 0, "blobs": []}"#);
    assert_eq!(taken(&scene.run(&once)), all(&[("none", "empty")]));
    let strict = scene.run(&["import", "--watch", "nowhere", "--once"]);
    assert!(strict.exit == Some(1) && strict.stderr.contains("`nowhere` is not there; check the spelling"), "{strict}");
    let wrong = scene.run(&["import", "--watch", "container", "--every", "soon"]);
    assert!(wrong.exit == Some(2) && wrong.stderr.contains("`soon` is no span of time"), "{wrong}");
}

#[test]
fn a_watch_that_is_killed_at_any_point_neither_loses_an_export_nor_takes_one_twice() {
    let whole = |killed: usize| {
        let scene = home(&|scene, arguments| scene.run(arguments));
        land(&scene, &run_of("run-z", "2024-07-12T01:00:00Z", &focus(&[(10, "1"), (11, "2")])));
        land(&scene, &[("odd.csv".to_owned(), "a,b\n1,2\n".to_owned())]);
        land(&scene, &run_of("run-a", "2024-07-13T01:00:00Z", &focus(&[(10, "5")])));
        let once = ["import", "--watch", "container", "--once"];
        let was_killed = is_killed(&scene, &once, killed);
        if was_killed {
            let exit = scene.run(&once).exit;
            assert!(exit == Some(0) || exit == Some(3), "point {killed}");
        }
        assert_eq!(taken(&scene.run(&["import", "--watched", "-o", "json"])).len(), 3, "point {killed}");
        let batches = scene.run(&["ledger", "list", "--limit", "99", "-o", "json", "--query", "[].[source, rows, state]"]).stdout;
        assert_eq!(scene.run(&["store", "rebuild", "--check"]).exit, Some(0), "point {killed}");
        assert_eq!(scene.run(&["export", "out"]).exit, Some(0));
        (was_killed, batches + &scene.read("out/consumption.csv"))
    };
    let (_, expected) = whole(usize::MAX);
    let mut points = 0;
    for point in 1.. {
        let (was_killed, found) = whole(point);
        assert_eq!(found, expected, "point {point}");
        points = point;
        if !was_killed {
            break;
        }
    }
    assert!(points > 20, "only {points} points were tried");
}

#[cfg(unix)]
#[test]
fn a_watch_waits_until_a_file_is_the_same_in_two_looks_and_ends_between_exports_when_it_is_asked() {
    let scene = home(&|scene, arguments| scene.run(arguments));
    land(&scene, &[("costs.csv".to_owned(), focus(&[(10, "1")]))]);
    let watch = ["import", "--watch", "container", "--every", "50ms", "-o", "json"];
    let mut watching = scene.command(&watch).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(watching.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(told.next().unwrap().starts_with("watching `file://"));
    assert!(told.next().unwrap().contains("/container/costs.csv` may still be written to"));
    let mut shown = BufReader::new(watching.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(shown.any(|line| line.contains("\"state\": \"imported\"")));
    assert!(std::process::Command::new("kill").arg(watching.id().to_string()).status().unwrap().success());
    assert_eq!(told.last().unwrap(), "ended: what was taken is in the ledger");
    assert_eq!(watching.wait().unwrap().code(), Some(0));
}
