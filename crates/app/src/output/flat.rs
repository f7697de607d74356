//! Tables and separated text of any answer: an array becomes rows, keys become columns.

use std::io::Write;

use anyhow::Result;
use serde_json::Value;

use super::separated::Separated;
use super::table;

/// An answer as rows of cells, with a header when the rows have keys.
struct Grid {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// The answer as an aligned table.
pub fn table(value: &Value) -> String {
    let grid = Grid::new(value);
    let header: Vec<&str> = grid.header.iter().map(String::as_str).collect();
    let lines = table::lines(&header, &grid.rows, &[]);
    let shown = if header.is_empty() { &lines[lines.len().min(usize::from(lines.len() > grid.rows.len()))..] } else { &lines[..] };
    shown.iter().map(|line| format!("{line}\n")).collect()
}

/// The answer with its cells apart by `separator`.
pub fn separated(out: &mut impl Write, value: &Value, separator: u8) -> Result<()> {
    let grid = Grid::new(value);
    let header = Some(&grid.header).filter(|header| !header.is_empty());
    let mut text = Separated::new(out, separator);
    header.into_iter().chain(&grid.rows).try_for_each(|row| text.push(row))?;
    text.finish()
}

impl Grid {
    fn new(value: &Value) -> Self {
        let rows: Vec<&Value> = match value {
            Value::Array(rows) => rows.iter().collect(),
            one => vec![one],
        };
        let flat: Vec<Vec<(String, String)>> = rows.iter().map(|row| cells(row)).collect();
        let mut header: Vec<String> = Vec::new();
        for (key, _) in flat.iter().flatten() {
            if !header.contains(key) {
                header.push(key.clone());
            }
        }
        let cell = |row: &[(String, String)], key: &String| row.iter().find(|(own, _)| own == key).map(|(_, cell)| cell.clone());
        let rows = flat.iter().map(|row| header.iter().map(|key| cell(row, key).unwrap_or_default()).collect()).collect();
        if rows_have_keys(value) { Self { header, rows } } else { Self { header: Vec::new(), rows } }
    }
}

fn rows_have_keys(value: &Value) -> bool {
    match value {
        Value::Array(rows) => rows.iter().any(Value::is_object),
        one => one.is_object(),
    }
}

/// The cells of a row by key: nested objects with dots, elements of a list by their place, lists within objects as JSON.
fn cells(row: &Value) -> Vec<(String, String)> {
    match row {
        Value::Object(keys) => {
            let mut cells = Vec::new();
            for (key, value) in keys {
                match value {
                    Value::Object(_) => cells.extend(self::cells(value).into_iter().map(|(inner, cell)| (format!("{key}.{inner}"), cell))),
                    value => cells.push((key.clone(), text(value))),
                }
            }
            cells
        }
        Value::Array(elements) => elements.iter().enumerate().map(|(at, element)| (format!("{at:04}"), text(element))).collect(),
        one => vec![("0000".to_owned(), text(one))],
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_become_rows_and_their_keys_columns() {
        let answer = json!([{"a": "x", "b": {"c": 1}}, {"a": null, "d": [1, 2]}]);
        assert_eq!(table(&answer), "a  b.c  d\nx  1\n        [1,2]\n");
        let mut tsv_text = Vec::new();
        separated(&mut tsv_text, &answer, b'\t').unwrap();
        assert_eq!(String::from_utf8(tsv_text).unwrap(), "a\tb.c\td\nx\t1\t\n\t\t[1,2]\n");
    }

    #[test]
    fn single_values_and_lists_need_no_header() {
        assert_eq!(table(&json!("x")), "x\n");
        assert_eq!(table(&json!(["x", "yy"])), "x\nyy\n");
        assert_eq!(table(&json!([["x", 1], ["yy", 2]])), "x   1\nyy  2\n");
    }
}
