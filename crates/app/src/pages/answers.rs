//! Answers in words: what a score says, and what it is short of.

use domain::designations::{Score, Status, TrackScore};
use domain::fraction::Fraction;
use domain::points::MetricScore;
use domain::rulebook::ProgramRules;

use crate::pages::show;

/// How many metrics an answer names.
const NAMED_MAX: usize = 2;

/// What a track lacks to qualify.
#[derive(Debug)]
pub struct Lack {
    /// Points to the qualifying score; none when it is reached.
    pub points: Option<Fraction>,
    /// Metrics that do not reach the floor, in the rulebook's order.
    pub blocking: Vec<String>,
    /// Metrics with room, most room first: name and room.
    pub room: Vec<(String, Fraction)>,
}

impl Lack {
    /// What `track` lacks.
    #[must_use]
    pub fn of(track: &TrackScore, rules: &ProgramRules) -> Self {
        let line = Fraction::whole(rules.qualifying_points.value);
        let blocks = |metric: &&MetricScore| !rules.floor.value.is_reached_by(&metric.points);
        let blocking = track.metrics.iter().filter(blocks).map(|metric| metric.metric.shown().to_lowercase()).collect();
        let rooms =
            track.metrics.iter().map(|metric| (metric.metric.shown().to_lowercase(), &Fraction::whole(metric.max) - &metric.points));
        let mut room: Vec<(String, Fraction)> = rooms.filter(|(_, room)| !room.is_zero()).collect();
        room.sort_by(|one, other| other.1.cmp(&one.1));
        Self { points: (track.score < line).then(|| &line - &track.score), blocking, room }
    }

    /// The metrics to name first: those that block, then those with the most room.
    fn short(&self) -> Vec<String> {
        let mut named = self.blocking.clone();
        named.extend(self.room.iter().map(|(name, _)| name.clone()).filter(|name| !self.blocking.contains(name)));
        named.truncate(NAMED_MAX);
        named
    }

    /// What is missing, as sentences.
    #[must_use]
    pub fn sentences(&self, rules: &ProgramRules) -> Vec<String> {
        let mut told = Vec::new();
        if let Some(points) = &self.points {
            let room = self.room.iter().take(NAMED_MAX).map(|(name, room)| format!("{name} (up to {})", show::points(room)));
            let room: Vec<String> = room.collect();
            told.push(format!("{} points short. Most room: {}.", show::points(points), show::list(&room)));
        }
        if !self.blocking.is_empty() {
            let floor = rules.floor.value.shown();
            told.push(format!("Under the floor: {}. Every metric needs {floor}.", show::list(&self.blocking)));
        }
        if told.is_empty() {
            told.push(format!("Nothing is missing: {} points, and no metric under the floor.", rules.qualifying_points.value));
        }
        told
    }
}

/// The heading of a designation: the answer in one line.
#[must_use]
pub fn heading(score: &Score, track: &TrackScore, rules: &ProgramRules) -> String {
    let (points, line) = (show::points(&track.score), rules.qualifying_points.value);
    let lack = Lack::of(track, rules);
    match &lack.points {
        None if lack.blocking.is_empty() => format!("{points} of {line} points: {}", held(score.status)),
        None => format!("{points} of {line} points, but under the floor in {}", show::list(&lack.blocking)),
        Some(_) if track.score.is_zero() => format!("{points} of {line} points: nothing counts yet"),
        Some(_) => format!("{points} of {line} points: short in {}", show::list(&lack.short())),
    }
}

/// What a qualified partner holds, in words.
const fn held(status: Status) -> &'static str {
    match status {
        Status::Enrolled => "qualified and enrolled",
        Status::RenewalDue => "qualified, renewal is due",
        Status::InProgress | Status::Qualified => "qualified",
    }
}

/// What a status means for a partner that does not qualify on the day itself; none when there is nothing to add.
#[must_use]
pub fn standing(score: &Score) -> Option<String> {
    let last = score.window.iter().rev().find(|row| row.qualified)?;
    if score.chosen().qualified {
        return None;
    }
    Some(match score.status {
        Status::Enrolled => format!("Still enrolled, but no longer qualified: it last was in {}.", last.month),
        Status::RenewalDue => format!("The renewal is due: it last qualified in {}, which is still in the window.", last.month),
        Status::InProgress | Status::Qualified => {
            format!("Counts as qualified because it was in {}, which is still in the window.", last.month)
        }
    })
}

/// Why a score is provisional: each note with the metrics that it concerns; empty when it is not.
#[must_use]
pub fn provisional_because(score: &Score) -> Vec<String> {
    let mut told: Vec<(String, Vec<String>)> = Vec::new();
    for metric in &score.chosen().metrics {
        for note in &metric.notes {
            let name = metric.metric.shown().to_lowercase();
            match told.iter_mut().find(|(sentence, _)| *sentence == note.sentence()) {
                Some((_, metrics)) => metrics.push(name),
                None => told.push((note.sentence(), vec![name])),
            }
        }
    }
    told.into_iter().map(|(sentence, metrics)| format!("{}: {sentence}.", show::capital(&show::list(&metrics)))).collect()
}
