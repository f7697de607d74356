//! Second approvals: what another reviewer has voted on, and waits for a vote of the visitor.

use axum::response::Response;

use super::{listed, waiting};
use crate::pages::problem::Problem;
use crate::pages::show;
use crate::pages::visit::Visit;
use crate::pages::workspace::OPERATOR_ROLES;

/// Shows what waits for another reviewer than those who have voted.
///
/// # Errors
///
/// A visitor who does not act for the operator, or registers that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let actor = visit.operator(&OPERATOR_ROLES)?;
    let (mut waiting, today) = visit.read(|desk| Ok((waiting(desk)?, desk.today())))?;
    waiting.retain(|one| !one.voted.is_empty());
    let own = waiting.iter().filter(|one| one.voted.contains(&actor.user)).count();
    waiting.retain(|one| !one.voted.contains(&actor.user));
    let heading = match (waiting.len(), own) {
        (0, 0) => "Nothing waits for a second vote".to_owned(),
        (0, 1) => "Nothing waits for your vote; 1 that you voted on waits for another reviewer".to_owned(),
        (0, own) => format!("Nothing waits for your vote; {own} that you voted on wait for another reviewer"),
        (some, _) => format!("{} for another reviewer", waits(some)),
    };
    let said =
        "What the first vote was for is told when it is decided, so that the second reviewer judges the proof and not the colleague.";
    listed(
        visit,
        "Second approvals",
        heading,
        said,
        &waiting,
        today,
        "When a colleague has cast the first vote on something, it comes here.",
    )
}

fn waits(cases: usize) -> String {
    if cases == 1 { "1 case waits".to_owned() } else { format!("{} wait", show::count(cases, "case")) }
}
