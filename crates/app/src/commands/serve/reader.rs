//! The opened program as the pages read it; answers are kept, since facts do not change while it is open.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, Result};
use domain::customers::Customer;
use domain::designations::Score;
use domain::evidence::{Extent, RowsOf};
use domain::explain::Node;
use domain::inventory::Item;
use domain::names::Name;
use domain::plan::Outlook;
use domain::record::actor::Actor;
use domain::roster::Roster;
use domain::rulebook::Rulebook;
use domain::time::{Day, Month};
use engine::credits::GroupBy;
use engine::problems::Problems;
use engine::sql::{Answer, Bounds, Question};

use crate::commands::asker::Asker;
use crate::commands::serve::answers::Answers;
use crate::home::Home;
use crate::pages::reading::Reading;
use crate::program::tables::Tables;
use crate::program::{Findings, OpenProgram};

/// How many scores are kept over all days: those of 64 days for 500 partners.
const SCORES_KEPT: u64 = 200_000;

/// For how many rulebooks and days scores by another rulebook are kept.
const PREVIEWS_KEPT: u64 = 8;

/// For how many days the inventory is kept.
const INVENTORIES_KEPT: u64 = 64;

/// How many nodes of explanations are kept, with other findings counted alike: a node has about half a kilobyte.
const NODES_KEPT: u64 = 500_000;

/// Of how many partners the first pages are warmed up.
const WARMED_UP: usize = 16;

/// An opened program with its answers.
pub struct Reader {
    program: OpenProgram,
    today: Day,
    origin: String,
    scores: Answers<Day, Arc<Vec<Score>>>,
    findings: Answers<(Name, Day, Extent), Findings>,
    explained: Answers<(Name, Day, Extent, Name, RowsOf), Node>,
    previews: Answers<(String, Day), Vec<Score>>,
    inventory: Answers<Day, Vec<Item>>,
    fresh: OnceLock<Vec<(String, String)>>,
}

impl Reader {
    /// Reads a program as of `today` unless a page asks for another day; `origin` says where the facts come from.
    pub fn new(program: OpenProgram, today: Day, origin: String) -> Self {
        Self {
            program,
            today,
            origin,
            scores: Answers::new(SCORES_KEPT, |scores| scores.len()),
            findings: Answers::new(NODES_KEPT, Findings::size),
            explained: Answers::new(NODES_KEPT, Node::size),
            previews: Answers::new(PREVIEWS_KEPT, |_| 1),
            inventory: Answers::new(INVENTORIES_KEPT, |_| 1),
            fresh: OnceLock::new(),
        }
    }

    /// Reads the same home after changes, with what is known of partners that the changes do not touch; `registers` are those whose
    /// entries have changed.
    ///
    /// # Errors
    /// When the lake or the registers cannot be read.
    pub fn renewed(&self, home: &Home, registers: &BTreeSet<&'static str>) -> Result<Self> {
        let (program, touched) = self.program.renewed(home, registers)?;
        let renewed = Self::new(program, self.today, self.origin.clone());
        let Some(touched) = touched else { return Ok(renewed) };
        let is_touched = |account: &Name| touched.accounts.contains(account);
        let findings = self.findings.without(|(account, ..)| is_touched(account));
        let explained = self.explained.without(|(account, ..)| is_touched(account));
        Ok(Self { findings, explained, ..renewed })
    }

    /// Finds what the first pages ask for, so that they answer at once; an error is told by the page that meets it.
    pub fn warm_up(&self) {
        // Home and designations show this month beside the one before, and the window before this one.
        let Ok(scores) = self.scores(self.today) else { return };
        let before = self.today.closed_month().minus(1).last_day();
        let window = scores.first().and_then(|score| score.window.first()).map(|row| row.month.minus(1).last_day());
        let mut accounts: Vec<&Name> = scores.iter().map(|score| &score.global_partner_id).collect();
        accounts.dedup();
        accounts.truncate(WARMED_UP);
        self.program.prepare_for_changes();
        self.freshness();
        for day in [Some(before), window].into_iter().flatten() {
            if self.scores(day).is_err() {
                return;
            }
        }
        // of very many rows, pages that perhaps nobody asks for would keep the machine busy for long
        if !self.program.is_little(self.today).is_ok_and(|is_little| is_little) {
            return;
        }
        for (account, day) in accounts.into_iter().flat_map(|account| [(account, self.today), (account, before)]) {
            if self.findings(account, day, Extent::Concerning).is_err() {
                return;
            }
        }
    }

