//! The checks, in order.

use anyhow::{Result, bail};

use crate::tools::{self, Missing};
use crate::{places, postgres, shell};

/// How a step went, when it did not fail.
#[derive(Debug)]
pub enum Outcome {
    /// Everything was checked.
    Passed,
    /// Checked, with one thing to know.
    PassedBut(String),
    /// Not checked: why, and what to install.
    Skipped(String),
}

/// One check.
#[derive(Debug)]
pub struct Step {
    /// What `--only` calls it.
    pub name: &'static str,
    /// What it checks, as a sentence.
    pub sentence: &'static str,
    /// Does it.
    pub run: fn() -> Result<Outcome>,
}

/// Every check, in the order that shows trouble earliest.
pub const STEPS: &[Step] = &[
    Step { name: "format", sentence: "the source is formatted by rustfmt", run: format },
    Step { name: "clippy", sentence: "clippy has nothing to say", run: clippy },
    Step { name: "default", sentence: "the build without clusters compiles", run: default },
    Step { name: "docs", sentence: "the API documentation builds and its links hold", run: docs },
    Step { name: "doctests", sentence: "the examples in doc comments run", run: doctests },
    Step { name: "tests", sentence: "all tests pass, the registers on SQLite and on PostgreSQL", run: tests },
    Step { name: "fuzz", sentence: "no parser panics on a minute of mutated files", run: fuzz },
    Step { name: "rulebook", sentence: "the worked examples of the rulebook pass", run: rulebook },
    Step { name: "browser", sentence: "the pages work in a real browser, and axe finds nothing serious", run: browser },
    Step { name: "clients", sentence: "programs of other people work with the API, unchanged", run: clients },
    Step { name: "emulators", sentence: "homes, imports and watching work on S3 and on Azure Blob Storage, emulated", run: emulators },
    Step { name: "deny", sentence: "licences, sources and bans of the dependencies are as deny.toml says", run: deny },
];

/// Everything is built with clusters, so that nothing is compiled twice; the step `default` sees that builds without them are well.
const FEATURES: [&str; 2] = ["--features", "app/cluster"];

fn default() -> Result<Outcome> {
    shell::run(&mut shell::cargo(&["check", "--quiet", "--workspace"]))?;
    Ok(Outcome::Passed)
}

fn format() -> Result<Outcome> {
    shell::run(&mut shell::cargo(&["fmt", "--all", "--check"]))?;
    Ok(Outcome::Passed)
}

fn clippy() -> Result<Outcome> {
    shell::run(&mut shell::cargo(
        &[&["clippy", "--quiet", "--workspace", "--all-targets"], &FEATURES[..], &["--", "-D", "warnings"]].concat(),
    ))?;
    Ok(Outcome::Passed)
}

fn docs() -> Result<Outcome> {
    let mut doc = shell::cargo(&[&["doc", "--quiet", "--workspace", "--no-deps", "--document-private-items"], &FEATURES[..]].concat());
    shell::run(doc.env("RUSTDOCFLAGS", "-D rustdoc::broken_intra_doc_links -D warnings"))?;
    Ok(Outcome::Passed)
}

fn doctests() -> Result<Outcome> {
    shell::run(&mut shell::cargo(&[&["test", "--quiet", "--workspace", "--doc"], &FEATURES[..]].concat()))?;
    Ok(Outcome::Passed)
}

fn tests() -> Result<Outcome> {
    let server = match tools::postgres()? {
        Ok(programs) => Ok(postgres::Server::start(&programs)?),
        Err(missing) => Err(missing),
    };
    let mut command = test_command(Tests::Plain);
    if let Ok(server) = &server {
        command.env("TEST_POSTGRES_URL", server.url());
    }
    shell::run(&mut command)?;
    Ok(match server {
        Ok(_) => Outcome::Passed,
        Err(Missing(cure)) => Outcome::Skipped(format!("the tests passed on SQLite, but not on PostgreSQL: {cure}")),
    })
}

fn fuzz() -> Result<Outcome> {
    let only = ["--", "--exact", "fuzz::no_parser_panics_on_what_it_is_given"];
    let mut command = shell::cargo(&[&["test", "--quiet", "--workspace", "--all-targets"], &FEATURES[..], &only].concat());
    shell::run(command.env("FUZZ_SECONDS", "60"))?;
    Ok(Outcome::Passed)
}

fn rulebook() -> Result<Outcome> {
    // With the tests beside it the program gets the features that they have; `cargo run` would build dependencies again with others.
    shell::run(&mut shell::cargo(&[&["build", "--quiet", "--workspace", "--bins", "--tests"], &FEATURES[..]].concat()))?;
    shell::run(shell::command(places::built("debug").join("counterfoil")).args(["rulebook", "test"]))?;
    Ok(Outcome::Passed)
}

