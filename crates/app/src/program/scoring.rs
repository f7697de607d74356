//! Crediting and scoring a program: as a whole the first time, and only what a change touches from then on.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Result;
use domain::credits::{ConsumptionCredits, ScoredMonths};
use domain::designations::{Score, Scored, Scoring, scored_months};
use domain::estates::{Estates, MonthsTouched, Touched};
use domain::register::Register;
use domain::rulebook::Rulebook;
use domain::time::{Day, Month};
use engine::credits::{credit_consumption, credit_touched};
use engine::files::TableFile;
use engine::imported::Imported;
use engine::problems::Problems;

use super::OpenProgram;
use crate::home::Home;

impl OpenProgram {
    /// Every partner in every area as of a day: IDs in numeric order, areas in alphabetical order.
    ///
    /// # Errors
    /// When consumption cannot be read.
    pub fn scores(&self, as_of: Day) -> Result<Arc<Vec<Score>>> {
        let scored = self.scored(as_of)?;
        if let Some(scores) = &scored.scores {
            return Ok(Arc::clone(scores));
        }
        let register = Register::new(&self.dataset.program, &self.rulebook);
        let scored = Arc::new(Scored::clone(&scored).with_scores(&register, &self.dataset.program));
        self.days.keep(&scored);
        Ok(scored.scores.clone().unwrap_or_default())
    }

    /// What every score would be by other rules, as of a day; in the order of [`OpenProgram::scores`].
    ///
    /// # Errors
    /// When consumption cannot be read.
    pub fn scores_by(&self, rulebook: &Rulebook, as_of: Day) -> Result<Vec<Score>> {
        let register = Register::new(&self.dataset.program, rulebook);
        // what cannot be taken is told of the rules in force
        let mut problems = Problems::default();
        let credits = credit_consumption(&self.dataset.consumption, &register, &scored_months(rulebook, as_of), &mut problems)?;
        Ok(Scoring::new(&register, &self.dataset.program, credits, as_of).all())
    }

    /// Scores as of several days: one answer a day, in their order.
    ///
    /// # Errors
    /// When consumption cannot be read.
    pub fn scores_on(&self, days: &[Day]) -> Result<Vec<Arc<Vec<Score>>>> {
        days.iter().map(|day| self.scores(*day)).collect()
    }

    /// Asks a program that is ready to be scored as of a day.
    pub(super) fn with_scoring<T>(&self, as_of: Day, ask: impl FnOnce(&Scoring<'_>) -> Result<T>) -> Result<T> {
        let scored = self.scored(as_of)?;
        let register = Register::new(&self.dataset.program, &self.rulebook);
        ask(&Scoring::of(&register, &self.dataset.program, scored.credits.clone(), as_of))
    }

    /// The credits of a day, and its scores if they were asked for: as kept, with what changes have touched since credited again.
    pub(super) fn scored(&self, as_of: Day) -> Result<Arc<Scored>> {
        let scored = match (self.days.of(as_of), &self.imported) {
            (Some(kept), _) if kept.touched.is_empty() => return Ok(kept.scored),
            (Some(kept), Some(imported)) => {
                let credit = |register: &Register<'_>, months: &ScoredMonths| credit_since(imported, register, months, &kept.touched);
                kept.scored.renewed(self.estates(), &self.rulebook, &kept.touched, credit)?
            }
            _ => {
                let months = scored_months(&self.rulebook, as_of);
                self.streaming(|register, problems| {
                    let credits = credit_consumption(self.usage(), register, &months, problems)?;
                    Ok(Scored::new(register, &self.dataset.program, credits, as_of))
                })?
            }
        };
        let scored = Arc::new(scored);
        self.days.keep(&scored);
        Ok(scored)
    }

    /// Does what the first change, and the first question about a partner, would have to do besides.
    pub fn prepare_for_changes(&self) {
        self.estates();
        // trouble is told by the question that meets it
        let _ = self.strays();
    }

    /// The rows by customer.
    pub(super) fn estates(&self) -> &Estates {
        self.estates.get_or_init(|| Estates::new(&self.dataset.program, &self.days.strays()))
    }

    /// The program of the same home after changes, when no rule has changed: tables that are the same are not read again, and of days that
    /// were asked for what is touched is credited and scored again when they are asked for. `registers` are those whose entries have changed.
    /// Tells what the changes touch, too; nothing when everything may be credited otherwise.
    ///
    /// # Errors
    /// When the lake or the registers cannot be read.
    pub fn renewed(&self, home: &Home, registers: &BTreeSet<&'static str>) -> Result<(Self, Option<Touched>)> {
        let Some(before) = &self.imported else { return Ok((Self::from_home(home, self.rules())?, None)) };
        let imported = Imported::read(home.lake()?, Some(before))?;
        let entries = home.standing_of(imported.registers_to_read(before, registers))?;
        let dataset = imported.standing_since(before, &self.dataset, &entries)?;
        let usage = imported.changed_usage(before)?;
        let own_strays = self.strays_after(&dataset.program, &usage.named);
        let strays = self.days.strays().into_iter().chain(usage.named).collect();
        let old = self.estates();
        let old = old.renewed(old.program(), &strays);
        let estates = old.renewed(&dataset.program, &strays);
        let touched = old.touched(&estates, &usage.months);
        let renewed = Self { ..Self::of_imported(imported, dataset, self.rules()) };
        let Some(touched) = touched else { return Ok((renewed, None)) };
        let (days, kept) = (self.days.after(&touched), self.kept.without(&touched.accounts));
        let renewed = Self { days, kept, estates: estates.into(), streamed: self.streamed.clone(), strays: own_strays, ..renewed };
        Ok((renewed, Some(touched)))
    }
}

/// Credits the consumption that changes touch.
fn credit_since(imported: &Imported, register: &Register<'_>, months: &ScoredMonths, touched: &Touched) -> Result<ConsumptionCredits> {
    let is_touched = |month: Month| touched.consumption.values().any(|of_tenant: &MonthsTouched| of_tenant.has(month));
    let files: Vec<TableFile> = imported.consumption_of(is_touched).collect();
    let credits = credit_touched(&files, register, months, &touched.consumption)?;
    Ok(ConsumptionCredits { first: imported.first_month(), ..credits })
}
