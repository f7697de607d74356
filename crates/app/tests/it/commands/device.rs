//! Programs without a browser sign in by a code that is confirmed elsewhere.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use serde_json::Value;

use super::api::{Server, peopled, serve_with};
use crate::pages::http::{Answer, ask};

const GRANT: &str = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=";

fn send(server: &Server, path: &str, body: &str) -> (Answer, Value) {
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let answer = ask(server.address, "POST", path, &form, body);
    let read = serde_json::from_str(&answer.body).unwrap_or_default();
    (answer, read)
}

/// A code for the program, and one for people.
fn begin(server: &Server, body: &str) -> (String, String) {
    let (answer, begun) = send(server, "/sign-in/device/code", body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let text = |name: &str| begun[name].as_str().unwrap().to_owned();
    (text("device_code"), text("user_code"))
}

#[test]
fn a_code_gives_a_token_once_it_is_confirmed_and_only_once() {
    let (scene, ..) = peopled();
    let server = serve_with(&scene, &["--as", "paul"]);
    let take = |code: &str| send(&server, "/sign-in/device/token", &format!("{GRANT}{code}"));
    let error = |code: &str| take(code).1["error"].as_str().unwrap_or("none").to_owned();
    let confirm = |shown: &str, answer: &str| send(&server, "/device", &format!("code={shown}&answer={answer}")).0;

    let (code, shown) = begin(&server, "machine=ann%27s+%3Cb%3Elaptop&scope=read");
    assert_eq!(error(&code), "authorization_pending");
    let page = ask(server.address, "GET", &format!("/device?code={}", shown.to_lowercase()), &[], "").body;
    assert!(page.contains("ann&#39;s &#60;b&#62;laptop") && page.contains("only read") && page.contains("paul"), "{page}");
    assert_eq!(confirm(&shown, "confirm").status, 303);
    assert_eq!(confirm(&shown, "confirm").status, 422, "a code is answered once");
    let token = take(&code).1["access_token"].as_str().unwrap().to_owned();
    assert_eq!(error(&code), "expired_token", "a token is given once");
    assert_eq!(server.ask(&token, "GET", "/users/paul", &[], "").status, 200);
    let closed = server.ask(&token, "POST", "/users/paul/close", &[], "{}");
    assert!(closed.status == 403 && closed.body.contains("scope-missing"), "{}", closed.body);

    let (code, shown) = begin(&server, "");
    assert_eq!(confirm(&shown, "refuse").status, 303);
    assert_eq!(error(&code), "access_denied");
    assert_eq!(error("made-up"), "expired_token");
    let (wrong, said) = send(&server, "/sign-in/device/code", "scope=everything");
    assert!(wrong.status == 400 && said["error"] == "invalid_scope", "{}", wrong.body);
    assert_eq!(send(&server, "/sign-in/device/token", "grant_type=password").1["error"], "unsupported_grant_type");

    // guesses are slowed down as those of passwords are
    let guess = |_| ask(server.address, "GET", "/device?code=BCDF-GHJK", &[], "").status;
    let guesses: Vec<u16> = (0..40).map(guess).collect();
    assert!(guesses.contains(&422) && guesses.ends_with(&[429]), "{guesses:?}");
}

#[test]
fn nobody_confirms_a_code_who_is_not_signed_in() {
    let (scene, ..) = peopled();
    let server = serve_with(&scene, &[]);
    let (code, shown) = begin(&server, "");
    let (answer, _) = send(&server, "/device", &format!("code={shown}&answer=confirm"));
    assert!(answer.status == 303 && answer.header("location").starts_with("/sign-in"), "{}", answer.body);
    assert_eq!(send(&server, "/sign-in/device/token", &format!("{GRANT}{code}")).1["error"], "authorization_pending");
}

#[test]
fn the_command_line_signs_in_asks_and_signs_out() {
    let (scene, ..) = peopled();
    let server = serve_with(&scene, &["--as", "paul"]);
    let address = format!("http://{}", server.address);
    let config = scene.folder.path().join("config");
    let command = |arguments: &[&str]| {
        let mut command = scene.command(arguments);
        command.env("XDG_CONFIG_HOME", &config);
        command
    };
    let mut child =
        command(&["sign-in", "--server", &address]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program is there");
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let shown = told.find_map(|line| Some(line.strip_prefix("and confirm the code ")?.to_owned())).unwrap();
    assert_eq!(send(&server, "/device", &format!("code={shown}&answer=confirm")).0.status, 303);
    let signed_in = child.wait_with_output().unwrap();
    let said: Value = serde_json::from_slice(&signed_in.stdout).unwrap();
    assert!(signed_in.status.success() && said["user_id"] == "paul", "{said}");
    let mode = std::fs::metadata(config.join("counterfoil/servers.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "nobody else reads it");

    let run = |arguments: &[&str]| {
        let output = command(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let asked = run(&["ask", "/me", "--query", "user_id", "-o", "json"]);
    assert!(asked.0 == Some(0) && asked.1.contains("paul"), "{asked:?}");
    let (exit, _, problem) = run(&["ask", "/partners/nobody"]);
    assert!(exit == Some(1) && problem.contains("nobody"), "{problem}");
    let out = run(&["sign-out"]);
    assert!(out.0 == Some(0) && out.2.contains("the token is ended"), "{out:?}");
    let (exit, _, problem) = run(&["ask", "/me"]);
    assert!(exit == Some(2) && problem.contains("counterfoil sign-in --server URL"), "{problem}");
    let (exit, _, problem) = run(&["sign-in", "--server", "http://partners.example.com"]);
    assert!(exit == Some(2) && problem.contains("by TLS only"), "{problem}");
}
