//! Designations: tracks, the floor, the window and the status of every partner in every area.

/// Scores that are kept, so that a change scores only what it touches.
mod scored;

use std::collections::BTreeMap;

use crate::credits::{ConsumptionCredits, Coverage, Credits, ScoredMonths, credit_consumption};
use crate::facts::{Enrolment, Program};
use crate::fraction::Fraction;
use crate::metrics::{Measuring, Memory, revenue_of};
use crate::names::Name;
use crate::partners::AccountIx;
use crate::people::People;
use crate::points::{MetricScore, score_metric};
use crate::register::Register;
use crate::rulebook::{AreaRules, PartKind, ProgramRules, Rulebook, TrackChoice, TrackRules};
use crate::time::{Day, Month};

pub use scored::Scored;

/// The score of a partner in an area, as of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// The global account.
    pub global_partner_id: Name,
    /// The account's name, a label.
    pub partner_name: String,
    /// The area.
    pub area: Name,
    /// The as-of day.
    pub as_of: Day,
    /// The scored month: the latest that is over on the day.
    pub month: Month,
    /// Where the partner stands.
    pub status: Status,
    /// Whether months that the score compares with are missing from the data, so that it may change.
    pub is_provisional: bool,
    /// The tracks, in alphabetical order; one without a name where the area has none.
    pub tracks: Vec<TrackScore>,
    /// The qualification window, oldest month first.
    pub window: Vec<WindowRow>,
}

/// The score of a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackScore {
    /// The track's name.
    pub track: Option<Name>,
    /// Whether it is the track that counts.
    pub chosen: bool,
    /// The sum of the metrics' points.
    pub score: Fraction,
    /// Whether it has the points, and every metric reaches the floor.
    pub qualified: bool,
    /// The metrics, in the order of the rulebook.
    pub metrics: Vec<MetricScore>,
}

/// A month of the qualification window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowRow {
    /// The month.
    pub month: Month,
    /// The highest score of its days.
    pub score: Fraction,
    /// Whether any of its days is qualified.
    pub qualified: bool,
}

/// Where a partner stands in an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Not qualified on any day of the window.
    InProgress,
    /// Qualified on a day of the window.
    Qualified,
    /// Holds the designation.
    Enrolled,
    /// The anniversary has passed; the renewal is due.
    RenewalDue,
}

impl Status {
    /// The word of the status.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "in-progress",
            Self::Qualified => "qualified",
            Self::Enrolled => "enrolled",
            Self::RenewalDue => "renewal-due",
        }
    }

    /// The status as pages show it.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::InProgress => "In progress",
            Self::Qualified => "Qualified",
            Self::Enrolled => "Enrolled",
            Self::RenewalDue => "Renewal due",
        }
    }
}

impl Score {
    /// The track that counts.
    #[must_use]
    pub fn chosen(&self) -> &TrackScore {
        self.tracks.iter().find(|track| track.chosen).unwrap_or(&self.tracks[0])
    }
}

/// The months at which a score as of `day` reads usage: those that are over on some day of its window.
#[must_use]
pub fn scored_months(rulebook: &Rulebook, day: Day) -> ScoredMonths {
    let window = day.month().trailing(rulebook.program.window_months.value);
    ScoredMonths::new(window.flat_map(|month| [month.minus(1), month]).filter(|month| month.last_day() <= day))
}

/// Scores every partner of `program` in every area as of a day, row by row: the reference.
#[must_use]
pub fn score_program(program: &Program, rulebook: &Rulebook, as_of: Day) -> Vec<Score> {
    let register = Register::new(program, rulebook);
    let consumption = credit_consumption(&register, &program.consumption, &scored_months(rulebook, as_of));
    Scoring::new(&register, program, consumption, as_of).all()
}

/// A program with its credits, ready to be scored as of a day.
pub struct Scoring<'a> {
    register: &'a Register<'a>,
    program: &'a Program,
    credits: Credits,
    coverage: Coverage<'a>,
    people: People<'a>,
    memory: Memory,
    as_of: Day,
}

impl<'a> Scoring<'a> {
    /// Credits usage and revenue of `program`; `consumption` is credited at [`scored_months`] of the day.
    #[must_use]
    pub fn new(register: &'a Register<'a>, program: &'a Program, consumption: ConsumptionCredits, as_of: Day) -> Self {
        Self::of(register, program, Credits::new(register, program, scored_months(register.rulebook, as_of), consumption), as_of)
    }

