//! Arbitration: two claims on the same, their proofs beside each other, and the reviewers' votes for one of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::Response;
use domain::claims::arbitrations::{self, Arbitration, ArbitrationState};
use domain::claims::four_eyes::{self, Count, Parties};
use domain::claims::{Claim, Product};
use domain::names::Name;
use domain::record::desk::{Acted, Desk};
use domain::record::entry::{By, Entry as _};
use domain::rights::{Act, On, allows};

use crate::pages::acting::{Sent, form};
use crate::pages::ask::{Ask, Question, done_or_again};
use crate::pages::fields::Field;
use crate::pages::frame::Frame;
use crate::pages::grid::{Cell, Column, Grid, GridPart};
use crate::pages::named::{self, Partners};
use crate::pages::problem::Problem;
use crate::pages::queue::{ProofLine, proof_lines};
use crate::pages::reading::Reading;
use crate::pages::visit::{Visit, html, page};
use crate::pages::workspace::OPERATOR_ROLES;
use crate::pages::{paths, story};

/// The pages of arbitrations.
pub fn routes() -> Router<Arc<dyn Reading>> {
    Router::new()
        .route("/operator/arbitration", page(list))
        .route("/operator/arbitration/{case}", page(show))
        .route("/operator/arbitration/{case}/vote", form(vote))
}

#[derive(Template)]
#[template(path = "pages/arbitrations.html")]
struct ListPage {
    frame: Frame,
    heading: String,
    grid: GridPart,
}

#[derive(Template)]
#[template(path = "pages/arbitration.html")]
struct CasePage {
    frame: Frame,
    heading: String,
    told: Option<String>,
    lead: String,
    warnings: Vec<String>,
    sides: [Side; 2],
    rows: Vec<Row>,
    ask: Option<Ask>,
    outcome: String,
    story: GridPart,
}

