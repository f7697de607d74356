//! Partner admin links by the vendor's contract: what is told to requests that do not fit it, and the door's TLS.

use serde_json::Value;

use super::api::{self, Server};
use super::scene::Scene;
use crate::clients::authority;
use crate::pages::http::ask;

const PARTNERS: &str = "/providers/Microsoft.ManagementPartner/partners";

/// A home in which the identity `p-ana`, linked by an import, has a token.
fn linked() -> (Scene, String, String) {
    let (scene, rita, _) = api::peopled();
    let ana = ["user", "add", "ana", "--partner", "900010", "--role", "incentive-user", "--identity", "t-alpine/p-ana", "--as", "rita"];
    assert_eq!(scene.run(&ana).exit, Some(0));
    let issue = ["token", "issue", "ana", "--purpose", "links", "--expires-on", "2999-01-01", "--as", "rita", "-o", "json"];
    let issued: Value = serde_json::from_slice(&scene.command(&issue).output().unwrap().stdout).unwrap();
    let ana = issued["token"].as_str().unwrap().to_owned();
    (scene, rita, ana)
}

fn told(server: &Server, token: &str, method: &str, path: &str, body: &str) -> String {
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str()), ("x-ms-client-request-id", "mine")];
    let answer = ask(server.address, method, path, &headers, body);
    assert!(!answer.header("x-ms-request-id").is_empty() && answer.header("x-ms-client-request-id") == "mine");
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    format!("{method} {path}\n{} {}\n", answer.status, serde_json::to_string_pretty(&body).unwrap())
}

#[test]
fn requests_that_do_not_fit_the_contract_get_its_errors() {
    let (scene, rita, ana) = linked();
    let server = api::serve(&scene);
    let mut all = String::new();
    let mut see = |token: &str, method: &str, path: &str, body: &str| all.push_str(&told(&server, token, method, path, body));
    let versioned = |path: &str| format!("{PARTNERS}{path}?api-version=2018-02-01");
    see("cfl_1_2", "GET", &versioned(""), "");
    see(&rita, "GET", &versioned(""), "");
    see(&ana, "GET", PARTNERS, "");
    see(&ana, "GET", &format!("{PARTNERS}?api-version=2020-01-01"), "");
    see(&ana, "GET", "/providers/microsoft.MANAGEMENTPARTNER/Partners/?API-VERSION=2018-02-01", "");
    see(&ana, "PUT", &versioned("/100204"), "");
    see(&ana, "PATCH", &versioned("/100205"), r#"{"properties":{"partnerId":"100204"}}"#);
    see(&ana, "PATCH", &versioned("/100205"), "{");
    see(&ana, "PATCH", &versioned("/100205"), r#"{"partnerId":"100205"}"#);
    see(&ana, "DELETE", &versioned("/100204"), "");
    see(&ana, "POST", &versioned("/100205"), "");
    see(&ana, "GET", "/providers/Microsoft.Storage/partners?api-version=2018-02-01", "");
    see(&ana, "GET", "/providers/Microsoft.ManagementPartner/links?api-version=2018-02-01", "");
    let deleted = ask(server.address, "DELETE", &versioned("/100205"), &[("Authorization", &format!("Bearer {ana}"))], "");
    assert_eq!((deleted.status, deleted.body.as_str()), (200, ""));
    insta::assert_snapshot!(steady(&all));
}

/// The text without the instant of the last write.
fn steady(text: &str) -> String {
    let line = |line: &str| {
        if line.contains("\"updatedTime\": \"20") && !line.contains("2023-03-01") { "    \"updatedTime\": NOW," } else { line }.to_owned()
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_certificate_that_cannot_be_shown_is_told_before_anybody_asks() {
    let scene = Scene::with_exports();
    authority::write(scene.folder.path());
    scene.write("empty.pem", "");
    let served = |certificate: &str, key: &str| {
        scene.run(&["serve", "--dataset", "exports", "--port", "0", "--tls-cert", certificate, "--tls-key", key])
    };
    let told = [
        served("nowhere.pem", "server.key"),
        served("empty.pem", "server.key"),
        served("server.pem", "empty.pem"),
        served("authority.pem", "server.key"),
        scene.run(&["serve", "--dataset", "exports", "--tls-cert", "server.pem"]),
    ];
    insta::assert_snapshot!(told.map(|ran| ran.to_string()).join("\n"));
}
