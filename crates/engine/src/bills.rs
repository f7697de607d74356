//! Bills as credited: the rows of a FOCUS file as they are, each with the associations that it is credited through.
//!
//! A bill keeps its rows and its totals: there is one row out for each row in, in their order, every cell with its exact text (a
//! Parquet file keeps its types), and four columns behind them. A row that is credited through several associations has lists in
//! them, separated by `;`, the best association first; the places of the lists belong together. Rows that are no consumption, or
//! that nobody is tied to, have blanks.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use csv::{ByteRecord, Reader};
use domain::amount::Amount;
use domain::facts::Consumption;
use domain::names::Name;
use domain::partners::AccountIx;
use domain::register::Register;
use domain::ties::Tie;
use domain::time::{Day, Month};
use parquet::file::metadata::PageIndexPolicy;

use crate::files::FileForm;
use crate::formats::fields::Refused;
use crate::formats::{Context, Format, focus, reading};
use crate::lake::ParquetFile;
use crate::output::{CsvFile, OutputError};
use crate::problems::{Problems, RowProblem, Severity};
use crate::source::{FileError, RowBytes, RowLimited, Source, open_plain, parquet_builder, texts};

/// The columns that are added. Source: FOCUS, columns of providers begin with `x_`.
pub const CREDIT_COLUMNS: [&str; 4] = ["x_PartnerId", "x_AssociationType", "x_AssociationId", "x_RulebookVersion"];

/// How many places' ties are kept, so that a bill's many rows of one resource and day are judged once.
const PLACES_MAX: usize = 100_000;

/// What was credited.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BillCredited {
    /// Rows of the file.
    pub rows: u64,
    /// Rows that are consumption.
    pub consumption: u64,
    /// Rows with at least one association.
    pub credited: u64,
    /// What the credited rows add up to, US dollars.
    pub acr: Amount,
    /// Rows that could not be judged; they have blanks.
    pub problems: Problems,
}

/// How charges are judged.
pub struct Crediting<'r> {
    /// Who is tied to what.
    pub register: &'r Register<'r>,
    /// The tenants of subscriptions, and of rows that name none.
    pub context: &'r Context,
    /// Only associations of this account are told; of all without it.
    pub account: Option<AccountIx>,
    /// Resale chains are those of this month, or of the row's own when that is later.
    pub month: Month,
}

/// Credits the FOCUS file at `path` into the file at `out`, which has the same form: text or Parquet.
///
/// # Errors
/// When a file cannot be read or written, when it is no FOCUS file, was credited before, or has rows with missing cells.
pub fn credit_bill(path: &Path, out: &Path, into: FileForm, crediting: &Crediting<'_>) -> Result<BillCredited, OutputError> {
    let shown = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Some((_, form)) = FileForm::of_name(&shown) else { return Err(FileError::Ending { file: shown }.into()) };
    let source = Source::open_path(path, &shown, form)?;
    let pick = reading::pick(&focus::FORMAT, Format::Focus, &source)?;
    if let Some(column) = CREDIT_COLUMNS.into_iter().find(|name| source.position(name).is_some()) {
        return Err(FileError::CreditedBefore { file: shown, column }.into());
    }
    let delimiter = source.delimiter();
    let judging = focus::Judge::new(crediting.context);
    let told = BillCredited::default();
    let mut judge = Judge { crediting, judging, shown: &shown, header: source.header(), pick: &pick, known: HashMap::new(), told };
    match (form, into) {
        (FileForm::Csv(from), FileForm::Csv(to)) => {
            let bytes = RowBytes::default();
            let text = RowLimited::new(open_plain(path, &shown, from)?, bytes.clone());
            let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text);
            credit_text(reader, &bytes, &shown, CsvFile::create_as(out, to, delimiter)?, &pick, &mut judge)?;
        }
        (FileForm::Parquet, FileForm::Parquet) => credit_parquet(path, &shown, out, &pick, &mut judge)?,
        _ => return Err(FileError::OtherForm { file: shown, form: form.word() }.into()),
    }
    Ok(judge.told)
}

type Pick = [Option<usize>];

fn credit_text(
    mut reader: Reader<RowLimited<Box<dyn Read>>>,
    bytes: &RowBytes,
    shown: &str,
    mut file: CsvFile,
    pick: &Pick,
    judge: &mut Judge<'_>,
) -> Result<(), OutputError> {
    let mut record = ByteRecord::new();
    let broken = |rows, error: csv::Error| FileError::broken(shown, rows, error);
    reader.read_byte_record(&mut record).map_err(|error| broken(0, error))?;
    let width = record.len();
    file.write_exact(record.iter().chain(CREDIT_COLUMNS.iter().map(|name| name.as_bytes())))?;
    while reader.read_byte_record(&mut record).map_err(|error| broken(judge.told.rows, error))? {
        bytes.begin();
        if record.len() != width {
            let line = reader.position().line().saturating_sub(1);
            return Err(FileError::CellCount { file: shown.to_owned(), line, found: record.len(), expected: width }.into());
        }
        let text = |place: &Option<usize>| place.and_then(|at| std::str::from_utf8(record.get(at)?).ok());
        let cells: Vec<Option<&str>> = pick.iter().map(text).collect();
        let credits = judge.credits(record.position().map_or(0, csv::Position::line), &cells);
        file.write_exact(record.iter().chain(credits.iter().map(|cell| cell.as_bytes())))?;
    }
    file.finish()?;
    Ok(())
}

