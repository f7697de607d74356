//! A scorecard beside our scores.

use anyhow::Result;
use domain::designations::Score;
use domain::fraction::Fraction;
use domain::names::Name;
use domain::points::MetricScore;
use engine::downloads::VendorPoints;
use engine::sheet::{Cell, Kind};

use super::ReconcileArgs;
use crate::cli::Setting;
use crate::output::rows::Rows;
use crate::output::table::count;
use crate::problem::{Refusal, say};
use crate::program::OpenProgram;
use crate::progress;

const COLUMNS: [(&str, Kind); 9] = [
    ("partner", Kind::Text),
    ("area", Kind::Text),
    ("track", Kind::Text),
    ("metric", Kind::Text),
    ("vendor_points", Kind::Text),
    ("our_points", Kind::Text),
    ("difference", Kind::Text),
    ("cause", Kind::Text),
    ("why", Kind::Text),
];

/// A line of the scorecard beside our points.
struct Pair<'a> {
    line: &'a VendorPoints,
    found: Option<(&'a Score, Option<&'a Name>, &'a MetricScore)>,
    /// Ours less the vendor's.
    off: Fraction,
}

/// Tells the differences; whether there are any.
///
/// # Errors
/// When the file does not tell whose it is, or the answer cannot be written.
pub fn run(args: &ReconcileArgs, setting: &Setting, program: &OpenProgram, account: Option<&Name>, lines: &[VendorPoints]) -> Result<bool> {
    let as_of = args.program.as_of();
    let scores = progress::during("scoring", || program.scores(as_of))?;
    let tolerance = Fraction::from(args.tolerance);
    let mut pairs = Vec::new();
    for line in lines {
        let own = own_account(line, program, account)?;
        if account.is_some_and(|asked| *asked != own) {
            continue;
        }
        let found = scores.iter().filter(|score| score.global_partner_id == own).find_map(|score| metric(score, line, program));
        let ours = found.as_ref().map_or_else(Fraction::zero, |(.., metric)| metric.points.clone());
        pairs.push(Pair { line, found, off: ours - line.points.clone() });
    }
    let magnitude = |pair: &Pair<'_>| if pair.off.is_negative() { Fraction::zero() - pair.off.clone() } else { pair.off.clone() };
    let differs = |pair: &Pair<'_>| pair.found.is_none() || magnitude(pair) > tolerance;
    let differing = pairs.iter().filter(|pair| differs(pair)).count();
    let mut shown: Vec<&Pair<'_>> = pairs.iter().filter(|pair| args.all || differs(pair)).collect();
    shown.sort_by_key(|pair| std::cmp::Reverse(magnitude(pair)));
    let mut rows = shown.iter().map(|pair| cells(pair, differs(pair)));
    let rows = Rows { columns: &COLUMNS, rows: &mut rows };
    match &args.out {
        Some(path) => drop(rows.write_file(path)?),
        None => setting.output.print_rows(rows)?,
    }
    say(&format!("{} metrics compared as of {as_of}, {} differ\n", count(pairs.len() as u64), count(differing as u64)));
    Ok(differing > 0)
}

fn own_account(line: &VendorPoints, program: &OpenProgram, account: Option<&Name>) -> Result<Name, Refusal> {
    match (&line.account, account, program.partners()) {
        (Some(id), ..) => program.partner(id.as_str()).cloned(),
        (None, Some(account), _) => Ok(account.clone()),
        (None, None, [(only, _)]) => Ok(only.clone()),
        (None, None, _) => {
            Err(Refusal::usage("the file does not tell whose scorecard it is").hint("name the global account with `--partner`"))
        }
    }
}

/// Our metric that a line is about: of the area and track that it names, or of the track that counts.
fn metric<'a>(score: &'a Score, line: &VendorPoints, program: &'a OpenProgram) -> Option<(&'a Score, Option<&'a Name>, &'a MetricScore)> {
    let title = program.rulebook().areas.get(&score.area).map(|area| area.title.as_str()).unwrap_or_default();
    let asked = letters(&line.area);
    let title = letters(title.trim_start_matches("Solutions Partner for "));
    if asked != letters(score.area.as_str()) && asked != title && letters(line.area.trim_start_matches("Solutions Partner for ")) != title {
        return None;
    }
    let is_track = |name: Option<&Name>, chosen: bool| match &line.track {
        Some(track) => name.is_some_and(|name| letters(name.as_str()) == letters(track)),
        None => chosen,
    };
    let track = score.tracks.iter().find(|track| is_track(track.track.as_ref(), track.chosen))?;
    let is_metric = |metric: &&MetricScore| {
        let asked = letters(&line.metric);
        [metric.metric.as_str(), metric.metric.shown()].iter().any(|name| letters(name) == asked)
    };
    track.metrics.iter().find(is_metric).map(|metric| (score, track.track.as_ref(), metric))
}

/// A name without case, blanks, hyphens, and words in brackets.
fn letters(text: &str) -> String {
    let bare = text.split('(').next().unwrap_or(text).to_lowercase().replace('&', "and");
    bare.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty() && *word != "and").collect()
}

fn cells<'a>(pair: &Pair<'a>, differs: bool) -> Vec<Cell<'a>> {
    let (cause, why) = match &pair.found {
        None => ("not-in-rulebook", "the rulebook has no such area, track or metric; look at the spelling".to_owned()),
        Some(_) if !differs => ("agrees", "the points agree".to_owned()),
        Some((score, ..)) if score.is_provisional => {
            ("baseline-incomplete", "months that the score compares with are missing here; import older exports".to_owned())
        }
        Some((score, _, metric)) => {
            let explain = format!(
                "counterfoil score explain --partner {} --area {} --metric {}",
                score.global_partner_id,
                score.area,
                metric.metric.as_str()
            );
            ("rows-differ", format!("see the rows that count here, `{explain}`; compare usage with the Azure usage download"))
        }
    };
    let (partner, area, track, metric, ours) = match &pair.found {
        Some((score, track, metric)) => (
            score.global_partner_id.to_string(),
            score.area.to_string(),
            track.map(ToString::to_string).unwrap_or_default(),
            metric.metric.as_str().to_owned(),
            metric.points.shown(),
        ),
        None => {
            let partner = pair.line.account.as_ref().map(ToString::to_string).unwrap_or_default();
            (partner, pair.line.area.clone(), pair.line.track.clone().unwrap_or_default(), pair.line.metric.clone(), String::new())
        }
    };
    let texts = [partner, area, track, metric, pair.line.points.shown(), ours, pair.off.shown(), cause.to_owned(), why];
    texts.into_iter().map(Cell::text).collect()
}
