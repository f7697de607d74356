//! A home as the pages read it: when an act changed it, in this program or in another, it is opened again.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use domain::customers::Customer;
use domain::designations::Score;
use domain::evidence::{Extent, RowsOf};
use domain::explain::Node;
use domain::inventory::Item;
use domain::names::Name;
use domain::plan::Outlook;
use domain::record::actor::Actor;
use domain::record::entry::Entry as _;
use domain::record::event::Event;
use domain::roster::Roster;
use domain::rulebook::Rulebook;
use domain::standing;
use domain::time::Day;
use domain::versions::RulebookVersion;
use engine::sql::{Answer, Bounds, Question};

use super::Reader;
use crate::home::Home;
use crate::oidc::Providers;
use crate::pages::guards::Outside;
use crate::pages::reading::Reading;
use crate::pages::show::instant;
use crate::program::OpenProgram;

/// How many events are looked at for whether they tell of facts.
const EVENTS_LOOKED_AT: u32 = 256;

/// A home with its program, opened as of the latest act.
pub struct HomeReader {
    home: Home,
    /// The rulebook that is named instead of the one in force.
    named: Option<Arc<Rulebook>>,
    today: Day,
    origin: String,
    visitor: Option<String>,
    outside: Outside,
    providers: Option<Providers>,
    sends_mail: bool,
    /// The state of the home, and the program as it was then.
    opened: Mutex<((u64, u64), Arc<Reader>)>,
}

impl HomeReader {
    /// Opens the program of a home by the rulebook that is in force in it, or by the one that is named instead; `today` and `origin` are those
    /// of [`Reader::new`].
    ///
    /// # Errors
    /// When the ledger or the lake cannot be read.
    pub fn open(home: Home, named: Option<Arc<Rulebook>>, today: Day, origin: String) -> Result<Self> {
        let state = home.state()?;
        let program = OpenProgram::from_home(&home, rules(&home, named.as_ref())?)?;
        let reader = Arc::new(Reader::new(program, today, origin.clone()));
        Ok(Self {
            home,
            named,
            today,
            origin,
            visitor: None,
            outside: Outside::default(),
            providers: None,
            sends_mail: false,
            opened: Mutex::new((state, reader)),
        })
    }

    /// The same reader, whose pages act as a user.
    #[must_use]
    pub fn visited_by(mut self, user: Option<&str>) -> Self {
        self.visitor = user.map(str::to_owned);
        self
    }

    /// The same reader, whose users may sign in by identity providers.
    #[must_use]
    pub fn trusting(mut self, providers: Option<Providers>) -> Self {
        self.providers = providers;
        self
    }

    /// The same reader, whose pages tell whether messages are sent by e-mail.
    #[must_use]
    pub fn sending_mail(mut self, sends_mail: bool) -> Self {
        self.sends_mail = sends_mail;
        self
    }

    /// The same reader, whose pages browsers reach in a certain way.
    #[must_use]
    pub fn behind(mut self, outside: Outside) -> Self {
        self.outside = outside;
        self
    }

    /// Finds what the first pages ask for.
    pub fn warm_up(&self) {
        self.latest().warm_up();
    }

    /// The program as it was opened last.
    pub fn latest(&self) -> Arc<Reader> {
        Arc::clone(&self.kept().1)
    }

    /// The program as it is now.
    fn now(&self) -> Result<Arc<Reader>> {
        // the database is asked without a lock: requests wait for each other only while a change is taken in
        let (known, reader) = {
            let opened = self.kept();
            (opened.0, Arc::clone(&opened.1))
        };
        if self.home.state()? == known {
            return Ok(reader);
        }
        let mut opened = self.kept();
        let state = self.home.state()?;
        if opened.0 == state {
            return Ok(Arc::clone(&opened.1));
        }
        let reader = match self.changed(opened.0, state)? {
            Changed::Nothing => None,
            Changed::Facts(registers) => Some(opened.1.renewed(&self.home, &registers)?),
            Changed::Everything => {
                let program = OpenProgram::from_home(&self.home, rules(&self.home, self.named.as_ref())?)?;
                Some(Reader::new(program, self.today, self.origin.clone()))
            }
        };
        if let Some(reader) = reader {
            opened.1 = Arc::new(reader);
        }
        opened.0 = state;
        Ok(Arc::clone(&opened.1))
    }

