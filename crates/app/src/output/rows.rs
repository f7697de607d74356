//! Long answers, row by row: to stdout as they come, or into a file that appears when it is whole.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use engine::sheet::{Cell, Kind, Sheet};
use serde_json::{Map, Value};

use super::{Format, table};
use crate::problem::Refusal;

/// Rows of typed cells under a header.
pub struct Rows<'r, 'c> {
    /// The columns: their names and what they hold.
    pub columns: &'r [(&'r str, Kind)],
    /// The rows.
    pub rows: &'r mut (dyn Iterator<Item = Vec<Cell<'c>>> + 'r),
}

impl Rows<'_, '_> {
    /// Writes the rows into a file, whose ending tells the format; returns how many there are.
    ///
    /// # Errors
    /// When the ending tells none, or the file cannot be written.
    pub fn write_file(self, path: &Path) -> Result<u64> {
        let format = FileFormat::of(path)?;
        whole_file(path, |partial| match format {
            FileFormat::Parquet => self.write_parquet(partial),
            FileFormat::Text(format) => self.write_text(partial, format),
        })
    }

    fn write_text(self, path: &Path, format: Format) -> Result<u64> {
        let mut out = BufWriter::new(File::create(path)?);
        let mut count = 0;
        let Self { columns, rows } = self;
        let mut counted = rows.inspect(|_| count += 1);
        Rows { columns, rows: &mut counted }.write(&mut out, format)?;
        out.flush()?;
        Ok(count)
    }

    fn write_parquet(self, path: &Path) -> Result<u64> {
        let mut sheet = Sheet::create(path, self.columns)?;
        for row in self.rows {
            sheet.push(&row)?;
        }
        Ok(sheet.finish()?)
    }

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
        let columns = self.columns;
        Value::Array(self.rows.map(|row| object(columns, &row)).collect())
    }

    fn write_table(self, out: &mut impl Write) -> Result<()> {
        let header: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let is_number = |(_, (_, kind)): &(usize, &(&str, Kind))| matches!(kind, Kind::Amount | Kind::Count);
        let right: Vec<usize> = self.columns.iter().enumerate().filter(is_number).map(|(at, _)| at).collect();
        let rows: Vec<Vec<String>> = self.rows.map(|row| row.iter().map(Cell::to_string).collect()).collect();
        for line in table::lines(&header, &rows, &right) {
            writeln!(out, "{line}")?;
        }
        Ok(())
    }

    fn write_separated(self, out: &mut impl Write, separator: u8) -> Result<()> {
        let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(out);
        writer.write_record(self.columns.iter().map(|(name, _)| *name)).map_err(csv_error)?;
        for row in self.rows {
            writer.write_record(row.iter().map(Cell::to_string)).map_err(csv_error)?;
        }
        Ok(writer.flush()?)
    }

    fn write_lines(self, out: &mut impl Write) -> Result<()> {
        for row in self.rows {
            super::line(out, &object(self.columns, &row))?;
        }
        Ok(())
    }

    fn write_json(self, out: &mut impl Write) -> Result<()> {
        let mut separator = "[";
        for row in self.rows {
            write!(out, "{separator}\n  ")?;
            serde_json::to_writer(&mut *out, &object(self.columns, &row)).map_err(std::io::Error::from)?;
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

fn object(columns: &[(&str, Kind)], row: &[Cell<'_>]) -> Value {
    let value = |cell: &Cell<'_>| match cell {
        Cell::Count(count) => Value::from(*count),
        cell => Value::String(cell.to_string()),
    };
    let keys = columns.iter().map(|(name, _)| (*name).to_owned());
    Value::Object(keys.zip(row.iter().map(value)).collect::<Map<_, _>>())
}

/// Writes a file beside its place and moves it there when it is whole.
///
/// # Errors
/// When the file cannot be written; then nothing of it is left.
pub fn whole_file<T>(path: &Path, write: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
    let partial = partial(path);
    let moved = write(&partial).and_then(|written| {
        std::fs::rename(&partial, path)?;
        Ok(written)
    });
    if moved.is_err() {
        // what is left of it helps nobody
        let _ = std::fs::remove_file(&partial);
    }
    moved.with_context(|| format!("cannot write `{}`; check the folder, its rights and the disk", path.display()))
}

/// Where a file is while it is written.
fn partial(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    path.with_file_name(name)
}

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// One that stdout can have as well.
    Text(Format),
    /// Parquet.
    Parquet,
}

impl FileFormat {
    /// The format that the ending of a file's name tells.
    ///
    /// # Errors
    /// When it tells none.
    pub fn of(path: &Path) -> Result<Self, Refusal> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
        match ending.as_str() {
            "csv" => Ok(Self::Text(Format::Csv)),
            "tsv" => Ok(Self::Text(Format::Tsv)),
            "json" => Ok(Self::Text(Format::Json)),
            "jsonl" | "ndjson" => Ok(Self::Text(Format::Jsonl)),
            "yaml" | "yml" => Ok(Self::Text(Format::Yaml)),
            "parquet" => Ok(Self::Parquet),
            _ => Err(Refusal::usage(format!("`{}` tells no format by its ending", path.display()))
                .hint("name it `….csv`, `….tsv`, `….json`, `….jsonl`, `….yaml` or `….parquet`")),
        }
    }
}
