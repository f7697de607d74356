//! A cell: what is shown, what it is sorted by, and what files have.

use std::cmp::Ordering;

use domain::amount::Amount;
use domain::fraction::Fraction;
use domain::names::Name;
use domain::time::{Day, Month};

use crate::pages::problem::pieces;
use crate::pages::show;

/// What a cell holds: what it is sorted by, and what files have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing; last in every order.
    None,
    /// A text, sorted without regard to case.
    Text(String),
    /// An ID; numbers in their order.
    Id(Name),
    /// A day.
    Day(Day),
    /// An exact amount.
    Amount(Amount),
    /// A whole number.
    Count(i64),
    /// An exact fraction.
    Fraction(Fraction),
    /// What is hidden from the visitor's role: what is told in its place.
    Hidden(String),
}

impl Value {
    /// The order of values of one column, the other way round when it `is_descending`; nothing stays last.
    pub fn order(&self, other: &Self, is_descending: bool) -> Ordering {
        let known = match (self, other) {
            (Self::None, Self::None) => return Ordering::Equal,
            (Self::None, _) => return Ordering::Greater,
            (_, Self::None) => return Ordering::Less,
            (Self::Id(one), Self::Id(other)) => one.id_order().cmp(&other.id_order()),
            (Self::Day(one), Self::Day(other)) => one.cmp(other),
            (Self::Amount(one), Self::Amount(other)) => one.cmp(other),
            (Self::Count(one), Self::Count(other)) => one.cmp(other),
            (Self::Fraction(one), Self::Fraction(other)) => one.cmp(other),
            _ => self.text().to_lowercase().cmp(&other.text().to_lowercase()),
        };
        if is_descending { known.reverse() } else { known }
    }

    /// The value as a plain text.
    pub fn text(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Text(text) | Self::Hidden(text) => text.clone(),
            Self::Id(id) => id.to_string(),
            Self::Day(day) => day.to_string(),
            Self::Amount(amount) => amount.to_string(),
            Self::Count(count) => count.to_string(),
            Self::Fraction(fraction) => fraction.shown(),
        }
    }

    /// The value as a number that can be added up; nothing for all else.
    pub fn number(&self) -> Option<Fraction> {
        match self {
            Self::Amount(amount) => Some(Fraction::from(*amount)),
            Self::Count(count) => Some(Fraction::whole(*count)),
            Self::Fraction(fraction) => Some(fraction.clone()),
            _ => None,
        }
    }
}

/// A piece of a cell.
#[derive(Debug, Clone)]
pub enum Piece {
    /// Words.
    Text(String),
    /// Words that stay on one line.
    Unbroken(String),
    /// Words that lead on.
    Link(String, String),
    /// Words beside the matter.
    Quiet(String),
    /// A code before what it is about.
    Code(String),
    /// A word of the user's within a sentence.
    Word(String),
    /// A label with its number.
    Figure(String, String),
    /// A line of its own.
    Line(String),
    /// A good sign, and what it says to those who do not see it.
    Tick(&'static str),
    /// A sign that stands alone: its class, itself, and what it says.
    Mark(&'static str, &'static str, String),
    /// A short sign with what it stands for.
    Sign(&'static str, String),
}

/// A cell of a grid.
#[derive(Debug, Clone)]
pub struct Cell {
    /// What is shown.
    pub pieces: Vec<Piece>,
    /// What it is sorted by, and what files have.
    pub value: Value,
    /// The unit of a number, as pages write it: `dollars`, `points`.
    pub unit: &'static str,
    /// What rows are picked by, where it is not the value itself.
    pub tags: Option<Vec<String>>,
}

impl Cell {
    /// A value, shown as it is.
    #[must_use]
    pub fn new(value: Value) -> Self {
        let shown = value.text();
        Self::shown(shown, value)
    }

    /// A value that is shown in other words.
    #[must_use]
    pub fn shown(shown: impl Into<String>, value: Value) -> Self {
        let shown = shown.into();
        let pieces = if shown.is_empty() { Vec::new() } else { vec![Piece::Text(shown)] };
        Self { pieces, value, unit: "", tags: None }
    }

    /// Nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::new(Value::None)
    }

    /// A text; an empty one is nothing.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(if text.is_empty() { Value::None } else { Value::Text(text) })
    }

    /// A sentence, whose words in backticks are shown as code.
    #[must_use]
    pub fn said(sentence: &str) -> Self {
        let piece = |(is_code, text)| if is_code { Piece::Word(text) } else { Piece::Text(text) };
        Self { pieces: pieces(sentence).into_iter().map(piece).collect(), ..Self::text(sentence) }
    }

