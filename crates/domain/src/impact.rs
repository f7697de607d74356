//! What another rulebook would make of scores: who loses a designation, who gains one, and which metric moved them.
//!
//! Both lists of scores are of the same facts and the same day, one by each rulebook.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::designations::{Score, Status};
use crate::fraction::Fraction;
use crate::names::Name;
use crate::rulebook::MetricName;

/// What becomes of a partner's designation in an area, the heaviest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// It is qualified or enrolled, and would be in progress.
    Loses,
    /// It is enrolled, qualifies for its renewal, and would not: it holds the designation to the end of the renewal.
    LosesRenewal,
    /// It is in progress, and would be qualified.
    Gains,
    /// It is enrolled, does not qualify for its renewal, and would.
    GainsRenewal,
    /// It keeps where it stands, with another status or other points.
    Moves,
}

impl Effect {
    /// The effect in words.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Loses => "loses",
            Self::LosesRenewal => "would not renew",
            Self::Gains => "gains",
            Self::GainsRenewal => "would renew",
            Self::Moves => "points only",
        }
    }
}

/// Where a partner stands in an area by a rulebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stand {
    /// The track that counts.
    pub track: Option<Name>,
    /// Its points.
    pub score: Fraction,
    /// The status.
    pub status: Status,
    /// Whether a month of the window is qualified, so that it may enrol or renew.
    pub is_qualified: bool,
}

impl Stand {
    fn of(score: &Score) -> Self {
        let chosen = score.chosen();
        let is_qualified = score.window.iter().any(|row| row.qualified);
        Self { track: chosen.track.clone(), score: chosen.score.clone(), status: score.status, is_qualified }
    }
}

/// A metric of the track that counts, with other points; nothing by a rulebook whose track has no such metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The metric.
    pub metric: MetricName,
    /// Its points before.
    pub before: Option<Fraction>,
    /// Its points after.
    pub after: Option<Fraction>,
}

/// A partner in an area that another rulebook moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impact {
    /// The global account.
    pub global_partner_id: Name,
    /// The account's name, a label.
    pub partner_name: String,
    /// The area.
    pub area: Name,
    /// Where it stands; nothing in an area that the rulebook in force has not.
    pub before: Option<Stand>,
    /// Where it would stand; nothing in an area that the other rulebook has not.
    pub after: Option<Stand>,
    /// The metrics that moved, in the order of the rulebook in force.
    pub moved: Vec<Moved>,
}

impl Impact {
    /// What becomes of the designation.
    #[must_use]
    pub fn effect(&self) -> Effect {
        let holds = |stand: &Option<Stand>| stand.as_ref().is_some_and(|stand| stand.status != Status::InProgress);
        let qualifies = |stand: &Option<Stand>| stand.as_ref().is_some_and(|stand| stand.is_qualified);
        match (holds(&self.before), holds(&self.after)) {
            (true, false) => Effect::Loses,
            (false, true) => Effect::Gains,
            (true, true) if qualifies(&self.before) && !qualifies(&self.after) => Effect::LosesRenewal,
            (true, true) if !qualifies(&self.before) && qualifies(&self.after) => Effect::GainsRenewal,
            _ => Effect::Moves,
        }
    }
}

/// How many partners an effect is on: a partner that it is on in several areas once.
#[must_use]
pub fn partners_with(impacts: &[Impact], effect: Effect) -> usize {
    impacts.iter().filter(|one| one.effect() == effect).map(|one| &one.global_partner_id).collect::<BTreeSet<_>>().len()
}

/// The partners and areas that another rulebook moves: the heaviest effects first, then in the order of the scores.
#[must_use]
pub fn impacts(before: &[Score], after: &[Score]) -> Vec<Impact> {
    let key = |score: &Score| (score.global_partner_id.clone(), score.area.clone());
    let others: BTreeMap<_, &Score> = after.iter().map(|score| (key(score), score)).collect();
    let known: BTreeSet<_> = before.iter().map(key).collect();
    let both = before.iter().map(|score| (Some(score), others.get(&key(score)).copied()));
    let only_after = after.iter().filter(|score| !known.contains(&key(score))).map(|score| (None, Some(score)));
    let mut impacts: Vec<Impact> = both.chain(only_after).filter_map(|(before, after)| impact(before, after)).collect();
    impacts.sort_by_key(Impact::effect);
    impacts
}

