//! `rulebook preview`: who would lose a designation by another rulebook, and who would gain one.

use anyhow::Result;
use domain::fraction::Fraction;
use domain::impact::{Effect, Impact, Stand, impacts, partners_with};
use domain::rights::{Act, On};
use domain::rulebook::changes::{Change, changes};
use serde::Serialize;

use super::{counted, sound};
use crate::cli::Setting;
use crate::commands::ProgramArgs;
use crate::output::{Paint, table};
use crate::problem::Exit;
use crate::progress;

/// Who would lose a designation by another rulebook, who would gain one, and why
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The rulebook must be sound first: its files validate and its examples hold. Nothing is changed by looking.

Examples:
  counterfoil rulebook preview my-rulebook/
  counterfoil rulebook preview my-rulebook/ --dataset my-exports/ --as-of 2024-08-10
  counterfoil rulebook preview my-rulebook/ -o csv --query \"[?effect=='loses'].[global_partner_id, area, status_before, status_after]\"")]
pub struct PreviewArgs {
    /// The other rulebook: its folder, or the hash of one that was proposed in the home
    #[arg(value_name = "FOLDER|HASH")]
    other: String,

    #[command(flatten)]
    program: ProgramArgs,
}

/// A partner in an area that the other rulebook moves, as it is shown.
#[derive(Debug, Serialize)]
pub struct ImpactView {
    effect: Effect,
    global_partner_id: String,
    partner: String,
    area: String,
    score_before: Option<String>,
    score_after: Option<String>,
    status_before: Option<&'static str>,
    status_after: Option<&'static str>,
    /// Whether it qualifies, so that it may enrol or renew.
    qualifies_before: Option<bool>,
    qualifies_after: Option<bool>,
    track_before: Option<String>,
    track_after: Option<String>,
    /// The metrics with other points.
    moved: Vec<MovedView>,
}

#[derive(Debug, Serialize)]
struct MovedView {
    metric: &'static str,
    points_before: Option<String>,
    points_after: Option<String>,
}

/// Shows what another rulebook would make of every partner's scores.
///
/// # Errors
/// When the rulebook is not sound, or the program cannot be opened.
pub fn run(args: &PreviewArgs, setting: &Setting) -> Result<Exit> {
    args.program.asker(setting)?.must(Act::PartnersList, &On::program(), "see the scores of all partners")?;
    let proposed = sound::sound(&setting.rulebook_files_named(&args.other)?)?;
    let in_force = args.program.open(setting)?;
    let other = args.program.open_by(proposed, setting)?;
    let day = args.program.as_of();
    let (before, after) = progress::during("scoring by both rulebooks", || anyhow::Ok((in_force.scores(day)?, other.scores(day)?)))?;
    let impacts = impacts(&before, &after);
    let views: Vec<ImpactView> = impacts.iter().map(view).collect();
    let differences = changes(in_force.rulebook(), other.rulebook());
    let versions = [in_force.rulebook(), other.rulebook()].map(|rulebook| rulebook.program.version.as_str());
    setting.output.print(&views, |paint| {
        let heading = format!("rulebook {} → {}, as of {day}: {}", versions[0], versions[1], counted(differences.len(), "difference"));
        format!("{}\n{}\n{}{}", paint.strong(&verdict(&impacts)), heading, listed(&impacts, paint), of_imports(&differences))
    })?;
    Ok(setting.tell_rows(&in_force.problems()))
}

/// The answer in a sentence: how many partners lose a designation and how many gain one.
pub fn verdict(impacts: &[Impact]) -> String {
    let partners = |effect| counted(partners_with(impacts, effect), "partner");
    let verb = |effect, one: &str, more: &str| if partners_with(impacts, effect) == 1 { one.to_owned() } else { more.to_owned() };
    let mut said = format!(
        "{} {} a designation, {} {} one",
        partners(Effect::Loses),
        verb(Effect::Loses, "loses", "lose"),
        partners_with(impacts, Effect::Gains),
        verb(Effect::Gains, "gains", "gain"),
    );
    for (effect, told) in [(Effect::LosesRenewal, "would not renew one any more"), (Effect::GainsRenewal, "would renew one again")] {
        if partners_with(impacts, effect) > 0 {
            said += &format!("; {} {told}", partners(effect));
        }
    }
    said
}

