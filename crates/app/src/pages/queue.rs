//! The operator's queue: what waits for reviewers, the most urgent first.

/// One claim: proofs, checklist, comments, asking for more, voting.
mod claim;

/// Proofs as files.
mod proofs;

/// What waits for a second reviewer.
mod second;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::Response;
use domain::claims::arbitrations::{Arbitration, ArbitrationState};
use domain::claims::{Claim, Running};
use domain::names::Name;
use domain::record::desk::{Acted, Desk};
use domain::record::entry::By;
use domain::time::Day;
use domain::words::ClaimState;

use crate::pages::acting::form;
use crate::pages::frame::Frame;
use crate::pages::grid::{Cell, Column, Grid, GridPart, Value};
use crate::pages::inbox::{is_pending, wanted};
use crate::pages::named::{self, Partners};
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::visit::{Visit, html, page};
use crate::pages::workspace::OPERATOR_ROLES;
use crate::pages::{paths, show};

pub use proofs::{ProofLine, lines as proof_lines};

/// The pages of the queue.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new()
        .route("/operator", page(show))
        .route("/operator/second", page(second::show))
        .route("/operator/claims/{claim}", page(claim::show))
        .route("/operator/claims/{claim}/review", form(claim::review))
        .route("/operator/claims/{claim}/more", form(claim::more))
        .route("/operator/claims/{claim}/approve", form(claim::approve))
        .route("/operator/claims/{claim}/reject", form(claim::reject))
        .route("/operator/claims/{claim}/comment", form(claim::comment))
        .route("/operator/claims/{claim}/proofs/{hash}", page(proofs::file))
}

#[derive(Template)]
#[template(path = "pages/queue.html")]
struct QueuePage {
    frame: Frame,
    eyebrow: &'static str,
    heading: String,
    told: Option<String>,
    said: &'static str,
    first: Option<String>,
    grid: GridPart,
}

/// Something that reviewers decide on.
struct Waiting {
    id: Name,
    href: String,
    partner: String,
    customer: String,
    what: String,
    state: String,
    waits_for: &'static str,
    due_on: Option<Day>,
    voted: Vec<Name>,
}

const TOLD: [(&str, &str); 8] = [
    ("review", "The review has begun."),
    ("more", "The partner is asked for more, and told until when."),
    ("first", "Your vote is cast. Another reviewer votes next, without knowing yours."),
    ("split", "Your vote is cast. Both votes differ; a third reviewer settles it."),
    ("approved", "It is decided: approved. Both sides are told."),
    ("rejected", "It is decided: rejected. The partner is told why, and what it can do."),
    ("decided", "It is decided. The loser is told why, and that it may claim again with new proof."),
    ("comment", "Your comment is added."),
];

/// Shows the queue.
///
/// # Errors
///
/// A visitor who does not act for the operator, or registers that cannot be read.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    visit.operator(&OPERATOR_ROLES)?;
    let (waiting, today) = visit.read(|desk| Ok((waiting(desk)?, desk.today())))?;
    let overdue = waiting.iter().filter(|one| one.due_on.is_some_and(|due| due < today)).count();
    let heading = match (waiting.len(), overdue) {
        (0, _) => "Nothing waits to be decided".to_owned(),
        (all, 0) => format!("{} undecided, none overdue", show::count(all, "case")),
        (all, late) => format!("{} undecided, {late} overdue", show::count(all, "case")),
    };
    let said = "Keys: O opens the first case. On a case, A approves, R rejects, M asks for more and N goes to the next (with Alt, or as your browser says).";
    let empty = "Claims that partners hand in come here, with the time that is left for each.";
    listed(visit, "Queue", heading, said, &waiting, today, empty)
}