/// How a partner's score in an area moves; nothing when it does not.
fn impact(before: Option<&Score>, after: Option<&Score>) -> Option<Impact> {
    let of = before.or(after)?;
    let (stood, stands) = (before.map(Stand::of), after.map(Stand::of));
    let moved = moved(before, after);
    if stood == stands && moved.is_empty() {
        return None;
    }
    Some(Impact {
        global_partner_id: of.global_partner_id.clone(),
        partner_name: of.partner_name.clone(),
        area: of.area.clone(),
        before: stood,
        after: stands,
        moved,
    })
}

fn moved(before: Option<&Score>, after: Option<&Score>) -> Vec<Moved> {
    let points = |score: Option<&Score>| -> Vec<(MetricName, Fraction)> {
        let metrics = score.into_iter().flat_map(|score| &score.chosen().metrics);
        metrics.map(|metric| (metric.metric, metric.points.clone())).collect()
    };
    let (before, after) = (points(before), points(after));
    let of = |all: &[(MetricName, Fraction)], metric| all.iter().find(|(known, _)| *known == metric).map(|(_, points)| points.clone());
    let mut metrics: Vec<MetricName> = before.iter().map(|(metric, _)| *metric).collect();
    metrics.extend(after.iter().map(|(metric, _)| *metric).filter(|metric| of(&before, *metric).is_none()));
    let both = metrics.into_iter().map(|metric| Moved { metric, before: of(&before, metric), after: of(&after, metric) });
    both.filter(|moved| moved.before != moved.after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::designations::{TrackScore, WindowRow};
    use crate::points::MetricScore;
    use crate::time::Day;

    fn score(partner: &str, points: i64, status: Status, is_qualified: bool) -> Score {
        let as_of: Day = "2024-08-10".parse().unwrap();
        let score = Fraction::whole(points);
        let metric = MetricScore {
            metric: MetricName::NetCustomerAdds,
            value: score.clone(),
            unit: "customers",
            points: score.clone(),
            max: 100,
            parts: Vec::new(),
            notes: Vec::new(),
        };
        Score {
            global_partner_id: Name::new(partner),
            partner_name: format!("Partner {partner}"),
            area: Name::new("security"),
            as_of,
            month: as_of.closed_month(),
            status,
            is_provisional: false,
            tracks: vec![TrackScore { track: None, chosen: true, score: score.clone(), qualified: is_qualified, metrics: vec![metric] }],
            window: vec![WindowRow { month: as_of.closed_month(), score, qualified: is_qualified }],
        }
    }

    #[test]
    fn each_effect_is_told_the_heaviest_first_and_who_does_not_move_is_not_told() {
        let before = [
            score("1", 71, Status::InProgress, false),
            score("2", 50, Status::InProgress, false),
            score("3", 60, Status::Enrolled, false),
            score("4", 80, Status::Enrolled, true),
            score("5", 75, Status::Qualified, true),
            score("6", 40, Status::InProgress, false),
        ];
        let after = [
            score("1", 71, Status::Qualified, true),
            score("2", 50, Status::InProgress, false),
            score("3", 72, Status::Enrolled, true),
            score("4", 69, Status::Enrolled, false),
            score("5", 65, Status::InProgress, false),
            score("6", 45, Status::InProgress, false),
        ];
        let told = impacts(&before, &after);
        let effects: Vec<(&str, Effect)> = told.iter().map(|one| (one.global_partner_id.as_str(), one.effect())).collect();
        let expected = [Effect::Loses, Effect::LosesRenewal, Effect::Gains, Effect::GainsRenewal, Effect::Moves];
        assert_eq!(effects, ["5", "4", "1", "3", "6"].into_iter().zip(expected).collect::<Vec<_>>());
        assert_eq!(told[0].moved[0].before, Some(Fraction::whole(75)));
        assert_eq!(told[2].moved, []);
        assert_eq!(partners_with(&told, Effect::Loses), 1);
        assert_eq!(impacts(&before, &before), []);
    }

    #[test]
    fn an_area_that_the_other_rulebook_has_not_is_lost() {
        let told = impacts(&[score("1", 71, Status::Qualified, true)], &[]);
        assert_eq!((told[0].effect(), told[0].after.as_ref()), (Effect::Loses, None));
    }
}