fn credit_parquet(path: &Path, shown: &str, out: &Path, pick: &Pick, judge: &mut Judge<'_>) -> Result<(), OutputError> {
    let opened = std::fs::File::open(path).map_err(|source| FileError::open(shown, source))?;
    let builder = parquet_builder(opened, PageIndexPolicy::Skip).map_err(|error| FileError::broken(shown, 0, error))?;
    let own = Arc::clone(builder.schema());
    let added = CREDIT_COLUMNS.map(|name| Arc::new(Field::new(name, DataType::Utf8, true)));
    let fields: Vec<_> = own.fields().iter().cloned().chain(added).collect();
    let schema = Arc::new(Schema::new_with_metadata(fields, own.metadata().clone()));
    let mut file = ParquetFile::create(out, Arc::clone(&schema))?;
    for batch in builder.build().map_err(|error| FileError::broken(shown, 0, error))? {
        let rows = judge.told.rows;
        let batch = batch.map_err(|error| FileError::broken(shown, rows, error))?;
        let columns: Result<Vec<_>, _> = pick.iter().map(|at| texts(at.map(|at| batch.column(at)))).collect();
        let columns = columns.map_err(|error| FileError::broken(shown, rows, error))?;
        let credits: Vec<[String; 4]> = (0..batch.num_rows())
            .map(|row| {
                let cells: Vec<Option<&str>> = columns
                    .iter()
                    .map(|column| column.as_ref().filter(|column| column.is_valid(row)).map(|column| column.value(row)))
                    .collect();
                judge.credits(rows + row as u64 + 1, &cells)
            })
            .collect();
        let column = |at: usize| -> ArrayRef {
            Arc::new(credits.iter().map(|cells| Some(cells[at].as_str()).filter(|text| !text.is_empty())).collect::<StringArray>())
        };
        let arrays = batch.columns().iter().cloned().chain((0..CREDIT_COLUMNS.len()).map(column)).collect();
        let credited = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(|error| OutputError::write(out, error))?;
        file.write(&credited)?;
    }
    file.finish()?;
    Ok(())
}

/// What ties depend on besides the register.
type Place = (Name, Name, Option<Name>, Day);

/// Judges row after row.
struct Judge<'r> {
    crediting: &'r Crediting<'r>,
    judging: focus::Judge<'r>,
    shown: &'r str,
    header: &'r [String],
    pick: &'r Pick,
    known: HashMap<Place, [String; 3]>,
    told: BillCredited,
}

impl Judge<'_> {
    /// The cells of [`CREDIT_COLUMNS`] for the row at `line` with the cells that the format reads.
    fn credits(&mut self, line: u64, cells: &[Option<&str>]) -> [String; 4] {
        self.told.rows += 1;
        let version = self.crediting.register.rulebook.program.version.clone();
        let row = self.judging.consumption(line, cells).unwrap_or_else(|refused| {
            self.refuse(line, cells, refused);
            None
        });
        let Some(row) = row else { return [String::new(), String::new(), String::new(), version] };
        self.told.consumption += 1;
        let [partner, kind, association] =
            if self.crediting.register.counts_offer(&row) { self.of_place(&row) } else { Default::default() };
        if !partner.is_empty() {
            self.told.credited += 1;
            self.told.acr += row.acr_usd;
        }
        [partner, kind, association, version]
    }

    fn refuse(&mut self, line: u64, cells: &[Option<&str>], refused: Refused) {
        let column = self.pick[refused.column].map_or_else(String::new, |place| self.header[place].clone());
        let value = cells[refused.column].unwrap_or_default().to_owned();
        let problem = RowProblem::of_file("consumption", self.shown, refused.reason, refused.message, refused.cure);
        self.told.problems.push(RowProblem { line: Some(line), column, value, severity: Severity::Quarantined, ..problem });
    }

    fn of_place(&mut self, row: &Consumption) -> [String; 3] {
        let place = (row.tenant_id.clone(), row.subscription_id.clone(), row.resource_id.clone(), row.tested_day());
        if let Some(known) = self.known.get(&place) {
            return known.clone();
        }
        if self.known.len() == PLACES_MAX {
            self.known.clear();
        }
        let found = self.crediting.tied(row);
        self.known.insert(place, found.clone());
        found
    }
}

impl Crediting<'_> {
    /// Partners, kinds and IDs of the associations of a row, each as a list.
    fn tied(&self, row: &Consumption) -> [String; 3] {
        let partners = &self.register.partners;
        let ties = self.register.ties_of_consumption(row, self.month.max(row.usage_date.month()));
        let own: Vec<&Tie> =
            ties.iter().filter(|tie| self.account.is_none_or(|account| partners.account_of(tie.location) == account)).collect();
        let list = |cell: &dyn Fn(&Tie) -> String| own.iter().map(|tie| cell(tie)).collect::<Vec<_>>().join(";");
        [
            list(&|tie| partners.partner_id(tie.location).to_string()),
            list(&|tie| tie.attach.shown().to_owned()),
            list(&|tie| self.register.association_id(tie, row)),
        ]
    }
}