/// One line for each partner and area, by effect.
fn listed(impacts: &[Impact], paint: Paint) -> String {
    if impacts.is_empty() {
        return "\nno score moves\n".to_owned();
    }
    let rows: Vec<Vec<String>> = impacts.iter().map(row).collect();
    let lines = table::lines(&["effect", "partner", "area", "points", "status", "moved by"], &rows, &[]);
    let painted = lines.iter().zip(std::iter::once(None).chain(impacts.iter().map(|one| Some(one.effect())))).map(|(line, effect)| {
        let line = match effect {
            None => paint.faint(line),
            Some(Effect::Loses | Effect::LosesRenewal) => paint.warn(line),
            Some(Effect::Gains | Effect::GainsRenewal) => paint.good(line),
            Some(Effect::Moves) => line.clone(),
        };
        format!("{line}\n")
    });
    format!("\n{}", painted.collect::<String>())
}

fn row(impact: &Impact) -> Vec<String> {
    let (before, after) = (impact.before.as_ref(), impact.after.as_ref());
    let pair = |of: fn(&Stand) -> String| arrow(before.map(of), after.map(of));
    vec![
        impact.effect().shown().to_owned(),
        format!("{} {}", impact.global_partner_id, impact.partner_name),
        impact.area.to_string(),
        pair(|stand| stand.score.shown()),
        pair(|stand| stand.status.shown().to_lowercase()),
        moved_by(impact),
    ]
}

/// `net-customer-adds 30 → 15, deployments 4 → 6`; the track, when another counts.
pub fn moved_by(impact: &Impact) -> String {
    let track = |stand: Option<&Stand>| stand.and_then(|stand| stand.track.as_ref()).map(ToString::to_string);
    let (before, after) = (track(impact.before.as_ref()), track(impact.after.as_ref()));
    let track = (before != after).then(|| format!("track {}", arrow(before, after)));
    let brief = |points: &Option<Fraction>| points.as_ref().map(Fraction::brief);
    let metrics = impact.moved.iter().map(|moved| {
        let metric = moved.metric.shown().to_lowercase();
        format!("{metric} {}", arrow(brief(&moved.before), brief(&moved.after)))
    });
    let told: Vec<String> = track.into_iter().chain(metrics).collect();
    if told.is_empty() { "other months, or the points that qualify".to_owned() } else { told.join(", ") }
}

/// `before → after`, or the one text where both are the same.
fn arrow(before: Option<String>, after: Option<String>) -> String {
    if before == after {
        return before.unwrap_or_default();
    }
    let text = |side: Option<String>| side.unwrap_or_else(|| "–".to_owned());
    format!("{} → {}", text(before), text(after))
}

/// What a preview cannot tell: rows that are in were read by the rules of their day.
fn of_imports(differences: &[Change]) -> String {
    match differences.iter().filter(|change| change.is_of_imports()).count() {
        0 => String::new(),
        count => format!(
            "\n{} in how files are read: for files imported from then on, not for the facts that are in\n",
            counted(count, "difference")
        ),
    }
}

fn view(impact: &Impact) -> ImpactView {
    let (before, after) = (impact.before.as_ref(), impact.after.as_ref());
    let track = |stand: &Stand| stand.track.as_ref().map(ToString::to_string);
    let shown = |points: &Option<Fraction>| points.as_ref().map(Fraction::shown);
    let moved = impact.moved.iter().map(|moved| MovedView {
        metric: moved.metric.as_str(),
        points_before: shown(&moved.before),
        points_after: shown(&moved.after),
    });
    ImpactView {
        effect: impact.effect(),
        global_partner_id: impact.global_partner_id.to_string(),
        partner: impact.partner_name.clone(),
        area: impact.area.to_string(),
        score_before: before.map(|stand| stand.score.shown()),
        score_after: after.map(|stand| stand.score.shown()),
        status_before: before.map(|stand| stand.status.as_str()),
        status_after: after.map(|stand| stand.status.as_str()),
        qualifies_before: before.map(|stand| stand.is_qualified),
        qualifies_after: after.map(|stand| stand.is_qualified),
        track_before: before.and_then(track),
        track_after: after.and_then(track),
        moved: moved.collect(),
    }
}
