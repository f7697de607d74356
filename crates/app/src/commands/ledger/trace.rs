//! `ledger trace`: a row's journey from file and line to the points that it gave.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use domain::facts::Program;
use domain::names::Name;
use domain::reasons::Reason;
use domain::rulebook::suggest;
use domain::time::Day;
use engine::lines::Lines;
use engine::trace::{Standing, Traced, trace};
use store::ledger::{Batch, BatchFile, FileRule, Problem};

use crate::cli::Setting;
use crate::clock;
use crate::home::Home;
use crate::journey::{self, Credit, Place};
use crate::output::Paint;
use crate::problem::{Exit, Refusal};
use crate::program::OpenProgram;
use crate::progress;
use crate::views::hidden::Hidden;
use crate::views::journey::{CreditView, JourneyView, PlaceView};
use crate::views::ledger::ProblemView;

/// How many lines are followed at once.
const LINES_MAX: usize = 31;

/// A row's journey: from file and line to fate, table row, credits, metrics and points
///
/// FILE:LINE is a file as `ledger show` names it, with a line, or several as in `costs.csv:2,3`. With a batch before it,
/// `BATCH:costs.csv:2`, that import of the file is meant, else its latest. This is how `score explain` names the rows that it rests on, so what
/// it prints can be pasted here; that is the way back.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil ledger trace consumption.csv:41
  counterfoil ledger trace 20240731T101112000000:consumption.csv:41,42 --as-of 2024-08-10 -o json")]
pub struct TraceArgs {
    /// Files with lines
    #[arg(value_name = "FILE:LINE", required = true)]
    places: Vec<String>,

    /// The day of the question: the state at its end [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Day>,
}

/// Traces lines.
///
/// # Errors
/// When a place is none, no such file was imported, or the facts cannot be read.
pub fn run(home: &Home, args: &TraceArgs, hidden: &Hidden, setting: &Setting) -> Result<Exit> {
    let as_of = args.as_of.unwrap_or_else(clock::today);
    let program = OpenProgram::from_home(home, setting.rulebook()?)?;
    let views = progress::during("following the row", || journeys(home, &program, &args.places, as_of))?;
    let views: Vec<JourneyView> = views.into_iter().map(|view| view.masked(hidden)).collect();
    setting.output.print(&views, |paint| views.iter().map(|view| told(view, paint)).collect())?;
    Ok(Exit::Done)
}

/// The journeys of the lines at places, `FILE:LINE` or `BATCH:FILE:LINE,LINE`.
///
/// # Errors
/// When a place is none, no such file was imported, or the facts cannot be read.
pub fn journeys(home: &Home, program: &OpenProgram, places: &[String], as_of: Day) -> Result<Vec<JourneyView>> {
    let batches = home.batches(u32::MAX >> 1)?;
    let mut views = Vec::new();
    for place in places {
        let (file, lines) = parse(place)?;
        let (batch, file) = find(&batches, file)?;
        views.extend(follow(home, program, batch, file, &lines, as_of)?);
    }
    Ok(views)
}

/// A file and lines of it.
fn parse(place: &str) -> Result<(&str, BTreeSet<u64>)> {
    let wrong = || Refusal::usage(format!("`{place}` is no place; expected FILE:LINE, such as `consumption.csv:41`"));
    let (file, numbers) = place.rsplit_once(':').ok_or_else(wrong)?;
    let lines: Option<BTreeSet<u64>> = numbers.split(',').map(|line| line.parse().ok().filter(|line| *line > 0)).collect();
    let lines = lines.ok_or_else(wrong)?;
    if lines.len() > LINES_MAX {
        let refusal = Refusal::usage(format!("`{place}` names {} lines; {LINES_MAX} are followed at once", lines.len()));
        return Err(refusal.hint("ask for fewer").into());
    }
    Ok((file, lines))
}

