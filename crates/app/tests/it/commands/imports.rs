//! The pages of imports, served by the real program from a home: files in, undone again, months closed.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Stdio};

use super::scene::Scene;
use crate::pages::http::{Answer, ask};

/// The pages of a scene, until dropped.
pub struct Served {
    server: Child,
    pub address: SocketAddr,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }
}

impl Served {
    pub fn new(scene: &Scene, more: &[&str]) -> Self {
        let arguments: Vec<&str> = ["serve", "--as-of", "2024-08-10", "--port", "0"].into_iter().chain(more.iter().copied()).collect();
        // the first run makes `operator`, as whom pages act unless another is named
        let named: &[&str] = if more.contains(&"--as") { &[] } else { &["--as", "operator"] };
        let arguments = [&arguments, named].concat();
        let mut server = scene.command(&arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(server.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.strip_prefix("listening on http://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
        Self { address: address.parse().unwrap_or_else(|_| panic!("{line}")), server }
    }

    pub fn get(&self, path: &str) -> Answer {
        ask(self.address, "GET", path, &[], "")
    }

    pub fn send(&self, path: &str, form: &str) -> Answer {
        ask(self.address, "POST", path, &[("Content-Type", "application/x-www-form-urlencoded")], form)
    }

    /// Drops files with the names that a browser tells.
    pub fn drop_files(&self, files: &[(&str, &str)]) -> Answer {
        let part = |(name, text): &(&str, &str)| {
            format!("--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\r\n{text}\r\n")
        };
        let body = files.iter().map(part).collect::<String>() + "--b--\r\n";
        ask(self.address, "POST", "/imports", &[("Content-Type", "multipart/form-data; boundary=b")], &body)
    }
}

const HEADER: &str = "usage_date,tenant_id,subscription_id,service,acr_usd\n";

/// More users in July than the exports tell.
const USAGE: &str = "month,tenant_id,workload,paid_seats,active_users\n2024-07,t-alpine,teams,350,300\n";

fn home() -> Scene {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    scene
}

#[test]
fn a_file_that_is_dropped_moves_the_score_and_undoing_it_moves_it_back() {
    let scene = home();
    let pages = Served::new(&scene, &[]);
    let score = || pages.get("/?download=csv").body;
    let before = score();
    let dropped = pages.drop_files(&[("../../workload_usage.csv", USAGE)]);
    assert_eq!(dropped.status, 303, "{}", dropped.body);
    let import = dropped.header("location").to_owned();
    let shown = pages.get(&import);
    assert_eq!(shown.status, 200);
    assert!(shown.body.contains("1 row, none kept out") && shown.body.contains("workload_usage.csv, sent by browser"), "{}", shown.body);
    assert_ne!(score(), before);
    assert!(std::fs::read_dir(scene.folder.path().join("home/uploads")).unwrap().next().is_none());
    assert!(!scene.folder.path().join("workload_usage.csv").exists());

    let path = import.split('?').next().unwrap();
    let asked = pages.get(&format!("{path}/undo"));
    assert!(
        asked.body.contains("the one row that it brought goes") && asked.body.contains("the one row that it superseded comes back"),
        "{}",
        asked.body
    );
    assert_eq!(pages.send(&format!("{path}/undo"), "reason=+").status, 422);
    assert_eq!(pages.send(&format!("{path}/undo"), "reason=wrong+customer").status, 303);
    assert_eq!(score(), before);
    assert!(pages.get(path).body.contains("wrong customer"));
    let again = pages.send(&format!("{path}/undo"), "reason=twice");
    assert!(again.status == 422 && again.body.contains("was undone already"), "{}", again.body);
    assert_eq!(pages.get("/imports").body.matches(">undone<").count(), 1);
}

#[test]
fn an_import_by_another_program_is_seen_on_the_next_page() {
    let scene = home();
    let pages = Served::new(&scene, &[]);
    let before = pages.get("/?download=csv").body;
    scene.write("later/workload_usage.csv", USAGE);
    assert_eq!(scene.run(&["import", "later"]).exit, Some(0));
    assert_ne!(pages.get("/?download=csv").body, before);
}

#[test]
fn what_needs_attention_is_told_with_place_and_cure() {
    let scene = home();
    let pages = Served::new(&scene, &[]);
    let dropped = pages.drop_files(&[("consumption.csv", &format!("{HEADER}2024-02-30,t-alpine,s-alpine,Virtual Network,1\n"))]);
    let shown = pages.get(dropped.header("location"));
    assert!(shown.body.contains("1 row, 1 kept out") && shown.body.contains("consumption.csv:2"), "{}", shown.body);
    let list = pages.get(&format!("{}?problems_download=csv", dropped.header("location").split('?').next().unwrap()));
    insta::assert_snapshot!(list.body);
    // rows without a tenant come in with the one that the form tells
    let focus = "ProviderName,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,EffectiveCost,BillingCurrency,ServiceName,SubAccountId\n\
                 Microsoft,Usage,2024-01-01,2024-01-02,1.5,USD,Backup,/subscriptions/S-1\n";
    let file = format!("--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"costs.csv\"\r\n\r\n{focus}\r\n");
    let tenant = "--b\r\nContent-Disposition: form-data; name=\"tenant\"\r\n\r\nt-alpine\r\n--b--\r\n";
    let kind = ("Content-Type", "multipart/form-data; boundary=b");
    let dropped = ask(pages.address, "POST", "/imports", &[kind], &(file + tenant));
    assert!(pages.get(dropped.header("location")).body.contains("1 row, none kept out"));
    for (name, text, said) in [("strange.csv", "colour,size\nred,3\n", "strange.csv"), ("", "", "No file was chosen")] {
        let refused = pages.drop_files(&[(name, text)]);
        assert!(refused.status == 422 && refused.body.contains(said), "{}", refused.body);
    }
}

#[test]
fn months_are_closed_and_reopened_with_a_reason() {
    let scene = home();
    let pages = Served::new(&scene, &[]);
    let turn = |act: &str, month: &str| pages.send("/imports/months", &format!("act={act}&month={month}&reason=paid")).status;
    assert_eq!([turn("close", "2024-07"), turn("close", "2024-07"), turn("close", "July"), turn("burn", "2024-07")], [303, 422, 422, 422]);
    assert!(pages.get("/imports/months").body.contains("2024-07 is closed"));
    let dropped = pages.drop_files(&[("consumption.csv", &format!("{HEADER}2024-07-10,t-alpine,s-alpine,Virtual Network,50000\n"))]);
    assert!(pages.get(dropped.header("location")).body.contains("period-closed"));
    assert_eq!(turn("reopen", "2024-07"), 303);
    assert!(pages.get("/imports/months").body.contains("Every month takes rows"));
}

#[test]
fn forms_of_other_sites_are_refused_and_a_folder_has_no_ledger() {
    let scene = home();
    let pages = Served::new(&scene, &[]);
    let form = "act=close&month=2024-07&reason=x";
    let kind = ("Content-Type", "application/x-www-form-urlencoded");
    let own = format!("http://{}", pages.address);
    let send = |header: (&str, &str)| ask(pages.address, "POST", "/imports/months", &[kind, header], form).status;
    assert_eq!([send(("Origin", "http://evil.example")), send(("Origin", "null")), send(("Sec-Fetch-Site", "cross-site"))], [403; 3]);
    assert_eq!(send(("Origin", &own)), 303);

    let folder = Served::new(&scene, &["--dataset", "exports"]);
    for answer in [folder.get("/imports"), folder.drop_files(&[("consumption.csv", HEADER)])] {
        assert!(answer.status == 200 && answer.body.contains("There is no ledger here"), "{}", answer.body);
    }
}

#[test]
fn a_row_can_be_followed_to_the_points_it_gave() {
    let scene = home();
    let pages = Served::new(&scene, &[]);
    let shown = pages.get("/imports/rows?place=workload_usage.csv:20").body;
    assert!(shown.contains("Credited to Northwind Consulting (900010)") && shown.contains("<strong>counted</strong>"), "{shown}");
    let several = pages.get("/imports/rows?place=consumption.csv:2,3+partners.csv:2+and+7+more").body;
    assert!(several.contains("3 rows"), "{several}");
    assert_eq!(pages.get("/imports/rows").status, 200);
    let wrong = pages.get("/imports/rows?place=nowhere.csv:2");
    assert!(wrong.status == 422 && wrong.body.contains("nowhere.csv"), "{}", wrong.body);
}
