//! The vendor's own figures: the Azure usage download of Partner Center, and a scorecard, for comparison with ours.

use std::collections::BTreeMap;
use std::path::Path;

use domain::amount::Amount;
use domain::attach::AttachType;
use domain::fraction::Fraction;
use domain::names::Name;
use domain::time::Month;

use crate::files::FileForm;
use crate::formats::dates::{self, DateStyle};
use crate::formats::fields::{Cells, Field, Refused};
use crate::problems::{Problems, RowProblem, Severity};
use crate::source::{FileError, Line, Source};
use crate::spelling::{list, list_first};
use crate::tables::bad_cells;

mod scorecard;
mod usage;

/// A file of the vendor's.
#[derive(Debug)]
pub enum VendorFile {
    /// Usage as the vendor credits it.
    Usage(VendorUsage),
    /// Points as the vendor gives them.
    Scorecard(Vec<VendorPoints>),
}

/// Which rows of the vendor's file are added up, so that no usage counts twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Those without a duplicate within global account and kind of association.
    Kind,
    /// Those without a duplicate within the global account.
    Account,
    /// All: the file has no flags.
    Every,
}

/// Usage as the vendor credits it.
#[derive(Debug)]
pub struct VendorUsage {
    /// The rows that are added up.
    pub rows: Vec<VendorRow>,
    /// Which rows those are.
    pub basis: Basis,
    /// Whether the file tells subscriptions.
    pub has_subscriptions: bool,
    /// Whether the file tells services.
    pub has_services: bool,
    /// Whether the file tells kinds of associations.
    pub has_kinds: bool,
    /// Rows that are left out: why, and how many.
    pub left_out: BTreeMap<&'static str, u64>,
}

/// A row of the vendor's usage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorRow {
    /// The month.
    pub month: Month,
    /// The customer.
    pub tenant: Name,
    /// The subscription.
    pub subscription: Option<Name>,
    /// The service, as spelled.
    pub service: Option<String>,
    /// Through which kind of association.
    pub attach: Option<AttachType>,
    /// The global account.
    pub account: Option<Name>,
    /// The location.
    pub partner: Option<Name>,
    /// Azure consumed revenue, US dollars.
    pub acr: Amount,
}

/// A line of a scorecard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorPoints {
    /// The global account.
    pub account: Option<Name>,
    /// The area, as spelled.
    pub area: String,
    /// The track, as spelled.
    pub track: Option<String>,
    /// The metric, as spelled.
    pub metric: String,
    /// The points.
    pub points: Fraction,
}

/// Reads a file of the vendor's; rows that cannot be taken are told in `problems`.
///
/// # Errors
/// When the file cannot be read, or is neither an Azure usage download nor a scorecard.
pub fn read(path: &Path, problems: &mut Problems) -> Result<VendorFile, FileError> {
    let shown = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Some((_, form)) = FileForm::of_name(&shown) else { return Err(FileError::Ending { file: shown }) };
    let source = Source::open_path(path, &shown, form)?;
    let missing = |fields: &[Field]| -> Vec<&'static str> {
        let needed = fields.iter().filter(|field| field.is_needed);
        needed.filter(|field| field.names.iter().all(|name| source.position(name).is_none())).map(|field| field.names[0]).collect()
    };
    let (of_usage, of_scorecard) = (missing(usage::columns()), missing(scorecard::columns()));
    if of_usage.is_empty() {
        return usage::read(source, problems).map(VendorFile::Usage);
    }
    if of_scorecard.is_empty() {
        return scorecard::read(source, problems).map(VendorFile::Scorecard);
    }
    if source.header().is_empty() {
        return Err(FileError::NoHeader { file: shown, expected: list(["Month", "CustomerTenantId", "ACR_USD"]) });
    }
    Err(FileError::NotOfVendor {
        file: shown,
        usage: list(of_usage),
        scorecard: list(of_scorecard),
        found: list_first(source.header().iter().map(String::as_str)),
    })
}

/// Gives the cells of `fields` of every row to `take`; rows that cannot be taken are told.
fn each_row(
    source: Source,
    fields: &'static [Field],
    problems: &mut Problems,
    take: &mut dyn FnMut(&Cells<'_>) -> Result<(), Refused>,
) -> Result<(), FileError> {
    let pick: Vec<Option<usize>> = fields.iter().map(|field| field.names.iter().find_map(|name| source.position(name))).collect();
    let (shown, header) = (source.shown().to_owned(), source.header().to_vec());
    let read = source.read(&pick, &mut |(line, cells): Line<'_>| {
        let texts = match cells {
            Ok(texts) => texts,
            Err(bad) => return problems.push(bad_cells("", &shown, line, &header, bad)),
        };
        let cells = Cells::new(line, texts, fields, DateStyle::default());
        if let Err(refused) = take(&cells) {
            let column = pick[refused.column].map_or_else(String::new, |place| header[place].clone());
            let value = cells.text_or_blank(refused.column).to_owned();
            let problem = RowProblem::of_file("", &shown, refused.reason, refused.message, refused.cure);
            problems.push(RowProblem { line: Some(line), column, value, severity: Severity::Quarantined, ..problem });
        }
    });
    read.map(|_| ())
}

/// The month in a cell. It is written as its first day, which tells the style of a date with slashes.
fn month(cells: &Cells<'_>, column: usize) -> Result<Month, Refused> {
    let text = cells.need(column)?;
    let first = |style| dates::day(text, style).filter(|day| *day == day.month().first_day());
    match first(DateStyle::MonthFirst).or_else(|| first(DateStyle::DayFirst)) {
        Some(day) => Ok(day.month()),
        None => cells.month(column),
    }
}
