//! The benchmark: Counterfoil beside its peers.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::{places, shell, tools};

/// The same question on ever more rows.
mod growth;

/// What is measured, and how one of them is run.
mod peers;

/// How the server stands up to load.
mod server;

/// The table of results.
mod table;

use peers::{PEERS, Peer, Setting};
use table::Line;

const HELP: &str = "\
Measures crediting beside DuckDB and Polars on the same folders, and compares the answers exactly; or the server under load.

Usage: cargo xtask bench [OPTIONS]

Options:
  --usage N        Rows of consumption in each generated folder [default: 20000000]
  --runs N         Runs of each peer, taking turns; the median counts [default: 3]
  --folder A|B     Only this generated folder (A: 2,000 customers, 300 partners; B: 20,000 and 2,000)
  --dataset DIR    A dataset folder of your own instead of the generated ones (may be given again)
  --peer NAME      Only this peer, `counterfoil`, `duckdb` or `polars` (may be given again)
  --script FILE    A peer of your own besides: a Python script that takes a folder and a file for the answer, and prints a line that ends
                   with its seconds, such as `12.3s` (may be given again)
  --growth         A tenth of the rows, the rows, and ten times the rows of one folder (A unless named), one run each;
                   tells time and memory for each, and draws both in docs/images/growth.svg
  --change         What a change costs beside scoring everything, and crediting from a home's own files beside a plain sum
                   in SQL of the same rows; the scores after the changes are compared with those worked out anew
  --server         How the server stands up to load: the demo times 100, asked for scores, explanations, claims, links and pages by 1, 8 and
                   32 clients, beside a bare handler that runs the same SQL; each answer is compared with that of the request asked alone
  --times N        How often the demo is told for `--server` [default: 100]
  --seconds N      How long each load of `--server` lasts [default: 5]";

/// A generated folder: its letter, customers and partners.
const FOLDERS: [(&str, &str, &str); 2] = [("A", "2000", "300"), ("B", "20000", "2000")];

struct Options {
    usage: u64,
    runs: usize,
    folders: Vec<String>,
    datasets: Vec<PathBuf>,
    peers: Vec<Peer>,
    scripts: Vec<Peer>,
    growth: bool,
    change: bool,
    server: Option<server::Options>,
}

