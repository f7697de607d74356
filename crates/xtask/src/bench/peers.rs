//! What is measured, and how one of them is run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{places, shell};

/// Who answers the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// Ourselves: `counterfoil credit`.
    Counterfoil,
    /// The question in SQL.
    DuckDb,
    /// The question as a data frame.
    Polars,
    /// A script of somebody else's, which takes a folder and a file for the answer.
    Script(&'static Path),
}

/// Everybody, in the order of the table.
pub const PEERS: [Peer; 3] = [Peer::Counterfoil, Peer::DuckDb, Peer::Polars];

/// One run.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Seconds from files to answer written. Of Counterfoil the whole process, of the peers without the start of Python, of a script what it
    /// tells itself.
    pub seconds: f64,
    /// The most memory that the process held, in KiB.
    pub peak_kib: u64,
}

/// What every run needs.
#[derive(Debug)]
pub struct Setting {
    /// Python, with the peers installed.
    pub python: PathBuf,
    /// The folder of the scripts.
    pub scripts: PathBuf,
    /// Where answers are written.
    pub answers: PathBuf,
}

impl Peer {
    /// What tables and options call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counterfoil => "counterfoil",
            Self::DuckDb => "duckdb",
            Self::Polars => "polars",
            Self::Script(file) => file.file_stem().and_then(|stem| stem.to_str()).unwrap_or("script"),
        }
    }

    /// The peer of that name.
    ///
    /// # Errors
    /// When there is none.
    pub fn named(name: &str) -> Result<Self> {
        let found = PEERS.into_iter().find(|peer| peer.name() == name.to_lowercase());
        found.with_context(|| format!("no peer `{name}`; expected `counterfoil`, `duckdb` or `polars`"))
    }
}

impl Setting {
    fn answer(&self, peer: Peer) -> PathBuf {
        self.answers.join(format!("{}.parquet", peer.name()))
    }

    /// Lets `peer` answer from `folder`, in a process of its own.
    ///
    /// # Errors
    /// When it fails, or does not tell its time.
    pub fn run(&self, peer: Peer, folder: &Path) -> Result<Measured> {
        let answer = self.answer(peer);
        if answer.exists() {
            std::fs::remove_file(&answer)?;
        }
        let mut measure = shell::command(&self.python);
        measure.arg(self.scripts.join("measure.py"));
        let said = shell::output(self.question(&mut measure, peer, folder, &answer))?;
        if !answer.is_file() {
            bail!("no answer in `{}`", answer.display());
        }
        let mut lines = said.lines().rev();
        let last: Vec<&str> = lines.next().unwrap_or_default().split(' ').collect();
        let [process, peak] = last[..] else { bail!("no measure on the last line of:\n{said}") };
        let seconds = match peer {
            Peer::Counterfoil => process,
            Peer::DuckDb | Peer::Polars => lines.next().unwrap_or_default(),
            Peer::Script(_) => told(&said).with_context(|| format!("no line ends with seconds, such as `12.3s`, in:\n{said}"))?,
        };
        Ok(Measured {
            seconds: seconds.trim().parse().with_context(|| format!("`{seconds}` is not a number of seconds"))?,
            peak_kib: peak.parse().with_context(|| format!("`{peak}` is not a number of KiB"))?,
        })
    }

    fn question<'a>(&self, measure: &'a mut Command, peer: Peer, folder: &Path, answer: &Path) -> &'a mut Command {
        let script = |name: &str| self.scripts.join(name);
        match peer {
            Peer::Counterfoil => {
                measure.arg(places::built("release").join("counterfoil")).args(["credit", "--dataset"]).arg(folder);
                measure.args(["--group", "global-partner,tenant,service,month", "--out"]).arg(answer)
            }
            Peer::DuckDb => measure.arg(&self.python).arg(script("duckdb_peer.py")).arg(folder).arg(answer),
            Peer::Polars => measure.arg(&self.python).arg(script("polars_peer.py")).arg(folder).arg(answer),
            Peer::Script(file) => measure.arg(&self.python).arg(file).arg(folder).arg(answer),
        }
    }

    /// Compares the answers of `peers`; says how many groups there are.
    ///
    /// # Errors
    /// When two answers differ, or there are not two.
    pub fn compare(&self, peers: &[Peer]) -> Result<String> {
        if peers.len() < 2 {
            bail!("nothing to compare with");
        }
        let answers = peers.iter().map(|peer| self.answer(*peer));
        shell::output(shell::command(&self.python).arg(self.scripts.join("compare.py")).args(answers))
    }
}

/// The seconds that the first line ends with which ends with seconds.
fn told(said: &str) -> Option<&str> {
    said.lines().find_map(|line| {
        let seconds = line.trim_end().rsplit(' ').next()?.strip_suffix('s')?;
        seconds.parse::<f64>().is_ok().then_some(seconds)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_tells_its_seconds_at_the_end_of_a_line() {
        assert_eq!(told("reading files\nrows [(7, 3)] 12.30s\nscan of 3 columns 0.35s\n"), Some("12.30"));
        assert_eq!(told("12 rows\n"), None);
    }

    #[test]
    fn a_script_is_called_by_its_file() {
        assert_eq!(Peer::Script(Path::new("peers/another.py")).name(), "another");
    }
}