/// The batch and its file of a name, with or without the batch before it; without, the latest that read it and stands, or else was undone.
fn find<'a>(batches: &'a [Batch], name: &str) -> Result<(&'a Batch, &'a BatchFile)> {
    let given = name.split_once(':').and_then(|(id, rest)| Some((batches.iter().find(|batch| batch.batch_id == id)?, rest)));
    let all: Vec<&Batch> = given.map_or_else(|| batches.iter().collect(), |(batch, _)| vec![batch]);
    let file = given.map_or(name, |(_, file)| file);
    let of_name = |batch: &&'a Batch| batch.files.iter().find(|entry| entry.name == file).map(|entry| (*batch, entry));
    let found: Vec<(&Batch, &BatchFile)> = all.iter().filter_map(of_name).collect();
    let best =
        found.iter().max_by_key(|(batch, entry)| (batch.undo.is_none(), entry.same_as.is_none() && entry.error.is_none(), &batch.batch_id));
    let Some((batch, entry)) = best.copied() else {
        let names: BTreeSet<&str> = all.iter().flat_map(|batch| batch.files.iter().map(|file| file.name.as_str())).collect();
        let near = suggest::nearest(file, names.iter().copied());
        let hint = near
            .map_or_else(|| "`counterfoil ledger show` names the files of a batch".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(Refusal::usage(format!("no file `{file}` was imported")).hint(hint).into());
    };
    // a file that was known already was not read again: its rows came with the batch that read it
    let read = entry.same_as.as_ref().and_then(|id| batches.iter().find(|batch| batch.batch_id == *id));
    let same = read.and_then(|read| Some((read, read.files.iter().find(|file| file.content_hash == entry.content_hash)?)));
    Ok(same.unwrap_or((batch, entry)))
}

fn follow(
    home: &Home,
    program: &OpenProgram,
    batch: &Batch,
    file: &BatchFile,
    lines: &BTreeSet<u64>,
    as_of: Day,
) -> Result<Vec<JourneyView>> {
    let mut traced: BTreeMap<u64, Vec<Traced>> = BTreeMap::new();
    for row in trace(&home.lake()?, &batch.batch_id, &file.name, lines)? {
        traced.entry(row.line).or_default().push(row);
    }
    let problems = home.problems(&batch.batch_id)?;
    let mut views = Vec::new();
    let of_file = problems.iter().filter(|problem| problem.file == file.name && problem.severity == "quarantined");
    let listed = of_file.map(|problem| problem.rows).sum();
    for line in lines {
        let of_line: Vec<&Problem> = problems.iter().filter(|problem| problem.file == file.name && problem.line == Some(*line)).collect();
        match traced.remove(line) {
            Some(rows) => {
                for row in rows {
                    views.push(of_row(program, batch, file, row, &of_line, as_of)?);
                }
            }
            None => views.push(of_none(batch, file, *line, &of_line, listed)),
        }
    }
    Ok(views)
}

/// The journey of a line that gave no row, or whose rows were taken out again.
fn of_none(batch: &Batch, file: &BatchFile, line: u64, problems: &[&Problem], listed: u64) -> JourneyView {
    let kept_out = file.totals.iter().filter(|total| total.fate == "quarantined").map(|total| total.rows).sum::<u64>();
    let rule = file.rules.iter().find(|rule| rule.lines.parse::<Lines>().is_ok_and(|lines| lines.has(line)));
    let (state, told) = if let Some(error) = &file.error {
        ("no-row", format!("the file was not read: {error}"))
    } else if problems.iter().any(|problem| problem.severity == "quarantined") {
        ("quarantined", "the row was kept out".to_owned())
    } else if let Some(FileRule { rule, .. }) = rule {
        (
            "ignored",
            format!("ignored by the rule `{rule}` of the format `{0}`; `counterfoil rulebook show imports.{0}` has its words", file.format),
        )
    } else if let Some(undo) = &batch.undo {
        ("undone", format!("the batch was undone {} by {}: {}", undo.undone_at, undo.undone_by, undo.reason))
    } else if file.rules.iter().any(|rule| rule.lines.is_empty()) {
        ("not-told", "no row of the lake comes from this line; the version that imported the file kept no lines of ignored rows".to_owned())
    } else if kept_out > listed {
        let told =
            format!("no row of the lake comes from this line; {} rows of the file were kept out beyond those listed", kept_out - listed);
        ("not-told", told)
    } else {
        ("no-row", format!("no row begins at this line; the file has {}", rows(file.rows)))
    };
    JourneyView {
        batch_id: batch.batch_id.clone(),
        file: file.name.clone(),
        line,
        state,
        told,
        instead: Vec::new(),
        table: None,
        row: BTreeMap::new(),
        problems: problems.iter().map(|problem| ProblemView::new(problem)).collect(),
        credits: None,
        uncredited: None,
        metrics: Vec::new(),
    }
}

fn rows(count: u64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

fn of_row(program: &OpenProgram, batch: &Batch, file: &BatchFile, row: Traced, problems: &[&Problem], as_of: Day) -> Result<JourneyView> {
    let (state, told, instead) = match row.standing {
        Standing::InLake => ("in-lake", format!("accepted: a row of `{}`", row.table), Vec::new()),
        Standing::SameAs(place) => ("duplicate", format!("duplicate: an equal row of `{}` is there", row.table), vec![place]),
        Standing::SupersededBy(places) => ("superseded", format!("superseded: later rows of `{}` restate it", row.table), places),
    };
    let mut credits = None;
    let mut metrics = Vec::new();
    if state != "superseded" {
        let found = journey::credits(program, &row.row, as_of);
        let accounts: BTreeSet<Name> = found.iter().flatten().map(|credit| credit.account.clone()).collect();
        for account in accounts {
            metrics.extend(journey::places(program, &row.row, &account, as_of)?.into_iter().map(place_view));
        }
        credits = found.map(|found| found.into_iter().map(credit_view).collect());
    }
    let uncredited = credits.as_ref().filter(|credits: &&Vec<CreditView>| credits.is_empty()).map(|_| uncredited(program, &row.row));
    Ok(JourneyView {
        batch_id: batch.batch_id.clone(),
        file: file.name.clone(),
        line: row.line,
        state,
        told,
        instead,
        table: Some(row.table.to_owned()),
        row: row.cells.into_iter().collect(),
        problems: problems.iter().map(|problem| ProblemView::new(problem)).collect(),
        credits,
        uncredited,
        metrics,
    })
}

/// Why nobody is credited with a row of usage.
fn uncredited(program: &OpenProgram, row: &Program) -> String {
    match journey::excluded_offer(program, row) {
        Some(offer) => format!("{}, its offer `{offer}`: {}", Reason::OfferExcluded.code(), Reason::OfferExcluded.cure()),
        None => "no association holds on its day".to_owned(),
    }
}

fn credit_view(credit: Credit) -> CreditView {
    CreditView {
        global_partner_id: credit.account.to_string(),
        partner_name: credit.account_name,
        partner_id: credit.partner_id.to_string(),
        attach: credit.attach,
        association: credit.association,
    }
}

fn place_view(place: Place) -> PlaceView {
    PlaceView {
        global_partner_id: place.account.to_string(),
        area: place.area.to_string(),
        track: place.track,
        metric: place.metric,
        points: place.points,
        path: place.path,
        counted: place.counted,
        reason: place.reason.map(Reason::code),
    }
}

fn told(view: &JourneyView, paint: Paint) -> String {
    let mut text = format!("{}\n", paint.strong(&format!("{}:{}:{}", view.batch_id, view.file, view.line)));
    let mut line = |level: usize, line: String| text.push_str(&format!("{}{line}\n", "  ".repeat(level)));
    line(1, view.told.clone());
    view.instead.iter().for_each(|place| line(2, format!("see {place}")));
    for problem in &view.problems {
        line(2, format!("{}: {}", problem.column, problem.message));
        line(2, paint.faint(&format!("hint: {}", problem.cure)));
    }
    if let Some(table) = &view.table {
        let cells: Vec<String> = view.row.iter().map(|(column, value)| format!("{column} {value}")).collect();
        line(1, format!("{table}: {}", cells.join(", ")));
    }
    match &view.credits {
        None if view.state == "superseded" => line(1, "it is credited to nobody any more".to_owned()),
        None if view.table.is_some() => line(1, "no row of usage: it is not credited itself; associations rest on it".to_owned()),
        None => {}
        Some(credits) if credits.is_empty() => {
            line(1, paint.warn(&format!("credited to nobody: {}", view.uncredited.as_deref().unwrap_or_default())));
        }
        Some(credits) => {
            for credit in credits {
                let account = format!("{} {}", credit.global_partner_id, credit.partner_name);
                line(1, format!("credited to {account} by {}, {} of {}", credit.attach, credit.association, credit.partner_id));
            }
        }
    }
    for place in &view.metrics {
        let track = place.track.as_ref().map(|track| format!(", track {track}")).unwrap_or_default();
        let verdict = match (place.counted, place.reason) {
            (true, _) => paint.good("counted"),
            (false, Some(reason)) => paint.warn(&format!("not counted, {reason}")),
            (false, None) => paint.faint("seen, not counted"),
        };
        let metric = format!("{} {}{track}: {}, {} points", place.global_partner_id, place.area, place.metric, place.points);
        line(2, format!("{metric}: {verdict} in {}", place.path.join(" › ")));
    }
    text
}
