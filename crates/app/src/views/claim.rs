//! The shape of a claim's story: the claim, what it lacks, its clocks, its competitors, and who did what when.

use std::collections::BTreeMap;

use domain::claims::arbitrations::{Arbitration, ArbitrationState};
use domain::claims::clocks::OPT_OUT;
use domain::claims::four_eyes::{self, Parties};
use domain::claims::proofs::{Standing, standings};
use domain::claims::{Claim, checks, may_see};
use domain::names::Name;
use domain::record::actor::Organisation;
use domain::record::desk::{Acted, Desk};
use domain::record::entry::{By, Entry};
use domain::record::event::{Change, Event};
use domain::record::refusal::Refusal;
use domain::rulebook::Rulebook;
use domain::time::Day;
use domain::words::ClaimState;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::persons::seen_by;

/// A claim and everything there is to know about it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClaimStory {
    /// The claim. What open votes are for is left out: the second reviewer decides without knowing the first one's.
    pub claim: Claim,
    /// Who has voted on the open question.
    pub voted: Vec<Name>,
    /// What comes next, in words.
    pub next: String,
    /// What keeps it from being handed in or answered.
    pub missing: Vec<Missing>,
    /// The clocks that run.
    pub clocks: Vec<ClockView>,
    /// How the proof of each workload stands.
    pub proof: Vec<Standing>,
    /// Its arbitrations, open and closed.
    pub arbitrations: Vec<Arbitration>,
    /// What those who decide should know: that the domain could not be compared, that too few users may decide.
    pub warnings: Vec<String>,
    /// Who did what when.
    pub story: Vec<Moment>,
}

/// Something that is missing.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Missing {
    /// The reason code.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What would cure it.
    pub cure: String,
}

/// A clock that runs.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClockView {
    /// The clock's name.
    pub clock: String,
    /// The last day that is in time.
    pub due_on: Day,
    /// Whether its time is over.
    pub overdue: bool,
    /// What happens when it runs out.
    pub then: String,
}

/// Something that happened.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Moment {
    /// The event's place in the log.
    pub sequence: u64,
    /// When it was recorded, UTC.
    pub recorded_at: String,
    /// The day from which it holds.
    pub effective_on: Day,
    /// Who acted.
    pub by: Name,
    /// For whom.
    pub organisation: String,
    /// What happened, as the log calls it.
    pub kind: String,
    /// The entry, when it is not the claim itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What was said, changed or decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl ClaimStory {
    /// The story of a claim that the actor at the desk may see; `events` are those of the claim and of its arbitrations, in order.
    ///
    /// # Errors
    /// When there is no such claim, the actor may not see it, or the registers cannot be read.
    pub fn at(desk: &Desk<'_>, id: &str) -> Acted<Self> {
        let mut claim: Claim = desk.get(id)?;
        if !may_see(desk, &claim)? {
            let message = format!("there is no claim `{id}`");
            return Err(Refusal::not_found("unknown-id", message, "check the id; `claim list` tells those that there are").into());
        }
        let today = desk.today();
        let is_open = [ClaimState::Draft, ClaimState::ActionRequired].contains(&claim.state);
        let missing = if is_open { checks::problems(desk, &claim)? } else { Vec::new() };
        let by = By { tenant_id: Some(claim.tenant_id.clone()), ..By::default() };
        let mut cases = desk.list::<Arbitration>(&by)?;
        cases.retain(|case| case.challenger == claim.claim_id || case.incumbent == claim.claim_id);
        let is_pending = [ClaimState::Submitted, ClaimState::UnderReview, ClaimState::Dispute].contains(&claim.state);
        let mut warnings = Vec::new();
        if is_pending {
            warnings.extend(checks::unchecked(desk, &claim)?);
            warnings.extend(four_eyes::warning(desk, &Parties::of([&claim]))?);
        }
        for case in &mut cases {
            case.votes.clear();
        }
        let voted: Vec<Name> = std::mem::take(&mut claim.votes).into_iter().map(|vote| vote.by).collect();
        Ok(Self {
            voted: seen_by(&desk.actor, voted),
            next: next(&claim, &cases, today),
            missing: missing
                .into_iter()
                .map(|found| Missing { code: found.code.to_owned(), message: found.message, cure: found.cure })
                .collect(),
            clocks: clocks(desk.rulebook, &claim, today),
            proof: standings(desk.rulebook, &claim),
            arbitrations: seen_by(&desk.actor, cases),
            warnings,
            story: Vec::new(),
            claim: seen_by(&desk.actor, claim),
        })
    }

    /// Whose events tell the story: registers and ids.
    pub fn entries(&self) -> Vec<(&'static str, String)> {
        let own = (Claim::REGISTER, self.claim.id());
        std::iter::once(own).chain(self.arbitrations.iter().map(|case| (Arbitration::REGISTER, case.id()))).collect()
    }

    /// The story with events, in any order.
    #[must_use]
    pub fn told_by(mut self, mut events: Vec<Event>) -> Self {
        events.sort_by_key(|event| event.sequence);
        let id = self.claim.claim_id.clone();
        self.story = events.iter().map(|event| moment(event, &id)).collect();
        self
    }
}

