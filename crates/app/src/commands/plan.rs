//! `plan`: the cheapest way to a designation, and what other values would give.

use anyhow::Result;
use domain::names::Name;
use domain::rights::On;

use crate::cli::Setting;
use crate::commands::ProgramArgs;
use crate::commands::score::show::Asked;
use crate::output::{Paint, table};
use crate::planning::{self, Plan, Wishes};
use crate::problem::{Exit, Refusal};
use crate::progress;
use crate::views::plan::PlanView;

/// The cheapest way to a designation, and what other values would give
///
/// A step is one customer, one person, one percentage point, one service or deployment, a hundred active users, or a thousand dollars. What a
/// step takes is told with `--effort`, in days of work; the values that stand there until then are made up.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil plan --dataset my-exports/ --partner 900010
  counterfoil plan --partner 900010 --area security --effort net-customer-adds=15 --effort advanced-certifications=no
  counterfoil plan --partner 900010 --area security --with usage-growth=12 --with net-customer-adds=3")]
pub struct PlanArgs {
    #[command(flatten)]
    program: ProgramArgs,

    /// The global account
    #[arg(long, value_name = "ID")]
    partner: String,

    /// Only this area; may be given again
    #[arg(long, value_name = "AREA")]
    area: Vec<String>,

    /// This track instead of the one that counts
    #[arg(long, value_name = "TRACK")]
    track: Option<String>,

    /// Days of work for one step of a metric, or `no` when it cannot be moved; may be given again
    #[arg(long, value_name = "METRIC=DAYS")]
    effort: Vec<String>,

    /// What this value would give; `METRIC/PART` for a part of a metric; may be given again, with one `--area`
    #[arg(long = "with", value_name = "METRIC=VALUE", requires = "area")]
    values: Vec<String>,
}

/// Plans.
///
/// # Errors
/// When the program cannot be opened, or the partner, an area, the track or a metric is not known.
pub fn run(args: &PlanArgs, setting: &Setting) -> Result<Exit> {
    let wishes = wishes(args)?;
    let program = args.program.open(setting)?;
    let asker = args.program.asker(setting)?;
    let hidden = asker.hidden(&On::account(&Name::new(&args.partner)));
    let asked = Asked::new(&program, std::slice::from_ref(&args.partner), &args.area, asker)?;
    let as_of = args.program.as_of();
    let scores = asked.of(&progress::during("scoring", || program.scores(as_of))?);
    let track = args.track.as_deref().map(Name::new);
    let mut plans = Vec::new();
    let outlooks = scores.iter().map(|score| program.outlooks(&score.global_partner_id, &score.area, as_of)).collect::<Result<Vec<_>>>()?;
    for (score, outlooks) in scores.iter().zip(&outlooks) {
        let plan = Plan::of(score, outlooks, track.as_ref(), &wishes);
        if let (None, Some(track), [_]) = (&plan, &args.track, args.area.as_slice()) {
            let known: Vec<&str> = score.tracks.iter().filter_map(|own| own.track.as_ref()).map(Name::as_str).collect();
            return Err(Refusal::unknown("track", track, known).into());
        }
        if let Some(plan) = &plan {
            wishes.must_fit(plan.outlook)?;
        }
        plans.extend(plan);
    }
    let points = program.rulebook().program.qualifying_points.value;
    let views: Vec<PlanView> = plans.iter().map(|plan| PlanView::new(plan, &wishes, &hidden)).collect();
    setting.output.print(&views, |paint| plans.iter().map(|plan| section(plan, &wishes, points, paint)).collect::<Vec<_>>().join("\n"))?;
    Ok(setting.tell_rows(&program.problems()))
}

fn wishes(args: &PlanArgs) -> Result<Wishes, Refusal> {
    let pair = |text: &str, option: &str| {
        let pair = text.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.to_owned()));
        pair.ok_or_else(|| Refusal::usage(format!("`{text}` gives `{option}` no value")).hint(format!("such as `{option} usage-growth=5`")))
    };
    let mut wishes = Wishes::default();
    for text in &args.effort {
        let (metric, days) = pair(text, "--effort")?;
        wishes = wishes.effort(&metric, &days)?;
    }
    for text in &args.values {
        let (place, value) = pair(text, "--with")?;
        wishes = wishes.value(&place, &value)?;
    }
    Ok(wishes)
}

fn section(plan: &Plan<'_>, wishes: &Wishes, points: i64, paint: Paint) -> String {
    let track = plan.track.track.as_ref().map(|track| format!(", {track}")).unwrap_or_default();
    let mut text = format!("{}\n", paint.strong(&format!("{}{track}: {}", plan.score.area, plan.heading(points))));
    let steps = plan.path.iter().flat_map(|path| &path.steps);
    let rows: Vec<Vec<String>> = steps
        .map(|step| {
            let points = format!("{} → {}", step.points.0.shown(), step.points.1.shown());
            vec![planning::place(step.metric, step.lever.part.as_ref()), planning::told(step), points, planning::days(&step.effort)]
        })
        .collect();
    if !rows.is_empty() {
        for line in table::lines(&["METRIC", "DO", "POINTS", "WORK"], &rows, &[3]) {
            text.push_str(&format!("  {line}\n"));
        }
    }
    if !wishes.values.is_empty() {
        let outcome = plan.outlook.with(&wishes.values);
        let verdict = if outcome.qualified { "qualifies" } else { "does not qualify" };
        text.push_str(&format!("  with the values given: {} points, {verdict}\n", outcome.score.shown()));
    }
    text
}
