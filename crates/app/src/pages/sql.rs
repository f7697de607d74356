//! Asking in SQL: a query, its answer as a table to read and as files, the tables that there are, queries to begin with.
//!
//! The query is in the address, so that an answer can be kept as a bookmark and shown to others, who see of it what they may see.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::record::desk::ActError;
use engine::sheet::{Cell, Kind};

use crate::asking::{self, Answered, Busy, examples};
use crate::commands::asker::Asker;
use crate::output::files::FileFormat;
use crate::output::rows::Rows;
use crate::pages::fields::Wrong;
use crate::pages::frame::Frame;
use crate::pages::parts::AsOfForm;
use crate::pages::problem::{Problem, pieces};
use crate::pages::reading::Reading;
use crate::pages::visit::{Visit, html, page};
use crate::pages::{paths, show};
use crate::program::tables::{self, DescribedColumn, Offer};

/// Where the page is.
pub const PATH: &str = "/sql";

/// Rows that the page shows; files have all of them.
const SHOWN_MAX: usize = 200;

/// Letters of a query at most: an address carries them. Longer ones are for the command and the API.
const LETTERS_MAX: usize = 4_000;

/// Letters of a text that a cell shows at most; files have all of them.
const CELL_MAX: usize = 1_000;

/// The page.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new().route(PATH, page(show))
}

#[derive(Template)]
#[template(path = "pages/sql.html")]
struct SqlPage {
    frame: Frame,
    heading: String,
    as_of: AsOfForm,
    as_of_kept: Option<String>,
    query: String,
    letters_max: usize,
    wrong: Option<Wrong>,
    answer: Option<Shown>,
    examples: Vec<Example>,
    tables: Vec<TableShown>,
    kept_back: Vec<Pieces>,
    note: Option<&'static str>,
}

/// An answer as it is shown.
struct Shown {
    told: String,
    has_more: bool,
    downloads: Vec<(String, String)>,
    heads: Vec<Head>,
    rows: Vec<Vec<ShownCell>>,
}

struct Head {
    name: String,
    holds: &'static str,
    class: &'static str,
}

struct ShownCell {
    text: String,
    class: &'static str,
}

struct Example {
    title: &'static str,
    href: String,
}

/// A text in pieces: whether the piece is code, and its text.
type Pieces = Vec<(bool, String)>;

struct ColumnShown {
    name: &'static str,
    holds: &'static str,
    meaning: Pieces,
}

struct TableShown {
    name: &'static str,
    meaning: Pieces,
    columns: Vec<ColumnShown>,
    href: String,
}

/// Shows the page, with the answer when something is asked; or gives the whole answer as a file.
///
/// # Errors
///
/// A visitor who may not ask, a day that is none, a file that cannot be written.
fn show(visit: &Visit) -> Result<Response, Problem> {
    let asker = visit.asker()?;
    let offer = tables::offer(&asker).map_err(|error| Problem::refused("This is not for your role", &error))?;
    let query = visit.value("query").map(|query| query.replace("\r\n", "\n"));
    if let Some((query, word)) = query.as_deref().zip(visit.value("download")) {
        return download(visit, &asker, query, word);
    }
    let asked = query.as_deref().map(|query| answered(visit, &asker, query, Some(SHOWN_MAX)));
    let (status, wrong, answer) = match asked {
        None => (StatusCode::OK, None, None),
        Some(Ok(answered)) => (StatusCode::OK, None, Some(Shown::of(visit, &answered))),
        Some(Err(NotAnswered::Told(status, wrong))) => (status, Some(wrong), None),
        Some(Err(NotAnswered::Problem(problem))) => return Err(problem),
    };
    let page = SqlPage::new(visit, &offer, query.unwrap_or_default(), wrong, answer)?;
    Ok((status, html(&page)?).into_response())
}

/// Why there is no answer: what can be mended at the query is told beside it.
enum NotAnswered {
    Told(StatusCode, Wrong),
    Problem(Problem),
}

