//! Tables that queries in SQL read: facts, and what is worked out from them, as far as the asker may see them.
//!
//! What somebody may not see is left out before a query sees the tables, so that no query reaches it, whatever it says.

/// Usage that a partner's associations cover.
mod covered;

/// Associations, credits and scores as tables.
mod derived;

/// What an asker sees.
mod seen;

use std::time::Duration;

use anyhow::Result;
use domain::cells::CellKind;
use domain::facts::{MEANINGS, Program, TABLES};
use domain::names::Name;
use domain::record::desk::ActError;
use domain::record::refusal::Refusal;
use domain::time::Day;
use engine::sheet::Kind;
use engine::sql::{Answer, Bounds, Question, SqlError, Table, TableRows};

use super::OpenProgram;
use crate::commands::asker::Asker;

use self::seen::{CONSUMPTION, Seen, USAGE, Whose};

/// How long a query may take.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// The tables that an asker may query, as of a day.
pub struct Tables<'p> {
    program: &'p OpenProgram,
    as_of: Day,
    seen: Seen,
    facts: Program,
}

/// A table as people look it up.
pub struct Described {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub meaning: &'static str,
    /// Its columns.
    pub columns: Vec<DescribedColumn>,
}

/// A column of a table.
pub struct DescribedColumn {
    /// Its name.
    pub name: &'static str,
    /// What it holds: `text`, `date`, `decimal`, `boolean` or `integer`.
    pub holds: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// The tables that an asker sees, and what is kept back from them.
pub struct Offer {
    /// The tables.
    pub tables: Vec<Described>,
    /// What is kept back, with why and whom to ask: a table, and the column when it is one.
    pub kept_back: Vec<(&'static str, Option<&'static str>, Refusal)>,
    /// What is left out of usage.
    pub note: Option<&'static str>,
}

/// Refuses whoever may not ask in SQL at all.
///
/// # Errors
/// Whom to ask.
pub fn must_ask(asker: &Asker) -> Result<()> {
    Seen::of(asker).map(drop)
}

/// The tables that an asker sees, with their columns.
///
/// # Errors
/// When the asker may not ask at all: whom to ask.
pub fn offer(asker: &Asker) -> Result<Offer> {
    let seen = Seen::of(asker)?;
    let of_facts = TABLES.iter().zip(MEANINGS).map(|((name, columns), (_, meaning))| {
        let column =
            |column: &domain::cells::Column| DescribedColumn { name: column.name, holds: holds(column.kind), meaning: column.meaning };
        Described { name, meaning, columns: columns.iter().map(column).collect() }
    });
    let derived = derived::TABLES.iter().map(|table| {
        let column =
            |column: &derived::DerivedColumn| DescribedColumn { name: column.name, holds: holds_of(column.kind), meaning: column.meaning };
        Described { name: table.name, meaning: table.meaning, columns: table.columns.iter().map(column).collect() }
    });
    let mut tables: Vec<Described> = of_facts.chain(derived).filter(|table| seen.sees(table.name)).collect();
    for table in &mut tables {
        table.columns.retain(|column| !seen.hides(table.name, column.name));
    }
    let is_covered = matches!(seen.of, Whose::Account(_)) && seen.sees(CONSUMPTION);
    let note =
        is_covered.then_some("Of what customers use, the tables hold what associations of the account cover, up to the last closed month.");
    let kept_back = seen.kept_back().map(|(kept, refusal)| (kept.table, kept.column, refusal)).collect();
    Ok(Offer { tables, kept_back, note })
}

impl<'p> Tables<'p> {
    /// The tables of a program that an asker sees.
    ///
    /// # Errors
    /// When the asker may not ask at all: whom to ask.
    pub fn new(program: &'p OpenProgram, as_of: Day, asker: &Asker) -> Result<Self> {
        let seen = Seen::of(asker)?;
        let facts = seen.rows(&program.dataset().program);
        Ok(Self { program, as_of, seen, facts })
    }

