//! Planning: efforts as people give them, and ways in words, for the command and the page alike.

use domain::designations::{Score, TrackScore};
use domain::fraction::Fraction;
use domain::names::Name;
use domain::plan::{Efforts, GateLack, Lever, Outlook, Path, Step, Values, cheapest};
use domain::rulebook::MetricName;

use crate::output::table;
use crate::problem::Refusal;

/// Days of work for one step of each metric: starting values of our own making, there to be replaced by those of a practice.
pub const EFFORTS: [(MetricName, i64); 5] = [
    (MetricName::NetCustomerAdds, 10),
    (MetricName::IntermediateCertifications, 4),
    (MetricName::AdvancedCertifications, 8),
    (MetricName::UsageGrowth, 3),
    (MetricName::Deployments, 6),
];

/// What is asked of a plan.
#[derive(Debug, Clone)]
pub struct Wishes {
    /// Days of work for one step; a metric that is left out cannot be moved.
    pub efforts: Efforts,
    /// Values to try.
    pub values: Values,
}

impl Default for Wishes {
    fn default() -> Self {
        let efforts = EFFORTS.into_iter().map(|(metric, days)| (metric, Fraction::whole(days)));
        Self { efforts: efforts.collect(), values: Values::new() }
    }
}

impl Wishes {
    /// The same with days of work for one step of a metric; `no` for a metric that cannot be moved.
    ///
    /// # Errors
    /// A metric that is none, or days that are not a number from 0 up.
    pub fn effort(mut self, metric: &str, days: &str) -> Result<Self, Refusal> {
        let metric = metric_named(metric)?;
        if days.trim().eq_ignore_ascii_case("no") {
            self.efforts.remove(&metric);
            return Ok(self);
        }
        let found = number(days).filter(|days| !days.is_negative());
        let days = found.ok_or_else(|| {
            let said = format!("`{days}` is no number of days for `{}`", metric.as_str());
            Refusal::usage(said).hint("a number from 0 up, such as `4` or `2.5`; `no` when it cannot be moved")
        })?;
        self.efforts.insert(metric, days);
        Ok(self)
    }

    /// The same with a value to try; `place` is a metric, with its part where it has parts: `usage-growth` or `usage-growth/new-users`.
    ///
    /// # Errors
    /// A metric that is none, or a value that is no number.
    pub fn value(mut self, place: &str, value: &str) -> Result<Self, Refusal> {
        let (metric, part) = place.split_once('/').map_or((place, None), |(metric, part)| (metric, Some(Name::new(part))));
        let metric = metric_named(metric)?;
        let value = number(value).ok_or_else(|| {
            let said = format!("`{value}` is no value for `{place}`");
            Refusal::usage(said).hint("a number such as `5`, `12.5` or `-3`")
        })?;
        self.values.insert((metric, part), value);
        Ok(self)
    }

    /// Refuses values for parts that a track does not have.
    ///
    /// # Errors
    /// When a value is for a metric or part that the track lacks.
    pub fn must_fit(&self, outlook: &Outlook) -> Result<(), Refusal> {
        let places: Vec<String> = levers(outlook).map(|(metric, lever)| place(metric, lever.part.as_ref())).collect();
        for (metric, part) in self.values.keys() {
            let own = place(*metric, part.as_ref());
            if !places.contains(&own) {
                return Err(Refusal::unknown("metric or part", &own, places.iter().map(String::as_str)));
            }
        }
        Ok(())
    }
}

/// A track with its cheapest way.
pub struct Plan<'s> {
    /// The score as it is.
    pub score: &'s Score,
    /// The track.
    pub track: &'s TrackScore,
    /// The track, to be asked.
    pub outlook: &'s Outlook,
    /// The cheapest way; none when no number of steps is enough.
    pub path: Option<Path>,
}

impl<'s> Plan<'s> {
    /// Plans for the tracks that are asked for; without a name for the one that counts.
    #[must_use]
    pub fn of(score: &'s Score, outlooks: &'s [Outlook], track: Option<&Name>, wishes: &Wishes) -> Option<Self> {
        let track = match track {
            Some(_) => score.tracks.iter().find(|own| own.track.as_ref() == track)?,
            None => score.chosen(),
        };
        let outlook = outlooks.iter().find(|outlook| outlook.track == track.track)?;
        Some(Self { score, track, outlook, path: cheapest(outlook, &wishes.efforts) })
    }

    /// The plan in a line.
    #[must_use]
    pub fn heading(&self, points: i64) -> String {
        match &self.path {
            None => format!("no number of steps leads to {points}"),
            Some(path) if path.steps.is_empty() => format!("{} points: there is nothing to do", self.track.score.shown()),
            Some(path) => format!("{} to {} points by {} of work", self.track.score.shown(), path.score.shown(), days(&path.effort)),
        }
    }
}

/// The levers of a track with their metrics, in the order of the rulebook.
pub fn levers(outlook: &Outlook) -> impl Iterator<Item = (MetricName, &Lever)> {
    outlook.metrics.iter().flat_map(|metric| metric.levers.iter().map(|lever| (metric.name(), lever)))
}

/// How a lever is named where values are given: its metric, and its part where there are parts.
#[must_use]
pub fn place(metric: MetricName, part: Option<&Name>) -> String {
    part.map_or_else(|| metric.as_str().to_owned(), |part| format!("{}/{part}", metric.as_str()))
}

/// What a step is, in words: `2 people with AZ-104 for the gate, then 5 more people`.
#[must_use]
pub fn told(step: &Step) -> String {
    let mut told: Vec<String> = step.lever.gates.iter().map(gate).collect();
    if step.more() > 0 {
        told.push(format!("{} more", amount(step.more(), step.lever.unit)));
    }
    told.join(", then ")
}

/// What lacks at a gate, in words.
#[must_use]
pub fn gate(lack: &GateLack) -> String {
    let names = lack.any_of.iter().map(|name| name.as_str().to_uppercase()).collect::<Vec<_>>().join(" or ");
    format!("{} with {names} for the gate", amount(lack.people, "people"))
}

/// So much of a unit: `1 customer`, `7 percentage points`.
#[must_use]
pub fn amount(number: i64, unit: &str) -> String {
    let noun = match (unit, number) {
        ("percent", 1) => "percentage point",
        ("percent", _) => "percentage points",
        ("people", 1) => "person",
        ("users", 1) => "active user",
        ("users", _) => "active users",
        (unit, 1) => unit.trim_end_matches('s'),
        (unit, _) => unit,
    };
    format!("{} {noun}", table::count(number.unsigned_abs()))
}

/// Days of work.
#[must_use]
pub fn days(effort: &Fraction) -> String {
    format!("{} {}", effort.brief(), if *effort == Fraction::whole(1) { "day" } else { "days" })
}

fn metric_named(word: &str) -> Result<MetricName, Refusal> {
    let word = word.trim();
    let known = EFFORTS.iter().map(|(metric, _)| *metric);
    let found = known.clone().find(|metric| metric.as_str().eq_ignore_ascii_case(word));
    found.ok_or_else(|| Refusal::unknown("metric", word, known.map(MetricName::as_str)))
}

fn number(text: &str) -> Option<Fraction> {
    text.trim().replace(',', ".").parse().ok()
}
