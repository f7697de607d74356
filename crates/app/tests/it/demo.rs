//! The demo tells its stories.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use app::demo::{AS_OF, SEED, generate};
use domain::designations::{Score, score_program};
use domain::facts::Program;
use domain::rulebook::Rulebook;

/// The rulebook of the repository.
fn rulebook() -> &'static Rulebook {
    static RULEBOOK: OnceLock<Rulebook> = OnceLock::new();
    RULEBOOK.get_or_init(|| {
        let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulebook/2023-10");
        let mut files = Vec::new();
        let mut open = vec![root.clone()];
        while let Some(at) = open.pop() {
            for entry in std::fs::read_dir(&at).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else if path.extension().is_some_and(|extension| extension == "toml") {
                    let relative = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                    files.push((relative, std::fs::read_to_string(&path).unwrap()));
                }
            }
        }
        files.sort();
        Rulebook::parse(&files).unwrap()
    })
}

fn program() -> &'static Program {
    static PROGRAM: OnceLock<Program> = OnceLock::new();
    PROGRAM.get_or_init(|| generate(SEED, AS_OF))
}

fn scores() -> &'static [Score] {
    static SCORES: OnceLock<Vec<Score>> = OnceLock::new();
    SCORES.get_or_init(|| score_program(program(), rulebook(), AS_OF))
}

/// Every score as a table that a person can read.
fn table(scores: &[Score]) -> String {
    let mut text = String::new();
    let mut partner = "";
    for score in scores {
        if partner != score.partner_name {
            partner = &score.partner_name;
            writeln!(text, "\n{} {partner}", score.global_partner_id).unwrap();
        }
        for track in &score.tracks {
            let name = track.track.as_ref().map_or(String::new(), |track| format!(" {track}"));
            let status = if track.chosen { score.status.as_str() } else { "" };
            let points: Vec<String> = track.metrics.iter().map(|metric| format!("{}/{}", metric.points.shown(), metric.max)).collect();
            let window: Vec<String> =
                score.window.iter().map(|row| format!("{}{}", row.score.shown(), if row.qualified { "*" } else { "" })).collect();
            let qualified = if track.qualified { "*" } else { " " };
            let area = format!("{}{name}", score.area);
            writeln!(text, "  {area:<34} {:>6}{qualified} {status:<12} {}", track.score.shown(), points.join(" ")).unwrap();
            if track.chosen {
                writeln!(text, "  {:<55} window {}", "", window.join(" ")).unwrap();
            }
        }
    }
    text
}

#[test]
fn print_scores() {
    let program = program();
    println!("{}", table(scores()));
    println!(
        "customers {} consumption {} usage {} revenue {}",
        program.customers.len(),
        program.consumption.len(),
        program.workload_usage.len(),
        program.revenue.len()
    );
    let _ = (BTreeMap::<u8, u8>::new(), BTreeSet::<u8>::new());
}
