//! A grid on its page: the form that picks rows, the table, its pages and its downloads.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use domain::fraction::Fraction;

use super::asked::{self, Asked};
use super::cell::Piece;
use super::{Cell, Grid, Kind, Value, file};
use crate::output::files::FileFormat;
use crate::pages::parts::Pager;
use crate::pages::show;

/// From how many rows on they can be picked.
const FILTER_FROM: usize = 10;

/// A grid, ready to be shown.
#[derive(Debug, Template)]
#[template(path = "parts/grid.html")]
pub struct GridPart {
    what: &'static str,
    /// What is told of what is hidden.
    hidden: Vec<String>,
    prefix: &'static str,
    /// Where the grid stands on the page; nothing for the page's main one, whose page begins at its head.
    anchor: String,
    is_asked: bool,
    path: String,
    kept: BTreeMap<String, String>,
    has_form: bool,
    text: String,
    choices: Vec<Choice>,
    is_filtered: bool,
    clear_href: String,
    count: String,
    downloads: Vec<(String, String)>,
    /// Where the columns are told, as a file.
    dictionary: String,
    heads: Vec<Head>,
    rows: Vec<Vec<ShownCell>>,
    foot: Vec<(String, Vec<String>)>,
    /// What is said instead of rows.
    nothing: String,
    pager: Pager,
}

/// A choice of a column's values.
#[derive(Debug)]
struct Choice {
    key: String,
    label: String,
    /// Values, with how many rows have each, and whether it is chosen.
    options: Vec<(String, usize, bool)>,
}

/// The heading of a column: a link that sorts by it.
#[derive(Debug)]
struct Head {
    label: String,
    /// What it means.
    meaning: &'static str,
    href: String,
    /// `ascending`, `descending` or `none`, as `aria-sort` has it.
    direction: &'static str,
    class: &'static str,
}

/// A cell with how it stands.
#[derive(Debug)]
struct ShownCell {
    pieces: Vec<Piece>,
    class: &'static str,
}

impl GridPart {
    /// The grid as its address asks for it.
    pub fn new(grid: &Grid<'_>) -> Self {
        let asked = Asked::of(grid);
        let found = asked::rows(grid);
        let (total, filters) = (grid.rows.len(), asked::filters(grid));
        let number = asked::value(grid, "page").and_then(|page| page.parse().ok()).unwrap_or(1);
        let of_page = |number: usize| {
            let keep = [filters.as_slice(), &["sort"]].concat();
            asked::place(grid, asked::kept(grid, &keep), Some(("page", number.to_string())))
        };
        let (pager, shown) = Pager::new(grid.what, number, found.len(), of_page);
        let kept = asked::kept(grid, &[filters.as_slice(), &["sort"]].concat());
        let downloads = FileFormat::ALL.into_iter().map(|format| {
            let ending = format.ending();
            (ending.to_uppercase(), asked::address(grid, kept.clone(), Some(("download", ending.to_owned()))))
        });
        let nothing = if total == 0 { grid.empty.clone() } else { format!("None of {} matches.", show::counted(total, grid.what)) };
        Self {
            what: grid.what,
            hidden: hidden(grid),
            prefix: grid.prefix,
            anchor: asked::anchor(grid),
            is_asked: !grid.prefix.is_empty() && grid.visit.values().keys().any(|key| key.starts_with(grid.prefix)),
            path: grid.visit.path().to_owned(),
            kept: asked::kept(grid, &["sort"]),
            has_form: total > FILTER_FROM || asked.is_filter(),
            choices: choices(grid, &asked),
            clear_href: asked::place(grid, asked::kept(grid, &["sort"]), None),
            count: count(grid.what, &shown, found.len(), total),
            downloads: downloads.collect(),
            dictionary: asked::address(grid, BTreeMap::new(), Some(("download", file::DICTIONARY.to_owned()))),
            heads: heads(grid, &asked),
            foot: foot(grid, &found),
            rows: found[shown].iter().map(|row| shown_row(grid, row)).collect(),
            is_filtered: asked.is_filter(),
            text: asked.text,
            nothing,
            pager,
        }
    }
}

impl GridPart {
    /// Whether the address asks something of this grid, one of several on its page.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.is_asked
    }
}

/// What is hidden in the grid, each thing once.
fn hidden(grid: &Grid<'_>) -> Vec<String> {
    let cells = grid.rows.iter().flat_map(|row| row.iter().zip(&grid.columns)).filter(|(_, column)| !column.is_file_only);
    let told = cells.filter_map(|(cell, _)| if let Value::Hidden(told) = &cell.value { Some(show::capital(told)) } else { None });
    told.collect::<BTreeSet<_>>().into_iter().collect()
}