fn browser() -> Result<Outcome> {
    let browser = match tools::browser()? {
        Ok(browser) => browser,
        Err(Missing(cure)) => return Ok(Outcome::Skipped(cure)),
    };
    let axe = tools::axe()?;
    let mut command = test_command(Tests::Browser);
    command.env("CHROMIUM", browser.chromium).env("CHROMEDRIVER", browser.driver);
    if let Ok(axe) = &axe {
        command.env("AXE", axe);
    }
    shell::run(&mut command)?;
    Ok(match axe {
        Ok(_) => Outcome::Passed,
        Err(Missing(cure)) => Outcome::Skipped(format!("the pages work in a browser, but axe did not look at them: {cure}")),
    })
}

fn clients() -> Result<Outcome> {
    let python = match tools::python_environment("clients", &places::workspace().join("crates/xtask/clients/requirements.txt")) {
        Ok(folder) => folder,
        Err(error) => return Ok(Outcome::Skipped(format!("the clients could not be installed: {error:#}"))),
    };
    let node = tools::node_environment("clients", &places::workspace().join("crates/xtask/clients"));
    let mut command = test_command(Tests::Clients);
    command.env("CLIENTS_PYTHON", python.join("bin/python"));
    if let Ok(Ok(folder)) = &node {
        command.env("CLIENTS_NODE", folder);
    }
    shell::run(&mut command)?;
    let missing = match node {
        Ok(Ok(_)) => return Ok(Outcome::Passed),
        Ok(Err(Missing(cure))) => cure,
        Err(error) => format!("{error:#}"),
    };
    Ok(Outcome::Skipped(format!("the clients in Python passed, those in JavaScript could not be installed: {missing}")))
}

fn emulators() -> Result<Outcome> {
    let wanted = places::workspace().join("crates/xtask/emulators");
    let python = match tools::python_environment("emulators", &wanted.join("requirements.txt")) {
        Ok(folder) => folder,
        Err(error) => return Ok(Outcome::Skipped(format!("the emulators could not be installed: {error:#}"))),
    };
    let node = match tools::node_environment("emulators", &wanted) {
        Ok(Ok(folder)) => Ok(folder),
        Ok(Err(Missing(cure))) => Err(cure),
        Err(error) => Err(format!("{error:#}")),
    };
    let mut command = test_command(Tests::Emulators);
    command.env("EMULATORS_PYTHON", python.join("bin/python"));
    if let Ok(folder) = &node {
        command.env("EMULATORS_NODE", folder);
    }
    shell::run(&mut command)?;
    Ok(match node {
        Ok(_) => Outcome::Passed,
        Err(cure) => Outcome::Skipped(format!("the tests passed on S3, the emulator of Azure could not be installed: {cure}")),
    })
}

fn deny() -> Result<Outcome> {
    let program = tools::cargo_deny()?;
    let check = |what: &[&str]| {
        shell::output(shell::command(&program).args(["--log-level", "error", "check", "--hide-inclusion-graph"]).args(what))
    };
    println!("    {}", check(&["bans", "licenses", "sources"])?.trim());
    match check(&["advisories"]) {
        Ok(said) => {
            println!("    {}", said.trim());
            Ok(Outcome::Passed)
        }
        Err(error) if format!("{error:#}").contains("failed to fetch advisory database") => {
            Ok(Outcome::PassedBut("advisories were not checked: the advisory database cannot be reached from here".to_owned()))
        }
        Err(error) => bail!(error),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tests {
    Plain,
    Browser,
    Clients,
    Emulators,
}

impl Tests {
    /// The name of the modules that hold the tests; plain ones are in all the others.
    const fn module(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Browser => Some("browser"),
            Self::Clients => Some("clients"),
            Self::Emulators => Some("emulators"),
        }
    }
}

/// Tests that need a browser live in modules named `browser`, those that run programs of other people in modules named `clients`,
/// those that need an emulated cloud in modules named `emulators`; nextest runs them when it is installed, else cargo does.
fn test_command(tests: Tests) -> std::process::Command {
    if shell::on_path("cargo-nextest").is_some() {
        let filter = tests
            .module()
            .map_or_else(|| "not test(/(^|::)(browser|clients|emulators)::/)".to_owned(), |module| format!("test(/(^|::){module}::/)"));
        let mut nextest = shell::cargo(&[&["nextest", "run", "--workspace", "--no-fail-fast", "--no-tests=pass"], &FEATURES[..]].concat());
        nextest.args(["--status-level=fail", "--final-status-level=fail", "--show-progress=none", "-E", &filter]);
        return nextest;
    }
    let mut test = shell::cargo(&[&["test", "--workspace", "--all-targets", "--no-fail-fast"], &FEATURES[..], &["--"]].concat());
    match tests.module() {
        Some(module) => test.arg(format!("{module}::")),
        None => test.args(["--skip", "browser::", "--skip", "clients::", "--skip", "emulators::"]),
    };
    test
}
