//! Output: one answer as a table, JSON, YAML or separated text. Data go to stdout, prose to stderr.

/// Text separated by commas or tabs, as spreadsheets open it without running anything.
mod separated;

/// Files that answers are written into.
pub mod files;

/// Tables and separated text of any answer.
mod flat;

/// Long answers, row by row.
pub mod rows;

/// Lines with columns that stand under each other.
pub mod table;

use std::io::{self, BufWriter, IsTerminal, Write};

use anyhow::Result;
use serde::Serialize;
use serde_json::Value;

use crate::problem::Refusal;

use rows::Rows;

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For reading; the default on a terminal
    Table,
    /// The whole answer; the default in a pipe
    Json,
    /// One object a line
    Jsonl,
    /// Tab-separated, with a header
    Tsv,
    /// Comma-separated, with a header
    Csv,
    /// The whole answer as YAML
    Yaml,
}

/// How the caller wants answers.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Output")]
pub struct OutputOptions {
    /// How to write the answer [default: table on a terminal, json in a pipe]
    #[arg(short, long = "output", value_name = "FORMAT", global = true)]
    output: Option<Format>,

    /// A JMESPath expression that picks from the answer, as in `[?status=='qualified'].area`
    #[arg(long, value_name = "JMESPATH", global = true)]
    query: Option<String>,

    /// Write without colours (so does the variable `NO_COLOR`)
    #[arg(long, global = true)]
    no_color: bool,
}

/// Writes answers to stdout.
pub struct Output {
    format: Format,
    /// Whether the caller named the format.
    is_asked: bool,
    query: Option<jmespath::Expression<'static>>,
    paint: Paint,
}

impl Output {
    /// The output that the options ask for.
    ///
    /// # Errors
    /// When the query is no JMESPath expression.
    pub fn new(options: &OutputOptions) -> Result<Self> {
        let is_terminal = io::stdout().is_terminal();
        let query = options.query.as_deref().map(jmespath::compile).transpose();
        let query = query.map_err(|error| {
            Refusal::usage(format!("`--query` is no JMESPath expression: {}", error.reason))
                .hint("texts are in single quotes: `[?area=='security']`")
        })?;
        let is_plain = options.no_color || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Ok(Self {
            is_asked: options.output.is_some(),
            format: options.output.unwrap_or(if is_terminal { Format::Table } else { Format::Json }),
            query,
            paint: Paint { is_on: is_terminal && !is_plain },
        })
    }

    /// Whether answers are tables for reading.
    pub fn is_for_reading(&self) -> bool {
        self.format == Format::Table && self.query.is_none()
    }

    /// Writes a long answer row by row.
    ///
    /// # Errors
    /// As [`Output::print`].
    pub fn print_rows(&self, rows: Rows<'_, '_>) -> Result<()> {
        let mut out = BufWriter::new(io::stdout().lock());
        match self.query {
            None => rows.write(&mut out, self.format)?,
            Some(_) => self.write(&mut out, self.pick(&rows.into_value())?)?,
        }
        Ok(out.flush()?)
    }

    /// Writes an answer; `table` is its form for reading.
    ///
    /// # Errors
    /// When the query does not fit the answer, or stdout cannot be written.
    pub fn print<T: Serialize>(&self, answer: &T, table: impl FnOnce(Paint) -> String) -> Result<()> {
        let mut out = BufWriter::new(io::stdout().lock());
        if self.query.is_none() {
            match self.format {
                Format::Table => out.write_all(table(self.paint).as_bytes())?,
                Format::Json => json(&mut out, answer)?,
                _ => self.write(&mut out, serde_json::to_value(answer)?)?,
            }
        } else {
            let picked = self.pick(answer)?;
            self.write(&mut out, picked)?;
        }
        Ok(out.flush()?)
    }

    /// Writes an answer that is a text of its own: the text, unless a form or a part of it is asked for.
    ///
    /// # Errors
    /// As [`Output::print`].
    pub fn print_text<T: Serialize>(&self, answer: &T, text: &str) -> Result<()> {
        if self.is_asked || self.query.is_some() {
            return self.print(answer, |_| text.to_owned());
        }
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// What the query picks from an answer.
    fn pick<T: Serialize>(&self, answer: &T) -> Result<Value> {
        let Some(query) = &self.query else { return Ok(serde_json::to_value(answer)?) };
        let whole =
            jmespath::Variable::from_serializable(answer).map_err(|error| anyhow::anyhow!("the answer cannot be asked: {error}"))?;
        let picked = query.search(whole).map_err(|error| Refusal::usage(format!("`--query` does not fit the answer: {}", error.reason)))?;
        Ok(serde_json::to_value(&*picked)?)
    }

    fn write(&self, out: &mut impl Write, value: Value) -> Result<()> {
        match self.format {
            Format::Table => out.write_all(flat::table(&value).as_bytes())?,
            Format::Json => json(out, &value)?,
            Format::Jsonl => match value {
                Value::Array(rows) => rows.iter().try_for_each(|row| line(out, row))?,
                one => line(out, &one)?,
            },
            Format::Tsv => flat::separated(out, &value, b'\t')?,
            Format::Csv => flat::separated(out, &value, b',')?,
            Format::Yaml => out.write_all(serde_saphyr::to_string(&value)?.as_bytes())?,
        }
        Ok(())
    }
}

fn json<T: Serialize>(out: &mut impl Write, answer: &T) -> Result<()> {
    serde_json::to_writer_pretty(&mut *out, answer).map_err(io::Error::from)?;
    Ok(out.write_all(b"\n")?)
}

fn line(out: &mut impl Write, row: &Value) -> Result<()> {
    serde_json::to_writer(&mut *out, row).map_err(io::Error::from)?;
    Ok(out.write_all(b"\n")?)
}

/// Colours, when stdout is a terminal that wants them.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    is_on: bool,
}

impl Paint {
    /// No colours.
    pub fn plain() -> Self {
        Self { is_on: false }
    }

    /// A heading.
    pub fn strong(self, text: &str) -> String {
        self.with("1", text)
    }

    /// What is well.
    pub fn good(self, text: &str) -> String {
        self.with("32", text)
    }

    /// What needs attention.
    pub fn warn(self, text: &str) -> String {
        self.with("33", text)
    }

    /// What may be passed over.
    pub fn faint(self, text: &str) -> String {
        self.with("2", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.is_on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