fn listed(
    visit: &Visit,
    eyebrow: &'static str,
    heading: String,
    said: &'static str,
    waiting: &[Waiting],
    today: Day,
    empty: &str,
) -> Result<Response, Problem> {
    let columns = vec![
        Column::text("case", "Case").unbroken(),
        Column::text("due_on", "Until").unbroken(),
        Column::text("waits_for", "Waits for").choice(),
        Column::text("state", "State").choice(),
        Column::text("what", "What"),
        Column::text("partner", "Partner").choice(),
        Column::text("customer", "Customer").choice(),
        Column::text("voted", "Has voted"),
    ];
    let rows = waiting.iter().map(|one| row(one, today)).collect();
    let grid = Grid::new(visit, "cases", columns, rows).sorted("due_on").named(&eyebrow.to_lowercase().replace(' ', "-")).empty(empty);
    if let Some(file) = grid.download() {
        return file;
    }
    html(&QueuePage {
        frame: visit.frame(eyebrow),
        eyebrow,
        heading,
        told: visit.told(&TOLD),
        said,
        first: waiting.iter().min_by_key(|one| (one.due_on.is_none(), one.due_on)).map(|one| one.href.clone()),
        grid: grid.part(),
    })
}

fn row(one: &Waiting, today: Day) -> Vec<Cell> {
    let due = one.due_on.map_or_else(Cell::none, |due| {
        let shown = if due < today { format!("{due}, overdue") } else { due.to_string() };
        Cell::shown(shown, Value::Text(due.to_string()))
    });
    vec![
        Cell::id(&one.id).link(one.href.clone()),
        due,
        Cell::text(one.waits_for),
        Cell::text(one.state.clone()),
        Cell::text(one.what.clone()),
        Cell::text(one.partner.clone()),
        Cell::text(one.customer.clone()),
        Cell::text(one.voted.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")),
    ]
}

fn first_due<'c>(clocks: impl Iterator<Item = &'c Running>) -> Option<Day> {
    clocks.map(|clock| clock.due_on).min()
}

/// Claims and arbitrations that nobody has decided on.
fn waiting(desk: &Desk<'_>) -> Acted<Vec<Waiting>> {
    let mut partners = Partners::default();
    let mut found = Vec::new();
    for claim in desk.list::<Claim>(&By::default())? {
        if !is_pending(&claim) {
            continue;
        }
        found.push(Waiting {
            href: paths::operator_claim(&claim.claim_id),
            partner: partners.name(desk, &claim.partner_id)?,
            customer: named::customer(desk, &claim.tenant_id)?,
            what: wanted(&claim),
            state: claim.state.to_string(),
            waits_for: waits_for(&claim, desk.today()),
            due_on: first_due(claim.clocks.values()),
            voted: claim.votes.iter().map(|vote| vote.by.clone()).collect(),
            id: claim.claim_id,
        });
    }
    let open = By { state: Some(ArbitrationState::Open.to_string()), ..By::default() };
    for case in desk.list::<Arbitration>(&open)? {
        let incumbent: Claim = desk.get(case.incumbent.as_str())?;
        found.push(Waiting {
            href: paths::operator_arbitration(&case.arbitration_id),
            partner: partners.name(desk, &case.partner_id)?,
            customer: named::customer(desk, &case.tenant_id)?,
            what: format!("{} against {} on {}", case.challenger, case.incumbent, case.scopes.join(", ")),
            state: "arbitration".to_owned(),
            waits_for: match case.votes.len() {
                _ if case.awaits_proof(&incumbent, desk.today()).is_some() => "proof of the holder",
                0 => "a first vote",
                1 => "a second vote",
                _ => "a third vote",
            },
            due_on: first_due(case.clocks.values()),
            voted: case.votes.iter().map(|vote| vote.by.clone()).collect(),
            id: case.arbitration_id,
        });
    }
    Ok(found)
}

/// Whom a claim waits for.
fn waits_for(claim: &Claim, today: Day) -> &'static str {
    match claim.state {
        ClaimState::Submitted => "a review",
        ClaimState::ActionRequired => "the partner",
        _ if claim.awaits_customer(today) => "the customer",
        _ => match claim.votes.len() {
            0 => "a first vote",
            1 => "a second vote",
            _ => "a third vote",
        },
    }
}