    /// Takes in the credits of a program that has at least the rows about the customers of the accounts that will be asked about.
    #[must_use]
    pub fn of(register: &'a Register<'a>, program: &'a Program, credits: Credits, as_of: Day) -> Self {
        let coverage = Coverage::new(register, program);
        let people = People::new(program, &register.partners, register.rulebook);
        Self { register, program, credits, coverage, people, memory: Memory::default(), as_of }
    }

    /// The register that the scores rest on.
    #[must_use]
    pub fn register(&self) -> &'a Register<'a> {
        self.register
    }

    /// The credits that the scores rest on.
    #[must_use]
    pub fn credits(&self) -> &Credits {
        &self.credits
    }

    /// The as-of day.
    #[must_use]
    pub fn as_of(&self) -> Day {
        self.as_of
    }

    /// The people of the program.
    #[must_use]
    pub fn people(&self) -> &People<'a> {
        &self.people
    }

    /// Every partner in every area: IDs in numeric order, areas in alphabetical order.
    #[must_use]
    pub fn all(&self) -> Vec<Score> {
        let areas = |account| self.register.rulebook.areas.values().map(move |area| self.score(account, area));
        self.register.partners.accounts().flat_map(areas).collect()
    }

    /// One partner in one area.
    #[must_use]
    pub fn score(&self, account: AccountIx, area: &AreaRules) -> Score {
        let judge = Judge { scoring: self, account, area, measured: BTreeMap::new() };
        judge.score()
    }

    /// What is measured for an account on a day of the window.
    #[must_use]
    pub fn measuring(&self, account: AccountIx, day: Day, explains: bool) -> Measuring<'_, 'a> {
        Measuring {
            rulebook: self.register.rulebook,
            credits: &self.credits,
            coverage: &self.coverage,
            people: &self.people,
            account,
            month: day.closed_month(),
            day,
            explains,
            memory: &self.memory,
        }
    }
}

/// Judges the days of a window; metrics that depend on the scored month only are measured once for each month.
struct Judge<'s, 'a> {
    scoring: &'s Scoring<'a>,
    account: AccountIx,
    area: &'s AreaRules,
    measured: BTreeMap<(Month, usize, usize), MetricScore>,
}

impl Judge<'_, '_> {
    fn score(mut self) -> Score {
        let as_of = self.scoring.as_of;
        let partners = &self.scoring.register.partners;
        let tracks = self.tracks(as_of);
        let window = self.window();
        let is_qualified = window.iter().any(|row| row.qualified);
        let account = partners.account_id(self.account);
        let enrolments = self.scoring.program.enrolments.iter();
        let own = enrolments.filter(|row| row.global_partner_id == *account && row.area == self.area.area);
        Score {
            global_partner_id: account.clone(),
            partner_name: partners.account_name(self.account).to_owned(),
            area: self.area.area.clone(),
            as_of,
            month: as_of.closed_month(),
            status: status(own, as_of, is_qualified, &self.scoring.register.rulebook.program),
            is_provisional: tracks.iter().flat_map(|track| &track.metrics).any(|metric| !metric.notes.is_empty()),
            tracks,
            window,
        }
    }

    /// The tracks as of a day, with the one that counts.
    fn tracks(&mut self, day: Day) -> Vec<TrackScore> {
        let area = self.area;
        let mut tracks: Vec<TrackScore> = area.tracks.iter().enumerate().map(|(ix, rules)| self.track(ix, rules, day)).collect();
        let chosen = choose(area, &tracks, &self.scoring.measuring(self.account, day, false));
        tracks[chosen].chosen = true;
        tracks
    }

