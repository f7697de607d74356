//! Programs of other people, unchanged, against the real server. The step `clients` of the checks installs them.

/// A certificate that clients trust for the test.
pub mod authority;

/// A mail server.
mod mail;

/// An identity provider.
mod provider;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::commands::api;

/// The Python that the clients are installed for; nothing, and said so, when they are not.
fn python() -> Option<PathBuf> {
    let python = std::env::var_os("CLIENTS_PYTHON").map(PathBuf::from);
    if python.is_none() {
        println!("skipped: CLIENTS_PYTHON names no Python with the clients; `cargo xtask test --only clients` installs them");
    }
    python
}

#[test]
fn schemathesis_finds_nothing_that_the_document_does_not_say() {
    let Some(python) = python() else { return };
    let (scene, rita, paul) = api::peopled();
    let server = api::serve(&scene);
    for token in [rita, paul] {
        let document = format!("http://{}/api/v1/openapi.json", server.address);
        let mut run = Command::new(python.with_file_name("schemathesis"));
        run.args(["run", &document, "--checks", "all", "--seed", "1", "--max-examples", "20", "--no-color"]);
        run.args(["--header", &format!("Authorization: Bearer {token}")]);
        let output = run.current_dir(scene.folder.path()).output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
        assert!(told.contains("Test cases:"), "{told}");
    }
}

/// What the vendor's clients say of links, whichever of them is asked.
const LINKS: &str = "\
nobody: 404 NotFound, missing
update nothing: 404 NotFound, missing
delete nothing: 404 NotFound, missing
create unknown: 400 BadRequest, refused
create global: 400 BadRequest, refused
create: 100204 Northwind Consulting Active t-woodgrove agent version 1 etag 1
create again: 409 Conflict, exists
get: 100204 Northwind Consulting Active t-woodgrove agent version 1 etag 1
get another: 404 NotFound, missing
get own: 100204 Northwind Consulting Active t-woodgrove agent version 1 etag 1
update: 100205 Northwind West Active t-woodgrove agent version 2 etag 2
update unknown: 400 BadRequest, refused
delete: done
get own: 404 NotFound, missing
create after: 100204 Northwind Consulting Active t-woodgrove agent version 4 etag 4
created once: true
operations: read write action delete
";

/// Runs a script against a server by TLS, as the identity `agent` in a customer's tenant; gives what it said.
fn linking(run: impl FnOnce(&str, &str, &Path) -> Command) -> String {
    let (scene, _, _) = api::peopled();
    let agent =
        ["user", "add", "agent", "--partner", "900010", "--role", "incentive-user", "--identity", "t-woodgrove/agent", "--as", "rita"];
    assert_eq!(scene.run(&agent).exit, Some(0));
    let issue = ["token", "issue", "agent", "--purpose", "links", "--expires-on", "2999-01-01", "--as", "rita", "-o", "json"];
    let issued: Value = serde_json::from_slice(&scene.command(&issue).output().unwrap().stdout).unwrap();
    let trusted = authority::write(scene.folder.path());
    let server = api::serve_with(&scene, &["--tls-cert", "server.pem", "--tls-key", "server.key"]);
    let address = format!("https://localhost:{}", server.address.port());
    let output = run(&address, issued["token"].as_str().unwrap(), &trusted).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    told
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/clients").join(name)
}

#[test]
fn the_vendors_python_client_links_changes_and_unlinks() {
    let Some(python) = python() else { return };
    let told = linking(|address, token, trusted| {
        let mut run = Command::new(python);
        run.arg(script("links.py")).args([address, token]).env("REQUESTS_CA_BUNDLE", trusted);
        run
    });
    assert_eq!(told, LINKS);
}

#[test]
fn the_vendors_node_client_links_changes_and_unlinks() {
    let Some(modules) = std::env::var_os("CLIENTS_NODE") else {
        println!("skipped: CLIENTS_NODE names no folder with the clients; `cargo xtask test --only clients` installs them");
        return;
    };
    let told = linking(|address, token, trusted| {
        let mut run = Command::new("node");
        run.arg(script("links.cjs")).args([address, token]).env("CLIENTS_NODE", modules).env("NODE_EXTRA_CA_CERTS", trusted);
        run
    });
    assert_eq!(told, LINKS);
}
