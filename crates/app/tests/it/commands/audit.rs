//! The log: what it tells, what outsiders can verify, what was known earlier, and acts that are killed.

use std::io::Read;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::scene::Scene;

/// How many acts are killed, unless `TEST_KILLS` says another number.
const KILLS: u64 = 40;

const HEADER: &str = "usage_date,tenant_id,subscription_id,service,acr_usd\n";

fn done(scene: &Scene, arguments: &[&str]) -> String {
    let ran = scene.run(arguments);
    assert_eq!(ran.exit, Some(0), "{arguments:?}: {ran}");
    ran.stdout
}

/// The instant of the latest event, as the log tells it.
fn latest(scene: &Scene) -> String {
    let output = scene.command(&["audit", "log", "--limit", "1", "-o", "json", "--query", "[0].recorded_at"]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn raw(scene: &Scene, arguments: &[&str]) -> String {
    String::from_utf8(scene.command(arguments).output().unwrap().stdout).unwrap()
}

#[test]
fn an_outsider_verifies_the_log_and_single_events_without_the_home() {
    let scene = Scene::with_exports();
    done(&scene, &["import", "exports"]);
    done(&scene, &["user", "add", "rita", "--operator", "--role", "program-manager"]);
    let early = raw(&scene, &["audit", "checkpoint"]);
    assert!(early.starts_with("counterfoil/") && early.contains("\n2\n"), "{early}");
    let key = raw(&scene, &["audit", "key"]);
    done(&scene, &["user", "add", "ann", "--operator", "--role", "reviewer", "--as", "rita"]);
    done(&scene, &["period", "close", "2024-07", "--reason", "incentives paid"]);
    done(&scene, &["audit", "export", "log.jsonl"]);
    let proof = raw(&scene, &["audit", "proof", "3"]);

    let outside = Scene::empty();
    outside.write("log.jsonl", &scene.read("log.jsonl"));
    outside.write("early.txt", &early);
    outside.write("event-3.json", &proof);
    let verified = done(&outside, &["audit", "verify", "log.jsonl", "--key", key.trim(), "--checkpoint", "early.txt", "-o", "table"]);
    assert!(verified.starts_with("whole and unaltered: 4 events"), "{verified}");
    let shown = done(&outside, &["audit", "verify", "event-3.json", "--key", key.trim(), "-o", "table"]);
    assert!(shown.starts_with("event 3 (user-added of user `ann`, by rita"), "{shown}");
    outside.write("event-3.json", &proof.replace("rita", "bert"));
    let refused = outside.run(&["audit", "verify", "event-3.json"]);
    assert!(refused.exit == Some(1) && refused.stderr.contains("do not lead to the root"), "{refused}");
    outside.write("log.jsonl", &scene.read("log.jsonl").replace("incentives paid", "incentives said"));
    let refused = outside.run(&["audit", "verify", "log.jsonl"]);
    assert!(refused.exit == Some(1) && refused.stderr.contains("one of 3 to 4 was altered"), "{refused}");
    assert!(!outside.folder.path().join("home").exists());

    scene.write("early.txt", &early);
    scene.write("continues.json", &raw(&scene, &["audit", "proof", "--continues", "early.txt"]));
    let continues = ["audit", "verify", "continues.json", "--checkpoint", "early.txt", "-o", "table"];
    assert_eq!(done(&scene, &continues), "the log of 4 events continues the one of 2 events\n");
    let told = [
        scene.run(&["audit", "proof", "99"]),
        scene.run(&["audit", "verify", "exports/partners.csv"]),
        scene.run(&["audit", "verify", "nothing.jsonl"]),
        scene.run(&["import", "exports", "--known-at", "2024-01-01"]),
        scene.run(&["score", "show", "--known-at", "yesterday"]),
        scene.run(&["score", "show", "--dataset", "exports", "--known-at", "2024-01-01"]),
    ];
    assert_eq!(told.clone().map(|ran| ran.exit), [Some(2), Some(1), Some(1), Some(2), Some(2), Some(2)]);
    insta::assert_snapshot!(told.map(|ran| ran.stderr).concat());
    let columns = "[].[sequence, kind, register, actor, reason]";
    insta::assert_snapshot!(done(&scene, &["audit", "log", "-o", "csv", "--query", columns]));
    assert_eq!(
        done(&scene, &["audit", "log", "--register", "user", "--actor", "rita", "-o", "json", "--query", "[].id"]),
        "[\n  \"ann\"\n]\n"
    );
}

#[test]
fn what_was_known_earlier_is_answered_whatever_was_corrected_since() {
    let scene = Scene::with_exports();
    done(&scene, &["import", "exports"]);
    let answers = |more: &[&str]| {
        let ask = |what: &[&str]| done(&scene, &[what, &["--as-of", "2024-08-10", "-o", "csv"], more].concat());
        (
            ask(&["score", "show"]),
            ask(&["credit"]),
            done(&scene, &[&["user", "list", "-o", "json", "--query", "[].user_id"], more].concat()),
        )
    };
    let (first, first_at) = (answers(&[]), latest(&scene));

    // a restated day, a new one, and another name
    let rows = "2024-07-10,t-alpine,s-alpine,Virtual Network,5000\n2024-07-12,t-alpine,s-alpine,Virtual Network,1\n";
    scene.write("later/consumption.csv", &format!("{HEADER}{rows}"));
    scene.write("later/partners.csv", "partner_id,global_partner_id,name\n100300,900020,Fabrikam Renamed\n");
    done(&scene, &["import", "later"]);
    done(&scene, &["user", "add", "rita", "--operator", "--role", "program-manager"]);
    let (second, second_at) = (answers(&[]), latest(&scene));
    assert_ne!(first, second);

    done(&scene, &["ledger", "undo", &scene.latest(), "--reason", "wrong customer"]);
    done(&scene, &["user", "add", "ann", "--operator", "--role", "reviewer", "--as", "rita"]);
    let third = answers(&[]);
    assert_eq!((&third.0, &third.1), (&first.0, &first.1));
    assert_eq!(answers(&["--known-at", &first_at]), first);
    assert_eq!(answers(&["--known-at", &second_at]), second);
    assert_eq!(answers(&["--known-at", &latest(&scene)]), third);
    assert_eq!(answers(&["--known-at", "2001-01-01"]).2, "[]\n");

    // what was imported again stands beside what was undone
    done(&scene, &["import", "later"]);
    let fourth = answers(&[]);
    assert_eq!((&fourth.0, &fourth.1), (&second.0, &second.1));
    assert_eq!(answers(&["--known-at", &second_at]), second);
    assert_eq!(answers(&["--known-at", &first_at]), first);
    assert!(!scene.run(&["doctor", "-o", "json"]).stdout.contains("broke off"));
}

/// Starts the program and kills it some time later, which no clock of the program decides.
fn kill(scene: &Scene, arguments: &[&str], micros: u64) -> bool {
    let mut child: Child = scene.command(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let until = Instant::now() + Duration::from_micros(micros);
    while Instant::now() < until && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    let _ = child.kill();
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert!(!told.contains("panicked"), "{told}");
    child.wait().unwrap().code().is_none()
}

#[test]
fn acts_and_imports_that_are_killed_at_any_time_leave_a_whole_log_that_rebuilds_to_the_registers() {
    let kills = std::env::var("TEST_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let scene = Scene::with_exports();
    done(&scene, &["import", "exports"]);
    done(&scene, &["user", "add", "rita", "--operator", "--role", "program-manager", "--role", "reviewer"]);
    let checkpoint = raw(&scene, &["audit", "checkpoint"]);
    scene.write("early.txt", &checkpoint);
    let (mut killed, mut random, mut tried) = (0, 12345_u64, 0_u64);
    let mut longest = Duration::ZERO;
    while killed < kills {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        tried += 1;
        let user = format!("user-{tried}");
        let batch = scene.latest();
        scene.write("more/consumption.csv", &format!("{HEADER}2024-08-{:02},t-alpine,s-alpine,Key Vault,{tried}\n", tried % 28 + 1));
        let acts: [&[&str]; 5] = [
            &["user", "add", &user, "--operator", "--role", "reviewer", "--as", "rita"],
            &["import", "more"],
            &["ledger", "undo", &batch, "--reason", "again"],
            &["period", if tried % 2 == 0 { "close" } else { "reopen" }, "2024-03", "--reason", "paid"],
            &["audit", "checkpoint"],
        ];
        let act = acts[usize::try_from(random >> 33).unwrap() % acts.len()];
        // the first rounds tell how long an act takes here
        let most = u64::try_from(longest.as_micros()).unwrap().max(1_000);
        let begun = Instant::now();
        killed += u64::from(kill(&scene, act, if tried < 4 { 10_000_000 } else { (random >> 20) % most }));
        longest = longest.max(begun.elapsed());
        if tried % 10 == 0 || killed == kills {
            let check = scene.run(&["store", "rebuild", "--check", "-o", "table"]);
            assert!(check.exit == Some(0), "after {tried} acts: {check}");
            done(&scene, &["audit", "export", "log.jsonl"]);
            done(&scene, &["audit", "verify", "log.jsonl", "--checkpoint", "early.txt"]);
        }
    }
    // what broke off is tidied up by the next import
    done(&scene, &["import", "exports"]);
    let doctor = scene.run(&["doctor", "-o", "json"]);
    assert!(doctor.exit == Some(0), "{doctor}");
}

#[test]
fn a_home_keeps_its_ledger_log_and_registers_on_postgres_when_asked() {
    let has_psql = std::process::Command::new("psql").arg("--version").stdout(Stdio::null()).status().is_ok();
    let Some(server) = std::env::var("TEST_POSTGRES_URL").ok().filter(|_| has_psql) else {
        println!("skipped: PostgreSQL; set TEST_POSTGRES_URL and install psql to test on it too");
        return;
    };
    let schema = format!("counterfoil_app_{}", std::process::id());
    let join = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{join}options=-c%20search_path%3D{schema}");
    store_schema(&server, &format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}"));
    let scene = Scene::with_exports();
    let on_file = Scene::with_exports();
    done(&scene, &["import", "exports", "--database", &url]);
    done(&on_file, &["import", "exports"]);
    assert!(!scene.folder.path().join("home/counterfoil.db").exists());
    for scene in [&scene, &on_file] {
        done(scene, &["user", "add", "rita", "--operator", "--role", "program-manager", "--role", "reviewer"]);
        done(scene, &["user", "add", "ann", "--operator", "--role", "reviewer", "--as", "rita"]);
        scene.write("later/consumption.csv", &format!("{HEADER}2024-07-10,t-alpine,s-alpine,Virtual Network,5000\n"));
        done(scene, &["import", "later"]);
        done(scene, &["ledger", "undo", &scene.latest(), "--reason", "wrong"]);
        done(scene, &["period", "close", "2024-07", "--reason", "paid"]);
        done(scene, &["store", "rebuild", "--check"]);
        done(scene, &["store", "rebuild"]);
        done(scene, &["audit", "export", "log.jsonl"]);
        done(scene, &["audit", "verify", "log.jsonl"]);
    }
    for ask in [
        &["score", "show", "--as-of", "2024-08-10", "-o", "csv"][..],
        &["credit", "--as-of", "2024-08-10", "-o", "csv"],
        &["ledger", "list", "-o", "table"],
        &["period", "list", "-o", "csv"],
        &["user", "list", "-o", "table"],
        &["audit", "log", "-o", "csv", "--query", "[].[sequence, kind, register, actor, reason]"],
        &["score", "show", "--as-of", "2024-08-10", "-o", "csv", "--known-at", "2999-01-01"],
    ] {
        assert_eq!(done(&scene, ask), done(&on_file, ask), "{ask:?}");
    }
    let doctor = scene.run(&["doctor", "-o", "table"]);
    assert!(doctor.exit == Some(0) && doctor.stdout.contains(", in `postgres"), "{doctor}");
    let elsewhere = on_file.run(&["user", "list", "--database", &url]);
    assert!(elsewhere.exit == Some(1) && elsewhere.stderr.contains("/counterfoil.db`, not in `postgres"), "{elsewhere}");
    store_schema(&server, &format!("DROP SCHEMA {schema} CASCADE"));
}

/// Runs statements on the server that tests use.
fn store_schema(server: &str, statements: &str) {
    let ran = std::process::Command::new("psql")
        .args([server, "-q", "-c", statements])
        .env("PGOPTIONS", "--client-min-messages=warning")
        .status();
    assert!(ran.unwrap().success());
}
