//! The REST API on a home, asked with tokens.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Stdio};

use serde_json::Value;

use super::scene::Scene;
use crate::pages::http::{Answer, ask};

/// A server of a home, ended when dropped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves the home of a scene on a free port.
pub fn serve(scene: &Scene) -> Server {
    serve_with(scene, &[])
}

/// Serves the home of a scene on a free port, with more arguments.
pub fn serve_with(scene: &Scene, more: &[&str]) -> Server {
    let arguments = [&["serve", "--port", "0", "--as-of", "2024-08-10"], more].concat();
    let mut child = scene.command(&arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("listening on http") {
        line.clear();
        assert!(told.read_line(&mut line).unwrap() > 0, "the server ended");
    }
    let address = line.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap().parse().unwrap();
    // what it says later is read by nobody, so that it never waits for a reader
    std::thread::spawn(move || for _ in told.lines() {});
    Server { child, address }
}

/// A home with imports, a program manager, a partner's user, and a token for each.
pub fn peopled() -> (Scene, String, String) {
    let scene = Scene::with_exports();
    assert_eq!(scene.run(&["import", "exports"]).exit, Some(0));
    assert_eq!(scene.run(&["user", "add", "rita", "--operator", "--role", "program-manager", "--role", "reviewer"]).exit, Some(0));
    let paul = ["user", "add", "paul", "--partner", "900010", "--role", "account-admin", "--as", "rita"];
    assert_eq!(scene.run(&paul).exit, Some(0));
    let token = |user: &str| {
        let issue = ["token", "issue", user, "--purpose", "test", "--expires-on", "2999-01-01", "--as", "rita", "-o", "json"];
        let output = scene.command(&issue).output().unwrap().stdout;
        serde_json::from_slice::<Value>(&output).unwrap()["token"].as_str().unwrap().to_owned()
    };
    let (rita, paul) = (token("rita"), token("paul"));
    (scene, rita, paul)
}

impl Server {
    /// Asks with a token.
    pub fn ask(&self, token: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        let mut all = vec![("Authorization", bearer.as_str())];
        if !body.is_empty() {
            all.push(("Content-Type", "application/json"));
        }
        all.extend_from_slice(headers);
        ask(self.address, method, &format!("/api/v1{path}"), &all, body)
    }
}

fn told(answer: &Answer) -> String {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    format!("{} {}\n", answer.status, serde_json::to_string_pretty(&body).unwrap())
}

#[test]
fn callers_are_told_apart_and_problems_name_a_cure() {
    let (scene, rita, paul) = peopled();
    let server = serve(&scene);
    let told = [
        told(&ask(server.address, "GET", "/api/v1/me", &[], "")),
        told(&ask(server.address, "GET", "/api/v1/me", &[("Authorization", "Bearer cfl_1_2")], "")),
        told(&server.ask(&paul, "GET", "/me", &[], "")),
        told(&server.ask(&paul, "GET", "/partners?limit=1", &[], "")),
        told(&server.ask(&paul, "GET", "/customers", &[], "")),
        told(&server.ask(&paul, "GET", "/partners?limit=0", &[], "")),
        told(&server.ask(&paul, "GET", "/partners?limits=5", &[], "")),
        told(&server.ask(&paul, "PUT", "/users/eve", &[], "{\"user_id\":\"eve\"}")),
        told(&server.ask(&paul, "DELETE", "/users/eve", &[], "")),
        told(&server.ask(&rita, "GET", "/nowhere", &[], "")),
    ];
    insta::assert_snapshot!(told.concat());
}

#[test]
fn a_write_with_a_key_is_done_once_and_one_on_a_changed_entry_not_at_all() {
    let (scene, rita, paul) = peopled();
    let server = serve(&scene);
    let user = |name: &str| {
        format!(r#"{{"user_id":"eve","name":"{name}","organisation":{{"partner":"900010"}},"roles":["report-viewer"],"active":true}}"#)
    };
    let key = [("Idempotency-Key", "first")];
    let first = server.ask(&paul, "PUT", "/users/eve", &key, &user("Eve"));
    let again = server.ask(&paul, "PUT", "/users/eve", &key, &user("Eve"));
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(server.ask(&paul, "PUT", "/users/eve", &key, &user("Another")).status, 409);

    let read = server.ask(&rita, "GET", "/users/eve", &[], "");
    let tag = read.header("etag").to_owned();
    assert_eq!(server.ask(&rita, "PUT", "/users/eve", &[("If-Match", &tag)], &user("Eva")).status, 200);
    assert_eq!(server.ask(&rita, "PUT", "/users/eve", &[("If-Match", &tag)], &user("Evi")).status, 412);
    let history: Value = serde_json::from_str(&server.ask(&rita, "GET", "/users/eve/events", &[], "").body).unwrap();
    assert_eq!(history["items"].as_array().unwrap().len(), 2);

    // a role that is lost is lost at once
    assert_eq!(scene.run(&["user", "close", "paul", "--as", "rita"]).exit, Some(0));
    assert_eq!(server.ask(&paul, "GET", "/me", &[], "").status, 401);
}

#[test]
fn scores_are_told_with_their_reasons_and_only_to_those_they_are_of() {
    let (scene, rita, paul) = peopled();
    let server = serve(&scene);
    let read = |token: &str, path: &str| server.ask(token, "GET", path, &[], "");
    let score: Value = serde_json::from_str(&read(&paul, "/scores/900010/infrastructure?as_of=2024-08-10").body).unwrap();
    let explained: Value = serde_json::from_str(&read(&paul, "/scores/900010/infrastructure/explanation?as_of=2024-08-10").body).unwrap();
    assert_eq!(explained["value"], score["tracks"][0]["score"]);
    assert_eq!(read(&paul, "/scores/900020/infrastructure?as_of=2024-08-10").status, 404);
    let count = |token: &str| {
        let page: Value = serde_json::from_str(&read(token, "/scores?limit=200&as_of=2024-08-10").body).unwrap();
        page["items"].as_array().unwrap().len()
    };
    assert_eq!((count(&paul), count(&rita)), (6, 12));
    assert_eq!((read(&paul, "/events").status, read(&rita, "/events?limit=2").status), (403, 200));
}

#[test]
fn an_explanation_goes_down_to_the_rows_of_the_customer_that_is_asked_for() {
    let (scene, rita, _) = peopled();
    let server = serve(&scene);
    let explained = |more: &str| {
        let answer = server.ask(&rita, "GET", &format!("/scores/900010/data-ai/explanation?as_of=2024-08-10&{more}"), &[], "");
        (answer.status, serde_json::from_str::<Value>(&answer.body).unwrap())
    };
    // the customers whose rows are told, and whether some are left out
    fn tenants(node: &Value, told: &mut BTreeSet<String>) -> bool {
        if node["kind"] == "rows" {
            told.insert(node["keys"]["tenant_id"].as_str().unwrap().to_owned());
        }
        let children = node["children"].as_array().unwrap().iter();
        children.fold(node["rows_left_out"] == true, |is_left_out, child| tenants(child, told) | is_left_out)
    }
    let rows = |more: &str| {
        let mut told = BTreeSet::new();
        let is_left_out = tenants(&explained(more).1, &mut told);
        (told, is_left_out)
    };
    let (all, is_left_out) = rows("depth=10");
    assert!(all.len() > 1 && all.contains("t-alpine") && !is_left_out, "{all:?} {is_left_out}");
    assert_eq!(rows("depth=10&tenant_id=t-alpine"), (BTreeSet::from(["t-alpine".to_owned()]), true));
    assert_eq!(rows("depth=3"), (BTreeSet::new(), false));
    let (status, problem) = explained("depth=10&tenant_id=t-nobody");
    assert_eq!((status, &problem["code"]), (400, &Value::from("unknown-id")));
}

#[test]
fn what_is_secret_or_refused_is_kept_nowhere() {
    let (scene, rita, paul) = peopled();
    let server = serve(&scene);
    let token = r#"{"user_id":"paul","purpose":"test","expires_on":"2999-01-01"}"#;
    assert_eq!(server.ask(&rita, "POST", "/tokens", &[("Idempotency-Key", "once")], token).status, 400);
    assert_eq!(server.ask(&rita, "POST", "/tokens", &[], token).status, 201);

    let file = [("Content-Type", "application/octet-stream")];
    let bearer = format!("Bearer {paul}");
    let all = [("Authorization", bearer.as_str()), file[0]];
    assert_eq!(ask(server.address, "POST", "/api/v1/claims/claim-000001/proofs?name=x.txt", &all, "a text").status, 404);
    let proofs = scene.folder.path().join("home").join("proofs");
    assert!(proofs.is_dir() && std::fs::read_dir(proofs).unwrap().next().is_none());
}

#[test]
fn the_log_is_read_proved_and_exported_by_those_who_may_and_checked_without_the_server() {
    let (scene, rita, paul) = peopled();
    let server = serve(&scene);
    let ask = |token: &str, path: &str| server.ask(token, "GET", path, &[], "");
    let verified = |name: &str, text: &str| {
        scene.write(name, text);
        scene.run(&["audit", "verify", name, "--checkpoint", "held.note"])
    };
    let kept: Value = serde_json::from_str(&ask(&paul, "/log/checkpoints").body).unwrap();
    let note = kept["items"][0]["note"].as_str().unwrap();
    scene.write("held.note", note);
    let body = serde_json::json!({ "note": note }).to_string();
    let continued = server.ask(&paul, "POST", "/log/continuation", &[], &body);
    assert_eq!((continued.status, verified("continued.json", &continued.body).exit), (200, Some(0)), "{}", continued.body);
    let altered = body.replace("counterfoil", "counterfeit");
    assert_eq!(server.ask(&paul, "POST", "/log/continuation", &[], &altered).status, 409);

    let proof = ask(&rita, "/events/2/proof");
    let shown = verified("proof.json", &proof.body);
    assert!(proof.status == 200 && shown.stdout.starts_with("{") && shown.exit == Some(0), "{shown}");
    let log = verified("log.jsonl", &ask(&rita, "/log").body);
    assert_eq!(log.exit, Some(0), "{log}");
    for (path, status) in [("/events/0/proof", 404), ("/events/999/proof", 404), ("/events/two/proof", 404)] {
        assert_eq!((ask(&rita, path).status, ask(&paul, path).status), (status, 403), "{path}");
    }
    assert_eq!(ask(&paul, "/log").status, 403);
}

#[test]
fn lists_answer_as_they_were_known_and_the_inventory_tells_whether_links_work() {
    let (scene, rita, paul) = peopled();
    let server = serve(&scene);
    let items = |token: &str, path: &str| -> Vec<Value> {
        let answer = server.ask(token, "GET", path, &[], "");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str::<Value>(&answer.body).unwrap()["items"].as_array().unwrap().clone()
    };
    assert_eq!((items(&rita, "/users").len(), items(&rita, "/users?known_at=2001-01-01T00:00:00Z").len()), (2, 0));
    assert_eq!(items(&rita, "/customers?known_at=2001-01-01T00:00:00Z").len(), 0);
    assert_eq!(server.ask(&rita, "GET", "/users/paul?known_at=2001-01-01T00:00:00Z", &[], "").status, 404);
    assert_eq!(server.ask(&rita, "GET", "/users?known_at=yesterday", &[], "").status, 400);
    let all = items(&rita, "/link-inventory?as_of=2024-08-10");
    let own = items(&paul, "/link-inventory?as_of=2024-08-10");
    assert!(!own.is_empty() && own.len() < all.len() + 1 && own.iter().all(|item| item["global_partner_id"] == "900010"), "{own:?}");
    let states: Vec<&str> = own.iter().map(|item| item["state"].as_str().unwrap()).collect();
    let first = items(&paul, &format!("/link-inventory?as_of=2024-08-10&limit=1&state={}", states[0]));
    assert_eq!(first[0], own[0]);
}

#[test]
fn a_token_with_scopes_reaches_only_those_parts_and_makes_no_token() {
    let (scene, ..) = peopled();
    let server = serve(&scene);
    let token = |scopes: &[&str]| {
        let issue = ["token", "issue", "rita", "--purpose", "part", "--expires-on", "2999-01-01", "--as", "rita", "-o", "json"];
        let scopes: Vec<&str> = scopes.iter().flat_map(|scope| ["--scope", scope]).collect();
        let output = scene.command(&[&issue[..], &scopes].concat()).output().unwrap().stdout;
        serde_json::from_slice::<Value>(&output).unwrap()["token"].as_str().unwrap().to_owned()
    };
    let (reads, users) = (token(&["read"]), token(&["users"]));
    let user = r#"{"user_id":"eve","name":"Eve","organisation":{"partner":"900010"},"roles":["report-viewer"],"active":true}"#;
    let new = r#"{"user_id":"rita","purpose":"more","expires_on":"2999-01-01"}"#;
    for (token, method, path, body, status) in [
        (&reads, "GET", "/users", "", 200),
        (&reads, "GET", "/scores?as_of=2024-08-10", "", 200),
        (&reads, "PUT", "/users/eve", user, 403),
        (&users, "PUT", "/users/eve", user, 200),
        (&users, "GET", "/users/eve", "", 200),
        (&users, "GET", "/partners", "", 403),
        (&users, "GET", "/scores?as_of=2024-08-10", "", 403),
        (&users, "POST", "/tokens", new, 403),
        (&reads, "POST", "/tokens", new, 403),
    ] {
        let answer = server.ask(token, method, path, &[], body);
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        assert!(status != 403 || answer.body.contains("scope-missing"), "{}", answer.body);
    }
    let wrong = scene.run(&["token", "issue", "rita", "--purpose", "x", "--scope", "claim", "--as", "rita"]);
    assert!(wrong.exit == Some(2) && wrong.to_string().contains("did you mean `claims`?"), "{wrong}");
}
