//! Whether the rules of a rulebook fit together: what a type cannot say.

use std::collections::BTreeSet;

use toml::Value;

use crate::names::Name;
use crate::rulebook::claims;
use crate::rulebook::designations::{Combine, Gate, MetricRule, PartKind, PartRule, TrackChoice, TrackRules};
use crate::rulebook::entries::Entry;
use crate::rulebook::imports::{Condition, ImportRule};
use crate::rulebook::parse::{RulebookProblem, place};
use crate::rulebook::{AreaRules, Rulebook, suggest};
use crate::time::Day;

/// Points that the metrics of a track give together.
const POINTS: i64 = 100;

/// Every way in which the rules do not fit together. `files` are the texts that they were read from, to name lines.
pub(crate) fn check(rulebook: &Rulebook, files: &[(String, String)]) -> Vec<RulebookProblem> {
    let entries = rulebook.entries();
    let mut check = Check { rulebook, files, problems: Vec::new() };
    check.sources(&entries);
    check.contradictions(&entries);
    check.numbers(&entries);
    check.lists(&entries);
    check.certifications();
    check.aliases_and_rates();
    check.workload_aliases();
    check.imports();
    check.feeds();
    check.claims();
    for (name, area) in &rulebook.areas {
        check.area(name, area);
    }
    check.problems
}

struct Check<'a> {
    rulebook: &'a Rulebook,
    files: &'a [(String, String)],
    problems: Vec<RulebookProblem>,
}

