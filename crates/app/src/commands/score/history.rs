//! `score history`: the score month by month.

use anyhow::Result;
use domain::designations::Score;
use domain::time::Day;
use serde::Serialize;

use super::show::Asked;
use crate::cli::Setting;
use crate::commands::ProgramArgs;
use crate::output::{Paint, table};
use crate::problem::Exit;
use crate::progress;

/// The score month by month, as of the last day of each
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil score history --dataset my-exports/ --partner 900010
  counterfoil score history --dataset my-exports/ --partner 900010 --area security --months 24
  counterfoil score history --dataset my-exports/ --partner 900010 -o csv > history.csv")]
pub struct HistoryArgs {
    #[command(flatten)]
    program: ProgramArgs,

    /// The global account; may be given again
    #[arg(long, value_name = "ID", required = true)]
    partner: Vec<String>,

    /// Only this area; may be given again
    #[arg(long, value_name = "AREA")]
    area: Vec<String>,

    /// How many months, up to the last one that is over on the day of the question
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(i32).range(1..=120))]
    months: i32,
}

/// A month of a partner in an area.
#[derive(Debug, Serialize)]
struct HistoryRow {
    global_partner_id: String,
    area: String,
    month: String,
    as_of: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provisional: Option<bool>,
    track: Option<String>,
    score: String,
    score_exact: String,
    qualified: bool,
}

impl HistoryRow {
    fn new(score: &Score) -> Self {
        let track = score.chosen();
        Self {
            global_partner_id: score.global_partner_id.to_string(),
            area: score.area.to_string(),
            month: score.month.to_string(),
            as_of: score.as_of.to_string(),
            status: score.status.as_str(),
            provisional: score.is_provisional.then_some(true),
            track: track.track.as_ref().map(ToString::to_string),
            score: track.score.shown(),
            score_exact: track.score.exact(),
            qualified: track.qualified,
        }
    }
}

/// Shows scores by month.
///
/// # Errors
/// When the program cannot be opened, or a partner or area is not known.
pub fn run(args: &HistoryArgs, setting: &Setting) -> Result<Exit> {
    let program = args.program.open(setting)?;
    let asked = Asked::new(&program, &args.partner, &args.area, args.program.asker(setting)?)?;
    let days: Vec<Day> = args.program.as_of().closed_month().trailing(args.months).map(|month| month.last_day()).collect();
    let mut scores: Vec<Score> =
        progress::during("scoring", || program.scores_on(&days))?.iter().flat_map(|scores| asked.of(scores)).collect();
    scores.sort_by(|a, b| {
        let key = |score: &Score| (score.global_partner_id.id_order(), score.area.clone(), score.as_of);
        key(a).cmp(&key(b))
    });
    let rows: Vec<HistoryRow> = scores.iter().map(HistoryRow::new).collect();
    setting.output.print(&rows, |paint| history(&scores, paint))?;
    Ok(setting.tell_rows(&program.problems()))
}

/// How wide a bar of 100 points is.
const BAR_WIDTH: usize = 40;

fn history(scores: &[Score], paint: Paint) -> String {
    let mut text = String::new();
    for group in scores.chunk_by(|a, b| (&a.global_partner_id, &a.area) == (&b.global_partner_id, &b.area)) {
        let first = &group[0];
        let heading = format!("{} {}, {}", first.global_partner_id, first.partner_name, first.area);
        text.push_str(&format!("{}\n", paint.strong(&heading)));
        let rows: Vec<Vec<String>> = group.iter().map(row).collect();
        for line in table::lines(&["MONTH", "SCORE", "", "STATUS", "TRACK"], &rows, &[1]) {
            text.push_str(&format!("  {line}\n"));
        }
        text.push('\n');
    }
    if scores.iter().any(|score| score.is_provisional) {
        text.push_str("* provisional: months that the score compares with are missing from the data\n");
    }
    text
}

fn row(score: &Score) -> Vec<String> {
    let track = score.chosen();
    let filled = usize::from(track.score.per_mille_of(&domain::fraction::Fraction::whole(100))) * BAR_WIDTH / 1000;
    let mut bar: Vec<char> = "█".repeat(filled).chars().chain("·".repeat(BAR_WIDTH - filled).chars()).collect();
    let line = BAR_WIDTH * 70 / 100;
    if filled <= line {
        bar[line] = '│';
    }
    let star = if score.is_provisional { "*" } else { "" };
    vec![
        score.month.to_string(),
        track.score.shown(),
        bar.into_iter().collect(),
        format!("{}{star}", score.status.shown().to_lowercase()),
        track.track.as_ref().map(ToString::to_string).unwrap_or_default(),
    ]
}
