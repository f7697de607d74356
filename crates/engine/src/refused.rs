//! Rows that an import refused, as they stood in the source: kept, and written as a file to mend and to import.
//!
//! The file has the source's own columns behind two marks: `x_mends`, the place that a row is from, and `x_problem`, what was wrong with it. An
//! import reads the first and knows that the rows join what the batch brought, and restate nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::formats::{SourceFile, raw};
use crate::formulas;
use crate::source::MARK_COLUMNS;

/// How many bytes of rows of a file are kept.
const BYTES_MAX: usize = 16 << 20;

/// The rows of a file on the lines, with the header as line 0; each as JSON, a list of cells or an object. Those that would take more than
/// 16 MiB together, and all of a file that cannot be read again, are left out.
#[must_use]
pub fn collect(source: &SourceFile, lines: &BTreeSet<u64>) -> Vec<(u64, String)> {
    let (mut kept, mut bytes) = (Vec::new(), 0);
    let read = raw::rows(source, &mut |line, row| {
        if line == raw::HEADER_LINE || lines.contains(&line) {
            let text = row().to_string();
            if bytes + text.len() <= BYTES_MAX {
                bytes += text.len();
                kept.push((line, text));
            }
        }
    });
    // a file that broke off was told when its rows were taken: those before its end are there
    let _ = read;
    if kept.iter().all(|(line, _)| *line == raw::HEADER_LINE) { Vec::new() } else { kept }
}

/// The name of the file of refused rows of a source file, without folders: the source's own, so that it is recognised, in a form that can be
/// written by hand.
#[must_use]
pub fn file_name(source: &str) -> String {
    let name = source.rsplit('/').next().unwrap_or(source);
    let name = [".gz", ".zst"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    name.strip_suffix(".parquet").map_or_else(|| name.to_owned(), |stem| format!("{stem}.csv"))
}

/// The file of refused rows named `name`. `place` is what the marks of its rows begin with, `BATCH:FILE`; `problems` are told beside the rows of
/// their lines.
#[must_use]
pub fn write(name: &str, place: &str, kept: &[(u64, String)], problems: &BTreeMap<u64, String>) -> Vec<u8> {
    let none = String::new();
    let mark = |line: u64| [format!("{place}:{line}"), problems.get(&line).unwrap_or(&none).clone()];
    let rows = kept.iter().filter_map(|(line, text)| Some((*line, serde_json::from_str(text).ok()?)));
    let rows: Vec<(u64, Value)> = rows.collect();
    if rows.iter().all(|(_, row)| row.is_object()) {
        let marked = rows.into_iter().map(|(line, mut row)| {
            for (column, text) in MARK_COLUMNS.iter().zip(mark(line)) {
                row[column] = text.into();
            }
            row
        });
        return format!("{:#}\n", Value::from_iter(marked)).into_bytes();
    }
    let delimiter = if name.to_ascii_lowercase().ends_with(".tsv") { b'\t' } else { b',' };
    let mut out = csv::WriterBuilder::new().delimiter(delimiter).flexible(true).from_writer(Vec::new());
    for (line, row) in rows {
        let marks = if line == raw::HEADER_LINE { MARK_COLUMNS.map(str::to_owned) } else { mark(line) };
        let cells = row.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        let marks = marks.into_iter().map(|mark| formulas::safe(&mark).into_owned());
        let cells: Vec<String> = marks.chain(cells).collect();
        out.write_record(&cells).expect("memory takes every row");
    }
    out.into_inner().expect("memory takes every row")
}