impl Check<'_> {
    /// Reports a problem where `needle` first stands in the file at a place, or in any file when the place is empty.
    fn report(&mut self, at: &str, needle: &str, message: String, cure: String) {
        let lower = needle.to_lowercase();
        let mut candidates = self.files.iter().filter(|(path, _)| at.is_empty() || place(path) == at);
        let found = candidates.clone().find_map(|(path, text)| Some((path, text, text.to_lowercase().find(&lower)?)));
        let problem = match found.or_else(|| candidates.next().map(|(path, text)| (path, text, 0))) {
            Some((path, text, offset)) => RulebookProblem::at(path, text, offset, message, Some(cure)),
            None => RulebookProblem::at(at, "", 0, message, Some(cure)),
        };
        self.problems.push(problem);
    }

    fn sources(&mut self, entries: &[Entry]) {
        let rulebook = self.rulebook;
        let used: BTreeSet<&str> = entries.iter().map(|entry| entry.source.as_str()).collect();
        for source in used {
            let id = source.split('#').next().unwrap_or(source);
            if !rulebook.sources.contains_key(id) {
                let cure = suggest::cure(id, rulebook.sources.keys().map(String::as_str));
                self.report("", &format!("\"{source}\""), format!("no source `{id}` in `sources.toml`"), cure);
            }
        }
    }

    fn contradictions(&mut self, entries: &[Entry]) {
        let rulebook = self.rulebook;
        for field in rulebook.contradictions.iter().filter_map(|contradiction| contradiction.field.as_deref()) {
            if !entries.iter().any(|entry| entry.path == field) {
                let cure = suggest::nearest(field, entries.iter().map(|entry| entry.path.as_str()));
                let cure = cure.map_or("`rulebook show` lists the values".to_owned(), |path| format!("did you mean `{path}`?"));
                self.report("contradictions.toml", &format!("\"{field}\""), format!("no value `{field}` in the rulebook"), cure);
            }
        }
    }

    /// Points are above zero, and no threshold is below it.
    fn numbers(&mut self, entries: &[Entry]) {
        for entry in entries {
            let number = match &entry.value {
                Value::Integer(whole) => Some(*whole < 0 || (*whole == 0 && must_be_positive(entry.field()))),
                Value::String(text) if is_number(entry.field()) => {
                    Some(text.starts_with('-') || (text == "0" && must_be_positive(entry.field())))
                }
                _ => None,
            };
            if number == Some(true) {
                let (path, value) = (&entry.path, &entry.value);
                let file = path.split('/').next().filter(|_| path.contains('/')).map(|area| format!("designations/{area}.toml"));
                let least = if must_be_positive(entry.field()) { "above zero" } else { "zero or more" };
                let needle = value.as_integer().map_or_else(|| value.to_string(), |whole| format!("= {whole}"));
                self.report(&file.unwrap_or_default(), &needle, format!("`{path}` is {value}"), format!("write a number {least}"));
            }
        }
    }

    /// Names of lists stand in `lists/`.
    fn lists(&mut self, entries: &[Entry]) {
        let sourced = ["tenant_workloads", "workloads", "excluded"];
        let mut named: BTreeSet<Name> = BTreeSet::new();
        for entry in entries.iter().filter(|entry| sourced.contains(&entry.field())) {
            named.extend(entry.value.as_str().map(Name::new));
        }
        for area in self.rulebook.areas.values() {
            if let Some(TrackChoice::RevenueClass { workloads, .. }) = &area.choice {
                named.insert(workloads.clone());
            }
            for part in parts(area) {
                named.extend(lists_of(&part.measure).into_iter().cloned());
            }
        }
        named.insert(Name::new("excluded-offers"));
        let rulebook = self.rulebook;
        for name in named.iter().filter(|name| !rulebook.lists.contains_key(*name)) {
            let cure = suggest::cure(name.as_str(), rulebook.lists.keys().map(Name::as_str));
            self.report("", &format!("\"{name}\""), format!("no list `{name}` in `lists/`"), cure);
        }
    }

    /// Retired certifications have their grace after the retirement, and named ones are known.
    fn certifications(&mut self) {
        let rulebook = self.rulebook;
        let file = "lists/certifications.toml";
        for (id, rules) in &rulebook.certifications {
            let is_wrong = match (rules.retired_on, rules.counts_until) {
                (Some(retired), Some(until)) => until <= retired,
                (None, None) => false,
                _ => true,
            };
            if is_wrong {
                let message = format!("the retirement of `{id}` and the end of its grace do not fit together");
                let cure = "write both `retired_on` and `counts_until`, the second one later".to_owned();
                self.report(file, &format!("[{id}]"), message, cure);
            }
        }
        for (name, area) in &rulebook.areas {
            for id in parts(area).flat_map(|part| certifications_of(&part.measure)) {
                if !rulebook.certifications.contains_key(id) {
                    let cure = suggest::cure(id.as_str(), rulebook.certifications.keys().map(Name::as_str));
                    let needle = format!("\"{id}\"");
                    self.report(&format!("designations/{name}.toml"), &needle, format!("no certification `{id}` in `{file}`"), cure);
                }
            }
        }
    }

    fn aliases_and_rates(&mut self) {
        let rulebook = self.rulebook;
        let services: Vec<&Name> =
            rulebook.lists.iter().filter(|(list, _)| list.as_str().ends_with("-services")).flat_map(|(_, list)| &list.values).collect();
        for (alias, target) in &rulebook.service_aliases {
            let canonical = Name::new(&target.service);
            if !services.contains(&&canonical) {
                let cure = suggest::cure(canonical.as_str(), services.iter().map(|service| service.as_str()));
                let message = format!("`{alias}` stands for `{}`, which is on no list of services", target.service);
                self.report("lists/service-aliases.toml", &format!("[\"{alias}\"]"), message, cure);
            }
        }
        let mut seen = BTreeSet::new();
        for (row, rules) in &rulebook.rate_card {
            for workload in std::iter::once(row).chain(&rules.members).filter(|workload| !seen.insert(*workload)) {
                let message = format!("`{workload}` belongs to more than one row of the rate card");
                self.report("lists/rate-card.toml", &format!("\"{workload}\""), message, "leave it in one row".to_owned());
            }
        }
    }

    /// Workloads that aliases stand for are on a list, or in the rate card.
    fn workload_aliases(&mut self) {
        let rulebook = self.rulebook;
        let lists = rulebook.lists.iter().filter(|(list, _)| list.as_str().ends_with("-workloads")).flat_map(|(_, list)| &list.values);
        let rates = rulebook.rate_card.iter().flat_map(|(row, rules)| std::iter::once(row).chain(&rules.members));
        let known: BTreeSet<&Name> = lists.chain(rates).collect();
        for (alias, target) in rulebook.workload_aliases.iter().filter(|(_, target)| !known.contains(&target.workload)) {
            let cure = suggest::cure(target.workload.as_str(), known.iter().map(|workload| workload.as_str()));
            let message = format!("`{alias}` stands for `{}`, which is on no list of workloads", target.workload);
            self.report("lists/workload-aliases.toml", &format!("[\"{alias}\"]"), message, cure);
        }
    }

    /// The clocks and the reasons of the claim process are there, and the lists that it names.
    fn claims(&mut self) {
        let rules = &self.rulebook.associations.cpor;
        let file = "associations/cpor.toml";
        for clock in claims::CLOCKS.iter().filter(|clock| !rules.clocks.contains_key(**clock)) {
            let message = format!("the claim process has no clock `{clock}`");
            self.report(file, "[clocks.", message, format!("add `[clocks.{clock}]`"));
        }
        for clock in rules.clocks.values().filter(|clock| !["days", "business-days"].contains(&clock.unit.as_str())) {
            let cure = suggest::cure(clock.unit.as_str(), ["days", "business-days"]);
            self.report(file, &format!("unit = \"{}\"", clock.unit), format!("there is no unit `{}`", clock.unit), cure);
        }
        for reason in claims::PROCESS_REASONS.iter().filter(|reason| !rules.reasons.rejection.contains_key(**reason)) {
            let message = format!("the claim process has no reason `{reason}`");
            self.report(file, "[reasons.rejection.", message, format!("add `[reasons.rejection.{reason}]`"));
        }
        let lists = rules.products.values().chain(rules.activities.values().map(|activity| &activity.claimable));
        for list in lists.flat_map(|lists| &lists.value).filter(|list| !self.rulebook.lists.contains_key(*list)) {
            let cure = suggest::cure(list.as_str(), self.rulebook.lists.keys().map(Name::as_str));
            self.report(file, &format!("\"{list}\""), format!("no list `{list}` in `lists/`"), cure);
        }
    }

    /// The last rule of a format fits every row, and each rule decides on an example as that says.
    fn imports(&mut self) {
        let rulebook = self.rulebook;
        for (format, rules) in &rulebook.imports {
            let file = format!("imports/{format}.toml");
            let is_open = |rule: &ImportRule| rule.when == Condition::default() && rule.unless.is_none();
            if rules.rules.iter().position(is_open).is_none_or(|at| at + 1 != rules.rules.len()) {
                let message = "exactly the last rule must fit every row".to_owned();
                self.report(
                    &file,
                    "[[rules]]",
                    message,
                    "give the other rules a `when` or an `unless`, and the last one neither".to_owned(),
                );
            }
            for (at, rule) in rules.rules.iter().enumerate() {
                let needle = format!("rule = \"{}\"", rule.rule);
                if rules.rules[..at].iter().any(|other| other.rule == rule.rule) {
                    self.report(&file, &needle, format!("the rule `{}` is there twice", rule.rule), "give each its own name".to_owned());
                }
                if !rules.examples.iter().any(|example| example.rule == rule.rule) {
                    let cure = "add one under `[[examples]]`, with the row and the rule that decides".to_owned();
                    self.report(&file, &needle, format!("the rule `{}` has no example", rule.rule), cure);
                }
            }
            for example in &rules.examples {
                let decides = rules.judge(&example.row.properties()).map_or("none", |rule| rule.rule.as_str());
                if decides != example.rule.as_str() {
                    let message = format!("the example \"{}\" expects the rule `{}`, and `{decides}` decides", example.name, example.rule);
                    self.report(&file, &format!("\"{}\"", example.name), message, "correct the example or the rules".to_owned());
                }
            }
        }
    }

    /// What activities feed are metrics.
    fn feeds(&mut self) {
        let rulebook = self.rulebook;
        let known: Vec<String> = rulebook
            .areas
            .iter()
            .flat_map(|(name, area)| {
                area.tracks
                    .iter()
                    .flat_map(move |track| track.metrics.iter().map(move |metric| format!("{name}/{}", metric.metric.as_str())))
            })
            .collect();
        for feed in rulebook.associations.cpor.activities.values().flat_map(|activity| &activity.feeds.value) {
            if !known.contains(feed) {
                let cure = suggest::cure(feed, known.iter().map(String::as_str));
                self.report("associations/cpor.toml", &format!("\"{feed}\""), format!("no metric `{feed}`"), cure);
            }
        }
    }

    fn area(&mut self, name: &Name, area: &AreaRules) {
        let file = format!("designations/{name}.toml");
        if *name != area.area {
            let message = format!("the file is named `{name}` and the area `{}`", area.area);
            self.report(&file, "area =", message, "give both the same name".to_owned());
        }
        let tracks: Vec<Option<&str>> = area.tracks.iter().map(|track| track.track.as_ref().map(Name::as_str)).collect();
        if !tracks.is_sorted_by(|a, b| a < b) {
            self.report(&file, "[[tracks]]", "tracks are not in alphabetical order, each once".to_owned(), "sort them by name".to_owned());
        }
        let is_named = tracks.iter().all(Option::is_some);
        if tracks.is_empty() || (area.choice.is_some() != is_named) || (!is_named && tracks.len() > 1) {
            let message = "an area has one track without a name, or named tracks and the choice between them".to_owned();
            self.report(&file, "[[tracks]]", message, "name the tracks and add `[choice]`, or do neither".to_owned());
        }
        if let Some(TrackChoice::RevenueClass { above, below, .. }) = &area.choice {
            for wanted in [above, below].into_iter().filter(|wanted| !tracks.contains(&Some(wanted.as_str()))) {
                let cure = suggest::cure(wanted.as_str(), tracks.iter().flatten().copied());
                self.report(&file, &format!("\"{wanted}\""), format!("no track `{wanted}`"), cure);
            }
        }
        for track in &area.tracks {
            self.track(&file, track);
        }
    }

    fn track(&mut self, file: &str, track: &TrackRules) {
        let shown = track.track.as_ref().map_or("the track".to_owned(), |track| format!("track `{track}`"));
        let needle = track.track.as_ref().map_or("[[tracks]]".to_owned(), |track| format!("track = \"{track}\""));
        let sum: i64 = track.metrics.iter().map(|metric| metric.max.value).sum();
        if sum != POINTS {
            let message = format!("the metrics of {shown} give {sum} points together");
            self.report(file, &needle, message, format!("the maxima must add up to {POINTS}"));
        }
        if !track.metrics.is_sorted_by(|a, b| a.metric < b.metric) {
            let message = format!("the metrics of {shown} are out of order, or one is there twice");
            let cure = "order: net-customer-adds, intermediate-certifications, advanced-certifications, usage-growth, deployments";
            self.report(file, &needle, message, cure.to_owned());
        }
        for metric in &track.metrics {
            self.metric(file, metric);
        }
    }

    fn metric(&mut self, file: &str, metric: &MetricRule) {
        let needle = format!("metric = \"{}\"", metric.metric.as_str());
        let names: BTreeSet<&Name> = metric.parts.iter().filter_map(|part| part.part.as_ref()).collect();
        let fits = match metric.combine {
            Combine::One => metric.parts.len() == 1,
            Combine::Best | Combine::AddUnits | Combine::AddPoints => metric.parts.len() > 1 && names.len() == metric.parts.len(),
        };
        if !fits {
            let message = format!("the parts of `{}` do not fit the way they are combined", metric.metric.as_str());
            let cure = "write one part, or several with names and `combine = \"best\"`, `\"add-units\"` or `\"add-points\"`";
            self.report(file, &needle, message, cure.to_owned());
        }
        for part in &metric.parts {
            if let PartKind::CertifiedPeople { gates, .. } = &part.measure {
                self.gates(file, gates);
            }
            self.families(file, &needle, part);
        }
    }

    /// Gates of the same certifications follow one another without a hole.
    fn gates(&mut self, file: &str, gates: &[Gate]) {
        let span = |gate: &Gate| (gate.from.unwrap_or(Day::ALWAYS), gate.until.unwrap_or(Day::NEVER));
        let groups: BTreeSet<&Vec<Name>> = gates.iter().map(|gate| &gate.any_of).collect();
        for any_of in groups {
            let mut spans: Vec<(Day, Day)> = gates.iter().filter(|gate| gate.any_of == *any_of).map(span).collect();
            spans.sort_unstable();
            if spans.iter().any(|(from, until)| from >= until) || spans.windows(2).any(|pair| pair[0].1 != pair[1].0) {
                let first = any_of.first().map_or("", Name::as_str);
                let message = format!("the dates of the gates of `{first}` leave a hole or overlap");
                let cure = "let each begin (`from`) on the day on which the one before ends (`until`)".to_owned();
                self.report(file, &format!("\"{first}\""), message, cure);
            }
        }
    }

    /// Families that accept associations are those of the rate card.
    fn families(&mut self, file: &str, needle: &str, part: &PartRule) {
        let (PartKind::McvGrowth { accepts, .. } | PartKind::McvDeployments { accepts, .. }) = &part.measure else { return };
        let families: BTreeSet<&Name> = self.rulebook.rate_card.values().map(|row| &row.family).collect();
        for unknown in accepts.keys().filter(|family| !families.contains(family)) {
            let cure = suggest::cure(unknown.as_str(), families.iter().map(|family| family.as_str()));
            self.report(file, &format!("accepts.{unknown}]"), format!("no family `{unknown}` in the rate card"), cure);
        }
        for silent in families.iter().filter(|family| !accepts.contains_key(**family)) {
            let cure = format!("add `accepts.{silent}`");
            self.report(file, needle, format!("nothing says which associations the family `{silent}` accepts"), cure);
        }
    }
}

