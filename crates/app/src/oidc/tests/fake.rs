//! A provider that does as it is told, to see what is refused: it says of itself, of its keys, and for any code, what a test hands it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};

/// What the provider says.
#[derive(Default)]
struct Said {
    issuer: String,
    token: String,
    asked: Vec<String>,
}

/// The provider, until the test ends.
pub struct Fake {
    /// Its address, which is its issuer unless it says otherwise.
    pub address: String,
    said: Arc<Mutex<Said>>,
}

/// The provider's key, and one of somebody else.
pub fn key(own: bool) -> SigningKey {
    SigningKey::from_bytes(&[if own { 7 } else { 8 }; 32])
}

/// A token with a signature by a key.
pub fn signed(claims: &Value, key: &SigningKey) -> String {
    let text = unsigned(&json!({ "alg": "EdDSA", "kid": "one", "typ": "JWT" }), claims);
    let signature = key.sign(text.as_bytes()).to_bytes();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The first two parts of a token.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

impl Fake {
    /// Listens on a free port of this machine.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let said = Arc::new(Mutex::new(Said { issuer: address.clone(), ..Said::default() }));
        let (own, here) = (Arc::clone(&said), address.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &here, &own);
            }
        });
        Self { address, said }
    }

    /// Has the provider call itself something else.
    pub fn called(&self, issuer: &str) {
        issuer.clone_into(&mut self.said.lock().unwrap().issuer);
    }

    /// What the provider gives for any code.
    pub fn gives(&self, token: String) {
        self.said.lock().unwrap().token = token;
    }

    /// The body of the last request for a token.
    pub fn asked(&self) -> String {
        self.said.lock().unwrap().asked.last().cloned().unwrap_or_default()
    }
}

fn answer(stream: TcpStream, here: &str, said: &Mutex<Said>) {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() <= 2 {
            break;
        }
        if let Some(told) = line.to_lowercase().strip_prefix("content-length:") {
            length = told.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut said = said.lock().unwrap();
    let (status, body) = match first.split(' ').nth(1).unwrap_or_default() {
        "/.well-known/openid-configuration" => ("200 OK", metadata(here, &said.issuer)),
        "/keys" => ("200 OK", keys()),
        "/token" => {
            said.asked.push(String::from_utf8(body).unwrap());
            ("200 OK", json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": said.token }))
        }
        _ => ("404 Not Found", json!({})),
    };
    let body = body.to_string();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    // a test that has seen enough does not wait
    let _ = reader.get_mut().write_all(format!("{head}{body}").as_bytes());
}

fn metadata(here: &str, issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{here}/authorize"),
        "token_endpoint": format!("{here}/token"),
        "jwks_uri": format!("{here}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
    })
}

fn keys() -> Value {
    let x = URL_SAFE_NO_PAD.encode(key(true).verifying_key().as_bytes());
    json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": "one", "use": "sig", "alg": "EdDSA", "x": x }] })
}
