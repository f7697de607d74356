use std::path::Path;
use std::sync::{Arc, LazyLock};

use app::pages::reading::Reading;
use domain::customers::Customer;
use domain::designations::{Score, Status, TrackScore, WindowRow};
use domain::evidence::{Extent, RowsOf};
use domain::explain::Node;
use domain::fraction::Fraction;
use domain::inventory::Item;
use domain::names::Name;
use domain::plan::{Lever, Metric, Outlook};
use domain::points::{MetricScore, Note, PartScore};
use domain::record::actor::Actor;
use domain::roster::Roster;
use domain::rulebook::designations::Combine;
use domain::rulebook::designations::PartRule;
use domain::rulebook::{AreaRules, MetricRule, PartKind, Rulebook, TrackRules};
use domain::time::{Day, Month};
use engine::sql::{Answer, Bounds, Question};

use super::{estate, explained};

/// The rulebook of the repository.
pub static RULEBOOK: LazyLock<Arc<Rulebook>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulebook/2023-10");
    let mut files = Vec::new();
    let mut open = vec![folder.clone()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "toml") {
                let relative = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
                files.push((relative, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    Arc::new(Rulebook::parse(&files).unwrap())
});

/// The day that the made-up program is at.
pub const TODAY: &str = "2024-08-10";

/// A made-up partner: how full its metrics are in each area, in percent of the maximum, in the order of areas and metrics.
struct Partner {
    id: &'static str,
    name: &'static str,
    fill: [[i64; 5]; 6],
    status: [Status; 6],
    is_provisional: bool,
}

const OPEN: Status = Status::InProgress;
const DONE: Status = Status::Qualified;

const PARTNERS: [Partner; 5] = [
    Partner {
        id: "900010",
        name: "Northwind Cloud Consulting",
        fill: [
            [100, 90, 60, 40, 80],
            [34, 70, 100, 60, 0],
            [90, 80, 60, 62, 60],
            [100, 100, 100, 100, 0],
            [70, 60, 80, 90, 95],
            [20, 100, 10, 0, 15],
        ],
        status: [Status::RenewalDue, OPEN, OPEN, OPEN, Status::Enrolled, OPEN],
        is_provisional: false,
    },
    Partner {
        id: "900020",
        name: "Süddeutsche Gesellschaft für angewandte Unternehmensberatung & Cloudtransformation mbH (formerly <Contoso>)",
        fill: [[0; 5]; 6],
        status: [OPEN; 6],
        is_provisional: true,
    },
    Partner {
        id: "900030",
        name: "Fabrikam",
        fill: [[100; 5]; 6],
        status: [Status::Enrolled, DONE, DONE, DONE, DONE, DONE],
        is_provisional: false,
    },
    Partner {
        id: "900040",
        name: "Litware Losses",
        fill: [[-40, 50, 50, -120, 0]; 6],
        status: [OPEN, OPEN, DONE, OPEN, OPEN, OPEN],
        is_provisional: true,
    },
    Partner { id: "900050", name: "", fill: [[50, 60, 70, 80, 90]; 6], status: [OPEN; 6], is_provisional: true },
];

/// A made-up program.
pub struct MadeUp {
    /// How many partners beyond the named ones.
    pub more: i64,
    /// How many of the named ones.
    pub named: usize,
}

impl Reading for MadeUp {
    fn scores(&self, as_of: Day) -> anyhow::Result<Arc<Vec<Score>>> {
        anyhow::ensure!(as_of.month() != Month::new(1999, 12), "the manifest of the lake names `usage-7.parquet`, which is not there");
        let mut scores: Vec<Score> = PARTNERS[..self.named].iter().flat_map(|partner| partner.scores(as_of)).collect();
        for number in 0..self.more {
            let fill = [[(number * 7) % 100, 40, 60, (number * 3) % 100, 80]; 6];
            let partner = Partner { id: "", name: "", fill, status: [OPEN; 6], is_provisional: false };
            for mut score in partner.scores(as_of) {
                score.global_partner_id = Name::new(&format!("{}", 910_000 + number));
                score.partner_name = format!("Adatum {number}");
                scores.push(score);
            }
        }
        Ok(Arc::new(scores))
    }

    fn scores_by(&self, _: &str, _: &Rulebook, as_of: Day) -> anyhow::Result<Arc<Vec<Score>>> {
        self.scores(as_of)
    }

    fn explain(&self, account: &Name, area: &Name, as_of: Day, _: Extent, _: &RowsOf) -> anyhow::Result<Arc<Node>> {
        let scores = self.scores(as_of)?;
        let score = scores.iter().find(|score| score.global_partner_id == *account && score.area == *area).unwrap();
        Ok(Arc::new(explained::explain(score, &RULEBOOK)))
    }

    fn outlooks(&self, account: &Name, area: &Name, as_of: Day) -> anyhow::Result<Arc<Vec<Outlook>>> {
        let scores = self.scores(as_of)?;
        let score = scores.iter().find(|score| score.global_partner_id == *account && score.area == *area).unwrap();
        let tracks = score.tracks.iter().zip(&RULEBOOK.areas[area].tracks);
        Ok(Arc::new(tracks.map(|(track, rules)| outlook(track, rules)).collect()))
    }

    fn customers(&self, account: &Name, as_of: Day, _: Extent) -> anyhow::Result<Arc<Vec<Customer>>> {
        Ok(Arc::new(estate::customers(account, as_of)))
    }

    fn roster(&self, account: &Name, as_of: Day) -> anyhow::Result<Arc<Roster>> {
        Ok(Arc::new(estate::roster(account, as_of)))
    }

    fn inventory(&self, _: Day) -> anyhow::Result<Arc<Vec<Item>>> {
        Ok(Arc::default())
    }

    fn query(&self, _: Option<&Actor>, _: Day, _: &Question, _: Bounds) -> anyhow::Result<Answer> {
        Err(anyhow::anyhow!("a made-up program has no rows"))
    }

    fn rulebook(&self) -> Arc<Rulebook> {
        Arc::clone(&RULEBOOK)
    }

    fn today(&self) -> Day {
        TODAY.parse().unwrap()
    }

    fn origin(&self) -> String {
        "a made-up program".to_owned()
    }

    fn freshness(&self) -> Vec<(String, String)> {
        vec![("Azure consumption".to_owned(), "2022-06 to 2024-07".to_owned()), ("Revenue".to_owned(), "2022-06 to 2024-06".to_owned())]
    }
}

impl Partner {
    fn scores(&self, as_of: Day) -> Vec<Score> {
        RULEBOOK.areas.values().enumerate().map(|(at, area)| self.score(area, at, as_of)).collect()
    }

    fn score(&self, area: &AreaRules, at: usize, as_of: Day) -> Score {
        let mut tracks: Vec<TrackScore> = area.tracks.iter().enumerate().map(|(nth, rules)| self.track(rules, at, nth)).collect();
        tracks[0].chosen = true;
        let score = tracks[0].score.clone();
        let shares = [60, 72, 104, 96, 98, 100];
        let window = shares.into_iter().zip(as_of.month().trailing(6)).map(|(share, month)| {
            let score = (score.clone() * Fraction::new(share, 100)).min(Fraction::whole(100));
            WindowRow { month, qualified: tracks[0].qualified || self.status[at] != OPEN && share == 104, score }
        });
        Score {
            global_partner_id: Name::new(self.id),
            partner_name: self.name.to_owned(),
            area: area.area.clone(),
            as_of,
            month: as_of.closed_month(),
            status: self.status[at],
            is_provisional: self.is_provisional,
            window: window.collect(),
            tracks,
        }
    }

    fn track(&self, rules: &TrackRules, at: usize, nth: usize) -> TrackScore {
        let metric = |rule: &MetricRule| {
            let place = rule.metric as usize;
            let fill = self.fill[at][place] / if nth == 0 { 1 } else { 2 };
            let is_old = self.is_provisional && matches!(place, 0 | 3);
            let note = Note::BaselineIncomplete { needed: Month::new(2022, 8), first: Some(Month::new(2023, 1)) };
            metric_score(rule, fill, if is_old { vec![note] } else { Vec::new() })
        };
        let metrics: Vec<MetricScore> = rules.metrics.iter().map(metric).collect();
        let score: Fraction = metrics.iter().map(|metric| metric.points.clone()).sum();
        let floor = metrics.iter().all(|metric| metric.points >= Fraction::whole(1));
        TrackScore { track: rules.track.clone(), chosen: false, qualified: score >= Fraction::whole(70) && floor, score, metrics }
    }
}

/// The unit of what a part measures.
pub fn unit(kind: &PartKind) -> &'static str {
    match kind {
        PartKind::ConsumptionGrowth { .. } | PartKind::McvGrowth { .. } => "percent",
        PartKind::DistinctServices { .. } => "services",
        PartKind::ActiveUserGrowth { .. } | PartKind::ProtectedUserGrowth { .. } => "users",
        PartKind::ActiveDeployments { .. } => "deployments",
        PartKind::CertifiedPeople { .. } => "people",
        _ => "customers",
    }
}

