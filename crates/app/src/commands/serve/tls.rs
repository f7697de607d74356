//! TLS at the door: handshakes beside each other, so that a slow one keeps nobody waiting.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::pages::guards::Peer;
use crate::problem::Refusal;

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How many handshakes may be under way at once.
const HANDSHAKES_MAX: usize = 256;

/// The certificate and the key that the door shows.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct TlsArgs {
    /// Answer by TLS, with this certificate and its chain (PEM); clients of the vendor send tokens by TLS only
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,

    /// The certificate's private key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

impl TlsArgs {
    /// What shows the certificate; nothing when none is given.
    ///
    /// # Errors
    /// When a file cannot be read, or the key is not that of the certificate.
    pub fn open(&self) -> Result<Option<TlsAcceptor>> {
        let (Some(certificate), Some(key)) = (&self.tls_cert, &self.tls_key) else { return Ok(None) };
        let chain = read(certificate, "certificate", CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect))?;
        if Vec::is_empty(&chain) {
            return Err(unusable(certificate, "certificate", "it holds none").into());
        }
        let secret = read(key, "private key", PrivateKeyDer::from_pem_file(key))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().context("TLS cannot be set up")?;
        let config = config.with_no_client_auth().with_single_cert(chain, secret);
        let mut config = config.map_err(|error| unusable(key, "private key", &format!("with this certificate: {error}")))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Some(TlsAcceptor::from(Arc::new(config))))
    }
}

fn read<T>(path: &Path, what: &str, read: Result<T, rustls::pki_types::pem::Error>) -> Result<T> {
    Ok(read.map_err(|error| unusable(path, what, &error.to_string()))?)
}

fn unusable(path: &Path, what: &str, why: &str) -> Refusal {
    let message = format!("the {what} in `{}` cannot be used: {why}", path.display());
    Refusal::refused(message).hint("`--tls-cert` and `--tls-key` take PEM files, the key that of the first certificate")
}

/// A door whose connections have had their handshake.
pub struct TlsDoor {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl TlsDoor {
    /// Takes over where connections come in.
    ///
    /// # Errors
    /// When the address listened on cannot be told.
    pub fn open(door: TcpListener, acceptor: TlsAcceptor) -> Result<Self> {
        let address = door.local_addr().context("cannot tell the address listened on")?;
        let (shaken, ready) = mpsc::channel(HANDSHAKES_MAX);
        tokio::spawn(greet(door, acceptor, shaken));
        Ok(Self { ready, address })
    }
}

impl Connected<IncomingStream<'_, TlsDoor>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsDoor>) -> Self {
        Self(stream.remote_addr().ip())
    }
}

impl Listener for TlsDoor {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // the greeter ends with the door only
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// Lets connections in until the door is closed; one whose handshake fails or takes too long is dropped.
async fn greet(mut door: TcpListener, acceptor: TlsAcceptor, shaken: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>) {
    let room = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    while let Ok(place) = Arc::clone(&room).acquire_owned().await {
        let (stream, address) = tokio::select! {
            connection = Listener::accept(&mut door) => connection,
            () = shaken.closed() => return,
        };
        let (acceptor, shaken) = (acceptor.clone(), shaken.clone());
        tokio::spawn(async move {
            if let Ok(Ok(stream)) = timeout(HANDSHAKE, acceptor.accept(stream)).await {
                // a door that has closed meanwhile takes nobody
                let _ = shaken.send((stream, address)).await;
            }
            drop(place);
        });
    }
}
