//! `audit`: the log of events, and proving to others that it was only ever added to.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::Serialize;

use crate::audit::note::VerifierKey;
use crate::audit::proof::{self, Proof, Shown};
use crate::audit::{export, verify};
use crate::cli::Setting;
use crate::commands::asker::Asker;
use crate::home::Home;
use crate::output::files::whole_file;
use crate::output::table::{count, counted};
use crate::problem::{Exit, Refusal, say};
use domain::rights::{Act, On};

mod log;

/// The log of events, and proving to others that it was only ever added to
///
/// Every change of a register, every import and every closed month is an event of one log. The log is a Merkle tree (RFC 6962): a signed
/// checkpoint of three lines fixes all events up to it. Who keeps a checkpoint can show later that an event was altered, removed or slipped in.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "\
Examples:
  counterfoil audit log --register batch
  counterfoil audit checkpoint > checkpoint.txt      # give it to whom it concerns
  counterfoil audit export log.jsonl
  counterfoil audit verify log.jsonl --checkpoint checkpoint.txt
  counterfoil audit proof 41 > event-41.json")]
pub enum AuditCommand {
    /// Events, the latest first: who, what, when, effective when, before, after, why
    Log(log::LogArgs),
    /// Sign what the log holds now, and print it
    Checkpoint(CheckpointArgs),
    /// Write the whole log with its checkpoints into one file
    Export(ExportArgs),
    /// Check an exported log or a proof: nothing is needed but the file
    Verify(VerifyArgs),
    /// Prove that one event is in the log, or that the log continues an earlier checkpoint
    Proof(ProofArgs),
    /// Print the public key that verifies checkpoints
    Key,
}

/// Sign what the log holds now, and print it
///
/// Checkpoints are made by themselves after decisions, imports and every 64 events. This one is printed as a signed note (C2SP), to be given to whom it
/// concerns.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil audit checkpoint > checkpoint.txt
  counterfoil audit checkpoint --list")]
pub struct CheckpointArgs {
    /// List the checkpoints that are kept instead
    #[arg(long)]
    list: bool,
}

/// Write the whole log with its checkpoints into one file
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil audit export log.jsonl")]
pub struct ExportArgs {
    /// The file: JSON lines
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Check an exported log or a proof: nothing is needed but the file
///
/// Recomputes every leaf and every root, verifies every signature, and replays the events: none may be missing, out of order, earlier than the one before, or
/// say another value before than the log gives. With `--key` only that key is trusted; with `--checkpoint` the log must continue one that you kept.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil audit verify log.jsonl
  counterfoil audit verify log.jsonl --key counterfoil/0f3c9a7be1d2+5d1e9a70+AX3… --checkpoint checkpoint.txt
  counterfoil audit verify event-41.json")]
pub struct VerifyArgs {
    /// What `audit export` or `audit proof` wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The key to trust, as `audit key` prints it, or a file with it [default: the one that the file names]
    #[arg(long, value_name = "KEY", value_parser = key)]
    key: Vec<VerifierKey>,

    /// A checkpoint that you kept, which the log must continue
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
}

/// Prove that one event is in the log, or that the log continues an earlier checkpoint
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil audit proof 41 > event-41.json
  counterfoil audit proof --continues checkpoint.txt > continues.json
  counterfoil audit verify continues.json --checkpoint checkpoint.txt")]
pub struct ProofArgs {
    /// The event, by its place in the log
    #[arg(value_name = "EVENT", required_unless_present = "continues", conflicts_with = "continues")]
    event: Option<u64>,

