//! `serve`: the pages and the REST API.

mod answers;
mod home_reader;
mod jobs;

/// E-mail of the server.
mod mail;
mod reader;

/// How browsers reach the pages.
mod reach;

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
use crate::clock;
use crate::commands::ProgramArgs;
use crate::home::Home;
use crate::identity::first_run;
use crate::identity::links::Kind;
use crate::oidc::Providers;
use crate::pages;
use crate::pages::guards::Peer;
use crate::pages::reading::Reading;
use crate::problem::{Exit, Refusal, say};
use crate::program::OpenProgram;

pub use home_reader::HomeReader;
use reach::ReachArgs;
pub use reader::Reader;
use tls::{TlsArgs, TlsDoor};

/// The pages and the REST API
///
/// People sign in; in a home without users the first run makes `operator` and tells a link, good once, by which to set a password. Pages of
/// a dataset folder ask nobody. Other machines reach the pages by TLS or through a proxy only.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil serve
  counterfoil serve --dataset my-exports/ --as-of 2024-08-31
  counterfoil serve --port 9000
  counterfoil serve --as rita@operator.example
  counterfoil serve --tls-cert server.pem --tls-key server.key
  counterfoil serve --address 0.0.0.0 --behind-proxy --public-url https://partners.example.com")]
pub struct ServeArgs {
    #[command(flatten)]
    program: ProgramArgs,

    #[command(flatten)]
    door: Door,

    #[command(flatten)]
    tls: TlsArgs,

    #[command(flatten)]
    reach: ReachArgs,

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

    /// Whether only this machine can reach the address.
    fn is_loopback(&self) -> bool {
        self.address.is_loopback()
    }

    /// The address without the port.
    fn host(&self) -> IpAddr {
        self.address
    }

    /// Listens for this machine only; requests wait until [`answer`] takes them.
    ///
    /// # Errors
    /// When others than this machine could reach the address, or it cannot be listened on.
    pub fn open(&self) -> Result<TcpListener> {
        ReachArgs::default().open(self, false, false)
    }

    fn listen(&self) -> Result<TcpListener> {
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
    let tls = args.tls.open()?;
    let door = args.reach.open(&args.door, tls.is_some(), args.program.dataset.is_none())?;
    let today = args.program.as_of();
    if let Some(folder) = &args.program.dataset {
        let program = OpenProgram::from_dataset(folder, setting.rulebook_of_files()?)?;
        setting.tell_rows(&program.problems());
        let reader = Arc::new(Reader::new(program, today, format!("dataset {}", folder.display())));
        return answer(reader, Reader::warm_up, door, tls);
    }
    let site = if tls.is_some() { address(&door)?.replacen("http:", "https:", 1) } else { address(&door)? };
    let site = args.reach.site(site);
    let postman = args.mail.open(&site)?;
    let home = Home::open(&setting.home()?)?;
    // links of a demo are good while the demo runs
    home.drop_links(None, Kind::Demo.as_str())?;
    first_run::make_operator(&home, &*setting.rulebook()?)?;
    if let Some(user) = setting.user() {
        home.actor(Some(user))?;
    }
    let first = if setting.user().is_none() { first_run::first_link(&home, clock::now())? } else { None };
    home.forget_uploads();
    let providers = Providers::open(home.root())?;
    let origin = format!("home {}", home.root().display());
    let reader =
        HomeReader::open(home, setting.rulebook_instead()?, today, origin)?.visited_by(setting.user()).sending_mail(postman.is_some());
    let reader = reader.trusting(providers).behind(args.reach.outside(tls.is_some()));
    setting.tell_rows(&reader.latest().problems());
    let reader = Arc::new(reader);
    jobs::start(&reader, args.webhooks_to_private, postman);
    let first = first.map(|(user, path)| format!("`{user}` has no password yet; this link, good once, sets one: {site}{path}\n"));
    answer_telling(reader, HomeReader::warm_up, door, tls, &first.unwrap_or_default())
}

/// Answers requests for the pages of a program until interrupted, by TLS when there is a certificate; `warm_up` finds what the first
/// pages ask for.
///
/// # Errors
/// When the server cannot be started, or stops.
pub fn answer<R: Reading + 'static>(reader: Arc<R>, warm_up: fn(&R), door: TcpListener, tls: Option<TlsAcceptor>) -> Result<Exit> {
    answer_telling(reader, warm_up, door, tls, "")
}

/// Answers as [`answer`] does, and tells more once it listens.
fn answer_telling<R: Reading + 'static>(
    reader: Arc<R>,
    warm_up: fn(&R),
    door: TcpListener,
    tls: Option<TlsAcceptor>,
    more: &str,
) -> Result<Exit> {
    let shown = address(&door)?;
    let shown = if tls.is_some() { shown.replacen("http:", "https:", 1) } else { shown };
    let whom = if door.local_addr().is_ok_and(|address| address.ip().is_loopback()) { " (this machine only)" } else { "" };
    say(&format!("listening on {shown}/{whom}; Ctrl-C ends\n{more}"));
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
