//! Asking a server in SQL: few queries are answered at once, each user's own one after the other, so that nobody's queries take the server
//! down. Who waits too long is told.

/// Queries to begin with.
pub mod examples;

/// Turns.
mod turns;

use std::time::{Duration, Instant};

use anyhow::Result;
use domain::names::Name;
use domain::time::Day;
use engine::sql::{Answer, Bounds, Question};

use crate::commands::asker::Asker;
use crate::pages::reading::Reading;
use crate::program::tables::PATIENCE;

pub use turns::Busy;
use turns::{Turn, Turns};

/// The queries of this server, of whatever home: the machine is one.
static TURNS: Turns = Turns::new(2, 8, Duration::from_secs(20));

/// Bytes of an answer at most: longer ones are written by the command, which holds nobody else up.
const ANSWER_BYTES_MAX: usize = 256 << 20;

/// An answer, with the turn that it takes until it is handed on.
pub struct Answered {
    /// The answer.
    pub answer: Answer,
    /// How long it took.
    pub took: Duration,
    _turn: Turn<'static>,
}

/// Answers a question in its turn, with at most `rows_max` rows when that is given.
///
/// # Errors
/// When it is nobody's turn for too long ([`Busy`]), or the question cannot be answered.
pub fn answer(reading: &dyn Reading, asker: &Asker, as_of: Day, question: &Question, rows_max: Option<usize>) -> Result<Answered> {
    let user = asker.actor().map_or_else(|| Name::new(""), |actor| actor.user.clone());
    let turn = TURNS.take(&user)?;
    let began = Instant::now();
    let bounds = Bounds { rows_max, bytes_max: ANSWER_BYTES_MAX, patience: PATIENCE };
    let answer = reading.query(asker.actor(), as_of, question, bounds)?;
    Ok(Answered { answer, took: began.elapsed(), _turn: turn })
}
