//! How the server stands up to load: the demo many times over, asked by ever more clients at once, beside a bare handler that runs the same
//! statements.

/// What is asked.
mod asks;

/// Who asks.
mod client;

/// Chance from a seed.
mod dice;

/// The table of results.
mod results;

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use self::asks::{AS_OF, Cast, Kind, MANAGER, Tokens, token_in};
use self::client::{Ask, Connection, Loaded, load};
use self::results::Line;
use crate::{places, shell};

/// How many clients ask at once, in turn.
const CLIENTS: [u64; 3] = [1, 8, 32];

/// What is made, and for how long each load lasts.
pub struct Options {
    /// How often the demo is told.
    pub times: u64,
    /// Seconds of each load.
    pub seconds: u64,
}

/// Makes the home unless it is there, loads both servers and prints the table.
///
/// # Errors
/// When the home cannot be made, or a server does not start. Wrong answers are told by the exit code.
pub fn run(options: &Options) -> Result<ExitCode> {
    println!("==> building the release and the bare handler");
    shell::run(&mut shell::cargo(&["build", "--quiet", "--release", "--package", "app", "--bin", "counterfoil", "--example", "bare"]))?;
    let (counterfoil, bare) = (places::built(PROFILE).join("counterfoil"), places::built(PROFILE).join("examples/bare"));
    let demo = demo(&counterfoil, options.times)?;
    let home = demo.join("home");

    println!("==> starting both servers");
    let issued = shell::output(shell::command(&counterfoil).arg("--home").arg(&home).args(["--as", MANAGER]).args(ISSUE).arg(MANAGER))?;
    let manager = token_in(&issued)?;
    let mut serve = shell::command(&counterfoil);
    serve.arg("--home").arg(&home).args(["--as", MANAGER, "serve", "--port", "0", "--as-of", AS_OF]);
    let began = Instant::now();
    let server = Server::start(serve)?;
    let mut bare = shell::command(bare);
    bare.arg(format!("sqlite://{}", home.join("counterfoil.db").display()));
    let bare = Server::start(bare)?;
    let mut connection = Connection::open(&server.host)?;
    let cast = Cast::read(&demo.join("exports"), &mut connection, &manager)?;
    println!("    every score from nothing after {:.1} s, {}", began.elapsed().as_secs_f64(), server.memory());
    let tokens = Tokens::issue(&mut connection, &manager, options.times, &cast)?;

    let nothing = [Ask { path: "/nothing".to_owned(), token: None }];
    let reach = loaded(&bare, &nothing, &marks(&bare, &nothing)?.0, CLIENTS[1], options);
    println!("    the client alone: {:.0} empty answers a second by {} clients", reach.a_second(), CLIENTS[1]);
    let mut lines = Vec::new();
    for kind in cast.kinds(&tokens)? {
        lines.extend(measure(&kind, &server, &bare, options)?);
    }
    results::print(&lines);
    println!("\nthe server after all of it: {}", server.memory());
    let wrong: usize = lines.iter().map(|line| line.server.wrong + line.bare.wrong).sum();
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Which build is measured.
const PROFILE: &str = "release";

/// How a token is issued by the command line; the user follows.
const ISSUE: [&str; 5] = ["token", "issue", "--purpose", "load", "-ojson"];

/// The folder of the demo, told `times` times; made unless it is there.
fn demo(counterfoil: &Path, times: u64) -> Result<PathBuf> {
    let mut version = DefaultHasher::new();
    let mut sources: Vec<PathBuf> = Vec::new();
    let mut open = vec![places::workspace().join("crates/app/src/demo")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() { open.push(path) } else { sources.push(path) }
        }
    }
    sources.sort();
    for source in sources {
        fs::read(source)?.hash(&mut version);
    }
    let folder = places::cache()?.join(format!("bench/demo-{times}-{:08x}", version.finish() as u32));
    if !folder.is_dir() {
        println!("==> making the demo times {times}");
        let part = folder.with_extension("part");
        let mut make = shell::command(counterfoil);
        make.args(["demo", "--no-serve", "--times", &times.to_string(), "--dir"]).arg(&part);
        shell::output(&mut make)?;
        // what was imported is in the home; nothing is asked of these files any more
        fs::remove_dir_all(part.join("exports/consumption"))?;
        fs::rename(&part, &folder)?;
    }
    Ok(folder)
}

/// Loads both servers with one kind of request, by ever more clients.
fn measure(kind: &Kind, server: &Server, bare: &Server, options: &Options) -> Result<Vec<Line>> {
    let (right, alone) = marks(server, &kind.asks)?;
    let (right_of_bare, _) = marks(bare, &kind.asks)?;
    println!("    {}: {} requests, alone for the first time {:.1} ms each", kind.name, kind.asks.len(), alone * 1e3);
    let mut lines = Vec::new();
    for clients in CLIENTS {
        let of_server = loaded(server, &kind.asks, &right, clients, options);
        let of_bare = loaded(bare, &kind.asks, &right_of_bare, clients, options);
        for (who, told) in [("the server", &of_server.first_wrong), ("the bare handler", &of_bare.first_wrong)] {
            if let Some(told) = told {
                println!("    {}: {who}: {told}", kind.name);
            }
        }
        lines.push(Line { name: kind.name, statements: kind.statements, clients, server: of_server, bare: of_bare });
    }
    Ok(lines)
}

/// What the right answers are, asked alone one after another, and how long one took; all must be `200`.
fn marks(server: &Server, asks: &[Ask]) -> Result<(Vec<u64>, f64)> {
    let mut connection = Connection::open(&server.host)?;
    let began = Instant::now();
    let mut marks = Vec::new();
    for ask in asks {
        let answer = connection.get(ask)?;
        if answer.status != 200 {
            bail!("`{}` was answered with {}: {}", ask.path, answer.status, String::from_utf8_lossy(&answer.body));
        }
        marks.push(answer.mark());
    }
    Ok((marks, began.elapsed().as_secs_f64() / asks.len().max(1) as f64))
}

fn loaded(server: &Server, asks: &[Ask], right: &[u64], clients: u64, options: &Options) -> Loaded {
    load(&server.host, asks, right, clients, Duration::from_secs(options.seconds))
}

/// A server that runs until it is dropped.
struct Server {
    process: Child,
    host: String,
}

impl Server {
    /// Starts a server, and waits until it says where it listens.
    fn start(mut command: Command) -> Result<Self> {
        let shown = shell::shown(&command);
        let started = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut process = started.with_context(|| format!("cannot start `{shown}`"))?;
        let mut said = BufReader::new(process.stderr.take().context("the server says nothing")?);
        let mut line = String::new();
        while said.read_line(&mut line)? > 0 {
            if let Some((_, address)) = line.split_once("listening on http://") {
                let host = address.split('/').next().unwrap_or_default().to_owned();
                return Ok(Self { process, host });
            }
            line.clear();
        }
        let _ = process.kill();
        bail!("`{shown}` did not start to listen")
    }

    /// The memory that it holds and the most that it has held, in words.
    fn memory(&self) -> String {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let kib =
            |name: &str| status.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
        match (kib("VmRSS:"), kib("VmHWM:")) {
            (Some(now), Some(most)) => format!("{:.2} GiB of memory, {:.2} GiB at most", now / 1_048_576.0, most / 1_048_576.0),
            _ => "memory unknown on this system".to_owned(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
