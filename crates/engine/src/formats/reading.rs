//! Reads the rows of a format whose files have a header.

use domain::amount::Amount;

use super::dates::DateStyle;
use super::fields::{Cells, Field, Refused};
use super::{Context, Format, Intake, SourceFile, tell};
use crate::files::FileForm;
use crate::problems::{Problems, RowProblem, Severity};
use crate::source::{FileError, Line, Source};
use crate::spelling::{list, list_first};
use crate::tables::{bad_cells, float_column};

/// A format whose files have a header.
#[derive(Debug)]
pub struct SheetFormat {
    /// The table that most rows go to.
    pub table: &'static str,
    /// The columns that it reads.
    pub fields: &'static [Field],
    /// How to get a file with all of them, for the message about one without.
    pub cure: &'static str,
    /// What takes the rows of one file.
    pub open: for<'c> fn(&'c Context) -> Box<dyn Rows + 'c>,
}

/// Takes the rows of one file.
pub trait Rows {
    /// Hands a row to the intake, as facts or to be left out.
    ///
    /// # Errors
    /// When the row cannot be taken; it is quarantined then.
    fn take(&mut self, cells: &Cells<'_>, intake: &mut Intake<'_>) -> Result<(), Refused>;

    /// The amount that a row adds to the file's total.
    fn amount(&self, _cells: &Cells<'_>) -> Amount {
        Amount::ZERO
    }

    /// Hands over what could only be known at the end of the file.
    fn end(&mut self, _intake: &mut Intake<'_>) {}
}

impl SheetFormat {
    /// The needed columns that are not there, by their first names.
    pub fn missing(&self, has: &dyn Fn(&str) -> bool) -> Vec<&'static str> {
        let needed = self.fields.iter().filter(|field| field.is_needed);
        needed.filter(|field| !field.names.iter().any(|name| has(name))).map(|field| field.names[0]).collect()
    }

    /// How many of the columns are there.
    pub fn found(&self, has: &dyn Fn(&str) -> bool) -> usize {
        self.fields.iter().filter(|field| field.names.iter().any(|name| has(name))).count()
    }

    /// How many columns a file must have.
    pub fn needed(&self) -> usize {
        self.fields.iter().filter(|field| field.is_needed).count()
    }
}

/// Opens a file of any form that its name tells.
pub fn open(source: &SourceFile) -> Result<Source, FileError> {
    let name = source.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (_, form) = FileForm::of_name(&name)
        .ok_or_else(|| FileError::open(&source.shown, std::io::Error::other("the file's ending is of no known form")))?;
    Source::open_path(&source.path, &source.shown, form)
}

/// Reads a file.
pub fn read(
    format: &SheetFormat,
    source: &SourceFile,
    context: &Context,
    intake: &mut Intake<'_>,
    remarks: &mut Problems,
    progress: &mut dyn FnMut(u64),
) -> Result<(), FileError> {
    let file = open(source)?;
    let pick = pick(format, source.format, &file)?;
    let style = style(format, source, &pick)?;
    let header = file.header().to_vec();
    for place in file.floats().iter().filter(|place| pick.contains(&Some(**place))) {
        remarks.push(float_column(format.table, &source.shown, &header[*place]));
    }
    let mut rows = (format.open)(context);
    let mut rounded = 0;
    let read = file.read(&pick, &mut |(line, cells): Line<'_>| {
        match cells {
            Err(bad) => intake.quarantine(bad_cells(format.table, &source.shown, line, &header, bad), Amount::ZERO),
            Ok(texts) => {
                let cells = Cells::new(line, texts, format.fields, style);
                if let Err(refused) = rows.take(&cells, intake) {
                    let problem = problem(format, source, &header, &pick, &cells, refused);
                    intake.quarantine(problem, rows.amount(&cells));
                }
                rounded += u64::from(cells.was_rounded());
            }
        }
        tell(progress, intake.rows());
    });
    rows.end(intake);
    if rounded > 0 {
        let message = "amounts have more than 18 decimal places; they are rounded to 18".to_owned();
        let remark = RowProblem::of_file(format.table, &source.shown, "rounded-amount", message, String::new());
        remarks.push(RowProblem { rows: rounded, ..remark });
    }
    match read {
        Err(error @ FileError::Broken { .. }) => {
            let problem =
                RowProblem::of_file(format.table, &source.shown, error.reason(), error.to_string(), "the rows before stay".to_owned());
            remarks.push(RowProblem { severity: Severity::Unreadable, ..problem });
            Ok(())
        }
        other => other.map(|_| ()),
    }
}

fn problem(
    format: &SheetFormat,
    source: &SourceFile,
    header: &[String],
    pick: &[Option<usize>],
    cells: &Cells<'_>,
    refused: Refused,
) -> RowProblem {
    let at = refused.column;
    let column = pick[at].map_or_else(|| format.fields[at].names[0].to_owned(), |place| header[place].clone());
    RowProblem {
        line: Some(cells.line),
        column,
        value: cells.text_or_blank(at).to_owned(),
        severity: Severity::Quarantined,
        ..RowProblem::of_file(format.table, &source.shown, refused.reason, refused.message, refused.cure)
    }
}

/// Where the header has each field.
pub fn pick(format: &SheetFormat, name: Format, file: &Source) -> Result<Vec<Option<usize>>, FileError> {
    if file.header().is_empty() {
        let expected = list(format.fields.iter().filter(|field| field.is_needed).map(|field| field.names[0]));
        return Err(FileError::NoHeader { file: file.shown().to_owned(), expected });
    }
    let missing = format.missing(&|name| file.position(name).is_some());
    if !missing.is_empty() {
        return Err(FileError::MissingColumns {
            file: file.shown().to_owned(),
            missing: list(missing),
            found: list_first(file.header().iter().map(String::as_str)),
            hint: format!("; the format `{}` needs them: {}", name, format.cure),
        });
    }
    Ok(format.fields.iter().map(|field| field.names.iter().find_map(|name| file.position(name))).collect())
}

/// How many rows are looked at for the file's style of dates.
const STYLE_ROWS: u64 = 200_000;

/// The style in which the file writes dates with slashes, proven by the first date that can be read in one way only.
fn style(format: &SheetFormat, source: &SourceFile, pick: &[Option<usize>]) -> Result<DateStyle, FileError> {
    let is_date = |name: &&'static str| name.to_ascii_lowercase().contains("date") || name.eq_ignore_ascii_case("month");
    let dates: Vec<Option<usize>> = format
        .fields
        .iter()
        .zip(pick)
        .filter(|(field, place)| place.is_some() && field.names.iter().any(is_date))
        .map(|(_, place)| *place)
        .collect();
    let (mut style, mut rows) = (None, 0);
    if dates.is_empty() {
        return Ok(DateStyle::default());
    }
    let looked = open(source)?.read_while(&dates, &mut |(_, cells): Line<'_>| {
        rows += 1;
        let texts: Vec<&str> = cells.unwrap_or_default().iter().flatten().copied().collect();
        style = texts.iter().find_map(|text| DateStyle::proven_by(text.trim()));
        let may_have_slashes = texts.is_empty() || texts.iter().any(|text| text.contains('/'));
        style.is_none() && may_have_slashes && rows < STYLE_ROWS
    });
    match looked {
        // a file that breaks off is told when its rows are read
        Ok(_) | Err(FileError::Broken { .. }) => Ok(style.unwrap_or_default()),
        Err(error) => Err(error),
    }
}