fn parts(area: &AreaRules) -> impl Iterator<Item = &PartRule> {
    area.tracks.iter().flat_map(|track| &track.metrics).flat_map(|metric| &metric.parts)
}

/// The lists that a measurement names by itself, outside of sourced values.
fn lists_of(measure: &PartKind) -> Vec<&Name> {
    match measure {
        PartKind::ConsumingCustomers { services, .. } | PartKind::ConsumptionGrowth { services, .. } => services.iter().collect(),
        PartKind::SeatedCustomers { seats, .. } | PartKind::ActiveUserGrowth { seats, .. } | PartKind::ActiveDeployments { seats, .. } => {
            seats.workloads.iter().collect()
        }
        PartKind::ProtectedUserGrowth { workloads, .. } | PartKind::RevenuePairs { workloads, .. } => vec![workloads],
        PartKind::DistinctServices { .. }
        | PartKind::McvGrowth { .. }
        | PartKind::McvDeployments { .. }
        | PartKind::CertifiedPeople { .. } => Vec::new(),
    }
}

fn certifications_of(measure: &PartKind) -> Vec<&Name> {
    let PartKind::CertifiedPeople { gates, scoring } = measure else { return Vec::new() };
    gates.iter().flat_map(|gate| &gate.any_of).chain(scoring.iter().flat_map(|scoring| &scoring.any_of)).collect()
}

/// Fields whose texts are numbers.
fn is_number(field: &str) -> bool {
    field.starts_with("minimum") || ["points_per_unit", "active_share", "rate", "revenue_over_usd"].contains(&field)
}

/// Fields that make no sense at zero.
fn must_be_positive(field: &str) -> bool {
    ["points_per_unit", "max", "people", "months", "pairs", "rate", "window_months", "qualifying_points"].contains(&field)
}
