//! What a partner's resale is worth, for enrolments.

use anyhow::Result;
use domain::enrolment::checks::Floor;
use domain::floor;
use domain::names::Name;
use domain::register::Register;
use domain::rulebook::Rulebook;

use super::OpenProgram;
use crate::clock;
use crate::home::Home;

/// The revenue of an account in the rulebook's trailing months, worked out from what is credited to it.
///
/// # Errors
/// When the facts cannot be read.
pub fn revenue(home: &Home, rulebook: &Rulebook, account: &Name) -> Result<Floor> {
    let month = clock::today().closed_month();
    let program = OpenProgram::from_home(home, rulebook.clone().into())?;
    let lines = program.credited(month)?;
    let facts = &program.dataset().program;
    Ok(floor::measure(&Register::new(facts, rulebook), &lines, &facts.revenue, account, month))
}
