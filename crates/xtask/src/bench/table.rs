//! The table of results.

use super::peers::{Measured, Peer};

/// One line: a peer on a folder.
#[derive(Debug)]
pub struct Line {
    /// The folder's name.
    pub folder: String,
    /// Who answered.
    pub peer: Peer,
    /// Its runs.
    pub measured: Vec<Measured>,
    /// Whether a run failed; no further ones were made.
    pub has_failed: bool,
}

impl Line {
    /// A line without runs yet.
    pub fn new(folder: &str, peer: Peer) -> Self {
        Self { folder: folder.to_owned(), peer, measured: Vec::new(), has_failed: false }
    }

    /// The median time of the runs, in seconds.
    pub fn seconds(&self) -> Option<f64> {
        if self.has_failed {
            return None;
        }
        let mut seconds: Vec<f64> = self.measured.iter().map(|run| run.seconds).collect();
        seconds.sort_by(f64::total_cmp);
        let middle = seconds.len() / 2;
        match seconds.len() % 2 {
            1 => seconds.get(middle).copied(),
            _ => Some((seconds.get(middle)? + seconds.get(middle.checked_sub(1)?)?) / 2.0),
        }
    }

    /// The most memory that any run held, in GiB.
    pub fn peak_gib(&self) -> Option<f64> {
        let peak = self.measured.iter().map(|run| run.peak_kib).max()?;
        Some(peak as f64 / f64::from(1 << 20))
    }
}

/// Prints all lines, each with its ratio to Counterfoil on the same folder.
pub fn print(lines: &[Line], runs: usize) {
    println!("\n{:<10}  {:<20}  {:>9}  {:>10}  {:>14}", "folder", "peer", "time", "memory", "to Counterfoil");
    for line in lines {
        let ours = lines.iter().find(|other| other.folder == line.folder && other.peer == Peer::Counterfoil);
        let ratio = ours.and_then(Line::seconds).and_then(|ours| Some(line.seconds()? / ours));
        let time = line.seconds().map_or_else(|| "failed".to_owned(), |seconds| format!("{seconds:.2} s"));
        let memory = line.peak_gib().map_or_else(|| "–".to_owned(), |gib| format!("{gib:.2} GiB"));
        let ratio = ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.1} ×"));
        println!("{:<10}  {:<20}  {time:>9}  {memory:>10}  {ratio:>14}", line.folder, line.peer.name());
    }
    println!("\ntime: median of {runs}, files to answer written, the peers without the start of Python; memory: the peak of any run");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(seconds: &[f64]) -> Line {
        let measured = seconds.iter().map(|seconds| Measured { seconds: *seconds, peak_kib: 1 << 20 }).collect();
        Line { measured, ..Line::new("A", Peer::DuckDb) }
    }

    #[test]
    fn the_median_is_the_run_in_the_middle() {
        assert_eq!(line(&[3.0, 1.0, 9.0]).seconds(), Some(3.0));
        assert_eq!(line(&[3.0, 1.0]).seconds(), Some(2.0));
        assert_eq!(line(&[]).seconds(), None);
    }

    #[test]
    fn a_failed_peer_has_no_time() {
        assert_eq!(Line { has_failed: true, ..line(&[1.0]) }.seconds(), None);
    }
}