    /// Answers a question.
    ///
    /// # Errors
    /// When it names what is not there or not for the asker, or cannot be answered.
    pub fn ask(&self, question: &Question, bounds: Bounds) -> Result<Answer> {
        let known: Vec<&str> = seen::all_tables().filter(|table| self.seen.sees(table)).collect();
        let named = question.tables(&known).map_err(|error| self.explained(error, &[]))?;
        let table = |name: &String| Ok(Table { name: name.clone(), rows: self.rows(name)?, without: self.seen.without(name) });
        let tables = named.iter().map(table).collect::<Result<_>>()?;
        Ok(self.program.ask(question, tables, bounds).map_err(|error| self.explained(error, named))?)
    }

    /// Why a question is not answered: what is kept back from the asker is told apart from what is not there.
    fn explained(&self, error: SqlError, named: &[String]) -> ActError {
        let kept_back = match &error {
            SqlError::NoTable { table, .. } => self.seen.why_no_table(table),
            SqlError::NoColumn { column, .. } => self.seen.why_no_column(named, column),
            _ => None,
        };
        kept_back.map_or_else(|| refusal(error), ActError::from)
    }

    fn rows(&self, table: &str) -> Result<TableRows> {
        let is_of_customers = USAGE.contains(&table) || table == "customers";
        if let (true, Whose::Account(account)) = (is_of_customers, &self.seen.of) {
            return self.program.covered(account, self.as_of, table);
        }
        if table == CONSUMPTION {
            return Ok(TableRows::Consumption(self.program.dataset().consumption.clone()));
        }
        match TableRows::of_table(&self.facts, table) {
            Some(rows) => Ok(rows),
            None => self.derived(table),
        }
    }

    fn sees(&self, account: &Name) -> bool {
        match &self.seen.of {
            Whose::All => true,
            Whose::Account(own) => own == account,
            Whose::Tenant(_) => false,
        }
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

/// What a column of an answer holds.
pub const fn holds_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Day => "date",
        Kind::Amount => "decimal",
        Kind::Count => "integer",
    }
}

/// Reads a query.
///
/// # Errors
/// When the text is not one query that reads.
pub fn question(text: &str) -> Result<Question, ActError> {
    Question::read(text).map_err(refusal)
}

/// Why a query is not answered, with what would cure it.
fn refusal(error: SqlError) -> ActError {
    let said = error.to_string();
    let tables = "`counterfoil sql --tables`, or `/sql/tables` of the API, lists tables and columns";
    ActError::from(match error {
        SqlError::Empty => Refusal::invalid("query-empty", said, "write one query, such as `select * from partners`"),
        SqlError::Grammar { .. } => {
            Refusal::invalid("query-malformed", said, "mend the query there; it is written as Apache DataFusion reads it")
        }
        SqlError::Several { .. } => Refusal::invalid("query-malformed", said, "ask one after the other"),
        SqlError::Writes { .. } => {
            Refusal::invalid("query-writes", said, "ask for rows; what is kept is changed by commands, pages and the API")
        }
        SqlError::NoTable { .. } => Refusal::invalid("table-unknown", said, tables),
        SqlError::NoColumn { .. } => Refusal::invalid("column-unknown", said, tables),
        SqlError::TooSlow { .. } => Refusal::conflict("query-too-slow", said, "ask for less at a time"),
        SqlError::TooLong { .. } => Refusal::conflict("answer-too-long", said, "ask for less at a time"),
        #[cfg(feature = "cluster")]
        SqlError::Cluster { .. } => Refusal::conflict("cluster-failed", said, "leave `--cluster` out to ask here"),
        SqlError::Failed { .. } => {
            let cure = format!("functions and grammar are those of Apache DataFusion; {tables}");
            Refusal::invalid("query-failed", said, cure)
        }
    })
}