fn clocks(rulebook: &Rulebook, claim: &Claim, today: Day) -> Vec<ClockView> {
    let rules = &rulebook.associations.cpor.clocks;
    let view = |(name, running): (&Name, &domain::claims::Running)| ClockView {
        clock: name.to_string(),
        due_on: running.due_on,
        overdue: running.due_on < today,
        then: rules.get(name).map(|clock| clock.then.clone()).unwrap_or_default(),
    };
    claim.clocks.iter().map(view).collect()
}

/// What comes next for a claim.
fn next(claim: &Claim, cases: &[Arbitration], today: Day) -> String {
    let id = &claim.claim_id;
    if let Some(case) = cases.iter().find(|case| case.state == ArbitrationState::Open) {
        let case_id = &case.arbitration_id;
        let asked = if case.incumbent == *id { case.awaits_proof(claim, today) } else { None };
        return match asked {
            Some(due) => {
                format!("the partner adds its latest proof until {due} (`claim proof add {id} FILE`); then two reviewers decide {case_id}")
            }
            None => format!("two reviewers decide {case_id}: `claim arbitrate {case_id}`"),
        };
    }
    match claim.state {
        ClaimState::Draft => match &claim.waiting {
            Some(waiting) => {
                format!("it waits for the subscription {} until {}, and is handed in by itself", waiting.subscription_id, waiting.until)
            }
            None => format!("the partner hands it in: `claim submit {id}`"),
        },
        ClaimState::Submitted => format!("a reviewer takes it into review: `claim review {id}`"),
        ClaimState::UnderReview | ClaimState::Dispute if claim.awaits_customer(today) => {
            let until = claim.clocks.get(OPT_OUT).map_or(today, |clock| clock.due_on);
            format!("the customer may opt out until {until}; then two reviewers vote: `claim vote {id} approve`")
        }
        ClaimState::UnderReview | ClaimState::Dispute => format!("two reviewers vote: `claim vote {id} approve`"),
        ClaimState::ActionRequired => format!("the partner answers: `claim answer {id} TEXT`"),
        ClaimState::Approved => "the association holds; the customer may revoke it, the partner may end it".to_owned(),
        ClaimState::Rejected => format!("the partner may dispute once: `claim dispute {id} TEXT`"),
        _ => format!("it is over; `claim clone {id}` takes its fields over into a new claim"),
    }
}

fn moment(event: &Event, claim: &Name) -> Moment {
    let what = &event.what;
    let organisation = match &what.organisation {
        Some(Organisation::Operator) if what.actor.as_str() == "counterfoil" => "the program itself".to_owned(),
        Some(Organisation::Operator) => "operator".to_owned(),
        Some(Organisation::Partner(id)) => format!("partner {id}"),
        Some(Organisation::Customer(id)) => format!("customer {id}"),
        None => String::new(),
    };
    Moment {
        sequence: event.sequence,
        recorded_at: event.recorded_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        effective_on: what.effective_on,
        by: what.actor.clone(),
        organisation,
        kind: what.kind.clone(),
        about: (what.id != claim.as_str()).then(|| what.id.clone()),
        detail: detail(&what.kind, &what.changes).into_iter().chain(what.reason.clone()).reduce(|one, other| format!("{one}; {other}")),
    }
}

/// What an event changed, in words; what an open vote is for is not told.
fn detail(kind: &str, changes: &BTreeMap<String, Change>) -> Option<String> {
    let after = |field: &str| changes.get(field)?.after.as_ref();
    let last = |field: &str, part: &str| after(field)?.as_array()?.last()?.get(part).and_then(Value::as_str).map(str::to_owned);
    let text = |field: &str, part: &str| after(field)?.get(part).and_then(Value::as_str).map(str::to_owned);
    match kind {
        "claim-commented" | "claim-answered" | "claim-disputed" => last("comments", "text"),
        "claim-proof-added" => last("proofs", "name"),
        "claim-information-requested" => text("asked", "note"),
        "claim-rejected" | "claim-rejected-finally" => text("rejection", "note"),
        "claim-edited" => Some(changes.keys().filter(|field| *field != "authors").cloned().collect::<Vec<_>>().join(", ")),
        "arbitration-opened" => {
            let scopes = after("scopes")?.as_array()?.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
            let side = |field: &str| after(field).and_then(Value::as_str).unwrap_or_default();
            Some(format!("{} holds {scopes}, {} wants it", side("incumbent"), side("challenger")))
        }
        "arbitration-decided" => text("decision", "claim_id").map(|winner| format!("for {winner}")),
        "claim-approved" | "claim-reduced" | "claim-superseded" => products(after("products")?),
        _ => None,
    }
}

/// Products with the days on which they are held.
fn products(products: &Value) -> Option<String> {
    let shown = |product: &Value| {
        let field = |name: &str| product.get(name).and_then(Value::as_str);
        let name = field("workload").unwrap_or("any product");
        match (field("held_from"), field("held_to")) {
            (Some(from), Some(to)) => format!("{name} from {from} to {to}"),
            (Some(from), None) => format!("{name} from {from}"),
            (None, Some(_)) => format!("{name} lost"),
            (None, None) => format!("{name} wanted"),
        }
    };
    Some(products.as_array()?.iter().map(shown).collect::<Vec<_>>().join(", "))
}
