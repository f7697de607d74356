//! Webhooks: events reach the addresses that asked for them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::api;

/// A message as an address takes it: its headers in lower case, and its body.
struct Message {
    head: String,
    body: String,
}

impl Message {
    fn header(&self, name: &str) -> &str {
        self.head.lines().filter_map(|line| line.split_once(": ")).find(|(own, _)| *own == name).map_or("", |(_, value)| value)
    }
}

/// An address that takes messages.
fn address() -> (String, Receiver<Message>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (taken, messages) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                let line = line.trim_end();
                if line.is_empty() {
                    break;
                }
                let (name, value) = line.split_once(": ").unwrap_or((line, ""));
                let name = name.to_lowercase();
                if name == "content-length" {
                    length = value.parse().unwrap();
                }
                head.push_str(&format!("{name}: {value}\n"));
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            reader.get_mut().write_all(b"HTTP/1.1 204 Taken\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
            if taken.send(Message { head, body: String::from_utf8(body).unwrap() }).is_err() {
                return;
            }
        }
    });
    (url, messages)
}

#[test]
fn events_reach_the_addresses_that_asked_signed_and_only_those_that_may_be_seen() {
    let (scene, _, _) = api::peopled();
    let (url, messages) = address();
    let add = ["webhook", "add", &url, "--partner", "900010", "--kind", "user-added", "--as", "paul", "-o", "json"];
    let added: Value = serde_json::from_slice(&scene.command(&add).output().unwrap().stdout).unwrap();
    let (id, secret) = (added["webhook_id"].as_str().unwrap(), added["secret"].as_str().unwrap());
    // this machine is no address for messages unless the operator says so
    let refused = scene.run(&["webhook", "test", id, "--as", "paul"]);
    assert!(refused.exit == Some(1) && refused.stderr.contains("cannot be reached"), "{refused}");

    let user = |name: &str, partner: &str| {
        let add = ["user", "add", name, "--partner", partner, "--role", "report-viewer", "--as", "rita"];
        assert_eq!(scene.run(&add).exit, Some(0));
    };
    user("foreign", "900020");
    user("eve", "900010");
    let _server = api::serve_with(&scene, &["--webhooks-to-private"]);
    let message = messages.recv().unwrap();
    let body: Value = serde_json::from_str(&message.body).unwrap();
    assert_eq!((body["type"].as_str(), body["subject"].as_str()), (Some("counterfoil.user-added"), Some("user/eve")));
    assert_eq!(message.header("content-type"), "application/cloudevents+json");
    assert_eq!(message.header("webhook-signature"), signature(secret, &message));

    // what was told can be told again
    assert_eq!(scene.run(&["webhook", "replay", id, "--after", "0", "--as", "paul"]).exit, Some(0));
    let again: Value = serde_json::from_str(&messages.recv().unwrap().body).unwrap();
    assert_eq!(again["subject"].as_str(), Some("user/paul"));
    assert_eq!(scene.run(&["webhook", "pause", id, "--as", "eve"]).exit, Some(1));
}

/// `v1,` and the HMAC-SHA256 of id, timestamp and body, by the convention's own words.
fn signature(secret: &str, message: &Message) -> String {
    use base64::Engine as _;
    let base = base64::engine::general_purpose::STANDARD;
    let mut key = base.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    key.resize(64, 0);
    let pad = |byte: u8| key.iter().map(|own| own ^ byte).collect::<Vec<u8>>();
    let signed = format!("{}.{}.{}", message.header("webhook-id"), message.header("webhook-timestamp"), message.body);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(signed).finalize();
    let outer = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
    format!("v1,{}", base.encode(outer))
}
