//! The pages' door.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;

use super::scene::Scene;

#[test]
fn pages_are_served_on_this_machine_only() {
    let scene = Scene::with_exports();
    insta::assert_snapshot!(scene.run(&["serve", "--dataset", "exports", "--address", "0.0.0.0"]));

    let ask = ["serve", "--dataset", "exports", "--as-of", "2024-08-10", "--port", "0"];
    let mut server = scene.command(&ask).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(server.stderr.take().unwrap());
    let mut line = String::new();
    told.read_line(&mut line).unwrap();
    let address = line.strip_prefix("listening on http://").and_then(|rest| rest.split('/').next()).unwrap_or_default().to_owned();
    assert!(address.starts_with("127.0.0.1:"), "{line}");

    let mut stream = TcpStream::connect(&address).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("Northwind Consulting"), "{page}");
}

#[test]
fn a_port_that_is_taken_is_told() {
    let scene = Scene::with_exports();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = scene.run(&["serve", "--dataset", "exports", "--port", &port]);
    assert_eq!(ran.exit, Some(1));
    assert!(ran.stderr.starts_with(&format!("error: port {port} is taken by another program\nhint: ")), "{ran}");
}
