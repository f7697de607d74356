//! What may be asked: one query that reads. What is said of everything else.

use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;
use datafusion::sql::parser::{DFParser, Statement};
use datafusion::sql::resolve::resolve_table_references;
use datafusion::sql::sqlparser::ast::Statement as Sql;

use crate::spelling::{list, nearest};

/// One query, understood as far as its grammar goes.
#[derive(Debug, Clone)]
pub struct Question {
    text: String,
    tables: Vec<String>,
    is_explained: bool,
}

/// A question that cannot be asked or answered.
#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    /// There is nothing to ask.
    #[error("there is no query")]
    Empty,
    /// The text is no SQL; the message tells where.
    #[error("the query is no SQL that is understood: {message}")]
    Grammar {
        /// What was met where.
        message: String,
    },
    /// More than one statement.
    #[error("there are {count} statements; one query is answered at a time")]
    Several {
        /// How many.
        count: usize,
    },
    /// A statement that does not read.
    #[error("`{word}` changes something or sets something, and queries only read: begin with `select` or `with`")]
    Writes {
        /// The statement's first word.
        word: String,
    },
    /// A table that is not there.
    #[error("there is no table `{table}`{nearest}")]
    NoTable {
        /// As the query names it.
        table: String,
        /// What is said of tables that there are.
        nearest: String,
    },
    /// A column that is not there.
    #[error("there is no column `{column}`{nearest}")]
    NoColumn {
        /// As the query names it.
        column: String,
        /// What is said of columns that there are.
        nearest: String,
    },
    /// The query took too long.
    #[error("the query was not answered in {seconds} seconds; name fewer rows with `where`, or `limit` them")]
    TooSlow {
        /// How long was waited.
        seconds: u64,
    },
    /// The answer is too long to be held.
    #[error("the answer is longer than {mebibytes} MiB; add up or `limit` its rows, or name fewer columns")]
    TooLong {
        /// How much is held, in MiB.
        mebibytes: usize,
    },
    /// The cluster could not do its part.
    #[cfg(feature = "cluster")]
    #[error("the cluster did not answer: {source}")]
    Cluster {
        /// Why.
        source: Box<crate::cluster::ClusterError>,
    },
    /// Anything else.
    #[error("the query cannot be answered: {message}")]
    Failed {
        /// What was said of it.
        message: String,
    },
}

impl Question {
    /// Reads a query.
    ///
    /// # Errors
    /// When the text is not one query that reads.
    pub fn read(text: &str) -> Result<Self, SqlError> {
        let statements = DFParser::parse_sql(text).map_err(|error| SqlError::Grammar { message: grammar(&error) })?;
        if statements.len() > 1 {
            return Err(SqlError::Several { count: statements.len() });
        }
        let statement = statements.front().ok_or(SqlError::Empty)?;
        if !reads(statement) {
            let word = text.split_whitespace().next().unwrap_or_default().to_lowercase();
            return Err(SqlError::Writes { word });
        }
        let (tables, _) = resolve_table_references(statement, true).map_err(|error| SqlError::Grammar { message: grammar(&error) })?;
        let tables = tables.iter().map(ToString::to_string).collect();
        let is_explained = !matches!(statement, Statement::Statement(sql) if matches!(**sql, Sql::Query(_)));
        Ok(Self { text: text.to_owned(), tables, is_explained })
    }

    /// The query.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the plan of a query is asked for instead of its rows.
    #[must_use]
    pub const fn is_explained(&self) -> bool {
        self.is_explained
    }

    /// The tables that the query names, when all of them are among those that there are.
    ///
    /// # Errors
    /// When one is not.
    pub fn tables(&self, known: &[&str]) -> Result<&[String], SqlError> {
        match self.tables.iter().find(|table| !known.contains(&table.as_str())) {
            None => Ok(&self.tables),
            Some(table) => Err(no_table(table, known)),
        }
    }
}

fn reads(statement: &Statement) -> bool {
    match statement {
        Statement::Statement(sql) => match &**sql {
            Sql::Query(_) => true,
            Sql::Explain { statement, .. } => matches!(&**statement, Sql::Query(_)),
            _ => false,
        },
        Statement::Explain(explain) => reads(&explain.statement),
        _ => false,
    }
}

fn no_table(table: &str, known: &[&str]) -> SqlError {
    let near = match nearest(table, known.iter().copied()) {
        Some(near) => format!(": did you mean `{near}`?"),
        None => format!("; the tables are {}", list(known.iter().copied())),
    };
    SqlError::NoTable { table: table.to_owned(), nearest: near }
}

/// What went wrong, as somebody who wrote the query can mend it.
pub(super) fn explained(error: &DataFusionError, known: &[String]) -> SqlError {
    match error.find_root() {
        DataFusionError::SchemaError(schema, _) => match &**schema {
            SchemaError::FieldNotFound { field, valid_fields } => {
                let names: Vec<&str> = valid_fields.iter().map(|field| field.name.as_str()).collect();
                let near = match nearest(&field.name, names.iter().copied()) {
                    Some(near) => format!(": did you mean `{near}`?"),
                    None if names.is_empty() => String::new(),
                    None => format!("; the columns are {}", list(names)),
                };
                SqlError::NoColumn { column: field.name.clone(), nearest: near }
            }
            other => SqlError::Failed { message: other.to_string() },
        },
        DataFusionError::ResourcesExhausted(_) => SqlError::Failed {
            message: "it needs more memory than a query may hold; name fewer rows with `where`, or fewer groups".to_owned(),
        },
        DataFusionError::Plan(message) if message.contains("not found") && message.starts_with("table") => {
            let table = message.split('\'').nth(1).unwrap_or_default();
            let table = table.rsplit('.').next().unwrap_or_default();
            no_table(table, &known.iter().map(String::as_str).collect::<Vec<_>>())
        }
        other => {
            let text = other.strip_backtrace();
            // which function is most like an unknown one differs from run to run, as those that are as like as each other come out of a hash table
            let text = text.split_once("\nDid you mean").map_or(text.as_str(), |(told, _)| told);
            SqlError::Failed { message: text.to_owned() }
        }
    }
}

fn grammar(error: &DataFusionError) -> String {
    let text = error.strip_backtrace();
    let after = |mark: &str| text.split_once(mark).map(|(_, rest)| rest.to_owned());
    after("ParserError(\"").map_or_else(|| text.clone(), |rest| rest.trim_end_matches("\")").to_owned())
}