    /// What may have changed between two states: facts by an act of the ledger or events of registers that are read with them, everything by
    /// an event of the rulebooks or by more events than are worth looking at.
    fn changed(&self, before: (u64, u64), now: (u64, u64)) -> Result<Changed> {
        let events = self.home.events(before.1, EVENTS_LOOKED_AT)?;
        let is_of = |event: &Event, register: &str| event.what.register.as_str() == register;
        if now.1 - before.1 > events.len() as u64 || events.iter().any(|event| is_of(event, RulebookVersion::REGISTER)) {
            return Ok(Changed::Everything);
        }
        let is_changed = |register: &&&'static str| events.iter().any(|event| is_of(event, register));
        let registers: BTreeSet<&'static str> = standing::FACTUAL.iter().filter(is_changed).copied().collect();
        Ok(if before.0 == now.0 && registers.is_empty() { Changed::Nothing } else { Changed::Facts(registers) })
    }

    /// Asks the program as it is now; once more when an act came between, since it may have deleted what was read.
    fn ask<T>(&self, ask: impl Fn(&Reader) -> Result<T>) -> Result<T> {
        let reader = self.now()?;
        let answer = ask(&reader);
        match answer {
            Err(_) if !Arc::ptr_eq(&reader, &self.now()?) => ask(&*self.now()?),
            answer => answer,
        }
    }

    fn kept(&self) -> MutexGuard<'_, ((u64, u64), Arc<Reader>)> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What changed in a home since it was opened.
enum Changed {
    /// Nothing that scores rest on.
    Nothing,
    /// Imported facts, or entries of the registers that are named.
    Facts(BTreeSet<&'static str>),
    /// Perhaps everything.
    Everything,
}

/// The rules to judge a home by.
fn rules(home: &Home, named: Option<&Arc<Rulebook>>) -> Result<Arc<Rulebook>> {
    named.map_or_else(|| home.rulebook(), |named| Ok(Arc::clone(named)))
}

impl Reading for HomeReader {
    fn inventory(&self, as_of: Day) -> Result<Arc<Vec<Item>>> {
        self.ask(|reader| reader.inventory(as_of))
    }

    fn scores(&self, as_of: Day) -> Result<Arc<Vec<Score>>> {
        self.ask(|reader| reader.scores(as_of))
    }

    fn scores_by(&self, sha256: &str, rulebook: &Rulebook, as_of: Day) -> Result<Arc<Vec<Score>>> {
        self.ask(|reader| reader.scores_by(sha256, rulebook, as_of))
    }

    fn explain(&self, account: &Name, area: &Name, as_of: Day, extent: Extent, rows: &RowsOf) -> Result<Arc<Node>> {
        self.ask(|reader| reader.explain(account, area, as_of, extent, rows))
    }

    fn outlooks(&self, account: &Name, area: &Name, as_of: Day) -> Result<Arc<Vec<Outlook>>> {
        self.ask(|reader| reader.outlooks(account, area, as_of))
    }

    fn customers(&self, account: &Name, as_of: Day, extent: Extent) -> Result<Arc<Vec<Customer>>> {
        self.ask(|reader| reader.customers(account, as_of, extent))
    }

    fn roster(&self, account: &Name, as_of: Day) -> Result<Arc<Roster>> {
        self.ask(|reader| reader.roster(account, as_of))
    }

    fn query(&self, asker: Option<&Actor>, as_of: Day, question: &Question, bounds: Bounds) -> Result<Answer> {
        self.ask(|reader| reader.query(asker, as_of, question, bounds))
    }

    fn rulebook(&self) -> Arc<Rulebook> {
        // a home that cannot be read is told by the page that reads it
        self.now().unwrap_or_else(|_| self.latest()).rulebook()
    }

    fn today(&self) -> Day {
        self.today
    }

    fn origin(&self) -> String {
        self.origin.clone()
    }

    fn freshness(&self) -> Vec<(String, String)> {
        // without the ledger, what was read last is what is known
        let mut told = self.now().unwrap_or_else(|_| self.latest()).freshness();
        let latest = self.home.latest_batch_at().ok().flatten();
        told.extend(latest.map(|at| ("Last import".to_owned(), instant(&at))));
        told
    }

    fn home(&self) -> Option<&Home> {
        Some(&self.home)
    }

    fn sends_mail(&self) -> bool {
        self.sends_mail
    }

    fn providers(&self) -> Option<&Providers> {
        self.providers.as_ref()
    }

    fn outside(&self) -> Outside {
        self.outside.clone()
    }

    fn visitor(&self) -> Option<&str> {
        self.visitor.as_deref()
    }
}
