//! Workbooks: rows of typed cells under a header, as an Excel file.
//!
//! Rows go to disk as they come, so that memory does not grow with them. Texts are always texts, never formulas. Days and amounts
//! are days and numbers, so that they sort and add up; a spreadsheet keeps 15 digits of a number, and the sheet *About* says how
//! many amounts have more. Files with the exact amounts are CSV, JSON and Parquet.

use std::path::{Path, PathBuf};

use domain::amount::Amount;
use domain::time::Day;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook as File, Worksheet, XlsxError};

use crate::output::OutputError;
use crate::sheet::{Cell, Kind};

/// Rows of a sheet below its header: Excel's limit.
const SHEET_ROWS: u32 = 1_048_575;
/// Letters of a cell: Excel's limit.
const TEXT_MAX: usize = 32_767;
/// Digits of a number that a spreadsheet keeps.
const DIGITS_MAX: usize = 15;
/// How many sheets may be full before the file needs the large form of zip archives.
const SHEETS_SMALL: usize = 4;
/// The first day that a spreadsheet has without doubt: earlier ones are written as texts.
const FIRST_DAY: &str = "1900-03-01";

/// An Excel file that is being written.
pub struct Workbook {
    path: PathBuf,
    file: File,
    columns: Vec<(String, Kind)>,
    formats: Formats,
    rows_max: u32,
    /// Rows of the sheet that is being filled.
    filled: u32,
    sheets: usize,
    rows: u64,
    rounded: u64,
    cut: u64,
}

struct Formats {
    header: Format,
    day: Format,
    amount: Format,
}

impl Workbook {
    /// Prepares the file at `path` with its columns.
    ///
    /// # Errors
    /// When rows cannot be kept on disk.
    pub fn create(path: &Path, columns: &[(&str, Kind)]) -> Result<Self, OutputError> {
        Self::with_sheets_of(path, columns, SHEET_ROWS)
    }

