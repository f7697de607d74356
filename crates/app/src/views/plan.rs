//! The shape of plans.

use domain::fraction::Fraction;
use domain::plan::{Lever, Outcome};
use domain::rulebook::MetricName;
use serde::Serialize;

use crate::planning::{self, Plan, Wishes};
use crate::views::hidden::Hidden;

/// The plan for a track of an area.
#[derive(Debug, Serialize)]
pub struct PlanView {
    global_partner_id: String,
    area: String,
    track: Option<String>,
    as_of: String,
    score: String,
    qualified: bool,
    levers: Vec<LeverView>,
    path: Option<PathView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    with: Option<OutcomeView>,
}

#[derive(Debug, Serialize)]
struct LeverView {
    lever: String,
    unit: &'static str,
    value: String,
    effort_days: Option<String>,
    gates: Vec<String>,
}

#[derive(Debug, Serialize)]
struct PathView {
    effort_days: String,
    score: String,
    steps: Vec<StepView>,
}

#[derive(Debug, Serialize)]
struct StepView {
    lever: String,
    told: String,
    from: String,
    to: String,
    points_before: String,
    points_after: String,
    effort_days: String,
}

#[derive(Debug, Serialize)]
struct OutcomeView {
    score: String,
    qualified: bool,
    points: Vec<PointsView>,
}

#[derive(Debug, Serialize)]
struct PointsView {
    metric: &'static str,
    points: String,
}

impl PlanView {
    /// The shape of a plan, without what is hidden from the reader.
    #[must_use]
    pub fn new(plan: &Plan<'_>, wishes: &Wishes, hidden: &Hidden) -> Self {
        let number = |value: &Fraction, unit| match &hidden.revenue {
            Some(told) if unit == "dollars" => told.clone(),
            _ => value.shown(),
        };
        let path = plan.path.as_ref().map(|path| PathView {
            effort_days: path.effort.shown(),
            score: path.score.shown(),
            steps: path
                .steps
                .iter()
                .map(|step| StepView {
                    lever: planning::place(step.metric, step.lever.part.as_ref()),
                    told: planning::told(step),
                    from: number(&step.lever.value, step.lever.unit),
                    to: number(&step.to, step.lever.unit),
                    points_before: step.points.0.shown(),
                    points_after: step.points.1.shown(),
                    effort_days: step.effort.shown(),
                })
                .collect(),
        });
        let lever = |(metric, lever): (MetricName, &Lever)| LeverView {
            lever: planning::place(metric, lever.part.as_ref()),
            unit: lever.unit,
            value: number(&lever.value, lever.unit),
            effort_days: wishes.efforts.get(&metric).map(Fraction::shown),
            gates: lever.gates.iter().map(planning::gate).collect(),
        };
        Self {
            global_partner_id: plan.score.global_partner_id.to_string(),
            area: plan.score.area.to_string(),
            track: plan.track.track.as_ref().map(ToString::to_string),
            as_of: plan.score.as_of.to_string(),
            score: plan.track.score.shown(),
            qualified: plan.track.qualified,
            levers: planning::levers(plan.outlook).map(lever).collect(),
            path,
            with: (!wishes.values.is_empty()).then(|| OutcomeView::new(&plan.outlook.with(&wishes.values))),
        }
    }
}

impl OutcomeView {
    fn new(outcome: &Outcome) -> Self {
        let points = outcome.points.iter().map(|(metric, points)| PointsView { metric: metric.as_str(), points: points.shown() });
        Self { score: outcome.score.shown(), qualified: outcome.qualified, points: points.collect() }
    }
}