fn metric_score(rule: &MetricRule, fill: i64, notes: Vec<Note>) -> MetricScore {
    let max = rule.max.value;
    let value_of = |points: Fraction, at: usize| {
        let value = points / rule.parts[at].points_per_unit.value.clone();
        if unit(&rule.parts[at].measure) == "percent" { value } else { value.floor() }
    };
    let wanted = Fraction::new(max * fill, 100);
    let points_of = |value: &Fraction, at: usize| (value.clone() * rule.parts[at].points_per_unit.value.clone()).floor_zero();
    let named = |at: usize, share: Fraction| {
        let value = value_of(wanted.clone() * share, at);
        PartScore { part: rule.parts[at].part.clone().unwrap(), points: points_of(&value, at), value }
    };
    let (value, points, parts) = match rule.combine {
        Combine::One => {
            let value = value_of(wanted, 0);
            (value.clone(), points_of(&value, 0), Vec::new())
        }
        Combine::Best => {
            let parts = vec![named(0, Fraction::whole(1)), named(1, Fraction::new(1, 3))];
            (parts[0].value.clone(), parts[0].points.clone(), parts)
        }
        Combine::AddUnits | Combine::AddPoints => {
            let parts = vec![named(0, Fraction::new(2, 3)), named(1, Fraction::new(1, 3))];
            let points: Fraction = parts.iter().map(|part| part.points.clone()).sum();
            let values: Fraction = parts.iter().map(|part| part.value.clone().floor_zero()).sum();
            (if rule.combine == Combine::AddPoints { points.clone() } else { values }, points, parts)
        }
    };
    let unit = if rule.combine == Combine::AddPoints { "points" } else { unit(&rule.parts[0].measure) };
    MetricScore { metric: rule.metric, value, unit, points: points.min(Fraction::whole(max)), max, parts, notes }
}

/// A track with nothing behind gates, and no month missing.
fn outlook(track: &TrackScore, rules: &TrackRules) -> Outlook {
    let metric = |(score, rule): (&MetricScore, &MetricRule)| {
        let value =
            |part: &PartRule| score.parts.iter().find(|own| Some(&own.part) == part.part.as_ref()).map_or(&score.value, |own| &own.value);
        let lever = |part: &PartRule| Lever {
            part: part.part.clone(),
            unit: score.unit,
            value: value(part).clone(),
            gates: Vec::new(),
            waiting: 0,
            is_blind: false,
        };
        Metric::new(rule.clone(), rule.parts.iter().map(lever).collect())
    };
    Outlook::new(track.track.clone(), track.metrics.iter().zip(&rules.metrics).map(metric).collect(), &RULEBOOK.program)
}
