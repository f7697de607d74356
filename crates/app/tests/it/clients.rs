//! Programs of other people, unchanged, against the real server. The step `clients` of the checks installs them.

use std::path::PathBuf;
use std::process::Command;

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