    fn findings(&self, account: &Name, as_of: Day, extent: Extent) -> Result<Arc<Findings>> {
        self.findings.once(&(account.clone(), as_of, extent), || self.program.findings(account, as_of, extent, RowsOf::Nobody))
    }

    /// What is found whatever rows are seen: what has been asked for already, by whomever.
    fn any_findings(&self, account: &Name, as_of: Day) -> Result<Arc<Findings>> {
        let has = |extent: &Extent| self.findings.has(&(account.clone(), as_of, *extent));
        let extent = [Extent::Concerning, Extent::Covered].into_iter().find(has).unwrap_or(Extent::Concerning);
        self.findings(account, as_of, extent)
    }

    /// What could not be taken as it is, so far.
    pub fn problems(&self) -> Problems {
        self.program.problems()
    }

    /// The months that each kind of usage reaches.
    fn reach(&self) -> Vec<(String, String)> {
        let facts = &self.program.dataset().program;
        let consumption = match self.program.consumption_months() {
            Some(months) => span(months.iter().copied()),
            None => {
                let credited = self.program.credited_groups(self.today.closed_month(), &[GroupBy::Month]);
                span(credited.iter().flat_map(|groups| groups.iter().filter_map(|(group, _)| group.month)))
            }
        };
        let reach = [
            ("Azure consumption", consumption),
            ("Workload usage", span(facts.workload_usage.iter().map(|row| row.month))),
            ("Revenue", span(facts.revenue.iter().map(|row| row.month))),
        ];
        reach.into_iter().map(|(what, span)| (what.to_owned(), span)).collect()
    }
}

fn span(months: impl Iterator<Item = Month>) -> String {
    let ends = months.fold(None, |ends: Option<(Month, Month)>, month| match ends {
        None => Some((month, month)),
        Some((first, last)) => Some((first.min(month), last.max(month))),
    });
    ends.map_or_else(|| "none".to_owned(), |(first, last)| format!("{first} to {last}"))
}

impl Reading for Reader {
    fn inventory(&self, as_of: Day) -> Result<Arc<Vec<Item>>> {
        self.inventory.once(&as_of, || self.program.inventory(as_of))
    }

    fn scores(&self, as_of: Day) -> Result<Arc<Vec<Score>>> {
        Ok(Arc::clone(&*self.scores.once(&as_of, || self.program.scores(as_of))?))
    }

    fn scores_by(&self, sha256: &str, rulebook: &Rulebook, as_of: Day) -> Result<Arc<Vec<Score>>> {
        self.previews.once(&(sha256.to_owned(), as_of), || self.program.scores_by(rulebook, as_of))
    }

    fn explain(&self, account: &Name, area: &Name, as_of: Day, extent: Extent, rows: &RowsOf) -> Result<Arc<Node>> {
        // who asks for one area does not wait for the others, unless they are there already
        if *rows == RowsOf::Nobody && self.findings.has(&(account.clone(), as_of, extent)) {
            let findings = self.findings(account, as_of, extent)?;
            return findings.explained.get(area).cloned().with_context(|| format!("the rulebook has no area `{area}`"));
        }
        let key = (account.clone(), as_of, extent, area.clone(), rows.clone());
        self.explained.once(&key, || self.program.explain(account, area, as_of, extent, rows))
    }

    fn outlooks(&self, account: &Name, area: &Name, as_of: Day) -> Result<Arc<Vec<Outlook>>> {
        let findings = self.any_findings(account, as_of)?;
        findings.outlooks.get(area).cloned().with_context(|| format!("the rulebook has no area `{area}`"))
    }

    fn customers(&self, account: &Name, as_of: Day, extent: Extent) -> Result<Arc<Vec<Customer>>> {
        Ok(Arc::clone(&self.findings(account, as_of, extent)?.customers))
    }

    fn roster(&self, account: &Name, as_of: Day) -> Result<Arc<Roster>> {
        Ok(Arc::clone(&self.any_findings(account, as_of)?.roster))
    }

    fn query(&self, asker: Option<&Actor>, as_of: Day, question: &Question, bounds: Bounds) -> Result<Answer> {
        Tables::new(&self.program, as_of, &Asker::of(asker.cloned()))?.ask(question, bounds)
    }

    fn rulebook(&self) -> Arc<Rulebook> {
        self.program.rules()
    }

    fn today(&self) -> Day {
        self.today
    }

    fn origin(&self) -> String {
        self.origin.clone()
    }

    fn freshness(&self) -> Vec<(String, String)> {
        self.fresh.get_or_init(|| self.reach()).clone()
    }
}
