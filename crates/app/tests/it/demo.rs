//! The demo tells its stories.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use app::demo::{AS_OF, MONTHS, SEED, cast, generate, tour, write};
use domain::attach::AttachType;
use domain::credits::{Credits, OfAccount, credit_consumption};
use domain::designations::{Score, Status, score_program, scored_months};
use domain::facts::{PalLink, Principal, Program};
use domain::fraction::Fraction;
use domain::names::Name;
use domain::register::Register;
use domain::rulebook::{MetricName, Rulebook};
use domain::time::Day;
use domain::words::{Activity, ClaimState, PartnerKind};
use engine::dataset::Dataset;

/// The rulebook of the repository.
fn rulebook() -> &'static Rulebook {
    static RULEBOOK: OnceLock<Rulebook> = OnceLock::new();
    RULEBOOK.get_or_init(|| {
        let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulebook/2023-10");
        let mut files = Vec::new();
        let mut open = vec![root.clone()];
        while let Some(at) = open.pop() {
            for entry in std::fs::read_dir(&at).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else if path.extension().is_some_and(|extension| extension == "toml") {
                    let relative = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                    files.push((relative, std::fs::read_to_string(&path).unwrap()));
                }
            }
        }
        files.sort();
        Rulebook::parse(&files).unwrap()
    })
}

fn program() -> &'static Program {
    static PROGRAM: OnceLock<Program> = OnceLock::new();
    PROGRAM.get_or_init(|| generate(SEED, AS_OF))
}

fn scores() -> &'static [Score] {
    static SCORES: OnceLock<Vec<Score>> = OnceLock::new();
    SCORES.get_or_init(|| score_program(program(), rulebook(), AS_OF))
}

fn score<'a>(scores: &'a [Score], company: &cast::Company, area: &str) -> &'a Score {
    scores.iter().find(|score| score.global_partner_id.as_str() == company.global && score.area.as_str() == area).unwrap()
}