/// Generates the folders, lets the peers take turns and prints the table.
///
/// # Errors
/// When an option is not understood, or the Python environment or a folder cannot be made. A peer that fails or answers
/// otherwise is told by the exit code.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    let Some(options) = options(arguments)? else {
        println!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    };
    if let Some(options) = &options.server {
        return server::run(options);
    }
    let scripts = places::workspace().join("crates/xtask/bench");
    let python = tools::python_environment("bench", &scripts.join("requirements.txt"))?.join("bin/python");
    if options.peers.contains(&Peer::Counterfoil) {
        println!("==> building the release");
        shell::run(&mut shell::cargo(&["build", "--quiet", "--release", "--package", "app"]))?;
    }
    let setting = Setting { python, scripts, answers: places::cache()?.join("bench/answers") };
    fs::create_dir_all(&setting.answers).with_context(|| format!("cannot make `{}`", setting.answers.display()))?;

    if options.growth && options.datasets.is_empty() {
        return growth::run(&options, &setting);
    }
    if options.change {
        return change(&options, &setting);
    }
    let mut lines = Vec::new();
    let mut well = true;
    for (name, folder) in folders(&options, options.usage, &setting)? {
        warm(&folder)?;
        let (measured, fine) = measure(&options, &setting, &name, &folder);
        well &= fine;
        lines.extend(measured);
    }
    table::print(&lines, options.runs);
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Imports the folders into homes and measures changes of them.
fn change(options: &Options, setting: &Setting) -> Result<ExitCode> {
    for (name, folder) in folders(options, options.usage, setting)? {
        println!("==> changes of folder {name}");
        let title = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let home = places::cache()?.join(format!("bench/home-{title}"));
        let mut measure = shell::command(&setting.python);
        measure.arg(setting.scripts.join("change.py")).arg(places::built("release").join("counterfoil"));
        shell::run(measure.arg(folder).arg(home))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn options(arguments: &[String]) -> Result<Option<Options>> {
    let mut options = Options {
        usage: 20_000_000,
        runs: 3,
        folders: Vec::new(),
        datasets: Vec::new(),
        peers: Vec::new(),
        scripts: Vec::new(),
        growth: false,
        change: false,
        server: None,
    };
    let (mut times, mut seconds) = (100, 5);
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        if ["--help", "-h"].contains(&name.as_str()) {
            return Ok(None);
        }
        let mut value = || arguments.next().with_context(|| format!("`{name}` needs a value"));
        match name.as_str() {
            "--usage" => options.usage = number(name, value()?)?,
            "--runs" => options.runs = usize::try_from(number(name, value()?)?)?,
            "--folder" => options.folders.push(value()?.to_uppercase()),
            "--dataset" => options.datasets.push(std::path::absolute(value()?)?),
            "--peer" => options.peers.push(Peer::named(value()?)?),
            "--script" => {
                let file = std::path::absolute(value()?)?;
                options.scripts.push(Peer::Script(Box::leak(file.into_boxed_path())));
            }
            "--growth" => options.growth = true,
            "--change" => options.change = true,
            "--server" => options.server = Some(server::Options { times, seconds }),
            "--times" => times = number(name, value()?)?,
            "--seconds" => seconds = number(name, value()?)?,
            other => bail!("no option `{other}`; `cargo xtask bench --help` lists them"),
        }
    }
    options.server = options.server.map(|_| server::Options { times, seconds });
    if let Some(unknown) = options.folders.iter().find(|name| FOLDERS.iter().all(|folder| folder.0 != name.as_str())) {
        bail!("no folder `{unknown}`; expected `A` or `B`");
    }
    if options.growth {
        options.runs = 1;
        if options.folders.is_empty() {
            options.folders.push("A".to_owned());
        }
    }
    if options.peers.is_empty() {
        options.peers = PEERS.to_vec();
    }
    options.peers.append(&mut options.scripts);
    Ok(Some(options))
}

fn number(option: &str, text: &str) -> Result<u64> {
    let number = text.replace('_', "").parse().with_context(|| format!("`{option} {text}`: expected a whole number"))?;
    if number == 0 {
        bail!("`{option} 0`: expected at least 1");
    }
    Ok(number)
}

/// The folders to measure, with `usage` rows, by name; generated when they are not there yet.
fn folders(options: &Options, usage: u64, setting: &Setting) -> Result<Vec<(String, PathBuf)>> {
    if !options.datasets.is_empty() {
        let name = |folder: &PathBuf| folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        return Ok(options.datasets.iter().map(|folder| (name(folder), folder.clone())).collect());
    }
    let generator = setting.scripts.join("generate.py");
    let mut version = DefaultHasher::new();
    fs::read(&generator).with_context(|| format!("cannot read `{}`", generator.display()))?.hash(&mut version);
    let mut found = Vec::new();
    for (name, tenants, partners) in FOLDERS {
        if !options.folders.is_empty() && !options.folders.iter().any(|folder| folder == name) {
            continue;
        }
        let folder = places::cache()?.join(format!("bench/{name}-{usage}-{:08x}", version.finish() as u32));
        if !folder.is_dir() {
            println!("==> generating folder {name}, {usage} rows");
            let mut generate = shell::command(&setting.python);
            generate.arg(&generator).arg(&folder).args(["--tenants", tenants, "--partners", partners]);
            shell::run(generate.args(["--usage", &usage.to_string()]))?;
        }
        found.push((name.to_owned(), folder));
    }
    Ok(found)
}

/// Reads the files once, so that the first peer does not pay for the disk.
fn warm(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            warm(&path)?;
        } else {
            io::copy(&mut File::open(&path)?, &mut io::sink())?;
        }
    }
    Ok(())
}

/// Lets the peers take turns on one folder and compares what they answered.
fn measure(options: &Options, setting: &Setting, name: &str, folder: &Path) -> (Vec<Line>, bool) {
    let mut lines: Vec<Line> = options.peers.iter().map(|peer| Line::new(name, *peer)).collect();
    for run in 1..=options.runs {
        for line in lines.iter_mut().filter(|line| !line.has_failed) {
            match setting.run(line.peer, folder) {
                Ok(measured) => {
                    println!("    {name}, run {run}: {} {:.2} s", line.peer.name(), measured.seconds);
                    line.measured.push(measured);
                }
                Err(error) => {
                    println!("    {name}, run {run}: {} failed: {error:#}", line.peer.name());
                    line.has_failed = true;
                }
            }
        }
    }
    let answered: Vec<Peer> = lines.iter().filter(|line| !line.has_failed).map(|line| line.peer).collect();
    let equal = match setting.compare(&answered) {
        Ok(said) => {
            println!("    {name}, answers: {}", said.trim());
            true
        }
        Err(error) => {
            println!("    {name}, answers: {error:#}");
            false
        }
    };
    let well = equal && answered.len() == lines.len();
    (lines, well)
}
