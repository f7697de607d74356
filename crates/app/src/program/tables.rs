//! Tables that queries in SQL read: facts, and what is worked out from them, as far as the asker may see them.
//!
//! What somebody may not see is left out before a query sees the tables, so that no query reaches it, whatever it says.

/// Associations, credits and scores as tables.
mod derived;

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;
use domain::cells::{CellKind, Column};
use domain::facts::{Program, TABLES};
use domain::names::Name;
use domain::record::actor::Organisation;
use domain::rights::{Act, On};
use domain::time::Day;
use engine::sheet::Kind;
use engine::sql::{Answer, Question, SqlError, TableRows};

use super::OpenProgram;
use crate::commands::asker::Asker;
use crate::problem::Refusal;

/// How long a query may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// The table that is read from its files.
const CONSUMPTION: &str = "consumption";

/// The tables that a partner sees its own rows of.
const OF_PARTNERS: [&str; 8] = ["partners", "pal_links", "partner_of_record", "csp", "claims", "people", "certifications", "enrolments"];

/// The tables that an asker may query, as of a day.
pub struct Tables<'p> {
    program: &'p OpenProgram,
    as_of: Day,
    /// The accounts whose credits and scores are seen; nothing when all are.
    accounts: Option<BTreeSet<Name>>,
    facts: Program,
    names: Vec<&'static str>,
}

/// A column of a table, as people look it up.
pub struct Described {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: String,
    /// What it holds: `text`, `date`, `decimal`, `boolean` or `integer`.
    pub holds: &'static str,
}

impl<'p> Tables<'p> {
    /// The tables of a program that an asker sees: whoever may export everything sees all, a partner its own rows.
    ///
    /// # Errors
    /// When the asker sees none: whom to ask.
    pub fn new(program: &'p OpenProgram, as_of: Day, asker: &Asker) -> Result<Self> {
        let all = On::program();
        if asker.may(Act::RevenueRead, &all) && asker.may(Act::PersonsRead, &all) {
            let facts = program.dataset().program.clone();
            let names = TABLES.iter().map(|(name, _)| *name).chain(derived::NAMES).collect();
            return Ok(Self { program, as_of, accounts: None, facts, names });
        }
        let Some(Organisation::Partner(account)) = asker.actor().and_then(|actor| actor.organisation.clone()) else {
            asker.must(Act::RevenueRead, &all, "ask in SQL what customers' usage is worth")?;
            asker.must(Act::PersonsRead, &all, "ask in SQL who partners' people are")?;
            return Err(Refusal::refused("a query in SQL reads tables of several organisations").into());
        };
        let on = On::account(&account);
        asker.must(Act::ScoreRead, &on, "ask in SQL about the account")?;
        let (persons, credits) = (asker.may(Act::PersonsRead, &on), asker.sees_credits(&account));
        let is_seen = |name: &&'static str| match *name {
            "people" | "certifications" => persons,
            derived::CREDITS => credits,
            _ => true,
        };
        let names = OF_PARTNERS.into_iter().chain(derived::NAMES).filter(is_seen).collect();
        let facts = of_partner(&program.dataset().program, &account);
        Ok(Self { program, as_of, accounts: Some(BTreeSet::from([account])), facts, names })
    }

    /// Answers a question, with at most `rows_max` rows when that is given.
    ///
    /// # Errors
    /// When it names what is not there, or cannot be answered.
    pub fn ask(&self, question: &Question, rows_max: Option<usize>) -> Result<Answer> {
        let named = question.tables(&self.names).map_err(refusal)?;
        let tables = named.iter().map(|name| Ok((name.clone(), self.rows(name)?))).collect::<Result<_>>()?;
        Ok(question.answer(tables, rows_max, PATIENCE).map_err(refusal)?)
    }

    /// Every column of every table.
    #[must_use]
    pub fn described(&self) -> Vec<Described> {
        let of_facts = |(table, columns): &(&'static str, &'static [Column])| {
            let table = *table;
            columns.iter().map(move |column| Described { table, column: column.name.to_owned(), holds: holds(column.kind) })
        };
        let facts = TABLES.iter().flat_map(of_facts);
        let derived = derived::NAMES.into_iter().flat_map(|table| {
            let columns = derived::columns(table).iter();
            columns.map(move |(name, kind)| Described { table, column: (*name).to_owned(), holds: holds_of(*kind) })
        });
        facts.chain(derived).filter(|column| self.names.contains(&column.table)).collect()
    }

    fn rows(&self, table: &str) -> Result<TableRows> {
        if table == CONSUMPTION {
            return Ok(TableRows::Consumption(self.program.dataset().consumption.clone()));
        }
        match TableRows::of_table(&self.facts, table) {
            Some(rows) => Ok(rows),
            None => self.derived(table),
        }
    }

    fn sees(&self, account: &Name) -> bool {
        self.accounts.as_ref().is_none_or(|accounts| accounts.contains(account))
    }
}

const fn holds(kind: CellKind) -> &'static str {
    match kind {
        CellKind::Text => "text",
        CellKind::Day | CellKind::Month => "date",
        CellKind::Amount => "decimal",
        CellKind::Flag => "boolean",
    }
}

const fn holds_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Day => "date",
        Kind::Amount => "decimal",
        Kind::Count => "integer",
    }
}

/// The rows that are about a partner's own account, locations and people.
fn of_partner(program: &Program, account: &Name) -> Program {
    let locations: BTreeSet<&Name> =
        program.partners.iter().filter(|row| row.global_partner_id == *account).map(|row| &row.partner_id).collect();
    let is_own = |id: &Name| locations.contains(id);
    let people = program.people.iter().filter(|row| is_own(&row.partner_id));
    let persons: BTreeSet<&Name> = people.clone().map(|row| &row.person_id).collect();
    Program {
        partners: program.partners.iter().filter(|row| is_own(&row.partner_id)).cloned().collect(),
        pal_links: program.pal_links.iter().filter(|row| is_own(&row.partner_id)).cloned().collect(),
        partner_of_record: program.partner_of_record.iter().filter(|row| is_own(&row.partner_id)).cloned().collect(),
        csp: program.csp.iter().filter(|row| is_own(&row.partner_id)).cloned().collect(),
        claims: program.claims.iter().filter(|row| is_own(&row.partner_id)).cloned().collect(),
        certifications: program.certifications.iter().filter(|row| persons.contains(&row.person_id)).cloned().collect(),
        people: people.cloned().collect(),
        enrolments: program.enrolments.iter().filter(|row| row.global_partner_id == *account).cloned().collect(),
        ..Program::default()
    }
}

fn refusal(error: SqlError) -> Refusal {
    let hint = match &error {
        SqlError::Failed { .. } => {
            "the functions and the grammar are those of Apache DataFusion; `counterfoil sql --tables` lists tables and columns"
        }
        _ => "`counterfoil sql --tables` lists tables and columns",
    };
    Refusal::refused(error.to_string()).hint(hint)
}
