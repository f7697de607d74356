//! Scores that are kept with the credits they rest on, so that a change credits and scores only what it touches.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Score, Scoring, scored_months};
use crate::credits::{ConsumptionCredits, Credits, ScoredMonths};
use crate::estates::{Estates, Strays, Touched};
use crate::facts::Program;
use crate::names::Name;
use crate::partners::AccountIx;
use crate::register::Register;
use crate::rulebook::Rulebook;
use crate::time::Day;

/// Credits for the scores as of a day, and the scores once they were asked for.
#[derive(Debug, Clone)]
pub struct Scored {
    /// The as-of day.
    pub as_of: Day,
    /// What the scores rest on.
    pub credits: Credits,
    /// Every partner in every area: IDs in numeric order, areas in alphabetical order.
    pub scores: Option<Arc<Vec<Score>>>,
    /// The subscriptions that rows of consumption name as those of customers whose they are not known to be.
    pub strays: Strays,
}

impl Scored {
    /// Takes in the credits of a whole program, whose consumption is credited at [`scored_months`] of the day.
    #[must_use]
    pub fn new(register: &Register<'_>, program: &Program, consumption: ConsumptionCredits, as_of: Day) -> Self {
        let strays = consumption.strays.clone();
        let credits = Credits::new(register, program, scored_months(register.rulebook, as_of), consumption);
        Self { as_of, credits, scores: None, strays }
    }

    /// Scores the whole program, if that was not done yet.
    #[must_use]
    pub fn with_scores(self, register: &Register<'_>, program: &Program) -> Self {
        if self.scores.is_some() {
            return self;
        }
        let scoring = Scoring::of(register, program, self.credits, self.as_of);
        Self { scores: Some(Arc::new(scoring.all())), credits: scoring.credits, ..self }
    }

    /// The same after a change: what is touched is credited again, and the partners concerned are scored again if scores were asked for; the
    /// result is that of the whole program. `estates` are those after the change. `credit` credits the consumption of the months that are
    /// touched of the customers that are touched, whose associations the register holds, and tells the first month of all consumption.
    ///
    /// # Errors
    /// When `credit` fails.
    pub fn renewed<E>(
        &self,
        estates: &Estates,
        rulebook: &Rulebook,
        touched: &Touched,
        credit: impl FnOnce(&Register<'_>, &ScoredMonths) -> Result<ConsumptionCredits, E>,
    ) -> Result<Self, E> {
        if touched.is_empty() {
            return Ok(self.clone());
        }
        let program = estates.narrowed(&touched.tenants, &BTreeSet::new());
        let register = Register::of(&program, rulebook, Arc::clone(estates.partners()));
        let consumption = credit(&register, &self.credits.months)?;
        let strays = self.strays.union(&consumption.strays).cloned().collect();
        let anew = Credits::new(&register, &program, self.credits.months.clone(), consumption);
        let credits = self.credits.replaced(estates, touched, &anew);
        let renewed = Self { as_of: self.as_of, credits, scores: None, strays };
        let Some(scores) = &self.scores else { return Ok(renewed) };
        if renewed.credits.first != self.credits.first {
            // where data begin decides about every comparison with the past
            let register = Register::of(estates.program(), rulebook, Arc::clone(estates.partners()));
            return Ok(renewed.with_scores(&register, estates.program()));
        }
        Ok(renewed.rescored(estates, rulebook, touched, scores))
    }

    /// Scores the partners concerned; the scores of others stay.
    fn rescored(self, estates: &Estates, rulebook: &Rulebook, touched: &Touched, before: &[Score]) -> Self {
        let partners = estates.partners();
        let is_touched = |account: &AccountIx| touched.accounts.contains(partners.account_id(*account));
        let accounts: Vec<AccountIx> = partners.accounts().filter(is_touched).collect();
        let cells = accounts.iter().flat_map(|account| self.credits.usage[account.0 as usize].iter());
        let tenants: BTreeSet<Name> = cells.map(|cell| cell.tenant.clone()).collect();
        let program = estates.narrowed(&tenants, &touched.accounts);
        let register = Register::of(&program, rulebook, Arc::clone(partners));
        let scoring = Scoring::of(&register, &program, self.credits, self.as_of);
        let areas = rulebook.areas.len();
        let mut scores = before.to_vec();
        for account in accounts {
            let place = account.0 as usize * areas;
            let anew = rulebook.areas.values().map(|area| scoring.score(account, area));
            scores[place..place + areas].iter_mut().zip(anew).for_each(|(score, anew)| *score = anew);
        }
        Self { scores: Some(Arc::new(scores)), credits: scoring.credits, ..self }
    }
}