    fn with_sheets_of(path: &Path, columns: &[(&str, Kind)], rows_max: u32) -> Result<Self, OutputError> {
        let mut file = File::new();
        // The same rows give the same bytes whenever they are written.
        let made = ExcelDateTime::from_ymd(2000, 1, 1).map_err(|error| OutputError::write(path, error))?;
        file.set_properties(&DocProperties::new().set_creation_datetime(&made));
        let formats = Formats {
            header: Format::new().set_bold(),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            amount: Format::new().set_num_format("#,##0.00"),
        };
        let columns = columns.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
        let path = path.to_owned();
        let mut book = Self { path, file, columns, formats, rows_max, filled: 0, sheets: 0, rows: 0, rounded: 0, cut: 0 };
        book.begin_sheet().map_err(|error| book.failed(error))?;
        Ok(book)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When rows cannot be kept on disk.
    pub fn push(&mut self, row: &[Cell<'_>]) -> Result<(), OutputError> {
        self.write(row).map_err(|error| self.failed(error))
    }

    /// Ends the file; returns how many rows it has.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<u64, OutputError> {
        self.close().map_err(|error| self.failed(error))?;
        Ok(self.rows)
    }

    fn failed(&self, error: XlsxError) -> OutputError {
        OutputError::write(&self.path, error)
    }

    fn begin_sheet(&mut self) -> Result<(), XlsxError> {
        self.sheets += 1;
        self.filled = 0;
        let sheet = self.file.add_worksheet_with_constant_memory()?;
        sheet.set_name(if self.sheets == 1 { "Rows".to_owned() } else { format!("Rows {}", self.sheets) })?;
        sheet.set_freeze_panes(1, 0)?;
        for (at, (name, kind)) in (0..).zip(&self.columns) {
            sheet.set_column_width(at, width(name, *kind))?;
        }
        for (at, (name, _)) in (0..).zip(&self.columns) {
            sheet.write_string_with_format(0, at, name, &self.formats.header)?;
        }
        Ok(())
    }

    fn write(&mut self, row: &[Cell<'_>]) -> Result<(), XlsxError> {
        if self.filled == self.rows_max {
            self.close_sheet()?;
            self.begin_sheet()?;
        }
        self.filled += 1;
        self.rows += 1;
        let sheet = self.file.worksheet_from_index(self.sheets - 1)?;
        for (at, cell) in (0..).zip(row) {
            match cell {
                Cell::Text(text) => self.cut += u64::from(write_text(sheet, self.filled, at, text)?),
                Cell::Day(day) => write_day(sheet, self.filled, at, *day, &self.formats.day)?,
                Cell::Count(count) => write_number(sheet, self.filled, at, &count.to_string(), None)?,
                Cell::Amount(amount) => {
                    self.rounded += u64::from(!is_kept(*amount));
                    write_number(sheet, self.filled, at, &amount.to_string(), Some(&self.formats.amount))?;
                }
            }
        }
        Ok(())
    }

    /// Filters on the header of the sheet that is being filled.
    fn close_sheet(&mut self) -> Result<(), XlsxError> {
        let filled = self.filled;
        let Some(last) = self.columns.len().checked_sub(1).and_then(|last| u16::try_from(last).ok()) else { return Ok(()) };
        self.file.worksheet_from_index(self.sheets - 1)?.autofilter(0, 0, filled, last)?;
        Ok(())
    }

    fn close(&mut self) -> Result<(), XlsxError> {
        self.close_sheet()?;
        let about = [
            ("Rows", self.rows),
            ("Sheets of rows; Excel's limit is 1,048,576 lines a sheet", self.sheets as u64),
            ("Amounts with more digits than the 15 that a spreadsheet keeps; exact in CSV, JSON and Parquet", self.rounded),
            ("Texts that were cut at 32,767 letters, Excel's limit", self.cut),
        ];
        let sheet = self.file.add_worksheet_with_constant_memory()?;
        sheet.set_name("About")?;
        sheet.set_column_width(0, 90)?;
        for (at, (what, number)) in (0..).zip(about) {
            sheet.write_string(at, 0, what)?;
            write_number(sheet, at, 1, &number.to_string(), None)?;
        }
        self.file.use_zip_large_file(self.sheets > SHEETS_SMALL);
        self.file.save(&self.path)
    }
}

/// Whether a spreadsheet keeps every digit of the amount.
fn is_kept(amount: Amount) -> bool {
    let text = amount.to_string();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').trim_end_matches('0').len() <= DIGITS_MAX
}

/// Writes a text; whether it had to be cut.
fn write_text(sheet: &mut Worksheet, row: u32, column: u16, text: &str) -> Result<bool, XlsxError> {
    if text.is_empty() {
        return Ok(false);
    }
    let end = text.char_indices().nth(TEXT_MAX).map(|(at, _)| at);
    sheet.write_string(row, column, &text[..end.unwrap_or(text.len())])?;
    Ok(end.is_some())
}

fn write_day(sheet: &mut Worksheet, row: u32, column: u16, day: Day, format: &Format) -> Result<(), XlsxError> {
    let text = day.to_string();
    // A spreadsheet counts days from 1900, which it takes for a leap year.
    match ExcelDateTime::parse_from_str(&text) {
        Ok(date) if text.as_str() >= FIRST_DAY => sheet.write_datetime_with_format(row, column, &date, format)?,
        _ => sheet.write_string(row, column, text)?,
    };
    Ok(())
}

fn write_number(sheet: &mut Worksheet, row: u32, column: u16, text: &str, format: Option<&Format>) -> Result<(), XlsxError> {
    let number: f64 = text.parse().expect("amounts and counts print as numbers");
    match format {
        Some(format) => sheet.write_number_with_format(row, column, number, format)?,
        None => sheet.write_number(row, column, number)?,
    };
    Ok(())
}

/// How wide a column is, in letters: its name with the mark of the filter, and what it holds.
fn width(name: &str, kind: Kind) -> f64 {
    let held = match kind {
        Kind::Text => 24,
        Kind::Day => 11,
        Kind::Amount => 16,
        Kind::Count => 9,
    };
    f64::from(u16::try_from(name.chars().count() + 3).unwrap_or(u16::MAX).max(held))
}

#[cfg(test)]
mod tests {
    use calamine::{Data, Reader, Xlsx, open_workbook};

    use super::*;

    const COLUMNS: [(&str, Kind); 4] = [("who", Kind::Text), ("on", Kind::Day), ("usd", Kind::Amount), ("flag", Kind::Count)];

    fn row<'a>(who: &'a str, on: &str, usd: &str) -> [Cell<'a>; 4] {
        [Cell::text(who), Cell::Day(on.parse().unwrap()), Cell::Amount(usd.parse().unwrap()), Cell::Count(1)]
    }

    fn read(path: &Path) -> Xlsx<std::io::BufReader<std::fs::File>> {
        open_workbook(path).unwrap()
    }

    #[test]
    fn cells_come_back_with_their_types_and_no_text_is_a_formula() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book.xlsx");
        let mut book = Workbook::create(&path, &COLUMNS).unwrap();
        book.push(&row("=1+1", "2024-02-29", "-1.25")).unwrap();
        book.push(&row("", "1899-01-01", "0.000000000000000001")).unwrap();
        book.push(&row("Ünï", "2024-03-01", "1234567890.1234567")).unwrap();
        assert_eq!(book.finish().unwrap(), 3);

        let mut book = read(&path);
        let rows = book.worksheet_range("Rows").unwrap();
        let cell = |row, column| rows.get((row, column)).cloned().unwrap_or_default();
        assert_eq!(
            (cell(0, 2), cell(1, 0), cell(3, 0)),
            (Data::String("usd".into()), Data::String("=1+1".into()), Data::String("Ünï".into()))
        );
        assert_eq!((cell(1, 2), cell(2, 2), cell(1, 3)), (Data::Float(-1.25), Data::Float(1e-18), Data::Float(1.0)));
        assert!(matches!(cell(1, 1), Data::DateTime(day) if day.as_f64() == 45_351.0), "{:?}", cell(1, 1));
        assert_eq!((cell(2, 0), cell(2, 1)), (Data::Empty, Data::String("1899-01-01".into())));
        assert!(book.worksheet_formula("Rows").unwrap().is_empty());
        let about = book.worksheet_range("About").unwrap();
        let numbers: Vec<_> = about.rows().map(|row| row[1].clone()).collect();
        assert_eq!(numbers, [3.0, 1.0, 1.0, 0.0].map(Data::Float));
    }

    #[test]
    fn rows_beyond_a_sheets_limit_go_on_in_the_next_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book.xlsx");
        let mut book = Workbook::with_sheets_of(&path, &COLUMNS, 2).unwrap();
        for at in 1..=5 {
            book.push(&row("x", "2024-02-29", &at.to_string())).unwrap();
        }
        assert_eq!(book.finish().unwrap(), 5);
        let mut book = read(&path);
        assert_eq!(book.sheet_names(), ["Rows", "Rows 2", "Rows 3", "About"]);
        let last = book.worksheet_range("Rows 3").unwrap();
        assert_eq!((last.height(), last.get((0, 0)).cloned()), (2, Some(Data::String("who".into()))));
    }

    #[test]
    fn a_text_longer_than_a_cell_is_cut_and_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book.xlsx");
        let mut book = Workbook::create(&path, &COLUMNS[..1]).unwrap();
        book.push(&[Cell::text("é".repeat(TEXT_MAX + 1))]).unwrap();
        book.finish().unwrap();
        let mut book = read(&path);
        assert_eq!(book.worksheet_range("About").unwrap().get((3, 1)), Some(&Data::Float(1.0)));
    }
}
