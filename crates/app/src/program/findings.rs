//! What is found about one partner as of a day. Of a home only the registers and the usage of the customers concerned are looked at; a test
//! holds that the answer is that of all rows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use anyhow::Result;
use domain::credits::OfAccount;
use domain::customers::{Customer, customers};
use domain::designations::Scoring;
use domain::estates::UsagePlaces;
use domain::evidence::{About, Evidence, Extent, Origin, RowsOf};
use domain::explain::{Node, explain};
use domain::facts::{Consumption, Program};
use domain::names::Name;
use domain::partners::AccountIx;
use domain::plan::{Outlook, outlooks};
use domain::register::Register;
use domain::roster::{Roster, roster};
use domain::time::Day;
use engine::credits::named_together;

use super::OpenProgram;
use super::kept::ROWS_MAX;
use crate::problem::known_partner;

/// The customers whose rows of consumption name a subscription that is not known as theirs, by subscription.
pub(super) type Strays = BTreeMap<Name, BTreeSet<Name>>;

/// The customers that may concern a partner, and where their usage lies.
pub(super) struct Concerned {
    tenants: BTreeSet<Name>,
    places: UsagePlaces,
}

/// What is found about a partner as of a day.
pub struct Findings {
    /// The explanation of its score in each area.
    pub explained: BTreeMap<Name, Arc<Node>>,
    /// How each area stands, to be asked what more would give.
    pub outlooks: BTreeMap<Name, Arc<Vec<Outlook>>>,
    /// Its customers.
    pub customers: Arc<Vec<Customer>>,
    /// Its people.
    pub roster: Arc<Roster>,
}

impl Findings {
    /// How large it is: nodes of explanations, and lines of customers.
    #[must_use]
    pub fn size(&self) -> usize {
        let nodes: usize = self.explained.values().map(|node| node.size()).sum();
        nodes + self.customers.iter().map(|customer| customer.associations.len() + customer.usage.len()).sum::<usize>()
    }
}

impl OpenProgram {
    /// The tree behind the score of a partner in an area, from the rows of an extent, down to those that are asked for.
    ///
    /// # Errors
    /// When there is no such partner or area, or consumption cannot be read.
    pub fn explain(&self, account: &Name, area: &Name, as_of: Day, extent: Extent, rows: &RowsOf) -> Result<Node> {
        let rules = self.area(area.as_str())?;
        self.with_account(account, as_of, |scoring, account, concerned| {
            let about = About { account, month: as_of.closed_month(), rows: rows.clone() };
            let evidence = self.evidence(scoring.register(), about, concerned)?.within(extent);
            Ok(explain(scoring, &evidence, account, rules))
        })
    }

    /// How every track of an area stands for a partner, to be asked what more would give.
    ///
    /// # Errors
    /// When there is no such partner or area, or consumption cannot be read.
    pub fn outlooks(&self, account: &Name, area: &Name, as_of: Day) -> Result<Vec<Outlook>> {
        let rules = self.area(area.as_str())?;
        self.with_account(account, as_of, |scoring, account, _| Ok(outlooks(scoring, account, rules)))
    }

    /// Everything that is found about a partner as of a day in the rows of an extent, in one reading of consumption; explanations go down to
    /// the rows that are asked for.
    ///
    /// # Errors
    /// When there is no such partner, or consumption cannot be read.
    pub fn findings(&self, account: &Name, as_of: Day, extent: Extent, rows: RowsOf) -> Result<Findings> {
        self.with_account(account, as_of, |scoring, account, concerned| self.found(scoring, account, concerned, extent, rows))
    }

    /// The same from all rows, for a test that both are equal.
    #[cfg(test)]
    pub fn findings_of_all(&self, account: &Name, as_of: Day, extent: Extent, rows: RowsOf) -> Result<Findings> {
        self.with_scoring(as_of, |scoring| {
            let account = scoring.register().partners.account(account).expect("the partners are those of the same rows");
            self.found(scoring, account, None, extent, rows)
        })
    }

    fn found(
        &self,
        scoring: &Scoring<'_>,
        account: AccountIx,
        concerned: Option<&Concerned>,
        extent: Extent,
        rows: RowsOf,
    ) -> Result<Findings> {
        let register = scoring.register();
        let about = About { account, month: scoring.as_of().closed_month(), rows };
        let evidence = self.evidence(register, about, concerned)?.within(extent);
        let areas = || self.rulebook.areas.values();
        let explained = areas().map(|rules| (rules.area.clone(), Arc::new(explain(scoring, &evidence, account, rules))));
        let outlooks = areas().map(|rules| (rules.area.clone(), Arc::new(outlooks(scoring, account, rules))));
        Ok(Findings {
            explained: explained.collect(),
            outlooks: outlooks.collect(),
            customers: Arc::new(customers(register, &self.dataset.program, &evidence)),
            roster: Arc::new(roster(scoring, &self.dataset.program, account)),
        })
    }

