//! `serve`: the pages, on this machine only.

mod home_reader;
mod jobs;

/// E-mail of the server.
mod mail;
mod reader;

/// TLS at the door.
mod tls;

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result};
use tokio::runtime::Builder;
use tokio_rustls::TlsAcceptor;

use crate::api;
use crate::cli::Setting;
use crate::commands::ProgramArgs;
use crate::home::Home;
use crate::pages;
use crate::pages::guards::{Outside, Peer};
use crate::pages::reading::Reading;
use crate::problem::{Exit, Refusal, say};
use crate::program::OpenProgram;

pub use home_reader::HomeReader;
pub use reader::Reader;
use tls::{TlsArgs, TlsDoor};

/// The pages, on this machine only
///
/// Until sign-in exists nobody is asked who they are, so the pages listen on loopback addresses alone.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil serve
  counterfoil serve --dataset my-exports/ --as-of 2024-08-31
  counterfoil serve --port 9000
  counterfoil serve --tls-cert server.pem --tls-key server.key")]
pub struct ServeArgs {
    #[command(flatten)]
    program: ProgramArgs,

    #[command(flatten)]
    door: Door,

    #[command(flatten)]
    tls: TlsArgs,

    #[command(flatten)]
    mail: mail::MailArgs,

    /// Send events to webhooks of this machine and its networks too
    #[arg(long)]
    webhooks_to_private: bool,
}

/// Where the pages listen.
#[derive(Debug, Clone, clap::Args)]
pub struct Door {
    /// The port to listen on; 0 takes any that is free
    #[arg(long, value_name = "PORT", default_value_t = 7070)]
    port: u16,

    /// The address to listen on: one of this machine's own
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
}

impl Door {
    /// The address that pages will have.
    pub fn shown(&self) -> String {
        format!("http://{}", SocketAddr::new(self.address, self.port))
    }

    /// Listens; requests wait until [`answer`] takes them.
    ///
    /// # Errors
    /// When others than this machine could reach the address, or it cannot be listened on.
    pub fn open(&self) -> Result<TcpListener> {
        if !self.address.is_loopback() {
            let message = format!("the pages do not listen on `{}`: nobody is asked to sign in yet, so everybody could read", self.address);
            let hint = "leave `--address` out; from another machine, look through a tunnel such as `ssh -L 7070:127.0.0.1:7070 HOST`";
            return Err(Refusal::refused(message).hint(hint).into());
        }
        TcpListener::bind(SocketAddr::new(self.address, self.port)).map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => Refusal::refused(format!("port {} is taken by another program", self.port))
                .hint("name another one with `--port`, or `--port 0` for any that is free")
                .into(),
            _ => anyhow::Error::new(error).context(format!("cannot listen on {}, port {}", self.address, self.port)),
        })
    }
}

/// The address of a page.
///
/// # Errors
/// When the system cannot tell where it listens.
pub fn address(door: &TcpListener) -> Result<String> {
    Ok(format!("http://{}", door.local_addr().context("cannot tell the address listened on")?))
}

/// Serves the pages until interrupted.
///
/// # Errors
/// When the program cannot be opened, or the address cannot be listened on.
pub fn run(args: &ServeArgs, setting: &Setting) -> Result<Exit> {
    let (door, tls) = (args.door.open()?, args.tls.open()?);
    let (rulebook, today) = (setting.rulebook()?, args.program.as_of());
    if let Some(folder) = &args.program.dataset {
        let program = OpenProgram::from_dataset(folder, rulebook)?;
        setting.tell_rows(&program.problems());
        let reader = Arc::new(Reader::new(program, today, format!("dataset {}", folder.display())));
        return answer(reader, Reader::warm_up, door, tls);
    }
    let site = if tls.is_some() { address(&door)?.replacen("http:", "https:", 1) } else { address(&door)? };
    let postman = args.mail.open(&site)?;
    let home = Home::open(&setting.home()?)?;
    home.forget_uploads();
    let origin = format!("home {}", home.root().display());
    let reader = HomeReader::open(home, rulebook, today, origin)?.visited_by(setting.user()).sending_mail(postman.is_some());
    let reader = reader.behind(Outside { is_tls: tls.is_some(), ..Outside::default() });
    setting.tell_rows(&reader.latest().problems());
    let reader = Arc::new(reader);
    jobs::start(&reader, args.webhooks_to_private, postman);
    answer(reader, HomeReader::warm_up, door, tls)
}

/// Answers requests for the pages of a program until interrupted, by TLS when there is a certificate; `warm_up` finds what the first
/// pages ask for.
///
/// # Errors
/// When the server cannot be started, or stops.
pub fn answer<R: Reading + 'static>(reader: Arc<R>, warm_up: fn(&R), door: TcpListener, tls: Option<TlsAcceptor>) -> Result<Exit> {
    let shown = address(&door)?;
    let shown = if tls.is_some() { shown.replacen("http:", "https:", 1) } else { shown };
    say(&format!("listening on {shown}/ (this machine only); Ctrl-C ends\n"));
    let first = Arc::clone(&reader);
    thread::spawn(move || warm_up(&first));
    door.set_nonblocking(true).context("cannot listen without blocking")?;
    let runtime = Builder::new_multi_thread().enable_all().build().context("cannot start the server's workers")?;
    runtime.block_on(async {
        let door = tokio::net::TcpListener::from_std(door).context("cannot take the listening address over")?;
        let ended = async {
            // when interrupts cannot be heard, the server runs until it is ended otherwise
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let api = api::router(Arc::clone(&reader) as Arc<dyn Reading>);
        let router = pages::router(reader).merge(api).into_make_service_with_connect_info::<Peer>();
        let served = match tls {
            Some(tls) => axum::serve(TlsDoor::open(door, tls)?, router).with_graceful_shutdown(ended).await,
            None => axum::serve(door, router).with_graceful_shutdown(ended).await,
        };
        served.context("the server stopped")
    })?;
    Ok(Exit::Done)
}
