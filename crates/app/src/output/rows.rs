//! Long answers, row by row: written as they come, to stdout or into a file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::{Format, table};
use crate::problem::Refusal;

/// Rows under a header, each cell a text.
pub struct Rows<'a> {
    /// The columns.
    pub header: &'a [&'a str],
    /// The places of columns that JSON writes as numbers.
    pub numbers: &'a [usize],
    /// The places of columns that end under each other in a table.
    pub right: &'a [usize],
    /// The rows.
    pub rows: &'a mut dyn Iterator<Item = Vec<String>>,
}

impl Rows<'_> {
    /// Writes the rows in a format.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write(self, out: &mut impl Write, format: Format) -> Result<()> {
        match format {
            Format::Table => self.write_table(out),
            Format::Csv => self.write_separated(out, b','),
            Format::Tsv => self.write_separated(out, b'\t'),
            Format::Jsonl => self.write_lines(out),
            Format::Json => self.write_json(out),
            Format::Yaml => Ok(out.write_all(serde_saphyr::to_string(&self.into_value())?.as_bytes())?),
        }
    }

    /// The rows as an array of objects.
    pub fn into_value(self) -> Value {
        let (header, numbers) = (self.header, self.numbers);
        Value::Array(self.rows.map(|row| object(header, numbers, row)).collect())
    }

    fn write_table(self, out: &mut impl Write) -> Result<()> {
        let rows: Vec<Vec<String>> = self.rows.collect();
        for line in table::lines(self.header, &rows, self.right) {
            writeln!(out, "{line}")?;
        }
        Ok(())
    }

    fn write_separated(self, out: &mut impl Write, separator: u8) -> Result<()> {
        let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(out);
        writer.write_record(self.header).map_err(csv_error)?;
        for row in self.rows {
            writer.write_record(&row).map_err(csv_error)?;
        }
        Ok(writer.flush()?)
    }

    fn write_lines(self, out: &mut impl Write) -> Result<()> {
        for row in self.rows {
            super::line(out, &object(self.header, self.numbers, row))?;
        }
        Ok(())
    }

    fn write_json(self, out: &mut impl Write) -> Result<()> {
        let mut separator = "[";
        for row in self.rows {
            write!(out, "{separator}\n  ")?;
            serde_json::to_writer(&mut *out, &object(self.header, self.numbers, row)).map_err(std::io::Error::from)?;
            separator = ",";
        }
        Ok(out.write_all(if separator == "[" { b"[]\n" } else { b"\n]\n" })?)
    }
}

/// The system's error within an error of writing separated text, so that a reader who went away is recognised.
pub fn csv_error(error: csv::Error) -> anyhow::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        kind => anyhow::anyhow!("cannot write separated text: {kind:?}"),
    }
}

fn object(header: &[&str], numbers: &[usize], row: Vec<String>) -> Value {
    let cell = |(at, text): (usize, String)| match text.parse::<i64>() {
        Ok(number) if numbers.contains(&at) => Value::from(number),
        _ => Value::String(text),
    };
    let keys = header.iter().map(|key| (*key).to_owned());
    Value::Object(keys.zip(row.into_iter().enumerate().map(cell)).collect::<Map<_, _>>())
}

/// Writes a file beside its place and moves it there when it is whole.
///
/// # Errors
/// When the file cannot be written.
pub fn write_file(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> Result<()>) -> Result<()> {
    let partial = partial(path);
    let place = || format!("cannot write `{}`; check the folder, its rights and the disk", path.display());
    let mut out = BufWriter::new(File::create(&partial).with_context(place)?);
    let written = write(&mut out).and_then(|()| Ok(out.flush()?));
    drop(out);
    let moved = written.and_then(|()| Ok(std::fs::rename(&partial, path)?));
    if moved.is_err() {
        // what is left of it helps nobody
        let _ = std::fs::remove_file(&partial);
    }
    moved.with_context(place)
}

/// Where a file is while it is written.
pub fn partial(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    path.with_file_name(name)
}

/// The format that the ending of a file's name tells.
///
/// # Errors
/// When it tells none.
pub fn format_of(path: &Path) -> Result<Format, Refusal> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
    match ending.as_str() {
        "csv" => Ok(Format::Csv),
        "tsv" => Ok(Format::Tsv),
        "json" => Ok(Format::Json),
        "jsonl" | "ndjson" => Ok(Format::Jsonl),
        "yaml" | "yml" => Ok(Format::Yaml),
        _ => Err(Refusal::usage(format!("`{}` tells no format by its ending", path.display()))
            .hint("name it `….csv`, `….tsv`, `….json`, `….jsonl`, `….yaml` or `….parquet`")),
    }
}