/// How many rows are shown, of how many that were found, of how many there are.
fn count(what: &str, shown: &std::ops::Range<usize>, found: usize, total: usize) -> String {
    let all = show::counted(total, what);
    match (shown.len() == found, found == total) {
        (true, true) => all,
        (true, false) => format!("{found} of {all}"),
        (false, true) => format!("{} to {} of {all}", shown.start + 1, shown.end),
        (false, false) => format!("{} to {} of {found} found among {all}", shown.start + 1, shown.end),
    }
}

/// The choices of every column that offers some: values in their order, an unknown one that is asked for as well.
fn choices(grid: &Grid<'_>, asked: &Asked) -> Vec<Choice> {
    let choosable = grid.columns.iter().enumerate().filter(|(_, column)| column.is_choice);
    let choice = choosable.map(|(at, column)| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        grid.rows.iter().flat_map(|row| row[at].choices()).for_each(|value| *counts.entry(value).or_default() += 1);
        let chosen = asked.chosen(&column.key);
        counts
            .extend(chosen.filter(|value| !counts.contains_key(*value)).map(|value| (value.to_owned(), 0)).into_iter().collect::<Vec<_>>());
        let options = counts.into_iter().map(|(value, rows)| {
            let is_chosen = chosen == Some(value.as_str());
            (value, rows, is_chosen)
        });
        Choice { key: format!("{}{}", grid.prefix, column.key), label: column.label.clone(), options: options.collect() }
    });
    choice.filter(|choice| choice.options.len() > 1 || choice.options.iter().any(|(.., is_chosen)| *is_chosen)).collect()
}

/// The headings: a first click sorts numbers the largest first and words from A, a second one the other way round.
fn heads(grid: &Grid<'_>, asked: &Asked) -> Vec<Head> {
    let kept = asked::kept(grid, &asked::filters(grid));
    let head = |column: &super::Column| {
        let sort = asked.sort.as_deref().filter(|sort| sort.trim_start_matches('-') == column.key);
        let is_descending = sort.is_some_and(|sort| sort.starts_with('-'));
        let next_descends = if sort.is_some() { !is_descending } else { column.is_number() };
        let next = format!("{}{}", if next_descends { "-" } else { "" }, column.key);
        Head {
            label: column.label.clone(),
            meaning: column.meaning(),
            href: asked::place(grid, kept.clone(), Some(("sort", next))),
            direction: match sort {
                None => "none",
                Some(_) if is_descending => "descending",
                Some(_) => "ascending",
            },
            class: column.class(),
        }
    };
    grid.columns.iter().filter(|column| !column.is_file_only).map(head).collect()
}

fn shown_row(grid: &Grid<'_>, row: &[Cell]) -> Vec<ShownCell> {
    let cells = row.iter().zip(&grid.columns).filter(|(_, column)| !column.is_file_only);
    cells.map(|(cell, column)| ShownCell { pieces: cell.pieces.clone(), class: column.class() }).collect()
}

/// What the columns add up to: of the rows found and, when those are not all, of all.
fn foot(grid: &Grid<'_>, found: &[&[Cell]]) -> Vec<(String, Vec<String>)> {
    if found.is_empty() || !grid.columns.iter().any(|column| column.is_total) {
        return Vec::new();
    }
    let all: Vec<&[Cell]> = grid.rows.iter().map(Vec::as_slice).collect();
    let mut lines = vec![(format!("Total of {}", show::counted(all.len(), grid.what)), sums(grid, &all))];
    if found.len() < all.len() {
        lines.insert(0, (format!("Total of the {} found", found.len()), sums(grid, found)));
    }
    lines
}

/// The sum of each column after the first; nothing for those that are not added up.
fn sums(grid: &Grid<'_>, rows: &[&[Cell]]) -> Vec<String> {
    let shown = grid.columns.iter().enumerate().filter(|(_, column)| !column.is_file_only).skip(1);
    let sum = |(at, column): (usize, &super::Column)| {
        if !column.is_total {
            return String::new();
        }
        if grid.hides(at) {
            return "hidden".to_owned();
        }
        let sum: Fraction = rows.iter().filter_map(|row| row[at].value.number()).sum();
        let unit = rows.iter().map(|row| row[at].unit).find(|unit| !unit.is_empty()).unwrap_or(if column.kind == Kind::Count {
            "rows"
        } else {
            ""
        });
        if unit == "dollars" { show::quantity(&sum, unit) } else { show::number(&sum, unit) }
    };
    shown.map(sum).collect()
}