fn points(score: &Score, metric: MetricName) -> &Fraction {
    &score.chosen().metrics.iter().find(|row| row.metric == metric).unwrap().points
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Every score as a table that a person can read: `*` is qualified.
fn table(scores: &[Score]) -> String {
    let mut text = String::new();
    let mut partner = "";
    for score in scores {
        if partner != score.partner_name {
            partner = &score.partner_name;
            writeln!(text, "\n{} {partner}", score.global_partner_id).unwrap();
        }
        for track in &score.tracks {
            let star = |qualified: bool| if qualified { "*" } else { "" };
            let area = track.track.as_ref().map_or(score.area.to_string(), |track| format!("{} {track}", score.area));
            let total = format!("{}{}", track.score.shown(), star(track.qualified));
            let points: Vec<String> = track.metrics.iter().map(|metric| format!("{}/{}", metric.points.shown(), metric.max)).collect();
            let window: Vec<String> =
                score.window.iter().map(|row| format!("{}{}", row.score.shown(), star(row.qualified))).filter(|_| track.chosen).collect();
            let status = if track.chosen { score.status.as_str() } else { "(not chosen)" };
            writeln!(text, "  {area:<32} {total:>7} {status:<12} {:<48} {}", points.join(" "), window.join(" ")).unwrap();
        }
    }
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_score_is_as_reviewed() {
    let text = table(scores());
    println!("{text}");
    insta::assert_snapshot!("scores", text);
}

#[test]
fn five_partners_are_close_to_70() {
    let close = [
        (&cast::FJORDLYS, "data-ai"),
        (&cast::HARROW, "data-ai"),
        (&cast::OSTMARK, "infrastructure"),
        (&cast::ALDER, "business-applications"),
        (&cast::CLOUDHARBOUR, "modern-work"),
    ];
    for (company, area) in close {
        let total = &score(scores(), company, area).chosen().score;
        assert!(Fraction::whole(63) <= *total && *total < Fraction::whole(70), "{} has {} in {area}", company.name, total.shown());
    }
    assert_eq!(score(scores(), &cast::FJORDLYS, "data-ai").chosen().score.shown(), "68.20", "as the tour says");
}

#[test]
fn all_four_statuses_are_there() {
    let status = |company, area| score(scores(), company, area).status;
    assert_eq!(status(&cast::KESTREL, "infrastructure"), Status::RenewalDue);
    assert_eq!(status(&cast::NORDVIK, "modern-work"), Status::Enrolled);
    assert_eq!(status(&cast::CLOUDHARBOUR, "infrastructure"), Status::Qualified);
    assert_eq!(status(&cast::HARROW, "data-ai"), Status::InProgress);
    let fell = score(scores(), &cast::FJORDLYS, "data-ai");
    assert!(fell.status == Status::Qualified && !fell.chosen().qualified, "qualified in the window, and below now");
}

#[test]
fn no_score_rests_on_months_that_the_demo_does_not_have() {
    let provisional: Vec<&Score> = scores().iter().filter(|score| score.is_provisional).collect();
    assert!(provisional.is_empty(), "{provisional:?}");
    let months: BTreeSet<_> = program().consumption.iter().map(|row| row.usage_date.month()).collect();
    assert_eq!(months.len(), MONTHS);
    assert_eq!(months.last(), Some(&AS_OF.closed_month()));
    // The oldest month that the first day of the window compares with.
    let oldest = AS_OF.month().minus(5).first_day().closed_month().minus(23);
    assert_eq!(months.first(), Some(&oldest));
}

#[test]
fn a_competitor_took_the_deployments_and_the_total_stays_above_70() {
    let now = score(scores(), &cast::LUMEN, "modern-work");
    assert!(now.chosen().score >= Fraction::whole(70) && !now.chosen().qualified);
    assert_eq!(points(now, MetricName::Deployments), &Fraction::zero());
    let before = score_program(program(), rulebook(), day("2024-02-15"));
    assert!(points(score(&before, &cast::LUMEN, "modern-work"), MetricName::Deployments) >= &Fraction::whole(15));
}

#[test]
fn the_gates_of_december_cost_a_security_partner_its_points() {
    let before = score_program(program(), rulebook(), day("2023-11-30"));
    let (before, after) = (score(&before, &cast::VANTAGE, "security"), score(scores(), &cast::VANTAGE, "security"));
    assert!(before.chosen().qualified);
    assert_eq!(points(after, MetricName::IntermediateCertifications), &Fraction::zero());
    assert!(after.chosen().score < Fraction::whole(60));
}

#[test]
fn the_right_ids_and_the_missing_links_would_qualify_two_partners() {
    let mut mended = program().clone();
    let (wrong, right) = (Name::new(cast::OSTMARK.global), Name::new(cast::OSTMARK.location(0)));
    let ids = mended.pal_links.iter_mut().map(|row| &mut row.partner_id);
    for id in ids.chain(mended.partner_of_record.iter_mut().map(|row| &mut row.partner_id)).filter(|id| **id == wrong) {
        *id = right.clone();
    }
    assert!(!mended.pal_links.iter().any(|row| row.partner_id.as_str() == cast::TALLGRASS.location(0)));
    let link = |row: &Principal| PalLink {
        tenant_id: row.tenant_id.clone(),
        principal_id: row.principal_id.clone(),
        partner_id: Name::new(cast::TALLGRASS.location(0)),
        linked_on: day("2020-01-01"),
        unlinked_on: None,
    };
    let consultants = program().principals.iter().filter(|row| row.name.as_ref().is_some_and(|name| name.contains("Tallgrass")));
    let links: Vec<PalLink> = consultants.map(link).collect();
    assert!(links.len() > 15);
    mended.pal_links.extend(links);
    let mended = score_program(&mended, rulebook(), AS_OF);
    for (company, area) in [(&cast::OSTMARK, "infrastructure"), (&cast::TALLGRASS, "data-ai")] {
        assert!(!score(scores(), company, area).chosen().qualified && score(&mended, company, area).chosen().qualified);
    }
}

#[test]
fn every_attach_type_credits_something() {
    let register = Register::new(program(), rulebook());
    let months = scored_months(rulebook(), AS_OF);
    let consumption = credit_consumption(&register, &program().consumption, &months);
    let credits = Credits::new(&register, program(), months, consumption);
    let azure: Vec<_> = credits.consumption.iter().flat_map(OfAccount::iter).map(|cell| cell.attach).collect();
    let usage: Vec<_> = credits.usage.iter().flat_map(OfAccount::iter).map(|cell| cell.attach).collect();
    let revenue: Vec<_> = credits.revenue.iter().flat_map(OfAccount::iter).map(|cell| cell.attach).collect();
    for attach in AttachType::ALL.into_iter().filter(|attach| *attach != AttachType::Tpor) {
        let credits = [&azure, &usage, &revenue].map(|table| table.iter().any(|set| set.has(attach)));
        assert!(credits.contains(&true), "{} credits nothing", attach.as_str());
    }
    for attach in [AttachType::Pal, AttachType::Dpor, AttachType::CspTier1, AttachType::CspTier2] {
        assert!(azure.iter().any(|set| set.has(attach)), "{} credits no consumption", attach.as_str());
    }
}

#[test]
fn customers_of_other_clouds_are_not_credited_through_links() {
    let register = Register::new(program(), rulebook());
    let apart: BTreeSet<&Name> =
        program().customers.iter().filter(|row| register.excludes_links(&row.tenant_id)).map(|row| &row.tenant_id).collect();
    assert!(program().pal_links.iter().filter(|row| apart.contains(&row.tenant_id)).count() >= 10);
    let credits = credit_consumption(&register, &program().consumption, &scored_months(rulebook(), AS_OF));
    let credited = credits.by_account.iter().flat_map(OfAccount::iter).filter(|cell| apart.contains(&cell.tenant));
    assert!(credited.clone().count() > 0, "resale is credited there");
    assert!(!credited.clone().any(|cell| cell.attach.has(AttachType::Pal)));
}

#[test]
fn the_cast_is_complete() {
    let program = program();
    let locations = program.partners.iter().filter(|row| row.kind == PartnerKind::Location && row.active.0).count();
    assert_eq!(
        (cast::ALL.len(), locations, program.customers.len()),
        (12, cast::ALL.iter().map(|company| company.locations.len()).sum(), 300)
    );
    let activities: BTreeSet<Activity> = program.claims.iter().map(|row| row.activity).collect();
    assert_eq!(activities.len(), Activity::ALL.len());
    let states: BTreeSet<ClaimState> = program.claims.iter().filter_map(|row| row.state).collect();
    assert_eq!(states.len(), ClaimState::ALL.len());
    assert!((100_000..300_000).contains(&program.consumption.len()), "{}", program.consumption.len());
}

/// The rows of every table in the order of their cells.
fn sorted(program: &Program) -> Program {
    let mut sorted = program.clone();
    macro_rules! sort {
        ($($table:ident),*) => { $( sorted.$table.sort_unstable(); )* };
    }
    sort!(partners, customers, subscriptions, principals, group_members, pal_links, role_assignments, management_groups, resource_owners);
    sort!(partner_of_record, csp, claims, consumption, workload_usage, revenue, people, certifications, enrolments);
    sorted
}

#[test]
fn a_seed_gives_the_same_bytes_and_they_read_back_as_they_were() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(program(), first.path()).unwrap();
    write(&generate(SEED, AS_OF), second.path()).unwrap();
    let mut bytes = 0;
    for entry in std::fs::read_dir(first.path()).unwrap() {
        let entry = entry.unwrap();
        let (one, other) = (std::fs::read(entry.path()).unwrap(), std::fs::read(second.path().join(entry.file_name())).unwrap());
        assert!(one == other, "{} differs", entry.file_name().display());
        bytes += one.len();
    }
    assert!(bytes < 36_000_000, "the folder has {bytes} bytes");
    println!("{bytes} bytes");
    let read = Dataset::load_all(first.path()).unwrap();
    assert!(sorted(&read.program) == sorted(program()), "the folder reads back as something else");
    let reasons: BTreeSet<&str> = read.problems.kept().iter().map(|problem| problem.reason).collect();
    assert_eq!(reasons, BTreeSet::from(["closed-location", "global-partner-id"]), "{:?}", read.problems.kept());
}

#[test]
fn another_seed_tells_the_stories_with_other_names() {
    let other = generate(SEED + 1, AS_OF);
    assert_eq!(other.customers.len(), program().customers.len());
    assert_ne!(other.customers[0].name, program().customers[0].name);
}

#[test]
fn the_tour_names_partners_and_areas_that_exist() {
    let stops = tour();
    assert!((6..=8).contains(&stops.len()));
    let known: BTreeSet<&str> = cast::ALL.iter().map(|company| company.global).collect();
    for (what, how) in stops {
        let ids = how.split(|letter: char| !letter.is_ascii_digit()).filter(|word| word.len() == 7);
        assert!(ids.into_iter().all(|id| known.contains(id)), "{what}: {how}");
    }
}
