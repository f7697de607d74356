//! Long answers, row by row: to stdout as they come, into a file, or as a download; every grid in every format.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Result;
use engine::sheet::{Cell, Kind, Sheet};
use engine::workbook::Workbook;
use serde_json::{Map, Value};

use super::files::{FileFormat, whole_file};
use super::separated::Separated;
use super::{Format, table};

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
        whole_file(path, |partial| self.write_as(partial, format))
    }

    /// The rows as the bytes of a file, for a download.
    ///
    /// # Errors
    /// When the rows cannot be kept on disk, where those of some formats pass through.
    pub fn into_bytes(self, format: FileFormat) -> Result<Vec<u8>> {
        if let FileFormat::Text(format) = format {
            let mut bytes = Vec::new();
            self.write(&mut bytes, format)?;
            return Ok(bytes);
        }
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("rows");
        self.write_as(&path, format)?;
        Ok(std::fs::read(path)?)
    }

    fn write_as(self, path: &Path, format: FileFormat) -> Result<u64> {
        let mut count = 0;
        match format {
            FileFormat::Text(format) => {
                let mut out = BufWriter::new(File::create(path)?);
                let Self { columns, rows } = self;
                let mut counted = rows.inspect(|_| count += 1);
                Rows { columns, rows: &mut counted }.write(&mut out, format)?;
                out.flush()?;
            }
            FileFormat::Parquet => {
                let mut sheet = Sheet::create(path, self.columns)?;
                for row in self.rows {
                    sheet.push(&row)?;
                }
                count = sheet.finish()?;
            }
            FileFormat::Xlsx => {
                let mut book = Workbook::create(path, self.columns)?;
                for row in self.rows {
                    book.push(&row)?;
                }
                count = book.finish()?;
            }
        }
        Ok(count)
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
        Value::Array(self.into_objects().into_iter().map(Value::Object).collect())
    }

    /// The rows as objects.
    pub fn into_objects(self) -> Vec<Map<String, Value>> {
        let columns = self.columns;
        self.rows.map(|row| object(columns, &row)).collect()
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
        let mut text = Separated::new(out, separator);
        text.push(self.columns.iter().map(|(name, _)| *name))?;
        for row in self.rows {
            text.push(row.iter().map(Cell::to_string))?;
        }
        text.finish()
    }

    fn write_lines(self, out: &mut impl Write) -> Result<()> {
        for row in self.rows {
            super::line(out, &Value::Object(object(self.columns, &row)))?;
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

fn object(columns: &[(&str, Kind)], row: &[Cell<'_>]) -> Map<String, Value> {
    let value = |cell: &Cell<'_>| match cell {
        Cell::Count(count) => Value::from(*count),
        cell => Value::String(cell.to_string()),
    };
    let keys = columns.iter().map(|(name, _)| (*name).to_owned());
    keys.zip(row.iter().map(value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_rows_come_in_every_format_and_in_the_same_bytes_twice() {
        let columns = [("customer", Kind::Text), ("on", Kind::Day), ("acr_usd", Kind::Amount), ("rows", Kind::Count)];
        let row =
            || vec![Cell::text("=Alpine"), Cell::Day("2024-02-29".parse().unwrap()), Cell::Amount("1.25".parse().unwrap()), Cell::Count(3)];
        for format in FileFormat::ALL {
            let bytes = || Rows { columns: &columns, rows: &mut std::iter::once(row()) }.into_bytes(format).unwrap();
            assert!(!bytes().is_empty() && bytes() == bytes(), "{format:?}");
        }
        let csv = Rows { columns: &columns, rows: &mut std::iter::once(row()) }.into_bytes(FileFormat::Text(Format::Csv)).unwrap();
        assert_eq!(String::from_utf8(csv).unwrap(), "customer,on,acr_usd,rows\n'=Alpine,2024-02-29,1.25,3\n");
    }
}
