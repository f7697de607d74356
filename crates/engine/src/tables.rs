//! Rows of a table of the exchange format, read from a file.

use std::collections::BTreeSet;

use domain::amount::Amount;
use domain::cells::{CellKind, CellProblem, Column, Row};
use domain::facts::{
    Certification, Claim, Consumption, Csp, Customer, Enrolment, ExchangeRate, GroupMember, ManagementGroup, PalLink, Partner,
    PartnerOfRecord, Person, Principal, Program, ResourceOwner, Revenue, RoleAssignment, Subscription, WorkloadUsage,
};
use domain::names::Name;

use crate::files::{FileForm, TableFile};
use crate::formulas;
use crate::problems::{Problems, RowProblem, Severity};
use crate::source::{BadCells, FileError, Line, MARK_COLUMNS, Source};
use crate::spelling::{list, list_first, nearest};

/// Columns that the lake adds to every table: the batch and the line that a row came from.
pub const ORIGIN_COLUMNS: [&str; 2] = ["x_batch", "x_line"];

/// A row type that [`Program`] holds.
pub trait TableRow: Row {
    /// The program's rows of the table.
    fn rows(program: &Program) -> &Vec<Self>;
    /// The program's rows of the table, to change.
    fn rows_mut(program: &mut Program) -> &mut Vec<Self>;
}

/// Does `$act!(table: Row, …)` with every table of the exchange format.
macro_rules! each_table {
    ($act:ident) => {
        $act! {
            partners: Partner, customers: Customer, subscriptions: Subscription, principals: Principal, group_members: GroupMember,
            pal_links: PalLink, role_assignments: RoleAssignment, management_groups: ManagementGroup, resource_owners: ResourceOwner,
            partner_of_record: PartnerOfRecord, csp: Csp, claims: Claim, consumption: Consumption, workload_usage: WorkloadUsage,
            revenue: Revenue, people: Person, certifications: Certification, enrolments: Enrolment,
            exchange_rates: ExchangeRate
        }
    };
}
pub(crate) use each_table;

macro_rules! table_rows {
    ($($table:ident: $row:ident),*) => {$(
        impl TableRow for $row {
            fn rows(program: &Program) -> &Vec<Self> {
                &program.$table
            }
            fn rows_mut(program: &mut Program) -> &mut Vec<Self> {
                &mut program.$table
            }
        }
    )*};
}
each_table!(table_rows);

/// A row of a file: its line (row number in a Parquet file), its cells in the order of the table's columns (none when
/// they cannot be told apart), and the typed row, or why there is none.
pub struct ReadRow<'a, R> {
    /// The line or row number, counted from 1.
    pub line: u64,
    /// The cells as texts.
    pub cells: &'a [Option<&'a str>],
    /// The batch and file, and the line in it, that the row first came from; in files of the lake only.
    pub origin: Option<(&'a str, u64)>,
    /// The row, or what is wrong with it.
    pub row: Result<R, Box<RowProblem>>,
}

