//! The form of example files, and how compact rows are written out.
//!
//! A field whose value is an array repeats the row for each element; several such fields give every combination. `months`
//! stands for one row a month: `["2023-01", "2023-12"]` for the first and the last, or one month; consumption becomes
//! consumption of the month.

use serde::Deserialize;
use toml::{Spanned, Table, Value};

use crate::examples::{Example, Expected};
use crate::facts::Program;
use crate::rulebook::RulebookProblem;
use crate::rulebook::parse::read_toml;
use crate::time::{Day, Month};

/// Most rows that a compact row may stand for.
const ROWS_MAX: usize = 10_000;

/// A file of examples.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExampleFile {
    /// Facts of every example of the file: tables of the dataset folder.
    #[serde(default)]
    #[schemars(with = "std::collections::BTreeMap<String, Vec<std::collections::BTreeMap<String, CompactCell>>>")]
    common: Table,
    /// The examples.
    example: Vec<ExampleText>,
}

/// An example as files write it.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct ExampleText {
    /// What it shows, as a sentence.
    #[schemars(with = "String")]
    name: Spanned<String>,
    /// Where it comes from.
    source: String,
    /// The day that is asked about.
    as_of: Day,
    /// Sides of thresholds that it shows, as `PLACE:SIDE`.
    #[serde(default)]
    covers: Vec<String>,
    /// The facts: tables of the dataset folder.
    #[serde(default)]
    #[schemars(with = "std::collections::BTreeMap<String, Vec<std::collections::BTreeMap<String, CompactCell>>>")]
    given: Table,
    /// The results.
    expect: Vec<Expected>,
}

/// A cell of a compact row: a value, or several to repeat the row with.
#[derive(schemars::JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "the type is there for the JSON Schema of example files")]
enum CompactCell {
    Text(String),
    Whole(i64),
    Flag(bool),
    Repeat(Vec<OneCell>),
}

/// A cell that a row is repeated with.
#[derive(schemars::JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "the type is there for the JSON Schema of example files")]
enum OneCell {
    Text(String),
    Whole(i64),
}

/// Reads the example files among the files of a rulebook: pairs of a path and a text.
///
/// # Errors
/// Every problem found; a fact that cannot be read is reported at the name of its example.
pub fn parse(files: &[(String, String)]) -> Result<Vec<Example>, Vec<RulebookProblem>> {
    let (mut examples, mut problems) = (Vec::new(), Vec::new());
    for (path, text) in files.iter().filter(|(path, _)| path.split('/').rev().nth(1) == Some("examples") && path.ends_with(".toml")) {
        match read_toml::<ExampleFile>(path, text) {
            Ok(file) => {
                for example in file.example {
                    let offset = example.name.span().start;
                    match write_out(path, text, &file.common, example) {
                        Ok(example) => examples.push(example),
                        Err(message) => problems.push(RulebookProblem::at(path, text, offset, message, None)),
                    }
                }
            }
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(examples) } else { Err(problems) }
}

/// An example with its rows written out, or what is wrong in its facts.
fn write_out(file: &str, text: &str, common: &Table, example: ExampleText) -> Result<Example, String> {
    let mut given = Table::new();
    for (table, rows) in common.iter().chain(&example.given) {
        let rows = rows.as_array().ok_or_else(|| format!("`{table}` is not an array of rows"))?;
        let Value::Array(written) = given.entry(table.clone()).or_insert(Value::Array(Vec::new())) else { continue };
        for row in rows {
            let row = row.as_table().ok_or_else(|| format!("a row of `{table}` is not a table"))?;
            written.extend(repeat(table, row)?.into_iter().map(Value::Table));
        }
    }
    let program: Program = given.try_into().map_err(|error: toml::de::Error| format!("in the facts: {}", error.message()))?;
    let line = RulebookProblem::at(file, text, example.name.span().start, String::new(), None).line;
    Ok(Example {
        name: example.name.into_inner(),
        file: file.to_owned(),
        line,
        source: example.source,
        as_of: example.as_of,
        given: program,
        given_text: toml::to_string(&example.given).unwrap_or_default(),
        expect: example.expect,
        covers: example.covers,
    })
}

/// The rows that a compact row stands for.
fn repeat(table: &str, row: &Table) -> Result<Vec<Table>, String> {
    let mut rows = vec![Table::new()];
    for (field, value) in row {
        let choices = match value {
            _ if field == "months" => months(table, value)?,
            Value::Array(values) => values.iter().map(|value| vec![(field.clone(), value.clone())]).collect(),
            value => vec![vec![(field.clone(), value.clone())]],
        };
        if rows.len() * choices.len() > ROWS_MAX {
            return Err(format!("a row of `{table}` stands for more than {ROWS_MAX} rows; write fewer"));
        }
        let with = |row: &Table, choice: &Vec<(String, Value)>| {
            let mut row = row.clone();
            row.extend(choice.iter().cloned());
            row
        };
        rows = rows.iter().flat_map(|row| choices.iter().map(|choice| with(row, choice))).collect();
    }
    Ok(rows)
}

/// The cells of each month of `months`.
fn months(table: &str, value: &Value) -> Result<Vec<Vec<(String, Value)>>, String> {
    let bad = || format!("`months` is {value}; expected a month, or the first and the last one");
    let (first, last) = match value {
        Value::String(month) => (month.as_str(), month.as_str()),
        Value::Array(ends) => match ends.as_slice() {
            [Value::String(first), Value::String(last)] => (first.as_str(), last.as_str()),
            _ => return Err(bad()),
        },
        _ => return Err(bad()),
    };
    let month = |text: &str| text.parse::<Month>().map_err(|error| error.to_string());
    let (first, last) = (month(first)?, month(last)?);
    if last < first {
        return Err(bad());
    }
    let text = |key: &str, value: String| (key.to_owned(), Value::String(value));
    let cells = |month: Month| match table {
        "consumption" => vec![text("usage_date", month.first_day().to_string()), text("grain", "month".to_owned())],
        _ => vec![text("month", month.to_string())],
    };
    Ok(last.trailing(last.months_since(first) + 1).map(cells).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(table: &str, row: &str) -> Vec<String> {
        let row: Table = row.parse().unwrap();
        repeat(table, &row).unwrap().iter().map(|row| toml::to_string(row).unwrap().replace('\n', ";")).collect()
    }

    #[test]
    fn a_field_with_an_array_repeats_the_row_for_each_element() {
        let rows = rows("certifications", "person_id = ['a', 'b']\ncertification = ['AZ-104', 'AZ-305']");
        assert_eq!(rows.len(), 4);
        assert_eq!(rows[1], "certification = \"AZ-104\";person_id = \"b\";");
    }

    #[test]
    fn months_stand_for_one_row_a_month() {
        assert_eq!(rows("revenue", "months = ['2022-12', '2023-01']"), ["month = \"2022-12\";", "month = \"2023-01\";"]);
        assert_eq!(rows("consumption", "months = '2023-01'"), ["grain = \"month\";usage_date = \"2023-01-01\";"]);
        assert!(repeat("revenue", &"months = ['2023-02', '2023-01']".parse().unwrap()).is_err());
    }
}
