//! The checks and the benchmark: `cargo xtask test`, `cargo xtask bench`.

use std::process::ExitCode;

use anyhow::{Result, bail};

/// The benchmark: Counterfoil beside its peers.
mod bench;

/// Places: the workspace, the cache, the target folder.
mod places;

/// A PostgreSQL server of our own, for as long as the tests need it.
mod postgres;

/// Running other programs.
mod shell;

/// The checks, in order.
mod steps;

/// `cargo xtask test`.
mod test;

/// Finding tools, and installing those that may be installed.
mod tools;

const HELP: &str = "\
Usage: cargo xtask <COMMAND>

Commands:
  test    Run every check in order; `--list` names them, `--only NAME` runs one (may be given again)
  bench   Measure crediting beside DuckDB and Polars, or the server under load; `--help` tells more

Examples:
  cargo xtask test
  cargo xtask test --only format --only tests
  cargo xtask bench --usage 200000 --runs 1";

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    match arguments.split_first() {
        Some((command, rest)) if command == "test" => test::run(rest),
        Some((command, rest)) if command == "bench" => bench::run(rest),
        None => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        Some((command, _)) if ["help", "--help", "-h"].contains(&command.as_str()) => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        Some((command, _)) => bail!("no command `{command}`; expected `test` or `bench`"),
    }
}