/// Reads a file of the table `R`, row by row. Remarks on the header, and the end of a file that breaks off, go to
/// `problems`; what is wrong with a row goes to `take`. Returns how many rows were given.
///
/// # Errors
/// When the file cannot be opened, or when its header will not do.
pub fn read_rows<R: Row>(file: &TableFile, problems: &mut Problems, take: impl FnMut(ReadRow<'_, R>)) -> Result<u64, FileError> {
    read(Source::open(file)?, file, problems, take)
}

/// Reads the rows of some customers of a file of the lake, as [`read_rows`] does; rows of others are passed over unread. Lines are those of
/// the rows that are given.
///
/// # Errors
/// As [`read_rows`].
pub fn read_rows_of<R: Row>(
    file: &TableFile,
    tenants: &BTreeSet<Name>,
    problems: &mut Problems,
    take: impl FnMut(ReadRow<'_, R>),
) -> Result<u64, FileError> {
    read(Source::open_of(file, tenants)?, file, problems, take)
}

fn read<R: Row>(source: Source, file: &TableFile, problems: &mut Problems, mut take: impl FnMut(ReadRow<'_, R>)) -> Result<u64, FileError> {
    let mut pick = places(&source, R::TABLE, R::COLUMNS, problems)?;
    pick.extend(ORIGIN_COLUMNS.map(|name| source.position(name)));
    let header = source.header().to_vec();
    let is_text = matches!(file.form, FileForm::Csv(_));
    let mut rows = 0;
    let read = source.read(&pick, &mut |(line, cells): Line<'_>| {
        rows += 1;
        let at = |problem: CellProblem| Box::new(at_row(R::TABLE, R::COLUMNS, &file.shown, line, problem));
        match cells {
            Ok(all) => {
                let (cells, origin) = all.split_at(R::COLUMNS.len());
                let is_quoted = is_text && cells.iter().flatten().any(|cell| cell.starts_with('\''));
                let undone: Vec<Option<&str>>;
                let cells = if is_quoted {
                    undone = cells.iter().map(|cell| cell.map(formulas::plain)).collect();
                    &undone
                } else {
                    cells
                };
                let origin = origin[0].zip(origin[1].and_then(|line| line.parse().ok()));
                take(ReadRow { line, cells, origin, row: R::read(cells).map_err(at) });
            }
            Err(bad) => {
                take(ReadRow { line, cells: &[], origin: None, row: Err(Box::new(bad_cells(R::TABLE, &file.shown, line, &header, bad))) })
            }
        }
    });
    match read {
        Err(error @ FileError::Broken { .. }) => problems.push(unreadable(R::TABLE, &file.shown, &error)),
        Err(error) => return Err(error),
        Ok(_) => {}
    }
    Ok(rows)
}

/// Checks the header of a file of any table, without reading its rows.
///
/// # Errors
/// When the file cannot be opened, or when its header will not do.
pub fn check_header(file: &TableFile, columns: &[Column], problems: &mut Problems) -> Result<(), FileError> {
    places(&Source::open(file)?, file.table, columns, problems).map(|_| ())
}

/// Where the header has each of `columns`. Unknown columns and floating point numbers are told as warnings.
fn places(source: &Source, table: &'static str, columns: &[Column], problems: &mut Problems) -> Result<Vec<Option<usize>>, FileError> {
    let names = || columns.iter().map(|column| column.name);
    if source.header().is_empty() {
        let needed = list(columns.iter().filter(|column| column.required).map(|column| column.name));
        return Err(FileError::NoHeader { file: source.shown().to_owned(), expected: needed });
    }
    let unknown: Vec<&str> = source.header().iter().map(String::as_str).filter(|name| !is_known(name, columns)).collect();
    let places: Vec<Option<usize>> = names().map(|name| source.position(name)).collect();
    let missing: Vec<&str> =
        columns.iter().zip(&places).filter(|(column, place)| column.required && place.is_none()).map(|(column, _)| column.name).collect();
    if !missing.is_empty() {
        return Err(missing_columns(source, &missing, &unknown));
    }
    for name in unknown {
        let left = names().zip(&places).filter(|(_, place)| place.is_none()).map(|(name, _)| name);
        problems.push(unknown_column(table, source.shown(), name, nearest(name, left)));
    }
    for (column, place) in columns.iter().zip(&places) {
        if place.is_some_and(|place| source.floats().contains(&place)) {
            problems.push(float_column(table, source.shown(), column.name));
        }
    }
    Ok(places)
}

fn is_known(name: &str, columns: &[Column]) -> bool {
    columns.iter().map(|column| column.name).chain(ORIGIN_COLUMNS).chain(MARK_COLUMNS).any(|known| known.eq_ignore_ascii_case(name))
}

fn missing_columns(source: &Source, missing: &[&str], unknown: &[&str]) -> FileError {
    let meant: Vec<String> = missing
        .iter()
        .filter_map(|name| nearest(name, unknown.iter().copied()).map(|found| format!("rename `{found}` to `{name}`")))
        .collect();
    let hint = match source.header() {
        [only] if only.contains([';', '\t', '|']) => "; separate the cells with commas".to_owned(),
        _ if !meant.is_empty() => format!("; {}", meant.join(", ")),
        _ => "; add the column, each row needs it".to_owned(),
    };
    FileError::MissingColumns {
        file: source.shown().to_owned(),
        missing: list(missing.iter().copied()),
        found: list_first(source.header().iter().map(String::as_str)),
        hint,
    }
}

fn unknown_column(table: &'static str, file: &str, name: &str, meant: Option<&str>) -> RowProblem {
    let cure =
        meant.map_or_else(|| "take the column out, or leave it: it changes nothing".to_owned(), |meant| format!("did you mean `{meant}`?"));
    let message = format!("the table `{table}` has no column `{name}`; the column is not read");
    RowProblem { column: name.to_owned(), ..RowProblem::of_file(table, file, "unknown-column", message, cure) }
}

/// The warning about a column of binary floating point numbers.
#[must_use]
pub fn float_column(table: &'static str, file: &str, name: &str) -> RowProblem {
    let message = format!("`{name}` holds binary floating point numbers; money is decimal, never float");
    let cure = "write the column as decimal; until then each number is taken in its shortest decimal form".to_owned();
    RowProblem { column: name.to_owned(), ..RowProblem::of_file(table, file, "float-column", message, cure) }
}

fn unreadable(table: &'static str, file: &str, error: &FileError) -> RowProblem {
    let cure = "the rows before stay".to_owned();
    RowProblem { severity: Severity::Unreadable, ..RowProblem::of_file(table, file, error.reason(), error.to_string(), cure) }
}

/// The problem of a cell, told with its place.
#[must_use]
pub fn at_row(table: &'static str, columns: &[Column], file: &str, line: u64, problem: CellProblem) -> RowProblem {
    let kind = columns.iter().find(|column| column.name == problem.column).map(|column| column.kind);
    RowProblem {
        table,
        file: file.to_owned(),
        line: Some(line),
        column: problem.column.to_owned(),
        reason: reason(kind, &problem),
        value: problem.value,
        message: problem.message,
        cure: problem.cure,
        severity: Severity::Quarantined,
        rows: 1,
    }
}

fn reason(kind: Option<CellKind>, problem: &CellProblem) -> &'static str {
    let is_of_kind = match kind {
        Some(CellKind::Day | CellKind::Month) => problem.value.parse::<domain::time::Day>().is_ok(),
        _ => false,
    };
    match kind {
        _ if problem.message == "the cell is blank" => "blank-cell",
        _ if problem.value.is_empty() => "incomplete-row",
        Some(CellKind::Day | CellKind::Month) if is_of_kind => "not-first-of-month",
        Some(CellKind::Day) => "not-a-day",
        Some(CellKind::Month) => "not-a-month",
        Some(CellKind::Amount) => match problem.value.parse::<Amount>() {
            Err(domain::amount::AmountError::Absurd(_)) => "absurd-amount",
            _ => "not-an-amount",
        },
        Some(CellKind::Flag) => "not-a-flag",
        Some(CellKind::Text) | None => "unknown-word",
    }
}

/// The problem of a row whose cells cannot be told apart or read.
#[must_use]
pub fn bad_cells(table: &'static str, file: &str, line: u64, header: &[String], bad: BadCells) -> RowProblem {
    let (reason, column, value, message, cure) = match bad {
        BadCells::BrokenText { at, position, byte, text } => (
            "broken-utf-8",
            header.get(at).cloned().unwrap_or_default(),
            text,
            format!("byte {position} of the cell, 0x{byte:02X}, is not UTF-8{}", latin(byte)),
            "save the file as UTF-8".to_owned(),
        ),
        BadCells::Unmended { at, text } => (
            "broken-utf-8",
            header.get(at).cloned().unwrap_or_default(),
            text,
            "the cell still has `\u{fffd}`, which stands for bytes that were no text".to_owned(),
            "write the letter that is meant".to_owned(),
        ),
        BadCells::Count { found, expected, breaks } => (
            "cell-count",
            String::new(),
            String::new(),
            format!("the row has {found} cells where the header has {expected} columns{}", over_lines(breaks)),
            match breaks {
                0 => "look for a missing or extra comma; a cell with a comma in it stands in double quotes".to_owned(),
                _ => "look for a quote that is opened on this line and never closed".to_owned(),
            },
        ),
    };
    let line = Some(line);
    RowProblem { table, file: file.to_owned(), line, column, value, reason, message, cure, severity: Severity::Quarantined, rows: 1 }
}

fn over_lines(breaks: u64) -> String {
    if breaks > 0 { format!(", and runs over {} lines", breaks + 1) } else { String::new() }
}

/// What the byte would be in the encoding that such files most often have.
fn latin(byte: u8) -> String {
    if byte >= 0xA0 { format!("; in Windows-1252 it is `{}`", char::from(byte)) } else { String::new() }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_table_of_the_exchange_format_can_be_read() {
        macro_rules! names {
            ($($table:ident: $row:ident),*) => { vec![$( stringify!($table) ),*] };
        }
        let known: Vec<&str> = domain::facts::TABLES.iter().map(|(table, _)| *table).collect();
        assert_eq!(each_table!(names), known);
    }
}
