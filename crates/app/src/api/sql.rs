//! Questions in SQL: what can be asked, and answers.

use axum::http::{Method, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::call::Call;
use crate::api::entries::value;
use crate::api::operation::{Act, Kind, Operation, Parameter, schema};
use crate::api::problem::Problem;
use crate::api::scores::{AS_OF, as_of};
use crate::asking::{self, Busy};
use crate::commands::asker::Asker;
use crate::output::rows::Rows;
use crate::program::tables::{self, Described, DescribedColumn, holds_of};

/// How many rows an answer has at most.
const ROWS_MAX: u32 = 10_000;

/// How many rows an answer has unless told.
const ROWS: usize = 1_000;

/// A question.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// One query that reads.
    query: String,
}

/// An answer.
#[derive(Debug, Serialize, JsonSchema)]
struct AnswerView {
    /// The columns, in the order of the query.
    columns: Vec<AnswerColumn>,
    /// The rows: values by column. Whole numbers are numbers, everything else is a text, exact; what is blank is empty.
    rows: Vec<Map<String, Value>>,
    /// Whether the query has more rows than the answer.
    has_more: bool,
}

/// A column of an answer.
#[derive(Debug, Serialize, JsonSchema)]
struct AnswerColumn {
    /// Its name; columns of one name are numbered from the second on.
    column: String,
    /// What it holds: `text`, `date`, `decimal` or `integer`.
    holds: &'static str,
}

/// The tables that the caller sees.
#[derive(Debug, Serialize, JsonSchema)]
struct TablesView {
    /// The tables.
    tables: Vec<TableView>,
    /// What there is and is not for the caller, with whom to ask.
    kept_back: Vec<KeptBackView>,
    /// What is left out of tables of usage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
}

/// A table.
#[derive(Debug, Serialize, JsonSchema)]
struct TableView {
    /// Its name.
    table: &'static str,
    /// What it holds.
    meaning: &'static str,
    /// Its columns.
    columns: Vec<ColumnView>,
}

/// A column of a table.
#[derive(Debug, Serialize, JsonSchema)]
struct ColumnView {
    /// Its name.
    column: &'static str,
    /// What it holds: `text`, `date`, `decimal`, `boolean` or `integer`.
    holds: &'static str,
    /// What it means.
    meaning: &'static str,
}

/// A table or column that is not for the caller.
#[derive(Debug, Serialize, JsonSchema)]
struct KeptBackView {
    /// The table.
    table: &'static str,
    /// The column; nothing when it is the whole table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    column: Option<&'static str>,
    /// Whom to ask.
    cure: String,
}

/// The operations of queries.
pub const OPERATIONS: &[&[Operation]] = &[&[
    Operation {
        method: Method::GET,
        path: "/sql/tables",
        id: "listSqlTables",
        tag: "SQL",
        summary: "The tables that queries in SQL can name",
        about: "Facts, and the associations, credits and scores that come from them, as far as the caller may see them; what is kept back, and whom to ask.",
        parameters: &[],
        takes: None,
        gives: schema::<TablesView>,
        status: StatusCode::OK,
        act: Act::Read(list),
    },
    Operation {
        method: Method::POST,
        path: "/sql",
        id: "askSql",
        tag: "SQL",
        summary: "The answer to a query in SQL",
        about: "One query that reads; it sees the rows that the caller may see and nothing else. Ask for more rows than an answer has by `order by`, `limit` and `offset`. A query may take five minutes; few are answered at once, and who waits too long for a turn is told by 429.",
        parameters: &[
            AS_OF.copy(),
            Parameter { name: "limit", kind: Kind::Count(ROWS_MAX), about: "how many rows at most; 1000 unless told" },
        ],
        takes: Some(schema::<Asked>),
        gives: schema::<AnswerView>,
        status: StatusCode::OK,
        act: Act::Read(ask),
    },
]];

fn list(call: &Call<'_>) -> Result<Value, Problem> {
    let offer = tables::offer(&Asker::of_actor(call.actor.clone()))?;
    let column = |column: &DescribedColumn| ColumnView { column: column.name, holds: column.holds, meaning: column.meaning };
    let table =
        |table: &Described| TableView { table: table.name, meaning: table.meaning, columns: table.columns.iter().map(column).collect() };
    let kept_back =
        offer.kept_back.iter().map(|(table, column, refusal)| KeptBackView { table, column: *column, cure: refusal.cure.clone() });
    Ok(value(&TablesView { tables: offer.tables.iter().map(table).collect(), kept_back: kept_back.collect(), note: offer.note }))
}

fn ask(call: &Call<'_>) -> Result<Value, Problem> {
    let Asked { query } = call.body()?;
    let question = tables::question(&query).map_err(anyhow::Error::from)?;
    let limit = call.text("limit").and_then(|text| text.parse().ok()).unwrap_or(ROWS);
    let asker = Asker::of_actor(call.actor.clone());
    let answered = asking::answer(call.reading, &asker, as_of(call), &question, Some(limit));
    let answered = answered.map_err(|error| match error.downcast_ref::<Busy>() {
        Some(busy) => Problem::busy(&busy.to_string()),
        None => Problem::from(error),
    })?;
    let answer = &answered.answer;
    let columns = answer.columns();
    let names: Vec<_> = columns.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
    let rows = Rows { columns: &names, rows: &mut answer.rows() }.into_objects();
    let columns = columns.iter().map(|(name, kind)| AnswerColumn { column: name.clone(), holds: holds_of(*kind) }).collect();
    Ok(value(&AnswerView { columns, rows, has_more: answer.has_more() }))
}