/// A claim in the case.
struct Side {
    role: &'static str,
    claim: String,
    href: String,
    who: String,
    facts: Vec<(&'static str, String)>,
}

/// A contested workload: the proofs of both claims for it, the latest dated first.
struct Row {
    workload: String,
    proofs: [Vec<ProofLine>; 2],
    missing: [Vec<String>; 2],
}

/// Shows every arbitration.
///
/// # Errors
///
/// A visitor who does not act for the operator, or registers that cannot be read.
pub fn list(visit: &Visit) -> Result<Response, Problem> {
    visit.operator(&OPERATOR_ROLES)?;
    let rows = visit.read(|desk| {
        let mut partners = Partners::default();
        let mut rows = Vec::new();
        for case in desk.list::<Arbitration>(&By::default())? {
            let challenger: Claim = desk.get(case.challenger.as_str())?;
            rows.push((
                partners.name(desk, &case.partner_id)?,
                partners.name(desk, &challenger.partner_id)?,
                named::customer(desk, &case.tenant_id)?,
                case,
            ));
        }
        Ok(rows)
    })?;
    let open = rows.iter().filter(|(_, _, _, case)| case.state == ArbitrationState::Open).count();
    let columns = vec![
        Column::text("arbitration_id", "Case").unbroken(),
        Column::text("state", "State").choice(),
        Column::text("customer", "Customer").choice(),
        Column::text("scopes", "On"),
        Column::text("holds", "Holds").choice(),
        Column::text("wants", "Wants it").choice(),
        Column::day("opened_on", "Opened"),
        Column::day("due_on", "Until"),
        Column::day("closed_on", "Closed"),
    ];
    let row = |(holds, wants, customer, case): &(String, String, String, Arbitration)| {
        vec![
            Cell::id(&case.arbitration_id).link(paths::operator_arbitration(&case.arbitration_id)),
            Cell::text(case.state.as_str()),
            Cell::text(customer.clone()),
            Cell::lines(&case.scopes),
            Cell::text(holds.clone()),
            Cell::text(wants.clone()),
            Cell::day(Some(case.opened_on)),
            Cell::day(case.clocks.values().map(|clock| clock.due_on).min()),
            Cell::day(case.closed_on),
        ]
    };
    let grid = Grid::new(visit, "cases", columns, rows.iter().map(row).collect()).named("arbitrations");
    let grid = grid.empty("When a partner claims what another one holds, both claims come here beside each other.");
    if let Some(file) = grid.download() {
        return file;
    }
    let heading = match open {
        0 => "No claims compete".to_owned(),
        1 => "1 case is open".to_owned(),
        some => format!("{some} cases are open"),
    };
    html(&ListPage { frame: visit.frame("Arbitration"), heading, grid: grid.part() })
}

fn read(desk: &Desk<'_>, visit: &Visit) -> Acted<(Arbitration, [Claim; 2])> {
    let case: Arbitration = desk.get(Name::new(visit.param("case")).as_str())?;
    let claims = [desk.get(case.incumbent.as_str())?, desk.get(case.challenger.as_str())?];
    Ok((case, claims))
}

/// Shows one arbitration.
///
/// # Errors
///
/// A visitor who does not act for the operator, or an arbitration that is not there.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    let actor = visit.operator(&OPERATOR_ROLES)?;
    let rulebook = visit.rulebook();
    let (case, claims, sides, customer, lead, warnings) = visit.read(|desk| {
        let (case, claims) = read(desk, visit)?;
        let sides = [side(desk, &claims[0], "Holds")?, side(desk, &claims[1], "Wants it")?];
        let warnings = if case.state == ArbitrationState::Open { four_eyes::warning(desk, &Parties::of(&claims))? } else { None };
        let (customer, lead) = (named::customer(desk, &case.tenant_id)?, lead(desk, &case, &claims[0]));
        Ok((case, claims, sides, customer, lead, warnings.into_iter().collect()))
    })?;
    let events = story::events_of(visit, &[(Arbitration::REGISTER, case.id())])?;
    let grid = story::grid(visit, &events);
    if let Some(file) = grid.download() {
        return file;
    }
    let is_open = case.state == ArbitrationState::Open;
    let has_voted = case.votes.iter().any(|vote| vote.by == actor.user);
    let may_vote = is_open && !has_voted && allows(&actor, Act::ClaimDecide, &On::program());
    let outcome = "Who loses is disassociated on the day of the decision, for what is contested only. It is told: your claim lost this to another claim, with \
                   the reason that you choose, and that it may claim again with new proof. The winner is told that its claim holds.";
    html(&CasePage {
        frame: visit.frame(case.arbitration_id.as_str()),
        heading: format!("{}: {} and {} at {customer}", case.arbitration_id, claims[0].claim_id, claims[1].claim_id),
        told: visit.told(&[
            ("first", "Your vote is cast. Another reviewer votes next, without knowing yours."),
            ("split", "Your vote is cast. Both votes differ; a third reviewer settles it."),
            ("decided", "It is decided. Both partners are told, the loser with the reason."),
        ]),
        lead,
        warnings,
        rows: rows(rulebook, &case, &claims),
        ask: may_vote.then(|| ask(visit, &sides, &claims)),
        outcome: outcome.to_owned(),
        sides,
        story: grid.part(),
    })
}

fn lead(desk: &Desk<'_>, case: &Arbitration, incumbent: &Claim) -> String {
    let reasons = &desk.rulebook.associations.cpor.reasons.arbitration;
    if let Some(decision) = &case.decision {
        let (winner, reason) = match &decision.verdict {
            domain::claims::Verdict::For { claim_id, reason } => (claim_id.to_string(), reason),
            _ => return format!("It was decided on {}.", decision.on),
        };
        let because = reasons.get(reason).map_or_else(|| reason.to_string(), |rules| rules.because.clone());
        let by = decision.votes.iter().map(|vote| vote.by.as_str()).collect::<Vec<_>>().join(", ");
        return format!("{winner} won on {}: {because}. Voted: {by}.", decision.on);
    }
    if case.state != ArbitrationState::Open {
        return "There is nothing to decide any more.".to_owned();
    }
    if let Some(due) = case.awaits_proof(incumbent, desk.today()) {
        return format!(
            "The partner who holds is asked for its latest proof until {due}; it can be decided when the proof is there, or after that day."
        );
    }
    let voted = case.votes.iter().map(|vote| vote.by.as_str()).collect::<Vec<_>>();
    match voted.len() {
        0 => "It waits for a first vote.".to_owned(),
        1 if voted[0] == desk.actor.user.as_str() => "You have voted. Another reviewer votes next, without knowing your vote.".to_owned(),
        1 => format!("It waits for a second vote; {} has voted.", voted[0]),
        _ => format!("It waits for a third vote; {} have voted.", voted.join(", ")),
    }
}