impl From<Problem> for NotAnswered {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<anyhow::Error> for NotAnswered {
    fn from(error: anyhow::Error) -> Self {
        if let Some(busy) = error.downcast_ref::<Busy>() {
            return Self::Told(StatusCode::SERVICE_UNAVAILABLE, Wrong::of("busy", &busy.to_string(), "ask again in a moment"));
        }
        match error.downcast_ref::<ActError>() {
            Some(ActError::Refused(refusal)) => Self::Told(StatusCode::UNPROCESSABLE_ENTITY, Wrong::from(refusal)),
            _ => Self::Problem(Problem::unread(&error)),
        }
    }
}

fn answered(visit: &Visit, asker: &Asker, query: &str, rows_max: Option<usize>) -> Result<Answered, NotAnswered> {
    let letters = query.chars().count();
    if letters > LETTERS_MAX {
        let said = format!("the query has {letters} letters, and an address carries {LETTERS_MAX}");
        let cure = "ask it by `counterfoil sql --file FILE`, or by the API";
        return Err(NotAnswered::Told(StatusCode::UNPROCESSABLE_ENTITY, Wrong::of("query-too-long", &said, cure)));
    }
    let question = tables::question(query).map_err(anyhow::Error::from)?;
    Ok(asking::answer(&*visit.reading, asker, visit.as_of()?, &question, rows_max)?)
}

/// The whole answer as a file.
fn download(visit: &Visit, asker: &Asker, query: &str, word: &str) -> Result<Response, Problem> {
    let Some(format) = FileFormat::named(word) else {
        let known = FileFormat::ALL.into_iter().map(|format| {
            let ending = format.ending().to_owned();
            (ending.clone(), ending.to_uppercase(), address(visit, query, Some(&ending)))
        });
        return Err(Problem::unknown("format", word, known.collect()));
    };
    let answered = answered(visit, asker, query, None).map_err(|error| match error {
        NotAnswered::Told(..) => Problem::not_answered(paths::with_query(PATH, &[("query", Some(query.to_owned()))])),
        NotAnswered::Problem(problem) => problem,
    })?;
    let columns = answered.answer.columns();
    let columns: Vec<(&str, Kind)> = columns.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
    let bytes = Rows { columns: &columns, rows: &mut answered.answer.rows() }.into_bytes(format);
    let bytes = bytes.map_err(|error| Problem::broken(&format!("{error:#}")))?;
    let named = format!("attachment; filename=\"answer.{}\"", format.ending());
    Ok(([(header::CONTENT_TYPE, format.media_type().to_owned()), (header::CONTENT_DISPOSITION, named)], bytes).into_response())
}

impl SqlPage {
    fn new(visit: &Visit, offer: &Offer, query: String, wrong: Option<Wrong>, answer: Option<Shown>) -> Result<Self, Problem> {
        let heading = match (&wrong, &answer) {
            (Some(_), _) => "There is no answer to this query".to_owned(),
            (None, Some(answer)) => answer.told.clone(),
            (None, None) => format!("{} to ask in SQL", show::count(offer.tables.len(), "table")),
        };
        let example = |example: &'static examples::Example| Example { title: example.title, href: address(visit, example.query, None) };
        let column = |column: &DescribedColumn| ColumnShown { name: column.name, holds: column.holds, meaning: pieces(column.meaning) };
        let table = |table: &tables::Described| TableShown {
            name: table.name,
            meaning: pieces(table.meaning),
            columns: table.columns.iter().map(column).collect(),
            href: address(visit, &format!("select * from {}", table.name), None),
        };
        Ok(Self {
            frame: visit.frame("Ask with SQL"),
            heading,
            as_of: AsOfForm::of(visit)?,
            as_of_kept: visit.asked_as_of()?.map(|day| day.to_string()),
            query,
            letters_max: LETTERS_MAX,
            wrong,
            answer,
            examples: examples::of(offer).into_iter().map(example).collect(),
            tables: offer.tables.iter().map(table).collect(),
            kept_back: kept_back(offer),
            note: offer.note,
        })
    }
}

/// What is kept back, by whom to ask, in pieces.
fn kept_back(offer: &Offer) -> Vec<Pieces> {
    let mut by_cure: Vec<(&str, Vec<String>)> = Vec::new();
    for (table, column, refusal) in &offer.kept_back {
        let what = column.map_or_else(|| format!("`{table}`"), |column| format!("`{column}` of `{table}`"));
        match by_cure.iter_mut().find(|(cure, _)| *cure == refusal.cure) {
            Some((_, all)) => all.push(what),
            None => by_cure.push((&refusal.cure, vec![what])),
        }
    }
    by_cure.into_iter().map(|(cure, all)| pieces(&format!("{}: {cure}.", show::list(&all)))).collect()
}

impl Shown {
    fn of(visit: &Visit, answered: &Answered) -> Self {
        let (answer, took) = (&answered.answer, seconds(answered.took));
        let told = match (answer.is_empty(), answer.has_more()) {
            (true, _) => format!("No row, in {took}"),
            (false, true) => format!("More than {}, in {took}", show::count(SHOWN_MAX, "row")),
            (false, false) => format!("{}, in {took}", show::count(answer.len(), "row")),
        };
        let query = visit.value("query").unwrap_or_default();
        let downloads = FileFormat::ALL.into_iter().map(|format| {
            let ending = format.ending();
            (ending.to_uppercase(), address(visit, query, Some(ending)))
        });
        let columns = answer.columns();
        let classes: Vec<&'static str> = columns.iter().map(|(_, kind)| class(*kind)).collect();
        let heads = columns.into_iter().map(|(name, kind)| Head { name, holds: tables::holds_of(kind), class: class(kind) });
        let heads = heads.collect();
        let rows: Vec<Vec<Cell<'static>>> = answer.rows().collect();
        let decimals: Vec<usize> = (0..classes.len()).map(|at| rows.iter().map(|row| decimals(&row[at])).max().unwrap_or(0)).collect();
        let row = |row: &Vec<Cell<'static>>| {
            let cells = row.iter().zip(&classes).zip(&decimals);
            cells.map(|((cell, class), decimals)| ShownCell { text: text(cell, *decimals), class }).collect()
        };
        let rows = rows.iter().map(row).collect();
        Self { told, has_more: answer.has_more(), downloads: downloads.collect(), heads, rows }
    }
}