    /// A checkpoint of this log from earlier
    #[arg(long, value_name = "FILE")]
    continues: Option<PathBuf>,
}

fn key(text: &str) -> Result<VerifierKey, String> {
    match text.parse() {
        Err(error) => std::fs::read_to_string(text).ok().and_then(|text| text.parse().ok()).ok_or_else(|| format!("{error}")),
        Ok(key) => Ok(key),
    }
}

/// Reads and proves the log.
///
/// # Errors
/// When there is no home, or what is to be verified does not hold.
pub fn run(command: &AuditCommand, setting: &Setting) -> Result<Exit> {
    if !matches!(command, AuditCommand::Verify(_) | AuditCommand::Key) {
        Asker::of_home(setting)?.must(Act::LogRead, &On::program(), "read the log")?;
    }
    match command {
        AuditCommand::Log(args) => log::run(args, setting),
        AuditCommand::Verify(args) => verify(args, setting),
        AuditCommand::Checkpoint(args) => checkpoint(args, setting),
        AuditCommand::Export(args) => {
            let home = Home::open(&setting.home()?)?;
            let events = whole_file(&args.file, |partial| {
                let mut out = BufWriter::new(File::create(partial)?);
                let events = export::export(&home, &mut out)?;
                out.flush()?;
                Ok(events)
            })?;
            say(&format!(
                "{} and their checkpoints, in `{}`; check it with `counterfoil audit verify`\n",
                counted(events, "event"),
                args.file.display()
            ));
            Ok(Exit::Done)
        }
        AuditCommand::Proof(args) => {
            let home = Home::open(&setting.home()?)?;
            let proof = match (&args.continues, args.event) {
                (Some(file), _) => proof::of_continuing(&home, &read(file)?)?,
                (None, event) => proof::of_event(&home, event.unwrap_or_default())?,
            };
            setting.output.print(&proof, |_| serde_json::to_string_pretty(&proof).map(|text| text + "\n").unwrap_or_default())?;
            Ok(Exit::Done)
        }
        AuditCommand::Key => {
            let key = Home::open(&setting.home()?)?.verifier_key()?.to_string();
            setting.output.print_text(&KeyView { key: key.clone() }, &format!("{key}\n"))?;
            Ok(Exit::Done)
        }
    }
}

#[derive(Serialize)]
struct KeyView {
    key: String,
}

/// A checkpoint as it is told.
#[derive(Serialize)]
struct CheckpointView {
    events: u64,
    made_at: Timestamp,
    key: String,
    note: String,
}

impl CheckpointView {
    fn new(kept: store::checkpoints::Checkpoint) -> Self {
        Self { events: kept.sequence, made_at: kept.made_at, key: kept.verifier_key, note: kept.note }
    }
}

fn checkpoint(args: &CheckpointArgs, setting: &Setting) -> Result<Exit> {
    let home = Home::open(&setting.home()?)?;
    if args.list {
        let views: Vec<CheckpointView> = home.checkpoints()?.into_iter().map(CheckpointView::new).collect();
        setting.output.print(&views, |_| {
            let row = |view: &CheckpointView| {
                let root = view.note.lines().nth(2).unwrap_or_default().to_owned();
                vec![count(view.events), view.made_at.to_string(), root, view.key.split('+').next().unwrap_or_default().to_owned()]
            };
            let rows: Vec<_> = views.iter().map(row).collect();
            let lines = crate::output::table::lines(&["EVENTS", "MADE AT", "ROOT", "KEY"], &rows, &[0]);
            lines.iter().map(|line| format!("{line}\n")).collect()
        })?;
        return Ok(Exit::Done);
    }
    let view = CheckpointView::new(home.checkpoint()?);
    // what is printed into a file or a mail is the note itself, unless another form is asked for
    setting.output.print_text(&view, &view.note)?;
    Ok(Exit::Done)
}

fn read(path: &Path) -> Result<String> {
    let mut text = String::new();
    let file = File::open(path).with_context(|| format!("cannot open `{}`", path.display()))?;
    file.take(1 << 20).read_to_string(&mut text).with_context(|| format!("`{}` is no text", path.display()))?;
    Ok(text)
}

fn verify(args: &VerifyArgs, setting: &Setting) -> Result<Exit> {
    let held = args.checkpoint.iter().map(|path| read(path)).collect::<Result<Vec<_>>>()?;
    let file = File::open(&args.file).with_context(|| format!("cannot open `{}`", args.file.display()))?;
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let start = reader.fill_buf().with_context(|| format!("cannot read `{}`", args.file.display()))?;
    let is_proof = start.trim_ascii_start().starts_with(b"{") && contains(&start[..start.len().min(64)], b"\"counterfoil_proof\"");
    let refused = |told: String| Refusal::refused(format!("`{}` does not hold: {told}", args.file.display()));
    if is_proof {
        let proof: Proof = serde_json::from_str(&read(&args.file)?).map_err(|error| refused(format!("it is no proof: {error}")))?;
        let shown = proof::show(&proof, &args.key, &held).map_err(|error| refused(error.to_string()))?;
        setting.output.print(&shown, |paint| paint.good(&shown_told(&shown)) + "\n")?;
    } else {
        let verified = verify::verify(reader, &args.key, &held).map_err(|altered| {
            refused(altered.to_string())
                .hint("keep the file as evidence, and export the log again; a checkpoint that others hold tells which one is right")
        })?;
        setting.output.print(&verified, |paint| {
            let span = match (verified.first_at, verified.last_at) {
                (Some(first), Some(last)) => format!(", recorded {first} to {last}"),
                _ => String::new(),
            };
            let first = format!("whole and unaltered: {}{span}", counted(verified.events, "event"));
            let second = format!("{}, root {}", counted(verified.checkpoints, "checkpoint"), verified.root);
            let keys: String = verified.keys.iter().map(|key| format!("signed by {key}\n")).collect();
            format!("{}\n{second}\n{keys}", paint.good(&first))
        })?;
    }
    if args.key.is_empty() {
        say("the key is the one that the file names itself: compare it with the one you were given, or give that with `--key`\n");
    }
    Ok(Exit::Done)
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

fn shown_told(shown: &Shown) -> String {
    match (&shown.event, shown.continues) {
        (Some(event), _) => {
            let what = &event.what;
            let (sequence, at) = (event.sequence, event.recorded_at);
            format!(
                "event {sequence} ({} of {} `{}`, by {}, recorded {at}) is in the log of {}",
                what.kind,
                what.register,
                what.id,
                what.actor,
                counted(shown.events, "event")
            )
        }
        (None, size) => {
            format!("the log of {} continues the one of {}", counted(shown.events, "event"), counted(size.unwrap_or_default(), "event"))
        }
    }
}
