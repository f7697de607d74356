//! `score show`: points, status and window of every partner in every area.

use anyhow::Result;
use domain::designations::Score;
use domain::names::Name;
use domain::rights::{Act, On};

use super::tables;
use crate::cli::Setting;
use crate::commands::ProgramArgs;
use crate::commands::asker::Asker;
use crate::commands::cluster::ClusterArgs;
use crate::problem::Exit;
use crate::program::OpenProgram;
use crate::progress;
use crate::views::score::ScoreView;

/// Points, status and window of every partner in every area
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil score show --dataset my-exports/
  counterfoil score show --dataset my-exports/ --as-of 2024-08-10 --partner 900010
  counterfoil score show --dataset my-exports/ -o tsv --query \"[?status=='qualified'].[global_partner_id, area]\"")]
pub struct ShowArgs {
    #[command(flatten)]
    program: ProgramArgs,

    #[command(flatten)]
    cluster: ClusterArgs,

    /// Only this global account, in detail; may be given again
    #[arg(long, value_name = "ID")]
    partner: Vec<String>,

    /// Only this area, such as `modern-work`; may be given again
    #[arg(long, value_name = "AREA")]
    area: Vec<String>,
}

/// Shows scores.
///
/// # Errors
/// When the program cannot be opened, or a partner or area is not known.
pub fn run(args: &ShowArgs, setting: &Setting) -> Result<Exit> {
    let program = args.cluster.open(&args.program, setting)?;
    let asked = Asked::new(&program, &args.partner, &args.area, args.program.asker(setting)?)?;
    let scores = asked.of(&progress::during("scoring", || program.scores(args.program.as_of()))?);
    let views: Vec<ScoreView> = scores.iter().map(|score| ScoreView::new(score, program.rulebook())).collect();
    setting.output.print(&views, |paint| match args.partner.is_empty() {
        true => tables::overview(&scores, paint),
        false => tables::details(&scores, program.rulebook(), paint),
    })?;
    Ok(setting.tell_rows(&program.problems()))
}

/// The partners and areas that are asked for; none: all.
pub struct Asked {
    partners: Vec<Name>,
    areas: Vec<Name>,
    asker: Asker,
}

impl Asked {
    /// The partners and areas with these names.
    ///
    /// # Errors
    /// When one of them is not known; the nearest is suggested. When `asker` may not see one.
    pub fn new(program: &OpenProgram, partners: &[String], areas: &[String], asker: Asker) -> Result<Self> {
        let partners = partners.iter().map(|id| program.partner(id).cloned()).collect::<Result<Vec<Name>, _>>()?;
        partners.iter().try_for_each(|partner| asker.must(Act::ScoreRead, &On::account(partner), "see these scores"))?;
        let areas = areas.iter().map(|area| program.area(area).map(|rules| rules.area.clone())).collect::<Result<_, _>>()?;
        Ok(Self { partners, areas, asker })
    }

    /// The scores that are asked for, as far as the asker may see them.
    pub fn of(&self, scores: &[Score]) -> Vec<Score> {
        let is_among = |names: &[Name], name: &Name| names.is_empty() || names.contains(name);
        scores
            .iter()
            .filter(|score| is_among(&self.partners, &score.global_partner_id) && is_among(&self.areas, &score.area))
            .filter(|score| self.asker.may(Act::ScoreRead, &On::account(&score.global_partner_id)))
            .cloned()
            .collect()
    }
}
