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
    /// The body.
    pub body: String,
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
    let mut bytes = Vec::new();
    let mut read = stream.read_to_end(&mut bytes);
    // A server may close with our last bytes unread; what it said before counts.
    if bytes.windows(4).any(|four| four == b"\r\n\r\n") {
        read = Ok(0);
    }
    read.unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let is_chunked = head.to_lowercase().contains("transfer-encoding: chunked");
    Answer { status, head: head.to_owned(), body: if is_chunked { joined(body) } else { body.to_owned() } }
}

/// The chunks of a body as one text. Chunks that split a letter would not be read so; bodies of pages come in one.
fn joined(mut chunks: &str) -> String {
    let mut body = String::new();
    while let Some((size, rest)) = chunks.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            break;
        }
        body.push_str(&rest[..size]);
        chunks = &rest[size + 2..];
    }
    body
}