/// The page that asks a query, or the file of its answer.
fn address(visit: &Visit, query: &str, download: Option<&str>) -> String {
    let as_of = visit.value("as_of").map(str::to_owned);
    paths::with_query(PATH, &[("as_of", as_of), ("query", Some(query.to_owned())), ("download", download.map(str::to_owned))])
}

const fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "",
        Kind::Day => "day",
        Kind::Amount | Kind::Count => "number",
    }
}

/// How many decimals an amount has.
fn decimals(cell: &Cell<'_>) -> usize {
    match cell {
        Cell::Amount(amount) => amount.to_string().split_once('.').map_or(0, |(_, decimals)| decimals.len()),
        _ => 0,
    }
}

/// A cell to read: amounts with as many decimals as any of their column, so that they stand below each other.
fn text(cell: &Cell<'_>, decimals: usize) -> String {
    let text = cell.to_string();
    match cell {
        Cell::Amount(_) => {
            let (whole, own) = text.split_once('.').unwrap_or((&text, ""));
            show::grouped(&if decimals == 0 { whole.to_owned() } else { format!("{whole}.{own:0<decimals$}") })
        }
        _ => cut(&text),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(CELL_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// A time in words, to the hundredth of a second.
fn seconds(took: Duration) -> String {
    let hundredths = took.as_millis().div_ceil(10).max(1);
    format!("{}.{:02} seconds", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_to_the_hundredth_and_none_is_nothing() {
        let told = [0, 1, 340, 12_345].map(|millis| seconds(Duration::from_millis(millis)));
        assert_eq!(told, ["0.01 seconds", "0.01 seconds", "0.34 seconds", "12.35 seconds"]);
    }

    #[test]
    fn amounts_of_a_column_have_the_same_decimals() {
        let amounts = ["1234567.5", "-0.25", "3"].map(|amount| Cell::Amount(amount.parse().unwrap()));
        let most = amounts.iter().map(decimals).max().unwrap();
        assert_eq!(amounts.map(|amount| text(&amount, most)), ["1,234,567.50", "−0.25", "3.00"]);
        assert_eq!(text(&Cell::Count(2024), 0), "2024");
    }

    #[test]
    fn long_texts_are_cut_between_letters() {
        let text = "é".repeat(CELL_MAX);
        assert_eq!(cut(&text), text);
        assert_eq!(cut(&format!("{text}é")), format!("{text}…"));
    }
}
