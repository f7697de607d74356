//! A program opened for reading: facts and rulebook, ready for questions. Every call to crediting and scoring is here.

/// The tree behind a score.
mod tree;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use domain::amount::Amount;
use domain::credits::credit_consumption;
use domain::designations::{Score, Scoring, scored_months};
use domain::explain::Node;
use domain::lines::{LineKey, credited_lines};
use domain::names::Name;
use domain::partners::{AccountIx, Partners};
use domain::register::Register;
use domain::rulebook::{AreaRules, Rulebook};
use domain::time::{Day, Month};
use engine::dataset::Dataset;
use engine::problems::Problems;

use crate::problem::{Refusal, known_partner};

/// A program opened for reading.
pub struct OpenProgram {
    dataset: Dataset,
    rulebook: Arc<Rulebook>,
    partners: Vec<(Name, String)>,
}

impl OpenProgram {
    /// Reads the facts of a dataset folder.
    ///
    /// # Errors
    /// When the folder holds no table, or the header of a file will not do.
    pub fn from_dataset(folder: &Path, rulebook: Arc<Rulebook>) -> Result<Self> {
        Ok(Self::new(Dataset::load_all(folder)?, rulebook))
    }

    fn new(dataset: Dataset, rulebook: Arc<Rulebook>) -> Self {
        let accounts = Partners::new(&dataset.program.partners);
        let named = |account: AccountIx| (accounts.account_id(account).clone(), accounts.account_name(account).to_owned());
        let partners = accounts.accounts().map(named).collect();
        Self { dataset, rulebook, partners }
    }

    /// The rules.
    pub fn rulebook(&self) -> &Rulebook {
        &self.rulebook
    }

    /// The global accounts with their names, in the numeric order of IDs.
    pub fn partners(&self) -> &[(Name, String)] {
        &self.partners
    }

    /// What could not be taken as it is while reading.
    pub fn problems(&self) -> &Problems {
        &self.dataset.problems
    }

    /// The global account that an ID of it or of one of its locations stands for.
    ///
    /// # Errors
    /// When the ID is neither; the nearest global account, or the one that a location rolls up to, is named.
    pub fn partner(&self, id: &str) -> Result<&Name, Refusal> {
        known_partner(id, &self.partners).map_err(|refusal| {
            let own = self.dataset.program.partners.iter().find(|row| row.partner_id == Name::new(id));
            match own {
                Some(row) => Refusal::usage(format!("`{id}` is a location, and scores are those of global accounts"))
                    .hint(format!("ask for its global account, `{}`", row.global_partner_id)),
                None => refusal,
            }
        })
    }

    /// The rules of the area with a name.
    ///
    /// # Errors
    /// When the rulebook has none; the nearest one is suggested.
    pub fn area(&self, area: &str) -> Result<&AreaRules, Refusal> {
        let known = || self.rulebook.areas.keys().map(Name::as_str);
        self.rulebook.areas.get(&Name::new(area)).ok_or_else(|| Refusal::unknown("area", area, known().collect::<Vec<_>>()))
    }

    /// Every partner in every area as of a day: IDs in numeric order, areas in alphabetical order.
    ///
    /// # Errors
    /// When consumption cannot be read.
    pub fn scores(&self, as_of: Day) -> Result<Vec<Score>> {
        self.with_scoring(as_of, |scoring| Ok(scoring.all()))
    }

    /// Scores as of several days: one answer a day, in their order.
    ///
    /// # Errors
    /// When consumption cannot be read.
    pub fn scores_on(&self, days: &[Day]) -> Result<Vec<Vec<Score>>> {
        days.iter().map(|day| self.scores(*day)).collect()
    }

    /// The tree behind the score of a partner in an area.
    ///
    /// # Errors
    /// When there is no such partner or area, or consumption cannot be read.
    pub fn explain(&self, account: &Name, area: &Name, as_of: Day) -> Result<Node> {
        let rules = self.area(area.as_str())?;
        known_partner(account.as_str(), &self.partners)?;
        self.with_scoring(as_of, |scoring| {
            let account = scoring.register().partners.account(account).expect("the partners are those of the same rows");
            Ok(tree::explain(scoring, account, rules))
        })
    }

    /// Consumption as credited up to a month, resale chains as of that month.
    ///
    /// # Errors
    /// When consumption cannot be read.
    pub fn credited(&self, month: Month) -> Result<BTreeMap<LineKey, Amount>> {
        let register = Register::new(&self.dataset.program, &self.rulebook);
        Ok(credited_lines(&register, &self.dataset.program.consumption, month))
    }

    fn with_scoring<T>(&self, as_of: Day, ask: impl FnOnce(&Scoring<'_>) -> Result<T>) -> Result<T> {
        let program = &self.dataset.program;
        let register = Register::new(program, &self.rulebook);
        let consumption = credit_consumption(&register, &program.consumption, &scored_months(&self.rulebook, as_of));
        ask(&Scoring::new(&register, program, consumption, as_of))
    }
}
