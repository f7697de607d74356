//! Digests reach a real mail server, and what it refuses is told.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use super::{python, script};
use crate::commands::api::{self, Server};
use crate::commands::claims;
use crate::pages::http::ask;

/// A mail server that is stopped with the test, and what it tells.
struct Mailbox(Child, Lines<BufReader<ChildStdout>>);

impl Mailbox {
    fn next(&mut self) -> Value {
        serde_json::from_str(&self.1.next().unwrap().unwrap()).unwrap()
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Sends a form of the page of settings.
fn set(server: &Server, path: &str, form: &str) -> u16 {
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    ask(server.address, "POST", path, &kind, form).status
}

fn page(server: &Server) -> String {
    ask(server.address, "GET", "/settings/mail", &[], "").body
}

#[test]
fn one_digest_a_day_reaches_who_asked_for_it_and_what_the_server_refuses_is_told() {
    let Some(python) = python() else { return };
    let scene = claims::town();
    let draft = [
        "claim",
        "new",
        "--partner",
        "100300",
        "--tenant",
        "t-alpine",
        "--domain",
        "alpine.example",
        "--activity",
        "usage-association",
        "--product",
        "yammer",
        "--customer-contact",
        "Carla Low <carla@alpine.example>",
        "--partner-contact",
        "Fay Ott <fay@fabrikam.example>",
    ];
    let told = scene.run(&[&draft[..], &["--as", "fay"]].concat()).to_string();
    let id = claims::id_in(&told, "claim-");
    assert_eq!(scene.run(&["claim", "submit", &id, "--as", "fay"]).exit, Some(0));

    // people say where mail goes; what is no address is shown again
    for (user, address) in [("gus", "gus%40alpine.example"), ("ann", "nobody%40operator.example")] {
        let server = api::serve_with(&scene, &["--as", user]);
        assert_eq!(set(&server, "/settings/mail", "address=no+address&digest=yes"), 200);
        assert_eq!(set(&server, "/settings/mail", "address=&digest=yes"), 200);
        assert_eq!(set(&server, "/settings/mail", &format!("address={address}&digest=yes")), 303);
        assert!(page(&server).contains("This server sends no mail"));
    }

    let mut run = Command::new(python);
    let mut child = run.arg(script("mailbox.py")).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut mailbox = Mailbox(child, lines);
    let server_url = format!("smtp://127.0.0.1:{}", mailbox.next()["port"]);
    let mail = ["--smtp", server_url.as_str(), "--mail-from", "Program <program@operator.example>"];
    let server = api::serve_with(&scene, &[&mail[..], &["--as", "ann"]].concat());
    let both = [mailbox.next(), mailbox.next()];
    let taken = both.iter().find(|told| told["to"] == serde_json::json!(["gus@alpine.example"])).unwrap();
    assert_eq!(taken["from"], "Program <program@operator.example>");
    assert!(taken["subject"].as_str().unwrap().starts_with("1 required of you, the first by "), "{taken}");
    let text = taken["text"].as_str().unwrap().replace(&id, "CLAIM").replace(&server.address.to_string(), "SITE");
    let (before, after) = text.split_once(", until ").unwrap();
    assert_eq!(
        before.replace("\r\n", "\n"),
        "Hello gus,\n\nRequired of you:\n\n- Fabrikam claims an association with you (CLAIM): accept or decline"
    );
    assert!(after.contains("http://SITE/customer/requests/CLAIM") && after.contains("http://SITE/settings/mail"), "{after}");
    assert!(both.iter().any(|told| told["refused"] == "nobody@operator.example"), "{both:?}");
    while !page(&server).contains("did not reach nobody@operator.example") {}

    // another start on the same day writes nothing again, and a message to see whether mail arrives goes out
    drop(server);
    let server = api::serve_with(&scene, &[&mail[..], &["--as", "gus"]].concat());
    assert_eq!(set(&server, "/settings/mail/test", ""), 303);
    assert_eq!(mailbox.next()["subject"], "This address works");
    while !page(&server).contains("The mail server took the last message") {}
}
