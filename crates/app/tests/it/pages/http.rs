use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use app::pages;

use super::program::MadeUp;

/// The pages on a free port of this machine, until dropped.
pub struct Served {
    /// Where they listen.
    pub address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

/// An answer.
pub struct Answer {
    /// The status code.
    pub status: u16,
    head: String,
    /// The body, as far as it is a text.
    pub body: String,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// A header; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value).next().unwrap_or_default()
    }
}

/// Serves a made-up program.
pub fn serve(program: MadeUp) -> Served {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let router = pages::router(Arc::new(program));
    runtime.spawn(async move { axum::serve(listener, router).await });
    Served { address, _runtime: runtime }
}

impl Served {
    /// Asks for a page.
    pub fn get(&self, path: &str) -> Answer {
        ask(self.address, "GET", path, &[], "")
    }
}

/// Asks a server; `headers` replace the usual ones of the same name.
pub fn ask(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    if headers.iter().all(|(name, _)| *name != "Host") {
        request.push_str(&format!("Host: {address}\r\n"));
    }
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    write!(stream, "{request}\r\n{body}").unwrap();
    let bytes = received(&mut stream);
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let (head, body) = (String::from_utf8_lossy(&bytes[..at]).into_owned(), &bytes[at + 4..]);
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let body = if head.to_lowercase().contains("transfer-encoding: chunked") { joined(body) } else { body.to_owned() };
    Answer { status, head, body: String::from_utf8_lossy(&body).into_owned(), bytes: body }
}

/// Everything up to the length that the answer tells, or else to its end; a server may leave the connection open.
fn received(stream: &mut TcpStream) -> Vec<u8> {
    let (mut bytes, mut part) = (Vec::new(), [0; 16_384]);
    loop {
        let read = stream.read(&mut part).unwrap();
        bytes.extend_from_slice(&part[..read]);
        let head = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let length = head.and_then(|at| {
            let head = String::from_utf8_lossy(&bytes[..at]).to_lowercase();
            let length: usize = head.split("content-length:").nth(1)?.lines().next()?.trim().parse().ok()?;
            Some(at + 4 + length)
        });
        if read == 0 || length.is_some_and(|length| bytes.len() >= length) {
            return bytes;
        }
    }
}

/// The chunks of a body as one.
fn joined(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(at) = chunks.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&chunks[..at]).unwrap(), 16).unwrap();
        if size == 0 {
            break;
        }
        body.extend_from_slice(&chunks[at + 2..at + 2 + size]);
        chunks = &chunks[at + 2 + size + 2..];
    }
    body
}