fn side(desk: &Desk<'_>, claim: &Claim, role: &'static str) -> Acted<Side> {
    let held = claim.products.iter().filter_map(|product| product.held_from).min();
    let facts = [
        (
            "Activity",
            Some(
                desk.rulebook
                    .associations
                    .cpor
                    .activities
                    .get(&claim.activity)
                    .map_or_else(|| claim.activity.to_string(), |rules| rules.title.clone()),
            ),
        ),
        ("State", Some(claim.state.as_str().replace('-', " "))),
        ("Handed in", claim.submitted_on.map(|on| on.to_string())),
        ("Holds since", held.map(|on| on.to_string())),
        ("The customer accepted", claim.accepted_on.map(|on| on.to_string())),
    ];
    Ok(Side {
        role,
        claim: claim.claim_id.to_string(),
        href: paths::operator_claim(&claim.claim_id),
        who: named::partner(desk, &claim.partner_id)?,
        facts: facts.into_iter().filter_map(|(what, value)| Some((what, value?))).collect(),
    })
}

/// The contested workloads, each with the proofs of both sides.
fn rows(rulebook: &domain::rulebook::Rulebook, case: &Arbitration, claims: &[Claim; 2]) -> Vec<Row> {
    let is_contested = |product: &&Product| {
        let scope = domain::claims::holdings::scope(&claims[1], product);
        case.scopes.contains(&scope)
    };
    let wanted: BTreeSet<Name> = claims[1].products.iter().filter(is_contested).filter_map(|product| product.workload.clone()).collect();
    let row = |workload: &Name| {
        let proofs = |claim: &Claim| proof_lines(rulebook, claim, Some(&BTreeSet::from([workload.clone()])));
        let missing = |claim: &Claim| {
            let standings = domain::claims::proofs::standings(rulebook, claim);
            let own = standings.into_iter().find(|standing| standing.workload == *workload);
            own.map(|standing| standing.missing.into_iter().map(|(_, shows)| shows).collect()).unwrap_or_default()
        };
        Row {
            workload: named::workload(workload),
            proofs: [proofs(&claims[0]), proofs(&claims[1])],
            missing: [missing(&claims[0]), missing(&claims[1])],
        }
    };
    wanted.iter().map(row).collect()
}

fn ask(visit: &Visit, sides: &[Side; 2], claims: &[Claim; 2]) -> Ask {
    let winners = claims
        .iter()
        .zip(sides)
        .map(|(claim, side)| (claim.claim_id.to_string(), format!("{}, {} ({})", side.claim, side.who, side.role.to_lowercase())));
    let reasons = &visit.rulebook().associations.cpor.reasons.arbitration;
    let reasons = reasons.iter().map(|(name, rules)| (name.to_string(), rules.because.clone()));
    let at = format!("{}/vote", paths::operator_arbitration(&Name::new(visit.param("case"))));
    let fields = vec![
        Field::one("winner", "Who wins", winners).required(),
        Field::one("reason", "Because", reasons).required().hint("The loser is told this."),
        Field::long("note", "Note").hint("It stands in the record."),
    ];
    Ask::new(&at, "Cast your vote", fields).key('a')
}

/// Votes for one of the claims.
///
/// # Errors
///
/// A visitor who does not act for the operator, or an arbitration that is not there.
pub fn vote(visit: &Visit, sent: &Sent) -> Result<Response, Problem> {
    visit.operator(&OPERATOR_ROLES)?;
    let id = Name::new(visit.param("case"));
    let (winner, reason) = (Name::new(sent.text("winner")), Name::new(sent.text("reason")));
    let done = visit.act("Your vote is not cast", |desk| arbitrations::vote(desk, id.as_str(), &winner, &reason, sent.given("note")));
    let at = paths::operator_arbitration(&id);
    let on = |(_, count): (Arbitration, Count)| {
        let word = match count {
            Count::First => "first",
            Count::Split => "split",
            Count::Decided(_) => "decided",
        };
        format!("{at}?done={word}")
    };
    done_or_again(visit, sent, done, on, || {
        let (claims, sides) = visit.read(|desk| {
            let (_, claims) = read(desk, visit)?;
            let sides = [side(desk, &claims[0], "Holds")?, side(desk, &claims[1], "Wants it")?];
            Ok((claims, sides))
        })?;
        Ok(Question {
            heading: format!("{id}: who wins?"),
            crumbs: vec![("Arbitration".to_owned(), "/operator/arbitration".to_owned()), (id.to_string(), at.clone())],
            said: Vec::new(),
            facts: Vec::new(),
            ask: ask(visit, &sides, &claims).or_back(&at),
        })
    })
}