    fn track(&mut self, track_ix: usize, rules: &TrackRules, day: Day) -> TrackScore {
        let program = &self.scoring.register.rulebook.program;
        let metrics: Vec<MetricScore> = rules
            .metrics
            .iter()
            .enumerate()
            .map(|(ix, rule)| {
                let measure = || score_metric(&self.scoring.measuring(self.account, day, false), rule).score;
                let is_skilling = rule.parts.iter().any(|part| matches!(part.measure, PartKind::CertifiedPeople { .. }));
                match is_skilling {
                    true => measure(),
                    false => self.measured.entry((day.closed_month(), track_ix, ix)).or_insert_with(measure).clone(),
                }
            })
            .collect();
        let score: Fraction = metrics.iter().map(|metric| metric.points.clone()).sum();
        let reaches_floor = |metric: &MetricScore| program.floor.value.is_reached_by(&metric.points);
        let qualified = score >= Fraction::whole(program.qualifying_points.value) && metrics.iter().all(reaches_floor);
        TrackScore { track: rules.track.clone(), chosen: false, score, qualified, metrics }
    }

    /// The months of the window, each with the highest score of its days and whether any qualifies.
    ///
    /// A score changes only with the scored month, with the dates of people and certificates, and with the rulebook's dates,
    /// so one day for each stretch without a change is judged.
    fn window(&mut self) -> Vec<WindowRow> {
        let as_of = self.scoring.as_of;
        let months = self.scoring.register.rulebook.program.window_months.value;
        let rows = as_of.month().trailing(months).map(|month| {
            let to = month.last_day().min(as_of).plus(1);
            let mut days = self.scoring.people.change_days(self.account, month.first_day(), to);
            days.extend(rule_days(self.area).filter(|day| month.first_day() <= *day && *day < to));
            days.extend((month.last_day() < to).then_some(month.last_day()));
            let mut row = WindowRow { month, score: Fraction::zero(), qualified: false };
            for day in days {
                let tracks = self.tracks(day);
                if let Some(chosen) = tracks.into_iter().find(|track| track.chosen) {
                    row.qualified |= chosen.qualified;
                    row.score = row.score.max(chosen.score);
                }
            }
            row
        });
        rows.collect()
    }
}

/// The days on which gates and scoring lists of an area change.
fn rule_days(area: &AreaRules) -> impl Iterator<Item = Day> {
    let parts = area.tracks.iter().flat_map(|track| &track.metrics).flat_map(|metric| &metric.parts);
    parts.flat_map(|part| match &part.measure {
        PartKind::CertifiedPeople { gates, scoring } => {
            let gates = gates.iter().flat_map(|gate| [gate.from, gate.until]);
            gates.chain(scoring.iter().flat_map(|list| [list.from, list.until])).flatten().collect::<Vec<_>>()
        }
        _ => Vec::new(),
    })
}

/// The place of the track that counts.
fn choose(area: &AreaRules, tracks: &[TrackScore], asked: &Measuring<'_, '_>) -> usize {
    match &area.choice {
        None => 0,
        Some(TrackChoice::BestTotal { prefer_qualified }) => {
            let rank = |track: &TrackScore| (prefer_qualified.value && track.qualified, track.score.clone(), track.qualified);
            let mut best = 0;
            for (ix, track) in tracks.iter().enumerate() {
                if rank(track) > rank(&tracks[best]) {
                    best = ix;
                }
            }
            best
        }
        Some(TrackChoice::RevenueClass { above, below, pairs, revenue_over_usd, workloads, accepts }) => {
            let revenue = revenue_of(asked, accepts.value, workloads);
            let over = |by_month: &&BTreeMap<Month, _>| {
                let in_month = |month| by_month.get(&month).is_some_and(|revenue| *revenue > revenue_over_usd.value);
                in_month(asked.month) && in_month(asked.month.minus(12))
            };
            let count = i64::try_from(revenue.values().filter(over).count()).unwrap_or(i64::MAX);
            let class = if count >= pairs.value { above } else { below };
            tracks.iter().position(|track| track.track.as_ref() == Some(class)).unwrap_or_default()
        }
    }
}

/// The status by the latest enrolment that began by the day; without one, or after its renewal, by the window.
fn status<'e>(enrolments: impl Iterator<Item = &'e Enrolment>, day: Day, is_qualified: bool, rules: &ProgramRules) -> Status {
    let latest = enrolments.filter(|row| row.enrolled_on <= day).max_by_key(|row| (row.enrolled_on, row.anniversary_on));
    match latest {
        Some(row) if day <= row.anniversary_on => Status::Enrolled,
        Some(row) if day <= row.anniversary_on.plus(rules.renewal_days.value) => Status::RenewalDue,
        _ if is_qualified => Status::Qualified,
        _ => Status::InProgress,
    }
}
