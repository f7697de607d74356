//! `score explain`: why a score is what it is.

use anyhow::Result;
use domain::evidence::RowsOf;
use domain::explain::Node;
use domain::names::Name;
use domain::rights::{Act, On};

use super::tables;
use crate::cli::Setting;
use crate::commands::ProgramArgs;
use crate::problem::{Exit, Refusal};
use crate::progress;
use crate::views::explain::{NodeView, customers_in, shows_rows};

/// Why: rules, arithmetic, what counted and what did not
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  counterfoil score explain --dataset my-exports/ --partner 900010 --area modern-work
  counterfoil score explain --dataset my-exports/ --partner 900010 --area modern-work --metric usage-growth --depth 9
  counterfoil score explain --dataset my-exports/ --partner 900010 --area data-ai -o json --query \"children[].children[].arithmetic\"")]
pub struct ExplainArgs {
    #[command(flatten)]
    program: ProgramArgs,

    /// The global account
    #[arg(long, value_name = "ID")]
    partner: String,

    /// The area, such as `modern-work`
    #[arg(long, value_name = "AREA")]
    area: String,

    /// Only this track
    #[arg(long, value_name = "TRACK")]
    track: Option<String>,

    /// Only this metric, such as `usage-growth`
    #[arg(long, value_name = "METRIC")]
    metric: Option<String>,

    /// How many levels below what is asked for [default: 3 in a table, all elsewhere]
    #[arg(long, value_name = "N")]
    depth: Option<usize>,

    /// Rows of this customer only, by its tenant; of others their figures
    #[arg(long, value_name = "TENANT")]
    customer: Option<String>,
}

impl ExplainArgs {
    /// Which rows the answer shows.
    fn rows(&self, depth: usize) -> RowsOf {
        let above_metrics = if self.metric.is_some() { 0 } else { 2 - usize::from(self.track.is_some()) };
        match &self.customer {
            _ if !shows_rows(depth, above_metrics) => RowsOf::Nobody,
            Some(tenant) => RowsOf::Customer(Name::new(tenant)),
            None => RowsOf::All,
        }
    }
}

/// Levels of a table below its first line.
const TABLE_DEPTH: usize = 3;

/// Explains a score.
///
/// # Errors
/// When the program cannot be opened, or the partner, area, track or metric is not known.
pub fn run(args: &ExplainArgs, setting: &Setting) -> Result<Exit> {
    let program = args.program.open(setting)?;
    let (partner, area) = (program.partner(&args.partner)?, &program.area(&args.area)?.area);
    let (asker, on) = (args.program.asker(setting)?, On::account(partner));
    asker.must(Act::ExplanationRead, &on, "see what is behind this score")?;
    let hidden = asker.hidden(&on);
    let depth = args.depth.unwrap_or(if setting.output.is_for_reading() { TABLE_DEPTH } else { usize::MAX });
    let (as_of, extent, rows) = (args.program.as_of(), asker.extent(partner), args.rows(depth));
    let mut tree = progress::during("scoring", || program.explain(partner, area, as_of, extent, &rows))?;
    if let Some(tenant) = &args.customer {
        let known = customers_in(&tree);
        if !known.iter().any(|known| Name::new(known) == Name::new(tenant)) {
            return Err(Refusal::unknown("customer", tenant, known).into());
        }
    }
    narrow(&mut tree, "track", args.track.as_deref())?;
    narrow(&mut tree, "metric", args.metric.as_deref())?;
    let tree = heart(&tree, args.track.is_some(), args.metric.is_some());
    let view = NodeView::new(tree, depth, &hidden);
    setting.output.print(&view, |paint| tables::tree(tree, depth, &hidden, paint))?;
    Ok(setting.tell_rows(&program.problems()))
}

/// Keeps of the nodes of a kind only the one with a name.
fn narrow(tree: &mut Node, kind: &'static str, name: Option<&str>) -> Result<(), Refusal> {
    let Some(name) = name else { return Ok(()) };
    let mut known: Vec<String> = Vec::new();
    keep(tree, kind, &name.trim().to_lowercase(), &mut known);
    if known.iter().any(|known| known.eq_ignore_ascii_case(name.trim())) {
        return Ok(());
    }
    known.dedup();
    if known.is_empty() {
        return Err(
            Refusal::usage(format!("the area has no {kind}s, but `--{kind} {name}` is given")).hint(format!("leave `--{kind}` out"))
        );
    }
    Err(Refusal::unknown(kind, name, known.iter().map(String::as_str)))
}

fn keep(node: &mut Node, kind: &'static str, name: &str, known: &mut Vec<String>) {
    let own = |node: &Node| node.keys.iter().rev().find(|(key, _)| *key == kind).map(|(_, value)| value.clone());
    known.extend(node.children.iter().filter(|child| child.kind == kind).filter_map(own));
    node.children.retain(|child| child.kind != kind || own(child).is_some_and(|value| value == name));
    if node.kind != kind {
        node.children.iter_mut().for_each(|child| keep(child, kind, name, known));
    }
}

/// The node that is asked for: the metric when it is the only one left, or the track, or the area.
fn heart(tree: &Node, by_track: bool, by_metric: bool) -> &Node {
    match (tree.children.as_slice(), by_track || by_metric) {
        ([only], true) if only.kind == "track" && (by_track || only.children.len() == 1) => heart(only, false, by_metric),
        ([only], _) if only.kind == "metric" && by_metric => only,
        _ => tree,
    }
}
