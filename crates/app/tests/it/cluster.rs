//! A cluster of processes on this machine: a scheduler and executors, and homes that are credited on them.

use std::io::{BufRead, BufReader, Read as _};
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::commands::scene::{Ran, Scene};

/// A part of a cluster, which ends with the test.
pub struct Part {
    child: Child,
}

impl Drop for Part {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Part {
    /// Starts a part and waits until it says something with `said`; what follows that until a blank or comma is given back.
    fn start(command: &mut Command, said: &str) -> (Self, String) {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut told = Vec::new();
        let found = lines.by_ref().find_map(|line| {
            let found = line.split_once(said).map(|(_, rest)| rest.split([' ', ',']).next().unwrap_or_default().to_owned());
            told.push(line);
            found
        });
        // what it says later is read, so that it does not wait for us
        std::thread::spawn(move || lines.for_each(drop));
        (Self { child }, found.unwrap_or_else(|| panic!("it did not start: {}", told.join("\n"))))
    }

    fn ended(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

/// A scheduler and its URL.
pub fn scheduler(scene: &Scene, changed: &[(&str, &str)]) -> (Part, String) {
    let mut command = scene.command(&["cluster", "scheduler", "--bind", "127.0.0.1:0", "--lost-after", "3"]);
    Part::start(command.envs(changed.iter().copied()), "listening on ")
}

/// An executor of a scheduler.
pub fn executor(scene: &Scene, url: &str, changed: &[(&str, &str)]) -> Part {
    let mut command = scene.command(&["cluster", "executor", "--scheduler", url]);
    // one that is killed leaves its folder behind: in the test's own
    command.env("TMPDIR", scene.folder.path());
    Part::start(command.envs(changed.iter().copied()), "working for ").0
}

/// Questions of every command that a cluster can answer.
pub const ASKED: [&[&str]; 7] = [
    &["credit", "-o", "csv"],
    &["credit", "--group", "global-partner,tenant,service,month", "-o", "csv"],
    &["credit", "--group", "subscription", "-o", "json"],
    &["score", "show", "-o", "json"],
    &["sql", "select tenant_id, count(*) as rows, sum(acr_usd) as usd from consumption group by 1 order by 1", "-o", "csv"],
    &[
        "sql",
        "select c.name, sum(u.acr_usd) as usd from consumption u join customers c using (tenant_id) group by 1 order by 2 desc, 1",
        "-o",
        "csv",
    ],
    &[
        "sql",
        "select global_partner_id, month, sum(acr_usd) as usd from credits where duplicate_in_account = 0 group by 1, 2 order by 1, 2",
        "-o",
        "csv",
    ],
];

/// The answer of a cluster, beside the one of this process.
fn both(scene: &Scene, asked: &[&str], url: &str) -> (Ran, Ran) {
    let with = |more: &[&str]| scene.run(&[asked, &["--as-of", "2023-03-31"], more].concat());
    (with(&["--cluster", url]), with(&[]))
}

fn home() -> Scene {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    scene
}

fn jobs(scene: &Scene) -> usize {
    let mut open = vec![scene.folder.path().join("home/jobs")];
    let mut files = 0;
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() { open.push(entry.path()) } else { files += 1 }
        }
    }
    files
}

#[test]
fn a_cluster_gives_the_bytes_of_a_single_process() {
    let scene = home();
    let (_scheduler, url) = scheduler(&scene, &[]);
    let (_one, _other) = (executor(&scene, &url, &[]), executor(&scene, &url, &[]));
    for asked in ASKED {
        let (cluster, single) = both(&scene, asked, &url);
        assert!(single.exit == Some(0) && single.stdout.lines().count() > 1, "{single}");
        assert_eq!(cluster, single, "{asked:?}");
    }
    for file in ["cluster.parquet", "single.parquet"] {
        let by = ["credit", "--group", "global-partner,tenant,service,month", "--as-of", "2023-03-31", "--out", file];
        let on = if file == "cluster.parquet" { vec!["--cluster", &url] } else { Vec::new() };
        assert_eq!(scene.run(&[&by[..], &on].concat()).exit, Some(0));
    }
    let bytes = |file: &str| std::fs::read(scene.folder.path().join(file)).unwrap();
    assert_eq!(bytes("cluster.parquet"), bytes("single.parquet"));
    assert_eq!(jobs(&scene), 0, "jobs are gone when they are done");
}

#[test]
fn rows_that_name_another_customers_subscription_are_credited_as_well() {
    let scene = home();
    // a subscription that is known as one customer's, and one that nobody knows, each with a partner of record
    let customers: Vec<String> =
        scene.run(&["sql", "select tenant_id from customers order by 1", "-o", "csv"]).stdout.lines().skip(1).map(str::to_owned).collect();
    let (first, last) = (&customers[0], &customers[customers.len() - 1]);
    let partner = scene.run(&["sql", "select min(partner_id) from partners", "-o", "csv"]).stdout.lines().nth(1).unwrap().to_owned();
    scene.write("strays/subscriptions.csv", &format!("subscription_id,tenant_id\nof-the-first,{first}\n"));
    scene.write(
        "strays/partner_of_record.csv",
        &format!("subscription_id,partner_id,from\nof-the-first,{partner},2022-01-01\nof-nobody,{partner},2022-01-01\n"),
    );
    scene.write("strays/consumption.csv", &format!("usage_date,tenant_id,subscription_id,service,acr_usd\n2023-02-01,{last},of-the-first,Storage,17\n2023-02-01,{last},of-nobody,Storage,19\n"));
    assert_eq!(scene.run(&["import", "strays"]).exit, Some(0));
    let (_scheduler, url) = scheduler(&scene, &[]);
    let _executor = executor(&scene, &url, &[]);
    let (cluster, single) = both(&scene, ASKED[0], &url);
    assert!(single.stdout.contains("of-the-first") && single.stdout.contains("of-nobody"), "{single}");
    assert_eq!(cluster, single);
}

#[test]
fn a_lost_executor_is_survived() {
    let scene = home();
    let (_scheduler, url) = scheduler(&scene, &[]);
    // ends as if it were killed, in the middle of a share
    let mut lost = executor(&scene, &url, &[("COUNTERFOIL_FAULT_AT", "2")]);
    let asked = [ASKED[0], &["--as-of", "2023-03-31"]].concat();
    let mut command = scene.command(&[&asked[..], &["--cluster", &url]].concat());
    let mut asking = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    assert!(!lost.ended().success());
    let mut other = executor(&scene, &url, &[]);
    let mut told = String::new();
    asking.stdout.take().unwrap().read_to_string(&mut told).unwrap();
    let mut complaints = String::new();
    asking.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
    assert!(asking.wait().unwrap().success(), "{complaints}");
    assert_eq!(scene.steady(&told), scene.run(&asked).stdout);
    assert!(other.is_running());
    assert_eq!(jobs(&scene), 0);
}

#[test]
fn parts_of_other_versions_are_refused() {
    let scene = home();
    let asked = [ASKED[0], &["--as-of", "2023-03-31"]].concat();
    let old = [("COUNTERFOIL_BUILD", "0.0.9")];
    for (of_scheduler, of_executor, named) in [(&old[..], &[][..], "the scheduler"), (&[], &old, "an executor")] {
        let (_scheduler, url) = scheduler(&scene, of_scheduler);
        let _executor = executor(&scene, &url, of_executor);
        let ran = scene.run(&[&asked[..], &["--cluster", &url]].concat());
        let told = format!("and {named} is counterfoil 0.0.9; run the same version everywhere");
        assert!(ran.exit == Some(1) && ran.stderr.contains(&told), "{ran}");
        assert_eq!(jobs(&scene), 0, "jobs are gone when they fail");
    }
}

#[test]
fn what_cannot_be_reached_is_told_with_its_cure() {
    let scene = home();
    let told = |arguments: &[&str]| scene.run(arguments).stderr;
    assert!(told(&["credit", "--cluster", "http://127.0.0.1:1"]).contains("no scheduler answers at `http://127.0.0.1:1`; start one with"));
    assert!(told(&["credit", "--cluster", "127.0.0.1:1"]).contains("does not begin with `http://`"));
    assert!(told(&["credit", "--cluster", "http://127.0.0.1:1", "--dataset", "exports"]).contains("cannot be used with"));
    assert!(
        told(&["score", "show", "--cluster", "http://127.0.0.1:1", "--known-at", "2023-01-01"])
            .contains("leave `--cluster` or `--known-at` out")
    );
    let (_scheduler, url) = scheduler(&scene, &[]);
    let ran = scene.run(&["cluster", "scheduler", "--bind", url.trim_start_matches("http://")]);
    assert!(ran.exit == Some(1) && ran.stderr.contains("no scheduler at"), "{ran}");
}