    /// What is hidden from the visitor's role; `told` says so, and whom to ask.
    #[must_use]
    pub fn hidden(told: &str) -> Self {
        let value = Value::Hidden(told.to_owned());
        Self { pieces: vec![Piece::Sign("hidden", told.to_owned())], value, unit: "", tags: Some(vec!["hidden".to_owned()]) }
    }

    /// An ID.
    #[must_use]
    pub fn id(id: &Name) -> Self {
        Self::new(Value::Id(id.clone()))
    }

    /// A day, or nothing.
    #[must_use]
    pub fn day(day: Option<Day>) -> Self {
        Self::new(day.map_or(Value::None, Value::Day))
    }

    /// A month.
    #[must_use]
    pub fn month(month: Month) -> Self {
        Self::text(month.to_string())
    }

    /// Dollars.
    #[must_use]
    pub fn dollars(amount: Amount) -> Self {
        Self { unit: "dollars", ..Self::shown(show::quantity(&amount.into(), "dollars"), Value::Amount(amount)) }
    }

    /// A number of `unit`: seats, users.
    #[must_use]
    pub fn number(amount: Amount, unit: &'static str) -> Self {
        Self { unit, ..Self::shown(show::number(&amount.into(), unit), Value::Amount(amount)) }
    }

    /// A whole number of `unit`.
    #[must_use]
    pub fn count(count: usize, unit: &'static str) -> Self {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        Self { unit, ..Self::shown(show::number(&Fraction::whole(count), unit), Value::Count(count)) }
    }

    /// A fraction with its unit.
    #[must_use]
    pub fn fraction(fraction: &Fraction, unit: &'static str) -> Self {
        Self { unit, ..Self::shown(show::number(fraction, unit), Value::Fraction(fraction.clone())) }
    }

    /// Points.
    #[must_use]
    pub fn points(points: &Fraction) -> Self {
        Self::fraction(points, "points")
    }

    /// A code, which stays on one line.
    #[must_use]
    pub fn code(code: String) -> Self {
        Self { pieces: vec![Piece::Unbroken(code.clone())], ..Self::text(code) }
    }

    /// Several texts, each on its line: nothing when there are none. Rows are picked by each of them.
    #[must_use]
    pub fn lines(lines: &[String]) -> Self {
        let value = if lines.is_empty() { Value::None } else { Value::Text(lines.join("; ")) };
        let pieces = lines.iter().cloned().map(Piece::Line).collect();
        Self { pieces, value, unit: "", tags: Some(lines.to_vec()) }
    }

    /// The cell, leading on.
    #[must_use]
    pub fn link(mut self, href: String) -> Self {
        if let Some(Piece::Text(text)) = self.pieces.first() {
            self.pieces[0] = Piece::Link(text.clone(), href);
        }
        self
    }

    /// The cell with a piece before what it has.
    #[must_use]
    pub fn before(mut self, piece: Piece) -> Self {
        self.pieces.insert(0, piece);
        self
    }

    /// The cell with a further piece.
    #[must_use]
    pub fn with(mut self, piece: Piece) -> Self {
        self.pieces.push(piece);
        self
    }

    /// The cell with words beside the matter.
    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Self {
        self.with(Piece::Quiet(note.into()))
    }

    /// The cell with what rows are picked by.
    #[must_use]
    pub fn tagged(self, tags: Vec<String>) -> Self {
        Self { tags: Some(tags), ..self }
    }

    /// What rows are picked by.
    pub fn choices(&self) -> Vec<String> {
        match &self.tags {
            Some(tags) => tags.clone(),
            None => Some(self.value.text()).into_iter().filter(|text| !text.is_empty()).collect(),
        }
    }

    /// Whether the cell holds a text, given in lower case.
    pub fn holds(&self, text: &str) -> bool {
        let has = |held: &str| held.to_lowercase().contains(text);
        let in_piece = |piece: &Piece| match piece {
            Piece::Text(held) | Piece::Unbroken(held) | Piece::Link(held, _) | Piece::Quiet(held) => has(held),
            Piece::Code(held) | Piece::Word(held) | Piece::Line(held) => has(held),
            Piece::Figure(label, value) => has(label) || has(value),
            Piece::Mark(_, _, said) => has(said),
            Piece::Tick(_) | Piece::Sign(..) => false,
        };
        self.pieces.iter().any(in_piece) || has(&self.value.text())
    }
}
