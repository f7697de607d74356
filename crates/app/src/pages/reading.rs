//! What the pages read: the opened program, behind a trait, so that pages can be shown without one.

use std::sync::Arc;

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
use domain::time::Day;
use engine::sql::{Answer, Bounds, Question};

use crate::home::Home;
use crate::oidc::Providers;
use crate::pages::guards::Outside;

/// An opened program, scored. Calls may be slow: pages make them off the threads that serve.
pub trait Reading: Send + Sync {
    /// The score of every partner in every area as of a day, in the order of `domain::designations::Scoring::all`;
    /// empty when the program has no partner.
    ///
    /// # Errors
    ///
    /// What kept the facts from being read; pages show the whole chain.
    fn scores(&self, as_of: Day) -> anyhow::Result<Arc<Vec<Score>>>;

    /// What every score would be by another rulebook, whose hash is `sha256`.
    ///
    /// # Errors
    ///
    /// What kept the facts from being read; pages show the whole chain.
    fn scores_by(&self, sha256: &str, rulebook: &Rulebook, as_of: Day) -> anyhow::Result<Arc<Vec<Score>>>;

    /// The explanation of an area's score: a node of kind `area` with all its tracks and metrics, from the rows of an extent, down to those
    /// that are asked for.
    ///
    /// # Errors
    ///
    /// What kept the facts from being read; pages show the whole chain.
    fn explain(&self, account: &Name, area: &Name, as_of: Day, extent: Extent, rows: &RowsOf) -> anyhow::Result<Arc<Node>>;

    /// How every track of an area stands for a partner, to be asked what more would give.
    ///
    /// # Errors
    ///
    /// What kept the facts from being read; pages show the whole chain.
    fn outlooks(&self, account: &Name, area: &Name, as_of: Day) -> anyhow::Result<Arc<Vec<Outlook>>>;

    /// The customers of a partner as of a day, by name, with what is used there in the rows of an extent.
    ///
    /// # Errors
    ///
    /// What kept the facts from being read; pages show the whole chain.
    fn customers(&self, account: &Name, as_of: Day, extent: Extent) -> anyhow::Result<Arc<Vec<Customer>>>;

    /// The people of a partner as of a day.
    ///
    /// # Errors
    ///
    /// What kept the facts from being read; pages show the whole chain.
    fn roster(&self, account: &Name, as_of: Day) -> anyhow::Result<Arc<Roster>>;

    /// Every link over all tenants: what each reaches, and whether it works, as of a day.
    ///
    /// # Errors
    ///
    /// What kept the facts from being read; pages show the whole chain.
    fn inventory(&self, as_of: Day) -> anyhow::Result<Arc<Vec<Item>>>;

    /// Answers a question in SQL by what an asker sees as of a day; nobody in particular sees everything.
    ///
    /// # Errors
    ///
    /// When it names what is not there or not for the asker, or cannot be answered.
    fn query(&self, asker: Option<&Actor>, as_of: Day, question: &Question, bounds: Bounds) -> anyhow::Result<Answer>;

    /// The rules that scores follow.
    fn rulebook(&self) -> Arc<Rulebook>;

    /// The day that pages show when none is asked for.
    fn today(&self) -> Day;

    /// Where the facts come from, in words: `the demo program`, `dataset exports/2024-07`.
    fn origin(&self) -> String;

    /// How fresh the facts are: what is told, and how far it reaches, such as `Azure consumption` and `2022-06 to 2024-07`.
    fn freshness(&self) -> Vec<(String, String)>;

    /// The home that the facts are of, with its ledger; nothing when they are of a dataset folder.
    fn home(&self) -> Option<&Home> {
        None
    }

    /// Whether messages are sent by e-mail.
    fn sends_mail(&self) -> bool {
        false
    }

    /// The user as whom pages act until somebody signs in; nothing for whoever runs the program.
    fn visitor(&self) -> Option<&str> {
        None
    }

    /// The identity providers that users sign in by; nothing when there are none.
    fn providers(&self) -> Option<&Providers> {
        None
    }

    /// How browsers reach the pages.
    fn outside(&self) -> Outside {
        Outside::default()
    }
}
