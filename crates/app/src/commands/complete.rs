//! `completions` and `man`: what shells and manuals need.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap_complete::Shell;

use crate::cli;
use crate::problem::{Exit, say};

/// Completions for a shell, on stdout
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil completions bash > ~/.local/share/bash-completion/completions/counterfoil
  counterfoil completions zsh > ~/.zfunc/_counterfoil
  counterfoil completions fish > ~/.config/fish/completions/counterfoil.fish")]
pub struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Manual pages: that of the program on stdout, or all of them into a folder
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil man | man -l -
  counterfoil man --out ~/.local/share/man/man1")]
pub struct ManArgs {
    /// The folder for the pages of the program and of every command
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Writes completions.
///
/// # Errors
/// When stdout cannot be written.
pub fn completions(args: &CompletionsArgs) -> Result<Exit> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut cli::command(), "counterfoil", &mut text);
    io::stdout().write_all(&text)?;
    Ok(Exit::Done)
}

/// Writes manual pages.
///
/// # Errors
/// When stdout or the folder cannot be written.
pub fn man(args: &ManArgs) -> Result<Exit> {
    match &args.out {
        None => {
            let mut text = Vec::new();
            clap_mangen::Man::new(cli::command()).render(&mut text)?;
            io::stdout().write_all(&text)?;
        }
        Some(folder) => {
            let place = || format!("cannot write manual pages into `{}`", folder.display());
            std::fs::create_dir_all(folder).with_context(place)?;
            clap_mangen::generate_to(cli::command(), folder).with_context(place)?;
            say(&format!("manual pages in `{}`\n", folder.display()));
        }
    }
    Ok(Exit::Done)
}
