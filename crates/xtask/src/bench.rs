//! The benchmark: Counterfoil beside its peers.

use std::process::ExitCode;

use anyhow::{Result, bail};

/// Generates the folders, runs the peers and prints the table.
///
/// # Errors
/// Always, for now.
pub fn run(_arguments: &[String]) -> Result<ExitCode> {
    bail!("the benchmark is not here yet")
}
