//! What a partner sees of customers' usage: rows that an association of its own covers, on its days and for its workloads, as explanations and
//! the pages of customers show them.

use std::collections::BTreeSet;

use anyhow::Result;
use domain::evidence::{About, Evidence, RowsOf};
use domain::facts::Program;
use domain::names::Name;
use domain::record::desk::ActError;
use domain::record::refusal::Refusal;
use domain::register::Register;
use domain::time::Day;
use engine::sql::{PickedConsumption, TableRows};

use super::seen::CONSUMPTION;
use crate::program::OpenProgram;

/// Rows of consumption that a partner's query reads at most: a gigabyte.
const ROWS_MAX: usize = 6_000_000;

impl OpenProgram {
    /// The rows of a table of usage, or of customers, that associations of an account cover up to the month closed before a day.
    ///
    /// # Errors
    /// When consumption cannot be read, or there is more of it than a query may hold.
    pub(super) fn covered(&self, account: &Name, as_of: Day, table: &str) -> Result<TableRows> {
        let program = &self.dataset.program;
        let register = Register::new(program, &self.rulebook);
        let about = |account| About { account, month: as_of.closed_month(), rows: RowsOf::Nobody };
        let mut evidence = register.partners.account(account).map(|account| Evidence::new(&register, program, about(account), |_, _| None));
        if table == CONSUMPTION {
            return self.covered_consumption(account, evidence.as_mut());
        }
        let rows = evidence.as_ref().map_or_else(Program::default, |evidence| {
            let tenants: BTreeSet<&Name> = evidence.tenants().iter().collect();
            Program {
                customers: program.customers.iter().filter(|row| tenants.contains(&row.tenant_id)).cloned().collect(),
                workload_usage: program.workload_usage.iter().filter(|row| evidence.covers_usage(row)).cloned().collect(),
                revenue: program.revenue.iter().filter(|row| evidence.covers_revenue(row)).cloned().collect(),
                ..Program::default()
            }
        });
        Ok(TableRows::of_table(&rows, table).expect("these are tables of a program"))
    }

    fn covered_consumption(&self, account: &Name, evidence: Option<&mut Evidence<'_>>) -> Result<TableRows> {
        let mut picked = PickedConsumption::default();
        let Some(evidence) = evidence else { return Ok(picked.rows()) };
        let mut is_too_much = false;
        self.each_concerning(account, None, evidence, |evidence, row, _| {
            is_too_much = is_too_much || picked.len() >= ROWS_MAX;
            if !is_too_much && evidence.covers_consumption(row) {
                picked.pick(row);
            }
        })?;
        if is_too_much {
            let message =
                format!("associations of the account cover more than {ROWS_MAX} rows of `{CONSUMPTION}`, which a query cannot hold");
            return Err(
                ActError::from(Refusal::invalid("too-much", message, "ask `credits`: they have what is covered month by month")).into()
            );
        }
        Ok(picked.rows())
    }
}
