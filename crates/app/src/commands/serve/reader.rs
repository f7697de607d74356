//! The opened program as the pages read it; answers are kept, since facts do not change while it is open.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use anyhow::Result;
use domain::designations::Score;
use domain::explain::Node;
use domain::names::Name;
use domain::rulebook::Rulebook;
use domain::time::{Day, Month};
use engine::credits::GroupBy;

use crate::pages::reading::Reading;
use crate::program::OpenProgram;

/// How many answers of a kind are kept.
const KEPT_MAX: usize = 64;

/// Explanations by partner, area and day.
type Explained = BTreeMap<(Name, Name, Day), Arc<Node>>;

/// An opened program with its answers.
pub struct Reader {
    program: OpenProgram,
    today: Day,
    origin: String,
    scores: Mutex<BTreeMap<Day, Arc<Vec<Score>>>>,
    explained: Mutex<Explained>,
    fresh: OnceLock<Vec<(String, String)>>,
}

impl Reader {
    /// Reads a program as of `today` unless a page asks for another day; `origin` says where the facts come from.
    pub fn new(program: OpenProgram, today: Day, origin: String) -> Self {
        Self { program, today, origin, scores: Mutex::default(), explained: Mutex::default(), fresh: OnceLock::new() }
    }

    /// The months that each kind of usage reaches.
    fn reach(&self) -> Vec<(String, String)> {
        let facts = &self.program.dataset().program;
        let credited = self.program.credited_groups(self.today.closed_month(), &[GroupBy::Month]);
        let consumption = credited.iter().flat_map(|groups| groups.iter().filter_map(|(group, _)| group.month));
        let reach = [
            ("Azure consumption", span(consumption)),
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

/// The answers kept, whatever became of the thread that wrote the last one.
fn kept<T>(answers: &Mutex<T>) -> MutexGuard<'_, T> {
    answers.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps an answer; the first one goes when there are too many.
fn keep<K: Ord, V>(answers: &Mutex<BTreeMap<K, Arc<V>>>, key: K, answer: V) -> Arc<V> {
    let mut answers = kept(answers);
    if answers.len() >= KEPT_MAX {
        answers.pop_first();
    }
    Arc::clone(answers.entry(key).or_insert_with(|| Arc::new(answer)))
}

impl Reading for Reader {
    fn scores(&self, as_of: Day) -> Result<Arc<Vec<Score>>> {
        if let Some(scores) = kept(&self.scores).get(&as_of) {
            return Ok(Arc::clone(scores));
        }
        let scores = self.program.scores(as_of)?;
        Ok(keep(&self.scores, as_of, scores))
    }

    fn explain(&self, account: &Name, area: &Name, as_of: Day) -> Result<Arc<Node>> {
        let key = (account.clone(), area.clone(), as_of);
        if let Some(node) = kept(&self.explained).get(&key) {
            return Ok(Arc::clone(node));
        }
        let node = self.program.explain(account, area, as_of)?;
        Ok(keep(&self.explained, key, node))
    }

    fn rulebook(&self) -> &Rulebook {
        self.program.rulebook()
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