    /// Asks a program that is ready to be scored as of a day about one account: of a home with the rows of the customers that may concern it, and where
    /// their usage lies.
    fn with_account<T>(
        &self,
        account: &Name,
        as_of: Day,
        ask: impl FnOnce(&Scoring<'_>, AccountIx, Option<&Concerned>) -> Result<T>,
    ) -> Result<T> {
        known_partner(account.as_str(), &self.partners)?;
        let known = |found: Option<AccountIx>| found.expect("the partners are those of the same rows");
        if self.imported.is_none() {
            return self.with_scoring(as_of, |scoring| ask(scoring, known(scoring.register().partners.account(account)), None));
        }
        let (scored, estates) = (self.scored(as_of)?, self.estates());
        let own = self.dataset.program.partners.iter().filter(|row| row.global_partner_id == *account || row.partner_id == *account);
        let ids: BTreeSet<&Name> = own.map(|row| &row.partner_id).chain([account]).collect();
        let (mut tenants, subscriptions) = estates.concerned(&ids);
        let strays = self.strays()?;
        tenants.extend(subscriptions.iter().filter_map(|subscription| strays.get(subscription)).flatten().cloned());
        let ix = known(estates.partners().account(account));
        tenants.extend(scored.credits.usage[ix.0 as usize].iter().map(|cell| cell.tenant.clone()));
        let program = estates.narrowed(&tenants, &BTreeSet::from([account.clone()]));
        let register = Register::of(&program, &self.rulebook, Arc::clone(estates.partners()));
        let scoring = Scoring::of(&register, &program, scored.credits.clone(), as_of);
        let concerned = Concerned { places: estates.usage_places(&tenants), tenants };
        ask(&scoring, ix, Some(&concerned))
    }

    /// The rows that concern an account; `concerned` says where usage of the customers concerned lies, if that is known.
    fn evidence<'a>(&'a self, register: &'a Register<'a>, about: About, concerned: Option<&Concerned>) -> Result<Evidence<'a>> {
        let program = &self.dataset.program;
        let id = register.partners.account_id(about.account);
        let origin = |table: &'static str, ix: usize| self.dataset.origins.of(table, ix);
        let mut evidence = match concerned {
            Some(concerned) => Evidence::among(register, program, about, &concerned.places, origin),
            None => Evidence::new(register, program, about, origin),
        };
        self.each_concerning(id, concerned, &mut evidence, |evidence, row, origin| evidence.add_consumption(row, Some(origin)))?;
        Ok(evidence)
    }

    /// Whether so little is credited as of a day that the rows behind it can be kept for every partner, and pages be found before they are asked for.
    ///
    /// # Errors
    /// When consumption cannot be read.
    pub fn is_little(&self, as_of: Day) -> Result<bool> {
        let scored = self.scored(as_of)?;
        Ok(scored.credits.consumption.iter().flat_map(OfAccount::iter).count() <= ROWS_MAX)
    }

    /// Hands on the rows of consumption that concern the account of an evidence, and keeps them while there is room.
    pub(super) fn each_concerning<'e>(
        &self,
        account: &Name,
        concerned: Option<&Concerned>,
        evidence: &mut Evidence<'e>,
        mut take: impl FnMut(&mut Evidence<'e>, &Consumption, Origin<'_>),
    ) -> Result<()> {
        if let Some(rows) = self.kept.of(account) {
            rows.iter().for_each(|kept| take(evidence, kept.row(), kept.origin()));
            return Ok(());
        }
        let mut gathered = self.kept.gather();
        self.each_consumption(concerned.map(|concerned| &concerned.tenants), |row, origin| {
            // whether a row concerns the account does not depend on the day
            if evidence.concerns(&row.tenant_id, Some(&row.subscription_id)) {
                take(evidence, row, origin);
                gathered.add(row, origin);
            }
        })?;
        self.kept.keep(account, gathered);
        Ok(())
    }

    /// Whose rows of consumption name a subscription that is not known as theirs, of any offer and month.
    pub(super) fn strays(&self) -> Result<&Strays> {
        if let Some(strays) = self.strays.get() {
            return Ok(strays);
        }
        let register = Register::new(&self.dataset.program, &self.rulebook);
        let mut strays = Strays::new();
        for file in &self.dataset.consumption {
            for (tenant, subscription) in named_together(file)? {
                if register.is_stray(&tenant, &subscription) {
                    strays.entry(subscription).or_default().insert(tenant);
                }
            }
        }
        Ok(self.strays.get_or_init(|| strays))
    }

    /// What is known of strays after a change, in which rows that name `named` together have come or gone; nothing when subscriptions may have
    /// come to be of other customers. One that is not there any more does no harm.
    pub(super) fn strays_after(&self, program: &Program, named: &BTreeSet<(Name, Name)>) -> OnceLock<Strays> {
        let Some(strays) = self.strays.get().filter(|_| program.subscriptions.are_shared(&self.dataset.program.subscriptions)) else {
            return OnceLock::new();
        };
        let mut strays = strays.clone();
        if named.is_empty() {
            return strays.into();
        }
        let register = Register::new(&self.dataset.program, &self.rulebook);
        for (tenant, subscription) in named.iter().filter(|(tenant, subscription)| register.is_stray(tenant, subscription)) {
            strays.entry(subscription.clone()).or_default().insert(tenant.clone());
        }
        strays.into()
    }
}
