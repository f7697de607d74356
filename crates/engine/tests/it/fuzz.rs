//! Every parser against mutated files: none may panic. A sample of each format is changed at random, from a fixed seed, for
//! `FUZZ_SECONDS` (one without it); an input that made a parser panic is kept under `tests/it/regressions` and tried first ever after.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::amount::Amount;
use domain::fraction::Fraction;
use domain::register::tidy_scope;
use domain::rulebook::Rulebook;
use domain::time::{Day, Month};
use engine::downloads;
use engine::lines::Lines;
use engine::problems::Problems;

use crate::importing::Home;

/// Pieces that parsers stumble over.
const PIECES: [&[u8]; 18] = [
    b"\"",
    b"\n",
    b"\r\n",
    b",",
    b"\t",
    b";",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"null",
    b"-",
    b"1e-400",
    b"99999999999999999999999",
    b"/subscriptions/",
    b"[",
    b"{\"",
    b"2024-13-45",
    b"'=",
];

/// Numbers that look random, the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).unwrap()
    }

    /// The seed with a few changes.
    fn mutate(&mut self, seed: &[u8]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.below(4) {
            let (at, end) = (self.below(bytes.len() + 1), self.below(bytes.len() + 1));
            let (from, to) = (at.min(end), at.max(end));
            match self.below(5) {
                0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                1 => drop(bytes.drain(from..to.min(from + 64))),
                2 => drop(bytes.splice(at..at, PIECES[self.below(PIECES.len())].iter().copied())),
                3 => drop(bytes.splice(at..at, bytes.clone()[from..to.min(from + 64)].to_vec())),
                _ => bytes.truncate(if self.below(8) == 0 { at } else { bytes.len() }),
            }
        }
        bytes
    }
}

/// A file as it is imported, and as one of the vendor's downloads.
fn files(name: &str, bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let _ = Home::new().try_import(&path, Some("t-1"));
    let _ = downloads::read(&path, &mut Problems::default());
}

/// What stands in cells and manifests.
fn texts(bytes: &[u8]) {
    for text in String::from_utf8_lossy(bytes).split(['\n', ',']) {
        if let Ok(amount) = text.parse::<Amount>() {
            assert_eq!(amount.to_string().parse(), Ok(amount), "{text}");
        }
        let _ = (Amount::parse_rounded(text), text.parse::<Day>(), text.parse::<Month>(), text.parse::<Fraction>());
        let tidy = tidy_scope(text);
        assert_eq!(tidy_scope(&tidy), tidy, "{text}");
        assert_eq!(engine::formulas::plain(&engine::formulas::safe(text)), text);
    }
}

/// What the ledger keeps as text beside amounts and months: lines, and refused rows.
fn kept(_: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for line in text.lines() {
        if let Ok(lines) = line.parse::<Lines>() {
            assert_eq!(lines.to_string().parse(), Ok(lines), "{line}");
        }
    }
    let rows: Vec<(u64, String)> = (0..).zip(text.lines().map(str::to_owned)).collect();
    for name in ["costs.csv", "costs.tsv", "roles.json"] {
        std::hint::black_box(engine::refused::write(name, "b1:costs.csv", &rows, &BTreeMap::new()));
    }
}

/// One of the vendor's downloads.
fn download(name: &str, bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let _ = downloads::read(&path, &mut Problems::default());
}

fn rules(name: &str, bytes: &[u8]) {
    let _ = Rulebook::parse(&[(name.to_owned(), String::from_utf8_lossy(bytes).into_owned())]);
}

/// The vendor's usage, with its flags.
const USAGE: &[u8] = b"Month,CustomerTenantId,SubscriptionId,ServiceLevel1,PartnerAttributionType,PGAPartnerID,PartnerID,ACR_USD\n\
    7/1/2024,t-1,s-1,Backup,PAL,900010,100204,1234.5\n";

type Parser = fn(&str, &[u8]);

/// Seeds by name, with what reads them.
fn seeds() -> Vec<(String, Parser, Vec<u8>)> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seeds: Vec<(String, Parser, Vec<u8>)> = vec![
        ("texts".to_owned(), |_, bytes| texts(bytes), b"1234.5,-0.1e-5,2024-02-29,2024-01,13.3,/subscriptions/S/,'=1,+1,1/3\n".to_vec()),
        ("kept".to_owned(), kept, b"2-40,45\n[\"a\",\"b\"]\n[\"1\",\"=2\"]\n{\"id\": null}\n".to_vec()),
        ("scorecard.csv".to_owned(), download, b"Area,Category,Points earned\nInfrastructure (Azure),Net customer adds,10.5\n".to_vec()),
        ("AzureUsage.csv".to_owned(), download, USAGE.to_vec()),
        ("mended.csv".to_owned(), files, b"x_mends,x_problem,month,currency,usd_per_unit\nb:f:2,p,2024-01-01,EUR,1.1\n".to_vec()),
        ("csp.csv".to_owned(), files, b"subscription_id,partner_id,tier,from\ns-1,101,direct-bill,2024-01-01\n".to_vec()),
    ];
    let text = |texts: [&str; 2]| -> arrow_array::ArrayRef { std::sync::Arc::new(arrow_array::StringArray::from(texts.to_vec())) };
    let columns =
        [("subscription_id", ["s-1", "s-2"]), ("partner_id", ["101", "102"]), ("tier", ["direct-bill"; 2]), ("from", ["2024-01-01"; 2])];
    let parquet = crate::scene::parquet(columns.map(|(name, cells)| (name, text(cells))).to_vec());
    seeds.push(("csp.parquet".to_owned(), files, parquet));
    for (folder, parser) in
        [("tests/it/samples", files as Parser), ("../../rulebook/2023-10", rules), ("../../rulebook/2023-10/imports", rules)]
    {
        let mut found: Vec<PathBuf> = std::fs::read_dir(here.join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        found.retain(|path| path.is_file());
        found.sort();
        seeds.extend(
            found.into_iter().map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), parser, std::fs::read(&path).unwrap())),
        );
    }
    seeds
}

/// Tries an input; keeps it when it makes its parser panic.
fn attempt(name: &str, parser: Parser, bytes: &[u8]) {
    if catch_unwind(AssertUnwindSafe(|| parser(name, bytes))).is_err() {
        let hash = bytes.iter().fold(5381_u32, |hash, byte| hash.wrapping_mul(33) ^ u32::from(*byte));
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/regressions").join(format!("{hash:08x}-{name}"));
        std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
        std::fs::write(&kept, bytes).unwrap();
        panic!("an input for `{name}` made its parser panic; it is kept as {}", kept.display());
    }
}

#[test]
fn no_parser_panics_on_what_it_is_given() {
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let (began, mut dice, mut tried) = (Instant::now(), Dice(0x9e37_79b9_7f4a_7c15), 0_u64);
    let seeds = seeds();
    for (name, parser, seed) in &seeds {
        attempt(name, *parser, seed);
    }
    let kept = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/regressions"));
    for path in kept.into_iter().flatten().map(|entry| entry.unwrap().path()) {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Some((name, parser, _)) = seeds.iter().find(|(name, ..)| file.ends_with(&format!("-{name}"))) {
            attempt(name, *parser, &std::fs::read(&path).unwrap());
        }
    }
    while began.elapsed() < Duration::from_secs(seconds) {
        for (name, parser, seed) in &seeds {
            attempt(name, *parser, &dice.mutate(seed));
            tried += 1;
        }
    }
    println!("{tried} inputs for {} parsers and formats", seeds.len());
}
