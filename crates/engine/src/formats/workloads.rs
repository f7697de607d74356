//! What downloads of usage and revenue by workload have in common.

use std::collections::BTreeSet;

use domain::amount::Amount;
use domain::names::Name;
use domain::rulebook::ImportRules;
use domain::rulebook::imports::{Properties, Verdict};

use super::fields::{Cells, Refused};
use super::{Context, Intake};
use crate::problems::RowProblem;
use crate::spelling::nearest;

/// The workloads of one file.
pub struct Workloads<'c> {
    context: &'c Context,
    rules: &'c ImportRules,
    table: &'static str,
    known: BTreeSet<&'c Name>,
    strange: BTreeSet<Name>,
}

impl<'c> Workloads<'c> {
    /// Workloads of a format, whose rows go to `table`.
    pub fn new(context: &'c Context, format: &str, table: &'static str) -> Self {
        let rulebook = &context.rulebook;
        let lists = rulebook.lists.iter().filter(|(list, _)| list.as_str().ends_with("-workloads")).flat_map(|(_, list)| &list.values);
        let rates = rulebook.rate_card.iter().flat_map(|(row, rules)| std::iter::once(row).chain(&rules.members));
        Self { context, rules: context.rules(format), table, known: lists.chain(rates).collect(), strange: BTreeSet::new() }
    }

    /// The workload that a row is of, as lists spell it. One that is on no list is told once.
    pub fn named(&mut self, cells: &Cells<'_>, column: impl Into<usize>, intake: &mut Intake<'_>) -> Result<Name, Refused> {
        let spelled = cells.need(column)?;
        let workload = self.context.names.workload(spelled);
        if !self.known.contains(&workload) && self.strange.insert(workload.clone()) {
            let message = format!("no list of the rulebook has the workload `{workload}`: its rows are kept and count nowhere");
            let meant = nearest(workload.as_str(), self.known.iter().map(|name| name.as_str()));
            let meant = meant.map_or_else(String::new, |meant| format!("if `{meant}` is meant, "));
            let cure = format!("{meant}add the spelling to `lists/workload-aliases.toml` of the rulebook");
            let problem = RowProblem::of_file(self.table, intake.shown(), "unknown-workload", message, cure);
            intake.remark(RowProblem { line: Some(cells.line), value: spelled.to_owned(), ..problem });
        }
        Ok(workload)
    }

    /// Whether a row counts; if not, it is left out by the rule that decides.
    pub fn counts(&self, line: u64, properties: Properties<'_>, amount: Amount, intake: &mut Intake<'_>) -> bool {
        let rule = self.rules.judge(&properties).expect("the last rule of a format fits every row");
        if rule.verdict == Verdict::Ignored {
            intake.ignore(line, self.table, &rule.rule, amount);
        }
        rule.verdict == Verdict::Counts
    }
}
