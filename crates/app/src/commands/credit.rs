//! `credit`: usage as credited, with the duplicate flags that reports know.

use anyhow::Result;

use crate::cli::Setting;
use crate::commands::ProgramArgs;
use crate::problem::Exit;

/// Usage as credited
#[derive(Debug, clap::Args)]
pub struct CreditArgs {
    #[command(flatten)]
    program: ProgramArgs,
}

/// Writes credited usage.
///
/// # Errors
/// When the program cannot be opened, or the file cannot be written.
pub fn run(args: &CreditArgs, setting: &Setting) -> Result<Exit> {
    let program = args.program.open(setting)?;
    let lines = program.credited(args.program.as_of().closed_month())?;
    let rows: Vec<Vec<String>> = lines.iter().map(|(key, acr)| key.cells(*acr).to_vec()).collect();
    setting.output.print(&rows, |_| crate::output::table::lines(&domain::lines::LINE_COLUMNS, &rows, &[12]).join("\n"))?;
    Ok(setting.tell_rows(&program.problems()))
}
