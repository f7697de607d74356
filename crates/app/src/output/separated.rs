//! Text separated by commas or tabs, as spreadsheets open it without running anything.

use std::io::Write;

use anyhow::Result;
use engine::formulas::safe;

/// Rows of separated text that are being written: cells with a separator, a quote or a line break stand in quotes, and a text that
/// a spreadsheet would run as a formula has an apostrophe before it.
pub struct Separated<W: Write>(csv::Writer<W>);

impl<W: Write> Separated<W> {
    /// Writes to `out`, cells apart by `separator`.
    pub fn new(out: W, separator: u8) -> Self {
        Self(csv::WriterBuilder::new().delimiter(separator).flexible(true).from_writer(out))
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn push<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) -> Result<()> {
        for cell in cells {
            self.0.write_field(safe(cell.as_ref()).as_ref()).map_err(cause)?;
        }
        self.0.write_record(None::<&[u8]>).map_err(cause)
    }

    /// Hands the rest on to `out`.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn finish(mut self) -> Result<()> {
        Ok(self.0.flush()?)
    }
}

/// The system's error within an error of writing separated text, so that a reader who went away is recognised.
fn cause(error: csv::Error) -> anyhow::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        kind => anyhow::anyhow!("cannot write separated text: {kind:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_needed_and_run_by_nobody() {
        let mut text = Vec::new();
        let mut rows = Separated::new(&mut text, b',');
        rows.push(["a,b", "=1+1", "-1.50", "say \"hi\"", ""]).unwrap();
        rows.push([""]).unwrap();
        rows.finish().unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "\"a,b\",'=1+1,-1.50,\"say \"\"hi\"\"\",\n\"\"\n");
    }
}
